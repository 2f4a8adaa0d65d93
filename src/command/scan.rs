//! `secretrail scan`.

mod documents;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ignore::overrides::{Override, OverrideBuilder};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use self::documents::{Standard, found_states, is_document, named_plan, standard_input};
use super::outcome::{Asked, Outcome, Sections, nothing_to_audit};
use super::silencing::Silencing;
use super::{rules, since};
use crate::cli::{Cli, ScanArguments, What};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::finding::Surface;
use crate::reading::Gap;
use crate::rule::{Rule, RuleSet};
use crate::scan::{Material, PlanDocument, Scanned, Stage, Tools, scan};
use crate::secret::tokens::{TokenTable, Unusable};
use crate::settings::{Settings, place};
use crate::source::open::{normalise, permitted_root, read_text};
use crate::source::walk::{FileKind, Found, walk};
use crate::source::{Past, Sources, Span};
use crate::terraform::plan::recognise::RUN;
use crate::terraform::tree::{Input, read_manifest, unread_file};

/// Deep expressions are followed by recursion, bounded well below what this holds.
pub(super) const STACK_BYTES: usize = 64 * 1024 * 1024;

/// How long a scan may take to stop.
const MOST_WAIT: Duration = Duration::from_secs(1);
/// The walk goes no deeper.
const MOST_FOLDERS: usize = 64;

/// Where secretrail looks, and what with.
pub(super) struct Setup {
    /// The folder that names are relative to.
    pub base: PathBuf,
    pub paths: Vec<PathBuf>,
    /// Plans and states that were handed over.
    plans: Vec<PathBuf>,
    /// Those of the file.
    pub settings: Settings,
    /// Ours and the team's.
    pub rules: RuleSet,
    /// Ours or the team's.
    pub tokens: Arc<TokenTable>,
    /// What of the team's tokens can't be used.
    token_gaps: Option<(PathBuf, Vec<Unusable>)>,
    /// Rules of the team that nothing can meet: file, name and reason.
    rule_gaps: Vec<(PathBuf, String, String)>,
    /// By the settings, and by the user.
    excluded: [Override; 2],
    pub(super) respect_gitignore: bool,
    /// What is audited: rules and ignores of others are not asked.
    pub(super) surface: Surface,
    stop: Arc<AtomicBool>,
}

/// What was found there.
pub(super) struct Looked {
    /// The documents.
    pub sources: Sources,
    /// Findings and gaps, not settled yet.
    pub scanned: Scanned,
    /// Files that were read.
    pub files: usize,
    /// Files that the settings exclude.
    pub excluded: usize,
    /// The same before the change, where only the change is asked for.
    pub past: Option<Box<Looked>>,
}

pub(super) fn run(cli: &Cli, arguments: &ScanArguments) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let setup = Setup::new(&arguments.what)?;
    let silencing = Silencing::load(&setup, arguments.report.baseline.as_deref(), arguments.what.now)?;
    let past = arguments.since.as_deref().map(|revision| since::open(&setup.paths, revision)).transpose()?;
    let looked = setup.look(cli, &arguments.what, past)?;
    let asked = Asked {
        since: arguments.since.clone(),
        sections: Sections::default(),
        scope: scope("terraform", arguments.what.paths.iter().chain(&arguments.what.plans)),
        nothing: nothing_to_audit,
    };
    Outcome { setup: &setup, looked, silencing, asked }.report(cli, &arguments.report, started)
}

impl Setup {
    pub(super) fn new(what: &What) -> Result<Self, Error> {
        Self::stopped_by(stop_on_ctrl_c(), what, Surface::Terraform)
    }

    /// The same for an account: nothing of the disk is scanned.
    pub(super) fn of_account(what: &What) -> Result<Self, Error> {
        Self::stopped_by(Arc::default(), what, Surface::Account)
    }

    /// The same for lists of keys.
    pub(super) fn of_inventory(what: &What) -> Result<Self, Error> {
        Self::stopped_by(Arc::default(), what, Surface::Inventory)
    }

    /// The same for logs: nothing of them is scanned for secrets.
    pub(super) fn of_trail(what: &What) -> Result<Self, Error> {
        Self::stopped_by(stop_on_ctrl_c(), what, Surface::Trail)
    }

