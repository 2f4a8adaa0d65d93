//! `secretrail scan`.

mod documents;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use ignore::overrides::{Override, OverrideBuilder};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use self::documents::{Standard, found_states, is_document, named_plan, standard_input};
use super::{rules, unwritten};
use crate::cli::{Cli, Color, ScanArguments};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::finding::{Confidence, Severity};
use crate::reading::Gap;
use crate::report::{self, Format, Report, RuleHelp, TableStyle};
use crate::rule::{RuleSet, describe};
use crate::scan::{Material, PlanDocument, Scanned, Stage, Tools, scan};
use crate::secret::redact::Redactor;
use crate::secret::tokens::TokenTable;
use crate::settings::Settings;
use crate::settle::{Filters, exit_code, settle, settle_gaps};
use crate::source::open::{normalise, permitted_root, read_text};
use crate::source::walk::{FileKind, Found, walk};
use crate::source::{Sources, Span};
use crate::terraform::plan::recognise::RUN;
use crate::terraform::tree::{Input, read_manifest, unread_file};

/// Deep expressions are followed by recursion, bounded well below what this holds.
const STACK_BYTES: usize = 64 * 1024 * 1024;

pub(super) fn run(cli: &Cli, arguments: &ScanArguments) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let stop = stop_on_ctrl_c();
    let (base, paths) = scanned_paths(arguments)?;
    let settings = Settings::load(arguments.settings.as_deref(), &base)?;
    if let Some(file) = &settings.file {
        tracing::info!("settings from {}", file.display());
    }
    let mut folders = settings.rules.clone();
    folders.extend(arguments.rules.iter().cloned());
    let rule_set = rules::load(&folders)?;
    for error in rule_set.unusable() {
        tracing::warn!("rule left out: {error}");
    }
    known_rules(&rule_set, &settings.off)?;
    let tokens = tokens(arguments.tokens.as_ref().or(settings.tokens.as_ref()))?;

    let sources = Sources::default();
    sources.set_base(base.clone());
    let bar = progress_bar(cli, arguments);
    let on_progress = |stage| match stage {
        Stage::Expect(pieces) => bar.inc_length(pieces as u64),
        Stage::Done => bar.inc(1),
    };
    let tools = Tools { rules: &rule_set, tokens: &tokens, stop: &stop, progress: &on_progress };
    let gather = || {
        let material = gather(&paths, &base, &sources, &settings, arguments, &stop)?;
        let files = material.inputs.len() + material.documents.len();
        tracing::info!("{files} files read");
        let scanned = scan(&sources, &material, &tools);
        Ok::<_, Error>((files, scanned))
    };
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
    let pool =
        pool.map_err(|error| Error::new(ErrorKind::Input, format!("no threads can be had: {error}")))?;
    let result = pool.install(gather);
    bar.finish_and_clear();
    if stop.load(Ordering::Relaxed) {
        return Err(Error::new(ErrorKind::Interrupted, "stopped; no report was written"));
    }
    let (files, scanned) = result?;
    let outcome = Outcome {
        base: &base,
        sources: &sources,
        scanned,
        files,
        tokens: &tokens,
        rules: &rule_set,
        settings: &settings,
    };
    outcome.report(cli, arguments, started)
}

fn stop_on_ctrl_c() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // Without a handler Ctrl-C still ends the process; there is nothing to lose.
    let set = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(ExitCode::Interrupted as u8));
        }
    });
    if let Err(error) = set {
        tracing::debug!("no handler for Ctrl-C: {error}");
    }
    stop
}

