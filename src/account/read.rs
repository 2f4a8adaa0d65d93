//! From a bundle of evidence to what is known of the account. Reading never fails: what is missing is a gap.

mod lacks;

use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::answers::{self, Devices, Identity, NamedKey, Summary, VirtualDevice};
use super::arn::{Arn, root_arn};
use super::credentials::{self, ROOT_ROW, Row};
use super::details::{self, Details};
use super::known::Known;
use super::refused::{self, Asked};
use super::root::Told;
use super::standing::{Kind, Subject, subjects};
use super::users::by_user;
use super::{Account, Caller, CallerKind, IDENTITY_CENTER_ROLE, Thresholds, User};
use crate::evidence::{Bundle, Document, Refusal};
use crate::reading::{Gap, Reading};
use crate::source::{SourceId, Sources, Span};

/// Reads the account's documents of a bundle. Each is registered under its name, so that findings have a place.
///
/// They are sealed: places in them are told, nothing of them is quoted.
pub fn read(bundle: &Bundle, sources: &Sources, thresholds: &Thresholds) -> Reading<Account> {
    let mut reader = Reader { bundle, sources, gaps: Vec::new(), caller: String::new() };
    let identity = reader.one("GetCallerIdentity", answers::identity);
    let manifest = &bundle.manifest;
    reader.caller = match &identity {
        Known::Is(identity) => identity.arn.clone(),
        Known::Unknown(_) => manifest.caller.clone().unwrap_or_default(),
    };
    let (number, partition) = whose(bundle, &identity);
    let summary: Known<Summary> = reader.one("GetAccountSummary", answers::summary);
    let (rows, report_made, report_at) = reader.report();
    let devices = reader.devices();
    let features = reader.or_absent("ListOrganizationsFeatures", answers::features);
    let password_policy = reader.or_absent("GetAccountPasswordPolicy", answers::password_policy);
    let details = reader.details();
    let named = reader.named_keys();
    reader.refusals();
    reader.other_surface();
    reader.other_account(&number, &identity, &rows);
    reader.short_summary(&summary);

    let told = Told {
        at: reader.place_of(&["GetAccountSummary", "GetCallerIdentity", "GetCredentialReport"]),
        arn: root_of(&rows).unwrap_or_else(|| root_arn(&partition, &number)),
        summary: &summary,
        row: root_row(&rows),
        devices: &devices,
    };
    if let (Known::Is(_), Known::Unknown(why)) = (&rows, &told.row) {
        reader.gaps.push(gap(report_at, &told.arn, format!("{why}: its last use was not judged")));
    }
    let root = told.root();
    reader.unknown_of_root(&root);
    let users: Vec<User> = rows.get().map_or_else(Vec::new, |rows| {
        let named = by_user(&named);
        let of = |row: &Row| User::of(row, named.get(row.user.as_str()).map_or(&[], Vec::as_slice));
        rows.iter().filter(|row| row.user != ROOT_ROW).map(of).collect()
    });
    reader.unknown_of_keys(&users, manifest.collected_at);
    let subjects = match &details {
        Known::Is(details) => {
            reader.undetailed(details, &users, &summary);
            let reading = subjects(details, &number, manifest.collected_at, thresholds);
            reader.gaps.extend(reading.gaps);
            Known::Is(reading.facts)
        }
        Known::Unknown(why) => Known::unknown(why.clone()),
    };
    if let (Known::Is(subjects), Known::Is(_)) = (&subjects, &rows) {
        reader.unreported(subjects, &users);
    }
    let caller = match identity {
        Known::Is(identity) => Known::Is(caller(identity, &summary, &subjects)),
        Known::Unknown(why) => Known::Unknown(why),
    };
    let facts = Account {
        at: root.at,
        identity_center: identity_center(&subjects, &caller),
        now: manifest.collected_at,
        thresholds: thresholds.clone(),
        number,
        partition,
        caller,
        root,
        users,
        subjects,
        features,
        password_policy,
        report_made,
    };
    Reading { facts, gaps: reader.gaps }
}

fn gap(at: Span, name: &str, reason: impl Into<String>) -> Gap {
    Gap { at, name: name.to_owned(), reason: reason.into(), hides_findings: true }
}

