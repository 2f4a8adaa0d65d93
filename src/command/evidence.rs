//! `secretrail evidence`.

use super::print;
use crate::cli::{EvidenceArguments, EvidenceCommand};
use crate::counted::counted;
use crate::error::{Error, ExitCode};
use crate::evidence::{self, verify};

pub(super) fn run(arguments: &EvidenceArguments) -> Result<ExitCode, Error> {
    let EvidenceCommand::Verify { path, digest } = &arguments.command;
    let expected = digest.as_deref().map(evidence::digest).transpose()?;
    let verdict = verify(path)?;
    let mut text = String::new();
    for fault in &verdict.faults {
        let detail = fault.detail.as_ref().map_or(String::new(), |detail| format!(" ({detail})"));
        text.push_str(&format!("{}: {}{detail}\n", fault.kind.word(), fault.name));
    }
    let other = expected.is_some_and(|expected| expected != verdict.digest);
    if other && !verdict.digest.is_empty() {
        text.push_str("altered: the digest is not the one that was given\n");
    }
    let altered = other || !verdict.faults.is_empty();
    if !altered {
        text.push_str(&format!(
            "intact: {}, {}\ndigest {}\n",
            counted(verdict.documents, "document", "documents"),
            counted(verdict.refusals, "refusal", "refusals"),
            verdict.digest
        ));
    }
    print(text.as_bytes())?;
    Ok(if altered { ExitCode::Findings } else { ExitCode::Clean })
}
