//! A session: all that one sign-in or one issued credential did.

use sha2::{Digest, Sha256};

use super::gather::{Credential, Issued, Mark, Tags, Tally, Terms};

/// How someone was root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// By the console.
    Console,
    /// By a long-lived access key of root.
    AccessKey,
    /// By credentials that root got from GetSessionToken or GetFederationToken.
    SessionToken,
    /// By AssumeRoot: one task, from the management account.
    AssumeRoot,
    /// An AWS service acted for root: nobody was root.
    Service,
}

impl Root {
    /// The word that rules and reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::AccessKey => "access-key",
            Self::SessionToken => "session-token",
            Self::AssumeRoot => "assume-root",
            Self::Service => "service",
        }
    }
}

/// Who acts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A person, on positive evidence.
    Human,
    /// A coding agent.
    Agent,
    /// A service of AWS.
    Service,
    /// Nothing tells.
    #[default]
    Unknown,
}

impl Kind {
    /// The word that rules and reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Agent => "agent",
            Self::Service => "service",
            Self::Unknown => "unknown",
        }
    }
}

/// How good the evidence is. Ordered: the better, the greater.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// There is none.
    #[default]
    Unknown,
    /// A user agent says so.
    Claimed,
    /// Set for each call or program by a hook or a vendor.
    Marked,
    /// Given when the credential was issued: source identity, tags, session name.
    Declared,
    /// AWS says so.
    Asserted,
}

impl Level {
    /// The word that rules use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Claimed => "claimed",
            Self::Marked => "marked",
            Self::Declared => "declared",
            Self::Asserted => "asserted",
        }
    }

    /// The rung of the ladder, in the JSON report.
    pub fn rung(self) -> &'static str {
        match self {
            Self::Unknown => "none",
            Self::Claimed => "L0",
            Self::Marked => "L2",
            Self::Declared => "L3",
            Self::Asserted => "L4",
        }
    }
}

/// Who is behind a session, and on what evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub kind: Kind,
    /// The best evidence.
    pub level: Level,
    /// A name: `Claude Code`, `alice`; empty where there is none.
    pub name: String,
    /// An agent, by how the session was made: all of its events were made by the agent, with a mark or without.
    pub whole: bool,
    /// The evidence, best first.
    pub reasons: Vec<String>,
    /// What does not fit together.
    pub contradictions: Vec<String>,
}

/// Another identity that the same host or address had shortly before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// `sid` or `source-ip`.
    pub by: &'static str,
    /// The identity before.
    pub from: String,
    /// Its session.
    pub session: String,
    /// In words.
    pub told: String,
}

/// One session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// Always the same for the same session.
    pub id: String,
    /// The account.
    pub account: String,
    /// `IAMUser`, `AssumedRole`, `Root` ...
    pub kind: String,
    /// The principal's ARN, or what stands for it.
    pub principal: String,
    /// The principal's id.
    pub principal_id: String,
    /// The service that called with the session's rights.
    pub via: String,
    /// When it was made, as events have it.
    pub created: String,
    /// The credentials that are it.
    pub credentials: Vec<Credential>,
    /// Keys.
    pub keys: Vec<String>,
    /// What was counted.
    pub tally: Tally,
    /// Whether it was root, and how.
    pub root: Option<Root>,
    /// Whether it was made with MFA.
    pub mfa: Option<bool>,
    /// Who is behind it.
    pub actor: Actor,
    /// Which call issued it.
    pub issued: Option<Issued>,
    /// From the caller of that call back to the first one: `arn (session id)`.
    pub chain: Vec<String>,
    /// Ids of those sessions that are known.
    pub chain_ids: Vec<String>,
    /// Its tags, those of the chain included.
    pub tags: Tags,
    /// Its source identity, that of the chain included.
    pub source_identity: String,
    /// The session that made its long-lived key.
    pub key_made_by: Option<String>,
    /// Sign-ins that failed shortly before.
    pub failed_sign_ins: u64,
    /// A sign-in to the console made it.
    pub signed_in: bool,
    /// No earlier session of the principal came from its networks; there was one.
    pub new_network: bool,
    /// The silent fallback to other credentials.
    pub fallback: Option<Fallback>,
    /// What the settings do not allow this agent.
    pub outside_allowed: Vec<String>,
}

/// Names a session by what never changes.
pub(super) fn id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    format!("s-{}", crate::hex::hex_of_first(8, &hash.finalize()))
}

impl Session {
    /// Whether a long-lived key was used.
    pub fn is_long_lived(&self) -> bool {
        self.keys.iter().any(|key| key.starts_with("AKIA"))
    }

    /// What it was issued with, where that is known.
    pub fn terms(&self) -> Option<&Terms> {
        self.issued.as_ref().map(|issued| &*issued.terms)
    }

    /// Its first event.
    pub fn first(&self) -> &Mark {
        &self.tally.first
    }

    /// Events that are an agent's, and how many of them are writes.
    pub fn of_agent(&self) -> (u64, u64) {
        let tally = &self.tally;
        if self.actor.whole { (tally.events, tally.writes()) } else { (tally.marked, tally.marked_writes) }
    }

    /// The same in words: `3 of 9 events carry its mark, 1 of them a write`.
    pub fn agent_told(&self) -> String {
        let ((own, writes), all) = (self.of_agent(), self.tally.events);
        let events = match (own, all) {
            (1, 1) => "its only event".to_owned(),
            (own, all) if self.actor.whole || own == all => format!("all {all} events"),
            (own, all) => format!("{own} of {all} events"),
        };
        let carry = match (self.actor.whole, own == 1) {
            (true, true) => "was made by the agent",
            (true, false) => "were made by the agent",
            (false, true) => "carries its mark",
            (false, false) => "carry its mark",
        };
        let writes = match (own, writes) {
            (0, _) => String::new(),
            (1, 0) => ", a read".to_owned(),
            (1, _) => ", a write".to_owned(),
            (_, 0) => ", none of them a write".to_owned(),
            (_, 1) => ", 1 of them a write".to_owned(),
            (_, writes) => format!(", {writes} of them writes"),
        };
        format!("{events} {carry}{writes}")
    }

    /// Whether a service of AWS acts on its own.
    pub fn is_service(&self) -> bool {
        self.kind == "AWSService" || self.root == Some(Root::Service)
    }

    /// Networks: /24 of IPv4 and /48 of IPv6. Names of services are none.
    pub fn networks(&self) -> Vec<String> {
        let mut all: Vec<String> = self.tally.ips.texts().filter_map(network).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// The network of an address.
pub(super) fn network(address: &str) -> Option<String> {
    match address.parse().ok()? {
        std::net::IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            Some(format!("{a}.{b}.{c}.0/24"))
        }
        std::net::IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Some(format!("{a:x}:{b:x}:{c:x}::/48"))
        }
    }
}
