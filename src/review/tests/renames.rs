//! A user that was renamed is the same user.

use super::*;

fn user(name: &str, key: &str) -> Value {
    json!({"type": "IAMUser", "principalId": format!("AIDA{name}"), "accountId": "123456789012",
        "arn": format!("arn:aws:iam::123456789012:user/{name}"), "userName": name, "accessKeyId": key})
}

fn named(at: u32, call: &str, name: &str) -> Value {
    event(at, call, json!({"userName": name}), json!(null))
}

fn rename(at: u32, old: &str, new: &str) -> Value {
    event(at, "UpdateUser", json!({"userName": old, "newUserName": new}), json!(null))
}

fn attach(at: u32, name: &str) -> Value {
    let request = json!({"userName": name, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    event(at, "AttachUserPolicy", request, json!(null))
}

fn alice(event: Value) -> Value {
    by(event, user("alice", "AKIAALICEEXAMPLEKEYS"))
}

fn of(events: &[Value]) -> Review {
    review(&log(events), key(), NOW)
}

fn open(events: &[Value]) -> Vec<bool> {
    of(events).lasting.iter().map(Lasting::is_open).collect()
}

#[test]
fn commands_name_a_user_as_it_is_called_now() {
    let made = json!({"accessKey": {"accessKeyId": "AKIAI44QH8DHBEXAMPLE", "userName": "eve"}});
    let events = [
        named(1, "CreateUser", "eve"),
        event(2, "CreateAccessKey", json!({"userName": "eve"}), made),
        attach(3, "Eve"),
        rename(4, "eve", "svc"),
        rename(5, "svc", "backup"),
    ];
    let told = commands(&of(&events));
    assert_eq!(
        told[1..],
        [
            "aws iam attach-user-policy --user-name backup --policy-arn arn:aws:iam::aws:policy/AWSDenyAll",
            "aws iam update-access-key --user-name backup --access-key-id AKIAI44QH8DHBEXAMPLE --status Inactive",
            "aws iam detach-user-policy --user-name backup --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
        ]
    );
    // Also the user whose key it is.
    let events = [named(1, "GetUser", "mallory"), rename(2, "mallory", "harmless")];
    assert!(commands(&of(&events))[0].contains("--user-name harmless "));
}

#[test]
fn what_is_done_under_the_new_name_is_done() {
    let made = [named(1, "CreateUser", "eve"), attach(2, "eve"), rename(3, "eve", "backup")];
    let done = alice(named(60, "DeleteUser", "backup"));
    assert_eq!(open(&made), [true, true]);
    assert_eq!(open(&[&made[..], &[done]].concat()), [false, false]);
    // Another user of the old name was deleted.
    let other = [alice(named(60, "CreateUser", "eve")), alice(named(61, "DeleteUser", "eve"))];
    assert_eq!(open(&[&made[..], &other].concat()), [true, true]);
    // And one of the new name, before.
    let other = alice(named(2, "DeleteUser", "backup"));
    let events = [named(1, "CreateUser", "eve"), other, rename(3, "eve", "backup")];
    assert_eq!(open(&events), [true]);
    // What failed renames nothing.
    let mut failed = rename(3, "eve", "backup");
    failed["errorCode"] = json!("EntityAlreadyExists");
    let events = [named(1, "CreateUser", "eve"), failed, alice(named(60, "DeleteUser", "eve"))];
    assert_eq!(open(&events), [false]);
}

#[test]
fn a_group_is_followed_too() {
    let group = |at: u32, call: &str, request: Value| event(at, call, request, json!(null));
    let arn = "arn:aws:iam::aws:policy/AdministratorAccess";
    let put = group(1, "AttachGroupPolicy", json!({"groupName": "dev", "policyArn": arn}));
    let renamed = group(2, "UpdateGroup", json!({"groupName": "dev", "newGroupName": "ops"}));
    let all = of(&[put.clone(), renamed.clone()]);
    assert!(commands(&all)[1].contains("--group-name ops "), "{:?}", commands(&all));
    let done = alice(group(60, "DetachGroupPolicy", json!({"groupName": "ops", "policyArn": arn})));
    assert_eq!(open(&[put, renamed, done]), [false]);
}

#[test]
fn the_chain_follows_the_new_name() {
    let used = by(named(9, "GetUser", "backup"), user("backup", "ASIAEVEEXAMPLEKEYSXX"));
    let events = [named(1, "CreateUser", "eve"), rename(2, "eve", "backup"), used];
    assert_eq!(of(&events).parties.len(), 2);
    // Whoever is asked for by the old name was the new one, too.
    let early = by(named(2, "GetUser", "eve"), user("eve", "ASIAEVEEXAMPLEKEYSYY"));
    let late = by(named(9, "GetUser", "backup"), user("backup", "ASIAEVEEXAMPLEKEYSXX"));
    let events = [early, rename(3, "eve", "backup"), late];
    for name in ["eve", "backup"] {
        assert_eq!(review(&log(&events), Start::Principal(name.into()), NOW).parties.len(), 2, "{name}");
    }
}
