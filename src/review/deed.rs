//! One event as a review holds it: what was done to what, and never a value.

use super::{document, kinds};
use crate::trail::class::{Class, class, secrets};
use crate::trail::json::{get, items, text, unescaped, walk};
use crate::trail::slots::{Event, Slot};
use crate::trail::{Mark, secret_name};

/// Names that are held of one event.
pub(super) const MOST_TARGETS: usize = 24;
/// A longer name says nothing more.
const LONGEST: usize = 300;
/// Deeper objects hold no names that a reader needs.
const MOST_LEVELS: usize = 4;
/// Fields that name something; so do those that end in `Name`, `Arn` or `Id`.
const NAMES: &[&str] = &[
    "accountIdsToAdd",
    "accountIdsToRemove",
    "authType",
    "clientID",
    "arn",
    "cidrIp",
    "cluster",
    "dBClusterSnapshotIdentifier",
    "dBInstanceIdentifier",
    "dBSnapshotIdentifier",
    "desiredCount",
    "durationSeconds",
    "expiration",
    "exportTaskIdentifier",
    "fromPort",
    "group",
    "groupName",
    "ipProtocol",
    "granteePrincipal",
    "key",
    "label",
    "name",
    "names",
    "path",
    "principal",
    "principalType",
    "queueUrl",
    "reservedConcurrentExecutions",
    "resource",
    "serialNumber",
    "service",
    "sourceDBInstanceIdentifier",
    "status",
    "target",
    "targetDBInstanceIdentifier",
    "toPort",
    "userId",
    "valuesToAdd",
    "valuesToRemove",
    "versionNumber",
];
/// Of a secret that AWS does not keep after it was deleted.
pub(super) const FORCED: &str = "forceDeleteWithoutRecovery";
/// The field that holds whom a call lets in: accounts, ARNs and services.
pub(super) const TRUSTED: &str = "trusted";
/// The field that says that a parameter was not there before.
pub(super) const CREATED: &str = "created";
/// The field that says that a policy could be read.
pub(super) const POLICY_READ: &str = "policyRead";
/// The field of a policy that denies everything, and to whom.
pub(super) const DENIES: &str = "denies";
/// Calls that change a secret.
const SECRET_WRITES: &[&str] = &[
    "CreateSecret",
    "DeleteParameter",
    "DeleteParameters",
    "DeleteSecret",
    "LabelParameterVersion",
    "PutParameter",
    "PutSecretValue",
    "RestoreSecret",
    "RotateSecret",
    "UpdateSecret",
    "UpdateSecretVersionStage",
];

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deed {
    /// When, which, where.
    pub at: Mark,
    /// The number of its session; `None` for one that is not known.
    pub session: Option<usize>,
    /// `iam`.
    pub service: String,
    /// `CreateAccessKey`.
    pub name: String,
    /// The error; empty where it worked.
    pub error: String,
    /// The account in which it was done.
    pub account: String,
    /// The Region.
    pub region: String,
    /// Where the call came from.
    pub ip: String,
    /// With what.
    pub agent: String,
    /// Whether it only reads.
    pub read_only: bool,
    /// Whether it signs in, or issues credentials.
    pub opens: bool,
    /// What it names: field and name, those of the request first.
    pub targets: Vec<(String, String)>,
    /// The secrets that it read, by their plain names.
    pub read: Vec<String>,
    /// The secrets that it changed, by their plain names.
    pub written: Vec<String>,
}

