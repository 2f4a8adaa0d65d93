//! Whatever stands in a file: readers end, never fail, and what they say of places is true.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::{env, fs};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use secretrail::error::ExitCode;
use secretrail::finding::Confidence;
use secretrail::report::{self, Format, Report, TableStyle};
use secretrail::rule::{RuleSet, check, embedded, parse};
use secretrail::scan::{Material, Scanned, Tools, scan};
use secretrail::secret::redact::Redactor;
use secretrail::secret::tokens::TokenTable;
use secretrail::settings::Settings;
use secretrail::settle::{settle, settle_gaps};
use secretrail::source::walk::{FileKind, Found, walk};
use secretrail::source::{SourceId, Sources, Span};
use secretrail::terraform::read::{read_hcl, read_json, read_template};
use secretrail::terraform::tree::Input;

/// What Terraform, templates and scripts are made of, and what ends or opens too much.
const PIECES: &[&str] = &[
    "\n",
    " ",
    "\t",
    "\r\n",
    "\0",
    "\u{feff}",
    "é",
    "\u{1F511}",
    "\"",
    "'",
    "`",
    "\\",
    "\\\"",
    "\\u00",
    "\\n",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "|",
    "&",
    ";",
    "$",
    "$$",
    "%",
    "%%",
    "#",
    "//",
    "/*",
    "*/",
    "=",
    "==",
    "=>",
    ":",
    ",",
    ".",
    "...",
    "?",
    "!",
    "-",
    "~",
    "*",
    "${",
    "$${",
    "%{",
    "%{ if a }",
    "%{ for a in b }",
    "%{ endif ~}",
    "%{ else }",
    "<<EOT\n",
    "<<-EOT\n",
    "\nEOT\n",
    "<<'EOT'\n",
    "<<<",
    "$(",
    "$((",
    "((",
    "))",
    "`cat x`",
    ">",
    ">>",
    "2>&1",
    "tee -a /etc/x",
    "if true; then",
    "fi",
    "case x in",
    "esac",
    "for i in",
    "do",
    "done",
    "f() {",
    "eval",
    "set -x",
    "echo ",
    "cat > /etc/x",
    "x=",
    "$x",
    "${x:-y}",
    "${x",
    "export PASSWORD=",
    "aws ssm get-parameter",
    "variable \"a\" {",
    "resource \"aws_instance\" \"w\" {",
    "module \"m\" {",
    "locals {",
    "source = \"./m\"",
    "user_data = ",
    "templatefile(\"${path.module}/user_data.sh\", ",
    "jsonencode(",
    "base64encode(",
    "var.a",
    "local.password",
    "for k, v in var.a : k => v",
    "sensitive = true",
    "default = \"hV8-kQ2w\"",
    "dynamic \"x\" {",
    "\"a\": ",
    "[1, 2",
    "null",
    "true",
    "1e999",
    "-0",
    "999999999999999999999999",
];

/// `PROPTEST_CASES` looks longer.
fn config(cases: u32) -> ProptestConfig {
    let cases = env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() }
}

fn pieces(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(select(PIECES), 0..most).prop_map(|pieces| pieces.concat())
}

/// One change of a text.
#[derive(Debug, Clone)]
enum Change {
    Remove(Index, usize),
    Insert(Index, &'static str),
    Double(Index, usize),
    Replace(Index, char),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), 1..40_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (any::<Index>(), select(PIECES)).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (any::<Index>(), 1..200_usize).prop_map(|(at, count)| Change::Double(at, count)),
        (any::<Index>(), any::<char>()).prop_map(|(at, letter)| Change::Replace(at, letter)),
    ]
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for change in changes {
        let length = letters.len();
        let place = |at: &Index| at.index(length + 1);
        match change {
            Change::Remove(at, count) => {
                let at = place(at);
                letters.drain(at..(at + count).min(length));
            }
            Change::Insert(at, piece) => drop(letters.splice(place(at)..place(at), piece.chars())),
            Change::Double(at, count) => {
                let at = place(at);
                let again: Vec<char> = letters[at..(at + count).min(length)].to_vec();
                letters.splice(at..at, again);
            }
            Change::Replace(at, letter) => {
                let at = place(at);
                letters.splice(at..(at + 1).min(length), [*letter]);
            }
        }
    }
    letters.into_iter().collect()
}

/// A file of a tree: its name below the root and its text.
type Tree = Vec<(String, String)>;

/// The incident, and the files of every rule's examples.
fn trees() -> &'static [Tree] {
    static TREES: OnceLock<Vec<Tree>> = OnceLock::new();
    TREES.get_or_init(|| {
        let mut trees = vec![tree_of("examples/incident"), tree_of("examples/incident-fixed")];
        for (file, text) in embedded() {
            for rule in parse(file, text).into_iter().flatten() {
                for example in &rule.file().examples {
                    let files = example.input.files();
                    let files: Tree =
                        files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
                    trees.extend(Some(files).filter(|files| !files.is_empty()));
                }
            }
        }
        trees
    })
}

fn tree_of(folder: &str) -> Tree {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = walk(&root, false).files.into_iter();
    let tree: Tree = files
        .map(|found| {
            let name = found.path.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
            (name, fs::read_to_string(&found.path).expect("text"))
        })
        .collect();
    assert!(tree.len() > 5, "{folder}");
    tree
}

fn texts() -> Vec<&'static str> {
    trees().iter().flatten().map(|(_, text)| text.as_str()).collect()
}

/// A text of the examples with some changes.
fn mutated() -> impl Strategy<Value = String> {
    (select(texts()), prop::collection::vec(change(), 1..6))
        .prop_map(|(text, changes)| changed(text, &changes))
}

