//! What the user names, as logs that can be read: files, buckets, evidence, CloudTrail itself.

use std::path::{Path, PathBuf};

use super::files;
use super::read::{Fetch, Log};
use crate::cli::{Cli, TrailArguments};
use crate::command::scan::Setup;
use crate::error::Error;
use crate::evidence::Refusal;
use crate::source::{SourceId, Sources};

/// How a bucket's address starts.
pub(super) const BUCKET: &str = "s3://";

/// All that is to be read.
#[derive(Default)]
pub(super) struct Input {
    /// In a fixed order.
    pub logs: Vec<Log>,
    /// Where objects come from.
    pub bucket: Option<Box<dyn Fetch>>,
    /// What can't be looked into, and why.
    pub refused: Vec<(PathBuf, String)>,
    /// What nobody gave: its name, and why.
    pub missing: Vec<(String, String)>,
    /// Digests and Insights, which are passed over unopened.
    pub passed: usize,
    /// What was asked for, in sentences.
    pub asked: Vec<String>,
    /// From when until when it was asked, in seconds.
    pub window: Option<(i64, i64)>,
    /// The Regions that were asked.
    pub regions: Vec<String>,
    /// Whose event history it is, where it is one.
    pub account: Option<String>,
}

impl Input {
    /// What is audited, in a few words. An event history is the same, asked now or collected before.
    pub(super) fn scope(&self, arguments: &TrailArguments) -> String {
        if self.asked.is_empty() {
            return crate::command::scan::scope("trail", arguments.paths.iter());
        }
        let account = self.account.as_deref().unwrap_or("unknown");
        format!("trail of {account} in {}", self.regions.join(" "))
    }
}

impl Log {
    /// The log as a document that reports name.
    pub(super) fn source(&self, sources: &Sources) -> SourceId {
        match self {
            Self::File(path) if path.as_os_str() == "-" => sources.add_file("(standard input)", path),
            Self::File(path) => sources.add_file(sources.reported_name(path), path),
            Self::Held { name, .. } => sources.add_text(name.as_str(), ""),
            Self::Object(object) => sources.add_text(format!("{BUCKET}{}/{}", object.bucket, object.key), ""),
        }
    }
}

/// Finds and fetches what has to be there before it can be read.
/// `paths` are those on the disk, as they are to be opened.
pub(super) fn find(
    cli: &Cli,
    arguments: &TrailArguments,
    (paths, setup): (&[PathBuf], &Setup),
) -> Result<Input, Error> {
    if let Some(path) = &arguments.evidence {
        return super::evidence::find(path);
    }
    #[cfg(feature = "aws")]
    if arguments.live.live {
        return super::live::find(cli, arguments, setup);
    }
    let _ = cli;
    let (remote, local): (Vec<&Path>, Vec<&Path>) =
        arguments.paths.iter().map(PathBuf::as_path).partition(|path| is_remote(path));
    let mut input = Input::default();
    if !local.is_empty() {
        let paths: Vec<PathBuf> = paths.iter().filter(|path| !is_remote(path)).cloned().collect();
        let found = files::find(&paths);
        input.logs.extend(found.files.into_iter().map(Log::File));
        (input.refused, input.passed) = (found.refused, found.passed);
    }
    #[cfg(feature = "aws")]
    if !remote.is_empty() {
        super::bucket::find(&remote, arguments, setup, &mut input)?;
    }
    #[cfg(not(feature = "aws"))]
    let _ = setup;
    #[cfg(not(feature = "aws"))]
    if !remote.is_empty() {
        return Err(Error::new(crate::error::ErrorKind::Usage, "this build of secretrail cannot query AWS")
            .hint("build it with `--features aws`, or pass a folder that the bucket was copied to"));
    }
    Ok(input)
}

/// Whether it is a bucket's address.
pub(in crate::command) fn is_remote(path: &Path) -> bool {
    path.to_string_lossy().starts_with(BUCKET)
}

/// A refused call as what is missing for it.
pub(super) fn missing(refusal: &Refusal) -> (String, String) {
    let hint = if refusal.code.contains("AccessDenied") || refusal.code.contains("Unauthorized") {
        "; `secretrail policy --surface trail` prints the permissions it needs"
    } else {
        ""
    };
    let after = refusal.call.page.filter(|page| *page > 1);
    let after = after.map_or(String::new(), |page| format!(" from page {page} on"));
    let reason = format!("{}: {}{after}{hint}", refusal.permission, refusal.code);
    (refusal.call.region.clone(), reason)
}
