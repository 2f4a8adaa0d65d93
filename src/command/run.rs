//! `secretrail run`: a program without keys that it must not have, and without values in what it prints.

mod environment;
mod git;
pub(super) mod give;
#[cfg(feature = "aws")]
pub(super) mod lend;
mod limits;
mod masked;
// Tests run it everywhere, so that it stays whole.
#[cfg(any(not(unix), test))]
mod plain;
mod queue;
#[cfg(unix)]
mod unix;
mod who;

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::process::ExitStatus;

#[cfg(not(unix))]
use plain as system;
#[cfg(unix)]
use unix as system;

use self::environment::{Environment, Wanted};
use super::scan::here;
use crate::cli::{Cli, RunArguments};
use crate::error::{Error, ErrorKind};
use crate::secret::mask::Mask;
use crate::settings::Settings;
use crate::shown::shown;

/// Takes from others the sight of what this process holds, where the system can.
pub(super) fn hide_memory() {
    system::hide_memory();
}

/// Runs the program; the exit code is its own.
///
/// # Errors
///
/// [`ErrorKind::NotRun`], [`ErrorKind::NoProgram`], [`ErrorKind::NotExecutable`]: it was not started.
pub(super) fn run(cli: &Cli, arguments: &RunArguments) -> Result<u8, Error> {
    hide_memory();
    prepared(cli, arguments).map_err(|error| match error.kind {
        ErrorKind::NoProgram | ErrorKind::NotExecutable => error,
        _ => Error { kind: ErrorKind::NotRun, ..error },
    })
}

fn prepared(cli: &Cli, arguments: &RunArguments) -> Result<u8, Error> {
    let settings = Settings::load(arguments.settings.as_deref(), &here()?)?;
    let mut environment = Environment::of(
        std::env::vars_os(),
        &Wanted {
            remove: &[&*arguments.remove, &*settings.run.remove].concat(),
            keep: &arguments.keep,
            mask: &[&*arguments.mask, &*settings.run.mask].concat(),
            has_session: has_session(arguments),
        },
    );
    let told = give::give(arguments, &settings, &mut environment)?;
    let mask = Mask::new(&environment.hidden).ok_or_else(too_much)?;
    if !cli.quiet {
        tell(&environment.told(&told, !arguments.no_mask), &mask);
    }
    let program = Program { words: &arguments.command, environment: &environment };
    if arguments.no_mask {
        return system::become_it(&program);
    }
    system::start(&program, mask, !arguments.no_terminal)
}

#[cfg(feature = "aws")]
fn has_session(arguments: &RunArguments) -> bool {
    arguments.session.role_arn.is_some()
}

#[cfg(not(feature = "aws"))]
fn has_session(_: &RunArguments) -> bool {
    false
}

/// What is started.
struct Program<'p> {
    /// Its name and its arguments; one at least.
    words: &'p [OsString],
    environment: &'p Environment,
}

impl Program<'_> {
    fn name(&self) -> &OsStr {
        self.words.first().map(OsString::as_os_str).unwrap_or_default()
    }

    #[cfg(unix)]
    fn command(&self) -> std::process::Command {
        self.command_as(self.name())
    }

    #[expect(clippy::disallowed_methods, reason = "to run a program is what was asked for")]
    fn command_as(&self, name: &OsStr) -> std::process::Command {
        let mut command = std::process::Command::new(name);
        command.args(self.words.iter().skip(1));
        for name in &self.environment.removed {
            command.env_remove(name);
        }
        for (name, value) in &self.environment.given {
            command.env(name, value.expose());
        }
        command
    }

    /// Why it was not started.
    fn unstarted(&self, error: &io::Error) -> Error {
        let name = self.name().to_string_lossy();
        match error.kind() {
            io::ErrorKind::NotFound => {
                Error::new(ErrorKind::NoProgram, format!("there is no program {name}"))
                    .hint("is it in PATH? A script may name an interpreter that is not there")
            }
            _ => Error::new(ErrorKind::NotExecutable, format!("{name} cannot be executed: {}", error.kind()))
                .hint("is it a program, and may you execute it?"),
        }
    }
}

/// Standard error, one line, without values.
fn tell(line: &str, mask: &Mask) {
    let line = mask.text(format!("secretrail: {}\n", shown(line)).as_bytes());
    // Who closed standard error does not want to know.
    let _ = io::stderr().write_all(&line);
}

fn too_much() -> Error {
    Error::new(ErrorKind::NotRun, "there are too many values to mask them")
        .hint("--no-mask runs the program without masking what it prints")
}

/// As shells tell it.
fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(128 + signal).unwrap_or(u8::MAX);
    }
    // Windows has longer codes: what does not fit must not become 0.
    status.code().map_or(u8::MAX, |code| u8::try_from(code).unwrap_or(u8::MAX))
}
