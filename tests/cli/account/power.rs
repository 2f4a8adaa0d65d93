//! Administrators: by which way, and whether all the time. Agents' roles.

use super::rig::{
    ALLOW_ALL, Row, State, attached, document, groups, principal, role, role_arn, trusts, user_arn,
};
use secretrail::account::Thresholds;

const ADMIN: &str = "AdministratorAccess";
const OWN: &str = r#"{"AWS":"arn:aws:iam::123456789012:root"}"#;

fn with_user(inline: &[(&str, &str)], managed: &str, more: &str) -> State {
    let mut state = State::good();
    state.add_user(&Row::user("alice"), inline, managed, more);
    state
}

fn without_own(told: Vec<String>) -> Vec<String> {
    told.into_iter().filter(|one| !one.starts_with("policies-on-user")).collect()
}

#[test]
fn a_user_is_an_administrator_by_every_way() {
    // The document of AWS's own policy is not in the answer.
    let audited = with_user(&[], &attached(ADMIN), "").audit();
    assert_eq!(audited.told(), ["policies-on-user user/alice", "standing-administrator user/alice"]);
    assert_eq!(
        audited.message("standing-administrator"),
        "alice is an administrator at all times by policy AdministratorAccess (limits: none)"
    );
    let audited = with_user(&[("all", ALLOW_ALL)], "", "").audit();
    assert!(audited.message("standing-administrator").contains("inline policy all"));

    let mut state = with_user(&[], "", &groups(&["admins"]));
    state.groups = vec![principal("Group", "admins", &[], &attached(ADMIN), "")];
    let audited = state.audit();
    assert_eq!(
        audited.told(),
        ["standing-administrator user/alice", "standing-administrator-group group/admins"]
    );
    assert!(audited.message("standing-administrator").contains("policy AdministratorAccess of group admins"));
    state.groups = vec![principal("Group", "admins", &[("all", ALLOW_ALL)], "", "")];
    assert!(state.audit().message("standing-administrator").contains("inline policy all of group admins"));

    let own = "arn:aws:iam::123456789012:policy/everything";
    let mut state = with_user(
        &[],
        &format!("<member><PolicyName>everything</PolicyName><PolicyArn>{own}</PolicyArn></member>"),
        "",
    );
    state.policies = vec![format!(
        "<member><PolicyName>everything</PolicyName><Arn>{own}</Arn><DefaultVersionId>v2</DefaultVersionId>\
         <PolicyVersionList><member><Document>{}</Document><VersionId>v2</VersionId><IsDefaultVersion>true\
         </IsDefaultVersion></member></PolicyVersionList></member>",
        document(ALLOW_ALL)
    )];
    assert!(state.audit().has("standing-administrator"));
    // Without its document nobody knows.
    state.policies.clear();
    let audited = state.audit();
    assert!(!audited.has("standing-administrator"));
    assert!(audited.reasons()[0].contains("policy everything: its document is not in the answer"));
}

#[test]
fn limits_are_told() {
    let mfa = r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}"#;
    let audited = with_user(&[("with-mfa", mfa)], "", "").audit();
    assert_eq!(without_own(audited.told()), ["administrator-with-conditions user/alice"]);
    assert!(
        audited
            .message("administrator-with-conditions")
            .contains("only when aws:MultiFactorAuthPresent meets Bool")
    );

    let boundary = "<PermissionsBoundary><PermissionsBoundaryArn>arn:aws:iam::123456789012:policy/edge\
                    </PermissionsBoundaryArn></PermissionsBoundary>";
    let audited = with_user(&[], &attached(ADMIN), boundary).audit();
    assert_eq!(without_own(audited.told()), ["privilege-escalation user/alice"]);
    assert!(audited.reasons()[0].contains("the document of its permissions boundary is unknown"));
    let open = boundary
        .replace("arn:aws:iam::123456789012:policy/edge", "arn:aws:iam::aws:policy/AdministratorAccess");
    assert!(with_user(&[], &attached(ADMIN), &open).audit().has("standing-administrator"));
}

#[test]
fn exceptions_and_escalations() {
    assert_eq!(
        without_own(with_user(&[], &attached("PowerUserAccess"), "").audit().told()),
        ["administrator-by-exception user/alice"]
    );
    let but_one = r#"{"Effect":"Allow","NotAction":"s3:DeleteBucket","Resource":"*"}"#;
    assert_eq!(
        without_own(with_user(&[("most", but_one)], "", "").audit().told()),
        ["administrator-by-exception user/alice", "standing-administrator user/alice"]
    );
    let audited = with_user(&[], &attached("IAMFullAccess"), "").audit();
    assert_eq!(without_own(audited.told()), ["privilege-escalation user/alice"]);
    assert!(audited.message("privilege-escalation").contains("iam:* (writes its own policies)"));
    let deny = r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#;
    assert_eq!(without_own(with_user(&[("no", deny)], &attached(ADMIN), "").audit().told()), [""; 0]);
}

