//! Whether what someone did since undoes the same thing: the same rules, the same accounts, the same opening.
//!
//! Who is told "already done" stops acting: what can't be compared is not undone, and the event is named instead.

use std::collections::BTreeSet;

use super::deed::{Deed, MOST_TARGETS, POLICY_READ};
use super::endings::{End, Within, gives};
use super::kinds::{Kind, Leaves, Part};
use super::lasting::{account_of, others};

/// Fields that say what a rule of a security group lets in.
const PERMISSION: &[&str] = &["groupId", "ipProtocol", "fromPort", "toPort", "cidrIp"];

/// The call that takes away a part of what a kind gives, where it may be another part.
fn partial(kind: &Kind) -> Option<&'static str> {
    match kind.call {
        "ec2:AuthorizeSecurityGroupIngress" => Some("RevokeSecurityGroupIngress"),
        // These events do not say enough: they never prove it.
        "ram:AssociateResourceShare" => Some("DisassociateResourceShare"),
        "s3:PutBucketAcl" => Some("PutBucketAcl"),
        "secretsmanager:ReplicateSecretToRegions" => Some("RemoveRegionsFromReplication"),
        _ => (kind.leaves == Leaves::Share).then(|| kind.name()),
    }
}

type Parts<'d> = BTreeSet<&'d str>;

/// Who gets something by a call, and from whom it takes it.
pub(super) fn shares(deed: &Deed) -> (Parts<'_>, Parts<'_>) {
    let (mut added, mut removed) = (Parts::new(), Parts::new());
    let mut adds = None;
    for (field, value) in &deed.targets {
        match (field.as_str(), adds) {
            ("operation", _) => adds = Some(value == "add"),
            ("valuesToAdd" | "accountIdsToAdd", _) => _ = added.insert(value.as_str()),
            ("valuesToRemove" | "accountIdsToRemove", _) => _ = removed.insert(value.as_str()),
            ("userId" | "group" | "organizationArn" | "organizationalUnitArn", Some(true)) => {
                added.insert(value);
            }
            ("userId" | "group" | "organizationArn" | "organizationalUnitArn", Some(false)) => {
                removed.insert(value);
            }
            _ => {}
        }
    }
    (added, removed)
}

/// What a call gave, as far as it can be told in parts; nothing where the event may hold more.
fn given<'d>(kind: &Kind, made: &'d Deed) -> Parts<'d> {
    match kind.leaves {
        _ if is_cut(made) => Parts::new(),
        Leaves::Share => shares(made).0,
        _ if kind.name() == "AuthorizeSecurityGroupIngress" => made.all("securityGroupRuleId").collect(),
        _ => Parts::new(),
    }
}

/// Whether an event may name more than is held of it.
fn is_cut(deed: &Deed) -> bool {
    deed.targets.len() >= MOST_TARGETS
}

/// What a later call takes away of it.
fn taken<'d>(kind: &Kind, made: &Deed, one: &'d Deed, given: &Parts<'d>) -> Parts<'d> {
    if kind.leaves == Leaves::Share {
        return shares(one).1;
    }
    let ids: Parts<'d> = one.all("securityGroupRuleId").collect();
    let is_same = |field: &&str| {
        let (own, theirs): (Parts<'_>, Parts<'_>) = (made.all(field).collect(), one.all(field).collect());
        own.len() == 1 && own == theirs
    };
    // One rule, told by what it lets in.
    if ids.is_empty() && given.len() == 1 && !is_cut(one) && PERMISSION.iter().all(is_same) {
        return given.clone();
    }
    ids
}

/// What became of something that is given and taken in parts; `None` where it is not. `all` are the events about it.
pub(super) fn by_parts<'a>(
    kind: &Kind,
    made: &'a Deed,
    all: &[&'a Deed],
    within: &Within<'_>,
) -> Option<End<'a>> {
    let partial = partial(kind)?;
    let given = given(kind, made);
    let (mut open, mut end) = (given.clone(), End::default());
    let mut later: Vec<&Deed> = all.to_vec();
    later.retain(|one| one.at != made.at && one.at.time >= made.at.time);
    // In one second nobody knows which was last: then it is there.
    later.sort_by_key(|one| (one.at.time, gives(one)));
    for one in later {
        let is_whole = one.name != partial && kind.part(one) == Some(Part::Ends);
        let taken = if one.name == partial { taken(kind, made, one, &given) } else { Parts::new() };
        let is_tied = one.at.time == made.at.time && kind.leaves == Leaves::Share;
        if is_tied {
            let ends = is_whole || (!given.is_empty() && given.is_subset(&taken));
            end.doubtful = end.doubtful.or(Some(one).filter(|_| ends));
            continue;
        }
        open.retain(|part| !taken.contains(part));
        if is_whole || (!given.is_empty() && open.is_empty() && !taken.is_empty()) {
            open.clear();
            end.by = end.by.or(Some(one));
        } else if one.name == partial && !(gives(one) && taken.is_empty()) && !within(one.session) {
            end.changed = Some(one);
        }
        let added = if kind.leaves == Leaves::Share { shares(one).0 } else { Parts::new() };
        let again = given.iter().filter(|part| added.contains(*part) || (gives(one) && is_cut(one)));
        open.extend(again);
        if !open.is_empty() {
            end.by = None;
        }
    }
    if end.by.is_some() {
        (end.changed, end.doubtful) = (None, None);
    }
    Some(end)
}

/// Whether a policy that was put in the place of one that let in others lets in the same, or everybody.
pub(super) fn lets_in_again(kind: &Kind, made: &Deed, one: &Deed) -> bool {
    let outside: Parts<'_> = others(made).into_iter().map(account_of).collect();
    if kind.opened.is_none() || outside.is_empty() {
        return false;
    }
    let is_known = one.field(POLICY_READ).is_some() && !is_cut(one) && !is_cut(made);
    !is_known || others(one).into_iter().any(|who| who == "*" || outside.contains(account_of(who)))
}
