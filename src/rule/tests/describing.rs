//! What users and authors are told about a rule.

use insta::assert_snapshot;

use super::*;

const WHOLE: &str = "\
title: A secret is written to a disk
id: 5b1d8f0e-3c52-4a1e-9d57-0d9b1f0c6a11
status: stable
description: |
  A start-up script writes a secret to a file. Who can read the disk, its snapshots or its backups can read the secret for as long as they exist.

  Common ways:
  - a redirection into an environment file that the service reads when it starts, long after the secret was rotated
  - a here-document
author: The team
references:
  - https://example.com/a-very-long-address-that-can-not-be-broken/because-users-copy-it/from-their-terminal/whole
tags: [attack.t1552.001]
logsource: {product: secretrail, service: terraform, category: flow}
detection:
  selection:
    sink.kind: file
    sink.durable: true
  condition: selection
falsepositives:
  - A file on a disk that is thrown away before anything else can be attached to it, which is rare and hard to prove.
level: high
message: '{secret.name} is written to {sink.path}'
remediation: Read the secret where it is needed, and hand it over through standard input.
examples:
  - name: a redirection
    script: |
      #!/bin/sh
      echo \"$TOKEN\" > /opt/app/.env # finding
  - name: a pipe
    record: {sink.kind: process, sink.durable: false}
    matches: false
";

#[test]
fn a_rule_is_listed_in_columns() {
    let rule = parse("terraform/secret-written-to-disk.yml", WHOLE).remove(0).unwrap();
    assert_snapshot!(describe::list_line(&rule), @"secret-written-to-disk                    high           A secret is written to a disk");
}

#[test]
fn a_rule_is_explained_whole() {
    let rule = parse("terraform/secret-written-to-disk.yml", WHOLE).remove(0).unwrap();
    let page = describe::explain(&rule);
    assert_snapshot!(page, @r#"
    secret-written-to-disk
    A secret is written to a disk

    Level       high
    Looks at    secretrail / terraform / flow
    Status      stable
    Author      The team
    Id          5b1d8f0e-3c52-4a1e-9d57-0d9b1f0c6a11
    Tags        attack.t1552.001

    What is wrong
      A start-up script writes a secret to a file. Who can read the disk, its snapshots or its backups
      can read the secret for as long as they exist.

      Common ways:
      - a redirection into an environment file that the service reads when it starts, long after the
        secret was rotated
      - a here-document

    How to fix it
      Read the secret where it is needed, and hand it over through standard input.

    What meets it without being wrong
      - A file on a disk that is thrown away before anything else can be attached to it, which is rare
        and hard to prove.

    References
      - https://example.com/a-very-long-address-that-can-not-be-broken/because-users-copy-it/from-their-terminal/whole

    Examples
      - a redirection (found)
          #!/bin/sh
          echo "$TOKEN" > /opt/app/.env # finding
      - a pipe (not found)
          sink.kind: process
          sink.durable: false
    "#);
    let too_long = page.lines().filter(|line| line.chars().count() > 100 && !line.contains("https://"));
    assert_eq!(too_long.count(), 0);
}

#[test]
fn a_whole_rule_has_no_problems() {
    assert_eq!(check(WHOLE), []);
}

#[test]
fn an_author_is_told_what_users_will_miss() {
    let text = around(
        "s:\n  a|all: [x]\n  b|all: [x, y]\n  c|all: ['*x', '*y']\nunused:\n  b: x\ntimeframe: 5m\ncondition: s",
    );
    let text = format!("tags: [Attack.T1552, nodots, 'a..b', cis.aws.7.0.2]\nstatus: stabel\n{text}");
    let problems: String = check(&text).iter().map(|problem| format!("{problem}\n")).collect();
    assert_snapshot!(problems, @r"
    1:1: warning: no example shows what the rule finds: add one with a line marked `# finding`
    1:1: warning: no example shows what the rule must leave alone: add one without a mark
    1:1: warning: the rule has no `description`: say what is wrong where it is met
    1:1: warning: the rule has no `id`: give it a UUID, so that other rules and tools can refer to it
    1:1: warning: the rule has no `level`: say how bad it is: informational, low, medium, high or critical
    1:1: warning: the rule has no `remediation`: say what to do where it is met
    1:8: warning: the tag `Attack.T1552` is not like `attack.t1552`: lower case words parted by dots
    1:22: warning: the tag `nodots` is not like `attack.t1552`: lower case words parted by dots
    1:30: warning: the tag `a..b` is not like `attack.t1552`: lower case words parted by dots
    2:9: warning: Sigma knows no status `stabel` (did you mean `stable`?)
    8:5: warning: `all` has no effect on one value: leave it out
    9:5: warning: only a list equals several values at once: is `contains` missing before `all`?
    11:3: warning: the search `unused` is not used by the condition
    13:3: warning: `timeframe` has no effect in a rule: it belongs to correlation rules
    ");
}

#[test]
fn an_author_is_told_all_mistakes() {
    let text = around("s:\n  a|foo: x\ncondition: t");
    let problems: String = check(&text).iter().map(|problem| format!("{problem}\n")).collect();
    assert_snapshot!(problems, @r"
    1:1: warning: the rule has no `description`: say what is wrong where it is met
    1:1: warning: the rule has no `id`: give it a UUID, so that other rules and tools can refer to it
    1:1: warning: the rule has no `level`: say how bad it is: informational, low, medium, high or critical
    1:1: warning: the rule has no `remediation`: say what to do where it is met
    6:7: error: unknown modifier `foo`
    7:14: error: no search is named `t`
    ");
}
