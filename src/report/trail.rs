//! What is told of trails beside their findings: the verdict, sessions, single events, and what the logs cover.

use super::told::Teller;
use super::verdict::number;

/// A longer list is told in JSON only.
const MOST_TOLD: usize = 8;

/// CloudTrail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrailSection {
    /// Sentences, the most important first.
    pub verdict: Vec<String>,
    /// Sessions in the order of time.
    pub sessions: Vec<SessionRow>,
    /// What the logs cover.
    pub coverage: CoverageRow,
    /// What the events below are.
    pub events_title: String,
    /// Single events, where somebody asked for them.
    pub events: Vec<EventRow>,
    /// The one session that is told.
    pub focus: Option<String>,
    /// Findings of others, which are left out for it.
    pub elsewhere: usize,
    /// Whether the ids of access keys are shown whole.
    pub show_key_ids: bool,
}

/// A session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: String,
    /// The account.
    pub account: String,
    /// `IAMUser`, `AssumedRole`, `Root` ...
    pub kind: String,
    /// The principal's ARN.
    pub principal: String,
    /// The service that called with its rights.
    pub via: String,
    /// How it was root.
    pub root: Option<String>,
    /// Whether MFA was used.
    pub mfa: Option<bool>,
    /// `human`, `agent`, `service`, `unknown`.
    pub actor_kind: &'static str,
    /// Who.
    pub actor_name: String,
    /// `L4` to `L0`.
    pub actor_level: &'static str,
    /// `asserted`, `declared`, `marked`, `claimed`, `unknown`.
    pub actor_evidence: &'static str,
    /// All of that in words.
    pub actor_words: String,
    /// The evidence.
    pub reasons: Vec<String>,
    /// What speaks against it.
    pub contradictions: Vec<String>,
    /// From its caller back to the first one.
    pub chain: Vec<String>,
    /// Who issued its credentials.
    pub issuer: Option<IssuerRow>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// The source identity.
    pub source_identity: String,
    /// The first event's time.
    pub first: String,
    /// The last event's time.
    pub last: String,
    /// From the first to the last.
    pub span: String,
    /// Events, each counted once.
    pub events: u64,
    /// Events as delivered.
    pub delivered: u64,
    /// Reads.
    pub reads: u64,
    /// Writes.
    pub writes: u64,
    /// Refused.
    pub denied: u64,
    /// Sign-ins that failed before it.
    pub failed_sign_ins: u64,
    /// Whether a key was used that does not end.
    pub long_lived_key: bool,
    /// Whether it came from a new network.
    pub new_network: bool,
    /// The silent fallback: by what it is known, the identity before, in words.
    pub fallback: Option<(String, String, String)>,
    /// The session before it.
    pub fell_from: Option<String>,
    /// The session that made its access key.
    pub key_made_by: Option<String>,
    /// Addresses.
    pub ips: Vec<String>,
    /// User agents.
    pub user_agents: Vec<String>,
    /// Regions.
    pub regions: Vec<String>,
    /// Services.
    pub services: Vec<String>,
    /// Secrets that were read.
    pub secrets_read: Vec<String>,
    /// Credentials that were made.
    pub created_credentials: Vec<String>,
    /// What lasts.
    pub persistence: Vec<String>,
    /// What was made.
    pub created: Vec<String>,
    /// What the settings do not allow.
    pub outside_allowed: Vec<String>,
    /// The first event's id.
    pub first_event: String,
    /// Nobody to tell in the table: a service, a sign-in that failed.
    pub is_service: bool,
}

/// Who issued a session's credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssuerRow {
    /// The session that did; none where these logs have no call of it.
    pub session: Option<String>,
    /// Who, in words.
    pub name: String,
    /// `AssumeRole` ...
    pub by: String,
}

/// One event. Ordered by time, then by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventRow {
    /// Seconds since 1970.
    pub seconds: i64,
    /// The same, written.
    pub time: String,
    /// The id.
    pub id: String,
    /// The service.
    pub source: String,
    /// The call.
    pub name: String,
    /// The Region.
    pub region: String,
    /// The address.
    pub ip: String,
    /// The user agent.
    pub user_agent: String,
    /// The error.
    pub error: String,
    /// The request's id.
    pub request_id: String,
    /// The account.
    pub account: String,
    /// Whether it only reads.
    pub read_only: Option<bool>,
    /// The session's id.
    pub session: String,
    /// The principal.
    pub principal: String,
    /// Who acts.
    pub actor: String,
    /// More of it.
    pub told: String,
}

