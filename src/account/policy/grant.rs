//! What the policies of one principal give together, as far as it concerns an administrator's power.
//!
//! Judged statement by statement: what one allows, another may deny. What only holds under a condition is told as
//! that. Service control policies, session policies and resource policies are not seen from here.

use super::document::{Condition, Statement};
use super::escalation::{self, Escalation, Wide};
use super::glob::{are_every_action, covers, is_every_action};
use super::rights::{Held, Right, Rights};

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
    /// By which policies, in words.
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

/// So many denials are told of one principal.
const MOST_DENIED: usize = 20;

/// The ways to power that these rights give.
pub fn ways(rights: &Rights<'_>, wide: &Wide) -> Vec<Way> {
    let mut found: Vec<Way> = Vec::new();
    let always = |deny: &&Right<'_>| deny.limits.is_empty();
    if rights.denies.iter().filter(always).any(takes_all) {
        return found;
    }
    let unless: Vec<String> = rights
        .denies
        .iter()
        .filter(|deny| !always(deny) && (takes_all(deny) && !leaves_iam(deny) || takes_iam(deny)))
        .map(|deny| format!("not when {}", words(&deny.statement.conditions)))
        .collect();
    let has_iam = escalation::leaves_iam(rights, wide);
    let mut add = |power: Power, by_exception: bool, rights: &[&Right<'_>]| {
        let power = if has_iam { power } else { Power::NearlyAll };
        let limited = rights.iter().filter(|right| !right.limits.is_empty());
        let only = limited.map(|right| format!("only when {}", words(&right.statement.conditions)));
        let conditions = only.chain(unless.iter().cloned()).collect();
        let way = Way { power, by: names(rights), by_exception, conditions };
        if !found.contains(&way) {
            found.push(way);
        }
    };
    for right in rights.allows.iter() {
        let Some((power, by_exception)) = power(right) else { continue };
        add(power, by_exception, &[right]);
        // What it leaves out may come from elsewhere: PowerUserAccess with IAMFullAccess.
        if let Some(iam) = of_iam(rights, wide).filter(|_| power == Power::NearlyAll) {
            add(Power::All, false, &[right, iam]);
        }
    }
    let parts: Vec<&Right<'_>> = parts(rights).collect();
    if found_nothing_whole(&parts) && are_every_action(patterns(&parts)) {
        add(Power::All, false, &parts);
    }
    found
}

