//! A terminal for the program, between it and ours.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};

use pty_process::blocking::{Command, Pts, Pty, open};
use rustix::process::getpgrp;
use rustix::termios::{
    OptionalActions, OutputModes, Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr, tcsetwinsize,
};
use zeroize::Zeroizing;

use crate::command::run::Program;
use crate::command::run::masked::spawn;
use crate::error::{Error, ErrorKind};

/// The program's terminal, and ours as it was before: it is again when this is dropped, on whatever way.
pub(super) struct Terminal {
    master: Arc<Master>,
    /// The program's end; it is given away at the start.
    end: Mutex<Option<Pts>>,
}

/// Our end of the program's terminal.
pub(super) struct Master {
    pty: Pty,
    /// How our own terminal was, where it is read from.
    before: Option<Termios>,
}

impl Terminal {
    /// A terminal like ours. `None` where we write to none, work in the background of it, or the system has no more of
    /// them: then pipes do.
    pub(super) fn open() -> Option<Self> {
        let ours = io::stdout();
        if !ours.is_terminal() {
            return None;
        }
        let types = io::stdin().is_terminal();
        // Who works in the background of a terminal must not change it.
        if types && tcgetpgrp(io::stdin()).ok() != Some(getpgrp()) {
            return None;
        }
        let (pty, end) = open().map_err(|error| tracing::debug!("no terminal is available: {error}")).ok()?;
        let mut modes = tcgetattr(&ours).ok()?;
        if !types {
            // Ours stays as it is, and ends the lines.
            modes.output_modes.remove(OutputModes::OPOST);
        }
        tcsetattr(&end, OptionalActions::Now, &modes).ok()?;
        let before = types.then(|| tcgetattr(io::stdin()).ok()).flatten();
        let master = Arc::new(Master { pty, before });
        master.follow(true);
        Some(Self { master, end: Mutex::new(Some(end)) })
    }

    pub(super) fn master(&self) -> Arc<Master> {
        Arc::clone(&self.master)
    }

    /// What the program writes.
    pub(super) fn reader(&self) -> Output {
        Output(self.master())
    }

    /// Starts the program on it: as its input where we are typed to, as its standard error where ours is a terminal.
    pub(super) fn start(&self, program: &Program<'_>) -> Result<Child, Error> {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(end) = end else {
            return Err(Error::new(ErrorKind::NotRun, "the terminal is in use"));
        };
        let mut command = Command::from(program.command());
        if self.master.before.is_none() {
            command = command.stdin(std::process::Stdio::inherit());
        }
        if !io::stderr().is_terminal() {
            command = command.stderr(std::process::Stdio::piped());
        }
        let child = command.spawn(end).map_err(|error| match error {
            pty_process::Error::Io(error) => program.unstarted(&error),
            pty_process::Error::Rustix(error) => program.unstarted(&error.into()),
        })?;
        if self.master.before.is_some() {
            let master = self.master();
            // It waits for keys when the program ended; then the process ends, too.
            spawn(move || typed(&master))?;
        }
        Ok(child)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(before) = &self.master.before {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }
}

impl Master {
    /// Makes the program's terminal as large as ours; and where we are typed to, gives it the keys as they are.
    pub(super) fn follow(&self, keys: bool) {
        if let Ok(size) = tcgetwinsize(io::stdout()) {
            let _ = tcsetwinsize(&self.pty, size);
        }
        if let (true, Some(before)) = (keys, &self.before) {
            let mut raw = before.clone();
            raw.make_raw();
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &raw);
        }
    }
}

/// Hands keys on.
fn typed(master: &Master) {
    // Not through Rust's own buffer: nobody knows when it is read.
    let Ok(ours) = io::stdin().as_fd().try_clone_to_owned() else { return };
    let (mut ours, mut buffer) = (File::from(ours), Zeroizing::new(vec![0; 4096]));
    loop {
        match ours.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return,
            Ok(count) => {
                if (&master.pty).write_all(buffer.get(..count).unwrap_or_default()).is_err() {
                    return;
                }
            }
        }
    }
}

/// What the program writes to its terminal.
pub(super) struct Output(Arc<Master>);

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&self.0.pty).read(buffer)
    }
}
