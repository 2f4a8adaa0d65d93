//! `secretrail session`: reads what the check needs, asks AWS who this is, and tells.

mod caller;
mod health;
#[cfg(feature = "aws")]
mod note;
mod read;
mod repository;
#[cfg(feature = "aws")]
mod supervise;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::output::{in_color, write};
use crate::cli::{Cli, SessionArguments};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::report::session::{self as report, Style};
use crate::secret::Secret;
use crate::session::chain::{self, told};
#[cfg(feature = "aws")]
use crate::session::forward::Forward;
use crate::session::variables::{self, Variable};
use crate::session::{Check, Level, Line, Step, caller as judged};
use crate::settings::Settings;
#[cfg(feature = "aws")]
use crate::shown::shell::quoted;

pub(super) fn run(cli: &Cli, arguments: &SessionArguments) -> Result<ExitCode, Error> {
    let folder = folder(arguments)?;
    let settings = Settings::load(arguments.settings.as_deref(), &folder)?;
    #[cfg(feature = "aws")]
    if let Some(code) = only_forwards(cli, arguments, &settings)? {
        return Ok(code);
    }
    let now = arguments.clock.unwrap_or_else(Timestamp::now);
    let repository = beside(limit(arguments), {
        let folder = folder.clone();
        move || repository::look(&folder)
    });
    let mut check = Check::default();
    who_am_i(arguments, &settings, now, &mut check)?;
    #[cfg(feature = "aws")]
    let crew = forwards(arguments, &settings, &mut check)?;
    match repository() {
        Some((found, took)) => {
            check.repository = found.state;
            check.steps.push(Step { title: "Repository", lines: found.lines, took: Some(took) });
        }
        None => check.steps.push(Step {
            title: "Repository",
            lines: vec![Line::new(
                Level::Unknown,
                format!("it could not be checked within {} s", arguments.timeout),
            )],
            took: Some(limit(arguments)),
        }),
    }
    if health::is_asked(&settings, &folder) {
        let begun = Instant::now();
        let found = match &check.answer {
            Some(judged::Answer::Known(_)) => health::look(cli, arguments, &settings, &folder),
            _ => health::not_asked(),
        };
        check.keys = Some(found.keys);
        check.steps.push(Step {
            title: "Secrets Health Check",
            lines: found.lines,
            took: Some(begun.elapsed()),
        });
    }
    check.steps.push(environment());
    tell(cli, arguments, &check)?;
    #[cfg(feature = "aws")]
    if let Some(crew) = crew {
        let gave_up = crew.watch(&|line| drop(super::print(format!("{line}\n").as_bytes())));
        return Ok(if gave_up { ExitCode::Findings } else { check.exit_code() });
    }
    Ok(check.exit_code())
}

fn folder(arguments: &SessionArguments) -> Result<PathBuf, Error> {
    let here = super::scan::here()?;
    let folder = arguments.folder.as_ref().map_or_else(|| here.clone(), |folder| here.join(folder));
    if folder.is_dir() {
        return Ok(folder);
    }
    let named = arguments.folder.as_deref().unwrap_or(Path::new("."));
    Err(Error::new(ErrorKind::Usage, format!("{} is not a folder", named.display())))
}

fn tell(cli: &Cli, arguments: &SessionArguments, check: &Check) -> Result<(), Error> {
    let style = Style { color: in_color(cli, io::stdout().is_terminal()), quiet: cli.quiet };
    write(None, &|out| match arguments.json {
        true => report::json::write(check, env!("CARGO_PKG_VERSION"), out),
        false => report::write(check, style, out),
    })
}

/// Step 1.
fn who_am_i(
    arguments: &SessionArguments,
    settings: &Settings,
    now: Timestamp,
    check: &mut Check,
) -> Result<(), Error> {
    let begun = Instant::now();
    let setup = read::setup(arguments.profile.clone());
    let chain = chain::evaluate(&setup, now);
    let answer = caller::ask(arguments, &setup, &chain)?;
    let fatal = arguments.root_is_fatal || settings.session.root_is_fatal;
    let mut lines = judged::lines(&answer, now, fatal);
    let known = match &answer {
        judged::Answer::Known(caller) => Some(caller),
        _ => None,
    };
    lines.extend(told::lines(&chain, known, now));
    lines.extend(caller::next(arguments, &setup, &chain)?);
    check.steps.push(Step { title: "Who am I", lines, took: Some(begun.elapsed()) });
    check.answer = Some(answer);
    check.chain = Some(chain);
    Ok(())
}

