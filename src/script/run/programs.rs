//! Programs of other languages inside of the script, and commands that nobody knows: do they write what they are given?

use super::Machine;
use super::call::{Call, is, is_option};
use super::external::argument_traces;
use super::printed::{self, Said};
use super::streams::Stream;
use super::wire::{known_start, mentions};
use crate::finding::Confidence;
use crate::script::names::{Says, says};
use crate::value::{Origin, OriginKind, Piece, Text, Traces};

/// How languages write files; the path is the first string after it, or the last one before it.
const AFTER: [&str; 11] = [
    "open(",
    "File.write(",
    "File.open(",
    "IO.write(",
    "writeFileSync(",
    "appendFileSync(",
    "writeFile(",
    "appendFile(",
    "file_put_contents(",
    "fopen(",
    "open ",
];
const BEFORE: [&str; 2] = [".write_text(", ".write_bytes("];
/// How `open` says that it writes.
const MODES: [&str; 12] =
    ["\"w\"", "'w'", "\"a\"", "'a'", "\"wb\"", "'wb'", "\"w+\"", "'w+'", "'>'", "\">\"", "'>>'", "\">>\""];
/// How languages read a variable of the environment.
pub const READS: [&str; 12] = [
    "environ",
    "getenv",
    "ENV[",
    "ENV.fetch",
    "$ENV{",
    "process.env",
    "$_ENV",
    "strenv(",
    "env(",
    "ENVIRON[",
    "env.",
    "$ENV.",
];
/// What is left of a secret after these tells nothing.
pub const DESTROYS: [&str; 13] = [
    "crypt", "hash", "md5", "sha1", "sha2", "sha5", "pbkdf2", "argon2", "hmac", "digest", "len(", "length",
    ".size",
];

