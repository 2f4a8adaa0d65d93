//! Nothing of a value gets through, whatever the pieces.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::{Hidden, Mask, Stream, TELLING};

const KEY: &str = "sk-fake/api03+0123 \"quoted\" \\back";
const SHOWN: &str = "[secretrail: KEY]";

fn mask(values: &[(&str, &str)]) -> Mask {
    let hidden = |(name, value): &(&str, &str)| Hidden {
        name: (*name).to_owned(),
        value: Zeroizing::new(value.as_bytes().to_vec()),
    };
    Mask::new(&values.iter().map(hidden).collect::<Vec<_>>()).expect("a mask")
}

fn masked(values: &[(&str, &str)], text: &str) -> String {
    String::from_utf8(mask(values).text(text.as_bytes())).expect("text")
}

/// In pieces of these lengths, with a pause after each where that is asked.
fn in_pieces(mask: &Mask, text: &[u8], lengths: &[usize], pauses: bool) -> Vec<u8> {
    let (mut stream, mut out, mut rest) = (Stream::new(mask), Vec::new(), text);
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at((*length).clamp(1, rest.len()));
        stream.push(piece, &mut out);
        if pauses {
            stream.pause(&mut out);
            assert!(!stream.is_holding());
        }
        rest = after;
    }
    stream.end(&mut out);
    out
}

#[test]
fn all_forms_are_masked() {
    let hex: String = KEY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let wide: Vec<u8> = KEY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let forms = [
        KEY.to_owned(),
        hex.to_uppercase(),
        hex,
        STANDARD.encode(KEY),
        URL_SAFE.encode(KEY),
        STANDARD.encode(format!("{KEY}\n")),
        STANDARD.encode(wide),
        serde_json::to_string(KEY).expect("JSON").trim_matches('"').to_owned(),
        KEY.replace('/', "\\/").replace('"', "\\\"").replace("\\b", "\\\\b"),
        "sk-fake%2Fapi03%2B0123%20%22quoted%22%20%5Cback".to_owned(),
        "sk-fake%2fapi03%2b0123%20%22quoted%22%20%5cback".to_owned(),
        KEY.bytes().map(|byte| format!("%{byte:02X}")).collect(),
    ];
    for form in forms {
        let told = masked(&[("KEY", KEY)], &format!("a {form} z"));
        let left = told.replace(SHOWN, "").replace(['=', '"'], "");
        // Letters of base64 that depend on what follows.
        assert!(told.contains(SHOWN) && left.len() <= "a  z".len() + 3, "{form}: {told}");
    }
}

#[test]
fn base64_inside_of_a_longer_text_is_masked_at_any_alignment() {
    for before in ["", "x", "xy", "user:"] {
        let text = STANDARD.encode(format!("{before}{KEY}:after"));
        assert!(masked(&[("KEY", KEY)], &text).contains(SHOWN), "{before}");
    }
}

#[test]
fn base64_in_lines_is_masked() {
    let long = "0123456789abcdefghijklmnopqrstuvwxyz".repeat(4);
    let text = STANDARD.encode(&long);
    let lines: Vec<&str> = [0, 76, 152].map(|at| &text[at..text.len().min(at + 76)]).to_vec();
    let told = masked(&[("KEY", &long)], &lines.join("\n"));
    assert!(!lines.iter().any(|line| told.contains(line)), "{told}");
}

#[test]
fn a_key_of_many_lines_is_masked_also_on_a_terminal_and_line_by_line() {
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----\n";
    assert_eq!(masked(&[("KEY", pem)], pem), SHOWN);
    assert_eq!(masked(&[("KEY", pem)], &pem.replace('\n', "\r\n")), SHOWN.to_owned());
    let told = masked(&[("KEY", pem)], "1: MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n");
    assert_eq!(told, format!("1: {SHOWN}\n"));
}

#[test]
fn values_that_overlap_are_masked_whole() {
    let values = [("A", "abcdefgh"), ("B", "efghijkl"), ("C", "cdefgh")];
    assert_eq!(masked(&values, "-abcdefghijkl-"), "-[secretrail: A]-");
    assert_eq!(masked(&values, "-abcdefghefghijkl-"), "-[secretrail: A][secretrail: B]-");
    assert_eq!(masked(&[("A", "aaaaaa")], &"a".repeat(1000)), "[secretrail: A]");
    // The longer of two that begin at one place.
    let told = masked(&[("A", "abcdef"), ("B", "abcdefgh")], "abcdefgh abcdefg.");
    assert_eq!(told, "[secretrail: B] [secretrail: A]g.");
}

