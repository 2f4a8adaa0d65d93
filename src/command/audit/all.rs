//! What the surfaces of an audit give together.

use jiff::Timestamp;

use crate::command::account;
use crate::command::outcome::Sections;
use crate::command::scan::{Looked, Setup};
use crate::error::Error;
use crate::evidence::Bundle;
use crate::finding::Surface;
use crate::reading::Gap;
use crate::report::NOTHING_THERE;
use crate::source::{SourceId, Sources, Span};

/// What all surfaces gave.
pub(super) struct All<'s> {
    setup: &'s Setup,
    pub looked: Looked,
    pub sections: Sections,
    pub surfaces: Vec<Surface>,
    /// Which surface had a gap.
    pub readers: Vec<(Gap, Surface)>,
    /// From when on events of trails are read.
    pub since: Option<Timestamp>,
    /// So many days, where the first run of a job chose that.
    pub first_days: Option<i64>,
    /// How many accounts were audited together, where that is more than the one that asks.
    pub members: Option<usize>,
}

impl<'s> All<'s> {
    pub(super) fn new(setup: &'s Setup) -> Self {
        let sources = Sources::default();
        sources.set_base(setup.base.clone());
        let looked = Looked { sources, scanned: Default::default(), files: 0, excluded: 0, past: None };
        Self {
            setup,
            looked,
            sections: Sections::default(),
            surfaces: Vec::new(),
            readers: Vec::new(),
            since: None,
            first_days: None,
            members: None,
        }
    }

    /// Looks at one surface. All of them share their documents, as one report speaks of all.
    pub(super) fn look(
        &mut self,
        surface: Surface,
        look: impl FnOnce(Sources, &mut Sections) -> Result<Looked, Error>,
    ) -> Result<(), Error> {
        let sources = std::mem::take(&mut self.looked.sources);
        let looked = look(sources, &mut self.sections)?;
        self.add(surface, looked);
        Ok(())
    }

    pub(super) fn account(&mut self, bundle: &Bundle) {
        let members = bundle.members.iter().filter(|member| member.is_meant()).count();
        self.members = (members > 0).then_some(members);
        let sources = std::mem::take(&mut self.looked.sources);
        let (looked, section) = account::looked_with(bundle, self.setup, sources);
        self.sections.account = Some(section);
        self.add(Surface::Account, looked);
    }

    fn add(&mut self, surface: Surface, looked: Looked) {
        let all = &mut self.looked;
        let is_empty = looked.files == 0;
        self.readers.extend(looked.scanned.gaps.iter().map(|gap| (gap.clone(), surface)));
        all.sources = looked.sources;
        all.scanned.absorb(looked.scanned);
        all.files += looked.files;
        all.excluded += looked.excluded;
        self.surfaces.push(surface);
        if is_empty {
            // Alone it would be an error; among others it must not pass unseen.
            let reason = match (self.since.filter(|_| surface == Surface::Trail), self.left_before()) {
                (Some(since), None) => format!("no events since {since}: has the trail stopped?"),
                (Some(since), Some(left)) => format!("no events since {since}, and {left}"),
                (None, _) => NOTHING_THERE.to_owned(),
            };
            self.gap(surface.word(), reason);
        } else if let Some(left) = self.left_before().filter(|_| surface == Surface::Trail) {
            self.note(surface.word(), left);
        }
    }

    /// Events that the first run of a job leaves out as older: a user may have only those.
    fn left_before(&self) -> Option<String> {
        let (days, since) = self.first_days.zip(self.since)?;
        let left =
            self.sections.trail.as_ref().map(|trail| trail.coverage.left_out).filter(|left| *left > 0)?;
        let (events, were) = if left == 1 { ("event", "was") } else { ("events", "were") };
        Some(format!(
            "{left} {events} before {since} {were} left out (first-days = {days}): use --since DATE to read further back"
        ))
    }

    /// Something that was left out on purpose.
    pub(super) fn note(&mut self, name: &str, reason: String) {
        let (at, name) = (Span::start_of(SourceId(u32::MAX)), name.to_owned());
        self.looked.scanned.gaps.push(Gap { at, name, reason, hides_findings: false });
    }

    /// Gaps that could hide a finding, so far.
    pub(super) fn hiding(&self) -> usize {
        self.looked.scanned.gaps.iter().filter(|gap| gap.hides_findings).count()
    }

    /// Something that was not looked at.
    pub(super) fn gap(&mut self, name: &str, reason: String) {
        let (at, name) = (Span::start_of(SourceId(u32::MAX)), name.to_owned());
        self.looked.scanned.gaps.push(Gap { at, name, reason, hides_findings: true });
    }
}
