//! Where teams meet secretrail: the hook, the GitHub Action and the scripts of `examples/` do what they say.

use std::collections::BTreeMap;
use std::path::Path;

use assert_cmd::Command;
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::json;

use crate::rig::{CLEAN, Folder, LEAK, Ran, command, root, run};

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn yaml(text: &str) -> Yaml<'_> {
    Yaml::load_from_str(text).expect("YAML").into_iter().next().expect("a document")
}

fn text<'y>(node: &'y Yaml<'_>) -> &'y str {
    node.as_str().unwrap_or_else(|| panic!("{node:?} is no text"))
}

/// Bash in a folder, where `secretrail` is the one that was built.
fn bash(folder: &Path, script: &str) -> Command {
    let built = assert_cmd::cargo::cargo_bin!("secretrail").parent().expect("a folder").to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths([folder.join("bin"), built].into_iter().chain(std::env::split_paths(&path)));
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-c", script]).env_clear().current_dir(folder);
    bash.env("PATH", path.expect("a PATH")).env("NO_COLOR", "1");
    bash
}

/// Names and scripts of the action's own steps.
fn steps(action: &Yaml<'_>) -> BTreeMap<String, String> {
    let steps = action["runs"]["steps"].as_vec().expect("steps");
    let own = steps.iter().filter(|step| step.as_mapping_get("run").is_some());
    own.map(|step| (text(&step["name"]).to_owned(), text(&step["run"]).to_owned())).collect()
}

/// A step of the action, in a runner's environment.
fn step(folder: &Folder, name: &str, inputs: &[(&str, &str)]) -> Ran {
    let action = read("action.yml");
    let script = steps(&yaml(&action)).remove(name).expect("the step");
    let mut bash = bash(folder.path(), &script);
    bash.env("GIVEN", "secretrail").env("BUILT", "").env("REPORTS", folder.join("reports"));
    bash.env("GITHUB_OUTPUT", folder.join("output")).env("GITHUB_STEP_SUMMARY", folder.join("summary"));
    for empty in ["PLAN", "BASELINE", "SINCE", "ARGS"] {
        bash.env(empty, "");
    }
    bash.env("SCAN_PATH", "tree").env("FAIL_ON", "high").envs(inputs.iter().copied());
    run(&mut bash)
}

#[test]
fn no_input_becomes_part_of_a_script() {
    let action = read("action.yml");
    let action = yaml(&action);
    for (name, script) in steps(&action) {
        assert!(!script.contains("${{"), "{name}");
        let ran = run(bash(&root(), "bash -n").write_stdin(script));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name}");
    }
}

#[test]
fn one_scan_serves_all_of_github() {
    let folder = Folder::new(&[("tree/main.tf", LEAK)]);
    let ran = step(&folder, "Scan", &[]);
    assert_eq!(ran.code, 0, "the job is decided later: {ran:?}");
    assert!(ran.out.starts_with("::error file=tree/main.tf,line=5"), "{}", ran.out);
    let output = folder.read("output");
    assert!(output.contains("exit-code=1\n") && output.contains("sarif-file="), "{output}");
    assert!(folder.read("summary").starts_with("## secretrail"));
    let sarif: serde_json::Value = serde_json::from_str(&folder.read("reports/report.sarif")).unwrap();
    let at = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(at, "tree/main.tf");
    assert_eq!(step(&folder, "Decide", &[("CODE", "1")]).code, 1);
    assert_eq!(step(&folder, "Decide", &[("CODE", "")]).code, 2, "no scan, no pass");
}

