//! Who may assume a role, and what that means for its power.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Administrator, Kind, Standing, Subject};
use crate::account::arn::Arn;
use crate::account::details::Principal;
use crate::account::policy::around::matching;
use crate::account::policy::escalation::Wide;
use crate::account::policy::rights::{Right, Rights};
use crate::account::policy::trust::{Demands, Trusted, Who, trusted};
use crate::reading::Gap;

/// So many users are told of a role: a list of all users for each of all roles fits no memory.
const MOST_ASSUMERS: usize = 100;
const ASSUME: &str = "sts:AssumeRole";

/// A user of the account.
pub(super) struct User<'u> {
    pub arn: &'u str,
    pub name: &'u str,
    pub rights: &'u Rights<'u>,
}

/// Reads a role's trust policy.
pub(super) fn trust(subject: &mut Subject, role: &Principal, now: Timestamp, gaps: &mut Vec<Gap>) {
    let why = match &role.trust {
        Some(Ok(document)) => {
            subject.trusted = trusted(document, now);
            let persons = subject.trusted.iter().filter(|one| !matches!(one.who, Who::Service(_)));
            subject.demands = persons.map(|one| one.demands).reduce(Demands::both).unwrap_or_default();
            subject.standing = Standing::Nobody;
            return;
        }
        Some(Err(why)) => format!("the trust policy is not understood: {why}"),
        None => "the answer has no trust policy".to_owned(),
    };
    subject.standing = Standing::Unknown;
    let reason = format!("who may assume it is unknown: {why}");
    gaps.push(Gap { at: role.at, name: role.arn.clone(), reason, hides_findings: true });
}

/// How a role's power is come by, from whom it trusts and who may assume it.
pub(super) fn stand(subject: &mut Subject, account: &str) {
    let has_assumers = !subject.assumers.is_empty();
    let standings = subject.trusted.iter().map(|one| standing(one, subject.kind, account, has_assumers));
    if let Some(most) = standings.max() {
        subject.standing = most;
    }
}

fn standing(trusted: &Trusted, kind: Kind, account: &str, has_assumers: bool) -> Standing {
    let free = !trusted.limited;
    let of_account = |number: &str| match (number == account, has_assumers) {
        (true, true) => Standing::AnyTime,
        (true, false) => Standing::Roles,
        (false, _) => Standing::OtherAccount,
    };
    match &trusted.who {
        Who::Service(_) => Standing::Service,
        Who::Federated(_) if kind == Kind::IdentityCenterRole => Standing::IdentityCenter,
        Who::Federated(_) => Standing::Federated,
        _ if !free => Standing::Conditions,
        Who::Everyone => Standing::Everyone,
        Who::Account(number) => of_account(number),
        Who::Principal(arn) => match Arn::parse(arn) {
            Some(parsed) if parsed.account != account => Standing::OtherAccount,
            Some(parsed) if parsed.resource.starts_with("user/") => Standing::AnyTime,
            // Of a principal that was deleted, only its id is left: nobody can be it again.
            None => Standing::Nobody,
            _ => Standing::Roles,
        },
    }
}

/// Users of this account who may assume a role at any time: a list for each subject, empty for who is not `wanted`. Who
/// is named by the trust policy needs no policy of its own; who is let in with the whole account does.
///
/// Roles are looked up by what users' policies name: thousands of users times thousands of roles are too many pairs.
pub(super) fn assumers(
    subjects: &[Subject],
    wanted: impl Fn(usize, &Subject) -> bool,
    account: &str,
    users: &[User<'_>],
    wide: &Wide,
) -> Vec<Vec<String>> {
    let mut found = vec![Vec::new(); subjects.len()];
    let mut doors = Doors::new(subjects, wanted, account);
    for user in users {
        for at in doors.of(user, wide) {
            add(&mut found, &mut doors, at, subjects.get(at).map_or("", |role| role.arn.as_str()), user);
        }
    }
    found
}

/// Whether a subject is a role that has an administrator's power, or may have it.
pub(super) fn has_power(subject: &Subject) -> bool {
    subject.kind.is_role() && subject.administrator != Administrator::No
}

fn add(found: &mut [Vec<String>], doors: &mut Doors<'_>, at: usize, role: &str, user: &User<'_>) {
    let Some(list) = found.get_mut(at) else { return };
    if list.len() > MOST_ASSUMERS || list.last().is_some_and(|last| last == user.name) {
        return;
    }
    if list.len() == MOST_ASSUMERS {
        doors.open.remove(role);
        list.push("more users".to_owned());
    } else {
        list.push(user.name.to_owned());
    }
}

/// Roles that somebody may assume at any time, by whom they let in.
pub(super) struct Doors<'l> {
    subjects: &'l [Subject],
    /// By the ARNs that trust policies name.
    named: BTreeMap<&'l str, Vec<usize>>,
    /// Roles that the account lets in whom it likes.
    open: BTreeMap<&'l str, usize>,
}

