//! The evidence bundle: what AWS sent, byte for byte, with proof that no one changed it.
//!
//! ```text
//!  DIR or FILE.tar.zst
//!   ├── manifest.json                              what was requested, when, by whom; hashes; what was refused
//!   └── 123456789012/iam/get-account-summary.xml   a document, byte for byte
//!
//! With many accounts, each has its folder, and the manifest names them all, including those that could not be queried.
//! ```
//!
//! A bundle is judged without credentials, and gives the same findings as the live account: ages are counted from
//! [`Manifest::collected_at`], never from the clock. A bundle may come from anyone: reading one is bounded and
//! opens nothing outside it.

mod files;
mod manifest;
pub mod name;
mod padding;
mod verify;
mod write;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use self::verify::{Fault, FaultKind, Verdict, digest, read, verify};
pub use self::write::Target;

/// A document larger than this is refused, on the way in and on the way out.
pub const MOST_DOCUMENT: u64 = 64 * 1024 * 1024;
/// All documents of a bundle together.
pub const MOST_BUNDLE: u64 = 512 * 1024 * 1024;
/// The documents of a bundle.
pub const MOST_DOCUMENTS: usize = 100_000;

impl Member {
    /// Whether it was to be asked: not where the settings leave it out, or the organisation closed it.
    pub fn is_meant(&self) -> bool {
        !self.refusals.iter().any(|refusal| [code::LEFT_OUT, code::NOT_OPEN].contains(&refusal.code.as_str()))
    }
}

/// What was collected from an account at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Who, where and when.
    pub manifest: Manifest,
    /// What AWS sent, ordered by name.
    pub documents: Vec<Document>,
    /// What it did not send, in a fixed order.
    pub refusals: Vec<Refusal>,
    /// The accounts, where many were asked, in the order of their numbers; then `refusals` are only those of the question
    /// which accounts there are.
    pub members: Vec<Member>,
}

/// One of many accounts that were asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The account's number.
    pub account: String,
    /// Its name in the organisation, where that was asked.
    pub name: Option<String>,
    /// `aws`, `aws-cn`, `aws-us-gov`; `None` where AWS did not tell.
    pub partition: Option<String>,
    /// The ARN that asked there; `None` where AWS did not tell, as where no role could be assumed.
    pub caller: Option<String>,
    /// What was not told of it, in a fixed order.
    pub refusals: Vec<Refusal>,
}

/// Who collected what, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// secretrail's version.
    pub tool_version: String,
    /// The account's number; `None` where AWS did not tell.
    pub account: Option<String>,
    /// `aws`, `aws-cn`, `aws-us-gov`; `None` where AWS did not tell.
    pub partition: Option<String>,
    /// The ARN that asked; `None` where AWS did not tell.
    pub caller: Option<String>,
    /// The Regions that were asked.
    pub regions: Vec<String>,
    /// What was asked for: `account`.
    pub surfaces: Vec<String>,
    /// The one *now* of all ages, live and replayed. Whole seconds.
    pub collected_at: Timestamp,
}

/// One document as AWS sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its path in the bundle, with `/`: `123456789012/iam/get-account-summary.xml`.
    pub name: String,
    /// The body, byte for byte; of the credential report the CSV inside.
    pub bytes: Vec<u8>,
    /// The call that it answers.
    pub call: Call,
    /// When AWS made it, where that is not when it was asked: the credential report.
    pub generated: Option<Timestamp>,
}

/// One call of AWS's API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `iam`, `sts`.
    pub service: String,
    /// `GetAccountSummary`.
    pub action: String,
    /// The Region that was asked.
    pub region: String,
    /// AWS's number of the request, where it gave one.
    pub request_id: Option<String>,
    /// When the answer had come. Whole seconds.
    pub at: Timestamp,
    /// Of an answer in pages: which, from 1.
    pub page: Option<u32>,
}

/// A call that gave no document: denied, not to be answered from here, failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The call.
    pub call: Call,
    /// AWS's error code, as `AccessDenied`, or ours: see [`code`].
    pub code: String,
    /// What would have to be allowed: `iam:GetAccountSummary`.
    pub permission: String,
    /// The status of the HTTP answer, where there was one.
    pub status: Option<u16>,
}

/// Codes of refusals that are not AWS's own.
pub mod code {
    /// No answer came in time.
    pub const TIMED_OUT: &str = "timed-out";
    /// Nobody listens there, or the connection broke off.
    pub const NO_CONNECTION: &str = "connection-refused";
    /// The answer could not be understood.
    pub const MALFORMED: &str = "malformed-answer";
    /// The answer is larger than a bundle may hold.
    pub const TOO_LARGE: &str = "too-large";
    /// The credential report was not ready in time.
    pub const NOT_READY: &str = "report-not-ready";
    /// Whom to ask about was told by another call, which was refused.
    pub const USERS_UNKNOWN: &str = "users-unknown";
    /// AWS's answer where there is no password policy.
    pub const NO_PASSWORD_POLICY: &[&str] = &["NoSuchEntity"];
    /// AWS's answers where only another account can tell of the organisation.
    pub const NOT_FROM_HERE: &[&str] = &[
        "AccountNotManagementOrDelegatedAdministratorException",
        "OrganizationNotFoundException",
        "OrganizationNotInAllFeaturesModeException",
        "ServiceAccessNotEnabledException",
    ];
    /// The settings leave this account out.
    pub const LEFT_OUT: &str = "left-out";
    /// The organisation says that this account is suspended, closed or not there yet.
    pub const NOT_OPEN: &str = "not-open";
    /// The request could not be made.
    pub const NOT_SENT: &str = "not-sent";
}

impl Bundle {
    /// The document of this name.
    pub fn document(&self, name: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.name == name)
    }

    /// What was collected of one of many accounts, as if it had been asked alone.
    pub fn of(&self, member: &Member) -> Self {
        Self {
            manifest: Manifest {
                account: Some(member.account.clone()),
                partition: member.partition.clone(),
                caller: member.caller.clone(),
                ..self.manifest.clone()
            },
            documents: self.folder(&member.account).to_vec(),
            refusals: member.refusals.clone(),
            members: Vec::new(),
        }
    }

    /// The documents of an account's folder: they stand together, as all are ordered by name.
    pub fn folder(&self, account: &str) -> &[Document] {
        let folder = format!("{account}/");
        let start = self.documents.partition_point(|document| document.name < folder);
        let rest = self.documents.get(start..).unwrap_or_default();
        let end = rest.iter().take_while(|document| document.name.starts_with(&folder)).count();
        rest.get(..end).unwrap_or_default()
    }

    /// All refusals, those of each account too.
    pub fn all_refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.refusals.iter().chain(self.members.iter().flat_map(|member| &member.refusals))
    }

    /// Documents of an action, page by page: by name, page 10 would come before page 2.
    pub fn answers(&self, service: &str, action: &str) -> Vec<&Document> {
        let asked = |document: &&Document| document.call.service == service && document.call.action == action;
        let mut found: Vec<&Document> = self.documents.iter().filter(asked).collect();
        found.sort_by_key(|document| document.call.page);
        found
    }
}
