//! Planted secrets never come out, and nothing else is lost.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::secret::tokens::samples::{POSITIVE, sample};

fn redactor(values: &[&str]) -> Redactor {
    Redactor::new(values.iter().map(|value| Secret::new(*value)).collect(), Vec::new())
}

#[test]
fn a_value_is_hidden_everywhere_and_a_short_one_is_not() {
    let redactor = redactor(&["hunter2", "prod"]);
    assert_eq!(redactor.text("prod: hunter2, again hunter2."), "prod: ********, again ********.");
    assert!(matches!(redactor.text("a harmless text"), Cow::Borrowed(_)));
}

#[test]
fn a_plain_word_is_hidden_alone_and_stays_in_names() {
    let sources = Sources::default();
    let id = sources.add_text("a", "login cassandra # cassandra_user");
    let redactor = redactor(&["cassandra"]);
    assert_eq!(redactor.text("var.cassandra_password"), "var.cassandra_password");
    assert_eq!(redactor.excerpt(&sources, Span::new(id, 0, 32)), "login ********* # cassandra_user");
}

#[test]
fn what_looks_drawn_is_hidden_in_excerpts_though_nobody_named_it() {
    let sources = Sources::default();
    let id = sources.add_text("a", "echo 'Kx7Qw9vLm3r4Td' > x # Ec2InstanceProfile ami-0abc12345");
    let shown = Redactor::default().excerpt(&sources, Span::new(id, 0, 60));
    assert_eq!(shown, "echo '**************' > x # Ec2InstanceProfile ami-0abc12345");
}

#[test]
fn a_path_is_changed_for_long_values_only() {
    let redactor = redactor(&["alb123", "d41d8cd98f00b204e9800998"]);
    assert_eq!(redactor.path("modules/alb123/main.tf"), "modules/alb123/main.tf");
    assert_eq!(redactor.path("x/d41d8cd98f00b204e9800998.tf"), "x/********.tf");
}

#[test]
fn every_form_of_a_value_is_hidden() {
    let value = "p\"w<1>&\n${x} y'z";
    let redactor = redactor(&[value]);
    let json = serde_json::to_string(value).unwrap();
    let forms = [
        value.to_owned(),
        json.clone(),
        serde_json::to_string(&json).unwrap(),
        json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"),
        json.replace("${", "$${"),
        "p%22w%3C1%3E%26%0A%24%7Bx%7D%20y%27z".to_owned(),
        STANDARD.encode(value),
        STANDARD.encode(format!("user:{value}!")),
        STANDARD.encode(format!("{value}\n")),
        "echo '${x} y'\\''z'".to_owned(),
    ];
    for form in forms {
        assert!(redactor.covers(&form), "{form}");
    }
}

#[test]
fn each_line_of_a_value_is_hidden_however_it_is_indented() {
    let value = "-----BEGIN THING-----\nfirst-line-of-it\n  second-line-of-it\nend\n-----END THING-----\n";
    let redactor = redactor(&[value]);
    let text = "  -----BEGIN THING-----\n      second-line-of-it\n\tfirst-line-of-it";
    assert_eq!(redactor.text(text), "  -----BEGIN THING-----\n      ********\n\t********");
}

#[test]
fn values_that_overlap_leave_nothing_behind() {
    assert_eq!(redactor(&["abcdef12", "ef12ghij"]).text("<abcdef12ghij>"), "<********>");
}

#[test]
fn an_excerpt_keeps_its_columns_and_lines() {
    let sources = Sources::default();
    let id = sources.add_text("a", "key = \"é1é\" # hunter2\nnext");
    let place = Span::new(id, 7, 12);
    let redactor =
        Redactor::new(vec![Secret::new("hunter2"), Secret::new("é1é")], vec![place, Span::new(id, 8, 10)]);
    assert_eq!(redactor.excerpt(&sources, Span::new(id, 0, 28)), "key = \"***\" # *******\nnext");
    assert_eq!(redactor.excerpt(&sources, Span::new(id, 9, 13)), "**\"");
    assert_eq!(redactor.excerpt(&sources, Span::new(id, 0, 999)), "");
    // Bytes 0..8 end in the middle of a character.
    assert_eq!(redactor.excerpt(&sources, Span::new(id, 0, 8)), "");
}

#[test]
fn a_line_in_the_middle_of_a_key_is_hidden_though_the_key_is_not_known() {
    let sources = Sources::default();
    let key = sample("a = <<EOT\n«{pem}»\nEOT\nb = 1\n", 4);
    let id = sources.add_text("a", key.text.as_str());
    let shown = Redactor::default().excerpt(&sources, sources.line_span(id, 5));
    assert!(shown.len() == 64 && shown.bytes().all(|byte| byte == b'*'), "{shown}");
    let after = sources.line_span(id, key.text.lines().count());
    assert_eq!(Redactor::default().excerpt(&sources, after), "b = 1");
}

