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
    assert!(ran.err.contains("webhook was not told: the variable HOOK is not set"), "{}", ran.err);
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
        ran.err.contains("webhook was not told: it said 404") && !ran.err.contains("canary"),
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
