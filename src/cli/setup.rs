//! What commands that look at several things have in common: rules, settings, and how they show their work.

use std::path::PathBuf;

use clap::Args;

use super::What;
use crate::day::Day;

/// Rules and settings.
#[derive(Debug, Clone, Default, Args)]
pub struct SetupArguments {
    /// A folder of your own rules; repeatable.
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,

    /// The settings file [default: secretrail.toml in the current folder, or above it in its repository].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// Hide the progress bar.
    #[arg(long)]
    pub no_progress: bool,

    /// The day that ignores are compared with, for tests [default: today, in UTC].
    #[arg(long, value_name = "DAY", hide = true, value_parser = super::day)]
    pub now: Option<Day>,
}

impl SetupArguments {
    /// The same for who sets up a run: nothing to look into yet.
    pub fn what(&self) -> What {
        What {
            paths: Vec::new(),
            plans: Vec::new(),
            rules: self.rules.clone(),
            tokens: None,
            settings: self.settings.clone(),
            exclude: Vec::new(),
            respect_gitignore: false,
            no_progress: self.no_progress,
            now: self.now,
        }
    }
}
