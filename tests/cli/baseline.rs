//! `secretrail baseline` and `--baseline`.

use crate::rig::{CLEAN, Folder, LEAK};

#[test]
fn what_was_there_is_silenced_and_what_is_added_is_told() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    let ran = folder.run(&["baseline", "-o", "known.json"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    assert_eq!(folder.names(), ["known.json", "main.tf"], "nothing else is left");
    assert_eq!(folder.run(&["baseline"]).out, folder.read("known.json"));
    let ran = folder.run(&["scan", "-f", "json", "--baseline", "known.json"]);
    assert_eq!((ran.code, ran.findings(), ran.silenced().len()), (0, vec![], 2));
    assert_eq!(ran.json()["summary"]["silenced"]["baseline"], 2);
    // Lines may move, and more of the same may come.
    let more =
        format!("# a\n\n{LEAK}").replace("/etc/token\\n", "/etc/token\\necho ${var.token} > /etc/more\\n");
    folder.write("main.tf", more);
    let ran = folder.run(&["scan", "-f", "json", "--baseline", "known.json"]);
    assert_eq!((ran.code, ran.findings()), (1, vec!["secret-written-to-disk main.tf:7".to_owned()]));
    assert_eq!(ran.json()["findings"][0]["sink"]["path"], "/etc/more");
}

#[test]
fn entries_that_are_gone_are_counted() {
    let folder = Folder::new(&[("main.tf", LEAK), ("secretrail.toml", "baseline = \"known.json\"\n")]);
    folder.write("known.json", "{\"version\": 1, \"entries\": []}");
    assert_eq!(folder.run(&["baseline", "-o", "known.json"]).code, 0);
    assert_eq!(folder.run(&["scan"]).code, 0, "the settings name it");
    folder.write("main.tf", CLEAN);
    let ran = folder.run(&["scan", "-f", "json"]);
    assert_eq!((ran.code, &ran.json()["summary"]["baseline_entries_gone"]), (0, &2.into()));
    let ran = folder.run(&["scan"]);
    assert!(ran.out.contains("2 entries of the baseline are no longer found: update it"), "{}", ran.out);
}

#[test]
fn a_baseline_that_can_t_be_used_is_no_audit() {
    let folder = Folder::new(&[
        ("main.tf", LEAK),
        ("broken.json", "{\n"),
        ("later.json", "{\"version\": 99, \"entries\": []}"),
    ]);
    for (file, told) in [
        ("none.json", "the baseline none.json is not used: there is no such file"),
        ("broken.json", "broken.json is no baseline: broken JSON in line 2"),
        ("later.json", "later.json is a baseline of version 99; this secretrail reads version 1"),
    ] {
        let ran = folder.run(&["scan", "--baseline", file]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{file}");
        assert!(ran.err.contains(told) && ran.err.contains(" hint: "), "{file}: {}", ran.err);
    }
}

#[test]
fn one_that_can_t_be_written_leaves_the_old_one() {
    let folder = Folder::new(&[("known.json", "old")]);
    assert_eq!(folder.run(&["baseline", "-o", "known.json"]).code, 2, "there is nothing to audit");
    assert_eq!(folder.read("known.json"), "old");
    folder.write("main.tf", LEAK);
    assert_eq!(folder.run(&["baseline", "-o", "none/known.json"]).code, 2);
}
