//! The check before you start work: who am I, who would I become, is my tree in order, are the secrets in place?
//!
//! ```text
//!  variables, profiles, sign-ins ──► chain ──► whose credential, and whose without it
//!  AWS's answer ──────────────────► caller ─┐
//!  ports, repository, inventory ───────────►├─► Check: lines with levels ──► exit code
//! ```
//!
//! Everything is judged from what `command::session` read: nothing here connects, or reads a file or a clock.

pub mod caller;
pub mod chain;
pub mod check;
pub mod dot_env;
pub mod forward;
pub mod repository;
pub mod variables;

pub use check::{Check, Level, Line, Step};