/// The folder that names are relative to, and the absolute paths to scan. Standard input is `-`.
fn scanned_paths(arguments: &ScanArguments) -> Result<(PathBuf, Vec<PathBuf>), Error> {
    let here = std::env::current_dir().map_err(|error| {
        Error::new(ErrorKind::Input, format!("the current folder can't be read: {}", error.kind()))
    })?;
    let mut paths = Vec::new();
    // Who gives a plan asks about the plan.
    let current = (arguments.paths.is_empty() && arguments.plans.is_empty()).then(|| PathBuf::from("."));
    let inputs = arguments.paths.iter().chain(&arguments.plans);
    if inputs.filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err(Error::new(ErrorKind::Usage, "standard input can be read only once")
            .hint("name one input `-`, and the others by their files"));
    }
    for path in arguments.paths.iter().chain(&current) {
        if path.as_os_str() == "-" {
            paths.push(path.clone());
            continue;
        }
        let full = normalise(&here.join(path));
        if let Err(error) = std::fs::metadata(&full) {
            let reason = match error.kind() {
                io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
                kind => kind.to_string(),
            };
            return Err(Error::new(ErrorKind::Input, format!("{} can't be read: {reason}", path.display()))
                .hint("name folders or files that exist, or nothing for the current folder"));
        }
        paths.push(full);
    }
    let base = match paths.as_slice() {
        [only] if only.is_dir() => only.clone(),
        _ => here,
    };
    Ok((base, paths))
}

/// A rule that is switched off by a wrong name would stay on, and nobody would know.
fn known_rules(rules: &RuleSet, off: &[String]) -> Result<(), Error> {
    match off.iter().position(|name| rules.get(name).is_none()) {
        None => Ok(()),
        Some(position) => Err(Error::new(
            ErrorKind::Settings,
            format!("off: the name at position {} is no rule's", position + 1),
        )
        .hint("`secretrail rules list` names all rules")),
    }
}

fn tokens(file: Option<&PathBuf>) -> Result<Arc<TokenTable>, Error> {
    let Some(path) = file else { return Ok(TokenTable::embedded()) };
    let (text, _) = read_text(path).map_err(|refusal| {
        Error::new(ErrorKind::Settings, format!("{} is not used: {}", path.display(), refusal.reason()))
            .hint("--tokens takes a gitleaks configuration file (TOML)")
    })?;
    let table = TokenTable::parse(&text, &path.display().to_string())?;
    for warning in table.warnings() {
        tracing::warn!("{}: {warning}", path.display());
    }
    Ok(Arc::new(table))
}

fn progress_bar(cli: &Cli, arguments: &ScanArguments) -> ProgressBar {
    let quiet = arguments.no_progress || cli.verbose > 0 || !io::stderr().is_terminal();
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files and modules  {elapsed}") {
        bar.set_style(style);
    }
    bar
}

/// Finds and reads all documents.
fn gather(
    paths: &[PathBuf],
    base: &Path,
    sources: &Sources,
    settings: &Settings,
    arguments: &ScanArguments,
    stop: &AtomicBool,
) -> Result<Material, Error> {
    let excluded = excluded(base, &settings.exclude)?;
    let respect = arguments.respect_gitignore || settings.respect_gitignore;
    let mut material = Material::default();
    let mut found: Vec<Found> = Vec::new();
    for plan in &arguments.plans {
        material.documents.push(plan_document(plan, base, sources)?);
    }
    for path in paths {
        if path.as_os_str() == "-" {
            match standard_input(base, sources, false)? {
                Standard::Input(input) => material.inputs.push(input),
                Standard::Document(document) => material.documents.push(document),
            }
            continue;
        }
        sources.permit(permitted_root(path));
        if path.is_file() && is_document(path) {
            material.documents.push(named_plan(Path::new(&sources.reported_name(path)), path, sources)?);
            continue;
        }
        let walked = walk(path, respect);
        for manifest in walked.manifests {
            found.extend(downloaded(&manifest, sources, &mut material));
        }
        for (place, reason) in walked.refused {
            let source = sources.add_file(sources.reported_name(&place), &place);
            material.gaps.push(unread_file(source, reason, FileKind::Hcl));
        }
        // A file that the user names is read whatever it is called.
        if path.is_file() && walked.files.is_empty() {
            found.push(Found { path: path.clone(), kind: FileKind::Script });
        }
        found.extend(walked.files);
    }
    found.retain(|file| !excluded.matched(&file.path, false).is_ignore());
    found.sort();
    found.dedup_by(|a, b| a.path == b.path);
    let (states, found) = found.into_iter().partition(|file| file.kind == FileKind::State);
    found_states(states, sources, &mut material);
    read_all(found, sources, &mut material, stop);
    Ok(material)
}

