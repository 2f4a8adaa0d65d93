//! The page for a browser: it holds all, it loads nothing, and no name in it becomes markup.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::sample::{Ground, text};
use super::super::*;
use super::hostile::hostile_report;
use crate::finding::SecretFacts;

/// All elements that we write, and whether they stand without an end.
const ELEMENTS: &[(&str, bool)] = &[
    ("a", false),
    ("body", false),
    ("br", true),
    ("button", false),
    ("code", false),
    ("dd", false),
    ("details", false),
    ("div", false),
    ("dl", false),
    ("dt", false),
    ("em", false),
    ("fieldset", false),
    ("figcaption", false),
    ("figure", false),
    ("footer", false),
    ("g", false),
    ("h1", false),
    ("h2", false),
    ("h3", false),
    ("h4", false),
    ("h5", false),
    ("head", false),
    ("header", false),
    ("html", false),
    ("input", true),
    ("label", false),
    ("legend", false),
    ("li", false),
    ("line", false),
    ("main", false),
    ("mark", false),
    ("meta", true),
    ("nav", false),
    ("ol", false),
    ("p", false),
    ("path", false),
    ("pre", false),
    ("rect", false),
    ("script", false),
    ("section", false),
    ("span", false),
    ("strong", false),
    ("style", false),
    ("summary", false),
    ("svg", false),
    ("table", false),
    ("tbody", false),
    ("td", false),
    ("text", false),
    ("th", false),
    ("thead", false),
    ("time", false),
    ("title", false),
    ("tr", false),
    ("ul", false),
];

/// All attributes that we write: none loads or runs anything.
const ATTRIBUTES: &[&str] = &[
    "aria-current",
    "aria-describedby",
    "aria-hidden",
    "aria-label",
    "aria-labelledby",
    "autocomplete",
    "charset",
    "checked",
    "class",
    "content",
    "d",
    "data-label",
    "data-line",
    "data-severity",
    "datetime",
    "focusable",
    "height",
    "hidden",
    "href",
    "http-equiv",
    "id",
    "lang",
    "name",
    "open",
    "role",
    "rx",
    "scope",
    "spellcheck",
    "tabindex",
    "text-anchor",
    "type",
    "value",
    "viewBox",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
];

/// A tag with its attributes.
pub(super) type Tag = (String, Vec<(String, String)>);

/// A page taken apart, strictly: only what we write, all quoted, all closed.
#[derive(Default)]
pub(super) struct Parsed {
    pub tags: Vec<Tag>,
    /// All that a reader sees.
    pub words: String,
    style: String,
    script: String,
}

pub(super) fn parsed(page: &str) -> Parsed {
    let mut all = Parsed::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").expect("a document type");
    while let Some((between, after)) = rest.split_once('<') {
        assert!(!between.contains('>'), "{between}");
        all.words.push_str(&unescaped(between));
        let (tag, after) = after.split_once('>').expect("`>`");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "</{name}>");
            all.words.push(' ');
            continue;
        }
        let (name, written) = tag.split_once(' ').unwrap_or((tag, ""));
        let (_, is_void) =
            ELEMENTS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("<{name}>"));
        all.tags.push((name.to_owned(), attributes(name, written)));
        match name {
            // Their text is no markup, up to their end.
            "style" => all.style = raw(name, &mut rest),
            "script" => all.script = raw(name, &mut rest),
            _ if *is_void => {}
            _ => open.push(name.to_owned()),
        }
    }
    assert_eq!((open.len(), rest.trim()), (0, ""));
    all
}

fn raw(name: &str, rest: &mut &str) -> String {
    let (text, after) = rest.split_once(&format!("</{name}>")).expect("an end");
    *rest = after;
    text.to_owned()
}

fn attributes(element: &str, mut written: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    while !written.trim_start().is_empty() {
        written = written.trim_start();
        let end = written.find(['=', ' ']).unwrap_or(written.len());
        let (key, after) = written.split_at(end);
        assert!(ATTRIBUTES.contains(&key), "<{element} {key}>");
        assert!(!all.iter().any(|(known, _)| known == key), "<{element} {key}> twice");
        let Some(value) = after.strip_prefix("=\"") else {
            assert!(!after.starts_with('='), "<{element} {key}> without quotes");
            all.push((key.to_owned(), String::new()));
            written = after;
            continue;
        };
        let (value, after) = value.split_once('"').expect("a closed quote");
        all.push((key.to_owned(), unescaped(value)));
        written = after;
    }
    all
}

