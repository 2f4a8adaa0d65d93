//! The check before work begins: who am I, what would I become, is my tree in order, are the secrets in place.
//!
//! ```text
//!  variables, profiles, sign-ins ──► chain ──► whose credential, and whose without it
//!  AWS's answer ──────────────────► caller ─┐
//!  ports, repository, inventory ───────────►├─► Check: lines with levels ──► exit code
//! ```
//!
//! All of it is judged from what `command::session` read: nothing here connects, reads a file or asks a clock.

pub mod caller;
pub mod chain;
pub mod check;
pub mod dot_env;
pub mod forward;
pub mod repository;
pub mod variables;

pub use check::{Check, Level, Line, Step};