#[test]
fn inputs_of_the_action_are_arguments_and_nothing_else() {
    let folder = Folder::new(&[("a $(touch pwned); b/main.tf", CLEAN), ("tree/main.tf", LEAK)]);
    let ran = step(&folder, "Scan", &[("SCAN_PATH", "a $(touch pwned); b")]);
    assert!(ran.code == 0 && folder.read("output").contains("exit-code=0"), "{ran:?}");
    let arguments = "--min-confidence=high\n--exit-zero\n";
    let ran = step(&folder, "Scan", &[("ARGS", arguments)]);
    assert!(ran.code == 0 && folder.read("output").ends_with("report.sarif\n"), "{ran:?}");
    for (name, value) in
        [("FAIL_ON", "`touch pwned`"), ("SINCE", "--output=pwned"), ("BASELINE", "$(touch pwned)")]
    {
        std::fs::remove_file(folder.join("output")).unwrap();
        let ran = step(&folder, "Scan", &[(name, value)]);
        assert!(folder.read("output").contains("exit-code=2"), "{name}: {ran:?}");
        assert!(folder.read("reports/report.md").contains("Nothing was audited"), "{name}");
    }
    // `-x` is a folder's name, no switch.
    let ran = step(&folder, "Scan", &[("SCAN_PATH", "--exit-zero")]);
    assert!(ran.err.contains("--exit-zero cannot be read"), "{ran:?}");
    assert!(!folder.names().contains(&"pwned".to_owned()));
}

/// Writes down what it is called with; `$COMMENTS` are the ids that it lists.
const FAKE_GH: &str = r#"#!/bin/sh
echo "$@" >> gh.log
case "$*" in *--jq*) [ "$COMMENTS" != refused ] || exit 1; printf '%s' "$COMMENTS" ;; esac
"#;

#[test]
fn a_pull_request_has_one_comment() {
    for (comments, told) in [
        ("", "--method POST repos/example/infra/issues/7/comments -F body=@"),
        ("41\n42\n", "--method PATCH repos/example/infra/issues/comments/41 -F body=@"),
        ("refused", "--paginate"),
    ] {
        let folder = Folder::new(&[("bin/gh", FAKE_GH), ("reports/report.md", "## secretrail\n")]);
        run(&mut bash(folder.path(), "chmod +x bin/gh"));
        let inputs =
            [("REPOSITORY", "example/infra"), ("NUMBER", "7"), ("COMMENTS", comments), ("GH_TOKEN", "t")];
        let ran = step(&folder, "Comment on the pull request", &inputs);
        assert_eq!(ran.code, 0, "{ran:?}");
        let log = folder.read("gh.log");
        assert!(log.contains(told), "{log}");
        if comments == "refused" {
            assert!(ran.out.contains("::warning") && log.lines().count() == 1, "{ran:?} {log}");
        } else {
            assert!(folder.read("reports/comment.md").starts_with("<!-- secretrail -->\n## secretrail"));
            assert_eq!((log.lines().count(), ran.out.as_str()), (2, ""));
        }
    }
}

#[test]
fn the_workflow_uses_inputs_that_the_action_has() {
    let (action, workflow) = (read("action.yml"), read("examples/github-action/secretrail.yml"));
    let (action, workflow) = (yaml(&action), yaml(&workflow));
    let steps = workflow["jobs"]["scan"]["steps"].as_vec().expect("steps");
    let ours = steps.iter().find(|step| text(&step["uses"]).contains("secretrail")).expect("our step");
    for (name, _) in ours["with"].as_mapping().expect("inputs") {
        assert!(action["inputs"].as_mapping_get(text(name)).is_some(), "{name:?}");
    }
}

#[test]
fn the_hook_is_a_scan_of_the_whole_tree() {
    let (hooks, example) =
        (read(".pre-commit-hooks.yaml"), read("examples/pre-commit/.pre-commit-config.yaml"));
    let (hooks, example) = (yaml(&hooks), yaml(&example));
    let used = &example["repos"].as_vec().expect("repos")[0]["hooks"].as_vec().expect("hooks")[0];
    let hooks = hooks.as_vec().expect("hooks");
    assert!(hooks.iter().any(|hook| hook["id"] == used["id"]));
    for hook in hooks {
        assert_eq!(hook["pass_filenames"].as_bool(), Some(false));
        for (tree, code) in [(LEAK, 1), (CLEAN, 0)] {
            let folder = Folder::new(&[("main.tf", tree)]);
            let arguments = hook["args"].as_vec().expect("args").iter().map(text);
            let words: Vec<&str> = text(&hook["entry"]).split(' ').skip(1).chain(arguments).collect();
            assert_eq!(folder.run(&words).code, code);
        }
    }
}

