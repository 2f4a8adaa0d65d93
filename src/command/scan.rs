//! `secretrail scan`.

mod documents;
mod links;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use ignore::overrides::Override;
use rayon::prelude::*;

use self::documents::{Standard, found_states, is_document, named_plan, standard_input};
use super::outcome::{Asked, Outcome, Sections, nothing_to_audit};
use super::progress;
pub(super) use super::setup::{Setup, here, judges, scope};
use super::silencing::Silencing;
use super::since;
use crate::cli::{Cli, ScanArguments, What};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::reading::Gap;
use crate::scan::{Material, PlanDocument, Scanned, Stage, Tools, scan};
use crate::source::open::{normalise, permitted_root, read_text};
use crate::source::walk::{FileKind, Found, walk};
use crate::source::{Past, Sources, Span};
use crate::terraform::plan::recognise::RUN;
use crate::terraform::tree::{Input, read_manifest, unread_file};

/// Deep expressions are followed by recursion, bounded well below what this holds.
pub(super) const STACK_BYTES: usize = 64 * 1024 * 1024;

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
        surfaces: Vec::new(),
        readers: Vec::new(),
        sections: Sections::default(),
        scope: scope("terraform", arguments.what.paths.iter().chain(&arguments.what.plans)),
        window: None,
        nothing: nothing_to_audit,
    };
    Outcome { setup: &setup, looked, silencing, asked }.report(cli, &arguments.report, started)
}

impl Setup {
    /// Reads and follows all that the user named, and what was there before where that is asked for.
    pub(super) fn look(&self, cli: &Cli, what: &What, past: Option<Arc<dyn Past>>) -> Result<Looked, Error> {
        let sources = Sources::default();
        sources.set_base(self.base.clone());
        self.look_into(cli, what, past, &self.paths, sources)
    }

    /// The same of some paths, with documents that others look at, too.
    pub(super) fn look_into(
        &self,
        cli: &Cli,
        what: &What,
        past: Option<Arc<dyn Past>>,
        paths: &[PathBuf],
        sources: Sources,
    ) -> Result<Looked, Error> {
        let bar = progress::bar(cli, what.no_progress, 0, "{pos}/{len} files and modules");
        let on_progress = |stage| match stage {
            Stage::Expect(pieces) => bar.inc_length(pieces as u64),
            Stage::Done => bar.inc(1),
        };
        let (rules, tokens, stop) = (&self.rules, &*self.tokens, &*self.stop);
        let tools = Tools { rules, tokens, stop, progress: &on_progress };
        let look = || {
            let (mut material, excluded) = self.gather(paths, &sources)?;
            let files = material.inputs.len() + material.documents.len();
            tracing::info!("{files} files read");
            self.tell_gaps(&sources, &mut material);
            let scanned = scan(&sources, &material, &tools);
            let past = past.map(|past| Box::new(self.look_back(past, &material, &tools)));
            Ok::<_, Error>(Looked { sources, scanned, files, excluded, past })
        };
        let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
        let pool = pool
            .map_err(|error| Error::new(ErrorKind::Input, format!("threads cannot be started: {error}")))?;
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

    /// Files of rules, tokens and settings: what is wrong with them touches all that is read.
    pub(super) fn own_files(&self) -> impl Iterator<Item = &Path> {
        let rules = self.rule_gaps.iter().map(|(file, ..)| &**file);
        let tokens = self.token_gaps.iter().map(|(path, _)| &**path);
        rules.chain(tokens).chain(self.settings.file.as_deref())
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

impl Setup {
    pub(super) fn is_excluded(&self, path: &Path) -> bool {
        // `legacy/` means the folder, and so all that is in it.
        let folders = |globs: &Override| {
            let mut above = path.ancestors().skip(1).take_while(|folder| *folder != globs.path());
            above.any(|folder| globs.matched(folder, true).is_ignore())
        };
        self.excluded.iter().any(|globs| globs.matched(path, false).is_ignore() || folders(globs))
    }

    /// Finds and reads all documents.
    fn gather(&self, paths: &[PathBuf], sources: &Sources) -> Result<(Material, usize), Error> {
        let mut material = Material::default();
        let mut found: Vec<Found> = Vec::new();
        let mut links: Vec<PathBuf> = Vec::new();
        for plan in &self.plans {
            material.documents.push(plan_document(plan, &self.base, sources)?);
        }
        for path in paths {
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
                found.extend(downloaded(&manifest, sources, &mut material, &mut links));
            }
            tell_refused(walked.refused, sources, &mut material);
            links.extend(walked.links);
            // A file that the user names is read whatever it is called.
            if path.is_file() && walked.files.is_empty() {
                found.push(Found { path: path.clone(), kind: FileKind::Script });
            }
            found.extend(walked.files);
        }
        links.retain(|link| !self.is_excluded(&link.join("main.tf")));
        links::tell(links, paths, sources, &mut material);
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

/// `--plan FILE`, `--plan -`.
fn plan_document(plan: &Path, base: &Path, sources: &Sources) -> Result<PlanDocument, Error> {
    if plan.as_os_str() == "-" {
        return match standard_input(base, sources, true)? {
            Standard::Document(document) => Ok(document),
            Standard::Input(_) => Err(Error::new(ErrorKind::Input, "standard input is not a plan").hint(RUN)),
        };
    }
    named_plan(plan, &normalise(&here()?.join(plan)), sources)
}

/// The files of the downloaded modules that a manifest names.
fn downloaded(
    manifest: &Path,
    sources: &Sources,
    material: &mut Material,
    links: &mut Vec<PathBuf>,
) -> Vec<Found> {
    let root = manifest.ancestors().nth(3).map(Path::to_path_buf).unwrap_or_default();
    let rows = read_text(manifest).ok().and_then(|(text, _)| read_manifest(&root, &text));
    let Some(rows) = rows else {
        let source = sources.add_file(sources.reported_name(manifest), manifest);
        material.gaps.push(unread_file(source, "the list of downloaded modules cannot be understood".into()));
        return Vec::new();
    };
    let mut files = Vec::new();
    // Of one that is not here the call tells.
    for (_, folder) in rows.iter().filter(|(_, folder)| folder.exists()) {
        let walked = walk(folder, false);
        tell_refused(walked.refused, sources, material);
        links.extend(walked.links);
        files.extend(walked.files);
    }
    material.downloaded.push((root, rows));
    files
}

fn tell_refused(refused: Vec<(PathBuf, String)>, sources: &Sources, material: &mut Material) {
    for (place, reason) in refused {
        let source = sources.add_file(sources.reported_name(&place), &place);
        material.gaps.push(unread_file(source, reason));
    }
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
                    let gap = unread_file(input.source, refusal.reason());
                    gaps.lock().unwrap_or_else(PoisonError::into_inner).push(gap);
                    false
                }
            }
        })
        .collect();
    material.inputs.extend(read);
    material.gaps.extend(gaps.into_inner().unwrap_or_else(PoisonError::into_inner));
}
