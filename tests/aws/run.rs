//! `secretrail run` and `credential-process`: sessions that say who stands behind them, and values for one program.

use serde_json::{Value, json};

use crate::rig::{Here, KEY, Key, Moto, Ran, Server, free_port, ministack};
use crate::stub::{Reply, Stub};

const ROLE: &str = "arn:aws:iam::123456789012:role/agent";
const SESSION: &str = "00000000-0000-4000-8000-000000000001";
/// A value that stands in no output.
const VALUE: &str = "FIXTURE+value/of a \"parameter\" 0001";

/// Claude Code's environment, in Jared's repository.
fn claude(endpoint: &str) -> Here {
    let here = Here::new(endpoint).with("CLAUDECODE", "1").with("CLAUDE_CODE_SESSION_ID", SESSION);
    here.write("home/.gitconfig", "[user]\n\temail = jared@example.com\n");
    here.write(".git/HEAD", "ref: refs/heads/main\n");
    here.write(".git/objects/x", "");
    here.write(".git/refs/x", "");
    here.write(".git/config", "[remote \"origin\"]\n\turl = https://bot:FIXTURE@github.com/acme/app.git\n[user]\n\temail = somebody@example.com\n");
    here
}

fn role(trust: &Value) -> Value {
    json!(["iam", "create_role", {"RoleName": "agent", "AssumeRolePolicyDocument": trust.to_string()}])
}

fn trust(actions: &[&str]) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": actions, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}]})
}

fn parameter(name: &str, value: &str) -> Value {
    json!(["ssm", "put_parameter", {"Name": name, "Value": value, "Type": "SecureString"}])
}

fn moto() -> Moto {
    let moto = Moto::new();
    moto.set(KEY, &json!([role(&trust(&["sts:AssumeRole"])), parameter("/paperclip-app/github/pat", VALUE)]));
    moto
}

/// What was recorded, as a log.
fn log(server: &Server, here: &Here) {
    let events = &server.set(KEY, &json!([["cloudtrail", "lookup_events", {"MaxResults": 50}]]))[0]["Events"];
    let whole = |event: &Value| event["CloudTrailEvent"].as_str().expect("text").to_owned();
    let records: Vec<String> = events.as_array().expect("events").iter().map(whole).collect();
    here.write("log.json", &format!("{{\"Records\":[{}]}}", records.join(",")));
}

fn shell(here: &Here, options: &[&str], script: &str) -> Ran {
    here.run(&[&["run"], options, &["--", "sh", "-c", script]].concat())
}

