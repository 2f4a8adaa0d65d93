//! Work that is done side by side, with one step in it that each takes in its turn.

use std::sync::{Condvar, Mutex, PoisonError};

/// Who comes next.
#[derive(Default)]
pub(super) struct Line {
    now: Mutex<usize>,
    moved: Condvar,
}

/// A place in the line. It is given up when it is dropped, also by a panic, but never before its time: those behind
/// must not come first.
pub(super) struct Turn<'l> {
    line: &'l Line,
    number: usize,
}

impl Line {
    /// The place of a number. Each number from zero on must take one.
    pub(super) fn place(&self, number: usize) -> Turn<'_> {
        Turn { line: self, number }
    }
}

impl Turn<'_> {
    /// Returns when all before it are done.
    pub(super) fn wait(&self) {
        let mut now = self.line.now.lock().unwrap_or_else(PoisonError::into_inner);
        while *now < self.number {
            now = self.line.moved.wait(now).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.wait();
        *self.line.now.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.line.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_comes_in_its_turn() {
        let (line, seen) = (Line::default(), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for number in (0..8).rev() {
                let (line, seen) = (&line, &seen);
                scope.spawn(move || {
                    let turn = line.place(number);
                    if number != 3 {
                        turn.wait();
                        seen.lock().unwrap().push(number);
                    }
                });
            }
        });
        assert_eq!(seen.into_inner().unwrap(), [0, 1, 2, 4, 5, 6, 7]);
    }
}
