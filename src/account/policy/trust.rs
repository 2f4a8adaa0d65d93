//! Trust policies: who may assume a role, and what must be told when it is done.

use jiff::Timestamp;

use super::binding::{Caller, Holds, holds_in_allow, holds_in_deny, limits, limits_allow};
use super::document::{Condition, Document, Statement};
use super::glob::covers;
use super::grant::words;
use crate::account::arn::Arn;

/// Actions by which a role is assumed.
const ASSUMING: &[&str] = &["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

/// Providers that know everybody, and need no entry in the account.
const PUBLIC_PROVIDERS: &[&str] =
    &["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

/// Who may assume a role by one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// Who.
    pub who: Who,
    /// Conditions in words; empty: always.
    pub conditions: String,
    /// Whether they limit who may: some always hold.
    pub limited: bool,
    /// The keys that those test which limit.
    pub keys: Vec<String>,
    /// What must be so when it is done.
    pub demands: Demands,
}

impl Trusted {
    /// Whether all that an OpenID provider knows are let in: it is tested for whom the token is (`aud`) at most, and not
    /// whose it is.
    pub fn is_whole_provider(&self) -> bool {
        let Who::Federated(provider) = &self.who else { return false };
        if PUBLIC_PROVIDERS.contains(&provider.as_str()) {
            return self.keys.is_empty();
        }
        let whose = |key: &String| {
            key.rsplit_once(':')
                .is_some_and(|(of, claim)| of.contains('.') && !claim.eq_ignore_ascii_case("aud"))
        };
        provider.contains(":oidc-provider/") && !self.keys.iter().any(whose)
    }
}

/// Who is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// `*`.
    Everyone,
    /// A whole account: its number, or `arn:…:root`. In a policy that is not the root user, it is whoever the account lets.
    Account(String),
    /// One user, role or session.
    Principal(String),
    /// A service of AWS: `ec2.amazonaws.com`.
    Service(String),
    /// An identity provider.
    Federated(String),
}

impl Who {
    /// Whether all of it is of an account.
    fn is_in(&self, number: &str) -> bool {
        match self {
            Self::Account(own) => own == number,
            Self::Principal(arn) => Arn::parse(arn).is_some_and(|arn| arn.account == number),
            Self::Everyone | Self::Service(_) | Self::Federated(_) => false,
        }
    }

    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Everyone => "everyone".to_owned(),
            Self::Account(number) => format!("account {number}"),
            Self::Principal(arn) => arn.clone(),
            Self::Service(name) => name.clone(),
            Self::Federated(provider) => format!("provider {provider}"),
        }
    }
}

/// What a trust policy demands of who assumes the role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Demands {
    /// `sts:SourceIdentity`: who stands behind the session, kept along the chain.
    pub source_identity: bool,
    /// Session tags: `aws:RequestTag/…`.
    pub session_tags: bool,
    /// `sts:RoleSessionName`.
    pub session_name: bool,
    /// MFA.
    pub mfa: bool,
    /// `sts:ExternalId`.
    pub external_id: bool,
    /// A time after which it ends.
    pub time: bool,
}

impl Demands {
    const WORDS: [&'static str; 6] =
        ["source-identity", "session-tags", "session-name", "mfa", "external-id", "time"];

    fn flags(self) -> [bool; 6] {
        [self.source_identity, self.session_tags, self.session_name, self.mfa, self.external_id, self.time]
    }

    fn joined(self, other: Self, join: fn(bool, bool) -> bool) -> Self {
        let (one, two) = (self.flags(), other.flags());
        let [source_identity, session_tags, session_name, mfa, external_id, time] =
            std::array::from_fn(|at| one.get(at).zip(two.get(at)).is_some_and(|(one, two)| join(*one, *two)));
        Self { source_identity, session_tags, session_name, mfa, external_id, time }
    }

    /// What both demand.
    pub fn both(self, other: Self) -> Self {
        self.joined(other, |one, two| one && two)
    }

    /// What one of them demands.
    pub fn either(self, other: Self) -> Self {
        self.joined(other, |one, two| one || two)
    }

    /// In words: `mfa`, `source-identity`.
    pub fn words(self) -> Vec<&'static str> {
        Self::WORDS.into_iter().zip(self.flags()).filter(|(_, is)| *is).map(|(word, _)| word).collect()
    }
}

