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

/// How the messages of a reader of TOML begin that quote the file; the last one quotes a key.
const QUOTING: [&str; 4] = ["invalid type: ", "invalid value: ", "unknown variant ", UNKNOWN_KEY];
const UNKNOWN_KEY: &str = "unknown field ";
/// A longer key is none.
const LONGEST_KEY: usize = 40;

/// The message of a reader of TOML without what it quotes (`invalid type: string "...", expected`): who names the wrong
/// file may name one that holds secrets. A key that is not known is told where it looks like one.
pub fn without_values(message: &str) -> String {
    let Some(start) = QUOTING.into_iter().find(|start| message.starts_with(start)) else {
        return message.to_owned();
    };
    // What is expected is ours. It comes last, whatever stands in the file.
    let (quoted, expected) = message.rsplit_once(", expected ").unwrap_or((message, ""));
    let quoted = quoted.get(start.len()..).unwrap_or_default();
    let told = match quoted.split(['`', '"']).nth(1) {
        Some(key) if start == UNKNOWN_KEY && is_key(key) => format!("{start}`{key}`"),
        _ if start == UNKNOWN_KEY => "a key that is not known".to_owned(),
        // `string`, `integer`
        _ => format!("{start}{}", quoted.split(['`', '"']).next().unwrap_or_default()),
    };
    let told = told.trim_end();
    if expected.is_empty() { told.to_owned() } else { format!("{told}, expected {expected}") }
}

/// Whether a text looks like a key of settings.
fn is_key(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    text.len() <= LONGEST_KEY
        && text.bytes().all(plain)
        && text.bytes().filter(u8::is_ascii_digit).count() <= 2
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
        for (message, told) in [
            (
                "invalid type: string \"a \\\"b\\\", expected c\", expected a sequence",
                "invalid type: string, expected a sequence",
            ),
            (
                "invalid type: integer `12345678`, expected a string",
                "invalid type: integer, expected a string",
            ),
            ("invalid value: integer `70000`, expected u16", "invalid value: integer, expected u16"),
            ("unknown variant `x y`, expected `a` or `b`", "unknown variant, expected `a` or `b`"),
            ("unknown field `fail-in`, expected `b`", "unknown field `fail-in`, expected `b`"),
            ("unknown field `Hunter2000`, expected `b`", "a key that is not known, expected `b`"),
            ("unknown field `a`, expected b`, expected `c`", "unknown field `a`, expected `c`"),
            ("unknown field `x`, there are no fields", "unknown field `x`"),
            ("missing field `rule`", "missing field `rule`"),
        ] {
            assert_eq!(without_values(message), told);
        }
    }
}
