//! Errors that end a command, and every exit code in one place.

use std::fmt;

/// What the process tells its caller. A gate that could not look never exits 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Audited; nothing at or above `--fail-on`.
    Clean = 0,
    /// Audited; findings at or above `--fail-on`.
    Findings = 1,
    /// Not audited: usage, settings or input error.
    NotAudited = 2,
    /// Audited in part: a gap could hide a finding.
    Partial = 3,
    /// `run`: the program was not started, for a reason of ours. As env and timeout tell it.
    NotRun = 125,
    /// `run`: the program can't be executed, as shells tell it.
    NotExecutable = 126,
    /// `run`: there is no such program, as shells tell it.
    NoProgram = 127,
    /// Stopped by Ctrl-C (128 + SIGINT), as shells expect.
    Interrupted = 130,
}

/// What kind of trouble it was; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Arguments that can't be used.
    Usage,
    /// `secretrail.toml`, a rule file or a token table that can't be used.
    Settings,
    /// What the user named can't be read.
    Input,
    /// The same job is under way already.
    UnderWay,
    /// The report can't be written.
    Output,
    /// `run`: the program was not started.
    NotRun,
    /// `run`: the program can't be executed.
    NotExecutable,
    /// `run`: there is no such program.
    NoProgram,
    /// Ctrl-C.
    Interrupted,
}

/// An error that ends the command: what went wrong, and what to do next.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    /// The kind of trouble.
    pub kind: ErrorKind,
    /// One line, no secret material, no trailing full stop.
    pub message: String,
    /// What the user can do now.
    pub hint: Option<String>,
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

/// The message of a reader of TOML without the values that it quotes (`invalid type: string "...", expected`):
/// who names the wrong file may name one that holds secrets.
pub fn without_values(message: &str) -> String {
    match (message.find(" \""), message.rfind("\", expected")) {
        (Some(from), Some(to)) if from < to => {
            let (before, after) = (message.get(..from), message.get(to + 1..));
            format!("{}{}", before.unwrap_or_default(), after.unwrap_or_default())
        }
        _ => message.to_owned(),
    }
}

/// Why a file can't be had, in words of ours: the system's are `entity not found`.
pub fn refused(kind: std::io::ErrorKind) -> String {
    match kind {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        kind => kind.to_string(),
    }
}

impl Error {
    /// An error without a hint.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The exit code of a command that ends with this error.
    pub fn exit_code(&self) -> ExitCode {
        match self.kind {
            ErrorKind::Interrupted => ExitCode::Interrupted,
            ErrorKind::NotRun => ExitCode::NotRun,
            ErrorKind::NotExecutable => ExitCode::NotExecutable,
            ErrorKind::NoProgram => ExitCode::NoProgram,
            _ => ExitCode::NotAudited,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_out_of_messages() {
        let message = "invalid type: string \"a \\\"b\\\", expected c\", expected a sequence";
        assert_eq!(without_values(message), "invalid type: string, expected a sequence");
        assert_eq!(without_values("unknown field `a`, expected `b`"), "unknown field `a`, expected `b`");
    }
}
