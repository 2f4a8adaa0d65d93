//! What `secretrail audit` would do with some settings, and what it lacks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::command::trail::input::is_remote;
use crate::evidence;
use crate::settings::Settings;

/// An audit before it runs.
pub(super) struct Plan {
    /// What each surface is audited from.
    pub lines: Vec<String>,
    /// Evidence that the audit would stop at.
    pub unreadable: Vec<String>,
}

/// The plan of an audit. A file that nobody named (`!is_named`) chooses neither buckets nor accounts.
pub(super) fn of(settings: &Settings, is_named: bool) -> Plan {
    let home = settings.file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let audit = &settings.audit;
    let (held, unreadable) = evidence_of(&audit.evidence, home);
    let trail: Vec<PathBuf> =
        audit.trail.iter().filter(|path| is_named || !is_remote(path)).cloned().collect();
    let from = |surface: &str| held.get(surface).cloned();
    let account = match (from("account"), audit.aws) {
        (Some(evidence), _) => evidence,
        (None, true) if is_named && settings.accounts.is_some() => "AWS, all of [accounts]".to_owned(),
        (None, true) => "AWS".to_owned(),
        (None, false) => "nothing: set aws = true, or name evidence of the account".to_owned(),
    };
    let events = match (trail.is_empty(), audit.live, from("trail")) {
        (false, ..) => names(&trail, home),
        (true, true, _) => "AWS, CloudTrail's event history".to_owned(),
        (true, false, Some(evidence)) => evidence,
        (true, false, None) => {
            "nothing: name logs under trail, set live = true, or name evidence of the trail".to_owned()
        }
    };
    let files = &settings.inventory.files;
    let keys = match (files.is_empty(), from("inventory"), audit.aws) {
        (true, ..) => "nothing: name lists under files in [inventory]".to_owned(),
        (false, Some(evidence), _) => format!("{}, checked against {evidence}", names(files, home)),
        (false, None, true) => format!("{}, checked against AWS", names(files, home)),
        (false, None, false) => format!(
            "{}, but nothing to check it against: set aws = true, or name evidence of the parameters",
            names(files, home)
        ),
    };
    let terraform = match audit.terraform.is_empty() {
        true => "nothing: name trees under terraform".to_owned(),
        false => names(&audit.terraform, home),
    };
    let is_idle =
        audit.terraform.is_empty() && trail.is_empty() && !audit.aws && !audit.live && held.is_empty();
    let head = match is_idle {
        true => "`secretrail audit` has nothing to audit yet:",
        false => "`secretrail audit` would read:",
    };
    let rows =
        [("Terraform", terraform), ("account", account), ("CloudTrail", events), ("lists of keys", keys)];
    let lines = rows.into_iter().map(|(surface, from)| format!("  {surface:<14} {from}"));
    Plan { lines: std::iter::once(head.to_owned()).chain(lines).collect(), unreadable }
}

/// The bundle that each surface is audited from: the first one that holds it.
fn evidence_of(paths: &[PathBuf], home: &Path) -> (BTreeMap<String, String>, Vec<String>) {
    let (mut held, mut unreadable) = (BTreeMap::new(), Vec::new());
    for path in paths.iter().filter(|path| path.exists()) {
        let name = names(std::slice::from_ref(path), home);
        match evidence::read(path, None) {
            Ok(bundle) => {
                for surface in bundle.manifest.surfaces {
                    held.entry(surface).or_insert_with(|| name.clone());
                }
            }
            Err(error) => unreadable.push(error.to_string()),
        }
    }
    (held, unreadable)
}

/// Paths as the settings write them.
fn names(paths: &[PathBuf], home: &Path) -> String {
    let name = |path: &PathBuf| path.strip_prefix(home).unwrap_or(path).display().to_string();
    paths.iter().map(name).collect::<Vec<String>>().join(", ")
}
