//! What a gap could hide: not every gap keeps every finding from being fixed.

use std::collections::{BTreeMap, BTreeSet};

use super::scan::Setup;
use crate::finding::{Finding, Surface};
use crate::history::Entry;
use crate::reading::Gap;
use crate::report::Report;
use crate::scan::folder_of;
use crate::source::SourceId;

/// Folders that are kept of one finding. Who passes through more can be hidden by anything.
const MOST_FOLDERS: usize = 64;

/// The gaps of a run, and which folders belong together.
pub(super) struct Hiding {
    parts: Vec<BTreeSet<String>>,
    shades: Vec<Shade>,
    /// All folders in which this run met something.
    folders: BTreeSet<String>,
}

/// What one gap could hide.
struct Shade {
    /// Of which surface; none where it is not known.
    surface: Option<Surface>,
    /// In which folder it lies; none where it is not about a place.
    folder: Option<String>,
    /// The document's name, for what is itself a folder.
    name: String,
}

impl Hiding {
    /// `readers` say which surface had a gap, where an audit looked at several.
    pub(super) fn of(
        report: &Report<'_>,
        parts: &[BTreeSet<String>],
        readers: &[(Gap, Surface)],
        setup: &Setup,
    ) -> Self {
        let name = |source: SourceId| report.redactor.path(&report.sources.name(source)).into_owned();
        // What is wrong with a rule, a token or the settings touches every place.
        let everywhere: BTreeSet<String> =
            setup.own_files().map(|path| report.sources.reported_name(path)).collect();
        let accepted = report.gate.accepted_gaps.iter().map(|one| &one.gap);
        let shade = |gap: &Gap| {
            let mut of = readers.iter().filter(|(one, _)| one == gap).map(|(_, surface)| *surface);
            let surface = of.next().filter(|first| of.all(|other| other == *first));
            let name = name(gap.at.source);
            let is_place = !name.is_empty() && !name.ends_with(".toml") && !everywhere.contains(&name);
            Shade { surface, folder: is_place.then(|| folder_of(&name).to_owned()), name }
        };
        let gaps = report.gaps.iter().chain(accepted).filter(|gap| gap.hides_findings);
        let shown =
            |part: &BTreeSet<String>| part.iter().map(|one| report.redactor.path(one).into_owned()).collect();
        let parts: Vec<BTreeSet<String>> = parts.iter().map(shown).collect();
        let ids = (0..report.sources.len()).filter_map(|at| u32::try_from(at).ok());
        let met: BTreeSet<String> =
            ids.map(|at| folder_of(&report.sources.name(SourceId(at))).to_owned()).collect();
        let mut folders: BTreeSet<String> =
            met.iter().map(|one| report.redactor.path(one).into_owned()).collect();
        folders.extend(parts.iter().flatten().cloned());
        Self { shades: gaps.map(shade).collect(), parts, folders }
    }

    /// The folders that a finding is followed through, with all that belong to them; none where there are too many.
    pub(super) fn reach(&self, finding: &Finding, report: &Report<'_>) -> Vec<String> {
        let places = finding.related.iter().map(|one| &one.at).chain([&finding.at]);
        let mut folders: BTreeSet<String> = places
            .map(|at| folder_of(&report.redactor.path(&report.sources.name(at.span.source))).to_owned())
            .collect();
        let touched = self.parts.iter().filter(|part| folders.iter().any(|one| part.contains(one)));
        let more: Vec<String> = touched.flatten().cloned().collect();
        folders.extend(more);
        if folders.len() > MOST_FOLDERS { Vec::new() } else { folders.into_iter().collect() }
    }

    /// Whether nothing could hide any finding.
    pub(super) fn is_whole(&self) -> bool {
        self.shades.is_empty()
    }

    /// All folders in which this run met something.
    pub(super) fn folders(&self) -> &BTreeSet<String> {
        &self.folders
    }

    /// Whether a gap of this run could hide a finding that was there at an earlier one. `known` are the folders that
    /// the last run met, each with the second in which one met it first.
    pub(super) fn could_hide(&self, entry: &Entry, known: &BTreeMap<String, i64>) -> bool {
        self.shades.iter().any(|shade| self.falls_on(shade, entry, known))
    }

    fn falls_on(&self, shade: &Shade, entry: &Entry, known: &BTreeMap<String, i64>) -> bool {
        let surface = Surface::from_word(&entry.surface);
        // Lists of keys, and what is said of ignores, are judged by what all surfaces show.
        let joins = matches!(surface, None | Some(Surface::Inventory | Surface::Gate));
        if !joins && shade.surface.is_some() && shade.surface != surface {
            return false;
        }
        let Some(folder) = shade.folder.as_deref().filter(|_| !entry.reach.is_empty()) else { return true };
        // What was renamed or moved may lie in a folder that came after the finding was seen last.
        let came_later = known.get(folder).is_none_or(|first| *first > entry.last_seen.as_second());
        let is_gone = || entry.reach.iter().any(|reach| !self.folders.contains(reach));
        if surface == Some(Surface::Terraform) && (came_later || is_gone()) {
            return true;
        }
        entry.reach.iter().any(|reach| match surface {
            Some(Surface::Terraform) => self.belong_together(folder, &shade.name, reach),
            Some(Surface::Account) => is_of_one_account(folder, reach),
            _ => true,
        })
    }

    /// A folder that no root reaches may hold anything of those above and below.
    fn belong_together(&self, gap: &str, name: &str, reach: &str) -> bool {
        let part_of = |folder: &str| self.parts.iter().position(|part| part.contains(folder));
        match (part_of(gap), part_of(reach)) {
            _ if gap == reach || is_within(reach, name) => true,
            (Some(gap), Some(reach)) => gap == reach,
            _ => is_within(gap, reach) || is_within(reach, gap),
        }
    }
}

/// Whether a folder is another one, or below it.
fn is_within(folder: &str, above: &str) -> bool {
    above.is_empty()
        || folder.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Evidence lies in a folder for each account; what lies elsewhere is about all of them.
fn is_of_one_account(one: &str, other: &str) -> bool {
    let account = |folder: &str| {
        let first = folder.split('/').next().unwrap_or_default().to_owned();
        (first.len() == 12 && first.bytes().all(|byte| byte.is_ascii_digit())).then_some(first)
    };
    match (account(one), account(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}
