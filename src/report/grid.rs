//! A table that fits its terminal. What is not written to a terminal is whole, for who searches it.

use tabled::builder::Builder;
use tabled::settings::Style;

use super::TableStyle;

/// Columns between two cells where no lines are drawn.
const GAP: usize = 2;
/// A column that is cut keeps so much.
const LEAST: usize = 18;
/// Narrower columns hold numbers and days, which nobody can read in part.
const SHORT: usize = 24;
/// Longer cells are cut everywhere; what `--all` asks for is whole.
const MOST: usize = 200;
/// Before the lines of a row that takes more than one.
const INDENT: &str = "    ";

/// Draws rows, the first of which names the columns. Where they do not fit, they go without lines, then with long cells
/// cut in the middle, and at last each row takes a few lines.
pub(super) fn grid(rows: &[Vec<String>], style: TableStyle) -> String {
    let whole = |cell: &String| if style.full { cell.clone() } else { cut(cell, MOST) };
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(whole).collect()).collect();
    let drawn = drawn(&rows, style.unicode);
    if !style.unicode || drawn.lines().all(|line| length(line) <= style.width) {
        return drawn;
    }
    match narrowed(&rows, style.width) {
        Some(widths) => lean(&rows, &widths),
        None => stacked(&rows, style.width),
    }
}

fn drawn(rows: &[Vec<String>], unicode: bool) -> String {
    let mut table = Builder::default();
    rows.iter().for_each(|row| table.push_record(row));
    let mut table = table.build();
    if unicode {
        table.with(Style::rounded());
    } else {
        table.with(Style::psql());
    }
    table.to_string()
}

/// How wide each column may be, where all of them fit.
fn narrowed(rows: &[Vec<String>], width: usize) -> Option<Vec<usize>> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| length(cell)).max();
    let natural: Vec<usize> = (0..count).map(|column| widest(column).unwrap_or(0)).collect();
    let mut widths = natural.clone();
    let room = width.saturating_sub(GAP * count.saturating_sub(1));
    while widths.iter().sum::<usize>() > room {
        let long = widths.iter_mut().zip(&natural).filter(|(width, all)| **all > SHORT && **width > LEAST);
        *long.max_by_key(|(width, _)| **width)?.0 -= 1;
    }
    Some(widths)
}

fn lean(rows: &[Vec<String>], widths: &[usize]) -> String {
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(widths).map(|(cell, width)| {
            let cell = cut(cell, *width);
            let blanks = " ".repeat(width.saturating_sub(length(&cell)) + GAP);
            cell + &blanks
        });
        cells.collect::<String>().trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<String>>().join("\n")
}

/// Each row as lines that begin with its first cell, and go on with the others by their names.
fn stacked(rows: &[Vec<String>], width: usize) -> String {
    let Some((names, rows)) = rows.split_first() else { return String::new() };
    let mut lines = Vec::new();
    for row in rows {
        let mut line = row.first().map(|cell| cut(cell, width)).unwrap_or_default();
        let named = names.iter().zip(row).skip(1);
        for (name, cell) in named.filter(|(_, cell)| !matches!(cell.as_str(), "" | "-")) {
            let part = cut(&format!("{name}: {cell}"), width.saturating_sub(INDENT.len()));
            if !line.is_empty() && length(&line) + GAP + length(&part) > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(if line.is_empty() { INDENT } else { "  " });
            line.push_str(&part);
        }
        lines.push(line);
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// At most so many letters: the end of an ARN tells as much as its beginning.
fn cut(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(1);
    let (start, end) = letters.split_at(kept.div_ceil(2));
    let end = end.iter().skip(end.len().saturating_sub(kept / 2));
    start.iter().chain(&['…']).chain(end).collect()
}

/// Columns on the terminal, as far as letters of one column go.
fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:sts::123456789012:assumed-role/paperclip-agent/jcalone-claude-code";

    fn rows() -> Vec<Vec<String>> {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        vec![
            row(["session", "who", "root", "events"]),
            row(["s-dd2ef7f9f04ad3a9", ARN, "-", "3 (1 write, 0 denied)"]),
            row(["s-18a92c4da1f740a0", "root", "console", "9 (7 writes, 0 denied)"]),
        ]
    }

    fn at(width: usize) -> String {
        grid(&rows(), TableStyle { unicode: true, width, ..TableStyle::default() })
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in 40..200 {
            let told = at(width);
            assert!(told.lines().all(|line| length(line) <= width), "{width}\n{told}");
            assert!(told.contains("s-18a92c4da1f740a0") && told.contains("9 (7 writes, 0 denied)"), "{told}");
        }
        assert!(at(199).starts_with('╭') && at(199).contains(ARN));
        assert!(at(100).starts_with("session   ") && at(100).contains("arn:aws:sts::12"), "{}", at(100));
        let stacked = "s-18a92c4da1f740a0  who: root  root: console\n    events: 9 (7 writes, 0 denied)";
        assert!(at(44).ends_with(stacked), "{}", at(44));
    }

    #[test]
    fn a_file_gets_all_of_it() {
        let told = grid(&rows(), TableStyle { width: 40, ..TableStyle::default() });
        assert!(told.contains(ARN), "{told}");
    }

    #[test]
    fn a_cut_keeps_both_ends() {
        assert_eq!(cut("abcdefgh", 5), "ab…gh");
        assert_eq!(cut("abcdefgh", 4), "ab…h");
        assert_eq!((cut("ab", 2), cut("abc", 0)), ("ab".into(), "…".into()));
    }
}
