//! Whether a profile gets its credentials from `secretrail credential-process`.

/// A larger file is none of AWS's.
pub(super) const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// Profiles that lead to profiles.
const MOST_STEPS: usize = 16;

/// Follows `source_profile` from a profile; `text` is `~/.aws/config` or `~/.aws/credentials`.
pub(super) fn is_circle(text: &str, profile: &str) -> bool {
    let mut profile = profile.to_owned();
    for _ in 0..MOST_STEPS {
        if of(text, &profile, "credential_process").is_some_and(is_ours) {
            return true;
        }
        match of(text, &profile, "source_profile") {
            Some(next) => profile = next.to_owned(),
            None => return false,
        }
    }
    false
}

fn is_ours(command: &str) -> bool {
    command.split_ascii_whitespace().any(|word| word.trim_matches(['"', '\'']) == "credential-process")
}

/// The value of a key of a profile; the last one counts.
fn of<'t>(text: &'t str, profile: &str, key: &str) -> Option<&'t str> {
    let (mut inside, mut found) = (false, None);
    for line in text.lines() {
        let line = line.trim_end();
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.split(']').next()) {
            let name = name.trim();
            inside =
                name == profile || name.strip_prefix("profile").is_some_and(|rest| rest.trim() == profile);
        } else if let (true, Some((written, value))) = (inside, line.split_once('='))
            && written.trim() == key
        {
            found = Some(value.trim());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_that_leads_to_us_is_a_circle() {
        let text = "[default]\nregion = us-east-1\n[profile agent]\ncredential_process = /opt/secretrail credential-process --profile base\n\
                    [profile deploy]\nsource_profile=agent\n[profile base]\ncredential_process = other --x\n[profile self]\nsource_profile = self\n";
        for (profile, expected) in [
            ("agent", true),
            ("deploy", true),
            ("base", false),
            ("default", false),
            ("self", false),
            ("none", false),
        ] {
            assert_eq!(is_circle(text, profile), expected, "{profile}");
        }
    }
}
