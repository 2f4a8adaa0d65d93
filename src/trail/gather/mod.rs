//! One pass over all events: what each credential did, who issued it, which rules single events meet.
//!
//! Every worker gathers on its own; what they gathered adds up to the same in any order.

mod at;
mod calls;
mod coverage;
mod credential;
mod few;
mod issue;
pub(super) mod names;
mod tally;
mod worker;

use std::collections::BTreeMap;

pub use self::at::At;
pub use self::coverage::{Coverage, Day};
pub use self::credential::{Credential, FAILED, MCP};
pub use self::few::{Few, Spans};
pub use self::issue::{Issued, Retired, SignIn, Tags, is_success};
pub use self::tally::{Mark, Tally};
pub use self::worker::{Limits, Worker};

/// Findings of one rule that are kept: the earliest ones.
const MOST_HITS: usize = 10_000;

/// An event that meets a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The event.
    pub at: Mark,
    /// The finding's message.
    pub message: String,
}

/// All that was gathered.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// By credential.
    pub tallies: BTreeMap<Credential, Tally>,
    /// Credentials that were issued.
    pub issued: Vec<Issued>,
    /// Sign-ins to the console.
    pub sign_ins: Vec<SignIn>,
    /// Credentials that were ended.
    pub retired: Vec<Retired>,
    /// Calls that AWS's MCP server made: the request id, and the event of the agent's call.
    pub downstream: BTreeMap<String, String>,
    /// Sessions of sign-in that were granted to the MCP server.
    pub mcp_sign_ins: Few,
    /// What was seen at all.
    pub coverage: Coverage,
    /// Events that meet rules, by the rule's name.
    pub hits: BTreeMap<String, Vec<Hit>>,
    /// Findings that were left out.
    pub more_hits: u64,
}

impl Gathered {
    /// Adds what another worker gathered.
    pub fn merge(&mut self, other: Self) {
        for (credential, tally) in other.tallies {
            self.tallies.entry(credential).or_default().merge(tally);
        }
        self.issued.extend(other.issued);
        self.sign_ins.extend(other.sign_ins);
        self.retired.extend(other.retired);
        self.downstream.extend(other.downstream);
        self.mcp_sign_ins.merge(other.mcp_sign_ins);
        self.coverage.merge(other.coverage);
        self.more_hits += other.more_hits;
        for (rule, hits) in other.hits {
            let known = self.hits.entry(rule).or_default();
            known.extend(hits);
            self.more_hits += shortened(known, 2);
        }
    }

    /// Puts lists in order, whoever filled them.
    pub fn settle(&mut self) {
        self.issued.sort();
        self.sign_ins.sort();
        self.retired.sort();
        for hits in self.hits.values_mut() {
            hits.sort();
            self.more_hits += shortened(hits, 1);
        }
    }
}

/// Keeps the earliest where there are some times too many; returns how many went.
fn shortened(hits: &mut Vec<Hit>, times: usize) -> u64 {
    if hits.len() <= MOST_HITS * times {
        return 0;
    }
    let all = hits.len();
    hits.sort();
    hits.truncate(MOST_HITS);
    (all - MOST_HITS) as u64
}