/// The account's number and partition, from whoever tells them.
fn whose(bundle: &Bundle, identity: &Known<Identity>) -> (String, String) {
    let told = identity.get();
    let number = bundle.manifest.account.clone().or(told.map(|told| told.account.clone()));
    let of_arn = told.and_then(|told| Arn::parse(&told.arn)).map(|arn| arn.partition.to_owned());
    let partition = bundle.manifest.partition.clone().or(of_arn);
    (number.unwrap_or_default(), partition.unwrap_or_else(|| "aws".to_owned()))
}

/// The ARN that AWS itself gives root.
fn root_of(rows: &Known<Vec<Row>>) -> Option<String> {
    let row = rows.get()?.iter().find(|row| row.user == ROOT_ROW)?;
    Arn::parse(&row.arn).filter(|arn| arn.is_root()).map(|_| row.arn.clone())
}

fn root_row(rows: &Known<Vec<Row>>) -> Known<&Row> {
    match rows {
        Known::Is(rows) => match rows.iter().find(|row| row.user == ROOT_ROW) {
            Some(row) => Known::Is(row),
            None => Known::unknown("the credential report has no row for root"),
        },
        Known::Unknown(why) => Known::unknown(why.clone()),
    }
}

/// Who asks. A root session in an account whose root has no credentials can only come from AssumeRoot; only the live
/// summary tells that: the report may be older than the credentials.
fn caller(identity: Identity, summary: &Known<Summary>, subjects: &Known<Vec<Subject>>) -> Caller {
    let arn = Arn::parse(&identity.arn);
    let mut parts = arn.map_or("", |arn| arn.resource).split('/');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let has_none = summary.get().is_some_and(|summary| {
        ["AccountPasswordPresent", "AccountAccessKeysPresent"].iter().all(|key| summary.flag(key).is_false())
    });
    let is_session = identity.user_id.contains(':') || has_none;
    let (kind, name) = match (arn.map(|arn| arn.service), first) {
        (Some("iam"), "root") if is_session => (CallerKind::AssumeRoot, "root"),
        (Some("iam"), "root") => (CallerKind::Root, "root"),
        (Some("sts"), "assumed-root") => (CallerKind::AssumeRoot, "root"),
        (Some("iam"), "user") => (CallerKind::User, arn.map_or("", Arn::name)),
        (Some("sts"), "assumed-role") if is_identity_center(second, subjects) => {
            (CallerKind::IdentityCenter, second)
        }
        (Some("sts"), "assumed-role") => (CallerKind::Role, second),
        (Some("sts"), "federated-user") => (CallerKind::Federated, second),
        _ => (CallerKind::Other, ""),
    };
    Caller { at: identity.at, name: name.to_owned(), arn: identity.arn, kind }
}

/// A session's ARN has no path: the role tells, or where it is not known its name, which is free.
fn is_identity_center(role: &str, subjects: &Known<Vec<Subject>>) -> bool {
    let all = subjects.get().into_iter().flatten();
    match all.filter(|one| one.name == role).find(|one| !matches!(one.kind, Kind::User | Kind::Group)) {
        Some(role) => role.kind == Kind::IdentityCenterRole,
        None => role.starts_with(IDENTITY_CENTER_ROLE),
    }
}

fn identity_center(subjects: &Known<Vec<Subject>>, caller: &Known<Caller>) -> Known<bool> {
    if caller.get().is_some_and(|caller| caller.kind == CallerKind::IdentityCenter) {
        return Known::Is(true);
    }
    match subjects {
        Known::Is(all) => Known::Is(all.iter().any(|subject| subject.kind == Kind::IdentityCenterRole)),
        Known::Unknown(why) => Known::unknown(why.clone()),
    }
}

struct Reader<'r> {
    bundle: &'r Bundle,
    sources: &'r Sources,
    gaps: Vec<Gap>,
    /// The ARN that asked, for messages.
    caller: String,
}

/// A document that was registered.
struct Open<'r> {
    source: SourceId,
    text: Arc<Zeroizing<String>>,
    document: &'r Document,
}

