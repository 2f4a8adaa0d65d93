//! Signed webhooks: each change once, in order, and none lost.

use super::rig::{Job, WEBHOOK, counts, receiver, url, verified};
use crate::rig::{CLEAN, LEAK};
use crate::serve::rig::StandIn;

#[test]
fn a_change_is_told_once_and_signed() {
    let receiver = receiver();
    let job = Job::new(WEBHOOK).with("HOOK", url(&receiver));
    assert_eq!(job.scan().code, 1);
    assert_eq!(job.scan().code, 1, "nothing changed");
    job.folder.write("main.tf", CLEAN);
    assert_eq!((job.scan().code, job.scan().code), (0, 0));
    job.folder.write("main.tf", LEAK);
    assert_eq!(job.scan().code, 1);
    let told: Vec<_> = receiver.calls().iter().map(verified).collect();
    let all: Vec<_> = told.iter().map(counts).collect();
    assert_eq!(all, [(2, 0, 0), (0, 0, 2), (0, 2, 0)]);
    let standings: Vec<_> = told.iter().map(|change| change["standing"]["now"].as_str().unwrap()).collect();
    assert_eq!(standings, ["fails", "clean", "fails"]);
    assert_eq!((&told[0]["scope"], &told[0]["open"]["critical"]), (&job.scope().into(), &1.into()));
    assert!(told[0]["new"][0]["place"].as_str().unwrap().starts_with("main.tf:5"), "{}", told[0]);
}

#[test]
fn what_could_not_be_told_is_told_by_the_next_run_first() {
    let receiver = receiver();
    let mut job = Job::new(WEBHOOK);
    let ran = job.scan();
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("webhook was not notified: the variable HOOK is not set"), "{}", ran.err);
    let refused = StandIn::new(|_, _| Some((404, String::new(), b"canary".to_vec())));
    job.set("HOOK", url(&refused));
    job.folder.write("main.tf", CLEAN);
    let ran = job.scan();
    assert_eq!(
        (ran.code, refused.calls().len()),
        (0, 1),
        "the second waits for the first, and 404 is no later"
    );
    assert!(
        ran.err.contains("webhook was not notified: it said 404") && !ran.err.contains("canary"),
        "{}",
        ran.err
    );
    job.set("HOOK", url(&receiver));
    assert_eq!(job.scan().err, "");
    let told: Vec<_> = receiver.calls().iter().map(verified).map(|change| counts(&change)).collect();
    assert_eq!(told, [(2, 0, 0), (0, 0, 2)]);
    assert_eq!(refused.calls()[0].header("webhook-id"), receiver.calls()[0].header("webhook-id"));
    job.scan();
    assert_eq!(receiver.calls().len(), 2);
}

#[test]
fn jobs_that_share_a_history_send_only_their_own_letters() {
    let (first, second) = (receiver(), receiver());
    let mut job = Job::new(WEBHOOK);
    job.folder.write("other/main.tf", LEAK);
    assert_eq!(job.scan().code, 1, "HOOK is not set: the letter waits");
    job.set("HOOK", url(&second));
    let other = |job: &Job| job.run(&["scan", "other", "--history", "audit.db", "-f", "json"]);
    assert_eq!(other(&job).code, 1);
    let told: Vec<_> = second.calls().iter().map(verified).collect();
    let scopes: Vec<&str> = told.iter().map(|change| change["scope"].as_str().unwrap()).collect();
    assert_eq!(scopes.len(), 1, "{scopes:?}");
    assert!(scopes[0].starts_with("terraform other in "), "{scopes:?}");
    let pending = job.run(&["notify", "pending", "audit.db", "--json"]).json();
    let waits = &pending["pending"][0];
    assert!(waits["job"].as_str().unwrap().starts_with("scan . in "), "{waits}");
    job.set("HOOK", url(&first));
    assert_eq!(job.scan().err, "");
    assert_eq!((first.calls().len(), second.calls().len()), (1, 1));
}

#[test]
fn audits_of_one_folder_that_look_at_different_things_are_different_jobs() {
    let receiver = receiver();
    let settings = |tree: &str| format!("[audit]\nterraform = [\"{tree}\"]\n{WEBHOOK}");
    let mut job = Job::new(&settings("a"));
    job.folder.write("a/main.tf", LEAK);
    job.folder.write("b/main.tf", CLEAN);
    let audit = |job: &Job| job.run(&["audit", "--history", "audit.db", "-f", "json"]);
    assert_eq!(audit(&job).code, 1);
    job.set("HOOK", url(&receiver));
    job.folder.write("secretrail.toml", settings("b"));
    assert_eq!(audit(&job).code, 0);
    assert_eq!(receiver.calls().len(), 0, "the other job's letter, and its standing");
    job.folder.write("secretrail.toml", settings("a"));
    assert_eq!(audit(&job).code, 1);
    assert_eq!(receiver.calls().len(), 1);
}
