//! The forms in which Windows machines take scripts: tags, EC2Launch tasks, plain text.
//!
//! Tags: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html>. Tasks:
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2launch-v2-task-definitions.html>.

use crate::value::{Flat, Text};

/// A script inside of user data.
pub struct Section {
    /// Its text, with its places.
    pub text: Text,
    /// Batch, not PowerShell.
    pub batch: bool,
    /// It runs again at every boot.
    pub at_every_boot: bool,
}

/// Lines at the beginning that are looked at to tell a language.
const FIRST_LINES: usize = 60;

/// The scripts of a text; one, where it has no tags and no tasks.
pub fn sections(flat: &Flat) -> Vec<Section> {
    let text = flat.text();
    if is_task_list(text) {
        return tasks(flat);
    }
    if has_tags(text) {
        return tagged(flat);
    }
    vec![Section { text: flat.slice(0, text.len()), batch: is_batch(text), at_every_boot: false }]
}

/// `version: 1.0` and `tasks:` of EC2Launch v2.
pub fn is_task_list(text: &str) -> bool {
    let mut keys =
        text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let first: Vec<&str> = keys.by_ref().take(4).collect();
    first.iter().any(|line| line.trim_start().starts_with("version:"))
        && first.iter().any(|line| line.trim() == "tasks:")
        && text.lines().any(|line| line.trim_start_matches([' ', '-']).starts_with("task:"))
}

