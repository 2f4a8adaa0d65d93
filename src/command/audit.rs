//! `secretrail audit`: all surfaces, one report.

mod turn;

use std::path::PathBuf;
use std::time::Instant;

use jiff::Timestamp;

use self::turn::Turn;
use super::account;
use super::inventory::check;
use super::job::{asked, of_audit};
use super::outcome::{Asked, Outcome, Sections, Window};
use super::scan::{Looked, Setup};
use super::silencing::Silencing;
use super::trail::input::is_remote;
use super::trail::{self, Logs};
use crate::cli::{AuditArguments, Cli, What};
use crate::counted::counted;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::evidence::{self, Bundle};
use crate::finding::Surface;
use crate::reading::Gap;
use crate::settings::Audit;
use crate::source::open::normalise;
use crate::source::{SourceId, Sources, Span};

pub(super) fn run(cli: &Cli, arguments: &AuditArguments) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let setup = Setup::of_audit(&what(arguments))?;
    let silencing = Silencing::load(&setup, arguments.report.baseline.as_deref(), arguments.setup.now)?;
    let (mut job, missing) = job(arguments, &setup)?;
    let foreign = foreign(&mut job, arguments, &setup);
    let scope = of_audit(arguments, &setup.settings.audit);
    let turn = Turn::begin(arguments, &job, &scope, &setup)?;
    let mut all = All::new(&setup);
    for path in &missing {
        all.gap(
            &path.display().to_string(),
            "there is no such file or folder, though the settings name it".to_owned(),
        );
    }
    for bucket in &foreign {
        let reason = "left alone: a bucket is asked for settings that --settings names".to_owned();
        all.gap(&bucket.display().to_string(), reason);
    }
    if let Some(left) = left_out(&job, &setup.settings.audit).filter(|_| foreign.is_empty()) {
        all.note("[audit]", left);
    }
    if !job.terraform.is_empty() {
        all.look(Surface::Terraform, |sources, _| {
            let trees = job.terraform.iter().map(|tree| normalise(&setup.base.join(tree)));
            let trees: Vec<PathBuf> = trees.collect();
            let what = what(arguments);
            setup.look_into(cli, &what, None, &trees, sources)
        })?;
    }
    let bundles = job.evidence.iter().map(|path| Ok((path, evidence::read(path, None)?)));
    let bundles: Vec<(&PathBuf, Bundle)> = bundles.collect::<Result<_, Error>>()?;
    let holds = |surface: &str| {
        bundles.iter().find(|(_, bundle)| bundle.manifest.surfaces.iter().any(|s| s == surface))
    };
    let mut refused = None;
    if let Some((_, bundle)) = holds("account") {
        all.account(bundle);
    } else if job.aws {
        let accounts = setup.settings.accounts.as_ref().filter(|_| setup.settings.is_named);
        if accounts.is_none() && setup.settings.accounts.is_some() {
            all.note(
                "[accounts]",
                "left alone: roles of other accounts are assumed for a file that --settings names".into(),
            );
        }
        match account::live(cli, accounts, &arguments.aws, arguments.setup.no_progress) {
            Ok(bundle) => all.account(&bundle),
            // What else was found is not lost for it.
            Err(error) if error.kind == ErrorKind::Input => {
                all.gap("AWS", format!("the account was not audited: {error}"));
                refused = Some(error);
            }
            Err(error) => return Err(error),
        }
    }
    let collected = holds("trail").map(|(path, _)| Logs::Evidence(path));
    let logs = match job.trail.is_empty() {
        false => Some(Logs::Paths(&job.trail)),
        true if job.live => Some(Logs::Live),
        true => collected,
    };
    let mut window = None;
    if let Some(logs) = logs {
        let since = if matches!(logs, Logs::Evidence(_)) { None } else { turn.since };
        let asking =
            trail::Asking { logs, since, aws: &arguments.aws, no_progress: arguments.setup.no_progress };
        all.since = since.and_then(|since| Timestamp::from_second(since).ok());
        let hiding = all.hiding();
        all.look(Surface::Trail, |sources, sections| {
            let (looked, section) = trail::plain(cli, &asking, &setup, sources)?;
            sections.trail = Some(section);
            Ok(looked)
        })?;
        // What could not be read is read again the next time.
        let read_to = (all.hiding() == hiding && !turn.leaves_a_hole).then_some(turn.begun);
        window = all.since.filter(|_| turn.comes_back).map(|since| Window {
            surface: Surface::Trail,
            since,
            read_to,
        });
    }
    let evidence = holds("inventory").map(|(path, _)| path.as_path());
    let can_hold = evidence.is_some() || (job.aws && refused.is_none());
    let has_lists = !arguments.lists.is_empty() || !setup.settings.inventory.files.is_empty();
    if !arguments.lists.is_empty() && !can_hold && !job.aws {
        return Err(Error::new(ErrorKind::Usage, "nothing says what the lists of keys are held against").hint(
            "ask AWS with --aws, or name what `secretrail collect --surface inventory` wrote with --evidence",
        ));
    }
    if has_lists && !can_hold && (job.aws || job == setup.settings.audit) {
        all.gap("[inventory]", "the lists of keys were held against nothing".to_owned());
    }
    if let Some(count) = all.members {
        let accounts = counted(count, "account", "accounts");
        let trails = if job.trail.is_empty() { " and trails" } else { "" };
        all.note(
            "[accounts]",
            format!(
                "parameters{trails} of the {accounts} were not looked at: lists of keys are held against the account that asks, \
                 and the event history that is asked is that account's"
            ),
        );
    }
    for (path, bundle) in &bundles {
        for left in left_over(bundle, path, &holds, (job.trail.is_empty(), has_lists)) {
            all.gap(&path.display().to_string(), left);
        }
    }
    if has_lists && can_hold {
        let asking = check::Asking::plain(
            &arguments.lists,
            evidence,
            &job.trail,
            &arguments.aws,
            arguments.setup.no_progress,
        );
        all.look(Surface::Inventory, |sources, sections| {
            let (looked, section) = check::looked(cli, &setup, &asking, sources)?;
            sections.inventory = Some(section);
            Ok(looked)
        })?;
    }
    if all.surfaces.is_empty() && !foreign.is_empty() {
        return Err(Error::new(
            ErrorKind::Usage,
            "the settings name only buckets, and nobody named the settings",
        )
        .hint("--settings FILE trusts them"));
    }
    if all.surfaces.is_empty() {
        return Err(refused.unwrap_or_else(|| {
            Error::new(ErrorKind::Usage, "nothing says what to audit")
                .hint("name trees, --trail, --evidence or --aws, or write [audit] in secretrail.toml")
        }));
    }
    let asked = Asked {
        since: None,
        sections: all.sections,
        scope,
        window,
        surfaces: all.surfaces,
        nothing: nothing_to_audit,
    };
    Outcome { setup: &setup, looked: all.looked, silencing, asked }.report(cli, &arguments.report, started)
}

