//! Chains of roles that end with an administrator's.

use super::rig::{Row, State, attached, document, principal, role, role_arn, trusts};

const ADMIN: &str = "AdministratorAccess";
const OWN: &str = r#"{"AWS":"arn:aws:iam::123456789012:root"}"#;
const MFA: &str = r#""Bool":{"aws:MultiFactorAuthPresent":"true"}"#;

fn assume(name: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"{}"}}"#, role_arn(name))
}

/// A role that lets in whom the account likes, and may assume another one.
fn step(name: &str, condition: &str, next: &str) -> String {
    let trust = document(&trusts(OWN, condition));
    let trust = format!("<AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument>");
    principal("Role", name, &[("next", next)], "", &trust)
}

/// alice may assume `deploy`, `deploy` may assume `admin`.
fn state(of_deploy: &str, of_admin: &str) -> State {
    let mut state = State::good();
    state.add_user(&Row::user("alice"), &[("deploy", &assume("deploy"))], "", "");
    state.roles = vec![
        step("deploy", of_deploy, &assume("admin")),
        role("admin", &trusts(OWN, of_admin), &attached(ADMIN)),
    ];
    state
}

fn told(state: &State) -> Vec<String> {
    state.audit().told().into_iter().filter(|one| !one.starts_with("policies-on-user")).collect()
}

#[test]
fn a_user_comes_to_an_administrators_role_by_another_one() {
    let mut state = state("", "");
    assert_eq!(told(&state), ["administrator-role-by-chain role/admin"]);
    assert_eq!(
        state.audit().message("administrator-role-by-chain"),
        "Role admin has all rights and is come to at any time: alice -> deploy -> admin"
    );
    // One more step, and one more user.
    state.add_user(&Row::user("bob"), &[("all", &assume("*"))], "", "");
    state.roles[0] = step("deploy", "", &assume("between"));
    state.roles.push(step("between", "", &assume("admin")));
    state.users.remove(1);
    state.rows.pop();
    assert_eq!(
        state.audit().message("administrator-role-by-chain"),
        "Role admin has all rights and is come to at any time: alice -> deploy -> between -> admin"
    );
    // Named by the trust policy, the role needs no policy of its own.
    state.roles = vec![
        step("deploy", "", r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#),
        role("admin", &trusts(&format!("{{\"AWS\":\"{}\"}}", role_arn("deploy")), ""), &attached(ADMIN)),
    ];
    assert_eq!(told(&state), ["administrator-role-by-chain role/admin"]);
}

#[test]
fn a_chain_that_does_not_hold_at_any_time_is_none() {
    for (of_deploy, of_admin) in [(MFA, ""), ("", MFA)] {
        assert_eq!(told(&state(of_deploy, of_admin)), ["administrator-role role/admin"], "{of_deploy}");
    }
    // A circle, and a role that a Deny keeps from the next.
    let mut circle = state("", "");
    circle.roles[0] = step("deploy", "", &assume("deploy"));
    assert_eq!(told(&circle), ["administrator-role role/admin"]);
    let deny = assume("admin").replace("Allow", "Deny");
    circle.roles[0] = step("deploy", "", &format!("{},{deny}", assume("admin")));
    assert_eq!(told(&circle), ["administrator-role role/admin"]);
    // Who assumes it at once needs no chain.
    let mut direct = state("", "");
    direct.add_user(&Row::user("bob"), &[("admin", &assume("admin"))], "", "");
    assert_eq!(told(&direct), ["standing-administrator-role role/admin"]);
}
