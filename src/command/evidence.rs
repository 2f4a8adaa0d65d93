//! `secretrail evidence`.

use super::print;
use crate::cli::{EvidenceArguments, EvidenceCommand};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::evidence::verify;

pub(super) fn run(arguments: &EvidenceArguments) -> Result<ExitCode, Error> {
    let EvidenceCommand::Verify { path, digest } = &arguments.command;
    let expected = digest.as_deref().map(sha256).transpose()?;
    let verdict = verify(path)?;
    let mut text = String::new();
    for fault in &verdict.faults {
        let detail = fault.detail.as_ref().map_or(String::new(), |detail| format!(" ({detail})"));
        text.push_str(&format!("{}: {}{detail}\n", fault.kind.word(), fault.name));
    }
    let other = expected.is_some_and(|expected| expected != verdict.digest);
    if other {
        text.push_str("altered: the digest is not the one that was given\n");
    }
    let altered = other || !verdict.faults.is_empty();
    if !altered {
        text.push_str(&format!(
            "intact: {} documents, {} refusals\ndigest {}\n",
            verdict.documents, verdict.refusals, verdict.digest
        ));
    }
    print(text.as_bytes())?;
    Ok(if altered { ExitCode::Findings } else { ExitCode::Clean })
}

fn sha256(text: &str) -> Result<String, Error> {
    let text = text.trim().to_ascii_lowercase();
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text);
    }
    Err(Error::new(ErrorKind::Usage, "--digest is no SHA-256")
        .hint("give the 64 letters and digits that `secretrail collect` printed"))
}
