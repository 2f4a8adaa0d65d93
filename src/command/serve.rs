//! `secretrail serve`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::sync::watch;

use super::outcome::{redactor, rule_helps, told, told_gap};
use super::scan::{Looked, STACK_BYTES, Setup};
use super::silencing::Silencing;
use crate::cli::{RunTaskArguments, ServeArguments, ServeCommand, What};
use crate::error::{Error, ErrorKind, ExitCode, refused};
use crate::finding::{Confidence, Severity, Surface};
use crate::reading::Gap;
use crate::report::{Gate, Report, TableStyle, TaskResult, task_result};
use crate::scan::{Material, PlanDocument, Stage, Tools, scan};
use crate::secret::Secret;
use crate::serve::{self, AllowedHosts, Key, Options};
use crate::settle::{Filters, exit_code};
use crate::silence::{AskedGaps, Heard};
use crate::source::open::decode;
use crate::source::{Sources, Span};
use crate::terraform::plan::recognise::{Document, recognise};

/// Holds the shared key.
const KEY_VARIABLE: &str = "SECRETRAIL_RUN_TASK_KEY";
/// A larger file is no key.
const MOST_KEY: u64 = 4096;
/// A shorter key can be guessed.
const SHORTEST_KEY: usize = 16;

pub(super) fn run(arguments: &ServeArguments) -> Result<ExitCode, Error> {
    let ServeCommand::RunTask(arguments) = &arguments.command;
    let key = key(arguments.hmac_key_file.as_deref())?;
    let hosts = AllowedHosts::new(&arguments.allow_host, arguments.allow_insecure_loopback);
    let hosts = hosts.map_err(|position| {
        Error::new(ErrorKind::Usage, format!("--allow-host number {} names no host", position + 1))
            .hint("a host is written as tfe.example.com, tfe.example.com:8443 or *.example.com")
    })?;
    let options = Options {
        listen: arguments.listen,
        key: Key::new(&key),
        hosts,
        jobs: usize::from(arguments.jobs),
        waiting: usize::from(arguments.waiting),
        request_timeout: Duration::from_secs(arguments.request_timeout.into()),
        deadline: Duration::from_secs(arguments.deadline.into()),
        grace: Duration::from_secs(arguments.grace.into()),
    };
    let auditor = Auditor::new(arguments)?;
    let audit = Arc::new(move |plan: Vec<u8>, stop: &AtomicBool| auditor.audit(plan, stop).ok());
    serve::run(options, audit, stop_on_signal()?)?;
    Ok(ExitCode::Clean)
}

/// Ctrl-C and SIGTERM; the second one ends the process at once.
fn stop_on_signal() -> Result<watch::Receiver<bool>, Error> {
    let (sender, receiver) = watch::channel(false);
    let set = ctrlc::set_handler(move || {
        if sender.send_replace(true) {
            std::process::exit(i32::from(ExitCode::Interrupted as u8));
        }
    });
    set.map_err(|error| Error::new(ErrorKind::Input, format!("the server could not be stopped: {error}")))?;
    Ok(receiver)
}

fn key(file: Option<&Path>) -> Result<Secret, Error> {
    let wrong = |reason: String| {
        Error::new(ErrorKind::Settings, reason)
            .hint(format!("set {KEY_VARIABLE}, or name a file with --hmac-key-file"))
    };
    let text = match file {
        Some(path) => {
            let unread = |reason: &dyn std::fmt::Display| {
                wrong(format!("the key file {} cannot be read: {reason}", path.display()))
            };
            let size = std::fs::metadata(path).map_err(|error| unread(&refused(error.kind())))?.len();
            if size > MOST_KEY {
                return Err(unread(&"it is too large for a key"));
            }
            std::fs::read_to_string(path).map_err(|error| unread(&refused(error.kind())))?
        }
        None => std::env::var(KEY_VARIABLE)
            .map_err(|_| wrong("there is no key to check signatures with".into()))?,
    };
    let whole = Secret::new(text);
    let key = Secret::new(whole.expose().trim_end_matches(['\r', '\n']));
    match key.length() {
        0 => Err(wrong("the key to check signatures with is empty".into())),
        1..SHORTEST_KEY => Err(wrong(format!(
            "the key to check signatures with is too short, it can be guessed: {SHORTEST_KEY} characters are the least"
        ))),
        _ => Ok(key),
    }
}

