//! `[notify]`: who is told what, once, in whatever way a run ends.

mod rig;
mod webhook;
