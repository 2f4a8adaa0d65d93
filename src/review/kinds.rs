//! Calls that leave something behind: a table. `lasting` says what became of it.

mod center;
mod compute;
mod data;
mod identity;
mod shared;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::deed::Deed;

/// One call that leaves something behind.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The call, with its service: `iam:CreateUser`.
    pub call: &'static str,
    /// What stays, with fields in braces.
    pub what: &'static str,
    /// In what way it stays.
    pub leaves: Leaves,
    /// Fields that say which one it is, the one that says most first.
    pub same: &'static [&'static str],
    /// Calls of the same service that end it, whoever makes them, where all fields that both have are equal.
    pub ended_by: &'static [&'static str],
    /// Calls that end it only where someone else makes them: they put something in its place, and whose that is matters.
    pub replaced_by: &'static [&'static str],
    /// Calls of someone else that stop it, and do not take it away.
    pub held_by: &'static [Hold],
    /// The call by which the incident may have made itself what it acts on: then it leaves nothing.
    pub made_by: Option<&'static str>,
    /// The command that ends it, with fields in braces: `{a|b}` is the first that is told, `{a*}` all of one name.
    pub command: &'static str,
    /// What kind of command that is.
    pub how: How,
    /// What it does.
    pub does: &'static str,
    /// What it breaks.
    pub breaks: &'static str,
    /// What it is instead where it lets in another account, or everybody.
    pub opened: Option<&'static Kind>,
    /// What it is instead where it denies everything: that may be someone's containment.
    pub denial: Option<&'static Kind>,
}

/// A call that stops something until another one releases it.
#[derive(Debug, PartialEq, Eq)]
pub struct Hold {
    /// The call.
    pub call: &'static str,
    /// The field and the value that say so; without them the call itself does.
    pub says: Option<(&'static str, &'static str)>,
    /// The call that releases it; so does the same call where it says something else.
    pub released_by: &'static str,
}

/// What an event is to something that stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It ends it.
    Ends,
    /// It puts something in its place.
    Replaces,
    /// It stops it.
    Holds,
    /// It lets it go on.
    Releases,
}

/// In what way something stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    /// It is there.
    Thing,
    /// Something is missing.
    Lack,
    /// Others were given something; the same call also takes it away from them.
    Share,
    /// Someone is denied something: that may be containment.
    Denial,
}

/// What a command does, in the order in which commands are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It stops someone.
    Stops,
    /// It takes something away, or puts it back.
    Undoes,
    /// It only looks.
    Looks,
    /// There is none.
    None,
}

/// What most kinds have in common.
const PLAIN: Kind = Kind {
    call: "",
    what: "",
    leaves: Leaves::Thing,
    same: &[],
    ended_by: &[],
    replaced_by: &[],
    held_by: &[],
    made_by: None,
    command: "",
    how: How::Undoes,
    does: "",
    breaks: "",
    opened: None,
    denial: None,
};

/// A secret that AWS keeps nothing of.
pub(super) static LOST_SECRET: Kind = Kind {
    call: "secretsmanager:DeleteSecret",
    what: "secret `{secretId}`, deleted permanently",
    leaves: Leaves::Lack,
    same: &["secretId"],
    ended_by: &["RestoreSecret", "CreateSecret"],
    how: How::None,
    does: "it cannot be restored: it was deleted without a recovery window (`forceDeleteWithoutRecovery`). Create it again, with a new value",
    ..PLAIN
};

/// All kinds.
pub(super) static ALL: LazyLock<Vec<&'static Kind>> = LazyLock::new(|| {
    [identity::KINDS, center::KINDS, data::KINDS, shared::KINDS, compute::KINDS, watch::KINDS]
        .into_iter()
        .flatten()
        .collect()
});

/// By the whole name of the call.
static BY_CALL: LazyLock<BTreeMap<&'static str, usize>> =
    LazyLock::new(|| ALL.iter().enumerate().map(|(at, kind)| (kind.call, at)).collect());

/// By the whole names of the calls that end them.
static BY_END: LazyLock<BTreeMap<String, Vec<usize>>> = LazyLock::new(|| {
    let mut all: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, kind) in ALL.iter().enumerate() {
        let holds = kind.held_by.iter().flat_map(|hold| [hold.call, hold.released_by]);
        let calls: BTreeSet<&str> =
            kind.ended_by.iter().chain(kind.replaced_by).chain(&kind.made_by).copied().chain(holds).collect();
        for call in calls {
            all.entry(format!("{}:{call}", kind.service())).or_default().push(at);
        }
    }
    all
});

