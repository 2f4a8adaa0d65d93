//! Less than an administrator's rights that become all of them, and what adds up to all.

use super::rig::{
    ALLOW_ALL, Audited, Row, State, attached, document, groups, own_policy, principal, role, role_arn,
    trusts, user_arn,
};

const OWN: &str = r#"{"AWS":"arn:aws:iam::123456789012:root"}"#;

fn allow(action: &str, resource: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#)
}

/// An account with an administrator `boss`, an administrator's role `ops` for machines, a group `admins`, and alice with
/// these statements.
fn account(statements: &[String]) -> State {
    let mut state = State::good();
    let whole = statements.join(",");
    state.add_user(&Row::user("alice"), &[("own", &whole)], "", "");
    state.add_user(&Row::user("boss"), &[], &attached("AdministratorAccess"), "");
    state.groups = vec![principal("Group", "admins", &[("all", ALLOW_ALL)], "", "")];
    let service = |name: &str| format!(r#"{{"Service":"{name}.amazonaws.com"}}"#);
    state.roles = vec![
        role("ops", &trusts(&service("lambda"), ""), &attached("AdministratorAccess")),
        role("app-one", &trusts(&service("ec2"), ""), ""),
        role("app-two", &trusts(OWN, ""), ""),
    ];
    state
}

fn of_alice(audited: &Audited) -> Vec<String> {
    let own = |told: &String| told.ends_with(" user/alice") && !told.starts_with("policies-on-user");
    audited.told().into_iter().filter(own).collect()
}

/// What alice can make of these statements; nothing where she can make nothing of them.
fn climbs(statements: &[String]) -> String {
    let audited = account(statements).audit();
    match of_alice(&audited).as_slice() {
        [] => String::new(),
        [one] if one == "privilege-escalation user/alice" => {
            audited.message("privilege-escalation").to_owned()
        }
        more => more.join(", "),
    }
}

const ALICE: &str = "arn:aws:iam::123456789012:user/alice";
const VARIABLE: &str = "arn:aws:iam::123456789012:user/${aws:username}";

#[test]
fn all_of_iam_wherever_it_is_allowed() {
    for resource in ["*", "arn:aws:iam::123456789012:*", "arn:aws:iam::*:*", "arn:aws:iam::1234567890??:*"] {
        assert!(
            climbs(&[allow("iam:*", resource)]).contains("iam:* (writes its own policies)"),
            "{resource}"
        );
    }
    let deny = |what: &str| format!(r#"{{"Effect":"Deny",{what}}}"#);
    for small in [
        r#""Action":"iam:*","Resource":"arn:aws:iam::123456789012:user/ceo""#,
        r#""Action":"iam:*","Resource":"arn:aws:s3:::x""#,
        r#""Action":"iam:DeleteUser","Resource":"*""#,
        r#""Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}}"#,
        r#""Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#,
    ] {
        assert!(climbs(&[allow("iam:*", "*"), deny(small)]).contains("iam:* ("), "{small}");
    }
    for whole in [
        r#""Action":"iam:*","Resource":"*""#,
        r#""Action":"iam:*","Resource":"arn:aws:iam::123456789012:*""#,
        r#""NotAction":["s3:*"],"Resource":"*""#,
        r#""Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#,
    ] {
        assert_eq!(climbs(&[allow("iam:*", "*"), deny(whole)]), "", "{whole}");
    }
    let parts = r#"{"Effect":"Allow","Action":"iam:*","Resource":["arn:aws:iam::123456789012:user/*",
        "arn:aws:iam::123456789012:policy/*"]}"#;
    assert!(climbs(&[parts.to_owned()]).contains("iam:PutUserPolicy (writes itself an inline policy)"));
    let one = r#"{"Effect":"Deny","Action":"iam:AttachUserPolicy","Resource":"arn:aws:iam::123456789012:user/ceo"}"#;
    assert!(climbs(&[allow("iam:AttachUserPolicy", "*"), one.to_owned()]).contains("iam:AttachUserPolicy ("));
}

#[test]
fn on_oneself() {
    for action in ["iam:PutUserPolicy", "iam:AttachUserPolicy"] {
        for resource in [ALICE, VARIABLE, "arn:aws:iam::*:user/ali*", "arn:aws:iam::123456789012:user/*"] {
            assert!(climbs(&[allow(action, resource)]).contains(action), "{action} {resource}");
        }
        assert_eq!(climbs(&[allow(action, "arn:aws:iam::123456789012:user/bob")]), "", "{action}");
    }
    // One's own keys and password, as AWS's documentation lets people manage them.
    for action in ["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"] {
        assert_eq!(climbs(&[allow(action, VARIABLE)]), "", "{action}");
    }
}