/// What of a bundle nobody looked at, and why: each surface is audited from the first bundle that holds it.
fn left_over<'b>(
    bundle: &Bundle,
    path: &PathBuf,
    holds: &dyn Fn(&str) -> Option<&'b (&'b PathBuf, Bundle)>,
    (reads_its_trail, has_lists): (bool, bool),
) -> Vec<String> {
    let surfaces = &bundle.manifest.surfaces;
    let reason = |surface: &String| match surface.as_str() {
        "account" | "trail" | "inventory" if holds(surface).is_some_and(|(first, _)| *first != path) => {
            Some(format!("its {surface} was not audited: another bundle holds one too"))
        }
        "trail" if !reads_its_trail => Some("its trail was not audited: --trail names logs".to_owned()),
        "inventory" if !has_lists => {
            Some("its parameters were not audited: no list of keys is named".to_owned())
        }
        "account" | "trail" | "inventory" => None,
        other => Some(format!("{other} is no surface that this version audits")),
    };
    if surfaces.is_empty() {
        return vec!["the bundle names no surface, so nothing of it was audited".to_owned()];
    }
    surfaces.iter().filter_map(reason).collect()
}

fn nothing_to_audit() -> Error {
    Error::new(ErrorKind::Input, "nothing was found to audit")
        .hint("name folders that hold Terraform or CloudTrail's logs; --exit-zero accepts an empty report")
}

/// What the settings name and this run leaves out, as the user named something else.
fn left_out(job: &Audit, settings: &Audit) -> Option<String> {
    let left = [
        ("terraform", job.terraform.is_empty() && !settings.terraform.is_empty()),
        ("trail", job.trail.is_empty() && !job.live && (!settings.trail.is_empty() || settings.live)),
        ("evidence", job.evidence.is_empty() && !settings.evidence.is_empty()),
        ("aws", settings.aws && !job.aws && job.evidence.is_empty()),
    ];
    let left: Vec<&str> = left.into_iter().filter(|(_, left)| *left).map(|(name, _)| name).collect();
    (!left.is_empty()).then(|| {
        format!(
            "{} of the settings left out: what is named on the command line is audited instead",
            left.join(", ")
        )
    })
}

