//! `manifest.json`: which documents there are, with a chain of hashes through all entries.
//!
//! Each entry's `chain` is the SHA-256 of the previous one and the entry itself; the first one continues the head.
//! `digest` is the SHA-256 of the whole file with an empty `digest`. Who keeps that one line elsewhere can prove that
//! nothing was changed; without it the chain shows accidents and careless hands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::name::{MANIFEST, is_safe};
use super::{Bundle, Call, Document, Manifest, Member, Refusal};
use crate::hex::hex;

const FORMAT: &str = "secretrail evidence";
const VERSION: u32 = 1;
/// The version of a bundle of many accounts: who knows only the first would take it for one of none.
const VERSION_OF_MANY: u32 = 2;
/// More accounts than an organisation can have.
const MOST_ACCOUNTS: usize = 50_000;
/// An ARN has 2048 characters at most.
const MOST_TEXT: usize = 2048;

/// The file as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wire {
    format: String,
    version: u32,
    tool: Tool,
    account: Option<String>,
    partition: Option<String>,
    caller: Option<String>,
    regions: Vec<String>,
    surfaces: Vec<String>,
    collected_at: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    accounts: Vec<Account>,
    pub documents: Vec<Entry>,
    pub refusals: Vec<Refused>,
    pub digest: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tool {
    name: String,
    version: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    service: String,
    action: String,
    region: String,
    request_id: Option<String>,
    at: Timestamp,
    page: Option<u32>,
}

/// One of many accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    account: String,
    name: Option<String>,
    partition: Option<String>,
    caller: Option<String>,
}

/// A document's entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub name: String,
    pub size: u64,
    pub sha256: String,
    call: Asked,
    generated: Option<Timestamp>,
    chain: String,
}

/// A refusal's entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refused {
    code: String,
    permission: String,
    status: Option<u16>,
    /// Of which of many accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    call: Asked,
    chain: String,
}

/// Only this much is read of a manifest that may be a later version's.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// Why a text is no manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotUsed {
    /// It is no JSON, or not ours.
    NoManifest,
    /// Another version of secretrail wrote it.
    Version(u32),
    /// It is ours, but not as we write it.
    Altered,
}

/// SHA-256, in hex.
pub(super) fn sha256(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hex(&hasher.finalize())
}

/// A manifest as text, and its digest.
pub(super) fn render(bundle: &Bundle) -> Result<(String, String), serde_json::Error> {
    let manifest = &bundle.manifest;
    let mut wire = Wire {
        format: FORMAT.into(),
        version: version(!bundle.members.is_empty()),
        tool: Tool { name: "secretrail".into(), version: manifest.tool_version.clone() },
        account: manifest.account.clone(),
        partition: manifest.partition.clone(),
        caller: manifest.caller.clone(),
        regions: manifest.regions.clone(),
        surfaces: manifest.surfaces.clone(),
        collected_at: manifest.collected_at,
        accounts: bundle.members.iter().map(Account::of).collect(),
        documents: bundle.documents.iter().map(Entry::of).collect(),
        refusals: refusals(bundle).collect(),
        digest: String::new(),
    };
    wire.documents.sort_by(|a, b| a.name.cmp(&b.name));
    let mut last = wire.first_link()?;
    for entry in &mut wire.documents {
        entry.chain = entry.link(&last)?;
        last.clone_from(&entry.chain);
    }
    for refused in &mut wire.refusals {
        refused.chain = refused.link(&last)?;
        last.clone_from(&refused.chain);
    }
    wire.digest = wire.own_digest()?;
    Ok((wire.text()?, wire.digest))
}

fn version(of_many: bool) -> u32 {
    if of_many { VERSION_OF_MANY } else { VERSION }
}

/// Those of the whole, then those of each account.
fn refusals(bundle: &Bundle) -> impl Iterator<Item = Refused> {
    let own = bundle.refusals.iter().map(|refusal| Refused::of(refusal, None));
    let of_member = |member: &Member| {
        let account = Some(member.account.clone());
        let refused = member.refusals.iter().map(|one| Refused::of(one, account.clone()));
        refused.collect::<Vec<_>>()
    };
    own.chain(bundle.members.iter().flat_map(of_member))
}

