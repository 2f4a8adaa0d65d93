//! Who is behind a session. "Human" is said on positive evidence only; what speaks against it is said, too.

use std::collections::{BTreeMap, BTreeSet};

use super::agent::{Marks, marks};
use super::conventions::Conventions;
use super::gather::{Gathered, MCP};
use super::session::{Actor, Kind, Level, Root, Session};

/// One piece of evidence.
struct Evidence {
    level: Level,
    kind: Kind,
    name: String,
    reason: String,
    /// Of equals the least first.
    order: usize,
}

impl Evidence {
    fn new(level: Level, kind: Kind, name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { level, kind, name: name.into(), reason: reason.into(), order: usize::MAX }
    }

    /// Given with the credential: all calls with it are the agent's.
    fn is_declared_agent(&self) -> bool {
        self.level == Level::Declared && self.kind == Kind::Agent
    }
}

/// Agents whose codes a terminal (`sid`) carried, each with the session where it did.
pub(super) type Terminals = BTreeMap<String, BTreeSet<(&'static str, String)>>;

/// Which terminals agents worked in.
pub(super) fn terminals(sessions: &[Session]) -> Terminals {
    let mut all = Terminals::new();
    for session in sessions {
        for marks in session.tally.agents.texts().map(marks) {
            let Some(sid) = marks.sid.filter(|_| !marks.codes.is_empty()) else { continue };
            let agents = marks.codes.iter().map(|agent| (*agent, session.id.clone()));
            all.entry(sid).or_default().extend(agents);
        }
    }
    all
}

/// Judges a session.
pub(super) fn judge(
    session: &Session,
    gathered: &Gathered,
    conventions: &Conventions,
    terminals: &Terminals,
) -> Actor {
    let all: Vec<Marks> = session.tally.agents.texts().map(marks).collect();
    let mut evidence = Vec::new();
    asserted(session, gathered, &mut evidence);
    declared(session, conventions, &mut evidence);
    marked(&all, conventions, &mut evidence);
    claimed(&all, &mut evidence);
    person(session, &all, &mut evidence);
    // Better evidence first; of the same level an agent's is the more exact one, and a tag says what it is.
    evidence.sort_by(|left, right| {
        let rank =
            |one: &Evidence| (std::cmp::Reverse(one.level), rank(one.kind), one.name.is_empty(), one.order);
        rank(left).cmp(&rank(right)).then_with(|| left.reason.cmp(&right.reason))
    });
    // AWS says where a service calls. Who signed in and who calls can be two: an agent's mark on a call says more of it
    // than a person's sign-in.
    let of = |kind| evidence.iter().find(move |one| one.kind == kind);
    let kinds = [Kind::Service, Kind::Agent, Kind::Human];
    let best = kinds.into_iter().find_map(of).or(evidence.first());
    let mut actor = best.map_or_else(Actor::default, |best| Actor {
        kind: best.kind,
        level: best.level,
        name: best.name.clone(),
        whole: is_agents_own(session, gathered) || evidence.iter().any(Evidence::is_declared_agent),
        ..Actor::default()
    });
    actor.name = name(&actor, &evidence, session);
    // Evidence that names neither a kind nor a person tells nothing of who acts.
    if actor.kind == Kind::Unknown && actor.name.is_empty() {
        actor.level = Level::Unknown;
    }
    let mut told = BTreeSet::new();
    let reasons = evidence.iter().filter(|one| told.insert(one.reason.clone()));
    actor.reasons = reasons.map(|one| format!("{} ({})", one.reason, one.level.word())).collect();
    actor.contradictions = contradictions(&evidence, session, &all);
    actor.contradictions.extend(shared_terminals(session, &all, terminals));
    actor
}

fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Agent => 0,
        Kind::Service => 1,
        Kind::Human => 2,
        Kind::Unknown => 3,
    }
}