/// What a principal's Deny statements take away, in words.
pub fn denied(held: &[Held<'_>]) -> Vec<String> {
    let all = || {
        held.iter().flat_map(|held| {
            let denials = held.document.statements.iter().filter(|statement| !statement.allows);
            denials.map(|deny| (held.by, deny))
        })
    };
    let mut told: Vec<String> = all().take(MOST_DENIED).map(|(by, deny)| told(by, deny)).collect();
    let more = all().skip(MOST_DENIED).count();
    if more > 0 {
        told.push(format!("{more} more Deny statements"));
    }
    told
}

/// `inline policy a`, or `policy PowerUserAccess with policy IAMFullAccess`.
fn names(rights: &[&Right<'_>]) -> String {
    let mut names: Vec<&str> = rights.iter().map(|right| right.by).collect();
    names.dedup();
    names.join(" with ")
}

/// The statement that gives all of IAM, one without conditions first.
fn of_iam<'r, 'p>(rights: &'r Rights<'p>, wide: &Wide) -> Option<&'r Right<'p>> {
    let all = || {
        let gives = |right: &&Right<'_>| right.means("iam:*") && wide.whole(|target| right.is_on(target));
        rights.allows.iter().filter(gives)
    };
    all().find(|right| right.limits.is_empty()).or_else(|| all().next())
}

/// Statements that give a part of everything, by the letter: `a*`.
fn parts<'r, 'p>(rights: &'r Rights<'p>) -> impl Iterator<Item = &'r Right<'p>> {
    let is_part = |right: &&Right<'_>| {
        let wild = |pattern: &str| pattern.split(':').next().is_some_and(|service| service.contains('*'));
        let actions = &right.statement.actions;
        !actions.all_but && right.limits.is_empty() && right.is_everywhere() && actions.iter().any(wild)
    };
    rights.allows.iter().filter(is_part)
}

fn patterns<'r>(parts: &'r [&Right<'r>]) -> impl Iterator<Item = &'r str> + Clone {
    parts.iter().flat_map(|right| right.statement.actions.list.iter().map(String::as_str))
}

fn found_nothing_whole(parts: &[&Right<'_>]) -> bool {
    !parts.iter().any(|right| power(right).is_some())
}

/// The power that an Allow gives, and whether it is written as an exception.
fn power(allow: &Right<'_>) -> Option<(Power, bool)> {
    if !allow.is_everywhere() {
        return None;
    }
    let by_resource = allow.statement.resources.as_ref().is_some_and(|resources| resources.all_but);
    let actions = &allow.statement.actions;
    if !actions.all_but {
        return are_every_action(actions.iter()).then_some((Power::All, by_resource));
    }
    if are_every_action(actions.iter()) {
        return None;
    }
    let but_iam = actions.iter().any(|pattern| covers(pattern, "iam:*"));
    Some((if but_iam { Power::NearlyAll } else { Power::All }, true))
}

/// Whether a Deny takes everything, or so much that no administrator is left.
fn takes_all(deny: &Right<'_>) -> bool {
    let actions = &deny.statement.actions;
    if actions.all_but {
        // Denied is all but these: what is left must be all for an administrator to be left.
        return deny.is_everywhere() && !actions.iter().any(is_every_action);
    }
    deny.is_everywhere() && are_every_action(actions.iter())
}

/// Whether a Deny of all but some actions leaves IAM, by which the rest can be had.
fn leaves_iam(deny: &Right<'_>) -> bool {
    let actions = &deny.statement.actions;
    actions.all_but && actions.iter().any(|pattern| covers(pattern, "iam:*"))
}

fn takes_iam(deny: &Right<'_>) -> bool {
    let actions = &deny.statement.actions;
    deny.is_everywhere() && !actions.all_but && actions.iter().any(|pattern| covers(pattern, "iam:*"))
}

/// What a Deny takes, in words.
fn told(by: &str, deny: &Statement) -> String {
    let actions = deny.actions.list.join(", ");
    let but = if deny.actions.all_but { "all but " } else { "" };
    let when =
        if deny.conditions.is_empty() { String::new() } else { format!(" when {}", words(&deny.conditions)) };
    format!("{by} denies {but}{actions}{when}")
}

/// Conditions in words: `aws:MultiFactorAuthPresent meets Bool`. Values stay untold: external ids are among them.
pub fn words(conditions: &[Condition]) -> String {
    let one = |condition: &Condition| format!("{} meets {}", condition.key, condition.operator);
    conditions.iter().map(one).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::super::binding::Caller;
    use super::super::document::Document;
    use super::*;

    fn grant(documents: &[&str]) -> Grant {
        let documents: Vec<Document> = documents
            .iter()
            .map(|statements| Document::parse(&format!("{{\"Statement\": [{statements}]}}")).unwrap())
            .collect();
        let held: Vec<Held<'_>> = documents.iter().map(|document| Held { by: "p", document }).collect();
        let caller = Caller {
            arn: Some("arn:aws:iam::123456789012:user/alice"),
            user: Some("alice"),
            account: Some("123456789012"),
            now: "2026-11-26T00:00:00Z".parse().unwrap(),
        };
        let (rights, wide) = (Rights::of(&held, caller), Wide::new("aws", "123456789012"));
        Grant { ways: ways(&rights, &wide), escalations: Vec::new(), denied: denied(&held) }
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
    fn several_statements_add_up() {
        let but_iam = r#"{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}"#;
        let iam =
            |resource: &str| format!(r#"{{"Effect": "Allow", "Action": "iam:*", "Resource": "{resource}"}}"#);
        let both = |resource: &str| powers(&[but_iam, &iam(resource)]);
        let nearly = (Power::NearlyAll, true, 0);
        for whole in ["*", "arn:aws:iam::123456789012:*", "arn:aws:iam::*:*"] {
            assert_eq!(both(whole), [nearly, (Power::All, false, 0)], "{whole}");
        }
        assert_eq!(both("arn:aws:iam::123456789012:user/bob"), [nearly]);
        let with_mfa =
            iam("*").replace("}", r#", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}"#);
        assert_eq!(powers(&[but_iam, &with_mfa]), [nearly, (Power::All, false, 1)]);
        let letters = |from: char, to: char| {
            let all: Vec<String> = (from..=to).map(|letter| format!("\"{letter}*\"")).collect();
            format!(r#"{{"Effect": "Allow", "Action": [{}], "Resource": "*"}}"#, all.join(","))
        };
        assert_eq!(powers(&[&letters('a', 'm'), &letters('n', 'z')]), [(Power::All, false, 0)]);
        assert_eq!(powers(&[&letters('a', 'm'), &letters('o', 'z')]), []);
    }

    #[test]
    fn a_deny_of_single_things_leaves_an_administrator() {
        let deny = |what: &str| format!(r#"{{"Effect": "Deny", {what}}}"#);
        for small in [
            r#""Action": "iam:*", "Resource": "arn:aws:iam::123456789012:user/ceo""#,
            r#""Action": "iam:*", "NotResource": "arn:aws:iam::123456789012:user/*""#,
            r#""Action": "*", "Resource": "*", "Condition": {"ArnEquals": {"aws:PrincipalArn":
                "arn:aws:iam::123456789012:user/bob"}}"#,
            r#""Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}"#,
        ] {
            assert_eq!(powers(&[ALL, &deny(small)]), [(Power::All, false, 0)], "{small}");
        }
        let letters: Vec<String> = ('a'..='z').map(|letter| format!("\"iam:{letter}*\"")).collect();
        let by_letter = format!(r#""Action": [{}], "Resource": "*""#, letters.join(","));
        assert_eq!(powers(&[ALL, &deny(&by_letter)]), [(Power::NearlyAll, false, 0)]);
    }

    #[test]
    fn what_is_over_is_no_way() {
        let until = |day: &str| {
            format!(
                r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {{"DateLessThan":
                {{"aws:CurrentTime": "{day}T00:00:00Z"}}}}}}"#
            )
        };
        assert_eq!(powers(&[&until("2020-01-01")]), []);
        assert_eq!(powers(&[&until("2027-01-01")]), [(Power::All, false, 1)]);
    }

    #[test]
    fn not_all_denials_are_told() {
        let deny = r#"{"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}"#;
        let all = vec![deny; MOST_DENIED + 5].join(",");
        let told = grant(&[&all]).denied;
        assert_eq!((told.len(), told[MOST_DENIED].as_str()), (MOST_DENIED + 1, "5 more Deny statements"));
    }
}