impl Deed {
    /// Reads an event.
    pub fn of(event: &Event<'_>, at: Mark, session: Option<usize>) -> Self {
        let own = |slot| event.text(slot).into_owned();
        let (source, name) = (own(Slot::EventSource), own(Slot::EventName));
        let (request, response) = (event.value(Slot::Request), event.value(Slot::Response));
        let (class, error) = (class(&source, &name), error(event));
        let mut targets = Vec::new();
        named(request, 0, &mut targets);
        named(response, 0, &mut targets);
        let worked = error.is_empty();
        let service = source.strip_suffix(".amazonaws.com").unwrap_or(&source).to_owned();
        more(&service, &name, event, &mut targets);
        let all = |names: Vec<String>| names.iter().map(|name| secret_name(name)).collect::<Vec<_>>();
        let mut read = if class == Class::Secret { all(secrets(&name, request)) } else { Vec::new() };
        // By a filter: the event tells no name.
        if name == "BatchGetSecretValue" && read.is_empty() {
            read.push("*".to_owned());
        }
        let account = [Slot::Recipient, Slot::Account].map(own).into_iter().find(|text| !text.is_empty());
        Self {
            written: if worked { written(&source, &name, &targets) } else { Vec::new() },
            read,
            at,
            session,
            service,
            account: account.unwrap_or_default(),
            region: own(Slot::Region),
            ip: own(Slot::SourceIp),
            agent: own(Slot::UserAgent),
            read_only: event.flag(Slot::ReadOnly).unwrap_or_else(|| reads(&name)),
            opens: matches!(class, Class::SignIn | Class::Issue(_)),
            name,
            error,
            targets,
        }
    }

    /// Whether it worked.
    pub fn worked(&self) -> bool {
        self.error.is_empty()
    }

    /// Whether it is a call of a service.
    pub fn is_of(&self, service: &str, name: &str) -> bool {
        self.service == service && self.name == name
    }

    /// Whether it made a secret that was not there before.
    pub fn creates_secret(&self) -> bool {
        self.is_of("secretsmanager", "CreateSecret") || self.field(CREATED).is_some()
    }

