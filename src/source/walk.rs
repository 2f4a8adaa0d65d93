//! Finds the files to read below the paths that the user names.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::open::Refusal;

/// What a file is to a scan, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// `.tf`, `.tofu`; `.pkr.hcl` of Packer, whose variables and provisioners are the same.
    Hcl,
    /// `.tf.json`, `.tofu.json`.
    HclJson,
    /// `.tfvars`.
    Values,
    /// `.tfvars.json`.
    ValuesJson,
    /// `.tpl`, `.tftpl`, `.tmpl`, `.template`: rendered by Terraform, or nobody refers to it.
    Template,
    /// `.sh`, `.bash`, `.ps1`, `.psm1`.
    Script,
    /// `.env`, `.env.production`: values in clear.
    Environment,
    /// `.tfstate` and its backups.
    State,
    /// `Dockerfile`, `app.dockerfile`, `Containerfile`.
    Dockerfile,
    /// `docker-compose.yml`, `compose.yaml`.
    Compose,
    /// `.terraform/terraform.tfstate`: a backend's settings, as `terraform init` was given them.
    Backend,
}

impl FileKind {
    /// The kind of a file at a path; `None` for files that a scan does not read.
    pub fn at(path: &Path) -> Option<Self> {
        if path.ends_with(BACKEND) {
            return Some(Self::Backend);
        }
        let name = path.file_name()?.to_string_lossy();
        Self::of(&name).or_else(|| is_packer_template(path, &name).then_some(Self::HclJson))
    }

    /// The kind by name; `None` for files that a scan does not read.
    pub fn of(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
        let starts = |beginnings: &[&str]| beginnings.iter().any(|beginning| lower.starts_with(beginning));
        if ends(&[".tfstate"]) || (lower.contains(".tfstate.") && ends(&[".backup", ".bak"])) {
            Some(Self::State)
        } else if ends(&[".tfvars.json"]) {
            Some(Self::ValuesJson)
        } else if ends(&[".tf.json", ".tofu.json", ".pkr.json"]) {
            Some(Self::HclJson)
        } else if ends(&[".tf", ".tofu", ".pkr.hcl"]) {
            Some(Self::Hcl)
        } else if ends(&[".tfvars", ".pkrvars.hcl"]) {
            Some(Self::Values)
        } else if ends(&[".tpl", ".tftpl", ".tmpl", ".template"]) {
            Some(Self::Template)
        } else if ends(&[".sh", ".bash", ".ksh", ".ps1", ".psm1"]) {
            Some(Self::Script)
        } else if lower == ".env" || lower.starts_with(".env.") || ends(&[".env"]) {
            Some(Self::Environment)
        } else if starts(&["docker-compose", "compose."]) && ends(&[".yml", ".yaml"]) {
            Some(Self::Compose)
        } else if ["dockerfile", "containerfile"].contains(&lower.as_str())
            || starts(&["dockerfile."])
            || ends(&[".dockerfile"])
        {
            Some(Self::Dockerfile)
        } else {
            None
        }
    }
}

/// Packer's older templates have no ending of their own: `packer.json`, `packer/web.json`.
fn is_packer_template(path: &Path, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let folder = path.parent().and_then(Path::file_name).map(|folder| folder.to_ascii_lowercase());
    name.ends_with(".json")
        && (name.contains("packer") || folder.is_some_and(|folder| folder == "packer"))
        && !["manifest", "lock", "package"].iter().any(|other| name.contains(other))
}

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub kind: FileKind,
}

/// What the walk found.
#[derive(Debug, Default)]
pub struct Walk {
    /// Files in order of their paths.
    pub files: Vec<Found>,
    /// Root modules' manifests of downloaded modules.
    pub manifests: Vec<PathBuf>,
    /// Links to folders: they are not followed.
    pub links: Vec<PathBuf>,
    /// Places that could not be entered, with the reason.
    pub refused: Vec<(PathBuf, String)>,
}

/// Where an error of a walk happened.
pub fn refused_at(error: &ignore::Error, root: &Path) -> PathBuf {
    match error {
        ignore::Error::WithPath { path, .. } => path.clone(),
        ignore::Error::WithDepth { err, .. } => refused_at(err, root),
        _ => root.to_path_buf(),
    }
}

