//! What can be verified about a match without asking anybody.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use regex::Captures;

use super::{checksum, pem};
use crate::finding::Confidence;
use crate::secret::names::says_secret;
use crate::secret::placeholder::{self, Placeholder};

/// What a rule verifies: its `check` in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// Nothing.
    Shape,
    /// The base-62 CRC-32 at the end: without it, it was never issued and is dropped.
    Base62Crc,
    /// The same where the vendor has not published the sum: without it, the token is kept unverified.
    MaybeBase62Crc,
    /// Grafana's hex CRC-32: without it, dropped.
    GrafanaCrc,
    /// A JWT's header and payload are JSON, the header has `alg`.
    Jwt,
    /// The match is the BEGIN line of a PEM block; the secret is the whole block.
    Pem,
    /// Base64 of `user:password`.
    BasicAuth,
    /// The password of a URL.
    UrlPassword,
    /// The name that the group `name` ends must say secret, and the value must look drawn.
    SecretName,
}

impl Check {
    /// The word used in the table.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "base62-crc" => Self::Base62Crc,
            "maybe-base62-crc" => Self::MaybeBase62Crc,
            "grafana-crc" => Self::GrafanaCrc,
            "jwt" => Self::Jwt,
            "pem" => Self::Pem,
            "basic-auth" => Self::BasicAuth,
            "url-password" => Self::UrlPassword,
            "secret-name" => Self::SecretName,
            _ => return None,
        })
    }

    /// `None` where the match is no secret.
    pub(super) fn judge(self, text: &str, captures: &Captures<'_>, secret: Range<usize>) -> Option<Verified> {
        let value = text.get(secret.clone())?;
        match self {
            Self::Pem => return pem::block(text, secret),
            Self::Jwt => {
                return jwt(value).map(|issued| Verified {
                    range: secret,
                    verified: issued == Issued::Likely,
                    documentation: issued == Issued::MadeUp,
                });
            }
            _ => {}
        }
        let judged = match self {
            Self::UrlPassword | Self::SecretName => placeholder::judge(value),
            _ => placeholder::judge_shaped(value),
        };
        let verified = match self {
            _ if judged == Placeholder::Yes => return None,
            Self::Base62Crc if judged == Placeholder::No => {
                checksum::has_base62_crc(value).then_some(true)?
            }
            Self::GrafanaCrc if judged == Placeholder::No => {
                checksum::has_grafana_crc(value).then_some(true)?
            }
            Self::MaybeBase62Crc => checksum::has_base62_crc(value),
            Self::BasicAuth => basic_auth(value).then_some(true)?,
            Self::SecretName => looks_named(text, captures, value).then_some(false)?,
            _ => false,
        };
        let documentation = judged == Placeholder::Documentation
            || (self == Self::UrlPassword && example_host(text, &secret));
        Some(Verified { range: secret, verified, documentation })
    }
}

/// A match that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verified {
    pub(super) range: Range<usize>,
    pub(super) verified: bool,
    pub(super) documentation: bool,
}

/// Whether somebody's server issued a JWT.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Issued {
    /// It says for whom, by whom or until when.
    Likely,
    /// It says nothing of that.
    Perhaps,
    /// A printed example, or a sentence for those who read it.
    MadeUp,
}

/// None where it is no JWT, or a public one.
fn jwt(token: &str) -> Option<Issued> {
    use serde_json::Value;
    // What the servers that people run put into theirs.
    const CLAIMS: [&str; 17] = [
        "iss",
        "iat",
        "exp",
        "nbf",
        "aud",
        "jti",
        "role",
        "roles",
        "scope",
        "scopes",
        "azp",
        "tid",
        "oid",
        "client_id",
        "permissions",
        "email",
        "sid",
    ];
    let mut parts = token.split('.');
    let mut object = || {
        let bytes = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        serde_json::from_slice::<Value>(&bytes).ok().filter(Value::is_object)
    };
    let (header, payload) = (object()?, object()?);
    header.get("alg")?.as_str()?;
    let said = |claim: &str| payload.get(claim).and_then(Value::as_str).unwrap_or_default();
    // Supabase's anonymous key is made to be public.
    if said("role") == "anon" {
        return None;
    }
    let claims = || CLAIMS.iter().filter(|claim| payload.get(**claim).is_some());
    let printed = placeholder::judge_shaped(token) == Placeholder::Documentation
        || said("sub") == "1234567890" && said("name") == "John Doe";
    let sentence = said("sub").trim().contains(' ') && claims().next().is_none();
    Some(match claims().next() {
        _ if printed || sentence => Issued::MadeUp,
        Some(_) => Issued::Likely,
        None => Issued::Perhaps,
    })
}

/// Whether the base64 text is `user:password` with a password that can be one.
fn basic_auth(value: &str) -> bool {
    let bytes = STANDARD_NO_PAD.decode(value.trim_end_matches('=')).unwrap_or_default();
    let Ok(text) = String::from_utf8(bytes) else { return false };
    let text = zeroize::Zeroizing::new(text);
    let Some((user, password)) = text.split_once(':') else { return false };
    let plain = text.chars().all(|letter| !letter.is_control());
    plain && !user.is_empty() && password.len() >= 3 && !placeholder::is_placeholder(password)
}

/// Whether the name says secret and the value is no word, no code and no address.
fn looks_named(text: &str, captures: &Captures<'_>, value: &str) -> bool {
    let strong = captures
        .name("name")
        .and_then(|end| says_secret(whole_name(text, end.range())))
        .is_some_and(|verdict| verdict.confidence >= Confidence::Medium);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    // A name with a number at its end (`prod-db-password-2`) was written, not drawn.
    let is_name = value
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_./:".contains(&byte))
        && value.contains(['-', '_', '.', '/', ':']);
    strong && digits > 0 && letters > 0 && !is_name
}

/// The name that ends with these bytes. The expression begins at the word that says secret, as it is then found by that
/// literal; what stands before belongs to the name.
fn whole_name(text: &str, end: Range<usize>) -> &str {
    const LONGEST_NAME: usize = 80;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
    let before = text.as_bytes().get(..end.start).unwrap_or_default();
    let more = before.iter().rev().take(LONGEST_NAME).take_while(|byte| is_name(byte)).count();
    text.get(end.start - more..end.end).unwrap_or_default()
}

/// Whether the password's host is one of those reserved for documentation (RFC 2606).
fn example_host(text: &str, password: &Range<usize>) -> bool {
    let rest = text.get(password.end..).and_then(|rest| rest.strip_prefix('@')).unwrap_or_default();
    let host = rest
        .split(|letter: char| !(letter.is_ascii_alphanumeric() || ".-".contains(letter)))
        .next()
        .unwrap_or_default();
    ["example.com", "example.org", "example.net", ".example"].iter().any(|end| host.ends_with(end))
}
