//! The baseline: findings that were there when the gate was set up.
//!
//! ```json
//! {"version": 1, "tool": "secretrail 0.1.0", "entries": [
//! {"fingerprint": "…", "rule": "secret-in-user-data", "path": "main.tf", "name": "aws_instance.web"}
//! ]}
//! ```
//!
//! Only the fingerprint is compared; the rest is for who reads a diff.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::error::{Error, ErrorKind};

/// The version that is written and read.
pub const VERSION: u64 = 1;

/// What a baseline holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    fingerprints: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

#[derive(Deserialize)]
struct Written {
    entries: Vec<WrittenEntry>,
}

#[derive(Deserialize)]
struct WrittenEntry {
    fingerprint: String,
}

impl Baseline {
    /// Reads a baseline's text; `name` is for errors, which never quote the text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] for what is no baseline, and for one of a later version.
    pub fn parse(text: &str, name: &str) -> Result<Self, Error> {
        let wrong = |reason: String| {
            Error::new(ErrorKind::Settings, format!("{name} is no baseline: {reason}"))
                .hint("`secretrail baseline -o FILE` writes one")
        };
        let broken = |error: serde_json::Error| {
            wrong(match error.classify() {
                serde_json::error::Category::Data => {
                    "it is JSON, but `version` or `entries` is not as it should be".into()
                }
                _ => format!("broken JSON in line {}", error.line()),
            })
        };
        let versioned: Versioned = serde_json::from_str(text).map_err(broken)?;
        if versioned.version > VERSION {
            let version = versioned.version;
            return Err(Error::new(
                ErrorKind::Settings,
                format!("{name} is a baseline of version {version}; this secretrail reads version {VERSION}"),
            )
            .hint("update secretrail, or rewrite the baseline with `secretrail baseline`"));
        }
        if versioned.version == 0 {
            return Err(wrong("there is no version 0".into()));
        }
        let written: Written = serde_json::from_str(text).map_err(broken)?;
        Ok(Self { fingerprints: written.entries.into_iter().map(|entry| entry.fingerprint).collect() })
    }

    /// Whether it holds a finding.
    pub fn holds(&self, fingerprint: &str) -> bool {
        self.fingerprints.contains(fingerprint)
    }

    /// How many of its entries are not among these.
    pub(super) fn count_without(&self, met: &BTreeSet<&str>) -> usize {
        self.fingerprints.iter().filter(|print| !met.contains(print.as_str())).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_baseline_is_told_and_never_quoted() {
        for (text, told) in [
            ("", "b.json is no baseline: broken JSON in line 1"),
            ("{\n\"hunter22\"", "b.json is no baseline: broken JSON in line 2"),
            ("[]", "b.json is no baseline: it is JSON"),
            ("{\"version\": \"hunter22\"}", "b.json is no baseline: it is JSON"),
            ("{\"version\": 1}", "b.json is no baseline: it is JSON"),
            ("{\"version\": 0, \"entries\": []}", "b.json is no baseline: there is no version 0"),
            (
                "{\"version\": 2, \"entries\": {}}",
                "b.json is a baseline of version 2; this secretrail reads version 1",
            ),
        ] {
            let message = Baseline::parse(text, "b.json").unwrap_err().message;
            assert!(message.starts_with(told), "{message}");
        }
    }

    #[test]
    fn fields_of_later_releases_do_no_harm() {
        let text = "{\"version\": 1, \"new\": 1, \"entries\": [{\"fingerprint\": \"a\", \"new\": []}]}";
        let baseline = Baseline::parse(text, "b").unwrap();
        assert!(baseline.holds("a") && !baseline.holds("b"));
    }
}
