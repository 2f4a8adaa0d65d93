//! `secretrail inventory convert`.

use std::path::Path;

use super::files;
use crate::cli::InventoryConvertArguments;
use crate::command::output::write;
use crate::command::scan::here;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::inventory::{self, write as writing};
use crate::secret::tokens::TokenTable;
use crate::settings::InventorySettings;
use crate::shown::shown_page;
use crate::source::Sources;

pub(super) fn run(arguments: &InventoryConvertArguments) -> Result<ExitCode, Error> {
    let sources = Sources::default();
    let base = here()?;
    sources.set_base(base.clone());
    // Only the list itself: answers of runbooks stay where they are.
    let settings = InventorySettings { runbooks: vec![], ..InventorySettings::default() };
    let opened = files::open(std::slice::from_ref(&arguments.file), &settings, &base, &sources)?;
    let reading = inventory::read(&opened.lists, &[], &sources, &TokenTable::embedded());
    for gap in &reading.gaps {
        let position = sources.position(gap.at);
        let name = sources.name(gap.at.source);
        tracing::warn!("{name}:{}: {}", position.line, gap.reason);
    }
    if reading.facts.entries.is_empty() {
        return Err(Error::new(ErrorKind::Input, format!("{} has no keys", arguments.file.display()))
            .hint("`secretrail inventory --help` shows how a list is written"));
    }
    same_file(arguments.output.as_deref(), &arguments.file)?;
    let text = shown_page(&writing::text(&reading.facts, arguments.to));
    write(arguments.output.as_deref(), &|out| out.write_all(text.as_bytes()))?;
    for pasted in &reading.facts.values {
        let position = sources.position(pasted.value);
        let name = sources.name(pasted.value.source);
        tracing::warn!(
            "{name}:{}: a cell looks like a value ({}) and is not written",
            position.line,
            pasted.kind
        );
    }
    let lost = reading.gaps.iter().any(|gap| gap.hides_findings);
    Ok(match (reading.facts.values.is_empty(), lost) {
        (false, _) => ExitCode::Findings,
        (true, true) => ExitCode::Partial,
        (true, false) => ExitCode::Clean,
    })
}

/// A list is not written over itself: what stands around its tables would be lost.
fn same_file(output: Option<&Path>, file: &Path) -> Result<(), Error> {
    let same = output.is_some_and(|output| {
        output.canonicalize().is_ok_and(|output| file.canonicalize().is_ok_and(|file| file == output))
    });
    if same {
        return Err(Error::new(ErrorKind::Usage, "the list would be written over itself")
            .hint("name another file with --output"));
    }
    Ok(())
}
