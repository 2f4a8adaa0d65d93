//! A session as a review tells it: who, on what evidence, and how it came into the incident.

use crate::trail::{Mark, Session};

/// Texts of one list that are kept.
const MOST: usize = 50;

/// How a session came into the incident.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// It is what was asked for.
    Start,
    /// A session of the incident called what issued it.
    Issued {
        /// The call.
        by: &'static str,
        /// The session that called.
        from: String,
        /// The event.
        at: Mark,
    },
    /// It used an access key that a session of the incident made.
    KeyMade {
        /// The session that made it.
        from: String,
        /// The event.
        at: Mark,
    },
    /// It may have used what a session of the incident made or changed: a password, a user, a role.
    MayUse {
        /// What that is.
        what: String,
        /// The session that did.
        from: String,
        /// The event.
        at: Mark,
    },
    /// The same host or address went on with these credentials.
    FellBack {
        /// The session before.
        from: String,
        /// What tells.
        told: String,
    },
    /// A service of AWS went on with the rights of a session of the incident.
    Through {
        /// That session.
        from: String,
        /// The service.
        service: String,
    },
    /// It stands before the incident: it issued or made what was used.
    Before {
        /// How.
        how: String,
        /// The event.
        at: Mark,
    },
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its id, which `secretrail trail --session` takes.
    pub id: String,
    /// How it came in.
    pub relation: Relation,
    /// The account.
    pub account: String,
    /// `IAMUser`, `AssumedRole`, `Root` ...
    pub kind: String,
    /// The principal's ARN.
    pub principal: String,
    /// The user's name, where it has one.
    pub user: String,
    /// The role that it is a session of, by its ARN.
    pub role: String,
    /// The service that called with its rights.
    pub via: String,
    /// Its access keys.
    pub keys: Vec<String>,
    /// When it was made, in seconds.
    pub made: Option<i64>,
    /// Which call issued it, and the event.
    pub issued: Option<(&'static str, Mark)>,
    /// How it was root.
    pub root: Option<&'static str>,
    /// Whether it was made with MFA.
    pub mfa: Option<bool>,
    /// A sign-in to the console made it.
    pub signed_in: bool,
    /// `human`, `agent`, `service`, `unknown`.
    pub actor: &'static str,
    /// Who.
    pub actor_name: String,
    /// `L4` to `L0`, `none`.
    pub rung: &'static str,
    /// `asserted`, `declared`, `marked`, `claimed`, `unknown`.
    pub level: &'static str,
    /// The evidence, best first.
    pub reasons: Vec<String>,
    /// What speaks against it.
    pub contradictions: Vec<String>,
    /// From the caller back to the first one, also where that is not in the logs.
    pub chain: Vec<String>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// The source identity.
    pub source_identity: String,
    /// The silent fallback, in words.
    pub fallback: Option<String>,
    /// No earlier session of the principal came from there.
    pub new_network: bool,
    /// Sign-ins that failed before it.
    pub failed_sign_ins: u64,
    /// The first event.
    pub first: Mark,
    /// The time of the last one.
    pub last: i64,
    /// Events, each counted once.
    pub events: u64,
    /// Events that change something.
    pub writes: u64,
    /// Events that AWS refused.
    pub denied: u64,
    /// Addresses, with the first and the last time.
    pub ips: Vec<(String, i64, i64)>,
    /// User agents, with the first and the last time.
    pub agents: Vec<(String, i64, i64)>,
    /// Regions.
    pub regions: Vec<String>,
}

impl Party {
    /// A session as a party.
    pub(super) fn of(session: &Session, relation: Relation) -> Self {
        let tally = &session.tally;
        let spans = |spans: &crate::trail::gather::Spans| {
            let named = spans.iter().filter(|(text, _)| !text.is_empty());
            named.map(|(text, (first, last))| (text.to_owned(), first, last)).take(MOST).collect()
        };
        let issuer = tally.issuers.first();
        Self {
            id: session.id.clone(),
            relation,
            account: session.account.clone(),
            kind: session.kind.clone(),
            principal: session.principal.clone(),
            user: user(session),
            role: if session.kind == "AssumedRole" { issuer.to_owned() } else { String::new() },
            via: session.via.clone(),
            keys: session.keys.clone(),
            made: crate::trail::time::seconds(session.created.as_bytes()),
            issued: session.issued.as_ref().map(|issued| (issued.terms.by.name(), issued.at())),
            root: session.root.map(|root| root.word()),
            mfa: session.mfa,
            signed_in: session.signed_in,
            actor: session.actor.kind.word(),
            actor_name: session.actor.name.clone(),
            rung: session.actor.level.rung(),
            level: session.actor.level.word(),
            reasons: session.actor.reasons.clone(),
            contradictions: session.actor.contradictions.clone(),
            chain: session.chain.clone(),
            tags: session.tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
            source_identity: session.source_identity.clone(),
            fallback: session.fallback.as_ref().map(|fallback| fallback.told.clone()),
            new_network: session.new_network,
            failed_sign_ins: session.failed_sign_ins,
            first: session.first().clone(),
            last: tally.last,
            events: tally.events,
            writes: tally.writes(),
            denied: tally.denied,
            ips: spans(&tally.ips),
            agents: spans(&tally.agents),
            regions: tally.regions.iter().take(MOST).map(str::to_owned).collect(),
        }
    }

    /// Who acts, with the evidence: `agent Claude Code, L2 (marked)`.
    pub fn actor_words(&self) -> String {
        let name = if self.actor_name.is_empty() { String::new() } else { format!(" {}", self.actor_name) };
        match self.actor {
            "unknown" if self.actor_name.is_empty() => "unknown: nothing says who acts".to_owned(),
            "unknown" => format!("unknown kind,{name}, {} ({})", self.rung, self.level),
            kind => format!("{kind}{name}, {} ({})", self.rung, self.level),
        }
    }

    /// Whether a long-lived key was used.
    pub fn is_long_lived(&self) -> bool {
        self.keys.iter().any(|key| key.starts_with("AKIA"))
    }

    /// The part of an ARN that tells one from another.
    pub fn short(&self) -> &str {
        self.principal.splitn(6, ':').nth(5).unwrap_or(&self.principal)
    }
}

/// The name of a user; of `arn:aws:iam::123456789012:user/team/alice` the last part.
pub(super) fn user(session: &Session) -> String {
    if session.kind != "IAMUser" {
        return String::new();
    }
    let named = session.tally.users.first();
    let of_arn = session.principal.rsplit('/').next().unwrap_or_default();
    if named.is_empty() { of_arn.to_owned() } else { named.to_owned() }
}

/// The name of a role, of its ARN the last part.
pub(super) fn role_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
