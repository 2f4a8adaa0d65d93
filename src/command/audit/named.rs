//! What an audit is to look at: what the user names, else what the settings name, as far as it is there.

use std::path::PathBuf;

use crate::cli::AuditArguments;
use crate::command::job::asked;
use crate::command::scan::Setup;
use crate::command::trail::input::is_remote;
use crate::error::{Error, ErrorKind};
use crate::settings::Audit;

/// What the settings name and this run leaves out, as the user named something else.
pub(super) fn left_out(job: &Audit, settings: &Audit) -> Option<String> {
    let left = [
        ("terraform", job.terraform.is_empty() && !settings.terraform.is_empty()),
        ("trail", job.trail.is_empty() && !job.live && (!settings.trail.is_empty() || settings.live)),
        ("evidence", job.evidence.is_empty() && !settings.evidence.is_empty()),
        ("aws", settings.aws && !job.aws && job.evidence.is_empty()),
    ];
    let left: Vec<&str> = left.into_iter().filter(|(_, left)| *left).map(|(name, _)| name).collect();
    (!left.is_empty()).then(|| {
        format!("{} in the settings not used: the command line names what to audit", left.join(", "))
    })
}

/// What is audited: what the user names, else what the settings name; and what of the latter is not there.
pub(super) fn job(arguments: &AuditArguments, setup: &Setup) -> Result<(Audit, Vec<PathBuf>), Error> {
    let mut job = asked(arguments, &setup.settings.audit);
    if job == setup.settings.audit {
        let (there, missing) = there(&job);
        if !missing.is_empty() {
            return Ok((there, missing));
        }
        job = there;
    }
    match job.terraform.iter().chain(&job.trail).find(|path| !is_remote(path) && !path.exists()) {
        Some(path) => Err(Error::new(
            ErrorKind::Input,
            format!("{} cannot be read: there is no such file or folder", path.display()),
        )
        .hint("name folders or files that exist")),
        None => Ok((job, Vec::new())),
    }
}

/// Takes out the buckets of a file that nobody named: a repository must not choose whom the caller's credentials are shown.
pub(super) fn foreign(job: &mut Audit, arguments: &AuditArguments, setup: &Setup) -> Vec<PathBuf> {
    if setup.settings.is_named || !arguments.trails.is_empty() {
        return Vec::new();
    }
    let (foreign, own) = std::mem::take(&mut job.trail).into_iter().partition(|path| is_remote(path));
    job.trail = own;
    foreign
}

/// A job that nobody watches looks at what there is, and tells what is not. Where nothing is there, nothing is taken out.
fn there(job: &Audit) -> (Audit, Vec<PathBuf>) {
    let is_there = |path: &PathBuf| is_remote(path) || path.exists();
    let part = |paths: &[PathBuf]| -> (Vec<PathBuf>, Vec<PathBuf>) {
        paths.iter().cloned().partition(|path| is_there(path))
    };
    let (terraform, mut missing) = part(&job.terraform);
    let (trail, more) = part(&job.trail);
    missing.extend(more);
    let rest = Audit { terraform, trail, ..job.clone() };
    if rest.is_empty() { (job.clone(), Vec::new()) } else { (rest, missing) }
}
