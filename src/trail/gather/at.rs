//! Handles of events that are small enough to be held many times.

use std::fmt;

use crate::trail::slots::{Event, Slot};
use crate::trail::{ids, json};

/// An event: when, which, where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// Seconds since 1970.
    pub time: i64,
    /// Its id.
    pub id: Uuid,
    /// The number of its file.
    pub file: u32,
    /// Bytes from the start of that.
    pub offset: u64,
}

/// An event's id. Others than UUIDs are cut to 32 bytes, which is all that is told of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Uuid {
    /// A UUID, as AWS gives it.
    Number(u128),
    /// Anything else.
    Text([u8; 32]),
}

/// What an event's own number is made of, besides its time: what its copies have in common, see [`ids`].
const OWN: [Slot; 9] = [
    Slot::EventId,
    Slot::EventSource,
    Slot::EventName,
    Slot::Region,
    Slot::PrincipalId,
    Slot::Account,
    Slot::Key,
    Slot::SourceIp,
    Slot::ErrorCode,
];

/// A number of an event's own. Histories hold these: it never changes, from version to version, nor with how an exporter
/// writes JSON.
pub(super) fn number(event: &Event<'_>, time: i64) -> u64 {
    let stir = |hash: u64, word: u64| {
        let hash = (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        hash ^ (hash >> 29)
    };
    let mut hash = stir(0xcbf2_9ce4_8422_2325, time.cast_unsigned());
    for slot in OWN {
        let text = event.text(slot);
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        hash = words.iter().chain([&last]).fold(hash, |hash, word| stir(hash, u64::from_le_bytes(*word)));
        hash = stir(hash, text.len() as u64);
    }
    stir(hash, 0xBF58_476D_1CE4_E5B9)
}

/// Reads an id, without its quotes and as it is written.
pub(super) fn uuid(id: &[u8]) -> Uuid {
    if let Some(number) = ids::uuid(id) {
        return Uuid::Number(number);
    }
    let text = json::unescaped(id);
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
    Uuid::Text(bytes)
}

impl fmt::Display for Uuid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => {
                let hex = format!("{number:032x}");
                let part = |from, to| hex.get(from..to).unwrap_or_default().to_owned();
                write!(
                    out,
                    "{}-{}-{}-{}-{}",
                    part(0, 8),
                    part(8, 12),
                    part(12, 16),
                    part(16, 20),
                    part(20, 32)
                )
            }
            Self::Text(bytes) => out.write_str(String::from_utf8_lossy(bytes).trim_end_matches('\0')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trail::slots;

    #[test]
    fn ids_come_back_as_they_were() {
        for text in ["63d86d13-4ce4-4fa7-aef9-00b64cd67d3f", "EVENT-1", ""] {
            assert_eq!(uuid(text.as_bytes()).to_string(), text);
        }
    }

    #[test]
    fn an_event_s_number_never_changes_and_another_call_has_another_one() {
        let number = |text: &str| {
            let (slots, _) = slots::find(text.as_bytes(), 0).unwrap();
            number(&Event::new(text.as_bytes(), &slots), 1_774_706_400)
        };
        let text = r#"{"eventID":"e-1","eventName":"StopLogging","awsRegion":"eu-central-1"}"#;
        assert_eq!(number(text), 4_357_566_834_501_560_608);
        let written_otherwise =
            r#"{"awsRegion": "eu-central-1", "eventID": "\u0065-1", "eventName": "StopLogging"}"#;
        assert_eq!(number(written_otherwise), number(text));
        assert_ne!(number(&text.replace("Stop", "Start")), number(text));
    }
}
