//! The line of a place, redacted, cleaned, and cut around the place when it is long.

use super::shown::shown_source;
use crate::secret::redact::Redactor;
use crate::source::{Sources, Span};

/// Bytes on each side of a place that the redactor sees. A line may be a whole minified program, so it
/// can't see all; it must see far more than is shown, so that a secret is known although only its end
/// is in the part shown.
const SEEN_AROUND: usize = 64 * 1024;

/// One line of a document, as it may be shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The text: one line, cut with `…` where it was too long.
    pub text: String,
    /// Bytes of `text` that are the place; may be empty.
    pub place: std::ops::Range<usize>,
    /// Columns before the end of the place.
    pub columns: usize,
}

/// The first line of a place, cut to about `width` columns; `None` where there is no text to show.
pub(super) fn excerpt(sources: &Sources, redactor: &Redactor, span: Span, width: usize) -> Option<Excerpt> {
    let text = sources.text(span.source);
    let line = sources.line_span(span.source, sources.position(span).line);
    let start = floor(&text, span.start as usize).clamp(line.start as usize, line.end as usize);
    let end = floor(&text, span.end as usize).clamp(start, line.end as usize);
    let from = floor(&text, start.saturating_sub(SEEN_AROUND)).max(line.start as usize);
    let to = floor(&text, start.saturating_add(SEEN_AROUND)).min(line.end as usize).max(from);
    let letters: Vec<char> =
        shown_source(&redactor.excerpt(sources, Span::new(span.source, from, to))).chars().collect();
    if letters.is_empty() {
        return None;
    }
    let count = |from: usize, to: usize| text.get(from..to).map_or(0, |part| part.chars().count());
    let first = count(from, start).min(letters.len());
    let last = (first + count(start, end.min(to))).min(letters.len());
    let whole = from == line.start as usize && to == line.end as usize;
    Some(cut(&letters, first, last, if whole { Some(width) } else { None }, width))
}

/// Cuts `letters` to `width` columns around `first..last`. `fits` is the width in which no cut is
/// needed; `None` when the letters are a part of a line already.
fn cut(letters: &[char], first: usize, last: usize, fits: Option<usize>, width: usize) -> Excerpt {
    let (mut from, mut to) = (0, letters.len());
    if fits.is_none_or(|fits| columns(letters) > fits) {
        // A third before the place, the rest for the place and what follows.
        from = back(letters, first, width / 3);
        to = forth(letters, from, width);
        from = back(letters, to, width).min(first);
    }
    let part = |from: usize, to: usize| letters.get(from..to).unwrap_or_default();
    let bytes = |from: usize, to: usize| part(from, to).iter().map(|letter| letter.len_utf8()).sum::<usize>();
    let (first, last) = (first.clamp(from, to), last.clamp(from, to));
    let before = if from > 0 { "…" } else { "" };
    let after = if to < letters.len() || fits.is_none() { "…" } else { "" };
    let start = before.len() + bytes(from, first);
    let place = start..start + bytes(first, last);
    let text = format!("{before}{}{after}", part(from, to).iter().collect::<String>());
    Excerpt { text, place, columns: columns(part(from, last)) + 1 }
}

/// The index `columns` before `from`.
fn back(letters: &[char], from: usize, columns: usize) -> usize {
    let mut left = columns;
    let mut index = from.min(letters.len());
    while let Some(letter) = index.checked_sub(1).and_then(|before| letters.get(before)) {
        if wide(*letter) > left {
            break;
        }
        left -= wide(*letter);
        index -= 1;
    }
    index
}

/// The index `columns` after `from`.
fn forth(letters: &[char], from: usize, columns: usize) -> usize {
    let mut left = columns;
    let mut index = from;
    while let Some(letter) = letters.get(index) {
        if wide(*letter) > left {
            break;
        }
        left -= wide(*letter);
        index += 1;
    }
    index
}

fn columns(letters: &[char]) -> usize {
    letters.iter().map(|letter| wide(*letter)).sum()
}

/// Columns that a character takes: tabs are widened to four, and what lies after the Hangul Jamo is
/// taken as wide. Near enough for a cut.
fn wide(letter: char) -> usize {
    match letter {
        '\t' => 4,
        '\u{2000}'..='\u{2BFF}' | '\u{FFFD}' => 1,
        '\u{1100}'.. => 2,
        _ => 1,
    }
}

/// The nearest character boundary at or before a byte, inside of the text.
fn floor(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, start: usize, end: usize, width: usize) -> Option<(String, String)> {
        let sources = Sources::default();
        let id = sources.add_text("a", text);
        let made = excerpt(&sources, &Redactor::default(), Span::new(id, start, end), width)?;
        let place = made.text[made.place.clone()].to_owned();
        Some((made.text, place))
    }

    #[test]
    fn a_short_line_stays_whole() {
        assert_eq!(of("one\ntwo three\n", 8, 13, 40), Some(("two three".into(), "three".into())));
        assert_eq!(of("one\r\ntwo", 0, 8, 40), Some(("one".into(), "one".into())), "first line only");
        assert_eq!(of("é = ñ", 5, 7, 40), Some(("é = ñ".into(), "ñ".into())));
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}KEY{}", "a".repeat(1000), "b".repeat(1000));
        let (line, place) = of(&text, 1000, 1003, 30).unwrap();
        assert_eq!(line, format!("…{}KEY{}…", "a".repeat(10), "b".repeat(17)));
        assert_eq!(place, "KEY");
        let (line, place) = of(&text, 2000, 2003, 30).unwrap();
        assert_eq!((line.chars().count(), place.as_str()), (31, "bbb"));
        let (line, place) = of(&text, 0, 2003, 30).unwrap();
        assert_eq!((line, place), (format!("{}…", "a".repeat(30)), "a".repeat(30)));
    }

    #[test]
    fn a_line_of_many_megabytes_costs_no_more_than_its_part() {
        let text = format!("{}KEY{}", "é".repeat(1_000_000), "b".repeat(1_000_000));
        let (line, place) = of(&text, 2_000_000, 2_000_003, 60).unwrap();
        assert_eq!(place, "KEY");
        assert!(line.chars().count() <= 62, "{}", line.chars().count());
        assert!(line.starts_with('…') && line.ends_with('…'));
    }

    #[test]
    fn places_outside_of_the_text_do_no_harm() {
        assert_eq!(of("", 0, 0, 40), None);
        assert_eq!(of("abc", 50, 99, 40), Some(("abc".into(), String::new())));
        assert_eq!(of("é", 1, 1, 40), Some(("é".into(), String::new())), "inside of a character");
        assert_eq!(of("abc\n", 4, 9, 40), None, "after the last line end");
        assert!(of("abc", 2, 1, 40).is_some(), "backwards");
        for width in 0..5 {
            assert!(of(&"日本語テキスト".repeat(9), 21, 30, width).is_some());
        }
    }

    proptest::proptest! {
        #[test]
        fn the_place_is_always_inside_of_the_text(
            text in "(\\PC|[\\r\\n\\t日é\u{301}]){0,80}",
            start in 0usize..200,
            length in 0usize..200,
            width in 0usize..60,
        ) {
            let sources = Sources::default();
            let id = sources.add_text("a", text);
            let span = Span::new(id, start, start + length);
            if let Some(made) = excerpt(&sources, &Redactor::default(), span, width) {
                assert!(made.text.get(made.place.clone()).is_some(), "{made:?}");
                assert!(columns(&made.text.chars().collect::<Vec<_>>()) <= width.max(made.columns) + 4);
                assert!(!made.text.contains('\n'));
            }
        }
    }
}