/// Place and reason of an error of a walk.
fn refusal(error: &ignore::Error, root: &Path) -> (PathBuf, String) {
    let reason = error.io_error().map_or_else(|| "it cannot be listed".into(), |io| io.kind().to_string());
    (refused_at(error, root), reason)
}

/// Whether a link leads to a folder.
pub fn is_link_to_folder(entry: &ignore::DirEntry) -> bool {
    entry.path_is_symlink() && entry.depth() > 0 && entry.path().is_dir()
}

/// Folders that hold other people's code or nobody's: never entered.
const SKIPPED: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    "node_modules",
    ".terraform",
    ".terragrunt-cache",
    ".venv",
    "venv",
    "__pycache__",
    ".tox",
    ".mypy_cache",
    ".idea",
    ".vscode",
];

/// Where `terraform init` keeps a backend's settings, below a root module.
pub const BACKEND: &str = ".terraform/terraform.tfstate";

/// Whether a folder's files are never read.
pub fn is_skipped(folder: &str) -> bool {
    SKIPPED.contains(&folder)
}

/// Walks below `root`, or takes `root` itself if it is a file.
///
/// Files that git ignores are read too unless `respect_gitignore`: state, values and `.env` are
/// usually ignored, and leak all the same. Links to folders are not followed, so loops can't be.
pub fn walk(root: &Path, respect_gitignore: bool) -> Walk {
    let mut found = Walk::default();
    for entry in builder(root, respect_gitignore, Vec::new()).build() {
        match entry {
            Ok(entry) => found.add(&entry),
            Err(error) => found.refused.push(refusal(&error, root)),
        }
    }
    found.files.sort();
    found
}

/// Files that [`walk`] would find below a folder and outside of some places in it, and whether there may be more, as no
/// more than so many files and folders are looked at.
pub fn walk_outside(
    root: &Path,
    respect_gitignore: bool,
    places: Vec<PathBuf>,
    most: usize,
) -> (Vec<PathBuf>, bool) {
    let mut found = Walk::default();
    let mut entries = builder(root, respect_gitignore, places).build();
    // What cannot be entered is for who reads it.
    entries.by_ref().take(most).flatten().for_each(|entry| found.add(&entry));
    found.files.sort();
    (found.files.into_iter().map(|file| file.path).collect(), entries.next().is_some())
}

/// A walk that does not enter folders of others, nor these.
fn builder(root: &Path, respect_gitignore: bool, left_out: Vec<PathBuf>) -> WalkBuilder {
    let mut builder = WalkBuilder::new(root);
    builder
        .hidden(false)
        .parents(respect_gitignore)
        .ignore(false)
        .git_ignore(respect_gitignore)
        .git_exclude(respect_gitignore)
        .git_global(false)
        .follow_links(false)
        .sort_by_file_path(Path::cmp);
    let top = root.to_path_buf();
    builder.filter_entry(move |entry| {
        if left_out.iter().any(|place| place == entry.path()) {
            return false;
        }
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        let name = entry.file_name().to_string_lossy();
        let above = entry.path().parent().filter(|above| *above != top);
        if above.is_some_and(|above| above.ends_with(".terraform")) {
            return entry.path().ends_with(BACKEND);
        }
        entry.path() == top || !(is_folder && is_skipped(&name)) || name == ".terraform"
    });
    builder
}

impl Walk {
    fn add(&mut self, entry: &ignore::DirEntry) {
        let path = entry.path();
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        if is_folder {
            let manifest = path.join(".terraform/modules/modules.json");
            if manifest.is_file() {
                self.manifests.push(manifest);
            }
            return;
        }
        if is_link_to_folder(entry) {
            if !is_skipped(&entry.file_name().to_string_lossy()) {
                self.links.push(path.to_path_buf());
            }
            return;
        }
        // A link to a file is what Terraform reads too; opening checks where it leads.
        if let Some(kind) = FileKind::at(path) {
            self.files.push(Found { path: path.to_path_buf(), kind });
        }
    }
}

/// Of a link in a folder of logs.
const ELSEWHERE: &str = "it is a link that leads out of the folder, and is not followed";