    /// Set by Ctrl-C.
    pub(super) fn stop(&self) -> &AtomicBool {
        &self.stop
    }

    /// Whether Ctrl-C was pressed.
    pub(super) fn was_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The same with a flag that somebody else sets.
    pub(super) fn stopped_by(stop: Arc<AtomicBool>, what: &What, surface: Surface) -> Result<Self, Error> {
        let (base, paths) = scanned_paths(what)?;
        let mut settings = Settings::load(what.settings.as_deref(), &base)?;
        if let Some(file) = &settings.file {
            tracing::info!("settings from {}", file.display());
        }
        let mut folders = settings.rules.clone();
        folders.extend(what.rules.iter().cloned());
        let rules = rules::load(&folders)?;
        let rule_gaps = rules::never_met(&rules, &folders)?;
        for error in rules.unusable() {
            tracing::warn!("rule left out: {error}");
        }
        known_rules(&rules, &settings)?;
        let is_asked = |name: &str| rules.get(name).is_none_or(|rule| judges(rule, surface));
        settings.ignores.retain(|entry| is_asked(&entry.rule));
        let (tokens, token_gaps) = tokens(what.tokens.as_ref().or(settings.tokens.as_ref()))?;
        let home = settings.home.as_deref().unwrap_or(&base);
        let excluded = [excluded(home, &settings.exclude)?, excluded(&base, &what.exclude)?];
        let respect_gitignore = what.respect_gitignore || settings.respect_gitignore;
        let plans = what.plans.clone();
        Ok(Self {
            base,
            paths,
            plans,
            settings,
            rules,
            tokens,
            token_gaps,
            rule_gaps,
            excluded,
            respect_gitignore,
            surface,
            stop,
        })
    }

    /// Reads and follows all that the user named, and what was there before where that is asked for.
    pub(super) fn look(&self, cli: &Cli, what: &What, past: Option<Arc<dyn Past>>) -> Result<Looked, Error> {
        let bar = progress_bar(cli, what);
        let on_progress = |stage| match stage {
            Stage::Expect(pieces) => bar.inc_length(pieces as u64),
            Stage::Done => bar.inc(1),
        };
        let (rules, tokens, stop) = (&self.rules, &*self.tokens, &*self.stop);
        let tools = Tools { rules, tokens, stop, progress: &on_progress };
        let look = || {
            let sources = Sources::default();
            sources.set_base(self.base.clone());
            let (mut material, excluded) = self.gather(&sources)?;
            let files = material.inputs.len() + material.documents.len();
            tracing::info!("{files} files read");
            self.tell_gaps(&sources, &mut material);
            let scanned = scan(&sources, &material, &tools);
            let past = past.map(|past| Box::new(self.look_back(past, &material, &tools)));
            Ok::<_, Error>(Looked { sources, scanned, files, excluded, past })
        };
        let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
        let pool =
            pool.map_err(|error| Error::new(ErrorKind::Input, format!("no threads can be had: {error}")))?;
        let result = pool.install(look);
        bar.finish_and_clear();
        if stop.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Interrupted, "stopped; no report was written"));
        }
        result
    }

    /// The same scan of the earlier tree. What can't be read there hides nothing: it makes more findings new.
    fn look_back(&self, past: Arc<dyn Past>, today: &Material, tools: &Tools<'_>) -> Looked {
        let sources = Sources::of_the_past(Arc::clone(&past));
        sources.set_base(self.base.clone());
        let files: Vec<PathBuf> = today.inputs.iter().map(|input| input.found.path.clone()).collect();
        let mut material = Material { downloaded: today.downloaded.clone(), ..Material::default() };
        let paths =
            self.paths.iter().chain(today.downloaded.iter().flat_map(|(_, rows)| rows).map(|(_, f)| f));
        let mut found: Vec<Found> = paths.flat_map(|path| since::files(&*past, path, &files)).collect();
        // What is excluded now was so then, as far as this comparison goes.
        found.retain(|file| !self.is_excluded(&file.path));
        found.sort();
        found.dedup_by(|a, b| a.path == b.path);
        let (states, found) = found.into_iter().partition(|file| file.kind == FileKind::State);
        found_states(states, &sources, &mut material);
        read_all(found, &sources, &mut material, &self.stop);
        tracing::info!("{} earlier files read", material.inputs.len());
        let scanned = scan(&sources, &material, tools);
        Looked { sources, scanned, files: material.inputs.len(), excluded: 0, past: None }
    }

    /// A token that is not looked for, and a rule that nothing meets, are findings that could be missed.
    pub(super) fn tell_gaps(&self, sources: &Sources, material: &mut Material) {
        material.gaps.extend(self.rule_gaps.iter().map(|(file, name, reason)| Gap {
            at: Span::start_of(sources.add_file(sources.reported_name(file), file)),
            name: name.clone(),
            reason: format!("this rule can never be met: {reason}"),
            hides_findings: true,
        }));
        let Some((path, unusable)) = &self.token_gaps else { return };
        let source = sources.add_file(sources.reported_name(path), path);
        material.gaps.extend(unusable.iter().map(|one| Gap {
            at: Span::start_of(source),
            name: String::new(),
            reason: one.reason.clone(),
            hides_findings: one.hides_findings,
        }));
    }
}

