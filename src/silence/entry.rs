//! `[[ignore]]` in `secretrail.toml`.

use std::ops::Range;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::day::Day;
use crate::finding::Finding;
use crate::source::{SourceId, Span};

/// An ignore of the settings: all that it names must be as it says.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The rule.
    pub rule: String,
    /// Where: a glob of paths as reported.
    pub path: Option<Glob>,
    /// What stands there: `module.app.aws_instance.web`.
    pub name: Option<String>,
    /// What the secret is called.
    pub secret: Option<String>,
    /// The one finding.
    pub fingerprint: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Day>,
    /// Where it stands in the settings file.
    pub range: Range<usize>,
}

impl Entry {
    /// Whether it speaks of this finding, which stands in a document of that name.
    pub fn covers(&self, finding: &Finding, path: &str) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        *self.rule == *finding.rule
            && self.path.as_ref().is_none_or(|glob| glob.matches(path))
            && is(&self.name, Some(&finding.at.name))
            && is(&self.secret, finding.secret.as_ref().map(|secret| secret.name.as_str()))
            && is(&self.fingerprint, Some(&finding.fingerprint))
    }

    /// Its place, when the settings are this document.
    pub fn span_in(&self, source: SourceId) -> Span {
        Span::new(source, self.range.start, self.range.end)
    }
}

/// A glob as `.gitignore` reads it: `modules/**`, `*.sh`, `legacy/`.
#[derive(Debug, Clone)]
pub struct Glob(Gitignore);

impl Glob {
    /// Reads a glob; `None` for one that can't be used, and for one that turns its sense with `!`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text.starts_with(['!', '#']) {
            return None;
        }
        let mut builder = GitignoreBuilder::new("");
        builder.add_line(None, text).ok()?;
        builder.build().ok().filter(|glob| glob.num_ignores() == 1).map(Self)
    }

    /// Whether it covers a path as reported, or a folder above it.
    pub(super) fn matches(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| (at, true)).chain([(path.len(), false)]);
        ends.filter_map(|(end, is_folder)| {
            Some((path.get(..end).filter(|path| !path.is_empty())?, is_folder))
        })
        .any(|(path, is_folder)| self.0.matched(path, is_folder).is_ignore())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_are_those_of_gitignore() {
        let matches = |glob: &str, path: &str| Glob::parse(glob).unwrap().matches(path);
        for (glob, path) in [
            ("main.tf", "main.tf"),
            ("main.tf", "a/main.tf"),
            ("*.sh", "a/b/user_data.sh"),
            ("modules/**", "modules/a/main.tf"),
            ("legacy/", "a/legacy/b/main.tf"),
            ("/main.tf", "main.tf"),
            ("../shared/*.tf", "../shared/a.tf"),
        ] {
            assert!(matches(glob, path), "{glob} {path}");
        }
        for (glob, path) in
            [("/main.tf", "a/main.tf"), ("modules/*.tf", "modules/a/main.tf"), ("*.sh", "a.tf")]
        {
            assert!(!matches(glob, path), "{glob} {path}");
        }
        for glob in ["", "!a", "{a", "# a"] {
            assert!(Glob::parse(glob).is_none(), "{glob}");
        }
    }
}
