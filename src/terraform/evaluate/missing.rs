//! Files that a configuration hands over and that are not here.

use std::path::Path;

use super::{Evaluator, Scope};
use crate::source::open::Refusal;
use crate::source::{SourceId, Span};
use crate::terraform::ast::{Block, Expr};
use crate::value::{Piece, Text};

/// Endings of files that hold no line that anybody could read: archives, programs, pictures, and what is public of keys.
const DATA: &[&str] = &[
    "zip", "jar", "war", "ear", "tar", "gz", "tgz", "bz2", "xz", "7z", "rpm", "deb", "whl", "exe", "dll",
    "so", "bin", "msi", "iso", "img", "qcow2", "ova", "png", "jpg", "jpeg", "gif", "ico", "svg", "webp",
    "pdf", "woff", "woff2", "ttf", "pub", "crt", "cer", "cert", "csr", "der", "pem", "key", "p12", "pfx",
    "jks", "asc", "gpg", "md", "html", "css", "wasm", "csv", "parquet",
];

/// Resources that make the file, or what is in it, themselves.
const MAKERS: &[&str] = &["local_file.", "local_sensitive_file.", "archive_file.", "filename", "output_path"];

/// Objects that may be given a file by its path, in `source`.
const OBJECTS: &[&str] = &["aws_s3_object", "aws_s3_bucket_object", "google_storage_bucket_object"];

impl<'w> Evaluator<'w> {
    /// The files that a provisioner copies or runs. What is not here is a gap.
    pub fn handed_over(&self, scope: &Scope<'w>, path: &Expr) -> Vec<SourceId> {
        let texts = self.alternatives(scope, path);
        if self.is_made(path) || !texts.is_empty() && texts.iter().all(is_data) {
            return Vec::new();
        }
        let files = self.files_of(scope, path);
        if files.is_empty() && texts.iter().any(|text| text.known().is_none() && !is_each(text)) {
            self.tell_unknown(scope.span(path.range));
        }
        files
    }

    /// A script that a command names, where it is at hand.
    pub fn open_script(&self, path: &Path) -> Option<SourceId> {
        let source = self.sources.open(path).ok()?;
        self.rendered.borrow_mut().insert(source);
        Some(source)
    }

    /// Tells the file that an object is made of, where it is not here.
    pub fn tell_object(&self, scope: &Scope<'w>, kind: &str, block: &Block) {
        let is_object = kind == "resource" && block.label(0).is_some_and(|name| OBJECTS.contains(&name));
        if let Some(source) = block.body.attribute("source").filter(|_| is_object) {
            self.tell_missing(scope, &source.value);
        }
    }

    fn tell_missing(&self, scope: &Scope<'w>, path: &Expr) {
        if self.is_made(path) {
            return;
        }
        let at = scope.span(path.range);
        for text in self.alternatives(scope, path) {
            match text.known() {
                Some(known) if known.trim().is_empty() || known == "/dev/null" => {}
                Some(known) => {
                    if !self.candidates(scope, &known).iter().any(|path| path.exists()) {
                        self.tell_refused(&known, &Refusal::Missing, at);
                    }
                }
                None if is_data(&text) || is_each(&text) => {}
                None => self.tell_unknown(at),
            }
        }
    }

    /// A file of data may be made at plan time; any other one that is not here hides what it does.
    pub(super) fn tell_refused(&self, path: &str, refusal: &Refusal, at: Span) {
        let hides = match refusal {
            _ if path == "/dev/null" => return,
            // A folder is copied as it is; its files are read by themselves.
            Refusal::NoFile | Refusal::Binary => return,
            Refusal::Missing => !ends_as_data(path) && !path.starts_with('~'),
            _ => true,
        };
        let name = std::path::Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
        self.gap(at, name.unwrap_or_default(), format!("the file was not read: {}", refusal.reason()), hides);
    }

    fn tell_unknown(&self, at: Span) {
        self.gap(at, "", "the file's path is not known, so it was not read", true);
    }

    fn is_made(&self, path: &Expr) -> bool {
        let label = self.label_of(path);
        MAKERS.iter().any(|maker| label.contains(maker))
    }
}

fn ends_as_data(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    name.rsplit_once('.').is_some_and(|(_, end)| DATA.contains(&end))
}

/// Whether a path that need not be known whole ends as files of data do.
fn is_data(path: &Text) -> bool {
    match path.pieces.last() {
        Some(Piece::Known { text, .. }) => ends_as_data(text),
        Some(Piece::Hole(hole)) => {
            let label = hole.label.to_ascii_lowercase();
            ["zip", "archive", "package", "jar", "artifact", "public", "key"]
                .iter()
                .any(|word| label.contains(word))
        }
        None => true,
    }
}

/// A file of those that a folder has: `each.value` of `fileset`.
fn is_each(path: &Text) -> bool {
    path.pieces.iter().any(|piece| match piece {
        Piece::Hole(hole) => {
            ["each.", "count.", "fileset("].iter().any(|start| hole.label.starts_with(start))
        }
        Piece::Known { .. } => false,
    })
}
