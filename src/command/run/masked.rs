//! A program's output on its way to ours: one thread reads, one masks and writes.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

use super::code;
use super::queue::{Next, Queue};
use crate::error::{Error, ErrorKind};
use crate::secret::mask::{Mask, Stream};

/// Somebody may wait for what is held back: a prompt that ends as a value begins.
const IDLE: Duration = Duration::from_millis(50);
/// What is read at once.
const PIECE: usize = 64 * 1024;

/// What happens while a program runs.
pub(super) enum Event {
    /// It ended.
    Ended(std::process::ExitStatus),
    /// One of its outputs did, and all of it was written.
    Written,
    /// Somebody wants to stop, though the program ended already.
    Stopped,
}

/// Masks one output of the program. Gives the queue in between, which has to hear when the program ended.
pub(super) fn pump(
    from: impl Read + Send + 'static,
    to: impl Write + Send + 'static,
    mask: &Arc<Mask>,
    events: &Sender<Event>,
) -> Result<Arc<Queue>, Error> {
    let queue = Arc::new(Queue::default());
    let (read, write) = (Arc::clone(&queue), Arc::clone(&queue));
    let (mask, events) = (Arc::clone(mask), events.clone());
    spawn(move || {
        reading(from, &read);
        read.end();
    })?;
    spawn(move || {
        // Where nobody wants the output any more, the program hears of it by its own next write.
        let _ = writing(to, &write, &mask);
        write.close();
        let _ = events.send(Event::Written);
    })?;
    Ok(queue)
}

/// Until the program ended and all of its output was written, or somebody is tired of waiting for the latter.
pub(super) fn wait(events: &Receiver<Event>, outputs: &[Arc<Queue>]) -> u8 {
    let (mut left, mut ended) = (outputs.len(), None);
    while left > 0 || ended.is_none() {
        match events.recv() {
            Ok(Event::Written) => left = left.saturating_sub(1),
            Ok(Event::Ended(status)) => {
                ended = Some(code(status));
                outputs.iter().for_each(|queue| queue.gone());
            }
            Ok(Event::Stopped) | Err(_) => break,
        }
    }
    ended.unwrap_or(u8::MAX)
}

/// A thread of its own.
pub(super) fn spawn(work: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    let started = thread::Builder::new().spawn(work);
    started.map(|_| ()).map_err(|error| {
        Error::new(ErrorKind::NotRun, format!("threads cannot be started: {}", error.kind()))
    })
}

fn reading(mut from: impl Read, queue: &Queue) {
    let mut buffer = Zeroizing::new(vec![0; PIECE]);
    loop {
        match from.read(&mut buffer) {
            // A terminal that nobody holds any more gives an error.
            Ok(0) => return,
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return,
            Err(_) => {}
            Ok(count) => {
                let piece = buffer.get(..count).unwrap_or_default().to_vec();
                if !queue.put(Zeroizing::new(piece)) {
                    return;
                }
            }
        }
    }
}

fn writing(mut to: impl Write, queue: &Queue, mask: &Mask) -> io::Result<()> {
    let (mut stream, mut out) = (Stream::new(mask), Vec::new());
    loop {
        let next = queue.take(stream.is_holding().then_some(IDLE));
        match &next {
            Next::Piece(piece) => stream.push(piece, &mut out),
            Next::Quiet => stream.pause(&mut out),
            Next::End => stream.end(&mut out),
        }
        if !out.is_empty() {
            to.write_all(&out)?;
            to.flush()?;
            out.clear();
        }
        if matches!(next, Next::End) {
            return Ok(());
        }
    }
}
