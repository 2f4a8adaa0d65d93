//! Files that lie next to Terraform and hold names with values: `.env`, compose files, Dockerfiles.

mod backend;
mod stages;

use std::collections::BTreeSet;

use self::backend::backend_pairs;
pub(super) use self::backend::is_backend;
use crate::finding::Confidence;
use crate::flow::{Flow, Host};
use crate::reading::{Gap, Reading};
use crate::secret::Secret;
use crate::secret::names::says_secret;
use crate::secret::stated;
use crate::source::walk::FileKind;
use crate::source::{SourceId, Span};
use crate::terraform::evaluate::literal_confidence_under;
use crate::terraform::literals::LiteralSecret;
use crate::value::{Lifetime, Origin, OriginKind, Sink, SinkKind, Trace};

/// Secrets told of one Dockerfile.
const MOST_FLOWS: usize = 200;

/// A name with its value as it stands in a file.
struct Pair<'t> {
    name: &'t str,
    value: &'t str,
    /// Where the value begins.
    at: usize,
}

/// The literals of a file whose names say that they are secrets.
pub(super) fn literals_beside(
    source: SourceId,
    name: &str,
    kind: FileKind,
    text: &str,
) -> Vec<LiteralSecret> {
    let pairs = match kind {
        FileKind::Environment => {
            let secret = |pair: &Pair<'_>| says_secret(pair.name).is_some();
            let pair = |(at, line)| assignment(at, line).filter(secret).or_else(|| address(at, line));
            lines(text).filter_map(pair).collect()
        }
        FileKind::Compose => {
            let mut pairs = compose_pairs(text);
            pairs.extend(compose_commands(text));
            pairs
        }
        FileKind::Backend => backend_pairs(text),
        FileKind::Dockerfile => instructions(text).iter().flat_map(docker_pairs).collect(),
        _ => Vec::new(),
    };
    let file = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let sample = ["example", "sample", "template", "dist", "default"].iter().any(|word| file.contains(word));
    pairs.into_iter().filter_map(|pair| literal(source, &pair, sample)).collect()
}

fn literal(source: SourceId, pair: &Pair<'_>, sample: bool) -> Option<LiteralSecret> {
    let verdict = says_secret(pair.name)?;
    let (value, at) = bare(pair)?;
    let confidence = literal_confidence_under(pair.name, value, verdict.confidence)?;
    // `POSTGRES_PASSWORD: postgres` is how people start a database on their own machine.
    let plain = value.len() <= 12 && value.bytes().all(|byte| byte.is_ascii_lowercase());
    // `REPLACESECRET` is a mark that a script replaces.
    let mark = value.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let confidence = if plain || mark || sample { Confidence::Low } else { confidence };
    Some(LiteralSecret {
        name: pair.name.to_owned(),
        at: Span::new(source, at, at + value.len()),
        address: String::new(),
        secret: Secret::new(value),
        confidence,
    })
}

/// The value without quotes and remarks; of `${NAME:-default}` the default. `None` for references.
fn bare<'t>(pair: &Pair<'t>) -> Option<(&'t str, usize)> {
    let value = pair.value.trim_start();
    let mut at = pair.at + pair.value.len() - value.len();
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
    let mut value = match quote {
        Some(quote) => {
            at += 1;
            let inner = value.get(1..)?;
            inner.get(..closing(inner, quote))?
        }
        None => value.split(" #").next()?.trim_end(),
    };
    if let Some(default) = value.strip_prefix("${").and_then(|rest| rest.split_once(":-")) {
        at += value.len() - default.1.len();
        value = default.1.strip_suffix('}')?;
    }
    (!refers(value) && !value.is_empty()).then_some((value, at))
}

/// Where the closing quote stands; between double quotes a backslash takes the next letter.
fn closing(inner: &str, quote: char) -> usize {
    let mut letters = inner.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == quote {
            // `'it''s'`, `"a"b"`: what goes on without a blank belongs to it.
            let next = inner.get(at + 1..).and_then(|rest| rest.chars().next());
            let ends =
                next.is_none_or(|next| next.is_whitespace() || ",;)]}#\"'".contains(next) && next != quote);
            if ends || !inner.get(at + 1..).unwrap_or_default().contains(quote) {
                return at;
            }
        }
        if letter == '\\' && quote == '"' {
            letters.next();
        }
    }
    inner.len()
}

