//! Files and folders that settings name, and where they name them: for who checks the settings.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::place;

/// Settings that name what must be there. What is read before anything else (rules, tokens, a baseline) is not among
/// them: without it nothing runs at all.
const PATHS: &[&[&str]] = &[
    &["audit", "terraform"],
    &["audit", "trail"],
    &["audit", "evidence"],
    &["inventory", "files"],
    &["inventory", "runbooks"],
    &["notify", "slack", "url-file"],
    &["notify", "webhook", "url-file"],
    &["notify", "webhook", "secret-file"],
    &["notify", "ping", "url-file"],
];

/// A path of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As written.
    pub written: String,
    /// Beside the settings file.
    pub path: PathBuf,
    /// `:3:14`.
    pub place: String,
}

/// All of them, in the order of the file. Addresses in a bucket are none.
pub fn paths(text: &str, home: &Path) -> Vec<Named> {
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    let whole = Spanned::new(table.span(), DeValue::Table(table.into_inner()));
    let mut found = Vec::new();
    for keys in PATHS {
        strings(&whole, keys, &mut found);
    }
    found.sort_by_key(|(at, _)| *at);
    let named = |(at, written): (usize, &str)| Named {
        written: written.to_owned(),
        path: home.join(written),
        place: place(text, at),
    };
    found.into_iter().filter(|(_, written)| !written.starts_with("s3://")).map(named).collect()
}

/// The texts below these keys. Where a table is looked for there may be a list of them.
fn strings<'t>(value: &'t Spanned<DeValue<'_>>, keys: &[&str], found: &mut Vec<(usize, &'t str)>) {
    match (value.get_ref(), keys.split_first()) {
        (DeValue::Array(all), _) => all.iter().for_each(|one| strings(one, keys, found)),
        (DeValue::String(text), None) => found.push((value.span().start, text)),
        (DeValue::Table(table), Some((key, rest))) => {
            let named = table.iter().filter(|(name, _)| name.get_ref() == key);
            named.for_each(|(_, one)| strings(one, rest, found));
        }
        _ => {}
    }
}