/// Whether a rule has to do with a surface: with an account those that judge it and those about ignores, else all
/// others.
pub(super) fn judges(rule: &Rule, surface: Surface) -> bool {
    let file = rule.file();
    let service = file.logsource.service.as_deref();
    // A correlation has no source of its own; all that there are look at events.
    let of_trail = file.correlation.is_some() || matches!(service, Some("trail" | "cloudtrail"));
    match surface {
        Surface::Account => {
            !of_trail && service.is_none_or(|service| service == "account" || service == "gate")
        }
        Surface::Trail => of_trail || service.is_none_or(|service| service == "gate"),
        Surface::Inventory => {
            !of_trail && service.is_none_or(|service| service == "inventory" || service == "gate")
        }
        _ => !of_trail && !matches!(service, Some("account" | "inventory")),
    }
}

/// What is audited, in a few words: the surface and the paths as the user gave them.
pub(super) fn scope<'p>(surface: &str, paths: impl Iterator<Item = &'p PathBuf>) -> String {
    let paths: Vec<String> = paths.map(|path| path.display().to_string()).collect();
    let paths = if paths.is_empty() { ".".to_owned() } else { paths.join(" ") };
    format!("{surface} {paths}")
}

fn stop_on_ctrl_c() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // Without a handler Ctrl-C still ends the process; there is nothing to lose.
    let set = ctrlc::set_handler(move || {
        flag.store(true, Ordering::Relaxed);
        // What a scan does between two files can take long. There is nothing to lose: a report is moved to its
        // place whole.
        std::thread::sleep(MOST_WAIT);
        std::process::exit(i32::from(ExitCode::Interrupted as u8));
    });
    if let Err(error) = set {
        tracing::debug!("no handler for Ctrl-C: {error}");
    }
    stop
}

/// The current folder.
pub(super) fn here() -> Result<PathBuf, Error> {
    std::env::current_dir().map_err(|error| {
        Error::new(ErrorKind::Input, format!("the current folder can't be read: {}", error.kind()))
    })
}

