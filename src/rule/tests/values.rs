//! Values, wildcards and modifiers: what meets them and what does not.

use super::*;

/// One search `field-line` tried on records: those that meet it and those that do not.
fn table(cases: &[(&str, &[&str], &[&str])]) {
    for (search, met, unmet) in cases {
        let body: String = search.lines().map(|line| format!("  {line}\n")).collect();
        let rule = rule(&format!("s:\n{body}condition: s"));
        for json in *met {
            assert!(rule.matches(&record(json)), "`{search}` must be met by {json}");
        }
        for json in *unmet {
            assert!(!rule.matches(&record(json)), "`{search}` must not be met by {json}");
        }
    }
}

#[test]
fn plain_values() {
    table(&[
        (
            "a: Root",
            &[r#"{"a":"Root"}"#, r#"{"a":"ROOT"}"#, r#"{"a":["x","root"]}"#],
            &[r#"{"a":"Roots"}"#, r#"{"b":"Root"}"#, "{}"],
        ),
        ("a: [x, y]", &[r#"{"a":"x"}"#, r#"{"a":"Y"}"#], &[r#"{"a":"z"}"#]),
        ("a: x\nb: y", &[r#"{"a":"x","b":"y"}"#], &[r#"{"a":"x"}"#, r#"{"b":"y"}"#]),
        ("- a: x\n- b: y", &[r#"{"a":"x"}"#, r#"{"b":"y"}"#], &[r#"{"c":"x"}"#]),
        (
            "a: 5",
            &[r#"{"a":5}"#, r#"{"a":"5"}"#, r#"{"a":5.0}"#, r#"{"a":"5.0"}"#],
            &[r#"{"a":"5x"}"#, r#"{"a":true}"#, r#"{"a":"０５"}"#],
        ),
        ("a: '5'", &[r#"{"a":5}"#, r#"{"a":"5"}"#], &[r#"{"a":"5.0"}"#]),
        ("a: 1.5", &[r#"{"a":1.5}"#, r#"{"a":"1.50"}"#], &[r#"{"a":1}"#]),
        ("a: 12345678901234567", &[r#"{"a":"12345678901234567"}"#], &[r#"{"a":"12345678901234568"}"#]),
        ("a: true", &[r#"{"a":true}"#, r#"{"a":"True"}"#], &[r#"{"a":false}"#, r#"{"a":1}"#, "{}"]),
        ("a: 'false'", &[r#"{"a":false}"#, r#"{"a":"FALSE"}"#], &[r#"{"a":true}"#]),
        (
            "a: null",
            &[r#"{"a":null}"#, "{}", r#"{"a":["x",null]}"#],
            &[r#"{"a":""}"#, r#"{"a":"null"}"#, r#"{"a":0}"#],
        ),
        ("a: ''", &[r#"{"a":""}"#], &[r#"{"a":null}"#, "{}", r#"{"a":" "}"#]),
        ("a: .inf", &[r#"{"a":".INF"}"#], &[r#"{"a":"inf"}"#]),
        ("outer.inner: x", &[r#"{"outer":{"inner":"x"}}"#], &[r#"{"outer":"x"}"#]),
        ("a: ÄÖ", &[r#"{"a":"äö"}"#, r#"{"a":"ÄÖ"}"#], &[r#"{"a":"ao"}"#]),
        ("a: ΟΔΟΣ", &[r#"{"a":"οδοσ"}"#], &[]),
        ("a: null\nb: x", &[r#"{"b":"x"}"#], &[r#"{"a":1,"b":"x"}"#]),
    ]);
}

#[test]
fn wildcards_and_escapes() {
    table(&[
        (
            "a: 'prog?.exe'",
            &[r#"{"a":"progA.exe"}"#, r#"{"a":"PROGä.EXE"}"#],
            &[r#"{"a":"prog.exe"}"#, r#"{"a":"progAB.exe"}"#],
        ),
        (
            "a: 'v*.exe'",
            &[r#"{"a":"v.exe"}"#, r#"{"a":"V21.2.exe"}"#, r#"{"a":"v\n.exe"}"#],
            &[r#"{"a":"v.exe2"}"#],
        ),
        ("a: '*'", &[r#"{"a":""}"#, r#"{"a":"x"}"#, r#"{"a":3}"#], &[r#"{"a":null}"#, "{}"]),
        ("a: 'a*b*c'", &[r#"{"a":"abc"}"#, r#"{"a":"axbxbxc"}"#], &[r#"{"a":"acb"}"#]),
        ("a: '46*'", &[r#"{"a":4688}"#], &[r#"{"a":5688}"#]),
        // The cases of the specification's section "Escaping".
        (r"a: 'C:\x'", &[r#"{"a":"C:\\x"}"#], &[r#"{"a":"C:x"}"#]),
        (r"a: 'C:\\x'", &[r#"{"a":"C:\\x"}"#], &[r#"{"a":"C:\\\\x"}"#]),
        (r"a: 'x\*'", &[r#"{"a":"x*"}"#], &[r#"{"a":"xy"}"#, r#"{"a":"x\\y"}"#]),
        (r"a: 'x\?'", &[r#"{"a":"x?"}"#], &[r#"{"a":"xy"}"#]),
        (r"a: 'x\\*'", &[r#"{"a":"x\\"}"#, r#"{"a":"x\\y"}"#], &[r#"{"a":"x*"}"#]),
        (r"a: 'x\\\*'", &[r#"{"a":"x\\*"}"#], &[r#"{"a":"x\\y"}"#]),
        (r"a: 'x\\\y'", &[r#"{"a":"x\\\\y"}"#], &[r#"{"a":"x\\y"}"#]),
        (r"a: 'x\\\\y'", &[r#"{"a":"x\\\\y"}"#], &[r#"{"a":"x\\y"}"#]),
        (r"a|endswith: '\cmd.exe'", &[r#"{"a":"C:\\cmd.exe"}"#], &[r#"{"a":"xcmd.exe"}"#]),
        (r"a|contains: 'x\'", &[r#"{"a":"ax\\b"}"#], &[r#"{"a":"ax*b"}"#]),
        ("a: 'x.y'", &[r#"{"a":"x.y"}"#], &[r#"{"a":"xay"}"#]),
        ("a: '(x*[y'", &[r#"{"a":"(x [y"}"#], &[r#"{"a":"x"}"#]),
    ]);
}

#[test]
fn parts_of_texts() {
    table(&[
        ("a|contains: Key", &[r#"{"a":"my-KEY-1"}"#], &[r#"{"a":"k ey"}"#]),
        ("a|contains: [x, y]", &[r#"{"a":"axb"}"#, r#"{"a":"y"}"#], &[r#"{"a":"z"}"#]),
        ("a|contains|all: [x, y]", &[r#"{"a":"yx"}"#, r#"{"a":["x","y"]}"#], &[r#"{"a":"x"}"#]),
        ("a|startswith: Ab", &[r#"{"a":"abc"}"#], &[r#"{"a":"xab"}"#]),
        ("a|endswith: .SH", &[r#"{"a":"x.sh"}"#], &[r#"{"a":"x.sh "}"#]),
        ("a|contains: 443", &[r#"{"a":"port 443"}"#, r#"{"a":14430}"#], &[r#"{"a":"44 3"}"#]),
        ("a|contains: 'a*b'", &[r#"{"a":"-a-b-"}"#], &[r#"{"a":"ba"}"#]),
        ("a|startswith: 'a?c'", &[r#"{"a":"abcd"}"#], &[r#"{"a":"acd"}"#]),
        ("a|cased: Root", &[r#"{"a":"Root"}"#], &[r#"{"a":"root"}"#]),
        ("a|contains|cased: Key", &[r#"{"a":"aKey"}"#], &[r#"{"a":"akey"}"#]),
        ("a|cased: 'R*t?'", &[r#"{"a":"Rootx"}"#], &[r#"{"a":"rootx"}"#]),
    ]);
}

#[test]
fn existence_and_negation() {
    table(&[
        ("a|exists: true", &[r#"{"a":""}"#, r#"{"a":null}"#, r#"{"a":0}"#], &["{}"]),
        ("a|exists: false", &["{}"], &[r#"{"a":null}"#]),
        ("a|neq: x", &[r#"{"a":"y"}"#, "{}", r#"{"a":null}"#], &[r#"{"a":"X"}"#, r#"{"a":["y","x"]}"#]),
        ("a|neq: [x, y]", &[r#"{"a":"z"}"#], &[r#"{"a":"x"}"#, r#"{"a":"y"}"#]),
        ("a|contains|neq: x", &[r#"{"a":"y"}"#], &[r#"{"a":"axb"}"#]),
        ("a|neq: 5", &[r#"{"a":6}"#], &[r#"{"a":5}"#, r#"{"a":"5"}"#]),
    ]);
}

#[test]
fn regular_expressions() {
    table(&[
        ("a|re: '^ab+$'", &[r#"{"a":"abb"}"#], &[r#"{"a":"ABB"}"#, r#"{"a":"xabb"}"#, r#"{"a":"abb\nx"}"#]),
        ("a|re: 'b.d'", &[r#"{"a":"abcde"}"#], &[r#"{"a":"ab\nde"}"#]),
        ("a|re|i: abb", &[r#"{"a":"xABBx"}"#], &[r#"{"a":"ab"}"#]),
        ("a|re|m: '^b$'", &[r#"{"a":"a\nb"}"#], &[r#"{"a":"ab"}"#]),
        ("a|re|s: 'b.d'", &[r#"{"a":"b\nd"}"#], &[r#"{"a":"bd"}"#]),
        ("a|re|i|m|s: '^B.D$'", &[r#"{"a":"x\nb\nd"}"#], &[r#"{"a":"x"}"#]),
        ("a|re|all: ['a', 'b$']", &[r#"{"a":"ab"}"#], &[r#"{"a":"ba"}"#]),
        ("a|re: '^\\d+$'", &[r#"{"a":42}"#], &[r#"{"a":"x"}"#]),
    ]);
}

#[test]
fn numbers_and_times() {
    table(&[
        (
            "a|lt: 5",
            &[r#"{"a":4}"#, r#"{"a":"4.5"}"#, r#"{"a":-1}"#],
            &[r#"{"a":5}"#, r#"{"a":"x"}"#, "{}", r#"{"a":null}"#],
        ),
        ("a|lte: 5", &[r#"{"a":5}"#], &[r#"{"a":6}"#]),
        ("a|gt: 5", &[r#"{"a":6}"#, r#"{"a":[1,9]}"#], &[r#"{"a":5}"#, r#"{"a":"inf"}"#]),
        ("a|gte: 5.5", &[r#"{"a":5.5}"#], &[r#"{"a":5}"#, r#"{"a":true}"#]),
        ("a|gt: 1\na|lt: 3", &[r#"{"a":2}"#], &[r#"{"a":1}"#, r#"{"a":3}"#]),
        (
            "t|hour: 23",
            &[r#"{"t":"2026-10-19T23:05:00Z"}"#],
            &[r#"{"t":"2026-10-19T22:05:00Z"}"#, r#"{"t":"2026-10-19"}"#, r#"{"t":"2026-10-19T25:00:00Z"}"#],
        ),
        ("t|minute: [5, 6]", &[r#"{"t":"2026-10-19 23:05:00"}"#], &[r#"{"t":"2026-10-19T23:07:00Z"}"#]),
        (
            "t|hour|gte: 22",
            &[r#"{"t":"2026-10-19T22:00:00+02:00"}"#],
            &[r#"{"t":"2026-10-19T21:59:59+02:00"}"#],
        ),
        ("t|hour|lt: 6", &[r#"{"t":"2026-10-19T00:00:00Z"}"#], &[r#"{"t":"x"}"#, r#"{"t":"äöüäöüäö"}"#]),
        ("t|day: 29", &[r#"{"t":"2028-02-29"}"#], &[r#"{"t":"2027-02-29"}"#]),
        ("t|month: 10", &[r#"{"t":"2026-10-19"}"#], &[r#"{"t":"2026-13-19"}"#]),
        ("t|year|gt: 2025", &[r#"{"t":"2026-10-19"}"#], &[r#"{"t":"2025-10-19"}"#, r#"{"t":"0000-10-19"}"#]),
        // ISO 8601 weeks around the turn of the year, known from the calendar.
        (
            "t|week: 53",
            &[r#"{"t":"2021-01-03"}"#, r#"{"t":"2026-12-31"}"#, r#"{"t":"2027-01-01"}"#],
            &[r#"{"t":"2021-01-04"}"#],
        ),
        ("t|week: 1", &[r#"{"t":"2024-12-30"}"#, r#"{"t":"2026-01-01"}"#], &[r#"{"t":"2024-12-29"}"#]),
        ("t|week: 52", &[r#"{"t":"2023-01-01"}"#, r#"{"t":"2024-12-29"}"#], &[r#"{"t":"2023-01-02"}"#]),
    ]);
}

#[test]
fn encodings() {
    // The encoded texts are those of `base64(1)` and `iconv(1)`.
    table(&[
        ("a|base64: 'foo bar'", &[r#"{"a":"Zm9vIGJhcg=="}"#], &[r#"{"a":"foo bar"}"#]),
        ("a|base64|contains: foo", &[r#"{"a":"-Zm9v-"}"#], &[r#"{"a":"foo"}"#]),
        ("a|wide|base64|contains: 'cmd'", &[r#"{"a":"YwBtAGQA"}"#], &[r#"{"a":"Y21k"}"#]),
        ("a|utf16le|base64: 'cmd'", &[r#"{"a":"YwBtAGQA"}"#], &[]),
        ("a|utf16be|base64: 'cmd'", &[r#"{"a":"AGMAbQBk"}"#], &[]),
        ("a|utf16|base64: 'cmd'", &[r#"{"a":"//5jAG0AZAA="}"#], &[]),
        ("a|utf16le: 'ab'", &[r#"{"a":"a\u0000b\u0000"}"#], &[r#"{"a":"ab"}"#]),
        ("a|base64|contains|cased: foo", &[r#"{"a":"-Zm9v-"}"#], &[r#"{"a":"-zm9v-"}"#]),
        (r"a|base64: 'x\*'", &[r#"{"a":"eCo="}"#], &[]),
    ]);
}

#[test]
fn base64offset_finds_a_text_wherever_it_stands() {
    use base64::Engine as _;
    let rule = rule("s:\n  a|base64offset|contains: 'Secret-Key'\ncondition: s");
    for before in 0..6 {
        for after in 0..4 {
            let text = format!("{}Secret-Key{}", "x".repeat(before), "y".repeat(after));
            let encoded = base64::engine::general_purpose::STANDARD.encode(&text);
            assert!(rule.matches(&record(&format!(r#"{{"a":"{encoded}"}}"#))), "{text} as {encoded}");
        }
    }
    let other = base64::engine::general_purpose::STANDARD.encode("xSecret_Keyx");
    assert!(!rule.matches(&record(&format!(r#"{{"a":"{other}"}}"#))));
}

#[test]
fn windash_takes_dashes_for_one_another() {
    for modifiers in ["windash|contains", "contains|windash", "contains|all|windash"] {
        let values = if modifiers.contains("all") { "[' -f ', 'x']" } else { "' -f '" };
        let rule = rule(&format!("s:\n  a|{modifiers}: {values}\ncondition: s"));
        for dash in ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'] {
            assert!(rule.matches(&record(&format!(r#"{{"a":"x {dash}F y"}}"#))), "{modifiers}: {dash}");
        }
        assert!(!rule.matches(&record(r#"{"a":"x +f y"}"#)), "{modifiers}");
    }
}

#[test]
fn networks() {
    table(&[
        (
            "a|cidr: 10.0.0.0/8",
            &[r#"{"a":"10.255.0.1"}"#, r#"{"a":"::ffff:10.0.0.1"}"#],
            &[r#"{"a":"11.0.0.1"}"#, r#"{"a":"x"}"#, r#"{"a":"10.0.0"}"#],
        ),
        (
            "a|cidr: [192.168.0.0/16, fd00::/8]",
            &[r#"{"a":"192.168.3.4"}"#, r#"{"a":"fd12::1"}"#],
            &[r#"{"a":"fe80::1"}"#, r#"{"a":"192.169.0.1"}"#],
        ),
        ("a|cidr: 0.0.0.0/0", &[r#"{"a":"1.2.3.4"}"#], &[r#"{"a":"::1"}"#]),
        ("a|cidr: '::/0'", &[r#"{"a":"::1"}"#], &[r#"{"a":"1.2.3.4"}"#]),
        ("a|cidr: 10.1.2.3", &[r#"{"a":"10.1.2.3"}"#], &[r#"{"a":"10.1.2.4"}"#]),
        (
            "a|cidr|neq: 10.0.0.0/8",
            &[r#"{"a":"11.0.0.1"}"#, r#"{"a":"cloudtrail.amazonaws.com"}"#],
            &[r#"{"a":"10.0.0.1"}"#],
        ),
    ]);
}

#[test]
fn other_fields() {
    table(&[
        (
            "a|fieldref: b",
            &[r#"{"a":"x","b":"X"}"#, r#"{"a":5,"b":"5"}"#, r#"{"a":["y","x"],"b":["x"]}"#],
            &[r#"{"a":"x","b":"y"}"#, r#"{"a":"x"}"#, r#"{"a":null,"b":null}"#],
        ),
        ("a|fieldref|startswith: b", &[r#"{"a":"xyz","b":"xy"}"#], &[r#"{"a":"xyz","b":"yz"}"#]),
        ("a|endswith|fieldref: b", &[r#"{"a":"xyz","b":"YZ"}"#], &[r#"{"a":"xyz","b":"xy"}"#]),
        ("a|fieldref|contains: b", &[r#"{"a":"xyz","b":"y"}"#], &[r#"{"a":"y","b":"xyz"}"#]),
        ("a|fieldref|cased: b", &[r#"{"a":"x","b":"x"}"#], &[r#"{"a":"x","b":"X"}"#]),
        ("a|fieldref|neq: b", &[r#"{"a":"x","b":"y"}"#], &[r#"{"a":"x","b":"x"}"#]),
    ]);
}

#[test]
fn keywords() {
    table(&[
        (
            "- EvilService\n- 'svc -n evil'",
            &[r#"{"a":"the evilservice runs"}"#, r#"{"b":{"c":["x","SVC -N EVIL"]}}"#],
            &[r#"{"a":"evil"}"#],
        ),
        (
            "'|all':\n  - one\n  - two",
            &[r#"{"a":"one","b":"two"}"#, r#"{"a":"two one"}"#],
            &[r#"{"a":"one"}"#],
        ),
        ("'|re': 'a.c'", &[r#"{"x":"abc"}"#], &[r#"{"x":"ABC"}"#]),
        ("'|cased': Abc", &[r#"{"x":"-Abc-"}"#], &[r#"{"x":"abc"}"#]),
        ("- 'a*z'", &[r#"{"x":"-a-z-"}"#], &[r#"{"x":"za"}"#]),
        ("- 4711", &[r#"{"x":"code 4711"}"#], &[r#"{"x":"471 1"}"#]),
        ("- word\n- a: x", &[r#"{"b":"a word"}"#, r#"{"a":"x"}"#], &[r#"{"b":"x"}"#]),
        ("'|all': [one, two]\na: x", &[r#"{"a":"x","b":"one two"}"#], &[r#"{"b":"one two"}"#]),
    ]);
    assert!(rule("s: word\ncondition: s").matches(&record(r#"{"a":"a Word"}"#)));
}

#[test]
fn placeholders_stand_for_their_values() {
    let text = around(
        "s:\n  user|expand: 'x-%admins%'\n  plain|expand: '\\%a%b%c'\n  host|contains|all|expand: ['%sites%', b]\ncondition: s",
    );
    let values = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let mut placeholders = Placeholders::new();
    placeholders.insert("admins".into(), values(&["ann", "bob*"]));
    placeholders.insert("sites".into(), values(&["east", "west"]));
    let file = ("test.yml".to_owned(), text);
    // `%a` is plain text because its percent sign is escaped; `%b%` is a placeholder.
    placeholders.insert("b".into(), values(&["B"]));
    let set = RuleSet::load_usable(&[], vec![file], &placeholders);
    assert_eq!(told(set.unusable()), "");
    let rule = set.get("test").unwrap();
    let tried = |user: &str, host: &str| {
        rule.matches(&record(&format!(r#"{{"user":"{user}","plain":"%aBc","host":"{host}"}}"#)))
    };
    assert!(tried("X-Ann", "west-b"));
    assert!(tried("x-bobby", "beast"));
    assert!(!tried("x-annie", "west-b"));
    assert!(!tried("x-ann", "west"));
    assert!(rule_is_literal_without_expand());
}

fn rule_is_literal_without_expand() -> bool {
    rule("s:\n  a: '%name%'\ncondition: s").matches(&record(r#"{"a":"%name%"}"#))
}

#[test]
fn a_placeholder_without_values_is_told_as_unsupported() {
    let set = RuleSet::load(&[("a.yml", &around("s:\n  a|expand: '%admins%'\ncondition: s"))], Vec::new());
    let set = set.unwrap();
    assert_eq!(told(set.unusable()), "a.yml:6:15: the placeholder `%admins%` has no values\n");
    assert!(set.unusable().iter().all(|error| error.unsupported));
}