/// Whether a variable is named in it: `$TOKEN`, `${TOKEN}`, `$(TOKEN)`. The names of variables are of one case;
/// `ab$Q2mXr9` is a text with a dollar in it.
fn refers(value: &str) -> bool {
    value.split('$').skip(1).any(|rest| {
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let lower = name.bytes().any(|byte| byte.is_ascii_lowercase());
        let upper = name.bytes().any(|byte| byte.is_ascii_uppercase());
        rest.starts_with(['{', '(']) || (is_name(&name) && !(lower && upper))
    })
}

fn is_name(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && name.len() <= 128
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Lines with the place where each begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    })
}

/// `NAME=value`, also after `export` or `-`.
fn assignment(at: usize, line: &str) -> Option<Pair<'_>> {
    let (left, value) = line.split_once('=')?;
    let name = left.trim().trim_start_matches("export ").trim_start_matches(['-', ' ', '"', '\'']);
    // Of `- "NAME=value"` the closing quote belongs to the list.
    let value = if left.contains(['"', '\'']) { value.trim_end_matches(['"', '\'']) } else { value };
    is_name(name).then_some(Pair { name, value, at: at + left.len() + 1 })
}

/// The names and values below `environment:` and `args:`.
fn compose_pairs(text: &str) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    let mut within: Option<usize> = None;
    for (at, line) in lines(text) {
        let inner = line.trim_start();
        let indent = line.len() - inner.len();
        if inner.is_empty() || inner.starts_with('#') {
            continue;
        }
        // A list may stand as deep as its name.
        let list = inner.starts_with("- ");
        if within.is_some_and(|outer| indent < outer || (indent == outer && !list)) {
            within = None;
        }
        if matches!(inner.trim_end(), "environment:" | "args:") {
            within = Some(indent);
        } else if within.is_some() {
            pairs.extend(if list { assignment(at, line) } else { member(at, line) });
        }
    }
    pairs
}

/// What the words of `command:`, `entrypoint:` and `test:` state, and addresses below `environment:`.
fn compose_commands(text: &str) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    let mut within: Option<usize> = None;
    // Of a list each word stands on a line of its own: `- --password`, `- x`.
    let mut option: Option<&str> = None;
    for (at, line) in lines(text) {
        let inner = line.trim_start();
        let indent = line.len() - inner.len();
        if inner.is_empty() || inner.starts_with('#') {
            continue;
        }
        let list = inner.starts_with("- ");
        if within.is_some_and(|outer| indent < outer || (indent == outer && !list)) {
            within = None;
        }
        let named = ["command:", "entrypoint:", "test:"].iter().find(|name| inner.starts_with(**name));
        if named.is_some() {
            within = Some(indent);
            option = None;
        }
        if within.is_none() {
            pairs.extend(address(at, line));
            continue;
        }
        let start = named.map_or(0, |name| indent + name.len());
        let words = line.get(start..).unwrap_or_default();
        let words = words.strip_prefix("- ").unwrap_or(words);
        let base = at + line.len() - words.len();
        pairs.extend(stated::in_line(words).into_iter().map(|one| pair_at(one.name, words, one.value, base)));
        let item = inner.strip_prefix("- ").map(|item| item.trim().trim_matches(['"', '\'']));
        if let (Some(name), Some(item)) = (option.take(), item.filter(|item| !item.starts_with('-'))) {
            let start = line.rfind(item).unwrap_or_default();
            pairs.push(pair_at(name, line, start..start + item.len(), at));
        }
        option = item.and_then(stated::option_name);
    }
    pairs
}

fn pair_at<'t>(name: &'t str, text: &'t str, value: std::ops::Range<usize>, base: usize) -> Pair<'t> {
    let at = base + value.start;
    Pair { name, value: text.get(value).unwrap_or_default(), at }
}

