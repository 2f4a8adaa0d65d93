//! Which folders belong together: a root, the modules that it calls and the scripts that it uses. What is not read in
//! one part can't hide a finding of another.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{SourceId, Sources};
use crate::terraform::directory::Directory;
use crate::terraform::tree::Tree;

/// The folder of a document, by its reported name; empty where it has none.
pub fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folders of each part, as reports name them. `used` are the documents that each root was followed through.
pub(super) fn parts(
    tree: &Tree,
    sources: &Sources,
    roots: &[&Directory],
    used: &[&BTreeSet<SourceId>],
) -> Vec<BTreeSet<String>> {
    let folder = |source: SourceId| folder_of(&sources.name(source)).to_owned();
    let of_root = |(root, used): (&&Directory, &&BTreeSet<SourceId>)| -> BTreeSet<String> {
        let modules = tree.reached_from(root);
        let files = modules.iter().filter_map(|path| tree.directory(path)).flat_map(|one| &one.files);
        files.map(|(source, _)| *source).chain(used.iter().copied()).map(folder).collect()
    };
    joined(roots.iter().zip(used).map(of_root))
}

/// Joins sets that share a folder.
fn joined(sets: impl Iterator<Item = BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let mut parts: Vec<BTreeSet<String>> = Vec::new();
    let mut part_of: BTreeMap<String, usize> = BTreeMap::new();
    for set in sets {
        let touched: BTreeSet<usize> = set.iter().filter_map(|folder| part_of.get(folder)).copied().collect();
        let into = touched.first().copied().unwrap_or(parts.len());
        let mut all = set;
        for at in touched {
            all.append(&mut parts.get_mut(at).map(std::mem::take).unwrap_or_default());
        }
        part_of.extend(all.iter().map(|folder| (folder.clone(), into)));
        match parts.get_mut(into) {
            Some(part) => *part = all,
            None => parts.push(all),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shares_a_folder_is_one_part() {
        let set = |folders: &[&str]| folders.iter().map(|one| (*one).to_owned()).collect::<BTreeSet<_>>();
        let parts = joined([set(&["a", "m"]), set(&["b", "n"]), set(&["c"]), set(&["m", "n"])].into_iter());
        assert_eq!(parts, [set(&["a", "b", "m", "n"]), set(&["c"])]);
        assert_eq!((folder_of("a/b.tf"), folder_of("b.tf")), ("a", ""));
    }
}
