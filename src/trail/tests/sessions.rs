//! What is said of the sessions of our corpus: every shape of root, every rung of the ladder.

use super::rig::{read, trail_of};
use crate::trail::{Allowed, Conventions, Kind, Level, Root};

#[test]
fn the_shapes_of_root_are_told_apart() {
    for (case, expected) in [
        ("root-console", vec![(Root::Console, Some(true)), (Root::Console, Some(false))]),
        ("root-access-key", vec![(Root::AccessKey, None)]),
        ("root-assume-root", vec![(Root::AssumeRoot, Some(false))]),
    ] {
        let trail = trail_of(case);
        let shapes: Vec<_> = trail.of_root().iter().map(|one| (one.root.unwrap(), one.mfa)).collect();
        assert_eq!(shapes, expected, "{case}");
    }
    let derived = trail_of("root-session-token");
    let shapes: Vec<Root> = derived.of_root().iter().filter_map(|one| one.root).collect();
    assert_eq!(shapes, [Root::AccessKey, Root::SessionToken, Root::SessionToken]);
    let service = trail_of("root-service");
    assert!(service.of_root().iter().all(|one| one.root == Some(Root::Service)));
    assert!(
        service.sessions.iter().any(|one| one.principal.contains("AWSReservedSSO_") && one.root.is_none())
    );
}

#[test]
fn a_console_session_is_one_whatever_keys_its_pages_had() {
    let trail = trail_of("root-console");
    let sessions = trail.of_root();
    assert_eq!(sessions.iter().map(|one| one.tally.events).sum::<u64>(), 10);
    assert!(sessions.iter().all(|one| one.signed_in));
    assert!(sessions[1].new_network && !sessions[0].new_network);
}

#[test]
fn a_root_task_has_its_caller() {
    let trail = trail_of("root-assume-root");
    let task = trail.of_root()[0];
    assert!(task.chain[0].contains("OrganizationSecurity/alice@example.com"), "{:?}", task.chain);
    assert_eq!(task.chain_ids.len(), 1);
}

#[test]
fn the_silent_fallback_is_seen() {
    let root = trail_of("fallback-root");
    let fallback = root.of_root()[0].fallback.as_ref().unwrap();
    assert_eq!(
        (fallback.by, fallback.from.as_str()),
        ("sid", "arn:aws:iam::123456789012:user/terraform-deployer")
    );
    assert!(fallback.told.contains("DeleteAccessKey"), "{}", fallback.told);
    let actor = &root.of_root()[0].actor;
    assert_eq!((actor.kind, actor.name.as_str()), (Kind::Agent, "Claude Code"), "an agent went on as root");
    assert!(actor.contradictions.iter().any(|one| one.contains("console session of root")), "{actor:?}");
    let sso = trail_of("fallback-sso");
    let fallen: Vec<_> = sso.sessions.iter().filter(|one| one.fallback.is_some()).collect();
    assert_eq!(fallen.len(), 1);
    assert!(fallen[0].principal.contains("AWSReservedSSO_"));
    for quiet in ["human", "chain", "root-console", "agent-declared", "unknown", "bursts"] {
        assert!(trail_of(quiet).sessions.iter().all(|one| one.fallback.is_none()), "{quiet}");
    }
}

#[test]
fn the_story_is_the_same_however_it_was_exported() {
    let told = |case: &str| -> Vec<_> {
        let trail = trail_of(case);
        trail.sessions.into_iter().map(|one| (one.id, one.tally.events, one.root, one.actor)).collect()
    };
    assert_eq!(told("fallback-root"), told("json-lines"));
    assert_eq!(told("fallback-root"), told("lookup-events"));
}

#[test]
fn agents_are_told_by_their_best_evidence() {
    let level = |case: &str, name: &str| {
        let trail = trail_of(case);
        let all = trail.sessions.iter().filter(|one| one.actor.kind == Kind::Agent && one.actor.name == name);
        all.map(|one| one.actor.level).max()
    };
    assert_eq!(level("agent-mcp", "Claude Code"), Some(Level::Asserted));
    assert_eq!(level("agent-declared", "claude-code"), Some(Level::Declared));
    assert_eq!(level("agent-marked", "Claude Code"), Some(Level::Marked));
    for name in [
        "Claude Code",
        "Gemini CLI",
        "Codex",
        "Kiro",
        "OpenCode",
        "Antigravity",
        "Amp",
        "Pi",
        "Copilot CLI",
        "Cursor",
    ] {
        assert_eq!(level("agent-claimed", name), Some(Level::Claimed), "{name}");
    }
}

