//! What the evidence of an account says of those that a review names: whether a key still works, whose it is, what its
//! owner may do and become, and whether what was made is still there. It was so when it was collected, and no later.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::deed::Deed;
use super::endings::Endings;
use super::kinds;
use super::lasting::{Lasting, Seen, Who};
use super::names::{self, same_in_iam};
use super::party::{Party, role_name};
use crate::account::{Account, Administrator, Key, Kind as What, Known, Subject, User};
use crate::trail::time::written;

/// Identities that are told.
const MOST: usize = 50;
/// Names in one fact.
const MOST_NAMES: usize = 8;

/// What is known of one identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who: ``user `alice` ``.
    pub about: String,
    /// The account.
    pub account: String,
    /// When that was seen, in seconds.
    pub at: i64,
    /// What it may do, in a few words; empty where that is not known.
    pub power: String,
    /// Titles and sentences.
    pub facts: Vec<(&'static str, String)>,
}

/// The evidence of all accounts, the newest of each.
#[derive(Default)]
pub(super) struct States<'k> {
    by_number: BTreeMap<&'k str, &'k Account>,
}

fn seconds(at: Timestamp) -> i64 {
    at.as_second()
}

fn code(name: &str) -> String {
    format!("`{}`", name.replace('`', "'"))
}

fn some(names: &[String]) -> String {
    let mut told: Vec<String> = names.iter().take(MOST_NAMES).map(|name| code(name)).collect();
    if names.len() > MOST_NAMES {
        told.push(format!("{} more", names.len() - MOST_NAMES));
    }
    told.join(", ")
}

impl<'k> States<'k> {
    pub fn of(accounts: &'k [Account]) -> Self {
        let mut all = Self::default();
        for account in accounts {
            let known = all.by_number.entry(&account.number).or_insert(account);
            if known.now < account.now {
                *known = account;
            }
        }
        all
    }

