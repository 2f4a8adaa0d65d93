//! Every rule is sound, explains itself, and finds exactly what its examples mark.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use secretrail::rule::{ExampleInput, Rule, RuleSet, check, embedded};
use secretrail::scan::{check_examples, outcome};

fn rules() -> RuleSet {
    RuleSet::load(embedded(), Vec::new()).expect("embedded rules load")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn no_rule_has_a_problem() {
    let mut told = Vec::new();
    for (file, text) in embedded() {
        let problems = check(text).into_iter().chain(check_examples(file, text));
        told.extend(problems.map(|problem| format!("rules/{file}:{problem}")));
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn every_rule_shows_what_it_finds_and_what_it_leaves_alone() {
    for rule in rules().iter().filter(|rule| !rule.is_quiet()) {
        let examples = &rule.file().examples;
        for kind in [true, false] {
            let has = examples.iter().any(|example| example.is_positive().is_none_or(|is| is == kind));
            let what = if kind { "finds" } else { "leaves alone" };
            assert!(has, "{}: no example of what it {what}", rule.name());
        }
    }
}

#[test]
fn examples_give_exactly_the_marked_lines() {
    let rules = rules();
    let fixtures = root().join("fixtures");
    for rule in rules.iter() {
        for example in &rule.file().examples {
            if let ExampleInput::Record { fields, matches } = &example.input {
                assert_eq!(rule.matches(fields), *matches, "{}: {}", rule.name(), example.name);
                continue;
            }
            if let ExampleInput::Records { records, matches } = &example.input {
                let met = rules.correlates(rule.name(), records);
                assert_eq!(met, *matches, "{}: {}", rule.name(), example.name);
                continue;
            }
            // Judged beside all other rules, as users run it.
            let (found, marked) = outcome(&rules, rule.name(), example, Some(&fixtures));
            assert_eq!(found, marked, "{}: {} (left: found, right: marked)", rule.name(), example.name);
        }
    }
}

#[test]
fn ids_are_unique_uuids() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for rule in rules().iter().filter(|rule| !rule.is_quiet()) {
        let id = rule.file().id.clone().unwrap_or_default();
        let parts: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{}: `{id}` is no UUID", rule.name());
        assert!(id.chars().all(|c| c == '-' || c.is_ascii_hexdigit()), "{}: `{id}`", rule.name());
        if let Some(other) = seen.insert(id, rule.name().to_owned()) {
            panic!("{} and {other} have the same id", rule.name());
        }
    }
}

#[test]
fn rules_say_enough() {
    for rule in rules().iter().filter(|rule| !rule.is_quiet()) {
        let file = rule.file();
        let name = rule.name();
        assert!(file.level.is_some(), "{name}: no level");
        assert!(file.message.is_some(), "{name}: no message");
        assert!(file.title.len() <= 60 && !file.title.ends_with('.'), "{name}: {}", file.title);
        for text in [&file.description, &file.remediation] {
            assert!(
                text.as_deref().is_some_and(|text| text.trim().ends_with('.')),
                "{name}: half a sentence"
            );
        }
    }
}

/// `UPDATE=1 cargo test --test rules` writes it.
#[test]
fn the_list_of_rules_is_current() {
    let path = root().join("rules/README.md");
    let list = list(&rules());
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &list).expect("rules/README.md is written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == list, "rules/README.md is not current: UPDATE=1 cargo test --test rules");
}

/// How a rule proves itself.
const EXAMPLES: &str = r#"
## What to do

`remediation` is told with each finding. Where it depends on the case, `remediation-when` lists cases, and the first one
that the record meets is told instead; `when` is written as a search of `detection`:

```yaml
remediation-when:
  - when: {cloud: azure}
    text: Keep it in Key Vault.
  - when: {file.kind: [dockerfile, compose]}
    text: Mount it as a secret.
```

## Examples of a rule

`examples:` is a list; each entry has a `name` that says what it shows, and exactly one of these:

| key | what stands there |
|---|---|
| `hcl` | Terraform, read as `main.tf` |
| `script` | a script, read as `script.sh` or as the name in `file` beside it |
| `files` | several files: a map of names and texts |
| `record` | the fields of one record, with `matches: true` or `matches: false` beside it |

Lines that end in `# finding` or `// finding` must be found by this rule and no other line may; `findings: [12]`, or
`findings: ["main.tf:12"]`, names lines that can hold no comment. A rule needs an example of what it finds and one of what it leaves
alone:

```yaml
examples:
  - name: a password in a profile
    hcl: |
      variable "db_password" { sensitive = true }
      resource "aws_instance" "app" {
        user_data = <<-EOT
          #!/bin/sh
          echo "${var.db_password}" > /etc/profile.d/db.sh # finding
        EOT
      }
  - name: the fields alone
    record: {sink.kind: file, sink.path: /run/db}
    matches: false
```

A field that no record has, and a service or category that there is not, are errors; a value that a field never has is a
warning. `scan --rules` tells a rule that nothing can meet as a gap.
"#;

fn list(rules: &RuleSet) -> String {
    let mut text = String::from(
        "# Rules\n\n\
         <!-- Generated from the rule files: UPDATE=1 cargo test --test rules -->\n\n\
         A rule is a [Sigma](https://sigmahq.io) file that brings its own examples. Adding a rule is adding one file:\n\
         `secretrail rules check FILE` tells whether it is sound, `secretrail rules explain NAME` shows it.\n",
    );
    let mut surfaces: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for (file, _) in embedded() {
        let (surface, name) = file.rsplit_once('/').expect("a rule lies in its surface's folder");
        let name = name.trim_end_matches(".yml");
        surfaces.entry(surface).or_default().push(rules.get(name).expect("a rule is named as its file"));
    }
    for (surface, mut rules) in surfaces {
        rules.sort_by_key(|rule| (std::cmp::Reverse(rule.severity()), rule.name().to_owned()));
        text.push_str(&format!("\n## {surface}\n\n| rule | severity | what it finds |\n|---|---|---|\n"));
        for rule in rules {
            let (name, title) = (rule.name(), &rule.file().title);
            text.push_str(&format!("| [{name}]({surface}/{name}.yml) | {} | {title} |\n", rule.severity()));
        }
    }
    let mut kinds: Vec<(String, _)> = [
        (
            "A record of `terraform` is one secret and one place where it lands",
            secretrail::flow::Flow::FIELDS,
        ),
        (
            "A record of `terraform` of category `state` is what the state of one root module holds",
            secretrail::flow::state::StateExposure::FIELDS,
        ),
        ("A record of `gate` is an ignore of which its author should know", secretrail::silence::FIELDS),
    ]
    .map(|(what, fields)| (what.to_owned(), fields))
    .into();
    kinds.extend(secretrail::account::CATEGORIES.iter().map(|kind| {
        (format!("A record of `account` of category `{}` is {}", kind.name, kind.what), kind.fields)
    }));
    kinds.extend(secretrail::inventory::CATEGORIES.iter().map(|kind| {
        (format!("A record of `inventory` of category `{}` is {}", kind.name, kind.what), kind.fields)
    }));
    kinds.push((
        "A record of `trail` of category `session` is one session of CloudTrail".to_owned(),
        secretrail::trail::FIELDS,
    ));
    text.push_str("\n## Fields\n");
    for (what, fields) in kinds {
        text.push_str(&format!("\n{what}:\n\n| field | meaning |\n|---|---|\n"));
        for (field, meaning) in fields {
            text.push_str(&format!("| `{field}` | {meaning} |\n"));
        }
    }
    text.push_str(EXAMPLES);
    text.push_str("\n## Tables\n\n| file | what it lists |\n|---|---|\n");
    for (file, what) in tables(&root().join("rules")) {
        text.push_str(&format!("| [{file}]({file}) | {what} |\n"));
    }
    text
}

/// The tables beside the rules; each says in its first comment what it is.
fn tables(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).expect("rules/ is there");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let tables = files.filter(|path| path.extension().is_some_and(|end| end == "toml")).map(|path| {
        let text = fs::read_to_string(&path).expect("a table is text");
        let words = text.lines().map_while(|line| line.strip_prefix("# ")).collect::<Vec<_>>().join(" ");
        let sentence = words.split_inclusive(". ").next().unwrap_or_default().trim().to_owned();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(!sentence.is_empty(), "rules/{name} does not say what it lists");
        (name, sentence)
    });
    tables.collect()
}
