//! Little languages inside of words: files that `sed` and `awk` write of themselves, and what they put in or take out.

use super::Machine;
use super::call::{Call, is, is_option};
use super::external::argument_traces;
use super::wire::{known_start, without_start};
use crate::value::{Piece, Text, Traces};

/// Something that ends a string nowhere: where a hole stands that holds a secret.
pub const HOLE: char = '\u{FFFC}';
/// The same where nobody knows what stands there.
pub const UNKNOWN: char = '\u{FFFD}';
/// Longer programs are not looked through.
const LONGEST: usize = 65_536;

impl Machine<'_> {
    /// `sed 's/x/y/w file'`. True where it surely prints nothing besides.
    pub fn sed_writes(&mut self, call: &Call<'_>) -> bool {
        let shown = shown(&sed_script(call));
        let written = super::sed::written(&shown);
        if !written.paths.is_empty() {
            let mut traces = put_in(call);
            traces.absorb(&self.sed_file(call));
            traces.absorb(&self.streams.input_traces());
            for operand in call.operands() {
                self.file_chunks(operand).iter().for_each(|chunk| traces.absorb(&chunk.traces()));
            }
            self.land_in(&written.paths, call, traces);
        }
        written.silent && !shown.is_empty() && super::sed::is_quiet(call)
    }

    /// `awk '{print > "file"}'`, `gawk -i inplace`. True where it surely prints nothing besides.
    pub fn awk_writes(&mut self, call: &Call<'_>) -> bool {
        let Some((at, program)) = awk_program(call) else { return false };
        let shown = shown(program);
        let (alone, mut paths) = written_by_awk(&shown);
        let in_place = call.option("-i").is_some_and(|library| is(&library, "inplace"));
        if in_place {
            let files = call.arguments.get(at + 1..).unwrap_or_default();
            let files = files.iter().filter(|text| !is_option(text) && !known_start(text).contains('='));
            paths = files.map(|text| self.path(text)).collect();
        }
        if paths.is_empty() {
            return false;
        }
        let complete =
            in_place || alone && !call.arguments.iter().any(|text| known_start(text).starts_with("-f"));
        let mut traces = argument_traces(call.arguments);
        traces.absorb(&self.environment_read(call.arguments));
        traces.absorb(&self.streams.input_traces());
        self.land_in(&paths, call, traces);
        complete
    }

    fn land_in(&mut self, paths: &[String], call: &Call<'_>, traces: Traces) {
        if traces.is_empty() {
            return;
        }
        self.pay(paths.len());
        for path in paths {
            let path = self.path(&Text::made(path.as_str(), call.at));
            self.land_file(&path, call.at, format!("written by `{}`", call.name), traces.clone());
        }
    }

    /// What `sed -f FILE` brings in.
    pub fn sed_file(&mut self, call: &Call<'_>) -> Traces {
        let mut all = Traces::none();
        if let Some(file) = call.option("-f").or_else(|| call.option("--file")) {
            self.file_chunks(&file).iter().for_each(|chunk| all.absorb(&chunk.traces()));
        }
        all
    }
}

/// The text with a mark for each hole; nothing where it is too long.
pub fn shown(text: &Text) -> String {
    if super::variables::known_bytes(text) > LONGEST {
        return String::new();
    }
    let piece = |piece: &Piece| match piece {
        Piece::Known { text, .. } => text.to_string(),
        Piece::Hole(hole) if hole.traces.is_empty() => UNKNOWN.to_string(),
        Piece::Hole(_) => HOLE.to_string(),
    };
    text.pieces.iter().map(piece).collect()
}

/// Secrets among the arguments that an editor puts in. What stands in a pattern, `s/$OLD/xxx/`, is taken out.
pub fn put_in(call: &Call<'_>) -> Traces {
    if !matches!(call.name, "sed" | "gsed" | "perl") {
        return argument_traces(call.arguments);
    }
    let mut all = Traces::none();
    for argument in call.arguments {
        all.absorb(&without_pattern(argument).traces());
    }
    all
}

/// A single `s/pattern/replacement/` without its pattern; any other text as it is.
fn without_pattern(text: &Text) -> Text {
    let whole = || text.clone();
    let Some(Piece::Known { text: start, .. }) = text.pieces.first() else { return whole() };
    let Some(mark) = start.strip_prefix('s').and_then(|rest| rest.chars().next()) else { return whole() };
    if !mark.is_ascii_punctuation() || mark == '\\' || start.contains('\n') {
        return whole();
    }
    let mut skipped = 1 + mark.len_utf8();
    let mut escaped = false;
    for (number, piece) in text.pieces.iter().enumerate() {
        let Piece::Known { text: known, .. } = piece else {
            escaped = false;
            continue;
        };
        for (at, letter) in known.char_indices().filter(|(at, _)| *at >= skipped) {
            if letter == mark && !escaped {
                let mut tail = without_start(&Text::of(vec![piece.clone()]), at);
                tail.pieces.extend(text.pieces.iter().skip(number + 1).cloned());
                return if brings_back(&tail) { whole() } else { tail };
            }
            escaped = letter == '\\' && !escaped;
        }
        skipped = 0;
    }
    whole()
}

