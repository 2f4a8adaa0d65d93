//! Who is an administrator, and whether always or when it is needed: users, groups, roles.

mod agent;
mod held;

use std::collections::BTreeMap;

pub use self::agent::Agent;
use self::held::{Boundary, Held, Library};
use super::arn::Arn;
use super::details::{Details, Principal};
use super::policy::grant::{Grant, Power, allows};
use super::policy::trust::{Demands, Trusted, Who, trusted};
use super::{IDENTITY_CENTER_ROLE, Thresholds};
use crate::reading::{Gap, Reading};
use crate::source::Span;

/// A user, group or role, and what it may do.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its place.
    pub at: Span,
    /// What it is.
    pub kind: Kind,
    /// The ARN.
    pub arn: String,
    /// The name.
    pub name: String,
    /// What its policies give.
    pub grant: Grant,
    /// Whether that makes it an administrator.
    pub administrator: Administrator,
    /// Its permissions boundary, where it has one.
    pub boundary: Option<String>,
    /// Policies that are its own: inline, or attached to it.
    pub policies: Vec<String>,
    /// Of a group: its users.
    pub members: Vec<String>,
    /// Who may assume it; empty for users and groups.
    pub trusted: Vec<Trusted>,
    /// What every way of assuming it demands, ways of services aside.
    pub demands: Demands,
    /// How its power is come by.
    pub standing: Standing,
    /// Users of this account who may assume it at any time, as far as their policies tell.
    pub assumers: Vec<String>,
    /// Whether an agent assumes it.
    pub agent: Option<Agent>,
}

/// What a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An IAM user.
    User,
    /// A group.
    Group,
    /// A role.
    Role,
    /// A role that a service of AWS made for itself.
    ServiceLinkedRole,
    /// A role that Identity Center made for a permission set.
    IdentityCenterRole,
}

impl Kind {
    /// The word that rules use.
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::ServiceLinkedRole => "service-linked-role",
            Self::IdentityCenterRole => "identity-center-role",
        }
    }

    fn is_role(self) -> bool {
        !matches!(self, Self::User | Self::Group)
    }
}

/// Whether somebody is an administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Administrator {
    /// Everything is allowed, always.
    Yes,
    /// Everything but IAM.
    Nearly,
    /// Everything, under a condition.
    Conditional,
    /// Everything that a permissions boundary leaves.
    Bounded,
    /// No.
    No,
    /// A policy can't be judged.
    Unknown,
}

impl Administrator {
    /// The word that rules and reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Nearly => "nearly",
            Self::Conditional => "conditional",
            Self::Bounded => "bounded",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// How a subject's power is come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It can't be told: the trust policy is not understood.
    Unknown,
    /// Nobody may assume the role.
    Nobody,
    /// Only services of AWS: machines, functions.
    Service,
    /// Identity Center: whom it is assigned to is not visible from here.
    IdentityCenter,
    /// Other roles of this account, or whomever the account lets and no user is let.
    Roles,
    /// Only under conditions: MFA, a time, an address.
    Conditions,
    /// An identity provider: GitHub, a company's directory.
    Federated,
    /// Another account, at any time.
    OtherAccount,
    /// A user of this account, at any time.
    AnyTime,
    /// Everyone, in any account.
    Everyone,
    /// A user or a group's members have it all the time.
    Person,
}

impl Standing {
    /// The word that rules use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Nobody => "nobody",
            Self::Service => "service",
            Self::IdentityCenter => "identity-center",
            Self::Roles => "roles",
            Self::Conditions => "conditions",
            Self::Federated => "federated",
            Self::OtherAccount => "other-account",
            Self::AnyTime => "any-time",
            Self::Everyone => "everyone",
            Self::Person => "person",
        }
    }
}

/// Judges all users, groups and roles.
pub(super) fn subjects(details: &Details, account: &str, thresholds: &Thresholds) -> Reading<Vec<Subject>> {
    let library = Library::new(details);
    let mut gaps = Vec::new();
    let mut found = Vec::new();
    let mut members: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut users = Vec::new();
    for user in &details.users {
        for group in &user.groups {
            members.entry(group.as_str()).or_default().push(user.name.clone());
        }
        let held = library.of_user(user);
        found.push(subject(user, Kind::User, &held, &mut gaps));
        users.push((user, held));
    }
    for group in &details.groups {
        let mut subject = subject(group, Kind::Group, &library.own(group, ""), &mut gaps);
        subject.members = members.get(group.name.as_str()).cloned().unwrap_or_default();
        found.push(subject);
    }
    for role in &details.roles {
        let mut subject = subject(role, kind_of(role), &library.own(role, ""), &mut gaps);
        assumed(&mut subject, role, account, &users, &mut gaps);
        subject.agent = agent::of(&subject, role, thresholds);
        found.push(subject);
    }
    Reading { facts: found, gaps }
}