/// The files below a folder that `wanted` names, in the order of their paths, hidden ones too, and what can't be looked
/// into: what has such a name and is no file, and where links lead out of the folder.
pub fn walk_logs(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> (Vec<PathBuf>, Vec<(PathBuf, String)>) {
    let (mut files, mut refused) = (Vec::new(), Vec::new());
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let within = |path: &Path| path.canonicalize().is_ok_and(|target| target.starts_with(&real));
    for entry in ignore::WalkBuilder::new(folder).standard_filters(false).build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                refused.push(refusal(&error, folder));
                continue;
            }
        };
        let kind = entry.file_type().filter(|_| entry.depth() > 0);
        if kind.is_some_and(|kind| kind.is_dir()) {
            continue;
        }
        let path = entry.into_path();
        let is_wanted = wanted(&path);
        if kind.is_some_and(|kind| kind.is_file()) {
            files.extend(is_wanted.then_some(path));
            continue;
        }
        match path.metadata() {
            Ok(kind) if kind.is_dir() && within(&path) => {}
            Ok(kind) if kind.is_dir() => refused.push((path, ELSEWHERE.to_owned())),
            _ if !is_wanted => {}
            Ok(kind) if !kind.is_file() => refused.push((path, Refusal::NoFile.reason())),
            Ok(_) if !within(&path) => refused.push((path, ELSEWHERE.to_owned())),
            Ok(_) => files.push(path),
            Err(_) => refused.push((path, "it is a link to a missing file".to_owned())),
        }
    }
    files.sort();
    refused.sort();
    (files, refused)
}

/// Files of a repository.
#[derive(Debug, Default)]
pub struct Repository {
    /// In the order of their paths.
    pub files: Vec<PathBuf>,
    /// What can't be looked into, with the reason.
    pub refused: Vec<(PathBuf, String)>,
    /// Whether there are more.
    pub is_cut: bool,
}

/// Files of a repository, at most so many: without hidden ones and those that git ignores.
pub fn walk_repository(folder: &Path, most: usize) -> Repository {
    let mut found = Repository::default();
    for entry in ignore::WalkBuilder::new(folder).require_git(false).build() {
        match entry {
            Ok(entry) if !entry.file_type().is_some_and(|kind| kind.is_file()) => {}
            Ok(_) if found.files.len() >= most => {
                found.is_cut = true;
                break;
            }
            Ok(entry) => found.files.push(entry.into_path()),
            Err(error) => {
                let path = path_of(&error).unwrap_or(folder).to_path_buf();
                let reason =
                    error.io_error().map_or("it cannot be listed".to_owned(), |io| io.kind().to_string());
                found.refused.push((path, reason));
            }
        }
    }
    found.files.sort();
    found.refused.sort();
    found
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_kinds() {
        assert_eq!(FileKind::of("a.tf.json"), Some(FileKind::HclJson));
        assert_eq!(FileKind::of("prod.auto.tfvars"), Some(FileKind::Values));
        assert_eq!(FileKind::of("user_data.SH"), Some(FileKind::Script));
        assert_eq!(FileKind::of("Setup.ps1"), Some(FileKind::Script));
        assert_eq!(FileKind::of("setup.ps1.tftpl"), Some(FileKind::Template));
        assert_eq!(FileKind::of(".env.local"), Some(FileKind::Environment));
        assert_eq!(FileKind::of("main.tf.bak"), None);
        assert_eq!(FileKind::of("terraform.tfstate"), Some(FileKind::State));
        assert_eq!(FileKind::of("terraform.tfstate.1699999999.backup"), Some(FileKind::State));
        assert_eq!(FileKind::of(".terraform.tfstate.lock.info"), None);
        assert_eq!(FileKind::of("Dockerfile"), Some(FileKind::Dockerfile));
        assert_eq!(FileKind::of("docker-compose.dev.yml"), Some(FileKind::Compose));
        assert_eq!(FileKind::of("image.pkr.hcl"), Some(FileKind::Hcl));
        for (path, kind) in [
            ("a/packer/web.json", Some(FileKind::HclJson)),
            ("a/web-packer.json", Some(FileKind::HclJson)),
            ("a/packer-manifest.json", None),
            ("a/web.json", None),
        ] {
            assert_eq!(FileKind::at(Path::new(path)), kind, "{path}");
        }
    }
}
