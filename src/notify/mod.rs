//! What people and systems are told of a run: only what changed since the run before.
//!
//! ```text
//!  what changed ──► worth telling? ──► outbox (history) ──► message of each target ──► courier (sends)
//! ```
//!
//! A change holds what a report tells: rules, places, fingerprints, and no value. All here is pure: the same change
//! gives the same message, at every try.

mod change;
mod message;
mod settings;
mod slack;
mod standing;
mod text;
mod webhook;
mod wire;

#[cfg(test)]
pub(crate) mod sample;

pub use self::change::{Asked, Change, Item};
pub use self::message::{Message, delivery};
pub use self::settings::{Event, Kind, Notify, Origin, Target};
pub use self::slack::slack;
pub use self::standing::Standing;
pub use self::webhook::webhook;
pub use self::wire::{read, written};
