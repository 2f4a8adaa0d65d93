//! What ended what: events of everybody, found by what they name, so that a review of many needs no more than one look
//! at each.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::deed::{DENIES, Deed};
use super::document::Denial;
use super::kinds::{self, Kind, Part};
use super::{names, undone};

/// Names that AWS makes: what has the same one was made before it was ended, also within one second.
const MADE_BY_AWS: &[&str] = &[
    "accessKeyId",
    "associationId",
    "activationId",
    "certificateId",
    "commandId",
    "grantId",
    "instanceId",
    "membershipId",
    "openIDConnectProviderArn",
    "permissionSetArn",
    "sSHPublicKeyId",
    "serviceSpecificCredentialId",
    "sessionId",
    "taskArn",
    "trustAnchorId",
    "uUID",
    "vpcPeeringConnectionId",
    "instanceConnectEndpointId",
    "resourceShareArn",
    "securityGroupRuleId",
];

/// Under this the changes of root's password stand, whatever their call.
pub(super) const ROOT_PASSWORD: &str = "PasswordUpdated";

/// Events of everybody, by what they end or name.
#[derive(Default)]
pub(super) struct Endings<'j> {
    /// By kind, field and value: in the order of time.
    by_value: BTreeMap<(usize, usize, Cow<'j, str>), Vec<&'j Deed>>,
    /// `DeleteAccessKey` and `UpdateAccessKey`, by key.
    keys: BTreeMap<&'j str, Vec<&'j Deed>>,
    /// Calls that end a user, a role or a password, by call, account and name.
    names: BTreeMap<(&'j str, &'j str, String), Vec<&'j Deed>>,
    /// Policies that are put on users and roles and taken away, by account and name; roles are `true`.
    policies: BTreeMap<(bool, &'j str, String), Vec<&'j Deed>>,
    /// `CreateSecret`, by account, Region and plain name.
    secrets: BTreeMap<(&'j str, &'j str, &'j str), Vec<&'j Deed>>,
}

/// How something ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct End<'j> {
    /// The event that ended it, or stopped it.
    pub by: Option<&'j Deed>,
    /// Whether it is only stopped, and still there.
    pub is_held: bool,
    /// One in the same second: nobody knows which came first.
    pub doubtful: Option<&'j Deed>,
    /// What someone else did to it since, which does not prove that it is undone.
    pub changed: Option<&'j Deed>,
}

/// Whose sessions are the incident.
pub(super) type Within<'w> = dyn Fn(Option<usize>) -> bool + 'w;

impl<'j> Endings<'j> {
    /// `joints` are in the order of time.
    pub fn of(joints: &'j [Deed]) -> Self {
        let mut all = Self::default();
        for deed in joints.iter().filter(|deed| deed.worked()) {
            for number in kinds::ended_by(&deed.service, &deed.name) {
                all.add(*number, deed);
            }
            if deed.is_of("secretsmanager", "CreateSecret") {
                for name in &deed.written {
                    all.secrets.entry((&deed.account, &deed.region, name)).or_default().push(deed);
                }
            }
            let by_account = ["PasswordRecoveryCompleted", "PasswordUpdated"];
            if deed.service == "signin" && by_account.contains(&deed.name.as_str()) {
                all.names.entry((ROOT_PASSWORD, &deed.account, String::new())).or_default().push(deed);
            }
            if deed.service == "iam" {
                all.add_of_iam(deed);
            }
        }
        all
    }

    fn add_of_iam(&mut self, deed: &'j Deed) {
        let (user, role) = (deed.field("userName"), deed.field("roleName"));
        if deed.name.ends_with("RolePolicy") || deed.name.ends_with("UserPolicy") {
            if let Some(name) = role.or(user) {
                let who = (role.is_some(), deed.account.as_str(), names::of_iam(name));
                self.policies.entry(who).or_default().push(deed);
            }
            return;
        }
        match (deed.name.as_str(), user, role) {
            ("DeleteAccessKey" | "UpdateAccessKey", _, _) => {
                let key = deed.field("accessKeyId").unwrap_or_default();
                self.keys.entry(key).or_default().push(deed);
            }
            (
                "DeleteUser" | "DeleteLoginProfile" | "UpdateLoginProfile" | "ChangePassword",
                Some(name),
                _,
            )
            | ("DeleteRole", _, Some(name)) => {
                let name = names::of_iam(name);
                self.names.entry((&deed.name, &deed.account, name)).or_default().push(deed);
            }
            _ => {}
        }
    }

    /// Under the first field that says which one it ends.
    fn add(&mut self, number: usize, deed: &'j Deed) {
        let Some(kind) = kinds::ALL.get(number) else { return };
        let told = |(at, field): (usize, &&'static str)| {
            let values: Vec<Cow<'_, str>> = values(deed, field).collect();
            (!values.is_empty()).then_some((at, values))
        };
        let (at, values) = kind.same.iter().enumerate().find_map(told).unwrap_or((0, vec!["".into()]));
        for value in values {
            let known = self.by_value.entry((number, at, value)).or_default();
            if !known.last().is_some_and(|last| std::ptr::eq(*last, deed)) {
                known.push(deed);
            }
        }
    }

    /// Events that may be about what `made` made.
    fn about<'a>(&'a self, number: usize, made: &'a Deed, only: Option<&'a str>) -> Vec<&'a Deed> {
        let Some(kind) = kinds::ALL.get(number) else { return Vec::new() };
        let mut keys: Vec<(usize, Cow<'_, str>)> = Vec::new();
        if kind.same.is_empty() {
            keys.push((0, "".into()));
        }
        for (at, field) in kind.same.iter().enumerate() {
            let own = only.filter(|_| at == 0).map_or_else(|| made.field(field), Some);
            keys.extend(own.map(|value| (at, names::compared(&made.service, field, value))));
            // Rules that were added together may be taken away one by one.
            if *field == "securityGroupRuleId" {
                keys.extend(values(made, field).map(|value| (at, value)));
            }
        }
        let found = keys.into_iter().filter_map(|(at, value)| self.by_value.get(&(number, at, value)));
        let mut all: Vec<&Deed> = found.flatten().copied().filter(|one| is_same(kind, made, one)).collect();
        all.sort();
        all.dedup();
        all
    }

    /// What ended what a deed made. `within` tells whose sessions are the incident.
    pub fn end_of<'a>(&'a self, number: usize, made: &'a Deed, within: &Within<'_>) -> End<'a> {
        // A call that starts several ends when all have ended.
        let ids: Vec<&str> =
            if made.name == "RunInstances" { made.all("instanceId").collect() } else { Vec::new() };
        if ids.len() < 2 {
            return self.end_of_one(number, made, None, within);
        }
        let mut last = End::default();
        for id in ids {
            let end = self.end_of_one(number, made, Some(id), within);
            let Some(by) = end.by else { return end };
            let is_held = last.is_held || end.is_held;
            last = if last.by.is_none_or(|known| known < by) { end } else { last };
            last.is_held = is_held;
        }
        last
    }

    fn end_of_one<'a>(
        &'a self,
        number: usize,
        made: &'a Deed,
        only: Option<&'a str>,
        within: &Within<'_>,
    ) -> End<'a> {
        let Some(kind) = kinds::ALL.get(number) else { return End::default() };
        let is_made_by_aws = kind.same.first().is_some_and(|field| MADE_BY_AWS.contains(field));
        let ends = |one: &&Deed| {
            let is_end = match kind.part(one) {
                Some(Part::Ends) => true,
                Some(Part::Replaces) => !within(one.session),
                _ => false,
            };
            is_end && one.field("status") != Some("Active")
        };
        let all = self.about(number, made, only);
        if let Some(end) = undone::by_parts(kind, made, &all, within) {
            return end;
        }
        let opens = |one: &&Deed| {
            let is_put = kind.part(one) == Some(Part::Replaces) && !within(one.session);
            is_put && one.at.time >= made.at.time && undone::lets_in_again(kind, made, one)
        };
        let opened = all.iter().copied().rfind(opens);
        // The last word counts: what was switched on again was not ended.
        let is_on = |one: &&Deed| one.field("status") == Some("Active");
        let on = all.iter().copied().rfind(is_on);
        let is_after = |one: &&Deed| on.is_none_or(|on| one.name != on.name || one.at.time > on.at.time);
        let later =
            |one: &&Deed| one.at.time > made.at.time || (is_made_by_aws && one.at.time == made.at.time);
        let tied = |one: &&Deed| one.at.time == made.at.time && one.at != made.at;
        let is_shut = |one: &&Deed| opened.is_none_or(|last| one.at.time > last.at.time);
        let ending: Vec<&Deed> = all.iter().copied().filter(ends).filter(is_after).filter(is_shut).collect();
        let by = ending.iter().copied().find(later);
        let held = self::held(kind, made, &all, within).filter(|_| by.is_none());
        let doubtful = ending.iter().copied().find(tied).filter(|_| by.or(held).is_none());
        let changed = opened.filter(|_| by.or(held).is_none());
        End { by: by.or(held), is_held: held.is_some(), doubtful, changed }
    }

    /// The last call that put something in the place of what is missing, whoever made it.
    pub fn replaced<'a>(&'a self, number: usize, made: &'a Deed) -> Option<&'a Deed> {
        let kind = kinds::ALL.get(number)?;
        let all = self.about(number, made, None);
        let is = |one: &&Deed| kind.part(one) == Some(Part::Replaces) && one.at.time >= made.at.time;
        all.into_iter().rfind(is)
    }

    /// What ended a key, where that is the last word on it.
    pub fn of_key<'a>(&'a self, account: &'a str, user: &'a str, key: &'a str) -> Option<&'a Deed> {
        let of_key = self.keys.get(key).into_iter().flatten();
        let of_user = self.names.get(&("DeleteUser", account, names::of_iam(user))).into_iter().flatten();
        let is_on = |deed: &Deed| deed.field("status") == Some("Active");
        // In one second nobody knows which was last: then it is on.
        let last = of_key.chain(of_user).max_by_key(|deed| (deed.at.time, is_on(deed)))?;
        (!is_on(last)).then_some(*last)
    }

    /// A call that ended a key or its user within a time.
    pub fn within<'a>(
        &'a self,
        account: &'a str,
        user: &'a str,
        keys: &'a [String],
        (from, to): (i64, i64),
    ) -> Option<&'a Deed> {
        let of_keys = keys.iter().filter_map(|key| self.keys.get(key.as_str()));
        let of_user = self.names.get(&("DeleteUser", account, names::of_iam(user)));
        let all = of_keys.chain(of_user).flatten();
        let mut ends = all.filter(|deed| deed.field("status") != Some("Active"));
        ends.find(|deed| (from..=to).contains(&deed.at.time)).copied()
    }

    /// The call that deleted a user or a role, no earlier than a time.
    pub fn deleted<'a>(
        &'a self,
        call: &'a str,
        account: &'a str,
        name: &'a str,
        from: i64,
    ) -> Option<&'a Deed> {
        let all = self.names.get(&(call, account, names::of_iam(name)))?;
        all.iter().find(|deed| deed.at.time >= from).copied()
    }

    /// The call of someone else by which sessions of a user or a role that were issued until a time are denied
    /// everything, no earlier than that time.
    pub fn denied<'a>(
        &'a self,
        is_role: bool,
        (account, name): (&'a str, &'a str),
        from: i64,
        within: &Within<'_>,
    ) -> Option<&'a Deed> {
        let all = self.policies.get(&(is_role, account, names::of_iam(name)))?;
        let mut there: BTreeMap<&str, &Deed> = BTreeMap::new();
        // In one second nobody knows which was last: then it denies nothing any more.
        let mut all = all.clone();
        all.sort_by_key(|deed| (deed.at.time, !denies_sessions(deed, from)));
        for deed in all {
            let policy = deed.field("policyName").or_else(|| deed.field("policyArn")).unwrap_or_default();
            if !denies_sessions(deed, from) {
                there.remove(policy);
            } else if !within(deed.session) && deed.at.time >= from {
                there.entry(policy).or_insert(deed);
            }
        }
        there.into_values().min()
    }

    /// Whether the incident made a secret itself before it deleted it.
    pub fn is_own_secret(&self, made: &Deed, within: &Within<'_>) -> bool {
        let (account, region) = (made.account.as_str(), made.region.as_str());
        made.written.iter().any(|name| {
            let mut all = self.secrets.get(&(account, region, name.as_str())).into_iter().flatten();
            all.any(|one| one.at.time <= made.at.time && within(one.session))
        })
    }

    /// Whether the incident had made itself what a deed took away.
    pub fn is_own(&self, number: usize, made: &Deed, within: &Within<'_>) -> bool {
        let Some(call) = kinds::ALL.get(number).and_then(|kind| kind.made_by) else { return false };
        let is_exact = |one: &Deed| {
            let device = |deed: &Deed| deed.field("serialNumber").map(str::to_owned);
            device(one) == device(made)
        };
        let all = self.about(number, made, None);
        all.iter().any(|one| {
            one.name == call && one.at.time <= made.at.time && within(one.session) && is_exact(one)
        })
    }
}

