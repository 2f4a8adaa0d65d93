//! Passwords that a command line or a command's input states.

use super::Machine;
use super::call::{Call, is, is_option};
use super::literal::can_be_secret;
use super::streams::Stream;
use super::wire::{known_start, slice, without_start};
use crate::finding::Confidence;
use crate::script::names::{Says, says};
use crate::secret::stated::{Stated, in_line, in_word};
use crate::source::Span;
use crate::value::{Lifetime, Piece, SinkKind, Text};

/// Commands whose words are searched for, not set.
const SEARCHES: &[&str] = &[
    "grep", "egrep", "fgrep", "rg", "sed", "gsed", "awk", "gawk", "mawk", "perl", "find", "expr", "test",
    "[", "jq", "yq", "getent", "python", "python2", "python3", "ruby", "node", "php", "crudini", "augtool",
];

/// What a word states of a literal secret.
fn stated(argument: &Text) -> Option<(String, Text)> {
    if super::variables::known_bytes(argument) > LONGEST_WORD {
        return None;
    }
    let word = argument.known()?;
    let stated = in_word(&word)?;
    Some((stated.name.to_owned(), slice(argument, stated.value)))
}

/// Longer words are documents.
pub const LONGEST_WORD: usize = 4096;

/// `postgres`, `REPLACESECRET`: how people start something on their own machine, and marks.
pub fn confidence_of(text: &str) -> Confidence {
    let plain = text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let mark = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    if plain || mark { Confidence::Low } else { Confidence::Medium }
}

