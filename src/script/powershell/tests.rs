//! Small scripts and where their secrets land.

mod flows;
mod forms;
mod hostile;
mod quiet;
mod sinks;
mod values;

use crate::script::Role;
use crate::script::tests::rig::Rig;
use crate::value::Flat;

/// What a script does with its secrets in this role, `⟦name⟧` being one.
fn told_as(role: Role, script: &str) -> Vec<String> {
    let rig = Rig::new(script);
    let reading = super::trace(&Flat::new(&rig.text), &rig.context(role));
    rig.told(&reading.facts)
}

/// The landings of a script at boot must be exactly these.
#[track_caller]
fn lands(script: &str, expected: &[&str]) {
    let script = format!("<powershell>\n{script}\n</powershell>\n");
    assert_eq!(told_as(Role::UserData, &script), expected, "in\n{script}");
}

/// The script must land nothing, and leave no gap.
#[track_caller]
fn is_quiet(script: &str) {
    let rig = Rig::new(script);
    let reading = super::trace(&Flat::new(&rig.text), &rig.context(Role::UserData));
    let told = rig.told(&reading.facts);
    assert!(told.is_empty() && reading.gaps.is_empty(), "{told:?} {:?} in\n{script}", reading.gaps);
}
