//! Settles findings: removes duplicates, adds fingerprints, filters, and derives the exit code.
//!
//! Pure: the same findings in any order give the same findings in the same order.

mod added;

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, HashSet};

use sha2::{Digest, Sha256};

pub use self::added::added;
use crate::error::ExitCode;
use crate::finding::{Confidence, Finding, Severity, Surface};
use crate::reading::Gap;
use crate::secret::redact::Redactor;
use crate::source::{SourceId, Sources};

/// Hex digits of a fingerprint: 128 bits are enough to tell findings apart, and fit in a column.
const FINGERPRINT_DIGITS: usize = 32;

/// What a user does not want to see.
#[derive(Debug, Clone)]
pub struct Filters<'a> {
    /// Findings that are less sure than this are left out.
    pub min_confidence: Confidence,
    /// Names of rules that are switched off.
    pub off: &'a [String],
}

impl Default for Filters<'_> {
    /// Lets everything through.
    fn default() -> Self {
        Self { min_confidence: Confidence::Low, off: &[] }
    }
}

impl Filters<'_> {
    /// Whether a finding stays.
    pub fn keeps(&self, finding: &Finding) -> bool {
        finding.confidence >= self.min_confidence && !self.off.iter().any(|rule| **rule == *finding.rule)
    }

    /// The findings that stay, and how many were left out because they are not sure enough. A rule that is off
    /// was not asked, so what it found is not counted.
    pub fn keep(&self, mut findings: Vec<Finding>) -> (Vec<Finding>, usize) {
        findings.retain(|finding| !self.off.iter().any(|rule| **rule == *finding.rule));
        let all = findings.len();
        findings.retain(|finding| finding.confidence >= self.min_confidence);
        let left_out = all - findings.len();
        (findings, left_out)
    }
}

/// Takes raw findings in any order and returns each one once, with its fingerprint, ordered by
/// source name, place and rule.
///
/// Fingerprints are given before anything is filtered or silenced, so that neither changes the fingerprint
/// of a finding that stays (a baseline would miss it).
pub fn settle(findings: Vec<Finding>, sources: &Sources, redactor: &Redactor) -> Vec<Finding> {
    let names = source_names(&findings, sources);
    let name_of = |finding: &Finding| names.get(&finding.at.span.source).map_or("", String::as_str);
    let mut findings = findings;
    findings.sort_by(|left, right| {
        name_of(left)
            .cmp(name_of(right))
            .then_with(|| identity(left).cmp(&identity(right)))
            .then_with(|| better_first(left, right))
    });
    findings.dedup_by(|later, first| identity(later) == identity(first));
    let mut findings = of_machines(findings);
    let mut equals: BTreeMap<String, u32> = BTreeMap::new();
    for finding in &mut findings {
        let source = names.get(&finding.at.span.source).map_or("", String::as_str);
        let kin = kin(finding, source, redactor);
        let ordinal = equals.entry(kin.clone()).or_insert(0);
        finding.fingerprint = hashed(&[&kin, &ordinal.to_string()]);
        *ordinal += 1;
    }
    findings
}

/// Gaps in order of source name and place, each one once; one that may hide a finding wins over an
/// equal one that may not.
pub fn settle_gaps(mut gaps: Vec<Gap>, sources: &Sources) -> Vec<Gap> {
    gaps.sort_by_cached_key(|gap| {
        let place = (gap.at.start, gap.at.end, gap.at.source);
        (sources.name(gap.at.source), place, gap.name.clone(), gap.reason.clone(), !gap.hides_findings)
    });
    gaps.dedup_by(|later, first| {
        later.at == first.at && later.name == first.name && later.reason == first.reason
    });
    gaps
}

/// What the process tells its caller.
///
/// Findings at or above `fail_on` are failures (`None`: none is). A gap that could hide a finding
/// makes the audit partial; failures say more than that and win. `exit_zero` is for jobs that only
/// report.
pub fn exit_code(findings: &[Finding], gaps: &[Gap], fail_on: Option<Severity>, exit_zero: bool) -> ExitCode {
    if exit_zero {
        return ExitCode::Clean;
    }
    let fails = |finding: &Finding| fail_on.is_some_and(|least| finding.severity >= least);
    if findings.iter().any(fails) {
        ExitCode::Findings
    } else if gaps.iter().any(|gap| gap.hides_findings) {
        ExitCode::Partial
    } else {
        ExitCode::Clean
    }
}