impl<'l> Doors<'l> {
    /// Those of the roles that are wanted.
    pub(super) fn new(
        subjects: &'l [Subject],
        wanted: impl Fn(usize, &Subject) -> bool,
        account: &str,
    ) -> Self {
        let mut doors = Self { subjects, named: BTreeMap::new(), open: BTreeMap::new() };
        for (at, subject) in subjects.iter().enumerate().filter(|(at, one)| wanted(*at, one)) {
            for one in subject.trusted.iter().filter(|one| !one.limited) {
                match &one.who {
                    Who::Everyone => drop(doors.open.insert(&subject.arn, at)),
                    Who::Account(number) if number == account => drop(doors.open.insert(&subject.arn, at)),
                    Who::Principal(arn) => doors.named.entry(arn).or_default().push(at),
                    _ => {}
                }
            }
        }
        doors
    }

    /// Those that somebody may go through.
    pub(super) fn of(&self, user: &User<'_>, wide: &Wide) -> Vec<usize> {
        let named = self.named.get(user.arn).into_iter().flatten().copied();
        let role = |at: usize| self.subjects.get(at).map_or("", |role| role.arn.as_str());
        let mut through: Vec<usize> = named.filter(|at| !user.rights.denied(ASSUME, role(*at))).collect();
        let open = self.let_in(user, wide).into_iter();
        through.extend(open.filter(|(role, _)| user.rights.allow(ASSUME, role)).map(|(_, at)| at));
        through
    }

    /// One of these, where there is one.
    pub(super) fn first_of(&self, user: &User<'_>, wide: &Wide) -> Option<usize> {
        let mut named = self.named.get(user.arn).into_iter().flatten().copied();
        let role = |at: usize| self.subjects.get(at).map_or("", |role| role.arn.as_str());
        let by_name = named.find(|at| !user.rights.denied(ASSUME, role(*at)));
        let may = |role: &str| user.rights.allow(ASSUME, role);
        by_name.or_else(|| {
            if !self.may_let_in(user, wide) {
                return None;
            }
            if is_wide(user, wide) {
                return self.open.iter().find(|(role, _)| may(role)).map(|(_, at)| *at);
            }
            self.let_in(user, wide).into_iter().find(|(role, _)| may(role)).map(|(_, at)| at)
        })
    }

    /// Whether it can let anybody in, as far as that is quickly told.
    fn may_let_in(&self, user: &User<'_>, wide: &Wide) -> bool {
        !self.open.is_empty()
            && user.rights.allowing_somewhere(ASSUME).next().is_some()
            && !user.rights.taken(ASSUME, wide.roles())
    }

    /// Open ones that the policies of somebody name; what they deny is not taken away yet.
    fn let_in(&self, user: &User<'_>, wide: &Wide) -> Vec<(&'l str, usize)> {
        if !self.may_let_in(user, wide) {
            return Vec::new();
        }
        if is_wide(user, wide) {
            return self.open.iter().map(|(role, at)| (*role, *at)).collect();
        }
        let mut met: Vec<(&'l str, usize)> = Vec::new();
        for pattern in user.rights.allowing_somewhere(ASSUME).flat_map(Right::named_resources) {
            let known = matching(&self.open, pattern).filter_map(|(role, _)| self.open.get_key_value(role));
            met.extend(known.map(|(role, at)| (*role, *at)));
        }
        met.sort_unstable();
        met.dedup();
        met
    }
}

/// Whether somebody may assume whichever role lets it in.
fn is_wide(user: &User<'_>, wide: &Wide) -> bool {
    let on_all = |right: &Right<'_>| right.is_everywhere() || right.is_on(wide.roles());
    user.rights.allowing_somewhere(ASSUME).any(on_all)
}

#[cfg(test)]
mod tests {
    use super::super::subjects;
    use super::*;
    use crate::account::Thresholds;
    use crate::account::details::{Details, add_page};
    use crate::source::SourceId;

    #[test]
    fn not_all_users_are_told_of_each_role() {
        const TRUST: &str =
            r#"{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}}"#;
        const ALL: &str = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let policy = |kind: &str| {
            format!(
                "<{kind}PolicyList><member><PolicyDocument>{ALL}</PolicyDocument></member></{kind}PolicyList>"
            )
        };
        let user =
            |number: usize| format!("<member><UserName>u{number}</UserName>{}</member>", policy("User"));
        let text = format!(
            "<GetAccountAuthorizationDetailsResult><UserDetailList>{}</UserDetailList><RoleDetailList><member>\
             <Arn>arn:aws:iam::123456789012:role/r</Arn>{}<AssumeRolePolicyDocument>{TRUST}\
             </AssumeRolePolicyDocument></member></RoleDetailList></GetAccountAuthorizationDetailsResult>",
            (0..MOST_ASSUMERS + 5).map(user).collect::<String>(),
            policy("Role")
        );
        let mut details = Details::default();
        add_page(&mut details, &text, SourceId(0)).unwrap();
        let reading = subjects(
            &details,
            "123456789012",
            "2026-11-26T00:00:00Z".parse().unwrap(),
            &Thresholds::default(),
        );
        let assumers = &reading.facts.last().unwrap().assumers;
        assert_eq!((assumers.len(), assumers.last().unwrap().as_str()), (MOST_ASSUMERS + 1, "more users"));
    }
}