/// Reads a manifest. One that was changed is read where it still can be, so that it can be said where.
pub(super) fn parse(text: &str) -> Result<Wire, NotUsed> {
    let head: Head = serde_json::from_str(text).map_err(|_| NotUsed::NoManifest)?;
    if head.format != FORMAT {
        return Err(NotUsed::NoManifest);
    }
    if ![VERSION, VERSION_OF_MANY].contains(&head.version) {
        return Err(NotUsed::Version(head.version));
    }
    serde_json::from_str(text).map_err(|_| NotUsed::Altered)
}

impl Wire {
    /// With line breaks: people read it too.
    fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    fn own_digest(&self) -> Result<String, serde_json::Error> {
        let unsigned = Self { digest: String::new(), ..self.clone() };
        Ok(sha256(&[unsigned.text()?.as_bytes()]))
    }

    /// What the chain begins with: all that is not an entry.
    fn first_link(&self) -> Result<String, serde_json::Error> {
        let head =
            Self { documents: Vec::new(), refusals: Vec::new(), digest: String::new(), ..self.clone() };
        Ok(sha256(&[serde_json::to_string(&head)?.as_bytes()]))
    }

    /// Whether `text` is this manifest exactly as we write it, its digest and names right.
    pub fn is_intact(&self, text: &str) -> bool {
        let same = self.text().is_ok_and(|own| own == text);
        let digest = self.own_digest().is_ok_and(|own| own == self.digest);
        let right = self.names_are_right() && self.accounts_are_right();
        same && digest && right && self.is_plain() && self.broken_link().is_none()
    }

    /// Whether accounts have numbers, in order and each once, and nothing is of an account that is not named.
    fn accounts_are_right(&self) -> bool {
        let number = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        let known =
            |account: &str| self.accounts.binary_search_by(|one| one.account.as_str().cmp(account)).is_ok();
        let in_order = self.accounts.windows(2).all(|pair| match pair {
            [first, second] => first.account < second.account,
            _ => true,
        });
        let of_known = |name: &str| name.split('/').next().is_some_and(known);
        let many = !self.accounts.is_empty();
        self.version == version(many)
            && self.accounts.len() <= MOST_ACCOUNTS
            && in_order
            && self.accounts.iter().all(|one| number(&one.account))
            && self.refusals.iter().filter_map(|refused| refused.account.as_deref()).all(known)
            && (!many || self.documents.iter().all(|entry| of_known(&entry.name)))
    }

    /// Whether all texts are as AWS and we write them: a bundle that somebody made up is told to people too.
    fn is_plain(&self) -> bool {
        let plain = |text: &String| text.len() <= MOST_TEXT && !text.contains(|c: char| c.is_control());
        let head = [&self.account, &self.partition, &self.caller];
        let of_account = |one: &'_ Account| [one.name.clone(), one.partition.clone(), one.caller.clone()];
        let members: Vec<String> = self.accounts.iter().flat_map(of_account).flatten().collect();
        let own = head.into_iter().flatten().chain(&self.regions).chain(&self.surfaces).chain(&members);
        let told = self.refusals.iter().flat_map(|refused| [&refused.code, &refused.permission]);
        let documents = self.documents.iter().map(|entry| &entry.call);
        let calls = documents.chain(self.refusals.iter().map(|refused| &refused.call));
        let asked = calls
            .flat_map(|call| [&call.service, &call.action, &call.region].into_iter().chain(&call.request_id));
        own.chain(told).chain(asked).chain([&self.tool.version]).all(plain)
    }

    /// Safe, in order, none twice.
    pub fn names_are_right(&self) -> bool {
        let ordered = self.documents.is_sorted_by(|a, b| a.name < b.name);
        ordered && self.documents.iter().all(|entry| is_safe(&entry.name) && entry.name != MANIFEST)
    }

