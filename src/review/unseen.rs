//! What a review does not show: said, so that nobody takes silence for absence.

use std::collections::BTreeSet;

use super::Known;
use super::party::Party;
use crate::trail::{Session, time};

const DAY: i64 = 86_400;
/// Names that are told in one sentence.
const MOST: usize = 8;

/// Sentences, those that matter most first.
pub(super) fn unseen(
    known: &Known<'_>,
    parties: &[Party],
    before: &[Party],
    sessions: &[&Session],
) -> Vec<String> {
    let mut told = Vec::new();
    ends(known, parties, &mut told);
    days(known, parties, &mut told);
    accounts(known, parties, &mut told);
    chains(parties, before, &mut told);
    if known.coverage.data_events == 0 {
        told.push("These logs contain no data events: reads and writes of S3 objects, function calls and table reads are not visible. The amount of data taken is unknown.".to_owned());
    }
    evidence(known, &mut told);
    identity(parties, &mut told);
    cut(known, sessions, &mut told);
    told.push("This command did not check the logs against CloudTrail's digests: `secretrail trail verify` proves that none is missing or altered.".to_owned());
    told
}

/// Where the logs begin and end.
fn ends(known: &Known<'_>, parties: &[Party], told: &mut Vec<String>) {
    let (Some(first), Some(last)) = (known.coverage.first, known.coverage.last) else { return };
    let after = known.question.now - last;
    if after > 0 {
        told.push(format!(
            "The logs end at {}, {} before this review: later activity is not visible. CloudTrail delivers events about 5 to 15 minutes late.",
            time::written(last),
            time::span(after)
        ));
    }
    let begins = parties.iter().map(|party| party.first.time).min().unwrap_or(first);
    if begins - first < DAY {
        told.push(format!(
            "The logs begin at {}, {}: earlier use of the same credentials is not visible.",
            time::written(first),
            match begins - first {
                0 => "with the first event of this review".to_owned(),
                before => format!("only {} before the first event of this review", time::span(before)),
            }
        ));
    }
    let window = [("from", known.question.since), ("before", known.question.until)];
    let window: Vec<String> =
        window.iter().filter_map(|(word, at)| Some(format!("{word} {}", time::written((*at)?)))).collect();
    if !window.is_empty() {
        told.push(format!(
            "Only events {} were requested: times, counts, tables and what was left behind cover only these. What revokes credentials, and what has been undone since, is taken from all logs.",
            window.join(" ")
        ));
    }
}

/// Days without any event, from the first day of the incident on.
fn days(known: &Known<'_>, parties: &[Party], told: &mut Vec<String>) {
    let from = parties.iter().map(|party| party.first.time.div_euclid(DAY)).min().unwrap_or_default();
    let runs = known.coverage.unseen_days();
    let runs: Vec<String> = runs
        .iter()
        .filter(|(_, last)| *last >= from)
        .map(|(first, last)| match last - first {
            0 => time::day(*first),
            _ => format!("{} to {}", time::day(*first), time::day(*last)),
        })
        .collect();
    if !runs.is_empty() {
        told.push(format!(
            "These logs contain no events at all on {}: nothing happened, or events are missing.",
            few(&runs)
        ));
    }
}

/// Accounts and Regions that are named, and have no logs here.
fn accounts(known: &Known<'_>, parties: &[Party], told: &mut Vec<String>) {
    let seen = known.coverage.accounts();
    let of_roles = known.deeds.iter().flat_map(|deed| deed.all("roleArn"));
    let named = of_roles.chain(parties.iter().map(|party| party.principal.as_str()));
    let missing: BTreeSet<&str> = named
        .filter_map(|arn| arn.split(':').nth(4))
        .filter(|account| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
        .filter(|account| !seen.contains(account))
        .collect();
    if !missing.is_empty() {
        let all: Vec<String> = missing.into_iter().map(str::to_owned).collect();
        told.push(format!(
            "There are no logs of account {}, which this incident involves: activity there is not visible.",
            few(&all)
        ));
    }
    let regions: Vec<String> =
        known.coverage.regions().iter().filter(|region| !region.is_empty()).map(str::to_owned).collect();
    told.push(format!(
        "These logs contain only events of {} ({}): calls in other Regions are not visible.",
        if regions.len() == 1 { "one Region" } else { "these Regions" },
        few(&regions)
    ));
}

/// Chains that start outside of the logs, and credentials that nobody used yet.
fn chains(parties: &[Party], before: &[Party], told: &mut Vec<String>) {
    let all = || parties.iter().chain(before);
    let cut: Vec<String> = all()
        .filter(|party| party.kind == "AssumedRole" && party.issued.is_none() && party.via.is_empty())
        .map(|party| format!("`{}` ({})", party.short(), party.id))
        .collect();
    if !cut.is_empty() {
        told.push(format!("The call that issued {} is not in these logs: its caller is unknown.", few(&cut)));
    }
    let outside: BTreeSet<String> = all()
        .filter(|party| party.issued.is_some())
        .filter_map(|party| party.chain.last().filter(|hop| !hop.contains("(s-")).cloned())
        .map(|hop| hop.replace('`', "'"))
        .collect();
    if !outside.is_empty() {
        let outside: Vec<String> = outside.into_iter().map(|hop| format!("`{hop}`")).collect();
        told.push(format!("The chain begins with {}, which has no session in these logs.", few(&outside)));
    }
    let keys: Vec<&Party> = all().filter(|party| party.is_long_lived()).collect();
    if !keys.is_empty() {
        told.push("A long-lived access key identifies its user, not its holder: everyone with a copy looks the same.".to_owned());
    }
}

/// How old the evidence of accounts is, or that there is none.
fn evidence(known: &Known<'_>, told: &mut Vec<String>) {
    if known.accounts.is_empty() {
        told.push("No account evidence was given: only the logs show whether keys still work, what their owners can do, and what still exists. Run `secretrail collect --surface account --out PATH`, then pass `--evidence PATH`, for more.".to_owned());
    }
    for account in known.accounts {
        let age = known.question.now - account.now.as_second();
        told.push(format!(
            "The evidence of account {} is from {}{}: later changes are not visible. It covers users, roles, policies, keys and root, but not machines, functions and data.",
            account.number,
            time::written(account.now.as_second()),
            if age > 0 { format!(", {} before this review", time::span(age)) } else { String::new() }
        ));
    }
}

/// What evidence of identity is worth.
fn identity(parties: &[Party], told: &mut Vec<String>) {
    let unknown = parties.iter().filter(|party| party.actor == "unknown").count();
    if unknown > 0 {
        told.push(format!(
            "For {unknown} of {} sessions there is no evidence of whether a person or a program acted; the absence of an agent's mark does not prove a person.",
            parties.len()
        ));
    }
    if parties.iter().any(|party| ["L0", "L2"].contains(&party.rung)) {
        told.push("User agents are set by the caller and can be forged: `claimed` and `marked` are hints, not proof.".to_owned());
    }
}

/// What was too much.
fn cut(known: &Known<'_>, sessions: &[&Session], told: &mut Vec<String>) {
    if known.left_out > 0 {
        told.push(format!("{} events are counted here but not listed individually.", known.left_out));
    }
    if sessions.iter().any(|session| session.tally.secrets.more() || session.tally.created.more()) {
        told.push(
            "Some sessions involve more secrets or resources than are recorded per session.".to_owned(),
        );
    }
    if known.coverage.timeless > 0 {
        told.push(format!("{} events have no readable time.", known.coverage.timeless));
    }
}

fn few(all: &[String]) -> String {
    let shown = all.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    let more = all.len().saturating_sub(MOST);
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