/// The best name that evidence of the same kind has.
fn name(actor: &Actor, evidence: &[Evidence], session: &Session) -> String {
    let of_kind = evidence.iter().filter(|one| one.kind == actor.kind && !one.name.is_empty());
    let generic = |name: &str| name.starts_with("an ");
    let names: Vec<&str> = of_kind.map(|one| one.name.as_str()).collect();
    let best = names.iter().find(|name| !generic(name)).or(names.first());
    match best {
        Some(name) => (*name).to_owned(),
        None if actor.kind == Kind::Unknown => session.source_identity.clone(),
        None => String::new(),
    }
}

/// What AWS itself says.
fn asserted(session: &Session, gathered: &Gathered, into: &mut Vec<Evidence>) {
    let mut say =
        |kind, name: &str, reason: String| into.push(Evidence::new(Level::Asserted, kind, name, reason));
    if session.kind == "AWSService" {
        return say(Kind::Service, &session.principal_id, "AWS records a service as the caller".to_owned());
    }
    if session.via == MCP {
        say(Kind::Agent, "an MCP client", format!("called through {MCP}"));
    } else if !session.via.is_empty() && !super::gather::is_attempt(&session.via) {
        say(Kind::Service, &session.via, format!("{} acts with the caller's permissions", session.via));
    }
    if session.tally.mcp_calls > 0 {
        say(
            Kind::Agent,
            "an MCP client",
            match session.tally.mcp_calls {
                1 => "1 call through AWS's MCP server".to_owned(),
                calls => format!("{calls} calls through AWS's MCP server"),
            },
        );
    }
    if is_mcp_sign_in(session, gathered) {
        say(Kind::Agent, "an MCP client", "signed in to AWS's MCP server".to_owned());
    }
}

/// Whether AWS says that the whole session is an agent's, not only some of its calls.
fn is_agents_own(session: &Session, gathered: &Gathered) -> bool {
    session.via == MCP || is_mcp_sign_in(session, gathered)
}

fn is_mcp_sign_in(session: &Session, gathered: &Gathered) -> bool {
    session.tally.sign_ins.iter().any(|arn| gathered.mcp_sign_ins.contains(arn))
}

/// What was given when the credential was issued.
fn declared(session: &Session, conventions: &Conventions, into: &mut Vec<Evidence>) {
    for (key, value) in &session.tags {
        let Some(order) = conventions.agent_tag(key) else { continue };
        let reason = format!("session tag {key}={value}");
        into.push(Evidence { order, ..Evidence::new(Level::Declared, Kind::Agent, value, reason) });
    }
    let mut say =
        |kind, name: &str, reason: String| into.push(Evidence::new(Level::Declared, kind, name, reason));
    let name =
        session.principal.rsplit('/').next().filter(|_| session.kind == "AssumedRole").unwrap_or_default();
    if conventions.is_agent_session(name) {
        say(Kind::Agent, name, format!("role session name {name}"));
    }
    let source = &session.source_identity;
    if conventions.is_agent_session(source) {
        say(Kind::Agent, source, format!("source identity {source}"));
    } else if !source.is_empty() {
        say(Kind::Unknown, source, format!("source identity {source}"));
    }
}

/// What is set for each call or program.
fn marked(all: &[Marks], conventions: &Conventions, into: &mut Vec<Evidence>) {
    let mut say =
        |kind, name: &str, reason: String| into.push(Evidence::new(Level::Marked, kind, name, reason));
    for app in all.iter().filter_map(|marks| marks.app.as_deref()).take(20) {
        let is_agent = conventions.is_agent_app(app);
        let name = if app.contains("toolu_") { "Claude Code" } else { "" };
        say(
            if is_agent { Kind::Agent } else { Kind::Unknown },
            if is_agent { name } else { "" },
            format!("app/{app}"),
        );
    }
    for environment in all.iter().filter_map(|marks| marks.environment.as_deref()).take(20) {
        let is_agent = environment.starts_with("AmazonQ-For-CLI");
        let (kind, name) = if is_agent { (Kind::Agent, "Amazon Q") } else { (Kind::Unknown, "") };
        say(kind, name, format!("exec-env/{environment}"));
    }
}

