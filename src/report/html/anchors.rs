//! Where a link to a session leads: to what is told of it, else to its row; nowhere where neither is on the page.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::trail::SessionRow;

/// Anchors by the ids of sessions.
pub(super) struct Anchors<'s> {
    told: BTreeMap<&'s str, String>,
    rows: BTreeMap<&'s str, String>,
}

impl<'s> Anchors<'s> {
    /// Anchors of sessions that are told one by one, and of those that have a row.
    pub fn of(
        told: impl Iterator<Item = &'s SessionRow>,
        rows: impl Iterator<Item = &'s SessionRow>,
    ) -> Self {
        let mut used = BTreeSet::new();
        let mut anchors = |all: &mut dyn Iterator<Item = &'s SessionRow>, start: &str| {
            let named = all.map(|session| (session.id.as_str(), format!("{start}-{}", plain(&session.id))));
            named.filter(|(_, anchor)| used.insert(anchor.clone())).collect()
        };
        Self { told: anchors(&mut { told }, "session"), rows: anchors(&mut { rows }, "row") }
    }

    /// Where a link leads.
    pub fn target(&self, id: &str) -> Option<&str> {
        self.told(id).or_else(|| self.row(id))
    }

    /// The anchor of what is told of it.
    pub fn told(&self, id: &str) -> Option<&str> {
        self.told.get(id).map(String::as_str)
    }

    /// The anchor of its row.
    pub fn row(&self, id: &str) -> Option<&str> {
        self.rows.get(id).map(String::as_str)
    }
}

/// Only what may stand in an anchor.
fn plain(id: &str) -> String {
    id.trim_start_matches("s-")
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
        .collect()
}
