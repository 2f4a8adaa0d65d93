//! What to rotate: secrets that were read, each with what the team's list says of it.

use std::collections::BTreeMap;

use super::Known;
use super::begin::reaches;
use super::blast::SecretUse;
use super::contain::Word;
use super::deed::Deed;
use crate::inventory::{Entry, Home, QUESTIONS, Rotated};
use crate::trail::{Mark, secret_name};

/// One secret to rotate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Its name, as calls have it.
    pub name: String,
    /// Whether it was read.
    pub read: bool,
    /// Whether it was changed.
    pub changed: bool,
    /// Whether it was read and changed in one second.
    pub tied: bool,
    /// A new value that someone else put there since.
    pub renewed: Option<Renewed>,
    /// The rows of the list; of a path that was read there may be several.
    pub listed: Vec<Listed>,
}

/// A new value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewed {
    /// The event.
    pub at: Mark,
    /// The call.
    pub call: String,
    /// In the same second as the last read: nobody knows which was first.
    pub tied: bool,
}

/// Whether a call puts a new value into a secret.
pub fn renews(deed: &Deed) -> bool {
    let puts = ["PutParameter", "PutSecretValue", "RotateSecret", "UpdateSecret"];
    deed.worked() && !deed.written.is_empty() && puts.contains(&deed.name.as_str())
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The key.
    pub key: String,
    /// Who owns it.
    pub owner: Option<String>,
    /// The day of the last rotation.
    pub rotated: Option<String>,
    /// Where it lives.
    pub home: String,
    /// The five questions, with their answers.
    pub answers: Vec<(&'static str, Option<String>)>,
    /// How its home takes a new value, where the list does not say it.
    pub push: Vec<Word>,
}

/// What to rotate, in the order of the secrets. `within` tells whose sessions are the incident.
pub(super) fn rotations(
    secrets: &[SecretUse],
    known: &Known<'_>,
    within: &dyn Fn(Option<usize>) -> bool,
) -> Vec<Rotation> {
    // The last one of anybody else, by name.
    let mut renewals: BTreeMap<&str, &Deed> = BTreeMap::new();
    for deed in known.renewals.iter().filter(|deed| !within(deed.session)) {
        renewals.extend(deed.written.iter().map(|name| (name.as_str(), deed)));
    }
    let inventory = known.inventory;
    // What the incident wrote, read and deleted again is gone; a value that it put there is known to it.
    let left = secrets.iter().filter(|secret| !secret.is_gone_again());
    let read = left.filter(|secret| !secret.deleted || (secret.reads > 0 && !secret.is_own()));
    let renewed = |secret: &SecretUse| {
        let deed = renewals.get(secret.plain.as_str()).filter(|deed| deed.at.time >= secret.last)?;
        Some(Renewed { at: deed.at.clone(), call: deed.name.clone(), tied: deed.at.time == secret.last })
    };
    let one = |secret: &SecretUse| {
        let rows = inventory.map(|list| list.entries.as_slice()).unwrap_or_default();
        let is = |entry: &&Entry| {
            let name = entry.home.name();
            let is_meant = match entry.home {
                Home::SecretsManager(_) => true,
                // Of a filter nobody knows what it gave; it was one of Secrets Manager.
                Home::Parameter(_) => secret.plain != "*",
                Home::GithubSecret(_) | Home::Other(_) | Home::None => false,
            };
            is_meant && reaches(&secret.plain, &secret_name(name))
        };
        Rotation {
            name: secret.name.clone(),
            read: secret.reads > 0,
            changed: secret.writes > 0,
            tied: secret.is_tied() && !secret.is_created(),
            renewed: renewed(secret),
            listed: rows.iter().filter(is).map(listed).collect(),
        }
    };
    read.map(one).collect()
}

fn listed(entry: &Entry) -> Listed {
    let answers = QUESTIONS.iter().zip(entry.answers.all());
    Listed {
        key: entry.key.clone(),
        owner: entry.owner.clone(),
        rotated: match entry.rotated {
            Rotated::On(day) => Some(day.to_string()),
            Rotated::Unsaid | Rotated::Unclear => None,
        },
        home: entry.home.to_string(),
        answers: answers.map(|((_, question), answer)| (*question, answer.map(str::to_owned))).collect(),
        push: if entry.answers.push.is_some() { Vec::new() } else { push(&entry.home) },
    }
}

/// How a home takes a new value, without one on a command line.
fn push(home: &Home) -> Vec<Word> {
    let (before, name, after) = match home {
        Home::Parameter(name) => (
            "aws ssm put-parameter --overwrite --type SecureString --name",
            name,
            "--value file:///dev/stdin",
        ),
        Home::SecretsManager(name) => {
            ("aws secretsmanager put-secret-value --secret-id", name, "--secret-string file:///dev/stdin")
        }
        Home::GithubSecret(_) | Home::Other(_) | Home::None => return Vec::new(),
    };
    if name.is_empty() || super::shell::is_reference(name) {
        return Vec::new();
    }
    let own = |text: &str| text.split(' ').map(|word| Word::Own(word.to_owned())).collect::<Vec<_>>();
    [own(before), vec![Word::Name(name.clone())], own(after)].concat()
}
