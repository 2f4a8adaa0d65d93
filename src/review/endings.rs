//! What ended what: events of everybody, found by what they name, so that a review of many needs no more than one look
//! at each.

use std::collections::BTreeMap;

use super::deed::Deed;
use super::kinds::{self, Kind, Leaves};

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
    by_value: BTreeMap<(usize, usize, &'j str), Vec<&'j Deed>>,
    /// `DeleteAccessKey` and `UpdateAccessKey`, by key.
    keys: BTreeMap<&'j str, Vec<&'j Deed>>,
    /// Calls that end a user, a role or a password, by call, account and name.
    names: BTreeMap<(&'j str, &'j str, &'j str), Vec<&'j Deed>>,
    /// `CreateSecret`, by account, Region and plain name.
    secrets: BTreeMap<(&'j str, &'j str, &'j str), Vec<&'j Deed>>,
}

/// How something ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct End<'j> {
    /// The event that ended it.
    pub by: Option<&'j Deed>,
    /// One in the same second: nobody knows which came first.
    pub doubtful: Option<&'j Deed>,
}

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
                all.names.entry((ROOT_PASSWORD, &deed.account, "")).or_default().push(deed);
            }
            if deed.service != "iam" {
                continue;
            }
            match (deed.name.as_str(), deed.field("userName"), deed.field("roleName")) {
                ("DeleteAccessKey" | "UpdateAccessKey", _, _) => {
                    let key = deed.field("accessKeyId").unwrap_or_default();
                    all.keys.entry(key).or_default().push(deed);
                }
                ("DeleteUser" | "DeleteLoginProfile" | "UpdateLoginProfile", Some(name), _)
                | ("DeleteRole", _, Some(name)) => {
                    all.names.entry((&deed.name, &deed.account, name)).or_default().push(deed);
                }
                _ => {}
            }
        }
        all
    }

    /// Under the first field that says which one it ends.
    fn add(&mut self, number: usize, deed: &'j Deed) {
        let Some(kind) = kinds::ALL.get(number) else { return };
        let told = |(at, field): (usize, &&'static str)| {
            let values: Vec<&str> = values(deed, field).map(bare).collect();
            (!values.is_empty()).then_some((at, values))
        };
        let (at, values) = kind.same.iter().enumerate().find_map(told).unwrap_or((0, vec![""]));
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
        let mut keys: Vec<(usize, &str)> = Vec::new();
        if kind.same.is_empty() {
            keys.push((0, ""));
        }
        for (at, field) in kind.same.iter().enumerate() {
            let own = only.filter(|_| at == 0).map_or_else(|| made.field(field), Some);
            keys.extend(own.map(|value| (at, bare(value))));
        }
        let found = keys.into_iter().filter_map(|(at, value)| self.by_value.get(&(number, at, value)));
        let mut all: Vec<&Deed> = found.flatten().copied().filter(|one| is_same(kind, made, one)).collect();
        all.sort();
        all
    }

    /// What ended what a deed made. `within` tells whose sessions are the incident.
    pub fn end_of<'a>(
        &'a self,
        number: usize,
        made: &'a Deed,
        within: &dyn Fn(Option<usize>) -> bool,
    ) -> End<'a> {
        // A call that starts several ends when all have ended.
        let ids: Vec<&str> =
            if made.name == "RunInstances" { made.all("instanceId").collect() } else { Vec::new() };
        if ids.len() < 2 {
            return self.end_of_one(number, made, None, within);
        }
        let mut last = End::default();
        for id in ids {
            let end = self.end_of_one(number, made, Some(id), within);
            if end.by.is_none() {
                return end;
            }
            last = if last.by.is_none_or(|known| known < end.by.unwrap_or(known)) { end } else { last };
        }
        last
    }

    fn end_of_one<'a>(
        &'a self,
        number: usize,
        made: &'a Deed,
        only: Option<&'a str>,
        within: &dyn Fn(Option<usize>) -> bool,
    ) -> End<'a> {
        let Some(kind) = kinds::ALL.get(number) else { return End::default() };
        let is_made_by_aws = kind.same.first().is_some_and(|field| MADE_BY_AWS.contains(field));
        // Putting the same again is no end of it, unless somebody else did; sharing with another one is none at all.
        let ends = |one: &&Deed| {
            let again = one.name == kind.name() && kind.call != "iam:UpdateAccessKey";
            let is_vague =
                one.name == "RevokeSecurityGroupIngress" && one.field("securityGroupRuleId").is_none();
            one.field("status") != Some("Active")
                && !is_vague
                && if (kind.leaves == Leaves::Share) && again {
                    !gives(one)
                } else {
                    !(again && within(one.session))
                }
        };
        let all = self.about(number, made, only);
        // The last word counts: what was switched on again was not ended.
        let is_on = |one: &&Deed| one.field("status") == Some("Active");
        let on = all.iter().copied().rfind(is_on);
        let is_after = |one: &&Deed| on.is_none_or(|on| one.name != on.name || one.at.time > on.at.time);
        let later =
            |one: &&Deed| one.at.time > made.at.time || (is_made_by_aws && one.at.time == made.at.time);
        let tied = |one: &&Deed| one.at.time == made.at.time && one.at != made.at;
        let ending: Vec<&Deed> = all.into_iter().filter(ends).filter(is_after).collect();
        let by = ending.iter().copied().find(later);
        let doubtful = ending.iter().copied().find(tied).filter(|_| by.is_none());
        End { by, doubtful }
    }

    /// What ended a key, where that is the last word on it.
    pub fn of_key<'a>(&'a self, account: &'a str, user: &'a str, key: &'a str) -> Option<&'a Deed> {
        let of_key = self.keys.get(key).into_iter().flatten();
        let of_user = self.names.get(&("DeleteUser", account, user)).into_iter().flatten();
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
        let of_user = self.names.get(&("DeleteUser", account, user));
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
        self.names.get(&(call, account, name))?.iter().find(|deed| deed.at.time >= from).copied()
    }

    /// Whether the incident made a secret itself before it deleted it.
    pub fn is_own_secret(&self, made: &Deed, within: &dyn Fn(Option<usize>) -> bool) -> bool {
        let (account, region) = (made.account.as_str(), made.region.as_str());
        made.written.iter().any(|name| {
            let mut all = self.secrets.get(&(account, region, name.as_str())).into_iter().flatten();
            all.any(|one| one.at.time <= made.at.time && within(one.session))
        })
    }

    /// Whether the incident made a trail before it was deleted.
    pub fn is_own_trail(&self, number: usize, made: &Deed, within: &dyn Fn(Option<usize>) -> bool) -> bool {
        let all = self.about(number, made, None);
        all.iter().any(|one| one.name == "CreateTrail" && one.at.time <= made.at.time && within(one.session))
    }
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
        let Some(own) = made.field(field) else { continue };
        let mut theirs = values(other, field).peekable();
        if theirs.peek().is_none() {
            continue;
        }
        compared = true;
        let is_own =
            |their: &str| made.all(field).any(|own| bare(own) == bare(their)) || bare(own) == bare(their);
        if !theirs.any(is_own) {
            return false;
        }
    }
    compared && other.account == made.account && (other.region == made.region || made.service == "iam")
}

/// What an event says of a field. Calls about trails do not agree on its name.
fn values<'d>(deed: &'d Deed, field: &'d str) -> impl Iterator<Item = &'d str> {
    let is = move |known: &str| known == field || ([known, field] == ["name", "trailName"]);
    deed.targets.iter().filter(move |(known, _)| is(known)).map(|(_, value)| value.as_str())
}

/// A trail is named by its name or its ARN.
fn bare(name: &str) -> &str {
    if name.starts_with("arn:") && name.contains(":cloudtrail:") {
        name.rsplit('/').next().unwrap_or(name)
    } else {
        name
    }
}
