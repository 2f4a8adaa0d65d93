//! What a secret is called in its store, as a fetching command names it: told only where no secret can stand in it.

use super::call::{Call, is_option};
use super::wire::{known_start, shown_path};
use crate::script::table::Fetch;
use crate::secret::redact::is_strewn;
use crate::value::{Piece, Text};

/// Words in the name of an option whose value is a secret itself: `--session`, `-H`'s `X-Vault-Token`.
const GUARDS: [&str; 7] = ["token", "session", "pass", "secret", "header", "key", "auth"];

/// The secret's name, from an option of the table or from the first word that is no option's value.
///
/// A word on a command line may as well be a password that somebody typed there. What is not made as names of stores
/// are made is not told: then the command stands for it.
pub fn store_name(call: &Call<'_>, row: &Fetch, after: usize) -> Option<String> {
    // `--name $UNSET --query …`: the next option is no name.
    let option = row.name.iter().find_map(|option| call.option(option)).filter(|name| !is_option(name));
    let text = option.or_else(|| row.argument.then(|| word(call, after)).flatten())?;
    is_tellable(&text).then(|| shown_path(&text)).filter(|name| !name.is_empty())
}

/// The first word that stands after no option; else the first after one that takes no secret.
fn word(call: &Call<'_>, after: usize) -> Option<Text> {
    let rest = call.arguments.get(after..).unwrap_or_default();
    let before = |position: usize| {
        let before = position.checked_sub(1).and_then(|before| rest.get(before));
        before.filter(|before| is_option(before)).map(known_start).filter(|option| !option.contains('='))
    };
    let words = || rest.iter().enumerate().filter(|(_, word)| !is_option(word));
    let guarded = |option: &str| GUARDS.iter().any(|guard| option.to_ascii_lowercase().contains(guard));
    let free = words().find(|(position, _)| before(*position).is_none());
    let unguarded = || words().find(|(position, _)| before(*position).is_some_and(|option| !guarded(option)));
    free.or_else(unguarded).map(|(_, word)| word.clone())
}

/// Paths, ARNs, `op://` references and plain words; nothing with `=`, quotes or brackets, nothing drawn by lot.
fn is_tellable(text: &Text) -> bool {
    let is_reference = known_start(text).starts_with("op://");
    text.pieces.iter().all(|piece| match piece {
        Piece::Known { text, .. } => {
            let allowed =
                |c: char| c.is_alphanumeric() || "/:._-+@,#".contains(c) || c == ' ' && is_reference;
            text.chars().all(allowed) && !text.split(|c: char| !c.is_alphanumeric()).any(is_strewn)
        }
        Piece::Hole(_) => true,
    })
}
