//! secretrail, the command: parse, run, print the error and its hint, exit.
#![forbid(unsafe_code)]

use std::process;
use std::sync::LazyLock;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};
use secretrail::cli::Cli;
use secretrail::command;
use secretrail::error::{Error, ExitCode};
use secretrail::secret::redact::Redactor;
use secretrail::shown::{shown_log, shown_page};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[cfg(feature = "fast-alloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> process::ExitCode {
    quiet_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(mut error) => {
            quote_no_value(&mut error);
            // Help and version are no errors; a wrong call was no audit.
            let code = if error.use_stderr() { ExitCode::NotAudited } else { ExitCode::Clean };
            if error.use_stderr() {
                tell_usage(&error);
            } else {
                let _ = error.print();
            }
            return process::ExitCode::from(code as u8);
        }
    };
    start_log(cli.quiet, cli.verbose + u8::from(cli.command.serves()));
    let code = match command::run(&cli) {
        Ok(code) => code,
        Err(error) => {
            tell(&error, cli.command.audits());
            error.exit_code() as u8
        }
    };
    process::ExitCode::from(code)
}

/// A value that can't be used is not repeated: somebody may have typed a secret.
fn quote_no_value(error: &mut clap::Error) {
    if error.get(ContextKind::InvalidValue).is_some_and(|value| *value != ContextValue::String(String::new()))
    {
        error.insert(ContextKind::InvalidValue, ContextValue::String("...".to_owned()));
    }
}

/// A wrong call is told with what was typed: somebody may have typed a secret. Then, or where it would steer the
/// terminal, it is told without colours: they stand between the letters.
fn tell_usage(error: &clap::Error) {
    let text = error.render();
    let plain = text.to_string();
    let told = shown_page(&Redactor::default().text(&plain));
    if told == plain {
        // What was typed may hold escapes of its own.
        anstream::eprint!("{}", shown_log(&text.ansi().to_string()));
    } else {
        eprint!("{told}");
    }
}

/// Errors name keys, rules and files as they are written: one that looks like a token is not told, and none steers the
/// terminal.
fn tell(error: &Error, audit: bool) {
    let redactor = Redactor::default();
    let told = |text: &str| shown_page(&redactor.text(text));
    anstream::eprintln!("\u{1b}[1;31merror\u{1b}[0m: {}", told(&error.to_string()));
    if let Some(hint) = &error.hint {
        anstream::eprintln!(" \u{1b}[1;36mhint\u{1b}[0m: {}", told(hint));
    }
    if audit && error.exit_code() == ExitCode::NotAudited {
        anstream::eprintln!("no audit was performed");
    }
}

/// Only what secretrail itself tells: the AWS SDK logs credentials, and answers that it could not read.
fn start_log(quiet: bool, verbose: u8) {
    let level = match verbose {
        0 if quiet => tracing::Level::ERROR,
        0 => tracing::Level::WARN,
        1 => tracing::Level::INFO,
        2 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(|| RedactedLog)
        .with_target(false)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .without_time()
        .finish()
        .with(filter_fn(|entry| entry.target().starts_with(env!("CARGO_CRATE_NAME"))))
        .init();
}

/// Standard error without tokens: a line of the log can name what somebody wrote into a rule or a setting.
struct RedactedLog;

impl std::io::Write for RedactedLog {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        static REDACTOR: LazyLock<Redactor> = LazyLock::new(Redactor::default);
        let text = String::from_utf8_lossy(line);
        std::io::stderr().write_all(shown_log(&REDACTOR.text(&text)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

/// A panic's text can quote what was being read: only its place is told.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        eprintln!("error: secretrail failed{}; please report it", place.unwrap_or_default());
    }));
}
