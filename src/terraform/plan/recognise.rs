//! What a text that was handed over as a plan or a state really is, and what to run instead.

use super::json::{Broken, each_member};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// `terraform show -json plan.out`.
    Plan,
    /// `terraform show -json` of a state.
    ShownState,
    /// A state file, version 4.
    State,
    /// A state file that OpenTofu encrypted: nothing to see, nothing to find.
    EncryptedState,
}

/// Why a text is neither a plan nor a state that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// What `terraform show` prints for people.
    ForPeople,
    /// What `terraform plan -json` prints: one message a line.
    Messages,
    /// The plan that HCP Terraform shows to everyone, its values taken out.
    Redacted,
    /// A state file of an old Terraform.
    OldState,
    /// A format of a Terraform that is newer than this program.
    NewFormat,
    /// JSON that ends too early.
    CutOff(Broken),
    /// No JSON.
    Broken(Broken),
    /// JSON that is something else.
    Other,
}

impl Mistake {
    /// What it is, in a few words. Quotes nothing.
    pub fn reason(&self) -> String {
        let place = |broken: &Broken| format!("line {}, column {}", broken.line, broken.column);
        match self {
            Self::ForPeople => "it is the human-readable output of `terraform show`, not JSON".into(),
            Self::Messages => "it is the log of `terraform plan -json`, not the plan".into(),
            Self::Redacted => "it is HCP Terraform's redacted plan, which has no values".into(),
            Self::OldState => "it is a state file in a format older than version 4".into(),
            Self::NewFormat => "its format is newer than the supported ones (0.1 to 1.x)".into(),
            Self::CutOff(broken) => format!("the JSON is truncated at {}", place(broken)),
            Self::Broken(broken) => format!("invalid JSON at {}", place(broken)),
            Self::Other => "it is neither a plan nor a state".into(),
        }
    }

    /// What to do instead.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Redacted => "use the plan's `json-output`, not its `json-output-redacted`",
            Self::OldState => "convert it with `terraform show -json terraform.tfstate`",
            Self::NewFormat => "use a newer secretrail, or scan the sources",
            Self::CutOff(_) => "did the command that wrote it fail, or its disk fill up?",
            _ => RUN,
        }
    }
}

/// How a plan becomes JSON.
pub const RUN: &str =
    "run `terraform plan -out=plan.out`, then `terraform show -json plan.out | secretrail scan -`";

/// What stands at the top of a document.
#[derive(Default)]
struct Top {
    format: Option<String>,
    version: Option<String>,
    plan: bool,
    values: bool,
    state: bool,
    encrypted: bool,
    redacted: bool,
    message: bool,
}

/// What a text is. Reads it once from end to end, so that readers after it meet no broken JSON.
///
/// # Errors
///
/// See [`Mistake`].
pub fn recognise(text: &str) -> Result<Document, Mistake> {
    let text = text.trim_start_matches('\u{FEFF}');
    let start = text.trim_start();
    if !start.starts_with('{') {
        let beginning = start.get(..start.floor_char_boundary(200_000)).unwrap_or_default();
        return Err(match is_for_people(beginning) {
            true => Mistake::ForPeople,
            false => Mistake::Broken(Broken { line: 1, column: 1, cut_off: false }),
        });
    }
    let mut top = Top::default();
    let read = each_member(text, &mut |name, value| top.add(&name, value));
    if top.message {
        return Err(Mistake::Messages);
    }
    match read {
        Err(broken) if broken.cut_off => return Err(Mistake::CutOff(broken)),
        Err(broken) => return Err(Mistake::Broken(broken)),
        Ok(()) => {}
    }
    top.verdict()
}

/// Whether a text begins as a plan or a state does: told from its first keys, for an input that could be anything.
pub fn looks_like_one(text: &str) -> bool {
    let text = text.trim_start_matches('\u{FEFF}');
    if !text.trim_start().starts_with('{') {
        return is_for_people(text.get(..text.floor_char_boundary(200_000)).unwrap_or_default());
    }
    let mut top = Top::default();
    let broken = each_member(text, &mut |name, value| top.add(&name, value)).is_err();
    top.message
        || top.redacted
        || top.encrypted
        || top.format.is_some()
        || (top.version.is_some() && (top.state || (broken && top.values)))
}