#[test]
fn short_values_and_no_values_change_nothing() {
    assert_eq!(masked(&[("A", "12345"), ("B", "")], "12345"), "12345");
    assert_eq!(masked(&[], "text"), "text");
}

#[test]
fn only_what_could_be_a_value_is_held_back() {
    let mask = mask(&[("KEY", "sk-fake-0123456789")]);
    let (mut stream, mut out) = (Stream::new(&mask), Vec::new());
    stream.push(b"Continue? [y/N] ", &mut out);
    assert_eq!((out.as_slice(), stream.is_holding()), (b"Continue? [y/N] ".as_slice(), false));
    stream.push(b"sk", &mut out);
    assert!(stream.is_holding());
    stream.push(b"y", &mut out);
    assert_eq!((out.as_slice(), stream.is_holding()), (b"Continue? [y/N] sky".as_slice(), false));
}

#[test]
fn a_pause_lets_a_few_bytes_through_and_hides_what_tells_much() {
    let mask = mask(&[("KEY", "sk-fake-0123456789")]);
    let (mut stream, mut out) = (Stream::new(&mask), Vec::new());
    stream.push(b"sk-", &mut out);
    stream.pause(&mut out);
    assert_eq!(out, b"sk-");
    stream.push(b"fake-01", &mut out);
    stream.pause(&mut out);
    assert_eq!(out, b"sk-[secretrail: KEY]");
    stream.push(b"23456789 and so on", &mut out);
    assert_eq!(out, b"sk-[secretrail: KEY] and so on");
}

#[test]
fn no_form_of_a_mask_shows_a_value() {
    let mask = mask(&[("KEY", KEY)]);
    let hidden = Hidden { name: "KEY".into(), value: Zeroizing::new(KEY.into()) };
    assert!(!format!("{mask:?} {hidden:?}").contains("sk-fake"));
}

/// Texts of few letters, so that values stand in them, in parts, twice and one in the other.
fn texts(length: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof![Just('a'), Just('b'), Just('%'), Just('6')], length)
        .prop_map(|letters| letters.into_iter().collect())
}

proptest! {
    #[test]
    fn any_pieces_are_masked_alike(
        values in proptest::collection::vec(texts(6..14), 1..4),
        text in proptest::collection::vec(prop_oneof![texts(0..30), (0..4usize).prop_map(|at| format!("@{at}"))], 0..12),
        lengths in proptest::collection::vec(1..9usize, 1..6),
    ) {
        let named: Vec<(String, &String)> = values.iter().enumerate().map(|(at, one)| (format!("N{at}"), one)).collect();
        let mask = mask(&named.iter().map(|(name, one)| (name.as_str(), one.as_str())).collect::<Vec<_>>());
        let value = |at: &str| values[at.parse::<usize>().unwrap() % values.len()].clone();
        let text: String = text.iter().map(|part| part.strip_prefix('@').map_or(part.clone(), value)).collect();
        let whole = mask.text(text.as_bytes());
        prop_assert_eq!(&in_pieces(&mask, text.as_bytes(), &lengths, false), &whole);
        let shown = String::from_utf8(whole).unwrap();
        for value in &values {
            prop_assert!(!shown.contains(value.as_str()), "{} in {}", value, shown);
        }
    }

    #[test]
    fn pauses_show_less_than_what_tells(
        before in "[ -~]{0,12}", after in "[ -~]{0,12}",
        lengths in proptest::collection::vec(1..9usize, 1..6),
    ) {
        let value = "Zq7#kP2!mX9@vB4$";
        let mask = mask(&[("KEY", value)]);
        let text = format!("{before}{value}{after}");
        let shown = String::from_utf8(in_pieces(&mask, text.as_bytes(), &lengths, true)).unwrap();
        // No more than the first few bytes; none of the others.
        prop_assert!(!shown.contains(&value[..TELLING]), "{}", shown);
        prop_assert!(!shown.replace(before.as_str(), "").contains(&value[TELLING..]), "{}", shown);
    }
}
