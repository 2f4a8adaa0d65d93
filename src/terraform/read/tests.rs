//! What Terraform accepts is read; what it does not costs one block.

use super::*;
use crate::terraform::ast::ExprKind;

fn read(text: &str) -> Reading<Body> {
    read_hcl(SourceId(0), text)
}

fn whole(text: &str) -> Body {
    let reading = read(text);
    assert_eq!(reading.gaps, [], "{text}");
    reading.facts
}

#[test]
fn a_byte_order_mark_is_no_error() {
    assert_eq!(whole("\u{feff}locals {\n  a = 1\n}\n").blocks.len(), 1);
}

#[test]
fn a_line_may_break_after_an_arrow_and_before_a_question_mark() {
    whole("locals {\n  a = { for k, v in var.m : k =>\n    v\n  }\n}\n");
    whole("locals {\n  a = (\n    var.x # why\n    ? 1\n    : 2\n  )\n}\n");
}

#[test]
fn a_heredoc_ends_at_its_marker_alone() {
    let body = whole("locals {\n  a = <<EOF\nEOF\"\nlast\nEOF\n}\n");
    let text = body.blocks[0].body.attributes[0].value.as_literal();
    assert_eq!(text.as_deref(), Some("EOF\"\nlast\n"));
}

#[test]
fn a_key_may_stand_twice() {
    whole("locals {\n  a = {\n    x = 1\n    x = 2\n  }\n}\n");
    whole("locals {\n  a = { \"x\" : 1, \"x\" : 2 }\n}\n");
}

#[test]
fn a_broken_block_costs_only_itself() {
    let reading = read("resource \"a\" \"b\" {\n  x = = 1\n}\n\nvariable \"v\" {\n  default = 1\n}\n");
    assert_eq!(reading.facts.blocks.len(), 1);
    assert_eq!(reading.gaps.len(), 1);
    assert_eq!(reading.gaps[0].name, "resource.a.b");
    assert!(reading.gaps[0].hides_findings);
}

#[test]
fn a_gap_does_not_quote_the_broken_line() {
    let reading = read("password = \"hunter2-canary\" oops\n");
    assert_eq!(reading.gaps.len(), 1);
    assert!(!format!("{:?}", reading.gaps).contains("canary"));
}

#[test]
fn heredocs_keep_the_place_of_every_line() {
    let text = "x = <<-EOT\n    one\n      ${var.two}\n    EOT\n";
    let body = whole(text);
    let ExprKind::Template(parts) = &body.attributes[0].value.kind else { panic!() };
    for part in parts.iter() {
        if let Part::Literal { text: literal, range, exact: true } = part {
            assert_eq!(text.get(range.start as usize..range.end as usize), Some(&**literal));
        }
    }
    assert!(matches!(&parts[0], Part::Literal { text, .. } if &**text == "one\n"));
}

#[test]
fn json_syntax_gives_the_same_blocks() {
    let text = r#"{"resource": {"aws_instance": {"web": {"user_data": "echo ${var.key}", "tags": {"a": 1}}}},
                  "variable": {"key": {"sensitive": true}}}"#;
    let reading = read_json(SourceId(0), text);
    assert_eq!(reading.gaps, []);
    let block = &reading.facts.blocks[0];
    assert_eq!(
        (&*block.kind.text, block.label(0), block.label(1)),
        ("resource", Some("aws_instance"), Some("web"))
    );
    let ExprKind::Template(parts) = &block.body.attributes[0].value.kind else { panic!() };
    assert!(matches!(&parts[1], Part::Interpolation(expr)
        if text.get(expr.range.start as usize..expr.range.end as usize) == Some("var.key")));
}

#[test]
fn a_broken_template_still_shows_its_interpolations() {
    let reading = read_template(SourceId(0), "a ${b} %{ if } ${c.d}\n");
    assert_eq!(reading.gaps.len(), 1);
    let found = reading.facts.iter().filter(|part| matches!(part, Part::Interpolation(_))).count();
    assert_eq!(found, 2);
}

#[test]
fn what_terraform_refuses_is_a_gap_and_is_understood() {
    for text in ["a = 1\na = 2\n", "a = \"one\ntwo\"\n", "a = 10.0.0.0/8\n"] {
        let reading = read(text);
        assert_eq!(reading.gaps.len(), 1, "{text}");
        assert!(!reading.facts.attributes.is_empty(), "{text}");
    }
}

#[test]
fn an_empty_heredoc_hides_nothing_after_it() {
    whole("locals {\n  a = <<EOT\n  EOT\n\n  b = (var.c ? <<-EOT\nn: 1\nEOT\n  : \"\")\n}\n");
}

/// What the terraform binary prints for the same file.
#[test]
fn a_tilde_takes_blanks_of_one_line() {
    let literals = |text: &str| -> Vec<String> {
        let parts = read_template(SourceId(0), text).facts;
        let literal = |part: &Part| match part {
            Part::Literal { text, .. } => Some(text.to_string()),
            _ => None,
        };
        parts.iter().filter_map(literal).collect()
    };
    assert_eq!(literals("q: ${1 ~}\n\n   z\n\n   ${~ 2}\n").concat(), "q: \n   z\n\n\n");
    assert_eq!(literals("a  \n${~ 1 ~} \n   z\n  \n${~ 2}\n").concat(), "a   z\n\n");
}

#[test]
fn interpolations_that_nest_cost_no_more_than_their_length() {
    let nested = |count: usize| "${".repeat(count) + &"}".repeat(count);
    let (short, long) = (loose_template(&nested(20_000)), loose_template(&nested(80_000)));
    assert!(short.steps > 0 && long.steps <= short.steps.max(1) * 5, "{} {}", short.steps, long.steps);
    assert!(long.is_cut);
    let reading = read_template(SourceId(0), &nested(80_000));
    assert!(reading.gaps.iter().any(|gap| gap.hides_findings));
    // Many that stand one after the other are all found.
    let many = "%{ bad \n".to_owned() + &"${a} ".repeat(100_000);
    let loose = loose_template(&many);
    let found = loose.parts.iter().filter(|part| matches!(part, Part::Interpolation(_))).count();
    assert_eq!((found, loose.is_cut), (100_000, false));
}

#[test]
fn what_follows_an_interpolation_without_an_end_is_found() {
    let loose = loose_template("echo \"${\" ${k} > /a\n");
    assert!(loose.parts.iter().any(|part| matches!(part, Part::Interpolation(_))));
}
