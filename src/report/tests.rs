//! What every format must hold: the inline snapshots, and what no input may break.

use insta::assert_snapshot;
use serde_json::Value;

use super::sample::{Ground, text};
use super::*;
use crate::finding::{Confidence, Finding, Related, Role};
use crate::source::{Location, Span};

#[test]
fn a_finding_as_a_table() {
    let ground = Ground::new();
    assert_snapshot!(text(Format::Table, &ground.report()), @r#"
    critical[secret-written-to-disk]: ANTHROPIC_API_KEY is written to /opt/paperclip/.env and stays on the disk
     --> main.tf:1:1
      |
    1 | variable "anthropic_api_key" {
      | ---------------------------- 1 the secret starts here
      |
     ::: main.tf:8:5
      |
    8 |     anthropic_api_key = var.anthropic_api_key
      |     ----------------------------------------- 2 passed to template variable `anthropic_api_key`
      |
     ::: scripts/user_data.sh:3:1
      |
    3 | echo "ANTHROPIC_API_KEY=${anthropic_api_key}" >> /opt/paperclip/.env
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 3 written to /opt/paperclip/.env
      |
      = fix: Keep the key in SSM Parameter Store. Let the service read it when it starts, for
             example with `aws ssm get-parameter --with-decryption`, and hold it in memory
             only.
      = confidence: high
      = more: secretrail rules explain secret-written-to-disk

    Could not be read, and a finding could hide there:
      the module's source is not in the tree
        main.tf:6 module.queue

     rule                   | critical 
    ------------------------+----------
     secret-written-to-disk |        1 
    Read 2 files in 0.3 s, 1 gap (1 could hide a finding), 1 finding silenced
    1 secret lands on disk: 1 critical. Audited in part: 1 gap could hide more. Exit code 1
    "#);
}

#[test]
fn a_finding_as_a_table_with_lines() {
    let ground = Ground::new();
    let mut report = ground.report();
    report.style.unicode = true;
    report.gaps.clear();
    assert_snapshot!(text(Format::Table, &report), @r#"
    critical[secret-written-to-disk]: ANTHROPIC_API_KEY is written to /opt/paperclip/.env and stays on the disk
      ╭▸ main.tf:1:1
      │
    1 │ variable "anthropic_api_key" {
      │ ──────────────────────────── 1 the secret starts here
      │
      ⸬  main.tf:8:5
      │
    8 │     anthropic_api_key = var.anthropic_api_key
      │     ───────────────────────────────────────── 2 passed to template variable `anthropic_api_key`
      │
      ⸬  scripts/user_data.sh:3:1
      │
    3 │ echo "ANTHROPIC_API_KEY=${anthropic_api_key}" >> /opt/paperclip/.env
      │ ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 3 written to /opt/paperclip/.env
      │
      ├ fix: Keep the key in SSM Parameter Store. Let the service read it when it starts, for
      │      example with `aws ssm get-parameter --with-decryption`, and hold it in memory
      │      only.
      ├ confidence: high
      ╰ more: secretrail rules explain secret-written-to-disk

    ╭────────────────────────┬──────────╮
    │ rule                   │ critical │
    ├────────────────────────┼──────────┤
    │ secret-written-to-disk │        1 │
    ╰────────────────────────┴──────────╯
    Read 2 files in 0.3 s, 1 finding silenced
    1 secret lands on disk: 1 critical. Exit code 1
    "#);
}

#[test]
fn a_finding_as_json() {
    let ground = Ground::new();
    assert_snapshot!(text(Format::Json, &ground.report()), @r#"
    {
      "version": 1,
      "tool": {
        "name": "secretrail",
        "version": "0.1.0"
      },
      "findings": [
        {
          "rule": "secret-written-to-disk",
          "surface": "terraform",
          "severity": "critical",
          "confidence": "high",
          "message": "ANTHROPIC_API_KEY is written to /opt/paperclip/.env and stays on the disk",
          "fingerprint": "0123456789abcdef0123456789abcdef",
          "location": {
            "path": "scripts/user_data.sh",
            "line": 3,
            "column": 1,
            "end_line": 3,
            "end_column": 69,
            "name": "aws_instance.web"
          },
          "related": [
            {
              "path": "main.tf",
              "line": 1,
              "column": 1,
              "name": "var.anthropic_api_key",
              "role": "origin",
              "message": "the secret starts here"
            },
            {
              "path": "main.tf",
              "line": 8,
              "column": 5,
              "name": "",
              "role": "hop",
              "message": "passed to template variable `anthropic_api_key`"
            }
          ],
          "secret": {
            "name": "ANTHROPIC_API_KEY",
            "origin": "variable"
          },
          "sink": {
            "kind": "file",
            "path": "/opt/paperclip/.env",
            "durable": true
          },
          "tags": [
            "cis.aws.7.0.2.4"
          ],
          "remediation": "Keep the key in SSM Parameter Store. Let the service read it when it starts, for example with `aws ssm get-parameter --with-decryption`, and hold it in memory only."
        }
      ],
      "gaps": [
        {
          "path": "main.tf",
          "line": 6,
          "name": "module.queue",
          "reason": "the module's source is not in the tree",
          "hides_findings": true
        }
      ],
      "silenced": [
        {
          "rule": "secret-in-output",
          "fingerprint": "ffff",
          "by": "settings",
          "reason": "a public test key",
          "until": "2027-01-31"
        }
      ],
      "summary": {
        "findings": {
          "critical": 1,
          "high": 0,
          "medium": 0,
          "low": 0,
          "informational": 0
        },
        "files": 2,
        "exit_code": 1
      }
    }
    "#);
}

#[test]
fn a_finding_as_markdown() {
    let ground = Ground::new();
    assert_snapshot!(text(Format::Markdown, &ground.report()), @r"
    ## secretrail

    **1 secret lands on disk: 1 critical. Audited in part: 1 gap could hide more. Exit code 1**

    | Severity | Rule | Place | Secret | Lands in |
    |---|---|---|---|---|
    | critical | `secret-written-to-disk` | `scripts/user_data.sh:3` | `ANTHROPIC_API_KEY` | `/opt/paperclip/.env` |

    <details><summary>critical: <code>secret-written-to-disk</code> at <code>scripts/user_data.sh:3</code></summary>

    ANTHROPIC_API_KEY is written to /opt/paperclip/.env and stays on the disk

    1. `main.tf:1` the secret starts here
    2. `main.tf:8` passed to template variable `anthropic_api_key`
    3. `scripts/user_data.sh:3` written to /opt/paperclip/.env

    **Fix:** Keep the key in SSM Parameter Store. Let the service read it when it starts, for example with `aws ssm get-parameter --with-decryption`, and hold it in memory only.

    Confidence: high. More: `secretrail rules explain secret-written-to-disk`

    </details>

    ### Not read

    - `main.tf:6` `module.queue`: the module's source is not in the tree (a finding could hide here)

    1 finding is silenced by an exception or the baseline.
    ");
}

#[test]
fn a_finding_as_workflow_commands() {
    let ground = Ground::new();
    assert_snapshot!(text(Format::Github, &ground.report()), @r"
    ::error file=scripts/user_data.sh,line=3,endLine=3,col=1,endColumn=69,title=secret-written-to-disk (critical)::ANTHROPIC_API_KEY is written to /opt/paperclip/.env and stays on the disk%0Amain.tf:1: the secret starts here%0Amain.tf:8: passed to template variable `anthropic_api_key`%0AFix: Keep the key in SSM Parameter Store. Let the service read it when it starts, for example with `aws ssm get-parameter --with-decryption`, and hold it in memory only.
    ::warning file=main.tf,line=6,endLine=6,col=1,endColumn=9,title=not audited%3A a finding could hide here::module.queue: the module's source is not in the tree
    ::notice title=secretrail::1 secret lands on disk: 1 critical. Audited in part: 1 gap could hide more. Exit code 1
    ");
}

#[test]
fn a_gap_as_sarif() {
    let ground = Ground::new();
    let mut report = ground.report();
    report.findings.clear();
    report.silenced.clear();
    report.rules.clear();
    report.exit_code = ExitCode::Partial;
    assert_snapshot!(text(Format::Sarif, &report), @r#"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "secretrail",
              "version": "0.1.0",
              "semanticVersion": "0.1.0",
              "rules": []
            }
          },
          "invocations": [
            {
              "executionSuccessful": true,
              "exitCode": 3,
              "exitCodeDescription": "audited in part: a gap could hide a finding",
              "toolExecutionNotifications": [
                {
                  "level": "warning",
                  "message": {
                    "text": "module.queue: the module's source is not in the tree"
                  },
                  "locations": [
                    {
                      "physicalLocation": {
                        "artifactLocation": {
                          "uri": "main.tf",
                          "uriBaseId": "SRCROOT"
                        },
                        "region": {
                          "startLine": 6,
                          "startColumn": 1,
                          "endLine": 6,
                          "endColumn": 9,
                          "snippet": {
                            "text": "resource"
                          }
                        }
                      },
                      "logicalLocations": [
                        {
                          "fullyQualifiedName": "module.queue"
                        }
                      ]
                    }
                  ]
                }
              ]
            }
          ],
          "originalUriBaseIds": {
            "SRCROOT": {
              "description": {
                "text": "The folder that was audited."
              }
            }
          },
          "columnKind": "unicodeCodePoints",
          "results": []
        }
      ]
    }
    "#);
}

#[test]
fn nothing_to_tell_is_told_as_well() {
    let ground = Ground::new();
    let mut report = ground.empty();
    let table = |report: &Report<'_>| text(Format::Table, report);
    assert_snapshot!(table(&report), @r"
    Read 0 files
    No Terraform file was found, so nothing was audited. Exit code 0
    ");
    report.files = 124;
    assert_snapshot!(table(&report), @r"
    Read 124 files
    No secret lands on a disk in 124 files. Exit code 0
    ");
    report.gaps = ground.report().gaps;
    report.exit_code = ExitCode::Partial;
    assert_snapshot!(table(&report), @r"
    Could not be read, and a finding could hide there:
      the module's source is not in the tree
        main.tf:6 module.queue

    Read 124 files, 1 gap (1 could hide a finding)
    Audited in part: no finding in 124 files, but 1 gap could hide one. Exit code 3
    ");
    assert_snapshot!(text(Format::Markdown, &report), @r"
    ## secretrail

    **Audited in part: no finding in 124 files, but 1 gap could hide one. Exit code 3**

    ### Not read

    - `main.tf:6` `module.queue`: the module's source is not in the tree (a finding could hide here)
    ");
    assert_snapshot!(text(Format::Github, &ground.empty()), @r"
    ::notice title=secretrail::No Terraform file was found, so nothing was audited. Exit code 0
    ");
}

#[test]
fn the_verdict_counts_what_is_on_a_disk() {
    let ground = Ground::new();
    let mut report = ground.report();
    report.gaps.clear();
    let verdict = |report: &Report<'_>| text(Format::Table, report).lines().last().unwrap().to_owned();
    let mut other = ground.finding();
    other.severity = Severity::High;
    report.findings = vec![ground.finding(), other.clone(), ground.finding()];
    assert_eq!(verdict(&report), "3 secrets land on disk: 2 critical, 1 high. Exit code 1");
    other.sink = None;
    report.findings = vec![ground.finding(), other.clone()];
    assert_eq!(verdict(&report), "2 findings, 1 of them on a disk: 1 critical, 1 high. Exit code 1");
    report.findings = vec![other];
    assert_eq!(verdict(&report), "1 finding: 1 high. Exit code 1");
    report.exit_code = ExitCode::Interrupted;
    assert_eq!(verdict(&report), "Stopped before the end: 1 finding in 2 files so far. Exit code 130");
}

#[test]
fn the_worst_finding_stands_next_to_the_summary() {
    let ground = Ground::new();
    let mut report = ground.report();
    let mut low = ground.finding();
    low.severity = Severity::Low;
    low.message = "low one".into();
    report.findings = vec![ground.finding(), low];
    let table = text(Format::Table, &report);
    assert!(table.find("low one") < table.find("critical[secret"), "{table}");
    let json: Value = serde_json::from_str(&text(Format::Json, &report)).unwrap();
    assert_eq!(json["findings"][0]["severity"], "critical", "programs get the worst first");
}

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

fn hostile_report(ground: &Ground) -> Report<'_> {
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
    assert!(text(Format::Table, &report).contains("(no name):1:1"));
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
        assert!(table.contains("SECRET=x"), "{table}");
    }
}

#[test]
fn a_long_way_is_folded_in_the_middle() {
    let ground = Ground::new();
    let mut report = ground.report();
    let hop = report.findings[0].related[1].clone();
    report.findings[0].related.extend(vec![hop; 30]);
    let table = text(Format::Table, &report);
    assert!(table.contains("25 more places on the way"), "{table}");
    assert!(table.contains("1 the secret starts here") && table.contains("33 written to"), "{table}");
    report.style.full = true;
    assert!(text(Format::Table, &report).contains("17 passed to template variable"));
}

#[test]
fn the_primary_place_is_told_once() {
    let ground = Ground::new();
    let mut report = ground.report();
    let at = report.findings[0].at.clone();
    report.findings[0].related.push(Related { at, role: Role::Sink, message: "appended by `echo`".into() });
    let table = text(Format::Table, &report);
    assert_eq!(table.matches("scripts/user_data.sh:3:1").count(), 1, "{table}");
    assert!(table.contains("^ 3 appended by `echo`"), "{table}");
}

#[test]
fn only_the_table_knows_the_time() {
    let ground = Ground::new();
    let mut report = ground.report();
    for format in [Format::Json, Format::Sarif, Format::Markdown, Format::Github] {
        report.elapsed = Some(Duration::from_secs(1));
        let first = text(format, &report);
        report.elapsed = Some(Duration::from_secs(77));
        report.findings.reverse();
        assert_eq!(first, text(format, &report), "{format}");
    }
}

#[test]
fn formats_have_words() {
    for format in Format::ALL {
        assert_eq!(Format::from_word(format.word()), Some(*format));
    }
    assert_eq!(Format::from_word("xml"), None);
    assert_eq!(format!("{:>8}", Format::Json), "    json");
}
