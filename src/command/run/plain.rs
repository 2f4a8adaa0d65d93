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
#[cfg_attr(unix, expect(dead_code, reason = "tests must stay stoppable"))]
pub(super) fn start(program: &Program<'_>, mask: Mask, _: bool) -> Result<u8, Error> {
    // We end when the program does.
    if let Err(error) = ctrlc::set_handler(|| ()) {
        tracing::debug!("no handler for Ctrl-C: {error}");
    }
    piped(program, mask)
}

fn piped(program: &Program<'_>, mask: Mask) -> Result<u8, Error> {
    let mask = Arc::new(mask);
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

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::command::run::environment::Environment;
    use crate::error::ErrorKind;

    #[test]
    fn a_program_is_started_and_its_code_is_told() {
        hide_memory();
        let environment = Environment::default();
        let words = if cfg!(windows) { ["cmd", "/c", "exit 7"] } else { ["sh", "-c", "exit 7"] };
        let words = words.map(OsString::from);
        let program = Program { words: &words, environment: &environment };
        let mask = Mask::new(&[]).expect("a mask");
        assert_eq!(piped(&program, mask).expect("it runs"), 7);
        assert_eq!(become_it(&program).expect("it runs"), 7);
        let none = [OsString::from("nowhere-to-be-found")];
        let program = Program { words: &none, environment: &environment };
        let mask = Mask::new(&[]).expect("a mask");
        assert_eq!(piped(&program, mask).unwrap_err().kind, ErrorKind::NoProgram);
    }
}