impl<'r> Reader<'r> {
    /// The documents that answer an action, page by page.
    fn open(&mut self, asked: &Asked) -> Vec<Open<'r>> {
        let documents = self.bundle.answers(asked.service, asked.action);
        let mut open = Vec::with_capacity(documents.len());
        for document in documents {
            let source = self.sources.add_file(document.name.as_str(), Path::new(&document.name));
            let text = String::from_utf8_lossy(&document.bytes);
            if matches!(text, std::borrow::Cow::Owned(_)) {
                self.gaps.push(gap(
                    Span::start_of(source),
                    "",
                    "not UTF-8: some characters were not understood",
                ));
            }
            let handle = self.sources.document(source);
            handle.seal(text.into_owned());
            open.extend(handle.sealed().map(|text| Open { source, text, document }));
        }
        open
    }

    fn asked(action: &str) -> &'static Asked {
        const OTHER: &Asked =
            &Asked { service: "iam", action: "", checks: "what depends on it was not judged" };
        refused::asked(action).unwrap_or(OTHER)
    }

    fn refusal(&self, asked: &Asked) -> Option<&'r Refusal> {
        let of = |refusal: &&Refusal| {
            refused::asked(&refusal.call.action).is_some_and(|other| other.action == asked.action)
        };
        self.bundle.refusals.iter().find(of)
    }

    /// Why there is no answer. Refusals become gaps elsewhere; that nothing is there at all is one here.
    fn missing(&mut self, asked: &Asked) -> String {
        if let Some(refusal) = self.refusal(asked) {
            return refused::told(refusal, &self.caller);
        }
        let why = format!("the evidence has no response to {}:{}", asked.service, asked.action);
        let at = self.empty_place(asked.service, asked.action);
        self.gaps.push(gap(
            at,
            &format!("{}:{}", asked.service, asked.action),
            format!("{why}: {}", asked.checks),
        ));
        why
    }

    fn unreadable(&mut self, open: &Open<'_>, asked: &Asked, why: &str) -> String {
        let why = format!("the response to {}:{} cannot be read: {why}", asked.service, asked.action);
        self.gaps.push(gap(Span::start_of(open.source), "", format!("{why}; {}", asked.checks)));
        why
    }

    /// An answer of one document.
    fn one<T>(&mut self, action: &str, parse: fn(&str, SourceId) -> Result<T, String>) -> Known<T> {
        let asked = Self::asked(action);
        let documents = self.open(asked);
        let Some(open) = documents.last() else { return Known::unknown(self.missing(asked)) };
        match parse(&open.text, open.source) {
            Ok(facts) => Known::Is(facts),
            Err(why) => Known::unknown(self.unreadable(open, asked, &why)),
        }
    }

    /// The same for what may well not be there.
    fn or_absent<T>(
        &mut self,
        action: &str,
        parse: fn(&str, SourceId) -> Result<T, String>,
    ) -> Known<Option<T>> {
        let is_told = !self.bundle.answers("iam", action).is_empty();
        match self.refusal(Self::asked(action)) {
            Some(refusal) if !is_told && refused::is_answer(refusal) => Known::Is(None),
            _ => self.one(action, parse).map(Some),
        }
    }

    fn report(&mut self) -> (Known<Vec<Row>>, Known<jiff::Timestamp>, Span) {
        let asked = Self::asked("GetCredentialReport");
        let documents = self.open(asked);
        let Some(open) = documents.last() else {
            let why = self.missing(asked);
            let at = self.empty_place("iam", asked.action);
            return (Known::unknown(why.clone()), Known::unknown(why), at);
        };
        let made = self.report_time(open.document.generated, Span::start_of(open.source));
        let reading = credentials::read(&open.text, open.source);
        self.ahead(&reading.facts);
        self.twice(&reading.facts);
        let failed = reading.facts.is_empty() && !reading.gaps.is_empty();
        self.gaps.extend(reading.gaps);
        let rows = if failed {
            Known::unknown("the credential report cannot be read")
        } else {
            Known::Is(reading.facts)
        };
        (rows, made, Span::start_of(open.source))
    }

    /// All virtual devices. A list that is not whole tells of what is in it, and nothing of what is not.
    fn devices(&mut self) -> Known<Vec<VirtualDevice>> {
        let asked = Self::asked("ListVirtualMFADevices");
        let documents = self.open(asked);
        if documents.is_empty() {
            return Known::unknown(self.missing(asked));
        }
        let mut all = Devices::default();
        let mut broken = self.refusal(asked).map(|refusal| refused::told(refusal, &self.caller));
        for open in &documents {
            match answers::virtual_devices(&open.text, open.source) {
                Ok(devices) => all.add(devices),
                Err(why) => broken = Some(self.unreadable(open, asked, &why)),
            }
        }
        if broken.is_none() {
            broken = self.incomplete(&documents, asked);
        }
        let has_root = all.owned.iter().any(|device| Arn::parse(&device.owner).is_some_and(Arn::is_root));
        if broken.is_none() && !has_root {
            broken = self.unowned(&all, asked);
        }
        match broken {
            Some(why) if !has_root => Known::Unknown(why),
            _ => Known::Is(all.owned),
        }
    }

    fn details(&mut self) -> Known<Details> {
        let asked = Self::asked("GetAccountAuthorizationDetails");
        let documents = self.open(asked);
        if documents.is_empty() {
            return Known::unknown(self.missing(asked));
        }
        let mut all = Details::default();
        for open in &documents {
            if let Err(why) = details::add_page(&mut all, &open.text, open.source) {
                self.unreadable(open, asked, &why);
            }
        }
        self.incomplete(&documents, asked);
        Known::Is(all)
    }

    fn named_keys(&mut self) -> Vec<NamedKey> {
        let asked =
            Asked { service: "iam", action: "ListAccessKeys", checks: "the IDs of its keys are unknown" };
        let mut all = Vec::new();
        for open in self.open(&asked) {
            match answers::access_keys(&open.text, open.source) {
                Ok(keys) => all.extend(keys),
                // Ids are only for reading: no check hangs on them.
                Err(why) => {
                    self.unreadable(&open, &asked, &why);
                    self.gaps.iter_mut().next_back().into_iter().for_each(|gap| gap.hides_findings = false);
                }
            }
        }
        all
    }

    /// Each refusal that is no answer, with the permission that was missing and what was not judged for it.
    fn refusals(&mut self) {
        for refusal in &self.bundle.refusals {
            if refused::is_answer(refusal) {
                continue;
            }
            let asked = refused::asked(&refusal.call.action);
            let only_names = matches!(refusal.call.action.as_str(), "ListAccessKeys" | "ListUsers");
            let checks = match asked {
                Some(asked) => asked.checks,
                None if only_names => "the ids of keys are not known",
                None => "what depends on it was not judged",
            };
            let at = self.empty_place(&refusal.call.service, &refusal.call.action);
            let reason = format!("{}: {checks}", refused::told(refusal, &self.caller));
            self.gaps.push(Gap { at, name: refusal.permission.clone(), reason, hides_findings: !only_names });
        }
    }

    /// A place for what is not there: the document that it would be.
    fn empty_place(&self, service: &str, action: &str) -> Span {
        let account = self.bundle.manifest.account.as_deref().unwrap_or("account");
        let name = format!("{account}/{service}/{}", dashed(action));
        Span::start_of(self.sources.add_file(name.as_str(), Path::new(&name)))
    }

    /// The first document there is of these.
    fn place_of(&self, actions: &[&str]) -> Span {
        for action in actions {
            let service = Self::asked(action).service;
            let documents = self.bundle.answers(service, action);
            if let Some(source) =
                documents.first().and_then(|document| self.sources.find(Path::new(&document.name)))
            {
                return Span::start_of(source);
            }
        }
        self.empty_place("iam", "GetAccountSummary")
    }
}

/// Whether an ARN is of an account.
fn is_of(arn: &str, number: &str) -> bool {
    number.is_empty() || Arn::parse(arn).is_some_and(|arn| arn.account == number)
}

/// `GetAccountSummary` as `get-account-summary`, `ListVirtualMFADevices` as `list-virtual-mfa-devices`.
fn dashed(action: &str) -> String {
    let letters: Vec<char> = action.chars().collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let starts = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || after.is_some_and(|after| after.is_lowercase())
            });
        if starts {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out
}
