//! `secretrail inventory init`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::{Cli, InventoryInitArguments};
use crate::command::output::write;
use crate::command::scan::here;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::evidence::{self, Bundle};
use crate::inventory::draft::{draft, of_code, of_workflow};
use crate::inventory::{stores, write as writing};
use crate::secret::redact::Redactor;
use crate::source::Sources;
use crate::source::open::{normalise, read_text_up_to};
use crate::source::walk::walk_logs;

/// Larger files hold no workflow and no Terraform.
const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// More files are more than a repository.
const MOST_FILES: usize = 200_000;

/// Names that were found, and what could not be told.
#[derive(Default)]
struct Names {
    parameters: BTreeSet<String>,
    workflows: BTreeSet<String>,
    unclear: usize,
    unread: usize,
}

pub(super) fn run(cli: &Cli, arguments: &InventoryInitArguments) -> Result<ExitCode, Error> {
    if let Some(output) = arguments.output.as_deref().filter(|output| output.exists()) {
        return Err(Error::new(ErrorKind::Output, format!("{} is there already", output.display()))
            .hint("name a new file: a draft never takes the place of a list"));
    }
    let mut names = Names::default();
    for path in &arguments.paths {
        add_tree(&normalise(&here()?.join(path)), path, &mut names)?;
    }
    let bundle = match &arguments.evidence {
        Some(path) => Some(evidence::read(path, None)?),
        None if arguments.from_aws => Some(live(cli, arguments)?),
        None => None,
    };
    let refused = bundle.as_ref().map_or(0, |bundle| add_stored(bundle, &mut names));
    let inventory = draft(&names.parameters, &names.workflows);
    if inventory.entries.is_empty() {
        return Err(Error::new(ErrorKind::Input, "no name of a key was found")
            .hint("name a repository with Terraform or GitHub workflows, or ask AWS with --from-aws"));
    }
    let text = writing::text(&inventory, arguments.to);
    // Names only; one that looks like a value is not written down.
    let text = Redactor::default().text(&text).into_owned();
    write(arguments.output.as_deref(), &|out| out.write_all(text.as_bytes()))?;
    if names.unclear > 0 {
        tracing::warn!("{} parameters are named by an expression, and are not in the draft", names.unclear);
    }
    if names.unread > 0 {
        tracing::warn!("{} files could not be read", names.unread);
    }
    if refused > 0 {
        tracing::warn!("AWS refused to list all parameters: the draft is not whole");
        return Ok(ExitCode::Partial);
    }
    Ok(ExitCode::Clean)
}

/// Encrypted parameters and those whose names say secret; how many calls were refused.
fn add_stored(bundle: &Bundle, names: &mut Names) -> usize {
    let stored = stores::read(bundle, &Sources::default()).facts;
    let says = |name: &str| crate::secret::names::says_secret(&name.replace('/', "-")).is_some();
    let own = stored.parameters.values().filter(|one| one.is_secure() || says(&one.name));
    names.parameters.extend(own.map(|one| one.name.clone()));
    bundle.refusals.iter().filter(|refusal| refusal.call.service == "ssm").count()
}

fn add_tree(path: &Path, named: &Path, names: &mut Names) -> Result<(), Error> {
    if !path.exists() {
        return Err(Error::new(ErrorKind::Input, format!("{} is not there", named.display())));
    }
    let files = if path.is_dir() {
        walk_logs(path, &|file| kind(file).is_some()).0
    } else {
        vec![path.to_path_buf()]
    };
    for file in files.iter().take(MOST_FILES) {
        match kind(file) {
            Some(Kind::Workflow) => match read_text_up_to(file, MOST_BYTES) {
                Ok((text, _)) => names.workflows.extend(of_workflow(&text)),
                Err(_) => names.unread += 1,
            },
            Some(Kind::Code) => match read_text_up_to(file, MOST_BYTES) {
                Ok((text, _)) => {
                    let (found, unclear) = of_code(&text);
                    names.parameters.extend(found);
                    names.unclear += unclear;
                }
                Err(_) => names.unread += 1,
            },
            None => {}
        }
    }
    names.unread += files.len().saturating_sub(MOST_FILES);
    Ok(())
}

enum Kind {
    Workflow,
    Code,
}

/// What a file is for a draft; what is downloaded or kept by git is not read.
fn kind(file: &Path) -> Option<Kind> {
    let path = file.to_string_lossy().replace('\\', "/");
    if ["/.git/", "/.terraform/", "/node_modules/", "/target/"].iter().any(|folder| path.contains(folder)) {
        return None;
    }
    let end = file.extension()?.to_string_lossy().to_ascii_lowercase();
    match end.as_str() {
        "yml" | "yaml" if path.contains("/.github/") => Some(Kind::Workflow),
        "tf" | "tofu" | "sh" | "bash" | "tpl" | "tftpl" | "ps1" => Some(Kind::Code),
        _ => None,
    }
}

#[cfg(feature = "aws")]
fn live(cli: &Cli, arguments: &InventoryInitArguments) -> Result<Bundle, Error> {
    super::live::everything(cli, &arguments.aws, arguments.no_progress)
}

#[cfg(not(feature = "aws"))]
fn live(_: &Cli, _: &InventoryInitArguments) -> Result<Bundle, Error> {
    Err(Error::new(ErrorKind::Usage, "this build of secretrail can't ask AWS")
        .hint("build it with `--features aws`, or name what another one collected with --evidence"))
}
