//! Who is an administrator, and whether always or when it is needed: users, groups, roles.

mod agent;
mod assume;
mod chain;
mod held;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use self::agent::Agent;
use self::held::{Boundary, Held, Library};
use super::Thresholds;
use super::arn::Arn;
use super::details::{Details, Principal};
use super::policy::around::{Around, RoleAround};
use super::policy::binding::Caller;
use super::policy::escalation::{Climber, Escalation, Itself, Wide};
use super::policy::grant::{Grant, Power, denied, ways};
use super::policy::rights::{self, Rights};
use super::policy::trust::{Demands, Trusted};
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
    /// Of an administrator's role: how users of this account come to it through other roles, at any time, in words.
    pub chains: Vec<String>,
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

/// Whose account it is, and when.
struct Here {
    account: String,
    now: Timestamp,
    wide: Wide,
}

impl Here {
    /// The account's number, from the ARNs where nobody else tells it.
    fn of(details: &Details, account: &str, now: Timestamp) -> Self {
        let mut all = details.users.iter().chain(&details.groups).chain(&details.roles);
        let first = all.find_map(|one| Arn::parse(&one.arn));
        let (partition, own) = first.map_or(("aws", ""), |arn| (arn.partition, arn.account));
        let account = if account.is_empty() { own } else { account };
        Self { account: account.to_owned(), now, wide: Wide::new(partition, account) }
    }

    /// A principal as conditions and variables ask for it. A group is whoever is in it.
    fn caller<'c>(&'c self, principal: &'c Principal, kind: Kind) -> Caller<'c> {
        Caller {
            arn: (kind != Kind::Group).then_some(principal.arn.as_str()),
            user: (kind == Kind::User).then_some(principal.name.as_str()),
            account: Some(&self.account),
            now: self.now,
        }
    }
}

/// A principal with its policies.
struct Holder<'d> {
    principal: &'d Principal,
    kind: Kind,
    held: Held<'d>,
}

/// Judges all users, groups and roles: first what each has, then what it can make of it among the others.
pub(super) fn subjects(
    details: &Details,
    account: &str,
    now: Timestamp,
    thresholds: &Thresholds,
) -> Reading<Vec<Subject>> {
    let library = Library::new(details);
    let here = Here::of(details, account, now);
    let mut gaps = Vec::new();
    let holders = holders(details, &library, &here);
    let rights: Vec<Rights<'_>> = holders
        .iter()
        .map(|one| Rights::of(&one.held.policies(), here.caller(one.principal, one.kind)))
        .collect();
    let all = || holders.iter().zip(&rights);
    let mut found: Vec<Subject> =
        all().map(|(holder, rights)| subject(holder, rights, &here, &mut gaps)).collect();
    add_members(&mut found, details);
    for (subject, holder) in found.iter_mut().zip(&holders).filter(|(subject, _)| subject.kind.is_role()) {
        assume::trust(subject, holder.principal, now, &mut gaps);
    }
    let climbed = climbed(&found, &holders, &rights, &library, &here);
    let caller = |(holder, rights)| caller(holder, rights);
    let users: Vec<assume::User<'_>> =
        all().filter(|(holder, _)| holder.kind == Kind::User).map(caller).collect();
    let roles: Vec<chain::Caller<'_>> = (0..)
        .zip(all())
        .filter(|(_, (holder, _))| holder.kind.is_role())
        .map(|(at, one)| chain::Caller { at, role: caller(one) })
        .collect();
    let power = |_: usize, subject: &Subject| assume::has_power(subject);
    let assumers = assume::assumers(&found, power, &here.account, &users, &here.wide);
    let chains = chain::chains(&found, &here.account, &users, &roles, &here.wide);
    for (subject, chains) in found.iter_mut().zip(chains) {
        subject.chains = chains;
    }
    for (((subject, holder), escalations), assumers) in
        found.iter_mut().zip(&holders).zip(climbed).zip(assumers)
    {
        subject.grant.escalations = escalations;
        if !subject.grant.ways.is_empty() || !subject.grant.escalations.is_empty() {
            subject.grant.denied = denied(&holder.held.policies());
        }
        if subject.kind.is_role() {
            subject.assumers = assumers;
            assume::stand(subject, &here.account);
            subject.agent = agent::of(subject, holder.principal, thresholds);
        }
    }
    Reading { facts: found, gaps }
}

/// A user or a role, as somebody who assumes roles.
fn caller<'c>(holder: &'c Holder<'_>, rights: &'c Rights<'_>) -> assume::User<'c> {
    assume::User { arn: &holder.principal.arn, name: &holder.principal.name, rights }
}

fn holders<'d>(details: &'d Details, library: &Library<'d>, here: &Here) -> Vec<Holder<'d>> {
    let with = |principal: &'d Principal, kind: Kind, mut held: Held<'d>| {
        held.boundary = library.boundary(principal, here.caller(principal, kind), &here.wide);
        Holder { principal, kind, held }
    };
    let users = details.users.iter().map(|user| with(user, Kind::User, library.of_user(user)));
    let groups = details.groups.iter().map(|group| with(group, Kind::Group, library.own(group, "")));
    let roles = details.roles.iter().map(|role| with(role, kind_of(role), library.own(role, "")));
    users.chain(groups).chain(roles).collect()
}

