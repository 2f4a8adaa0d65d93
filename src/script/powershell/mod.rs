//! PowerShell: what runs on Windows machines.

use super::Context;
use crate::reading::Reading;
use crate::value::{Flat, Landing};

/// Whether a text is PowerShell, as far as its beginning tells.
pub fn is_powershell(_text: &str) -> bool {
    false
}

/// Follows secrets through a PowerShell script.
pub fn trace(_script: &Flat, _context: &Context<'_>) -> Reading<Vec<Landing>> {
    Reading::default()
}
