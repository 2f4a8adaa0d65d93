//! What was asked of CloudTrail's event history: kept beside its answers, so that they can be read without it.

use serde::{Deserialize, Serialize};
#[cfg(feature = "aws")]
use sha2::{Digest, Sha256};

#[cfg(feature = "aws")]
use crate::hex::hex_of_first;
use crate::trail::time;

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Asked {
    /// From when on, in seconds.
    pub since: i64,
    /// Until when.
    pub until: i64,
    /// The Regions.
    pub regions: Vec<String>,
    /// Attributes and their values; none: all events.
    pub lookups: Vec<(String, String)>,
}

impl Asked {
    /// In words.
    pub fn sentences(&self) -> Vec<String> {
        let what = match self.lookups.as_slice() {
            [] => "all management events".to_owned(),
            some => {
                let pairs: Vec<String> = some.iter().map(|(key, value)| format!("{key}={value}")).collect();
                format!("only events with {}", pairs.join(" or "))
            }
        };
        vec![format!(
            "from LookupEvents: {what} in {} from {} to {}; it has no data events, goes back 90 days, and lags by minutes",
            self.regions.join(", "),
            time::written(self.since),
            time::written(self.until)
        )]
    }
}

/// A mark of pairs that tells nothing of them.
#[cfg(feature = "aws")]
pub(super) fn mark(pairs: &[(String, String)]) -> String {
    let mut hasher = Sha256::new();
    for (key, value) in pairs {
        for part in [key, value] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
    }
    hex_of_first(16, &hasher.finalize())
}