/// All texts in quotes of `FileKind::of`: who adds one there is reminded of the hook.
fn name_parts() -> Vec<String> {
    let code = read("src/source/walk.rs");
    let body =
        code.split("pub fn of(").nth(1).expect("the function").split("\n    }\n").next().expect("its end");
    body.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_hook_looks_at_all_that_a_scan_reads() {
    use secretrail::source::walk::FileKind;
    let (hooks, parts) = (read(".pre-commit-hooks.yaml"), name_parts());
    assert!(parts.len() > 20, "{parts:?}");
    let mut names: Vec<String> =
        ["main.tf.bak", "a.pem", "README.md", "x.tfx", "env", "composed"].map(String::from).into();
    for part in &parts {
        names.extend([part.clone(), format!("a{part}"), format!("{part}a"), part.to_uppercase()]);
        names.extend(parts.iter().flat_map(|other| [format!("{part}{other}"), format!("{part}.x{other}")]));
    }
    for hook in yaml(&hooks).as_vec().expect("hooks") {
        let files = regex::Regex::new(text(&hook["files"])).expect("an expression");
        for name in &names {
            let lower = name.to_lowercase();
            let refers = [".yml", ".yaml", ".json"].iter().any(|ending| lower.ends_with(ending));
            for path in [name.clone(), format!("infra/{name}")] {
                assert_eq!(files.is_match(&path), FileKind::of(name).is_some() || refers, "{path}");
            }
        }
        assert!(files.is_match("infra/secretrail.toml"));
    }
}

#[test]
fn the_hook_leaves_ignored_files_alone() {
    let hooks = read(".pre-commit-hooks.yaml");
    for hook in yaml(&hooks).as_vec().expect("hooks") {
        let words: Vec<&str> = text(&hook["entry"]).split(' ').skip(1).chain(["."]).collect();
        let values = "db_password = \"hV8-kQ2w_Zr5tY\"\n";
        let folder =
            Folder::new(&[("main.tf", CLEAN), (".gitignore", "*.auto.tfvars\n"), ("x.auto.tfvars", values)]);
        folder.write(".git/HEAD", "ref: refs/heads/main\n");
        assert_eq!(folder.run(&words).code, 0);
        assert_eq!(folder.run(&["scan"]).code, 1);
        folder.write("y.tfvars", values);
        assert_eq!(folder.run(&words).code, 1, "a new file is told");
    }
}

/// The snippet of the README: one step, whose summary is written when there are findings too.
#[test]
fn the_step_of_the_readme_writes_the_summary() {
    let readme = read("README.md");
    let step = readme.lines().find_map(|line| line.strip_prefix("- run: ")).expect("the step");
    let folder = Folder::new(&[("main.tf", LEAK), ("summary", "")]);
    let ran = run(bash(folder.path(), step).env("GITHUB_STEP_SUMMARY", folder.join("summary")));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.starts_with("::error file=main.tf,line=5"), "{}", ran.out);
    assert!(folder.read("summary").starts_with("## secretrail"));
}

#[test]
fn the_key_of_the_cache_changes_with_the_source_and_the_version() {
    let action = read("action.yml");
    let script = steps(&yaml(&action)).remove("Name what is built").expect("the step");
    let folder = Folder::new(&[
        ("a/src/main.rs", "1"),
        ("a/Cargo.lock", ""),
        ("b/src/main.rs", "2"),
        ("b/Cargo.lock", ""),
    ]);
    let key = |source: &str, version: &str| {
        folder.write("output", "");
        let mut bash = bash(folder.path(), &script);
        bash.env("SOURCE", folder.join(source))
            .env("VERSION", version)
            .env("GITHUB_OUTPUT", folder.join("output"));
        assert_eq!(run(&mut bash).code, 0);
        folder.read("output")
    };
    let one = key("a", "v1");
    assert!(one.starts_with("key=") && one.trim_end().len() == "key=".len() + 64, "{one}");
    assert_eq!(one, key("a", "v1"));
    assert!(one != key("b", "v1") && one != key("a", "v2"));
}

