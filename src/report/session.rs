//! The check before work begins, for people: steps as the founding team's screen has them.

pub mod json;

use std::io::{self, Write};

use anstream::adapter::strip_str;

use super::shown::shown;
use crate::error::ExitCode;
use crate::secret::redact::Redactor;
use crate::session::{Check, Level, Line, Step};

/// How it is drawn.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// Only what is not as it should be.
    pub quiet: bool,
}

/// Writes all steps, and what they mean.
pub fn write(check: &Check, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let redactor = Redactor::default();
    for step in &check.steps {
        write_step(step, style, &redactor, out)?;
    }
    let code = check.exit_code();
    if style.quiet && code == ExitCode::Clean {
        return Ok(());
    }
    let level = match code {
        ExitCode::Clean => Level::Fine,
        ExitCode::Partial => Level::Unknown,
        _ => Level::Problem,
    };
    writeln!(out, "{}", painted(&sum(check), level, style))
}

fn write_step(step: &Step, style: Style, redactor: &Redactor, out: &mut dyn Write) -> io::Result<()> {
    let told: Vec<&Line> =
        step.lines.iter().filter(|line| !style.quiet || line.level > Level::Note).collect();
    if told.is_empty() {
        return Ok(());
    }
    let took = step.took.map_or_else(String::new, |took| format!("  {:.2} s", took.as_secs_f64()));
    writeln!(out, "[ {} ]{took}", step.title)?;
    for line in told {
        let plain = |text: &str| shown(&redactor.path(&strip_str(text).to_string()));
        writeln!(
            out,
            "  {} {}",
            painted(&format!("{:8}", word(line)), line.level, style),
            plain(&line.text)
        )?;
        for more in &line.more {
            writeln!(out, "           {}", plain(more))?;
        }
    }
    writeln!(out)
}

fn word(line: &Line) -> &str {
    if let Some(word) = &line.word {
        return word;
    }
    match line.level {
        Level::Fine => "OK",
        Level::Note => "note",
        Level::Warning => "WARNING",
        Level::Unknown => "UNKNOWN",
        Level::Problem => "PROBLEM",
    }
}

/// The last line.
fn sum(check: &Check) -> String {
    let some = |level: Level, one: &str, many: &str| match check.count(level) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts = [
        some(Level::Problem, "problem", "problems"),
        some(Level::Unknown, "check that could not be completed", "checks that could not be completed"),
        some(Level::Warning, "warning", "warnings"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let start = match check.exit_code() {
        ExitCode::Clean => "Ready",
        ExitCode::Partial => "Unclear",
        _ => "Not ready",
    };
    if parts.is_empty() { format!("{start}.") } else { format!("{start}: {}.", parts.join(", ")) }
}

fn painted(text: &str, level: Level, style: Style) -> String {
    let code = match level {
        _ if !style.color => return text.to_owned(),
        Level::Fine => "32",
        Level::Note => "2",
        Level::Warning => "1;33",
        Level::Unknown => "1;35",
        Level::Problem => "1;31",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}
