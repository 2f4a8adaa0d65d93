//! A session as a review tells it: who, on what evidence, and how it came into the incident.

use std::collections::{BTreeMap, BTreeSet};

use super::deed::Deed;
use super::index::TRUST;
use crate::trail::{Mark, Session};

/// What a session did within the time that is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Within {
    /// The first event, and the time of the last one.
    pub first: Mark,
    /// The time of the last one.
    pub last: i64,
    /// Events.
    pub events: u64,
    /// Events that change something.
    pub writes: u64,
    /// Events that AWS refused.
    pub denied: u64,
    /// Addresses, with the first and the last time.
    pub ips: BTreeMap<String, (i64, i64)>,
    /// User agents, with the first and the last time.
    pub agents: BTreeMap<String, (i64, i64)>,
    /// Regions.
    pub regions: BTreeSet<String>,
}

impl Within {
    /// Adds an event.
    pub fn add(&mut self, deed: &Deed) {
        if self.events == 0 || deed.at < self.first {
            self.first = deed.at.clone();
        }
        self.last = self.last.max(deed.at.time);
        self.events += 1;
        self.writes += u64::from(!deed.read_only);
        self.denied += u64::from(deed.is_denied());
        span(&mut self.ips, &deed.ip, (deed.at.time, deed.at.time));
        span(&mut self.agents, &deed.agent, (deed.at.time, deed.at.time));
        if self.regions.len() < MOST_HELD {
            self.regions.insert(deed.region.clone());
        }
    }

    /// Adds what another thread saw of the same session.
    pub fn merge(&mut self, other: Self) {
        if self.events == 0 || (other.events > 0 && other.first < self.first) {
            self.first = other.first;
        }
        self.last = self.last.max(other.last);
        self.events += other.events;
        self.writes += other.writes;
        self.denied += other.denied;
        other.ips.into_iter().for_each(|(text, times)| span(&mut self.ips, &text, times));
        other.agents.into_iter().for_each(|(text, times)| span(&mut self.agents, &text, times));
        self.regions.extend(other.regions);
    }
}

fn span(all: &mut BTreeMap<String, (i64, i64)>, text: &str, (first, last): (i64, i64)) {
    if let Some(known) = all.get_mut(text) {
        *known = (known.0.min(first), known.1.max(last));
    } else if all.len() < MOST_HELD && !text.is_empty() {
        all.insert(text.to_owned(), (first, last));
    }
}

/// Texts of one list that are held before the first ones are kept.
const MOST_HELD: usize = 1_000;
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
        /// The same host, within the hour, and the old key was ended.
        is_sure: bool,
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

/// How sure it is that a session belongs to the incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// AWS's own log says so.
    Sure,
    /// It used what the incident made or changed, and others may have, too.
    Likely,
    /// Someone else may be behind it.
    Weak,
}

impl Confidence {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sure => "sure",
            Self::Likely => "likely",
            Self::Weak => "weak",
        }
    }
}

impl Relation {
    /// How sure this alone makes it.
    pub fn confidence(&self) -> Confidence {
        match self {
            Self::FellBack { is_sure: false, .. } => Confidence::Weak,
            Self::MayUse { what, .. } if what == TRUST => Confidence::Weak,
            Self::MayUse { .. } => Confidence::Likely,
            _ => Confidence::Sure,
        }
    }
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its id, which `secretrail trail --session` takes.
    pub id: String,
    /// How it came in.
    pub relation: Relation,
    /// How sure that is.
    pub confidence: Confidence,
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
    /// The ARN of what issued it: a role, a user.
    pub issuer: String,
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
    /// When all of it began and ended, also outside of the time that is asked for.
    pub whole: (i64, i64),
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
    pub(super) fn of(session: &Session, relation: Relation, confidence: Confidence) -> Self {
        let tally = &session.tally;
        let spans = |spans: &crate::trail::gather::Spans| {
            let named = spans.iter().filter(|(text, _)| !text.is_empty());
            named.map(|(text, (first, last))| (text.to_owned(), first, last)).take(MOST).collect()
        };
        let issuer = tally.issuers.first();
        Self {
            id: session.id.clone(),
            relation,
            confidence,
            account: session.account.clone(),
            kind: session.kind.clone(),
            principal: session.principal.clone(),
            user: user(session),
            role: if session.kind == "AssumedRole" { issuer.to_owned() } else { String::new() },
            issuer: issuer.to_owned(),
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
            whole: (session.first().time, tally.last),
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

    /// Tells only what it did within the time that is asked for.
    pub(super) fn narrow(&mut self, within: &Within) {
        let spans = |all: &BTreeMap<String, (i64, i64)>| {
            all.iter().map(|(text, (first, last))| (text.clone(), *first, *last)).take(MOST).collect()
        };
        self.first = within.first.clone();
        (self.last, self.events, self.writes, self.denied) =
            (within.last, within.events, within.writes, within.denied);
        (self.ips, self.agents) = (spans(&within.ips), spans(&within.agents));
        self.regions =
            within.regions.iter().filter(|region| !region.is_empty()).take(MOST).cloned().collect();
    }

    /// Who acts, with the evidence: `agent Claude Code, L2 (marked)`.
    pub fn actor_words(&self) -> String {
        let name = if self.actor_name.is_empty() { String::new() } else { format!(" {}", self.actor_name) };
        match self.actor {
            "unknown" if self.actor_name.is_empty() => "unknown: no evidence of who acted".to_owned(),
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