#[test]
fn places_of_other_documents_hide_nothing() {
    let sources = Sources::default();
    let (one, two) = (sources.add_text("a", "abcd"), sources.add_text("b", "abcd"));
    let redactor = Redactor::new(Vec::new(), vec![Span::new(two, 0, 4)]);
    assert_eq!(redactor.excerpt(&sources, Span::new(one, 0, 4)), "abcd");
    assert_eq!(redactor.excerpt(&sources, Span::new(two, 1, 3)), "**");
}

#[test]
fn debug_says_how_many_only() {
    assert!(!format!("{:?}", redactor(&["hunter2"])).contains("hunter2"));
}

#[test]
fn threads_can_share_it() {
    fn shared<T: Sync + Send>() {}
    shared::<Redactor>();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn a_planted_value_never_comes_out(values in prop::collection::vec("[a-zA-Z0-9é/+=\"' \\\\]{4,30}[a-z]{3}7", 1..5), around in "\\PC{0,40}", picks in prop::collection::vec(any::<prop::sample::Index>(), 1..6)) {
        let redactor = redactor(&values.iter().map(String::as_str).collect::<Vec<_>>());
        let mut text = around.clone();
        for pick in picks {
            let value: &String = pick.get(&values);
            text.push_str(value);
            text.push_str(&around);
        }
        let sources = Sources::default();
        let id = sources.add_text("a", text.as_str());
        let excerpt = redactor.excerpt(&sources, Span::new(id, 0, text.len()));
        prop_assert_eq!(excerpt.chars().count(), text.chars().count());
        let shown = redactor.text(&text);
        for value in &values {
            prop_assert!(!shown.contains(value.as_str()) && !excerpt.contains(value.as_str()));
        }
    }

    #[test]
    fn a_planted_token_never_comes_out(at in 0..POSITIVE.len(), seed in any::<u64>()) {
        let token = sample(POSITIVE[at].1, seed);
        prop_assume!(TokenTable::embedded().find(&token.text, "").iter().any(|found| token.text[found.range.clone()] == token.secret));
        let redactor = Redactor::default();
        prop_assert!(!redactor.text(&token.text).contains(&token.secret));
    }

    #[test]
    fn any_span_of_any_text_is_shown_without_a_panic(text in "\\PC{0,60}", start in 0..80usize, end in 0..80usize, values in prop::collection::vec("\\PC{0,12}", 0..4)) {
        let sources = Sources::default();
        let id = sources.add_text("a", text.as_str());
        let values = values.into_iter().map(Secret::new).collect();
        let redactor = Redactor::new(values, vec![Span::new(id, end, start), Span::new(id, start, end)]);
        let _ = (redactor.excerpt(&sources, Span::new(id, start, end)), redactor.text(&text));
    }
}

#[test]
fn ids_of_access_keys_are_told_where_they_are_asked_for() {
    // Put together, so that no scanner takes this file for one that holds a key.
    let (id, secret) = (["AKIA", "Q3EGTZXCVBNM2WER"].concat(), "wJalrXUtnFEMI7K3MDENGbPxRfiCYzzzzzzzz4qW");
    let text = format!("alice made {id}; aws_secret_access_key={secret}");
    let told = |key_ids| Redactor::default().with_key_ids(key_ids).text(&text).into_owned();
    assert_eq!(told(KeyIds::Hidden), "alice made ********; aws_secret_access_key=********");
    assert_eq!(told(KeyIds::End), "alice made …2WER; aws_secret_access_key=********");
    assert_eq!(told(KeyIds::Whole), format!("alice made {id}; aws_secret_access_key=********"));
    // With digits that AWS does not use: its examples, and logs that were made anonymous.
    let odd = Redactor::default().with_key_ids(KeyIds::End);
    assert_eq!(odd.text("AKIAI44QH8DHBEXAMPLE of eve, ASIA8Q3EGTZX0VBNM2W9"), "…MPLE of eve, …M2W9");
    assert_eq!(
        odd.text("XAKIAI44QH8DHBEXAMPLE, AKIAI44QH8DHBEXAMPLE7"),
        "XAKIAI44QH8DHBEXAMPLE, AKIAI44QH8DHBEXAMPLE7"
    );
}

#[test]
fn ids_of_resources_are_told() {
    let redactor = Redactor::default();
    for id in ["ami-0a1b2c3d4e5f6a7b8", "i-1a2b3c4d", "vpc-0f9e8d7c6b5a4f3e2"] {
        let text = format!("aws ec2 reset-image-attribute --image-id '{id}'");
        assert_eq!(redactor.text(&text), text);
    }
}

#[test]
fn the_id_of_a_tool_use_is_told_and_a_value_in_its_place_is_not() {
    let redactor = Redactor::default();
    let mark = "app/cc-0141fab3-toolu_01AjU2TvSydb1THCnRCcYCLQ (marked)";
    assert_eq!(redactor.text(mark), mark);
    let value = Redactor::new(vec![Secret::new("01AjU2TvSydb1THCnRCcYCLQ")], Vec::new());
    assert_eq!(value.text(mark), "app/cc-0141fab3-toolu_******** (marked)");
    let long = format!("toolu_{}", "q7Zr2Kx9".repeat(5));
    assert_eq!(redactor.text(&long), "toolu_********");
}