/// `URL: scheme://user:x@host`
fn address(at: usize, line: &str) -> Option<Pair<'_>> {
    let from = line.split("://").next()?.rfind([' ', '"', '\'', '=']).map_or(0, |at| at + 1);
    let word = line.get(from..)?;
    let stated = stated::in_word(word)
        .filter(|stated| word.get(..stated.value.start).is_some_and(|start| start.contains("://")))?;
    // As the rule for tokens calls it.
    Some(pair_at("url-password", word, stated.value, at + from))
}

/// `NAME: value`
fn member(at: usize, line: &str) -> Option<Pair<'_>> {
    let (left, value) = line.split_once(": ")?;
    let name = left.trim().trim_matches(['"', '\'']);
    is_name(name).then_some(Pair { name, value, at: at + left.len() + 2 })
}

/// An instruction of a Dockerfile: its lines, each with its place.
struct Instruction<'t> {
    word: String,
    lines: Vec<(usize, &'t str)>,
}

/// `ENV` and `ARG` with the lines that continue them.
fn instructions(text: &str) -> Vec<Instruction<'_>> {
    let mut all: Vec<Instruction<'_>> = Vec::new();
    let mut continued = false;
    for (at, line) in lines(text) {
        let inner = line.trim_start();
        if inner.starts_with('#') || (continued && inner.is_empty()) {
            continue;
        }
        let goes_on = inner.trim_end().ends_with('\\');
        let body = inner.trim_end().trim_end_matches('\\');
        let start = at + line.len() - inner.len();
        if continued {
            if let Some(last) = all.last_mut() {
                last.lines.push((start, body));
            }
        } else {
            let word: String = inner.chars().take_while(char::is_ascii_alphabetic).take(16).collect();
            let rest = body.get(word.len()..).unwrap_or_default();
            let lines = vec![(start + word.len(), rest)];
            all.push(Instruction { word: word.to_ascii_uppercase(), lines });
        }
        continued = goes_on;
    }
    all.retain(|instruction| matches!(instruction.word.as_str(), "ENV" | "ARG"));
    all
}

/// `ENV A=b C="d e"`, `ENV A b`, `ARG A=b`, `ARG A`: names with what stands after them.
fn docker_pairs<'t>(instruction: &Instruction<'t>) -> Vec<Pair<'t>> {
    let mut pairs = Vec::new();
    for (start, line) in &instruction.lines {
        let mut at = 0;
        while let Some(rest) = line.get(at..).filter(|rest| !rest.trim().is_empty()) {
            let begin = at + rest.len() - rest.trim_start().len();
            let word = line.get(begin..).unwrap_or_default();
            let name_end = word.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(word.len());
            let (name, after) = word.split_at(name_end);
            let old_form = instruction.word == "ENV" && !after.starts_with('=') && pairs.is_empty();
            let value = match after.strip_prefix('=') {
                Some(value) => value.get(..value_end(value)).unwrap_or_default(),
                None if old_form => after.trim_end(),
                None => "",
            };
            let value_at = begin + name_end + usize::from(after.starts_with('='));
            at = (value_at + value.len()).max(begin + 1);
            if is_name(name) {
                pairs.push(Pair { name, value, at: start + value_at });
            }
        }
    }
    pairs
}

/// Where a value ends: at white space outside of quotes.
fn value_end(value: &str) -> usize {
    let mut quote = None;
    let mut letters = value.char_indices();
    while let Some((at, letter)) = letters.next() {
        match quote {
            Some(open) if letter == open => quote = None,
            Some('"') | None if letter == '\\' => drop(letters.next()),
            Some(_) => {}
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            None if letter.is_whitespace() => return at,
            None => {}
        }
    }
    value.len()
}