    fn account(&self, number: &str) -> Option<&'k Account> {
        self.by_number.get(number).copied()
    }

    /// When an account was looked at: its credential report, which is older, and all else.
    fn times(account: &Account) -> (i64, i64) {
        (account.report_made.get().map_or(seconds(account.now), |at| seconds(*at)), seconds(account.now))
    }

    /// What became of an access key: only where that was seen after a time.
    pub fn key(&self, account: &str, user: &str, key: &str, after: i64) -> Seen {
        let Some(account) = self.account(account) else { return Seen::Unknown };
        let (at, _) = Self::times(account);
        if at <= after || account.users.is_empty() || user.is_empty() {
            return Seen::Unknown;
        }
        let Some(owner) = find_user(account, user) else {
            return Seen::Gone(at, format!("there is no user {}", code(user)));
        };
        if let Some(known) = owner.keys.iter().find(|known| known.id.as_deref() == Some(key)) {
            return match &known.active {
                Known::Is(true) => Seen::There(at, key_words(known)),
                Known::Is(false) => Seen::Gone(at, "it is inactive".to_owned()),
                Known::Unknown(_) => Seen::Unknown,
            };
        }
        match owner.keys.iter().all(|known| known.id.is_some()) {
            true => Seen::Gone(at, "the user has no such key".to_owned()),
            false => Seen::Unknown,
        }
    }

    /// What became of a user's password: only where that was seen after a time.
    pub fn password(&self, account: &str, user: &str, after: i64) -> Seen {
        let Some(account) = self.account(account) else { return Seen::Unknown };
        let (at, _) = Self::times(account);
        let Some(owner) = find_user(account, user).filter(|_| at > after) else { return Seen::Unknown };
        let changed = owner.password_changed.get().copied().flatten().map(seconds);
        match (owner.password.get(), changed) {
            (Some(false), _) => Seen::Gone(at, "the user has none".to_owned()),
            (_, Some(changed)) if changed > after => {
                Seen::Gone(at, format!("it was changed at {}", written(changed)))
            }
            _ => Seen::Unknown,
        }
    }

    /// Whether a user or role is gone: only where that was seen after a time.
    pub fn is_gone(&self, account: &str, is_role: bool, name: &str, after: i64) -> Option<i64> {
        let account = self.account(account)?;
        let (at, there) = exists(account, is_role, name)?;
        (!there && at > after).then_some(at)
    }

    /// Other keys of a user that work, by id.
    pub fn other_keys(&self, account: &str, user: &str, known: &BTreeSet<&str>) -> Vec<(String, String)> {
        let owner = self.account(account).and_then(|account| find_user(account, user));
        let keys = owner.into_iter().flat_map(|owner| &owner.keys);
        let others = keys
            .filter(|key| key.active.is_true() && key.id.as_deref().is_some_and(|id| !known.contains(id)));
        others.filter_map(|key| Some((key.id.clone()?, key_words(key)))).collect()
    }

    /// Says of what was left behind whether it was still there.
    pub fn see(&self, all: &mut [Lasting], endings: &Endings<'_>, who: &dyn Fn(Option<usize>) -> Who) {
        for one in all {
            if let Some(account) = self.account(&one.made.account) {
                one.seen = seen(account, one, &|made| {
                    let deed = endings.replaced(kinds::number(&made.service, &made.name)?, made)?;
                    Some((deed, who(deed.session)))
                });
            }
        }
    }

    /// What is known of all that a review names.
    pub fn identities(&self, parties: &[&Party], lasting: &[Lasting]) -> Vec<Identity> {
        let mut asked: Vec<(&str, What, &str)> = Vec::new();
        for party in parties.iter().filter(|party| party.kind != "AWSService") {
            let account = party.account.as_str();
            match party.kind.as_str() {
                "Root" => asked.push((account, What::Group, "root")),
                "AssumedRole" => asked.push((account, What::Role, role_name(&party.role))),
                _ => asked.push((account, What::User, party.user.as_str())),
            }
        }
        for one in lasting.iter().filter(|one| one.made.service == "iam") {
            let account = one.made.account.as_str();
            asked.extend(one.made.field("userName").map(|name| (account, What::User, name)));
            asked.extend(one.made.field("roleName").map(|name| (account, What::Role, name)));
        }
        let mut told = BTreeSet::new();
        asked.retain(|(account, what, name)| {
            !name.is_empty() && told.insert((*account, *what, names::of_iam(name)))
        });
        let one = |(account, what, name): (&str, What, &str)| {
            let account = self.account(account)?;
            Some(match what {
                What::User => of_user(account, name),
                What::Group => of_root(account),
                _ => of_role(account, name),
            })
        };
        asked.into_iter().filter_map(one).take(MOST).collect()
    }
}

fn find_user<'a>(account: &'a Account, name: &str) -> Option<&'a User> {
    account.users.iter().find(|user| same_in_iam(&user.name, name))
}

fn find<'a>(account: &'a Account, is: impl Fn(What) -> bool, name: &str) -> Option<&'a Subject> {
    account.subjects.get()?.iter().find(|subject| is(subject.kind) && same_in_iam(&subject.name, name))
}

fn is_role(what: What) -> bool {
    !matches!(what, What::User | What::Group)
}

/// Whether a user or role is there, and when that was seen; `None` where nobody told.
fn exists(account: &Account, is_a_role: bool, name: &str) -> Option<(i64, bool)> {
    let (report, now) = States::times(account);
    if account.subjects.get().is_some() {
        let is = |what| if is_a_role { is_role(what) } else { what == What::User };
        return Some((now, find(account, is, name).is_some()));
    }
    (!is_a_role && !account.users.is_empty()).then(|| (report, find_user(account, name).is_some()))
}