/// What user agents say.
fn claimed(all: &[Marks], into: &mut Vec<Evidence>) {
    let mut say =
        |kind, name: &str, reason: String| into.push(Evidence::new(Level::Claimed, kind, name, reason));
    for marks in all {
        for agent in &marks.codes {
            say(
                Kind::Agent,
                agent,
                format!("user agent with m/{}, the code of {agent}", Marks::code_of(agent)),
            );
        }
        for (name, words) in &marks.clients {
            let name = if name == "claude-code" { "Claude Code" } else { name };
            say(Kind::Agent, name, format!("user agent contains {words}"));
        }
        if let Some(tool) = marks.tool.filter(|tool| *tool != "AWS") {
            say(Kind::Unknown, "", format!("user agent of {tool}"));
        }
    }
}

/// A person: a sign-in to the console in a browser.
fn person(session: &Session, all: &[Marks], into: &mut Vec<Evidence>) {
    let name = session.tally.users.first();
    let name = if session.kind == "Root" { "root" } else { name };
    let in_browser = all.iter().any(|marks| marks.browser);
    if session.signed_in && in_browser {
        match session.mfa {
            Some(true) => into.push(Evidence::new(
                Level::Asserted,
                Kind::Human,
                name,
                "signed in to the console in a browser, with MFA",
            )),
            _ => into.push(Evidence::new(
                Level::Claimed,
                Kind::Human,
                name,
                "signed in to the console in a browser, without MFA: only the password identifies the user",
            )),
        }
    }
    for person in session.tally.behalf.iter().take(5) {
        into.push(Evidence::new(
            Level::Asserted,
            Kind::Unknown,
            "",
            format!("on behalf of the Identity Center user {person}"),
        ));
    }
    for provider in session.tally.providers.iter().take(5) {
        into.push(Evidence::new(Level::Asserted, Kind::Unknown, "", format!("identity from {provider}")));
    }
}

/// Another session in the same terminal carried an agent's code: what is done here may be the agent's, too.
fn shared_terminals(session: &Session, all: &[Marks], terminals: &Terminals) -> BTreeSet<String> {
    let bare = all.iter().filter(|marks| marks.codes.is_empty()).filter_map(|marks| marks.sid.as_ref());
    let known = bare.filter_map(|sid| Some((sid, terminals.get(sid)?)));
    let told = known.flat_map(|(sid, agents)| {
        let others = agents.iter().filter(|(_, other)| *other != session.id);
        others.map(move |(agent, other)| format!("sid/{sid} carried the code of {agent} in session {other}"))
    });
    told.take(5).collect()
}

fn contradictions(evidence: &[Evidence], session: &Session, all: &[Marks]) -> Vec<String> {
    let mut told = Vec::new();
    let agents: BTreeSet<&str> = evidence
        .iter()
        .filter(|one| one.kind == Kind::Agent && !one.name.is_empty() && !one.name.starts_with("an "))
        .filter(|one| matches!(one.level, Level::Claimed | Level::Marked))
        .map(|one| one.name.as_str())
        .collect();
    if agents.len() > 1 {
        told.push(format!(
            "user agents name more than one agent: {}",
            agents.iter().copied().collect::<Vec<_>>().join(", ")
        ));
    }
    let is_agent = evidence.iter().any(|one| one.kind == Kind::Agent);
    if is_agent && all.iter().any(|marks| marks.browser) {
        told.push("a browser and an agent share this session".to_owned());
    }
    let coded: BTreeSet<&str> =
        all.iter().filter(|marks| !marks.codes.is_empty()).filter_map(|marks| marks.sid.as_deref()).collect();
    let bare = all.iter().filter(|marks| marks.codes.is_empty()).filter_map(|marks| marks.sid.as_deref());
    for sid in bare.filter(|sid| coded.contains(sid)).collect::<BTreeSet<_>>() {
        told.push(format!("sid/{sid} made calls with and without an agent's code"));
    }
    if session.tally.source_identities.len() > 1 {
        told.push("the session's events have different source identities".to_owned());
    }
    if is_agent && session.root == Some(Root::Console) {
        told.push("an agent used a console session of root".to_owned());
    }
    told
}
