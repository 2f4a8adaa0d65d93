//! What names tell of a line: `--password X`, `"password": "X"`, `Bearer X`. Whatever a search missed stands in the
//! excerpt of its neighbour, so an excerpt hides all that stands in a secret's place.

mod compared;
mod given;
mod joint;
mod line;
mod options;
mod patterns;
mod sentence;
mod simple;
mod value;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::secret::names::says_secret;
use line::Line;
pub(super) use sentence::in_sentences;

/// Commands inside of commands deeper than this are hidden whole.
const DEEPEST: usize = 4;

/// Everything in the text that stands in a secret's place, line by line.
pub(super) fn in_secret_places(text: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        let named = Line::new(bare, DEEPEST).read().into_iter();
        let found = named.chain(given::in_commands(bare)).chain(patterns::in_patterns(bare));
        hidden.extend(found.map(|at| at.start + start..at.end + start));
        start += line.len();
    }
    hidden
}

/// Whether an option says it by a word that elsewhere says nothing: `--seed X`, `--user-pin X`.
fn is_telling_option(name: &str) -> bool {
    const LAST: [&str; 17] = [
        "seed",
        "mnemonic",
        "pin",
        "puk",
        "otp",
        "totp",
        "mfa",
        "passcode",
        "phrase",
        "codes",
        "pat",
        "recovery-code",
        "backup-code",
        "otp-code",
        "mfa-code",
        "recoverycode",
        "security-answer",
    ];
    let name = name.to_ascii_lowercase().replace('_', "-");
    LAST.iter().any(|last| {
        name.strip_suffix(last).is_some_and(|before| before.is_empty() || before.ends_with(['-', '.']))
    })
}

/// Whether a name, an option or a key says that a secret follows.
fn is_telling(name: &str) -> bool {
    const MORE: [&str; 22] = [
        "authorization",
        "bearer",
        "cookie",
        "pass",
        "pw",
        "pwd",
        "passwd",
        "userpass",
        "passin",
        "passout",
        "psk",
        "creds",
        "_auth",
        "sse-c-key",
        "sse-c-copy-source-key",
        "sse-customer-key",
        "setup-key",
        "activationkey",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
        "X-Goog-Signature",
        "sessionid",
    ];
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    let listed = MORE.iter().any(|word| last.eq_ignore_ascii_case(word));
    listed || says_secret(name).is_some() || says_secret(last).is_some()
}
