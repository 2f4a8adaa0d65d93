//! Correlations: what is read, what is met, and that the order of records changes nothing.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

/// A correlation over the rules `a` and `b` of the same file.
fn file(correlation: &str) -> String {
    let body: String = correlation.lines().map(|line| format!("  {line}\n")).collect();
    let base =
        |name: &str| format!("---\nname: {name}\n{}", around(&format!("s: {{kind: {name}}}\ncondition: s")));
    format!("title: Together\ncorrelation:\n{body}{}{}", base("a"), base("b"))
}

fn set(correlation: &str) -> RuleSet {
    let text = file(correlation);
    RuleSet::load(&[], vec![("test.yml".to_owned(), text)])
        .unwrap_or_else(|errors| panic!("{}", told(&errors)))
}

/// Time, kind, user, value.
type Event = (i64, &'static str, &'static str, u64);

fn fields(event: &Event) -> FieldMap {
    let (_, kind, user, value) = *event;
    let mut fields = FieldMap::default();
    fields.text("kind", kind);
    fields.text("user", user);
    fields.text("value", value.to_string());
    fields
}

/// Hits as texts.
fn hits(set: &RuleSet, events: &[(usize, Event)]) -> Vec<String> {
    let mut correlator = set.correlator::<usize>("test", "", "");
    let judge = set.judge("test", "", "");
    for (number, event) in events {
        let record = fields(event);
        judge.met_by(&record).iter().for_each(|rule| correlator.feed(rule, event.0, *number, &record));
    }
    let done = correlator.finish();
    assert_eq!(done.lost, 0);
    let hit = |hit: CorrelationHit<'_, usize>| {
        let group: Vec<String> = hit.group.iter().map(|(_, value)| value.clone()).collect();
        format!("{} {}-{} x{} {:?}", group.join(","), hit.first, hit.last, hit.count, hit.events)
    };
    done.hits.into_iter().map(hit).collect()
}

fn numbered(events: &[Event]) -> Vec<(usize, Event)> {
    events.iter().copied().enumerate().collect()
}

#[test]
fn so_many_records_in_a_window_are_one_hit() {
    let set = set("type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 10s\ncondition: {gte: 3}");
    let events =
        [(0, "a", "x", 0), (5, "a", "x", 0), (10, "a", "x", 0), (12, "a", "x", 0), (40, "a", "x", 0)];
    assert_eq!(hits(&set, &numbered(&events)), ["x 0-12 x4 [0, 1, 2, 3]"]);
    let apart = [(0, "a", "x", 0), (5, "a", "y", 0), (11, "a", "x", 0), (12, "b", "x", 0), (13, "a", "", 0)];
    assert!(hits(&set, &numbered(&apart)).is_empty());
}

#[test]
fn different_values_are_counted_and_not_records() {
    let set =
        set("type: value_count\nrules: a\ngroup-by: [user]\ntimespan: 1m\ncondition: {field: value, gt: 1}");
    let same = [(0, "a", "x", 1), (1, "a", "x", 1), (2, "a", "x", 1)];
    assert!(hits(&set, &numbered(&same)).is_empty());
    let other = [(0, "a", "x", 1), (60, "a", "x", 2), (121, "a", "x", 3)];
    assert_eq!(hits(&set, &numbered(&other)), ["x 0-60 x2 [0, 1]"]);
}

#[test]
fn all_rules_in_any_order_or_in_their_order() {
    let any = set("type: temporal\nrules: [a, b]\ngroup-by: [user]\ntimespan: 10s");
    let ordered = set("type: temporal_ordered\nrules: [a, b]\ngroup-by: [user]\ntimespan: 10s");
    let backwards = numbered(&[(0, "b", "x", 0), (10, "a", "x", 0), (11, "b", "y", 0)]);
    assert_eq!(hits(&any, &backwards), ["x 0-10 x2 [0, 1]"]);
    assert!(hits(&ordered, &backwards).is_empty());
    let forwards = numbered(&[(0, "a", "x", 0), (3, "a", "x", 0), (12, "b", "x", 0)]);
    assert_eq!(hits(&ordered, &forwards), ["x 3-12 x1 [1, 2]"]);
    let one_second = numbered(&[(7, "b", "x", 0), (7, "a", "x", 0)]);
    assert_eq!(hits(&ordered, &one_second), ["x 7-7 x1 [0, 1]"]);
}

