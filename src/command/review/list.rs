//! The team's list of keys, and its runbooks.

use std::path::Path;

use crate::cli::ReviewArguments;
use crate::error::{Error, ErrorKind};
use crate::inventory::Inventory;
use crate::inventory::read::{Form, Input, MOST_BYTES, read};
use crate::review::{Gap, sha256};
use crate::secret::Secret;
use crate::secret::tokens::TokenTable;
use crate::source::open::{normalise, read_text_up_to};
use crate::source::{SourceId, Sources};

/// What was read.
pub(super) struct List {
    /// The rows; `None` where no list was named.
    pub inventory: Option<Inventory>,
    /// What of it could not be read.
    pub gaps: Vec<Gap>,
    /// Its files, with their SHA-256.
    pub hashes: Vec<(String, String)>,
    sources: Sources,
}

impl List {
    /// Reads what the user names.
    pub fn open(arguments: &ReviewArguments, base: &Path) -> Result<Self, Error> {
        let sources = Sources::default();
        sources.set_base(base.to_owned());
        let mut list = Self { inventory: None, gaps: Vec::new(), hashes: Vec::new(), sources };
        let (mut inputs, mut runbooks) = (Vec::new(), Vec::new());
        for path in sorted(&arguments.inventory) {
            let form = Form::of(&path.to_string_lossy()).ok_or_else(|| {
                Error::new(ErrorKind::Usage, format!("{} is no list of keys by its name", path.display()))
                    .hint("lists end in .md, .toml, .yml, .yaml, .json or .csv")
            })?;
            inputs.push(Input { source: list.add(base, path)?, form });
        }
        for path in sorted(&arguments.runbook) {
            runbooks.push(list.add(base, path)?);
        }
        if !inputs.is_empty() {
            let reading = read(&inputs, &runbooks, &list.sources, &TokenTable::embedded());
            let gap = |gap: &crate::reading::Gap| Gap {
                name: list.sources.name(gap.at.source),
                offset: Some(u64::try_from(gap.at.range().start).unwrap_or(u64::MAX)),
                reason: gap.reason.clone(),
            };
            list.gaps = reading.gaps.iter().filter(|gap| gap.hides_findings).map(gap).collect();
            list.inventory = Some(reading.facts);
        }
        Ok(list)
    }

    fn add(&mut self, base: &Path, path: &Path) -> Result<SourceId, Error> {
        let path = normalise(&base.join(path));
        let (text, _) = read_text_up_to(&path, MOST_BYTES as u64).map_err(|refusal| {
            Error::new(ErrorKind::Input, format!("{} cannot be read: {}", path.display(), refusal.reason()))
        })?;
        let source = self.sources.add_file(self.sources.reported_name(&path), &path);
        let hash = super::super::trail::archive::hash(&path).unwrap_or_else(|_| sha256(text.as_bytes()));
        self.hashes.push((self.sources.name(source), hash));
        self.sources.document(source).set_text(text.into());
        Ok(source)
    }

    /// What somebody pasted into a cell.
    pub fn secrets(&self) -> Vec<Secret> {
        let values = self.inventory.iter().flat_map(|list| &list.values);
        values
            .filter_map(|pasted| {
                let text = self.sources.text(pasted.value.source);
                text.get(pasted.value.range()).map(Secret::new)
            })
            .collect()
    }
}

/// In one order, whatever the user's was.
fn sorted(paths: &[std::path::PathBuf]) -> Vec<&Path> {
    let mut all: Vec<&Path> = paths.iter().map(std::path::PathBuf::as_path).collect();
    all.sort();
    all.dedup();
    all
}
