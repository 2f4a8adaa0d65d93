//! `secretrail audit`: all surfaces, one report.

mod all;
mod bundles;
mod named;
mod outside;
mod turn;

use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;

use self::all::All;
use self::bundles::Bundles;
use self::named::{foreign, job, left_out};
pub(super) use self::outside::outside;
use self::turn::Turn;
use super::account;
use super::inventory::check;
use super::job::{asked, of_audit};
use super::outcome::{Asked, Outcome, Window};
use super::scan::Setup;
use super::silencing::Silencing;
use super::trail::{self, Logs};
use crate::cli::{AuditArguments, Cli, What};
use crate::counted::counted;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::finding::Surface;
use crate::settings::Audit;
use crate::source::open::normalise;

pub(super) fn run(cli: &Cli, arguments: &AuditArguments) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let setup = Setup::of_audit(&what(arguments))?;
    let silencing = Silencing::load(&setup, arguments.report.baseline.as_deref(), arguments.setup.now)?;
    let (mut job, missing) = job(arguments, &setup)?;
    let foreign = foreign(&mut job, arguments, &setup);
    let scope = of_audit(arguments, &setup.settings.audit);
    let turn = Turn::begin(arguments, &job, &scope, &setup)?;
    let mut all = All::new(&setup);
    let audit = Auditor { cli, arguments, setup: &setup, job: &job };
    audit.tell_left_alone(&missing, &foreign, &mut all);
    audit.terraform(&mut all)?;
    let bundles = Bundles::read(&job.evidence)?;
    let refused = audit.account(&bundles, &mut all)?;
    let window = audit.trail(&bundles, &turn, &mut all)?;
    audit.lists(&bundles, refused.is_some(), &mut all)?;
    if all.surfaces.is_empty() {
        return Err(no_surface(&foreign, refused));
    }
    let asked = Asked {
        since: None,
        sections: all.sections,
        scope,
        window,
        surfaces: all.surfaces,
        readers: all.readers,
        nothing: nothing_to_audit,
    };
    Outcome { setup: &setup, looked: all.looked, silencing, asked }.report(cli, &arguments.report, started)
}

/// Looks at the surfaces of a job, one after the other.
struct Auditor<'a> {
    cli: &'a Cli,
    arguments: &'a AuditArguments,
    setup: &'a Setup,
    job: &'a Audit,
}

