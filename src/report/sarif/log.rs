//! The parts of SARIF 2.1.0 that we write, under the names of the standard:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::collections::BTreeMap;

use serde::Serialize;

/// The file.
#[derive(Serialize)]
pub(super) struct Log<'t> {
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    pub version: &'static str,
    pub runs: [Run<'t>; 1],
}

/// One run of the tool.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'t> {
    pub tool: Tool<'t>,
    pub invocations: [Invocation<'t>; 1],
    pub original_uri_base_ids: BTreeMap<&'static str, UriBase>,
    pub column_kind: &'static str,
    pub results: Vec<Outcome<'t>>,
    #[serde(skip_serializing_if = "RunProperties::is_empty")]
    pub properties: RunProperties<'t>,
}

/// What we know of a run and SARIF has no field for.
#[derive(Serialize)]
pub(super) struct RunProperties<'t> {
    pub silenced: Vec<Silenced<'t>>,
    pub untold: Vec<String>,
}

impl RunProperties<'_> {
    fn is_empty(&self) -> bool {
        self.silenced.is_empty() && self.untold.is_empty()
    }
}

/// A silenced finding: it has no place any more, so it can't be a result with a suppression.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Silenced<'t> {
    pub rule_id: &'t str,
    pub fingerprint: &'t str,
    pub by: &'t str,
    pub reason: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<&'t str>,
}

#[derive(Serialize)]
pub(super) struct UriBase {
    pub description: Text<'static>,
}

#[derive(Serialize)]
pub(super) struct Tool<'t> {
    pub driver: Driver<'t>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<'t> {
    pub name: &'static str,
    pub version: &'t str,
    pub semantic_version: &'t str,
    pub rules: Vec<Rule<'t>>,
}

/// A rule; `reportingDescriptor` in the standard.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule<'t> {
    pub id: &'t str,
    pub name: String,
    pub short_description: Text<'t>,
    pub full_description: Text<'t>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_uri: Option<&'t str>,
    pub help: Text<'t>,
    pub default_configuration: Configuration,
    pub properties: RuleProperties<'t>,
}

#[derive(Serialize)]
pub(super) struct Configuration {
    pub level: &'static str,
}

/// The properties that GitHub code scanning reads.
#[derive(Serialize)]
pub(super) struct RuleProperties<'t> {
    pub tags: Vec<&'t str>,
    pub precision: &'static str,
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    pub security_severity: Option<&'static str>,
    #[serde(rename = "problem.severity")]
    pub problem_severity: &'static str,
}

/// A text; `message` and `multiformatMessageString` in the standard.
#[derive(Serialize)]
pub(super) struct Text<'t> {
    pub text: std::borrow::Cow<'t, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<&'t str>,
}

/// A finding; `result` in the standard.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome<'t> {
    pub rule_id: &'t str,
    pub rule_index: usize,
    pub level: &'static str,
    pub message: Text<'t>,
    pub locations: [Location<'t>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<Location<'t>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub code_flows: Vec<CodeFlow<'t>>,
    pub partial_fingerprints: BTreeMap<&'static str, &'t str>,
    /// How many events of a trail it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurrence_count: Option<u64>,
    pub rank: f64,
    pub properties: OutcomeProperties<'t>,
}

#[derive(Serialize)]
pub(super) struct OutcomeProperties<'t> {
    pub severity: &'static str,
    pub confidence: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sink: Option<Sink<'t>>,
}

#[derive(Serialize)]
pub(super) struct Secret<'t> {
    pub name: &'t str,
    pub origin: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last4: Option<&'t str>,
}

#[derive(Serialize)]
pub(super) struct Sink<'t> {
    pub kind: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<&'t str>,
    pub durable: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'t> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<usize>,
    pub physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logical_locations: Vec<LogicalLocation<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'t>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub artifact_location: ArtifactLocation,
    pub region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    pub uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub start_line: usize,
    pub start_column: usize,
    pub end_line: usize,
    pub end_column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Text<'static>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogicalLocation<'t> {
    pub fully_qualified_name: &'t str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeFlow<'t> {
    pub thread_flows: [ThreadFlow<'t>; 1],
}

#[derive(Serialize)]
pub(super) struct ThreadFlow<'t> {
    pub locations: Vec<ThreadFlowLocation<'t>>,
}

#[derive(Serialize)]
pub(super) struct ThreadFlowLocation<'t> {
    pub location: Location<'t>,
    pub importance: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation<'t> {
    pub execution_successful: bool,
    pub exit_code: u8,
    pub exit_code_description: &'static str,
    pub tool_execution_notifications: Vec<Notification<'t>>,
}

/// A gap.
#[derive(Serialize)]
pub(super) struct Notification<'t> {
    pub level: &'static str,
    pub message: Text<'t>,
    pub locations: [Location<'t>; 1],
}
