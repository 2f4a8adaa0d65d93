//! What can silence findings, as the user gave it: settings, baseline, the day.

use std::path::Path;

use super::scan::{Looked, Setup, here};
use crate::day::Day;
use crate::error::{Error, ErrorKind};
use crate::secret::redact::Redactor;
use crate::settle::{settle, settle_gaps};
use crate::silence::baseline::Baseline;
use crate::silence::{AskedGaps, Heard, Means, accept_gaps, silence};
use crate::source::open::{normalise, read_text};
use crate::source::{SourceId, Sources};

/// The baseline and the day; the rest is in the settings.
pub(super) struct Silencing {
    baseline: Option<Baseline>,
    /// A server lives longer than a day: then it is asked each time.
    today: Option<Day>,
}

impl Silencing {
    /// Reads the baseline that the user or the settings name.
    pub(super) fn load(setup: &Setup, baseline: Option<&Path>, today: Option<Day>) -> Result<Self, Error> {
        let file = baseline.or(setup.settings.baseline.as_deref());
        Ok(Self { baseline: file.map(read).transpose()?, ..Self::without_baseline(today) })
    }

    /// Without any baseline: for writing one.
    pub(super) fn without_baseline(today: Option<Day>) -> Self {
        Self { baseline: None, today }
    }

    /// A clock that is set sets the day, where none is named.
    pub(super) fn be_on(&mut self, day: Option<Day>) {
        self.today = self.today.or(day);
    }

    /// The day that decides until when an ignore holds.
    pub(super) fn day(&self) -> Day {
        self.today.unwrap_or_else(Day::today)
    }

    /// The gaps that count and those that the settings accept. What is wrong with an entry is a finding more.
    pub(super) fn accept(
        &self,
        setup: &Setup,
        looked: &mut Looked,
        redactor: &Redactor,
    ) -> Result<AskedGaps, Error> {
        let gaps = settle_gaps(std::mem::take(&mut looked.scanned.gaps), &looked.sources);
        let sources = &looked.sources;
        let prefix = prefix(setup);
        let means = Means {
            entries: &[],
            settings: settings_in(setup, sources)?,
            prefix: &prefix,
            allowed: &[],
            baseline: None,
            today: self.day(),
        };
        let tools = (redactor, &setup.rules);
        Ok(accept_gaps(gaps, &setup.settings.accepted_gaps, sources, tools, &means))
    }

    /// What is heard of all that was found. Takes the findings out of `looked`.
    pub(super) fn hear(
        &self,
        setup: &Setup,
        looked: &mut Looked,
        redactor: &Redactor,
    ) -> Result<Heard, Error> {
        let sources = &looked.sources;
        let (settings, prefix) = (settings_in(setup, sources)?, prefix(setup));
        let (entries, baseline) = (&setup.settings.ignores, self.baseline.as_ref());
        let allowed = std::mem::take(&mut looked.scanned.allowed);
        let means =
            Means { entries, settings, prefix: &prefix, allowed: &allowed, baseline, today: self.day() };
        let findings = settle(std::mem::take(&mut looked.scanned.findings), sources, redactor);
        Ok(silence(findings, sources, redactor, &setup.rules, &means))
    }
}

/// The settings as a document that findings can point into.
fn settings_in(setup: &Setup, sources: &Sources) -> Result<Option<SourceId>, Error> {
    let settings = &setup.settings;
    let speaks = !settings.ignores.is_empty() || !settings.accepted_gaps.is_empty();
    let Some(file) = settings.file.as_ref().filter(|_| speaks) else { return Ok(None) };
    let path = normalise(&here()?.join(file));
    let source = sources.add_file(sources.reported_name(&path), &path);
    sources.document(source).set_text(settings.text.as_str().into());
    Ok(Some(source))
}

/// The way from the folder of the settings down to the scanned one.
fn prefix(setup: &Setup) -> String {
    let home = setup.settings.home.as_ref();
    let below = home.and_then(|home| setup.base.strip_prefix(home).ok());
    let below = below.filter(|below| !below.as_os_str().is_empty());
    below.map(|below| below.to_string_lossy().replace('\\', "/") + "/").unwrap_or_default()
}

fn read(path: &Path) -> Result<Baseline, Error> {
    let (text, _) = read_text(path).map_err(|refusal| {
        let reason = refusal.reason();
        Error::new(ErrorKind::Settings, format!("the baseline {} is not used: {reason}", path.display()))
            .hint("`secretrail baseline -o FILE` writes one")
    })?;
    Baseline::parse(&text, &path.display().to_string())
}