impl Kind {
    /// `iam`.
    pub fn service(&self) -> &'static str {
        self.call.split(':').next().unwrap_or_default()
    }

    /// `CreateUser`.
    pub fn name(&self) -> &'static str {
        self.call.split(':').nth(1).unwrap_or_default()
    }

    /// What an event is to it; of another service or another call that is nothing.
    pub(super) fn part(&self, deed: &Deed) -> Option<Part> {
        let name = deed.name.as_str();
        if self.replaced_by.contains(&name) {
            return Some(Part::Replaces);
        }
        if self.ended_by.contains(&name) {
            return Some(Part::Ends);
        }
        let says = |hold: &&Hold| {
            // Of an ARN its end: each partition of AWS has its own.
            let is = |text: &str, value: &str| text == value || text.ends_with(&format!("::{value}"));
            hold.says.is_none_or(|(field, value)| deed.field(field).is_some_and(|text| is(text, value)))
        };
        let hold = self.held_by.iter().find(|hold| [hold.call, hold.released_by].contains(&name))?;
        match (name == hold.call, says(&hold)) {
            (true, true) => Some(Part::Holds),
            // Another policy that is attached or taken away is neither.
            (_, false) if hold.says == identity::DENY_ALL => None,
            _ => Some(Part::Releases),
        }
    }

    /// What its command breaks, in words.
    pub fn breaks(&self) -> &'static str {
        if self.how == How::Looks { "nothing: it is read-only" } else { self.breaks }
    }
}

/// The number of a call's kind.
pub(super) fn number(service: &str, call: &str) -> Option<usize> {
    BY_CALL.get(format!("{service}:{call}").as_str()).copied()
}

/// Whether it matters whom a call lets in.
pub(super) fn is_about_others(service: &str, call: &str) -> bool {
    let kind = number(service, call).and_then(|number| ALL.get(number));
    (service, call) == ("iam", "CreateRole") || kind.is_some_and(|kind| kind.opened.is_some())
}

/// The numbers of the kinds that a call ends, stops or lets go on.
pub(super) fn ended_by(service: &str, call: &str) -> &'static [usize] {
    BY_END.get(&format!("{service}:{call}")).map(Vec::as_slice).unwrap_or_default()
}

/// Whether a call makes or ends something that stays: a review looks at those of everybody.
pub fn is_joint(service: &str, call: &str) -> bool {
    // Who changed root's password, or got it anew by e-mail.
    let of_root = service == "signin" && ["PasswordRecoveryCompleted", "PasswordUpdated"].contains(&call);
    let renames = service == "iam" && ["UpdateGroup", "UpdateUser"].contains(&call);
    of_root || renames || number(service, call).is_some() || !ended_by(service, call).is_empty()
}

/// The fields of a template: where each begins and ends.
pub(super) fn fields(template: &str) -> Vec<(usize, usize)> {
    let starts = template.match_indices('{').map(|(at, _)| at + 1);
    starts.filter_map(|from| Some((from, from + template.get(from..)?.find('}')?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::deed;

    #[test]
    fn every_kind_is_listed_once_and_its_fields_are_closed() {
        for (at, kind) in ALL.iter().enumerate() {
            assert!(ALL.iter().skip(at + 1).all(|other| other.call != kind.call), "{}", kind.call);
            assert_eq!(kind.what.matches('{').count(), fields(kind.what).len(), "{}", kind.call);
            assert_eq!(kind.command.matches('{').count(), fields(kind.command).len(), "{}", kind.call);
            assert_eq!(kind.command.starts_with("aws "), kind.how != How::None, "{}", kind.call);
            assert!(!kind.does.is_empty() && (kind.command.is_empty() || !kind.breaks().is_empty()));
            assert!(!kind.service().is_empty() && !kind.name().is_empty());
        }
        assert!(
            is_joint("iam", "DeleteUser") && is_joint("iam", "CreateUser") && !is_joint("iam", "GetUser")
        );
        // Another service's call of the same name is another one.
        assert!(!is_joint("cognito-idp", "CreateUser"));
    }

    #[test]
    fn every_field_of_a_kind_is_held_of_an_event() {
        let variants = ALL.iter().flat_map(|kind| [Some(*kind), kind.opened, kind.denial]);
        for kind in variants.flatten() {
            let of = |template: &'static str| {
                let all = fields(template).into_iter();
                all.flat_map(move |(from, to)| template[from..to].trim_end_matches('*').split('|'))
            };
            let says = kind.held_by.iter().filter_map(|hold| Some(hold.says?.0));
            let all = of(kind.what).chain(of(kind.command)).chain(kind.same.iter().copied()).chain(says);
            for field in
                all.filter(|field| !["account", "region", "shared", "others", "enabled"].contains(field))
            {
                assert!(deed::is_name(field), "{field} of {}", kind.call);
            }
        }
    }

    #[test]
    fn what_stops_somebody_comes_first() {
        let how = |call: &str| ALL.iter().find(|kind| kind.call == call).map(|kind| kind.how);
        assert_eq!(how("iam:CreateUser"), Some(How::Stops));
        assert_eq!(how("iam:AttachUserPolicy"), Some(How::Undoes));
        assert_eq!(how("iam:UpdateAssumeRolePolicy"), Some(How::Looks));
    }
}
