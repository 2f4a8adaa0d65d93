//! Where secretrail looks, and what with: paths, settings, rules and tokens.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ignore::overrides::{Override, OverrideBuilder};

use super::rules;
use crate::cli::What;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::finding::Surface;
use crate::rule::{Rule, RuleSet};
use crate::secret::tokens::{TokenTable, Unusable};
use crate::settings::{Settings, place};
use crate::source::open::{normalise, read_text};

/// How long a scan may take to stop.
const MOST_WAIT: Duration = Duration::from_secs(1);

/// Where secretrail looks, and what with.
pub(super) struct Setup {
    /// The folder that names are relative to.
    pub base: PathBuf,
    pub paths: Vec<PathBuf>,
    /// Plans and states that were handed over.
    pub(super) plans: Vec<PathBuf>,
    /// Those of the file.
    pub settings: Settings,
    /// Ours and the team's.
    pub rules: RuleSet,
    /// Ours or the team's.
    pub tokens: Arc<TokenTable>,
    /// What of the team's tokens can't be used.
    pub(super) token_gaps: Option<(PathBuf, Vec<Unusable>)>,
    /// Rules of the team that nothing can meet: file, name and reason.
    pub(super) rule_gaps: Vec<(PathBuf, String, String)>,
    /// By the settings, and by the user.
    pub(super) excluded: [Override; 2],
    pub(super) respect_gitignore: bool,
    /// What is audited: rules and ignores of others are not asked.
    pub(super) surfaces: &'static [Surface],
    pub(super) stop: Arc<AtomicBool>,
}

impl Setup {
    pub(super) fn new(what: &What) -> Result<Self, Error> {
        Self::stopped_by(stop_on_ctrl_c(), what, &[Surface::Terraform])
    }

    /// The same for an account: nothing of the disk is scanned.
    pub(super) fn of_account(what: &What) -> Result<Self, Error> {
        Self::stopped_by(Arc::default(), what, &[Surface::Account])
    }

    /// The same for lists of keys.
    pub(super) fn of_inventory(what: &What) -> Result<Self, Error> {
        Self::stopped_by(Arc::default(), what, &[Surface::Inventory])
    }

    /// The same for logs: nothing of them is scanned for secrets.
    pub(super) fn of_trail(what: &What) -> Result<Self, Error> {
        Self::stopped_by(stop_on_ctrl_c(), what, &[Surface::Trail])
    }

    /// The same for all surfaces at once: names are relative to the current folder.
    pub(super) fn of_audit(what: &What) -> Result<Self, Error> {
        let all = &[Surface::Terraform, Surface::Account, Surface::Trail, Surface::Inventory];
        Self::stopped_by(stop_on_ctrl_c(), what, all)
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
    pub(super) fn stopped_by(
        stop: Arc<AtomicBool>,
        what: &What,
        surfaces: &'static [Surface],
    ) -> Result<Self, Error> {
        let (base, paths) = scanned_paths(what)?;
        let base = if surfaces.len() > 1 { here()? } else { base };
        let mut settings = Settings::load(what.settings.as_deref(), &base)?;
        if let Some(file) = &settings.file {
            tracing::info!("settings from {}", file.display());
        }
        let mut folders = settings.rules.clone();
        folders.extend(what.rules.iter().cloned());
        let rules = rules::load(&folders)?;
        let rule_gaps = rules::never_met(&rules, &folders)?;
        for error in rules.unusable() {
            tracing::warn!("rule skipped: {error}");
        }
        known_rules(&rules, &settings)?;
        let is_asked = |name: &str| rules.get(name).is_none_or(|rule| judges(rule, surfaces));
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
            surfaces,
            stop,
        })
    }
}

/// Whether a rule has to do with one of these surfaces.
pub(super) fn judges(rule: &Rule, surfaces: &[Surface]) -> bool {
    surfaces.iter().any(|surface| judges_one(rule, *surface))
}

/// Whether a rule has to do with a surface: with an account those that judge it and those about ignores, else all
/// others.
fn judges_one(rule: &Rule, surface: Surface) -> bool {
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
    let here = std::env::current_dir().unwrap_or_default();
    // A folder that is moved is the same job, and so is one that is typed in another way.
    let plain = |path: &PathBuf| {
        let below = path.strip_prefix(&here).unwrap_or(path);
        let parts: PathBuf = below.components().filter(|part| *part != Component::CurDir).collect();
        let told = if path.to_string_lossy().contains("://") { path.clone() } else { parts };
        if told.as_os_str().is_empty() { ".".to_owned() } else { told.display().to_string() }
    };
    let paths: Vec<String> = paths.map(plain).collect();
    let paths = if paths.is_empty() { ".".to_owned() } else { paths.join(" ") };
    // Two folders may hold the same names, and share a history.
    let folder = here.file_name().unwrap_or_default().to_string_lossy();
    format!("{surface} {paths} in {folder}")
}

pub(super) fn stop_on_ctrl_c() -> Arc<AtomicBool> {
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
        Error::new(ErrorKind::Input, format!("the current folder cannot be read: {}", error.kind()))
    })
}

/// The folder that names are relative to, and the absolute paths to scan. Standard input is `-`.
pub(super) fn scanned_paths(what: &What) -> Result<(PathBuf, Vec<PathBuf>), Error> {
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
            return Err(Error::new(ErrorKind::Input, format!("{} cannot be read: {reason}", path.display()))
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
        false => format!("{file}{at}: this is not the name of a rule"),
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

fn excluded(base: &Path, globs: &[String]) -> Result<Override, Error> {
    let mut builder = OverrideBuilder::new(base);
    let wrong =
        |error: &ignore::Error| Error::new(ErrorKind::Settings, format!("exclude cannot be used: {error}"));
    for glob in globs {
        builder.add(&format!("!{glob}")).map_err(|error| wrong(&error))?;
    }
    builder.build().map_err(|error| wrong(&error))
}