fn key_words(key: &Key) -> String {
    let active = match &key.active {
        Known::Is(true) => "active",
        Known::Is(false) => "inactive",
        Known::Unknown(_) => "possibly active",
    };
    let made = key.created.get().map(|at| format!(", created {}", written(seconds(*at)))).unwrap_or_default();
    let used = match &key.used {
        Known::Is(Some(at)) => format!(", last used {}", written(seconds(*at))),
        Known::Is(None) => ", never used".to_owned(),
        Known::Unknown(_) => String::new(),
    };
    let service = key.service.as_deref().map(|name| format!(" for {}", code(name))).unwrap_or_default();
    format!("{active}{made}{used}{service}")
}

/// What the evidence says of something that was left behind.
/// `replaced` finds what was put in the place of what a deed took away, and who did.
fn seen<'l>(
    account: &Account,
    one: &'l Lasting,
    replaced: &dyn Fn(&'l Deed) -> Option<(&'l Deed, Who)>,
) -> Seen {
    let (report, now) = States::times(account);
    let call = one.kind.call;
    let made = one.made.at.time;
    let field = |name: &str| one.made.field(name).unwrap_or_default();
    let (user, role) = (field("userName"), field("roleName"));
    // Who is gone has nothing any more.
    for (is_a_role, name, what) in [(false, user, "user"), (true, role, "role")] {
        if let Some((at, false)) =
            exists(account, is_a_role, name).filter(|(at, _)| !name.is_empty() && *at > made)
        {
            return Seen::Gone(at, format!("there is no {what} {}", code(name)));
        }
    }
    let policy = || field("policyArn").rsplit('/').next().unwrap_or_default().to_owned();
    let inline = || format!("{} (inline)", field("policyName"));
    let is = |there: Option<bool>, at: i64| match there {
        Some(true) if at > made => Seen::There(at, String::new()),
        Some(false) if at > made => Seen::Gone(at, String::new()),
        _ => Seen::Unknown,
    };
    let holds = |of: fn(What) -> bool, name: &str, policy: &str| {
        is(
            find(account, of, name).map(|one| one.policies.iter().any(|known| same_in_iam(known, policy))),
            now,
        )
    };
    let of_user = |what| what == What::User;
    let of_group = |what| what == What::Group;
    let owner = find_user(account, user);
    match call {
        "iam:CreateAccessKey" | "iam:UpdateAccessKey" => {
            let states = States { by_number: [(account.number.as_str(), account)].into_iter().collect() };
            states.key(&account.number, user, field("accessKeyId"), made)
        }
        "iam:CreateUser" => is(exists(account, false, user).map(|(_, there)| there), now),
        "iam:CreateRole" => is(exists(account, true, role).map(|(_, there)| there), now),
        "iam:CreateLoginProfile" | "iam:UpdateLoginProfile" => {
            is(owner.and_then(|owner| owner.password.get().copied()), report)
        }
        "iam:DeactivateMFADevice" => match owner.and_then(|owner| owner.mfa.get()) {
            Some(false) if report > made => Seen::There(report, String::new()),
            Some(true) if report > made => Seen::Replaced(report, second_factor(replaced(&one.made))),
            _ => Seen::Unknown,
        },
        // Which device it is, the evidence does not tell.
        "iam:EnableMFADevice" => match owner.and_then(|owner| owner.mfa.get()) {
            Some(false) if report > made => Seen::Gone(report, "the user has no MFA device".to_owned()),
            _ => Seen::Unknown,
        },
        "iam:UploadSigningCertificate" => {
            is(owner.and_then(|owner| owner.certificates.get().copied()), report)
        }
        "iam:AttachUserPolicy" => holds(of_user, user, &policy()),
        "iam:AttachRolePolicy" => holds(is_role, role, &policy()),
        "iam:AttachGroupPolicy" => holds(of_group, field("groupName"), &policy()),
        "iam:PutUserPolicy" => holds(of_user, user, &inline()),
        "iam:PutRolePolicy" => holds(is_role, role, &inline()),
        "iam:PutGroupPolicy" => holds(of_group, field("groupName"), &inline()),
        "iam:AddUserToGroup" => {
            let group = find(account, of_group, field("groupName"));
            is(group.map(|group| group.members.iter().any(|member| same_in_iam(member, user))), now)
        }
        "iam:UpdateAssumeRolePolicy" => match find(account, is_role, role) {
            Some(subject) if now > made => {
                Seen::There(now, format!("can be assumed by {}", trusted(subject)))
            }
            _ => Seen::Unknown,
        },
        _ => Seen::Unknown,
    }
}

