//! Origins meet sinks: what Terraform renders is read as scripts, and each secret that lands is a
//! flow.

mod copied;
mod plan;
pub mod state;

use std::collections::BTreeSet;

pub use plan::{DocumentFlows, PlanFlow, flows_of_document, not_told_by};

use crate::finding::Confidence;
use crate::reading::{Gap, Reading};
use crate::record::{Field, FieldMap};
use crate::script::{
    Context, Role as ScriptRole, definition, is_named_powershell, is_python, is_script, trace,
    trace_powershell, unread_language,
};
use crate::secret::names::says_secret;
use crate::source::{SourceId, Sources, Span};
use crate::terraform::arrivals::{Arrival, Use, each_arrival, each_instance, runs};
use crate::terraform::directory::Directory;
use crate::terraform::evaluate::Evaluator;
use crate::terraform::state::StateSecrets;
use crate::terraform::tree::Tree;
use crate::value::{
    Flat, Hop, Landing, Lifetime, Origin, OriginKind, Piece, Sink, SinkKind, Text, Trace, Traces,
};

use state::{StateExposure, exposure_of, keep_arrival};

/// The machine whose disk it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// A machine that Terraform makes.
    Instance,
    /// The machine where Terraform runs.
    Operator,
    /// The repository.
    Repository,
}

impl Host {
    /// The word used in records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Operator => "operator",
            Self::Repository => "repository",
        }
    }
}

/// One secret and one place where it lands.
#[derive(Debug, Clone)]
pub struct Flow {
    /// The secret and its way.
    pub trace: Trace,
    /// Where it lands.
    pub sink: Sink,
    /// The resource that makes it happen, or the file's name for a script that stands alone.
    pub address: String,
    /// Whose disk.
    pub host: Host,
    /// Whether Terraform refers to the script; one that nobody refers to may be dead.
    pub referenced: bool,
}

/// What stands around a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// Whose cloud it is.
    pub cloud: Option<&'static str>,
    /// The kind of file that the secret's last place stands in.
    pub file: &'static str,
}

impl Flow {
    /// How sure: of a script that nobody refers to, never more than medium.
    /// What a script fetches and writes to a certificate's file is a certificate, public by purpose.
    pub fn confidence(&self) -> Confidence {
        let certificate = self.trace.origin.kind == OriginKind::Command
            && self.sink.path.as_deref().is_some_and(names_a_certificate);
        let most = match (certificate, self.referenced) {
            (true, _) => Confidence::Low,
            (false, true) => Confidence::High,
            (false, false) => Confidence::Medium,
        };
        self.trace.origin.confidence.min(most)
    }

    /// The fields that rules see, with what they mean: `rules/README.md` lists them.
    pub const FIELDS: &'static [(&'static str, &'static str)] = &[
        ("secret.name", "what users call the secret: `db_password`"),
        (
            "origin.kind",
            "`literal`, `variable`, `data`, `resource`, `ephemeral`, `module`, `command`, `environment` or `file` (one \
             that is known to hold credentials)",
        ),
        ("origin.name", "its address: `var.db_password`, `aws ssm get-parameter /app/key`"),
        (
            "sink.kind",
            "`file`, `user-data`, `boot-log`, `process-arguments`, `environment`, `definition`, `object`, `parameter`, \
             `output`, `state` or `source-code`",
        ),
        ("sink.path", "the file's path as far as it is known, or null"),
        ("sink.place", "the path, or a description of the place: `user data`"),
        ("sink.lifetime", "`durable`, `memory`, or `removed` by the same script"),
        ("sink.host", "whose disk: `instance`, `operator` (where Terraform runs) or `repository`"),
        ("sink.by", "what does it: ``appended by `echo` ``"),
        ("resource", "the resource that causes it: `module.app.aws_instance.web`"),
        ("confidence", "`high`, `medium` or `low`"),
        ("cloud", "`aws`, `azure`, `google` or `other`; null if unknown"),
        (
            "file.kind",
            "`terraform`, `script`, `environment`, `dockerfile`, `compose`, `plan` or `other`: the kind of file that it is in",
        ),
        ("referenced", "false for a script that no Terraform refers to"),
    ];

    /// The flow as a record of [`Flow::FIELDS`].
    pub fn record(&self, around: Around) -> FieldMap {
        let origin = &self.trace.origin;
        let mut record = FieldMap::default();
        record.text("secret.name", origin.key.clone());
        record.text("origin.kind", origin.kind.word());
        record.text("origin.name", origin.name.clone());
        record.text("sink.kind", self.sink.kind.word());
        match &self.sink.path {
            Some(path) => record.text("sink.path", path.clone()),
            None => record.set("sink.path", Field::Null),
        }
        record
            .text("sink.place", self.sink.path.clone().unwrap_or_else(|| self.sink.kind.place().to_owned()));
        record.text("sink.lifetime", self.sink.lifetime.word());
        record.text("sink.host", self.host.word());
        record.text("sink.by", self.sink.by.clone());
        record.text("resource", self.address.clone());
        record.text("confidence", self.confidence().word());
        match around.cloud {
            Some(cloud) => record.text("cloud", cloud),
            None => record.set("cloud", Field::Null),
        }
        record.text("file.kind", around.file);
        record.flag("referenced", self.referenced);
        record
    }
}

