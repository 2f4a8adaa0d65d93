//! A rule met by a record, with exactly one primary location and related ones.

mod hours;

use std::fmt;
use std::sync::Arc;

pub use self::hours::Hours;
use crate::source::Location;

/// How bad it is. Ordered: `Informational < Critical`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Informational,
    /// Tidy up.
    Low,
    /// Plan it.
    Medium,
    /// This week.
    High,
    /// Today.
    Critical,
}

/// How sure we are. Ordered: `Low < High`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A name guess in a file nobody refers to, or a value nobody could follow to its origin.
    Low,
    /// A name says that it is a secret.
    Medium,
    /// Proven: a declared-sensitive value, a provider's secret attribute, a fetching command, a token.
    High,
}

/// The part of the world that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Surface {
    /// Terraform and what it renders.
    Terraform,
    /// An AWS account: root, users, keys, roles.
    Account,
    /// CloudTrail: sessions and single events.
    Trail,
    /// A team's list of keys, and where they live.
    Inventory,
    /// What the gate itself was told: ignores.
    Gate,
}

/// Gives an enum its words, the same everywhere: reports, settings, the command line.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $type {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that users see and type.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value that a word names.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
        impl fmt::Display for $type {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(self.word())
            }
        }
    };
}
words!(Severity { Informational = "informational", Low = "low", Medium = "medium", High = "high", Critical = "critical" });
words!(Confidence { Low = "low", Medium = "medium", High = "high" });
words!(Surface { Terraform = "terraform", Account = "account", Trail = "trail", Inventory = "inventory", Gate = "gate" });

/// What a related place was in the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Where the secret comes from.
    Origin,
    /// A place that it passed.
    Hop,
    /// Where it lands.
    Sink,
}
words!(Role { Origin = "origin", Hop = "hop", Sink = "sink" });

/// A place that belongs to a finding: the hops of a flow, first to last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// Where.
    pub at: Location,
    /// What it was in the flow.
    pub role: Role,
    /// One line: "passed to module input anthropic_api_key".
    pub message: String,
}

/// What may be said of the secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretFacts {
    /// What users call it: `ANTHROPIC_API_KEY`, `db_password`.
    pub name: String,
    /// Kind of origin: `variable`, `literal`, `data`, `resource`, `command`, `environment` ...
    pub origin: String,
    /// Characters, for literals.
    pub length: Option<usize>,
    /// Last four characters, for literals of 16 characters or more.
    pub last4: Option<String>,
}

/// Where it landed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkFacts {
    /// `file`, `user-data`, `boot-log`, `process-arguments`, `source-code` ...
    pub kind: String,
    /// The file's path, where there is one.
    pub path: Option<String>,
    /// Whether it survives a reboot.
    pub durable: bool,
}

/// The events of a trail that a finding stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFacts {
    /// How many, each counted once.
    pub count: u64,
    /// The time of the first one.
    pub first: String,
    /// The time of the last one.
    pub last: String,
    /// Their calls, in order: `CreateAccessKey`.
    pub calls: Vec<String>,
    /// The session that they are of, where it is one.
    pub session: Option<String>,
    /// When they were: a history knows from it whether one was never told.
    pub hours: Hours,
}

impl EventFacts {
    /// Whether one more event is news: single events met the rule, or it is a session whose going on is news itself.
    pub fn is_by_the_hour(&self) -> bool {
        !self.calls.is_empty() || !self.hours.is_empty()
    }
}

/// A rule met by a record. Every string in it has passed the redactor.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule's name: its file name.
    pub rule: Arc<str>,
    /// The surface.
    pub surface: Surface,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// One or two sentences.
    pub message: String,
    /// The one primary place.
    pub at: Location,
    /// Hops, origin first.
    pub related: Vec<Related>,
    /// The secret, as far as it may be told.
    pub secret: Option<SecretFacts>,
    /// The sink.
    pub sink: Option<SinkFacts>,
    /// The events, of a trail.
    pub events: Option<EventFacts>,
    /// What to do in this case, where the rule has words for it.
    pub remediation: Option<String>,
    /// Stable across unrelated edits: rule, source name, name, secret's name, sink, ordinal of equals; hex.
    pub fingerprint: String,
}
