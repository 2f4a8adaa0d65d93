//! Reads the scripts that Terraform hands to machines and says where secrets land.

mod cloud_init;
pub mod definition;
mod names;
mod powershell;
mod run;
mod shell;
mod table;

use crate::reading::Reading;
use crate::source::Span;
use crate::value::{Flat, Landing, Text};

/// How a script runs, which decides where its output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// At boot: standard output and error end in cloud-init's log.
    UserData,
    /// On a machine, driven by Terraform: its output is Terraform's output.
    RemoteExec,
    /// Beside Terraform: its output is Terraform's output.
    LocalExec,
    /// A script on its own: nobody knows where its output goes.
    Standalone,
}

/// What is known of a script from outside.
pub struct Context<'a> {
    /// How it runs.
    pub role: Role,
    /// The environment that it gets, `environment {}` of `local-exec`.
    pub environment: Vec<(String, Text)>,
    /// Its positional parameters.
    pub arguments: Vec<Text>,
    /// Path and text of the files that it finds.
    pub files: Vec<(Text, Text)>,
    /// The name of its file, for gaps.
    pub file_name: &'a str,
    /// Whether an unset variable with a secret-saying name is an origin, with low confidence.
    pub guess_environment: bool,
    /// The place to point at where the script has none.
    pub fallback: Span,
}

impl<'a> Context<'a> {
    /// Of a script that nobody hands anything.
    pub fn alone(file_name: &'a str, guess_environment: bool, fallback: Span) -> Self {
        Self {
            role: Role::Standalone,
            environment: Vec::new(),
            arguments: Vec::new(),
            files: Vec::new(),
            file_name,
            guess_environment,
            fallback,
        }
    }
}

/// Follows secrets through a bash or POSIX shell script: from holes with origins, literals and
/// fetching commands to files, logs, command lines and containers.
///
/// ```
/// use secretrail::script::{Context, Role, trace_shell};
/// use secretrail::source::{SourceId, Span};
/// use secretrail::value::Flat;
///
/// let source = SourceId(0);
/// let text = "KEY=$(aws ssm get-parameter --with-decryption --name /app/key)\necho $KEY > /etc/key\n";
/// let context = Context {
///     role: Role::UserData,
///     environment: Vec::new(),
///     arguments: Vec::new(),
///     files: Vec::new(),
///     file_name: "user_data.sh",
///     guess_environment: false,
///     fallback: Span::start_of(source),
/// };
/// let reading = trace_shell(&Flat::from_document(source, text), &context);
/// assert_eq!(reading.facts[0].sink.path.as_deref(), Some("/etc/key"));
/// ```
pub fn trace_shell(script: &Flat, context: &Context<'_>) -> Reading<Vec<Landing>> {
    run::trace(script, context)
}

/// Whether a file of this name holds PowerShell, whatever its beginning says: `.ps1`, `.psm1`, also to be rendered.
pub fn is_named_powershell(name: &str) -> bool {
    powershell::is_named_powershell(name)
}

/// Whether a file of this name holds a language that is not followed, also one to be rendered: `login.py.template`,
/// `site.css.tpl`, `nginx.conf.tpl`. Its `password=value,` hands an argument on, and its braces are no shell's.
/// A text that says itself what it is goes before its name: `cloud-init.cfg.tpl` with `#cloud-config`.
pub fn is_named_program(name: &str, text: &str) -> bool {
    const RENDERED: [&str; 4] = [".tpl", ".tftpl", ".tmpl", ".template"];
    const LANGUAGES: [&str; 38] = [
        ".py",
        ".js",
        ".mjs",
        ".ts",
        ".rb",
        ".go",
        ".java",
        ".kt",
        ".groovy",
        ".php",
        ".pl",
        ".lua",
        ".rs",
        ".cs",
        ".sql",
        ".jsx",
        ".tsx",
        ".vue",
        ".css",
        ".scss",
        ".sass",
        ".less",
        ".html",
        ".htm",
        ".xhtml",
        ".xml",
        ".svg",
        ".md",
        ".json",
        ".toml",
        ".ini",
        ".properties",
        ".conf",
        ".cfg",
        ".cnf",
        ".vcl",
        ".rego",
        ".hcl",
    ];
    let lower = name.to_ascii_lowercase();
    let name = RENDERED.iter().find_map(|ending| lower.strip_suffix(ending)).unwrap_or(&lower);
    let says_so = text.trim_start_matches('\u{FEFF}').starts_with("#!") || cloud_init::is_cloud_init(text);
    LANGUAGES.iter().any(|ending| name.ends_with(ending)) && !says_so
}

/// Follows secrets through PowerShell, or through user data that holds it, as [`trace_shell`] does through a shell's.
pub fn trace_powershell(script: &Flat, context: &Context<'_>) -> Reading<Vec<Landing>> {
    powershell::trace(script, context)
}

/// Whether a text is something that runs or sets up a machine.
pub fn is_script(text: &str) -> bool {
    cloud_init::is_cloud_init(text) || powershell::is_powershell(text) || looks_like_shell(text)
}

/// Whether a text says that Python runs it: `#!/usr/bin/env python3`.
pub fn is_python(text: &str) -> bool {
    let line = text.trim_start_matches('\u{FEFF}').lines().next().unwrap_or("");
    let words = line.strip_prefix("#!").map(|rest| rest.split(['/', ' ']));
    words.is_some_and(|mut words| words.any(|word| word.starts_with("python")))
}