/// What one root module does with secrets.
#[derive(Debug, Default)]
pub struct OfRoot {
    /// Each secret and place.
    pub flows: Vec<Flow>,
    /// What its state holds.
    pub state: Option<StateExposure>,
}

/// All flows of one root module, what its state holds, and the files that it used.
pub fn flows_of_root(
    tree: &Tree,
    sources: &Sources,
    directory: &Directory,
) -> (Reading<OfRoot>, BTreeSet<SourceId>) {
    let evaluator = Evaluator::new(tree, sources, &directory.path);
    let root = evaluator.root_instance(directory);
    let mut flows = Vec::new();
    let mut gaps = Vec::new();
    let mut secrets = StateSecrets::default();
    if directory.is_applied() {
        each_instance(&evaluator, &root, &mut |instance| secrets.look_at(&evaluator, instance));
    }
    let mut copies = Vec::new();
    each_arrival(&evaluator, &root, &mut |arrival| {
        keep_arrival(&mut secrets, &arrival);
        follow(&arrival, &mut flows, &mut gaps);
        copies.extend((arrival.usage == Use::Copied).then_some(arrival));
    });
    let copied = copied::copied_on(&flows, &copies);
    flows.extend(copied.facts);
    gaps.extend(copied.gaps);
    let state = exposure_of(directory, &secrets);
    let (more, used) = evaluator.finish();
    gaps.extend(more);
    (Reading { facts: OfRoot { flows, state }, gaps }, used)
}

/// The flows of a script that no Terraform refers to.
pub fn flows_of_script(source: SourceId, name: &str, text: &Text) -> Reading<Vec<Flow>> {
    let flat = Flat::new(text);
    if !is_script(flat.text()) && !is_named_powershell(name) {
        return Reading::default();
    }
    let context = Context::alone(name, true, Span::start_of(source));
    let traced = trace(&flat, &context);
    let mut flows = Vec::new();
    for landing in traced.facts {
        add(&mut flows, &landing, name, Host::Instance, false);
    }
    Reading { facts: flows, gaps: traced.gaps }
}

fn add(flows: &mut Vec<Flow>, landing: &Landing, address: &str, host: Host, referenced: bool) {
    for trace in landing.traces.iter() {
        flows.push(Flow {
            trace: trace.clone(),
            sink: landing.sink.clone(),
            address: address.to_owned(),
            host,
            referenced,
        });
    }
}

/// Follows a text from where it arrives to where its secrets land.
fn follow(arrival: &Arrival, flows: &mut Vec<Flow>, gaps: &mut Vec<Gap>) {
    let host = match arrival.usage {
        // Followed when all that writes files is known.
        Use::Copied => return,
        Use::LocalExec | Use::LocalFile => Host::Operator,
        Use::UserData | Use::RemoteExec | Use::RemoteFile | Use::Kept | Use::Definition | Use::Rendered => {
            Host::Instance
        }
    };
    let script = match arrival.usage {
        Use::UserData => Some(ScriptRole::UserData),
        Use::RemoteExec => Some(ScriptRole::RemoteExec),
        Use::LocalExec => Some(ScriptRole::LocalExec),
        // A file that is a script will run: somewhere, with an output that nobody here knows.
        Use::Definition => return follow_definition(arrival, flows, gaps),
        // Only what reads as a script is given so.
        Use::Rendered => Some(ScriptRole::Standalone),
        Use::LocalFile | Use::RemoteFile | Use::Kept
            if runs(&arrival.text) || script_name(arrival).is_some() =>
        {
            Some(ScriptRole::Standalone)
        }
        Use::LocalFile | Use::RemoteFile | Use::Kept | Use::Copied => None,
    };
    let host_of_script = if arrival.usage == Use::LocalExec { host } else { Host::Instance };
    let text = with_argument_hop(arrival);
    if matches!(arrival.usage, Use::UserData | Use::LocalFile | Use::RemoteFile | Use::Kept) {
        let before = flows.len();
        for landing in rendered_landings(arrival, &text) {
            add(flows, &landing, &arrival.address, host, true);
        }
        if arrival.usage == Use::Kept {
            flows.iter_mut().skip(before).for_each(told_as_literal);
        }
    }
    let file_name = script_name(arrival).unwrap_or_else(|| arrival.address.clone());
    let powershell = runs_powershell(arrival) || is_named_powershell(&file_name);
    let Some(role) = script.filter(|_| powershell || runs_shell(arrival)) else {
        // Another program gets the whole text on its command line.
        if arrival.usage == Use::LocalExec {
            for landing in rendered_landings(arrival, &text) {
                add(flows, &landing, &arrival.address, host, true);
            }
        }
        return;
    };
    let flat = Flat::new(&text);
    if !powershell && !is_script(flat.text()) && !is_python(flat.text()) {
        gaps.extend(unread_program(arrival, flat.text()));
        return;
    }
    let context = Context {
        role,
        environment: arrival.environment.clone(),
        arguments: Vec::new(),
        files: arrival.copied.clone(),
        file_name: &file_name,
        guess_environment: false,
        fallback: arrival.at,
    };
    let traced = if powershell { trace_powershell(&flat, &context) } else { trace(&flat, &context) };
    gaps.extend(traced.gaps);
    // Terraform shows nothing of a provisioner whose configuration holds a sensitive value.
    let suppressed = matches!(role, ScriptRole::RemoteExec | ScriptRole::LocalExec)
        && (holds_sensitive(&text) || arrival.environment.iter().any(|(_, text)| holds_sensitive(text)));
    for landing in traced.facts {
        let shown = landing.sink.kind == SinkKind::Log && landing.sink.path.is_none();
        if !(shown && suppressed) {
            add(flows, &landing, &arrival.address, host_of_script, true);
        }
    }
}

