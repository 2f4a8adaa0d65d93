//! Lines as people write them.

use super::*;

const PATH: &str = "/paperclip-app/anthropic/api-key";

fn names() -> Names {
    Names::new(&[
        Key {
            name: "ANTHROPIC_API_KEY".into(),
            path: Some(PATH.into()),
            is_parameter: true,
            home: format!("SSM {PATH}"),
        },
        Key { name: "GITHUB_PAT".into(), path: None, is_parameter: false, home: String::new() },
    ])
}

fn found(path: &str, text: &str) -> Vec<Mention> {
    names().find(text, path, Place::of(path)).0
}

fn is_copy(path: &str, text: &str) -> Option<bool> {
    let all = found(path, text);
    assert!(all.len() < 2, "{path}: {text}: {all:?}");
    all.first().map(|one| matches!(one.what, What::Copy(_)))
}

#[test]
fn values_beside_names_are_copies() {
    for (path, text) in [
        (".env", "ANTHROPIC_API_KEY=fixture-Zq9xW8vT7u"),
        (".env", "export ANTHROPIC_API_KEY='fixture-Zq9xW8vT7u' # mine"),
        ("deploy.sh", "curl -H \"x-api-key: ${ANTHROPIC_API_KEY:-fixture-Zq9xW8vT7u}\""),
        ("a.ps1", "$env:ANTHROPIC_API_KEY = \"fixture-Zq9xW8vT7u\""),
        (
            "a.ps1",
            "[Environment]::SetEnvironmentVariable(\"ANTHROPIC_API_KEY\", \"fixture-Zq9xW8vT7u\", \"User\")",
        ),
        ("a.bat", "setx ANTHROPIC_API_KEY fixture-Zq9xW8vT7u"),
        ("a.bat", "setx /M ANTHROPIC_API_KEY \"fixture-Zq9xW8vT7u\""),
        ("config.fish", "set -gx ANTHROPIC_API_KEY fixture-Zq9xW8vT7u"),
        ("Dockerfile", "ENV ANTHROPIC_API_KEY fixture-Zq9xW8vT7u"),
        ("docker-compose.yml", "      - ANTHROPIC_API_KEY=fixture-Zq9xW8vT7u"),
        (".claude/settings.local.json", "\"Bash(ANTHROPIC_API_KEY=fixture-Zq9xW8vT7u claude -p:*)\","),
        (".claude/settings.json", "{\"env\": {\"ANTHROPIC_API_KEY\": \"fixture-Zq9xW8vT7u\"}}"),
        ("x.jsonl", "{\"command\":\"export ANTHROPIC_API_KEY=\\\"fixture-Zq9xW8vT7u\\\"\"}"),
        ("env.reg", "\"ANTHROPIC_API_KEY\"=\"fixture-Zq9xW8vT7u\""),
        ("env.reg", "\"ANTHROPIC_API_KEY\"=hex(2):66,00,69,00,78,00,\\"),
        (".zsh_history", ": 1774706400:0;export ANTHROPIC_API_KEY=fixture-Zq9xW8vT7u"),
        (".bash_history", "docker run -e ANTHROPIC_API_KEY=fixture-Zq9xW8vT7u app"),
        (
            ".bash_history",
            "aws ssm put-parameter --name /paperclip-app/anthropic/api-key --value fixture-Zq9xW8vT7u",
        ),
        (".bash_history", "gh secret set ANTHROPIC_API_KEY --body fixture-Zq9xW8vT7u"),
        ("task.json", "{\"name\": \"ANTHROPIC_API_KEY\",\n \"value\": \"fixture-Zq9xW8vT7u\"}"),
        ("pod.yaml", "- name: ANTHROPIC_API_KEY\n  value: fixture-Zq9xW8vT7u\n"),
        ("app.py", "os.environ[\"ANTHROPIC_API_KEY\"] = \"fixture-Zq9xW8vT7u\""),
        ("app.js", "process.env.ANTHROPIC_API_KEY = 'fixture-Zq9xW8vT7u'"),
        ("terraform.tfvars", "anthropic_api_key = \"fixture-Zq9xW8vT7u\""),
        ("ci.sh", "TF_VAR_anthropic_api_key=fixture-Zq9xW8vT7u terraform apply"),
        ("README.md", "    ANTHROPIC_API_KEY=fixture-Zq9xW8vT7u"),
    ] {
        assert_eq!(is_copy(path, text), Some(true), "{path}: {text}");
    }
}