impl Machine<'_> {
    /// `python3 - <<EOF`, `perl -e …`: a program that holds a secret, or reads it from its environment, and writes a file.
    pub fn program(&mut self, call: &Call<'_>) {
        let option = match call.name {
            "python" | "python2" | "python3" => "-c",
            "perl" | "ruby" | "node" | "nodejs" => "-e",
            "php" => "-r",
            _ => return,
        };
        let short = matches!(call.name, "node" | "nodejs");
        let given = call
            .arguments
            .iter()
            .position(|text| is(text, option) || short && (is(text, "-p") || is(text, "-pe")));
        let code = match given {
            Some(number) => call.arguments.get(number + 1).cloned().unwrap_or_default(),
            // A program on standard input: nothing but options and arguments for it.
            None if call.arguments.first().is_none_or(|first| is(first, "-")) => self.input_code(),
            None => self.program_file(call),
        };
        if super::variables::known_bytes(&code) > LONGEST || code.is_empty() {
            return;
        }
        self.literals_in_code(&code, call.at);
        let mut traces = code.traces();
        traces.absorb(&self.environment_read(std::slice::from_ref(&code)));
        let rest = call.arguments.get(given.map_or(1, |number| number + 2)..).unwrap_or_default();
        if mentions(&code, "argv") || mentions(&code, "ARGV") {
            traces.absorb(&argument_traces(rest));
        }
        if given.is_some() && ["stdin", "STDIN", "php://input"].iter().any(|input| mentions(&code, input)) {
            traces.absorb(&self.streams.input_traces());
        }
        let fetched = if call.name.starts_with("python") { fetched(&code, call.at) } else { Traces::none() };
        if traces.is_empty() && fetched.is_empty() {
            return;
        }
        self.pay(super::variables::known_bytes(&code) / 8);
        if traces.is_empty() {
            return self.fetching_program(&code, call, fetched);
        }
        traces.absorb(&fetched);
        if let Some(path) = written_path(&code) {
            let path = self.path(&Text::made(path, call.at));
            self.land_file(&path, call.at, format!("written by `{}`", call.name), traces);
            return;
        }
        let shown = marked(&code);
        let evaluated = short && given.is_some_and(|at| !is_call_option(call, at, option));
        let prints = printed::prints_secret(&shown);
        if prints == Said::Unknown {
            self.gap(call.at, UNDECIDED, true);
        }
        if prints == Said::Yes || evaluated && printed::holds(&shown, &[]) {
            let text = Text::hole(format!("output of {}", call.name), call.at, traces);
            self.emit(text, call.at, call.name);
        }
    }

    /// A program that fetches a secret, and holds none: what it does with the answer is followed from name to name.
    fn fetching_program(&mut self, code: &Text, call: &Call<'_>, traces: Traces) {
        // "Decryption" is no `crypt` that destroys.
        let mut shown = marked(code).replace("WithDecryption", "");
        for name in FETCHES {
            shown = shown.replace(name, &format!("\u{FFFC}{name}"));
        }
        let (writes, prints) = (printed::writes_secret(&shown), printed::prints_secret(&shown));
        if writes == Said::Unknown || prints == Said::Unknown {
            self.gap(call.at, UNDECIDED, true);
        }
        if writes == Said::Yes
            && let Some(path) = written_path(code)
        {
            let path = self.path(&Text::made(path, call.at));
            return self.land_file(&path, call.at, format!("written by `{}`", call.name), traces);
        }
        if prints == Said::Yes {
            self.emit(Text::hole(format!("output of {}", call.name), call.at, traces), call.at, call.name);
        }
    }

    /// `python3 /opt/x.py`: a program that this script wrote.
    fn program_file(&mut self, call: &Call<'_>) -> Text {
        let mut all = Text::default();
        let Some(file) = call.operands().first().copied() else { return all };
        if self.files.written.contains_key(&self.path(file)) {
            self.file_chunks(file).into_iter().for_each(|chunk| all.append(chunk.text));
        }
        all
    }

    fn input_code(&self) -> Text {
        let mut all = Text::default();
        self.streams.input_chunks().into_iter().for_each(|chunk| all.append(chunk.text));
        all
    }

    /// Secrets in exported variables that a program reads by name: `os.environ["P"]`, `strenv(P)`.
    pub fn environment_read(&mut self, code: &[Text]) -> Traces {
        let reads = code.iter().any(|text| READS.iter().any(|mark| mentions(text, mark)));
        if !reads {
            return Traces::none();
        }
        self.pay(self.variables.count());
        let mut all = Traces::none();
        for (name, variable) in self.variables.exported_secrets() {
            if code.iter().any(|text| names_word(text, name)) {
                all.absorb(&variable.value.traces());
            }
        }
        all
    }

    /// `tar czf f <(…)`, `zip f -`: an archive of what is nowhere else.
    pub fn archive(&mut self, call: &Call<'_>) -> bool {
        let operands = call.operands();
        let target = match call.name {
            "tar" => {
                let flags = call.arguments.iter().position(|text| {
                    let start = known_start(text).trim_start_matches('-');
                    start.len() <= 8 && start.ends_with('f') && start.contains(['c', 'r', 'u'])
                });
                flags.and_then(|at| call.arguments.get(at + 1)).cloned().or_else(|| call.option("-f"))
            }
            _ => operands.iter().find(|text| known_start(text).len() > 1).map(|text| (*text).clone()),
        };
        let Some(target) = target.filter(|target| !is(target, "-")) else { return false };
        let mut traces = Traces::none();
        for operand in &operands {
            if is(operand, "-") || known_start(operand).starts_with("/dev/") {
                self.file_chunks(operand).iter().for_each(|chunk| traces.absorb(&chunk.traces()));
            }
        }
        if call.has("-") {
            traces.absorb(&self.streams.input_traces());
        }
        if traces.is_empty() {
            return false;
        }
        let path = self.path(&target);
        self.land_file(&path, call.at, format!("written by `{}`", call.name), traces);
        true
    }

    /// What comes out of a command that is not known may be what went in: a guess, where it is written to a file.
    pub fn may_print(&mut self, call: &Call<'_>) {
        let table = self.table;
        let prints = table
            .prints
            .get(call.name)
            .is_some_and(|forms| forms.iter().any(|form| form.find(call).is_some()));
        let file = matches!(self.streams.output, Stream::File { log: false, .. });
        let (mut traces, confidence) = match (prints, file) {
            (true, _) => (argument_traces(call.arguments), Confidence::Medium),
            (false, true) if !table.knows(call.name) && !call.name.is_empty() => {
                (handed_over(call), Confidence::Low)
            }
            _ => return,
        };
        traces.absorb(&self.streams.input_traces());
        if !traces.is_empty() {
            let text = Text::hole(format!("output of {}", call.name), call.at, traces.at_most(confidence));
            self.emit(text, call.at, call.name);
        }
    }
}

/// How Python asks stores for secrets.
const FETCHES: [&str; 4] =
    ["get_secret_value(", "get_parameter(", "get_parameters(", "get_parameters_by_path("];
const UNDECIDED: &str = "the program has more variables or prints than are followed: it may print a secret";