/// Step 2; with `--stay` the forwards go on. Those of a file that nobody named are looked at, and not started: whoever
/// wrote it would choose the host, and with which profile it is reached.
#[cfg(feature = "aws")]
fn forwards(
    arguments: &SessionArguments,
    settings: &Settings,
    check: &mut Check,
) -> Result<Option<supervise::Crew>, Error> {
    if !settings.left_forwards.is_empty() && !arguments.no_forwards {
        return left(arguments, settings, check).map(|()| None);
    }
    let forwards = &all_forwards(settings);
    if forwards.is_empty() {
        return match arguments.stay {
            true => Err(no_forwards()),
            false => Ok(None),
        };
    }
    let begun = Instant::now();
    let file = settings.file.clone().unwrap_or_default();
    let (lines, crew) = if arguments.stay {
        let crew = supervise::Crew::start(forwards)?;
        (crew.first_lines(Duration::from_secs(arguments.forward_timeout.into())), Some(crew))
    } else {
        (supervise::look(arguments, forwards, &file)?, None)
    };
    check.steps.push(Step { title: "Port forwards", lines, took: Some(begun.elapsed()) });
    Ok(crew)
}

#[cfg(feature = "aws")]
fn all_forwards(settings: &Settings) -> Vec<Forward> {
    [settings.session.forwards.as_slice(), &settings.left_forwards].concat()
}

/// Tells that forwards are left alone.
#[cfg(feature = "aws")]
fn left(arguments: &SessionArguments, settings: &Settings, check: &mut Check) -> Result<(), Error> {
    let file = settings.file.clone().unwrap_or_default();
    let trusts = format!("--settings {} trusts it", quoted(&file.to_string_lossy()));
    let message = format!("[[session.forward]] in {} is ignored", file.display());
    if arguments.stay {
        return Err(Error::new(ErrorKind::Settings, message).hint(trusts));
    }
    let line = Line::new(Level::Warning, format!("{message}: {trusts}"));
    check.steps.push(Step { title: "Port forwards", lines: vec![line], took: None });
    Ok(())
}

#[cfg(feature = "aws")]
fn no_forwards() -> Error {
    Error::new(ErrorKind::Settings, "the settings have no forward to keep")
        .hint("write [[session.forward]] into secretrail.toml; `secretrail session --help` shows one")
}

/// What concerns forwards alone: `--stop-forwards`, and the process in the background.
#[cfg(feature = "aws")]
fn only_forwards(
    cli: &Cli,
    arguments: &SessionArguments,
    settings: &Settings,
) -> Result<Option<ExitCode>, Error> {
    let forwards = &all_forwards(settings);
    let file = settings.file.clone().unwrap_or_default();
    if !arguments.keep.is_empty() {
        let kept: Vec<_> = settings
            .session
            .forwards
            .iter()
            .filter(|one| arguments.keep.contains(&one.name))
            .cloned()
            .collect();
        supervise::in_background(&kept, &file)?;
        return Ok(Some(ExitCode::Clean));
    }
    if !arguments.stop_forwards {
        return Ok(None);
    }
    if forwards.is_empty() {
        return Err(no_forwards());
    }
    let lines = supervise::stop(forwards, &file)?;
    let check = Check { steps: vec![Step { title: "Port forwards", lines, took: None }], ..Check::default() };
    tell(cli, arguments, &check)?;
    Ok(Some(check.exit_code()))
}

/// Variables that hold keys.
fn environment() -> Step {
    let variable = |(name, value): (std::ffi::OsString, std::ffi::OsString)| Variable {
        name: name.to_string_lossy().into_owned(),
        value: Secret::new(value.to_string_lossy().into_owned()),
    };
    let all: Vec<Variable> = std::env::vars_os().map(variable).collect();
    Step { title: "Environment", lines: variables::lines(&all), took: None }
}

/// How long a step may take.
fn limit(arguments: &SessionArguments) -> Duration {
    Duration::from_secs(arguments.timeout.into())
}

/// Does something beside, and fetches it later: `None` where it takes longer than it may, counted from now on. What
/// hangs ends with the process.
fn beside<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> impl FnOnce() -> Option<(T, Duration)> {
    let (sender, receiver) = mpsc::channel();
    let begun = Instant::now();
    thread::spawn(move || {
        let done = work();
        let _ = sender.send((done, begun.elapsed()));
    });
    move || receiver.recv_timeout(limit.saturating_sub(begun.elapsed())).ok()
}
