//! Step 2: port forwards, kept by this process (`--stay`) or by one in the background.
#![expect(
    clippy::disallowed_methods,
    reason = "starts secretrail itself, to keep forwards in the background"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::note::{self, Note};
use crate::aws::forward::{Terms, answers, keep};
use crate::cli::SessionArguments;
use crate::command::collect::{GENTLY, stop_on_signal};
use crate::error::{Error, ErrorKind};
use crate::session::forward::{Event, Forward};
use crate::session::{Level, Line};

/// How often notes are renewed and looked for.
const BEAT: Duration = Duration::from_millis(500);
/// How often a forward that comes up is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How long a forward in the background may take to end.
const END: Duration = Duration::from_secs(8);

/// Forwards that run in threads of this process.
pub(super) struct Crew {
    forwards: Vec<Forward>,
    stops: Vec<Arc<AtomicBool>>,
    threads: Vec<JoinHandle<()>>,
    events: Receiver<(usize, Event)>,
}

impl Crew {
    /// Starts them all. Ctrl-C and SIGTERM end them.
    pub(super) fn start(forwards: &[Forward]) -> Result<Self, Error> {
        let stops: Vec<Arc<AtomicBool>> = forwards.iter().map(|_| Arc::default()).collect();
        let signal = stop_on_signal()?;
        // A second Ctrl-C must not leave the children behind.
        GENTLY.store(true, Ordering::Relaxed);
        let all = stops.clone();
        thread::spawn(move || {
            while !*signal.borrow() {
                thread::sleep(LOOK);
            }
            all.iter().for_each(|stop| stop.store(true, Ordering::Relaxed));
        });
        let (sender, events) = mpsc::channel();
        let start = |(at, forward): (usize, &Forward)| {
            let (forward, sender, stop) =
                (forward.clone(), sender.clone(), stops.get(at).cloned().unwrap_or_default());
            thread::spawn(move || {
                keep(&forward, &Terms::default(), &stop, &|event| drop(sender.send((at, event))))
            })
        };
        let threads = forwards.iter().enumerate().map(start).collect();
        Ok(Self { forwards: forwards.to_vec(), stops, threads, events })
    }

