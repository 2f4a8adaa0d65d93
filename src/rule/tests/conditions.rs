//! Conditions: operators, precedence, quantities.

use super::*;

/// Searches named a, b, c, sel_x, sel_y, _z: each is met by a record that has its name as a field.
fn tried(condition: &str, present: &[&str]) -> bool {
    let names = ["a", "b", "c", "sel_x", "sel_y", "_z"];
    let searches: String = names.iter().map(|name| format!("{name}:\n  {name}|exists: true\n")).collect();
    let rule = rule(&format!("{searches}condition: {condition}"));
    let mut fields = FieldMap::default();
    for name in present {
        fields.set((*name).to_owned(), Field::Bool(true));
    }
    rule.matches(&fields)
}

#[test]
fn operators_and_precedence() {
    let cases: &[(&str, &[&str], bool)] = &[
        ("a", &["a"], true),
        ("a", &["b"], false),
        ("not a", &[], true),
        ("not not a", &["a"], true),
        ("a and b", &["a"], false),
        ("a and b", &["a", "b"], true),
        ("a or b", &["b"], true),
        ("a or b and c", &["a"], true),
        ("a or b and c", &["b"], false),
        ("(a or b) and c", &["a"], false),
        ("(a or b) and c", &["b", "c"], true),
        ("not a and b", &["b"], true),
        ("not a and b", &["a", "b"], false),
        ("not (a and b)", &["a"], true),
        ("not a or b", &["a", "b"], true),
        ("a and not b or c", &["a", "b"], false),
        ("a and not b or c", &["b", "c"], true),
        ("a AND NOT b", &["a"], true),
        ("((a))", &["a"], true),
        ("(a)and(b)", &["a", "b"], true),
        ("[a, b]", &["b"], true),
        ("[a, b]", &["c"], false),
        ("['a and b', c]", &["c"], true),
        ("\n    - a\n    - b and c", &["b", "c"], true),
        (">\n    a\n    and b", &["a", "b"], true),
    ];
    for (condition, present, expected) in cases {
        assert_eq!(tried(condition, present), *expected, "`{condition}` with {present:?}");
    }
}

#[test]
fn quantities() {
    let cases: &[(&str, &[&str], bool)] = &[
        ("1 of sel_*", &["sel_y"], true),
        ("1 of sel_*", &["a"], false),
        ("all of sel_*", &["sel_x"], false),
        ("all of sel_*", &["sel_x", "sel_y"], true),
        ("ALL OF sel_*", &["sel_x", "sel_y"], true),
        ("any of sel_*", &["sel_x"], true),
        ("1 of *_x", &["sel_x"], true),
        ("1 of s*l*y", &["sel_y"], true),
        ("1 of s*l*y", &["sel_x"], false),
        ("1 of sel_x", &["sel_x"], true),
        ("2 of them", &["a"], false),
        ("2 of them", &["a", "sel_y"], true),
        ("1 of them", &["_z"], false),
        ("all of them", &["a", "b", "c", "sel_x", "sel_y"], true),
        ("all of them", &["a", "b", "c", "sel_x", "_z"], false),
        ("1 of _*", &["_z"], true),
        ("not 1 of sel_*", &["a"], true),
        ("a and not 1 of sel_*", &["a"], true),
        ("a and not 1 of sel_*", &["a", "sel_x"], false),
        ("(1 of sel_*) or 2 of *", &["a", "b"], true),
    ];
    for (condition, present, expected) in cases {
        assert_eq!(tried(condition, present), *expected, "`{condition}` with {present:?}");
    }
}

#[test]
fn names_that_look_like_words_are_names() {
    let detection =
        "all:\n  a: x\n1:\n  b: x\nselection-1.b:\n  c: x\ncondition: all and 1 and selection-1.b";
    assert!(rule(detection).matches(&record(r#"{"a":"x","b":"x","c":"x"}"#)));
}
