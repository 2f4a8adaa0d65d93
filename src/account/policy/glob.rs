//! Patterns of policies: `*` is any run of characters, `?` is one.

/// Whether a pattern covers another one: all that the other can mean. Letters are compared without case, as IAM
/// compares actions.
///
/// A text without `*` is itself, so this is also how a text is matched.
pub fn covers(pattern: &str, other: &str) -> bool {
    let (pattern, other) = (pattern.as_bytes(), other.as_bytes());
    let (mut at, mut of) = (0, 0);
    // Where to go on when what follows a `*` does not fit.
    let mut back: Option<(usize, usize)> = None;
    while let Some(letter) = other.get(of) {
        match pattern.get(at) {
            Some(b'*') => {
                back = Some((at + 1, of));
                at += 1;
            }
            // A `*` of the other one may be nothing at all, which `?` is not.
            Some(one) if one.eq_ignore_ascii_case(letter) || (*one == b'?' && *letter != b'*') => {
                at += 1;
                of += 1;
            }
            _ => {
                let Some((after, tried)) = back else { return false };
                at = after;
                of = tried + 1;
                back = Some((after, tried + 1));
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|letter| *letter == b'*')
}

/// Whether a pattern of actions means every action: `*`, `*:*`, `**`, `?*`.
pub fn is_every_action(pattern: &str) -> bool {
    // No service has a name of one letter, and no action either.
    const SHORTEST: &str = "aa:aa";
    let sides: Vec<&str> = pattern.split(':').collect();
    let open = |side: &str| side.contains('*') && side.bytes().all(|letter| matches!(letter, b'*' | b'?'));
    matches!(sides.len(), 1 | 2) && sides.iter().all(|side| open(side)) && covers(pattern, SHORTEST)
}

/// Whether several patterns together mean every action. Somebody did write `a*` to `z*`.
pub fn are_every_action<'p>(patterns: impl Iterator<Item = &'p str> + Clone) -> bool {
    if patterns.clone().any(is_every_action) {
        return true;
    }
    ('a'..='z').all(|letter| {
        let all_of_letter = format!("{letter}*");
        patterns.clone().any(|pattern| {
            let pattern = pattern.strip_suffix(":*").filter(|start| start.ends_with('*')).unwrap_or(pattern);
            covers(pattern, &all_of_letter)
        })
    })
}

/// Whether a pattern of resources means every resource: `*`, `arn:*`, `arn:aws:*:*:*:*`.
pub fn is_every_resource(pattern: &str) -> bool {
    let rest = pattern.strip_prefix("arn:").unwrap_or(pattern);
    let open = |part: &str| !part.is_empty() && part.bytes().all(|letter| letter == b'*');
    let mut parts = rest.split(':');
    let partition = parts.next().unwrap_or_default();
    let is_partition = pattern.starts_with("arn:") && matches!(partition, "aws" | "aws-cn" | "aws-us-gov");
    let mut more = parts.peekable();
    (open(partition) || (is_partition && more.peek().is_some())) && more.all(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover() {
        for (pattern, other) in [
            ("*", "iam:CreateUser"),
            ("IAM:*", "iam:createuser"),
            ("iam:*", "iam:Create*"),
            ("iam:Create?ser", "iam:CreateUser"),
            ("*:*", "s3:GetObject"),
            ("a*b*c", "a-b-b-c"),
            ("", ""),
            ("**", ""),
        ] {
            assert!(covers(pattern, other), "{pattern} {other}");
        }
        for (pattern, other) in [
            ("iam:Create*", "iam:*"),
            ("iam:?", "iam:*"),
            ("iam:CreateUser", "iam:CreateUsers"),
            ("s3:*", "iam:CreateUser"),
            ("a*b", "a-b-c"),
            ("", "a"),
        ] {
            assert!(!covers(pattern, other), "{pattern} {other}");
        }
        let long = "a".repeat(10_000);
        assert!(!covers(&("*a".repeat(50) + "b"), &long));
    }

    #[test]
    fn every_action() {
        for pattern in ["*", "*:*", "**", "?*", "*?", "**:**", "*:?*"] {
            assert!(is_every_action(pattern), "{pattern}");
        }
        for pattern in ["", ":", "?", "s3:*", "*:Get*", ":*", "*:", "*:*:*", "??????*"] {
            assert!(!is_every_action(pattern), "{pattern}");
        }
        let letters: Vec<String> = ('a'..='z').map(|letter| format!("{letter}*:*")).collect();
        assert!(are_every_action(letters.iter().map(String::as_str)));
        assert!(!are_every_action(letters.iter().skip(1).map(String::as_str)));
    }

    #[test]
    fn every_resource() {
        for pattern in ["*", "**", "arn:*", "arn:aws:*", "arn:*:*:*:*:*", "arn:aws:*:*:*:*"] {
            assert!(is_every_resource(pattern), "{pattern}");
        }
        for pattern in ["", "arn:", "arn:aws", "arn:aws:s3:::*", "arn:aws:iam::123456789012:*", "a*"] {
            assert!(!is_every_resource(pattern), "{pattern}");
        }
    }
}
