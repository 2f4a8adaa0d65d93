//! How far an ignore reaches: where the line that it is for opens a here-document, or a block that holds some, the
//! text inside can't hold a comment without changing the file that it becomes.

use std::ops::Range;

/// A longer text is not looked through for its end.
const MOST_LINES: usize = 5_000;

/// Lines (from 1) that an ignore for line `line` speaks of as well.
pub(super) fn reach(lines: &[&str], line: usize, is_hcl: bool) -> Vec<Range<usize>> {
    let Some(text) = line.checked_sub(1).and_then(|at| lines.get(at)) else { return Vec::new() };
    if let Some(end) = end_of_here_document(lines, line) {
        return std::iter::once(line + 1..end + 1).collect();
    }
    if is_hcl && opens_block(text) { inside_block(lines, line) } else { Vec::new() }
}

/// The line on which a here-document ends that opens on `line`; of several the last.
fn end_of_here_document(lines: &[&str], line: usize) -> Option<usize> {
    let text = lines.get(line - 1)?;
    let mut end = None;
    for mark in marks(text) {
        let from = end.unwrap_or(line);
        let below = lines.iter().enumerate().skip(from).take(MOST_LINES);
        let closes = |text: &str| match mark {
            Mark::Word(word) => text.trim() == word,
            Mark::HereString(quote) => text.strip_prefix(quote).is_some_and(|rest| rest.starts_with('@')),
        };
        end = below.filter(|(_, text)| closes(text)).map(|(at, _)| at + 1).next().or(end);
    }
    end
}

/// What closes a here-document.
#[derive(Debug, Clone, Copy)]
enum Mark<'t> {
    /// `<<EOT`, `<<-'EOT'`, of HCL and shells.
    Word(&'t str),
    /// `@"` or `@'` at the end of a line, of PowerShell.
    HereString(char),
}

fn marks(text: &str) -> Vec<Mark<'_>> {
    let mut all = Vec::new();
    for (at, _) in text.match_indices("<<") {
        let before = text.get(..at).unwrap_or_default();
        let rest = text.get(at + 2..).unwrap_or_default();
        if before.ends_with('<') || rest.starts_with('<') {
            continue;
        }
        let rest = rest.trim_start_matches(['-', '~']).trim_start().trim_start_matches(['"', '\'', '\\']);
        let part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
        let word = rest.get(..rest.find(|letter| !part(letter)).unwrap_or(rest.len())).unwrap_or_default();
        if !word.is_empty() {
            all.push(Mark::Word(word));
        }
    }
    let code = text.trim_end();
    all.extend(
        ['"', '\''].into_iter().filter(|quote| code.ends_with(&format!("@{quote}"))).map(Mark::HereString),
    );
    all
}

/// `resource "aws_instance" "web" {`, `user_data {`.
fn opens_block(text: &str) -> bool {
    let text = text.trim();
    text.ends_with('{') && text.starts_with(|first: char| first.is_ascii_alphabetic()) && !text.contains('=')
}

/// `user_data = "#!/bin/sh\nset -e\n"`: what could be a here-document as well.
fn is_quoted_text(text: &str) -> bool {
    let value = text.split_once('=').map(|(_, value)| value.trim());
    value.is_some_and(|value| value.starts_with('"') && value.contains("\\n"))
}

/// The here-documents and other texts of several lines in a block, which ends with a brace as deep as its first line.
fn inside_block(lines: &[&str], line: usize) -> Vec<Range<usize>> {
    let indent = |text: &str| text.len() - text.trim_start().len();
    let own = lines.get(line - 1).map_or(0, |text| indent(text));
    let mut all = Vec::new();
    let mut at = line + 1;
    while let Some(text) = lines.get(at - 1).filter(|_| at < line + MOST_LINES) {
        if let Some(end) = end_of_here_document(lines, at) {
            all.push(at..end + 1);
            at = end;
        } else if is_quoted_text(text) {
            all.push(at..at + 1);
        } else if indent(text) == own && text.trim_start().starts_with('}') {
            break;
        }
        at += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, line: usize) -> Vec<Range<usize>> {
        reach(&text.lines().collect::<Vec<_>>(), line, true)
    }

    #[test]
    fn a_here_document_is_reached_from_the_line_that_opens_it() {
        for (text, end) in [
            ("cat > x <<EOF\na\nEOF\nb", 4),
            ("  cat <<-'EOF' | tee x # c\n  a\n  EOF\nb", 4),
            ("user_data = <<-EOT\n  cat <<EOF\n  EOF\nEOT\n", 5),
            ("cat <<A <<B\n1\nA\n2\nB\n3", 6),
            ("$x = @\"\na\n\"@ | Set-Content y\nb", 4),
        ] {
            assert_eq!(of(text, 1), std::iter::once(2..end).collect::<Vec<_>>(), "{text}");
        }
        for text in ["echo <<< EOF\na\nEOF", "a << 2\nb", "a = b {\nEOF", "cat <<EOF\nno end"] {
            assert!(of(text, 1).is_empty(), "{text}");
        }
    }

    #[test]
    fn of_a_block_its_here_documents_are_reached() {
        let text = "resource \"a\" \"b\" {\n  x = 1\n  u = <<E\n}\nE\n  v {\n    w = <<-F\n    F\n  }\n  y = 2\n}\nz = <<E\nE\n";
        assert_eq!(of(text, 1), [3..6, 7..9]);
        let text = "resource \"a\" \"b\" {\n  x = \"1\"\n  u = \"#!/bin/sh\\necho\\n\"\n}\nz = \"a\\nb\"\n";
        assert_eq!(of(text, 1), vec![3..4]);
    }
}