    /// The lines of the step, once each forward is up or given up, or the time is over.
    pub(super) fn first_lines(&self, limit: Duration) -> Vec<Line> {
        let until = Instant::now() + limit;
        let mut last: Vec<Option<Event>> = vec![None; self.forwards.len()];
        let is_settled =
            |event: &Option<Event>| matches!(event, Some(Event::Up | Event::GaveUp(_) | Event::Ended));
        while !last.iter().all(is_settled) {
            let left = until.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok((at, event)) => {
                    if let Some(slot) = last.get_mut(at).filter(|_| !matches!(event, Event::Waiting(_))) {
                        *slot = Some(event);
                    }
                }
                Err(_) => break,
            }
        }
        let line = |(forward, event): (&Forward, &Option<Event>)| match event {
            Some(Event::Up) => answering(forward),
            Some(event) => silent(forward, event.reason().unwrap_or("it is not up yet")),
            None => silent(forward, "it is not up yet"),
        };
        self.forwards.iter().zip(&last).map(line).collect()
    }

    /// Tells what happens until all have ended; whether one was given up.
    pub(super) fn watch(self, tell: &dyn Fn(&str)) -> bool {
        let mut gave_up = false;
        for (at, event) in &self.events {
            let name = self.forwards.get(at).map_or("", |forward| forward.name.as_str());
            gave_up |= matches!(event, Event::GaveUp(_));
            tell(&format!("{name}: {}", event.told()));
        }
        gave_up
    }

    /// Keeps notes of what happens until all have ended. A note that is gone ends its forward.
    fn note(self, notes: &[PathBuf]) {
        let mut kept: Vec<Note> = self.forwards.iter().map(Note::new).collect();
        for (note, path) in kept.iter_mut().zip(notes) {
            let _ = note.write(path);
        }
        let mut renewed = Instant::now();
        loop {
            let heard = self.events.recv_timeout(BEAT);
            if let Ok((at, event)) = &heard
                && let (Some(note), Some(path)) = (kept.get_mut(*at), notes.get(*at))
            {
                note.heard(event);
                renew(note, path, self.stops.get(*at));
            }
            if renewed.elapsed() >= BEAT {
                renewed = Instant::now();
                for (at, note) in kept.iter_mut().enumerate() {
                    let Some(path) = notes.get(at) else { break };
                    renew(note, path, self.stops.get(at));
                }
            }
            // All threads have dropped their ends, or are about to.
            if matches!(heard, Err(RecvTimeoutError::Disconnected))
                || (heard.is_err() && self.threads.iter().all(JoinHandle::is_finished))
            {
                break;
            }
        }
        for (note, path) in kept.iter().zip(notes).filter(|(note, _)| note.state == "ended") {
            tracing::debug!("{} ended", note.name);
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Drop for Crew {
    /// However it ends, no child is left.
    fn drop(&mut self) {
        self.stops.iter().for_each(|stop| stop.store(true, Ordering::Relaxed));
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Writes the note anew, unless somebody removed it: then the forward ends.
fn renew(note: &mut Note, path: &Path, stop: Option<&Arc<AtomicBool>>) {
    let is_gone = note.renew(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    if let Some(stop) = stop.filter(|_| is_gone) {
        stop.store(true, Ordering::Relaxed);
    }
}

/// The process in the background: keeps the forwards of these names.
pub(super) fn in_background(forwards: &[Forward], settings: &Path) -> Result<(), Error> {
    let folder = notes()?;
    let paths: Vec<PathBuf> = forwards.iter().map(|forward| note::path(&folder, settings, forward)).collect();
    Crew::start(forwards)?.note(&paths);
    Ok(())
}

fn notes() -> Result<PathBuf, Error> {
    let none = || {
        Error::new(ErrorKind::Settings, "there is no folder for notes of forwards")
            .hint("set HOME or XDG_STATE_HOME")
    };
    let folder = note::folder().ok_or_else(none)?;
    note::make(&folder).map_err(|error| {
        Error::new(ErrorKind::Output, format!("{} cannot be made: {}", folder.display(), error.kind()))
    })?;
    Ok(folder)
}

/// Looks at each forward, and starts those that nobody keeps, in the background.
pub(super) fn look(
    arguments: &SessionArguments,
    forwards: &[Forward],
    settings: &Path,
) -> Result<Vec<Line>, Error> {
    let folder = notes()?;
    let path = |forward: &Forward| note::path(&folder, settings, forward);
    let silent_ones: Vec<&Forward> = forwards.iter().filter(|forward| !answers(forward.local_port)).collect();
    let unkept: Vec<&Forward> = silent_ones
        .iter()
        .copied()
        .filter(|forward| !Note::read(&path(forward)).is_some_and(|note| note.is_kept()))
        .collect();
    if !unkept.is_empty() && !arguments.no_forwards {
        for forward in &unkept {
            let _ = std::fs::remove_file(path(forward));
        }
        start(&unkept, settings)?;
    }
    if !silent_ones.is_empty() && !arguments.no_forwards {
        settle(&silent_ones, &path, Duration::from_secs(arguments.forward_timeout.into()));
    }
    Ok(forwards.iter().map(|forward| told(forward, &path(forward))).collect())
}

/// Waits until each answers or is given up, or the time is over.
fn settle(forwards: &[&Forward], path: &dyn Fn(&Forward) -> PathBuf, limit: Duration) {
    let until = Instant::now() + limit;
    let is_settled = |forward: &&Forward| {
        answers(forward.local_port) || Note::read(&path(forward)).is_some_and(|note| note.state == "gave-up")
    };
    while Instant::now() < until && !forwards.iter().all(is_settled) {
        thread::sleep(LOOK);
    }
}

fn told(forward: &Forward, path: &Path) -> Line {
    let note = Note::read(path);
    if answers(forward.local_port) {
        let line = answering(forward);
        return match note {
            Some(Note { lost: 1, .. }) => line.with("it was lost once, and came back"),
            Some(Note { lost: lost @ 2.., .. }) => {
                line.with(format!("it was lost {lost} times, and came back"))
            }
            Some(_) => line,
            None => line.with("not held by secretrail: another process listens there"),
        };
    }
    let reason = note.as_ref().and_then(|note| note.reason.as_deref()).unwrap_or("nothing listens there");
    let line = silent(forward, reason);
    if note.is_some_and(|note| note.is_kept()) {
        line.with("it is retried in the background; `secretrail session --stop-forwards` ends that")
    } else {
        line
    }
}

fn answering(forward: &Forward) -> Line {
    Line::new(Level::Fine, format!("{}: {} answers", forward.name, forward.way()))
}

fn silent(forward: &Forward, reason: &str) -> Line {
    Line::new(Level::Problem, format!("{}: {} does not answer: {reason}", forward.name, forward.way()))
}

/// Starts secretrail in the background for these.
fn start(forwards: &[&Forward], settings: &Path) -> Result<(), Error> {
    let failed = |error: std::io::Error| {
        Error::new(
            ErrorKind::Input,
            format!("secretrail cannot be started in the background: {}", error.kind()),
        )
    };
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    let settings = settings.canonicalize().unwrap_or_else(|_| settings.to_path_buf());
    command.args(["session", "--settings"]).arg(settings);
    for forward in forwards {
        command.arg(format!("--keep={}", forward.name));
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C in this terminal is not meant for it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(&mut command, 0x0000_0008 | 0x0000_0200);
    command.spawn().map(drop).map_err(failed)
}

/// Ends the forwards in the background.
pub(super) fn stop(forwards: &[Forward], settings: &Path) -> Result<Vec<Line>, Error> {
    let folder = notes()?;
    let kept: Vec<(&Forward, PathBuf)> = forwards
        .iter()
        .map(|forward| (forward, note::path(&folder, settings, forward)))
        .filter(|(_, path)| path.exists())
        .collect();
    for (_, path) in &kept {
        let _ = std::fs::remove_file(path);
    }
    let until = Instant::now() + END;
    while Instant::now() < until && kept.iter().any(|(forward, _)| answers(forward.local_port)) {
        thread::sleep(LOOK);
    }
    let line = |(forward, _): &(&Forward, PathBuf)| match answers(forward.local_port) {
        true => Line::new(Level::Problem, format!("{}: the port still answers", forward.name)),
        false => Line::new(Level::Fine, format!("{}: ended", forward.name)),
    };
    let lines: Vec<Line> = kept.iter().map(line).collect();
    Ok(if lines.is_empty() {
        vec![Line::new(Level::Note, "no forward is running in the background")]
    } else {
        lines
    })
}