/// Whose second factor there is: what was put there by the incident protects nobody.
fn second_factor(replaced: Option<(&Deed, Who)>) -> String {
    match replaced {
        Some((deed, Who::Incident)) => format!(
            "an MFA device exists, and the last one was enabled by the incident itself (event `{}`)",
            deed.at.id
        ),
        Some((deed, _)) => {
            format!("an MFA device exists; these logs show one enabled by event `{}`", deed.at.id)
        }
        None => "an MFA device exists, but these logs do not show who enabled it".to_owned(),
    }
}

fn trusted(subject: &Subject) -> String {
    let mut all: Vec<String> = subject
        .trusted
        .iter()
        .map(|one| match one.conditions.is_empty() {
            true => code(&one.who.words()),
            false => format!("{} ({})", code(&one.who.words()), one.conditions.replace('`', "'")),
        })
        .collect();
    all.dedup();
    let more = all.len().saturating_sub(MOST_NAMES);
    all.truncate(MOST_NAMES);
    match (all.is_empty(), more) {
        (true, _) => "nobody".to_owned(),
        (_, 0) => all.join(", "),
        _ => format!("{} and {more} more", all.join(", ")),
    }
}

/// What someone may do: in a few words, and in a sentence.
fn power(subject: &Subject) -> (String, String) {
    let ways: Vec<&str> = subject.grant.ways.iter().map(|way| way.by.as_str()).collect();
    let conditions: Vec<&str> =
        subject.grant.ways.iter().flat_map(|way| way.conditions.iter().map(String::as_str)).collect();
    let by = if ways.is_empty() { String::new() } else { format!(", by {}", ways.join("; ")) };
    let (short, told) = match subject.administrator {
        Administrator::Yes => ("an administrator", format!("everything: an administrator{by}")),
        Administrator::Nearly => ("nearly an administrator", format!("everything but IAM{by}")),
        Administrator::Conditional => {
            ("an administrator under conditions", format!("everything, {}{by}", conditions.join(", ")))
        }
        Administrator::Bounded => {
            let boundary = subject.boundary.as_deref().unwrap_or("a boundary").replace('`', "'");
            ("an administrator within a boundary", format!("everything that `{boundary}` allows{by}"))
        }
        Administrator::Unknown => {
            ("unknown: a policy cannot be evaluated", "unknown: a policy cannot be evaluated".to_owned())
        }
        Administrator::No if !subject.grant.escalations.is_empty() => {
            let how: Vec<String> = subject
                .grant
                .escalations
                .iter()
                .take(3)
                .map(|one| format!("{} ({})", one.by, one.how))
                .collect();
            ("able to become an administrator", format!("can escalate its permissions: {}", how.join("; ")))
        }
        Administrator::No => ("not an administrator", "not an administrator".to_owned()),
    };
    let policies = match subject.policies.is_empty() {
        true => String::new(),
        false => format!("; its own policies: {}", some(&subject.policies)),
    };
    (short.to_owned(), format!("{told}{policies}"))
}

fn identity(account: &Account, about: String) -> Identity {
    Identity {
        about,
        account: account.number.clone(),
        at: seconds(account.now),
        power: String::new(),
        facts: Vec::new(),
    }
}

fn yes(known: &Known<bool>, yes: &str, no: &str) -> String {
    match known {
        Known::Is(true) => yes.to_owned(),
        Known::Is(false) => no.to_owned(),
        Known::Unknown(why) => format!("unknown: {why}"),
    }
}

