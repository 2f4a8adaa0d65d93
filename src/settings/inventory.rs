//! `[inventory]`: which lists there are, and what a team expects of its keys.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::inventory::Thresholds;

/// More days than this are a mistake: a hundred years.
const MOST_DAYS: i64 = 36_500;

/// `[inventory]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InventorySettings {
    /// The lists.
    pub files: Vec<PathBuf>,
    /// Runbooks with the five answers; the first one is named on the screen.
    pub runbooks: Vec<PathBuf>,
    /// Where practised rotations are noted.
    pub drills: Option<PathBuf>,
    /// What is expected of keys.
    pub thresholds: Thresholds,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Written {
    files: Vec<PathBuf>,
    runbooks: Vec<PathBuf>,
    drills: Option<PathBuf>,
    projects: Vec<Spanned<String>>,
    max_age_days: Option<Spanned<i64>>,
    require_customer_key: bool,
    bootstrap: Option<Vec<String>>,
}

/// The settings; the error says where and what is wrong, and quotes nothing.
pub(super) fn settings(mut written: Written) -> Result<InventorySettings, (usize, &'static str)> {
    let mut thresholds = Thresholds::default();
    if let Some(days) = written.max_age_days.take() {
        let at = days.span().start;
        thresholds.max_age_days = days.into_inner();
        if !(1..=MOST_DAYS).contains(&thresholds.max_age_days) {
            return Err((at, "this must be a whole number from 1 on"));
        }
    }
    for project in std::mem::take(&mut written.projects) {
        let name = project.get_ref();
        if name.trim_matches('/').is_empty() || !name.starts_with('/') || name.contains(char::is_whitespace) {
            return Err((
                project.span().start,
                "a project is the beginning of names: write \"/paperclip-app\"",
            ));
        }
        thresholds.projects.push(format!("/{}", name.trim_matches('/')));
    }
    thresholds.require_customer_key = written.require_customer_key;
    if let Some(bootstrap) = written.bootstrap.take() {
        thresholds.bootstrap = bootstrap;
    }
    let Written { files, runbooks, drills, .. } = written;
    Ok(InventorySettings { files, runbooks, drills, thresholds })
}

impl InventorySettings {
    /// Paths are relative to the settings file.
    pub(super) fn beside(&mut self, home: &Path) {
        for path in self.files.iter_mut().chain(&mut self.runbooks).chain(&mut self.drills) {
            *path = home.join(&path);
        }
    }
}
