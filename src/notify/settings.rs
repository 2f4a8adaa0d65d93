//! Whom to tell, and what counts as a change.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::{Hub, Topic};
use crate::finding::Severity;

/// What can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A finding that was never there.
    New,
    /// A finding that is back.
    Reopened,
    /// A finding that is gone.
    Fixed,
    /// The audit begins or ceases to fail.
    Verdict,
    /// A gap that could hide a finding appears where there was none, or the last one goes.
    Gap,
    /// Nothing could be audited, or can be again.
    NotAudited,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::New, Self::Reopened, Self::Fixed, Self::Verdict, Self::Gap, Self::NotAudited];

    /// The word that settings have.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Reopened => "reopened",
            Self::Fixed => "fixed",
            Self::Verdict => "verdict",
            Self::Gap => "gap",
            Self::NotAudited => "not-audited",
        }
    }

    /// What a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.word() == word)
    }
}

/// Where an address or a secret comes from: neither stands in settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A variable of the environment.
    Variable(String),
    /// The first line of a file.
    File(PathBuf),
}

/// How somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A message for people, in the form of Slack's incoming webhooks.
    Slack {
        /// Where to.
        url: Origin,
    },
    /// A signed POST of our own JSON.
    Webhook {
        /// Where to.
        url: Origin,
        /// What it is signed with.
        secret: Origin,
    },
    /// SNS.
    Sns {
        /// The topic.
        topic: Topic,
        /// How.
        through: Through,
    },
    /// EventBridge.
    EventBridge {
        /// The bus.
        bus: String,
        /// How.
        through: Through,
    },
    /// Security Hub.
    SecurityHub {
        /// Whose.
        hub: Hub,
        /// How.
        through: Through,
    },
}

/// With which credentials AWS is told, and where: those that all that asks AWS finds, unless a profile is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Through {
    /// A profile.
    pub profile: Option<String>,
    /// The Region, where it does not follow from what is named.
    pub region: Option<String>,
}

/// Somebody who is told of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The name, unique in the settings.
    pub name: String,
    /// How.
    pub kind: Kind,
}

/// `[notify]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// What is told.
    pub on: BTreeSet<Event>,
    /// Less severe findings are not told.
    pub min_severity: Severity,
    /// Where people read on.
    pub report_url: Option<String>,
    /// How long one try may take.
    pub timeout: Duration,
    /// Whom changes are told.
    pub targets: Vec<Target>,
    /// Where the figures of the last run are written for Prometheus.
    pub prometheus: Option<PathBuf>,
    /// Who is told that the job runs.
    pub pings: Vec<Ping>,
}

/// Somebody who watches whether the job runs at all, as healthchecks.io does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ping {
    /// The address of the check.
    pub url: Origin,
    /// Whether exit code 1, findings, is told as a failure.
    pub findings_fail: bool,
}

impl Default for Notify {
    fn default() -> Self {
        Self {
            on: Event::ALL.into(),
            min_severity: Severity::Low,
            report_url: None,
            timeout: Duration::from_secs(10),
            targets: Vec::new(),
            prometheus: None,
            pings: Vec::new(),
        }
    }
}

impl Notify {
    /// Whether anything is to be done.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty() && self.pings.is_empty() && self.prometheus.is_none()
    }
}
