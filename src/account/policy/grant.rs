//! What the policies of one principal give together, as far as it concerns an administrator's power.
//!
//! Judged statement by statement: what one allows, another may deny. What only holds under a condition is told as
//! that. Service control policies, session policies and resource policies are not seen from here.

use super::binding::{limits_allow, limits_by_deny};
use super::document::{Condition, Document, Patterns, Statement};
use super::escalation::{self, Escalation};
use super::glob::{are_every_action, covers, is_every_action, is_every_resource};

/// A policy and how the principal comes by it: `inline policy x`, `AdministratorAccess through group admins`.
#[derive(Debug, Clone, Copy)]
pub struct Held<'p> {
    /// In words.
    pub by: &'p str,
    /// What it says.
    pub document: &'p Document,
}

/// How much a way gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Power {
    /// Everything but IAM: `NotAction: iam:*`.
    NearlyAll,
    /// Everything.
    All,
}

/// One way to an administrator's power.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// How much.
    pub power: Power,
    /// By which policy, in words.
    pub by: String,
    /// Whether it is written with `NotAction` or `NotResource`.
    pub by_exception: bool,
    /// Under which conditions, in words; empty: always.
    pub conditions: Vec<String>,
}

/// What policies give together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    /// Ways to all, or to nearly all.
    pub ways: Vec<Way>,
    /// Less that can be made into all.
    pub escalations: Vec<Escalation>,
    /// What Deny statements take away, in words.
    pub denied: Vec<String>,
}

