//! Delivers notifications and reports the outcome: the part of them that connects.
//!
//! Each target gets its messages one after another, all targets in parallel, with one deadline for everything. A
//! message is retried where that can help: after 429 and 5xx, and without an answer.

mod address;
mod client;
mod retry;
mod signature;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

pub use self::address::Address;
use self::client::Client;
pub use self::signature::Key;
use crate::error::{Error, ErrorKind};
use crate::notify::Verdict;

/// Headers that are made anew for each try, as they hold its time: a signature. The text is a reason without values.
pub type Seal = Box<dyn Fn(Timestamp, &[u8]) -> Result<Vec<(String, String)>, String> + Send + Sync>;
/// What an answer means, by its status and its body.
pub type Check = fn(u16, &[u8]) -> Verdict;

/// A message on its way.
pub struct Parcel {
    /// Told with the result.
    pub id: i64,
    /// Where to.
    pub address: Address,
    /// What the body is written in.
    pub content_type: &'static str,
    /// Headers that stay as they are.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Headers of each try.
    pub seal: Option<Seal>,
    /// What an answer means.
    pub check: Check,
}

impl fmt::Debug for Parcel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Parcel({}, {} bytes)", self.id, self.body.len())
    }
}

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// One try.
    pub attempt: Duration,
    /// All of it.
    pub all: Duration,
}

/// Carries each list one after another, and the lists side by side. What follows a message that was not taken is not
/// tried: the order is kept. `told` hears of each message as soon as it is known; of those that were not tried, too.
///
/// # Errors
///
/// [`ErrorKind::Input`] where TLS can't be used on this machine at all.
pub fn carry(
    lists: Vec<Vec<Parcel>>,
    limits: Limits,
    told: &mut dyn FnMut(i64, Result<(), String>),
) -> Result<(), Error> {
    let cant = |error: std::io::Error| {
        Error::new(ErrorKind::Input, format!("notifications cannot be sent: {}", error.kind()))
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cant)?;
    let only_here = lists.iter().flatten().all(|parcel| parcel.address.is_loopback());
    let client = Client::new(only_here)?;
    runtime.block_on(async {
        let deadline = Instant::now() + limits.all;
        let (results, mut news) = mpsc::unbounded_channel();
        let mut lanes = JoinSet::new();
        for list in lists {
            lanes.spawn(lane(list, client.clone(), limits.attempt, deadline, results.clone()));
        }
        drop(results);
        while let Some((id, result)) = news.recv().await {
            told(id, result);
        }
    });
    // A lookup of a name that hangs must not hold the process.
    runtime.shutdown_timeout(Duration::from_millis(100));
    Ok(())
}

async fn lane(
    list: Vec<Parcel>,
    client: Client,
    attempt: Duration,
    deadline: Instant,
    results: mpsc::UnboundedSender<(i64, Result<(), String>)>,
) {
    let mut stuck = false;
    for parcel in list {
        let result = match stuck {
            true => Err("an earlier message has to go first".to_owned()),
            false => retry::deliver(&client, &parcel, attempt, deadline).await,
        };
        stuck |= result.is_err();
        // Nobody listens any more where the process ends.
        let _ = results.send((parcel.id, result));
    }
}