/// `<powershell>` at the beginning of a line, or `<script>` at the beginning of the text: HTML has scripts, too, and
/// so has a shell script that writes HTML.
pub fn has_tags(text: &str) -> bool {
    let mut lines = text.trim_start_matches('\u{FEFF}').lines().map(str::trim_start);
    let Some(first) =
        lines.by_ref().find(|line| !line.is_empty() && (!line.starts_with('#') || line.starts_with("#!")))
    else {
        return false;
    };
    if first.starts_with("#!") || starts_with(first, "<!doctype") || starts_with(first, "<html") {
        return false;
    }
    starts_with(first, "<script>")
        || std::iter::once(first).chain(lines).any(|line| starts_with(line, "<powershell>"))
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn find(text: &str, from: usize, tag: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(next) = bytes.get(at..)?.iter().position(|byte| *byte == b'<') {
        at += next;
        if bytes.get(at..at + tag.len()).is_some_and(|here| here.eq_ignore_ascii_case(tag.as_bytes())) {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn tagged(flat: &Flat) -> Vec<Section> {
    let text = flat.text();
    let value = |tag: &str| {
        let at = find(text, 0, tag)? + tag.len();
        text.get(at..)?.split('<').next().map(|value| value.trim().eq_ignore_ascii_case("true"))
    };
    let at_every_boot = value("<persist>").unwrap_or(false);
    let mut sections = Vec::new();
    let mut at = 0;
    loop {
        let powershell = find(text, at, "<powershell>").map(|at| (at, 12, "</powershell>", false));
        let script = find(text, at, "<script>").map(|at| (at, 8, "</script>", true));
        let next = [powershell, script].into_iter().flatten().min_by_key(|(at, ..)| *at);
        let Some((start, length, closing, batch)) = next else { return sections };
        let start = start + length;
        // Without its end EC2Launch does not run it, but a later version of the file may.
        let end = find(text, start, closing).unwrap_or(text.len());
        sections.push(Section { text: flat.slice(start, end), batch, at_every_boot });
        at = end + closing.len();
        if sections.len() >= 256 || at >= text.len() {
            return sections;
        }
    }
}

/// What is known of the task whose lines are being read.
#[derive(Default)]
struct Task {
    batch: bool,
    at_every_boot: bool,
    content: Option<Text>,
}

impl Task {
    fn end(&mut self, sections: &mut Vec<Section>) {
        let Self { batch, at_every_boot, content } = std::mem::take(self);
        if let Some(text) = content {
            sections.push(Section { text, batch, at_every_boot });
        }
    }
}

/// The `content:` of each `executeScript` task.
fn tasks(flat: &Flat) -> Vec<Section> {
    let text = flat.text();
    let mut sections = Vec::new();
    let mut task = Task::default();
    let mut at = 0;
    while at < text.len() {
        let end = line_end(text, at);
        let line = text.get(at..end).unwrap_or_default();
        let bare = line.trim_start_matches([' ', '-']);
        let key_column = line.len() - bare.len();
        if line.trim_start().starts_with("- ") {
            task.end(&mut sections);
        }
        let value = |key: &str| {
            let rest = bare.strip_prefix(key)?.trim_start().strip_prefix(':')?;
            Some(rest.trim().trim_matches(['"', '\'']).to_ascii_lowercase())
        };
        if let Some(kind) = value("type") {
            task.batch = kind == "batch";
        } else if let Some(frequency) = value("frequency") {
            task.at_every_boot = frequency == "always";
        } else if let Some(scalar) = value("content") {
            if scalar.starts_with(['|', '>']) {
                let (content, after) = block_scalar(flat, end + 1, key_column);
                task.content = Some(content);
                at = after;
                continue;
            }
            let from = at + line.find(':').map_or(0, |colon| colon + 1);
            task.content = Some(flat.slice(from, end));
        }
        at = end + 1;
    }
    task.end(&mut sections);
    sections
}

fn line_end(text: &str, start: usize) -> usize {
    text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| start + end)
}

/// The lines after `content: |`, without their indentation, and where the next key begins.
fn block_scalar(flat: &Flat, start: usize, key_column: usize) -> (Text, usize) {
    let text = flat.text();
    let mut content = Text::default();
    let mut indentation = None;
    let mut at = start;
    while at < text.len() {
        let end = line_end(text, at);
        let line = text.get(at..end).unwrap_or_default();
        let blank = line.trim().is_empty();
        let column = line.len() - line.trim_start_matches(' ').len();
        if !blank && column <= key_column {
            break;
        }
        let own = if blank { column.min(line.len()) } else { *indentation.get_or_insert(column) };
        let from = at + own.min(column);
        content.append(flat.slice(from, (end + 1).min(text.len())));
        at = end + 1;
    }
    (content, at.min(text.len()))
}

/// Whether a plain text is batch.
pub fn is_batch(text: &str) -> bool {
    significant(text).take(1).any(|line| {
        let lower = line.trim_start_matches('@').to_ascii_lowercase();
        let first = lower.split([' ', '\t']).next().unwrap_or_default();
        let name = first.rsplit(['\\', '/']).next().unwrap_or_default().trim_matches('"');
        matches!(
            name,
            "setx" | "powershell" | "powershell.exe" | "pwsh" | "pwsh.exe" | "cmd" | "cmd.exe" | "setlocal"
        ) || lower.starts_with("echo off")
            || lower.starts_with("rem cmd")
            || lower.starts_with("reg add ")
    })
}

fn significant(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.trim_start_matches('\u{FEFF}').lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).take(FIRST_LINES)
}

/// Verbs of cmdlets, as they are mostly written.
const VERBS: &[&str] = &[
    "Add",
    "Clear",
    "Close",
    "Compress",
    "Configure",
    "Convert",
    "ConvertFrom",
    "ConvertTo",
    "Copy",
    "Disable",
    "Enable",
    "Enter",
    "Expand",
    "Export",
    "Find",
    "Format",
    "Get",
    "Import",
    "Initialize",
    "Install",
    "Invoke",
    "Join",
    "Mount",
    "Move",
    "New",
    "Out",
    "Publish",
    "Read",
    "Register",
    "Remove",
    "Rename",
    "Resize",
    "Resolve",
    "Restart",
    "Select",
    "Send",
    "Set",
    "Split",
    "Start",
    "Stop",
    "Test",
    "Uninstall",
    "Unregister",
    "Update",
    "Wait",
    "Write",
];

/// Whether a text without tags is PowerShell, as far as its beginning tells.
pub fn looks_like_powershell(text: &str) -> bool {
    let start = text.trim_start_matches('\u{FEFF}').trim_start();
    let first = start.lines().next().unwrap_or_default().to_ascii_lowercase();
    if first.starts_with("#!") {
        return first.contains("pwsh") || first.contains("powershell");
    }
    if first.starts_with("#ps1") || first.starts_with("#requires") {
        return true;
    }
    if first.starts_with("#cloud-config") || first.starts_with('{') || first.starts_with("content-type:") {
        return false;
    }
    // YAML holds scripts of its own, each to be read by who reads the YAML.
    if significant(text).next().is_some_and(|line| line == "---" || crate::script::is_yaml_key(line)) {
        return false;
    }
    // What only a shell has decides against it.
    let is_shell = |line: &str| {
        let word = line.split([' ', ';', '\t']).next().unwrap_or_default();
        matches!(
            word,
            "fi" | "done" | "then" | "esac" | "export" | "sudo" | "yum" | "apt-get" | "apt" | "dnf" | "chmod"
        ) || line.starts_with("set -")
            || line.ends_with("; then")
    };
    if significant(text).any(is_shell) {
        return false;
    }
    significant(text).any(is_powershell_line)
}

fn is_powershell_line(line: &str) -> bool {
    let word: &str = line.split([' ', '(', ';', '\t']).next().unwrap_or_default();
    let cmdlet = word.split_once('-').is_some_and(|(verb, noun)| {
        VERBS.contains(&verb) && noun.starts_with(|c: char| c.is_ascii_uppercase())
    });
    let lower = line.to_ascii_lowercase();
    let assigned = || {
        let name =
            line.strip_prefix('$').or_else(|| line.strip_prefix('[')?.split_once("]$").map(|(_, rest)| rest));
        name.is_some_and(|name| {
            let rest =
                name.trim_start_matches(|c: char| c.is_alphanumeric() || "_:.".contains(c)).trim_start();
            rest.len() < name.len() && rest.starts_with('=') && !rest.starts_with("==")
        })
    };
    cmdlet
        || lower.starts_with("[cmdletbinding")
        || lower.starts_with("param(")
        || lower.starts_with("param (")
        || lower.starts_with("<#")
        || lower.starts_with("[environment]::")
        || lower.starts_with("[system.")
        || assigned()
}
