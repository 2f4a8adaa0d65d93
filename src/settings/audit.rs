//! `[audit]`: what a job that comes back looks at, and how far back.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

/// More hours than this are a mistake: a hundred years.
const MOST_HOURS: i64 = 876_000;
/// A role's session lasts twelve hours at most: what issued one that is in use is read with it. CloudTrail writes most of
/// its logs within minutes, and some late.
const OVERLAP_HOURS: i64 = 13;
/// How far back the first run of a job reads.
const FIRST_DAYS: i64 = 30;

/// `[audit]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Trees of Terraform.
    pub terraform: Vec<PathBuf>,
    /// CloudTrail's logs.
    pub trail: Vec<PathBuf>,
    /// What was collected.
    pub evidence: Vec<PathBuf>,
    /// Whether AWS is asked.
    pub aws: bool,
    /// Whether CloudTrail's event history is asked.
    pub live: bool,
    /// Hours before the last run that the next one reads again, as logs come late.
    pub overlap_hours: i64,
    /// Days before the first run that it reads.
    pub first_days: i64,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            terraform: Vec::new(),
            trail: Vec::new(),
            evidence: Vec::new(),
            aws: false,
            live: false,
            overlap_hours: OVERLAP_HOURS,
            first_days: FIRST_DAYS,
        }
    }
}

impl Audit {
    pub(super) fn beside(&mut self, home: &Path) {
        let is_here = |path: &&mut PathBuf| !path.to_string_lossy().starts_with("s3://");
        let paths = self.terraform.iter_mut().chain(&mut self.trail).chain(&mut self.evidence);
        paths.filter(is_here).for_each(|path| *path = home.join(&path));
    }

    /// Whether this names anything to look at.
    pub fn is_empty(&self) -> bool {
        self.terraform.is_empty()
            && self.trail.is_empty()
            && self.evidence.is_empty()
            && !self.aws
            && !self.live
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Written {
    terraform: Vec<PathBuf>,
    trail: Vec<PathBuf>,
    evidence: Vec<PathBuf>,
    aws: bool,
    live: bool,
    overlap_hours: Option<Spanned<i64>>,
    first_days: Option<Spanned<i64>>,
}

/// The settings; the error says where and what is wrong, and quotes nothing.
pub(super) fn settings(written: Written) -> Result<Audit, (usize, &'static str)> {
    let Written { terraform, trail, evidence, aws, live, overlap_hours, first_days } = written;
    let mut audit = Audit { terraform, trail, evidence, aws, live, ..Audit::default() };
    for (written, number, most) in [
        (overlap_hours, &mut audit.overlap_hours, MOST_HOURS),
        (first_days, &mut audit.first_days, MOST_HOURS / 24),
    ] {
        let Some(written) = written else { continue };
        let at = written.span().start;
        *number = written.into_inner();
        if !(1..=most).contains(number) {
            return Err((at, "this must be a whole number from 1 on"));
        }
    }
    Ok(audit)
}