fn of_user(account: &Account, name: &str) -> Identity {
    let mut told = identity(account, format!("user {}", code(name)));
    let user = find_user(account, name);
    let subject = find(account, |what| what == What::User, name);
    if user.is_none() && subject.is_none() {
        let known = exists(account, false, name).is_some();
        let words = if known { "does not exist" } else { "unknown: the evidence lists no users" };
        told.facts.push(("There", words.to_owned()));
        return told;
    }
    if let Some(user) = user {
        let made =
            user.created.get().map(|at| format!(", created {}", written(seconds(*at)))).unwrap_or_default();
        told.facts.push(("There", format!("yes{made}")));
        let key = |key: &Key| {
            let id = key.id.as_deref().map_or("a key whose ID was not requested".to_owned(), code);
            format!("{id}: {}", key_words(key))
        };
        let keys: Vec<String> = user.keys.iter().map(key).collect();
        told.facts.push(("Access keys", if keys.is_empty() { "none".to_owned() } else { keys.join("; ") }));
        let used = user.password_used.get().copied().flatten();
        let used = used.map(|at| format!(", last used {}", written(seconds(at)))).unwrap_or_default();
        told.facts.push(("Password", format!("{}{used}", yes(&user.password, "yes", "none"))));
        told.facts.push(("MFA", yes(&user.mfa, "yes", "none")));
        told.facts.push(("Signing certificate", yes(&user.certificates, "active", "none")));
    }
    match (subject, &account.subjects) {
        (Some(subject), _) => {
            let (short, words) = power(subject);
            told.power = short;
            told.facts.push(("Can do", words));
        }
        (None, Known::Unknown(why)) => told.facts.push(("Can do", format!("unknown: {why}"))),
        (None, Known::Is(_)) => {}
    }
    let becomes = becomes(account, name);
    if !becomes.is_empty() {
        told.power = format!(
            "{}, and can become {}",
            told.power,
            some(&becomes.iter().map(|(role, _)| role.clone()).collect::<Vec<_>>())
        );
        let words = becomes.into_iter().map(|(role, how)| format!("role {}{how}", code(&role)));
        told.facts.push(("Can become", words.take(MOST_NAMES).collect::<Vec<_>>().join("; ")));
    }
    told
}

/// Roles with an administrator's power that a user may take, at once or by others.
fn becomes(account: &Account, name: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for role in account.subjects.get().into_iter().flatten().filter(|one| is_role(one.kind)) {
        let (short, _) = power(role);
        if role.assumers.iter().any(|user| user == name) {
            all.push((role.name.clone(), format!(", {short}")));
        }
        let is_own = |chain: &&String| chain.split([' ', ',']).any(|word| word.trim_matches('`') == name);
        all.extend(
            role.chains.iter().filter(is_own).map(|chain| (role.name.clone(), format!(", {short}: {chain}"))),
        );
    }
    all
}

fn of_role(account: &Account, name: &str) -> Identity {
    let mut told = identity(account, format!("role {}", code(name)));
    match (find(account, is_role, name), &account.subjects) {
        (Some(subject), _) => {
            let (short, words) = power(subject);
            told.power = short;
            told.facts.push(("Can do", words));
            told.facts.push(("Can be assumed by", trusted(subject)));
        }
        (None, Known::Is(_)) => told.facts.push(("Exists", "no".to_owned())),
        (None, Known::Unknown(why)) => told.facts.push(("Can do", format!("unknown: {why}"))),
    }
    told
}

fn of_root(account: &Account) -> Identity {
    let (mut told, root) = (identity(account, "`root`".to_owned()), &account.root);
    told.power = "everything".to_owned();
    told.facts.push(("Can do", "everything; no policy in the account limits it".to_owned()));
    told.facts.push(("Access keys", yes(&root.keys, "yes, but there should be none", "none")));
    told.facts.push(("MFA", yes(&root.mfa, "yes", "none")));
    if let Known::Is(Some(used)) = &root.used {
        told.facts.push(("Last used", format!("{}, by {}", written(seconds(used.at)), used.by)));
    }
    told
}
