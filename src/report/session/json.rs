//! The check before work begins, for programs. Fields are only added; times that a step took are not in it, so that the
//! same state gives the same bytes.

use std::io::{self, Write};

use serde::Serialize;

use crate::secret::redact::Redactor;
use crate::session::caller::{Answer, Caller};
use crate::session::chain::{Rung, State as Held, Who};
use crate::session::check::Listed;
use crate::session::{Check, Level, Line, Step};
use crate::source::state::{Head, State};

/// The version of the shape below.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Whole<'c> {
    version: u32,
    tool: Tool<'c>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Identity<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<Credentials<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<Repository<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inventory: Option<Vec<Key<'c>>>,
    steps: Vec<Told>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool<'c> {
    name: &'static str,
    version: &'c str,
}

#[derive(Serialize)]
struct Identity<'c> {
    status: &'static str,
    arn: Option<&'c str>,
    account: Option<&'c str>,
    root: bool,
    temporary: Option<bool>,
    expires: Option<String>,
    code: Option<&'c str>,
}

#[derive(Serialize)]
struct Credentials<'c> {
    profile: &'c str,
    profile_named_by: Option<&'c str>,
    order: Vec<Source<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plain_shell: Option<Source<'c>>,
}

#[derive(Serialize)]
struct Source<'c> {
    source: &'static str,
    profile: Option<&'c str>,
    state: &'static str,
    until: Option<String>,
    account: Option<&'c str>,
    role: Option<&'c str>,
    user: Option<&'c str>,
    root: bool,
    key_last4: Option<&'c str>,
}

#[derive(Serialize)]
struct Repository<'c> {
    branch: Option<&'c str>,
    commit: Option<&'c str>,
    upstream: Option<&'c str>,
    ahead: Option<usize>,
    behind: Option<usize>,
    staged: usize,
    changed: usize,
    untracked: usize,
    conflicts: usize,
    stashes: usize,
}

#[derive(Serialize)]
struct Key<'c> {
    key: &'c str,
    location: &'c str,
    status: &'c str,
    age_days: Option<i64>,
}

#[derive(Serialize)]
struct Told {
    title: &'static str,
    lines: Vec<ToldLine>,
}

#[derive(Serialize)]
struct ToldLine {
    level: &'static str,
    text: String,
    more: Vec<String>,
}

#[derive(Serialize)]
struct Summary {
    problems: usize,
    unknown: usize,
    warnings: usize,
    exit_code: u8,
}

/// Writes it.
pub fn write(check: &Check, version: &str, out: &mut dyn Write) -> io::Result<()> {
    let redactor = Redactor::default();
    let credentials = check.chain.as_ref().map(|chain| Credentials {
        profile: &chain.profile,
        profile_named_by: chain.named_by,
        order: chain.rungs.iter().map(source).collect(),
        plain_shell: chain.plain.as_ref().map(source),
    });
    let whole = Whole {
        version: VERSION,
        tool: Tool { name: "secretrail", version },
        identity: check.answer.as_ref().map(identity),
        credentials,
        repository: check.repository.as_ref().and_then(|state| state.as_ref().ok()).map(repository),
        inventory: check.keys.as_ref().map(|keys| keys.iter().map(key).collect()),
        steps: check.steps.iter().map(|step| told(step, &redactor)).collect(),
        summary: Summary {
            problems: check.count(Level::Problem),
            unknown: check.count(Level::Unknown),
            warnings: check.count(Level::Warning),
            exit_code: check.exit_code() as u8,
        },
    };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}

fn key(key: &Listed) -> Key<'_> {
    Key { key: &key.key, location: &key.location, status: &key.status, age_days: key.age_days }
}

fn identity(answer: &Answer) -> Identity<'_> {
    let none = Identity {
        status: "not-asked",
        arn: None,
        account: None,
        root: false,
        temporary: None,
        expires: None,
        code: None,
    };
    match answer {
        Answer::Known(caller) => known(caller),
        Answer::Refused(code) => Identity { status: "refused", code: Some(code), ..none },
        Answer::Nothing(..) => Identity { status: "no-credentials", ..none },
        Answer::Unreachable(..) => Identity { status: "unreachable", ..none },
        Answer::NotAsked => none,
    }
}

fn known(caller: &Caller) -> Identity<'_> {
    Identity {
        status: "known",
        arn: caller.arn.as_deref(),
        account: caller.account.as_deref(),
        root: caller.is_root(),
        temporary: Some(caller.temporary),
        expires: caller.expires.map(|end| end.to_string()),
        code: None,
    }
}

fn source(rung: &Rung) -> Source<'_> {
    let (state, until) = match &rung.state {
        Held::Ready(until) => ("ready", *until),
        Held::Renews => ("renews", None),
        Held::SignIn(since) => ("over", *since),
        Held::Broken(_) => ("broken", None),
        Held::Perhaps => ("perhaps", None),
    };
    let (account, role, user) = match &rung.who {
        Who::Root(account) | Who::Account(account) => (Some(account), None, None),
        Who::Role(role, account) => (account.as_ref(), Some(role), None),
        Who::User(user, account) => (Some(account), None, Some(user)),
        Who::Unknown => (None, None, None),
    };
    Source {
        source: rung.origin.word(),
        profile: rung.profile.as_deref(),
        state,
        until: until.map(|until| until.to_string()),
        account: account.map(String::as_str),
        role: role.map(String::as_str),
        user: user.map(String::as_str),
        root: matches!(rung.who, Who::Root(_)),
        key_last4: rung.key.as_deref(),
    }
}

fn repository(state: &State) -> Repository<'_> {
    let (branch, commit) = match &state.head {
        Head::Branch(branch) | Head::Unborn(branch) => (Some(branch.as_str()), None),
        Head::Commit(id) => (None, Some(id.as_str())),
        Head::Unknown => (None, None),
    };
    let apart = state.upstream.as_ref().and_then(|upstream| upstream.apart);
    Repository {
        branch,
        commit,
        upstream: state.upstream.as_ref().map(|upstream| upstream.name.as_str()),
        ahead: apart.map(|(ahead, _)| ahead),
        behind: apart.map(|(_, behind)| behind),
        staged: state.staged,
        changed: state.changed,
        untracked: state.untracked,
        conflicts: state.conflicts,
        stashes: state.stashes,
    }
}

fn told(step: &Step, redactor: &Redactor) -> Told {
    let line = |line: &Line| ToldLine {
        level: line.level.word(),
        text: redactor.path(&line.text).into_owned(),
        more: line.more.iter().map(|more| redactor.path(more).into_owned()).collect(),
    };
    Told { title: step.title, lines: step.lines.iter().map(line).collect() }
}
