//! What stays after someone is gone, and who took it away again.

use std::collections::BTreeSet;

use super::blast::SecretUse;
use super::deed::{Deed, FORCED, TRUSTED};
use super::endings::{Endings, Within, denies, gives};
use super::kinds::{self, Kind, Leaves, fields};
use super::names;
use crate::trail::Session;

/// Names that are told of those who may take a role.
const MOST_NAMES: usize = 3;

/// Something that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lasting {
    /// The event that made it.
    pub made: Deed,
    /// What it is.
    pub kind: &'static Kind,
    /// What it is, in words.
    pub what: String,
    /// What ended it, or stopped it.
    pub ended: Option<Ended>,
    /// An event of the same second that may have ended it, or came before.
    pub doubtful: Option<Deed>,
    /// What someone else did to it since, which does not prove that it is undone.
    pub changed: Option<Deed>,
    /// Of a credential: whether these logs show a use of it.
    pub used: Option<bool>,
    /// What the account's evidence says of it.
    pub seen: Seen,
}

/// How something was ended, or stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The event.
    pub deed: Deed,
    /// Whether it is only stopped, and still there.
    pub is_held: bool,
    /// Who did it.
    pub by: Who,
}

/// Who did something, as the incident sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A session of the incident.
    Incident,
    /// Someone else: the id of the session, and the principal.
    Other(String, String),
    /// A session that these logs do not tell.
    Unknown,
}

/// What the account's evidence says of something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Seen {
    /// Nobody looked, or it does not tell such things.
    #[default]
    Unknown,
    /// It was there; when that was seen, and what more is told.
    There(i64, String),
    /// It was not there any more, or it was switched off; when that was seen.
    Gone(i64, String),
    /// Something is in its place, and nobody says that it is a good thing; when that was seen, and what is known.
    Replaced(i64, String),
}

impl Lasting {
    /// Whether something is to be done about it.
    pub fn is_open(&self) -> bool {
        self.ended.is_none() && !matches!(self.seen, Seen::Gone(..))
    }
}

/// What a deed left behind, and whether anyone ended it.
pub(super) fn lasting(
    made: &Deed,
    endings: &Endings<'_>,
    within: &Within<'_>,
    who: &dyn Fn(Option<usize>) -> Who,
) -> Option<Lasting> {
    let number = kinds::number(&made.service, &made.name).filter(|_| made.worked())?;
    let kind = kinds::ALL.get(number).copied()?;
    let kind = match (kind.opened, kind.denial) {
        (Some(opened), _) if is_opened(made) => opened,
        (_, Some(denial)) if denies(made) => denial,
        _ if kind.call == "secretsmanager:DeleteSecret" && made.field(FORCED).is_some() => {
            &kinds::LOST_SECRET
        }
        _ => kind,
    };
    let leaves_nothing = match kind.call {
        // Who takes away what the incident made itself leaves nothing behind.
        _ if endings.is_own(number, made, within) => true,
        "secretsmanager:DeleteSecret" => endings.is_own_secret(made, within),
        "iam:UpdateAccessKey" => made.field("status") != Some("Active"),
        // AWS's own services give themselves grants, in the name of who uses them.
        "kms:CreateGrant" => {
            made.field("granteePrincipal").is_some_and(|who| who.ends_with(".amazonaws.com"))
        }
        _ => kind.leaves == Leaves::Share && !gives(made),
    };
    if leaves_nothing {
        return None;
    }
    let end = endings.end_of(number, made, within);
    Some(Lasting {
        made: made.clone(),
        kind,
        what: filled(kind.what, made),
        ended: end.by.map(|deed| Ended { deed: deed.clone(), is_held: end.is_held, by: who(deed.session) }),
        doubtful: end.doubtful.cloned(),
        changed: end.changed.cloned(),
        used: None,
        seen: Seen::Unknown,
    })
}

/// Says of each key that was made whether any session used it. One that nobody used is no less a way back.
pub(super) fn uses(all: &mut [Lasting], sessions: &[Session]) {
    let keys: BTreeSet<&str> =
        sessions.iter().flat_map(|session| session.keys.iter().map(String::as_str)).collect();
    for one in all.iter_mut().filter(|one| one.kind.call == "iam:CreateAccessKey") {
        one.used = one.made.field("accessKeyId").map(|key| keys.contains(key));
    }
}

