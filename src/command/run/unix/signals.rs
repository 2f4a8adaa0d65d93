//! Signals on their way to the program, and its end.

use std::io;
use std::process::Child;
use std::sync::mpsc::Sender;

use rustix::process::{Signal, kill_process};
use signal_hook::consts::{SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::origin::{Origin, WithOrigin};
use signal_hook::low_level::siginfo::Cause;

use super::pid;
use super::terminal::Master;
use crate::command::run::masked::Event;

/// What is heard. SIGTSTP is not: the keyboard stops both of us.
const HEARD: [i32; 9] = [SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH];

/// Hears signals from the moment it is opened.
pub(super) struct Ear(SignalsInfo<WithOrigin>);

impl Ear {
    pub(super) fn open() -> io::Result<Self> {
        SignalsInfo::new(HEARD).map(Self)
    }

    /// Hands signals on until the process ends. Only this thread waits for the program, so that a signal never goes
    /// to another process that got its number.
    pub(super) fn listen(mut self, mut child: Child, master: Option<&Master>, events: &Sender<Event>) {
        let mut ended = false;
        for heard in self.0.forever() {
            match heard.signal {
                SIGCHLD => {
                    if let (false, Ok(Some(status))) = (ended, child.try_wait()) {
                        ended = true;
                        let _ = events.send(Event::Ended(status));
                    }
                }
                SIGWINCH | SIGCONT if master.is_some() => {
                    if let Some(master) = master {
                        master.follow(heard.signal == SIGCONT);
                    }
                }
                SIGHUP | SIGINT | SIGQUIT | SIGTERM if ended => {
                    let _ = events.send(Event::Stopped);
                }
                _ if ended || has_it(&heard, master.is_some()) => {}
                number => {
                    if let Some(signal) = Signal::from_named_raw(number) {
                        // A program that is just ending gets none.
                        let _ = kill_process(pid(&child), signal);
                    }
                }
            }
        }
    }
}

/// Whether the program got the signal already: it came from the keyboard, and both of us sit at it.
fn has_it(heard: &Origin, has_own_terminal: bool) -> bool {
    let of_keyboard = match heard.cause {
        Cause::Kernel => true,
        // macOS does not tell.
        Cause::Unknown => matches!(heard.signal, SIGINT | SIGQUIT),
        _ => false,
    };
    (of_keyboard && !has_own_terminal) || matches!(heard.signal, SIGWINCH | SIGCONT)
}