/// The folder that names are relative to, and the absolute paths to scan. Standard input is `-`.
fn scanned_paths(what: &What) -> Result<(PathBuf, Vec<PathBuf>), Error> {
    let here = here()?;
    let mut paths = Vec::new();
    if what.paths.iter().chain(&what.plans).filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err(Error::new(ErrorKind::Usage, "standard input can be read only once")
            .hint("name one input `-`, and the others by their files"));
    }
    // Who gives a plan asks about the plan.
    let current = (what.paths.is_empty() && what.plans.is_empty()).then(|| PathBuf::from("."));
    for path in what.paths.iter().chain(&current) {
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

/// A rule that is switched off or ignored by a wrong name would stay on, and nobody would know.
fn known_rules(rules: &RuleSet, settings: &Settings) -> Result<(), Error> {
    let off = settings.off.iter().zip(&settings.off_at).map(|(name, at)| (name, at.clone()));
    let ignored =
        settings.ignores.iter().map(|entry| (&entry.rule, place(&settings.text, entry.range.start)));
    let Some((name, at)) = off.chain(ignored).find(|(name, _)| rules.get(name).is_none()) else {
        return Ok(());
    };
    let file = settings.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
    let message = match rules::nameable(name) {
        true => format!("{file}{at}: there is no rule named {name}{}", rules::meant(rules, name)),
        false => format!("{file}{at}: this is no rule's name"),
    };
    Err(Error::new(ErrorKind::Settings, message).hint("`secretrail rules list` names all rules"))
}

/// The token table, and where it is the user's: what of it can't be used.
type Tokens = (Arc<TokenTable>, Option<(PathBuf, Vec<Unusable>)>);

fn tokens(file: Option<&PathBuf>) -> Result<Tokens, Error> {
    let Some(path) = file else { return Ok((TokenTable::embedded(), None)) };
    let (text, _) = read_text(path).map_err(|refusal| {
        Error::new(ErrorKind::Settings, format!("{} is not used: {}", path.display(), refusal.reason()))
            .hint("--tokens takes a gitleaks configuration file (TOML)")
    })?;
    let table = TokenTable::parse(&text, &path.display().to_string())?;
    for warning in table.warnings() {
        tracing::warn!("{}: {warning}", path.display());
    }
    let gaps = (normalise(&here()?.join(path)), table.unusable().to_vec());
    Ok((Arc::new(table), Some(gaps)))
}

fn progress_bar(cli: &Cli, what: &What) -> ProgressBar {
    let quiet = what.no_progress || cli.quiet || cli.verbose > 0 || !io::stderr().is_terminal();
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files and modules  {elapsed}") {
        bar.set_style(style);
    }
    bar
}

impl Setup {
    pub(super) fn is_excluded(&self, path: &Path) -> bool {
        // `legacy/` means the folder, and so all that is in it.
        let folders = |globs: &Override| {
            let above = path.ancestors().skip(1).take_while(|folder| *folder != globs.path());
            above.take(MOST_FOLDERS).any(|folder| globs.matched(folder, true).is_ignore())
        };
        self.excluded.iter().any(|globs| globs.matched(path, false).is_ignore() || folders(globs))
    }

    /// Finds and reads all documents.
    fn gather(&self, sources: &Sources) -> Result<(Material, usize), Error> {
        let mut material = Material::default();
        let mut found: Vec<Found> = Vec::new();
        for plan in &self.plans {
            material.documents.push(plan_document(plan, &self.base, sources)?);
        }
        for path in &self.paths {
            if path.as_os_str() == "-" {
                match standard_input(&self.base, sources, false)? {
                    Standard::Input(input) => material.inputs.push(input),
                    Standard::Document(document) => material.documents.push(document),
                }
                continue;
            }
            sources.permit(permitted_root(path));
            if path.is_file() && is_document(path) {
                let name = sources.reported_name(path);
                material.documents.push(named_plan(Path::new(&name), path, sources)?);
                continue;
            }
            let walked = walk(path, self.respect_gitignore);
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
        found.sort();
        found.dedup_by(|a, b| a.path == b.path);
        let all = found.len();
        found.retain(|file| !self.is_excluded(&file.path));
        let excluded = all - found.len();
        let (states, found) = found.into_iter().partition(|file| file.kind == FileKind::State);
        found_states(states, sources, &mut material);
        read_all(found, sources, &mut material, &self.stop);
        Ok((material, excluded))
    }
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

/// `--plan FILE`, `--plan -`.
fn plan_document(plan: &Path, base: &Path, sources: &Sources) -> Result<PlanDocument, Error> {
    if plan.as_os_str() == "-" {
        return match standard_input(base, sources, true)? {
            Standard::Document(document) => Ok(document),
            Standard::Input(_) => Err(Error::new(ErrorKind::Input, "standard input is no plan").hint(RUN)),
        };
    }
    named_plan(plan, &normalise(&here()?.join(plan)), sources)
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
            match sources.read(path) {
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