/// `--plan FILE`, `--plan -`.
fn plan_document(plan: &Path, base: &Path, sources: &Sources) -> Result<PlanDocument, Error> {
    if plan.as_os_str() == "-" {
        return match standard_input(base, sources, true)? {
            Standard::Document(document) => Ok(document),
            Standard::Input(_) => Err(Error::new(ErrorKind::Input, "standard input is no plan").hint(RUN)),
        };
    }
    let here = std::env::current_dir().unwrap_or_default();
    named_plan(plan, &normalise(&here.join(plan)), sources)
}

fn excluded(base: &Path, globs: &[String]) -> Result<Override, Error> {
    let mut builder = OverrideBuilder::new(base);
    let wrong =
        |error: &ignore::Error| Error::new(ErrorKind::Settings, format!("exclude can't be used: {error}"));
    for glob in globs {
        builder.add(&format!("!{glob}")).map_err(|error| wrong(&error))?;
    }
    builder.build().map_err(|error| wrong(&error))
}

/// The files of the downloaded modules that a manifest names.
fn downloaded(manifest: &Path, sources: &Sources, material: &mut Material) -> Vec<Found> {
    let root = manifest.ancestors().nth(3).map(Path::to_path_buf).unwrap_or_default();
    let rows = read_text(manifest).ok().and_then(|(text, _)| read_manifest(&root, &text));
    let Some(rows) = rows else {
        let source = sources.add_file(sources.reported_name(manifest), manifest);
        material.gaps.push(unread_file(
            source,
            "the list of downloaded modules can't be understood".into(),
            FileKind::Hcl,
        ));
        return Vec::new();
    };
    let mut files = Vec::new();
    for (_, folder) in &rows {
        files.extend(walk(folder, false).files);
    }
    material.downloaded.push((root, rows));
    files
}

fn read_all(found: Vec<Found>, sources: &Sources, material: &mut Material, stop: &AtomicBool) {
    // Ids follow the order of paths, whatever thread reads first.
    let inputs: Vec<Input> = found
        .into_iter()
        .map(|found| Input {
            source: sources.add_file(sources.reported_name(&found.path), &found.path),
            found,
        })
        .collect();
    let gaps: Mutex<Vec<Gap>> = Mutex::default();
    let read: Vec<Input> = inputs
        .into_par_iter()
        .filter(|input| {
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            let path = &input.found.path;
            match sources.may_open(path).and_then(|()| read_text(path)) {
                Ok((text, replaced)) => {
                    sources.document(input.source).set_text(text.into());
                    if replaced {
                        let reason = "not UTF-8: some characters were not understood".into();
                        let at = Span::start_of(input.source);
                        let gap = Gap { at, name: String::new(), reason, hides_findings: false };
                        gaps.lock().unwrap_or_else(PoisonError::into_inner).push(gap);
                    }
                    true
                }
                Err(refusal) => {
                    let gap = unread_file(input.source, refusal.reason(), input.found.kind);
                    gaps.lock().unwrap_or_else(PoisonError::into_inner).push(gap);
                    false
                }
            }
        })
        .collect();
    material.inputs.extend(read);
    material.gaps.extend(gaps.into_inner().unwrap_or_else(PoisonError::into_inner));
}

/// The way from here to the scanned folder, where it is below; else nothing.
fn prefix(base: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    match base.strip_prefix(&here) {
        Ok(rest) if !rest.as_os_str().is_empty() => rest.to_string_lossy().replace('\\', "/") + "/",
        _ => String::new(),
    }
}