/// The fields of a template in the words of an event.
fn filled(template: &str, deed: &Deed) -> String {
    let (mut text, mut at) = (String::new(), 0);
    for (from, to) in fields(template) {
        let field = template.get(from..to).unwrap_or_default();
        text.push_str(template.get(at..from - 1).unwrap_or_default());
        match field {
            "shared" => text.push_str(&shared(deed)),
            "others" => text.push_str(&some_of(others(deed))),
            _ => text.push_str(&first(field, deed).unwrap_or("(not recorded)").replace('`', "'")),
        }
        at = to + 1;
    }
    text.push_str(template.get(at..).unwrap_or_default());
    text
}

/// Secrets that the incident made and deleted again, in a sentence: nothing of them is to be restored.
pub(super) fn own_secrets(
    deeds: &[Deed],
    secrets: &[SecretUse],
    endings: &Endings<'_>,
    within: &Within<'_>,
) -> Option<String> {
    let is_own = |deed: &&Deed| {
        deed.worked() && deed.is_of("secretsmanager", "DeleteSecret") && endings.is_own_secret(deed, within)
    };
    let mut all: BTreeSet<&String> = deeds.iter().filter(is_own).flat_map(|deed| &deed.written).collect();
    all.extend(secrets.iter().filter(|secret| secret.is_gone_again()).map(|secret| &secret.plain));
    match all.len() {
        0 => None,
        1 => Some(
            "1 secret was created and deleted again by the incident itself: nothing to restore".to_owned(),
        ),
        count => Some(format!(
            "{count} secrets were created and deleted again by the incident itself: nothing to restore"
        )),
    }
}

/// Who may take a role and is of another account: accounts, ARNs, everybody.
pub(super) fn others(deed: &Deed) -> Vec<&str> {
    let is_other = |who: &&str| {
        let account = account_of(who);
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        *who == "*" || (is_account && account != deed.account)
    };
    deed.all(TRUSTED).filter(is_other).collect()
}

/// The account of whom a call lets in; of `*` itself.
pub(super) fn account_of(who: &str) -> &str {
    if who.starts_with("arn:") { who.split(':').nth(4).unwrap_or_default() } else { who }
}

/// Whether a role was opened to someone of another account.
fn is_opened(deed: &Deed) -> bool {
    !others(deed).is_empty()
}

/// Services that AWS's own logs are delivered by, and who watches.
const DELIVERY: &[&str] = &[
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "guardduty.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
];

/// The names of roles, with their accounts, by which nothing but logs is delivered, as these deeds made them.
pub(super) fn log_roles(all: &[Lasting]) -> BTreeSet<(&str, String)> {
    let delivers = |one: &&Lasting| {
        let mut trusted = one.made.all(TRUSTED).peekable();
        one.kind.call == "iam:CreateRole"
            && trusted.peek().is_some()
            && trusted.all(|who| DELIVERY.contains(&who))
    };
    all.iter()
        .filter(delivers)
        .filter_map(|one| Some((one.made.account.as_str(), names::of_iam(one.made.field("roleName")?))))
        .collect()
}

/// Some names, as code.
fn some_of(mut all: Vec<&str>) -> String {
    all.dedup();
    let more = all.len().saturating_sub(MOST_NAMES);
    all.truncate(MOST_NAMES);
    let told: Vec<String> = all
        .iter()
        .map(|one| if *one == "*" { "everyone".to_owned() } else { format!("`{}`", one.replace('`', "'")) })
        .collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", told.join(", "))
}

/// The first value of `a|b`.
pub(super) fn first<'d>(field: &'d str, deed: &'d Deed) -> Option<&'d str> {
    field.split('|').find_map(|name| deed.field(name))
}

/// With whom something was shared.
fn shared(deed: &Deed) -> String {
    let names =
        ["userId", "group", "valuesToAdd", "accountIdsToAdd", "organizationArn", "organizationalUnitArn"];
    let mut all: Vec<&str> = names.iter().flat_map(|name| deed.all(name)).collect();
    all.dedup();
    if all.contains(&"all") {
        return "everyone".to_owned();
    }
    let all: Vec<String> = all.iter().map(|one| format!("`{}`", one.replace('`', "'"))).collect();
    if all.is_empty() { "an unknown account".to_owned() } else { format!("account {}", all.join(", ")) }
}
