//! A report built by hand, for the tests of the renderers: two files, one secret, every kind of part.

use std::time::Duration;

use super::{Format, Gate, Report, RuleHelp, Silenced, TableStyle, write};
use crate::error::ExitCode;
use crate::finding::{Confidence, Finding, Related, Role, SecretFacts, Severity, SinkFacts, Surface};
use crate::reading::Gap;
use crate::secret::redact::Redactor;
use crate::source::{Location, SourceId, Sources, Span};

pub(super) const MAIN: &str = r#"variable "anthropic_api_key" {
  type      = string
  sensitive = true
}

resource "aws_instance" "web" {
  user_data = templatefile("user_data.sh", {
    anthropic_api_key = var.anthropic_api_key
  })
}
"#;
pub(super) const SCRIPT: &str =
    "#!/bin/bash\nset -eu\necho \"ANTHROPIC_API_KEY=${anthropic_api_key}\" >> /opt/paperclip/.env\n";

/// Documents and a redactor that a report borrows.
pub(super) struct Ground {
    pub sources: Sources,
    pub redactor: Redactor,
    pub main: SourceId,
    pub script: SourceId,
}

impl Ground {
    pub fn new() -> Self {
        let sources = Sources::default();
        let main = sources.add_text("main.tf", MAIN);
        let script = sources.add_text("scripts/user_data.sh", SCRIPT);
        Self { sources, redactor: Redactor::default(), main, script }
    }

    /// A place by its text.
    pub fn place(&self, source: SourceId, text: &str, name: &str) -> Location {
        let whole = self.sources.text(source);
        let start = whole.find(text).unwrap();
        Location { span: Span::new(source, start, start + text.len()), name: name.to_owned() }
    }

    /// The finding of the founding incident.
    pub fn finding(&self) -> Finding {
        let hop = |at, role, message: &str| Related { at, role, message: message.to_owned() };
        Finding {
            rule: "secret-written-to-disk".into(),
            surface: Surface::Terraform,
            severity: Severity::Critical,
            confidence: Confidence::High,
            message: "ANTHROPIC_API_KEY is written to /opt/paperclip/.env and stays on the disk".into(),
            at: self.place(
                self.script,
                "echo \"ANTHROPIC_API_KEY=${anthropic_api_key}\" >> /opt/paperclip/.env",
                "aws_instance.web",
            ),
            related: vec![
                hop(
                    self.place(self.main, "variable \"anthropic_api_key\"", "var.anthropic_api_key"),
                    Role::Origin,
                    "the secret originates here",
                ),
                hop(
                    self.place(self.main, "anthropic_api_key = var.anthropic_api_key", ""),
                    Role::Hop,
                    "passed to template variable `anthropic_api_key`",
                ),
            ],
            secret: Some(SecretFacts {
                name: "ANTHROPIC_API_KEY".into(),
                origin: "variable".into(),
                length: None,
                last4: None,
            }),
            sink: Some(SinkFacts {
                kind: "file".into(),
                path: Some("/opt/paperclip/.env".into()),
                durable: true,
            }),
            remediation: None,
            events: None,
            fingerprint: "0123456789abcdef0123456789abcdef".into(),
        }
    }

    /// A report of one finding, one gap and one silenced finding.
    pub fn report(&self) -> Report<'_> {
        Report {
            findings: vec![self.finding()],
            gaps: vec![Gap {
                at: self.place(self.main, "resource", "").span,
                name: "module.queue".into(),
                reason: "the module's source is not in the tree".into(),
                hides_findings: true,
            }],
            silenced: vec![Silenced {
                rule: "secret-in-output".into(),
                fingerprint: "ffff".into(),
                at: self.place(self.main, "resource", "output.key"),
                by: "settings".into(),
                reason: "a public test key".into(),
                until: Some("2027-01-31".into()),
            }],
            files: 2,
            exit_code: ExitCode::Findings,
            elapsed: Some(Duration::from_millis(340)),
            ..self.empty()
        }
    }

    /// A report of nothing.
    pub fn empty(&self) -> Report<'_> {
        Report {
            sources: &self.sources,
            path_prefix: String::new(),
            redactor: &self.redactor,
            rules: vec![rule()],
            findings: Vec::new(),
            silenced: Vec::new(),
            gate: Gate { fail_on: Some(Severity::High), ..Gate::default() },
            gaps: Vec::new(),
            files: 0,
            tool_version: "0.1.0".into(),
            exit_code: ExitCode::Clean,
            account: None,
            trail: None,
            inventory: None,
            elapsed: None,
            style: TableStyle::default(),
        }
    }
}

pub(super) fn rule() -> RuleHelp {
    RuleHelp {
        name: "secret-written-to-disk".into(),
        title: "A secret is written to a disk".into(),
        severity: Severity::Critical,
        description: "A secret that lands in a file outlives the process that needs it.\nBackups copy it."
            .into(),
        remediation: "Keep the key in SSM Parameter Store. Let the service read it when it starts, for \
                      example with `aws ssm get-parameter --with-decryption`, and hold it in memory only."
            .into(),
        tags: vec!["cis.aws.7.0.2.4".into()],
        references: vec!["https://docs.aws.amazon.com/systems-manager/".into()],
        help_markdown: "# secret-written-to-disk\n\nA secret that lands in a file.".into(),
    }
}

/// The report in a format, as text.
pub(super) fn text(format: Format, report: &Report<'_>) -> String {
    let mut out = Vec::new();
    write(format, report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
