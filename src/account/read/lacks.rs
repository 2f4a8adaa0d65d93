//! What the evidence lacks, contradicts itself in, or tells of another account: gaps, never a silent pass.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Open, Reader, gap, is_of};
use crate::account::SERVICE;
use crate::account::answers::{Devices, Identity, Summary};
use crate::account::credentials::{ROOT_ROW, Row};
use crate::account::details::{Details, is_truncated};
use crate::account::known::Known;
use crate::account::refused::Asked;
use crate::account::root::Root;
use crate::account::standing::{Kind, Subject};
use crate::account::users::User;
use crate::source::Span;

/// Clocks differ by less.
const SLACK: SignedDuration = SignedDuration::from_mins(15);
/// So many names are told of many.
const MOST_NAMES: usize = 3;

impl Reader<'_> {
    /// What was collected for something else has not what the account's rules need.
    pub(super) fn other_surface(&mut self) {
        let surfaces = &self.bundle.manifest.surfaces;
        if !surfaces.iter().any(|surface| surface == SERVICE) {
            let at = self.place_of(&["GetAccountSummary", "GetCallerIdentity", "GetCredentialReport"]);
            let reason = "the manifest does not say that this evidence was collected for an account: what is missing in it \
                          was not judged";
            self.gaps.push(gap(at, "surfaces", reason));
        }
    }

    /// Whether pages are all there: from the first to the last one, each but the last saying that others follow. Where
    /// the last one is missing and its refusal is told, that is the gap.
    pub(super) fn incomplete(&mut self, documents: &[Open<'_>], asked: &Asked) -> Option<String> {
        let last = documents.last()?;
        let result = format!("{}Result", asked.action);
        let truncated = |open: &Open<'_>| is_truncated(&open.text, open.source, &result);
        let numbered =
            documents.iter().zip(1..).all(|(open, page)| open.document.call.page.unwrap_or(1) == page);
        let (before, end) = documents.split_at(documents.len() - 1);
        let goes_on = before.iter().all(truncated);
        let ends = !end.iter().any(truncated) || self.refusal(asked).is_some();
        if numbered && goes_on && ends {
            return None;
        }
        let (place, to) = if numbered && goes_on { (last, "to the end") } else { (last, "in full") };
        let why = format!("the evidence lacks pages of {}:{}", asked.service, asked.action);
        self.gaps.push(gap(Span::start_of(place.source), "", format!("{why}: {} {to}", asked.checks)));
        Some(why)
    }

    /// A device in use of which nobody tells whose it is may be root's.
    pub(super) fn unowned(&mut self, devices: &Devices, asked: &Asked) -> Option<String> {
        let device = devices.unowned.first()?;
        let why = format!(
            "{} virtual MFA devices are in use, and the answer to {}:{} does not say by whom",
            devices.unowned.len(),
            asked.service,
            asked.action
        );
        self.gaps.push(gap(*device, "", format!("{why}: {}", asked.checks)));
        Some(why)
    }

    /// When AWS made the report, where that can be.
    pub(super) fn report_time(&mut self, made: Option<Timestamp>, at: Span) -> Known<Timestamp> {
        let why = match made {
            Some(made) if !self.is_ahead(made) => return Known::Is(made),
            Some(_) => "the evidence says that the credential report was made after it was collected",
            None => "the evidence does not say when the credential report was generated",
        };
        self.gaps.push(gap(at, "iam:GetCredentialReport", format!("{why}: its age was not judged")));
        Known::unknown(why)
    }

    fn is_ahead(&self, time: Timestamp) -> bool {
        time.duration_since(self.bundle.manifest.collected_at) > SLACK
    }

    /// Ages are counted until the evidence was collected: what lies after it has none.
    pub(super) fn ahead(&mut self, rows: &[Row]) {
        let late: Vec<&Row> = rows.iter().filter(|row| row.times().any(|time| self.is_ahead(time))).collect();
        let Some(first) = late.first() else { return };
        let reason = format!(
            "the credential report has dates after the evidence was collected, for {}: nothing that depends on them was judged",
            names(&late)
        );
        self.gaps.push(gap(first.at, &first.arn, reason));
    }

    /// Of two rows for one user, either may be the right one.
    pub(super) fn twice(&mut self, rows: &[Row]) {
        let mut known = BTreeSet::new();
        let again: Vec<&Row> = rows.iter().filter(|row| !known.insert(row.user.as_str())).collect();
        let Some(first) = again.first() else { return };
        let reason = format!(
            "the credential report has more than one row for {}: one of them was judged",
            names(&again)
        );
        self.gaps.push(gap(first.at, &first.arn, reason));
    }

    /// The report has users that the details do not have: removed since, or not told. The live summary counts them.
    pub(super) fn undetailed(&mut self, details: &Details, users: &[User], summary: &Known<Summary>) {
        let known: BTreeSet<&str> = details.users.iter().map(|user| user.name.as_str()).collect();
        let missing: Vec<&User> = users.iter().filter(|user| !known.contains(user.name.as_str())).collect();
        let Some(first) = missing.first() else { return };
        let counted = summary.get().and_then(|summary| summary.number("Users"));
        if counted.is_some_and(|count| usize::try_from(count) == Ok(details.users.len())) {
            return;
        }
        let reason = format!(
            "{} of the {} users of the credential report are not in the answer to iam:GetAccountAuthorizationDetails: whether \
             they are administrators was not judged",
            missing.len(),
            users.len()
        );
        self.gaps.push(gap(first.at, &first.arn, reason));
    }

    pub(super) fn unknown_of_root(&mut self, root: &Root) {
        let facts = [
            (root.keys.why(), "whether root has access keys"),
            (root.mfa.why().filter(|_| root.mfa_word() == "unknown"), "whether root has MFA"),
            (root.certificates.why(), "whether root has signing certificates"),
            (root.used.why(), "when root was last used"),
        ];
        for (why, what) in facts {
            if let Some(why) = why {
                self.gaps.push(gap(root.at, &root.arn, format!("{what} is unknown: {why}")));
            }
        }
    }

    /// What speaks of another account says nothing of this one.
    pub(super) fn other_account(&mut self, number: &str, identity: &Known<Identity>, rows: &Known<Vec<Row>>) {
        if let Some(other) = identity.get().filter(|told| told.account != number || !is_of(&told.arn, number))
        {
            self.gaps.push(gap(other.at, "", "the caller is from another account than the manifest names"));
        }
        if let Some(other) = rows.get().and_then(|rows| rows.iter().find(|row| !is_of(&row.arn, number))) {
            let reason = "the credential report has rows of another account than the manifest names";
            self.gaps.push(gap(other.at, &other.user, reason));
        }
    }

    /// The report stands in, and may be hours old.
    pub(super) fn short_summary(&mut self, summary: &Known<Summary>) {
        let Known::Is(told) = summary else { return };
        let needed = ["AccountAccessKeysPresent", "AccountMFAEnabled"];
        let why: Vec<String> =
            needed.iter().filter_map(|key| told.flag(key).why().map(str::to_owned)).collect();
        if !why.is_empty() {
            let at = self.place_of(&["GetAccountSummary"]);
            self.gaps.push(gap(at, "iam:GetAccountSummary", why.join("; ")));
        }
    }

    /// A key without a date can't be judged by its age.
    pub(super) fn unknown_of_keys(&mut self, users: &[User], now: Timestamp) {
        for user in users {
            for key in user.keys.iter().filter(|key| !key.active.is_false()) {
                let why = [key.active.why().map(str::to_owned)]
                    .into_iter()
                    .chain(
                        [key.age_days(now), key.unused_days(now)].map(|days| days.why().map(str::to_owned)),
                    )
                    .flatten()
                    .next();
                if let Some(why) = why {
                    let reason = format!("access key {} was not judged in full: {why}", key.number);
                    self.gaps.push(gap(user.at, &user.arn, reason));
                }
            }
        }
    }

    /// The report is up to four hours old: a user may be newer.
    pub(super) fn unreported(&mut self, subjects: &[Subject], users: &[User]) {
        let known: BTreeSet<&str> = users.iter().map(|user| user.name.as_str()).collect();
        for subject in subjects.iter().filter(|subject| subject.kind == Kind::User) {
            if !known.contains(subject.name.as_str()) {
                let reason = "the credential report does not have this user yet: its password, MFA and keys were \
                              not judged; ask again when the next report is made, at most four hours later";
                self.gaps.push(gap(subject.at, &subject.arn, reason));
            }
        }
    }
}

/// `alice, bob and 7 more`.
fn names(rows: &[&Row]) -> String {
    let named = |row: &&Row| if row.user == ROOT_ROW { "root".to_owned() } else { row.user.clone() };
    let told: Vec<String> = rows.iter().take(MOST_NAMES).map(named).collect();
    match rows.len().saturating_sub(MOST_NAMES) {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}