fn is_for_people(text: &str) -> bool {
    [
        "Terraform will perform the following actions",
        "Terraform used the selected providers",
        "OpenTofu will perform the following actions",
        "OpenTofu used the selected providers",
        "No changes. Your infrastructure matches",
        "Changes to Outputs:",
    ]
    .iter()
    .any(|words| text.contains(words))
}

impl Top {
    fn add(&mut self, name: &str, value: &str) {
        let short = || value.get(..value.len().min(16)).map(|text| text.trim_matches('"').to_owned());
        match name {
            "format_version" => self.format = short(),
            "version" => self.version = short(),
            "planned_values" | "resource_changes" | "configuration" | "output_changes" | "prior_state" => {
                self.plan = true;
            }
            "values" => self.values = true,
            "resources" | "modules" | "serial" | "lineage" => self.state = true,
            "encrypted_data" => self.encrypted = true,
            "plan_format_version" => self.redacted = true,
            "@level" | "@message" => self.message = true,
            _ => {}
        }
    }

    fn verdict(&self) -> Result<Document, Mistake> {
        if self.encrypted {
            return Ok(Document::EncryptedState);
        }
        if self.redacted && self.format.is_none() {
            return Err(Mistake::Redacted);
        }
        if let Some(format) = &self.format {
            return match format.split('.').next() {
                Some("0" | "1") if self.plan => Ok(Document::Plan),
                // A state without resources has no values either.
                Some("0" | "1") => Ok(Document::ShownState),
                _ => Err(Mistake::NewFormat),
            };
        }
        match self.version.as_deref() {
            Some("4") if self.state => Ok(Document::State),
            Some("1" | "2" | "3") if self.state => Err(Mistake::OldState),
            Some(_) if self.state => Err(Mistake::NewFormat),
            _ => Err(Mistake::Other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_told_apart() {
        assert_eq!(recognise(r#"{"format_version":"0.1","planned_values":{}}"#), Ok(Document::Plan));
        assert_eq!(recognise("\u{FEFF}{\"format_version\":\"1.2\",\"values\":{}}"), Ok(Document::ShownState));
        assert_eq!(recognise(r#"{"version":4,"serial":1,"resources":[]}"#), Ok(Document::State));
        let sealed = r#"{"serial":1,"meta":{},"encrypted_data":"eyJ","encryption_version":"v0"}"#;
        assert_eq!(recognise(sealed), Ok(Document::EncryptedState));
    }

    #[test]
    fn mistakes_are_told_with_what_to_run() {
        let mistake = |text: &str| recognise(text).unwrap_err();
        assert_eq!(mistake("Terraform used the selected providers to\n"), Mistake::ForPeople);
        let line = "{\"@level\":\"info\",\"type\":\"version\"}\n{\"@level\":\"info\"}\n";
        assert_eq!(mistake(line), Mistake::Messages);
        assert_eq!(mistake(r#"{"version":3,"serial":1,"modules":[]}"#), Mistake::OldState);
        assert_eq!(mistake(r#"{"format_version":"2.0","resource_changes":[]}"#), Mistake::NewFormat);
        assert_eq!(mistake(r#"{"plan_format_version":"1.2","resource_changes":[]}"#), Mistake::Redacted);
        assert_eq!(mistake(r#"{"a":1}"#), Mistake::Other);
        assert!(matches!(mistake(r#"{"format_version":"1.2","variables":{"a"#), Mistake::CutOff(_)));
        assert!(looks_like_one(r#"{"format_version":"1.2","variables":{"a"#));
        assert!(!looks_like_one(r#"{"resource":{"aws_instance":{}}}"#));
        assert!(mistake(line).hint().contains("terraform show -json"));
    }
}