#[test]
fn on_somebody_stronger() {
    let boss = user_arn("boss");
    for action in ["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"] {
        for resource in
            [boss.as_str(), "arn:aws:iam::123456789012:user/b*", "arn:aws:iam::123456789012:user/*"]
        {
            assert!(climbs(&[allow(action, resource)]).contains(action), "{action} {resource}");
        }
        assert_eq!(climbs(&[allow(action, "arn:aws:iam::123456789012:user/ci-*")]), "", "{action}");
    }
    let group = |name: &str| {
        climbs(&[allow("iam:AddUserToGroup", &format!("arn:aws:iam::123456789012:group/{name}"))])
    };
    assert!(group("admins").contains("joins the administrators' group"));
    assert!(group("*").contains("iam:AddUserToGroup"));
    assert_eq!(group("readers"), "");
    let trust = |name: &str| climbs(&[allow("iam:UpdateAssumeRolePolicy", &role_arn(name))]);
    assert!(trust("ops").contains("lets itself assume an administrator's role"));
    assert_eq!(trust("app-*"), "");
}

#[test]
fn by_a_role_that_it_may_assume() {
    let statements =
        |action: &str, role: &str| [allow(action, &role_arn(role)), allow("sts:AssumeRole", &role_arn(role))];
    for action in ["iam:PutRolePolicy", "iam:AttachRolePolicy"] {
        assert!(climbs(&statements(action, "app-two")).contains(action));
        assert!(climbs(&statements(action, "*")).contains(action));
        // Trusts machines only, and nothing hands it to one.
        assert_eq!(climbs(&statements(action, "app-one")), "");
        assert_eq!(climbs(&statements(action, "app-two")[..1]), "");
    }
    let mut state = State::good();
    let own = allow("iam:PutRolePolicy", &role_arn("ci"));
    let trust = document(&trusts(r#"{"Service":"ec2.amazonaws.com"}"#, ""));
    let trust = format!("<AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument>");
    state.roles = vec![principal("Role", "ci", &[("own", &own)], "", &trust)];
    assert_eq!(state.audit().told(), ["privilege-escalation role/ci"]);
}

#[test]
fn by_a_policy_that_it_has() {
    let arn = "arn:aws:iam::123456789012:policy/team";
    let (attached, whole) = own_policy("team", &allow("iam:CreatePolicyVersion", arn));
    let mut state = State::good();
    state.add_user(&Row::user("alice"), &[], &attached, "");
    state.add_user(&Row::user("bob"), &[("other", &allow("iam:CreatePolicyVersion", arn))], "", "");
    state.policies = vec![whole.clone()];
    let told = |state: &State| -> Vec<String> {
        state.audit().told().into_iter().filter(|one| one.starts_with("privilege")).collect()
    };
    assert_eq!(told(&state), ["privilege-escalation user/alice"]);
    let mut state = State::good();
    state.add_user(&Row::user("carol"), &[], "", &groups(&["team"]));
    state.groups = vec![principal("Group", "team", &[], &attached, "")];
    state.policies = vec![whole];
    assert_eq!(told(&state), ["privilege-escalation group/team", "privilege-escalation user/carol"]);
    assert!(
        climbs(&[allow("iam:SetDefaultPolicyVersion", "arn:aws:iam::123456789012:policy/*")])
            .contains("goes back")
    );
}

#[test]
fn a_role_is_handed_to_what_runs_code() {
    for (actions, name) in [
        (vec!["ec2:RunInstances"], "ec2:RunInstances"),
        (vec!["lambda:CreateFunction", "lambda:CreateEventSourceMapping"], "lambda:CreateFunction"),
        (vec!["glue:CreateJob", "glue:StartJobRun"], "glue:CreateJob"),
        (vec!["glue:CreateDevEndpoint"], "glue:CreateDevEndpoint"),
        (vec!["cloudformation:CreateStack"], "cloudformation:CreateStack"),
        (vec!["ecs:RegisterTaskDefinition", "ecs:CreateService"], "ecs:RunTask"),
        (vec!["codebuild:CreateProject", "codebuild:StartBuild"], "codebuild:CreateProject"),
        (
            vec![
                "datapipeline:CreatePipeline",
                "datapipeline:PutPipelineDefinition",
                "datapipeline:ActivatePipeline",
            ],
            "datapipeline:PutPipelineDefinition",
        ),
        (vec!["sagemaker:CreateTrainingJob"], "sagemaker:CreateNotebookInstance"),
    ] {
        let with = |pass: String| {
            let all: Vec<String> = actions.iter().map(|action| allow(action, "*")).chain([pass]).collect();
            climbs(&all)
        };
        for roles in ["*", "arn:aws:iam::123456789012:role/*"] {
            assert!(
                with(allow("iam:PassRole", roles)).contains(&format!("iam:PassRole with {name} (")),
                "{name}"
            );
        }
        // Of no use to a machine, or of no more power.
        assert_eq!(with(allow("iam:PassRole", &role_arn("app-*"))), "", "{name}");
        let most = &all_but_last(&actions);
        let all: Vec<String> = most.iter().map(|action| allow(action, "*")).collect();
        assert_eq!(climbs(&[all, vec![allow("iam:PassRole", "*")]].concat()), "", "{name}");
    }
    let lambda = [allow("lambda:CreateFunction", "*"), allow("lambda:InvokeFunction", "*")];
    let pass = |service: &str, role: &str| {
        let when = format!(
            r#","Condition":{{"StringEquals":{{"iam:PassedToService":"{service}.amazonaws.com"}}}}}}"#
        );
        let pass = allow("iam:PassRole", role).replace('}', &when);
        climbs(&[lambda.to_vec(), vec![pass]].concat())
    };
    assert!(pass("lambda", "*").contains("runs a function"));
    assert!(pass("lambda", &role_arn("ops")).contains("runs a function"));
    assert_eq!(pass("ec2", "*"), "");
}

fn all_but_last<'a>(actions: &[&'a str]) -> Vec<&'a str> {
    actions[..actions.len() - 1].to_vec()
}

