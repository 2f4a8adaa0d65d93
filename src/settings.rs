//! `secretrail.toml`: what a team decides once.

mod account;
mod accounts;
mod audit;
pub mod draft;
mod inventory;
mod notify;
pub mod places;
mod schema;
mod session;

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

pub use self::accounts::Accounts;
pub use self::audit::Audit;
pub use self::inventory::InventorySettings;
pub use self::schema::SCHEMA;
use crate::account::Thresholds;
use crate::day::Day;
use crate::error::{Error, ErrorKind, refused, without_values};
use crate::finding::{Confidence, Severity};
use crate::nearest::did_you_mean;
use crate::notify::Notify;
use crate::session::forward::Forward;
use crate::silence::{Entry, GapEntry, Glob};
use crate::trail::{Allowed, Conventions};

pub use self::session::Session;

/// The file's name.
pub const FILE_NAME: &str = "secretrail.toml";
/// A larger file is a mistake.
const MOST_BYTES: u64 = 1024 * 1024;

/// The settings of a project. Flags on the command line win over them.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The file they were read from.
    pub file: Option<PathBuf>,
    /// The folder that its globs are relative to, where nobody named the file: its own.
    pub home: Option<PathBuf>,
    /// `fail-on`: the least severity that makes a gate fail.
    pub fail_on: Option<Severity>,
    /// `min-confidence`: findings less sure than this are left out.
    pub min_confidence: Option<Confidence>,
    /// `off`: rules that are switched off.
    pub off: Vec<String>,
    /// Where each of them stands: line and column, as `:3:8`.
    pub off_at: Vec<String>,
    /// `rules`: folders of a team's own rules, as written.
    pub rules: Vec<PathBuf>,
    /// `tokens`: a team's own token table, as written.
    pub tokens: Option<PathBuf>,
    /// `exclude`: globs of paths that are not read.
    pub exclude: Vec<String>,
    /// `respect-gitignore`.
    pub respect_gitignore: bool,
    /// `baseline`: the file, as written.
    pub baseline: Option<PathBuf>,
    /// `[account]`: what counts as old in an account.
    pub account: Thresholds,
    /// `[trail]`: how agents are told, and what they may do.
    pub trail: Conventions,
    /// `[run]`: what programs must not get or show.
    pub run: Run,
    /// `[audit]`: what `secretrail audit` looks at.
    pub audit: Audit,
    /// `[session]`: what the check before work begins looks at.
    pub session: Session,
    /// `[accounts]`: which accounts are audited together.
    pub accounts: Option<Accounts>,
    /// `[inventory]`: lists of keys.
    pub inventory: InventorySettings,
    /// `[notify]`: whom to tell of changes.
    pub notify: Notify,
    /// `[[ignore]]`: what is not told, with the reason.
    pub ignores: Vec<Entry>,
    /// `[[accept-gap]]`: what may stay unread, with the reason.
    pub accepted_gaps: Vec<GapEntry>,
    /// The file's text, for the places of ignores.
    pub text: String,
    /// Whether the user named the file. Whoever writes a repository's settings must not choose who is told, as whom
    /// AWS is asked, and what is connected to.
    pub is_named: bool,
    /// Whether `[notify]` was left alone for that.
    pub leaves_notify: bool,
    /// Forwards that were left alone for that: to be looked at and ended, never to be started.
    pub left_forwards: Vec<Forward>,
}

