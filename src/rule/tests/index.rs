//! The index finds the same rules as trying all of them.

use proptest::prelude::*;

use super::*;

const DETECTIONS: &[&str] = &[
    "s: {name: GetParameter}\ncondition: s",
    "s: {name: [getparameter, PutParameter], source: ssm}\ncondition: s",
    "s: {name: GetParameter}\nf: {user: root}\ncondition: s and not f",
    "s: {name: GetParameter}\nt: {name: PutParameter}\ncondition: s or t",
    "s: {name: GetParameter}\nt: {user: root}\ncondition: s or t",
    "s: {name: a}\nt: {name: b}\nu: {name: GetParameter}\ncondition: 2 of them",
    "s: {name: a}\nt: {user: root}\ncondition: all of them",
    "s: [{name: a}, {name: b, user: root}]\ncondition: s",
    "s: [{name: a}, {user: root}]\ncondition: s",
    "s: [root, ssm]\ncondition: s",
    "s: {name|neq: a}\ncondition: s",
    "s: {name|contains: a}\ncondition: s",
    "s: {name|cased: GetParameter}\ncondition: s",
    "s: {name|all: [a, b]}\ncondition: s",
    "s: {name: ['a', 'b*']}\ncondition: s",
    "s: {name: 5}\ncondition: s",
    "s: {name: '5'}\ncondition: s",
    "s: {name: 'true'}\ncondition: s",
    "s: {name: null}\ncondition: s",
    "s: {name: ''}\ncondition: s",
    "s: {name: [null, a]}\ncondition: s",
    "s: {name: ÄB}\ncondition: s",
    "s: {source: ssm}\ncondition: not s",
    "s: {source: ssm}\nt: {name: a}\ncondition: not (s or not t)",
    "s: {source: ssm}\ncondition: [s, not s]",
];

fn value() -> impl Strategy<Value = Field<'static>> {
    let texts = [
        "GetParameter",
        "getparameter",
        "PutParameter",
        "a",
        "A",
        "b",
        "bc",
        "5",
        "true",
        "",
        "äb",
        "ÄB",
        "root",
        "ssm",
    ];
    let text = prop::sample::select(texts.to_vec()).prop_map(|text| Field::Text(Cow::Borrowed(text)));
    let leaf = prop_oneof![
        8 => text,
        1 => Just(Field::Number(5.0)),
        1 => any::<bool>().prop_map(Field::Bool),
        1 => Just(Field::Null),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Field::List))
}

fn records() -> impl Strategy<Value = FieldMap> {
    let field = (prop::sample::select(vec!["name", "source", "user"]), value());
    prop::collection::vec(field, 0..4).prop_map(|fields| {
        let mut record = FieldMap::default();
        fields.into_iter().for_each(|(name, value)| record.set(name, value));
        record
    })
}

fn set() -> RuleSet {
    let files = DETECTIONS.iter().enumerate();
    let files = files.map(|(number, detection)| (format!("r{number:02}.yml"), around(detection))).collect();
    RuleSet::load(&[], files).unwrap_or_else(|errors| panic!("{}", told(&errors)))
}

thread_local!(static SET: RuleSet = set());

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn the_index_changes_nothing(record in records()) {
        SET.with(|set| {
            let indexed: Vec<&str> = set.judge("test", "", "").met_by(&record).iter().map(|rule| rule.name()).collect();
            let tried: Vec<&str> =
                set.rules_for("test", "", "").filter(|rule| rule.matches(&record)).map(Rule::name).collect();
            prop_assert_eq!(indexed, tried);
            Ok(())
        })?;
    }
}

#[test]
fn eight_hundred_rules_are_not_eight_hundred_trials() {
    let named = (0..800).map(|number| {
        let detection = format!("s: {{name: Call{number}, source: s{}}}\ncondition: s", number % 40);
        (format!("r{number:03}.yml"), around(&detection))
    });
    let always = [("z.yml".to_owned(), around("s: {user|contains: oo}\ncondition: s"))];
    let set = RuleSet::load(&[], named.chain(always).collect()).unwrap();
    let judge = set.judge("test", "", "");
    assert_eq!(judge.len(), 801);
    let event = record(r#"{"name":"Call77","source":"s37","user":"root"}"#);
    assert_eq!(judge.possible(&event, &["name", "source"]).len(), 2);
    let met: Vec<&str> = judge.met_by(&event).into_iter().map(Rule::name).collect();
    assert_eq!(met, ["r077", "z"]);
}

#[test]
fn a_rule_is_tried_only_on_records_that_could_meet_it() {
    let of = |detection: &str| rule(detection).file().detection.clone();
    let detections = [
        of("s: {name: [a, b], source: ssm}\ncondition: s"),
        of("s: {name: c, source: ssm}\ncondition: s"),
        of("s: {name|contains: c}\ncondition: s"),
    ];
    let index = super::super::index::Index::new(detections.iter());
    assert_eq!(index.candidates(&record(r#"{"name":"B","source":"ssm"}"#)), [0, 2]);
    assert_eq!(index.candidates(&record(r#"{"name":"c"}"#)), [1, 2]);
    assert_eq!(index.candidates(&record(r#"{"source":"ssm"}"#)), [2]);
}
