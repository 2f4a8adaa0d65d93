//! `secretrail history`, and `--history` of what reports.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use super::hiding::Hiding;
use super::job::{day, job, moment};
use super::notify::note;
#[cfg(feature = "notify")]
use super::notify::{gathered, write as write_figures};
use super::output::{plain_style, write};
use super::scan::Setup;
use crate::cli::{Cli, HistoryArguments, HistoryCommand, ReportArguments};
use crate::day::Day;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::finding::{Finding, Severity};
use crate::history::{Entry, History, Pending, Run, Seen, Status, Window};
use crate::notify::Notify;
#[cfg(feature = "notify")]
use crate::notify::{Figures, LastRun};
use crate::report::{self, Changes, HistoryRow, Report};
use crate::secret::redact::Redactor;
use crate::silence::{By, Silenced};

pub(super) fn run(cli: &Cli, arguments: &HistoryArguments) -> Result<ExitCode, Error> {
    match &arguments.command {
        HistoryCommand::List { file, all, json } => list(cli, file, *all, *json),
        HistoryCommand::Show { file, fingerprint } => {
            let entry = row(History::open_existing(file)?.find(fingerprint)?, Day::today());
            write(None, &|out| report::write_history_row(&entry, out))?;
            Ok(ExitCode::Clean)
        }
        HistoryCommand::Accept { file, fingerprint, until, reason } => {
            if reason.trim().is_empty() {
                return Err(Error::new(ErrorKind::Usage, "an acceptance needs a reason"));
            }
            if *until < Day::today() {
                return Err(Error::new(ErrorKind::Usage, format!("--until {until} is already past"))
                    .hint("name the last day on which it is accepted: today or later"));
            }
            let history = History::open_existing(file)?;
            // Whoever accepts a secret may tell it.
            let reason = Redactor::default().words(reason);
            let whole = history.accept(fingerprint, *until, &reason, Timestamp::now())?;
            write(None, &|out| writeln!(out, "{whole} is accepted until {until}"))?;
            Ok(ExitCode::Clean)
        }
        HistoryCommand::Prune { file, fixed_before } => {
            let gone = History::open_existing(file)?.prune(fixed_before.begins())?;
            write(None, &|out| writeln!(out, "{gone} forgotten"))?;
            Ok(ExitCode::Clean)
        }
    }
}

fn list(cli: &Cli, file: &Path, all: bool, json: bool) -> Result<ExitCode, Error> {
    let today = Day::today();
    let rows = History::open_existing(file)?.entries()?.into_iter().map(|entry| row(entry, today));
    let mut rows: Vec<HistoryRow> = rows.collect();
    let over =
        |row: &HistoryRow| [Status::Fixed, Status::Past].iter().any(|status| status.word() == row.status);
    // What is open, then the worst, then what was seen last. Equals stay as the history has them.
    rows.sort_by(|a, b| {
        (over(a), rank(&b.severity), &b.last_seen).cmp(&(over(b), rank(&a.severity), &a.last_seen))
    });
    let (over, open): (Vec<_>, Vec<_>) = rows.iter().partition(|row| !all && over(row));
    let style = plain_style(cli);
    write(None, &|out| match json {
        true => report::write_history_json(&open, out),
        false => report::write_history(&open, &over, style, out),
    })?;
    Ok(ExitCode::Clean)
}

fn rank(severity: &str) -> Option<Severity> {
    Severity::ALL.iter().copied().find(|one| one.word() == severity)
}

/// An entry as it may be told. Its strings passed a redactor before; a reason of an older version did not, and the
/// file may have been made by anybody.
fn row(entry: Entry, today: Day) -> HistoryRow {
    let redactor = Redactor::default();
    let text = |text: &str| redactor.text(text).into_owned();
    let acceptance = entry.acceptance.as_ref();
    HistoryRow {
        status: entry.status(today).word(),
        accepted_until: acceptance.map(|acceptance| acceptance.until.to_string()),
        reason: acceptance.map(|acceptance| redactor.words(&acceptance.reason)),
        severity: text(&entry.severity),
        rule: text(&entry.rule),
        surface: text(&entry.surface),
        place: text(&entry.place),
        message: text(&entry.message),
        first_seen: entry.first_seen.to_string(),
        last_seen: entry.last_seen.to_string(),
        fixed_at: entry.fixed_at.map(|at| at.to_string()),
        past_at: entry.past_at.map(|at| at.to_string()),
        scope: text(&entry.scope),
        fingerprint: entry.fingerprint,
    }
}

/// The history that a report is put down in.
pub(super) struct Keeper {
    history: History,
    scope: String,
    job: String,
    notify: Notify,
    day: Option<Day>,
    /// When it is, where a test says so.
    at: Option<Timestamp>,
    only_new: bool,
    /// For Prometheus, where it is asked for.
    #[cfg(feature = "notify")]
    figures: Option<Figures>,
}

