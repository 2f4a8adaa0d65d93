//! Which files are looked into: all below the paths, and the known places of a user's home.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::look::Gap;
use crate::command::scan::Setup;
use crate::error::{Error, ErrorKind};
use crate::sighting::Place;
use crate::source::walk::refused_at;

/// Files of a user's home that hold keys, and folders whose files do.
const HOME: &[&str] = &[
    ".bash_history",
    ".zsh_history",
    ".sh_history",
    ".ash_history",
    ".history",
    ".python_history",
    ".node_repl_history",
    ".psql_history",
    ".mysql_history",
    ".local/share/fish/fish_history",
    ".local/share/powershell/PSReadLine",
    "AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine",
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".bash_aliases",
    ".profile",
    ".xprofile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".zlogin",
    ".kshrc",
    ".cshrc",
    ".tcshrc",
    ".pam_environment",
    ".config/environment.d",
    ".config/fish",
    ".config/powershell",
    "Documents/PowerShell",
    "Documents/WindowsPowerShell",
    ".aws",
    ".claude.json",
    ".claude",
    ".config/Claude/claude_desktop_config.json",
    "AppData/Roaming/Claude/claude_desktop_config.json",
    "Library/Application Support/Claude/claude_desktop_config.json",
    ".codex",
    ".gemini",
    ".cursor/mcp.json",
    ".mcp.json",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".pypirc",
    ".config/pip/pip.conf",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".gitconfig",
    ".config/git",
    ".config/gh",
    ".docker/config.json",
    ".kube/config",
    ".env",
    ".envrc",
    ".env.local",
];

/// A file to look into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct File {
    /// As it is told.
    pub name: String,
    pub path: PathBuf,
    pub length: u64,
    /// Names say nothing in it: other people's code.
    pub values_only: bool,
}

impl File {
    /// What kind of place it is: by the name that is told, or by the folders above.
    pub fn place(&self) -> Place {
        let by_path = || Place::of(&self.path.to_string_lossy().replace('\\', "/"));
        Some(Place::of(&self.name)).filter(|place| !place.is_unknown()).unwrap_or_else(by_path)
    }
}

#[derive(Debug, Default)]
pub(super) struct Files {
    pub files: Vec<File>,
    pub gaps: Vec<Gap>,
    /// Files that the settings exclude.
    pub excluded: usize,
    /// Links, which are not followed, and the histories of git.
    links: usize,
    histories: usize,
}

/// All files, in order of their names, each once.
pub(super) fn find(setup: &Setup, home: Option<&Path>) -> Result<Files, Error> {
    let mut all = Files::default();
    let sources = crate::source::Sources::default();
    sources.set_base(setup.base.clone());
    for path in &setup.paths {
        if path.as_os_str() == "-" {
            return Err(Error::new(ErrorKind::Usage, "standard input cannot be searched")
                .hint("write it to a file, or give values with --values-stdin"));
        }
        let name = |path: &Path| sources.reported_name(path);
        all.walk(path, setup.respect_gitignore, &name);
    }
    if let Some(home) = home {
        all.add_home(&folder(home)?);
    }
    // A file below a path and in the home, too, is told by its path.
    all.files.sort_by(|a, b| (&a.path, a.name.starts_with('~')).cmp(&(&b.path, b.name.starts_with('~'))));
    all.files.dedup_by(|later, first| later.path == first.path);
    all.files.sort();
    let before = all.files.len();
    all.files.retain(|file| !setup.is_excluded(&file.path));
    all.excluded = before - all.files.len();
    all.tell_unfollowed();
    Ok(all)
}

/// The folder that the user names, or the user's own.
fn folder(named: &Path) -> Result<PathBuf, Error> {
    let own = || ["HOME", "USERPROFILE"].iter().find_map(std::env::var_os);
    let folder =
        if named.as_os_str().is_empty() { own().map(PathBuf::from) } else { Some(named.to_path_buf()) };
    folder.filter(|folder| folder.is_dir()).ok_or_else(|| {
        Error::new(ErrorKind::Input, "the home folder cannot be searched").hint("name it: --home=/home/alice")
    })
}

impl Files {
    /// Links are not followed, so loops can't be, and no file is told twice.
    fn walk(&mut self, root: &Path, respect_gitignore: bool, name: &dyn Fn(&Path) -> String) {
        let mut builder = WalkBuilder::new(root);
        builder
            .hidden(false)
            .parents(respect_gitignore)
            .ignore(false)
            .git_ignore(respect_gitignore)
            .git_exclude(respect_gitignore)
            .git_global(false)
            .follow_links(false);
        // Packed and compressed: a value can't be seen in it.
        builder.filter_entry(|entry| {
            let above = entry.path().parent().and_then(Path::file_name);
            !(above.is_some_and(|above| above == ".git") && entry.file_name() == "objects")
        });
        for entry in builder.build() {
            match entry {
                Ok(entry) => self.add(&entry, root, name),
                Err(error) => {
                    let reason = error.io_error().map_or_else(
                        || "it cannot be listed".to_owned(),
                        |error| format!("it cannot be read: {}", error.kind()),
                    );
                    let at = refused_at(&error, root);
                    self.gaps.push(Gap { name: name(&at), reason, hides_findings: true });
                }
            }
        }
    }

    fn add(&mut self, entry: &ignore::DirEntry, root: &Path, name: &dyn Fn(&Path) -> String) {
        let path = entry.path();
        let Some(kind) = entry.file_type() else { return };
        if kind.is_dir() {
            self.histories += usize::from(entry.file_name() == ".git" && path.join("objects").is_dir());
        } else if kind.is_symlink() && entry.depth() > 0 {
            self.links += 1;
        } else if kind.is_file() || kind.is_symlink() {
            let length = path.metadata().map_or(0, |data| data.len());
            let below = path.strip_prefix(root).unwrap_or(path).components();
            let values_only =
                below.into_iter().any(|part| is_other_people_s(&part.as_os_str().to_string_lossy()));
            self.files.push(File { name: name(path), path: path.to_path_buf(), length, values_only });
        }
    }

    fn add_home(&mut self, home: &Path) {
        let name = |path: &Path| {
            let below = path.strip_prefix(home).unwrap_or(path).to_string_lossy().replace('\\', "/");
            format!("~/{below}")
        };
        for place in HOME.iter().map(|place| home.join(place)).filter(|place| place.exists()) {
            self.walk(&place, false, &name);
        }
        // What `reg export` wrote.
        let entries = std::fs::read_dir(home).into_iter().flatten().filter_map(Result::ok);
        let exports = entries.map(|entry| entry.path());
        for path in exports.filter(|path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("reg")))
        {
            self.walk(&path, false, &name);
        }
    }

    fn tell_unfollowed(&mut self) {
        for (count, what, then) in [
            (self.links, "links are not followed", "name what they lead to"),
            (self.histories, "git history is not searched", "a value that was deleted can still be there"),
        ] {
            if count > 0 {
                let reason = format!("{what} ({count}): {then}");
                self.gaps.push(Gap { name: String::new(), reason, hides_findings: false });
            }
        }
    }
}

/// Folders of code that was downloaded: what it reads is not this team's.
fn is_other_people_s(folder: &str) -> bool {
    crate::source::walk::is_skipped(folder) && !matches!(folder, ".git" | ".terraform" | ".vscode" | ".idea")
}