fn unescaped(text: &str) -> String {
    for after in text.split('&').skip(1) {
        let name = after.split(';').next().expect("a name");
        assert!(["amp", "lt", "gt", "quot"].contains(&name), "&{name}");
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

impl Parsed {
    fn values(&self, attribute: &str) -> Vec<&str> {
        let all = self.tags.iter().flat_map(|(_, attributes)| attributes);
        all.filter(|(key, _)| key == attribute).map(|(_, value)| value.as_str()).collect()
    }
}

/// Sessions of root and of an agent, one with a name that tries to break out.
fn trail() -> TrailSection {
    let session = |id: &str, first: &str, last: &str| SessionRow {
        id: id.into(),
        principal: "arn:aws:iam::123456789012:root".into(),
        root: Some("console".into()),
        actor_kind: "agent",
        actor_words: "agent \"><script>x</script>\u{202e}".into(),
        reasons: vec!["user agent <b>".into()],
        tags: vec![("<key>".into(), "\"value'".into())],
        first: first.into(),
        last: last.into(),
        span: "5 min".into(),
        events: 6,
        ..SessionRow::default()
    };
    let event = EventRow {
        session: "s-1".into(),
        seconds: 1_774_706_400,
        name: "<i>GetParameter".into(),
        ..EventRow::default()
    };
    TrailSection {
        verdict: vec!["root was used: <1> console session".into()],
        sessions: vec![
            session("s-1", "2026-03-28T14:00:00Z", "2026-03-28T14:05:00Z"),
            session("s-\"2 x=\"", "9999-99-99", "soon"),
        ],
        events: vec![event],
        elsewhere: 0,
        events_title: "Timeline \"<x>".into(),
        ..TrailSection::default()
    }
}

fn account() -> AccountSection {
    AccountSection {
        number: "123456789012".into(),
        verdict: vec!["root has <access> keys".into()],
        users: vec![UserRow { name: "eve\" onload=\"x".into(), ..UserRow::default() }],
        ..AccountSection::default()
    }
}

fn keys() -> InventorySection {
    let key = ListedKey {
        key: "KEY\"><b>".into(),
        title: "<script>alert(1)</script>".into(),
        location: "/app/\u{202e}<i>".into(),
        home: "parameter".into(),
        owner: Some("'\"<u>".into()),
        status: "missing".into(),
        shouted: "MISSING".into(),
        state: KeyState::Bad,
        why: Some("</td></table>".into()),
        age_days: Some(3),
        claimed: None,
        written: None,
        migrating: true,
        answers: 0,
    };
    let unlisted = UnlistedParameter { name: "/x/<s>".into(), kind: "String".into(), age_days: None };
    InventorySection { keys: vec![key], unlisted: vec![unlisted], ..InventorySection::default() }
}

#[test]
fn no_name_becomes_markup() {
    let ground = Ground::new();
    let mut report = hostile_report(&ground);
    report.trail = Some(trail());
    report.account = Some(account());
    report.inventory = Some(keys());
    report.rules.push(RuleHelp {
        name: report.findings[0].rule.to_string(),
        description: "</style><script>alert(1)</script>".into(),
        references: vec!["javascript:alert(1)".into()],
        tags: vec!["\"><img src=x onerror=x>".into()],
        ..report.rules[0].clone()
    });
    report.gate.day = Some("2026-11-26\" onclick=\"x".into());
    let told = text(Format::Html, &report);
    let page = parsed(&told);
    for element in ["style", "script"] {
        assert_eq!(page.tags.iter().filter(|(name, _)| name == element).count(), 1, "{element}");
    }
    assert!(page.words.contains("<img src=x>") && page.words.contains("eve\" onload=\"x"));
    assert!(!told.contains('\u{202e}') && !told.contains('\u{1b}'));
}

#[test]
fn a_page_is_whole_and_loads_nothing() {
    let ground = Ground::new();
    let mut report = ground.report();
    report.trail = Some(trail());
    report.account = Some(account());
    report.inventory = Some(keys());
    let page = parsed(&text(Format::Html, &report));
    let ids = page.values("id");
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), known.len(), "each id once: {ids:?}");
    for target in page.values("href") {
        let target = target.strip_prefix('#').unwrap_or_else(|| panic!("{target} leads out of the page"));
        assert!(known.contains(target), "#{target} leads nowhere");
    }
    for target in page.values("aria-labelledby") {
        assert!(known.contains(target), "{target} labels nothing");
    }
    let levels: Vec<u32> =
        page.tags.iter().filter_map(|(name, _)| name.strip_prefix('h')?.parse().ok()).collect();
    assert_eq!((levels[0], levels.iter().filter(|level| **level == 1).count()), (1, 1));
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "no level is left out: {levels:?}");
    for (name, attributes) in &page.tags {
        assert!(name != "th" || attributes.iter().any(|(key, _)| key == "scope"), "a heading without scope");
    }
}

