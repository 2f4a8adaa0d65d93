//! What can silence findings, as the user gave it: settings, baseline, the day.

use std::path::Path;

use super::scan::{Looked, Setup, here};
use crate::day::Day;
use crate::error::{Error, ErrorKind};
use crate::secret::redact::Redactor;
use crate::settle::settle;
use crate::silence::baseline::Baseline;
use crate::silence::{Heard, Means, silence};
use crate::source::open::{normalise, read_text};

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

    /// What is heard of all that was found. Takes the findings out of `looked`.
    pub(super) fn hear(
        &self,
        setup: &Setup,
        looked: &mut Looked,
        redactor: &Redactor,
    ) -> Result<Heard, Error> {
        let sources = &looked.sources;
        let settings = match &setup.settings.file {
            Some(file) if !setup.settings.ignores.is_empty() => {
                let path = normalise(&here()?.join(file));
                let source = sources.add_file(sources.reported_name(&path), &path);
                sources.document(source).set_text(setup.settings.text.as_str().into());
                Some(source)
            }
            _ => None,
        };
        let (entries, baseline) = (&setup.settings.ignores, self.baseline.as_ref());
        let allowed = std::mem::take(&mut looked.scanned.allowed);
        let means = Means {
            entries,
            settings,
            allowed: &allowed,
            baseline,
            today: self.today.unwrap_or_else(Day::today),
        };
        let findings = settle(std::mem::take(&mut looked.scanned.findings), sources, redactor);
        Ok(silence(findings, sources, redactor, &setup.rules, &means))
    }
}

fn read(path: &Path) -> Result<Baseline, Error> {
    let (text, _) = read_text(path).map_err(|refusal| {
        let reason = refusal.reason();
        Error::new(ErrorKind::Settings, format!("the baseline {} is not used: {reason}", path.display()))
            .hint("`secretrail baseline -o FILE` writes one")
    })?;
    Baseline::parse(&text, &path.display().to_string())
}
