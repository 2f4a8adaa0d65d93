//! States that both servers can hold: how each is set, and what is found in it and nothing else.

use serde_json::{Value, json};

/// Calls that set a state, and the rules that it meets: `rule name`.
pub type State = (Vec<Value>, Vec<&'static str>);

pub const ALL: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// A trust policy of one statement.
pub fn trust(principal: &Value, action: &str) -> String {
    let statement = json!({"Effect": "Allow", "Action": action, "Principal": principal});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// A role with a policy of its own, where it has one.
pub fn role(name: &str, path: &str, trust: String, policy: Option<&str>) -> Vec<Value> {
    let role = json!({"RoleName": name, "Path": path, "AssumeRolePolicyDocument": trust});
    let policy = policy.map(|policy| {
        json!(["iam", "put_role_policy", {"RoleName": name, "PolicyName": "p", "PolicyDocument": policy}])
    });
    std::iter::once(json!(["iam", "create_role", role])).chain(policy).collect()
}

/// A user with a policy of its own, where it has one.
pub fn user(name: &str, policy: Option<&str>) -> Vec<Value> {
    let policy = policy.map(|policy| {
        json!(["iam", "put_user_policy", {"UserName": name, "PolicyName": "p", "PolicyDocument": policy}])
    });
    std::iter::once(json!(["iam", "create_user", {"UserName": name}])).chain(policy).collect()
}

/// A user with a password, or with a key too.
pub fn person(name: &str, with_key: bool) -> Vec<Value> {
    let password = json!({"UserName": name, "Password": "not-a-real-password-1A"});
    let mut calls = user(name, None);
    calls.push(json!(["iam", "create_login_profile", password]));
    if with_key {
        calls.push(json!(["iam", "create_access_key", {"UserName": name}]));
    }
    calls
}

/// Times of a user's row that nothing is wrong with, and what is otherwise.
pub fn row(otherwise: &Value) -> Value {
    let mut row = json!({
        "user_creation_time": "2026-01-01T00:00:00+00:00",
        "mfa_active": "true",
        "password_last_changed": "2026-01-01T00:00:00+00:00",
        "password_last_used": "2026-11-20T00:00:00+00:00",
        "access_key_1_last_rotated": "2026-11-01T00:00:00+00:00",
        "access_key_1_last_used_date": "2026-11-25T00:00:00+00:00"
    });
    let more = otherwise.as_object().expect("columns").clone();
    row.as_object_mut().expect("columns").extend(more);
    row
}

/// Users, groups and roles with power, each alone.
pub fn of_power() -> Vec<State> {
    let statement = |statement: Value| json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let climb = statement(json!({"Effect": "Allow", "Action": "iam:CreatePolicyVersion", "Resource": "*"}));
    let but_iam = statement(json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}));
    let from_office = statement(json!({
        "Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    }));
    let lambda = trust(&json!({"Service": "lambda.amazonaws.com"}), "sts:AssumeRole");
    let stranger = trust(&json!({"AWS": "arn:aws:iam::111122223333:root"}), "sts:AssumeRole");
    let everyone = trust(&json!({"AWS": "*"}), "sts:AssumeRole");
    let github = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    let github = trust(&json!({"Federated": github}), "sts:AssumeRoleWithWebIdentity");
    let center = "arn:aws:iam::123456789012:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE";
    let center = trust(&json!({"Federated": center}), "sts:AssumeRoleWithSAML");
    let sso = "AWSReservedSSO_Admin_0123456789abcdef";
    let group = |policy: &str| {
        vec![
            json!(["iam", "create_group", {"GroupName": "g"}]),
            json!(["iam", "put_group_policy", {"GroupName": "g", "PolicyName": "p", "PolicyDocument": policy}]),
        ]
    };
    let read = statement(json!({"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}));
    let assume = |name: &str| {
        let role = format!("arn:aws:iam::123456789012:role/{name}");
        statement(json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}))
    };
    let own = || trust(&json!({"AWS": "arn:aws:iam::123456789012:root"}), "sts:AssumeRole");
    let demanding = statement(json!({
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Condition": {"StringLike": {"sts:SourceIdentity": "*"}}
    }));
    vec![
        (user("u", Some(&read)), vec!["policies-on-user user/u"]),
        (user("u", Some(ALL)), vec!["policies-on-user user/u", "standing-administrator user/u"]),
        (group(ALL), vec!["standing-administrator-group group/g"]),
        (
            role("claude-agent", "/", own(), Some(ALL)),
            vec!["administrator-role role/claude-agent", "agent-role-without-identity role/claude-agent"],
        ),
        (role("claude-agent", "/", demanding, None), vec![]),
        (
            [user("u", Some(&assume("admin"))), role("admin", "/", own(), Some(ALL))].concat(),
            vec!["policies-on-user user/u", "standing-administrator-role role/admin"],
        ),
        (
            [
                user("u", Some(&assume("deploy"))),
                role("deploy", "/", own(), Some(&assume("admin"))),
                role("admin", "/", own(), Some(ALL)),
            ]
            .concat(),
            vec!["administrator-role-by-chain role/admin", "policies-on-user user/u"],
        ),
        (user("u", Some(&climb)), vec!["policies-on-user user/u", "privilege-escalation user/u"]),
        (user("u", Some(&but_iam)), vec!["administrator-by-exception user/u", "policies-on-user user/u"]),
        (group(&from_office), vec!["administrator-with-conditions group/g"]),
        (role("r", "/", lambda, Some(ALL)), vec!["administrator-service-role role/r"]),
        (role("r", "/", stranger, Some(ALL)), vec!["administrator-role-other-account role/r"]),
        (role("r", "/", everyone, None), vec!["role-open-to-everyone role/r"]),
        (role("r", "/", github, None), vec!["role-open-to-provider role/r"]),
        (
            role(sso, "/aws-reserved/sso.amazonaws.com/", center, Some(ALL)),
            vec![
                "administrator-of-identity-center role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
            ],
        ),
    ]
}