    /// The first entry that does not continue the chain: its document's name, or the refused permission.
    pub fn broken_link(&self) -> Option<&str> {
        let mut last = self.first_link().unwrap_or_default();
        for entry in &self.documents {
            if entry.link(&last).ok().as_ref() != Some(&entry.chain) {
                return Some(&entry.name);
            }
            last.clone_from(&entry.chain);
        }
        for refused in &self.refusals {
            if refused.link(&last).ok().as_ref() != Some(&refused.chain) {
                return Some(&refused.permission);
            }
            last.clone_from(&refused.chain);
        }
        None
    }

    /// Whether the chain was made over this content of the document at this place: then not the document was altered,
    /// but its entry.
    pub fn chain_says(&self, at: usize, size: u64, sha256: &str) -> bool {
        let Some(entry) = self.documents.get(at) else { return false };
        let last = match at.checked_sub(1).and_then(|before| self.documents.get(before)) {
            Some(before) => before.chain.clone(),
            None => self.first_link().unwrap_or_default(),
        };
        let as_found = Entry { size, sha256: sha256.to_owned(), ..entry.clone() };
        as_found.link(&last).is_ok_and(|link| link == entry.chain)
    }

    /// The bundle, with the documents' bytes.
    pub fn bundle(self, mut bytes_of: impl FnMut(&str) -> Vec<u8>) -> Bundle {
        let documents = self.documents.into_iter().map(|entry| Document {
            bytes: bytes_of(&entry.name),
            name: entry.name,
            call: entry.call.call(),
            generated: entry.generated,
        });
        let mut members: Vec<Member> = self.accounts.into_iter().map(Account::member).collect();
        let mut refusals = Vec::new();
        for refused in self.refusals {
            let of = refused.account.as_ref();
            let at = of.and_then(|of| members.binary_search_by(|member| member.account.cmp(of)).ok());
            let member = at.and_then(|at| members.get_mut(at));
            member.map_or(&mut refusals, |member| &mut member.refusals).push(refused.refusal());
        }
        Bundle {
            documents: documents.collect(),
            refusals,
            members,
            manifest: Manifest {
                tool_version: self.tool.version,
                account: self.account,
                partition: self.partition,
                caller: self.caller,
                regions: self.regions,
                surfaces: self.surfaces,
                collected_at: self.collected_at,
            },
        }
    }
}

impl Entry {
    fn of(document: &Document) -> Self {
        Self {
            name: document.name.clone(),
            size: document.bytes.len() as u64,
            sha256: sha256(&[&document.bytes]),
            call: Asked::of(&document.call),
            generated: document.generated,
            chain: String::new(),
        }
    }

    fn link(&self, last: &str) -> Result<String, serde_json::Error> {
        let unlinked = Self { chain: String::new(), ..self.clone() };
        Ok(sha256(&[last.as_bytes(), serde_json::to_string(&unlinked)?.as_bytes()]))
    }
}

impl Account {
    fn of(member: &Member) -> Self {
        let Member { account, name, partition, caller, .. } = member.clone();
        Self { account, name, partition, caller }
    }

    fn member(self) -> Member {
        let Self { account, name, partition, caller } = self;
        Member { account, name, partition, caller, refusals: Vec::new() }
    }
}

impl Refused {
    fn refusal(self) -> Refusal {
        Refusal { call: self.call.call(), code: self.code, permission: self.permission, status: self.status }
    }

    fn of(refusal: &Refusal, account: Option<String>) -> Self {
        Self {
            account,
            code: refusal.code.clone(),
            permission: refusal.permission.clone(),
            status: refusal.status,
            call: Asked::of(&refusal.call),
            chain: String::new(),
        }
    }

    fn link(&self, last: &str) -> Result<String, serde_json::Error> {
        let unlinked = Self { chain: String::new(), ..self.clone() };
        Ok(sha256(&[last.as_bytes(), serde_json::to_string(&unlinked)?.as_bytes()]))
    }
}

impl Asked {
    fn of(call: &Call) -> Self {
        Self {
            service: call.service.clone(),
            action: call.action.clone(),
            region: call.region.clone(),
            request_id: call.request_id.clone(),
            at: call.at,
            page: call.page,
        }
    }

    fn call(self) -> Call {
        Call {
            service: self.service,
            action: self.action,
            region: self.region,
            request_id: self.request_id,
            at: self.at,
            page: self.page,
        }
    }
}
