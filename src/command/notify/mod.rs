//! Telling people what changed: what is put down with a run, and what is sent after it.
//!
//! Nothing here changes an exit code: a report is as good whoever heard of it.

mod job;
mod noted;
#[cfg(feature = "notify")]
mod send;
#[cfg(feature = "notify")]
mod watch;

pub(super) use self::job::job;
pub(super) use self::noted::note;
#[cfg(feature = "notify")]
pub(super) use self::watch::Watch;
