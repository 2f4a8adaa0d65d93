//! Which files hold CloudTrail's logs.

use std::path::{Path, PathBuf};

use crate::source::walk::walk_logs;

/// Files in the order of their paths, and what can't be looked into.
pub(super) struct Found {
    pub files: Vec<PathBuf>,
    pub refused: Vec<(PathBuf, String)>,
    /// Files of digests and Insights, which are passed over unopened.
    pub passed: usize,
}

/// The files that the user names, and those in folders that look like logs.
pub(super) fn find(paths: &[PathBuf]) -> Found {
    let mut found = Found { files: Vec::new(), refused: Vec::new(), passed: 0 };
    for path in paths {
        if path.as_os_str() == "-" || !path.is_dir() {
            found.files.push(path.clone());
            continue;
        }
        let (files, refused) = walk_logs(path, &is_log);
        found.refused.extend(refused);
        for file in files {
            if is_beside(&file) { found.passed += 1 } else { found.files.push(file) }
        }
    }
    found.files.sort();
    found.files.dedup();
    found
}

fn is_log(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    [".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz", ".log.gz"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Digests and Insights lie beside the logs.
fn is_beside(file: &Path) -> bool {
    let is = |part: &str| {
        file.components().any(|one| one.as_os_str() == part)
            || file.file_name().is_some_and(|name| name.to_string_lossy().contains(&format!("_{part}_")))
    };
    is("CloudTrail-Digest") || is("CloudTrail-Insight")
}