#[test]
fn the_minted_session_says_who_it_is_and_trail_attributes_it() {
    let moto = moto();
    let here = claude(&moto.endpoint);
    let script = "echo \"$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_SESSION_TOKEN $AWS_SDK_UA_APP_ID $PAT\"; \
                  test ${#PAT} = 35 && echo \"$AWS_PROFILE$AWS_REGION\"; exec \"$0\" collect --out evidence >/dev/null";
    let program = env!("CARGO_BIN_EXE_secretrail");
    let here = here.with("AWS_PROFILE", "agent");
    here.write("config", "[profile agent]\nregion = us-east-1\n");
    let ran = here.run(&[
        "run",
        "--role-arn",
        ROLE,
        "--inject",
        "PAT=/paperclip-app/github/pat",
        "--tag",
        "ticket=OPS-7",
        "--",
        "sh",
        "-c",
        script,
        program,
    ]);
    let name = format!("claude-code-{SESSION}");
    // Some calls of moto are refused.
    assert!(matches!(ran.code, 0 | 3), "{ran:?}");
    let told = format!("session {name} of the role agent until ");
    assert!(
        ran.err.contains(&told)
            && ran
                .err
                .contains("(source identity jared@example.com; tags human, agent, session, repo, ticket)"),
        "{ran:?}"
    );
    assert!(ran.err.contains("removed AWS_PROFILE; ") && ran.err.contains("injected PAT"), "{ran:?}");
    let mut lines = ran.out.lines();
    let first: Vec<&str> = lines.next().unwrap_or_default().splitn(2, ' ').collect();
    assert!(first[0].starts_with("ASIA"), "{ran:?}");
    assert_eq!(
        first[1],
        format!(
            "[secretrail: AWS_SECRET_ACCESS_KEY] [secretrail: AWS_SESSION_TOKEN] {name} [secretrail: PAT]"
        )
    );
    assert_eq!(lines.next(), Some("us-east-1"));
    let caller = here.bundle().manifest.caller;
    assert_eq!(caller, Some(format!("arn:aws:sts::123456789012:assumed-role/agent/{name}")));

    log(&moto, &here);
    let ran = here.run(&["trail", "log.json", "--format", "json", "--exit-zero"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let sessions = report["sessions"].as_array().expect("sessions");
    let minted: Vec<_> =
        sessions.iter().filter(|one| one["source_identity"] == "jared@example.com").collect();
    assert_eq!(minted.len(), 1, "{sessions:#?}");
    let actor = &minted[0]["actor"];
    assert_eq!((actor["kind"].as_str(), actor["level"].as_str()), (Some("agent"), Some("L3")), "{actor}");
    assert!(actor["reasons"].to_string().contains("session tag agent=Claude Code"), "{actor}");
    let tags = json!({"human": "jared@example.com", "agent": "Claude Code", "session": SESSION, "repo": "acme/app", "ticket": "OPS-7"});
    assert_eq!(minted[0]["tags"], tags);
    assert_eq!(minted[0]["secrets_read"], json!(["/paperclip-app/github/pat"]));
    assert!(!ran.out.contains("FIXTURE"), "{ran:?}");
}

#[test]
fn a_value_stands_in_the_environment_of_the_program_only() {
    let moto = moto();
    let here = claude(&moto.endpoint);
    let inject = ["--inject", "PAT=/paperclip-app/github/pat"];
    let script = "tr '\\0' '\\n' < /proc/$$/cmdline; tr '\\0' '\\n' < /proc/$$/environ | grep -c '^PAT='; printf %s \"$PAT\" | base64; find . -newer config -type f | xargs cat";
    here.write("config", "");
    let ran = shell(&here, &inject, script);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("\n1\n[secretrail: PAT]"), "{ran:?}");
    let all = format!("{}{}", ran.out, ran.err);
    assert!(!all.contains("FIXTURE") && !all.contains("RklYVFVSR"), "{ran:?}");
    let options = ["--mask-parameter", "/paperclip-app/github/pat"];
    let ran = shell(&here, &options, "echo \"${PAT-none} $0\" FIXTURE+value/of' a \"parameter\" 0001'");
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "none sh [secretrail: /paperclip-app/github/pat]\n"),
        "{ran:?}"
    );
    // One that is not there: nothing runs.
    let ran = shell(&here, &[&inject[..], &["--inject", "NONE=/none"]].concat(), "echo started");
    assert_eq!((ran.code, ran.out.as_str()), (125, ""));
    assert!(
        ran.err.contains("/none cannot be fetched for NONE: ssm:GetParameter: ParameterNotFound"),
        "{ran:?}"
    );
    moto.state(&json!({"denied": ["ssm:GetParameter"]}));
    let ran = shell(&here, &inject, "echo started");
    assert_eq!((ran.code, ran.out.as_str()), (125, ""));
    assert!(
        ran.err.contains("AccessDeniedException") && ran.err.contains("must be allowed ssm:GetParameter"),
        "{ran:?}"
    );
}

#[test]
fn keys_of_the_inventory_are_masked_and_not_given() {
    let moto = moto();
    let here = claude(&moto.endpoint);
    let list = "| Key | Location | Last Rotated | Owner |\n|---|---|---|---|\n\
                | GITHUB_PAT | SSM /paperclip-app/github/pat | 2026-03-24 | jcalone-abt |\n\
                | LINEAR_API_KEY | SSM /abt/linear/api-key | — | needs migration |\n";
    here.write("SECRETS.md", list);
    let script = "echo \"${GITHUB_PAT-none}\"; echo 'FIXTURE+value/of a \"parameter\" 0001'";
    // The role need not be allowed to read what is only masked.
    let ran = shell(&here, &["--mask-inventory", "--role-arn", ROLE], script);
    assert_eq!((ran.code, ran.out.as_str()), (0, "none\n[secretrail: GITHUB_PAT]\n"), "{ran:?}");
    assert!(ran.err.contains("listed, but not in Parameter Store: LINEAR_API_KEY; "), "{ran:?}");
    moto.state(&json!({"denied": ["ssm:GetParameter"]}));
    let ran = shell(&here, &["--mask-inventory"], script);
    assert_eq!((ran.code, ran.out.as_str()), (125, ""), "{ran:?}");
    assert!(ran.err.contains("to mask it: ssm:GetParameter: AccessDeniedException"), "{ran:?}");
}

