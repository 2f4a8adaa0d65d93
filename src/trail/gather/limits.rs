//! Which events are asked for: time, accounts, Regions.

use crate::trail::slots::{Event, Slot};

/// Which events are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// From this second on.
    pub since: Option<i64>,
    /// Before this second.
    pub until: Option<i64>,
    /// Of these accounts; all, where none is named.
    pub accounts: Vec<String>,
    /// Of these Regions; all, where none is named.
    pub regions: Vec<String>,
}

impl Limits {
    /// Whether an event is asked for.
    pub fn hold(&self, event: &Event<'_>, time: Option<i64>) -> bool {
        let among = |all: &[String], slots: &[Slot]| {
            all.is_empty()
                || slots.iter().any(|slot| all.iter().any(|one| event.bytes(*slot) == one.as_bytes()))
        };
        time.is_none_or(|time| {
            self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
        }) && among(&self.accounts, &[Slot::Recipient, Slot::Account])
            && among(&self.regions, &[Slot::Region])
    }
}