/// `&`, `\\1`, `$1`: what the pattern found stands there again.
fn brings_back(replacement: &Text) -> bool {
    let shown = shown(replacement);
    let numbered = |(at, _)| {
        shown.get(at + 1..).is_some_and(|rest: &str| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    shown.is_empty() || shown.contains('&') || shown.match_indices(['\\', '$']).any(numbered)
}

/// The commands of `sed`, a line each.
fn sed_script(call: &Call<'_>) -> Text {
    let mut all = Text::default();
    let mut arguments = call.arguments.iter();
    let mut first = None;
    while let Some(argument) = arguments.next() {
        let start = known_start(argument);
        let short = start.starts_with('-') && !start.starts_with("--");
        let script = if start == "--expression" || short && start.len() <= 5 && start.ends_with('e') {
            arguments.next().cloned()
        } else if start.starts_with("--expression=") {
            Some(without_start(argument, "--expression=".len()))
        } else {
            if !is_option(argument) && first.is_none() {
                first = Some(argument.clone());
            }
            None
        };
        if let Some(script) = script {
            all.append(script);
            all.append(Text::made("\n", call.at));
        }
    }
    if all.is_empty() { first.unwrap_or_default() } else { all }
}

/// The program of `awk` and its number: the first word that is no option's value.
fn awk_program<'c>(call: &'c Call<'_>) -> Option<(usize, &'c Text)> {
    const TAKES: [&str; 8] = ["-v", "-F", "-f", "-i", "--assign", "--field-separator", "--file", "--include"];
    let mut number = 0;
    while let Some(argument) = call.arguments.get(number) {
        if TAKES.iter().any(|option| is(argument, option)) {
            number += 1;
        } else if !is_option(argument) {
            return Some((number, argument));
        }
        number += 1;
    }
    None
}

/// Whether an awk program surely prints into files alone, and the files that it prints into.
fn written_by_awk(program: &str) -> (bool, Vec<String>) {
    let mut paths = Vec::new();
    let statements = awk_statements(program);
    let prints: usize = statements.iter().filter(|statement| printed(statement).is_some()).count();
    for statement in &statements {
        let target = printed(statement).and_then(redirected);
        if let Some(path) = target.filter(|path| !is_device(path)) {
            paths.push(path.replace([HOLE, UNKNOWN], "${…}"));
        }
    }
    // One action, and nothing in it that prints in another way.
    let pattern = program.split('{').next().unwrap_or_default().trim_start();
    let plain = program.matches('{').count() == 1
        && !pattern.contains([';', '\n'])
        && program.trim_end().ends_with('}')
        && program.matches("print").count() == prints
        && !program.contains([UNKNOWN, '|'])
        && !program.contains("system");
    (plain && prints > 0 && prints == paths.len(), paths)
}

/// `/dev/stderr`, `/dev/fd/3`: no files. What lies in `/dev/shm` is one.
pub fn is_device(path: &str) -> bool {
    path.starts_with("/dev/") && !path.starts_with("/dev/shm/") || path.starts_with("/proc/self/fd/")
}

/// Statements, split where no string stands.
fn awk_statements(program: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let (mut start, mut string, mut escaped) = (0, false, false);
    for (at, letter) in program.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => string = !string,
            '\n' | ';' | '{' | '}' if !string || letter == '\n' => {
                all.extend(program.get(start..at));
                (start, string) = (at + 1, false);
            }
            _ => {}
        }
    }
    all.extend(program.get(start..));
    all
}

/// What stands after `print` or `printf` as a word of its own.
fn printed(statement: &str) -> Option<&str> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    statement.match_indices("print").find_map(|(at, name)| {
        let rest = statement.get(at + name.len()..)?;
        let rest = rest.strip_prefix('f').unwrap_or(rest);
        let before = statement.get(..at)?;
        let whole = !before.ends_with(word) && !rest.starts_with(word);
        (whole && before.matches('"').count() % 2 == 0).then_some(rest)
    })
}

/// The file after the first `>` that stands in no string and no parentheses.
fn redirected(printed: &str) -> Option<&str> {
    let (mut depth, mut string, mut escaped) = (0_u32, false, false);
    let at = printed.char_indices().find_map(|(at, letter)| {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => string = !string,
            '(' if !string => depth += 1,
            ')' if !string => depth = depth.saturating_sub(1),
            '>' if !string && depth == 0 => return Some(at),
            _ => {}
        }
        None
    })?;
    let target = printed.get(at..)?.trim_start_matches('>').trim();
    let path = target.strip_prefix('"')?.strip_suffix('"')?;
    (!path.is_empty() && !path.contains('"')).then_some(path)
}
