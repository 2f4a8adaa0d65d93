//! Starting a program on Windows: pipes only. Ctrl-C reaches the program by itself, as both sit at one console.

use std::io;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::channel;

use super::masked::{Event, pump, spawn, wait};
use super::{Program, code};
use crate::error::Error;
use crate::secret::mask::Mask;

/// There is nothing to do: another process of the same user may look into this one.
pub(super) fn hide_memory() {}

/// There is no way to become another program: it is waited for.
pub(super) fn become_it(program: &Program<'_>) -> Result<u8, Error> {
    let mut child = started(program, |_| ())?;
    let status = child.wait().map_err(|error| program.unstarted(&error))?;
    Ok(code(status))
}

/// Starts it. Windows itself finds `claude.exe` as `claude`, and npm installs `claude.cmd`.
fn started(program: &Program<'_>, set: impl Fn(&mut Command)) -> Result<Child, Error> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for extension in ["", ".cmd", ".bat"] {
        let mut name = program.name().to_owned();
        name.push(extension);
        let mut command = program.command_as(&name);
        set(&mut command);
        match command.spawn() {
            Ok(child) => return Ok(child),
            Err(error) if error.kind() == io::ErrorKind::NotFound => last = error,
            Err(error) => return Err(program.unstarted(&error)),
        }
    }
    Err(program.unstarted(&last))
}

/// Starts the program, and gives its exit code.
pub(super) fn start(program: &Program<'_>, mask: Mask, _: bool) -> Result<u8, Error> {
    let mask = Arc::new(mask);
    // We end when the program does.
    if let Err(error) = ctrlc::set_handler(|| ()) {
        tracing::debug!("no handler for Ctrl-C: {error}");
    }
    let mut child = started(program, |command| {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
    })?;
    let (sender, events) = channel();
    let mut outputs = Vec::new();
    if let Some(out) = child.stdout.take() {
        outputs.push(pump(out, io::stdout(), &mask, &sender)?);
    }
    if let Some(err) = child.stderr.take() {
        outputs.push(pump(err, io::stderr(), &mask, &sender)?);
    }
    spawn(move || {
        if let Ok(status) = child.wait() {
            let _ = sender.send(Event::Ended(status));
        }
    })?;
    Ok(wait(&events, &outputs))
}
