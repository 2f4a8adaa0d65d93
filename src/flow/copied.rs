//! Files that Terraform first writes where it runs, and that a provisioner then copies to a machine.

use std::path::{Path, PathBuf};

use super::{Flow, Host};
use crate::reading::{Gap, Reading};
use crate::source::open::normalise;
use crate::terraform::arrivals::Arrival;
use crate::value::{Hop, Sink, SinkKind, Text};

/// Copies of one root module that are followed: of thousands of files and folders each would be one of all others.
const MOST: usize = 1_000;

/// The flows of copies: each secret that another flow of the same root module writes to the copied path.
pub(super) fn copied_on(flows: &[Flow], copies: &[Arrival]) -> Reading<Vec<Flow>> {
    let written: Vec<(PathBuf, &Flow)> = flows
        .iter()
        .filter(|flow| flow.host == Host::Operator && flow.sink.kind == SinkKind::File)
        .filter_map(|flow| Some((normalise(Path::new(flow.sink.path.as_deref()?)), flow)))
        .collect();
    let mut all: Vec<Flow> = Vec::new();
    for copy in copies {
        let source = copy.text.shown();
        let from = normalise(Path::new(&source));
        for (path, flow) in &written {
            // A folder is copied with all that is in it.
            let below = path.strip_prefix(&from).ok().filter(|below| !source.is_empty() && is_inside(below));
            let Some(below) = below else { continue };
            let next = onward(copy, &source, below, flow);
            let is_known = |known: &Flow| {
                known.trace.origin == next.trace.origin
                    && known.sink.at == next.sink.at
                    && known.sink.path == next.sink.path
            };
            if all.iter().any(is_known) {
                continue;
            }
            if all.len() >= MOST {
                return Reading { facts: all, gaps: vec![too_many(copy)] };
            }
            all.push(next);
        }
    }
    Reading { facts: all, gaps: Vec::new() }
}

fn too_many(copy: &Arrival) -> Gap {
    Gap {
        at: copy.at,
        name: copy.address.clone(),
        reason: format!("more than {MOST} copies of files with secrets: the others are not followed"),
        hides_findings: true,
    }
}

/// Whether a path below the copied folder stays there: below `.` everything seems to be.
fn is_inside(below: &Path) -> bool {
    let shown = below.to_string_lossy();
    below.is_relative() && !["..", "~", "${"].iter().any(|start| shown.starts_with(start))
}

/// A flow that goes on to the machine.
fn onward(copy: &Arrival, source: &str, below: &Path, flow: &Flow) -> Flow {
    let local = flow.sink.path.clone().unwrap_or_default();
    let message = format!("written to {local} where Terraform runs");
    let path = copy.path.as_ref().map(|path| destination(path, source, below));
    Flow {
        trace: flow.trace.then(Hop { at: flow.sink.at, name: local, message }),
        sink: Sink {
            kind: SinkKind::File,
            path,
            at: copy.at,
            by: format!("copied by the `file` provisioner of {}", copy.address),
            ..flow.sink.clone()
        },
        address: copy.address.clone(),
        host: Host::Instance,
        referenced: flow.referenced,
    }
}

/// Where a file ends: of a folder without a slash at its end, below a folder of that name.
fn destination(to: &Text, source: &str, below: &Path) -> String {
    let to = to.shown();
    if below.as_os_str().is_empty() {
        return to;
    }
    let name = source.rsplit('/').next().filter(|name| !name.is_empty() && *name != ".");
    let below = below.to_string_lossy();
    let parts = [Some(to.trim_end_matches('/')), name, Some(&*below)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("/")
}
