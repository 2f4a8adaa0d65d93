//! What is an ignore and what only looks like one.

use super::*;

const GOOD: &str = "secretrail:ignore some-rule until=2027-01-31 reason=\"known, it's fine\"";

/// `line: rules` of each, or why it is not valid.
fn of(name: &str, text: &str) -> Vec<String> {
    let sources = Sources::default();
    let id = sources.add_text(name, text);
    let told = |comment: Comment| {
        let said = comment.said.map_or_else(str::to_owned, |said| said.rules.join("+"));
        format!("{}: {said}", comment.line)
    };
    comments(&sources, id).into_iter().map(told).collect()
}

#[test]
fn comments_of_all_languages_are_read() {
    for (name, text) in [
        ("a.tf", "x = 1 # @"),
        ("a.tf", "x = 1 // @"),
        ("a.tf", "x = 1 /* @ */"),
        ("a.sh", "echo \"a\" 'b' # @"),
        ("a.sh", "echo don't ## @"),
        ("a.yaml", "- path: /etc/x   # @"),
        ("a.ps1", "Set-Content x <# @ #>"),
        ("a.sh", "echo \\\" # @"),
        ("a.sh", "echo é '\"' #@"),
        ("a.sh", "echo x # before # @\r\n"),
    ] {
        assert_eq!(of(name, &text.replace('@', GOOD)), ["1: some-rule"], "{text}");
    }
}

#[test]
fn what_stands_in_a_string_is_no_comment() {
    for (name, text) in [
        ("a.sh", "echo \"# @\""),
        ("a.sh", "echo '# @"),
        ("a.sh", "echo @"),
        ("a.sh", "echo x#@"),
        ("a.sh", "echo x // @"),
        ("a.tf", "user_data = \"#!/bin/sh\\n# @\\necho\""),
        ("a.tf", "x = \"\\\" # @"),
        ("a.tf", "# write @"),
    ] {
        assert_eq!(of(name, &text.replace('@', GOOD)), [""; 0], "{text}");
    }
}

#[test]
fn one_behind_code_is_for_its_line_and_one_alone_for_the_next() {
    let text = "a # @\nb\n  # @\n// @\n/* @ */\nc\n# @\n\nd\n/* @ */ e\n".replace('@', GOOD);
    let lines: Vec<String> = of("a.tf", &text).iter().map(|one| one.replace(": some-rule", "")).collect();
    assert_eq!(lines, ["1", "6", "6", "6", "8", "10"]);
}

#[test]
fn what_is_missing_or_wrong_is_told() {
    for (body, told) in [
        ("r until=2027-01-31 reason='x'", "r"),
        ("r,s , t reason=\"x\" until=2027-01-31", "r+s+t"),
        ("r until=\"2027-01-31\" reason=\"x\"", "r"),
        ("", "it names no rule: write secretrail:ignore RULE until=... reason=\"...\""),
        (
            "until=2027-01-31 reason=\"x\"",
            "it names no rule: write secretrail:ignore RULE until=... reason=\"...\"",
        ),
        ("r", "it has no `until` and no `reason`"),
        ("r reason=\"x\"", "it has no `until`: write until=2027-01-31"),
        ("r until=2027-01-31", "it has no `reason`: write reason=\"why\""),
        ("r until=2027-02-30 reason=\"x\"", "`until` is no day of the calendar: write until=2027-01-31"),
        ("r until=2027-01-31 reason=\"x", "the quote of the reason is not closed"),
        ("r until=2027-01-31 reason=x", "put the reason in quotes: reason=\"why\""),
        ("r until=2027-01-31 reason=\" \"", "the reason is empty"),
        ("r until=2027-01-31 until=2027-01-31 reason=\"x\"", "`until` is given twice"),
        ("r until=2027-01-31 reason=\"x\" reason=\"x\"", "`reason` is given twice"),
        ("r s until=2027-01-31 reason=\"x\"", "only until=... and reason=\"...\" may follow the rule"),
    ] {
        assert_eq!(of("a.sh", &format!("# secretrail:ignore {body}")), [format!("2: {told}")], "{body}");
    }
    let glued = of("a.sh", "# secretrail:ignore-next-line r");
    assert_eq!(glued, ["2: white space must follow `secretrail:ignore`"]);
}

#[test]
fn hostile_texts_cost_no_squares() {
    let many = format!("# {GOOD}\n").repeat(100_000);
    assert_eq!(of("a.sh", &many).len(), 100_000);
    let long = format!("x {}", format!("{MARK} ").repeat(500_000));
    assert_eq!(of("a.tf", &long), [""; 0]);
    let quotes = format!("{} # {GOOD}", "' \" \\".repeat(500_000));
    assert!(of("a.tf", &quotes).len() <= 1);
    assert_eq!(of("a.sh", &format!("# {MARK} {}", "r,".repeat(5_000))).len(), 1);
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_odd(text in "(\\PC|[\\r\\n\\t'\"\\\\#/*<>,=]|secretrail:ignore|until=|reason=){0,60}") {
        let sources = Sources::default();
        let id = sources.add_text("a.tf", text.as_str());
        for comment in comments(&sources, id) {
            assert!(text.get(comment.at.range()).is_some());
        }
    }
}