#[test]
fn what_runs_already_as_an_administrator() {
    assert!(climbs(&[allow("lambda:UpdateFunctionCode", "*")]).contains("lambda:UpdateFunctionCode"));
    // No machine is an administrator here.
    assert_eq!(climbs(&[allow("ssm:SendCommand", "*")]), "");
}

#[test]
fn two_policies_add_up_to_an_administrator() {
    let both = format!("{}{}", attached("PowerUserAccess"), attached("IAMFullAccess"));
    let mut state = State::good();
    state.add_user(&Row::user("alice"), &[], &both, "");
    let audited = state.audit();
    assert_eq!(of_alice(&audited), ["standing-administrator user/alice"]);
    assert_eq!(
        audited.message("standing-administrator"),
        "alice is an administrator at all times by policy PowerUserAccess with policy IAMFullAccess (limits: none)"
    );
    let mut state = State::good();
    state.add_user(&Row::user("alice"), &[], &attached("PowerUserAccess"), &groups(&["iam"]));
    state.groups = vec![principal("Group", "iam", &[], &attached("IAMFullAccess"), "")];
    assert_eq!(of_alice(&state.audit()), ["standing-administrator user/alice"]);
    let but_iam = r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#.to_owned();
    assert_eq!(
        climbs(&[but_iam, allow("iam:*", "arn:aws:iam::123456789012:*")]),
        "standing-administrator user/alice"
    );
}

#[test]
fn conditions_that_are_no_limit() {
    for condition in [
        r#""BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}"#,
        r#""DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}"#,
        r#""ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/alice"}"#,
        r#""StringEquals":{"aws:username":"alice"}"#,
        r#""StringEquals":{"aws:PrincipalAccount":"123456789012"}"#,
        r#""StringEquals":{"aws:PrincipalOrgID":"o-example"}"#,
    ] {
        let when = format!(r#","Condition":{{{condition}}}}}"#);
        assert_eq!(
            climbs(&[ALLOW_ALL.replace('}', &when)]),
            "standing-administrator user/alice",
            "{condition}"
        );
        assert!(climbs(&[allow("iam:*", "*").replace('}', &when)]).contains("iam:* ("), "{condition}");
    }
    let over = r#","Condition":{"DateLessThan":{"aws:CurrentTime":"2026-11-25T00:00:00Z"}}}"#;
    assert_eq!(climbs(&[ALLOW_ALL.replace('}', over)]), "");
}

#[test]
fn a_boundary_that_it_can_take_away_is_none() {
    let boundary = |name: &str| {
        format!(
            "<PermissionsBoundary><PermissionsBoundaryArn>arn:aws:iam::123456789012:policy/{name}\
             </PermissionsBoundaryArn></PermissionsBoundary>"
        )
    };
    let told = |edge: &str| {
        let mut state = State::good();
        state.add_user(&Row::user("alice"), &[("all", ALLOW_ALL)], "", &boundary("edge"));
        state.policies = vec![own_policy("edge", edge).1];
        of_alice(&state.audit())
    };
    let s3 = allow("s3:*", "*");
    assert_eq!(told(&s3), ["administrator-with-conditions user/alice"]);
    let unbound = format!("{s3},{}", allow("iam:DeleteUserPermissionsBoundary", VARIABLE));
    assert_eq!(
        told(&unbound),
        ["administrator-with-conditions user/alice", "privilege-escalation user/alice"]
    );
    // More of its own is still within the boundary.
    let own = format!("{s3},{}", allow("iam:PutUserPolicy", VARIABLE));
    assert_eq!(told(&own), ["administrator-with-conditions user/alice"]);
}
