//! What a review uses of [`crate::shown::shell`].

pub(super) use crate::shown::shell::is_reference;
pub use crate::shown::shell::quoted;