impl Keeper {
    /// The history that the user names; none where none is named.
    pub(super) fn open(
        (cli, setup): (&Cli, &Setup),
        arguments: &ReportArguments,
        scope: &str,
        since: bool,
    ) -> Result<Option<Self>, Error> {
        let Some(file) = &arguments.history else { return Ok(None) };
        if since || !arguments.only.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "a history can only record complete audits")
                .hint("drop --since, --rule, --session and --event, or --history"));
        }
        let history = History::open(file)?;
        let (job, notify) = (job(cli, &setup.settings.audit), setup.settings.notify.clone());
        if setup.settings.leaves_notify {
            let file =
                setup.settings.file.as_deref().unwrap_or(Path::new(crate::settings::FILE_NAME)).display();
            tracing::warn!(
                "[notify] in {file} is ignored and no one is notified: --settings {file} trusts it"
            );
        }
        Ok(Some(Self {
            history,
            scope: scope.to_owned(),
            job,
            notify,
            day: day(cli),
            at: moment(cli),
            only_new: arguments.only_new,
            #[cfg(feature = "notify")]
            figures: None,
        }))
    }

    /// Takes out what somebody accepted.
    pub(super) fn accept(&self, findings: &mut Vec<Finding>) -> Result<Vec<Silenced>, Error> {
        let accepted = self.history.accepted_on(self.day.unwrap_or_else(Day::today))?;
        let of = |finding: &Finding| accepted.iter().find(|(print, _)| *print == finding.fingerprint);
        let (silenced, kept): (Vec<Finding>, Vec<Finding>) =
            std::mem::take(findings).into_iter().partition(|finding| of(finding).is_some());
        *findings = kept;
        let silenced = silenced.into_iter().filter_map(|finding| {
            let (_, acceptance) = of(&finding)?;
            let (reason, until) = (acceptance.reason.clone(), Some(acceptance.until));
            Some(Silenced { finding, by: By::History, reason, until })
        });
        Ok(silenced.collect())
    }

    /// Puts the report down, and tells it what changed. Kept only once the report is written: see [`Pending`].
    pub(super) fn record(
        &mut self,
        report: &mut Report<'_>,
        hiding: &Hiding,
        window: Option<super::outcome::Window>,
    ) -> Result<Pending<'_>, Error> {
        let gate = &report.gate;
        // What is left out may be there all the same.
        let told = gate.left_out == 0 && gate.off_findings == 0 && gate.excluded == 0;
        let known_folders = self.history.folders(&self.scope)?;
        let could_hide = |entry: &Entry| !told || hiding.could_hide(entry, &known_folders);
        let whole = told && hiding.is_whole();
        let day = self.day.unwrap_or_else(Day::today);
        let at = self.at.unwrap_or_else(Timestamp::now);
        let window =
            window.map(|one| Window { surface: one.surface.word(), since: one.since, read_to: one.read_to });
        let reaches: BTreeMap<&str, Vec<String>> = report
            .findings
            .iter()
            .map(|finding| (finding.fingerprint.as_str(), hiding.reach(finding, report)))
            .collect();
        let reach = |print: &str| reaches.get(print).cloned().unwrap_or_default();
        let seen: Vec<Seen> = report::briefs(report)
            .into_iter()
            .map(|brief| Seen { reach: reach(&brief.fingerprint), ..seen(brief) })
            .collect();
        let silenced: Vec<&str> = report.silenced.iter().map(|one| one.fingerprint.as_str()).collect();
        let pending = self.history.record(
            Run { scope: &self.scope, job: &self.job, at, whole, could_hide: &could_hide, window },
            &seen,
            &silenced,
        )?;
        pending.keep_folders(&self.scope, at, (hiding.folders(), &known_folders))?;
        note(&pending, report, &seen, (&self.scope, at, &self.notify))?;
        #[cfg(feature = "notify")]
        if self.notify.prometheus.is_some() {
            self.figures = Some(gathered(&pending, report, &seen, (&self.scope, at, day))?);
        }
        let known = seen.len() - seen.iter().filter(|one| pending.new.contains(&one.fingerprint)).count();
        let open = |entry: &&Entry| entry.status(day) == Status::Open;
        let unseen = pending.unseen.iter().filter(open).count();
        let mut left_out = Vec::new();
        if self.only_new {
            let is_new = |finding: &Finding| pending.new.contains(&finding.fingerprint);
            left_out = report.findings.iter().filter(|one| !is_new(one)).map(|one| one.severity).collect();
            report.findings.retain(is_new);
        }
        report.gate.history = Some(Changes {
            first: pending.first,
            new: pending.new.iter().cloned().collect(),
            returned: pending.returned.len(),
            known,
            known_left_out: self.only_new,
            left_out,
            fixed: pending.fixed.iter().map(|entry| (entry.rule.clone(), entry.place.clone())).collect(),
            unseen,
            whole,
        });
        Ok(pending)
    }
}

#[cfg(feature = "notify")]
impl Keeper {
    /// After the run is kept: writes its figures, where somebody asks for them.
    pub(super) fn write_figures(&self, code: ExitCode, took: Option<std::time::Duration>) {
        let (Some(file), Some(figures)) = (&self.notify.prometheus, &self.figures) else { return };
        let seconds = took.unwrap_or_default().as_secs_f64();
        write_figures(file, figures, LastRun { at: figures.at, seconds, exit_code: code as u8 });
    }
}

fn seen(brief: report::Brief) -> Seen {
    Seen {
        fingerprint: brief.fingerprint,
        rule: brief.rule,
        surface: brief.surface.to_owned(),
        severity: brief.severity.to_owned(),
        place: brief.place,
        message: brief.message,
        last_event: brief.last_event,
        hours: brief.hours,
        reach: Vec::new(),
    }
}
