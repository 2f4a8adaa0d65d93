//! The one sentence that matters, and the counts behind it.

use super::told::{Told, ToldFinding};
use super::{Changes, Report};
use crate::error::ExitCode;
use crate::finding::Severity;

/// Findings of each severity, the worst first.
pub(super) fn by_severity(findings: &[ToldFinding]) -> Vec<(Severity, usize)> {
    let count = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
    Severity::ALL.iter().rev().map(|severity| (*severity, count(*severity))).collect()
}

/// "3 secrets land on disk: 2 critical, 1 high. Exit code 1".
pub(super) fn verdict(report: &Report<'_>, told: &Told<'_>) -> String {
    format!("{}. Exit code {}", sentence(report, told), report.exit_code as u8)
}

/// What the gate did not tell, each as a sentence without its full stop.
pub(super) fn untold(report: &Report<'_>, told: &Told<'_>) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(since) = &told.since {
        all.push(format!("Only findings added since {since} are reported"));
    }
    if !told.silenced.is_empty() {
        let ways = silenced_by(told).into_iter().filter(|(_, count)| *count > 0);
        let ways: Vec<String> = ways.map(|(by, count)| format!("{count} by {}", words(by))).collect();
        let silenced = number(told.silenced.len(), "finding is", "findings are");
        all.push(format!("{silenced} silenced: {}", ways.join(", ")));
    }
    if let Some(changes) = &report.gate.history {
        all.push(since_last_run(changes));
    }
    if report.gate.left_out > 0 {
        let left_out = number(report.gate.left_out, "finding is", "findings are");
        all.push(format!("{left_out} below --min-confidence and left out"));
    }
    if !report.gate.only.is_empty() {
        let others = number(report.gate.not_asked, "finding", "findings");
        all.push(format!(
            "Only {} requested; {others} of other rules left out",
            is_or_are(&report.gate.only)
        ));
    }
    if let Some((focus, elsewhere)) =
        report.trail.as_ref().and_then(|one| Some((one.focus.as_ref()?, one.elsewhere)))
    {
        let others = number(elsewhere, "finding", "findings");
        let what = if focus.is_empty() { "one event".to_owned() } else { format!("session {focus}") };
        all.push(format!("Partial view: only {what} is shown; {others} elsewhere left out"));
    }
    if report.gate.off_findings > 0 {
        let off = number(report.gate.off_findings, "finding is", "findings are");
        all.push(format!("{off} from disabled rules: {}", report.gate.off.join(", ")));
    }
    if !told.accepted.is_empty() {
        let accepted = number(told.accepted.len(), "gap is", "gaps are");
        all.push(format!("{accepted} accepted by the settings"));
    }
    if report.gate.tokens_off {
        all.push("The built-in token table is off".to_owned());
    }
    if report.gate.excluded > 0 {
        all.push(format!("{} excluded by name", number(report.gate.excluded, "file is", "files are")));
    }
    if report.gate.respects_gitignore {
        all.push("Files that git ignores were not read".to_owned());
    }
    if report.gate.gone > 0 {
        let gone = number(report.gate.gone, "entry of the baseline is", "entries of the baseline are");
        all.push(format!("{gone} no longer found: update it with `secretrail baseline`"));
    }
    all
}

/// "Since the last run: 2 new, 1 of them back again; 1 fixed; 3 known".
fn since_last_run(changes: &Changes) -> String {
    if changes.first {
        return format!(
            "First run in this history: {} recorded",
            number(changes.new.len(), "finding", "findings")
        );
    }
    let back = match changes.returned {
        0 => String::new(),
        back => format!(", {back} of them back again"),
    };
    let fixed = match changes.fixed.len() {
        0 if !changes.whole && changes.unseen > 0 => {
            "; none counts as fixed, because the audit was incomplete".to_owned()
        }
        fixed => format!("; {fixed} fixed"),
    };
    let unseen = match changes.unseen {
        0 => String::new(),
        unseen => format!("; {unseen} not seen and still open"),
    };
    let left_out = if changes.known_left_out && changes.known > 0 { " and left out" } else { "" };
    format!(
        "Since the last run: {} new{back}{fixed}; {} known{left_out}{unseen}",
        changes.new.len(),
        changes.known
    )
}