/// `ARG TOKEN` and `ENV TOKEN=$TOKEN`: the image keeps the value that the build is given.
pub(super) fn flows_of_dockerfile(source: SourceId, name: &str, text: &str) -> Reading<Vec<Flow>> {
    let mut flows = Vec::new();
    let mut gaps = Vec::new();
    let mut seen = BTreeSet::new();
    let kept = stages::kept_stages(text);
    for instruction in instructions(text) {
        for pair in docker_pairs(&instruction) {
            let Some(verdict) = says_secret(pair.name) else { continue };
            let given = if instruction.word == "ARG" { pair.value.is_empty() } else { refers(pair.value) };
            if !given
                || names_a_file(pair.value)
                || !seen.insert((instruction.word.clone(), pair.name.to_owned()))
            {
                continue;
            }
            if flows.len() >= MOST_FLOWS {
                gaps.push(Gap {
                    at: Span::start_of(source),
                    name: String::new(),
                    reason: "the file sets more secrets than are reported individually".into(),
                    hides_findings: true,
                });
                return Reading { facts: flows, gaps };
            }
            // What another stage sets is in the image only where people build that stage.
            let shipped = kept.is_empty() || kept.iter().any(|stage| stage.contains(&pair.at));
            let start = pair.at.saturating_sub(pair.name.len() + usize::from(!pair.value.is_empty()));
            let at = Span::new(source, start, pair.at + pair.value.len());
            let origin = Origin {
                kind: OriginKind::Environment,
                name: pair.name.to_owned(),
                key: pair.name.to_owned(),
                at,
                confidence: if shipped { verdict.confidence } else { Confidence::Low },
                literal: None,
            };
            let place = if shipped { "image" } else { "build stage" };
            flows.push(Flow {
                trace: Trace::new(origin),
                sink: Sink {
                    kind: SinkKind::Environment,
                    path: None,
                    lifetime: Lifetime::Durable,
                    at,
                    by: format!("stored in the {place} by `{}`", instruction.word),
                },
                address: name.rsplit('/').next().unwrap_or(name).to_owned(),
                host: Host::Instance,
                referenced: true,
            });
        }
    }
    Reading { facts: flows, gaps }
}

