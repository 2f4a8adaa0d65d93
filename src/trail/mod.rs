//! CloudTrail.

pub mod agent;
pub mod class;
pub mod gather;
pub mod inflate;
pub mod json;
pub mod record;
pub mod slots;
pub mod split;
mod strict;
pub mod time;

pub use self::gather::{Coverage, Gathered, Limits, Mark, Worker};
