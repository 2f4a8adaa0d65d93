//! `inventory where` with the values of a real Parameter Store.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::rig::{Here, KEY, Moto};

/// Stands in no output.
const CANARY: &str = "canary-4e81c07b52";

const LIST: &str = "\
| Key | Location | Last Rotated | Owner |
|---|---|---|---|
| ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key | — | Paperclip |
| SHORT_KEY | SSM /paperclip-app/short/api-key | — | Paperclip |
| MISSING_KEY | SSM /paperclip-app/missing/api-key | — | Paperclip |
| GH_PAT | GitHub Actions secret | — | Paperclip |
";

#[test]
fn values_are_read_looked_for_and_never_told() {
    let moto = Moto::new();
    let put = |name: &str, value: &str| json!(["ssm", "put_parameter", {"Name": name, "Value": value, "Type": "SecureString", "Overwrite": true}]);
    let value = format!("{CANARY}-anthropic");
    moto.set(
        KEY,
        &json!([put("/paperclip-app/anthropic/api-key", &value), put("/paperclip-app/short/api-key", "x7")]),
    );
    let here = Here::new(&moto.endpoint);
    here.write("SECRETS.md", LIST);
    here.write("notes.txt", &format!("first\nthe old one: {value}\n"));
    here.write("secret.yaml", &format!("data:\n  key: {}\n", STANDARD.encode(&value)));
    let ran = here.run(&["inventory", "where", "--read-level", "2", "--format", "json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(!ran.out.contains(CANARY) && !ran.err.contains(CANARY), "{ran:?}");
    let report: Value = serde_json::from_str(&ran.out).expect("a report");
    let list = |name: &str| report[name].as_array().expect("a list").clone();
    let mut found: Vec<String> = list("findings")
        .iter()
        .map(|one| {
            let at = &one["location"];
            format!("{} {}:{}:{}", one["rule"], at["path"], at["line"], at["column"]).replace('"', "")
        })
        .collect();
    found.sort();
    assert_eq!(found, ["key-outside-its-home notes.txt:2:14", "key-outside-its-home secret.yaml:2:8"]);
    let mut gaps: Vec<String> = list("gaps")
        .iter()
        .map(|gap| format!("{} {}", gap["name"], gap["hides_findings"]).replace('"', ""))
        .collect();
    gaps.sort();
    assert_eq!(gaps, ["/paperclip-app/missing/api-key true", "GH_PAT false", "SHORT_KEY true"]);
}
