//! Findings by rule: what the rule says once, then each finding with the way of its secret.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use maud::{Markup, html};

use super::Page;
use super::prose::{blocks, inline};
use super::summary::place;
use crate::finding::{Role, Severity, Surface};
use crate::report::Report;
use crate::report::excerpt::Excerpt;
use crate::report::told::{Group, Step, Told, ToldFinding, ToldRule, ToldSecret, grouped};
use crate::report::verdict::{known_left_out, number, still_open};

/// Columns of an excerpt.
const WIDTH: usize = 110;
/// With so many findings or fewer each is open.
const FEW: usize = 8;
/// With so many rules or fewer their advice is open.
const FEW_RULES: usize = 3;
/// So many rules are listed openly.
const MOST_LISTED: usize = 40;
/// A finding with its number, which is its anchor.
type Numbered<'g, 'f> = (usize, &'g Group<'f>);

/// The findings of one rule.
#[derive(Default)]
struct OfRule<'g, 'f> {
    own: Vec<Numbered<'g, 'f>>,
    /// Told with a finding of another rule.
    elsewhere: Vec<(usize, &'f ToldFinding)>,
}

/// Writes the part.
pub(super) fn write(report: &Report<'_>, told: &Told<'_>, page: &mut Page<'_>) -> io::Result<()> {
    page.tag("<section id=\"findings\" aria-labelledby=\"h-findings\">\n")?;
    page.put(&html! { h2 id="h-findings" { "Findings " span.count { (told.findings.len()) } } })?;
    if told.findings.is_empty() {
        let words = match known_left_out(report) {
            0 => "No rule matches.".to_owned(),
            _ => format!("No new finding; {}, left out here.", still_open(report)),
        };
        page.put(&html! { p { (words) } })?;
        return page.tag("</section>\n");
    }
    page.put(&tools(told))?;
    let groups = grouped(&told.findings);
    let open = groups.len() <= FEW;
    let new = new_ones(report, told);
    let rules = by_rule(&groups);
    let few = rules.len() <= FEW_RULES;
    let anchors = anchors(&groups);
    if !few {
        page.put(&index(told, &rules))?;
    }
    for (number, (rule, of_rule)) in rules.into_iter().enumerate() {
        let first = of_rule.own.first().map(|(_, (finding, _))| *finding);
        let first = first.or_else(|| of_rule.elsewhere.first().map(|(_, one)| *one));
        page.tag("<section class=\"rule\">\n")?;
        let count = of_rule.own.len() + of_rule.elsewhere.len();
        let help = first.and_then(|first| told.rule_of(first));
        page.put(&rule_head(help, rule, count, number + 1, few))?;
        for (number, group) in &of_rule.own {
            let at = anchors.get(number - 1).map(String::as_str).unwrap_or_default();
            page.put(&finding(told, at, group, open, &new))?;
        }
        page.put(&elsewhere(&of_rule.elsewhere, &anchors))?;
        page.tag("</section>\n")?;
    }
    page.tag("</section>\n")
}

/// Fingerprints that the last run had not.
fn new_ones(report: &Report<'_>, told: &Told<'_>) -> BTreeSet<String> {
    let changes = report.gate.history.iter();
    changes.flat_map(|changes| &changes.new).map(|print| told.teller.name(print)).collect()
}

/// The same for the same finding in each report, so that a link to it holds.
pub(super) fn anchor(fingerprint: &str) -> String {
    let letters = fingerprint.chars().filter(char::is_ascii_alphanumeric).take(16);
    format!("f-{}", letters.collect::<String>())
}

/// The anchors of all, each once.
fn anchors(groups: &[Group<'_>]) -> Vec<String> {
    let mut used = BTreeSet::new();
    let numbered = groups.iter().enumerate();
    let anchors = numbered.map(|(number, (finding, _))| {
        let anchor = anchor(&finding.fingerprint);
        if used.insert(anchor.clone()) { anchor } else { format!("{anchor}-{}", number + 1) }
    });
    anchors.collect()
}

fn rule_anchor(name: &str, number: usize) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if name.chars().all(is_plain) { format!("rule-{name}") } else { format!("rule.{number}") }
}

/// All rules at a glance.
fn index(told: &Told<'_>, rules: &[(&str, OfRule<'_, '_>)]) -> Markup {
    html! {
        nav.index aria-label="Rules with findings" {
            details open[rules.len() <= MOST_LISTED] {
                summary { (number(rules.len(), "rule", "rules")) " with findings" }
                ol {
                    @for (at, (name, of_rule)) in rules.iter().enumerate() {
                        @let own = of_rule.own.first().map(|(_, (finding, _))| *finding);
                        @if let Some(first) = own.or_else(|| of_rule.elsewhere.first().map(|(_, one)| *one)) {
                            li {
                                (severity_mark(first.severity)) " "
                                a href=(format!("#{}", rule_anchor(name, at + 1))) {
                                    (told.rule_of(first).map_or(*name, |rule| rule.title.as_str()))
                                }
                                " " span.count { (of_rule.own.len() + of_rule.elsewhere.len()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Rules in the order of their worst findings.
fn by_rule<'g, 'f>(groups: &'g [Group<'f>]) -> Vec<(&'f str, OfRule<'g, 'f>)> {
    let mut all: Vec<(&str, OfRule<'_, '_>)> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut slot = |all: &mut Vec<(&'f str, OfRule<'g, 'f>)>, rule: &'f str| {
        *known.entry(rule).or_insert_with(|| {
            all.push((rule, OfRule::default()));
            all.len() - 1
        })
    };
    for (index, group) in groups.iter().enumerate() {
        let (finding, also) = group;
        let at = slot(&mut all, finding.rule.as_str());
        if let Some((_, of_rule)) = all.get_mut(at) {
            of_rule.own.push((index + 1, group));
        }
        for other in also {
            let at = slot(&mut all, other.rule.as_str());
            if let Some((_, of_rule)) = all.get_mut(at) {
                of_rule.elsewhere.push((index + 1, *other));
            }
        }
    }
    all
}

/// Search, severities and folds; shown by the script, which does the work.
fn tools(told: &Told<'_>) -> Markup {
    let there = |severity: &Severity| told.findings.iter().any(|finding| finding.severity == *severity);
    html! {
        div.tools role="search" aria-label="Findings" hidden {
            label.search { span { "Search findings (press /)" } input #search type="search" autocomplete="off" spellcheck="false"; }
            fieldset {
                legend { "Severity" }
                div.boxes {
                    @for severity in Severity::ALL.iter().rev().filter(|severity| there(severity)) {
                        label { input type="checkbox" name="severity" value=(severity) checked; " " (severity) }
                    }
                }
            }
            div.folds {
                button type="button" id="open-all" { "Open all" }
                button type="button" id="close-all" { "Close all" }
            }
            p #shown role="status" {}
        }
    }
}

fn severity_mark(severity: Severity) -> Markup {
    html! { span class=(format!("sev {}", severity.word())) { (severity) } }
}

/// What the rule says, folded where there are many rules: then findings are what is looked for.
fn rule_head(rule: Option<&ToldRule>, name: &str, count: usize, number_of: usize, open: bool) -> Markup {
    html! {
        div.rule-head {
            h3 id=(rule_anchor(name, number_of)) { (rule.map_or(name, |rule| rule.title.as_str())) }
            p.rule-name { code { (name) } " " span.quiet { (number(count, "finding", "findings")) } }
            @if let Some(rule) = rule {
                details.advice open[open] {
                    summary { "Why it matters, and how to fix it" }
                    div.columns {
                        div.why { (blocks(&rule.description)) (read_on(rule)) }
                        @if !rule.remediation.trim().is_empty() {
                            div.fix { h4 { "How to fix it" } (blocks(&rule.remediation)) }
                        }
                    }
                }
            }
        }
    }
}

/// Tags, and addresses as text: who reads a report on an incident wants no click that leaves it.
fn read_on(rule: &ToldRule) -> Markup {
    html! {
        @if !rule.tags.is_empty() { ul.tags aria-label="Tags" { @for tag in &rule.tags { li { code { (tag) } } } } }
        @if !rule.references.is_empty() {
            ul.references aria-label="References" { @for address in &rule.references { li { (address) } } }
        }
    }
}

/// Few elements: a browser builds all of them, also of thousands of findings that are closed.
fn finding(
    told: &Told<'_>,
    at: &str,
    (finding, also): &Group<'_>,
    open: bool,
    new: &BTreeSet<String>,
) -> Markup {
    let rule = told.rule_of(finding);
    let own_fix = rule.is_none_or(|rule| rule.remediation != finding.remediation);
    let own_fix = own_fix && !finding.remediation.trim().is_empty();
    html! {
        details.finding id=(at) data-severity=(finding.severity) open[open] {
            summary {
                (severity_mark(finding.severity)) " "
                @if new.contains(&finding.fingerprint) { strong.new { "new" } " " }
                h4 { (inline(&finding.message)) } " "
                (place(finding))
            }
            div.body {
                (way(told, finding))
                @if own_fix { div.fix { h5 { "How to fix this one" } (blocks(&finding.remediation)) } }
                (facts(finding, at))
                @for other in also { (also_met(finding, other)) }
            }
        }
    }
}

/// A finding of another rule of the same mistake, with what its way has and the way above has not.
fn also_met(finding: &ToldFinding, other: &ToldFinding) -> Markup {
    let is_above = |step: &Step| {
        finding.related.iter().any(|one| one.place.span == step.place.span && one.message == step.message)
    };
    html! {
        p.also {
            "Also " (severity_mark(other.severity)) " " code { (other.rule) } ": " (inline(&other.message)) ". "
            @for step in other.related.iter().filter(|step| !is_above(step)) {
                code { (step.place.long()) } " " (inline(step.label())) ". "
            }
            "Confidence " (other.confidence) ", fingerprint " (other.fingerprint)
        }
    }
}

/// From where the secret comes to where it lands, or what the finding rests on.
fn way(told: &Told<'_>, finding: &ToldFinding) -> Markup {
    let own = finding.own_step(&told.teller);
    let way = finding.way(&own);
    let title = match (finding.surface, way.len()) {
        (_, 1) => "Where",
        (Surface::Terraform, _) => "Path of the secret",
        _ => "Evidence",
    };
    html! {
        h5 { (title) }
        ol class=(if way.len() == 1 { "way alone" } else { "way" }) {
            @for (step, primary) in &way { (step_of(told, finding, step, *primary)) }
        }
    }
}

fn step_of(told: &Told<'_>, finding: &ToldFinding, step: &Step, primary: bool) -> Markup {
    let role = match (finding.surface, step.role) {
        (Surface::Terraform, Role::Origin) => "starts: ",
        (Surface::Terraform, Role::Sink) => "lands: ",
        _ => "",
    };
    let name = Some(step.place.name.as_str()).filter(|name| !name.is_empty() && !step.place.is_sealed);
    html! {
        li aria-current=[primary.then_some("step")] {
            code { (step.place.long()) }
            @if let Some(name) = name { " " code.name { (name) } }
            p { (role) (inline(step.label())) }
            @if let Some(line) = told.teller.excerpt(step.place.span, WIDTH) { (source(&line, step.place.position.line)) }
        }
    }
}

/// A line of source with the place marked.
fn source(line: &Excerpt, number: usize) -> Markup {
    let part = |from: usize, to: usize| line.text.get(from..to).unwrap_or_default();
    let (start, end) = (line.place.start, line.place.end);
    html! {
        pre data-line=(number) {
            (part(0, start)) @if start < end { mark { (part(start, end)) } } (part(end, line.text.len()))
        }
    }
}

fn facts(finding: &ToldFinding, at: &str) -> Markup {
    html! {
        dl.facts {
            @if let Some(secret) = &finding.secret { dt { "Secret" } dd { (secret_words(secret)) } }
            @if let Some(sink) = &finding.sink {
                dt { "Lands in" }
                dd {
                    code { (sink.words()) }
                    @if sink.path.is_some() { ", " (sink.kind) }
                    @if sink.on_disk() { ", persists on disk" }
                }
            }
            @if !matches!(finding.surface, Surface::Account | Surface::Trail) && !finding.place.name.is_empty() {
                dt { "Name" } dd { code { (finding.place.name) } }
            }
            dt { "Confidence" } dd { (finding.confidence) }
            dt { "Fingerprint" } dd { a href=(format!("#{at}")) { code { (finding.fingerprint) } } }
        }
    }
}

fn secret_words(secret: &ToldSecret) -> Markup {
    let literal = secret.literal();
    html! {
        code { (secret.name) }
        @if !secret.origin.is_empty() && literal.is_none() { ", from: " (secret.origin) }
        @if let Some(literal) = literal { ", " (literal) }
    }
}

/// Findings that stand with those of other rules.
fn elsewhere(all: &[(usize, &ToldFinding)], anchors: &[String]) -> Markup {
    html! {
        @if !all.is_empty() {
            details.elsewhere open[all.len() <= FEW] {
                summary { "Same mistakes as above, explained there" }
                ul {
                    @for (number, finding) in all {
                        @let at = anchors.get(number - 1).map(String::as_str).unwrap_or_default();
                        li { a href=(format!("#{at}")) { (inline(&finding.message)) } " " (place(finding)) ", " (finding.severity) }
                    }
                }
            }
        }
    }
}
