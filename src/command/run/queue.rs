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
    /// When the program ended: what others still write to its output is not waited for.
    gone: Option<Instant>,
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
        self.set(|state| state.gone = Some(Instant::now()));
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
            let left = |most: Duration, since: Instant| {
                most.checked_sub(since.elapsed()).filter(|left| !left.is_zero())
            };
            let wait = match (most, state.gone) {
                (Some(most), _) => match left(most, begun) {
                    Some(left) => Some(left),
                    None => return Next::Quiet,
                },
                // Not since this wait began: the program's last words may still be on their way here.
                (None, Some(gone)) => match left(LEFT_BEHIND, gone.max(begun)) {
                    Some(left) => Some(left),
                    None => return Next::End,
                },
                (None, None) => None,
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    #[test]
    fn the_last_words_after_a_long_silence_are_waited_for() {
        let queue = Arc::new(Queue::default());
        let taken = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || (matches!(queue.take(None), Next::Piece(_)), queue.take(None)))
        };
        thread::sleep(LEFT_BEHIND + Duration::from_millis(200));
        queue.gone();
        thread::sleep(Duration::from_millis(100));
        assert!(queue.put(Zeroizing::new(b"why it failed".to_vec())), "nobody waits any more");
        let (came, after) = taken.join().expect("no panic");
        assert!(came && matches!(after, Next::End));
    }
}
