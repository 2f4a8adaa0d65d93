//! Secret texts, and what is known about how they look and are named.

pub mod mask;
pub mod names;
pub mod placeholder;
pub mod redact;
pub mod stated;
pub mod tokens;

use std::fmt;

use zeroize::Zeroizing;

/// A secret's text. It can be compared, searched for and measured, never printed: its only
/// renderings are its length and, from 16 characters on, its last four.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Characters.
    pub fn length(&self) -> usize {
        self.0.chars().count()
    }

    /// The last four characters of a secret of 16 characters or more.
    pub fn last4(&self) -> Option<String> {
        let length = self.length();
        (length >= 16).then(|| self.0.chars().skip(length - 4).collect())
    }

    /// The text, for comparing inside this crate only: nothing that is written may hold it. (`serve` sends the token
    /// that HCP Terraform gave it back to HCP Terraform; `serve` and `courier` key their signatures, and `courier` goes to
    /// addresses that are secrets; `inventory` compares values; `run` gives a program what it was asked to, and
    /// `credential-process` a session.)
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secret({} characters)", self.length())
    }
}
