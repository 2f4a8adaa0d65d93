//! Whether a program of another language prints a secret as it is, or writes it.

use super::programs::{DESTROYS, READS};

/// What is known of a program.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    Yes,
    No,
    /// It has more variables or calls than are followed.
    Unknown,
}

/// How programs write to a file that they opened.
const WRITES: [&str; 5] = ["write", "writelines", "write_text", "write_bytes", "dump"];
/// How languages print.
const PRINTS: [&str; 7] = ["print", "printf", "puts", "echo", "console.log", "stdout.write", "say"];
/// Where a secret stands, or what the program is given.
const GIVEN: [&str; 3] = ["\u{FFFC}", "argv", "ARGV"];
/// Calls whose result still tells what they are given. Of others it is not known.
const PASSES: [&str; 28] = [
    "",
    "quote",
    "quote_plus",
    "urlencode",
    "rawurlencode",
    "uri_escape",
    "uri_escape_utf8",
    "encodeURIComponent",
    "encodeURI",
    "escape",
    "dumps",
    "stringify",
    "generate",
    "json_encode",
    "encode_json",
    "to_json",
    "b64encode",
    "b64decode",
    "encode_base64",
    "base64_encode",
    "str",
    "String",
    "format",
    "join",
    "encode",
    "decode",
    "strip",
    "loads",
];
/// Variables of one program that are followed.
const MOST_HOLDERS: usize = 64;

/// Bytes of arguments, and words that print, that are looked at.
const LONGEST: usize = 2048;
const MOST_PRINTS: usize = 512;
/// Statements of one program.
const MOST_STATEMENTS: usize = 4096;

/// Whether a program, with a mark for each hole, prints what it holds or is given.
pub fn prints_secret(program: &str) -> Said {
    hands_over(program, &PRINTS)
}

/// Whether it writes that to a file.
pub fn writes_secret(program: &str) -> Said {
    hands_over(program, &WRITES)
}

/// Whether one of these calls is given what the program holds.
fn hands_over(program: &str, calls: &[&str]) -> Said {
    let (holders, mut cut) = holders(program);
    for word in calls {
        for (number, (at, _)) in program.match_indices(word).enumerate() {
            if number >= MOST_PRINTS {
                cut = true;
                break;
            }
            let before = program.get(..at).unwrap_or_default();
            let rest = program.get(at + word.len()..).unwrap_or_default();
            let whole = !before.ends_with(is_letter) && !rest.starts_with(is_letter);
            if whole && holds(arguments(rest), &holders) {
                return Said::Yes;
            }
        }
    }
    if cut { Said::Unknown } else { Said::No }
}

/// The names that hold a secret, and whether there are more.
fn holders(program: &str) -> (Vec<&str>, bool) {
    let mut holders: Vec<&str> = Vec::new();
    let (mut function, mut cut) = (None, false);
    for (number, statement) in program.split(['\n', ';']).enumerate() {
        if number >= MOST_STATEMENTS {
            return (holders, true);
        }
        let found: Vec<&str> = assigned(statement, &mut function, &holders);
        for name in found {
            if holders.len() < MOST_HOLDERS {
                holders.push(name);
            } else {
                cut = true;
            }
        }
    }
    (holders, cut)
}

/// The names that a statement gives a secret to.
fn assigned<'p>(statement: &'p str, function: &mut Option<&'p str>, holders: &[&str]) -> Vec<&'p str> {
    let name = |text: &'p str| text.trim_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
    let fresh = |name: &&str| !name.is_empty() && !holders.contains(name);
    let trimmed = statement.trim();
    if let Some(rest) = trimmed.strip_prefix("def ") {
        *function = rest.split('(').next();
        return Vec::new();
    }
    // `return secret`: what calls the function holds it.
    if let Some(value) = trimmed.strip_prefix("return ") {
        return function.filter(|_| holds(value, holders)).into_iter().filter(fresh).collect();
    }
    // `for name, value in secrets.items():`
    if let Some((names, values)) = trimmed.strip_prefix("for ").and_then(|rest| rest.split_once(" in ")) {
        let given = holds(values, holders);
        return names.split(',').filter(|_| given).map(name).filter(fresh).collect();
    }
    // `secrets["db"] = os.environ["DB"]`: what `secrets` is printed as later holds it.
    let Some((left, right)) = statement.split_once('=') else { return Vec::new() };
    let set = !left.contains(['(', '!', '<', '>']) && !right.starts_with('=');
    let word = left.split('[').next().and_then(|left| left.split_whitespace().last());
    let word = name(word.unwrap_or_default());
    let given = set && fresh(&word) && holds(right, holders);
    given.then_some(word).into_iter().collect()
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The arguments after a word that prints: in parentheses, or to the statement's end.
fn arguments(rest: &str) -> &str {
    let rest = rest.get(..rest.floor_char_boundary(LONGEST)).unwrap_or(rest).trim_start_matches(' ');
    let open = rest.starts_with('(');
    let (mut depth, mut quote) = (0_u32, None);
    for (at, letter) in rest.char_indices() {
        match (quote, letter) {
            (Some(mark), _) if mark == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.saturating_sub(1);
                if open && depth == 0 {
                    return rest.get(1..at).unwrap_or_default();
                }
            }
            (None, ';' | '\n') if !open => return rest.get(..at).unwrap_or_default(),
            _ => {}
        }
    }
    rest
}

/// Whether a secret stands in an expression as it is: in no call but those that pass it on.
pub fn holds(expression: &str, holders: &[&str]) -> bool {
    if DESTROYS.iter().any(|word| expression.contains(word)) {
        return false;
    }
    // For each parenthesis that is open: whether what stands in it comes out again.
    let (mut open, mut quote) = (Vec::new(), None);
    for (at, letter) in expression.char_indices() {
        let (before, rest) = expression.split_at(at);
        let begins = !before.ends_with(is_letter);
        let named = GIVEN.iter().chain(&READS).any(|word| rest.starts_with(word))
            || begins
                && holders
                    .iter()
                    .any(|name| rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(is_letter)));
        if named && open.iter().all(|passes| *passes) {
            return true;
        }
        match (quote, letter) {
            (Some(mark), _) if mark == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '(') => open.push(PASSES.contains(&last_name(before))),
            (None, ')') => drop(open.pop()),
            _ => {}
        }
    }
    false
}

/// `quote` of `urllib.parse.quote`.
fn last_name(before: &str) -> &str {
    let start = before.trim_end_matches(is_letter).len();
    before.get(start..).unwrap_or_default()
}
