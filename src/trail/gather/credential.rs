//! Which credential an event was made with: what all events of one session share.

use crate::trail::class;
use crate::trail::slots::{Event, Slot};

/// AWS says this of its console's own calls; nobody stands between.
const INTERNAL: &str = "AWS Internal";
/// The managed MCP server, which calls with the caller's credential.
pub const MCP: &str = "aws-mcp.amazonaws.com";
/// They fetch a secret for someone, and decrypt it with a key of KMS in that person's name.
const FETCHERS: [&str; 3] = [INTERNAL, "secretsmanager.amazonaws.com", "ssm.amazonaws.com"];
/// Stands for the service where a sign-in failed.
pub const FAILED: &str = "sign-in that failed";
/// Stands for the service where a sign-in was not at its end yet: `CheckMfa`.
pub const STEP: &str = "step of a sign-in";

/// Whether somebody only tried to sign in, so far.
pub fn is_attempt(via: &str) -> bool {
    matches!(via, FAILED | STEP)
}

/// A credential. Keys are used again by AWS in principle, so a key alone is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Credential {
    /// The account whose identity it is.
    pub account: String,
    /// `IAMUser`, `AssumedRole`, `Root` ...
    pub kind: String,
    /// `principalId`, or what stands for it.
    pub principal: String,
    /// When the session was made, as events have it; empty for long-lived keys.
    pub created: String,
    /// The access key id; empty where there is none.
    pub key: String,
    /// The AWS service that called with it.
    pub via: String,
    /// The ARN of the secret that a service decrypted with it, for a call that fetched this secret; empty for all else.
    pub fetched: String,
}

impl Credential {
    /// The credential of an event.
    pub fn of(event: &Event<'_>) -> Self {
        let text = |slot| event.text(slot).into_owned();
        let kind = kind(event);
        let recipient = text(Slot::Recipient);
        let account = Some(text(Slot::Account)).filter(|account| !account.is_empty()).unwrap_or(recipient);
        let invoked_by = text(Slot::InvokedBy);
        let is_service =
            kind == "AWSService" || (kind.is_empty() && event.bytes(Slot::EventType) == b"AwsServiceEvent");
        if is_service {
            let principal = if invoked_by.is_empty() { text(Slot::EventSource) } else { invoked_by };
            return Self { account, kind: "AWSService".into(), principal, ..Self::default() };
        }
        let fetched = fetched(event, &invoked_by);
        let via = Self::via(event, &kind, invoked_by);
        let principal = [Slot::PrincipalId, Slot::Arn, Slot::UserName]
            .map(text)
            .into_iter()
            .find(|text| !text.is_empty());
        let whole = Self {
            principal: principal.unwrap_or_default(),
            created: text(Slot::Created),
            key: text(Slot::Key),
            account,
            kind,
            via,
            fetched,
        };
        let is_step = event.bytes(Slot::EventName) == b"CheckMfa"
            && event.bytes(Slot::EventSource) == b"signin.amazonaws.com";
        if is_step && whole.created.is_empty() && whole.key.is_empty() {
            // By the hour, as sign-ins that fail.
            let hour = event.text(Slot::EventTime).chars().take(13).collect();
            return Self { via: STEP.to_owned(), created: hour, ..whole };
        }
        // A service that goes on with somebody's rights gets a new key for every call: one session for all of them.
        if whole.via.is_empty() || whole.via == MCP || whole.kind == "AssumedRole" {
            return whole;
        }
        Self { created: String::new(), key: String::new(), ..whole }
    }

    fn via(event: &Event<'_>, kind: &str, invoked_by: String) -> String {
        match invoked_by.as_str() {
            INTERNAL => String::new(),
            "" if kind == "Root" && event.bytes(Slot::EventType) == b"AwsServiceEvent" => {
                event.text(Slot::EventSource).into_owned()
            }
            _ => invoked_by,
        }
    }

    /// The credential that a sign-in to the console made: later calls have its time as their creation date.
    pub fn of_sign_in(event: &Event<'_>, success: bool) -> Self {
        let mut own = Self::of(event);
        own.key = String::new();
        let time = event.text(Slot::EventTime);
        if success {
            own.via = String::new();
            own.created = time.into_owned();
        } else {
            // By the hour: somebody who guesses passwords makes no session for each.
            own.via = FAILED.to_owned();
            own.created = time.chars().take(13).collect();
        }
        own
    }
}

/// What identities are, as AWS writes it.
const KINDS: [&str; 10] = [
    "Root",
    "IAMUser",
    "AssumedRole",
    "Role",
    "FederatedUser",
    "AWSAccount",
    "AWSService",
    "IdentityCenterUser",
    "SAMLUser",
    "WebIdentityUser",
];

/// What an identity is. Nobody but AWS writes it, so where an exporter left it out, or wrote it otherwise, root's ARN says
/// that it is root. (Another account's principal is told by `AWSAccount`: it is not ours.)
fn kind(event: &Event<'_>) -> String {
    let written = event.text(Slot::Type);
    let known = KINDS.into_iter().find(|known| written.eq_ignore_ascii_case(known));
    match known {
        Some(other @ ("AWSAccount" | "AWSService")) => other.to_owned(),
        _ if is_of_root(&event.text(Slot::Arn)) => "Root".to_owned(),
        Some(known) => known.to_owned(),
        None => written.into_owned(),
    }
}

/// Whether an ARN is root's: `arn:aws:iam::123456789012:root`.
fn is_of_root(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    matches!(parts.as_slice(), ["arn", partition, "iam", "", account, "root"]
        if partition.starts_with("aws") && account.bytes().all(|digit| digit.is_ascii_digit()))
}

/// What a service decrypted for someone who fetched it.
fn fetched(event: &Event<'_>, invoked_by: &str) -> String {
    let decrypts =
        event.bytes(Slot::EventName) == b"Decrypt" && event.bytes(Slot::EventSource) == b"kms.amazonaws.com";
    if !decrypts || !FETCHERS.contains(&invoked_by) {
        return String::new();
    }
    class::secrets("Decrypt", event.value(Slot::Request)).into_iter().next().unwrap_or_default()
}
