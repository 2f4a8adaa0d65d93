//! From what was found to the report and the exit code.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use super::history::Keeper;
use super::output::{check_places, style, write};
use super::scan::{Looked, Setup, judges};
use super::silencing::Silencing;
use crate::cli::{Cli, ReportArguments};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::finding::{Confidence, Finding, Severity, Surface};
use crate::history::Pending;
use crate::report::{
    self, AccountSection, Format, Gate, InventorySection, Report, RuleHelp, TableStyle, TrailSection,
};
use crate::rule::describe;
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
    pub(super) fn report(
        mut self,
        cli: &Cli,
        arguments: &ReportArguments,
        started: Instant,
    ) -> Result<ExitCode, Error> {
        let setup = self.setup;
        let mut keeper = Keeper::open(
            (cli, setup),
            arguments,
            &self.asked.scope,
            self.silencing.named_day(),
            self.asked.since.is_some(),
        )?;
        check_places(arguments, &self.looked.sources)?;
        let redactor =
            redactor(setup, &mut self.looked).with_key_ids(key_ids(self.asked.sections.trail.as_ref()));
        let mut heard = self.silencing.hear(setup, &mut self.looked, &redactor)?;
        if let Some(mut past) = self.looked.past.take() {
            let before = self.silencing.hear(setup, &mut past, &redactor)?;
            only_new(&mut heard, &self.looked.sources, &before, &past.sources);
        }
        let Heard { mut findings, mut silenced, gone } = heard;
        if let Some(keeper) = &keeper {
            silenced.append(&mut keeper.accept(&mut findings)?);
        }
        let AskedGaps { open: gaps, accepted, notices } =
            self.silencing.accept(setup, &mut self.looked, &redactor)?;
        findings.extend(notices);
        let min_confidence =
            arguments.min_confidence.or(setup.settings.min_confidence).unwrap_or(Confidence::Low);
        let fail_on = arguments.fail_on.or(setup.settings.fail_on).unwrap_or(Severity::High);
        let off = not_asked(setup, &arguments.only)?;
        let filters = Filters { min_confidence, off: &off };
        let is_off = |finding: &&Finding| setup.settings.off.iter().any(|off| **off == *finding.rule);
        let off_findings = findings.iter().filter(is_off).count();
        let not_asked =
            findings.iter().filter(|finding| off.iter().any(|off| **off == *finding.rule)).count();
        let (findings, left_out) = filters.keep(findings);
        let exit_code = if self.looked.files == 0 && !arguments.exit_zero {
            ExitCode::NotAudited
        } else {
            code_of(&findings, &gaps, Some(fail_on), arguments.exit_zero)
        };
        let prefix = |format| if format == Format::Json { String::new() } else { prefix(&setup.base) };
        let window = self.asked.window;
        let mut report = Report {
            sources: &self.looked.sources,
            path_prefix: prefix(arguments.format),
            redactor: &redactor,
            rules: rule_helps(setup),
            findings,
            silenced: silenced.into_iter().filter(|one| filters.keeps(&one.finding)).map(told).collect(),
            gate: Gate {
                day: Some(self.silencing.day().to_string()),
                fail_on: Some(fail_on),
                left_out,
                gone,
                since: self.asked.since,
                surfaces: self.asked.surfaces,
                off: setup.settings.off.clone(),
                off_findings,
                only: arguments.only.clone(),
                not_asked: not_asked - off_findings,
                tokens_off: setup.tokens.is_without_ours(),
                excluded: self.looked.excluded,
                respects_gitignore: setup.respect_gitignore,
                accepted_gaps: accepted.into_iter().map(told_gap).collect(),
                history: None,
            },
            gaps,
            files: self.looked.files,
            tool_version: env!("CARGO_PKG_VERSION").into(),
            exit_code,
            account: self.asked.sections.account,
            trail: self.asked.sections.trail,
            inventory: self.asked.sections.inventory,
            elapsed: Some(started.elapsed()),
            style: style(cli, arguments),
        };
        let pending = keeper
            .as_mut()
            .filter(|_| report.exit_code != ExitCode::NotAudited)
            .map(|keeper| keeper.record(&mut report, window))
            .transpose()?;
        if report.exit_code != ExitCode::NotAudited {
            // Those that are new may be fewer.
            report.exit_code = code_of(&report.findings, &report.gaps, Some(fail_on), arguments.exit_zero);
        }
        let exit_code = report.exit_code;
        write(arguments.output.as_deref(), &|out| report::write(arguments.format, &report, out))?;
        for also in &arguments.also {
            report.path_prefix = prefix(also.format);
            report.style = TableStyle::default();
            write(Some(&also.file), &|out| report::write(also.format, &report, out))?;
        }
        pending.map(Pending::commit).transpose()?;
        #[cfg(feature = "notify")]
        if let Some(keeper) = &keeper {
            keeper.write_figures(exit_code, report.elapsed);
        }
        if exit_code == ExitCode::NotAudited {
            return Err((self.asked.nothing)());
        }
        Ok(exit_code)
    }
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
    setup
        .rules
        .iter()
        .filter(|rule| judges(rule, setup.surfaces) && !rule.is_quiet())
        .map(rule_help)
        .collect()
}

fn rule_help(rule: &crate::rule::Rule) -> RuleHelp {
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