/// Deep recursion is bounded for a stack of this size: the command's own.
fn on_a_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: OnceLock<rayon::ThreadPool> = OnceLock::new();
    let build = || rayon::ThreadPoolBuilder::new().num_threads(2).stack_size(64 << 20).build();
    POOL.get_or_init(|| build().expect("threads")).install(work)
}

fn read_all_ways(text: &str) -> Result<(), TestCaseError> {
    let source = SourceId(0);
    let gaps = on_a_large_stack(|| {
        let mut gaps = read_hcl(source, text).gaps;
        gaps.extend(read_json(source, text).gaps);
        gaps.extend(read_template(source, text).gaps);
        gaps
    });
    for gap in gaps {
        let range = gap.at.range();
        prop_assert!(text.get(range).is_some(), "{gap:?}");
    }
    Ok(())
}

struct Run {
    sources: Sources,
    scanned: Scanned,
}

fn run(files: &[(String, String)]) -> Run {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    let rules = RULES.get_or_init(|| RuleSet::load(embedded(), Vec::new()).expect("rules"));
    let sources = Sources::default();
    let root = PathBuf::from("/tree");
    sources.set_base(root.clone());
    let mut material = Material::default();
    for (name, text) in files {
        let path = root.join(name);
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        let Some(kind) = FileKind::of(&file) else { continue };
        let source = sources.add_file(name.as_str(), &path);
        sources.document(source).set_text(text.as_str().into());
        material.inputs.push(Input { source, found: Found { path, kind } });
    }
    let tokens = TokenTable::embedded();
    let tools = Tools { rules, tokens: &tokens, stop: &AtomicBool::new(false), progress: &|_| {} };
    let scanned = on_a_large_stack(|| scan(&sources, &material, &tools));
    Run { sources, scanned }
}

fn rendered(run: Run, format: Format) -> Vec<u8> {
    let redactor = Redactor::new(run.scanned.secrets, run.scanned.places);
    let report = Report {
        path_prefix: String::new(),
        sources: &run.sources,
        redactor: &redactor,
        rules: Vec::new(),
        findings: settle(run.scanned.findings, &run.sources, &redactor),
        silenced: Vec::new(),
        gate: report::Gate::default(),
        gaps: settle_gaps(run.scanned.gaps, &run.sources),
        files: 1,
        tool_version: "0".into(),
        exit_code: ExitCode::Findings,
        account: None,
        trail: None,
        inventory: None,
        elapsed: None,
        style: TableStyle { full: true, ..TableStyle::default() },
    };
    let mut out = Vec::new();
    report::write(format, &report, &mut out).expect("memory takes all");
    out
}

fn lies_in(sources: &Sources, span: Span) -> bool {
    let text = sources.text(span.source);
    span.start <= span.end && text.get(span.range()).is_some()
}

fn sound(run: &Run) -> Result<(), TestCaseError> {
    for gap in &run.scanned.gaps {
        prop_assert!(!gap.reason.contains("error of secretrail's own"), "a panic: {gap:?}");
        prop_assert!(lies_in(&run.sources, gap.at), "{gap:?}");
    }
    for finding in &run.scanned.findings {
        prop_assert!(lies_in(&run.sources, finding.at.span), "{finding:?}");
        for step in &finding.related {
            prop_assert!(lies_in(&run.sources, step.at.span), "{finding:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn readers_take_anything(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all_ways(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn readers_take_pieces_of_terraform(text in pieces(80)) {
        read_all_ways(&text)?;
    }

    #[test]
    fn readers_take_broken_files(text in mutated()) {
        read_all_ways(&text)?;
    }

    #[test]
    fn rules_tokens_and_settings_are_taken_or_refused(
        (rule, changes) in (0..embedded().len(), prop::collection::vec(change(), 1..6)),
    ) {
        let (file, text) = embedded()[rule];
        let text = changed(text, &changes);
        let _ = (check(&text), parse(file, &text));
        let settings = changed("fail-on = \"high\"\noff = [\"a\"]\nexclude = [\"x/**\"]\n", &changes);
        if let Ok(settings) = Settings::parse(&settings, "secretrail.toml") {
            prop_assert!(settings.min_confidence.is_none_or(|least| least >= Confidence::Low));
        }
        let tokens = "[[rules]]\nid = \"a\"\nregex = '''a-[0-9]{8}'''\nkeywords = [\"a-\"]\n";
        let _ = TokenTable::parse(&changed(tokens, &changes), "tokens.toml");
    }
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn scripts_are_followed_whatever_they_hold(text in pieces(60)) {
        let run = run(&[
            ("run.sh".to_owned(), format!("#!/bin/bash\nPASSWORD=$(aws ssm get-parameter --with-decryption --name /a/key)\n{text}")),
            ("boot.tpl".to_owned(), format!("#!/bin/bash\n{text}\necho ${{password}} > /etc/x\n")),
        ]);
        sound(&run)?;
    }

    #[test]
    fn broken_trees_are_scanned(
        tree in select(trees().to_vec()),
        changes in prop::collection::vec((any::<Index>(), prop::collection::vec(change(), 1..5)), 1..3),
        format in select(Format::ALL.to_vec()),
    ) {
        let mut tree = tree;
        for (at, changes) in changes {
            let at = at.index(tree.len());
            tree[at].1 = changed(&tree[at].1, &changes);
        }
        let first = run(&tree);
        sound(&first)?;
        let first = rendered(first, format);
        prop_assert!(std::str::from_utf8(&first).is_ok());
        prop_assert!(first == rendered(run(&tree), format), "two runs differ");
    }
}
