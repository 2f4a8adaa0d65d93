//! The page's style and script, and the policy that lets a browser run these two and load nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The style sheet.
pub(in crate::report) fn style() -> String {
    unix(STYLE)
}

/// The script: filters and folds. All can be read without it.
pub(super) fn script() -> String {
    unix(SCRIPT)
}

/// A checkout may change line ends; a browser changes them back before it hashes.
fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// The Content-Security-Policy: nothing is loaded, sent or framed; only our own style and script run, known by hash.
pub(in crate::report) fn policy() -> String {
    let hash = |text: String| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(script()),
        hash(style())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_and_the_script_end_no_element_and_name_no_address() {
        for text in [style(), script()] {
            assert!(!text.contains("</"), "it would end its element");
            for address in ["http:", "https:", "url(", "@import", "fetch(", "import("] {
                assert!(!text.contains(address), "{address}");
            }
        }
    }
}
