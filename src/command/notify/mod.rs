//! Telling people what changed: what is put down with a run, and what is sent after it.
//!
//! Nothing here changes an exit code: a report is as good whoever heard of it.

#[cfg(feature = "notify")]
mod asked;
#[cfg(all(feature = "notify", feature = "aws"))]
mod aws;
#[cfg(feature = "notify")]
mod figures;
mod noted;
#[cfg(feature = "notify")]
mod pack;
#[cfg(feature = "notify")]
mod ping;
#[cfg(feature = "notify")]
mod send;
#[cfg(feature = "notify")]
mod watch;

#[cfg(feature = "notify")]
pub(super) use self::asked::run;
#[cfg(feature = "notify")]
pub(super) use self::figures::{gathered, write};
pub(super) use self::noted::note;
#[cfg(feature = "notify")]
pub(super) use self::watch::Watch;
