//! Sentences on a terminal: broken between words, where it ends. What is written elsewhere keeps its lines, for who
//! searches it.

use super::TableStyle;

/// Lines that fit the terminal; those after the first one begin with `indent` blanks. The text begins after `before`
/// columns. A word that is longer than a line has one of its own.
pub(super) fn wrapped(text: &str, style: TableStyle, (before, indent): (usize, usize)) -> String {
    if !style.wrap {
        return text.to_owned();
    }
    let mut lines = String::new();
    let mut column = before;
    for word in text.split(' ') {
        let length = word.chars().count();
        if !lines.is_empty() && column + 1 + length > style.width {
            lines.truncate(lines.trim_end().len());
            lines.push('\n');
            lines.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if !lines.is_empty() {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_breaks_lines_between_words() {
        let text = "root was used: 1 console session, from 203.0.113.24; and more of it";
        let narrow = TableStyle { wrap: true, width: 40, ..TableStyle::default() };
        assert_eq!(
            wrapped(text, narrow, (0, 2)),
            "root was used: 1 console session, from\n  203.0.113.24; and more of it"
        );
        let beside = wrapped(text, narrow, (11, 11));
        assert!(beside.lines().skip(1).all(|line| line.starts_with("           ")), "{beside}");
        assert!(beside.lines().all(|line| line.len() <= 40) && beside.lines().count() == 3, "{beside}");
        assert_eq!(wrapped(text, TableStyle { wrap: false, ..narrow }, (0, 2)), text);
        let arn = "arn:aws:sts::123456789012:assumed-role/paperclip-agent/jcalone-claude-code";
        assert_eq!(wrapped(&format!("as {arn} today"), narrow, (0, 2)), format!("as\n  {arn}\n  today"));
    }
}
