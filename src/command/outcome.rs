//! From what was found to the report and the exit code.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use rayon::prelude::*;

use super::hiding::Hiding;
use super::history::Keeper;
use super::job::{day, moment};
use super::output::{check_places, style, write};
use super::scan::{Looked, Setup, judges};
use super::silencing::Silencing;
use crate::cli::{Cli, ReportArguments};
use crate::day::Day;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::finding::{Confidence, Finding, Severity, Surface};
use crate::history::Pending;
use crate::reading::Gap;
use crate::report::{
    self, AccountSection, Format, Gate, InventorySection, Report, RuleHelp, TableStyle, TrailSection,
};
use crate::rule::{Rule, describe};
use crate::secret::redact::{KeyIds, Redactor};
use crate::settle::{Filters, added, exit_code as code_of};
use crate::silence::{AcceptedGap, AskedGaps, By, Heard, Silenced};
use crate::source::Sources;

/// All that a report is made of.
pub(super) struct Outcome<'o> {
    pub setup: &'o Setup,
    pub looked: Looked,
    pub silencing: Silencing,
    pub asked: Asked,
}

/// What one command asks and others do not.
pub(super) struct Asked {
    /// Only what was added since is told.
    pub since: Option<String>,
    /// What is told beside findings.
    pub sections: Sections,
    /// What an audit of several surfaces looked at; else empty.
    pub surfaces: Vec<Surface>,
    /// Which surface had a gap, where there are several.
    pub readers: Vec<(Gap, Surface)>,
    /// What was audited, as a history tells jobs apart: `terraform infra/`.
    pub scope: String,
    /// Of which surface a stretch of time was read only.
    pub window: Option<Window>,
    /// What is said where there was nothing to audit.
    pub nothing: fn() -> Error,
}

/// A stretch of time that a job reads of a surface.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub surface: Surface,
    /// From when on it was read.
    pub since: Timestamp,
    /// Where the next run begins; none where something could not be read.
    pub read_to: Option<Timestamp>,
}

/// What is told beside findings, of each surface that was looked at.
#[derive(Default)]
pub(super) struct Sections {
    /// Of an account.
    pub account: Option<AccountSection>,
    /// Of CloudTrail.
    pub trail: Option<TrailSection>,
    /// Of a list of keys.
    pub inventory: Option<InventorySection>,
}

