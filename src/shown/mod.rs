//! Makes text from outside harmless to a terminal: one character out for each one in. `shell` and `spreadsheet` do
//! the same for commands to paste and tables to open.
//!
//! A file name or a line may contain escape sequences that repaint the screen, or marks that reverse the reading
//! direction. Nothing is removed, so carets still line up; what is replaced stays visible.

pub mod shell;
pub mod spreadsheet;

/// Stands for a character that must not be shown and has no picture of its own.
const REPLACED: char = '\u{FFFD}';

/// The text on one line: line ends, tabs and everything that steers a terminal replaced.
pub fn shown(text: &str) -> String {
    text.chars().map(|letter| if letter == '\t' { ' ' } else { harmless(letter) }).collect()
}

/// The same for texts of several lines, such as a rule's description: line ends stay.
pub fn shown_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(shown).collect();
    lines.join("\n")
}

/// The same for a line of source: tabs stay, because the excerpt renderer widens them itself.
pub fn shown_source(text: &str) -> String {
    text.chars().map(|letter| if letter == '\t' { letter } else { harmless(letter) }).collect()
}

/// The same for a whole page: line ends and tabs stay.
pub fn shown_page(text: &str) -> String {
    text.chars().map(|letter| if matches!(letter, '\n' | '\t') { letter } else { harmless(letter) }).collect()
}

/// The same for a line of the log, whose colours stay.
pub fn shown_log(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut pieces = line.split('\u{1b}');
    out.push_str(&shown_page(pieces.next().unwrap_or_default()));
    for piece in pieces {
        out.push(if is_color(piece) { '\u{1b}' } else { harmless('\u{1b}') });
        out.push_str(&shown_page(piece));
    }
    out
}

/// Whether what follows an escape sets a colour: `[1;31m`.
fn is_color(text: &str) -> bool {
    let set = text.strip_prefix('[').and_then(|rest| rest.split_once('m'));
    set.is_some_and(|(set, _)| set.len() < 8 && set.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'))
}

/// A name of somebody else's, fit for a message: on one line, and short.
pub fn shown_name(text: &str, most: usize) -> String {
    // Looks at no more than it shows.
    let start: String = text.chars().take(most.saturating_add(1)).collect();
    clipped(&shown(&start), most)
}

/// The first `most` characters, with a mark where something was cut off.
pub fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

fn harmless(letter: char) -> char {
    match letter {
        // Unicode has a picture for each C0 control, in the same order, and one for DEL.
        '\u{0}'..='\u{1F}' => char::from_u32(0x2400 + letter as u32).unwrap_or(REPLACED),
        '\u{7F}' => '\u{2421}',
        // C1 controls: U+009B starts an escape sequence on its own.
        '\u{80}'..='\u{9F}' => REPLACED,
        // Marks that turn the reading direction around.
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => REPLACED,
        // Nothing to see, but makes two names that look the same differ.
        '\u{AD}' | '\u{180E}' | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' => REPLACED,
        // Line ends to some readers, and tags that no reader sees.
        '\u{2028}' | '\u{2029}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}' => REPLACED,
        // Not characters: they may mark things inside of one program, and `table` does.
        '\u{FDD0}'..='\u{FDEF}' => REPLACED,
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_steered() {
        assert_eq!(shown("a\u{1b}[31mb\u{7}\r\nc\td"), "a␛[31mb␇␍␊c d");
        assert_eq!(shown("x\u{202e}fdp.tf\u{9b}2J\u{200b}"), "x\u{fffd}fdp.tf\u{fffd}2J\u{fffd}");
        assert_eq!(shown("déjà vu 日本"), "déjà vu 日本");
        assert_eq!(shown_page("a\tb\n\u{1b}]0;x\r\n"), "a\tb\n␛]0;x␍\n");
        assert_eq!(shown_name("a\u{1b}[31mb", 4), "a␛[…");
        assert_eq!(
            shown_log("\u{1b}[33m WARN\u{1b}[0m \u{1b}[2J\u{1b}]0;x\u{7}\u{1b}\n"),
            "\u{1b}[33m WARN\u{1b}[0m ␛[2J␛]0;x␇␛\n"
        );
    }

    #[test]
    fn every_character_keeps_its_column() {
        let hostile: String = (0..0x3000).filter_map(char::from_u32).collect();
        assert_eq!(shown_source(&hostile).chars().count(), hostile.chars().count());
        assert!(!shown(&hostile).chars().any(char::is_control));
    }

    #[test]
    fn long_texts_end_with_a_mark() {
        assert_eq!(clipped("abcdef", 4), "abc…");
        assert_eq!(clipped("abcd", 4), "abcd");
        assert_eq!(clipped("abcd", 0), "…");
    }
}
