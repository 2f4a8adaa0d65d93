//! Step 4: the team's list of keys, held against their stores.

use std::path::Path;

use crate::cli::{AwsArguments, Cli, SessionArguments, What};
use crate::command::inventory::{Asking, has_list, looked};
use crate::command::scan::Setup;
use crate::counted::counted;
use crate::error::Error;
use crate::inventory::asked::ReadLevel;
use crate::report::{InventorySection, KeyState, ListedKey};
use crate::session::check::Listed;
use crate::session::{Level, Line};
use crate::settings::Settings;
use crate::source::Sources;

/// More gaps are counted, not listed.
const MOST_GAPS: usize = 5;

/// What was found.
pub(super) struct Found {
    pub lines: Vec<Line>,
    pub keys: Vec<Listed>,
}

/// Whether there is a list at all.
pub(super) fn is_asked(settings: &Settings, folder: &Path) -> bool {
    has_list(&settings.inventory, settings.home.as_deref().unwrap_or(folder))
}

/// Why it was not asked.
pub(super) fn not_asked() -> Found {
    let text = "the keys were not checked: AWS did not answer who you are";
    Found { lines: vec![Line::new(Level::Unknown, text)], keys: Vec::new() }
}

/// Asks AWS for the metadata of the keys; never for a value.
pub(super) fn look(cli: &Cli, arguments: &SessionArguments, settings: &Settings, folder: &Path) -> Found {
    match section(cli, arguments, settings, folder) {
        Ok((section, gaps)) => told(&section, &gaps),
        Err(error) => {
            let line = Line::new(Level::Unknown, error.message);
            Found { lines: vec![error.hint.into_iter().fold(line, Line::with)], keys: Vec::new() }
        }
    }
}

fn section(
    cli: &Cli,
    arguments: &SessionArguments,
    settings: &Settings,
    folder: &Path,
) -> Result<(InventorySection, Vec<String>), Error> {
    let base = settings.home.as_deref().unwrap_or(folder);
    let setup = Setup::of_inventory(&What {
        paths: vec![base.to_path_buf()],
        plans: Vec::new(),
        rules: Vec::new(),
        tokens: None,
        settings: arguments.settings.clone(),
        exclude: Vec::new(),
        respect_gitignore: false,
        no_progress: true,
        now: None,
    })?;
    let aws = AwsArguments {
        profile: arguments.profile.clone(),
        region: arguments.region.clone(),
        role_arn: None,
        external_id: None,
        role_session_name: "secretrail".to_owned(),
        key_ids: false,
        timeout: arguments.timeout,
        clock: arguments.clock,
    };
    let asking = Asking {
        files: &[],
        evidence: None,
        trails: &[],
        save: None,
        level: ReadLevel::Metadata,
        aws: &aws,
        no_progress: false,
    };
    let sources = Sources::default();
    sources.set_base(setup.base.clone());
    let (looked, section) = looked(cli, &setup, &asking, sources)?;
    let hiding = looked.scanned.gaps.into_iter().filter(|gap| gap.hides_findings);
    let gap = |gap: crate::reading::Gap| match gap.name.as_str() {
        "" => gap.reason,
        name => format!("{name}: {}", gap.reason),
    };
    Ok((section, hiding.map(gap).collect()))
}

fn told(section: &InventorySection, gaps: &[String]) -> Found {
    let mut lines: Vec<Line> = section.keys.iter().map(line).collect();
    lines.extend(gaps.iter().take(MOST_GAPS).map(|gap| Line::new(Level::Unknown, gap.clone())));
    if gaps.len() > MOST_GAPS {
        lines.push(Line::new(
            Level::Unknown,
            format!("and {} more", counted(gaps.len() - MOST_GAPS, "gap", "gaps")),
        ));
    }
    if !section.unlisted.is_empty() {
        let text = format!(
            "{} below the projects that no row lists",
            counted(section.unlisted.len(), "parameter", "parameters")
        );
        lines.push(Line::new(Level::Note, text).with("`secretrail inventory check` names them"));
    }
    let is_well = lines.iter().all(|line| line.level == Level::Fine);
    let level = if is_well { Level::Fine } else { Level::Note };
    lines.push(Line::new(level, section.advice()));
    let listed = |key: &ListedKey| Listed {
        key: key.key.clone(),
        location: key.location.clone(),
        status: key.status.clone(),
        age_days: key.age_days,
    };
    Found { lines, keys: section.keys.iter().map(listed).collect() }
}

fn line(key: &ListedKey) -> Line {
    let level = match (key.state, key.status.as_str()) {
        (KeyState::Good, _) => Level::Fine,
        (KeyState::Elsewhere, _) | (_, "not-checked") => Level::Note,
        (KeyState::Doubtful, _) => Level::Warning,
        (KeyState::Bad, "unreadable") => Level::Unknown,
        (KeyState::Bad, _) => Level::Problem,
    };
    let why = key.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
    let text = if level == Level::Fine { key.title.clone() } else { format!("{}{why}", key.title) };
    Line { word: Some(key.shouted.clone()), ..Line::new(level, text) }
}
