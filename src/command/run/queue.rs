//! Pieces of output on their way from the thread that reads them to the one that masks them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

/// More pieces wait in the program's own pipe.
const MOST_PIECES: usize = 8;
/// So long is waited for output of what a program left behind when it ended.
const LEFT_BEHIND: Duration = Duration::from_secs(1);

/// A piece of output.
pub(super) type Piece = Zeroizing<Vec<u8>>;

/// What comes next.
pub(super) enum Next {
    Piece(Piece),
    /// Nothing, for as long as was waited.
    Quiet,
    /// Nothing more.
    End,
}

/// A queue with an end.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    pieces: VecDeque<Piece>,
    /// Nothing more is read.
    ended: bool,
    /// The program ended: what others still write to its output is not waited for.
    gone: bool,
    /// Nobody takes pieces any more.
    closed: bool,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a piece, when there is room. `false` where nobody wants it.
    pub(super) fn put(&self, piece: Piece) -> bool {
        let mut state = self.state();
        while state.pieces.len() >= MOST_PIECES && !state.closed {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if !state.closed {
            state.pieces.push_back(piece);
        }
        self.changed.notify_all();
        !state.closed
    }

    fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    /// Nothing more is read.
    pub(super) fn end(&self) {
        self.set(|state| state.ended = true);
    }

    /// The program ended.
    pub(super) fn gone(&self) {
        self.set(|state| state.gone = true);
    }

    /// Nobody takes pieces any more.
    pub(super) fn close(&self) {
        self.set(|state| {
            state.closed = true;
            state.pieces.clear();
        });
    }

    /// The next piece; waits for it, or for so long.
    pub(super) fn take(&self, most: Option<Duration>) -> Next {
        let begun = Instant::now();
        let mut state = self.state();
        loop {
            if let Some(piece) = state.pieces.pop_front() {
                self.changed.notify_all();
                return Next::Piece(piece);
            }
            if state.ended {
                return Next::End;
            }
            let waited = begun.elapsed();
            let left = |most: Duration| most.checked_sub(waited).filter(|left| !left.is_zero());
            let wait = match (most, state.gone) {
                (Some(most), _) => match left(most) {
                    Some(left) => Some(left),
                    None => return Next::Quiet,
                },
                (None, true) => match left(LEFT_BEHIND) {
                    Some(left) => Some(left),
                    None => return Next::End,
                },
                (None, false) => None,
            };
            state = match wait {
                Some(wait) => {
                    self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}
