//! Examples: inputs and the lines that must be found.

use insta::assert_snapshot;

use super::*;

fn with(examples: &str) -> String {
    let body: String = examples.lines().map(|line| format!("  {line}\n")).collect();
    format!("{}examples:\n{body}", around("s:\n  a: x\ncondition: s"))
}

fn examples(text: &str) -> Vec<Example> {
    let rule = parse("test.yml", &with(text)).remove(0);
    rule.unwrap_or_else(|errors| panic!("{}", told(&errors))).file().examples.clone()
}

#[test]
fn marked_lines_are_expected() {
    let all = examples(concat!(
        "- name: inline\n  hcl: |\n    a {\n      b = 1 # finding\n    }\n    c = 2 // finding: why\n",
        "- name: none\n  hcl: |\n    # findings are elsewhere, this is no # finding-mark\n",
        "- name: script\n  file: setup.ps1\n  script: |\n    x\n\n    y # finding\n",
        "- name: files\n  files:\n    main.tf: |\n      x # finding\n    a/user_data.sh: |\n      y\n      z # finding\n    empty.tf:\n",
        "- name: listed\n  findings: [1, 2]\n  script: |\n    x # finding\n    y\n",
        "- name: fixture\n  fixture: terraform/founding\n  findings: ['user_data.sh:235']\n",
        "- name: open\n  fixture: terraform/clean\n",
    ));
    let shown: Vec<String> = all
        .iter()
        .map(|example| {
            let lines: Vec<String> =
                example.expected.iter().map(|(file, line)| format!("{file}:{line}")).collect();
            format!("{} {:?} {}", example.name, example.is_positive(), lines.join(" "))
        })
        .collect();
    assert_snapshot!(shown.join("\n"), @r"
    inline Some(true) main.tf:2 main.tf:4
    none Some(false) 
    script Some(true) setup.ps1:3
    files Some(true) a/user_data.sh:2 main.tf:1
    listed Some(true) script.sh:1 script.sh:2
    fixture Some(true) user_data.sh:235
    open None
    ");
    assert_eq!(all[0].input.files(), [("main.tf", "a {\n  b = 1 # finding\n}\nc = 2 // finding: why\n")]);
    assert!(all[5].input.files().is_empty());
}

#[test]
fn record_examples_are_tried_when_a_rule_is_checked() {
    let text = with(concat!(
        "- name: right\n  record: {a: x}\n  matches: true\n",
        "- name: wrongly met\n  record: {a: X, nested: {b: 1, c: [2, null]}}\n  matches: false\n",
        "- name: wrongly unmet\n  record: {b: x}\n  matches: true\n",
    ));
    let errors: Vec<String> =
        check(&text).iter().filter(|problem| problem.is_error).map(ToString::to_string).collect();
    assert_snapshot!(errors.join("\n"), @r"
    12:5: error: the example `wrongly met` must not meet the rule, but does
    15:5: error: the example `wrongly unmet` must meet the rule, but does not
    ");
}

#[test]
fn nested_fields_of_a_record_are_named_with_dots() {
    let all = examples("- name: x\n  record: {a: {b: {c: 1}}, d: [x, null, true]}\n  matches: false");
    let ExampleInput::Record { fields, .. } = &all[0].input else { panic!("no record") };
    assert_eq!(fields.field("a.b.c"), Some(Field::Number(1.0)));
    let list = vec![Field::Text("x".into()), Field::Null, Field::Bool(true)];
    assert_eq!(fields.field("d"), Some(Field::List(list)));
}

#[test]
fn mistakes() {
    let all = [
        "text",
        "- text",
        "- hcl: x",
        "- name: x",
        "- name: x\n  hcl: a\n  script: b",
        "- name: x\n  hlc: a",
        "- name: x\n  hcl: [a]",
        "- name: x\n  files: []",
        "- name: x\n  files: {a: [b]}",
        "- name: x\n  record: a\n  matches: true",
        "- name: x\n  record: {a: b}",
        "- name: x\n  hcl: a\n  findings: [main]",
        "- name: x\n  fixture: a\n  findings: [3, 'x:0']",
    ];
    assert_snapshot!(all.iter().map(|text| refused(&with(text))).collect::<String>(), @r"
    test.yml:9:3: `examples` is a list, found a text
    test.yml:9:5: an example is a map with `name` and its input, found a text
    test.yml:9:5: this example needs a `name`: what does it show?
    test.yml:9:5: an example needs exactly one of `hcl`, `script`, `files`, `fixture`, `record`, `records`
    test.yml:9:5: an example needs exactly one of `hcl`, `script`, `files`, `fixture`, `record`, `records`
    test.yml:9:5: an example needs exactly one of `hcl`, `script`, `files`, `fixture`, `record`, `records`
    test.yml:10:5: an example has no `hlc` (did you mean `hcl`?)
    test.yml:10:10: `hcl` is a text, found a list
    test.yml:10:12: `files` is a map of file names and their texts
    test.yml:10:16: a file is a text, found a list
    test.yml:10:13: `record` is a map of fields, found a text
    test.yml:10:13: a `record` needs `matches: true` or `matches: false`
    test.yml:11:16: a finding is a line (`12`), or a file and a line (`main.tf:12`)
    test.yml:11:16: a finding is a line (`12`), or a file and a line (`main.tf:12`)
    test.yml:11:19: a finding is a line (`12`), or a file and a line (`main.tf:12`)
    ");
}