/// What equal findings share: rule, document, block, secret's name and sink. Nothing in it moves when lines are
/// added elsewhere, and nothing in it is secret: names and paths are told as reports tell them.
///
/// The secret and the sink are in it so that few findings are equals, which only their order tells apart: one
/// that is added above would take its equal's place.
fn kin(finding: &Finding, source: &str, redactor: &Redactor) -> String {
    let secret = finding.secret.as_ref().map_or("", |secret| secret.name.as_str());
    let kind = finding.sink.as_ref().map_or("", |sink| sink.kind.as_str());
    let path = finding.sink.as_ref().and_then(|sink| sink.path.as_deref()).unwrap_or_default();
    // Which of a session's events is read first depends on where a log, or the time that a job reads, begins.
    let session = finding.events.as_ref().and_then(|events| events.session.as_ref());
    let name = session.unwrap_or(&finding.at.name);
    let (secret, path) = (redactor.text(secret), redactor.text(path));
    // An ARN or an event's id is the same wherever it stands, and the page or file that it stands in changes.
    let by_name = [Surface::Account, Surface::Trail, Surface::Inventory];
    let source = if by_name.contains(&finding.surface) { "" } else { source };
    hashed(&[&finding.rule, source, &redactor.text(name), &secret, kind, &path])
}

