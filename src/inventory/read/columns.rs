//! What a column means, by its name.

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Key,
    Title,
    Location,
    /// A location of one kind: the cell is the name in that store.
    Parameter,
    SecretsManager,
    Github,
    Rotated,
    Owner,
    /// One of the five answers, by its word.
    Answer(&'static str),
    Other,
}

/// Names of columns, lower case, words parted by one space.
const NAMES: &[(&str, Column)] = &[
    ("key", Column::Key),
    ("key name", Column::Key),
    ("secret", Column::Key),
    ("secret name", Column::Key),
    ("variable", Column::Key),
    ("env var", Column::Key),
    ("environment variable", Column::Key),
    ("credential", Column::Key),
    ("name", Column::Title),
    ("title", Column::Title),
    ("label", Column::Title),
    ("location", Column::Location),
    ("home", Column::Location),
    ("where", Column::Location),
    ("path", Column::Location),
    ("stored in", Column::Location),
    ("store", Column::Location),
    ("storage", Column::Location),
    ("ssm", Column::Parameter),
    ("ssm path", Column::Parameter),
    ("ssm parameter", Column::Parameter),
    ("parameter", Column::Parameter),
    ("parameter store", Column::Parameter),
    ("secrets manager", Column::SecretsManager),
    ("github", Column::Github),
    ("github secret", Column::Github),
    ("last rotated", Column::Rotated),
    ("rotated", Column::Rotated),
    ("rotated on", Column::Rotated),
    ("last rotation", Column::Rotated),
    ("rotation date", Column::Rotated),
    ("owner", Column::Owner),
    ("team", Column::Owner),
    ("responsible", Column::Owner),
    ("contact", Column::Owner),
    ("revoke", Column::Answer("revoke")),
    ("where to revoke", Column::Answer("revoke")),
    ("where to revoke the old one", Column::Answer("revoke")),
    ("breaks", Column::Answer("breaks")),
    ("what breaks", Column::Answer("breaks")),
    ("what breaks at once", Column::Answer("breaks")),
    ("generate", Column::Answer("generate")),
    ("how to generate", Column::Answer("generate")),
    ("how to make the new one", Column::Answer("generate")),
    ("push", Column::Answer("push")),
    ("how to push", Column::Answer("push")),
    ("how to push it", Column::Answer("push")),
    ("verify", Column::Answer("verify")),
    ("how to verify", Column::Answer("verify")),
];

/// What a column of this name is for.
pub(super) fn column(name: &str) -> Column {
    let plain = plain(name);
    NAMES.iter().find(|(known, _)| *known == plain).map_or(Column::Other, |(_, column)| *column)
}

/// The question that a label of a runbook asks: `Where to revoke`, `Revoke the old one`.
pub(super) fn question(label: &str) -> Option<&'static str> {
    if let Column::Answer(word) = column(label) {
        return Some(word);
    }
    let plain = plain(label);
    let words = [
        ("revoke", &["revoke", "revoked"][..]),
        ("breaks", &["breaks", "break"][..]),
        ("generate", &["generate", "create"][..]),
        ("push", &["push", "store"][..]),
        ("verify", &["verify", "check"][..]),
    ];
    // A label is short.
    if plain.split(' ').count() > 10 {
        return None;
    }
    let has = |list: &[&str]| plain.split(' ').any(|word| list.contains(&word));
    words.iter().find(|(_, list)| has(list)).map(|(word, _)| *word)
}

/// Whether a header is one of a list of keys: it names the key and its place.
pub(super) fn is_list(header: &[String]) -> bool {
    let columns: Vec<Column> = header.iter().map(|name| column(name)).collect();
    let names = columns.iter().any(|one| matches!(one, Column::Key | Column::Title));
    let places = [Column::Location, Column::Parameter, Column::SecretsManager, Column::Github];
    names && columns.iter().any(|one| places.contains(one))
}

/// Lower case, words parted by one space, nothing else: `**Last-Rotated**` is `last rotated`.
fn plain(name: &str) -> String {
    let letters = name.chars().map(|letter| if letter.is_alphanumeric() { letter } else { ' ' });
    let lower: String = letters.flat_map(char::to_lowercase).take(200).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
