//! One pass over all events: what each credential did, who issued it, which rules single events meet.
//!
//! Every worker gathers on its own; what they gathered adds up to the same in any order.

mod at;
mod calls;
mod coverage;
mod credential;
mod few;
mod hits;
mod issue;
mod limits;
pub(super) mod names;
mod seen;
mod tally;
mod worker;

use std::collections::BTreeMap;

pub use self::at::At;
pub use self::coverage::{Coverage, Day};
pub use self::credential::{Credential, FAILED, MCP, is_attempt};
pub use self::few::{Few, Spans};
pub use self::hits::{Hit, Hits, MOST_NAMED};
pub use self::issue::{Issued, Retired, Tags, Terms, is_success};
pub use self::limits::Limits;
pub use self::tally::{Mark, Tally};
pub use self::worker::Worker;

/// All that was gathered.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// By credential.
    pub tallies: BTreeMap<Credential, Tally>,
    /// Credentials that were issued.
    pub issued: Vec<Issued>,
    /// Credentials that were ended.
    pub retired: Vec<Retired>,
    /// Calls that AWS's MCP server made: the request id, and the event of the agent's call.
    pub downstream: BTreeMap<String, String>,
    /// Sessions of sign-in that were granted to the MCP server.
    pub mcp_sign_ins: Few,
    /// What was seen at all.
    pub coverage: Coverage,
}

impl Gathered {
    /// Adds what another worker gathered.
    pub fn merge(&mut self, other: Self) {
        for (credential, tally) in other.tallies {
            self.tallies.entry(credential).or_default().merge(tally);
        }
        self.issued.extend(other.issued);
        self.retired.extend(other.retired);
        self.downstream.extend(other.downstream);
        self.mcp_sign_ins.merge(other.mcp_sign_ins);
        self.coverage.merge(other.coverage);
        self.thin();
    }

    /// Forgets calls that say what another one says.
    fn thin(&mut self) {
        issue::thin(&mut self.issued);
        issue::thin_retired(&mut self.retired);
    }

    /// Puts lists in order, whoever filled them.
    pub fn settle(&mut self) {
        self.retired.sort();
    }
}