impl Auditor<'_> {
    /// What is not looked at from the start, and why.
    fn tell_left_alone(&self, missing: &[PathBuf], foreign: &[PathBuf], all: &mut All<'_>) {
        for path in missing {
            let reason = "the settings name it, but there is no such file or folder".to_owned();
            all.gap(&path.display().to_string(), reason);
        }
        for bucket in foreign {
            let reason = "not read: settings may only name a bucket if --settings names them".to_owned();
            all.gap(&bucket.display().to_string(), reason);
        }
        if let Some(left) = left_out(self.job, &self.setup.settings.audit)
            .filter(|_| foreign.is_empty() && missing.is_empty())
        {
            all.note("[audit]", left);
        }
        // Who names what to audit knows what it is.
        if asked(self.arguments, &self.setup.settings.audit) == self.setup.settings.audit
            && let Some(outside) = outside(self.setup)
        {
            all.note("[audit]", outside);
        }
    }

    fn terraform(&self, all: &mut All<'_>) -> Result<(), Error> {
        if self.job.terraform.is_empty() {
            return Ok(());
        }
        all.look(Surface::Terraform, |sources, _| {
            let trees = self.job.terraform.iter().map(|tree| normalise(&self.setup.base.join(tree)));
            let trees: Vec<PathBuf> = trees.collect();
            self.setup.look_into(self.cli, &what(self.arguments), None, &trees, sources)
        })
    }

    /// The account, from evidence or as AWS has it. What AWS refuses is given back: what else was found is not lost for it.
    fn account(&self, bundles: &Bundles<'_>, all: &mut All<'_>) -> Result<Option<Error>, Error> {
        if let Some((_, bundle)) = bundles.holding("account") {
            all.account(bundle);
            return Ok(None);
        }
        if !self.job.aws {
            return Ok(None);
        }
        let settings = &self.setup.settings;
        let accounts = settings.accounts.as_ref().filter(|_| settings.is_named);
        if accounts.is_none() && settings.accounts.is_some() {
            let reason = "not followed: settings may only have roles in other accounts assumed if --settings \
                          names them";
            all.note("[accounts]", reason.to_owned());
        }
        match account::live(self.cli, accounts, &self.arguments.aws, self.arguments.setup.no_progress) {
            Ok(bundle) => all.account(&bundle),
            Err(error) if error.kind == ErrorKind::Input => {
                all.gap("AWS", format!("the account was not audited: {error}"));
                return Ok(Some(error));
            }
            Err(error) => return Err(error),
        }
        Ok(None)
    }

    /// Trails; the time that was read, where the job comes back.
    fn trail(&self, bundles: &Bundles<'_>, turn: &Turn, all: &mut All<'_>) -> Result<Option<Window>, Error> {
        let collected = bundles.holding("trail").map(|(path, _)| Logs::Evidence(path));
        let logs = match self.job.trail.is_empty() {
            false => Some(Logs::Paths(&self.job.trail)),
            true if self.job.live => Some(Logs::Live),
            true => collected,
        };
        let Some(logs) = logs else { return Ok(None) };
        let since = if matches!(logs, Logs::Evidence(_)) { None } else { turn.since };
        let no_progress = self.arguments.setup.no_progress;
        let asking = trail::Asking { logs, since, aws: &self.arguments.aws, no_progress };
        all.since = since.and_then(|since| Timestamp::from_second(since).ok());
        all.first_days = turn.first_days.filter(|_| since.is_some());
        let hiding = all.hiding();
        all.look(Surface::Trail, |sources, sections| {
            let (looked, section) = trail::plain(self.cli, &asking, self.setup, sources)?;
            sections.trail = Some(section);
            Ok(looked)
        })?;
        // What could not be read is read again the next time.
        let read_to = (all.hiding() == hiding && !turn.leaves_a_hole).then_some(turn.begun);
        let window = |since| Window { surface: Surface::Trail, since, read_to };
        Ok(all.since.filter(|_| turn.comes_back).map(window))
    }

    /// The lists of keys, and what of all evidence was left over.
    fn lists(&self, bundles: &Bundles<'_>, is_refused: bool, all: &mut All<'_>) -> Result<(), Error> {
        let (arguments, job, settings) = (self.arguments, self.job, &self.setup.settings);
        let evidence = bundles.holding("inventory").map(|(path, _)| path);
        let can_hold = evidence.is_some() || (job.aws && !is_refused);
        let has_lists = !arguments.lists.is_empty() || !settings.inventory.files.is_empty();
        if !arguments.lists.is_empty() && !can_hold && !job.aws {
            let message = "there is nothing to check the lists of keys against";
            return Err(Error::new(ErrorKind::Usage, message).hint(
                "query AWS with --aws, or pass what `secretrail collect --surface inventory` wrote with --evidence",
            ));
        }
        if has_lists && !can_hold && (job.aws || *job == settings.audit) {
            all.gap("[inventory]", "there was nothing to check the lists of keys against".to_owned());
        }
        if let Some(count) = all.members {
            all.note("[accounts]", of_one_account_only(count, job));
        }
        for (path, left) in bundles.left_over(job.trail.is_empty(), has_lists) {
            all.gap(&path.display().to_string(), left);
        }
        if has_lists && can_hold { self.inventory(evidence, all) } else { Ok(()) }
    }

    fn inventory(&self, evidence: Option<&Path>, all: &mut All<'_>) -> Result<(), Error> {
        let arguments = self.arguments;
        let no_progress = arguments.setup.no_progress;
        let asking =
            check::Asking::plain(&arguments.lists, evidence, &self.job.trail, &arguments.aws, no_progress);
        all.look(Surface::Inventory, |sources, sections| {
            let (looked, section) = check::looked(self.cli, self.setup, &asking, sources)?;
            sections.inventory = Some(section);
            Ok(looked)
        })
    }
}

fn of_one_account_only(count: usize, job: &Audit) -> String {
    let accounts = counted(count, "account", "accounts");
    let trails = if job.trail.is_empty() { " and trails" } else { "" };
    format!(
        "parameters{trails} of the {accounts} were not audited: lists of keys and the event history are checked \
         only in the account that makes the calls"
    )
}

fn no_surface(foreign: &[PathBuf], refused: Option<Error>) -> Error {
    if !foreign.is_empty() {
        let message = "the settings name only buckets, and were not named with --settings themselves";
        return Error::new(ErrorKind::Usage, message).hint("--settings FILE trusts them");
    }
    refused.unwrap_or_else(|| {
        Error::new(
            ErrorKind::Usage,
            "there is nothing to audit: neither arguments nor settings name anything",
        )
        .hint("name trees, --trail, --evidence or --aws, or fill in [audit] in secretrail.toml")
    })
}

fn nothing_to_audit() -> Error {
    Error::new(ErrorKind::Input, "nothing was found to audit")
        .hint("name folders that hold Terraform or CloudTrail's logs; --exit-zero accepts an empty report")
}

fn what(arguments: &AuditArguments) -> What {
    What { tokens: arguments.tokens.clone(), exclude: arguments.exclude.clone(), ..arguments.setup.what() }
}
