//! `secretrail man`: pages from the definition of the command line, with what stands below the help as sections.

use super::unwritten;
use crate::error::{Error, ErrorKind};

/// The page of a command, or of all.
pub(super) fn page(names: &[String], all: clap::Command) -> Result<Vec<u8>, Error> {
    let mut all = all;
    all.build();
    let names: Vec<&str> = names.iter().flat_map(|name| name.split_whitespace()).collect();
    let command = find(&all, &names).ok_or_else(|| {
        Error::new(ErrorKind::Usage, "there is no such command").hint(
            "`secretrail --help` names all commands; `secretrail man rules check` is one of a command's own",
        )
    })?;
    let below = command.get_after_long_help().or_else(|| command.get_after_help());
    let below = below.map(ToString::to_string).unwrap_or_default();
    let mut text = Vec::new();
    let bare = command.clone().after_help(None::<&'static str>).after_long_help(None::<&'static str>);
    clap_mangen::Man::new(bare).render(&mut text).map_err(|error| unwritten(&error))?;
    text.extend(sections(&below).into_bytes());
    Ok(text)
}

/// `rules check`, `rules-check`, and `secretrail-rules-check`, as `man` names the page.
fn find<'c>(command: &'c clap::Command, names: &[&str]) -> Option<&'c clap::Command> {
    let Some((name, rest)) = names.split_first() else { return Some(command) };
    let name = name.strip_prefix("secretrail-").unwrap_or(name);
    if let Some(found) = command.find_subcommand(name) {
        return find(found, rest);
    }
    command.get_subcommands().find_map(|below| {
        let inner = name.strip_prefix(below.get_name())?.strip_prefix('-')?;
        let mut names = vec![inner];
        names.extend(rest);
        find(below, &names)
    })
}

/// Paragraphs under their headings; lines that are indented stay lines of their own.
fn sections(text: &str) -> String {
    let mut page = String::new();
    let mut is_filled = true;
    for line in text.lines() {
        let heading =
            line.strip_suffix(':').filter(|heading| !heading.starts_with(' ') && heading.len() < 20);
        let wants_fill = !line.starts_with(' ');
        if wants_fill != is_filled {
            page.push_str(if wants_fill { ".fi\n" } else { ".PP\n.nf\n" });
            is_filled = wants_fill;
        }
        match heading {
            Some(heading) => page.push_str(&format!(".SH \"{}\"\n", heading.to_uppercase())),
            None if line.is_empty() => page.push_str(".PP\n"),
            None => page.push_str(&(escaped(line) + "\n")),
        }
    }
    if !is_filled {
        page.push_str(".fi\n");
    }
    page
}

/// A line in which nothing is a request or an escape.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq").replace('`', "\\(ga");
    if line.starts_with('.') { format!("\\&{line}") } else { line }
}
