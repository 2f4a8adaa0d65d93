//! What lies beyond a bound is told all the same: as a finding, or as a gap that could hide one.

use super::*;

/// Flows into files and gaps that could hide one.
fn told(files: &[(&str, String)]) -> (usize, Vec<String>) {
    let sources = Sources::default();
    let built = tree_of(files, &sources);
    let mut gaps = built.gaps;
    let mut flows = 0;
    for directory in built.facts.roots() {
        let (reading, _) = flows_of_root(&built.facts, &sources, directory);
        gaps.extend(reading.gaps);
        let is_file = |flow: &&Flow| flow.sink.kind == SinkKind::File;
        flows += reading.facts.flows.iter().filter(is_file).count();
    }
    (flows, gaps.into_iter().filter(|gap| gap.hides_findings).map(|gap| gap.reason).collect())
}

fn is_told(files: &[(&str, String)], case: &str) {
    let (flows, gaps) = told(files);
    assert!(flows > 0 || !gaps.is_empty(), "{case}: neither a finding nor a gap");
}

const SECRET: &str = "variable \"k\" {\n  sensitive = true\n}\n";

fn user_data(value: &str) -> String {
    format!("resource \"aws_instance\" \"x\" {{\n  user_data = {value}\n}}\n")
}

/// As many of a text as the numbers say, in one.
fn repeated(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

const COUNTS: [usize; 6] = [1, 31, 63, 64, 65, 1000];

#[test]
fn a_secret_behind_many_elements_is_found() {
    for count in COUNTS {
        let list = repeated(count, |n| format!("\"p{n}\", "));
        let map = repeated(count, |n| format!("  p{n} = {{ name = \"p{n}\", word = \"w\" }}\n"));
        let names = repeated(count, |n| format!("  p{n} = \"p{n}\"\n"));
        let script = "\"#!/bin/sh\\n%{ for x in local.l }echo ${x} >> /etc/k\\n%{ endfor }\"";
        let each = "\"#!/bin/sh\\necho ${each.value.word} > /etc/k\\n\"";
        let per_name = "\"#!/bin/sh\\n${join(\"\\n\", [for n, v in local.m : \"echo ${v} > /etc/k\"])}\\n\"";
        let index = "\"#!/bin/sh\\necho ${local.l[var.n]} > /etc/k\\n\"";
        let own = "variable \"n\" {}\n";
        for (what, text) in [
            ("a list", format!("locals {{\n  l = [{list}var.k]\n}}\n{}", user_data(script))),
            ("an index", format!("locals {{\n  l = [{list}var.k]\n}}\n{own}{}", user_data(index))),
            ("a map", format!("locals {{\n  m = {{\n{names}  z = var.k\n  }}\n}}\n{}", user_data(per_name))),
            (
                "for_each",
                format!(
                    "locals {{\n  m = {{\n{map}  z = {{ name = \"z\", word = var.k }}\n  }}\n}}\nresource \"aws_instance\" \"x\" {{\n  for_each  = local.m\n  user_data = {each}\n}}\n"
                ),
            ),
        ] {
            let (flows, gaps) = told(&[("main.tf", SECRET.to_owned() + &text)]);
            assert!(flows > 0 && gaps.is_empty(), "{what} of {count}: {flows} flows, {gaps:?}");
        }
    }
}

#[test]
fn a_member_that_is_no_secret_stays_none_among_many() {
    let map = repeated(100, |n| format!("  p{n} = {{ name = \"p{n}\", word = var.k }}\n"));
    let text = format!(
        "{SECRET}locals {{\n  m = {{\n{map}  }}\n}}\nresource \"aws_instance\" \"x\" {{\n  for_each  = local.m\n  user_data = \"#!/bin/sh\\necho ${{each.value.name}} > /etc/k\\n\"\n}}\n"
    );
    assert_eq!(told(&[("main.tf", text)]), (0, vec![]));
}

#[test]
fn a_secret_deep_in_a_value_is_found() {
    for depth in [1, 23, 24, 25, 60, 500] {
        let chain = repeated(depth, |n| format!("  l{} = [local.l{n}]\n", n + 1));
        let script = format!("\"#!/bin/sh\\necho ${{jsonencode(local.l{depth})}} > /etc/k\\n\"");
        let text = format!("{SECRET}locals {{\n  l0 = var.k\n{chain}}}\n{}", user_data(&script));
        is_told(&[("main.tf", text)], &format!("{depth} deep"));
    }
}

#[test]
fn every_file_that_fits_a_path_is_read_or_a_gap() {
    for count in [1, 7, 8, 12, 31, 32, 33, 100] {
        let mut files = vec![(
            "main.tf".to_owned(),
            format!(
                "{SECRET}variable \"which\" {{}}\n{}",
                user_data("templatefile(\"s/${var.which}.sh\", { k = var.k })")
            ),
        )];
        files.extend((0..count).map(|n| (format!("s/a{n}.sh"), "#!/bin/sh\necho hello\n".to_owned())));
        files.push(("s/z.sh".to_owned(), "#!/bin/sh\necho ${k} > /etc/k\n".to_owned()));
        let files: Vec<(&str, String)> =
            files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
        is_told(&files, &format!("{count} files"));
    }
}

#[test]
fn every_name_of_a_path_is_tried_or_a_gap() {
    for count in [1, 8, 12, 31, 32, 33, 100] {
        let names = repeated(count, |n| format!("\"a{n}\", "));
        let text = format!(
            "{SECRET}resource \"aws_instance\" \"x\" {{\n  for_each  = toset([{names}\"z\"])\n  user_data = templatefile(\"${{each.key}}.sh\", {{ k = var.k }})\n}}\n"
        );
        let mut files = vec![("main.tf".to_owned(), text)];
        files.extend((0..count).map(|n| (format!("a{n}.sh"), "#!/bin/sh\necho hello\n".to_owned())));
        files.push(("z.sh".to_owned(), "#!/bin/sh\necho ${k} > /etc/k\n".to_owned()));
        let files: Vec<(&str, String)> =
            files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
        is_told(&files, &format!("{count} names"));
    }
}

#[test]
fn a_script_behind_many_others_is_read() {
    for count in COUNTS {
        let scripts = repeated(count, |n| format!("\"#!/bin/sh\\necho {n}\\n\", "));
        for (before, after) in [("", ""), ("base64encode(", ")")] {
            let last = "\"#!/bin/sh\\necho ${var.k} > /etc/k\\n\"";
            let value = format!("{before}element([{scripts}{last}], var.n){after}");
            let text = format!("{SECRET}variable \"n\" {{}}\n{}", user_data(&value));
            let (flows, gaps) = told(&[("main.tf", text)]);
            assert!(flows > 0 && gaps.is_empty(), "{before} {count}: {flows}, {gaps:?}");
        }
    }
}

#[test]
fn a_program_in_a_language_that_is_not_read_is_a_gap() {
    for (first, said) in [
        ("#!/usr/bin/perl -w", "Perl"),
        ("#!/usr/bin/env ruby", "Ruby"),
        ("#!/usr/bin/env -S node", "Node.js"),
    ] {
        let program = |value: &str| user_data(&format!("\"{first}\\nwrite('/etc/k', '{value}')\\n\""));
        let (_, gaps) = told(&[("main.tf", SECRET.to_owned() + &program("${var.k}"))]);
        assert!(gaps.iter().any(|gap| gap.contains(said)), "{first}: {gaps:?}");
        let (_, gaps) = told(&[("main.tf", SECRET.to_owned() + &program("none"))]);
        assert_eq!(gaps, [""; 0], "{first}");
    }
    for first in ["#!/usr/bin/env python3", "#!/bin/bash"] {
        let (_, gaps) =
            told(&[("main.tf", SECRET.to_owned() + &user_data(&format!("\"{first}\\n# ${{var.k}}\\n\"")))]);
        assert_eq!(gaps, [""; 0], "{first}");
    }
}
