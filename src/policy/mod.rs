//! The calls made to AWS, and the least-privilege policy for them.
//!
//! One table for both: the collectors take their actions from here, and `secretrail policy` prints them. An action
//! that is not here can't be called.

mod document;

pub use self::document::{Place, is_region, json, terraform};

/// What of an account is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Surface {
    /// Root, users, roles and their keys.
    Account,
    /// CloudTrail's events.
    Trail,
    /// Where keys live: Parameter Store and Secrets Manager.
    Inventory,
}

impl Surface {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Account, Self::Trail, Self::Inventory];

    /// The word that users see and type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Trail => "trail",
            Self::Inventory => "inventory",
        }
    }
}

/// Where an action can be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Needs no permission, and nothing can deny it.
    Nobody,
    /// On `*` only: AWS knows no narrower resource for it.
    Account,
    /// On users; asked only where key ids are wanted.
    Users,
    /// On a trail's bucket; asked only where one is named.
    Bucket,
    /// On the objects of a trail's bucket.
    Objects,
    /// On parameters; asked only where values are looked at.
    Parameters,
    /// On `*`, in the account from which many are asked.
    Organization,
    /// On the role in each of many accounts.
    Roles,
}

/// One action of AWS's API.
#[derive(Debug, PartialEq, Eq)]
pub struct Action {
    /// `iam`.
    pub service: &'static str,
    /// `GetAccountSummary`.
    pub name: &'static str,
    /// Where it can be allowed.
    pub scope: Scope,
    /// For which surface it is asked.
    pub surface: Surface,
}

impl Action {
    const fn new(service: &'static str, name: &'static str, scope: Scope) -> Self {
        Self { service, name, scope, surface: Surface::Account }
    }

    const fn of_trail(service: &'static str, name: &'static str, scope: Scope) -> Self {
        Self { service, name, scope, surface: Surface::Trail }
    }

    const fn of_inventory(service: &'static str, name: &'static str, scope: Scope) -> Self {
        Self { service, name, scope, surface: Surface::Inventory }
    }

    /// `iam:GetAccountSummary`, as policies name it.
    pub fn permission(&self) -> String {
        format!("{}:{}", self.service, self.allowed_as())
    }

    /// S3 names permissions otherwise than calls.
    fn allowed_as(&self) -> &'static str {
        match (self.service, self.name) {
            ("s3", "ListObjectsV2") => "ListBucket",
            ("s3", "HeadObject") => "GetObject",
            (_, name) => name,
        }
    }
}

/// Who asks.
pub const CALLER: Action = Action::new("sts", "GetCallerIdentity", Scope::Nobody);
/// Starts a credential report.
pub const GENERATE_REPORT: Action = Action::new("iam", "GenerateCredentialReport", Scope::Account);
/// The credential report.
pub const REPORT: Action = Action::new("iam", "GetCredentialReport", Scope::Account);
/// Root's keys and MFA, live.
pub const SUMMARY: Action = Action::new("iam", "GetAccountSummary", Scope::Account);
/// Which MFA devices are virtual.
pub const VIRTUAL_MFA: Action = Action::new("iam", "ListVirtualMFADevices", Scope::Account);
/// Users, groups, roles and policies.
pub const DETAILS: Action = Action::new("iam", "GetAccountAuthorizationDetails", Scope::Account);
/// Whether root access is managed centrally.
pub const FEATURES: Action = Action::new("iam", "ListOrganizationsFeatures", Scope::Account);
/// The password policy.
pub const PASSWORD_POLICY: Action = Action::new("iam", "GetAccountPasswordPolicy", Scope::Account);
/// Key ids of one user: the credential report has none.
pub const ACCESS_KEYS: Action = Action::new("iam", "ListAccessKeys", Scope::Users);
/// Which accounts the organisation has.
pub const LIST_ACCOUNTS: Action = Action::new("organizations", "ListAccounts", Scope::Organization);
/// The role of another account.
pub const ASSUME_ROLE: Action = Action::new("sts", "AssumeRole", Scope::Roles);
/// The events of 90 days, page by page.
pub const LOOKUP: Action = Action::of_trail("cloudtrail", "LookupEvents", Scope::Account);
/// The keys that digests are signed with.
pub const PUBLIC_KEYS: Action = Action::of_trail("cloudtrail", "ListPublicKeys", Scope::Account);
/// Which logs a bucket holds.
pub const LIST_OBJECTS: Action = Action::of_trail("s3", "ListObjectsV2", Scope::Bucket);
/// A log or a digest.
pub const GET_OBJECT: Action = Action::of_trail("s3", "GetObject", Scope::Objects);
/// Names, types and ages of parameters.
pub const PARAMETERS: Action = Action::of_inventory("ssm", "DescribeParameters", Scope::Account);
/// A parameter's value, from read level 1 on.
pub const PARAMETER: Action = Action::of_inventory("ssm", "GetParameter", Scope::Parameters);
/// Names and ages of secrets.
pub const SECRETS: Action = Action::of_inventory("secretsmanager", "ListSecrets", Scope::Account);

/// All that is ever asked.
pub const ACTIONS: &[&Action] = &[
    &CALLER,
    &GENERATE_REPORT,
    &REPORT,
    &SUMMARY,
    &VIRTUAL_MFA,
    &DETAILS,
    &FEATURES,
    &PASSWORD_POLICY,
    &ACCESS_KEYS,
    &LIST_ACCOUNTS,
    &ASSUME_ROLE,
    &LOOKUP,
    &PUBLIC_KEYS,
    &LIST_OBJECTS,
    &GET_OBJECT,
    &PARAMETERS,
    &PARAMETER,
    &SECRETS,
];
