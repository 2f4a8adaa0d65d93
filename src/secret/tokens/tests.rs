//! The table finds made-up tokens of every kind, and leaves look-alikes alone.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::samples::{NEGATIVE, POSITIVE, masked, sample};
use super::*;

fn rules_in(text: &str) -> Vec<(String, String)> {
    let found = TokenTable::embedded().find(text, "main.tf");
    found.into_iter().map(|found| (found.rule.to_string(), text[found.range].to_owned())).collect()
}

#[test]
fn the_shipped_table_has_no_warning() {
    let table = TokenTable::embedded();
    assert_eq!(table.warnings(), [""; 0]);
    assert!(table.rules().len() > 100);
    for rule in table.rules() {
        let regex = rule.regex.check().unwrap_or_else(|error| panic!("{}: {error}", rule.id));
        assert!(rule.secret_group < regex.captures_len(), "{}", rule.id);
    }
}

#[test]
fn every_rule_has_a_literal_of_three_bytes_and_a_sample() {
    let file: super::file::File = toml::from_str(include_str!("../../../rules/tokens.toml")).unwrap();
    let sampled: BTreeSet<&str> = POSITIVE.iter().map(|(rule, _)| *rule).collect();
    let mut ids = BTreeSet::new();
    for rule in &file.rules {
        assert!(!rule.keywords.is_empty(), "{} has no keyword", rule.id);
        assert!(rule.keywords.iter().all(|word| word.len() >= 3), "{} has a short keyword", rule.id);
        assert!(sampled.contains(rule.id.as_str()), "{} has no sample", rule.id);
        assert!(ids.insert(rule.id.as_str()), "{} stands twice", rule.id);
    }
    assert!(sampled.iter().all(|rule| ids.contains(rule)));
}