/// User data in a language that nothing here reads, with a secret in it: what it writes is not known.
fn unread_program(arrival: &Arrival, text: &str) -> Option<Gap> {
    let language = unread_language(text)?;
    let reached = arrival.usage == Use::UserData && !arrival.text.traces().is_empty();
    reached.then(|| Gap {
        at: arrival.at,
        name: arrival.address.clone(),
        reason: format!("its user data is a {language} program, which cannot be read; a secret reaches it"),
        hides_findings: true,
    })
}

/// The commands of a container, an SSM document, an image's component.
fn follow_definition(arrival: &Arrival, flows: &mut Vec<Flow>, gaps: &mut Vec<Gap>) {
    let flat = Flat::new(&with_argument_hop(arrival));
    if !definition::may_hold_commands(flat.text()) {
        return;
    }
    let context = Context::alone(&arrival.address, false, arrival.at);
    let traced = definition::trace(&flat, false, &context);
    gaps.extend(traced.gaps);
    for landing in traced.facts {
        add(flows, &landing, &arrival.address, Host::Instance, true);
    }
}

/// The flows of a compose file's commands.
pub fn flows_of_compose(source: SourceId, name: &str, text: &str) -> Reading<Vec<Flow>> {
    let context = Context::alone(name, true, Span::start_of(source));
    let traced = definition::trace(&Flat::from_document(source, text), true, &context);
    let mut flows = Vec::new();
    for landing in traced.facts.iter().filter(|landing| landing.sink.kind == SinkKind::File) {
        add(&mut flows, landing, name, Host::Instance, false);
    }
    Reading { facts: flows, gaps: traced.gaps }
}

