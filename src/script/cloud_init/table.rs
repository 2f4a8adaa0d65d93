//! What cloud-init's modules do with secrets: the table `rules/cloud_init.toml`, typed.

use std::sync::LazyLock;

use serde::Deserialize;

/// What a text is because of where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A secret.
    Value,
    /// A password, or its hash.
    Hash,
    /// Lines of `user:password`.
    Logins,
    /// An address that can hold a password.
    Url,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    key: String,
    file: Option<String>,
    path: Option<String>,
    command: Option<String>,
    secret: Option<Kind>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    row: Vec<Written>,
}

/// One step to a place.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    AnyKey,
    Items,
}

/// A place in a cloud-config.
#[derive(Debug)]
pub struct Row {
    pub steps: Vec<Step>,
    pub file: Option<String>,
    /// The key beside it that holds the file's path.
    pub path: Option<String>,
    pub command: Option<String>,
    pub secret: Option<Kind>,
}

impl Row {
    /// The module: the first key.
    pub fn module(&self) -> &str {
        match self.steps.first() {
            Some(Step::Key(key)) => key,
            _ => "",
        }
    }

    /// The last key.
    pub fn name(&self) -> &str {
        let found = self.steps.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::AnyKey | Step::Items => None,
        });
        found.unwrap_or("secret")
    }
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    // The text is part of the program, and a test reads it: it can't fail for a user.
    let table = toml::from_str::<Table>(include_str!("../../../rules/cloud_init.toml"));
    table.map(|table| table.row.into_iter().map(row).collect()).unwrap_or_default()
});

/// All rows.
pub fn rows() -> &'static [Row] {
    &ROWS
}

fn row(written: Written) -> Row {
    let mut steps = Vec::new();
    for part in written.key.split('.') {
        let bare = part.trim_end_matches("[]");
        steps.push(if bare == "*" { Step::AnyKey } else { Step::Key(bare.to_owned()) });
        if bare.len() < part.len() {
            steps.push(Step::Items);
        }
    }
    let Written { file, path, command, secret, .. } = written;
    Row { steps, file, path, command, secret }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert!(rows().len() > 50);
        for row in rows() {
            let does = row.file.is_some() || row.command.is_some() || row.secret.is_some();
            assert!(does && !row.module().is_empty(), "{row:?}");
        }
        let repository = rows().iter().find(|row| row.name() == "baseurl").unwrap();
        assert_eq!(
            repository.steps,
            [Step::Key("yum_repos".into()), Step::AnyKey, Step::Key("baseurl".into())]
        );
    }
}
