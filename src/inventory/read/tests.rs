//! Lists as teams keep them, in four forms.

use super::*;
use crate::inventory::{Entry, Home, Rotated};

fn read_as(form: Form, text: &str) -> Reading<Inventory> {
    let sources = Sources::default();
    let source = sources.add_text("secrets", text);
    read(&[Input { source, form }], &[], &sources, &TokenTable::embedded())
}

const FOUNDING: &str = "\
# Secrets

Some text | with a bar.

| Key | Location | Last Rotated | Owner |
|---|---|---|---|
| ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key | 2026-03-28 | Paperclip |
| GITHUB_PAT | SSM `/paperclip-app/github/pat` | 2026-03-24 | jcalone-abt |
| LINEAR_API_KEY | SSM /abt/linear/api-key | — | needs migration |

| Fruit | Colour |
|---|---|
| apple | red |
";

fn told(entry: &Entry) -> (String, String, String, Option<String>, bool) {
    let rotated = match entry.rotated {
        Rotated::On(day) => day.to_string(),
        Rotated::Unsaid => "unsaid".into(),
        Rotated::Unclear => "unclear".into(),
    };
    (entry.key.clone(), entry.home.to_string(), rotated, entry.owner.clone(), entry.migrating)
}

#[test]
fn the_founding_team_s_table_is_understood() {
    let reading = read_as(Form::Markdown, FOUNDING);
    assert_eq!(reading.gaps, []);
    let rows: Vec<_> = reading.facts.entries.iter().map(told).collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        rows,
        [
            (
                "ANTHROPIC_API_KEY".into(),
                "SSM /paperclip-app/anthropic/api-key".into(),
                "2026-03-28".into(),
                some("Paperclip"),
                false
            ),
            (
                "GITHUB_PAT".into(),
                "SSM /paperclip-app/github/pat".into(),
                "2026-03-24".into(),
                some("jcalone-abt"),
                false
            ),
            ("LINEAR_API_KEY".into(), "SSM /abt/linear/api-key".into(), "unsaid".into(), None, true),
        ]
    );
    let row = reading.facts.entries[1].at.span.range();
    assert!(FOUNDING[row.clone()].starts_with("| GITHUB_PAT") && FOUNDING[row].ends_with("jcalone-abt |"));
}

#[test]
fn all_forms_say_the_same() {
    let markdown = "| Name | Secret | Path | Rotated | Team | Notes | Where to revoke |\n|:--|--|--|--|--|--|--|\n\
        | The key | K | /a/b/c | 2026-03-28 | us | a, \"b\" | console |";
    let toml = "[[key]]\nkey = \"K\"\nname = \"The key\"\nlocation = \"/a/b/c\"\nlast-rotated = 2026-03-28\nowner = \"us\"\nNotes = 'a, \"b\"'\n\
        [key.answers]\nrevoke = \"console\"\n";
    let yaml = "# é\nkeys:\n  K:\n    name: The key\n    location: /a/b/c\n    last_rotated: 2026-03-28\n    owner: us\n    Notes: 'a, \"b\"'\n    answers: {revoke: console}\n";
    let json = r#"[{"key": "K", "name": "The key", "ssm": "/a/b/c", "rotated": "2026-03-28", "owner": "us", "Notes": "a, \"b\"", "revoke": "console"}]"#;
    let csv = "\u{FEFF}Key,Name,Location,Last Rotated,Owner,Notes,Revoke\r\nK,The key,SSM /a/b/c,2026-03-28,us,\"a, \"\"b\"\"\",console\r\n";
    let plain = |form, text: &str| {
        let reading = read_as(form, text);
        assert_eq!(reading.gaps, [], "{text}");
        let mut entry = reading.facts.entries.into_iter().next().expect("a row");
        let row = text[entry.at.span.range()].to_owned();
        assert!(row.contains('K') || row.contains("[[key]]"), "{row}");
        entry.at.span = Span::start_of(SourceId(0));
        entry
    };
    let first = plain(Form::Markdown, markdown);
    assert_eq!(first.title.as_deref(), Some("The key"));
    assert_eq!(
        (&first.home, first.answers.revoke.as_deref()),
        (&Home::Parameter("/a/b/c".into()), Some("console"))
    );
    for (form, text) in [(Form::Toml, toml), (Form::Yaml, yaml), (Form::Yaml, json), (Form::Csv, csv)] {
        assert_eq!(plain(form, text), first, "{text}");
    }
}

