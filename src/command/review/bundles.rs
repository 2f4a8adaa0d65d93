//! The bundles that `--evidence` names: logs, and what they say of accounts.

use std::path::{Path, PathBuf};

use crate::account::{self, Account, Thresholds, many};
use crate::error::Error;
use crate::evidence::{self, Bundle};
use crate::policy::LOOKUP;
use crate::source::Sources;
use crate::source::open::normalise;
use crate::trail::time::written;

/// What was read of them.
#[derive(Default)]
pub(super) struct Bundles {
    /// Those with logs.
    pub with_logs: Vec<PathBuf>,
    /// What is known of accounts.
    pub accounts: Vec<Account>,
    /// Those without logs: their files, with their SHA-256.
    pub around: Vec<(String, String)>,
    /// What they cover, in sentences.
    pub told: Vec<String>,
}

impl Bundles {
    /// Reads bundles; one that was altered is refused.
    pub fn open(base: &Path, paths: &[PathBuf], thresholds: &Thresholds) -> Result<Self, Error> {
        let mut all = Self::default();
        let mut paths: Vec<PathBuf> = paths.iter().map(|path| normalise(&base.join(path))).collect();
        paths.sort();
        paths.dedup();
        for path in paths {
            let bundle = evidence::read(&path, None)?;
            let is_account = bundle.manifest.surfaces.iter().any(|surface| surface == "account");
            let mut calls = bundle
                .documents
                .iter()
                .map(|one| &one.call)
                .chain(bundle.all_refusals().map(|one| &one.call));
            let has_logs = calls.any(|call| call.service == LOOKUP.service && call.action == LOOKUP.name);
            if has_logs || !is_account {
                all.with_logs.push(path);
            } else {
                let own = if path.is_dir() { path.join("manifest.json") } else { path };
                let name = own.strip_prefix(base).unwrap_or(&own).to_string_lossy().replace('\\', "/");
                let hash = super::super::trail::archive::hash(&own).unwrap_or_default();
                all.around.push((name, hash));
            }
            if !is_account {
                continue;
            }
            if bundle.members.is_empty() {
                all.add(&bundle, thresholds);
            }
            for member in bundle.members.iter().filter(|member| many::was_asked(&bundle, member)) {
                all.add(&bundle.of(member), thresholds);
            }
        }
        Ok(all)
    }

    fn add(&mut self, bundle: &Bundle, thresholds: &Thresholds) {
        let reading = account::read(bundle, &Sources::default(), thresholds);
        let account = reading.facts;
        let unknown: Vec<&str> =
            reading.gaps.iter().filter(|gap| gap.hides_findings).map(|gap| gap.reason.as_str()).collect();
        let first = unknown
            .first()
            .map(|reason| format!("; {} things of it are not known, the first: {reason}", unknown.len()));
        self.told.push(format!(
            "evidence of account {}, collected at {}{}",
            account.number,
            written(account.now.as_second()),
            first.unwrap_or_default()
        ));
        self.accounts.push(account);
    }
}