/// The call of someone else that stops something, where nobody let it go on since.
fn held<'a>(kind: &Kind, made: &Deed, all: &[&'a Deed], within: &Within<'_>) -> Option<&'a Deed> {
    let is = |part: Part| move |one: &&&Deed| kind.part(one) == Some(part) && one.at.time >= made.at.time;
    let released = all.iter().rfind(is(Part::Releases));
    // In one second nobody knows which was last: then it goes on.
    let is_last = |one: &&&Deed| released.is_none_or(|other| one.at.time > other.at.time);
    all.iter().filter(is(Part::Holds)).filter(is_last).find(|one| !within(one.session)).copied()
}

/// AWS's own policy that a call attaches.
fn attached_of_aws(deed: &Deed) -> Option<&str> {
    let is_attached = ["AttachRolePolicy", "AttachUserPolicy"].contains(&deed.name.as_str());
    let arn = deed.field("policyArn").filter(|_| is_attached)?;
    arn.split_once("::aws:policy/").map(|(_, name)| name)
}

/// Whether a policy that a call puts or attaches only denies: it may be someone's containment, also where it does not
/// deny everything to everybody.
pub(super) fn denies(deed: &Deed) -> bool {
    let of_aws = |name: &str| name == "AWSDenyAll" || name.starts_with("AWSCompromisedKeyQuarantine");
    deed.field(DENIES).is_some() || attached_of_aws(deed).is_some_and(of_aws)
}

