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
    let reason = format!("who may assume it is not known: {why}");
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

/// Users of this account who may assume a role at any time: a list for each subject, empty for who is no role or has
/// no power. Who is named by the trust policy needs no policy of its own; who is let in with the whole account does.
///
/// Roles are looked up by what users' policies name: thousands of users times thousands of roles are too many pairs.
pub(super) fn assumers(
    subjects: &[Subject],
    account: &str,
    users: &[User<'_>],
    wide: &Wide,
) -> Vec<Vec<String>> {
    let mut lists = Lists { found: vec![Vec::new(); subjects.len()], open: BTreeMap::new() };
    let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, subject) in subjects.iter().enumerate().filter(|(_, one)| has_power(one)) {
        for one in subject.trusted.iter().filter(|one| !one.limited) {
            match &one.who {
                Who::Everyone => drop(lists.open.insert(&subject.arn, at)),
                Who::Account(number) if number == account => drop(lists.open.insert(&subject.arn, at)),
                Who::Principal(arn) => named.entry(arn).or_default().push(at),
                _ => {}
            }
        }
    }
    for user in users {
        for at in named.get(user.arn).into_iter().flatten() {
            let role = subjects.get(*at).map_or("", |role| role.arn.as_str());
            if !user.rights.denied(ASSUME, role) {
                lists.add(*at, role, user);
            }
        }
        lists.add_open(user, wide);
    }
    lists.found
}

fn has_power(subject: &Subject) -> bool {
    subject.kind.is_role() && subject.administrator != Administrator::No
}

struct Lists<'l> {
    /// Names of users for each subject.
    found: Vec<Vec<String>>,
    /// Roles whose account lets in whom it likes, while not enough users are found.
    open: BTreeMap<&'l str, usize>,
}

impl Lists<'_> {
    fn add(&mut self, at: usize, role: &str, user: &User<'_>) {
        let Some(list) = self.found.get_mut(at) else { return };
        if list.len() > MOST_ASSUMERS || list.last().is_some_and(|last| last == user.name) {
            return;
        }
        if list.len() == MOST_ASSUMERS {
            self.open.remove(role);
            list.push("more users".to_owned());
        } else {
            list.push(user.name.to_owned());
        }
    }

    /// Adds a user to the roles that its policies let it assume.
    fn add_open(&mut self, user: &User<'_>, wide: &Wide) {
        let rights = user.rights;
        let patterns = || rights.allowing_somewhere(ASSUME).flat_map(Right::named_resources);
        let is_wide = |right: &Right<'_>| right.is_everywhere() || right.is_on(wide.roles());
        if rights.taken(ASSUME, wide.roles()) || self.open.is_empty() {
            return;
        }
        let mut met: Vec<(String, usize)> = Vec::new();
        let of = |(role, at): (&str, &usize)| (role.to_owned(), *at);
        if rights.allowing_somewhere(ASSUME).any(is_wide) {
            met.extend(self.open.iter().map(|(role, at)| of((role, at))));
        } else {
            for pattern in patterns() {
                met.extend(matching(&self.open, pattern).map(of));
            }
            met.sort();
            met.dedup();
        }
        for (role, at) in met {
            if rights.allow(ASSUME, &role) {
                self.add(at, &role, user);
            }
        }
    }
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
