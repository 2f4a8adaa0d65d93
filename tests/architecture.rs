//! What the design promises about the code itself: who may use whom, who reads and writes, and that nothing lies
//! around untested.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use secretrail::rule::embedded;

/// Each module and those that it may use. Dependencies point to what is known earlier; `terraform` and `script`
/// do not know each other, and only `flow`, `scan` and `command` join them.
const MAY_USE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("error", &[]),
    ("nearest", &[]),
    ("counted", &[]),
    ("hex", &[]),
    ("shown", &[]),
    ("whole", &[]),
    ("tls", &["error"]),
    ("record", &[]),
    ("finding", &["source"]),
    ("reading", &["source"]),
    ("value", &["finding", "source"]),
    ("secret", &["error", "finding", "nearest", "source", "value"]),
    ("rule", &["finding", "nearest", "record", "shown", "source"]),
    ("terraform", &["finding", "reading", "script", "secret", "source", "value"]),
    ("script", &["finding", "reading", "secret", "source", "value"]),
    (
        "flow",
        &["counted", "finding", "reading", "record", "script", "secret", "source", "terraform", "value"],
    ),
    (
        "scan",
        &[
            "account",
            "finding",
            "flow",
            "inventory",
            "nearest",
            "reading",
            "rule",
            "script",
            "secret",
            "sighting",
            "silence",
            "source",
            "terraform",
            "trail",
            "value",
        ],
    ),
    ("account", &["counted", "evidence", "finding", "reading", "record", "rule", "source"]),
    ("trail", &["finding", "hex", "record", "rule", "source"]),
    ("day", &[]),
    ("settle", &["error", "finding", "reading", "secret", "source"]),
    ("silence", &["day", "error", "finding", "reading", "record", "rule", "secret", "settle", "source"]),
    ("session", &["counted", "error", "hex", "secret", "shown", "source"]),
    ("review", &["account", "hex", "inventory", "nearest", "shown", "trail"]),
    (
        "report",
        &["counted", "error", "finding", "hex", "reading", "review", "secret", "session", "shown", "source"],
    ),
    ("serve", &["error", "finding", "report", "secret", "tls"]),
    ("notify", &["counted", "finding", "hex"]),
    ("courier", &["error", "notify", "secret", "tls"]),
    (
        "settings",
        &[
            "account",
            "day",
            "error",
            "finding",
            "inventory",
            "nearest",
            "notify",
            "session",
            "silence",
            "trail",
        ],
    ),
    ("cli", &["day", "finding", "inventory", "policy", "report", "rule"]),
    ("evidence", &["error", "hex", "shown", "whole"]),
    ("history", &["day", "error", "finding"]),
    ("policy", &[]),
    ("sighting", &["finding", "reading", "record", "rule", "secret", "source"]),
    (
        "inventory",
        &["counted", "day", "evidence", "finding", "reading", "record", "rule", "secret", "shown", "source"],
    ),
    ("aws", &["error", "evidence", "policy", "secret", "session", "shown", "trail"]),
];

/// Modules that read and write.
const READ_AND_WRITE: &[&str] = &["command", "evidence", "history", "main", "source", "settings", "whole"];
/// Files that start other programs: the AWS CLI, secretrail itself, and what `run` is asked for.
const START_PROGRAMS: &[&str] = &["aws/forward.rs", "command/run", "command/session/supervise.rs"];
/// Files that write to standard output and standard error, beside `main`.
const PRINT: &[&str] = &["command/mod.rs", "command/output.rs", "command/run.rs", "command/run/"];
/// Modules that connect to other machines, and `tls`, which says whom they trust.
const CONNECT: &[&str] = &["aws", "courier", "serve", "tls"];
/// Longer files lose their reader.
const MOST_LINES: usize = 500;

struct File {
    /// Below `src/`, with `/`.
    name: String,
    /// All of it.
    text: String,
    /// Without tests.
    code: String,
}

impl File {
    /// The first part of its name.
    fn module(&self) -> &str {
        self.name.split(['/', '.']).next().unwrap_or_default()
    }