/// Whether a policy that a call puts or attaches denies everything to sessions that were issued until a time. AWS's
/// quarantine leaves most calls allowed.
fn denies_sessions(deed: &Deed, until: i64) -> bool {
    let written = deed.field(DENIES).is_some_and(|text| match Denial::read(text) {
        Denial::Always => true,
        Denial::IssuedBefore(time) => time >= until,
        Denial::Sometimes => false,
    });
    written || attached_of_aws(deed) == Some("AWSDenyAll")
}

/// Whether a call gives something to others, and does not take it from them.
pub(super) fn gives(deed: &Deed) -> bool {
    let adds = ["valuesToAdd", "accountIdsToAdd"].iter().any(|field| deed.field(field).is_some());
    adds || deed.all("operation").any(|word| word == "add")
}

/// Whether all fields that both have are equal, and both are of one account and, but for IAM, one Region.
fn is_same(kind: &Kind, made: &Deed, other: &Deed) -> bool {
    let mut compared = kind.same.is_empty();
    for field in kind.same {
        let own: Vec<Cow<'_, str>> = values(made, field).collect();
        let mut theirs = values(other, field).peekable();
        if own.is_empty() || theirs.peek().is_none() {
            continue;
        }
        compared = true;
        if !theirs.any(|their| own.contains(&their)) {
            return false;
        }
    }
    compared && other.account == made.account && (other.region == made.region || made.service == "iam")
}

/// What an event says of a field, as it is compared. Calls about trails do not agree on its name.
fn values<'d>(deed: &'d Deed, field: &'d str) -> impl Iterator<Item = Cow<'d, str>> {
    let is = move |known: &str| known == field || ([known, field] == ["name", "trailName"]);
    let all = deed.targets.iter().filter(move |(known, _)| is(known));
    all.map(move |(_, value)| names::compared(&deed.service, field, value))
}
