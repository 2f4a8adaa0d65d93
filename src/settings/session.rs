//! `[session]`: what the check before work begins looks at.

use serde::Deserialize;
use toml::Spanned;

use crate::session::forward::Forward;

/// More forwards are a mistake.
const MOST_FORWARDS: usize = 64;

/// `[session]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// `root-is-fatal`: root is a problem, not only a warning.
    pub root_is_fatal: bool,
    /// `[[session.forward]]`.
    pub forwards: Vec<Forward>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Written {
    root_is_fatal: bool,
    forward: Vec<Spanned<WrittenForward>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenForward {
    name: String,
    target: String,
    local_port: u16,
    remote_port: u16,
    host: Option<String>,
    region: Option<String>,
    profile: Option<String>,
}

/// The error says where and what is wrong, and quotes nothing.
pub(super) fn session(written: Written) -> Result<Session, (usize, &'static str)> {
    let mut forwards: Vec<Forward> = Vec::new();
    for written in written.forward {
        let at = written.span().start;
        let WrittenForward { name, target, local_port, remote_port, host, region, profile } =
            written.into_inner();
        let forward = Forward { name, target, local_port, remote_port, host, region, profile };
        if let Some(mistake) = forward.mistake() {
            return Err((at, mistake));
        }
        if forwards.iter().any(|other| other.name == forward.name || other.local_port == forward.local_port) {
            return Err((at, "another forward has this name or this local port already"));
        }
        if forwards.len() >= MOST_FORWARDS {
            return Err((at, "these are too many forwards"));
        }
        forwards.push(forward);
    }
    Ok(Session { root_is_fatal: written.root_is_fatal, forwards })
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn forwards_are_read_and_checked() {
        let text = "[session]\nroot-is-fatal = true\n[[session.forward]]\nname = \"db\"\ntarget = \"i-0123456789abcdef0\"\nlocal-port = 15432\nremote-port = 5432\nhost = \"db.internal\"\n";
        let session = Settings::parse(text, "s").unwrap().session;
        assert_eq!((session.root_is_fatal, session.forwards.len()), (true, 1));
        for (from, to, told) in [
            ("i-0123456789abcdef0", "--profile", "s:3:1: the target of a forward"),
            ("15432", "0", "s:3:1: a port is a number"),
            ("15432", "70000", "s:"),
        ] {
            let error = Settings::parse(&text.replace(from, to), "s").unwrap_err();
            assert!(error.message.starts_with(told), "{}", error.message);
        }
        let twice = format!("{text}{}", &text[text.find("[[").unwrap()..]);
        assert!(Settings::parse(&twice, "s").unwrap_err().message.contains("has this name"));
    }
}
