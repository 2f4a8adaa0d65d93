//! `secretrail.toml`: what a team settles once.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Error, ErrorKind, without_values};
use crate::finding::{Confidence, Severity};

/// The file's name.
pub const FILE_NAME: &str = "secretrail.toml";
/// A larger file is a mistake.
const MOST_BYTES: u64 = 1024 * 1024;

/// The settings of a project. Flags on the command line win over them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The file they were read from.
    pub file: Option<PathBuf>,
    /// `fail-on`: the least severity that makes a gate fail.
    pub fail_on: Option<Severity>,
    /// `min-confidence`: findings less sure than this are left out.
    pub min_confidence: Option<Confidence>,
    /// `off`: rules that are switched off.
    pub off: Vec<String>,
    /// `rules`: folders of a team's own rules, as written.
    pub rules: Vec<PathBuf>,
    /// `tokens`: a team's own token table, as written.
    pub tokens: Option<PathBuf>,
    /// `exclude`: globs of paths that are not read.
    pub exclude: Vec<String>,
    /// `respect-gitignore`.
    pub respect_gitignore: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Written {
    fail_on: Option<String>,
    min_confidence: Option<String>,
    off: Vec<String>,
    rules: Vec<PathBuf>,
    tokens: Option<PathBuf>,
    exclude: Vec<String>,
    respect_gitignore: bool,
}

impl Settings {
    /// Reads the file that the user names, or `secretrail.toml` in `folder` where there is one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] with line and column.
    pub fn load(named: Option<&Path>, folder: &Path) -> Result<Self, Error> {
        let path = match named {
            Some(path) => path.to_path_buf(),
            None => {
                let path = folder.join(FILE_NAME);
                if !path.is_file() {
                    return Ok(Self::default());
                }
                path
            }
        };
        let unreadable = |reason: String| {
            Error::new(ErrorKind::Settings, format!("{} can't be read: {reason}", path.display()))
        };
        let size = std::fs::metadata(&path).map_err(|error| unreadable(error.kind().to_string()))?.len();
        if size > MOST_BYTES {
            return Err(unreadable("it is larger than 1 MiB".into()));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.kind().to_string()))?;
        let mut settings = Self::parse(&text, &path.display().to_string())?;
        let home = path.parent().map(Path::to_path_buf).unwrap_or_default();
        settings.rules.iter_mut().for_each(|folder| *folder = home.join(&folder));
        settings.tokens = settings.tokens.map(|file| home.join(file));
        settings.file = Some(path);
        Ok(settings)
    }

    /// Reads the text of a settings file; `name` is for errors.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] with line and column. The message never quotes the file.
    pub fn parse(text: &str, name: &str) -> Result<Self, Error> {
        let wrong = |place: String, reason: &str| {
            Error::new(ErrorKind::Settings, format!("{name}{place}: {reason}"))
                .hint("`secretrail scan --help` names all settings")
        };
        let written: Written = toml::from_str(text).map_err(|error| {
            let place = error.span().map(|span| {
                let before = text.get(..span.start).unwrap_or_default();
                let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
                format!(":{}:{column}", before.matches('\n').count() + 1)
            });
            wrong(place.unwrap_or_default(), &without_values(error.message()))
        })?;
        let fail_on = match written.fail_on.as_deref() {
            Some(word) => Some(Severity::from_word(word).ok_or_else(|| {
                wrong(String::new(), "fail-on is one of informational, low, medium, high, critical")
            })?),
            None => None,
        };
        let min_confidence = match written.min_confidence.as_deref() {
            Some(word) => Some(
                Confidence::from_word(word)
                    .ok_or_else(|| wrong(String::new(), "min-confidence is one of low, medium, high"))?,
            ),
            None => None,
        };
        Ok(Self {
            file: None,
            fail_on,
            min_confidence,
            off: written.off,
            rules: written.rules,
            tokens: written.tokens,
            exclude: written.exclude,
            respect_gitignore: written.respect_gitignore,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_key_is_told_with_its_place() {
        let error = Settings::parse("off = []\nfail_on = \"high\"\n", "secretrail.toml").unwrap_err();
        assert!(
            error.message.starts_with("secretrail.toml:2:1: unknown field `fail_on`"),
            "{}",
            error.message
        );
    }

    #[test]
    fn words_are_checked() {
        assert!(Settings::parse("fail-on = \"urgent\"", "s").is_err());
        let settings = Settings::parse("fail-on = \"medium\"\nmin-confidence = \"high\"", "s").unwrap();
        assert_eq!(settings.fail_on, Some(Severity::Medium));
        assert_eq!(settings.min_confidence, Some(Confidence::High));
    }
}
