//! The commands of a line, as far as their words can be told apart without knowing the shell.

use std::ops::Range;

/// Commands inside of quotes inside of commands: deeper ones are not looked at.
const DEEPEST: usize = 3;
/// Commands of one line.
const MOST_COMMANDS: usize = 256;

/// One command of a line.
#[derive(Debug, Default)]
pub(super) struct Simple {
    /// Its words, without the quotes around them.
    pub(super) words: Vec<Range<usize>>,
    /// The words after `<<<`.
    pub(super) fed: Vec<Range<usize>>,
    /// Its output goes to the next command.
    pub(super) piped: bool,
}

/// The commands of a line, those in quotes after the one that holds them.
pub(super) fn commands(line: &str) -> Vec<Simple> {
    let mut all = Vec::new();
    read(line, 0..line.len(), DEEPEST, &mut all);
    all
}

fn read(line: &str, range: Range<usize>, depth: usize, all: &mut Vec<Simple>) {
    let bytes = line.as_bytes();
    let mut current = Simple::default();
    let mut inner = Vec::new();
    let mut is_fed = false;
    let mut at = range.start;
    while at < range.end && all.len() < MOST_COMMANDS {
        let byte = bytes.get(at).copied().unwrap_or_default();
        match byte {
            b'|' | b';' | b'&' | b'(' | b')' | b'`' => {
                let next = bytes.get(at + 1).copied();
                current.piped = byte == b'|' && next != Some(b'|');
                at += if matches!((byte, next), (b'|', Some(b'|' | b'&'))) { 2 } else { 1 };
                all.push(std::mem::take(&mut current));
                is_fed = false;
            }
            b'<' => {
                let marks = bytes.get(at..range.end).unwrap_or_default();
                let marks = marks.iter().take_while(|byte| **byte == b'<').count();
                is_fed = marks == 3;
                at += marks;
            }
            _ if byte.is_ascii_whitespace() => at += 1,
            _ => {
                let end = word_end(bytes, at, range.end);
                let word = unquoted(bytes, at..end);
                if line.get(word.clone()).is_some_and(|text| text.contains(' ')) && word != (at..end) {
                    inner.push(word.clone());
                }
                let words = if is_fed { &mut current.fed } else { &mut current.words };
                words.push(word);
                is_fed = false;
                at = end.max(at + 1);
            }
        }
    }
    all.push(current);
    if depth > 0 {
        inner.into_iter().for_each(|word| read(line, word, depth - 1, all));
    }
}

/// Where a word ends: at a blank or a mark of the shell, outside of quotes.
fn word_end(bytes: &[u8], from: usize, end: usize) -> usize {
    let mut at = from;
    while at < end {
        let byte = bytes.get(at).copied().unwrap_or_default();
        match byte {
            b'\\' => at += 1,
            b'"' | b'\'' => {
                let rest = bytes.get(at + 1..end).unwrap_or_default();
                let mut escaped = false;
                let close = rest.iter().position(|inside| {
                    let closes = *inside == byte && !escaped;
                    escaped = *inside == b'\\' && byte == b'"' && !escaped;
                    closes
                });
                // A quote that nothing closes is a letter.
                at += close.map_or(0, |close| close + 1);
            }
            b'|' | b';' | b'&' | b'(' | b')' | b'`' | b'<' => return at,
            _ if byte.is_ascii_whitespace() => return at,
            _ => {}
        }
        at += 1;
    }
    end
}

/// Without the quotes, where they go around all of it.
fn unquoted(bytes: &[u8], word: Range<usize>) -> Range<usize> {
    match bytes.get(word.clone()) {
        Some([b'"', .., b'"'] | [b'\'', .., b'\'']) => word.start + 1..word.end - 1,
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        let read = |line: &str| -> Vec<Vec<String>> {
            let words = |one: Simple| one.words.into_iter().map(|word| line[word].to_owned()).collect();
            commands(line).into_iter().map(words).collect()
        };
        assert_eq!(
            read("a 'b c' | d\"e f\"&&g"),
            [vec!["a", "b c"], vec!["d\"e f\""], vec![], vec!["g"], vec!["b", "c"]]
        );
        assert_eq!(read("x \"$(a 'b')\""), [vec!["x", "$(a 'b')"], vec!["$"], vec!["a", "b"], vec![]]);
        assert_eq!(read("it's <<< y"), [vec!["it's"]]);
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_read(line in "([a-z \"'\\\\|;&()`<é]){0,40}") {
            for one in commands(&line) {
                for word in one.words.into_iter().chain(one.fed) {
                    assert!(line.get(word).is_some());
                }
            }
        }
    }
}
