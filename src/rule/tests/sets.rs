//! Sets of rules: loading, choosing, messages.

use super::*;

fn file(name: &str, logsource: &str) -> (String, String) {
    let text = around("s:\n  a: x\ncondition: s").replace("product: test", logsource);
    (name.to_owned(), text)
}

#[test]
fn rules_are_chosen_by_what_they_judge() {
    let set = RuleSet::load(
        &[("terraform/b.yml", &file("", "product: secretrail\n  service: terraform\n  category: flow").1)],
        vec![file("a.yaml", "product: aws\n  service: cloudtrail"), file("dir\\c.yml", "product: AWS")],
    );
    let set = set.unwrap();
    let names = |product, service, category| -> Vec<String> {
        set.rules_for(product, service, category).map(|rule| rule.name().to_owned()).collect()
    };
    assert_eq!(names("aws", "cloudtrail", ""), ["a", "c"]);
    assert_eq!(names("aws", "vpcflow", ""), ["c"]);
    assert_eq!(names("secretrail", "terraform", "flow"), ["b"]);
    assert!(names("secretrail", "terraform", "output").is_empty());
    assert_eq!(set.iter().map(Rule::name).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(set.get("b").is_some() && set.get("d").is_none());
}

#[test]
fn a_folder_with_correlations_still_loads() {
    let correlation =
        "title: Many\ncorrelation:\n  type: value_avg\n  rules: [a]\n  timespan: 1m\n".to_owned();
    let set =
        RuleSet::load(&[], vec![file("a.yml", "product: aws"), ("b.yml".to_owned(), correlation)]).unwrap();
    assert_eq!(set.iter().count(), 1);
    assert_eq!(told(set.unusable()), "b.yml:3:9: correlations of type `value_avg` are not supported\n");
}

#[test]
fn broken_rules_and_names_that_stand_twice_are_errors() {
    let broken = ("b.yml".to_owned(), "title: x".to_owned());
    let extra = vec![file("x/a.yml", "product: aws"), broken, file("y/a.yml", "product: aws")];
    let errors = RuleSet::load(&[], extra.clone()).unwrap_err();
    insta::assert_snapshot!(told(&errors), @r"
    b.yml:1:1: the rule has no `logsource`: name the product and the service that it applies to
    b.yml:1:1: the rule has no `detection`: say what it looks for
    y/a.yml:1:1: a rule is already named `a`: rename this file
    ");
    let usable = RuleSet::load_usable(&[], extra, &Placeholders::new());
    assert_eq!((usable.iter().count(), usable.unusable().len()), (1, errors.len()));
}

#[test]
fn the_rules_that_the_program_brings_along_can_be_used() {
    let names: Vec<&str> = embedded().iter().map(|(name, _)| *name).collect();
    assert!(names.is_sorted());
    let set = RuleSet::load(embedded(), Vec::new()).unwrap_or_else(|errors| panic!("{}", told(&errors)));
    assert!(set.unusable().is_empty());
}

#[test]
fn messages_are_filled_from_the_record() {
    let message = |template: &str| {
        let text = format!("message: '{template}'\n{}", around("s:\n  a: x\ncondition: s"));
        parse("test.yml", &text).remove(0).unwrap_or_else(|errors| panic!("{}", told(&errors)))
    };
    let fields = record(
        r#"{"secret":{"name":"DB_PASSWORD"},"n":3,"big":1.5,"on":true,"list":["a",2,null],"no":null,"empty":""}"#,
    );
    let cases = [
        ("{secret.name} is written to {sink.path}", "DB_PASSWORD is written to unknown"),
        ("{n} {big} {on} {list} {no} {empty}", "3 1.5 true a, 2, unknown unknown unknown"),
        ("plain {{braces}} ä{ n }", "plain {braces} ä3"),
        ("{no|empty| n } {sink.path|no}", "3 unknown"),
        ("", ""),
    ];
    for (template, expected) in cases {
        assert_eq!(message(template).message(&fields), expected, "{template}");
    }
    assert_eq!(rule("s:\n  a: x\ncondition: s").message(&fields), "A test");
}

#[test]
fn severity_and_confidence_are_the_rule_s() {
    let text = format!("level: critical\nconfidence: low\n{}", around("s:\n  a: x\ncondition: s"));
    let rule = parse("test.yml", &text).remove(0).unwrap();
    assert_eq!((rule.severity(), rule.confidence()), (Severity::Critical, Some(Confidence::Low)));
}