/// What plans are audited with; read once.
struct Auditor {
    setup: Setup,
    silencing: Silencing,
    fail_on: Severity,
    min_confidence: Confidence,
    pool: rayon::ThreadPool,
}

impl Auditor {
    fn new(arguments: &RunTaskArguments) -> Result<Self, Error> {
        let what = What {
            paths: vec![".".into()],
            plans: Vec::new(),
            rules: arguments.rules.clone(),
            tokens: arguments.tokens.clone(),
            settings: arguments.settings.clone(),
            respect_gitignore: false,
            exclude: Vec::new(),
            no_progress: true,
            now: None,
        };
        let setup = Setup::stopped_by(Arc::default(), &what, &[Surface::Terraform])?;
        let silencing = Silencing::load(&setup, None, None)?;
        let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
        let pool = pool
            .map_err(|error| Error::new(ErrorKind::Input, format!("threads cannot be started: {error}")))?;
        let fail_on = arguments.fail_on.or(setup.settings.fail_on).unwrap_or(Severity::High);
        let min_confidence =
            arguments.min_confidence.or(setup.settings.min_confidence).unwrap_or(Confidence::Low);
        Ok(Self { setup, silencing, fail_on, min_confidence, pool })
    }

    fn audit(&self, plan: Vec<u8>, stop: &AtomicBool) -> Result<TaskResult, Error> {
        let setup = &self.setup;
        let (rules, tokens) = (&setup.rules, &*setup.tokens);
        let tools = Tools { rules, tokens, stop, progress: &|_: Stage| () };
        let sources = Sources::default();
        let scanned = self.pool.install(|| {
            let mut material = material(plan, &sources);
            setup.tell_gaps(&sources, &mut material);
            scan(&sources, &material, &tools)
        });
        self.result(Looked { sources, scanned, files: 1, excluded: 0, past: None })
    }

    fn result(&self, mut looked: Looked) -> Result<TaskResult, Error> {
        let setup = &self.setup;
        let redactor = redactor(setup, &mut looked);
        // Entries that no finding of this plan met may meet those of another.
        let Heard { findings, silenced, .. } = self.silencing.hear(setup, &mut looked, &redactor)?;
        let filters = Filters { min_confidence: self.min_confidence, off: &setup.settings.off };
        let (findings, left_out) = filters.keep(findings);
        let AskedGaps { open: gaps, accepted, .. } = self.silencing.accept(setup, &mut looked, &redactor)?;
        let exit_code = exit_code(&findings, &gaps, Some(self.fail_on), false);
        let report = Report {
            sources: &looked.sources,
            path_prefix: String::new(),
            redactor: &redactor,
            rules: rule_helps(setup),
            findings,
            silenced: silenced.into_iter().filter(|one| filters.keeps(&one.finding)).map(told).collect(),
            gate: Gate {
                fail_on: Some(self.fail_on),
                left_out,
                accepted_gaps: accepted.into_iter().map(told_gap).collect(),
                tokens_off: setup.tokens.is_without_ours(),
                ..Gate::default()
            },
            gaps,
            files: looked.files,
            tool_version: env!("CARGO_PKG_VERSION").into(),
            account: None,
            trail: None,
            inventory: None,
            exit_code,
            elapsed: None,
            style: TableStyle::default(),
        };
        Ok(task_result(&report, self.fail_on))
    }
}

/// The plan, sealed; what can't be read of it is a gap.
fn material(plan: Vec<u8>, sources: &Sources) -> Material {
    let source = sources.add_file("plan.json", Path::new("plan.json"));
    let mut material = Material::default();
    let read = decode(plan).map_err(|refusal| refusal.reason());
    let read = read.and_then(|(text, _)| match recognise(&text) {
        Ok(Document::Plan) => Ok((text, Document::Plan)),
        Ok(_) => Err("it is not a plan".to_owned()),
        Err(mistake) => Err(mistake.reason().to_owned()),
    });
    match read {
        Ok((text, kind)) => {
            sources.document(source).seal(text);
            material.documents.push(PlanDocument { source, kind, committed: false });
        }
        Err(reason) => {
            let at = Span::start_of(source);
            material.gaps.push(Gap { at, name: String::new(), reason, hides_findings: true });
        }
    }
    material
}
