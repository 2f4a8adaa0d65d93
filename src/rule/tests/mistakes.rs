//! Mistakes are told with their place and what to do.

use insta::assert_snapshot;

use super::*;

/// All mistakes of searches and conditions, one detection each.
fn of_detections(detections: &[&str]) -> String {
    detections.iter().map(|detection| refused(&around(detection))).collect()
}

#[test]
fn of_modifiers() {
    assert_snapshot!(of_detections(&[
        "s:\n  field|containz: x\ncondition: s",
        "s:\n  field|contains|contains: x\ncondition: s",
        "s:\n  field|re|contains: x\ncondition: s",
        "s:\n  field|startswith|endswith: x\ncondition: s",
        "s:\n  field|i: x\ncondition: s",
        "s:\n  field|contains|base64: x\ncondition: s",
        "s:\n  field|base64|expand: x\ncondition: s",
        "s:\n  field|exists|all: [true]\ncondition: s",
        "s:\n  field|lt|cased: 1\ncondition: s",
        "s:\n  field|cidr|contains: 10.0.0.0/8\ncondition: s",
        "s:\n  field|fieldref|re: x\ncondition: s",
        "s:\n  field|: x\ncondition: s",
        "s:\n  field|hour|contains: 1\ncondition: s",
        "s:\n  field|gt|neq: 1\ncondition: s",
        "s:\n  field|utf8: x\ncondition: s",
    ]), @r"
    test.yml:6:11: unknown modifier `containz` (did you mean `contains`?)
    test.yml:6:20: `contains` is given twice
    test.yml:6:14: `contains` cannot be combined with `re`
    test.yml:6:22: `endswith` cannot be combined with `startswith`
    test.yml:6:11: `i` belongs to regular expressions: write it after `re`
    test.yml:6:20: `base64` must come before `contains`
    test.yml:6:18: `expand` must come before `base64`
    test.yml:6:18: `all` cannot be combined with `exists`
    test.yml:6:14: `cased` cannot be combined with `lt`
    test.yml:6:16: `contains` cannot be combined with `cidr`
    test.yml:6:20: `re` cannot be combined with `fieldref`
    test.yml:6:11: a modifier is missing after `|`
    test.yml:6:16: `contains` cannot be combined with `hour`
    test.yml:6:14: `neq` cannot be combined with `gt`
    test.yml:6:11: unknown modifier `utf8` (did you mean `utf16`?)
    ");
}

#[test]
fn of_values() {
    assert_snapshot!(of_detections(&[
        "s:\n  a|lt: '5'\ncondition: s",
        "s:\n  a|exists: 'yes'\ncondition: s",
        "s:\n  a|contains: ''\ncondition: s",
        "s:\n  a|contains: null\ncondition: s",
        "s:\n  a|contains: true\ncondition: s",
        "s:\n  a|cidr: 10.0.0.0/33\ncondition: s",
        "s:\n  a|cidr: [10.0.0.0/8, home]\ncondition: s",
        "s:\n  a|re: '(?<=x)y'\ncondition: s",
        "s:\n  a|re: '('\ncondition: s",
        "s:\n  a|re: 'x{1000}{1000}'\ncondition: s",
        "s:\n  a|base64: 'x*'\ncondition: s",
        "s:\n  a|utf16: x\ncondition: s",
        "s:\n  a|base64offset: ''\ncondition: s",
        "s:\n  a: {b: c}\ncondition: s",
        "s:\n  a: [[b]]\ncondition: s",
        "s:\n  a: []\ncondition: s",
        "s: []\ncondition: s",
        "s: {}\ncondition: s",
        "s:\ncondition: s",
        "s:\n  '': x\ncondition: s",
        "s:\n  '|cidr': 10.0.0.0/8\ncondition: s",
        "s:\n  - ''\ncondition: s",
        "s:\n  a|hour: noon\ncondition: s",
        "s:\n  a: !!int x\ncondition: s",
    ]), @r"
    test.yml:6:11: expected a number without quotes, found `5`
    test.yml:6:15: `exists` needs `true` or `false` as its value
    test.yml:6:17: an empty text is part of every text: write what to look for
    test.yml:6:17: expected a text, found nothing (an empty text is written `''`)
    test.yml:6:17: expected a text: write 'true' with quotes
    test.yml:6:13: `10.0.0.0/33` is not a network such as 10.0.0.0/8 or fd00::/8
    test.yml:6:26: `home` is not a network such as 10.0.0.0/8 or fd00::/8
    test.yml:6:11: this regular expression cannot be read: look-around, including look-ahead and look-behind, is not supported
    test.yml:6:11: this regular expression cannot be read: unclosed group
    test.yml:6:11: this regular expression is too large: simplify it
    test.yml:6:15: an encoded value cannot have wildcards: write `\*` for a star
    test.yml:6:14: UTF-16 that is not plain ASCII needs `base64` or `base64offset` after it
    test.yml:6:21: this value is too short for `base64offset`
    test.yml:6:8: a value cannot be a map: name nested fields with dots (`outer.inner`)
    test.yml:6:9: a value cannot be a list inside a list
    test.yml:6:8: `a` has no values
    test.yml:5:6: the search `s` is empty
    test.yml:5:6: the search `s` is empty
    test.yml:5:4: the search `s` is empty
    test.yml:6:5: a field needs a name
    test.yml:6:5: this modifier needs a field before it
    test.yml:6:7: an empty text is part of every text: write what to look for
    test.yml:6:13: expected a number without quotes, found `noon`
    test.yml:6:8: `x` does not fit its YAML tag
    ");
}

#[test]
fn of_conditions() {
    let searches = "selection:\n  a: x\nfilter_1:\n  b: x";
    let conditions = [
        "selektion",
        "selection and",
        "selection filter_1",
        "(selection",
        "selection)",
        "not",
        "''",
        "1 of filter*s",
        "3 of them",
        "0 of them",
        "x of them",
        "1 of",
        "selection*",
        "and selection",
        "selection | count() > 5",
        "selection and (filter_1 or nothing)",
        "[]",
        "{a: b}",
        "[selection, x]",
        "selection and\n    nothing",
    ];
    let all: Vec<String> = conditions.iter().map(|c| format!("{searches}\ncondition: {c}")).collect();
    assert_snapshot!(of_detections(&all.iter().map(String::as_str).collect::<Vec<_>>()), @r"
    test.yml:9:14: no search is named `selektion` (did you mean `selection`?)
    test.yml:9:27: the name of a search is missing here
    test.yml:9:24: expected `and`, `or` or the end, found `filter_1`
    test.yml:9:24: a `)` is missing here
    test.yml:9:23: this `)` has no `(` before it
    test.yml:9:17: the name of a search is missing here
    test.yml:9:15: the name of a search is missing here
    test.yml:9:19: no search is named like `filter*s`
    test.yml:9:19: only 2 searches are meant by `them`
    test.yml:9:14: expected a number from 1 or `all` before `of`, found `0`
    test.yml:9:14: expected a number from 1 or `all` before `of`, found `x`
    test.yml:9:18: `of` needs `them` or a pattern such as `selection*` after it
    test.yml:9:14: `selection*` needs `1 of` or `all of` before it
    test.yml:9:14: expected the name of a search, found `and`
    test.yml:9:24: aggregations after `|` are not part of Sigma 2: write a correlation rule
    test.yml:9:41: no search is named `nothing`
    test.yml:9:14: the list of conditions is empty
    test.yml:9:14: a condition is a text, found a map
    test.yml:9:26: no search is named `x`
    test.yml:9:14: no search is named `nothing`
    ");
}

#[test]
fn of_files() {
    let files = [
        "",
        "- a list",
        "title: x",
        "title: x\nlogsource:\n  product: aws",
        "title: x\nlogsource: {}\ndetection:\n  s: {a: b}\n  condition: s",
        "title: x\nlogsource: {product: aws}\ndetection:\n  s: {a: b}",
        "title: x\nlogsource: {product: aws}\ndetection: []",
        "title: ''\nid: abc\nlevel: hihg\nconfidence: sure\ntags: {a: b}\nlogsource: {product: aws}\ndetection:\n  s: {a: b}\n  condition: s",
        "title: [x]\nmessage: 'a {b'\nlogsource: {product: aws}\ndetection:\n  s: {a: b}\n  condition: s",
        "title: x\ntitle: y",
        "title: x\n  y: z",
        "title: 'x",
        "a: [1, 2",
        "? [a]\n: b",
        "base: &b {a: 1}\ntitle:\n  <<: *b",
        "title: x\ncorrelation:\n  type: event_count",
        "title: x\nfilter:\n  rules: [a]",
        "action: global\ntitle: x",
    ];
    assert_snapshot!(files.iter().map(|file| refused(file)).collect::<String>(), @r"
    test.yml:1:1: the file holds no rule
    test.yml:1:1: a rule is a map that starts with `title:`, found a list
    test.yml:1:1: the rule has no `logsource`: name the product and the service that it applies to
    test.yml:1:1: the rule has no `detection`: say what it looks for
    test.yml:1:1: the rule has no `detection`: say what it looks for
    test.yml:2:12: `logsource` needs a `product`, a `service` or a `category`
    test.yml:4:3: `detection` has no `condition`: say which searches must be met
    test.yml:3:12: `detection` needs searches and a `condition`, found a list
    test.yml:1:8: the rule has no `title`: name in one line what it finds
    test.yml:2:5: the id `abc` is not a UUID
    test.yml:3:8: the level `hihg` is none of informational, low, medium, high, critical
    test.yml:4:13: the confidence `sure` is none of low, medium, high
    test.yml:5:7: `tags` is a list of texts, found a map
    test.yml:1:8: `title` is a text, found a list
    test.yml:2:10: this message has a `{` without `}`: write `{{` for a plain brace
    test.yml:2:1: the key `title` is twice in this map: keep one
    test.yml:2:4: this is not YAML: mapping values are not allowed in this context
    test.yml:1:8: this is not YAML: while scanning a quoted scalar, found unexpected end of stream
    test.yml:2:1: this is not YAML: while parsing a flow sequence, expected ',' or ']'
    test.yml:1:3: a list or a map cannot be a key: write a name
    test.yml:3:3: merge keys (`<<`) are not part of YAML 1.2: write the entries out
    test.yml:3:3: the correlation has no `rules`: name those whose records it counts
    test.yml:3:3: the correlation has no `timespan`: `10m`, for example
    test.yml:3:3: the correlation has no `condition`: `gte: 10`, for example
    test.yml:2:1: Sigma filters are not supported yet: write the exception into the rule's condition
    test.yml:1:1: `action` is of Sigma 1 rule collections, which are not supported: write one rule a document
    ");
}

#[test]
fn all_mistakes_of_a_rule_are_told_at_once() {
    assert_snapshot!(refused(&around("s:\n  a|lt: x\n  b|foo: y\nt:\n  c|cidr: z\ncondition: s and u")), @r"
    test.yml:6:11: expected a number without quotes, found `x`
    test.yml:7:7: unknown modifier `foo`
    test.yml:9:13: `z` is not a network such as 10.0.0.0/8 or fd00::/8
    test.yml:10:20: no search is named `u`
    ");
}

#[test]
fn a_broken_document_does_not_take_its_neighbours_along() {
    let good = around("s:\n  a: x\ncondition: s");
    let text = format!("{good}---\ntitle: x\n---\n{good}---\ncorrelation: {{}}\n---\na: [");
    let rules = parse("rules/many.yml", &text);
    let names: Vec<&str> = rules.iter().flatten().map(Rule::name).collect();
    assert_eq!(names, ["many", "many-3"]);
    assert_snapshot!(rules.into_iter().filter_map(Result::err).map(|errors| told(&errors)).collect::<String>(), @r"
    rules/many.yml:9:1: the rule has no `logsource`: name the product and the service that it applies to
    rules/many.yml:9:1: the rule has no `detection`: say what it looks for
    rules/many.yml:19:1: the rule has no `title`: name in one line what it finds
    rules/many.yml:19:14: the correlation has no `type`: `event_count`, for example
    rules/many.yml:22:1: this is not YAML: while parsing a node, did not find expected node content
    ");
}
