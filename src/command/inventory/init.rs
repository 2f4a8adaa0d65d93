//! `secretrail inventory init`.

use std::path::Path;

use crate::cli::{Cli, InventoryInitArguments, SetupArguments, What};
use crate::command::output::write;
use crate::command::scan::{Setup, here};
use crate::counted::counted;
use crate::day::Day;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::evidence::{self, Bundle};
use crate::finding::Role;
use crate::inventory::draft::{Names, Since, draft, of_code, of_workflow};
use crate::inventory::{stores, write as writing};
use crate::secret::redact::Redactor;
use crate::shown::shown_page;
use crate::source::Sources;
use crate::source::open::{normalise, read_text_up_to};
use crate::source::walk::walk_logs;

/// Larger files hold no workflow and no Terraform.
const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// More files are more than a repository.
const MOST_FILES: usize = 200_000;

pub(super) fn run(cli: &Cli, arguments: &InventoryInitArguments) -> Result<ExitCode, Error> {
    if let Some(output) = arguments.output.as_deref().filter(|output| output.exists()) {
        return Err(Error::new(ErrorKind::Output, format!("{} already exists", output.display()))
            .hint("name a new file: a draft never overwrites a list"));
    }
    let (mut names, mut unread) = (Names::default(), 0);
    for path in &arguments.paths {
        unread += add_tree(&normalise(&here()?.join(path)), path, &mut names)?;
    }
    add_flows(cli, arguments, &mut names)?;
    let bundle = match &arguments.evidence {
        Some(path) => Some(evidence::read(path, None)?),
        None if arguments.from_aws => Some(live(cli, arguments)?),
        None => None,
    };
    let refused = bundle.as_ref().map(|bundle| add_stored(bundle, &mut names)).unwrap_or_default();
    let inventory = draft(&names);
    if inventory.entries.is_empty() {
        return Err(Error::new(ErrorKind::Input, "no key names were found")
            .hint("name a repository with Terraform or GitHub workflows, or query AWS with --from-aws"));
    }
    let text = writing::text(&inventory, arguments.to);
    // Names only; one that looks like a value is not written down.
    let text = shown_page(&Redactor::default().text(&text));
    write(arguments.output.as_deref(), &|out| out.write_all(text.as_bytes()))?;
    if names.unclear > 0 {
        let count = counted(names.unclear, "key is named by an expression", "keys are named by expressions");
        tracing::warn!("{count}: there is a row only where Terraform shows the name");
    }
    if unread > 0 {
        tracing::warn!("{} could not be read", counted(unread, "file", "files"));
    }
    for what in &refused {
        tracing::warn!("AWS refused to list all {what}: the draft is incomplete");
    }
    if !refused.is_empty() {
        return Ok(ExitCode::Partial);
    }
    Ok(ExitCode::Clean)
}

/// Encrypted parameters and those whose names say secret, and all secrets that are not to be deleted; what could not be
/// listed.
fn add_stored(bundle: &Bundle, names: &mut Names) -> Vec<&'static str> {
    let stored = stores::read(bundle, &Sources::default()).facts;
    let says = |name: &str| crate::secret::names::says_secret(&name.replace('/', "-")).is_some();
    let own = stored.parameters.values().filter(|one| one.is_secure() || says(&one.name));
    names.parameters.extend(own.map(|one| one.name.clone()));
    let secrets = stored.secrets.into_iter().filter(|secret| !secret.deleted).map(|secret| {
        let since = Since { rotated: secret.rotated.map(Day::of), changed: secret.modified.map(Day::of) };
        (secret.name, since)
    });
    names.secrets.extend(secrets);
    let refused = |service: &str| bundle.refusals.iter().any(|refusal| refusal.call.service == service);
    let lists = [
        ("parameters", stored.unlisted.is_some() || refused("ssm")),
        ("secrets of Secrets Manager", stored.no_secrets.is_some() || refused("secretsmanager")),
    ];
    lists.into_iter().filter(|(_, refused)| *refused).map(|(what, _)| what).collect()
}

/// Adds the secrets that Terraform passes on, also where their names are expressions.
fn add_flows(cli: &Cli, arguments: &InventoryInitArguments, names: &mut Names) -> Result<(), Error> {
    if arguments.paths.is_empty() {
        return Ok(());
    }
    let setup = SetupArguments { no_progress: arguments.no_progress, ..SetupArguments::default() };
    let what = What { paths: arguments.paths.clone(), ..setup.what() };
    let looked = Setup::new(&what)?.look(cli, &what, None)?;
    for finding in &looked.scanned.findings {
        let origins = finding.related.iter().filter(|step| step.role == Role::Origin);
        origins.for_each(|origin| names.take_origin(&origin.at.name));
    }
    Ok(())
}

/// Adds the names that stand in files; how many files could not be read.
fn add_tree(path: &Path, named: &Path, names: &mut Names) -> Result<usize, Error> {
    if !path.exists() {
        return Err(Error::new(ErrorKind::Input, format!("{} does not exist", named.display())));
    }
    let files = if path.is_dir() {
        walk_logs(path, &|file| kind(file).is_some()).0
    } else {
        vec![path.to_path_buf()]
    };
    let mut unread = files.len().saturating_sub(MOST_FILES);
    for file in files.iter().take(MOST_FILES) {
        let Some(kind) = kind(file) else { continue };
        match (kind, read_text_up_to(file, MOST_BYTES)) {
            (Kind::Workflow, Ok((text, _))) => names.workflows.extend(of_workflow(&text)),
            (Kind::Code, Ok((text, _))) => of_code(&text, names),
            (_, Err(_)) => unread += 1,
        }
    }
    Ok(unread)
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
    Err(Error::new(ErrorKind::Usage, "this build of secretrail cannot query AWS")
        .hint("build it with `--features aws`, or name what another one collected with --evidence"))
}