/// All that a report is made of.
struct Outcome<'o> {
    base: &'o Path,
    sources: &'o Sources,
    scanned: Scanned,
    files: usize,
    tokens: &'o Arc<TokenTable>,
    rules: &'o RuleSet,
    settings: &'o Settings,
}

impl Outcome<'_> {
    fn report(self, cli: &Cli, arguments: &ScanArguments, started: Instant) -> Result<ExitCode, Error> {
        let redactor =
            Redactor::new(self.scanned.secrets, self.scanned.places).with_tokens(Arc::clone(self.tokens));
        let min_confidence =
            arguments.min_confidence.or(self.settings.min_confidence).unwrap_or(Confidence::Low);
        let fail_on = arguments.fail_on.or(self.settings.fail_on).unwrap_or(Severity::High);
        let filters = Filters { min_confidence, off: &self.settings.off };
        let findings = settle(self.scanned.findings, self.sources, &filters);
        let gaps = settle_gaps(self.scanned.gaps, self.sources);
        let exit_code = if self.files == 0 && !arguments.exit_zero {
            ExitCode::NotAudited
        } else {
            exit_code(&findings, &gaps, Some(fail_on), arguments.exit_zero)
        };
        let report = Report {
            sources: self.sources,
            path_prefix: if arguments.format == Format::Json { String::new() } else { prefix(self.base) },
            redactor: &redactor,
            rules: self.rules.iter().map(rule_help).collect(),
            findings,
            silenced: Vec::new(),
            gaps,
            files: self.files,
            tool_version: env!("CARGO_PKG_VERSION").into(),
            exit_code,
            elapsed: Some(started.elapsed()),
            style: style(cli, arguments),
        };
        write(arguments, &report)?;
        if exit_code == ExitCode::NotAudited {
            return Err(Error::new(ErrorKind::Input, "no Terraform file was found")
                .hint("name the folder that holds your .tf files; --exit-zero accepts an empty one"));
        }
        Ok(exit_code)
    }
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

fn style(cli: &Cli, arguments: &ScanArguments) -> TableStyle {
    let terminal = arguments.output.is_none() && io::stdout().is_terminal();
    let color = match cli.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            terminal && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
        }
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    let unicode = terminal && locale.is_some_and(|locale| locale.to_ascii_lowercase().contains("utf"));
    let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = width.or_else(|| terminal.then(console_width).flatten()).unwrap_or(100);
    TableStyle { color, width: usize::clamp(width, 60, 200), unicode, full: arguments.all }
}

fn console_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

fn write(arguments: &ScanArguments, report: &Report<'_>) -> Result<(), Error> {
    let format: Format = arguments.format;
    match &arguments.output {
        None => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            match report::write(format, report, &mut out).and_then(|()| out.flush()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritten(&error)),
                _ => Ok(()),
            }
        }
        Some(path) => write_whole(path, format, report).map_err(|error| {
            Error::new(ErrorKind::Output, format!("{} can't be written: {}", path.display(), error.kind()))
        }),
    }
}

/// Readable as the user's umask says: a report holds no secret, and other steps of a job read it.
fn temporary_beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Written beside its place and moved there whole: a job that is cut off leaves the old file.
fn write_whole(path: &Path, format: Format, report: &Report<'_>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A device or a pipe is written to; moving a file there would take its place.
    if std::fs::metadata(path).is_ok_and(|target| !target.is_file()) {
        let mut out = io::BufWriter::new(std::fs::OpenOptions::new().write(true).open(path)?);
        report::write(format, report, &mut out)?;
        return out.flush();
    }
    let mut file = temporary_beside(folder)?;
    {
        let mut out = io::BufWriter::new(file.as_file_mut());
        report::write(format, report, &mut out)?;
        out.flush()?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