impl Outcome<'_> {
    /// Decides, records in the history, and writes all reports that were asked for.
    pub(super) fn report(
        mut self,
        cli: &Cli,
        arguments: &ReportArguments,
        started: Instant,
    ) -> Result<ExitCode, Error> {
        let focused = self.asked.sections.trail.as_ref().is_some_and(|trail| trail.focus.is_some());
        let (setup, is_part) = (self.setup, self.asked.since.is_some() || focused);
        self.silencing.be_on(day(cli));
        let mut keeper = Keeper::open((cli, setup), arguments, &self.asked.scope, is_part)?;
        check_places(arguments, &self.looked.sources)?;
        let bar = Bar::of(setup, arguments)?;
        let ids = key_ids(self.asked.sections.trail.as_ref());
        let redactor = redactor(setup, &mut self.looked).with_key_ids(ids);
        let open = self.open(&redactor, keeper.as_ref())?;
        let (window, nothing) = (self.asked.window, self.asked.nothing);
        let readers = std::mem::take(&mut self.asked.readers);
        let parts = std::mem::take(&mut self.looked.scanned.parts);
        let mut report = Report {
            elapsed: Some(started.elapsed()),
            style: style(cli, arguments),
            ..self.draft(open, &bar, &redactor)
        };
        report.gate.at =
            Some(moment(cli).or_else(|| day(cli).map(Day::begins)).unwrap_or_else(Timestamp::now));
        if report.exit_code == ExitCode::NotAudited {
            write_all(&mut report, setup, arguments)?;
            return Err(nothing());
        }
        let hiding = Hiding::of(&report, &parts, &readers, setup);
        let pending =
            keeper.as_mut().map(|keeper| keeper.record(&mut report, &hiding, window)).transpose()?;
        // Those that are new may be fewer.
        report.exit_code = bar.code(&report.findings, &report.gaps);
        write_all(&mut report, setup, arguments)?;
        pending.map(Pending::commit).transpose()?;
        #[cfg(feature = "notify")]
        if let Some(keeper) = &keeper {
            keeper.write_figures(report.exit_code, report.elapsed);
        }
        Ok(report.exit_code)
    }

    /// What nobody silenced or accepted.
    fn open(&mut self, redactor: &Redactor, keeper: Option<&Keeper>) -> Result<Open, Error> {
        let setup = self.setup;
        let mut heard = self.silencing.hear(setup, &mut self.looked, redactor)?;
        if let Some(mut past) = self.looked.past.take() {
            let before = self.silencing.hear(setup, &mut past, redactor)?;
            only_new(&mut heard, &self.looked.sources, &before, &past.sources);
        }
        if let Some(keeper) = keeper {
            heard.silenced.append(&mut keeper.accept(&mut heard.findings)?);
        }
        let mut gaps = self.silencing.accept(setup, &mut self.looked, redactor)?;
        heard.findings.append(&mut gaps.notices);
        Ok(Open { heard, gaps })
    }

    /// The report as it is before a history has its say.
    fn draft<'r>(&'r mut self, open: Open, bar: &Bar, redactor: &'r Redactor) -> Report<'r> {
        let (setup, looked, asked) = (self.setup, &self.looked, &mut self.asked);
        let Open { heard, gaps } = open;
        let counts = |rules: &[String]| {
            let is_one = |finding: &&Finding| rules.iter().any(|rule| **rule == *finding.rule);
            heard.findings.iter().filter(is_one).count()
        };
        let (off_findings, not_asked) = (counts(&setup.settings.off), counts(&bar.off));
        let filters = bar.filters();
        let (findings, left_out) = filters.keep(heard.findings);
        let silenced = heard.silenced.into_iter().filter(|one| filters.keeps(&one.finding));
        let has_nothing = looked.files == 0 && !bar.exit_zero;
        Report {
            sources: &looked.sources,
            path_prefix: String::new(),
            redactor,
            rules: rule_helps(setup),
            exit_code: if has_nothing { ExitCode::NotAudited } else { bar.code(&findings, &gaps.open) },
            findings,
            silenced: silenced.map(told).collect(),
            gate: Gate {
                at: None,
                day: Some(self.silencing.day().to_string()),
                fail_on: Some(bar.fail_on),
                left_out,
                gone: heard.gone,
                since: asked.since.take(),
                surfaces: std::mem::take(&mut asked.surfaces),
                off: setup.settings.off.clone(),
                off_findings,
                only: bar.only.clone(),
                not_asked: not_asked - off_findings,
                tokens_off: setup.tokens.is_without_ours(),
                excluded: looked.excluded,
                respects_gitignore: setup.respect_gitignore,
                accepted_gaps: gaps.accepted.into_iter().map(told_gap).collect(),
                history: None,
            },
            gaps: gaps.open,
            files: looked.files,
            tool_version: env!("CARGO_PKG_VERSION").into(),
            account: asked.sections.account.take(),
            trail: asked.sections.trail.take(),
            inventory: asked.sections.inventory.take(),
            elapsed: None,
            style: TableStyle::default(),
        }
    }
}

/// What is left to decide on.
struct Open {
    heard: Heard,
    gaps: AskedGaps,
}

/// What the user wants to be told, and what fails the gate.
struct Bar {
    min_confidence: Confidence,
    fail_on: Severity,
    /// Rules whose findings are not told.
    off: Vec<String>,
    /// The only rules that were asked, where the user named some.
    only: Vec<String>,
    exit_zero: bool,
}

impl Bar {
    fn of(setup: &Setup, arguments: &ReportArguments) -> Result<Self, Error> {
        let settings = &setup.settings;
        Ok(Self {
            min_confidence: arguments.min_confidence.or(settings.min_confidence).unwrap_or(Confidence::Low),
            fail_on: arguments.fail_on.or(settings.fail_on).unwrap_or(Severity::High),
            off: not_asked(setup, &arguments.only)?,
            only: arguments.only.clone(),
            exit_zero: arguments.exit_zero,
        })
    }

    fn filters(&self) -> Filters<'_> {
        Filters { min_confidence: self.min_confidence, off: &self.off }
    }

    fn code(&self, findings: &[Finding], gaps: &[Gap]) -> ExitCode {
        code_of(findings, gaps, Some(self.fail_on), self.exit_zero)
    }
}

/// Writes the report and each `--also`. For programs paths are as in the scanned folder, for people as from here.
fn write_all(report: &mut Report<'_>, setup: &Setup, arguments: &ReportArguments) -> Result<(), Error> {
    let prefix = |format| if format == Format::Json { String::new() } else { prefix(&setup.base) };
    report.path_prefix = prefix(arguments.format);
    write(arguments.output.as_deref(), &|out| report::write(arguments.format, report, out))?;
    for also in &arguments.also {
        report.path_prefix = prefix(also.format);
        report.style = TableStyle::default();
        write(Some(&also.file), &|out| report::write(also.format, report, out))?;
    }
    Ok(())
}