#[test]
fn a_value_in_a_cell_is_told_and_kept_nowhere() {
    let canary = ["ghp_", &"a1B2".repeat(9)].concat();
    for (form, text) in [
        (Form::Markdown, format!("| Key | Location | Owner |\n|--|--|--|\n| K | SSM /a/b/c | {canary} |\n")),
        (Form::Markdown, format!("| Key | Location |\n|--|--|\n| K | SSM /a/b/c | {canary} |\n")),
        (Form::Markdown, format!("| Key | Location |\n|--|--|\n| {canary} | SSM /a/b/c |\n")),
        (Form::Toml, format!("[[key]]\nkey = \"K\"\nlocation = \"{canary}\"\n")),
        (Form::Yaml, format!("keys:\n- key: K\n  location: /a/b/c\n  x: [{{y: {canary}}}]\n")),
        (Form::Csv, format!("key,location,\"o\"\nK,/a/b/c,\"it is \"\"{canary}\"\"\"\n")),
    ] {
        let reading = read_as(form, &text);
        assert!(!format!("{reading:?}").contains(&canary), "{text}");
        let values = &reading.facts.values;
        assert_eq!(values.len(), 1, "{text}");
        assert!(text[values[0].value.range()].contains(&canary), "{text}");
    }
}

#[test]
fn what_is_no_list_is_a_gap_and_no_panic() {
    let deep = "[".repeat(100_000);
    let nested = "a = ".to_owned() + &"[".repeat(10_000);
    for (form, text) in [
        (Form::Markdown, "no table"),
        (Form::Markdown, "| Key | Location |\n|---|---|"),
        (Form::Markdown, "|\n|-|\n|||||`|\\|"),
        (Form::Toml, "= 1"),
        (Form::Toml, nested.as_str()),
        (Form::Yaml, "a: [b"),
        (Form::Yaml, "\t- : :\n"),
        (Form::Yaml, deep.as_str()),
        (Form::Yaml, "&a [*a, *a]"),
        (Form::Csv, "\"key,location\nK,/a"),
        (Form::Csv, ""),
    ] {
        let reading = read_as(form, text);
        assert!(
            reading.facts.entries.is_empty() && !reading.gaps.is_empty(),
            "{}",
            &text[..text.len().min(40)]
        );
        assert!(reading.gaps.iter().all(|gap| gap.hides_findings));
    }
}

#[test]
fn a_row_that_says_too_little_is_a_gap() {
    let reading = read_as(
        Form::Markdown,
        "| Key | Location | Last rotated |\n|--|--|--|\n| — | SSM /a/b/c | — |\n| K | SSM /a/b/d | soon |\n| — | — | — |\n",
    );
    let told: Vec<_> = reading.gaps.iter().map(|gap| (gap.name.as_str(), gap.hides_findings)).collect();
    assert_eq!(told, [("", true), ("K", false)]);
}

#[test]
fn a_runbook_answers_where_the_row_does_not() {
    let sources = Sources::default();
    let list = sources.add_text("l", "| Key | Location | Verify |\n|--|--|--|\n| A_KEY | SSM /a/b/c | status 200 |\n| B | SSM /a/b/d | |\n");
    let canary = ["ghp_", &"a1B2".repeat(9)].concat();
    let runbook = format!(
        "# Runbook\n\n## A_KEY (Anthropic)\n\n- **Where to revoke**: the console\n  of the vendor\n- What breaks: nothing\n1. Generate: {canary}\n\n\
         ### How to push\n\n```\naws ssm put-parameter\n```\n\n### Verify\nsomething else\n\n## Other\n- Revoke: x\n\n## B\n- Verify: y\n"
    );
    let runbook = sources.add_text("r", runbook);
    let reading =
        read(&[Input { source: list, form: Form::Markdown }], &[runbook], &sources, &TokenTable::embedded());
    let answers = &reading.facts.entries[0].answers;
    assert_eq!(
        answers.all(),
        [
            Some("the console of the vendor"),
            Some("nothing"),
            None,
            Some("aws ssm put-parameter"),
            Some("status 200")
        ]
    );
    assert_eq!(answers.missing(), ["generate"]);
    assert_eq!(reading.facts.entries[1].answers.all(), [None, None, None, None, Some("y")]);
}
