//! What a report tells of a list, made from what is known.

use crate::evidence::Bundle;
use crate::inventory::stores::Stores;
use crate::inventory::{Checked, Home, Inventory, State, level_told};
use crate::report::{InventorySection, KeyState, ListedKey, UnlistedParameter};

pub(super) fn section(
    inventory: &Inventory,
    checked: &Checked,
    stores: &Stores,
    bundle: &Bundle,
    runbook: Option<String>,
) -> InventorySection {
    let keys = checked.rows.iter().filter_map(|status| {
        let entry = inventory.entries.get(status.row)?;
        Some(ListedKey {
            key: entry.key.clone(),
            title: entry.told().to_owned(),
            location: entry.home.name().to_owned(),
            home: entry.home.kind().to_owned(),
            owner: entry.owner.clone(),
            status: status.state.word().to_owned(),
            shouted: status.state.shouted().to_owned(),
            state: match (&entry.home, status.state) {
                (Home::GithubSecret(_), State::NotChecked) => KeyState::Elsewhere,
                (_, other) => state(other),
            },
            why: status.why.clone(),
            age_days: status.age_days,
            claimed: entry.rotated.day().map(|day| day.to_string()),
            written: status.modified.map(|day| day.to_string()),
            migrating: entry.migrating,
            answers: 5 - entry.answers.missing().len(),
        })
    });
    let unlisted = checked.unlisted.iter().map(|one| UnlistedParameter {
        name: one.name.clone(),
        kind: one.kind.clone(),
        age_days: one.age_days,
    });
    InventorySection {
        keys: keys.collect(),
        unlisted: unlisted.collect(),
        account: bundle.manifest.account.clone().unwrap_or_default(),
        collected_at: bundle.manifest.collected_at.to_string(),
        read_level: stores.asked.level.number(),
        level_told: level_told(stores.asked.level),
        runbook,
        only_screen: false,
    }
}

fn state(state: State) -> KeyState {
    match state {
        State::Ok => KeyState::Good,
        State::Stale | State::NotChecked => KeyState::Doubtful,
        _ => KeyState::Bad,
    }
}
