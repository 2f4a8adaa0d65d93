//! What no input may break: hostile names, too many findings, too long lines, places outside of a text.

use serde_json::Value;

use super::super::sample::{Ground, text};
use super::super::*;
use crate::finding::{Confidence, Finding, Related, Role};
use crate::source::{Location, Span};

/// A finding whose every string tries to break out, in a document with such a name.
fn hostile(ground: &Ground) -> Finding {
    let evil = "a\n::error::b\r\u{1b}[31m\u{7}|`@octocat` <img src=x>]]>\u{202e}\u{9b}2J%0A,[l](https://e.x)";
    let source = ground.sources.add_text(format!("dir/{evil}.sh"), format!("echo {evil} 1\n{evil}"));
    let at = |start, end| Location { span: Span::new(source, start, end), name: evil.to_owned() };
    let mut finding = ground.finding();
    finding.rule = evil.into();
    finding.message = evil.to_owned();
    finding.at = at(6, 30);
    finding.related = vec![Related { at: at(0, 3), role: Role::Origin, message: evil.to_owned() }];
    if let Some(secret) = &mut finding.secret {
        secret.name = evil.to_owned();
        secret.origin = evil.to_owned();
    }
    if let Some(sink) = &mut finding.sink {
        sink.path = Some(evil.to_owned());
        sink.kind = evil.to_owned();
    }
    finding
}

pub(super) fn hostile_report(ground: &Ground) -> Report<'_> {
    let mut report = ground.report();
    let finding = hostile(ground);
    report.gaps[0].at = finding.at.span;
    report.gaps[0].name = finding.message.clone();
    report.gaps[0].reason = finding.message.clone();
    report.silenced[0].reason = finding.message.clone();
    report.findings = vec![finding];
    report
}

#[test]
fn hostile_names_stay_names() {
    let ground = Ground::new();
    let mut report = hostile_report(&ground);
    for format in Format::ALL {
        for color in [false, true] {
            report.style.color = color;
            let told = text(*format, &report);
            // RFC 4180 ends rows so.
            let told = if *format == Format::Csv { told.replace("\r\n", "\n") } else { told };
            let ours = |letter: char| letter == '\n' || (color && letter == '\u{1b}');
            let steering = |letter: &char| {
                (letter.is_control() && !ours(*letter)) || matches!(*letter, '\u{202a}'..='\u{202e}')
            };
            assert_eq!(told.chars().find(steering), None, "{format}: {told}");
        }
    }
    let coloured = text(Format::Table, &report);
    assert!(!coloured.contains("\u{1b}[31ma") && !coloured.contains("2J\u{1b}"), "{coloured}");
}

#[test]
fn a_name_starts_no_workflow_command() {
    let ground = Ground::new();
    let told = text(Format::Github, &hostile_report(&ground));
    let commands: Vec<&str> = told.lines().collect();
    assert_eq!(commands.len(), 3, "one finding, one gap, one verdict: {told}");
    for command in commands {
        let (properties, _) = command.strip_prefix("::").unwrap().split_once("::").unwrap();
        assert!(properties.ends_with("title=secretrail") || properties.contains("title="), "{command}");
        assert!(!properties.contains("error%3A%3Ab::"), "{command}");
    }
}

#[test]
fn a_name_ends_no_table_cell() {
    let ground = Ground::new();
    let told = text(Format::Markdown, &hostile_report(&ground));
    let row = told.lines().find(|line| line.starts_with("| critical")).unwrap();
    assert_eq!(row.matches('|').count(), 6, "{row}");
    assert!(!row.contains('`') && !row.contains("<img") && !row.contains("@o"), "{row}");
    assert!(!told.contains("<img") && !told.contains("]("), "{told}");
    let called = told.match_indices("@o").filter(|(at, _)| !told[..*at].ends_with('`'));
    assert_eq!(called.count(), 0, "nobody is called, but in code: {told}");
}

#[test]
fn a_thousand_findings_fit() {
    let ground = Ground::new();
    let mut report = ground.report();
    report.findings = vec![ground.finding(); 1000];
    for (number, finding) in report.findings.iter_mut().enumerate() {
        finding.message = format!("finding number {number} {}", "and so on ".repeat(50));
    }
    report.gaps = vec![report.gaps[0].clone(); 1000];
    let markdown = text(Format::Markdown, &report);
    assert!(markdown.len() <= 60_000, "{}", markdown.len());
    assert!(markdown.contains("left out"), "{markdown}");
    assert!(markdown.contains("### Not read"), "gaps keep their room");
    let table = text(Format::Table, &report);
    assert_eq!(table.matches("= fix:").count(), 10);
    assert!(table.contains("990 findings above in one line each; --all shows them in full"));
    assert!(table.contains("and 995 more"), "gaps of one reason are folded");
    report.style.full = true;
    assert_eq!(text(Format::Table, &report).matches("= fix:").count(), 1000);
    let json: Value = serde_json::from_str(&text(Format::Json, &report)).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 1000);
    assert_eq!(json["summary"]["findings"]["critical"], 1000);
}

#[test]
fn places_outside_of_the_text_are_told_without_panic() {
    let ground = Ground::new();
    let mut report = ground.report();
    let nothing = ground.sources.add_text("", "");
    let unread = ground.sources.add_file("unread.tf", std::path::Path::new("unread.tf"));
    for source in [nothing, unread, ground.main, crate::source::SourceId(99)] {
        for (start, end) in [(0, 0), (7, 3), (9_999, 99_999)] {
            let at = Location { span: Span::new(source, start, end), name: String::new() };
            let mut finding = ground.finding();
            finding.at = at.clone();
            finding.related.push(Related { at, role: Role::Hop, message: String::new() });
            finding.confidence = Confidence::Low;
            report.findings.push(finding);
        }
    }
    report.rules.clear();
    for format in Format::ALL {
        let told = text(*format, &report);
        assert!(told.ends_with('\n'), "{format}");
    }
    assert!(text(Format::Table, &report).contains("(no name)"));
}

#[test]
fn no_line_of_an_excerpt_is_wider_than_a_screen() {
    let ground = Ground::new();
    let line = format!("{}SECRET=x{}", "é;".repeat(500_000), "日本".repeat(100_000));
    let start = line.find("SECRET").unwrap();
    let source = ground.sources.add_text("min.tf", line);
    let mut report = ground.report();
    let mut finding = ground.finding();
    finding.at.span = Span::new(source, start, start + 8);
    finding.sink.as_mut().unwrap().path = Some("/very/long".repeat(60));
    report.findings = vec![finding];
    for width in [20, 80, 200, 5_000] {
        report.style.width = width;
        let table = text(Format::Table, &report);
        let widest = table.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 160, "{widest} columns at {width}: {table}");
        assert!(table.contains("min.tf:1:1000001"), "the true column of a cut line: {table}");
        assert!(table.contains("SECRET="), "{table}");
    }
}
