//! What every format must hold: the inline snapshots, and the rules behind them.

mod csv;
mod gate;
mod graph;
mod hostile;
mod html;

use insta::assert_snapshot;
use serde_json::Value;

use super::sample::{Ground, text};
use super::*;
use crate::finding::{Related, Role};

#[test]
fn a_finding_as_a_table() {
    let ground = Ground::new();
    assert_snapshot!(text(Format::Table, &ground.report()), @r#"
    critical[secret-written-to-disk]: ANTHROPIC_API_KEY is written to /opt/paperclip/.env and stays on the disk
     --> main.tf:1:1
      |
    1 | variable "anthropic_api_key" {
      | ---------------------------- 1 the secret originates here
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

    Could not be read, and could hide a finding:
      the module's source is not in the tree
        main.tf:6 module.queue

     rule                   | critical 
    ------------------------+----------
     secret-written-to-disk |        1 
    Read 2 files in 0.3 s, 1 gap (1 could hide a finding)
    1 finding is silenced: 1 by the settings
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
      │ ──────────────────────────── 1 the secret originates here
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
    Read 2 files in 0.3 s
    1 finding is silenced: 1 by the settings
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
              "message": "the secret originates here"
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
          "path": "main.tf",
          "line": 6,
          "name": "output.key",
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
        "silenced": {
          "inline": 0,
          "settings": 1,
          "tokens": 0,
          "baseline": 0,
          "history": 0
        },
        "less_sure_left_out": 0,
        "baseline_entries_gone": 0,
        "rules_off": [],
        "rules_off_findings": 0,
        "tokens_off": false,
        "files_excluded": 0,
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

    | Severity | Rule | Place | Secret | Destination |
    |---|---|---|---|---|
    | critical | `secret-written-to-disk` | `scripts/user_data.sh:3` | `ANTHROPIC_API_KEY` | `/opt/paperclip/.env` |

    <details><summary>critical: <code>secret-written-to-disk</code> at <code>scripts/user_data.sh:3</code></summary>

    ANTHROPIC_API_KEY is written to /opt/paperclip/.env and stays on the disk

    1. `main.tf:1` the secret originates here
    2. `main.tf:8` passed to template variable `anthropic_api_key`
    3. `scripts/user_data.sh:3` written to /opt/paperclip/.env

    **Fix:** Keep the key in SSM Parameter Store. Let the service read it when it starts, for example with `aws ssm get-parameter --with-decryption`, and hold it in memory only.

    Confidence: high. More: `secretrail rules explain secret-written-to-disk`

    </details>

    ### Not read

    - `main.tf:6` `module.queue`: the module's source is not in the tree (could hide a finding)

    1 finding is silenced: 1 by the settings.
    ");
}

#[test]
fn a_finding_as_workflow_commands() {
    let ground = Ground::new();
    assert_snapshot!(text(Format::Github, &ground.report()), @r"
    ::error file=scripts/user_data.sh,line=3,endLine=3,col=1,endColumn=69,title=secret-written-to-disk (critical)::ANTHROPIC_API_KEY is written to /opt/paperclip/.env and stays on the disk%0Amain.tf:1: the secret originates here%0Amain.tf:8: passed to template variable `anthropic_api_key`%0AFix: Keep the key in SSM Parameter Store. Let the service read it when it starts, for example with `aws ssm get-parameter --with-decryption`, and hold it in memory only.
    ::warning file=main.tf,line=6,endLine=6,col=1,endColumn=9,title=not audited%3A a finding could hide here::module.queue: the module's source is not in the tree
    ::notice title=secretrail::1 secret lands on disk: 1 critical. Audited in part: 1 gap could hide more. Exit code 1%0A1 finding is silenced: 1 by the settings
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
    No secret is written to a disk in 124 files. Exit code 0
    ");
    report.gaps = ground.report().gaps;
    report.exit_code = ExitCode::Partial;
    assert_snapshot!(table(&report), @r"
    Could not be read, and could hide a finding:
      the module's source is not in the tree
        main.tf:6 module.queue

    Read 124 files, 1 gap (1 could hide a finding)
    Audited in part: no finding in 124 files, but 1 gap could hide one. Exit code 3
    ");
    assert_snapshot!(text(Format::Markdown, &report), @r"
    ## secretrail

    **Audited in part: no finding in 124 files, but 1 gap could hide one. Exit code 3**

    ### Not read

    - `main.tf:6` `module.queue`: the module's source is not in the tree (could hide a finding)
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

#[test]
fn a_long_way_is_folded_in_the_middle() {
    let ground = Ground::new();
    let mut report = ground.report();
    let hop = report.findings[0].related[1].clone();
    report.findings[0].related.extend(vec![hop; 30]);
    let table = text(Format::Table, &report);
    assert!(table.contains("25 more steps"), "{table}");
    assert!(table.contains("1 the secret originates here") && table.contains("33 written to"), "{table}");
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

#[test]
fn renderers_take_every_string_from_the_one_place_that_redacts() {
    let renderers = [
        include_str!("table.rs"),
        include_str!("table/snippet.rs"),
        include_str!("table/summary.rs"),
        include_str!("json.rs"),
        include_str!("sarif.rs"),
        include_str!("markdown.rs"),
        include_str!("github.rs"),
        include_str!("gitlab.rs"),
        include_str!("junit.rs"),
        include_str!("baseline.rs"),
        include_str!("verdict.rs"),
    ];
    let raw = ["findings", "gaps", "rules", "silenced", "sources", "redactor", "tool_version"];
    for renderer in renderers {
        for field in raw {
            assert!(!renderer.contains(&format!("report.{field}")), "report.{field}");
        }
    }
}

#[test]
fn colours_are_asked_for() {
    let ground = Ground::new();
    let mut report = ground.report();
    assert!(!text(Format::Table, &report).contains('\u{1b}'));
    report.style.color = true;
    let table = text(Format::Table, &report);
    assert!(table.contains("\u{1b}[1m\u{1b}[91mcritical"), "{table:?}");
}
