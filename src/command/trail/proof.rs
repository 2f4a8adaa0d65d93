//! Whether digests prove the logs that were read.

use crate::cli::TrailArguments;
use crate::command::scan::Setup;
use crate::error::Error;

/// More faults help nobody; `trail verify` names them all.
#[cfg(feature = "verify")]
const MOST_FAULTS: usize = 1000;

/// What digests say.
#[derive(Debug, Default)]
pub(super) struct Proof {
    /// Whether all logs are proven.
    pub whole: bool,
    /// In sentences; none where nobody asked.
    pub told: Vec<String>,
    /// What is not as it was delivered, or is not proven: its name, and why.
    pub faults: Vec<(String, String)>,
}

/// Checks the folders and buckets that were read, where the user asked for it.
#[cfg(feature = "verify")]
pub(super) fn proof(arguments: &TrailArguments, setup: &Setup) -> Result<Proof, Error> {
    use super::input::is_remote;
    use crate::command::trail_verify::{Asks, checked, sentence};

    let mut proof = Proof { whole: arguments.verify, ..Proof::default() };
    if !arguments.verify {
        return Ok(proof);
    }
    let asks = Asks {
        keys: &arguments.keys,
        #[cfg(feature = "aws")]
        sign_in: &arguments.sign_in,
        stop: setup.stop(),
    };
    for path in &arguments.paths {
        if !is_remote(path) && !path.is_dir() {
            proof.whole = false;
            proof.faults.push((
                path.display().to_string(),
                "a single file cannot be verified; pass the folder with its digests".to_owned(),
            ));
            continue;
        }
        let verdict = checked(path, &asks)?;
        proof.whole &= verdict.logs > 0 && verdict.faults.is_empty() && verdict.unproven.is_empty();
        proof.told.push(format!("verified by digests: {}", sentence(&verdict)));
        let more = verdict.faults.len().saturating_sub(MOST_FAULTS);
        let faults = verdict.faults.into_iter().take(MOST_FAULTS);
        proof.faults.extend(faults.map(|one| (one.name, format!("{}: {}", one.kind.word(), one.detail))));
        if more > 0 {
            proof.faults.push((path.display().to_string(), format!("{more} more faults")));
        }
        if let Some((name, why)) = verdict.unproven.first() {
            let rest = verdict.unproven.len() - 1;
            let rest = if rest > 0 { format!("; and {rest} more of this kind") } else { String::new() };
            proof.faults.push((name.clone(), format!("not proven: {why}{rest}")));
        }
        if verdict.digests == 0 {
            proof.faults.push((path.display().to_string(), "it contains no digest".to_owned()));
        }
    }
    Ok(proof)
}

/// This build can't.
#[cfg(not(feature = "verify"))]
pub(super) fn proof(_: &TrailArguments, _: &Setup) -> Result<Proof, Error> {
    Ok(Proof::default())
}