#[test]
fn one_record_is_never_two_steps_and_steps_may_have_to_differ() {
    let same = set("type: temporal_ordered\nrules: [a, a]\ngroup-by: [user]\ntimespan: 10s");
    assert!(hits(&same, &numbered(&[(0, "a", "x", 0)])).is_empty());
    assert_eq!(hits(&same, &numbered(&[(0, "a", "x", 0), (4, "a", "x", 0)])), ["x 0-4 x1 [0, 1]"]);
    let differ =
        set("type: temporal_ordered\nrules: [a, b]\ngroup-by: [user]\ntimespan: 1m\ndiffer-by: value");
    let events = numbered(&[(0, "a", "x", 1), (1, "a", "x", 2), (2, "b", "x", 2)]);
    assert_eq!(hits(&differ, &events), ["x 0-2 x1 [0, 2]"]);
    let alike = numbered(&[(1, "a", "x", 2), (2, "b", "x", 2)]);
    assert!(hits(&differ, &alike).is_empty());
}

#[test]
fn conditions_that_can_end_look_at_one_window_after_another() {
    let set = set("type: event_count\nrules: [a, b]\ngroup-by: [user]\ntimespan: 10s\ncondition: {eq: 2}");
    let events =
        [(0, "a", "x", 0), (10, "b", "x", 0), (11, "a", "x", 0), (30, "a", "x", 0), (31, "a", "x", 0)];
    assert_eq!(hits(&set, &numbered(&events)), ["x 0-10 x2 [0, 1]", "x 30-31 x2 [3, 4]"]);
}

#[test]
fn an_alias_is_another_field_in_each_rule() {
    let set = set(
        "type: temporal\nrules: [a, b]\ngroup-by: [who]\ntimespan: 10s\naliases:\n  who:\n    a: user\n    b: value",
    );
    let events = numbered(&[(0, "a", "7", 0), (1, "b", "x", 7), (2, "b", "x", 8)]);
    assert_eq!(hits(&set, &events), ["7 0-1 x2 [0, 1]"]);
}

#[test]
fn its_own_rules_are_quiet_unless_it_says_otherwise() {
    let quiet = |more: &str| -> Vec<bool> {
        let set = set(&format!("type: temporal\nrules: [a]\ntimespan: 10s{more}"));
        set.iter().map(Rule::is_quiet).collect()
    };
    assert_eq!(quiet(""), [false, true, false]);
    assert_eq!(quiet("\ngenerate: true"), [false, false, false]);
    let own = around("s: {kind: c}\ncondition: s");
    let other = "title: x\ncorrelation: {type: temporal, rules: [c], timespan: 5m}".to_owned();
    let set = RuleSet::load(&[("c.yml", &own)], vec![("d.yml".to_owned(), other)]).unwrap();
    assert!(!set.get("c").unwrap().is_quiet());
    assert_eq!(set.get("d").unwrap().file().logsource.product.as_deref(), Some("test"));
}

#[test]
fn a_rule_is_called_by_name_id_file_or_title() {
    let base = format!(
        "id: 5b1d8f0e-3c52-4a1e-9d57-0d9b1f0c6a11\nname: short\n{}",
        around("s: {kind: c}\ncondition: s")
    );
    for (called, known) in [
        ("short", true),
        ("5b1d8f0e-3c52-4a1e-9d57-0d9b1f0c6a11", true),
        ("c", true),
        ("A test", true),
        ("test", false),
    ] {
        let other = format!("title: x\ncorrelation: {{type: temporal, rules: ['{called}'], timespan: 5m}}");
        let set = RuleSet::load(&[("c.yml", &base)], vec![("d.yml".to_owned(), other)]);
        assert_eq!(set.is_ok(), known, "{called}");
    }
}