    /// Lines of code that hold a text, comments left out.
    fn lines_with(&self, text: &str) -> Vec<String> {
        let lines = self.code.lines().enumerate();
        let with = lines.filter(|(_, line)| {
            let code = line.split("//").next().unwrap_or_default();
            code.contains(text)
        });
        with.map(|(number, line)| format!("src/{}:{}: {}", self.name, number + 1, line.trim())).collect()
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder, relative to it, with `/`.
fn files_below(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
                files.push(name);
            }
        }
    }
    files.sort();
    files
}

fn sources() -> Vec<File> {
    let folder = root().join("src");
    let read = |name: String| {
        let text = fs::read_to_string(folder.join(&name)).expect("a source file");
        let code = without_tests(&name, &text);
        File { name, text, code }
    };
    files_below(&folder).into_iter().filter(|name| name.ends_with(".rs")).map(read).collect()
}

/// The code without tests: they may do what code may not.
fn without_tests(name: &str, text: &str) -> String {
    let in_tests =
        name.split('/').any(|part| part == "tests" || part == "tests.rs") || is_only_for_tests(name);
    if in_tests {
        return String::new();
    }
    let (mut code, mut rest) = (String::new(), text);
    while let Some((from, to)) = test_module(rest) {
        code.push_str(&rest[..from]);
        // Lines keep their numbers.
        code.push_str(&"\n".repeat(rest[from..to].matches('\n').count()));
        rest = &rest[to..];
    }
    code + rest
}

/// Where the first module that is only for tests begins and ends.
fn test_module(text: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        let is_for_tests = line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test,");
        let body = text[next..].lines().next().unwrap_or_default();
        if is_for_tests && body.starts_with("mod ") && body.ends_with('{') {
            let end = text[next..].find("\n}\n").map_or(text.len(), |end| next + end + 3);
            return Some((at, end));
        }
        at = next;
    }
    None
}

/// Whether the parent declares the file under `#[cfg(test)]`.
fn is_only_for_tests(name: &str) -> bool {
    let path = Path::new(name);
    let (Some(folder), Some(stem)) = (path.parent(), path.file_stem()) else { return false };
    let declared = format!("mod {};", stem.to_string_lossy());
    let src = root().join("src");
    let parents =
        [src.join(folder).join("mod.rs"), src.join(folder).with_extension("rs"), src.join("lib.rs")];
    let marked = |text: String| {
        let lines: Vec<&str> = text.lines().collect();
        lines.windows(2).any(|pair| pair[0] == "#[cfg(test)]" && pair[1].ends_with(&declared))
    };
    parents.iter().any(|parent| fs::read_to_string(parent).is_ok_and(marked))
}

/// Modules that a text names as `crate::module`, also in `use crate::{a, b::c}`.
fn used(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    for (at, start) in code.match_indices("crate::") {
        let line = code[..at].rfind('\n').map_or(0, |at| at + 1);
        if code[line..at].contains("//") {
            continue;
        }
        let rest = &code[at + start.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let (mut depth, mut starts) = (0, true);
        for (at, c) in list.split(';').next().unwrap_or_default().char_indices() {
            if starts && c.is_alphabetic() {
                found.insert(word(&list[at..]));
                starts = false;
            }
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => starts = true,
                _ => {}
            }
        }
    }
    found
}