/// `[run]`: names of variables. They can only take away: whoever writes a repository's settings must not give a program
/// what its user did not.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Variables that programs do not get.
    pub remove: Vec<String>,
    /// Variables whose values are masked.
    pub mask: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct WrittenRun {
    remove: Vec<String>,
    mask: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Written {
    fail_on: Option<Spanned<String>>,
    min_confidence: Option<Spanned<String>>,
    off: Vec<Spanned<String>>,
    rules: Vec<PathBuf>,
    tokens: Option<PathBuf>,
    exclude: Vec<String>,
    respect_gitignore: bool,
    baseline: Option<PathBuf>,
    account: account::Written,
    accounts: Option<Spanned<accounts::Written>>,
    trail: WrittenTrail,
    run: WrittenRun,
    audit: audit::Written,
    session: session::Written,
    inventory: inventory::Written,
    notify: notify::Written,
    ignore: Vec<Spanned<WrittenIgnore>>,
    accept_gap: Vec<Spanned<WrittenGap>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenGap {
    path: Option<String>,
    name: Option<String>,
    reason: Option<String>,
    until: Option<WrittenDay>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct WrittenTrail {
    agent_sessions: Option<Vec<String>>,
    agent_tags: Option<Vec<String>>,
    agent_apps: Option<Vec<String>>,
    agent: Vec<WrittenAgent>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenAgent {
    name: String,
    #[serde(default)]
    services: Vec<String>,
    #[serde(default)]
    regions: Vec<String>,
}

/// `[trail]`. What is not written keeps its default; an empty list tells no agent.
fn conventions(written: WrittenTrail) -> Conventions {
    let mut all = Conventions::default();
    for (written, list) in [
        (written.agent_sessions, &mut all.agent_sessions),
        (written.agent_tags, &mut all.agent_tags),
        (written.agent_apps, &mut all.agent_apps),
    ] {
        if let Some(written) = written {
            *list = written;
        }
    }
    let allowed = written.agent.into_iter();
    all.agents =
        allowed.map(|WrittenAgent { name, services, regions }| Allowed { name, services, regions }).collect();
    all
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenIgnore {
    rule: String,
    path: Option<String>,
    name: Option<String>,
    secret: Option<String>,
    fingerprint: Option<String>,
    reason: Option<String>,
    until: Option<WrittenDay>,
}

/// A date as TOML knows it, or in quotes.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenDay {
    Date(Datetime),
    Text(String),
}

impl Settings {
    /// Reads the file that the user names, or `secretrail.toml` in `folder`, or the nearest one above it in the same
    /// repository. Outside of the repository, and above a folder that is in none, nothing is looked for.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] with line and column.
    pub fn load(named: Option<&Path>, folder: &Path) -> Result<Self, Error> {
        let path = match named {
            Some(path) => path.to_path_buf(),
            None => match nearest(folder) {
                Some(path) => path,
                None => return Ok(Self::default()),
            },
        };
        let unreadable = |reason: String| {
            Error::new(ErrorKind::Settings, format!("{} cannot be read: {reason}", path.display()))
        };
        let size = std::fs::metadata(&path).map_err(|error| unreadable(refused(error.kind())))?.len();
        // A device never ends.
        if !path.is_file() {
            return Err(unreadable("it is not a regular file".into()));
        }
        if size > MOST_BYTES {
            return Err(unreadable("it is larger than 1 MiB".into()));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(refused(error.kind())))?;
        let mut settings = Self::parse(&text, &path.display().to_string())?;
        let home = path.parent().map(Path::to_path_buf).unwrap_or_default();
        settings.rules.iter_mut().for_each(|folder| *folder = home.join(&folder));
        settings.tokens = settings.tokens.map(|file| home.join(file));
        settings.audit.beside(&home);
        settings.inventory.beside(&home);
        notify::beside(&mut settings.notify, &home);
        settings.baseline = settings.baseline.map(|file| home.join(file));
        settings.home = named.is_none().then_some(home);
        settings.is_named = named.is_some();
        if !settings.is_named {
            settings.leave();
        }
        settings.text = text;
        settings.file = Some(path);
        Ok(settings)
    }

    /// Takes out what only a file may say that the user names. (`audit` asks for itself where `[accounts]` is from.)
    fn leave(&mut self) {
        self.leaves_notify = std::mem::take(&mut self.notify) != Notify::default();
        self.left_forwards = std::mem::take(&mut self.session.forwards);
    }

    /// The same for who asks for nothing but what the file says: a file that is found is then named, too.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn load_asked(named: Option<&Path>, folder: &Path) -> Result<Self, Error> {
        let found = named.map(Path::to_path_buf).or_else(|| nearest(folder));
        Self::load(found.as_deref(), folder)
    }

    /// Reads the text of a settings file; `name` is for errors.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] with line and column. The message never quotes a value of the file.
    pub fn parse(text: &str, name: &str) -> Result<Self, Error> {
        let wrong = |place: String, reason: &str| {
            Error::new(ErrorKind::Settings, format!("{name}{place}: {reason}"))
                .hint("see docs/settings.md; `secretrail settings schema` prints a schema for editors")
        };
        let written: Written = toml::from_str(text).map_err(|error| {
            let place = error.span().map(|span| place(text, span.start));
            wrong(place.unwrap_or_default(), &nearest_key(&without_values(error.message())))
        })?;
        let fail_on = written.fail_on.map(|word| {
            Severity::from_word(word.get_ref()).ok_or_else(|| {
                let reason = "fail-on is one of informational, low, medium, high, critical";
                wrong(place(text, word.span().start), reason)
            })
        });
        let fail_on = fail_on.transpose()?;
        let min_confidence = written.min_confidence.map(|word| {
            Confidence::from_word(word.get_ref()).ok_or_else(|| {
                wrong(place(text, word.span().start), "min-confidence is one of low, medium, high")
            })
        });
        let min_confidence = min_confidence.transpose()?;
        let ignores = written.ignore.into_iter().map(|one| {
            let (place, range) = (place(text, one.span().start), one.span());
            entry(one.into_inner(), range).map_err(|reason| wrong(place, reason))
        });
        let ignores = ignores.collect::<Result<_, _>>()?;
        let gaps = written.accept_gap.into_iter().map(|one| {
            let (place, range) = (place(text, one.span().start), one.span());
            gap_entry(one.into_inner(), range).map_err(|reason| wrong(place, reason))
        });
        let accepted_gaps = gaps.collect::<Result<_, _>>()?;
        let account =
            account::thresholds(written.account).map_err(|(at, reason)| wrong(place(text, at), reason))?;
        let session =
            session::session(written.session).map_err(|(at, reason)| wrong(place(text, at), reason))?;
        let accounts = written.accounts.map(accounts::settings).transpose();
        let accounts = accounts.map_err(|(at, reason)| wrong(place(text, at), reason))?;
        let audit = audit::settings(written.audit).map_err(|(at, reason)| wrong(place(text, at), reason))?;
        let inventory =
            inventory::settings(written.inventory).map_err(|(at, reason)| wrong(place(text, at), reason))?;
        let notify = notify::notify(written.notify).map_err(|(at, reason)| wrong(place(text, at), reason))?;
        Ok(Self {
            file: None,
            home: None,
            fail_on,
            min_confidence,
            off_at: written.off.iter().map(|rule| place(text, rule.span().start)).collect(),
            off: written.off.into_iter().map(Spanned::into_inner).collect(),
            rules: written.rules,
            tokens: written.tokens,
            exclude: written.exclude,
            respect_gitignore: written.respect_gitignore,
            baseline: written.baseline,
            account,
            trail: conventions(written.trail),
            run: Run { remove: written.run.remove, mask: written.run.mask },
            audit,
            session,
            accounts,
            inventory,
            notify,
            ignores,
            accepted_gaps,
            text: String::new(),
            is_named: false,
            leaves_notify: false,
            left_forwards: Vec::new(),
        })
    }
}

/// A reader's message about an unknown key, with the one that was meant instead of all that there are.
fn nearest_key(message: &str) -> String {
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match words.split_first() {
        Some((key, known)) if message.starts_with("unknown field") => {
            let meant = did_you_mean(key, known.iter().copied());
            if meant.is_empty() { message.to_owned() } else { format!("unknown field `{key}`{meant}") }
        }
        _ => message.to_owned(),
    }
}

/// `:line:column` of a byte.
pub fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
    format!(":{}:{column}", before.matches('\n').count() + 1)
}

/// One `[[ignore]]`; the error says what is wrong with it and quotes nothing.
fn entry(written: WrittenIgnore, range: Range<usize>) -> Result<Entry, &'static str> {
    let reason = said(written.reason).ok_or("this ignore has no reason: write reason = \"why\"")?;
    let path = match written.path {
        Some(glob) => Some(Glob::parse(&glob).ok_or("the path of this ignore is no glob")?),
        None => None,
    };
    let until = until(written.until)?;
    let WrittenIgnore { rule, name, secret, fingerprint, .. } = written;
    Ok(Entry { rule, path, name, secret, fingerprint, reason, until, range })
}

/// One `[[accept-gap]]`; the error says what is wrong with it and quotes nothing.
fn gap_entry(written: WrittenGap, range: Range<usize>) -> Result<GapEntry, &'static str> {
    let reason = said(written.reason).ok_or("this accept-gap has no reason: write reason = \"why\"")?;
    let path = match written.path {
        Some(glob) => Some(Glob::parse(&glob).ok_or("the path of this accept-gap is no glob")?),
        None => None,
    };
    if path.is_none() && written.name.is_none() {
        return Err("this accept-gap needs a path, a name or both");
    }
    Ok(GapEntry { path, name: written.name, reason, until: until(written.until)?, range })
}

