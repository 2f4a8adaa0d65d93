//! Whose credential the AWS tools take, and whose they would take without it.
//!
//! The order is that of the AWS CLI version 2 and of boto3, as botocore 1.43 builds it (`create_credential_resolver`
//! in `botocore/credentials.py`):
//!
//! 1. `AWS_ACCESS_KEY_ID` and its kin, unless a profile is named on the command line (`--profile`; `AWS_PROFILE` does not
//!    count). Then of the profile, which is `AWS_DEFAULT_PROFILE`, `AWS_PROFILE` or `default`:
//! 2. a role to assume (`role_arn` with `source_profile` or `credential_source`),
//! 3. a role by web identity, of the environment (`AWS_WEB_IDENTITY_TOKEN_FILE`) or of the profile,
//! 4. IAM Identity Center (`sso_account_id`, `sso_role_name`),
//! 5. keys in `~/.aws/credentials`,
//! 6. `aws login` (`login_session`),
//! 7. `credential_process`,
//! 8. keys in `~/.aws/config`. And then of the machine:
//! 9. files of older tools (`AWS_CREDENTIAL_FILE`, `BOTO_CONFIG`, `/etc/boto.cfg`, `~/.boto`),
//! 10. the container's (`AWS_CONTAINER_CREDENTIALS_*`),
//! 11. the EC2 instance's.
//!
//! AWS documents the same order with fewer words: "Configuration and credentials precedence" in the CLI's user guide
//! (<https://docs.aws.amazon.com/cli/latest/userguide/cli-chap-configure.html#configure-precedence>). Who comes first and
//! is configured, wins: where its credential can't be had (a sign-in that is over), the tool fails and does **not** go on.
//!
//! What would come next is not guessed: the same evaluation runs again over the same documents with the winner taken out.

mod ini;
mod key_id;
mod keys;
mod look;
mod machine;
mod profile;
mod roles;
mod sign_in;
#[cfg(test)]
mod tests;
pub mod told;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::secret::Secret;

pub use self::look::evaluate;

/// A ladder with more rungs is none.
const MOST_RUNGS: usize = 16;

/// A file that was asked for.
#[derive(Default)]
pub enum File {
    /// There is none.
    #[default]
    Missing,
    /// Its text.
    Read(Zeroizing<String>),
    /// It is there, and can't be read: why.
    Unreadable(String),
}

/// A file of a folder of sign-ins: its name without `.json`, and its text.
pub struct SignIn {
    /// A hash of what was signed in to.
    pub name: String,
    /// JSON, with tokens in it.
    pub text: Zeroizing<String>,
}

/// Whether this machine is an EC2 instance, as far as the machine itself tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ec2 {
    /// Its firmware says so.
    Yes,
    /// Its firmware says something else.
    No,
    /// Nobody says.
    #[default]
    Unknown,
}

/// All that decides. Values are looked at, and never told.
#[derive(Default)]
pub struct Setup {
    /// `--profile`.
    pub profile: Option<String>,
    /// Variables of the environment that AWS tools read.
    pub variables: Vec<(String, Zeroizing<String>)>,
    /// `~/.aws/config`, or what `AWS_CONFIG_FILE` names.
    pub config: File,
    /// `~/.aws/credentials`, or what `AWS_SHARED_CREDENTIALS_FILE` names.
    pub credentials: File,
    /// What `BOTO_CONFIG` names, `/etc/boto.cfg` or `~/.boto`: of boto 2, and read to this day.
    pub boto: File,
    /// What `AWS_CREDENTIAL_FILE` names, of tools that are older still.
    pub older: File,
    /// `~/.aws/sso/cache`.
    pub sso: Vec<SignIn>,
    /// `~/.aws/login/cache`.
    pub login: Vec<SignIn>,
    /// `~/.aws/cli/cache`: sessions of roles that the AWS CLI keeps.
    pub cli: Vec<SignIn>,
    /// Where this runs.
    pub ec2: Ec2,
}

/// Where a credential comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// `AWS_ACCESS_KEY_ID`.
    Environment,
    /// A role that another credential assumes.
    Role,
    /// A role by a token in a file.
    WebIdentity,
    /// IAM Identity Center.
    Sso,
    /// Keys in `~/.aws/credentials`.
    CredentialsFile,
    /// `aws login`.
    Login,
    /// A program.
    Process,
    /// Keys in `~/.aws/config`.
    ConfigFile,
    /// `AWS_CREDENTIAL_FILE`.
    OlderFile,
    /// boto 2's file.
    BotoFile,
    /// The container's role.
    Container,
    /// The EC2 instance's role.
    Instance,
}

impl Origin {
    /// The word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Role => "assume-role",
            Self::WebIdentity => "web-identity",
            Self::Sso => "sso",
            Self::CredentialsFile => "credentials-file",
            Self::Login => "login",
            Self::Process => "credential-process",
            Self::ConfigFile => "config-file",
            Self::OlderFile => "older-file",
            Self::BotoFile => "boto-file",
            Self::Container => "container",
            Self::Instance => "instance",
        }
    }
}

/// Whom a credential makes, as far as the documents tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Who {
    /// The account's root.
    Root(String),
    /// A role, and its account.
    Role(String, Option<String>),
    /// A user, and the account.
    User(String, String),
    /// Somebody of an account.
    Account(String),
    /// Nobody can tell without asking.
    #[default]
    Unknown,
}

/// Whether the credential can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is there, until then where the documents tell.
    Ready(Option<Timestamp>),
    /// It is over, and renews itself without a person.
    Renews,
    /// Somebody has to sign in first; since when, where it was once good.
    SignIn(Option<Timestamp>),
    /// The tools stop here with an error.
    Broken(String),
    /// Only the machine can tell.
    Perhaps,
}

/// One source of credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Where from.
    pub origin: Origin,
    /// The profile that names it.
    pub profile: Option<String>,
    /// Whom it makes.
    pub who: Who,
    /// Whether it can be had.
    pub state: State,
    /// The last four letters of the access key's id.
    pub key: Option<String>,
    /// The program's name, the start of what is signed in to: one word more, harmless.
    pub detail: Option<String>,
    /// What vanishes with it: for a role, what assumes it.
    pub base: (Origin, Option<String>),
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// The profile that counts.
    pub profile: String,
    /// Which variable or option named it; `None`: nobody did.
    pub named_by: Option<&'static str>,
    /// The first is taken; each other one would be, if all before it vanished.
    pub rungs: Vec<Rung>,
    /// What a shell without the variables that name profile and keys would take; only where it is somebody else's.
    pub plain: Option<Rung>,
    /// Variables that other tools understand in another way.
    pub notes: Vec<String>,
    /// What could not be read.
    pub gaps: Vec<String>,
}

/// An access key, to ask AWS with.
pub struct Keys {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: Secret,
    /// The token of a session.
    pub token: Option<Secret>,
    /// When it runs out, where that is written.
    pub expires: Option<Timestamp>,
}
