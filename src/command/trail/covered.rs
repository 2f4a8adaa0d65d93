//! What was seen, and what was not: accounts, Regions and days, data events, proof.

use std::collections::{BTreeMap, BTreeSet};

use super::input::Input;
use super::proof::Proof;
use crate::cli::TrailArguments;
use crate::report::{CoverageRow, PlaceRow};
use crate::trail::{Coverage, Links, time};

/// Regions of accounts that are reported individually.
const MOST_PLACES: usize = 500;
/// A longer time than CloudTrail exists is a typing error: its days are not counted one by one.
const MOST_DAYS: i64 = 20_000;
const DAY: i64 = 86_400;

pub(super) fn coverage(
    seen: &Coverage,
    links: Links,
    arguments: &TrailArguments,
    (input, proof): (&Input, &Proof),
) -> CoverageRow {
    let days = seen.seen_days();
    let window = window(arguments, input, &days);
    CoverageRow {
        asked: input.asked.clone(),
        delivered: seen.delivered,
        events: seen.events,
        left_out: seen.left_out,
        timeless: seen.timeless,
        data_events: seen.data_events,
        accounts: seen.accounts().iter().map(str::to_owned).collect(),
        regions: seen.regions().iter().map(str::to_owned).collect(),
        nothing_of: nothing_of(seen, arguments, input),
        first: seen.first.map(time::written),
        last: seen.last.map(time::written),
        days_seen: days.len(),
        days_unseen: window.map_or_else(Vec::new, |window| unseen(&days, window)),
        places: places(seen, window),
        digests: seen.digests,
        insights: seen.insights,
        of_roles: links.of_roles,
        linked_by_key: links.by_key,
        linked_by_creation: links.by_creation,
        verified: proof.whole,
        verification: proof.told.clone(),
    }
}

/// How many days have no events, of the time that was asked for.
pub(super) fn days_unseen(seen: &Coverage, arguments: &TrailArguments, input: &Input) -> usize {
    let days = seen.seen_days();
    let all = window(arguments, input, &days);
    all.map_or(0, |(first, last)| (first..=last).filter(|day| !days.contains(day)).count())
}

/// The first and the last day that was asked for; where nobody said, those of the events.
fn window(arguments: &TrailArguments, input: &Input, days: &BTreeSet<i64>) -> Option<(i64, i64)> {
    let asked = |at: Option<i64>, other: Option<i64>| at.or(other).map(|at| at.div_euclid(DAY));
    let since = asked(arguments.since, input.window.map(|(since, _)| since));
    // Until midnight is until the day before.
    let until = asked(arguments.until.map(|until| until - 1), input.window.map(|(_, until)| until));
    let first = since.or_else(|| days.first().copied())?;
    let last = until.or_else(|| days.last().copied())?;
    (first <= last && last - first <= MOST_DAYS).then_some((first, last))
}

/// Runs of days without events.
fn unseen(days: &BTreeSet<i64>, (first, last): (i64, i64)) -> Vec<String> {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for day in (first..=last).filter(|day| !days.contains(day)) {
        match runs.last_mut() {
            Some((_, end)) if *end == day - 1 => *end = day,
            _ => runs.push((day, day)),
        }
    }
    let told = |(first, last): (i64, i64)| match last - first {
        0 => time::day(first),
        _ => format!("{} to {}", time::day(first), time::day(last)),
    };
    runs.into_iter().map(told).collect()
}

/// Accounts and Regions that were asked for by name, and have no event.
fn nothing_of(seen: &Coverage, arguments: &TrailArguments, input: &Input) -> Vec<String> {
    let regions: BTreeSet<&str> = arguments.region.iter().chain(&input.regions).map(String::as_str).collect();
    let accounts: BTreeSet<&str> = arguments.account.iter().map(String::as_str).collect();
    let seen_regions: BTreeSet<&str> = seen.days.keys().map(|day| day.region.as_str()).collect();
    let seen_accounts: BTreeSet<&str> = seen.days.keys().map(|day| day.account.as_str()).collect();
    let none = accounts.difference(&seen_accounts).chain(regions.difference(&seen_regions));
    none.map(|one| (*one).to_owned()).collect()
}

/// Each Region of each account.
fn places(seen: &Coverage, window: Option<(i64, i64)>) -> Vec<PlaceRow> {
    let mut places: BTreeMap<(&str, &str), (BTreeSet<i64>, u64)> = BTreeMap::new();
    for (day, events) in &seen.days {
        let place = places.entry((day.account.as_str(), day.region.as_str())).or_default();
        place.0.insert(day.day);
        place.1 += events;
    }
    let row = |((account, region), (days, events)): ((&str, &str), (BTreeSet<i64>, u64))| PlaceRow {
        account: account.to_owned(),
        region: region.to_owned(),
        events,
        days_seen: days.len(),
        days_unseen: window.map_or_else(Vec::new, |window| unseen(&days, window)),
    };
    places.into_iter().take(MOST_PLACES).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_before_the_first_and_after_the_last_event_are_told_too() {
        let days = BTreeSet::from([20_000, 20_001, 20_004]);
        assert_eq!(
            unseen(&days, (19_998, 20_005)),
            ["2024-10-02 to 2024-10-03", "2024-10-06 to 2024-10-07", "2024-10-09"]
        );
        assert_eq!(unseen(&days, (20_000, 20_001)), [""; 0]);
    }
}