#[test]
fn the_name_that_a_tag_declares_is_the_one_that_is_shown() {
    let mut texts = super::rig::case("agent-declared");
    for text in &mut texts {
        *text = text.replace("alice-claude-code-01", "agent-7").replace("claude-code\"", "Claude Code\"");
    }
    let trail = read(&texts, 1, &Conventions::default());
    let session = trail.session("agent-reader/agent-7");
    assert_eq!((session.actor.name.as_str(), session.actor.level), ("Claude Code", Level::Declared));
    for kept in ["session tag secretrail:agent=Claude Code", "role session name agent-7"] {
        assert!(session.actor.reasons.iter().any(|reason| reason.contains(kept)), "{:?}", session.actor);
    }
}

#[test]
fn a_person_is_one_on_positive_evidence_only() {
    let trail = trail_of("human");
    let people: Vec<_> = trail.sessions.iter().filter(|one| one.actor.kind == Kind::Human).collect();
    assert_eq!(people.len(), 1);
    assert_eq!((people[0].actor.level, people[0].mfa), (Level::Asserted, Some(true)));
    assert!(
        trail_of("unknown")
            .sessions
            .iter()
            .all(|one| matches!(one.actor.kind, Kind::Unknown | Kind::Service))
    );
}

#[test]
fn what_does_not_fit_together_is_shown() {
    let trail = trail_of("agent-contradiction");
    assert!(trail.sessions.iter().all(|one| one.actor.kind != Kind::Human));
    let declared = trail.sessions.iter().find(|one| one.tags.contains_key("secretrail:actor")).unwrap();
    assert_eq!((declared.actor.kind, declared.source_identity.as_str()), (Kind::Agent, "alice@example.com"));
}

#[test]
fn a_chain_leads_to_the_first_caller_and_hands_tags_on() {
    let trail = trail_of("chain");
    let last = trail.session("breakglass/alice");
    assert_eq!(last.chain.len(), 3);
    assert!(last.chain[2].contains("user/alice"), "{:?}", last.chain);
    assert_eq!(last.tags.get("team").map(String::as_str), Some("platform"));
    assert_eq!(last.source_identity, "alice");
    let saml = trail.session("saml-developer/bob@example.com");
    assert_eq!(saml.tags.get("department").map(String::as_str), Some("data"));
    let links = trail.links;
    assert_eq!((links.of_roles, links.by_key), (links.by_key + links.by_creation, links.by_key));
}

#[test]
fn an_event_that_came_twice_counts_once() {
    let trail = trail_of("duplicates");
    let seen = &trail.gathered.coverage;
    assert!(seen.delivered > seen.events);
    assert_eq!(trail.sessions.iter().map(|one| one.tally.events).sum::<u64>(), seen.events);
    assert_eq!(trail.sessions.iter().map(|one| one.tally.delivered).sum::<u64>(), seen.delivered);
}

#[test]
fn secrets_and_what_lasts_are_named() {
    let trail = trail_of("agent-long-lived-key");
    let session = trail.sessions.iter().find(|one| one.actor.kind == Kind::Agent).unwrap();
    assert!(session.is_long_lived());
    assert!(session.tally.secrets.iter().any(|name| name.contains("database")));
    assert!(session.tally.credentials.iter().any(|made| made.starts_with("access key of")));
    assert!(session.tally.persistence.contains("CreateAccessKey"));
}