#[test]
fn a_full_memory_is_told() {
    let set = set("type: event_count\nrules: [a]\ngroup-by: [value]\ntimespan: 10s\ncondition: {gte: 3}");
    let mut correlator = set.correlator::<u64>("test", "", "").with_most_weight(80);
    let rule = set.iter().find(|rule| rule.file().reference.as_deref() == Some("a")).unwrap();
    for number in 0..100 {
        correlator.feed(rule, 0, number, &fields(&(0, "a", "x", number)));
    }
    assert!(correlator.finish().lost > 0);
    let mut flood = set.correlator::<u64>("test", "", "").with_most_weight(500);
    for number in 0..10_000 {
        flood.feed(rule, 9_999 - number as i64, number, &fields(&(0, "a", "x", 1)));
    }
    let done = flood.finish();
    let told: Vec<(u64, i64, i64)> = done.hits.iter().map(|hit| (hit.count, hit.first, hit.last)).collect();
    assert_eq!(
        (done.lost, told),
        (0, vec![(10_000, 0, 9_999)]),
        "a burst needs no more memory than a small one"
    );
}

#[test]
fn mistakes_are_told_with_their_places() {
    let wrong = [
        "type: event_count",
        "type: value_sum\nrules: [a]\ntimespan: 5m\ncondition: {gte: 1}",
        "type: event_cuont\nrules: [a]\ntimespan: 5\ncondition: {gte: -1, atleast: 2}",
        "type: value_count\nrules: [a]\ntimespan: 9999d\ncondition: {gte: 2}\ngroupby: [x]",
        "type: temporal\nrules: [a, nobody]\ntimespan: 5m\ncondition: a and b",
        "type: temporal_ordered\nrules: [a, nobody]\ntimespan: 5m\ngenerate: perhaps",
        "type: temporal\nrules: [a, nobody]\ntimespan: 5m\naliases: {x: y}\ndiffer-by: z",
        "type: temporal\nrules: [a, nobody]\ntimespan: 5m",
    ];
    let mut all = String::new();
    for correlation in wrong {
        let set =
            RuleSet::load_usable(&[], vec![("t.yml".to_owned(), file(correlation))], &Placeholders::new());
        all.push_str(&told(set.unusable()));
        all.push('\n');
    }
    assert_snapshot!(all, @r"
    t.yml:3:3: the correlation has no `rules`: name those whose records it counts
    t.yml:3:3: the correlation has no `timespan`: `10m`, for example
    t.yml:3:3: the correlation has no `condition`: `gte: 10`, for example

    t.yml:3:9: correlations of type `value_sum` are not supported

    t.yml:3:9: the type `event_cuont` is none of event_count, value_count, temporal, temporal_ordered

    t.yml:5:13: a timespan is at least a second and at most 400 days
    t.yml:6:14: `value_count` needs the `field` whose values it counts
    t.yml:7:3: a correlation has no `groupby` (did you mean `group-by`?)

    t.yml:6:14: a condition in words is of the extended correlations, which are not supported

    t.yml:6:13: `generate` is `true` or `false`

    t.yml:6:16: the alias `x` is a map of rules and their fields
    t.yml:7:14: `differ-by` belongs to `temporal_ordered`

    t.yml:4:14: no rule has the name or id `nobody`
    ");
}

#[test]
fn a_correlation_explains_and_proves_itself() {
    let text = format!(
        "id: 5b1d8f0e-3c52-4a1e-9d57-0d9b1f0c6a11\nlevel: high\ndescription: Many.\nremediation: Look.\n{}",
        file("type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 10m\ncondition: {gte: 2}")
    );
    let text = text.replacen(
        "---",
        "message: '{correlation.count} by {user} in {correlation.seconds} s'\nexamples:\n  - name: two\n    records:\n      - {time: 0, kind: a, user: x}\n      - {time: 2026-01-01T00:00:00Z, kind: a, user: x}\n      - {time: 1767225601, kind: a, user: x}\n    matches: true\n  - name: one\n    records:\n      - {time: 5, kind: a, user: x}\n    matches: false\n---",
        1,
    );
    assert_eq!(
        check(&text)
            .iter()
            .map(ToString::to_string)
            .filter(|text| !text.starts_with("3"))
            .collect::<Vec<_>>(),
        [""; 0]
    );
    let wrong = text.replace("matches: false", "matches: true");
    assert!(check(&wrong).iter().any(|problem| problem.message.contains("`one` must meet")));
    let set = RuleSet::load(&[], vec![("t.yml".to_owned(), text)]).unwrap();
    assert_snapshot!(describe::explain(set.get("t").unwrap()), @r"
    t
    Together

    Level       high
    Looks at    test
    Looks for   at least 2 records of a within 10m, with the same user (event_count)
    Id          5b1d8f0e-3c52-4a1e-9d57-0d9b1f0c6a11

    What is wrong
      Many.

    How to fix it
      Look.

    Examples
      - two (found)
          at 0 s: kind: a, user: x
          at 1767225600 s: kind: a, user: x
          at 1767225601 s: kind: a, user: x
      - one (not found)
          at 5 s: kind: a, user: x
    ");
    let hit = CorrelationHit {
        rule: set.get("t").unwrap(),
        group: vec![("user".into(), "x".into())],
        first: 10,
        last: 15,
        count: 4,
        events: vec![0],
    };
    assert_eq!(hit.message(), "4 by x in 5 s");
}

#[test]
fn a_key_that_is_used_a_million_times_from_one_place_costs_little() {
    for correlation in [
        "type: value_count\nrules: [a]\ngroup-by: [user]\ntimespan: 1h\ncondition: {field: value, gte: 2}",
        "type: temporal_ordered\nrules: [a, b]\ngroup-by: [user]\ntimespan: 1h\ndiffer-by: value",
        "type: temporal\nrules: [a, b]\ngroup-by: [user]\ntimespan: 1h",
    ] {
        let set = set(correlation);
        let mut correlator = set.correlator::<u64>("test", "", "").with_most_weight(2_000);
        let base =
            |name: &str| set.iter().find(|rule| rule.file().reference.as_deref() == Some(name)).unwrap();
        for number in 0..40_000_u64 {
            let time = (number as i64 * 7_919) % 100_000;
            correlator.feed(base("a"), time, number, &fields(&(time, "a", "x", 1)));
        }
        correlator.feed(base("a"), 50_000, 70_000, &fields(&(50_000, "a", "x", 2)));
        correlator.feed(base("b"), 50_001, 70_001, &fields(&(50_001, "b", "x", 3)));
        let done = correlator.finish();
        assert_eq!((done.lost, done.hits.len()), (0, 1), "{correlation}");
    }
}

const CORRELATIONS: &[&str] = &[
    "type: value_count\nrules: [a, b]\ngroup-by: [user]\ntimespan: 40s\ncondition: {field: value, gte: 3}",
    "type: temporal\nrules: [a, b]\ngroup-by: [user]\ntimespan: 32s",
    "type: temporal_ordered\nrules: [a, b]\ngroup-by: [user]\ntimespan: 40s",
    "type: temporal_ordered\nrules: [a, b]\ngroup-by: [user]\ntimespan: 40s\ndiffer-by: value",
    "type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 10s\ncondition: {gte: 3}",
    "type: event_count\nrules: [a, b]\ngroup-by: [user]\ntimespan: 3s\ncondition: {gt: 1}",
    "type: value_count\nrules: [a, b]\ngroup-by: [user]\ntimespan: 8s\ncondition: {field: value, gte: 3}",
    "type: temporal\nrules: [a, b]\ngroup-by: [user]\ntimespan: 4s",
    "type: temporal_ordered\nrules: [a, b, a]\ngroup-by: [user]\ntimespan: 9s",
    "type: temporal_ordered\nrules: [a, b]\ngroup-by: [user]\ntimespan: 9s\ndiffer-by: value",
    "type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 6s\ncondition: {lt: 3}",
    "type: value_count\nrules: [a]\ntimespan: 6s\ncondition: {field: value, eq: 2}",
];

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event =
        (0i64..120, prop::sample::select(vec!["a", "a", "b"]), prop::sample::select(vec!["x", "y"]), 0u64..4);
    prop::collection::vec(event, 0..300)
}

/// What a window says, tried on every window of all records: `gte` of different values.
fn by_hand(
    events: &[Event],
    kinds: &[&str],
    user: &str,
    span: i64,
    least: usize,
    by_value: bool,
) -> Vec<(i64, i64)> {
    let mut own: Vec<(i64, u64)> = events
        .iter()
        .enumerate()
        .filter(|(_, event)| kinds.contains(&event.1) && event.2 == user)
        .map(|(number, event)| (event.0, if by_value { event.3 } else { number as u64 }))
        .collect();
    own.sort_unstable();
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for (start, _) in &own {
        let inside: Vec<&(i64, u64)> =
            own.iter().filter(|(time, _)| (*start..=*start + span).contains(time)).collect();
        let values: std::collections::BTreeSet<u64> = inside.iter().map(|(_, value)| *value).collect();
        if values.len() < least {
            continue;
        }
        let last = inside.iter().map(|(time, _)| *time).max().unwrap();
        match runs.last_mut() {
            Some(run) if *start <= run.1 => run.1 = run.1.max(last),
            _ => runs.push((*start, last)),
        }
    }
    runs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn the_order_of_records_changes_nothing(events in events(), seed in any::<u64>()) {
        let mut sorted = numbered(&events);
        sorted.sort_by_key(|(_, event)| event.0);
        let mut mixed = numbered(&events);
        // Any order: by a hash that the seed decides.
        mixed.sort_by_key(|(number, _)| (*number as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        for correlation in CORRELATIONS {
            let set = set(correlation);
            let expected = hits(&set, &sorted);
            prop_assert_eq!(&expected, &hits(&set, &mixed), "{}", correlation);
        }
    }

    #[test]
    fn windows_are_what_they_are_by_hand(events in events()) {
        let all = numbered(&events);
        let bounds = |correlation: &str, user: &str| -> Vec<(i64, i64)> {
            let mine = |text: &String| text.strip_prefix(user).and_then(|rest| {
                let (first, last) = rest.split_whitespace().next()?.split_once('-')?;
                Some((first.parse().ok()?, last.parse().ok()?))
            });
            hits(&set(correlation), &all).iter().filter_map(mine).collect()
        };
        for user in ["x", "y"] {
            let steps = |differ: bool| {
                let of = |kind: &str| events.iter().filter(move |event| event.1 == kind && event.2 == user).collect::<Vec<_>>();
                of("a").iter().any(|a| of("b").iter().any(|b| (0..=40).contains(&(b.0 - a.0)) && (!differ || a.3 != b.3)))
            };
            prop_assert_eq!(!bounds(CORRELATIONS[2], user).is_empty(), steps(false));
            prop_assert_eq!(!bounds(CORRELATIONS[3], user).is_empty(), steps(true));
            prop_assert_eq!(bounds(CORRELATIONS[4], user), by_hand(&events, &["a"], user, 10, 3, false));
            prop_assert_eq!(bounds(CORRELATIONS[5], user), by_hand(&events, &["a", "b"], user, 3, 2, false));
            prop_assert_eq!(bounds(CORRELATIONS[6], user), by_hand(&events, &["a", "b"], user, 8, 3, true));
            // Thinned: each stretch is found, at most shorter at its ends.
            let (found, whole) = (bounds(CORRELATIONS[0], user), by_hand(&events, &["a", "b"], user, 40, 3, true));
            let within = |one: &(i64, i64), other: &(i64, i64)| one.0 >= other.0 && one.1 <= other.1;
            prop_assert!(found.iter().all(|one| whole.iter().any(|other| within(one, other))));
            prop_assert!(whole.iter().all(|other| found.iter().any(|one| within(one, other))));
        }
    }
}