/// A text that is not empty.
fn said(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn until(written: Option<WrittenDay>) -> Result<Option<Day>, &'static str> {
    let day = match written {
        Some(WrittenDay::Date(date)) => Day::parse(&date.to_string()),
        Some(WrittenDay::Text(text)) => Day::parse(&text),
        None => return Ok(None),
    };
    day.map(Some).ok_or("`until` is no day of the calendar: write 2027-01-31")
}

/// The settings file of a folder: its own, or the nearest one above it, as far as its repository goes.
fn nearest(folder: &Path) -> Option<PathBuf> {
    let own = folder.join(FILE_NAME);
    if own.is_file() {
        return Some(own);
    }
    let is_root = |folder: &&Path| folder.join(".git").exists();
    let root = folder.ancestors().find(is_root)?;
    let above = folder.ancestors().skip(1).take_while(|above| above.starts_with(root));
    above.map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file())
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

    #[test]
    fn an_ignore_says_what_and_why() {
        let text = "off = []\n\n[[ignore]]\nrule = \"r\"\npath = \"a/**\"\nreason = \" why \"\nuntil = 2027-01-31\n\n[[ignore]]\nrule = \"s\"\nreason = \"x\"\nuntil = \"2027-02-01\"\n";
        let ignores = Settings::parse(text, "s").unwrap().ignores;
        let told: Vec<_> = ignores
            .iter()
            .map(|one| {
                (one.rule.as_str(), one.reason.as_str(), one.until.unwrap().to_string(), one.range.start)
            })
            .collect();
        let second = text.rfind("[[").unwrap();
        assert_eq!(told, [("r", "why", "2027-01-31".into(), 10), ("s", "x", "2027-02-01".into(), second)]);
    }

    #[test]
    fn what_counts_as_old_is_set() {
        let text = "[account]\nkey-rotation-days = 30\nagent-roles = [\"ci-*\"]\n";
        let account = Settings::parse(text, "s").unwrap().account;
        assert_eq!(
            (account.key_rotation_days, account.unused_days, account.agent_roles_named),
            (30, 45, true)
        );
        for (entry, told) in [
            ("unused-days = 0", "s:2:15: this must be a whole number from 1 on"),
            ("root-used-days = -3", "s:2:18: this must be"),
            ("agent-roles = [\"a\", \" \"]", "s:2:21: this pattern is empty"),
            ("unused-days = \"canary\"", "s:2:15: invalid type: string, expected i64"),
            ("unused_days = 3", "s:2:1: unknown field `unused_days`"),
        ] {
            let error = Settings::parse(&format!("[account]\n{entry}\n"), "s").unwrap_err();
            assert!(error.message.starts_with(told), "{}", error.message);
        }
    }

    #[test]
    fn an_ignore_that_is_not_whole_is_an_error() {
        for (entry, told) in [
            ("rule = \"r\"", "s:2:1: this ignore has no reason"),
            ("rule = \"r\"\nreason = \" \"", "s:2:1: this ignore has no reason"),
            ("reason = \"x\"", "s:2:1: missing field `rule`"),
            ("rule = \"r\"\nreason = \"x\"\npath = \"!a\"", "s:2:1: the path of this ignore is no glob"),
            ("rule = \"r\"\nreason = \"x\"\nuntil = \"soon\"", "s:2:1: `until` is no day of the calendar"),
            ("rule = \"r\"\nreason = \"x\"\nuntil = 2027-01-31T10:00:00Z", "s:2:1: `until` is no day"),
            ("rule = \"r\"\nreason = \"x\"\nfile = \"a\"", "s:5:1: unknown field `file`"),
        ] {
            let error = Settings::parse(&format!("\n[[ignore]]\n{entry}\n"), "s").unwrap_err();
            assert!(error.message.starts_with(told), "{}", error.message);
        }
    }
}