impl Grant {
    /// What these policies give.
    pub fn of(held: &[Held<'_>]) -> Self {
        let statements = Statements(held);
        let denied: Vec<(&Held<'_>, &Statement)> = statements.all(false).collect();
        let without_all = denied.iter().any(|(_, deny)| deny.conditions.is_empty() && takes_all(deny));
        let without_iam = denied.iter().any(|(_, deny)| deny.conditions.is_empty() && takes_iam(deny));
        let unless: Vec<String> = denied
            .iter()
            .filter(|(_, deny)| !deny.conditions.is_empty() && limits_by_deny(deny))
            .filter(|(_, deny)| takes_all(deny) || takes_iam(deny))
            .map(|(_, deny)| format!("not when {}", words(&deny.conditions)))
            .collect();
        let mut ways = Vec::new();
        for (by, allow) in statements.all(true).filter(|_| !without_all) {
            let Some((power, by_exception)) = power(allow) else { continue };
            let power = if without_iam { Power::NearlyAll } else { power };
            let mut conditions: Vec<String> = unless.clone();
            if limits_allow(&allow.conditions) {
                conditions.insert(0, format!("only when {}", words(&allow.conditions)));
            }
            let way = Way { power, by: by.by.to_owned(), by_exception, conditions };
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        let allows = |action: &str| statements.allows_everywhere(action) && unless.is_empty();
        Self {
            escalations: escalation::of(&allows),
            denied: denied.iter().map(|(by, deny)| told(by, deny)).collect(),
            ways,
        }
    }
}

/// Whether policies allow an action on a resource, without a condition.
pub fn allows(held: &[Held<'_>], action: &str, resource: &str) -> bool {
    let on = |statement: &Statement| {
        statement.resources.as_ref().is_some_and(|resources| {
            resources.all_but != resources.iter().any(|pattern| covers(pattern, resource))
        })
    };
    let is_meant = |statement: &Statement| means(&statement.actions, action) && on(statement);
    let statements = Statements(held);
    let denied = statements.all(false).any(|(_, deny)| deny.conditions.is_empty() && is_meant(deny));
    !denied && statements.all(true).any(|(_, allow)| !limits_allow(&allow.conditions) && is_meant(allow))
}

/// The statements of several policies.
struct Statements<'s>(&'s [Held<'s>]);

impl<'s> Statements<'s> {
    fn all(&self, allows: bool) -> impl Iterator<Item = (&'s Held<'s>, &'s Statement)> + use<'s> {
        let all = self.0.iter().flat_map(|held| held.document.statements.iter().map(move |one| (held, one)));
        all.filter(move |(_, statement)| statement.allows == allows)
    }

    /// Whether an action (or all that a pattern means) is allowed on every resource, without a condition.
    fn allows_everywhere(&self, action: &str) -> bool {
        let meant = |statement: &Statement| means(&statement.actions, action);
        let allowed = |statement: &Statement| {
            !limits_allow(&statement.conditions) && every_resource(statement) && meant(statement)
        };
        self.all(true).any(|(_, statement)| allowed(statement))
            && !self.all(false).any(|(_, statement)| denies(statement, action))
    }
}

/// Whether all that `action` means is meant by the patterns.
fn means(patterns: &Patterns, action: &str) -> bool {
    let named = |pattern: &str| covers(pattern, action);
    // Of `NotAction`, none may touch what is asked.
    let touched = |pattern: &str| covers(pattern, action) || covers(action, pattern);
    if patterns.all_but { !patterns.iter().any(touched) } else { patterns.iter().any(named) }
}

/// Whether a Deny takes something of what `action` means, whatever its conditions and resources: then it is not said
/// to be allowed.
fn denies(deny: &Statement, action: &str) -> bool {
    if deny.actions.all_but {
        !deny.actions.iter().any(|pattern| covers(pattern, action))
    } else {
        means(&deny.actions, action)
    }
}

fn every_resource(statement: &Statement) -> bool {
    statement.resources.as_ref().is_some_and(|resources| {
        // `NotResource` leaves nearly all of them.
        resources.all_but && !resources.iter().any(is_every_resource)
            || !resources.all_but && resources.iter().any(is_every_resource)
    })
}

/// The power that an Allow gives, and whether it is written as an exception.
fn power(allow: &Statement) -> Option<(Power, bool)> {
    if !every_resource(allow) {
        return None;
    }
    let by_resource = allow.resources.as_ref().is_some_and(|resources| resources.all_but);
    if !allow.actions.all_but {
        return are_every_action(allow.actions.iter()).then_some((Power::All, by_resource));
    }
    if are_every_action(allow.actions.iter()) {
        return None;
    }
    let but_iam = allow.actions.iter().any(|pattern| covers(pattern, "iam:*"));
    Some((if but_iam { Power::NearlyAll } else { Power::All }, true))
}

/// Whether a Deny takes everything, or so much that no administrator is left.
fn takes_all(deny: &Statement) -> bool {
    let everywhere = every_resource(deny);
    if deny.actions.all_but {
        // Denied is all but these: what is left must be all for an administrator to be left.
        return everywhere && !deny.actions.iter().any(is_every_action);
    }
    everywhere && are_every_action(deny.actions.iter())
}

fn takes_iam(deny: &Statement) -> bool {
    every_resource(deny)
        && !deny.actions.all_but
        && deny.actions.iter().any(|pattern| covers(pattern, "iam:*"))
}

/// What a Deny takes, in words.
fn told(by: &Held<'_>, deny: &Statement) -> String {
    let actions = deny.actions.list.join(", ");
    let but = if deny.actions.all_but { "all but " } else { "" };
    let when =
        if deny.conditions.is_empty() { String::new() } else { format!(" when {}", words(&deny.conditions)) };
    format!("{} denies {but}{actions}{when}", by.by)
}

/// Conditions in words: `aws:MultiFactorAuthPresent meets Bool`. Values stay untold: external ids are among them.
pub fn words(conditions: &[Condition]) -> String {
    let one = |condition: &Condition| format!("{} meets {}", condition.key, condition.operator);
    conditions.iter().map(one).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(documents: &[&str]) -> Grant {
        let documents: Vec<Document> = documents
            .iter()
            .map(|statements| Document::parse(&format!("{{\"Statement\": [{statements}]}}")).unwrap())
            .collect();
        let held: Vec<Held<'_>> = documents.iter().map(|document| Held { by: "p", document }).collect();
        Grant::of(&held)
    }

    fn powers(documents: &[&str]) -> Vec<(Power, bool, usize)> {
        let ways = grant(documents).ways.into_iter();
        ways.map(|way| (way.power, way.by_exception, way.conditions.len())).collect()
    }

    const ALL: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;

    #[test]
    fn allow_all_on_all() {
        assert_eq!(powers(&[ALL]), [(Power::All, false, 0)]);
        for same in [
            r#"{"Effect": "Allow", "Action": ["s3:Get*", "*:*"], "Resource": ["arn:aws:s3:::x", "*"]}"#,
            r#"{"Effect": "Allow", "Action": "**", "Resource": "arn:*"}"#,
        ] {
            assert_eq!(powers(&[same]), [(Power::All, false, 0)], "{same}");
        }
        for less in [
            r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#,
            r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::x/*"}"#,
            r#"{"Effect": "Allow", "Action": "*:Get*", "Resource": "*"}"#,
            r#"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#,
            r#"{"Effect": "Allow", "NotAction": "*", "Resource": "*"}"#,
        ] {
            assert_eq!(powers(&[less]), [], "{less}");
        }
    }

    #[test]
    fn exceptions_are_traps() {
        let allow = |not: &str| format!(r#"{{"Effect": "Allow", "NotAction": {not}, "Resource": "*"}}"#);
        assert_eq!(powers(&[&allow(r#"["iam:*", "organizations:*"]"#)]), [(Power::NearlyAll, true, 0)]);
        assert_eq!(powers(&[&allow(r#""s3:DeleteBucket""#)]), [(Power::All, true, 0)]);
        // Only one action of IAM is left out.
        assert_eq!(powers(&[&allow(r#""iam:CreateUser""#)]), [(Power::All, true, 0)]);
        let resource = r#"{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::x"}"#;
        assert_eq!(powers(&[resource]), [(Power::All, true, 0)]);
    }

    #[test]
    fn deny_takes_away() {
        let deny = |what: &str| format!(r#"{{"Effect": "Deny", {what}, "Resource": "*"}}"#);
        assert_eq!(powers(&[ALL, &deny(r#""Action": "*""#)]), []);
        assert_eq!(powers(&[ALL, &deny(r#""NotAction": ["s3:Get*"]"#)]), []);
        assert_eq!(powers(&[ALL, &deny(r#""Action": "iam:*""#)]), [(Power::NearlyAll, false, 0)]);
        let small = grant(&[ALL, &deny(r#""Action": "s3:DeleteBucket""#)]);
        assert_eq!(small.ways.len(), 1);
        assert_eq!(small.denied, ["p denies s3:DeleteBucket"]);
        let elsewhere = r#"{"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::x"}"#;
        assert_eq!(powers(&[ALL, elsewhere]), [(Power::All, false, 0)]);
    }

    #[test]
    fn conditions_are_told() {
        let with_mfa = r#"{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}"#;
        let ways = grant(&[with_mfa]).ways;
        assert_eq!(ways[0].conditions, ["only when aws:MultiFactorAuthPresent meets Bool"]);
        let without_mfa = r#"{"Effect": "Deny", "NotAction": "iam:EnableMFADevice", "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}"#;
        let ways = grant(&[ALL, without_mfa]).ways;
        assert_eq!(ways[0].conditions, ["not when aws:MultiFactorAuthPresent meets BoolIfExists"]);
    }

    #[test]
    fn limits_that_are_none() {
        let allow = r#"{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}}"#;
        assert_eq!(powers(&[allow]), [(Power::All, false, 0)]);
        let anywhere = r#"{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"IpAddress": {"aws:SourceIp": ["0.0.0.0/0"]}, "StringLike": {"aws:PrincipalArn": "*"}}}"#;
        assert_eq!(powers(&[anywhere]), [(Power::All, false, 0)]);
        for deny in [
            // Only says no where there is a value, which a signed call does not have.
            r#"{"Effect": "Deny", "Action": "*", "Resource": "*",
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}"#,
            r#"{"Effect": "Deny", "Action": "*", "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}}"#,
            r#"{"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*",
                "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}"#,
        ] {
            let found = grant(&[ALL, deny]);
            assert_eq!(found.ways[0].conditions, [""; 0], "{deny}");
            assert_eq!(found.denied.len(), 1, "it is told all the same");
        }
    }

    #[test]
    fn less_that_becomes_all() {
        let allow = |what: &str| format!(r#"{{"Effect": "Allow", "Action": {what}, "Resource": "*"}}"#);
        let found = |documents: &[&str]| -> Vec<&'static str> {
            grant(documents).escalations.into_iter().map(|one| one.by).collect()
        };
        assert_eq!(found(&[&allow(r#""iam:*""#)]), ["iam:*"]);
        assert_eq!(found(&[&allow(r#""iam:Attach*""#)]).len(), 3);
        assert_eq!(found(&[&allow(r#"["iam:PassRole", "ec2:RunInstances"]"#)]).len(), 1);
        assert_eq!(found(&[&allow(r#""iam:PassRole""#)]), [""; 0]);
        let deny = r#"{"Effect": "Deny", "Action": "iam:AttachUserPolicy", "Resource": "*"}"#;
        assert_eq!(found(&[&allow(r#""iam:AttachUserPolicy""#), deny]), [""; 0]);
        let on_one =
            r#"{"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "arn:aws:iam::1:user/a"}"#;
        assert_eq!(found(&[on_one]), [""; 0]);
    }
}
