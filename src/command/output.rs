//! Where a report goes, and how a table is drawn there.

mod place;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use self::place::Place;
use super::scan::here;
use super::unwritten;
use crate::cli::{Cli, Color, ReportArguments};
use crate::error::{Error, ErrorKind};
use crate::report::TableStyle;
use crate::source::Sources;
use crate::source::open::normalise;
use crate::whole::{self, Readers};

pub(super) fn style(cli: &Cli, arguments: &ReportArguments) -> TableStyle {
    let terminal = arguments.output.is_none() && io::stdout().is_terminal();
    let color = in_color(cli, terminal);
    let unicode = terminal && speaks_utf8();
    TableStyle {
        color,
        width: width(terminal),
        unicode,
        full: arguments.all,
        quiet: cli.quiet,
        ids: arguments.all || cli.verbose > 0,
        wrap: terminal,
    }
}

fn width(terminal: bool) -> usize {
    let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = width.or_else(|| terminal.then(console_width).flatten()).unwrap_or(100);
    usize::clamp(width, 40, 200)
}

fn speaks_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    locale.is_some_and(|locale| locale.to_ascii_lowercase().contains("utf"))
}

/// For what is no report of findings.
pub(super) fn plain_style(cli: &Cli) -> TableStyle {
    let terminal = io::stdout().is_terminal();
    let unicode = terminal && speaks_utf8();
    TableStyle { unicode, width: width(terminal), quiet: cli.quiet, wrap: terminal, ..TableStyle::default() }
}

/// Whether to use colours.
pub(super) fn in_color(cli: &Cli, terminal: bool) -> bool {
    match cli.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            terminal && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
        }
    }
}

fn console_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// Each report needs a place of its own, and none may take the place of what was read.
pub(super) fn check_places(arguments: &ReportArguments, sources: &Sources) -> Result<(), Error> {
    let also = arguments.also.iter().map(|also| Some(also.file.as_path()));
    let places = std::iter::once(arguments.output.as_deref()).chain(also);
    let mut seen: Vec<Place> = Vec::new();
    for named in places.map(|named| named.unwrap_or(Path::new("-"))) {
        let place = Place::of(&normalised(named)?).map_err(|error| unwritable(named, &error))?;
        if seen.contains(&place) {
            let message = format!("two reports would be written to {}", named.display());
            return Err(Error::new(ErrorKind::Usage, message)
                .hint("use a different file for each --output and --also"));
        }
        let source = place.file().and_then(|file| sources.find(file));
        if source.is_some_and(|source| sources.document(source).is_read()) {
            let message =
                format!("{} was read for this audit: a report would take its place", named.display());
            return Err(Error::new(ErrorKind::Usage, message).hint("write the report to another file"));
        }
        seen.push(place);
    }
    Ok(())
}

fn normalised(named: &Path) -> Result<PathBuf, Error> {
    Ok(if named.as_os_str() == "-" { named.to_path_buf() } else { normalise(&here()?.join(named)) })
}

/// Writes to a file, or to standard output where none is named. A reader that went away (`| head`) is no error.
pub(super) fn write(
    output: Option<&Path>,
    render: &dyn Fn(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let named = output.unwrap_or(Path::new("-"));
    let written = Place::of(named).and_then(|place| match place {
        Place::Output => through(io::stdout().lock(), render),
        Place::Error => through(io::stderr().lock(), render),
        // Whoever named a pipe waits for all of it.
        Place::Stream(path) => whole_through(place::open(&path)?, render),
        // Readable as the user's umask says: a report holds no secret, and other steps of a job read it.
        Place::File(path) => whole::place_with(&path, Readers::Umask, render),
    });
    match output.filter(|path| path.as_os_str() != "-") {
        None => written.map_err(|error| unwritten(&error)),
        Some(path) => written.map_err(|error| unwritable(path, &error)),
    }
}

fn whole_through(out: impl Write, render: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    render(&mut out).and_then(|()| out.flush())
}

fn through(out: impl Write, render: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    match whole_through(out, render) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::TimedOut => "nothing reads this pipe".to_owned(),
        io::ErrorKind::BrokenPipe => "its reader went away before the end".to_owned(),
        io::ErrorKind::InvalidInput => "it is not a file with a name".to_owned(),
        kind => kind.to_string(),
    };
    let error = Error::new(ErrorKind::Output, format!("{} cannot be written: {reason}", path.display()));
    match reason.starts_with("nothing reads") {
        true => error.hint("start its reader first, or write to a file"),
        false => error,
    }
}