    /// The first name of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.targets.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// All names of a field.
    pub fn all<'d>(&'d self, name: &'d str) -> impl Iterator<Item = &'d str> {
        self.targets.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Whether AWS refused it for want of rights.
    pub fn is_denied(&self) -> bool {
        is_denied(&self.error)
    }

    /// Whether a timeline tells it: all but calls that only read.
    pub fn is_told(&self) -> bool {
        self.opens || !self.read_only || !self.read.is_empty() || self.is_denied()
    }

    /// What it names, without what is the same in every call.
    pub fn objects(&self) -> Vec<&str> {
        let silent = [
            "durationSeconds",
            "expiration",
            "operation",
            "status",
            "userId",
            "principalId",
            "ownerId",
            "desiredCount",
            "enabled",
            "ipProtocol",
            "reservedConcurrentExecutions",
            CREATED,
            DENIES,
            FORCED,
            POLICY_READ,
            TRUSTED,
        ];
        let mut all: Vec<&str> = Vec::new();
        for (field, value) in &self.targets {
            // An ARN behind the name that ends it tells nothing new.
            let is_told = |known: &&str| {
                *known == value || value.strip_suffix(known).is_some_and(|start| start.ends_with(['/', ':']))
            };
            if !silent.contains(&field.as_str()) && !is_number_of_aws(value) && !all.iter().any(is_told) {
                all.push(value);
            }
        }
        all
    }
}

/// An account, or the number that IAM gives to a role or a user: no name that a reader knows.
fn is_number_of_aws(text: &str) -> bool {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = (20..=21).contains(&text.len())
        && ["AROA", "AIDA", "ANPA", "AGPA", "AIPA", "ANVA"].iter().any(|start| text.starts_with(start));
    is_account || is_number
}

/// Whether an error says that rights were missing.
pub(super) fn is_denied(error: &str) -> bool {
    ["AccessDenied", "Unauthorized", "AuthorizationError"].iter().any(|word| error.contains(word))
}

/// The error: also a sign-in that failed has one.
fn error(event: &Event<'_>) -> String {
    let error = event.text(Slot::ErrorCode).into_owned();
    let failed = event.bytes(Slot::EventName) == b"ConsoleLogin" && !crate::trail::gather::is_success(event);
    if error.is_empty() && failed { "Failure".to_owned() } else { error }
}

fn reads(name: &str) -> bool {
    ["Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet"]
        .iter()
        .any(|start| name.starts_with(start))
}

pub(super) fn is_name(field: &str) -> bool {
    let ends = ["Name", "Arn", "ARN", "Id", "ID", "Ids", "Names", "Arns"];
    let not = ["clientToken", "requestId", "requestID", "clientRequestId", "x-amz-id-2"];
    (NAMES.contains(&field) || ends.iter().any(|end| field.ends_with(end))) && !not.contains(&field)
}

/// Collects what a value names.
fn named(value: &[u8], level: usize, into: &mut Vec<(String, String)>) {
    if level > MOST_LEVELS {
        return;
    }
    walk(value, &mut |key, value| {
        let key = unescaped(key);
        // Tags name nothing that was acted on.
        if key.to_ascii_lowercase().starts_with("tag") {
            return;
        }
        match value.first() {
            Some(b'{') => {
                // What is given, and what is taken away.
                if ["add", "remove"].contains(&&*key) && into.len() < MOST_TARGETS {
                    into.push(("operation".to_owned(), key.into_owned()));
                }
                named(value, level + 1, into);
            }
            Some(b'[') => {
                for item in items(value) {
                    match item.first() {
                        Some(b'{') => named(item, level + 1, into),
                        _ => add(&key, item, into),
                    }
                }
            }
            _ => add(&key, value, into),
        }
    });
}

fn add(key: &str, value: &[u8], into: &mut Vec<(String, String)>) {
    if key == "enabled" && value == b"false" && into.len() < MOST_TARGETS {
        into.push((key.to_owned(), "false".to_owned()));
    }
    if key == FORCED && value == b"true" && into.len() < MOST_TARGETS {
        into.push((key.to_owned(), "true".to_owned()));
    }
    if !is_name(key) || into.len() >= MOST_TARGETS {
        return;
    }
    let is_number = value.first().is_some_and(u8::is_ascii_digit);
    let value = match text(value) {
        Some(text) => text.into_owned(),
        None if is_number => String::from_utf8_lossy(value).into_owned(),
        None => return,
    };
    let value: String = value.chars().take(LONGEST).collect();
    if value.chars().any(char::is_alphanumeric) && !value.starts_with("HIDDEN_DUE_TO") {
        into.push((key.to_owned(), value));
    }
}

/// What a review needs of some calls beside the names: what their policies say, and whose password it is.
fn more(service: &str, name: &str, event: &Event<'_>, into: &mut Vec<(String, String)>) {
    let mut add = |field: &str, value: &str| {
        if into.len() < MOST_TARGETS {
            into.push((field.to_owned(), value.chars().take(LONGEST).collect()));
        }
    };
    let request = event.value(Slot::Request);
    if kinds::is_about_others(service, name) {
        document::let_in(request, &mut |who| add(TRUSTED, who));
        if document::is_read(request) {
            add(POLICY_READ, "true");
        }
    }
    let puts = service == "iam" && ["PutRolePolicy", "PutUserPolicy"].contains(&name);
    let denial = if puts { document::denial(request) } else { None };
    if let Some(denial) = denial {
        add(DENIES, &denial.written());
    }
    let is_first = || get(event.value(Slot::Response), "version") == Some(b"1");
    let is_over = || get(request, "overwrite") == Some(b"true");
    if (service, name) == ("ssm", "PutParameter") && is_first() && !is_over() {
        add(CREATED, "true");
    }
    // The request tells nothing: everybody changes their own.
    if (service, name) == ("iam", "ChangePassword") {
        add("userName", &event.text(Slot::UserName));
    }
}

fn written(source: &str, name: &str, targets: &[(String, String)]) -> Vec<String> {
    let of_secrets = ["ssm.amazonaws.com", "secretsmanager.amazonaws.com"].contains(&source);
    if !of_secrets || !SECRET_WRITES.contains(&name) {
        return Vec::new();
    }
    let names = targets.iter().filter(|(field, _)| ["name", "names", "secretId"].contains(&field.as_str()));
    let mut all: Vec<String> = names.map(|(_, value)| secret_name(value)).collect();
    all.sort();
    all.dedup();
    all
}
