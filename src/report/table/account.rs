//! The account at the top: the verdict, then the users.

use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Effects};
use tabled::builder::Builder;
use tabled::settings::Style;

use super::painted;
use crate::report::account::{AccountSection, COLUMNS, cells, headline};
use crate::report::shown::clipped;
use crate::report::told::Teller;
use crate::report::{TableStyle, verdict::number};

/// More users are counted; `--all` shows them.
const MOST_USERS: usize = 50;
/// Longer cells are cut.
const CELL: usize = 40;

/// Writes the account.
pub(super) fn write(
    section: &AccountSection,
    teller: &Teller<'_>,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let bold = AnsiColor::White.on_default().effects(Effects::BOLD);
    for (at, sentence) in section.verdict.iter().enumerate() {
        let sentence = teller.message(sentence);
        writeln!(out, "{}", if at == 0 { painted(&sentence, bold, style) } else { sentence })?;
    }
    writeln!(out, "{}\n", teller.message(&headline(section)))?;
    if section.users.is_empty() {
        return Ok(());
    }
    let most = if style.full { section.users.len() } else { MOST_USERS };
    let mut table = Builder::default();
    table.push_record(COLUMNS);
    for user in section.users.iter().take(most) {
        table.push_record(cells(user, section, teller).map(|cell| clipped(&cell, CELL)));
    }
    let mut table = table.build();
    if style.unicode {
        table.with(Style::rounded());
    } else {
        table.with(Style::psql());
    }
    writeln!(out, "{table}")?;
    if section.users.len() > most {
        let more = number(section.users.len() - most, "more user", "more users");
        writeln!(out, "and {more}; --all shows them")?;
    }
    writeln!(out)
}
