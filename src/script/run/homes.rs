//! Files that are known to hold credentials, read by a script that did not write them.

use super::Machine;
use super::streams::Chunk;
use crate::finding::Confidence;
use crate::script::names::{Says, says};
use crate::source::Span;
use crate::value::{Lifetime, Origin, OriginKind, Text, Traces};

impl Machine<'_> {
    /// The secret of a known file.
    pub fn kept_at(&self, path: &str, at: Span) -> Option<Traces> {
        let home = self.table.homes.iter().find(|home| home.is(path))?;
        let name = path.rsplit('/').next().unwrap_or(path);
        // `/run/secrets/db_user` lies beside `db_password`.
        if home.memory && says(name) == Says::Plain {
            return None;
        }
        let variable = self.assigning.clone().filter(|variable| says(variable) == Says::Secret);
        let origin = Origin {
            kind: if home.memory { OriginKind::Command } else { OriginKind::File },
            name: path.to_owned(),
            key: variable.or_else(|| home.name.clone()).unwrap_or_else(|| name.to_owned()),
            at,
            confidence: if home.memory && says(name) != Says::Secret {
                Confidence::Medium
            } else {
                Confidence::High
            },
            literal: None,
        };
        Some(Traces::from_origin(origin))
    }

    /// What a known file holds, for who reads it.
    pub fn kept_chunks(&self, path: &str, at: Span) -> Vec<Chunk> {
        let traces = self.kept_at(path, at);
        let chunk =
            |traces| Chunk { text: Text::hole("file", at, traces), at, by: "cat".into(), document: None };
        traces.map(chunk).into_iter().collect()
    }

    /// A copy of a known file: `cp /etc/kubernetes/admin.conf /srv/share/`.
    pub fn copy_kept(&mut self, from: &str, to: &str, by: &str, at: Span) {
        if self.files.written.contains_key(from) {
            return;
        }
        let Some(traces) = self.kept_at(from, at) else { return };
        self.land_file(to, at, format!("copied by `{by}`"), traces.clone());
        self.files
            .write(to, Chunk { text: Text::hole("file", at, traces), at, by: by.into(), document: None });
    }

    /// What is new in a file: a kubeconfig that is copied from one home to the next is where it belongs.
    pub fn new_in(&self, path: &str, lifetime: Lifetime, traces: Traces) -> Traces {
        let at_home = lifetime == Lifetime::Memory
            || path.contains("/.kube/")
            || path.contains("/.ssh/")
            || self.table.homes.iter().any(|home| home.is(path));
        if at_home { traces.filtered(|trace| trace.origin.kind != OriginKind::File) } else { traces }
    }
}
