//! `[notify]`: who is told what, once, in whatever way a run ends.

mod others;
mod rig;
mod trouble;
mod webhook;
