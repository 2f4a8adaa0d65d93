//! `secretrail inventory drill`: a rotation, practised with a stopwatch.

use std::fs::OpenOptions;
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::runbook::{entry, listed};
use crate::cli::InventoryDrillArguments;
use crate::command::{print, unwritten};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::inventory::QUESTIONS;
use crate::inventory::drill::{Drill, Ending, HEADER, told};
use crate::secret::redact::Redactor;
use crate::shown::{shown, shown_page};

/// Where drills are kept where nobody says so.
pub(super) const FILE: &str = "secrets-drills.csv";
/// What is typed is an answer of one letter; nothing of it is kept.
const MOST_TYPED: u64 = 4_096;
/// A rotation should take no longer.
const MOST_SECONDS: i64 = 300;

pub(super) fn run(arguments: &InventoryDrillArguments) -> Result<ExitCode, Error> {
    let inventory =
        listed(&[arguments.files.as_slice(), &arguments.lists].concat(), arguments.settings.as_deref())?;
    let entry = entry(&inventory, &arguments.key)?;
    let redactor = Redactor::default();
    let say =
        |text: &str| -> Result<(), Error> { print(shown_page(&redactor.text(text)).as_bytes()).map(|_| ()) };
    say(&format!(
        "Rotating {} as if it had leaked. Enter after each step; f: it failed, q: stop. Type no value here.\n",
        shown(&entry.key)
    ))?;
    let (at, begun) = (jiff::Timestamp::now(), Instant::now());
    let at = jiff::Timestamp::from_second(at.as_second()).unwrap_or(at);
    let mut steps = [None; 5];
    let mut ending = Ending::Done;
    for (((_, question), answer), slot) in QUESTIONS.iter().zip(entry.answers.all()).zip(&mut steps) {
        say(&format!(
            "\n{question}\n  {}\n> ",
            answer.unwrap_or("(no answer in the list: find it out now)").replace('`', "")
        ))?;
        let step = Instant::now();
        match typed()? {
            Typed::Done => *slot = i64::try_from(step.elapsed().as_secs()).ok(),
            Typed::Failed => {
                ending = Ending::Failed;
                break;
            }
            Typed::Stopped => {
                ending = Ending::Stopped;
                break;
            }
        }
    }
    let seconds = i64::try_from(begun.elapsed().as_secs()).unwrap_or(i64::MAX);
    let who = arguments.by.clone().or_else(user).unwrap_or_else(|| "somebody".to_owned());
    let drill = Drill { key: entry.key.clone(), at, who, seconds, ending, steps };
    let file = arguments.record.clone().unwrap_or_else(|| PathBuf::from(FILE));
    append(&file, &drill, &redactor)?;
    let slow = seconds > MOST_SECONDS;
    let verdict = match (ending, slow) {
        (Ending::Done, false) => "in time",
        (Ending::Done, true) => "over five minutes",
        (ending, _) => ending.word(),
    };
    say(&format!("\n{}: {}, {verdict}. Noted in {}\n", shown(&entry.key), told(seconds), file.display()))?;
    Ok(if ending == Ending::Done && !slow { ExitCode::Clean } else { ExitCode::Findings })
}

enum Typed {
    Done,
    Failed,
    Stopped,
}

/// One line. The end of the input stops the drill.
fn typed() -> Result<Typed, Error> {
    let mut line = Vec::new();
    let read = io::stdin().lock().take(MOST_TYPED).read_until(b'\n', &mut line);
    read.map_err(|error| Error::new(ErrorKind::Input, format!("nothing can be typed: {}", error.kind())))?;
    let first = line.first().map(u8::to_ascii_lowercase);
    zeroize::Zeroize::zeroize(&mut line);
    Ok(match first {
        None | Some(b'q') => Typed::Stopped,
        Some(b'f') => Typed::Failed,
        Some(_) => Typed::Done,
    })
}

fn user() -> Option<String> {
    ["USER", "USERNAME", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()))
}

/// Adds a line to the file; a new one begins with the names of the columns. A link leads to somebody else's file.
fn append(file: &Path, drill: &Drill, redactor: &Redactor) -> Result<(), Error> {
    if std::fs::symlink_metadata(file).is_ok_and(|kind| !kind.is_file()) {
        return Err(Error::new(ErrorKind::Output, format!("{} is not a regular file", file.display()))
            .hint("name a file with --record"));
    }
    let new = std::fs::metadata(file).map_or(true, |file| file.len() == 0);
    let line = redactor.text(&drill.line()).into_owned();
    let text = if new { format!("{HEADER}{line}") } else { line };
    let mut out =
        OpenOptions::new().create(true).append(true).open(file).map_err(|error| unwritten(&error))?;
    out.write_all(text.as_bytes()).map_err(|error| unwritten(&error))
}
