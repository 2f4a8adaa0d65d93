//! Keeps a port forward up: starts `aws ssm start-session`, looks whether the port answers, and starts it again when it
//! drops. The AWS CLI starts a plugin, which outlives it where it is killed: both are ended as one group.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "the one place that starts the AWS CLI, and looks whether its port answers"
)]

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::session::forward::{Event, Forward, Reason, reason, wait};

/// How often a child is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How long an answer of this machine's own port takes at most.
const ANSWER: Duration = Duration::from_millis(200);
/// How often the port is looked at once it is up.
const PROBE: Duration = Duration::from_secs(2);
/// How long a child may take to end when it is told to.
const GRACE: Duration = Duration::from_secs(2);
/// So much of a child's last words is kept.
const MOST_WORDS: usize = 16 * 1024;

/// How a forward is run.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The AWS CLI.
    pub program: PathBuf,
    /// How long a try may take until the port answers.
    pub start: Duration,
    /// So many tries in a row that fail are enough.
    pub tries: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self { program: "aws".into(), start: Duration::from_secs(20), tries: 6 }
    }
}

/// Whether something answers on this machine's port.
pub fn answers(port: u16) -> bool {
    TcpStream::connect_timeout(&address(port), ANSWER).is_ok()
}

/// Whether something listens there. Nothing is sent through it: who asks by connecting opens a connection at the far end.
fn is_taken(port: u16) -> bool {
    TcpListener::bind(address(port)).is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Keeps it up until `stop`, or until there is no sense in it; tells what happens. No child is left.
pub fn keep(forward: &Forward, terms: &Terms, stop: &AtomicBool, tell: &dyn Fn(Event)) {
    let mut failed = 0;
    let mut attempt = 1;
    while !stop.load(Ordering::Relaxed) {
        tell(Event::Trying(attempt));
        let reason = match once(forward, terms, stop, tell) {
            End::Stopped => break,
            End::Lost(after, reason) => {
                failed = 0;
                tell(Event::Lost(after, reason.clone()));
                reason
            }
            End::Failed(reason) => {
                failed += 1;
                tell(Event::Failed(reason.clone()));
                reason
            }
        };
        if reason.is_final || failed >= terms.tries {
            tell(Event::GaveUp(reason));
            return;
        }
        let lot = RandomState::new().build_hasher().finish();
        let pause = wait(failed.max(1), lot);
        tell(Event::Waiting(pause));
        sleep(pause, stop);
        attempt += 1;
    }
    tell(Event::Ended);
}

/// How one try ended.
enum End {
    Stopped,
    Lost(Duration, Reason),
    Failed(Reason),
}

fn once(forward: &Forward, terms: &Terms, stop: &AtomicBool, tell: &dyn Fn(Event)) -> End {
    if is_taken(forward.local_port) {
        return End::Failed(Reason::lasting(format!("another program has port {}", forward.local_port)));
    }
    let mut running = match Running::start(forward, terms) {
        Ok(running) => running,
        Err(reason) => return End::Failed(reason),
    };
    let begun = Instant::now();
    while !answers(forward.local_port) {
        if let Some(reason) = running.ended() {
            return End::Failed(reason);
        }
        if stop.load(Ordering::Relaxed) {
            return End::Stopped;
        }
        if begun.elapsed() > terms.start {
            let seconds = terms.start.as_secs();
            return End::Failed(Reason::passing(format!("the port did not answer within {seconds} s")));
        }
        thread::sleep(LOOK);
    }
    tell(Event::Up);
    let up = Instant::now();
    let mut looked = Instant::now();
    loop {
        if let Some(reason) = running.ended() {
            return End::Lost(up.elapsed(), reason);
        }
        if stop.load(Ordering::Relaxed) {
            return End::Stopped;
        }
        if looked.elapsed() > PROBE {
            looked = Instant::now();
            if !is_taken(forward.local_port) {
                return End::Lost(up.elapsed(), Reason::passing("nothing listens on the port any more"));
            }
        }
        thread::sleep(LOOK);
    }
}

/// Waits, and looks up now and then.
fn sleep(pause: Duration, stop: &AtomicBool) {
    let until = Instant::now() + pause;
    while !stop.load(Ordering::Relaxed) {
        match until.checked_duration_since(Instant::now()) {
            Some(left) => thread::sleep(left.min(LOOK)),
            None => return,
        }
    }
}

/// The AWS CLI, and what it started. All of it ends with this.
struct Running {
    child: Child,
    words: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Running {
    fn start(forward: &Forward, terms: &Terms) -> Result<Self, Reason> {
        let mut command = Command::new(&terms.program);
        command.args(forward.arguments()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => Reason::lasting("the AWS CLI (`aws`) is not installed, or not in PATH"),
            kind => Reason::lasting(format!("the AWS CLI cannot be started: {kind}")),
        })?;
        let words = Arc::new(Mutex::new(Vec::new()));
        let mut readers = Vec::new();
        if let Some(out) = child.stdout.take() {
            readers.push(read(out, Arc::clone(&words)));
        }
        if let Some(err) = child.stderr.take() {
            readers.push(read(err, Arc::clone(&words)));
        }
        Ok(Self { child, words, readers })
    }

    /// Why it ended, where it did.
    fn ended(&mut self) -> Option<Reason> {
        let status = match self.child.try_wait() {
            Ok(None) => return None,
            Ok(Some(status)) => status,
            Err(_) => return Some(Reason::passing("the AWS CLI cannot be watched")),
        };
        // What it started ends now, and with it the pipes.
        self.end();
        let until = Instant::now() + GRACE;
        while Instant::now() < until && !self.readers.iter().all(JoinHandle::is_finished) {
            thread::sleep(Duration::from_millis(10));
        }
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        Some(reason(&String::from_utf8_lossy(&words), status.code()))
    }

    fn end(&mut self) {
        group::ask_to_end(&self.child);
        let until = Instant::now() + GRACE;
        while Instant::now() < until {
            let is_over = matches!(self.child.try_wait(), Ok(Some(_)) | Err(_));
            if is_over && !group::is_there(&self.child) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        group::kill(&mut self.child);
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Takes all that a child writes, and keeps the end of it: it may hold anything, and is only searched.
fn read(mut from: impl Read + Send + 'static, words: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut piece) {
            let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
            words.extend_from_slice(piece.get(..count).unwrap_or_default());
            let much = words.len().saturating_sub(MOST_WORDS);
            words.drain(..much);
        }
    })
}

/// The child and what it started, as one.
#[cfg(unix)]
mod group {
    use std::process::Child;

    use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

    fn id(child: &Child) -> Option<Pid> {
        Pid::from_raw(i32::try_from(child.id()).ok()?)
    }

    pub(super) fn ask_to_end(child: &Child) {
        let _ = id(child).map(|group| kill_process_group(group, Signal::TERM));
    }

    pub(super) fn is_there(child: &Child) -> bool {
        id(child).is_some_and(|group| test_kill_process_group(group).is_ok())
    }

    pub(super) fn kill(child: &mut Child) {
        let _ = id(child).map(|group| kill_process_group(group, Signal::KILL));
    }
}

/// The child and what it started: Windows ends a tree by the number of its root.
#[cfg(not(unix))]
mod group {
    use std::process::{Child, Command, Stdio};

    pub(super) fn ask_to_end(child: &Child) {
        let mut command = Command::new("taskkill");
        command.args(["/T", "/F", "/PID", &child.id().to_string()]);
        let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }

    pub(super) fn is_there(_: &Child) -> bool {
        false
    }

    pub(super) fn kill(child: &mut Child) {
        let _ = child.kill();
    }
}