#[test]
fn names_without_values_are_references() {
    for (path, text) in [
        (".env", "ANTHROPIC_API_KEY=${ANTHROPIC_API_KEY}"),
        (".env", "ANTHROPIC_API_KEY="),
        (".env", "ANTHROPIC_API_KEY=changeme"),
        ("a.sh", "claude -p \"$ANTHROPIC_API_KEY\""),
        ("a.sh", "unset ANTHROPIC_API_KEY"),
        ("a.sh", "key=$(aws ssm get-parameter --name /paperclip-app/anthropic/api-key --with-decryption)"),
        (".github/workflows/a.yml", "  ANTHROPIC_API_KEY: ${{ secrets.ANTHROPIC_API_KEY }}"),
        ("app.py", "key = os.environ[\"ANTHROPIC_API_KEY\"]"),
        ("app.py", "key = os.getenv('ANTHROPIC_API_KEY', 'none')"),
        ("app.js", "const ANTHROPIC_API_KEY = process.env.ANTHROPIC_API_KEY"),
        ("main.tf", "  anthropic_api_key = var.anthropic_api_key"),
        ("main.tf", "  name = \"/paperclip-app/anthropic/api-key\""),
        ("pod.yaml", "- name: ANTHROPIC_API_KEY\n  valueFrom:\n    secretKeyRef: x\n"),
        ("task.json", "{\"name\": \"ANTHROPIC_API_KEY\", \"valueFrom\": \"arn:aws:ssm:x\"}"),
        ("policy.json", "\"arn:aws:ssm:us-east-1:123456789012:parameter/paperclip-app/anthropic/api-key\""),
        ("docker-compose.yml", "      - ANTHROPIC_API_KEY"),
        (".mcp.json", "\"env\": {\"ANTHROPIC_API_KEY\": \"${ANTHROPIC_API_KEY}\"}"),
        ("a.ps1", "if ($env:ANTHROPIC_API_KEY -eq \"\") { exit }"),
    ] {
        assert_eq!(is_copy(path, text), Some(false), "{path}: {text}");
    }
}

#[test]
fn what_says_nothing_is_not_told() {
    for (path, text) in [
        ("README.md", "Set ANTHROPIC_API_KEY first."),
        (".bash_history", "echo $ANTHROPIC_API_KEY"),
        ("a.sh", "MY_ANTHROPIC_API_KEY=fixture-Zq9xW8vT7u"),
        ("a.sh", "ANTHROPIC_API_KEY_OLD=fixture-Zq9xW8vT7u"),
        ("a.sh", "# ANTHROPIC_API_KEY is read from SSM"),
        ("main.tf", "  name = \"/paperclip-app/anthropic/api-key/old\""),
    ] {
        assert_eq!(is_copy(path, text), None, "{path}: {text}");
    }
}

#[test]
fn references_are_counted_and_copies_are_not() {
    let text = "a $GITHUB_PAT\nb $GITHUB_PAT $GITHUB_PAT\nexport GITHUB_PAT=fixture-a1b2c3\nexport GITHUB_PAT=fixture-d4e5f6\nc $GITHUB_PAT";
    let all = found("a.sh", text);
    assert_eq!(all.len(), 3, "{all:?}");
    assert_eq!(all[0].what, What::Reference { more: 2 });
}

#[test]
fn how_sure_depends_on_the_file() {
    let sure = |path: &str, value: &str| match found(path, &format!("GITHUB_PAT={value}"))[0].what {
        What::Copy(sure) => sure,
        What::Reference { .. } => panic!("a reference"),
    };
    assert_eq!(sure(".env", "fixture1a2b3c4d5e"), Confidence::High);
    assert_eq!(sure(".env", "hunter2x"), Confidence::Medium);
    assert_eq!(sure(".env.example", "fixture1a2b3c4d5e"), Confidence::Low);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "([ =\"':\\\\,(){}$\n-]|GITHUB_PAT|é|name|value|setx|\\$\\{|%|put-parameter){0,60}", path in "(a.py|a.sh|a.md|.env)") {
        for one in found(&path, &text) {
            assert!(text.get(one.at).is_some());
        }
    }
}