#[test]
fn gitlab_gets_its_two_reports() {
    let pipeline = read("examples/gitlab-ci/.gitlab-ci.yml");
    let pipeline = yaml(&pipeline);
    let job = &pipeline["secretrail"];
    let script = text(&job["script"].as_vec().expect("script")[0]);
    let folder = Folder::new(&[("main.tf", LEAK)]);
    assert_eq!(run(&mut bash(folder.path(), script)).code, 1);
    let rules: Vec<&str> =
        job["rules"].as_vec().expect("rules").iter().map(|rule| text(&rule["if"])).collect();
    assert!(rules[0].contains("merge_request_event"), "else it never runs in merge requests: {rules:?}");
    let reports = &job["artifacts"]["reports"];
    let quality: serde_json::Value =
        serde_json::from_str(&folder.read(text(&reports["codequality"]))).unwrap();
    assert_eq!(quality[0]["location"]["path"], "main.tf");
    assert!(folder.read(text(&reports["junit"])).contains("<failure"));
}

#[test]
fn the_nightly_job_tells_four_outcomes_apart() {
    let module = "module \"x\" {\n  source = \"example/x/aws\"\n  password = var.p\n}\nvariable \"p\" {\n  sensitive = true\n}\n";
    let script = root().join("examples/cron/secretrail-nightly");
    for (tree, code, told) in
        [(CLEAN, 0, ""), (LEAK, 1, "secrets land"), (module, 3, "audited in part"), ("", 2, "NOT audited")]
    {
        let folder = Folder::new(&[("tree/main.tf", tree)]);
        if code == 2 {
            std::fs::remove_file(folder.join("tree/main.tf")).unwrap();
        }
        let ran = run(&mut bash(folder.path(), &format!("'{}' tree report.json audit.db", script.display())));
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(ran.out.contains(told) && ran.out.lines().count() == usize::from(code != 0), "{ran:?}");
    }
}

/// Atlantis takes any output with that word as a failure.
#[test]
fn a_passing_run_never_prints_the_word_that_atlantis_looks_for() {
    let folder = Folder::new(&[("clean/main.tf", CLEAN)]);
    for format in ["table", "markdown", "github", "json"] {
        let ran = folder.run(&["scan", "--format", format, "clean"]);
        assert_eq!(ran.code, 0);
        let word = ["fa", "il"].concat();
        // JSON and others may name the switch --fail-on; the table is what Atlantis is given.
        assert!(format == "json" || !ran.out.to_lowercase().contains(&word), "{format}: {}", ran.out);
    }
}

/// `scan --plan` is needed by the script.
fn has_plans() -> bool {
    run(command(&root()).args(["scan", "--help"])).out.contains("--plan")
}

#[test]
fn the_atlantis_check_says_the_word_when_it_must_and_only_then() {
    if !has_plans() {
        return;
    }
    let change = json!({
        "actions": ["create"], "before": null, "after": {"instance_type": "t3.small"}, "after_unknown": {},
        "before_sensitive": false, "after_sensitive": {},
    });
    let resource = json!({
        "address": "module.failover.aws_instance.web", "mode": "managed", "type": "aws_instance", "name": "web",
        "provider_name": "registry.terraform.io/hashicorp/aws", "change": change,
    });
    let clean = json!({
        "format_version": "1.2", "terraform_version": "1.13.0", "resource_changes": [resource],
        "configuration": {"root_module": {}},
    });
    let leaking = read("examples/atlantis/plan.json");
    let script = root().join("examples/atlantis/secretrail-policy");
    for (plan, code) in [(clean.to_string(), 0), (leaking, 1), ("{}".into(), 2), (String::new(), 2)] {
        let folder = Folder::new(&[("plan.json", &plan)]);
        let ran = run(&mut bash(folder.path(), &format!("'{}' plan.json", script.display())));
        assert_eq!(ran.code, code, "{ran:?}");
        assert_eq!(ran.out.to_lowercase().contains("fail"), code != 0, "{ran:?}");
        assert_eq!(folder.names(), ["plan.json"], "the plan is written nowhere");
    }
}

#[test]
fn scripts_of_examples_are_scripts() {
    for name in ["atlantis/secretrail-policy", "cron/secretrail-nightly", "run-task/ask.sh"] {
        let ran = run(&mut bash(&root(), &format!("bash -n examples/{name} && test -x examples/{name}")));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name}");
    }
}