/// Rules whose findings are not told: those that are switched off, and where some are asked for by name, all others.
fn not_asked(setup: &Setup, only: &[String]) -> Result<Vec<String>, Error> {
    if let Some(name) = only.iter().find(|name| setup.rules.get(name).is_none()) {
        let message = format!("there is no rule named {name}{}", super::rules::meant(&setup.rules, name));
        return Err(Error::new(ErrorKind::Usage, message).hint("`secretrail rules list` names all rules"));
    }
    let mut off = setup.settings.off.clone();
    let others = setup.rules.iter().map(|rule| rule.name().to_owned()).filter(|name| !only.contains(name));
    off.extend(others.filter(|_| !only.is_empty()));
    Ok(off)
}

pub(super) fn nothing_to_audit() -> Error {
    Error::new(ErrorKind::Input, "no Terraform file was found")
        .hint("name the folder that holds your .tf files; --exit-zero accepts an empty one")
}

/// Takes out what the earlier tree had. What a comment silenced there is not known: who takes the comment out
/// makes the finding anew.
fn only_new(heard: &mut Heard, sources: &Sources, past: &Heard, earlier: &Sources) {
    let agreed = past.silenced.iter().filter(|one| one.by != By::Inline).map(|one| &one.finding);
    let known: Vec<&Finding> = past.findings.iter().chain(agreed).collect();
    heard.findings = added(std::mem::take(&mut heard.findings), sources, &known, earlier);
    let silenced: BTreeSet<&str> = past.silenced.iter().map(|one| one.finding.fingerprint.as_str()).collect();
    heard.silenced.retain(|one| !silenced.contains(one.finding.fingerprint.as_str()));
}

/// How the ids of access keys are told: who follows a session needs them, in all else they are hidden.
fn key_ids(trail: Option<&TrailSection>) -> KeyIds {
    match trail {
        Some(trail) if trail.show_key_ids => KeyIds::Whole,
        Some(_) => KeyIds::End,
        None => KeyIds::Hidden,
    }
}

/// Knows all that must not be shown, of both trees: a name is then told, and hashed, in the same way in both.
pub(super) fn redactor(setup: &Setup, looked: &mut Looked) -> Redactor {
    let mut secrets = std::mem::take(&mut looked.scanned.secrets);
    if let Some(past) = &mut looked.past {
        secrets.append(&mut past.scanned.secrets);
    }
    let places = std::mem::take(&mut looked.scanned.places);
    Redactor::new(secrets, places).with_tokens(Arc::clone(&setup.tokens))
}

pub(super) fn told(silenced: Silenced) -> report::Silenced {
    report::Silenced {
        rule: silenced.finding.rule.to_string(),
        fingerprint: silenced.finding.fingerprint,
        at: silenced.finding.at,
        by: silenced.by.word().to_owned(),
        reason: silenced.reason,
        until: silenced.until.map(|day| day.to_string()),
    }
}

pub(super) fn told_gap(accepted: AcceptedGap) -> report::AcceptedGap {
    let AcceptedGap { gap, reason, until } = accepted;
    report::AcceptedGap { gap, reason, until: until.map(|day| day.to_string()) }
}

/// The way from here to the scanned folder, where it is below; else nothing.
fn prefix(base: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    match base.strip_prefix(&here) {
        Ok(rest) if !rest.as_os_str().is_empty() => rest.to_string_lossy().replace('\\', "/") + "/",
        _ => String::new(),
    }
}

/// The rules that were asked.
pub(super) fn rule_helps(setup: &Setup) -> Vec<RuleHelp> {
    let is_asked = |rule: &&Rule| judges(rule, setup.surfaces) && !rule.is_quiet();
    let asked: Vec<&Rule> = setup.rules.iter().filter(is_asked).collect();
    asked.into_par_iter().map(rule_help).collect()
}

fn rule_help(rule: &Rule) -> RuleHelp {
    let file = rule.file();
    RuleHelp {
        name: file.name.clone(),
        title: file.title.clone(),
        severity: rule.severity(),
        description: file.description.clone().unwrap_or_default(),
        remediation: file.remediation.clone().unwrap_or_default(),
        tags: file.tags.clone(),
        references: file.references.clone(),
        help_markdown: describe::explain(rule),
    }
}
