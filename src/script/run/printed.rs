//! Whether a program of another language prints a secret as it is.

use super::programs::{DESTROYS, READS};

/// How languages print.
const PRINTS: [&str; 7] = ["print", "printf", "puts", "echo", "console.log", "stdout.write", "say"];
/// Where a secret stands, or what the program is given.
const GIVEN: [&str; 3] = ["\u{FFFC}", "argv", "ARGV"];
/// Calls whose result still tells what they are given. Of others it is not known.
const PASSES: [&str; 27] = [
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
];
/// Variables of one program that are followed.
const MOST_HOLDERS: usize = 16;

/// Bytes of arguments, and words that print, that are looked at.
const LONGEST: usize = 2048;
const MOST_PRINTS: usize = 512;

/// Whether a program, with a mark for each hole, prints what it holds or is given.
pub fn prints_secret(program: &str) -> bool {
    let mut holders: Vec<&str> = Vec::new();
    for statement in program.split(['\n', ';']) {
        // `secrets["db"] = os.environ["DB"]`: what `secrets` is printed as later holds it.
        let Some((left, right)) = statement.split_once('=') else { continue };
        let set = !left.contains(['(', '!', '<', '>']) && !right.starts_with('=');
        let word = left.split('[').next().and_then(|left| left.split_whitespace().last());
        let name = word.unwrap_or_default().trim_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
        if set && !name.is_empty() && holders.len() < MOST_HOLDERS && holds(right, &holders) {
            holders.push(name);
        }
    }
    PRINTS.iter().any(|word| {
        program.match_indices(word).take(MOST_PRINTS).any(|(at, _)| {
            let before = program.get(..at).unwrap_or_default();
            let rest = program.get(at + word.len()..).unwrap_or_default();
            let whole = !before.ends_with(is_letter) && !rest.starts_with(is_letter);
            whole && holds(arguments(rest), &holders)
        })
    })
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
