//! All means together, over findings made by hand.

use super::*;
use crate::finding::{Confidence, SecretFacts, Severity, Surface};
use crate::rule::embedded;
use crate::source::{Location, Span};

const TEXT: &str = "first # secretrail:ignore secret-in-boot-log until=2027-01-31 reason=\"known\"\nsecond\n";

struct Ground {
    sources: Sources,
    source: SourceId,
    settings: SourceId,
    rules: RuleSet,
}

impl Ground {
    fn new(name: &str, text: &str) -> Self {
        let sources = Sources::default();
        let source = sources.add_text(name, text);
        let settings = sources.add_text("secretrail.toml", "# secretrail:ignore\n");
        Self { sources, source, settings, rules: RuleSet::load(embedded(), Vec::new()).unwrap() }
    }

    fn finding(&self, rule: &str, place: &str) -> Finding {
        let at = self.sources.text(self.source).find(place).unwrap();
        Finding {
            rule: rule.into(),
            surface: Surface::Terraform,
            severity: Severity::High,
            confidence: Confidence::High,
            message: String::new(),
            at: Location {
                span: Span::new(self.source, at, at + place.len()),
                name: "aws_instance.web".into(),
            },
            related: Vec::new(),
            secret: Some(SecretFacts { name: "token".into(), ..SecretFacts::default() }),
            sink: None,
            remediation: None,
            events: None,
            fingerprint: String::new(),
        }
    }

    fn hear(
        &self,
        findings: Vec<Finding>,
        entries: &[Entry],
        baseline: Option<&Baseline>,
        today: &str,
    ) -> Heard {
        let redactor = Redactor::default();
        let findings = settle(findings, &self.sources, &redactor);
        let today = Day::parse(today).unwrap();
        let settings = Some(self.settings);
        let means = Means { entries, settings, prefix: "", allowed: &[], baseline, today };
        silence(findings, &self.sources, &redactor, &self.rules, &means)
    }
}

fn rules(heard: &Heard) -> Vec<&str> {
    heard.findings.iter().map(|finding| &*finding.rule).collect()
}

fn by(heard: &Heard) -> Vec<(By, &str)> {
    heard.silenced.iter().map(|one| (one.by, one.reason.as_str())).collect()
}

fn entry(rule: &str) -> Entry {
    Entry {
        rule: rule.into(),
        path: None,
        name: None,
        secret: None,
        fingerprint: None,
        reason: "agreed".into(),
        until: None,
        range: 0..5,
    }
}

#[test]
fn a_comment_silences_its_rule_on_its_line_until_its_day() {
    let ground = Ground::new("a.sh", TEXT);
    let found = vec![
        ground.finding("secret-in-boot-log", "first"),
        ground.finding("secret-in-boot-log", "second"),
        ground.finding("secret-written-to-disk", "first"),
    ];
    let heard = ground.hear(found.clone(), &[], None, "2027-01-31");
    assert_eq!(rules(&heard), ["secret-written-to-disk", "secret-in-boot-log"]);
    assert_eq!(by(&heard), [(By::Inline, "known")]);
    assert_eq!(heard.silenced[0].until.unwrap().to_string(), "2027-01-31");
    let heard = ground.hear(found, &[], None, "2027-02-01");
    assert_eq!(heard.silenced.len(), 0);
    assert!(rules(&heard).contains(&"ignore-expired"));
}

#[test]
fn ignores_in_downloaded_modules_silence_nothing() {
    let ground = Ground::new("infra/.terraform/modules/x/a.sh", TEXT);
    let heard = ground.hear(vec![ground.finding("secret-in-boot-log", "first")], &[], None, "2027-01-01");
    assert_eq!(rules(&heard), ["secret-in-boot-log"]);
}

#[test]
fn one_that_nothing_needs_is_told_and_so_is_one_of_a_rule_that_there_is_not() {
    let ground = Ground::new("a.sh", TEXT);
    let heard = ground.hear(Vec::new(), &[entry("secret-in-user-data")], None, "2027-01-01");
    assert_eq!(rules(&heard), ["ignore-unused", "ignore-unused"]);
    assert_eq!(heard.findings[0].message, "Nothing matches this ignore of secret-in-boot-log");
    let ground = Ground::new("a.sh", &TEXT.replace("-boot-", "-boat-"));
    let heard = ground.hear(Vec::new(), &[], None, "2027-01-01");
    assert_eq!(rules(&heard), ["ignore-not-valid"]);
    assert!(!heard.findings[0].message.contains("boat"), "{}", heard.findings[0].message);
}

#[test]
fn an_entry_means_all_that_it_names() {
    let ground = Ground::new("modules/a.sh", TEXT);
    let found = vec![ground.finding("secret-in-boot-log", "second")];
    let print = settle(found.clone(), &ground.sources, &Redactor::default())[0].fingerprint.clone();
    let full = Entry {
        path: Glob::parse("modules/**"),
        name: Some("aws_instance.web".into()),
        secret: Some("token".into()),
        fingerprint: Some(print),
        ..entry("secret-in-boot-log")
    };
    let silenced = |entry: Entry| {
        let heard = ground.hear(found.clone(), &[entry], None, "2027-01-01");
        heard.silenced.iter().any(|one| one.by == By::Settings)
    };
    assert!(silenced(full.clone()) && silenced(entry("secret-in-boot-log")));
    assert!(!silenced(entry("secret-in-user-data")));
    assert!(!silenced(Entry { path: Glob::parse("other/**"), ..full.clone() }));
    assert!(!silenced(Entry { name: Some("web".into()), ..full.clone() }));
    assert!(!silenced(Entry { secret: Some("key".into()), ..full.clone() }));
    assert!(!silenced(Entry { fingerprint: Some("0".into()), ..full.clone() }));
    assert!(!silenced(Entry { until: Day::parse("2026-12-31"), ..full }));
}

#[test]
fn the_baseline_holds_what_is_there_and_counts_what_is_gone() {
    let ground = Ground::new("a.sh", "first\nsecond\n");
    let found = vec![ground.finding("a", "first"), ground.finding("b", "second")];
    let print = settle(found.clone(), &ground.sources, &Redactor::default())[1].fingerprint.clone();
    let text =
        format!("{{\"version\":1,\"entries\":[{{\"fingerprint\":\"{print}\"}},{{\"fingerprint\":\"x\"}}]}}");
    let baseline = Baseline::parse(&text, "b").unwrap();
    let heard = ground.hear(found.clone(), &[], Some(&baseline), "2027-01-01");
    assert_eq!((rules(&heard), heard.gone), (vec!["a"], 1));
    assert_eq!(by(&heard), [(By::Baseline, "")]);
    // What the settings silence first is not gone.
    let heard = ground.hear(found, &[entry("b")], Some(&baseline), "2027-01-01");
    assert_eq!((by(&heard), heard.gone), (vec![(By::Settings, "agreed")], 1));
}

#[test]
fn an_entry_can_speak_of_comments() {
    let ground = Ground::new("a.sh", TEXT);
    let heard = ground.hear(Vec::new(), &[entry("ignore-unused")], None, "2027-01-01");
    assert_eq!((rules(&heard).len(), by(&heard)), (0, vec![(By::Settings, "agreed")]));
}
