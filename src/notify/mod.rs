//! Notifications about a run: only what changed since the previous one.
//!
//! ```text
//!  what changed ──► worth sending? ──► outbox (history) ──► message of each target ──► courier (sends)
//! ```
//!
//! A change contains what reports contain: rules, places, fingerprints, and no values. Everything here is pure: the
//! same change gives the same message, on every attempt.

pub mod answer;
mod change;
mod event_bridge;
mod message;
mod prometheus;
mod security_hub;
mod settings;
mod slack;
mod sns;
mod standing;
mod text;
mod webhook;
mod wire;

#[cfg(test)]
pub(crate) mod sample;

pub use self::answer::Verdict;
pub use self::change::{Asked, Change, Item};
pub use self::event_bridge::{event_bridge, is_bus};
pub use self::message::{Message, delivery, run_id};
pub use self::prometheus::{Figures, FoundFigure, KeyFigure, LastRun, LevelFigure, not_audited, prometheus};
pub use self::security_hub::{Hub, security_hub};
pub use self::settings::{Event, Kind, Notify, Origin, Ping, Target, Through};
pub use self::slack::slack;
pub use self::sns::{Topic, is_account, is_region, sns};
pub use self::standing::Standing;
pub use self::text::headline;
pub use self::webhook::webhook;
pub use self::wire::{read, written};