/// What the logs cover.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverageRow {
    /// What was asked for, in sentences.
    pub asked: Vec<String>,
    /// Events as delivered.
    pub delivered: u64,
    /// Events, each counted once.
    pub events: u64,
    /// Events that were not asked for.
    pub left_out: u64,
    /// Events without a time.
    pub timeless: u64,
    /// Data events.
    pub data_events: u64,
    /// Accounts.
    pub accounts: Vec<String>,
    /// Regions.
    pub regions: Vec<String>,
    /// Accounts and Regions that were asked for, and have no event.
    pub nothing_of: Vec<String>,
    /// The first event's time.
    pub first: Option<String>,
    /// The last event's time.
    pub last: Option<String>,
    /// Days with events.
    pub days_seen: usize,
    /// Runs of days without any, of the time that was asked for.
    pub days_unseen: Vec<String>,
    /// Each Region of each account.
    pub places: Vec<PlaceRow>,
    /// Digests.
    pub digests: u64,
    /// Insights.
    pub insights: u64,
    /// Events of roles' sessions.
    pub of_roles: u64,
    /// Linked to their issue by key.
    pub linked_by_key: u64,
    /// Linked by principal and time.
    pub linked_by_creation: u64,
    /// Whether digests prove all logs.
    pub verified: bool,
    /// What digests say, in sentences; none where nobody asked.
    pub verification: Vec<String>,
}

/// One Region of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceRow {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// Events, each counted once.
    pub events: u64,
    /// Days with events.
    pub days_seen: usize,
    /// Runs of days without any.
    pub days_unseen: Vec<String>,
}

/// Names of the columns of [`cells`].
pub(super) const COLUMNS: [&str; 8] =
    ["session", "who", "actor", "root", "MFA", "events", "first seen (UTC)", "lasted"];

/// A session in a row of a table, redacted.
pub(super) fn cells(row: &SessionRow, teller: &Teller<'_>) -> [String; 8] {
    let mfa = match row.mfa {
        Some(true) => "yes",
        Some(false) => "no",
        None => "-",
    };
    let first = row.first.replace('T', " ").replace('Z', "");
    let root = row.root.clone().unwrap_or_else(|| "-".to_owned());
    let events = format!("{} ({}, {} denied)", row.events, times(row.writes, "write", "writes"), row.denied);
    let (who, actor) = (teller.name(short_arn(&row.principal)), teller.name(&row.actor_words));
    [row.id.clone(), who, actor, root, mfa.to_owned(), events, first, row.span.clone()]
}

/// `1 event`, `2 events`.
pub(super) fn times(count: u64, one: &str, more: &str) -> String {
    number(usize::try_from(count).unwrap_or(usize::MAX), one, more)
}

/// An ARN without what stands in every one.
fn short_arn(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}

/// What the logs cover, in sentences.
pub(super) fn coverage(row: &CoverageRow) -> Vec<String> {
    let mut told = Vec::new();
    let list = |all: &[String], one: &str, more: &str| match all {
        [only] => format!("{one} {only}"),
        few if few.len() <= 4 => format!("{more} {}", few.join(", ")),
        many => format!("{} {more}", many.len()),
    };
    let again = row.delivered - row.events.min(row.delivered);
    let again = if again > 0 { format!(" ({again} delivered again)") } else { String::new() };
    told.push(match row.events {
        0 => "no events".to_owned(),
        events => format!(
            "{}{again} of {} in {}, {} to {}",
            times(events, "event", "events"),
            list(&row.accounts, "account", "accounts"),
            list(&row.regions, "Region", "Regions"),
            row.first.as_deref().unwrap_or("unknown"),
            row.last.as_deref().unwrap_or("unknown"),
        ),
    });
    told.extend(row.asked.iter().cloned());
    told.push(match row.days_unseen.as_slice() {
        [] if row.days_seen == 1 => "events of 1 day".to_owned(),
        [] if row.days_seen == 0 => "no day with events".to_owned(),
        [] => format!("events on each of {} days", row.days_seen),
        gaps => format!("events on {}, none on {}", number(row.days_seen, "day", "days"), few(gaps)),
    });
    if row.places.len() > 1 {
        let fewer = row.places.iter().filter(|place| place.days_seen < row.days_seen);
        let fewer: Vec<String> = fewer
            .map(|place| {
                let days = number(place.days_seen, "day", "days");
                format!("{} in {} on {days}", place.account, place.region)
            })
            .collect();
        told.extend((!fewer.is_empty()).then(|| format!("fewer days: {}", few(&fewer))));
    }
    if !row.nothing_of.is_empty() {
        told.push(format!("no events from {}, although requested", few(&row.nothing_of)));
    }
    told.push(match row.data_events {
        0 => "no data events: these logs do not show reads and writes of objects, table rows and the like"
            .to_owned(),
        some => times(some, "data event", "data events"),
    });
    if row.left_out > 0 {
        let events = times(row.left_out, "event", "events");
        told.push(format!("{events} excluded by time, account or Region"));
    }
    if row.timeless > 0 {
        told.push(format!("{} without a readable time", times(row.timeless, "event", "events")));
    }
    if row.of_roles > 0 {
        told.push(format!(
            "linked to the call that issued their credentials: {} of {} in role sessions ({} by key)",
            row.linked_by_key + row.linked_by_creation,
            times(row.of_roles, "event", "events"),
            row.linked_by_key
        ));
    }
    match row.verification.as_slice() {
        [] => told.push("not verified against digests; to do so, run `secretrail trail verify`".to_owned()),
        some => told.extend(some.iter().cloned()),
    }
    told
}

/// The first ones; the rest is counted.
fn few(all: &[String]) -> String {
    let shown = all.iter().take(MOST_TOLD).cloned().collect::<Vec<_>>().join(", ");
    let more = all.len().saturating_sub(MOST_TOLD);
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
