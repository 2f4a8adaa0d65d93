//! One sighting of a key: its record, and the findings of the rules that it meets.

use super::encode::Encoding;
use super::place::Place;
use crate::finding::{Confidence, Finding, Related, SecretFacts, SinkFacts, Surface};
use crate::record::{Field, FieldMap};
use crate::rule::{Rule, RuleSet};
use crate::source::Location;

/// Sigma's `logsource` of a sighting.
pub const LOGSOURCE: [&str; 3] = ["secretrail", "inventory", "sighting"];

/// The fields that rules see, with what they mean: `rules/README.md` lists them.
pub const FIELDS: &[(&str, &str)] = &[
    ("key.name", "the key, as the inventory has it: `ANTHROPIC_API_KEY`"),
    ("key.home", "its one place, or `not listed`"),
    (
        "sighting.kind",
        "`value` (its very value), `copy` (its name with a value), `flow` (Terraform puts it there), `credential` (one of \
         the same service, without a name) or `reference` (its name alone)",
    ),
    ("sighting.told", "what is seen, in words: `stands here in base64`"),
    (
        "sighting.encoding",
        "of a value how it is written: `plain`, `base64`, `utf-16`; null where that is not known",
    ),
    (
        "place.kind",
        "`environment-file`, `workflow`, `shell-profile`, `shell-history`, `registry-export`, `agent-settings`, \
         `agent-transcript`, `mcp-settings`, `aws-settings`, `state`, `terraform`, `package-manager`, `netrc`, \
         `git-credentials`, `compose`, `dockerfile`, `script`, `configuration`, `code`, `documentation`, `log`, `other`, \
         `binary` or `file-name`",
    ),
    ("place.told", "the place in words: `a registry export, HKEY_CURRENT_USER\\Environment`"),
    ("confidence", "`high`, `medium` or `low`"),
];

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Its very value.
    Value(Encoding),
    /// Terraform or a script puts it there.
    Flow,
    /// Its name with a value.
    Copy,
    /// A credential of the same service.
    Credential,
    /// Its name alone.
    Reference,
}

impl Kind {
    /// The word used in records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Value(_) => "value",
            Self::Flow => "flow",
            Self::Copy => "copy",
            Self::Credential => "credential",
            Self::Reference => "reference",
        }
    }
}

/// A key seen outside of its home.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// Its name.
    pub key: String,
    /// Its home; empty where it has none.
    pub home: String,
    /// What was seen.
    pub kind: Kind,
    /// The same in words: "stands here in base64".
    pub told: String,
    /// The kind of place.
    pub place: &'static str,
    /// The place in words.
    pub place_told: String,
    /// How sure it is one that is in use.
    pub confidence: Confidence,
    /// Where.
    pub at: Location,
    /// The way there, of a flow.
    pub related: Vec<Related>,
}

impl Sighting {
    /// The sighting as a record of [`FIELDS`].
    pub fn record(&self) -> FieldMap {
        let mut record = FieldMap::default();
        record.text("key.name", self.key.clone());
        record.text("key.home", if self.home.is_empty() { "not listed" } else { self.home.as_str() });
        record.text("sighting.kind", self.kind.word());
        record.text("sighting.told", self.told.clone());
        match self.kind {
            Kind::Value(encoding) => record.text("sighting.encoding", encoding.word()),
            _ => record.set("sighting.encoding", Field::Null),
        }
        record.text("place.kind", self.place);
        record.text("place.told", self.place_told.clone());
        record.text("confidence", self.confidence.word());
        record
    }
}

/// The findings of sightings, not settled yet.
pub fn judge(sightings: Vec<Sighting>, rules: &RuleSet) -> Vec<Finding> {
    let [product, service, category] = LOGSOURCE;
    let judge = rules.judge(product, service, category);
    let mut findings = Vec::new();
    for sighting in &sightings {
        let record = sighting.record();
        findings.extend(judge.met_by(&record).into_iter().map(|rule| finding(sighting, rule, &record)));
    }
    findings
}

fn finding(sighting: &Sighting, rule: &Rule, record: &FieldMap) -> Finding {
    Finding {
        rule: rule.name().into(),
        surface: Surface::Inventory,
        severity: rule.severity(),
        confidence: rule.confidence().unwrap_or(sighting.confidence),
        message: rule.message(record),
        remediation: rule.remediation_for(record).map(str::to_owned),
        at: sighting.at.clone(),
        related: sighting.related.clone(),
        secret: Some(SecretFacts {
            name: sighting.key.clone(),
            origin: sighting.kind.word().to_owned(),
            ..SecretFacts::default()
        }),
        sink: (!matches!(sighting.kind, Kind::Reference | Kind::Credential)).then(|| SinkFacts {
            kind: sighting.place.to_owned(),
            path: None,
            durable: true,
        }),
        events: None,
        fingerprint: String::new(),
    }
}

/// A place in words.
pub fn in_words(place: Place) -> &'static str {
    match place.word {
        "environment-file" => "a file of environment variables",
        "workflow" => "a workflow",
        "shell-profile" => "a shell's start-up file",
        "shell-history" => "a shell's history",
        "registry-export" => "an export of the Windows registry",
        "agent-settings" => "an agent's settings",
        "agent-transcript" => "what an agent keeps of its sessions",
        "mcp-settings" => "the settings of MCP servers",
        "aws-settings" => "the AWS CLI's files",
        "state" => "a Terraform state",
        "terraform" => "Terraform",
        "package-manager" => "a package manager's settings",
        "netrc" => "a .netrc",
        "git-credentials" => "git's credentials or settings",
        "compose" => "a compose file",
        "dockerfile" => "a Dockerfile",
        "script" => "a script",
        "configuration" => "a settings file",
        "code" => "a program",
        "documentation" => "a text for people",
        "log" => "a log",
        "binary" => "a binary file",
        _ => "a file",
    }
}
