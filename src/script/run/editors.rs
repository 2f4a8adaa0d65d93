//! Little languages inside of words: files that `sed` and `awk` write of themselves, and databases in a file.

use super::Machine;
use super::call::{Call, is, is_option};
use super::external::argument_traces;
use super::wire::{known_start, without_start};
use crate::value::{Piece, Text, Traces};

/// Something that ends a string nowhere: where a hole stands.
const HOLE: &str = "\u{FFFC}";
/// Longer programs are not looked through.
const LONGEST: usize = 65_536;

impl Machine<'_> {
    /// `sed 's/x/y/w file'`, and `sed -n` that prints nothing. False where its output is still to be told.
    pub fn sed_writes(&mut self, call: &Call<'_>) -> bool {
        let script = sed_script(call);
        let quiet = call.arguments.iter().map(known_start).any(|start| {
            matches!(start, "--quiet" | "--silent")
                || start.starts_with('-')
                    && !start.starts_with("--")
                    && start.len() <= 4
                    && start.contains('n')
        });
        let shown = shown(&script);
        let paths = written_by_sed(&shown);
        if !paths.is_empty() {
            let mut traces = argument_traces(call.arguments);
            traces.absorb(&self.streams.input_traces());
            for operand in call.operands() {
                self.file_chunks(operand).iter().for_each(|chunk| traces.absorb(&chunk.traces()));
            }
            self.land_in(&paths, call, traces);
            return quiet;
        }
        quiet && !shown.is_empty() && !shown.contains(['p', 'P', '=', 'l', 'i', 'a', 'c', 'r'])
    }

    /// `awk '{print > "file"}'`, `gawk -i inplace`. False where its output is still to be told.
    pub fn awk_writes(&mut self, call: &Call<'_>) -> bool {
        let Some((at, program)) = awk_program(call) else { return false };
        let shown = shown(program);
        let (prints, mut paths) = written_by_awk(&shown);
        let in_place = call.option("-i").is_some_and(|library| is(&library, "inplace"));
        if in_place {
            let files = call.arguments.get(at + 1..).unwrap_or_default();
            let files = files.iter().filter(|text| !is_option(text) && !known_start(text).contains('='));
            paths = files.map(|text| self.path(text)).collect();
        }
        if paths.is_empty() {
            return false;
        }
        let complete = in_place || prints <= paths.len();
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

    /// `sqlite3 FILE "insert …"`: the database is a file. False where nothing is written.
    pub fn sqlite(&mut self, call: &Call<'_>) -> bool {
        let Some(file) = call.operands().first().map(|text| self.path(text)) else { return false };
        let mut statements: Vec<Text> = call.arguments.to_vec();
        statements.extend(self.streams.input_chunks().into_iter().map(|chunk| chunk.text));
        let writes = |text: &Text| {
            let shown = shown(text).to_ascii_lowercase();
            ["insert", "update", "replace", "create"].iter().any(|verb| shown.contains(verb))
        };
        if file == ":memory:" || !statements.iter().any(writes) {
            return false;
        }
        let traces = argument_traces(&statements);
        if traces.is_empty() {
            return false;
        }
        self.land_file(&file, call.at, "written by `sqlite3`".to_owned(), traces);
        true
    }
}

/// The text with a mark for each hole; nothing where it is too long.
fn shown(text: &Text) -> String {
    if super::variables::known_bytes(text) > LONGEST {
        return String::new();
    }
    let piece = |piece: &Piece| match piece {
        Piece::Known { text, .. } => text.to_string(),
        Piece::Hole(_) => HOLE.to_owned(),
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
    for (number, piece) in text.pieces.iter().enumerate() {
        let Piece::Known { text: known, .. } = piece else { continue };
        let rest = known.get(skipped..).unwrap_or_default();
        let before = known.len() - rest.len();
        skipped = 0;
        let ends = |at: usize| !rest.get(..at).unwrap_or_default().ends_with('\\');
        if let Some(end) = rest.match_indices(mark).map(|(at, _)| at).find(|at| ends(*at)) {
            let tail = without_start(&Text::of(vec![piece.clone()]), before + end);
            let mut all = tail;
            all.pieces.extend(text.pieces.iter().skip(number + 1).cloned());
            return all;
        }
    }
    whole()
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

/// The paths after `w`: `w file`, `s/a/b/w file`. A path stands to the end of its line.
fn written_by_sed(script: &str) -> Vec<String> {
    let path = |line: &str| {
        let at = line.match_indices("w ").find_map(|(at, _)| {
            let rest = line.get(at + 2..)?.trim();
            let path = rest.starts_with(['/', '~', '.', '$']) || rest.starts_with(HOLE);
            let flags = line.get(..at)?.trim_end_matches(['g', 'p', 'I', 'i', 'e', 'm', 'M']);
            let flags = flags.trim_end_matches(|c: char| c.is_ascii_digit());
            let command =
                flags.is_empty() || flags.ends_with(['/', '|', '#', ',', ';', '{', '}', ' ', '$', '@', '!']);
            (path && command && !rest.contains(' ')).then_some(at)
        })?;
        let path = line.get(at + 2..)?.trim().trim_end_matches(['}', ';', ' ']);
        Some(path.replace(HOLE, "${…}"))
    };
    script.lines().filter_map(path).collect()
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

/// How often an awk program prints, and the files that it prints into.
fn written_by_awk(program: &str) -> (usize, Vec<String>) {
    let mut paths = Vec::new();
    let prints = program.matches("print").count();
    for statement in program.split(['\n', ';', '}']) {
        let Some((_, target)) = statement.split_once("print").and_then(|(_, rest)| rest.rsplit_once('>'))
        else {
            continue;
        };
        let quoted = target.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
        if let Some((path, rest)) = quoted
            && rest.trim().is_empty()
            && !path.starts_with("/dev/std")
        {
            paths.push(path.replace(HOLE, "${…}"));
        }
    }
    (prints, paths)
}