fn kind_of(role: &Principal) -> Kind {
    if role.path.starts_with("/aws-service-role/") {
        Kind::ServiceLinkedRole
    } else if role.name.starts_with(IDENTITY_CENTER_ROLE) {
        Kind::IdentityCenterRole
    } else {
        Kind::Role
    }
}

fn subject(principal: &Principal, kind: Kind, held: &Held<'_>, gaps: &mut Vec<Gap>) -> Subject {
    let grant = Grant::of(&held.policies());
    let administrator = administrator(&grant, held);
    let mut unknown = held.unreadable.clone();
    if held.boundary == Boundary::Unknown {
        unknown.push("the document of its permissions boundary is not known".to_owned());
    }
    // With full power at all times, no other policy can add to it.
    if !unknown.is_empty() && administrator != Administrator::Yes {
        gaps.push(Gap {
            at: principal.at,
            name: principal.arn.clone(),
            reason: format!("whether it is an administrator is not known: {}", unknown.join("; ")),
            hides_findings: true,
        });
    }
    Subject {
        at: principal.at,
        kind,
        arn: principal.arn.clone(),
        name: principal.name.clone(),
        administrator,
        boundary: principal.boundary.clone(),
        policies: own_policies(principal),
        members: Vec::new(),
        trusted: Vec::new(),
        demands: Demands::default(),
        standing: Standing::Person,
        assumers: Vec::new(),
        agent: None,
        grant,
    }
}

fn own_policies(principal: &Principal) -> Vec<String> {
    let inline = principal.inline.iter().map(|(name, _)| format!("{name} (inline)"));
    inline.chain(principal.attached.iter().map(|(name, _)| name.clone())).collect()
}

/// Full power beats conditional power; what can't be read could be either.
fn administrator(grant: &Grant, held: &Held<'_>) -> Administrator {
    let all = || grant.ways.iter().filter(|way| way.power == Power::All);
    if all().any(|way| way.conditions.is_empty()) {
        return match held.boundary {
            Boundary::None | Boundary::Open => Administrator::Yes,
            Boundary::Limits => Administrator::Bounded,
            Boundary::Unknown => Administrator::Unknown,
        };
    }
    if !held.unreadable.is_empty() || (held.boundary == Boundary::Unknown && !grant.ways.is_empty()) {
        return Administrator::Unknown;
    }
    if all().next().is_some() {
        return Administrator::Conditional;
    }
    // A boundary takes more from less: who is nearly one is told as that only without it.
    if grant.ways.iter().any(|way| way.conditions.is_empty()) && held.boundary != Boundary::Limits {
        return Administrator::Nearly;
    }
    Administrator::No
}