fn add_members(found: &mut [Subject], details: &Details) {
    let mut members: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for user in &details.users {
        for group in &user.groups {
            members.entry(group.as_str()).or_default().push(user.name.clone());
        }
    }
    for subject in found.iter_mut().filter(|subject| subject.kind == Kind::Group) {
        subject.members = members.get(subject.name.as_str()).cloned().unwrap_or_default();
    }
}

/// What each can make of its rights; nothing for who has all of them.
fn climbed(
    found: &[Subject],
    holders: &[Holder<'_>],
    rights: &[Rights<'_>],
    library: &Library<'_>,
    here: &Here,
) -> Vec<Vec<Escalation>> {
    let mut around = Around::new(&here.account);
    for subject in found {
        let is_administrator = subject.administrator == Administrator::Yes;
        match subject.kind {
            Kind::User if is_administrator => drop(around.users.insert(&subject.arn, ())),
            Kind::Group if is_administrator => drop(around.groups.insert(&subject.arn, ())),
            Kind::User | Kind::Group => {}
            _ => around.add_role(&subject.arn, RoleAround { is_administrator, trusts: &subject.trusted }),
        }
    }
    let climb = |((subject, holder), rights): ((&Subject, &Holder<'_>), &Rights<'_>)| {
        if subject.administrator == Administrator::Yes {
            return Vec::new();
        }
        let boundary = match holder.held.boundary {
            Boundary::Limits(document) => {
                let caller = here.caller(holder.principal, holder.kind);
                Some(Rights::of(&[rights::Held { by: "", document }], caller))
            }
            Boundary::None | Boundary::Open | Boundary::Unknown => None,
        };
        let own = own(holder, library);
        Climber { own, rights, boundary: boundary.as_ref(), wide: &here.wide, around: &around }.escalations()
    };
    found.iter().zip(holders).zip(rights).map(climb).collect()
}

/// What is a principal's own.
fn own<'o>(holder: &'o Holder<'_>, library: &Library<'_>) -> Itself<'o> {
    let principal = holder.principal;
    let arn = principal.arn.clone();
    let mut own = Itself { arn: &principal.arn, ..Itself::default() };
    let of_account = |principal: &Principal| {
        let attached = principal.attached.iter().map(|(_, arn)| arn.clone());
        attached.filter(|arn| !arn.contains(":iam::aws:")).collect::<Vec<_>>()
    };
    own.policies = of_account(principal);
    match holder.kind {
        Kind::User => {
            for group in principal.groups.iter().filter_map(|name| library.groups.get(name.as_str())) {
                own.groups.push(group.arn.clone());
                own.policies.extend(of_account(group));
            }
            own.users.push(arn);
        }
        Kind::Group => {
            // Policies of a group name its users so.
            let users = Arn::parse(&arn)
                .map(|arn| format!("arn:{}:iam::{}:user/${{aws:username}}", arn.partition, arn.account));
            own.users.extend(users);
            own.groups.push(arn);
        }
        _ => own.roles.push(arn),
    }
    own
}

/// Where Identity Center keeps its roles. A name is free.
const OF_IDENTITY_CENTER: &str = "/aws-reserved/sso.amazonaws.com/";

fn kind_of(role: &Principal) -> Kind {
    let is_below = |path: &str| {
        role.path.starts_with(path)
            || Arn::parse(&role.arn)
                .and_then(|arn| arn.resource.strip_prefix("role"))
                .is_some_and(|rest| rest.starts_with(path))
    };
    if is_below("/aws-service-role/") {
        Kind::ServiceLinkedRole
    } else if is_below(OF_IDENTITY_CENTER) {
        Kind::IdentityCenterRole
    } else {
        Kind::Role
    }
}

fn subject(holder: &Holder<'_>, rights: &Rights<'_>, here: &Here, gaps: &mut Vec<Gap>) -> Subject {
    let Holder { principal, kind, held } = holder;
    let grant = Grant { ways: ways(rights, &here.wide), ..Grant::default() };
    let administrator = administrator(&grant, held);
    let mut unknown = held.unreadable.clone();
    if held.boundary == Boundary::Unknown {
        unknown.push("the document of its permissions boundary is unknown".to_owned());
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
        kind: *kind,
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
        chains: Vec::new(),
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
            Boundary::Limits(_) => Administrator::Bounded,
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
    if grant.ways.iter().any(|way| way.conditions.is_empty()) && !matches!(held.boundary, Boundary::Limits(_))
    {
        return Administrator::Nearly;
    }
    Administrator::No
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::details::add_page;
    use crate::source::SourceId;

    fn now() -> Timestamp {
        "2026-11-26T00:00:00Z".parse().unwrap()
    }

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
        let reading = subjects(&details, "123456789012", now(), &Thresholds::default());
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
}
