//! Links to folders: they are not followed, so that no file is told twice and loops can't be.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::refused;
use crate::reading::Gap;
use crate::scan::Material;
use crate::source::open::files_of;
use crate::source::walk::{FileKind, is_skipped, walk};
use crate::source::{Sources, Span};

/// Tells each link whose folder is not among those that were walked. A finding can hide in one that may be read
/// and holds what a scan reads, or that is a module itself.
pub(super) fn tell(links: Vec<PathBuf>, paths: &[PathBuf], sources: &Sources, material: &mut Material) {
    let walked: Vec<PathBuf> = paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
    for link in links {
        let target = match link.canonicalize() {
            Ok(target) => target,
            // It leads nowhere, so nothing lies there.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => {
                let reason = format!("a link cannot be followed: {}", refused(error.kind()));
                material.gaps.push(gap(sources, &link, reason, true));
                continue;
            }
        };
        let below = |path: &&PathBuf| target.starts_with(path);
        let is_passed = |path: &PathBuf| {
            let mut way = target.strip_prefix(path).unwrap_or(&target).components();
            way.any(|part| is_skipped(&part.as_os_str().to_string_lossy()))
        };
        if walked.iter().find(below).is_some_and(|path| !is_passed(path)) {
            continue;
        }
        let hides = if sources.may_open(&link).is_ok() { holds_any(&target) } else { is_module(&target) };
        let reason = "a link to a folder is not followed: name the folder that it leads to".to_owned();
        material.gaps.push(gap(sources, &link, reason, hides));
    }
}

fn gap(sources: &Sources, link: &Path, reason: String, hides_findings: bool) -> Gap {
    let source = sources.add_file(sources.reported_name(link), link);
    Gap { at: Span::start_of(source), name: String::new(), reason, hides_findings }
}

fn holds_any(folder: &Path) -> bool {
    let walked = walk(folder, false);
    !walked.files.is_empty() || !walked.refused.is_empty()
}

fn is_module(folder: &Path) -> bool {
    let kind = |path: &PathBuf| matches!(FileKind::at(path), Some(FileKind::Hcl | FileKind::HclJson));
    files_of(folder).is_ok_and(|files| files.iter().any(kind))
}
