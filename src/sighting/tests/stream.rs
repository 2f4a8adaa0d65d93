//! What must hold whatever the values and the files are.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::super::encode::{Encoding, forms};
use super::super::fingerprint::Unfit;
use super::*;

/// Reads a few bytes at once, never the same number twice.
struct Slow<'t>(Cursor<&'t [u8]>, usize);

impl Read for Slow<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.1 = self.1 % 13 + 1;
        let end = room.len().min(self.1);
        self.0.read(&mut room[..end])
    }
}

fn found(fingerprints: &Fingerprints, text: &[u8], piece: usize) -> Vec<Match> {
    let mut buffer = Buffer::of(fingerprints, piece);
    let mut look = |part: Part| {
        let start = usize::try_from(part.start(fingerprints)).unwrap().min(text.len());
        search(fingerprints, part, &mut Slow(Cursor::new(&text[start..]), piece), &mut buffer).unwrap()
    };
    let whole = look(Part::WHOLE).matches;
    let parts = joined(Part::split(text.len() as u64, piece as u64 * 3).into_iter().map(look)).matches;
    assert_eq!(parts, whole, "in parts, and as a whole");
    assert_eq!(search_text(fingerprints, text).matches, whole, "at once");
    whole
}

fn prints(value: &str) -> Fingerprints {
    let (fingerprints, unfit) = Fingerprints::new([value]);
    assert!(unfit.is_empty(), "{unfit:?}");
    fingerprints
}

/// A value as services make them, from 8 characters on.
fn value() -> impl Strategy<Value = String> {
    "[A-Z][a-z][0-9][!-~][A-Za-z0-9+/=_.-]{4,60}"
        .prop_filter("no placeholder", |value| Fingerprints::new([value.as_str()]).1.is_empty())
}

#[test]
fn every_form_is_found_at_every_place() {
    for value in ["aB3$xY7z", "FIXTURE-0001+abc/def=", "Zq9é\"'&<x>\\ y$`%1aB", "AKIAIOSFODNN7EXAMPLE"] {
        let fingerprints = prints(value);
        for form in forms(value) {
            for before in 0..9 {
                let text = [&vec![b'\n'; before][..], &form.bytes, b"\n and more"].concat();
                let hits = found(&fingerprints, &text, 8);
                assert_eq!(hits.len(), 1, "{:?} after {before}: {hits:?}", form.encoding);
                let (start, end) = (before as u64, (before + form.bytes.len()) as u64);
                assert_eq!((hits[0].start, hits[0].end), (start, end), "{:?}", form.encoding);
            }
        }
    }
}

#[test]
fn base64_in_lines_is_found_wherever_it_is_broken() {
    let value = "sk-fixture-Zq9xW8vT7uS6rQ5pO4nM3lK2jI1hG0fE-0001";
    let fingerprints = prints(value);
    for before in 0..120 {
        let whole = STANDARD.encode(format!("{}{value}{}", "x".repeat(before), "y".repeat(90)));
        for (width, end) in [(76, "\n"), (64, "\r\n"), (60, "\n    "), (60, "\\n")] {
            let lines: Vec<&str> =
                whole.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
            let hits = found(&fingerprints, lines.join(end).as_bytes(), 64);
            assert_eq!(hits.len(), 1, "{before} {width} {end:?}");
            assert_eq!(hits[0].encoding, Encoding::Base64);
        }
    }
}

#[test]
fn a_key_of_many_lines_is_found_however_they_end() {
    let lines: Vec<String> = (0..20_u64).map(|n| STANDARD.encode(format!("{:048}", n * 7_919_717))).collect();
    let value = format!("-----BEGIN FIXTURE-----\n{}\n-----END FIXTURE-----\n", lines.join("\n"));
    let fingerprints = prints(&value);
    for end in ["\n", "\r\n", "\n      ", "\\n"] {
        let text = format!("key: |\n  {}\nnext: 1\n", value.trim().replace('\n', end));
        let hits = found(&fingerprints, text.as_bytes(), 100);
        assert_eq!(hits.len(), 1, "{end:?}");
    }
    assert!(found(&fingerprints, lines.join("\n").as_bytes(), 100).is_empty(), "a part is not the whole");
}

#[test]
fn what_stands_in_files_by_chance_is_not_looked_for() {
    let values =
        ["", "short", "password", "password123", "xxxxxxxxxxxx", "changeme", "abababababab", "${TOKEN}"];
    let (fingerprints, unfit) = Fingerprints::new(values);
    assert!(fingerprints.is_empty());
    assert_eq!(unfit.len(), values.len());
    assert_eq!((unfit[1], unfit[2]), ((1, Unfit::Short), (2, Unfit::Common)));
}

#[test]
fn one_value_inside_of_another_is_told_of_both_and_of_one_once() {
    let (fingerprints, _) = Fingerprints::new(["Pw-Fixture-1", "db://u:Pw-Fixture-1@h/x"]);
    let hits = found(&fingerprints, b"db://u:Pw-Fixture-1@h/x", 8);
    assert_eq!(hits.iter().map(|hit| hit.value).collect::<Vec<_>>(), [1, 0]);
    let (fingerprints, _) = Fingerprints::new(["abcXabcXabcX"]);
    assert_eq!(found(&fingerprints, b"abcXabcXabcXabcXabcX", 8).len(), 1);
}

#[test]
fn debug_tells_no_value() {
    let text = format!("{:?}", prints("FIXTURE-0001-abc"));
    assert!(!text.contains("FIXTURE"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn pieces_make_no_difference(
        value in value(),
        noise in proptest::collection::vec(any::<u8>(), 0..300),
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6),
        piece in 1_usize..200,
    ) {
        let fingerprints = prints(&value);
        let all = forms(&value);
        let mut text = noise.clone();
        for (form, place) in &places {
            let at = place.index(text.len() + 1);
            let form: &[u8] = &all[form.index(all.len())].bytes;
            text.splice(at..at, form.iter().copied());
        }
        let whole = found(&fingerprints, &text, 1 << 16);
        prop_assert!(!whole.is_empty());
        prop_assert_eq!(found(&fingerprints, &text, piece), whole);
    }

    #[test]
    fn each_planted_form_is_found(
        value in value(),
        fill in proptest::collection::vec(any::<u8>(), 0..40),
        piece in 1_usize..64,
    ) {
        let fingerprints = prints(&value);
        let mut text = Vec::new();
        let mut planted = Vec::new();
        for form in forms(&value) {
            text.extend(&fill);
            // What stands beside it must not belong to it.
            text.push(b'|');
            planted.push((text.len() as u64, (text.len() + form.bytes.len()) as u64));
            text.extend(form.bytes.iter());
            text.push(b'|');
        }
        let hits = found(&fingerprints, &text, piece);
        let places: Vec<(u64, u64)> = hits.iter().map(|hit| (hit.start, hit.end)).collect();
        prop_assert_eq!(places, planted);
    }

    #[test]
    fn random_bytes_hold_nothing(value in value(), text in proptest::collection::vec(any::<u8>(), 0..4000)) {
        prop_assert!(found(&prints(&value), &text, 512).is_empty());
    }

    #[test]
    fn nearly_the_value_is_not_the_value(value in value(), at in any::<prop::sample::Index>(), bit in 0_u8..7) {
        let fingerprints = prints(&value);
        let mut text = value.clone().into_bytes();
        let at = at.index(text.len());
        text[at] ^= 1 << bit;
        prop_assert!(found(&fingerprints, &text, 64).is_empty());
    }
}
