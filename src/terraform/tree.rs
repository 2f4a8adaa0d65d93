//! All modules of a scan: which folders there are, which call which, where downloaded ones are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Deserialize;

use super::ast::Body;
use super::directory::Directory;
use super::read::{read_hcl, read_json};
use crate::reading::{Gap, Reading};
use crate::source::open::normalise;
use crate::source::walk::{FileKind, Found};
use crate::source::{SourceId, Sources, Span};

/// Modules that call each other outside of the scanned folders, this deep.
const MOST_NESTING: usize = 24;
/// Under what Packer's half of a folder is kept: no folder has such a name.
const PACKER: &str = "*.pkr.hcl";
/// Folders of one scan.
const MOST_CALLED: usize = 20_000;

/// A file of the scan that was read.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its document.
    pub source: SourceId,
    /// Where and what.
    pub found: Found,
}

/// All modules of a scan.
#[derive(Debug, Default)]
pub struct Tree {
    directories: BTreeMap<PathBuf, Directory>,
    /// Root folder and dotted module key to the folder of a downloaded module.
    downloaded: BTreeMap<(PathBuf, String), PathBuf>,
    paths: Vec<PathBuf>,
    /// Value files that Terraform does not load by itself.
    values: Vec<(SourceId, Body)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Manifest {
    modules: Vec<ManifestRow>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ManifestRow {
    key: String,
    dir: String,
}

/// The downloaded modules that a root's manifest names (Terraform's `modules.json`), with the
/// folders they are in. Folders outside of the root's own `.terraform` are left out: a manifest is
/// input like any other.
pub fn read_manifest(root: &Path, text: &str) -> Option<Vec<(String, PathBuf)>> {
    let manifest: Manifest = serde_json::from_str(text).ok()?;
    let home = root.join(".terraform");
    let rows = manifest.modules.into_iter().filter(|row| !row.key.is_empty());
    Some(
        rows.map(|row| (row.key, normalise(&root.join(row.dir))))
            .filter(|(_, dir)| dir.starts_with(&home))
            .collect(),
    )
}

impl Tree {
    /// Parses all files, on all cores, and arranges them by folder.
    pub fn build(sources: &Sources, inputs: &[Input]) -> Reading<Self> {
        let paths = inputs.iter().map(|input| input.found.path.clone()).collect();
        let mut tree = Self { paths, ..Self::default() };
        let mut gaps = tree.add(sources, inputs);
        tree.add_called(sources, &mut gaps);
        Reading { facts: tree, gaps }
    }

    /// Parses files and arranges them by folder; the gaps of reading them.
    fn add(&mut self, sources: &Sources, inputs: &[Input]) -> Vec<Gap> {
        let parsed: Vec<(usize, Reading<Body>)> = inputs
            .par_iter()
            .enumerate()
            .filter_map(|(position, input)| {
                let text = sources.text(input.source);
                let reading = match input.found.kind {
                    FileKind::Hcl | FileKind::Values => read_hcl(input.source, &text),
                    FileKind::HclJson | FileKind::ValuesJson => read_json(input.source, &text),
                    _ => return None,
                };
                Some((position, reading))
            })
            .collect();
        let mut gaps = Vec::new();
        let mut folders: BTreeMap<PathBuf, Folder> = BTreeMap::new();
        for (position, reading) in parsed {
            gaps.extend(reading.gaps);
            let Some(input) = inputs.get(position) else { continue };
            let folder = input.found.path.parent().map(Path::to_path_buf).unwrap_or_default();
            folders.entry(folder).or_default().add(input, reading.facts);
        }
        for (path, mut folder) in folders {
            self.values.append(&mut folder.other);
            if let Some(packer) = folder.split_packer() {
                let mut directory = packer.into_directory(path.clone());
                directory.is_packer = true;
                self.directories.insert(path.join(PACKER), directory);
            }
            self.directories.insert(path.clone(), folder.into_directory(path));
        }
        gaps
    }

    /// Adds the modules that are called and lie beside the scanned folders (`../../modules/app`), as far as they
    /// may be opened. They are followed; nothing else is looked for in them.
    fn add_called(&mut self, sources: &Sources, gaps: &mut Vec<Gap>) {
        for _ in 0..MOST_NESTING {
            let missing: BTreeSet<PathBuf> =
                self.directories.values().flat_map(|one| self.absent(one)).collect();
            let before = self.directories.len();
            for folder in missing.into_iter().take(MOST_CALLED.saturating_sub(before)) {
                // What may not be opened stays a gap of the call.
                let Ok((found, more)) = sources.folder(&folder) else { continue };
                if let Some(first) = found.first().filter(|_| more > 0) {
                    let source = sources.add_file(sources.reported_name(&first.path), &first.path);
                    let reason = format!("{more} more files of this folder");
                    gaps.push(unread_file(source, reason));
                }
                let mut inputs = Vec::with_capacity(found.len());
                for found in found.into_iter().filter(|found| is_of_module(found.kind)) {
                    match sources.open(&found.path) {
                        Ok(source) => inputs.push(Input { source, found }),
                        Err(refusal) => {
                            let source = sources.add_file(sources.reported_name(&found.path), &found.path);
                            gaps.push(unread_file(source, refusal.reason()));
                        }
                    }
                }
                gaps.extend(self.add(sources, &inputs));
            }
            if self.directories.len() == before {
                return;
            }
        }
    }

    /// The folders of this repository that a module calls and that were not read.
    fn absent<'d>(&'d self, directory: &'d Directory) -> impl Iterator<Item = PathBuf> + 'd {
        let sources = directory.blocks_of("module").filter_map(|call| directory.source_of(call.node));
        let folders =
            sources.filter(|source| is_local(source)).map(|source| normalise(&directory.path.join(source)));
        folders.filter(|folder| !self.directories.contains_key(folder))
    }

    /// Adds what a root's manifest says of downloaded modules.
    pub fn add_downloaded(&mut self, root: &Path, rows: Vec<(String, PathBuf)>) {
        for (key, dir) in rows {
            self.downloaded.insert((root.to_path_buf(), key), dir);
        }
    }

    /// The folder that a module call refers to. `address` is the child's: `module.a.module.b`.
    pub fn module(&self, root: &Path, caller: &Path, source: &str, address: &str) -> Option<&Directory> {
        if is_local(source) {
            return self.directories.get(&normalise(&caller.join(source)));
        }
        // `source = "modules/db"`, as Terraform read it before 0.12, where the folder is here.
        if is_old_folder(source)
            && let Some(folder) = self.directories.get(&normalise(&caller.join(source)))
        {
            return Some(folder);
        }
        let key: String = address.split('.').filter(|part| *part != "module").collect::<Vec<_>>().join(".");
        self.directories.get(self.downloaded.get(&(root.to_path_buf(), key))?)
    }

    /// Paths of all files of the scan, in order.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// All folders.
    pub fn directories(&self) -> impl Iterator<Item = &Directory> {
        self.directories.values()
    }

    /// All value files: those that are loaded, and those that are only given by name.
    pub fn values(&self) -> impl Iterator<Item = &(SourceId, Body)> {
        self.directories.values().flat_map(|directory| &directory.values).chain(&self.values)
    }

    /// Root modules: folders that no other folder of the scan calls, and those that are applied by themselves
    /// whoever calls them. Of folders that only call each other, all are roots.
    pub fn roots(&self) -> Vec<&Directory> {
        let mut called = BTreeSet::new();
        // Called from elsewhere than from a folder within them.
        let mut from_outside = BTreeSet::new();
        for directory in self.directories.values() {
            for call in directory.blocks_of("module") {
                // A source that nothing here tells is a gap, told where the call is followed.
                let Some(source) = directory.source_of(call.node) else { continue };
                let target = normalise(&directory.path.join(&source));
                let folder = source.starts_with('.')
                    || is_old_folder(&source) && self.directories.contains_key(&target);
                if folder && target != directory.path {
                    if !directory.path.starts_with(&target) {
                        from_outside.insert(target.clone());
                    }
                    called.insert(target);
                }
            }
        }
        called.extend(self.downloaded.values().cloned());
        let modules = || self.directories.values().filter(|directory| directory.is_module());
        // What only its own examples call is judged as if they were not there.
        let is_root = |directory: &Directory| {
            let own_examples = !from_outside.contains(&directory.path) && directory.has_provider();
            own_examples || directory.has_backend() || !directory.values.is_empty()
        };
        let is_root = |one: &Directory| !self.downloaded.values().any(|dir| *dir == one.path) && is_root(one);
        let mut reached = BTreeSet::new();
        let mut roots: Vec<&Directory> =
            modules().filter(|one| one.is_packer || !called.contains(&one.path) || is_root(one)).collect();
        for root in roots.iter().filter(|root| !root.is_packer) {
            self.reach(root, &mut reached);
        }
        for directory in modules() {
            if !directory.is_packer && !reached.contains(&directory.path) {
                self.reach(directory, &mut reached);
                roots.push(directory);
            }
        }
        roots
    }

    /// The folder at this path.
    pub fn directory(&self, path: &Path) -> Option<&Directory> {
        self.directories.get(path)
    }

    /// A root's folder, and those of all modules below it.
    pub fn reached_from(&self, root: &Directory) -> BTreeSet<PathBuf> {
        let mut reached = BTreeSet::new();
        self.reach(root, &mut reached);
        reached
    }

    fn reach(&self, from: &Directory, reached: &mut BTreeSet<PathBuf>) {
        let mut open = vec![from.path.clone()];
        while let Some(path) = open.pop() {
            if !reached.insert(path.clone()) {
                continue;
            }
            let Some(directory) = self.directories.get(&path) else { continue };
            for call in directory.blocks_of("module") {
                if let Some(source) = directory.source_of(call.node) {
                    open.push(normalise(&path.join(source)));
                }
            }
            open.extend(
                self.downloaded.iter().filter(|((root, _), _)| *root == path).map(|(_, dir)| dir.clone()),
            );
        }
    }
}

/// Whether a module's source is a folder.
fn is_local(source: &str) -> bool {
    matches!(source, "." | "..") || source.starts_with("./") || source.starts_with("../")
}

/// Whether a source may be a folder without `./` before it.
fn is_old_folder(source: &str) -> bool {
    !source.contains([':', '?', '@']) && !source.starts_with('/') && source.contains('/')
}

/// Whether a module consists of files of this kind; its callers give the values.
fn is_of_module(kind: FileKind) -> bool {
    matches!(kind, FileKind::Hcl | FileKind::HclJson)
}

#[derive(Default)]
struct Folder {
    files: Vec<(SourceId, Body)>,
    /// Packer's: another program, with variables of its own.
    packer: Vec<(SourceId, Body)>,
    loaded: Vec<(u8, String, SourceId, Body)>,
    other: Vec<(SourceId, Body)>,
}

impl Folder {
    fn add(&mut self, input: &Input, body: Body) {
        let name =
            input.found.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let terraform = [".tf", ".tofu", ".tf.json", ".tofu.json"];
        let is_packer = !terraform.iter().any(|end| name.to_ascii_lowercase().ends_with(end));
        match input.found.kind {
            FileKind::Hcl | FileKind::HclJson if is_packer => self.packer.push((input.source, body)),
            FileKind::Hcl | FileKind::HclJson => self.files.push((input.source, body)),
            // Terraform's automatic order; other value files are only given by name.
            _ if name == "terraform.tfvars" => self.loaded.push((0, name, input.source, body)),
            _ if name == "terraform.tfvars.json" => self.loaded.push((1, name, input.source, body)),
            _ if [".auto.tfvars", ".auto.tfvars.json", ".auto.pkrvars.hcl"]
                .iter()
                .any(|end| name.ends_with(end)) =>
            {
                self.loaded.push((2, name, input.source, body));
            }
            _ => self.other.push((input.source, body)),
        }
    }

    /// Takes out what is Packer's, where there is something of Terraform too.
    fn split_packer(&mut self) -> Option<Self> {
        let files = std::mem::take(&mut self.packer);
        if self.files.is_empty() || files.is_empty() {
            self.files.extend(files);
            return None;
        }
        let (loaded, own) = std::mem::take(&mut self.loaded)
            .into_iter()
            .partition(|(_, name, _, _)| name.ends_with(".pkrvars.hcl"));
        self.loaded = own;
        Some(Self { files, loaded, ..Self::default() })
    }

    fn into_directory(mut self, path: PathBuf) -> Directory {
        self.loaded.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let values = self.loaded.into_iter().map(|(_, _, source, body)| (source, body)).collect();
        Directory::new(path, self.files, values)
    }
}

/// A gap for a file that was not read: whatever kind it is, a secret may lie in it.
pub fn unread_file(source: SourceId, reason: String) -> Gap {
    Gap {
        at: Span::start_of(source),
        name: String::new(),
        reason: format!("not read: {reason}"),
        hides_findings: true,
    }
}
