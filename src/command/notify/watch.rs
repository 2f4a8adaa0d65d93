//! What goes on around a command that keeps a history: after it, whoever waits for news is told.

use std::path::PathBuf;
use std::time::Instant;

use jiff::Timestamp;

use super::noted::addressed;
use super::{figures, ping, send};
use crate::cli::Cli;
use crate::command::job::{day, job, moment, report_arguments, settings};
use crate::day::Day;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::finding::Severity;
use crate::history::{Entry, History, Status};
use crate::notify::{Change, LastRun, Notify, Standing};
use crate::secret::redact::Redactor;
use crate::settings::Settings;

/// Around one command. Nothing is told where no history is kept: who looks at a tree by hand tells nobody.
pub(in crate::command) struct Watch {
    notify: Notify,
    history: PathBuf,
    job: String,
    day: Option<Day>,
    moment: Option<Timestamp>,
    /// The run's number, for who watches whether it runs.
    number: String,
    started: Instant,
}

impl Watch {
    /// Begins, where the settings name somebody and a history is kept.
    pub(in crate::command) fn begin(cli: &Cli) -> Option<Self> {
        let arguments = report_arguments(cli)?;
        let Settings { notify, audit, .. } = settings(cli)?;
        if notify.is_empty() {
            return None;
        }
        let Some(history) = arguments.history.clone() else {
            tracing::info!("[notify] sends nothing for this run: changes are only known with --history");
            return None;
        };
        let job = job(cli, &audit);
        let number = ping::number(&job);
        ping::begun(&notify, &number);
        Some(Self {
            notify,
            history,
            job,
            day: day(cli),
            moment: moment(cli),
            number,
            started: Instant::now(),
        })
    }

    /// After the command: puts down that nothing was audited, and tells all that waits.
    pub(in crate::command) fn end(self, result: &Result<ExitCode, Error>) {
        let mut scope = self.job.clone();
        let outcome = History::open(&self.history).and_then(|history| {
            if let Some(known) = history.scope_of(&self.job)? {
                scope = known;
            }
            if let Err(error) = result
                && error.exit_code() == ExitCode::NotAudited
            {
                self.not_audited(&history, &scope, error)?;
            }
            send::all(&history, &self.job, &self.notify)
        });
        if let Err(error) = outcome {
            tracing::warn!("no notification was sent: {error}");
        }
        let code = result.as_ref().map_or_else(Error::exit_code, |code| *code);
        let is_under_way = result.as_ref().is_err_and(|error| error.kind == ErrorKind::UnderWay);
        if let (Some(file), ExitCode::NotAudited, false) = (&self.notify.prometheus, code, is_under_way) {
            let (at, seconds) = (self.at(), self.started.elapsed().as_secs_f64());
            let scope = Redactor::default().text(&scope).into_owned();
            figures::write_not_audited(file, &scope, LastRun { at, seconds, exit_code: code as u8 });
        }
        ping::ended(&self.notify, &self.number, code);
    }

    fn at(&self) -> Timestamp {
        self.moment.unwrap_or_else(Timestamp::now)
    }

    fn not_audited(&self, history: &History, scope: &str, error: &Error) -> Result<(), Error> {
        // The other run tells how it went.
        if error.kind == ErrorKind::UnderWay {
            return Ok(());
        }
        let at = self.at();
        let redactor = Redactor::default();
        // Nobody looked: what stood open at the run before stands as it did.
        let entries = history.entries()?;
        let is_open = |entry: &&Entry| {
            entry.scope == scope && entry.status(self.day.unwrap_or_else(Day::today)) == Status::Open
        };
        let count = |severity: Severity| {
            entries.iter().filter(is_open).filter(|entry| entry.severity == severity.word()).count()
        };
        let open: Vec<(Severity, usize)> =
            Severity::ALL.iter().rev().map(|severity| (*severity, count(*severity))).collect();
        history.not_audited(&self.job, at, Standing::NOT_AUDITED.word(), |run, before| {
            let change = Change {
                run,
                scope: redactor.text(scope).into_owned(),
                at,
                verdict: format!("Nothing was audited: {}", redactor.text(&error.to_string())),
                before: before.and_then(Standing::from_word),
                now: Standing::NOT_AUDITED,
                new: Vec::new(),
                reopened: Vec::new(),
                fixed: Vec::new(),
                left_out: 0,
                open: open.clone(),
                gaps: 0,
                gap_reasons: Vec::new(),
                report_url: self.notify.report_url.clone(),
                is_test: false,
            };
            change.worth_telling(&self.notify).map(|change| addressed(&change, &self.notify))
        })
    }
}
