//! What is told of an account beside its findings: the verdict, root, and the users with the ages of what they have.

use super::shown::shown;
use super::told::Teller;
use crate::counted::counted;

/// An account. A fact is `None` where it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountSection {
    /// The account's number.
    pub number: String,
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// When the evidence was collected: all ages count from it.
    pub collected_at: String,
    /// When AWS made the credential report, and how many hours that was before.
    pub report_made: Option<(String, i64)>,
    /// Who asked: `root`, and the ARN.
    pub caller: Option<(String, String)>,
    /// Sentences, the most important first.
    pub verdict: Vec<String>,
    /// The root user.
    pub root: RootRow,
    /// The users.
    pub users: Vec<UserRow>,
    /// Whether ids of keys are shown whole.
    pub show_key_ids: bool,
    /// Where many accounts were audited: each of them. Then the verdict is of all, and the rest of none.
    pub members: Vec<MemberRow>,
}

/// One of many accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// Its number.
    pub number: String,
    /// Its name in the organisation.
    pub name: Option<String>,
    /// What is told of it, or why it was not audited.
    pub told: Result<Box<AccountSection>, String>,
    /// Whether it was to be audited.
    pub is_meant: bool,
}

/// The root user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RootRow {
    /// The ARN.
    pub arn: String,
    /// Whether it has access keys.
    pub access_keys: Option<bool>,
    /// Whether it has a password.
    pub password: Option<bool>,
    /// `on`, `off`, `not-needed` or `unknown`.
    pub mfa: String,
    /// `virtual`, `hardware`, `none` or `unknown`.
    pub mfa_device: String,
    /// Whether it has signing certificates.
    pub signing_certificates: Option<bool>,
    /// When it was last used.
    pub last_used: Last,
    /// By what: `password`, `access key 1`.
    pub last_used_by: Option<String>,
}

/// When something was last used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Last {
    /// Then, so many days before the evidence was collected.
    At(String, i64),
    /// It never was.
    Never,
    /// Nobody told.
    #[default]
    Unknown,
}

impl Last {
    /// `used`, `never` or `unknown`.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::At(..) => "used",
            Self::Never => "never",
            Self::Unknown => "unknown",
        }
    }

    /// The time, where there is one.
    pub(super) fn at(&self) -> Option<&str> {
        match self {
            Self::At(at, _) => Some(at),
            _ => None,
        }
    }

    /// The days, where there is a time.
    pub(super) fn days(&self) -> Option<i64> {
        match self {
            Self::At(_, days) => Some(*days),
            _ => None,
        }
    }

    /// `used 12 d ago`, `never used`, `use unknown`.
    fn cell(&self) -> String {
        match self {
            Self::At(_, 0) => "used today".to_owned(),
            Self::At(_, days) => format!("used {days} d ago"),
            Self::Never => "never used".to_owned(),
            Self::Unknown => "use unknown".to_owned(),
        }
    }
}

/// A user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserRow {
    /// The name.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// Whether it has a password.
    pub password: Option<bool>,
    /// When the password was last used.
    pub password_last_used: Last,
    /// Whether it has MFA.
    pub mfa: Option<bool>,
    /// `yes`, `nearly`, `conditional`, `bounded`, `no`, or `unknown`.
    pub administrator: String,
    /// Its access keys.
    pub keys: Vec<KeyRow>,
}

/// An access key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyRow {
    /// 1 or 2.
    pub number: u8,
    /// Its id, where it was asked for.
    pub id: Option<String>,
    /// Whether it is active.
    pub active: Option<bool>,
    /// Days since it was made.
    pub age_days: Option<i64>,
    /// When it was last used.
    pub last_used: Last,
}

/// The last characters of an id that are shown.
const SHOWN: usize = 4;
/// A shorter id would be shown in a good part.
const SHORTEST_ID: usize = 16;

impl KeyRow {
    /// The last four characters of its id.
    pub(super) fn last4(&self) -> Option<String> {
        let id = self.id.as_deref()?;
        let length = id.chars().count();
        (length >= SHORTEST_ID).then(|| shown(&id.chars().skip(length - SHOWN).collect::<String>()))
    }

