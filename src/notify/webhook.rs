//! The body of a signed webhook: the change as it is.

use super::message::fitting;
use super::{Change, Message, written};

/// What common receivers take without being asked to.
const MOST_BYTES: usize = 256 * 1024;

/// The message; it is signed when it is sent.
pub fn webhook(change: &Change) -> Message {
    let body = fitting(change.items(), MOST_BYTES, |count| written(&change.clone().cut(count)).into_bytes());
    Message { content_type: "application/json", headers: Vec::new(), body }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{change, item};
    use super::*;
    use crate::finding::Severity;

    #[test]
    fn it_fits_whatever_is_found() {
        let mut change = change();
        change.new = (0..5_000).map(|at| item(&at.to_string(), Severity::High)).collect();
        let message = webhook(&change);
        assert!(message.body.len() <= MOST_BYTES && message.body.len() > MOST_BYTES / 4);
        let read = super::super::read(std::str::from_utf8(&message.body).unwrap()).unwrap();
        assert_eq!(read.items() + read.left_out, 5_002);
        assert_eq!(webhook(&change), message, "the same at every try");
    }
}
