//! Placeholders made of words: `changeme`, `your-api-key-here`, and the values printed in documentation.

/// A field's own name: alone they are a placeholder.
const FIELD_WORDS: &[&str] = &[
    "token",
    "key",
    "apikey",
    "api",
    "apitoken",
    "authtoken",
    "accesskey",
    "secretkey",
    "privatekey",
    "value",
    "string",
    "access",
    "auth",
    "private",
    "client",
    "id",
    "credentials",
    "username",
];

/// They may stand around a word that says so.
const OTHER_WORDS: &[&str] = &[
    "the",
    "a",
    "an",
    "is",
    "me",
    "it",
    "to",
    "this",
    "that",
    "some",
    "here",
    "in",
    "with",
    "of",
    "for",
    "by",
    "and",
    "or",
    "real",
    "actual",
    "own",
    "name",
    "user",
    "license",
    "bearer",
    "sk",
    "pk",
    "ghp",
    "gho",
    "ghs",
    "xoxb",
    "xoxp",
    "akia",
    "live",
    "prod",
    "dev",
    "base64",
    "encoded",
    "data",
    "new",
    "github",
    "gitlab",
    "slack",
    "aws",
    "openai",
    "anthropic",
    "google",
    "azure",
    "stripe",
    "datadog",
    "service",
    "account",
    "long",
    "random",
    "generated",
    "strong",
    "secure",
    "super",
    "later",
    "please",
    "from",
    "using",
    "via",
    "text",
    "goes",
    "must",
    "be",
    "not",
    "db",
    "database",
    "app",
    "my",
    "very",
    "webhook",
    "url",
    "ssh",
    "jwt",
    "encryption",
    "signing",
    "connection",
    "session",
    "admin",
    "password",
    "passwd",
    "pass",
    "passphrase",
    "pwd",
    "secret",
    "secrets",
    "root",
];

/// One of these, with only such words around it, makes a placeholder: `your-password`.
const MARKS: &[&str] = &[
    "your",
    "yours",
    "insert",
    "enter",
    "replace",
    "replaced",
    "replaceme",
    "change",
    "changeme",
    "changethis",
    "put",
    "fill",
    "add",
    "todo",
    "fixme",
    "tbd",
    "tba",
    "placeholder",
    "dummy",
    "sample",
    "fake",
    "mock",
    "mocked",
    "test",
    "testing",
    "tests",
    "redacted",
    "masked",
    "hidden",
    "removed",
    "sanitized",
    "omitted",
    "xxx",
    "foo",
    "bar",
    "baz",
    "foobar",
    "undefined",
    "unset",
    "unknown",
    "none",
    "null",
    "nil",
    "empty",
    "na",
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "default",
    "auto",
    "disabled",
    "enabled",
    "notset",
    "sensitive",
    "update",
    "set",
    "provide",
    "supply",
    "specify",
    "secretname",
    "managed",
    "computed",
    "known",
    "after",
    "apply",
    "ignored",
    "unused",
    "override",
    "overridden",
    "overwritten",
    "example",
    "examples",
    "invalid",
    "nothing",
    "blank",
    "found",
    "missing",
];

/// Beginnings of values that vendors print as examples: the AWS secret access key, the Azure storage emulator's
/// key, Stripe's test key, jwt.io's payload. In halves, so that no scanner takes this list for a leak.
const PRINTED: &[(&str, &str)] = &[
    ("Eby8vdM02xNOcqFlqU", "wJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq"),
    ("4eC39HqLyjW", "Darj"),
    ("eyJzdWIiOiIxMjM0", "NTY3ODkw"),
];

/// Whether vendors print it: it ends in or holds `EXAMPLE`, or is a known printed value.
pub(super) fn is_documented(text: &str) -> bool {
    const WORD: &[u8] = b"example";
    // `example` alone, or among plain words only, says "put yours here": that is a placeholder.
    let named = text.as_bytes().windows(WORD.len()).any(|part| part.eq_ignore_ascii_case(WORD));
    let printed = |(head, tail): &(&str, &str)| {
        text.find(head).and_then(|at| text.get(at + head.len()..)).is_some_and(|rest| rest.starts_with(tail))
    };
    (named && !is_placeholder_words(text) && !text.contains("://")) || PRINTED.iter().any(printed)
}

/// Whether the text is made of placeholder words only.
pub(super) fn is_placeholder_words(text: &str) -> bool {
    if text.eq_ignore_ascii_case("n/a") {
        return true;
    }
    let (mut marked, mut bare, mut count) = (false, true, 0usize);
    for word in words(text) {
        count += 1;
        let is_field = is_listed(FIELD_WORDS, word);
        // `my-token` may be chosen by somebody; `api_key` is the field's own name.
        bare &= is_field;
        // `changeme1`, `replaceme2`
        let counted =
            word.len() > 8 && is_listed(MARKS, word.trim_end_matches(|end: char| end.is_ascii_digit()));
        if counted || is_listed(MARKS, word) {
            marked = true;
        } else if !is_field && !is_listed(OTHER_WORDS, word) && !is_small_number(word) {
            return false;
        }
    }
    marked || (bare && count > 0)
}

/// `somePassword`, `yourGitalyToken`, `mySecretKey`: a word that says "one of yours" before, the field's name at
/// the end, and no digit that somebody would have added.
pub fn is_somebody_s(text: &str) -> bool {
    const WHOSE: &[&str] = &["some", "your", "any", "a", "an", "the", "insert", "enter", "my"];
    const FIELD: &[&str] = &[
        "password",
        "passwd",
        "token",
        "secret",
        "key",
        "passphrase",
        "pass",
        "credential",
        "credentials",
        "here",
    ];
    if !text.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_- ".contains(&byte)) {
        return false;
    }
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in text.chars() {
        let seam =
            !letter.is_alphabetic() || (letter.is_uppercase() && before.is_lowercase()) || words.is_empty();
        if seam {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphabetic()) {
            word.push(letter.to_ascii_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    let whose = words.first().is_some_and(|word| WHOSE.contains(&word.as_str()));
    whose && words.len() >= 2 && words.last().is_some_and(|word| FIELD.contains(&word.as_str()))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn is_small_number(word: &str) -> bool {
    word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_listed(list: &[&str], word: &str) -> bool {
    list.iter().any(|listed| listed.eq_ignore_ascii_case(word))
}