#[test]
fn modules_use_only_what_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let files = sources();
    let modules: BTreeSet<String> = files.iter().map(|file| file.module().to_owned()).collect();
    let mut wrong = Vec::new();
    for file in &files {
        let Some(may) = allowed.get(file.module()) else {
            let joins = matches!(file.module(), "command" | "main" | "lib");
            assert!(joins, "src/{}: say in this test what the module may use", file.name);
            continue;
        };
        for name in used(&file.code) {
            if modules.contains(&name) && name != file.module() && !may.contains(&name.as_str()) {
                wrong.push(format!("src/{}: {} may not use {name}", file.name, file.module()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_modules_of_tests_are_left_out() {
    let text = "a();\n#[cfg(test)]\nmod tests {\n    b();\n}\n\nc();\n#[cfg(all(test, unix))]\nmod more {\n    d();\n}\n";
    assert_eq!(without_tests("x.rs", text), "a();\n\n\n\n\n\nc();\n\n\n\n\n");
}

#[test]
fn uses_are_understood() {
    let code = "use crate::{a::b, c::{d, e}};\nuse crate::f::g;\n// crate::h\nlet x = crate::i::j();\n";
    assert_eq!(used(code).into_iter().collect::<String>(), "acfi");
}

#[test]
fn only_the_two_ends_read_and_write() {
    let marks =
        ["std::fs", "fs::", "File::open", "std::env::", "stdin()", "stdout()", "stderr()", "TcpStream"];
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| !READ_AND_WRITE.contains(&file.module())) {
        for mark in marks.into_iter().filter(|mark| *mark != "TcpStream" || !CONNECT.contains(&file.module()))
        {
            wrong.extend(file.lines_with(mark));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_main_prints() {
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| file.module() != "main") {
        for mark in ["println!", "print!(", "dbg!"] {
            wrong.extend(file.lines_with(mark));
        }
        // Others may only ask whether somebody looks on.
        let takes = |line: &String| {
            let left = line.replace("stdout().is_terminal", "").replace("stderr().is_terminal", "");
            left.contains("stdout()") || left.contains("stderr()")
        };
        if !PRINT.iter().any(|print| file.name.starts_with(print)) {
            let lines = ["stdout()", "stderr()"].into_iter().flat_map(|mark| file.lines_with(mark));
            wrong.extend(lines.filter(takes));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same input gives the same bytes: what judges and what tells reads no clock.
#[test]
fn few_read_the_clock() {
    let may = |file: &File| {
        file.module() == "day" || READ_AND_WRITE.contains(&file.module()) || CONNECT.contains(&file.module())
    };
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| !may(file)) {
        for mark in ["Timestamp::now", "SystemTime::now", "Instant::now", "Zoned::now", "Day::today"] {
            wrong.extend(file.lines_with(mark));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn few_start_programs_none_is_unsafe_and_only_three_connect() {
    let mut wrong = Vec::new();
    for file in sources() {
        let starts = START_PROGRAMS.iter().any(|start| file.name.starts_with(start));
        for mark in ["process::Command", "process::{Child", "unsafe {", "unsafe fn", "unsafe impl"] {
            if !(starts && mark.starts_with("process")) {
                wrong.extend(file.lines_with(mark));
            }
        }
        if !CONNECT.contains(&file.module()) {
            for mark in [
                "net::Tcp",
                "net::Udp",
                "hyper::",
                "hyper_",
                "rustls::",
                "aws_config::",
                "aws_sdk_",
                "aws_sigv4::",
                "aws_smithy_",
            ] {
                wrong.extend(file.lines_with(mark));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for name in ["lib.rs", "main.rs"] {
        let text = fs::read_to_string(root().join("src").join(name)).expect("it is there");
        assert!(text.contains("#![forbid(unsafe_code)]"), "src/{name}");
    }
}

#[test]
fn nothing_gives_up() {
    let mut wrong = Vec::new();
    for file in sources() {
        for mark in [".unwrap()", ".expect(\"", "panic!(", "unreachable!(", "todo!(", "unimplemented!("] {
            wrong.extend(file.lines_with(mark));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn secrets_are_neither_printed_nor_serialised() {
    let text = fs::read_to_string(root().join("src/secret/mod.rs")).expect("it is there");
    let at = text.find("pub struct Secret").expect("the type");
    let before: Vec<&str> =
        text[..at].lines().rev().take_while(|line| line.starts_with(['#', '/'])).collect();
    for word in ["Debug", "Display", "Serialize"] {
        assert!(!before.iter().any(|line| line.starts_with("#[derive") && line.contains(word)), "{word}");
    }
    for word in ["Display for Secret", "Serialize for Secret", "ToString for Secret"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn every_file_says_what_it_is() {
    let tests = files_below(&root().join("tests")).into_iter().map(|name| format!("tests/{name}"));
    let code = files_below(&root().join("src")).into_iter().map(|name| format!("src/{name}"));
    for name in tests.chain(code).chain(["build.rs".to_owned()]).filter(|name| name.ends_with(".rs")) {
        let text = fs::read_to_string(root().join(&name)).expect("a file");
        assert!(text.starts_with("//! "), "{name} does not start with a //! line");
    }
}

#[test]
fn files_are_short() {
    let long = sources().into_iter().filter(|file| {
        let own = if file.code.is_empty() { &file.text } else { &file.code };
        own.lines().count() > MOST_LINES
    });
    let names: Vec<String> = long.map(|file| file.name).collect();
    assert!(names.is_empty(), "longer than {MOST_LINES} lines: {}", names.join(", "));
}

#[test]
fn every_rule_is_in_the_program_and_every_table_is_used() {
    let (rules, others): (Vec<String>, Vec<String>) =
        files_below(&root().join("rules")).into_iter().partition(|name| name.ends_with(".yml"));
    let inside: Vec<&str> = embedded().iter().map(|(name, _)| *name).collect();
    assert_eq!(inside, rules, "left: in the program, right: on the disk");
    let code: String = sources().iter().map(|file| file.text.as_str()).collect();
    for name in others.iter().filter(|name| *name != "README.md") {
        assert!(code.contains(&format!("rules/{name}\"")), "nothing reads rules/{name}");
    }
}

#[test]
fn every_test_file_and_fixture_is_run() {
    let tests = root().join("tests");
    let texts: BTreeMap<String, String> = files_below(&tests)
        .into_iter()
        .filter(|name| !name.contains("/."))
        .filter_map(|name| fs::read_to_string(tests.join(&name)).ok().map(|text| (name, text)))
        .collect();
    let in_folder =
        |name: &&String| name.contains('/') && name.ends_with(".rs") && !name.ends_with("/main.rs");
    for name in texts.keys().filter(in_folder) {
        let (folder, file) = name.rsplit_once('/').expect("a folder");
        let declared = format!("mod {};", file.trim_end_matches(".rs"));
        let parents = [format!("{folder}.rs"), format!("{folder}/main.rs"), format!("{folder}/mod.rs")];
        let is_declared =
            parents.iter().any(|parent| texts.get(parent).is_some_and(|text| text.contains(&declared)));
        assert!(is_declared, "tests/{name} belongs to no test");
    }
    let mut users: String = texts.into_values().collect();
    users.extend(embedded().iter().map(|(_, text)| *text));
    for name in files_below(&root().join("fixtures")) {
        let case = name.split('/').take(2).collect::<Vec<_>>().join("/");
        assert!(users.contains(&case), "no test or rule names fixtures/{case}");
    }
}

/// A heading as a link names it: `## Silencing a finding` is `#silencing-a-finding`.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings =
        text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
        heading
            .to_lowercase()
            .chars()
            .filter(kept)
            .map(|letter| if letter == ' ' { '-' } else { letter })
            .collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn links_between_pages_lead_somewhere() {
    let pages = ["README.md".to_owned(), "rules/README.md".to_owned()].into_iter();
    let pages = pages.chain(
        files_below(&root().join("docs"))
            .into_iter()
            .filter(|name| name.ends_with(".md"))
            .map(|name| format!("docs/{name}")),
    );
    for page in pages {
        let text = fs::read_to_string(root().join(&page)).expect("a page");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = root().join(&page).parent().expect("a folder").join(path);
            let target = if path.is_empty() { root().join(&page) } else { target };
            assert!(target.exists(), "{page}: nothing at {link}");
            let there = || anchors(&fs::read_to_string(&target).expect("a page"));
            assert!(anchor.is_empty() || there().contains(anchor), "{page}: no heading at {link}");
        }
    }
}
