//! Puts the texts of `rules/**/*.yml` into the program. They go in as literals, not with
//! `include_str!`, so that no path of the building machine can end in the binary.

use std::io;
use std::path::{Path, PathBuf};

/// Folders below `rules/` deeper than this are a mistake.
const MOST_LEVELS: usize = 8;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=rules");
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    let (root, out) = (variable("CARGO_MANIFEST_DIR")?.join("rules"), variable("OUT_DIR")?);
    let mut rules = Vec::new();
    if root.is_dir() {
        gather(&root, "", 0, &mut rules)?;
    }
    rules.sort();
    let mut code = String::from("static EMBEDDED: &[(&str, &str)] = &[\n");
    for (name, text) in &rules {
        code.push_str(&format!("    ({name:?}, {text:?}),\n"));
    }
    code.push_str("];\n");
    std::fs::write(out.join("embedded_rules.rs"), code)
}

fn gather(folder: &Path, name: &str, level: usize, rules: &mut Vec<(String, String)>) -> io::Result<()> {
    if level > MOST_LEVELS {
        return Err(io::Error::other(format!("rules/{name} is nested too deep")));
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let own =
            entry.file_name().into_string().map_err(|_| io::Error::other("a rule's name is not UTF-8"))?;
        let name = format!("{name}{own}");
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{name}/"), level + 1, rules)?;
        } else if own.ends_with(".yml") && !own.starts_with('.') {
            // Git may check files out with Windows line ends; a rule is the same everywhere.
            let text = std::fs::read_to_string(entry.path())?.replace("\r\n", "\n");
            rules.push((name, text));
        }
    }
    Ok(())
}
