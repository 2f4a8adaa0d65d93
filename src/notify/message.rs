//! A message as it is sent, and its number.

use sha2::{Digest, Sha256};

use crate::hex::hex;

/// Characters of a delivery's number.
const NUMBER: usize = 32;

/// One POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What the body is written in.
    pub content_type: &'static str,
    /// More headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The number of a delivery: the same for one change and target, whatever happens between tries.
pub fn delivery(target: &str, change: &str) -> String {
    let mut hash = Sha256::new();
    for text in [target, change] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hex(&hash.finalize()).chars().take(NUMBER).collect()
}

/// A run's number in the form of a UUID, made of what tells runs apart.
pub fn run_id(of: &str) -> String {
    let hex = delivery("run", of);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    // Version 8: made by a rule of our own.
    format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// The largest number of findings, halved again and again, whose message fits.
pub(super) fn fitting(items: usize, most_bytes: usize, write: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let mut count = items;
    loop {
        let body = write(count);
        if body.len() <= most_bytes || count == 0 {
            return body;
        }
        count /= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_of_its_target_and_change() {
        let number = delivery("slack", "{}");
        assert_eq!((number.len(), &number), (NUMBER, &delivery("slack", "{}")));
        assert_ne!(number, delivery("slack2", "{}"));
        assert_ne!(delivery("ab", "c"), delivery("a", "bc"));
    }

    #[test]
    fn a_run_has_a_uuid() {
        let id = run_id("scan .");
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
        assert_ne!(id, run_id("scan x"));
    }

    #[test]
    fn what_does_not_fit_is_halved() {
        let body = |count: usize| vec![0; count * 10];
        assert_eq!(fitting(8, 45, body).len(), 40);
        assert_eq!(fitting(8, 80, body).len(), 80);
        assert_eq!(fitting(1, 5, body).len(), 0);
    }
}