#[test]
fn every_sample_is_found_whole_by_its_rule() {
    let mut wrong = Vec::new();
    for seed in 1..6 {
        for (rule, template) in POSITIVE {
            let sample = sample(template, seed * 7919);
            let found = rules_in(&sample.text);
            if !found.contains(&((*rule).to_owned(), sample.secret.clone())) {
                wrong.push(format!("{rule} {seed} in {} gave {found:?}", sample.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn look_alikes_are_left_alone() {
    let mut wrong = Vec::new();
    for seed in 1..6 {
        for template in NEGATIVE {
            let sample = sample(template, seed * 104_729);
            let found = rules_in(&sample.text);
            if !found.is_empty() {
                wrong.push(format!("{} gave {found:?}", sample.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_rule_finds_its_own_masked_sample() {
    let mut wrong = Vec::new();
    // The structure of these is itself the proof; what they hold may be anything. `hunter2` is no mask.
    let proven = ["jwt", "github-app-token", "aws-access-key-id"];
    for (rule, template) in
        POSITIVE.iter().filter(|(rule, template)| !proven.contains(rule) && !template.contains("hunt"))
    {
        let sample = masked(template);
        let found = rules_in(&sample.text);
        if found.iter().any(|(_, secret)| *secret == sample.secret) {
            wrong.push(format!("{rule} in {} gave {found:?}", sample.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn documented_examples_are_marked() {
    let text = [
        "id = AKIA",
        "IOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/",
        "bPxRfiCYEXAMPLEKEY\n",
    ]
    .concat();
    let found = TokenTable::embedded().find(&text, "");
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|found| found.documentation));
}

#[test]
fn a_jwt_is_judged_by_what_it_claims() {
    use base64::Engine;
    let judged = |payload: &str| {
        let encoded = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let token = format!("{}.{}.{}", encoded(r#"{"alg":"HS256"}"#), encoded(payload), "q7Zk2".repeat(9));
        let found = TokenTable::embedded().find(&format!("token = \"{token}\""), "");
        found.iter().find(|found| &*found.rule == "jwt").map(|found| (found.verified, found.documentation))
    };
    assert_eq!(judged(r#"{"sub":"app","iat":1700000000}"#), Some((true, false)));
    assert_eq!(judged(r#"{"role":"service_role"}"#), Some((true, false)));
    assert_eq!(judged(r#"{"role":"anon","iss":"supabase"}"#), None);
    assert_eq!(judged(r#"{"user":"app"}"#), Some((false, false)));
    assert_eq!(judged(r#"{"sub":"no valid token is here, sorry"}"#), Some((false, true)));
    assert_eq!(judged(r#"{"admin":true,"name":"John Doe","sub":"1234567890","iat":1}"#), Some((false, true)));
}

#[test]
fn a_checked_token_says_so() {
    let token = sample("«gh|p_{crc30}»", 5);
    let found = TokenTable::embedded().find(&token.text, "");
    assert!(found[0].verified && !found[0].generic);
}

#[test]
fn a_token_deep_in_one_long_line_is_found_at_its_place() {
    let token = sample("\"«sk-|ant-api03-{url93}AA»\"", 3);
    let filler = "secret: token=1 key,".repeat(60_000);
    let text = format!("{filler}{}{filler}{}", token.text, token.text);
    let found = rules_in(&text);
    assert_eq!(found.iter().filter(|(rule, _)| rule == "anthropic-api-key").count(), 2);
}

#[test]
fn neighbours_are_all_found() {
    let [one, two, three] = [1, 2, 3].map(|seed| sample("AKIA|{bthirtytwo16}", seed).secret);
    assert_eq!(rules_in(&format!("{one},{two};{three}")).len(), 3);
}

const USERS: &str = r#"
title = "acme"
[extend]
useDefault = true
disabledRules = ["jwt"]
[[rules]]
id = "acme-token"
description = "Acme token"
regex = '''acme_[a-z0-9]{16}'''
keywords = ["acme_"]
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''# known''']
[[rules]]
id = "look-ahead"
regex = '''a(?=b)'''
keywords = ["a"]
[[rules]]
id = "path-only"
path = '''\.pem$'''
[[rules]]
id = "github-token"
[[rules.allowlists]]
paths = ['''^test/''']
[[allowlists]]
stopwords = ["known7known7"]
"#;

#[test]
fn a_users_table_extends_ours() {
    let table = TokenTable::parse(USERS, ".gitleaks.toml").unwrap();
    let rules = |text: &str, path: &str| -> Vec<String> {
        table.find(text, path).into_iter().map(|found| found.rule.to_string()).collect()
    };
    assert_eq!(rules("x acme_q9w8e7r6t5y4u3i2", ""), ["acme-token"]);
    assert!(rules("x acme_q9w8e7r6t5y4u3i2 # known", "").is_empty());
    assert!(rules("x acme_known7known7u3i2", "").is_empty());
    let token = sample("«gh|p_{crc30}»", 9).text;
    assert_eq!(rules(&token, "main.tf"), ["github-token"]);
    assert!(rules(&token, "test/main.tf").is_empty());
    assert!(rules(&sample("s=«{jwt}»", 3).text, "").is_empty());
    let unusable = |at: usize| (&*table.unusable()[at].reason, table.unusable()[at].hides_findings);
    assert!(matches!(unusable(0), (reason, true) if reason.starts_with("rule `look-ahead` is ignored: ")));
    assert!(matches!(unusable(1), (reason, false) if reason.starts_with("rule `path-only` is ignored: ")));
    assert_eq!((table.unusable().len(), table.warnings().len()), (2, 0));
}

#[test]
fn a_users_table_replaces_ours_only_where_it_says_so() {
    let rule = "[[rules]]\nid='a'\nregex='''zz[0-9]{4}'''";
    let token = sample("«gh|p_{crc30}» zz1029", 9).text;
    for (extend, found) in
        [("", 2), ("[extend]\nuseDefault = true\n", 2), ("[extend]\nuseDefault = false\n", 1)]
    {
        let table = TokenTable::parse(&format!("{extend}{rule}"), "t.toml").unwrap();
        assert_eq!(table.find(&token, "").len(), found, "{extend}");
        assert_eq!(table.is_without_ours(), found == 1);
        assert!(table.warnings()[0].contains("no keywords"));
    }
}

#[test]
fn a_table_that_says_nothing_of_tokens_is_an_error() {
    for (text, told) in [
        ("", "t.toml is not a token table: it has no rule and no allow-list"),
        ("[extend]\nuseDefault = false\n", "t.toml is not a token table: it has no rule and no allow-list"),
        ("[[rule]]\nid = 'a'\n", "allow-list; it has `rule` (did you mean `rules`?)"),
    ] {
        let error = TokenTable::parse(text, "t.toml").unwrap_err();
        assert!(error.message.ends_with(told), "{}", error.message);
    }
    let table = TokenTable::parse("foo = 1\n[allowlist]\nstopwords = ['x']\n", "t.toml").unwrap();
    assert_eq!(table.unusable()[0].reason, "unknown key `foo`");
    assert!(!table.unusable()[0].hides_findings);
}

#[test]
fn what_a_users_list_lets_pass_is_told_and_what_ours_lets_pass_is_not() {
    let list = "[[allowlists]]\ndescription = 'made up'\nstopwords = ['zz']\n";
    let rule = "[[rules]]\nid='a'\nregex='''zz[0-9]{4}'''\nkeywords=['zz']\n";
    let table = TokenTable::parse(&format!("{rule}{list}"), "t.toml").unwrap();
    assert_eq!(table.find("x zz1029", ""), []);
    let told = table.find_with_allowed("x zz1029", "").remove(0).allowed;
    assert_eq!(told.as_deref(), Some("made up"));
    let table =
        TokenTable::parse(&format!("{rule}{}", list.replace("description = 'made up'\n", "")), "t.toml");
    let told = table.unwrap().find_with_allowed("x zz1029", "").remove(0).allowed;
    assert_eq!(told.as_deref(), Some("an allow-list of stopwords"));
}

#[test]
fn an_unreadable_table_is_an_error_with_its_line_and_without_its_text() {
    let error = TokenTable::parse("title = 'a'\n[[rules]\nid = 'hunter2'", "t.toml").unwrap_err();
    assert!(error.message.starts_with("t.toml:2: "), "{}", error.message);
    assert!(!error.message.contains("hunter2"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_searched_without_a_panic(text in "(\\PC|secret|token=|AKIA|://|:|@|eyJ|-----BEGIN PRIVATE KEY-----|\n|\"){0,60}") {
        let _ = TokenTable::embedded().find(&text, "a.tf");
    }

    #[test]
    fn matches_lie_inside_the_text_in_order(seeds in prop::collection::vec((0..POSITIVE.len(), any::<u64>()), 1..6)) {
        let text: String = seeds.iter().map(|(at, seed)| sample(POSITIVE[*at].1, *seed).text + "\né\n").collect();
        let found = TokenTable::embedded().find(&text, "");
        let mut end = 0;
        for found in found {
            prop_assert!(found.range.start >= end && text.get(found.range.clone()).is_some());
            end = found.range.end;
        }
    }
}