/// The name of the file or object that a text becomes, where it says that it is a script: `setup.ps1`.
fn script_name(arrival: &Arrival) -> Option<String> {
    let path = arrival.path.as_ref()?.shown();
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let ends =
        [".sh", ".bash", ".ksh", ".ps1", ".psm1"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
    ends.then(|| name.to_owned())
}

/// A literal that stands in the definition itself has no way to follow: the place in the source is the finding.
fn told_as_literal(flow: &mut Flow) {
    let (from, to) = (flow.trace.origin.at, flow.sink.at);
    let same = from.source == to.source && from.start < to.end.max(to.start + 1) && to.start < from.end;
    if flow.trace.origin.kind == OriginKind::Literal && same {
        flow.sink = Sink {
            kind: SinkKind::SourceCode,
            at: from,
            by: "set in clear text".into(),
            ..flow.sink.clone()
        };
        flow.host = Host::Repository;
    }
}

/// Whether Terraform knows that a value in it is sensitive.
fn holds_sensitive(text: &Text) -> bool {
    text.traces().iter().any(|trace| {
        let declared = matches!(
            trace.origin.kind,
            OriginKind::Variable | OriginKind::Resource | OriginKind::Data | OriginKind::Ephemeral
        );
        declared && trace.origin.confidence == Confidence::High
    })
}

/// `interpreter = ["PowerShell", "-Command"]`
fn runs_powershell(arrival: &Arrival) -> bool {
    let program = arrival.interpreter.as_deref().unwrap_or_default().to_ascii_lowercase();
    let name = program.split(" -").next().unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    matches!(name.trim(), "powershell" | "powershell.exe" | "pwsh" | "pwsh.exe")
}

fn runs_shell(arrival: &Arrival) -> bool {
    arrival.interpreter.as_deref().is_none_or(|program| {
        let program = program.split_whitespace().next().unwrap_or_default();
        let name = program.rsplit('/').next().unwrap_or_default();
        matches!(name, "sh" | "bash" | "dash" | "zsh" | "ash" | "ksh" | "env" | "")
    })
}

/// The argument is a hop of every secret in it, so that the way names the resource.
fn with_argument_hop(arrival: &Arrival) -> Text {
    let hop = Hop {
        at: arrival.at,
        name: format!("{}.{}", arrival.address, arrival.argument),
        message: format!("rendered into {} of {}", arrival.argument, arrival.address),
    };
    let pieces = arrival.text.pieces.iter().map(|piece| match piece {
        Piece::Hole(hole) => {
            let mut hole = hole.clone();
            hole.traces = hole.traces.then(&hop);
            Piece::Hole(hole)
        }
        known => known.clone(),
    });
    Text::of(pieces.collect())
}

/// One landing for each secret that stands in the text itself: its first place.
fn rendered_landings(arrival: &Arrival, text: &Text) -> Vec<Landing> {
    let mut landings: Vec<Landing> = Vec::new();
    for piece in &text.pieces {
        let Piece::Hole(hole) = piece else { continue };
        let new = hole.traces.filtered(|trace| {
            !landings.iter().any(|known| known.traces.iter().any(|other| other.origin == trace.origin))
        });
        if new.is_empty() {
            continue;
        }
        let path = arrival.path.as_ref().map(Text::shown);
        let memory =
            path.as_deref().is_some_and(|path| path.starts_with("/run/") || path.starts_with("/dev/shm/"));
        landings.push(Landing {
            sink: Sink {
                kind: arrival.sink,
                lifetime: if memory { Lifetime::Memory } else { Lifetime::Durable },
                at: hole.at,
                by: format!("{} of {}", arrival.argument, arrival.address),
                path,
            },
            traces: new,
        });
    }
    if landings.is_empty() {
        landings.extend(guessed_by_path(arrival, text));
    }
    landings
}

/// `ca.crt`, `/etc/tls/cert.pem`, `ca-bundle.pem`; not `tls.key`, not `cert-and-key.pem`.
fn names_a_certificate(path: &str) -> bool {
    let digit = |letter: char| letter.is_ascii_digit();
    // Of "a, then copied to b" both say it.
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let says = |word: &str| name.split(['.', '-', '_']).any(|part| part.trim_end_matches(digit) == word);
    let public = [
        "crt",
        "cer",
        "cert",
        "certs",
        "certificate",
        "certificates",
        "ca",
        "cacert",
        "rootca",
        "isrgrootx",
        "bundle",
        "chain",
        "fullchain",
    ];
    public.iter().any(|word| says(word))
        && !name.contains("key")
        && !name.contains("p12")
        && !name.contains("pfx")
}

/// A file whose whole content is unknown, under a name that says what it holds: `kubeconfig.yaml`,
/// `id_rsa`. A guess, so of low confidence.
fn guessed_by_path(arrival: &Arrival, text: &Text) -> Option<Landing> {
    let [Piece::Hole(hole)] = text.pieces.as_slice() else { return None };
    let path = arrival.path.as_ref().filter(|_| arrival.sink == SinkKind::File)?.shown();
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let private_key =
        [".pem", ".key", ".p12", ".pfx"].iter().any(|end| name.ends_with(end)) && !stem.contains("pub");
    let words =
        ["_server", "_workload", "_admin"].iter().fold(stem, |stem, word| stem.trim_end_matches(word));
    if hole.label.contains("public")
        || hole.label.contains("cert")
        || !(private_key || says_secret(words).is_some())
    {
        return None;
    }
    let origin = Origin {
        kind: OriginKind::Resource,
        name: hole.label.to_string(),
        key: stem.to_owned(),
        at: hole.at,
        confidence: Confidence::Low,
        literal: None,
    };
    let by = format!("{} of {}", arrival.argument, arrival.address);
    let sink = Sink { kind: SinkKind::File, path: Some(path), lifetime: Lifetime::Durable, at: hole.at, by };
    Some(Landing { sink, traces: Traces::from_origin(origin) })
}

/// A secret's text that stands in the source: no way to follow, the place is the finding.
pub fn literal_flow(trace: Trace, at: Span, address: String, by: String) -> Flow {
    let sink = Sink { kind: SinkKind::SourceCode, path: None, lifetime: Lifetime::Durable, at, by };
    Flow { trace, sink, address, host: Host::Repository, referenced: true }
}

#[cfg(test)]
mod tests;
