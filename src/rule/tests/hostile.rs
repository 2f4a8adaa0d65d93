//! Hostile files cost an error, never a panic, the stack or the memory.

use proptest::prelude::*;

use super::*;

fn is_refused(text: &str) {
    assert!(!refused(text).is_empty());
}

#[test]
fn deep_nesting() {
    for deep in ["- ", "[", "{a: ", "? "] {
        is_refused(&deep.repeat(100_000));
    }
    let mut indented = String::new();
    for level in 0..1000 {
        indented.push_str(&format!("{}a:\n", " ".repeat(level)));
    }
    is_refused(&indented);
    is_refused(&around(&format!("s:\n  a: {}x{}\ncondition: s", "[".repeat(60), "]".repeat(60))));
}

#[test]
fn deep_conditions() {
    let of = |condition: String| around(&format!("s:\n  a: x\ncondition: '{condition}'"));
    is_refused(&of(format!("{}s{}", "(".repeat(1000), ")".repeat(1000))));
    is_refused(&of(format!("{}s", "not ".repeat(1000))));
    is_refused(&of(format!("s{}", " or s".repeat(100_000))));
    assert_eq!(refused(&of(format!("{}s{}", "(".repeat(60), ")".repeat(60)))), "");
}

#[test]
fn alias_bombs() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    is_refused(&bomb);
    // Few nodes, but each alias is a long text.
    let long = "x".repeat(100_000);
    is_refused(&format!("a: &a {long}\ntags: [{}]\n", vec!["*a"; 10_000].join(", ")));
    is_refused("a: &a [*a]");
    is_refused("a: *nowhere");
}

#[test]
fn an_anchor_used_with_measure_is_fine() {
    let text = around("s: &s\n  a: x\nt: *s\ncondition: s and t");
    assert_eq!(refused(&text), "");
}

#[test]
fn large_texts() {
    let long = "x".repeat(1 << 20);
    let of = |value: &str| refused(&around(&format!("s:\n  a{value}\ncondition: s")));
    assert_eq!(of(&format!(": {long}")), "");
    assert_eq!(of(&format!("|windash|contains: {long}")), "");
    assert!(of(&format!("|re: '{}'", "(a|b)?".repeat(100_000))).contains("regular expression"));
    assert!(of(&format!(": '{}'", "?x".repeat(400_000))).contains("too long"));
    assert!(of(&format!("|{long}: x")).len() < 300, "a message must not repeat a long text");
    is_refused(&"x".repeat(3 << 20));
    is_refused(&around(&format!("s:\n  a: x\ncondition: {long}")));
}

#[test]
fn odd_keys_and_values() {
    let odd = [
        "1: 2\ntrue: false\nnull: null\n1.5: x",
        "~: x",
        ": x",
        "title: !!binary aGk=\nlogsource: !x {product: y}",
        "\u{feff}title: x",
        "title: \"\\0\\x1b[31m\"",
        "%YAML 1.2\n---\n...\n---\n",
        "title: |\n\n\n",
        "\0",
        "\t- x",
        "&a",
        "*",
        "!",
        "--- --- ---",
    ];
    for text in odd {
        is_refused(text);
        check(text);
    }
}

#[test]
fn many_keys_are_read_in_time() {
    let keys: String = (0..100_000).map(|number| format!("  k{number}: x\n")).collect();
    is_refused(&format!("title: x\ndetection:\n{keys}"));
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let text = around("s:\n  a: x\ncondition: s").replace("A test", "\"A\\e[31m test\"");
    let rules = parse("test.yml", &text);
    let rule = rules[0].as_ref().unwrap();
    assert_eq!(rule.message(&record("{}")), "A␛[31m test");
    assert!(!describe::explain(rule).contains('\u{1b}'));
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "[-?:,\\[\\]{}#&*!|>'\"%@` \n\ta-c0-9~]{0,60}") {
        parse("test.yml", &text);
        check(&text);
    }

    #[test]
    fn any_detection_is_read_without_panic(
        key in "[a|cresxiwndbghoupltq64 ]{0,20}",
        value in "[-*?\\\\%a-c0-9./:'\"()\\[\\]{}+^$ ]{0,20}",
        condition in "(s|not|and|or|1 of|all of|them|s\\*|\\(|\\)| ){0,12}",
    ) {
        let text = around(&format!("s:\n  '{}': {}\ncondition: {}", key, value, condition));
        parse("test.yml", &text);
        check(&text);
    }

    #[test]
    fn any_pattern_meets_any_text_or_not(pattern in "[a-bA-B*?\\\\]{0,8}", text in "[a-bA-B*?\\\\]{0,8}") {
        let rule = rule(&format!("s:\n  a: '{pattern}'\ncondition: s"));
        let mut fields = FieldMap::default();
        fields.set("a", Field::Text(Cow::Owned(text.clone())));
        prop_assert_eq!(rule.matches(&fields), slow(&tokens(&pattern), &text.to_lowercase().chars().collect::<Vec<_>>()));
    }
}

/// `Some(c)` is a character, `None` with `true` is `*`, with `false` is `?`.
fn tokens(pattern: &str) -> Vec<(Option<char>, bool)> {
    let chars: Vec<char> = pattern.to_lowercase().chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let escaped = chars[at] == '\\' && chars.get(at + 1).is_some_and(|next| "\\*?".contains(*next));
        if escaped {
            at += 1;
        }
        tokens.push(match chars[at] {
            '*' if !escaped => (None, true),
            '?' if !escaped => (None, false),
            c => (Some(c), false),
        });
        at += 1;
    }
    tokens
}

/// The plainest way to match wildcards, slow but clear.
fn slow(tokens: &[(Option<char>, bool)], text: &[char]) -> bool {
    match tokens.split_first() {
        None => text.is_empty(),
        Some(((None, true), rest)) => (0..=text.len()).any(|skipped| slow(rest, &text[skipped..])),
        Some(((None, false), rest)) => !text.is_empty() && slow(rest, &text[1..]),
        Some(((Some(c), _), rest)) => text.first() == Some(c) && slow(rest, &text[1..]),
    }
}