#[test]
fn the_policy_knows_the_style_and_the_script_by_hash() {
    let ground = Ground::new();
    let page = parsed(&text(Format::Html, &ground.report()));
    let policy = page.values("content").into_iter().find(|value| value.starts_with("default-src 'none'"));
    let policy = policy.expect("a policy");
    for (directive, text) in [("script-src", &page.script), ("style-src", &page.style)] {
        let hash = STANDARD.encode(Sha256::digest(text.as_bytes()));
        assert!(policy.contains(&format!("{directive} 'sha256-{hash}';")), "{directive}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'));
}

#[test]
fn a_page_holds_all_that_json_holds() {
    let ground = Ground::new();
    let mut report = ground.report();
    // Of one secret at one line, by another rule: told together.
    let mut other = ground.finding();
    other.rule = "secret-in-user-data".into();
    other.severity = Severity::High;
    other.message = "rendered into user data".into();
    other.fingerprint = "a".repeat(32);
    report.findings.push(other);
    for number in 0..200 {
        let mut more = ground.finding();
        more.fingerprint = format!("{number:032}");
        more.message = format!("finding <{number}>");
        more.secret = Some(SecretFacts { name: format!("KEY_{number}"), ..SecretFacts::default() });
        report.findings.push(more);
        let mut gap = report.gaps[0].clone();
        gap.name = format!("module.of_{number}");
        gap.hides_findings = number % 2 == 0;
        report.gaps.push(gap);
    }
    report.gate.accepted_gaps =
        vec![AcceptedGap { gap: report.gaps[3].clone(), reason: "reviewed".into(), until: None }];
    let told = text(Format::Html, &report);
    assert_eq!(told, text(Format::Html, &report), "the same bytes");
    let words = parsed(&told).words;
    let json: Value = serde_json::from_str(&text(Format::Json, &report)).unwrap();
    let list = |key: &str| json[key].as_array().unwrap().clone();
    for finding in list("findings") {
        for key in ["rule", "message", "fingerprint", "confidence", "severity"] {
            assert!(words.contains(finding[key].as_str().unwrap()), "{key} of {finding}");
        }
    }
    for gap in list("gaps") {
        for key in ["name", "reason"] {
            assert!(words.contains(gap[key].as_str().unwrap()), "{key} of {gap}");
        }
    }
    for silenced in list("silenced") {
        for key in ["rule", "fingerprint", "reason", "by", "until"] {
            assert!(words.contains(silenced[key].as_str().unwrap()), "{key} of {silenced}");
        }
    }
    assert!(words.contains("reviewed"));
}

#[test]
fn a_link_to_a_finding_holds_in_the_next_report() {
    let ground = Ground::new();
    let mut report = ground.report();
    let mut again = ground.finding();
    again.message = "the same fingerprint".into();
    again.rule = "other rule <x>".into();
    report.findings.push(again);
    let page = parsed(&text(Format::Html, &report));
    let ids = page.values("id");
    for id in ["f-0123456789abcdef", "f-0123456789abcdef-2", "rule-secret-written-to-disk", "rule.1"] {
        assert!(ids.contains(&id), "{id}: {ids:?}");
    }
}

#[test]
fn what_is_known_of_nothing_is_said() {
    let ground = Ground::new();
    let page = parsed(&text(Format::Html, &ground.empty()));
    assert!(page.words.contains("No Terraform file was found"), "{}", page.words);
    assert!(page.words.contains("Everything requested was read."));
}
