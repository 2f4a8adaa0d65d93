//! The account at the top: the verdict, then the users.

use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Effects};

use super::{HANG, painted};
use crate::report::account::{AccountSection, COLUMNS, MEMBER_COLUMNS, cells, headline, member_cells};
use crate::report::grid::grid;
use crate::report::told::Teller;
use crate::report::wrap::wrapped;
use crate::report::{TableStyle, verdict::number};

/// More users or accounts are counted; `--all` shows them.
const MOST_ROWS: usize = 50;

/// Writes the account.
pub(super) fn write(
    section: &AccountSection,
    teller: &Teller<'_>,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let bold = AnsiColor::White.on_default().effects(Effects::BOLD);
    for (at, sentence) in section.verdict.iter().enumerate() {
        let sentence = wrapped(&teller.message(sentence), style, (0, HANG));
        writeln!(out, "{}", if at == 0 { painted(&sentence, bold, style) } else { sentence })?;
    }
    writeln!(out, "{}\n", wrapped(&teller.message(&headline(section)), style, (0, HANG)))?;
    if !section.members.is_empty() {
        let rows = section.members.iter().map(|member| member_cells(member, teller).to_vec());
        return rows_of(&MEMBER_COLUMNS, rows, ("more account", "more accounts"), style, out);
    }
    if section.users.is_empty() {
        return Ok(());
    }
    let rows = section.users.iter().map(|user| cells(user, section, teller).to_vec());
    rows_of(&COLUMNS, rows, ("more user", "more users"), style, out)
}

/// A table, and how many rows of it are not shown.
fn rows_of(
    columns: &[&str],
    rows: impl ExactSizeIterator<Item = Vec<String>>,
    (one, many): (&str, &str),
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let count = rows.len();
    let most = if style.full { count } else { MOST_ROWS };
    let names: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(names).chain(rows.take(most)).collect();
    writeln!(out, "{}", grid(&rows, style))?;
    if count > most {
        let more = number(count - most, one, many);
        writeln!(out, "and {more}; --all shows them")?;
    }
    writeln!(out)
}
