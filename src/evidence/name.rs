//! Names of files in a bundle: the same on every system, and never a way out of it.

use crate::shown::shown_name;

/// The file that lists all others.
pub const MANIFEST: &str = "manifest.json";
/// A longer name is none of ours.
const MOST_BYTES: usize = 240;
/// A longer name is cut in a message.
const MOST_SHOWN: usize = 80;
/// Folders in folders.
const MOST_PARTS: usize = 8;

/// Whether a document may have this name: parts of plain characters, parted by `/`, none of them `.` or `..`.
pub fn is_safe(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    let part = |part: &str| !part.is_empty() && part.bytes().all(plain) && part != "." && part != "..";
    name.len() <= MOST_BYTES && name.split('/').count() <= MOST_PARTS && name.split('/').all(part)
}

/// A name that somebody else chose, fit for a message.
pub fn shown(name: &[u8]) -> String {
    shown_name(&String::from_utf8_lossy(name), MOST_SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        for safe in ["manifest.json", "123456789012/iam/list-access-keys.a+b=c,d.e@f-g_h.xml", "a/..b", ".x"]
        {
            assert!(is_safe(safe), "{safe}");
        }
        let long = "a".repeat(241);
        let deep = "a/".repeat(8) + "a";
        for unsafe_one in ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\\b", "C:a", "a\0", "é", "a b"] {
            assert!(!is_safe(unsafe_one), "{unsafe_one}");
        }
        assert!(!is_safe(&long) && !is_safe(&deep));
    }

    #[test]
    fn strange_names_are_shown_without_what_a_terminal_obeys() {
        assert_eq!(shown(b"a\x1b[31m\n"), "a␛[31m␊");
        assert!(shown(&[b'x'; 500]).len() < 100);
    }
}
