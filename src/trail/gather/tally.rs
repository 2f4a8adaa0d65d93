//! What is counted for one credential. Tallies of the same credential add up in any order.

use std::sync::Arc;

use super::few::{Few, Spans};
use super::hits::Hits;
use crate::finding::Hours;

/// Where an event is, in the order in which events are told: by time, then by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Seconds since 1970.
    pub time: i64,
    /// The event's id.
    pub id: String,
    /// The number of its file.
    pub file: u32,
    /// Bytes from the start of that, of what is inflated.
    pub offset: u64,
}

/// What is known of one credential.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// The first event.
    pub first: Mark,
    /// The time of the last one.
    pub last: i64,
    /// Events, each counted once.
    pub events: u64,
    /// Events as they were delivered.
    pub delivered: u64,
    /// Events that only read.
    pub reads: u64,
    /// Events that AWS refused for want of rights.
    pub denied: u64,
    /// Events with any error.
    pub errors: u64,
    /// Calls of AWS's managed MCP server for an agent.
    pub mcp_calls: u64,
    /// Events that carry an agent's mark, those of the MCP server among them.
    pub marked: u64,
    /// Those of them that change something.
    pub marked_writes: u64,
    /// Made by the console, as AWS says or as a user agent does.
    pub console: bool,
    /// A session of AssumeRoot.
    pub assumed_root: bool,
    /// Made with MFA; `None` where no event tells.
    pub mfa: Option<bool>,
    /// Whether the sign-in that made it used MFA; `None` where there is none, or it does not tell.
    pub sign_in_mfa: Option<bool>,
    /// ARNs.
    pub arns: Few,
    /// Names of users.
    pub users: Few,
    /// ARNs of the roles or users that issued it.
    pub issuers: Few,
    /// What those are: `Role`, `Root`.
    pub issuer_kinds: Few,
    /// Source identities.
    pub source_identities: Few,
    /// People of Identity Center on whose behalf it was used.
    pub behalf: Few,
    /// Sessions of sign-in.
    pub sign_ins: Few,
    /// Providers of identities: SAML, OpenID Connect.
    pub providers: Few,
    /// Addresses.
    pub ips: Spans,
    /// User agents.
    pub agents: Spans,
    /// Regions.
    pub regions: Few,
    /// Services.
    pub services: Few,
    /// Secrets that were read.
    pub secrets: Few,
    /// Machines on which commands were run, or a shell was opened.
    pub machines: Few,
    /// Credentials that were made.
    pub credentials: Few,
    /// Ids of access keys that it made.
    pub made_keys: Few,
    /// Calls after which someone can come back.
    pub persistence: Few,
    /// What was made.
    pub created: Few,
    /// All events, by the hour; only of what may be root, whose going on is news.
    pub hours: Hours,
    /// Events that meet rules, in the order of the rules' names.
    pub hits: Vec<(Arc<str>, Hits)>,
}

impl Tally {
    /// Adds another one of the same credential, or of the same session.
    pub fn merge(&mut self, other: Self) {
        if self.delivered == 0 {
            *self = other;
            return;
        }
        if other.events > 0 && (self.events == 0 || other.first < self.first) {
            self.first = other.first;
        }
        self.last = self.last.max(other.last);
        self.events += other.events;
        self.delivered += other.delivered;
        self.reads += other.reads;
        self.denied += other.denied;
        self.errors += other.errors;
        self.mcp_calls += other.mcp_calls;
        self.marked += other.marked;
        self.marked_writes += other.marked_writes;
        self.console |= other.console;
        self.assumed_root |= other.assumed_root;
        for (own, other) in [(&mut self.mfa, other.mfa), (&mut self.sign_in_mfa, other.sign_in_mfa)] {
            *own = [*own, other].into_iter().flatten().reduce(|left, right| left | right);
        }
        self.arns.merge(other.arns);
        self.users.merge(other.users);
        self.issuers.merge(other.issuers);
        self.issuer_kinds.merge(other.issuer_kinds);
        self.source_identities.merge(other.source_identities);
        self.behalf.merge(other.behalf);
        self.sign_ins.merge(other.sign_ins);
        self.providers.merge(other.providers);
        self.ips.merge(other.ips);
        self.agents.merge(other.agents);
        self.regions.merge(other.regions);
        self.services.merge(other.services);
        self.secrets.merge(other.secrets);
        self.machines.merge(other.machines);
        self.credentials.merge(other.credentials);
        self.made_keys.merge(other.made_keys);
        self.persistence.merge(other.persistence);
        self.created.merge(other.created);
        self.hours.merge(other.hours);
        other.hits.into_iter().for_each(|(rule, hits)| self.meet(rule, hits));
    }

    /// Adds events that meet a rule.
    pub(super) fn meet(&mut self, rule: Arc<str>, hits: Hits) {
        match self.hits.binary_search_by(|(known, _)| known.cmp(&rule)) {
            Ok(at) => {
                if let Some((_, known)) = self.hits.get_mut(at) {
                    known.merge(hits);
                }
            }
            Err(at) => {
                if self.hits.is_empty() {
                    self.hits.reserve_exact(1);
                }
                self.hits.insert(at, (rule, hits));
            }
        }
    }

    /// Events that change something.
    pub fn writes(&self) -> u64 {
        self.events - self.reads.min(self.events)
    }
}
