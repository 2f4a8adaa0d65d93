//! Plans and states: handed over with `--plan`, as PATH, on standard input, or found by the walk.

use std::io::{self, Read};
use std::path::Path;

use crate::error::{Error, ErrorKind};
use crate::reading::Gap;
use crate::scan::{Material, PlanDocument};
use crate::source::open::{MOST_BYTES, Refusal, decode, read_text_up_to};
use crate::source::walk::{FileKind, Found};
use crate::source::{Sources, Span};
use crate::terraform::plan::recognise::{Document, Mistake, RUN, looks_like_one, recognise};
use crate::terraform::tree::{Input, unread_file};

/// A plan or a state larger than this is not read.
pub const MOST_PLAN_BYTES: u64 = 1024 * 1024 * 1024;

/// What stands on standard input.
pub enum Standard {
    /// Terraform or a script.
    Input(Input),
    /// A plan or a state.
    Document(PlanDocument),
}

/// Reads standard input: a plan or a state is known by its first keys.
pub fn standard_input(base: &Path, sources: &Sources, as_plan: bool) -> Result<Standard, Error> {
    let mut bytes = Vec::new();
    let unreadable =
        |reason: String| Error::new(ErrorKind::Input, format!("standard input cannot be read: {reason}"));
    io::stdin()
        .lock()
        .take(MOST_PLAN_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(error.kind().to_string()))?;
    let length = bytes.len() as u64;
    if length > MOST_PLAN_BYTES {
        return Err(unreadable(Refusal::TooLarge(MOST_PLAN_BYTES).reason()));
    }
    if is_plan_file(&bytes) {
        return Err(unreadable("it is a plan file, not JSON".into()).hint(RUN));
    }
    let (text, _) = decode(bytes).map_err(|refusal| unreadable(refusal.reason()))?;
    if text.trim().is_empty() {
        return Err(Error::new(ErrorKind::Input, "standard input is empty")
            .hint("did the command before the pipe fail?"));
    }
    let path = base.join("<stdin>");
    if as_plan || looks_like_one(&text) {
        let source = sources.add_file("<stdin>", &path);
        let kind = recognise(&text).map_err(|mistake| refused("standard input", mistake))?;
        sources.document(source).seal(text);
        return Ok(Standard::Document(PlanDocument { source, kind, committed: false }));
    }
    if length > MOST_BYTES {
        return Err(unreadable(Refusal::TooLarge(MOST_BYTES).reason()));
    }
    if is_other_json(&text) {
        return Err(unreadable("it is JSON, but neither Terraform nor a plan".into())
            .hint("did the command before the pipe fail?"));
    }
    if is_yaml(&text) {
        return Err(unreadable(
            "it is YAML, but standard input is read as Terraform, a script or a plan".into(),
        )
        .hint("name the file or its folder instead: secretrail scan PATH"));
    }
    let kind = match text.trim_start() {
        text if text.starts_with("#!") => FileKind::Script,
        text if text.starts_with('{') => FileKind::HclJson,
        _ => FileKind::Hcl,
    };
    let source = sources.add_file("<stdin>", &path);
    sources.document(source).set_text(text.into());
    Ok(Standard::Input(Input { source, found: Found { path, kind } }))
}

/// Whether the first line that says something is one of YAML: `services:`, `version: "3"`, `---`.
fn is_yaml(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let word = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    let member = |line: &str| {
        line.split_once(':').is_some_and(|(name, value)| {
            !name.is_empty() && word(name) && (value.is_empty() || value.starts_with(' '))
        })
    };
    first.is_some_and(|line| line == "---" || member(line))
}

/// JSON without a single block of Terraform's: the answer of a call that failed, most likely.
fn is_other_json(text: &str) -> bool {
    const BLOCKS: [&str; 15] = [
        "resource",
        "data",
        "variable",
        "locals",
        "module",
        "output",
        "provider",
        "terraform",
        "moved",
        "import",
        "check",
        "removed",
        "ephemeral",
        "action",
        "//",
    ];
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(serde_json::Value::Object(members)) => !members.keys().any(|name| BLOCKS.contains(&name.as_str())),
        Ok(_) => true,
        Err(_) => false,
    }
}

/// Reads a plan or a state that the user names.
pub fn named_plan(shown: &Path, path: &Path, sources: &Sources) -> Result<PlanDocument, Error> {
    let name = shown.display().to_string();
    let unreadable =
        |reason: String| Error::new(ErrorKind::Input, format!("{name} cannot be read: {reason}"));
    let text = match read_text_up_to(path, MOST_PLAN_BYTES) {
        Ok((text, _)) => text,
        Err(Refusal::Binary) => return Err(unreadable("it is a plan file, not JSON".into()).hint(RUN)),
        Err(refusal) => return Err(unreadable(refusal.reason())),
    };
    if text.trim().is_empty() {
        return Err(unreadable("it is empty".into()).hint(RUN));
    }
    let kind = recognise(&text).map_err(|mistake| refused(&name, mistake))?;
    let source = sources.add_file(sources.reported_name(path), path);
    sources.document(source).seal(text);
    Ok(PlanDocument { source, kind, committed: false })
}

/// Whether a file that the user names is a plan or a state, whatever it is called.
pub fn is_document(path: &Path) -> bool {
    let mut start = Vec::new();
    let Ok(file) = std::fs::File::open(path) else { return false };
    if file.take(4).read_to_end(&mut start).is_err() {
        return false;
    }
    if is_plan_file(&start) {
        return true;
    }
    let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    is_json && read_text_up_to(path, MOST_PLAN_BYTES).is_ok_and(|(text, _)| looks_like_one(&text))
}

/// Reads the states that the walk found. One that can't be read is a gap: a tree has many files.
pub fn found_states(found: Vec<Found>, sources: &Sources, material: &mut Material) {
    for state in found {
        let source = sources.add_file(sources.reported_name(&state.path), &state.path);
        let read = sources.read_up_to(&state.path, MOST_PLAN_BYTES).map_err(|refusal| refusal.reason());
        match read {
            // Terraform leaves empty files where a backend keeps the state.
            Ok((text, _)) if text.trim().is_empty() => {}
            Ok((text, _)) => match recognise(&text) {
                Ok(kind) => {
                    sources.document(source).seal(text);
                    material.documents.push(PlanDocument { source, kind, committed: kind != Document::Plan });
                }
                Err(mistake) => material.gaps.push(Gap {
                    at: Span::start_of(source),
                    name: String::new(),
                    reason: format!("not read: {}", mistake.reason()),
                    hides_findings: true,
                }),
            },
            Err(reason) => material.gaps.push(unread_file(source, reason)),
        }
    }
}

/// `terraform plan -out` writes a zip archive.
fn is_plan_file(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

fn refused(name: &str, mistake: Mistake) -> Error {
    Error::new(ErrorKind::Input, format!("{name} is not audited: {}", mistake.reason())).hint(mistake.hint())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_is_told_from_terraform() {
        for text in ["services:\n  web:\n", "# a\n\nversion: \"3\"\n", "---\na: b\n"] {
            assert!(is_yaml(text), "{text}");
        }
        for text in ["resource \"a\" \"b\" {\n}", "a = \"b: c\"", "#!/bin/sh\n", "a::b", "/* a: */", ""] {
            assert!(!is_yaml(text), "{text}");
        }
    }
}
