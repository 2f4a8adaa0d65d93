//! The evidence that an audit is given.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::evidence::{self, Bundle};

/// Bundles, in the order in which they were named. Each surface is audited from the first one that holds it.
pub(super) struct Bundles<'b>(Vec<(&'b Path, Bundle)>);

impl<'b> Bundles<'b> {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// As [`evidence::read`].
    pub(super) fn read(paths: &'b [PathBuf]) -> Result<Self, Error> {
        let read = |path: &'b PathBuf| Ok((path.as_path(), evidence::read(path, None)?));
        paths.iter().map(read).collect::<Result<_, Error>>().map(Self)
    }

    /// The first one that holds a surface.
    pub(super) fn holding(&self, surface: &str) -> Option<(&'b Path, &Bundle)> {
        let holds = |bundle: &Bundle| bundle.manifest.surfaces.iter().any(|one| one == surface);
        self.0.iter().find(|(_, bundle)| holds(bundle)).map(|(path, bundle)| (*path, bundle))
    }

    /// What of them nobody looked at, and why.
    pub(super) fn left_over(&self, reads_their_trail: bool, has_lists: bool) -> Vec<(&'b Path, String)> {
        let of = |(path, bundle): &(&'b Path, Bundle)| -> Vec<(&'b Path, String)> {
            let reasons = self.unread(path, bundle, reads_their_trail, has_lists);
            reasons.into_iter().map(|reason| (*path, reason)).collect()
        };
        self.0.iter().flat_map(of).collect()
    }

    fn unread(&self, path: &Path, bundle: &Bundle, reads_its_trail: bool, has_lists: bool) -> Vec<String> {
        let surfaces = &bundle.manifest.surfaces;
        let reason = |surface: &String| match surface.as_str() {
            "account" | "trail" | "inventory"
                if self.holding(surface).is_some_and(|(first, _)| first != path) =>
            {
                Some(format!("its {surface} was not audited: another bundle also holds one"))
            }
            "trail" if !reads_its_trail => {
                Some("its trail was not audited: --trail names logs instead".to_owned())
            }
            "inventory" if !has_lists => {
                Some("its parameters were not audited: no list of keys is named".to_owned())
            }
            "account" | "trail" | "inventory" => None,
            other => Some(format!("this version cannot audit the surface {other}")),
        };
        if surfaces.is_empty() {
            return vec!["the bundle names no surface, so nothing in it was audited".to_owned()];
        }
        surfaces.iter().filter_map(reason).collect()
    }
}