#[test]
fn what_a_service_decrypts_belongs_to_who_fetched_it() {
    let name = "/paperclip-app/anthropic/api-key";
    for case in ["fallback-root", "bursts"] {
        let trail = trail_of(case);
        let reading: Vec<_> = trail.sessions.iter().filter(|one| !one.tally.secrets.is_empty()).collect();
        assert!(reading.iter().all(|one| one.tally.secrets.contains(name)), "{case}");
        assert!(reading.iter().any(|one| one.tally.services.contains("kms.amazonaws.com")), "{case}");
        let ips = reading.iter().flat_map(|one| one.tally.ips.texts());
        assert!(ips.into_iter().all(|ip| !ip.contains("amazonaws")), "{case}: a service's address");
    }
}

#[test]
fn the_settings_say_what_an_agent_may_do() {
    let texts = super::rig::case("agent-long-lived-key");
    let allowed = Allowed { name: "Claude*".into(), services: vec!["ssm".into()], regions: Vec::new() };
    let conventions = Conventions { agents: vec![allowed], ..Conventions::default() };
    let trail = read(&texts, 1, &conventions);
    let session = trail.sessions.iter().find(|one| one.actor.kind == Kind::Agent).unwrap();
    assert!(session.outside_allowed.contains(&"iam".to_owned()), "{:?}", session.outside_allowed);
    assert!(!session.outside_allowed.contains(&"ssm".to_owned()));
}

#[test]
fn the_steps_of_a_sign_in_belong_to_it() {
    let who = r#""type":"IAMUser","accountId":"123456789012","accessKeyId":"","userName":"ada""#;
    let event = |number: u32, time: &str, who: &str, name: &str, told: &str| {
        format!(
            r#"{{"eventID":"e-{number}","eventTime":"2026-03-28T14:{time}Z","userIdentity":{{{who}}},"eventSource":"signin.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.24","userAgent":"Mozilla/5.0","eventType":"AwsConsoleSignIn","recipientAccountId":"123456789012"{told}}}"#
        )
    };
    let whole = r#""type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/ops/ada","accountId":"123456789012","userName":"ada""#;
    let failed = r#","errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"}"#;
    let worked = r#","responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"Yes"}"#;
    let all = [
        event(1, "00:00", who, "ConsoleLogin", failed),
        event(2, "00:30", who, "CheckMfa", r#","responseElements":{"CheckMfa":"Success"}"#),
        event(3, "00:40", whole, "ConsoleLogin", worked),
    ];
    let text = format!(r#"{{"Records":[{}]}}"#, all.join(","));
    let trail = super::rig::read(&[text], 1, &super::super::Conventions::default());
    let told: Vec<_> =
        trail.sessions.iter().map(|one| (&*one.principal, one.tally.events, one.failed_sign_ins)).collect();
    assert_eq!(told, [("arn:aws:iam::123456789012:user/ops/ada", 3, 1)]);
}

#[test]
fn a_secret_has_one_name_in_a_session() {
    let who = r#""type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/ada","accountId":"123456789012","accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"ada""#;
    let event = |number: u32, service: &str, name: &str, request: &str| {
        format!(
            r#"{{"eventID":"e-{number}","eventTime":"2026-03-28T14:00:0{number}Z","userIdentity":{{{who}}},"eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.24","eventType":"AwsApiCall","recipientAccountId":"123456789012","requestParameters":{request}}}"#
        )
    };
    let all = [
        event(1, "ssm", "GetParameter", r#"{"name":"/app/key","withDecryption":true}"#),
        event(
            2,
            "kms",
            "Decrypt",
            r#"{"encryptionContext":{"PARAMETER_ARN":"arn:aws:ssm:us-east-1:123456789012:parameter/app/key"}}"#,
        ),
        event(
            3,
            "kms",
            "Decrypt",
            r#"{"encryptionContext":{"PARAMETER_ARN":"arn:aws:ssm:us-east-1:123456789012:parameter/app/other"}}"#,
        ),
    ];
    let text = format!(r#"{{"Records":[{}]}}"#, all.join(","));
    let trail = super::rig::read(&[text], 1, &super::super::Conventions::default());
    let secrets: Vec<_> = trail.sessions.iter().flat_map(|one| one.tally.secrets.iter()).collect();
    assert_eq!(secrets, ["/app/key", "arn:aws:ssm:us-east-1:123456789012:parameter/app/other"]);
}