/// What is audited: what the user names, else what the settings name; and what of the latter is not there.
fn job(arguments: &AuditArguments, setup: &Setup) -> Result<(Audit, Vec<PathBuf>), Error> {
    let mut job = asked(arguments, &setup.settings.audit);
    if job == setup.settings.audit {
        let (there, missing) = there(&job);
        if !missing.is_empty() {
            return Ok((there, missing));
        }
        job = there;
    }
    match job.terraform.iter().chain(&job.trail).find(|path| !is_remote(path) && !path.exists()) {
        Some(path) => Err(Error::new(
            ErrorKind::Input,
            format!("{} can't be read: there is no such file or folder", path.display()),
        )
        .hint("name folders or files that exist")),
        None => Ok((job, Vec::new())),
    }
}

/// Takes out the buckets of a file that nobody named: a repository must not choose whom the caller's credentials are shown.
fn foreign(job: &mut Audit, arguments: &AuditArguments, setup: &Setup) -> Vec<PathBuf> {
    if setup.settings.is_named || !arguments.trails.is_empty() {
        return Vec::new();
    }
    let (foreign, own) = std::mem::take(&mut job.trail).into_iter().partition(|path| is_remote(path));
    job.trail = own;
    foreign
}

/// A job that nobody watches looks at what there is, and tells what is not. Where nothing is there, nothing is taken out.
fn there(job: &Audit) -> (Audit, Vec<PathBuf>) {
    let is_there = |path: &PathBuf| is_remote(path) || path.exists();
    let part = |paths: &[PathBuf]| -> (Vec<PathBuf>, Vec<PathBuf>) {
        paths.iter().cloned().partition(|path| is_there(path))
    };
    let (terraform, mut missing) = part(&job.terraform);
    let (trail, more) = part(&job.trail);
    missing.extend(more);
    let rest = Audit { terraform, trail, ..job.clone() };
    if rest.is_empty() { (job.clone(), Vec::new()) } else { (rest, missing) }
}

fn what(arguments: &AuditArguments) -> What {
    What { tokens: arguments.tokens.clone(), exclude: arguments.exclude.clone(), ..arguments.setup.what() }
}

/// What all surfaces gave.
struct All<'s> {
    setup: &'s Setup,
    looked: Looked,
    sections: Sections,
    surfaces: Vec<Surface>,
    /// From when on events of trails are read.
    since: Option<Timestamp>,
    /// How many accounts were audited together, where that is more than the one that asks.
    members: Option<usize>,
}

impl<'s> All<'s> {
    fn new(setup: &'s Setup) -> Self {
        let sources = Sources::default();
        sources.set_base(setup.base.clone());
        let looked = Looked { sources, scanned: Default::default(), files: 0, excluded: 0, past: None };
        Self {
            setup,
            looked,
            sections: Sections::default(),
            surfaces: Vec::new(),
            since: None,
            members: None,
        }
    }

    /// Looks at one surface. All of them share their documents, as one report speaks of all.
    fn look(
        &mut self,
        surface: Surface,
        look: impl FnOnce(Sources, &mut Sections) -> Result<Looked, Error>,
    ) -> Result<(), Error> {
        let sources = std::mem::take(&mut self.looked.sources);
        let looked = look(sources, &mut self.sections)?;
        self.add(surface, looked);
        Ok(())
    }

    fn account(&mut self, bundle: &Bundle) {
        let members = bundle.members.iter().filter(|member| member.is_meant()).count();
        self.members = (members > 0).then_some(members);
        let sources = std::mem::take(&mut self.looked.sources);
        let (looked, section) = account::looked_with(bundle, self.setup, sources);
        self.sections.account = Some(section);
        self.add(Surface::Account, looked);
    }

    fn add(&mut self, surface: Surface, looked: Looked) {
        let all = &mut self.looked;
        let is_empty = looked.files == 0;
        all.sources = looked.sources;
        all.scanned.absorb(looked.scanned);
        all.files += looked.files;
        all.excluded += looked.excluded;
        self.surfaces.push(surface);
        if is_empty {
            // Alone it would be an error; among others it must not pass unseen.
            let reason = match self.since.filter(|_| surface == Surface::Trail) {
                Some(since) => format!("there is no event from {since} on: has the trail stopped?"),
                None => "nothing was found to audit on this surface".to_owned(),
            };
            self.gap(surface.word(), reason);
        }
    }

    /// Something that was left out on purpose.
    fn note(&mut self, name: &str, reason: String) {
        let (at, name) = (Span::start_of(SourceId(u32::MAX)), name.to_owned());
        self.looked.scanned.gaps.push(Gap { at, name, reason, hides_findings: false });
    }

    /// Gaps that could hide a finding, so far.
    fn hiding(&self) -> usize {
        self.looked.scanned.gaps.iter().filter(|gap| gap.hides_findings).count()
    }

    /// Something that was not looked at.
    fn gap(&mut self, name: &str, reason: String) {
        let (at, name) = (Span::start_of(SourceId(u32::MAX)), name.to_owned());
        self.looked.scanned.gaps.push(Gap { at, name, reason, hides_findings: true });
    }
}
