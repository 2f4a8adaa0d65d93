//! Who stands behind a program: a person, an agent, its session, a repository. What is known here is a claim: whoever
//! controls the environment can make another. It is worth more once a role's trust policy demands it.

use std::ffi::OsStr;
use std::path::Path;

/// Agents: their name, how sessions of theirs are called, the variable that says that they are there, the variable that
/// holds their session, and their program.
const AGENTS: &[(&str, &str, &str, &str, &str)] = &[
    ("Claude Code", "claude-code", "CLAUDECODE", "CLAUDE_CODE_SESSION_ID", "claude"),
    ("Codex", "codex", "CODEX_THREAD_ID", "CODEX_THREAD_ID", "codex"),
    ("Gemini CLI", "agent-gemini", "GEMINI_CLI", "", "gemini"),
    ("Kiro", "agent-kiro", "KIRO_SESSION_ID", "KIRO_SESSION_ID", "kiro-cli"),
    ("OpenCode", "agent-opencode", "OPENCODE", "", "opencode"),
    ("Antigravity", "agent-antigravity", "ANTIGRAVITY_AGENT", "", ""),
    ("Amp", "agent-amp", "AMP_CURRENT_THREAD_ID", "AMP_CURRENT_THREAD_ID", "amp"),
    ("Pi", "agent-pi", "PI_CODING_AGENT", "", "pi"),
    ("Copilot CLI", "agent-copilot", "COPILOT_CLI", "", "copilot"),
    ("Cursor", "cursor-agent", "CURSOR_AGENT", "", "cursor-agent"),
];

/// Who it is, as far as somebody says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::command) struct Who {
    /// The person.
    pub human: Option<String>,
    /// The agent.
    pub agent: Option<&'static str>,
    /// How the agent's sessions are called: `claude-code`.
    prefix: Option<&'static str>,
    /// The agent's session.
    pub session: Option<String>,
    /// The repository: `owner/name`.
    pub repository: Option<String>,
}

impl Who {
    /// From the environment, the program that is started, and git.
    pub(super) fn of(
        variable: &dyn Fn(&str) -> Option<String>,
        program: &OsStr,
        email: Option<String>,
        remote: Option<&str>,
    ) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty() && value != "0");
        let named = Path::new(program).file_stem().map(|name| name.to_string_lossy().into_owned());
        let started = || AGENTS.iter().find(|agent| Some(agent.4) == named.as_deref() && !agent.4.is_empty());
        let agent = AGENTS.iter().find(|agent| set(agent.2).is_some()).or_else(started);
        let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(set);
        Self {
            human: email.filter(|email| !email.trim().is_empty()).or(user),
            agent: agent.map(|agent| agent.0),
            prefix: agent.map(|agent| agent.1),
            session: agent.and_then(|agent| set(agent.3)),
            repository: remote.and_then(repository),
        }
    }

    /// How the session is called: `claude-code-SESSION`, or as the person.
    pub(super) fn name(&self) -> String {
        match (self.prefix, &self.session, &self.human) {
            (Some(prefix), Some(session), _) => format!("{prefix}-{session}"),
            (Some(prefix), None, Some(human)) => format!("{prefix}-{human}"),
            (Some(prefix), None, None) => format!("{prefix}-session"),
            (None, _, Some(human)) => human.clone(),
            (None, _, None) => "secretrail".to_owned(),
        }
    }

    /// Tags, where something is known.
    pub(super) fn tags(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("human", self.human.as_deref()),
            ("agent", self.agent),
            ("session", self.session.as_deref()),
            ("repo", self.repository.as_deref()),
        ];
        all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }
}

/// `owner/name` of a remote's address, without what may stand in it of credentials.
fn repository(remote: &str) -> Option<String> {
    let address = remote.split(['?', '#']).next().unwrap_or_default();
    let path = match address.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        // git@host:owner/name; else a folder.
        None => address.split_once(':').map_or(address, |(_, path)| path),
    };
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    let last = parts.get(parts.len().saturating_sub(2)..)?.join("/");
    (!last.is_empty() && !last.contains('@')).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(variables: &[(&str, &str)], program: &str) -> Who {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Who::of(&variable, OsStr::new(program), Some("jared@example.com".into()), None)
    }

    #[test]
    fn the_agent_is_who_runs_us_or_what_we_run() {
        let inside = who(&[("CLAUDECODE", "1"), ("CLAUDE_CODE_SESSION_ID", "0141-fab3")], "terraform");
        assert_eq!((inside.agent, inside.name()), (Some("Claude Code"), "claude-code-0141-fab3".into()));
        let started = who(&[("USER", "jared")], "/usr/local/bin/codex");
        assert_eq!((started.agent, started.name()), (Some("Codex"), "codex-jared@example.com".into()));
        let person = who(&[("CLAUDECODE", "")], "terraform");
        assert_eq!((person.agent, person.name()), (None, "jared@example.com".into()));
        assert_eq!(Who::of(&|_| None, OsStr::new("ls"), None, None).name(), "secretrail");
    }

    #[test]
    fn a_repository_is_told_without_credentials() {
        for (remote, expected) in [
            ("https://bot:FIXTURE@github.com/acme/app.git", Some("acme/app")),
            ("git@github.com:acme/app.git", Some("acme/app")),
            ("ssh://git@example.com:2222/group/sub/app/", Some("sub/app")),
            ("https://example.com/acme/app?token=FIXTURE", Some("acme/app")),
            ("/srv/git/app.git", Some("git/app")),
            ("app", Some("app")),
            ("https://github.com", None),
            ("", None),
        ] {
            assert_eq!(repository(remote).as_deref(), expected, "{remote}");
        }
    }
}