/// Who may assume the role, and what that means for its power.
fn assumed(
    subject: &mut Subject,
    role: &Principal,
    account: &str,
    users: &[(&Principal, Held<'_>)],
    gaps: &mut Vec<Gap>,
) {
    let document = match &role.trust {
        Some(Ok(document)) => document,
        Some(Err(why)) => {
            subject.standing = Standing::Unknown;
            let reason = format!("who may assume it is not known: the trust policy is not understood: {why}");
            gaps.push(Gap { at: role.at, name: role.arn.clone(), reason, hides_findings: true });
            return;
        }
        None => {
            subject.standing = Standing::Unknown;
            let reason = "who may assume it is not known: the answer has no trust policy".to_owned();
            gaps.push(Gap { at: role.at, name: role.arn.clone(), reason, hides_findings: true });
            return;
        }
    };
    subject.trusted = trusted(document);
    let persons = subject.trusted.iter().filter(|one| !matches!(one.who, Who::Service(_)));
    subject.demands = persons.map(|one| one.demands).reduce(Demands::both).unwrap_or_default();
    subject.assumers = assumers(subject, account, users);
    let standings =
        subject.trusted.iter().map(|one| standing(one, subject.kind, account, !subject.assumers.is_empty()));
    subject.standing = standings.max().unwrap_or(Standing::Nobody);
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

/// So many users are told of a role: a list of all users for each of all roles fits no memory.
const MOST_ASSUMERS: usize = 100;

/// Users of this account that a way without conditions lets in. Who is named by the trust policy needs no policy of
/// its own; who is let in with the whole account does.
fn assumers(subject: &Subject, account: &str, users: &[(&Principal, Held<'_>)]) -> Vec<String> {
    if !subject.kind.is_role() || subject.administrator == Administrator::No {
        return Vec::new();
    }
    let open: Vec<&Who> = subject.trusted.iter().filter(|one| !one.limited).map(|one| &one.who).collect();
    let whole = open.iter().any(|who| match who {
        Who::Account(number) => number == account,
        Who::Everyone => true,
        _ => false,
    });
    let lets = |user: &Principal, held: &Held<'_>| {
        let named = open.iter().any(|who| matches!(who, Who::Principal(arn) if *arn == user.arn));
        named || whole && allows(&held.policies(), "sts:AssumeRole", &subject.arn)
    };
    let mut found = users.iter().filter(|(user, held)| lets(user, held)).map(|(user, _)| user.name.clone());
    let mut told: Vec<String> = found.by_ref().take(MOST_ASSUMERS).collect();
    if found.next().is_some() {
        told.push("more users".to_owned());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::details::add_page;
    use crate::source::SourceId;

    /// A user with an inline policy, and more in XML.
    fn judged(statement: &str, more: &str) -> (Administrator, Vec<String>) {
        let text = format!(
            "<GetAccountAuthorizationDetailsResult><UserDetailList><member><UserName>alice</UserName>\
             <Arn>arn:aws:iam::123456789012:user/alice</Arn><UserPolicyList><member><PolicyName>p</PolicyName>\
             <PolicyDocument>{{\"Statement\": {statement}}}</PolicyDocument></member></UserPolicyList>{more}</member>\
             </UserDetailList></GetAccountAuthorizationDetailsResult>"
        );
        let mut details = Details::default();
        add_page(&mut details, &text, SourceId(0)).unwrap();
        let reading = subjects(&details, "123456789012", &Thresholds::default());
        assert!(reading.gaps.iter().all(|gap| gap.hides_findings));
        (reading.facts[0].administrator, reading.gaps.into_iter().map(|gap| gap.reason).collect())
    }

    #[test]
    fn a_policy_that_is_not_in_the_answer_is_not_known() {
        const ALL: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
        for arn in ["arn:aws:iam::123456789012:policy/gone", "arn:aws:iam::aws:policy/Gone"] {
            let attached = format!(
                "<AttachedManagedPolicies><member><PolicyName>gone</PolicyName><PolicyArn>{arn}</PolicyArn></member>\
                 </AttachedManagedPolicies>"
            );
            let (administrator, gaps) = judged("[]", &attached);
            assert_eq!(administrator, Administrator::Unknown);
            assert!(gaps[0].contains("policy gone: its document is not in the answer"), "{gaps:?}");
            let boundary = format!(
                "<PermissionsBoundary><PermissionsBoundaryArn>{arn}</PermissionsBoundaryArn></PermissionsBoundary>"
            );
            let (administrator, gaps) = judged(ALL, &boundary);
            assert_eq!(administrator, Administrator::Unknown);
            assert!(gaps[0].contains("permissions boundary"), "{gaps:?}");
            // Where there is nothing to bound, it is a gap all the same.
            assert_eq!(judged("[]", &boundary).1.len(), 1);
        }
        assert_eq!(judged(ALL, ""), (Administrator::Yes, Vec::new()));
    }

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
        let user = format!("<member><UserName>u</UserName>{}</member>", policy("User"));
        let text = format!(
            "<GetAccountAuthorizationDetailsResult><UserDetailList>{}</UserDetailList><RoleDetailList><member>\
             <Arn>arn:aws:iam::123456789012:role/r</Arn>{}<AssumeRolePolicyDocument>{TRUST}\
             </AssumeRolePolicyDocument></member></RoleDetailList></GetAccountAuthorizationDetailsResult>",
            user.repeat(MOST_ASSUMERS + 5),
            policy("Role")
        );
        let mut details = Details::default();
        add_page(&mut details, &text, SourceId(0)).unwrap();
        let reading = subjects(&details, "123456789012", &Thresholds::default());
        let assumers = &reading.facts.last().unwrap().assumers;
        assert_eq!((assumers.len(), assumers.last().unwrap().as_str()), (MOST_ASSUMERS + 1, "more users"));
    }
}