/// Texts as one number in hex. A byte that no name holds stands between them, so that `a` + `bc` is not `ab` + `c`.
pub fn hashed(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut hex = String::with_capacity(FINGERPRINT_DIGITS);
    for byte in hash.finalize().iter().take(FINGERPRINT_DIGITS / 2) {
        for digit in [byte >> 4, byte & 15] {
            hex.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    hex
}

fn source_names(findings: &[Finding], sources: &Sources) -> BTreeMap<SourceId, String> {
    let mut names = BTreeMap::new();
    for finding in findings {
        let id = finding.at.span.source;
        names.entry(id).or_insert_with(|| sources.name(id));
    }
    names
}

/// What makes two findings the same: place, rule, secret, file written, and what has it: a script that two machines run
/// writes the secret to two disks, and of a page of LookupEvents all events are at one place.
fn identity(finding: &Finding) -> (u32, &str, u32, SourceId, [Option<&str>; 4]) {
    let span = finding.at.span;
    let secret = finding.secret.as_ref().map(|secret| secret.name.as_str());
    let path = finding.sink.as_ref().and_then(|sink| sink.path.as_deref());
    let name = Some(finding.at.name.as_str());
    let session = finding.events.as_ref().and_then(|events| events.session.as_deref());
    (span.start, &finding.rule, span.end, span.source, [secret, path, name, session])
}

/// Without those of documents (`data.cloudinit_config.app`) that something else hands to a machine: that one is told.
fn of_machines(findings: Vec<Finding>) -> Vec<Finding> {
    let is_document =
        |finding: &Finding| finding.at.name.starts_with("data.") || finding.at.name.contains(".data.");
    let place = |finding: &Finding| {
        let (start, rule, end, source, [secret, path, ..]) = identity(finding);
        (start, rule.to_owned(), end, source, secret.map(str::to_owned), path.map(str::to_owned))
    };
    let handed: HashSet<_> = findings.iter().filter(|one| !is_document(one)).map(place).collect();
    findings.into_iter().filter(|one| !is_document(one) || !handed.contains(&place(one))).collect()
}

/// The one that knows more first. The later keys only make the choice independent of the input order.
fn better_first(left: &Finding, right: &Finding) -> Ordering {
    let worth = |finding: &Finding| Reverse((finding.confidence, finding.related.len(), finding.severity));
    worth(left)
        .cmp(&worth(right))
        .then_with(|| left.at.name.cmp(&right.at.name))
        .then_with(|| left.message.cmp(&right.message))
        .then_with(|| left.related.cmp(&right.related))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Related, Role, SecretFacts, SinkFacts};
    use crate::secret::Secret;
    use crate::source::{Location, Span};

    fn finding(rule: &str, source: SourceId, start: usize) -> Finding {
        Finding {
            rule: rule.into(),
            surface: Surface::Terraform,
            severity: Severity::High,
            confidence: Confidence::Medium,
            message: "m".into(),
            at: Location { span: Span::new(source, start, start + 4), name: "aws_instance.web".into() },
            related: Vec::new(),
            secret: Some(SecretFacts { name: "token".into(), ..SecretFacts::default() }),
            sink: None,
            remediation: None,
            events: None,
            fingerprint: String::new(),
        }
    }

    fn two_sources() -> (Sources, SourceId, SourceId) {
        let sources = Sources::default();
        let later = sources.add_text("z.tf", "x".repeat(99));
        let first = sources.add_text("a.tf", "x".repeat(99));
        (sources, later, first)
    }

    #[test]
    fn any_order_in_gives_one_order_out() {
        let (sources, z, a) = two_sources();
        let raw = [finding("r", z, 1), finding("s", a, 9), finding("r", a, 9), finding("r", a, 2)];
        let mut turned = raw.to_vec();
        turned.reverse();
        let places = |found: Vec<Finding>| -> Vec<(String, u32, String, String)> {
            let place = |one: &Finding| {
                let span = one.at.span;
                (sources.name(span.source), span.start, one.rule.to_string(), one.fingerprint.clone())
            };
            found.iter().map(place).collect()
        };
        let settled = places(settle(raw.to_vec(), &sources, &Redactor::default()));
        assert_eq!(settled, places(settle(turned, &sources, &Redactor::default())));
        let order: Vec<_> =
            settled.iter().map(|(name, at, rule, _)| (name.as_str(), *at, rule.as_str())).collect();
        assert_eq!(order, [("a.tf", 2, "r"), ("a.tf", 9, "r"), ("a.tf", 9, "s"), ("z.tf", 1, "r")]);
    }

    #[test]
    fn of_doubles_the_surer_one_with_the_longer_way_stays() {
        let (sources, _, a) = two_sources();
        let weak = finding("r", a, 5);
        let mut sure = weak.clone();
        sure.confidence = Confidence::High;
        let mut told = sure.clone();
        let at = told.at.clone();
        told.related.push(Related { at, role: Role::Origin, message: "starts".into() });
        for raw in [vec![weak.clone(), sure.clone(), told.clone()], vec![told, sure, weak]] {
            let settled = settle(raw, &sources, &Redactor::default());
            assert_eq!(settled.len(), 1);
            assert_eq!((settled[0].confidence, settled[0].related.len()), (Confidence::High, 1));
        }
    }

    #[test]
    fn another_secret_or_another_file_is_no_double() {
        let (sources, _, a) = two_sources();
        let one = finding("r", a, 5);
        let mut other_secret = one.clone();
        other_secret.secret = Some(SecretFacts { name: "key".into(), ..SecretFacts::default() });
        let mut other_file = one.clone();
        other_file.sink = Some(SinkFacts { kind: "file".into(), path: Some("/etc/x".into()), durable: true });
        let settled = settle(vec![one, other_secret, other_file], &sources, &Redactor::default());
        assert_eq!(settled.len(), 3);
        let prints: std::collections::BTreeSet<_> = settled.iter().map(|one| &one.fingerprint).collect();
        assert_eq!(prints.len(), 3, "equals are numbered");
    }

    fn prints(raw: Vec<Finding>, sources: &Sources) -> Vec<String> {
        settle(raw, sources, &Redactor::default()).into_iter().map(|one| one.fingerprint).collect()
    }

    #[test]
    fn a_fingerprint_outlives_added_lines() {
        let (sources, _, a) = two_sources();
        let before = prints(vec![finding("r", a, 5)], &sources);
        assert_eq!(before, prints(vec![finding("r", a, 50)], &sources));
        // Kept for ever: baselines hold these.
        assert_eq!(before, ["34d6691d45c26f9493824571dfaf62ad"]);
    }

    #[test]
    fn a_finding_added_above_takes_no_other_s_fingerprint() {
        let (sources, _, a) = two_sources();
        let old = finding("r", a, 50);
        let mut other_secret = finding("r", a, 5);
        other_secret.secret = Some(SecretFacts { name: "key".into(), ..SecretFacts::default() });
        let mut other_file = finding("r", a, 6);
        other_file.sink = Some(SinkFacts { kind: "file".into(), path: Some("/etc/x".into()), durable: true });
        let before = prints(vec![old.clone()], &sources);
        let after = prints(vec![other_secret, other_file, old], &sources);
        assert_eq!(after.last(), before.first());
    }

    #[test]
    fn a_fingerprint_holds_no_secret() {
        let (sources, _, a) = two_sources();
        let path = |path: &str| {
            let mut one = finding("r", a, 5);
            one.sink = Some(SinkFacts { kind: "file".into(), path: Some(path.into()), durable: true });
            one
        };
        let hidden = ["Hunter2-and-more", "Other7-and-less"].map(Secret::new).to_vec();
        let redactor = Redactor::new(hidden, Vec::new());
        let print = |one| settle(vec![one], &sources, &redactor).remove(0).fingerprint;
        assert_eq!(print(path("/x/Hunter2-and-more")), print(path("/x/Other7-and-less")));
        assert_ne!(print(path("/x/a")), print(path("/x/b")));
    }

    #[test]
    fn filters_keep_fingerprints_and_count_what_is_not_sure() {
        let (sources, _, a) = two_sources();
        let mut sure = finding("r", a, 60);
        sure.confidence = Confidence::High;
        let settled =
            settle(vec![finding("r", a, 5), sure, finding("off", a, 1)], &sources, &Redactor::default());
        let off = ["off".to_owned()];
        let strict = Filters { min_confidence: Confidence::High, off: &off };
        let (kept, left_out) = strict.keep(settled.clone());
        assert_eq!((kept.len(), left_out), (1, 1));
        assert_eq!(kept[0].fingerprint, settled[2].fingerprint);
        assert_eq!(Filters::default().keep(settled).0.len(), 3);
    }

    #[test]
    fn a_rule_can_be_switched_off() {
        let (sources, _, a) = two_sources();
        let off = ["r".to_owned()];
        let filters = Filters { off: &off, ..Filters::default() };
        let settled = settle(vec![finding("r", a, 1), finding("rr", a, 1)], &sources, &Redactor::default());
        let kept = filters.keep(settled).0;
        assert_eq!(kept.iter().map(|one| &*one.rule).collect::<Vec<_>>(), ["rr"]);
    }

    #[test]
    fn a_gate_that_could_not_look_never_passes() {
        let (_, _, a) = two_sources();
        let found = [finding("r", a, 1)];
        let gap = |hides_findings| Gap {
            at: Span::start_of(a),
            name: "a.tf".into(),
            reason: "unreadable".into(),
            hides_findings,
        };
        let code = |gaps: &[Gap], fail_on| exit_code(&found, gaps, fail_on, false);
        assert_eq!(code(&[], Some(Severity::High)), ExitCode::Findings);
        assert_eq!(code(&[], Some(Severity::Critical)), ExitCode::Clean);
        assert_eq!(code(&[gap(true)], Some(Severity::High)), ExitCode::Findings);
        assert_eq!(code(&[gap(true)], Some(Severity::Critical)), ExitCode::Partial);
        assert_eq!(code(&[gap(true)], None), ExitCode::Partial);
        assert_eq!(code(&[gap(false)], None), ExitCode::Clean);
        assert_eq!(exit_code(&found, &[gap(true)], Some(Severity::Low), true), ExitCode::Clean);
    }

    #[test]
    fn gaps_come_once_and_in_order() {
        let (sources, z, a) = two_sources();
        let gap = |source, hides_findings| Gap {
            at: Span::start_of(source),
            name: "n".into(),
            reason: "r".into(),
            hides_findings,
        };
        let settled = settle_gaps(vec![gap(z, false), gap(a, false), gap(z, true)], &sources);
        assert_eq!(settled, [gap(a, false), gap(z, true)]);
    }
}