/// Who may assume a role by its trust policy.
pub fn trusted(document: &Document, now: Timestamp) -> Vec<Trusted> {
    let caller = Caller::anybody(now);
    let all = || document.statements.iter().filter(|statement| assumes(statement));
    let denies: Vec<Refused<'_>> =
        all().filter(|one| !one.allows).filter_map(|deny| Refused::of(deny, &caller)).collect();
    let mut trusted = Vec::new();
    for allow in all().filter(|statement| statement.allows) {
        // Conditions that are over let nobody in.
        let is_over = |one: &Condition| holds_in_allow(one, &caller) == Holds::Never;
        let Some(principals) = allow.principals.as_ref().filter(|_| !allow.conditions.iter().any(is_over))
        else {
            continue;
        };
        let whos: Vec<Who> = if principals.all_but {
            vec![Who::Everyone]
        } else {
            principals.list.iter().map(|(kind, value)| who(kind, value)).collect()
        };
        for who in whos {
            let refused: Vec<&Refused<'_>> = denies.iter().filter(|deny| deny.speaks_to(&who)).collect();
            // Nobody gets past a Deny without conditions.
            if refused.iter().any(|deny| deny.limits.is_empty() && !deny.leaves_some_of(&who)) {
                continue;
            }
            let limiting = allow.conditions.iter().filter(|condition| limits(condition, &caller));
            let all = limiting.chain(refused.iter().flat_map(|deny| deny.limits.iter().copied()));
            let keys = all.map(|condition| condition.key.clone()).collect();
            let demands = refused.iter().map(|deny| demanded_by_deny(&deny.statement.conditions));
            trusted.push(Trusted {
                who,
                conditions: words(&allow.conditions),
                // What an Allow demands is no limit where any value will do.
                limited: limits_allow(&allow.conditions, &caller) || !refused.is_empty(),
                keys,
                demands: demands.fold(demanded(&allow.conditions), Demands::either),
            });
        }
    }
    trusted
}

/// A Deny that works in ordinary calls.
struct Refused<'s> {
    statement: &'s Statement,
    /// Conditions that do not hold in every call.
    limits: Vec<&'s Condition>,
}

impl<'s> Refused<'s> {
    fn of(statement: &'s Statement, caller: &Caller<'_>) -> Option<Self> {
        let mut limits = Vec::new();
        for condition in &statement.conditions {
            match holds_in_deny(condition, caller) {
                Holds::Always => {}
                Holds::Usually => limits.push(condition),
                Holds::Rarely | Holds::Never => return None,
            }
        }
        Some(Self { statement, limits })
    }

    /// Whether it is about somebody, or about some of those.
    fn speaks_to(&self, whom: &Who) -> bool {
        let Some(principals) = &self.statement.principals else { return true };
        let named = principals.list.iter().any(|(kind, value)| match who(kind, value) {
            Who::Everyone => true,
            Who::Account(number) => whom.is_in(&number),
            one => one == *whom,
        });
        named != principals.all_but
    }

    /// Whether it leaves single ones of many: `NotPrincipal` of one user, where a whole account is let in.
    fn leaves_some_of(&self, whom: &Who) -> bool {
        let all_but = self.statement.principals.as_ref().is_some_and(|principals| principals.all_but);
        all_but && matches!(whom, Who::Everyone | Who::Account(_))
    }
}

fn assumes(statement: &Statement) -> bool {
    let named = |action: &str| statement.actions.iter().any(|pattern| covers(pattern, action));
    if statement.actions.all_but {
        !ASSUMING.iter().all(|action| named(action))
    } else {
        ASSUMING.iter().any(|action| named(action))
    }
}

fn who(kind: &str, value: &str) -> Who {
    match kind {
        "Service" => Who::Service(value.to_owned()),
        "Federated" => Who::Federated(value.to_owned()),
        _ if value == "*" => Who::Everyone,
        _ if value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit()) => {
            Who::Account(value.to_owned())
        }
        _ => match Arn::parse(value) {
            Some(arn) if arn.is_root() => Who::Account(arn.account.to_owned()),
            _ => Who::Principal(value.to_owned()),
        },
    }
}

/// What conditions of an Allow demand. A test that also holds where the key is absent demands nothing.
fn demanded(conditions: &[Condition]) -> Demands {
    let demands = conditions.iter().filter(|condition| {
        let operator = condition.operator.to_ascii_lowercase();
        if operator == "null" {
            return condition.values.iter().all(|value| value.eq_ignore_ascii_case("false"));
        }
        let holds_when_absent = operator.ends_with("ifexists")
            || operator.starts_with("forallvalues:")
            || operator.contains("not")
            || (operator.ends_with("bool")
                && condition.values.iter().any(|v| v.eq_ignore_ascii_case("false")));
        !holds_when_absent
    });
    demands.fold(Demands::default(), |all, condition| all.either(of_key(&condition.key)))
}

