//! Passwords that a command line or a command's input states.

use super::Machine;
use super::call::{Call, is};
use super::literal::can_be_secret;
use super::wire::{known_start, without_start};
use crate::finding::Confidence;
use crate::script::names::{Says, says};
use crate::value::{Lifetime, Piece, SinkKind, Text};

impl Machine<'_> {
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
        let table = self.table;
        for row in table.passwords.get(call.name).into_iter().flatten() {
            if row.form.find(call).is_none() {
                continue;
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
        for (name, value) in found {
            let literal = value.known().is_some_and(|text| can_be_secret(&text) && !text.starts_with('-'));
            if literal {
                let hidden = self.literal(&name, &value, call.at, Confidence::Medium);
                let by = format!("passed to `{}`", super::external::shown(call.name));
                self.land(SinkKind::ProcessArguments, Lifetime::Memory, call.at, by, hidden.traces());
            }
        }
    }

    /// `echo user:password | chpasswd` with a literal password.
    pub fn password_input(&mut self, call: &Call<'_>) {
        for chunk in self.streams.input_chunks() {
            let [piece @ Piece::Known { text, .. }, ..] = chunk.text.pieces.as_slice() else { continue };
            if chunk.text.known().is_none() {
                continue;
            }
            let password = match (call.name, text.split_once(':')) {
                ("chpasswd", Some((user, _))) => {
                    without_start(&Text::of(vec![piece.clone()]), user.len() + 1)
                }
                ("passwd", _) => Text::of(vec![piece.clone()]),
                _ => continue,
            };
            let password = super::wire::without_last_newlines(password);
            if password.known().is_some_and(|text| can_be_secret(&text)) {
                self.literal("password", &password, chunk.at, Confidence::Medium);
            }
        }
    }
}
