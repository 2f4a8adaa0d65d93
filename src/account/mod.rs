//! What is known of an account: who asks, the root user, users and their keys, who is an administrator.
//!
//! ```text
//!  evidence ─► read ─► answers, credentials, details     what AWS said, each thing with its place
//!                            │
//!                      root, users, standing             what that means, three-valued
//!                            │
//!                         records ─► judge               what is wrong: rules/account/*.yml
//! ```
//!
//! Nothing connects here and nothing reads a clock: *now* is when the evidence was collected. What nobody told is
//! not guessed: it is [`Known::Unknown`] with a reason, and where a finding could hide behind it, a gap.

pub mod answers;
pub mod arn;
pub mod credentials;
mod csv;
pub mod details;
mod judge;
pub mod known;
pub mod many;
pub mod policy;
mod read;
mod records;
mod refused;
mod root;
mod standing;
mod thresholds;
pub mod time;
mod users;
mod verdict;
mod xml;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use self::judge::judge;
pub use self::known::Known;
pub use self::read::read;
pub use self::records::{CATEGORIES, PRODUCT, SERVICE};
pub use self::root::{Device, Root, Use};
pub use self::standing::{Administrator, Agent, Kind, Standing, Subject};
pub use self::thresholds::Thresholds;
pub use self::users::{Key, User};
pub use self::verdict::verdict;
use crate::source::Span;

/// What is known of an account at one time.
#[derive(Debug, Clone)]
pub struct Account {
    /// The account's number; empty where AWS did not tell.
    pub number: String,
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// The one *now* of all ages.
    pub now: Timestamp,
    /// A place for what is said of the account as a whole.
    pub at: Span,
    /// Who asks.
    pub caller: Known<Caller>,
    /// The root user.
    pub root: Root,
    /// The users of the credential report, in its order.
    pub users: Vec<User>,
    /// Users, groups and roles, and what they may do; in the order of the answer.
    pub subjects: Known<Vec<Subject>>,
    /// What the organisation does about root users; `Is(None)`: it can't be told from this account.
    pub features: Known<Option<answers::Features>>,
    /// The password policy; `Is(None)`: there is none.
    pub password_policy: Known<Option<answers::PasswordPolicy>>,
    /// When AWS made the credential report.
    pub report_made: Known<Timestamp>,
    /// Whether people come through Identity Center: its roles are there.
    pub identity_center: Known<bool>,
    /// What counts as old.
    pub thresholds: Thresholds,
}

impl Account {
    /// What the users of the account may do, by their ARNs; empty where it is not known.
    pub fn users_by_arn(&self) -> BTreeMap<&str, &Subject> {
        let subjects = self.subjects.get().into_iter().flatten();
        let users = subjects.filter(|subject| subject.kind == Kind::User);
        users.map(|subject| (subject.arn.as_str(), subject)).collect()
    }
}

/// Who asked AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Its place.
    pub at: Span,
    /// The ARN.
    pub arn: String,
    /// What it is.
    pub kind: CallerKind,
    /// The user or role.
    pub name: String,
}

/// What the caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// The root user.
    Root,
    /// A session of AssumeRoot: root's power for one task, started from the management account.
    AssumeRoot,
    /// An IAM user.
    User,
    /// A session of a role.
    Role,
    /// A session of a role that Identity Center made.
    IdentityCenter,
    /// A federated user of GetFederationToken.
    Federated,
    /// Something else.
    Other,
}

impl CallerKind {
    /// The word that rules and reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::AssumeRoot => "assume-root",
            Self::User => "user",
            Self::Role => "role",
            Self::IdentityCenter => "identity-center",
            Self::Federated => "federated",
            Self::Other => "other",
        }
    }
}

/// How the roles that Identity Center makes are called.
const IDENTITY_CENTER_ROLE: &str = "AWSReservedSSO_";
