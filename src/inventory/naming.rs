//! The naming convention: `/{project}/{service}/{key-type}`.

use super::asked::is_below;

/// Whether a name has the three parts, each of small letters, digits and dashes, below one of the projects where they
/// are named.
pub fn is_well_named(name: &str, projects: &[String]) -> bool {
    let part = |part: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !part.is_empty() && part.bytes().all(plain) && !part.starts_with('-') && !part.ends_with('-')
    };
    let Some(rest) = name.strip_prefix('/') else { return false };
    let parts: Vec<&str> = rest.split('/').collect();
    let below = |project: &String| is_below(name, &format!("/{}", project.trim_matches('/')));
    parts.len() == 3 && parts.into_iter().all(part) && (projects.is_empty() || projects.iter().any(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_parts_in_small_letters() {
        for name in ["/paperclip-app/anthropic/api-key", "/abt/replicate/api-token", "/a1/b2/c3"] {
            assert!(is_well_named(name, &[]), "{name}");
        }
        for name in ["a/b/c", "/a/b", "/a/b/c/d", "/A/b/c", "/a//c", "/a/b_c/d", "/a/-b/c", "", "/"] {
            assert!(!is_well_named(name, &[]), "{name}");
        }
        assert!(is_well_named("/a/b/c", &["/a".into()]) && !is_well_named("/a/b/c", &["x".into()]));
    }
}