fn is_or_are(names: &[String]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

fn words(by: &str) -> &str {
    match by {
        "inline" => "comments",
        "settings" => "the settings",
        "tokens" => "allow-lists of the token table",
        "baseline" => "the baseline",
        "history" => "the history",
        other => other,
    }
}

/// What silenced how many, in a fixed order.
pub(super) fn silenced_by(told: &Told<'_>) -> Vec<(&'static str, usize)> {
    let count = |by: &str| told.silenced.iter().filter(|one| one.by == by).count();
    ["inline", "settings", "tokens", "baseline", "history"].into_iter().map(|by| (by, count(by))).collect()
}

/// What was found, and whether all was looked at.
pub(super) fn sentence(report: &Report<'_>, told: &Told<'_>) -> String {
    let hiding = told.gaps.iter().filter(|gap| gap.hides_findings).count();
    let files = files(report);
    let surfaces: Vec<&str> = report.gate.surfaces.iter().map(|surface| surface.word()).collect();
    let clean = match &report.account {
        _ if !surfaces.is_empty() => format!("No finding for {}", surfaces.join(", ")),
        Some(section) if !section.members.is_empty() => {
            let accounts = number(section.members.len(), "account", "accounts");
            format!("No finding for {accounts}")
        }
        Some(section) => format!("No finding for account {}", told.teller.name(&section.number)),
        None if report.trail.is_some() => "No rule matches".to_owned(),
        None if report.inventory.is_some() => "No finding for the list of keys".to_owned(),
        None => "No secret is written to a disk".to_owned(),
    };
    if report.exit_code == ExitCode::Interrupted {
        let found = number(told.findings.len(), "finding", "findings");
        return format!("Stopped before the end: {found} in {files} so far");
    }
    let hidden = number(hiding, "gap", "gaps");
    match (told.findings.len(), hiding, report.files) {
        (0, _, 0) if report.account.is_some() => "AWS returned nothing, so nothing was audited".to_owned(),
        (0, _, 0) if report.trail.is_some() => {
            "No CloudTrail event was found, so nothing was audited".to_owned()
        }
        (0, 0, 0) => "No Terraform file was found, so nothing was audited".to_owned(),
        (0, 0, _) if known_left_out(report) > 0 => {
            format!("No new finding in {files}; {}", still_open(report))
        }
        (0, 0, _) if report.gate.left_out > 0 || told.since.is_some() => {
            let since = told.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
            format!("No finding{since} in {files}")
        }
        (0, 0, _) if told.silenced.is_empty() => format!("{clean} in {files}"),
        (0, 0, _) => {
            let silenced = number(told.silenced.len(), "finding is", "findings are");
            format!("Nothing else is reported in {files}: {silenced} silenced")
        }
        (0, _, _) if known_left_out(report) > 0 => {
            let open = still_open(report);
            format!("Audited in part: no new finding in {files}, but {hidden} could hide one; {open}")
        }
        (0, _, _) => format!("Audited in part: no finding in {files}, but {hidden} could hide one"),
        (_, 0, _) => found(&told.findings),
        _ => format!("{}. Audited in part: {hidden} could hide more", found(&told.findings)),
    }
}

/// Findings that were there before and are not told.
pub(super) fn known_left_out(report: &Report<'_>) -> usize {
    report.gate.history.as_ref().filter(|changes| changes.known_left_out).map_or(0, |changes| changes.known)
}

/// "20 known findings are open: 4 critical, 8 high".
pub(super) fn still_open(report: &Report<'_>) -> String {
    let left_out: &[Severity] = report.gate.history.as_ref().map_or(&[], |changes| &changes.left_out);
    let count = |severity: &Severity| left_out.iter().filter(|one| *one == severity).count();
    let counts = in_words(Severity::ALL.iter().rev().map(|severity| (*severity, count(severity))));
    format!(
        "{}: {counts}",
        number(known_left_out(report), "known finding is open", "known findings are open")
    )
}

fn in_words(counts: impl Iterator<Item = (Severity, usize)>) -> String {
    let counts =
        counts.filter(|(_, count)| *count > 0).map(|(severity, count)| format!("{count} {severity}"));
    counts.collect::<Vec<String>>().join(", ")
}

fn found(findings: &[ToldFinding]) -> String {
    let counts = in_words(by_severity(findings).into_iter());
    let on_disk = findings
        .iter()
        .filter(|finding| finding.sink.as_ref().is_some_and(super::told::ToldSink::on_disk))
        .count();
    let all = number(findings.len(), "finding", "findings");
    match on_disk {
        0 => format!("{all}: {counts}"),
        1 if findings.len() == 1 => format!("1 secret lands on disk: {counts}"),
        _ if on_disk == findings.len() => format!("{on_disk} secrets land on disk: {counts}"),
        _ => format!("{all}, {on_disk} of them on a disk: {counts}"),
    }
}

/// What was read: "1 file", "2 documents".
pub(super) fn files(report: &Report<'_>) -> String {
    let of_aws_only = report.account.is_some() && report.gate.surfaces.is_empty();
    let (one, more) = if of_aws_only { ("document", "documents") } else { ("file", "files") };
    number(report.files, one, more)
}

/// "1 file", "2 files".
pub(super) fn number(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