impl Machine<'_> {
    /// What is printed into a file or a pipe: `echo "password=x" > f`. The secret's hole stands where its text was.
    pub fn stated_in_output(&mut self, text: Text, at: Span) -> Text {
        let goes_on = !matches!(self.streams.output, Stream::Terminal | Stream::Nothing | Stream::Console);
        if !goes_on || super::variables::known_bytes(&text) > LONGEST_WORD {
            return text;
        }
        let text = self.stated_in_sql(text, at);
        let Some(line) = text.known() else { return text };
        let stated = in_word(&line).or_else(|| after_colon(&line));
        let Some(stated) = stated else { return text };
        let end = line.get(stated.value.clone()).map_or(0, |value| value.trim_end().len());
        let range = stated.value.start..stated.value.start + end;
        let Some(value) = line.get(range.clone()).filter(|value| can_be_secret(value)) else { return text };
        let mut all = slice(&text, 0..range.start);
        all.append(self.literal(stated.name, &slice(&text, range.clone()), at, confidence_of(value)));
        all.append(slice(&text, range.end..line.len()));
        all
    }

    /// Units of systemd in here-documents: `ExecStart=x --password y`, `Environment="A=b"`.
    pub fn stated_in_unit(&mut self, text: Text, at: Span) -> Text {
        let start = known_start(&text).trim_start();
        let unit = ["ExecStart", "Environment=", "ExecReload", "ExecStop"]
            .iter()
            .any(|word| start.starts_with(word));
        if !unit || super::variables::known_bytes(&text) > LONGEST_WORD {
            return text;
        }
        let Some(line) = text.known() else { return text };
        let mut all = Text::default();
        let mut from = 0;
        for stated in in_line(&line) {
            let value = line.get(stated.value.clone()).unwrap_or_default();
            if stated.value.start < from || !can_be_secret(value) || value.starts_with(['$', '%']) {
                continue;
            }
            all.append(slice(&text, from..stated.value.start));
            all.append(self.literal(
                stated.name,
                &slice(&text, stated.value.clone()),
                at,
                confidence_of(value),
            ));
            from = stated.value.end;
        }
        all.append(slice(&text, from..line.len()));
        all
    }

    /// Literals in `mysql -psecret`, `--password=secret`.
    pub fn password_options(&mut self, call: &Call<'_>) {
        let mut found = Vec::new();
        for (number, argument) in call.arguments.iter().enumerate() {
            let start = known_start(argument);
            let Some(long) = start.strip_prefix("--") else { continue };
            let (name, value) = match long.split_once('=') {
                Some((name, _)) => (name, Some(without_start(argument, name.len() + 3))),
                None => (long, call.arguments.get(number + 1).cloned()),
            };
            if says(name) == Says::Secret {
                found.extend(value.map(|value| (name.to_owned(), value)));
            }
        }
        if matches!(call.name, "curl" | "wget")
            && let Some(login) = call.option("-u").or_else(|| call.option("--user"))
            && let Some(user) = known_start(&login).split_once(':').map(|(user, _)| user.len())
        {
            found.push(("password".to_owned(), without_start(&login, user + 1)));
        }
        if !SEARCHES.contains(&call.name) {
            found.extend(call.arguments.iter().filter_map(stated));
            let statements = call.arguments.iter().flat_map(super::sql::literals);
            found.extend(statements.map(|(_, value)| ("password".to_owned(), value)));
        }
        let table = self.table;
        for row in table.passwords.get(call.name).into_iter().flatten() {
            let Some(after) = row.form.find(call) else { continue };
            if let Some(number) = row.word {
                let rest = call.arguments.get(after..).unwrap_or_default();
                let word = rest.iter().filter(|text| !is_option(text)).nth(number);
                found.extend(
                    // `vault login -method=aws role=dev`: what is no secret has a name that says so.
                    word.filter(|text| !known_start(text).starts_with('/') && !is_named_value(text))
                        .map(|word| ("password".to_owned(), word.clone())),
                );
            }
            for (number, argument) in call.arguments.iter().enumerate() {
                let attached =
                    row.attached.iter().find(|option| known_start(argument).starts_with(option.as_str()));
                let value = match attached {
                    Some(option) => Some(without_start(argument, option.len())),
                    None if row.next.iter().any(|option| is(argument, option)) => {
                        call.arguments.get(number + 1).cloned()
                    }
                    None => None,
                };
                found.extend(value.map(|value| ("password".to_owned(), value)));
            }
        }
        let mut told = Vec::new();
        for (name, value) in found {
            let Some(text) = value.known() else { continue };
            if told.contains(&text) {
                continue;
            }
            let literal = can_be_secret(&text) && !text.starts_with('-');
            if literal {
                let hidden = self.literal(&name, &value, call.at, confidence_of(&text));
                told.push(text);
                let by = format!("passed to `{}`", super::external::shown(call.name));
                self.land(SinkKind::ProcessArguments, Lifetime::Memory, call.at, by, hidden.traces());
            }
        }
    }

    /// `echo user:password | chpasswd` with a literal password.
    pub fn password_input(&mut self, call: &Call<'_>) {
        for chunk in self.streams.input_chunks() {
            let password = match call.name {
                "chpasswd" => after_user(&chunk.text),
                "passwd" => chunk.text.clone(),
                _ => continue,
            };
            let password = super::wire::without_last_newlines(password);
            if password.known().is_some_and(|text| can_be_secret(&text)) {
                self.literal("password", &password, chunk.at, Confidence::Medium);
            }
        }
    }
}

/// What stands after the colon of `user:password`; nothing where there is none.
fn after_user(text: &Text) -> Text {
    let mut pieces = text.pieces.iter();
    while let Some(piece) = pieces.next() {
        if let Piece::Known { text, .. } = piece
            && let Some(colon) = text.find(':')
        {
            let mut rest = without_start(&Text::of(vec![piece.clone()]), colon + 1);
            rest.pieces.extend(pieces.cloned());
            return rest;
        }
    }
    Text::default()
}

fn is_named_value(text: &Text) -> bool {
    let start = known_start(text);
    super::call::is_assignment(start)
        && start.split_once('=').is_some_and(|(_, value)| !value.trim_matches('=').is_empty())
}

/// `password: x`, where nothing but one word follows.
fn after_colon(line: &str) -> Option<Stated<'_>> {
    let (name, value) = line.split_once(": ")?;
    let name = name.trim();
    let surely =
        crate::secret::names::says_secret(name).is_some_and(|verdict| verdict.confidence > Confidence::Low);
    let single = !value.trim_end().contains(char::is_whitespace);
    (surely && single && !name.contains(' '))
        .then(|| Stated { name, value: line.len() - value.len()..line.len() })
}