/// What a program fetches itself: `get_secret_value(SecretId="x")`, `get_parameter(Name="x", WithDecryption=True)`.
fn fetched(code: &Text, at: crate::source::Span) -> Traces {
    let shown = marked(code);
    let decrypts = shown.contains("WithDecryption=True") || shown.contains("WithDecryption = True");
    let found = FETCHES
        .iter()
        .find(|name| shown.contains(&format!(".{name}")) && (decrypts || **name == "get_secret_value("));
    let Some(name) = found else { return Traces::none() };
    let label = format!("boto3 {}", name.trim_end_matches('('));
    let named = ["SecretId", "Name", "Path"].iter().find_map(|key| {
        let (_, rest) = shown.split_once(&format!("{key}="))?;
        strings(rest.split([',', ')', '\n']).next()?).first().map(|name| (*name).to_owned())
    });
    let key = named.as_deref().and_then(|name| name.trim_end_matches('/').rsplit('/').next());
    let key = key.filter(|key| !key.is_empty() && !key.contains('\u{FFFC}')).unwrap_or(&label).to_owned();
    let origin = Origin {
        kind: OriginKind::Command,
        name: label,
        key,
        at,
        confidence: Confidence::Medium,
        literal: None,
    };
    Traces::from_origin(origin)
}

/// Longer programs are not looked through.
const LONGEST: usize = 65_536;

/// Secrets among the arguments that are no passwords to log in with.
fn handed_over(call: &Call<'_>) -> Traces {
    let mut all = Traces::none();
    let mut before = "";
    for argument in call.arguments {
        let start = known_start(argument);
        let name =
            if start.starts_with('-') { start.trim_start_matches('-').trim_end_matches('=') } else { before };
        let logs_in = says(name) == Says::Secret
            || matches!(name, "p" | "u" | "user" | "login" | "auth" | "H" | "header");
        if !logs_in {
            all.absorb(&argument.traces());
        }
        before = if is_option(argument) { start.trim_start_matches('-') } else { "" };
    }
    all
}

/// Whether the name stands in the text as a word.
fn names_word(text: &Text, name: &str) -> bool {
    text.pieces.iter().any(|piece| matches!(piece, Piece::Known { text, .. } if names_in(text, name)))
}

fn names_in(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

/// The text with a mark for each hole that ends a string nowhere.
fn marked(code: &Text) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Known { text, .. } => text.to_string(),
        Piece::Hole(_) => "\u{FFFC}".to_owned(),
    };
    code.pieces.iter().map(piece).collect()
}

/// The path of the file that a program writes; words for one where it is no literal.
fn written_path(code: &Text) -> Option<String> {
    let shown = marked(code);
    for mark in BEFORE {
        if let Some(at) = shown.find(mark) {
            return Some(last_string(shown.get(..at)?).unwrap_or(UNKNOWN).to_owned());
        }
    }
    for mark in AFTER {
        for (at, _) in shown.match_indices(mark) {
            let statement = shown.get(at + mark.len()..)?;
            let statement = statement.split([';', '\n']).next()?;
            let opens = matches!(mark, "open(" | "fopen(" | "File.open(" | "open ");
            if opens && !MODES.iter().any(|mode| statement.contains(mode)) {
                continue;
            }
            let strings = strings(statement);
            // Perl's `open(F, '>', 'path')`.
            let path = strings
                .iter()
                .find(|text| !text.starts_with('>'))
                .filter(|text| !matches!(**text, "w" | "a" | "wb" | "w+"));
            return Some(
                path.filter(|path| !path.contains('\u{FFFC}')).copied().unwrap_or(UNKNOWN).to_owned(),
            );
        }
    }
    None
}

/// Whether the option that brings the program in is not this one: `node -p` prints what it evaluates.
fn is_call_option(call: &Call<'_>, at: usize, option: &str) -> bool {
    call.arguments.get(at).is_some_and(|text| is(text, option))
}

/// What stands for the path of a file where nobody says it.
const UNKNOWN: &str = "a file of the program";

/// The strings of a statement, without their quotes.
fn strings(statement: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = statement;
    while let Some(start) = rest.find(['"', '\'']) {
        let mark = rest.get(start..start + 1).unwrap_or_default();
        let inner = rest.get(start + 1..).unwrap_or_default();
        let Some(end) = inner.find(mark) else { break };
        all.extend(inner.get(..end));
        rest = inner.get(end + 1..).unwrap_or_default();
        if all.len() > 8 {
            break;
        }
    }
    all
}

fn last_string(text: &str) -> Option<&str> {
    let line = text.rsplit('\n').next()?;
    strings(line).pop().filter(|path| !path.contains('\u{FFFC}'))
}