/// `$HOME/token`: a path, whatever its name says.
fn names_a_file(value: &str) -> bool {
    value.trim_matches(['"', '\'']).split_once('/').is_some_and(|(first, _)| first.starts_with('$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, kind: FileKind, text: &str) -> Vec<String> {
        literals_beside(SourceId(0), name, kind, text)
            .iter()
            .map(|literal| {
                let shown = &text[literal.at.range()];
                format!("{} {shown} {}", literal.name, literal.confidence)
            })
            .collect()
    }

    #[test]
    fn environment_files_hold_values() {
        let text = "# x\nexport API_KEY=\"tk-7b1f00ab93\"\nREGION=eu\nDB_PASSWORD=${X}\nSMTP_PASSWORD=Tr0ub4dor&3 # old\n";
        assert_eq!(
            found(".env", FileKind::Environment, text),
            ["API_KEY tk-7b1f00ab93 medium", "SMTP_PASSWORD Tr0ub4dor&3 medium"]
        );
        assert_eq!(
            found(".env.example", FileKind::Environment, "API_KEY=tk-7b1f00ab93\n"),
            ["API_KEY tk-7b1f00ab93 low"]
        );
    }

    #[test]
    fn compose_files_hold_values_below_environment() {
        let text = "services:\n  db:\n    image: x\n    environment:\n      POSTGRES_PASSWORD: Tr0ub4dor&3\n      MYSQL_PASSWORD: mysql\n      API_KEY: ${API_KEY}\n    labels:\n      password: Tr0ub4dor&4\n  app:\n    environment:\n    - \"SMTP_PASSWORD=Tr0ub4dor&5\"\n    - DB_PASSWORD=${P:-Tr0ub4dor&6}\n    ports:\n    - PASSWORD=Tr0ub4dor&7\n";
        assert_eq!(
            found("docker-compose.yml", FileKind::Compose, text),
            [
                "POSTGRES_PASSWORD Tr0ub4dor&3 medium",
                "MYSQL_PASSWORD mysql low",
                "SMTP_PASSWORD Tr0ub4dor&5 medium",
                "DB_PASSWORD Tr0ub4dor&6 medium"
            ]
        );
        let quoted = "services:\n  db:\n    environment:\n      API_TOKEN: \"pa\\\"ss<w>9o&r\"\n";
        assert_eq!(found("compose.yml", FileKind::Compose, quoted), ["API_TOKEN pa\\\"ss<w>9o&r medium"]);
        let doubled = "services:\n  db:\n    environment:\n      API_TOKEN: 'pa''ss Z7kQ2mXr9Lb'\n";
        assert_eq!(found("compose.yml", FileKind::Compose, doubled), ["API_TOKEN pa''ss Z7kQ2mXr9Lb medium"]);
    }

    #[test]
    fn values_run_to_their_end() {
        let text = "A_PASSWORD=Sum,mer#20(24`x\nURL=postgres://u:Sum,mer4@h/x\nB_TOKEN=ab cd9 ef\n";
        assert_eq!(
            found(".env", FileKind::Environment, text),
            ["A_PASSWORD Sum,mer#20(24`x medium", "url-password Sum,mer4 medium", "B_TOKEN ab cd9 ef low"]
        );
        let text = "services:\n  a:\n    command: app --password Sum,mer(4 --token=Win;ter5\n    entrypoint: [\"x\", \"--api-key\", \"Sum{mer6\"]\n    environment:\n      URL: postgres://u:Sum,mer7@h/x\n  b:\n    command:\n      - app\n      - --password\n      - Sum;mer8\n";
        assert_eq!(
            found("compose.yml", FileKind::Compose, text),
            [
                "password Sum,mer(4 medium",
                "token Win;ter5 medium",
                "api-key Sum{mer6 medium",
                "url-password Sum,mer7 medium",
                "password Sum;mer8 medium"
            ]
        );
    }

    #[test]
    fn dockerfiles_keep_what_they_set() {
        let text = "FROM x\nARG NPM_TOKEN\nENV A=1 \\\n  DB_PASSWORD=\"Tr0ub4dor&3\"\nENV API_KEY Tr0ub4dor&4\nENV B_TOKEN=REPLACETOKEN\nENV NPM_TOKEN=$NPM_TOKEN TOKEN_FILE=/run/token\nENV KUBECONFIG=$HOME/.kube\nRUN echo ENV API_KEY=Tr0ub4dor&5\n";
        assert_eq!(
            found("Dockerfile", FileKind::Dockerfile, text),
            ["DB_PASSWORD Tr0ub4dor&3 medium", "API_KEY Tr0ub4dor&4 medium", "B_TOKEN REPLACETOKEN low"]
        );
        let quoted = "ENV DB_PASSWORD=\"ab\\\"cdZ7k$Q2mXr9Lb\"\nARG A_PASSWORD=\"pa\\\"ss Z7kQ2mXr9Lb\"\n";
        assert_eq!(
            found("Dockerfile", FileKind::Dockerfile, quoted),
            ["DB_PASSWORD ab\\\"cdZ7k$Q2mXr9Lb medium", "A_PASSWORD pa\\\"ss Z7kQ2mXr9Lb medium"]
        );
        assert_eq!(flows_of_dockerfile(SourceId(0), "Dockerfile", quoted).facts.len(), 0);
        let flows = flows_of_dockerfile(SourceId(0), "a/Dockerfile", text).facts;
        let told: Vec<&str> = flows.iter().map(|flow| &text[flow.sink.at.range()]).collect();
        assert_eq!(told, ["NPM_TOKEN", "NPM_TOKEN=$NPM_TOKEN"]);
        let staged = "FROM x AS build\nARG NPM_TOKEN\nFROM x\nARG API_TOKEN\n";
        let flows = flows_of_dockerfile(SourceId(0), "Dockerfile", staged).facts;
        let told: Vec<_> = flows.iter().map(|flow| flow.trace.origin.confidence).collect();
        assert_eq!(told, [Confidence::Low, Confidence::Medium]);
    }

    #[test]
    fn hostile_files_end() {
        for text in ["ENV ".repeat(100_000), "ENV a=\\\n".repeat(50_000), "=\n\"=\"ü".repeat(50_000)] {
            for kind in [FileKind::Environment, FileKind::Compose, FileKind::Dockerfile] {
                literals_beside(SourceId(0), "x", kind, &text);
            }
            flows_of_dockerfile(SourceId(0), "x", &text);
        }
    }
}