/// The language that a text's `#!` names, where nothing here reads it.
pub fn unread_language(text: &str) -> Option<&'static str> {
    const LANGUAGES: [(&str, &str); 10] = [
        ("perl", "Perl"),
        ("ruby", "Ruby"),
        ("node", "Node.js"),
        ("nodejs", "Node.js"),
        ("deno", "Deno"),
        ("bun", "Bun"),
        ("php", "PHP"),
        ("lua", "Lua"),
        ("tclsh", "Tcl"),
        ("expect", "Expect"),
    ];
    let line = text.trim_start_matches('\u{FEFF}').trim_start().lines().next().unwrap_or("");
    let mut words = line.strip_prefix("#!")?.split(['/', ' ']);
    words.find_map(|word| {
        let name = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        LANGUAGES.iter().find(|(program, _)| name == *program).map(|(_, said)| *said)
    })
}

/// Follows secrets through whatever runs or sets up a machine: shell, PowerShell, cloud-init's forms. Nothing for
/// a text that is none of them.
pub fn trace(text: &Flat, context: &Context<'_>) -> Reading<Vec<Landing>> {
    if cloud_init::is_cloud_init(text.text()) {
        cloud_init::trace(text, context)
    } else if is_named_powershell(context.file_name) || powershell::is_powershell(text.text()) {
        powershell::trace(text, context)
    } else if looks_like_shell(text.text()) {
        trace_shell(text, context)
    } else if is_python(text.text()) {
        run::python::trace(text, context)
    } else {
        Reading::default()
    }
}

/// Whether a text is a shell script, as far as its beginning tells: a shell's `#!`, or nothing
/// that speaks for another language.
pub fn looks_like_shell(text: &str) -> bool {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    let line = text.lines().next().unwrap_or("");
    if let Some(interpreter) = line.strip_prefix("#!") {
        return shell_interpreter(interpreter);
    }
    let lower = line.trim_end().to_ascii_lowercase();
    let other = ["#cloud-config", "#include", "#part-handler", "## template: jinja", "#upstart-job"];
    if other.iter().any(|marker| lower.starts_with(marker)) {
        return false;
    }
    let bare = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let Some(line) = text.lines().find(bare) else { return !text.is_empty() };
    let is_section = opens_a_section(line) && is_mostly_foreign(text);
    !is_markup(line) && !is_data(text, line) && !is_yaml_key(line) && !is_section
}

/// Whether of the lines at the beginning at least half end or begin as no command does: `color: red;`, `}`.
/// One line alone decides nothing: `sudo bash {` or `{{ if .x }}` can stand above a whole script.
fn is_mostly_foreign(text: &str) -> bool {
    const MOST_LINES: usize = 200;
    let is_foreign = |line: &&str| {
        let statement = line.ends_with(';') && !line.ends_with(";;");
        let starts = ["/*", "//", "* ", "*/", "@", "{{", "}"].iter().any(|start| line.starts_with(start));
        let opens = line.ends_with('{') && !line.contains("()");
        starts || opens || statement || line.ends_with(',') || is_yaml_key(line)
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<&str> = lines.take(MOST_LINES).collect();
    lines.iter().filter(|line| is_foreign(line)).count() * 2 >= lines.len()
}

/// `body {`, `@media print {`, `upstream app {`, `/* ... */`, `{{- define "x" -}}`: of stylesheets, web servers and charts.
fn opens_a_section(line: &str) -> bool {
    let line = line.trim();
    let foreign = ["/*", "//", "@", "{{"].iter().any(|start| line.starts_with(start));
    let shell = |c: char| "()|&;=$\"'`".contains(c);
    let words = || line.split_whitespace();
    let compound =
        words().any(|word| matches!(word, "function" | "do" | "then" | "else" | "time" | "!" | "coproc"));
    let opens = line.ends_with('{') && words().count() > 1 && !line.contains(shell) && !compound;
    foreign || opens || line.ends_with(',')
}

fn is_markup(line: &str) -> bool {
    let lower = line.trim_start().to_ascii_lowercase();
    ["<", "content-type:", "mime-version:", "-----begin ", "from "]
        .iter()
        .any(|start| lower.starts_with(start))
}

/// JSON, TOML, INI, a YAML list or document.
fn is_data(text: &str, line: &str) -> bool {
    let line = line.trim();
    let after_brace =
        text.trim_start().strip_prefix('{').map(|rest| rest.trim_start().starts_with(['"', '}']));
    let section =
        line.starts_with('[') && line.ends_with(']') && !line.starts_with("[ ") && !line.starts_with("[[ ");
    after_brace == Some(true) || section || line.starts_with("[\"") || line == "[" || line == "---"
}

fn shell_interpreter(interpreter: &str) -> bool {
    const SHELLS: [&str; 7] = ["sh", "bash", "dash", "ash", "ksh", "zsh", "mksh"];
    interpreter
        .split_whitespace()
        .map(|word| word.rsplit('/').next().unwrap_or(word))
        .find(|word| !word.starts_with('-') && *word != "env" && *word != "busybox" && !word.contains('='))
        .is_some_and(|word| SHELLS.contains(&word))
}

/// `key:` or `key: value` with nothing of a command before the colon.
fn is_yaml_key(line: &str) -> bool {
    line.split_once(':').is_some_and(|(key, rest)| {
        let plain =
            !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        plain && (rest.trim().is_empty() || rest.starts_with(' '))
    })
}

#[cfg(test)]
mod tests;
