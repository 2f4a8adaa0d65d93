//! One file for each subcommand: reads what the user names, calls the pure core, writes.

mod account;
mod audit;
mod baseline;
#[cfg(feature = "aws")]
mod collect;
#[cfg(all(feature = "aws", feature = "run"))]
mod credential_process;
mod evidence;
mod hiding;
mod history;
mod init;
mod inventory;
mod job;
mod man;
mod notify;
mod outcome;
mod output;
mod policy;
mod progress;
mod review;
mod rules;
#[cfg(feature = "run")]
mod run;
mod scan;
#[cfg(feature = "serve")]
mod serve;
mod session;
mod settings;
mod setup;
mod silencing;
mod since;
mod trail;
#[cfg(feature = "verify")]
mod trail_verify;

use std::io::{self, Write};

use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::shown::shown_page;

/// Runs a command, and gives the exit code: one of [`ExitCode`], or that of the program that was run.
///
/// # Errors
///
/// What ends the command before it could do its work.
pub fn run(cli: &Cli) -> Result<u8, Error> {
    #[cfg(feature = "run")]
    if let Command::Run(arguments) = &cli.command {
        return run::run(cli, arguments);
    }
    #[cfg(feature = "notify")]
    let watch = notify::Watch::begin(cli);
    let result = audit(cli);
    #[cfg(feature = "notify")]
    if let Some(watch) = watch {
        watch.end(&result);
    }
    result.map(|code| code as u8)
}

fn audit(cli: &Cli) -> Result<ExitCode, Error> {
    match &cli.command {
        Command::Audit(arguments) => audit::run(cli, arguments),
        Command::Scan(arguments) => scan::run(cli, arguments),
        Command::Account(arguments) => account::run(cli, arguments),
        Command::Inventory(arguments) => inventory::run(cli, arguments),
        Command::Trail(arguments) => trail::run(cli, arguments),
        Command::Review(arguments) => review::run(arguments),
        Command::Baseline(arguments) => baseline::run(cli, arguments),
        Command::Rules(arguments) => rules::run(arguments),
        #[cfg(feature = "aws")]
        Command::Collect(arguments) => collect::run(cli, arguments),
        Command::History(arguments) => history::run(cli, arguments),
        #[cfg(feature = "notify")]
        Command::Notify(arguments) => notify::run(arguments),
        Command::Evidence(arguments) => evidence::run(arguments),
        Command::Policy(arguments) => policy::run(arguments),
        Command::Init(arguments) => init::run(arguments),
        Command::Settings(arguments) => settings::run(arguments),
        #[cfg(feature = "run")]
        Command::Run(_) => Ok(ExitCode::NotRun),
        #[cfg(all(feature = "aws", feature = "run"))]
        Command::CredentialProcess(arguments) => credential_process::run(arguments),
        Command::Session(arguments) => session::run(cli, arguments),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serve::run(arguments),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "secretrail", &mut text);
            print(&text)
        }
        Command::Man { of } => print(&man::page(of, Cli::command())?),
    }
}

/// Writes to standard output what names things from outside: none of them steers the terminal. A reader that went away
/// (`| head`) is no error.
fn print(text: &[u8]) -> Result<ExitCode, Error> {
    let told = std::str::from_utf8(text).map(shown_page);
    let text = told.as_ref().map_or(text, |told| told.as_bytes());
    match io::stdout().lock().write_all(text).and_then(|()| io::stdout().lock().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritten(&error)),
        _ => Ok(ExitCode::Clean),
    }
}

fn unwritten(error: &io::Error) -> Error {
    Error::new(ErrorKind::Output, format!("the output cannot be written: {}", error.kind()))
}