    /// The id as far as it is shown. A whole id passes no redactor: who asked for it wants to read it.
    pub(super) fn told_id(&self, whole: bool) -> Option<String> {
        if whole { self.id.as_deref().map(shown) } else { self.last4().map(|last4| format!("…{last4}")) }
    }
}

/// `yes`, `no` or `?`.
pub(super) fn flag(flag: Option<bool>) -> &'static str {
    match flag {
        Some(true) => "yes",
        Some(false) => "no",
        None => "?",
    }
}

/// Names of the columns of [`member_cells`].
pub(super) const MEMBER_COLUMNS: [&str; 7] =
    ["account", "root keys", "root MFA", "users", "without MFA", "active keys", "administrators"];

/// One of many accounts in a row of a table, redacted.
pub(super) fn member_cells(member: &MemberRow, teller: &Teller<'_>) -> [String; 7] {
    let called = match &member.name {
        Some(name) => format!("{} {name}", member.number),
        None => member.number.clone(),
    };
    let called = teller.name(&called);
    let Ok(section) = &member.told else {
        let none = || "-".to_owned();
        let word = if member.is_meant { "not audited" } else { "left out" };
        return [called, word.to_owned(), none(), none(), none(), none(), none()];
    };
    let mfa = match section.root.mfa.as_str() {
        "on" => teller.name(&format!("on, {}", section.root.mfa_device)),
        other => teller.name(other),
    };
    [
        called,
        flag(section.root.access_keys).to_owned(),
        mfa,
        section.users.len().to_string(),
        section.without_mfa().to_string(),
        section.active_keys().to_string(),
        section.administrators().to_string(),
    ]
}

impl AccountSection {
    /// Users with a password and without MFA.
    pub fn without_mfa(&self) -> usize {
        let is_open = |user: &&UserRow| user.password == Some(true) && user.mfa != Some(true);
        self.users.iter().filter(is_open).count()
    }

    /// Access keys that are on.
    pub fn active_keys(&self) -> usize {
        self.users.iter().flat_map(|user| &user.keys).filter(|key| key.active == Some(true)).count()
    }

    /// Users who are administrators at all times.
    pub fn administrators(&self) -> usize {
        self.users.iter().filter(|user| user.administrator == "yes").count()
    }
}

/// Names of the columns of [`cells`].
pub(super) const COLUMNS: [&str; 6] = ["user", "password", "MFA", "key 1", "key 2", "administrator"];

/// A user in a row of a table, redacted.
pub(super) fn cells(user: &UserRow, section: &AccountSection, teller: &Teller<'_>) -> [String; 6] {
    let password = match user.password {
        Some(true) => user.password_last_used.cell(),
        other => flag(other).to_owned(),
    };
    let key = |number: u8| {
        let key = user.keys.iter().find(|key| key.number == number);
        key.map_or_else(|| "-".to_owned(), |key| key_cell(key, section.show_key_ids))
    };
    let administrator = if user.administrator == "unknown" { "?" } else { &user.administrator };
    [teller.name(&user.name), password, flag(user.mfa).to_owned(), key(1), key(2), administrator.to_owned()]
}

/// `…MPLE 400 d old, used 12 d ago`.
fn key_cell(key: &KeyRow, whole: bool) -> String {
    let id = key.told_id(whole).map(|id| format!("{id} ")).unwrap_or_default();
    let age = key.age_days.map_or_else(|| "age unknown".to_owned(), |days| format!("{days} d old"));
    match key.active {
        Some(false) => format!("{id}off, {age}"),
        Some(true) => format!("{id}{age}, {}", key.last_used.cell()),
        None => format!("{id}? {age}"),
    }
}

/// `account 123456789012, collected 2026-11-26T00:00:00Z, credential report made 1 hour before`.
pub(super) fn headline(section: &AccountSection) -> String {
    if !section.members.is_empty() {
        let asked = section.caller.as_ref().map(|(_, arn)| format!(", asked by {arn}")).unwrap_or_default();
        return format!("accounts, evidence of {}{asked}", section.collected_at);
    }
    let number = if section.number.is_empty() { "of unknown number" } else { section.number.as_str() };
    let report = match &section.report_made {
        Some((_, hours)) => format!("credential report made {} before", counted(*hours, "hour", "hours")),
        None => "without a credential report".to_owned(),
    };
    format!("account {number}, evidence of {}, {report}", section.collected_at)
}
