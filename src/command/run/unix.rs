//! Starting a program on Linux and macOS: a terminal of its own or pipes, signals, and the terminal as it was.

mod signals;
mod terminal;

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::mpsc::channel;

use self::signals::Ear;
use self::terminal::Terminal;
use super::Program;
use super::masked::{pump, spawn, wait};
use crate::error::{Error, ErrorKind};
use crate::secret::mask::Mask;

/// Takes from other processes of the same user, and so from the program, the sight of this one's memory and
/// environment: they hold what was removed. No core of it is written either.
pub(super) fn hide_memory() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
    {
        tracing::debug!("this process can be looked into: {error}");
    }
}

/// Becomes the program; nothing of this process is left.
pub(super) fn become_it(program: &Program<'_>) -> Result<u8, Error> {
    Err(program.unstarted(&program.command().exec()))
}

/// Starts the program, and gives its exit code.
pub(super) fn start(program: &Program<'_>, mask: Mask, may_have_terminal: bool) -> Result<u8, Error> {
    let mask = Arc::new(mask);
    // Before the program is there: its end must not be missed.
    let ear = Ear::open().map_err(|error| {
        Error::new(ErrorKind::NotRun, format!("signals cannot be heard: {}", error.kind()))
    })?;
    let terminal = if may_have_terminal { Terminal::open() } else { None };
    let mut outputs = Vec::new();
    let (sender, events) = channel();
    let child = match &terminal {
        Some(terminal) => terminal.start(program)?,
        None => {
            let mut command = program.command();
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().map_err(|error| program.unstarted(&error))?
        }
    };
    let mut child = child;
    if let Some(terminal) = &terminal {
        outputs.push(pump(terminal.reader(), io::stdout(), &mask, &sender)?);
    }
    if let Some(out) = child.stdout.take() {
        outputs.push(pump(out, io::stdout(), &mask, &sender)?);
    }
    if let Some(err) = child.stderr.take() {
        outputs.push(pump(err, io::stderr(), &mask, &sender)?);
    }
    let master = terminal.as_ref().map(Terminal::master);
    spawn(move || ear.listen(child, master.as_deref(), &sender))?;
    Ok(wait(&events, &outputs))
}

/// The program's number, for signals.
fn pid(child: &Child) -> rustix::process::Pid {
    rustix::process::Pid::from_child(child)
}
