//! CloudTrail: who was root, which activity was an agent's, and who is at the start of a chain.
//!
//! ```text
//!  bytes ─► inflate ─► split ─► slots         one pass: where events and their fields stand
//!                                 │
//!                              gather          tallies by credential, in any order; rules over single events
//!                                 │ all events were seen
//!                               link           sessions, chains, tags; root, actor, fallback
//!                                 │
//!                              records ─► judge   rules over sessions
//! ```
//!
//! Nothing here opens a file. Memory grows with sessions and findings, never with events; an event that was delivered
//! twice counts once (see [`ids`]).

mod actor;
pub mod agent;
pub mod class;
mod conventions;
mod fallback;
pub mod feed;
mod fetched;
pub mod gather;
pub mod ids;
pub mod inflate;
pub mod json;
mod judge;
mod link;
pub mod record;
mod records;
mod root;
mod session;
pub mod slots;
pub mod split;
mod strict;
pub mod time;
#[cfg(feature = "verify")]
pub mod verify;

pub use self::conventions::{Allowed, Conventions};
pub use self::fetched::plain as secret_name;
pub use self::gather::{At, Coverage, Gathered, Limits, Mark, Worker};
pub use self::judge::{Judged, correlated, judge, place};
pub use self::link::{Links, link};
pub use self::records::{EVENT, FIELDS, SESSION, record as session_record};
pub use self::session::{Actor, Fallback, Kind, Level, Root, Session};

#[cfg(test)]
mod tests;
