//! Handles of events that are small enough to be held many times.

use std::fmt;

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

impl Uuid {
    /// A number of its own. Histories hold sums of these: it never changes (FNV-1a, then stirred).
    pub(super) fn hashed(&self) -> u64 {
        let bytes: &[u8] = match self {
            Self::Number(number) => &number.to_be_bytes(),
            Self::Text(bytes) => bytes,
        };
        let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        (hash ^ (hash >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9).rotate_left(31)
    }
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

    #[test]
    fn ids_come_back_as_they_were() {
        for text in ["63d86d13-4ce4-4fa7-aef9-00b64cd67d3f", "EVENT-1", ""] {
            assert_eq!(uuid(text.as_bytes()).to_string(), text);
        }
    }
}