#[test]
fn a_role_that_is_refused_starts_nothing() {
    let moto = moto();
    let here = claude(&moto.endpoint);
    moto.state(&json!({"denied": ["sts:AssumeRole"]}));
    let ran = shell(&here, &["--role-arn", ROLE], "echo started");
    assert_eq!((ran.code, ran.out.as_str()), (125, ""));
    assert!(ran.err.contains("the role cannot be assumed: AccessDenied (request "), "{ran:?}");
    assert!(ran.err.contains("sts:TagSession and sts:SetSourceIdentity"), "{ran:?}");
    let ran = here.run(&["credential-process", "--role-arn", ROLE]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    // Nobody there at all, and no credentials at all.
    let nowhere = claude(&format!("http://127.0.0.1:{}", free_port()));
    let ran = shell(&nowhere, &["--role-arn", ROLE, "--timeout", "5"], "echo started");
    assert_eq!((ran.code, ran.out.as_str()), (125, ""), "{ran:?}");
    let ran = shell(&claude(&moto.endpoint).no_key(), &["--role-arn", ROLE], "echo started");
    assert_eq!((ran.code, ran.out.as_str()), (125, ""), "{ran:?}");
    assert!(ran.err.contains("there are no AWS credentials"), "{ran:?}");
}

#[test]
fn silence_ends_in_time_and_a_broken_answer_is_not_quoted() {
    let stub = Stub::new(|_, _| Reply::Silence);
    let ran = claude(&stub.endpoint).run(&["credential-process", "--role-arn", ROLE, "--timeout", "2"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.took.as_secs() < 20, "{ran:?}");
    for body in [
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><SecretAccessKey>canary-0001</SecretAccessKey><AccessKeyId>",
        "canary-0001",
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>canary-0001\n</SecretAccessKey><SessionToken>canary&quot;0001</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
    ] {
        let stub = Stub::new(move |_, _| Reply::ok(body));
        for verbose in ["-q", "-vvv"] {
            let ran = claude(&stub.endpoint).run(&[verbose, "credential-process", "--role-arn", ROLE]);
            assert_eq!(ran.code, 2, "{ran:?}");
            assert!(!format!("{ran:?}").contains("canary"), "{ran:?}");
        }
    }
}

#[test]
fn sdks_get_a_session_from_the_credential_process() {
    let moto = moto();
    let here = claude(&moto.endpoint);
    let ran = here.run(&["credential-process", "--role-arn", ROLE]);
    let given: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    assert_eq!((ran.code, given["Version"].as_i64(), ran.err.as_str()), (0, Some(1), ""), "{ran:?}");
    let until =
        given["Expiration"].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok()).expect("a time");
    assert!(until > jiff::Timestamp::now());
    let names: Vec<&String> = given.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"]);

    // As the SDK runs it; and a profile that would run it for ever.
    let program = env!("CARGO_BIN_EXE_secretrail");
    let keys = format!("aws_access_key_id = {}\naws_secret_access_key = {}\n", KEY.id, KEY.secret);
    let here = claude(&moto.endpoint).no_key();
    here.write("config", &format!("[profile base]\n{keys}[profile agent]\ncredential_process = {program} credential-process --profile base --role-arn {ROLE}\n"));
    let ran = here.collect(&["--profile", "agent"]);
    assert!(matches!(ran.code, 0 | 3), "{ran:?}");
    let expected = format!("arn:aws:sts::123456789012:assumed-role/agent/claude-code-{SESSION}");
    assert_eq!(here.bundle().manifest.caller, Some(expected));
    let ran = here.run(&["credential-process", "--profile", "agent", "--role-arn", ROLE]);
    assert!(ran.code == 2 && ran.err.contains("from a profile that gets them from this command"), "{ran:?}");
    assert_eq!(here.run(&["credential-process"]).code, 2);
}

/// ministack checks signatures and trust policies.
#[test]
fn a_role_that_demands_tags_gets_them() {
    let server = ministack();
    let root = Key { id: "123456789012", secret: "test" };
    let allow =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let mut demanding = trust(&["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]);
    demanding["Statement"][0]["Condition"] = json!({"StringLike": {"aws:RequestTag/agent": "*"}});
    let put = json!({"RoleName": "agent", "PolicyName": "all", "PolicyDocument": allow.to_string()});
    let of_user = json!({"UserName": "jared", "PolicyName": "all", "PolicyDocument": allow.to_string()});
    let answers = server.set(
        root,
        &json!([
            role(&demanding),
            ["iam", "put_role_policy", put],
            ["iam", "create_user", {"UserName": "jared"}],
            ["iam", "put_user_policy", of_user],
            ["iam", "create_access_key", {"UserName": "jared"}],
            parameter("/paperclip-app/github/pat", VALUE),
        ]),
    );
    let key = &answers[4]["AccessKey"];
    let text = |name: &str| key[name].as_str().expect("text");
    let here = claude(&server.endpoint).key(Key { id: text("AccessKeyId"), secret: text("SecretAccessKey") });
    let options = ["--role-arn", ROLE, "--inject", "PAT=/paperclip-app/github/pat"];
    let ran = shell(&here, &options, "echo \"$PAT\"");
    assert_eq!((ran.code, ran.out.as_str()), (0, "[secretrail: PAT]\n"), "{ran:?}");
    let ran = shell(&here, &[&options[..], &["--no-tags"]].concat(), "echo started");
    assert_eq!((ran.code, ran.out.as_str()), (125, ""), "{ran:?}");
    assert!(ran.err.contains("the role cannot be assumed: AccessDenied"), "{ran:?}");
}