/// What a Deny demands: it denies where the key is absent, or not as it should be.
fn demanded_by_deny(conditions: &[Condition]) -> Demands {
    // Several tests must all hold for the Deny to work: then it demands none of them alone.
    let [condition] = conditions else { return Demands::default() };
    let operator = condition.operator.to_ascii_lowercase();
    let is = |word: &str| condition.values.iter().all(|value| value.eq_ignore_ascii_case(word));
    let demands = match operator.as_str() {
        "null" => is("true"),
        "boolifexists" => is("false"),
        operator => operator.contains("not") && !operator.starts_with("for"),
    };
    if demands { of_key(&condition.key) } else { Demands::default() }
}

fn of_key(key: &str) -> Demands {
    let key = key.to_ascii_lowercase();
    let mut demands = Demands::default();
    match key.as_str() {
        "sts:sourceidentity" => demands.source_identity = true,
        "sts:rolesessionname" => demands.session_name = true,
        "sts:externalid" => demands.external_id = true,
        "aws:multifactorauthpresent" | "aws:multifactorauthage" => demands.mfa = true,
        "aws:currenttime" | "aws:epochtime" | "aws:tokenissuetime" => demands.time = true,
        "aws:tagkeys" => demands.session_tags = true,
        key if key.starts_with("aws:requesttag/") => demands.session_tags = true,
        _ => {}
    }
    demands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(statements: &str) -> Vec<Trusted> {
        let now = "2026-11-26T00:00:00Z".parse().unwrap();
        trusted(&Document::parse(&format!("{{\"Statement\": [{statements}]}}")).unwrap(), now)
    }

    #[test]
    fn root_in_a_policy_is_the_account() {
        let found = of(r#"{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS":
            ["arn:aws:iam::123456789012:root", "123456789012", "arn:aws:iam::123456789012:user/alice", "*"],
            "Service": "ec2.amazonaws.com"}}"#);
        let words: Vec<String> = found.iter().map(|one| one.who.words()).collect();
        assert_eq!(
            words,
            [
                "account 123456789012",
                "account 123456789012",
                "arn:aws:iam::123456789012:user/alice",
                "everyone",
                "ec2.amazonaws.com"
            ]
        );
        let federated = of(r#"{"Effect": "Allow", "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
            "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/AWSSSO_0_DO_NOT_DELETE"}}"#);
        assert!(matches!(federated[0].who, Who::Federated(_)));
        assert_eq!(of(r#"{"Effect": "Allow", "Action": "sts:TagSession", "Principal": "*"}"#), []);
    }

    #[test]
    fn a_provider_of_many_needs_a_subject() {
        let whole = |condition: &str| {
            let provider = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
            of(&format!(
                r#"{{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {{"Federated":
                "{provider}"}}, "Condition": {{{condition}}}}}"#
            ))[0]
                .is_whole_provider()
        };
        let host = "token.actions.githubusercontent.com";
        assert!(whole(""));
        assert!(whole(&format!(r#""StringEquals": {{"{host}:aud": "sts.amazonaws.com"}}"#)));
        assert!(!whole(&format!(r#""StringLike": {{"{host}:sub": "repo:example/app:*"}}"#)));
        // Every token tells whose it is.
        assert!(!whole(&format!(r#""StringEqualsIfExists": {{"{host}:sub": "repo:example/app:x"}}"#)));
        for (operator, value) in
            [("StringLike", "*"), ("StringLike", "repo:*"), ("StringNotEquals", "repo:example/app:x")]
        {
            assert!(whole(&format!(r#""{operator}": {{"{host}:sub": "{value}"}}"#)), "{operator} {value}");
        }
    }

    #[test]
    fn conditions_that_always_hold_leave_it_open_and_values_are_not_told() {
        let limited = |condition: &str| {
            let found = of(&format!(
                r#"{{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*", "Condition": {{{condition}}}}}"#
            ));
            assert!(!found[0].conditions.contains("canary"));
            found[0].limited
        };
        assert!(limited(r#""StringEquals": {"sts:ExternalId": "canary"}"#));
        assert!(!limited(r#""StringLike": {"sts:ExternalId": "*"}"#));
        assert!(!limited(
            r#""IpAddress": {"aws:SourceIp": "0.0.0.0/0"}, "Bool": {"aws:SecureTransport": true}"#
        ));
        assert!(!limited(r#""StringNotEquals": {"aws:PrincipalTag/a": "canary"}"#));
    }

    #[test]
    fn conditions_that_hold_without_the_key_demand_nothing() {
        let demands = |condition: &str| {
            of(&format!(
                r#"{{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*", "Condition": {{{condition}}}}}"#
            ))[0]
                .demands
                .words()
        };
        for (condition, words) in [
            (r#""Bool": {"aws:MultiFactorAuthPresent": "true"}"#, vec!["mfa"]),
            (r#""BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}"#, vec![]),
            (r#""Bool": {"aws:MultiFactorAuthPresent": "false"}"#, vec![]),
            (r#""StringLike": {"sts:SourceIdentity": "*"}"#, vec!["source-identity"]),
            (r#""Null": {"sts:SourceIdentity": "false"}"#, vec!["source-identity"]),
            (r#""Null": {"sts:SourceIdentity": "true"}"#, vec![]),
            (r#""StringNotEquals": {"sts:SourceIdentity": "root"}"#, vec![]),
            (r#""StringLikeIfExists": {"sts:SourceIdentity": "*"}"#, vec![]),
            (r#""ForAllValues:StringEquals": {"aws:TagKeys": ["session"]}"#, vec![]),
            (r#""StringLike": {"aws:RequestTag/agent-session": "*"}"#, vec!["session-tags"]),
            (
                r#""StringEquals": {"sts:ExternalId": "x", "sts:RoleSessionName": "${aws:username}"}"#,
                vec!["session-name", "external-id"],
            ),
            (r#""DateLessThan": {"aws:CurrentTime": "2026-12-01T00:00:00Z"}"#, vec!["time"]),
            (r#""IpAddress": {"aws:SourceIp": "192.0.2.0/24"}"#, vec![]),
        ] {
            assert_eq!(demands(condition), words, "{condition}");
        }
    }

    #[test]
    fn a_deny_can_demand() {
        let allow = r#"{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}"#;
        let deny = |condition: &str| {
            let deny = format!(
                r#"{allow}, {{"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*", "Condition": {{{condition}}}}}"#
            );
            of(&deny)[0].demands.words()
        };
        assert_eq!(deny(r#""Null": {"sts:SourceIdentity": "true"}"#), ["source-identity"]);
        assert_eq!(deny(r#""BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}"#), ["mfa"]);
        assert_eq!(deny(r#""StringNotLike": {"sts:SourceIdentity": "*"}"#), ["source-identity"]);
        assert_eq!(deny(r#""Null": {"sts:SourceIdentity": "false"}"#), [""; 0]);
        assert_eq!(
            deny(r#""Null": {"sts:SourceIdentity": "true"}, "StringEquals": {"aws:PrincipalTag/a": "b"}"#),
            [""; 0]
        );
    }

    #[test]
    fn a_deny_shuts_out() {
        let with = |principal: &str, deny: &str| {
            let allow =
                format!(r#"{{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {principal}}}"#);
            let deny = format!(r#"{{"Effect": "Deny", "Action": "sts:AssumeRole", {deny}}}"#);
            let found = of(&format!("{allow}, {deny}"));
            found.into_iter().map(|one| (one.who.words(), one.limited)).collect::<Vec<_>>()
        };
        let everyone = |limited| vec![("everyone".to_owned(), limited)];
        const ALL: &str = r#""Principal": "*""#;
        let when = |condition: &str| format!(r#"{ALL}, "Condition": {{{condition}}}"#);
        // As AWS's documentation writes it.
        let org = r#""StringNotEquals": {"aws:PrincipalOrgID": "o-example"}"#;
        assert_eq!(with(r#""*""#, &when(org)), everyone(true));
        let two = r#""StringNotEquals": {"aws:PrincipalOrgID": "o-example", "sts:ExternalId": "x"}"#;
        assert_eq!(with(r#""*""#, &when(two)), everyone(true));
        assert_eq!(with(r#""*""#, ALL), []);
        assert_eq!(with(r#""*""#, &when(r#""Bool": {"aws:SecureTransport": "false"}"#)), everyone(false));
        assert_eq!(
            with(r#""*""#, &when(r#""Bool": {"aws:MultiFactorAuthPresent": "false"}"#)),
            everyone(false)
        );
        let alice = r#"{"AWS": "arn:aws:iam::123456789012:user/alice"}"#;
        assert_eq!(with(alice, r#""Principal": {"AWS": "123456789012"}"#), []);
        assert_eq!(with(alice, &format!(r#""NotPrincipal": {alice}"#)).len(), 1);
        assert_eq!(with(r#""*""#, &format!(r#""NotPrincipal": {alice}"#)), everyone(true));
        assert_eq!(with(r#""*""#, &format!(r#""Principal": {alice}"#)), everyone(false));
    }

    #[test]
    fn providers_that_know_everybody_need_a_condition() {
        let whole = |provider: &str, condition: &str| {
            of(&format!(
                r#"{{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {{"Federated":
                "{provider}"}}, "Condition": {{{condition}}}}}"#
            ))[0]
                .is_whole_provider()
        };
        assert!(whole("accounts.google.com", ""));
        assert!(whole("cognito-identity.amazonaws.com", ""));
        assert!(!whole("accounts.google.com", r#""StringEquals": {"accounts.google.com:aud": "example"}"#));
        let github = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
        assert!(whole(github, r#""Null": {"token.actions.githubusercontent.com:sub": "false"}"#));
    }
}
