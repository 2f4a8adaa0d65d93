//! cloud-init: `#cloud-config`, MIME parts and the other forms that user data can have.

use super::Context;
use crate::reading::Reading;
use crate::value::{Flat, Landing};

/// Whether a text is one of cloud-init's own forms, as far as its beginning tells; a plain script is none.
pub fn is_cloud_init(_text: &str) -> bool {
    false
}

/// Follows secrets through cloud-init's forms; scripts inside go through [`super::trace`] again.
pub fn trace(_text: &Flat, _context: &Context<'_>) -> Reading<Vec<Landing>> {
    Reading::default()
}
