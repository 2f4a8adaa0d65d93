//! What a script is given when it is started.

use super::rig::Rig;
use crate::script::Role;

fn alone(script: &str) -> Vec<String> {
    let rig = Rig::new(script);
    let mut context = rig.context(Role::Standalone);
    context.guess_environment = true;
    rig.told(&rig.trace(&context).facts)
}

#[test]
fn a_parameter_under_a_secrets_name_is_a_guess() {
    for given in [
        "DB_PASSWORD=\"$1\"",
        "DB_PASSWORD=\"${2:-}\"",
        "DB_PASSWORD=\"${1:?usage}\"",
        "export DB_PASSWORD=$3",
        "read -rsp 'password: ' DB_PASSWORD",
        "while getopts p: o; do case $o in p) DB_PASSWORD=\"$OPTARG\";; esac; done",
    ] {
        let script = format!("{given}\necho \"PW=$DB_PASSWORD\" > /etc/app.env\n");
        assert_eq!(alone(&script), ["2 file /etc/app.env <- DB_PASSWORD"], "{given}");
    }
}

#[test]
fn a_parameter_under_another_name_is_none() {
    assert!(alone("REGION=$1\nread -r NAME\necho \"$REGION $NAME\" > /etc/app.env\n").is_empty());
    // A function that is called says itself what it is given.
    assert!(alone("f() { local token=$1; echo $token > /a; }\nf eu-west-1\n").is_empty());
}