#[test]
fn roles_are_judged_by_who_may_assume_them() {
    let told = |trust: &str, users: bool| {
        let mut state = State::good();
        if users {
            let may = r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::123456789012:role/ops"}"#;
            state.add_user(&Row::user("alice"), &[("may", may)], "", "");
        }
        state.roles = vec![role("ops", trust, &attached(ADMIN))];
        without_own(state.audit().told())
    };
    assert_eq!(told(&trusts(OWN, ""), true), ["standing-administrator-role role/ops"]);
    assert_eq!(told(&trusts(OWN, ""), false), ["administrator-role role/ops"]);
    let alice = format!("{{\"AWS\":\"{}\"}}", user_arn("alice"));
    assert_eq!(told(&trusts(&alice, ""), true), ["standing-administrator-role role/ops"]);
    let mfa = r#""Bool":{"aws:MultiFactorAuthPresent":"true"}"#;
    assert_eq!(told(&trusts(OWN, mfa), true), ["administrator-role role/ops"]);
    // Holds for every call that is signed with an access key.
    let if_exists = r#""BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}"#;
    assert_eq!(told(&trusts(OWN, if_exists), true), ["standing-administrator-role role/ops"]);
    assert_eq!(
        told(&trusts(r#"{"AWS":"210987654321"}"#, ""), true),
        ["administrator-role-other-account role/ops"]
    );
    assert_eq!(
        told(&trusts(r#"{"AWS":"210987654321"}"#, r#""StringEquals":{"sts:ExternalId":"x"}"#), true),
        ["administrator-role role/ops"]
    );
    assert_eq!(
        told(&trusts(r#"{"Service":"ec2.amazonaws.com"}"#, ""), true),
        ["administrator-service-role role/ops"]
    );
    assert_eq!(told(&trusts(r#""*""#, ""), true), ["role-open-to-everyone role/ops"]);
}

#[test]
fn agents_roles_must_say_for_whom() {
    let told = |name: &str, trust: &str, thresholds: &Thresholds| {
        let mut state = State::good();
        state.roles = vec![role(name, trust, "")];
        state
            .audit_with(thresholds)
            .findings
            .into_iter()
            .map(|one| (one.rule.to_string(), one.confidence.word()))
            .collect::<Vec<_>>()
    };
    let default = Thresholds::default();
    let found = |confidence| vec![("agent-role-without-identity".to_owned(), confidence)];
    assert_eq!(told("Claude-Deploy", &trusts(OWN, ""), &default), found("medium"));
    let ours =
        Thresholds { agent_roles: vec!["ops-*".into()], agent_roles_named: true, ..Thresholds::default() };
    assert_eq!(told("ops-runner", &trusts(OWN, ""), &ours), found("high"));
    assert_eq!(told("Claude-Deploy", &trusts(OWN, ""), &ours), []);
    for demand in
        [r#""StringLike":{"sts:SourceIdentity":"*"}"#, r#""Null":{"aws:RequestTag/session":"false"}"#]
    {
        assert_eq!(told("claude", &trusts(OWN, demand), &default), [], "{demand}");
    }
    // A machine's role has no session that anybody could name.
    assert_eq!(
        told("CloudWatchAgentServerRole", &trusts(r#"{"Service":"ec2.amazonaws.com"}"#, ""), &default),
        []
    );
    let mut state = State::good();
    let trust =
        format!("<AssumeRolePolicyDocument>{}</AssumeRolePolicyDocument>", document(&trusts(OWN, "")));
    let tags = "<Tags><member><Key>used-by</Key><Value>agent</Value></member></Tags>";
    state.roles = vec![principal("Role", "runner", &[], "", &format!("{trust}{tags}"))];
    let audited = state.audit();
    assert_eq!(audited.findings[0].at.name, role_arn("runner"));
    assert!(audited.message("agent-role-without-identity").contains("(by tag)"));
}

#[test]
fn a_policy_that_cannot_be_read_is_a_gap() {
    let mut state = State::good();
    state.roles =
        vec![principal("Role", "odd", &[], "", "<AssumeRolePolicyDocument>%zz</AssumeRolePolicyDocument>")];
    let audited = state.audit();
    assert_eq!(audited.gaps[0].name, role_arn("odd"));
    assert!(audited.gaps[0].hides_findings);
}

/// An account grows, and what was on the first page is on the second one.
#[test]
fn a_fingerprint_does_not_know_its_page() {
    let mut bundle = with_user(&[], &attached(ADMIN), "").bundle();
    let prints = |bundle: &secretrail::evidence::Bundle| -> Vec<String> {
        let audited = super::rig::audit(bundle, &Thresholds::default());
        let power = audited.findings.into_iter().filter(|one| &*one.rule == "standing-administrator");
        power.map(|one| one.fingerprint).collect()
    };
    let before = prints(&bundle);
    for document in &mut bundle.documents {
        document.name = document.name.replace("details.1.xml", "details.2.xml");
    }
    assert_eq!((prints(&bundle), before.len()), (before, 1));
}
