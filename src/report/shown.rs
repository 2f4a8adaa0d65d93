//! What reports use of [`crate::shown`].

pub(super) use crate::shown::{clipped, shown, shown_lines, shown_source};
