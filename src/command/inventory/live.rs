//! Asks AWS for what a list is held against.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::ssm::{Denied, Held, Wanted};
use crate::aws::{self, Step, Values};
use crate::cli::{AwsArguments, Cli};
use crate::command::collect::{options, stop_on_signal};
use crate::command::progress;
use crate::error::Error;
use crate::evidence::{Bundle, Call, Document};
use crate::inventory::asked::{self, Asked, LengthClass, Looks, Outcome, ReadLevel, Seen};
use crate::inventory::{Home, Inventory};
use crate::secret::placeholder::{Placeholder, judge};

/// What the stores tell of the keys of a list.
pub(super) fn collect(
    cli: &Cli,
    arguments: &AwsArguments,
    no_progress: bool,
    inventory: &Inventory,
    asked: &Asked,
) -> Result<Bundle, Error> {
    let names: BTreeSet<String> = inventory
        .entries
        .iter()
        .filter_map(|entry| match &entry.home {
            Home::Parameter(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    ask(cli, arguments, no_progress, asked, &names.into_iter().collect::<Vec<_>>())
}

/// What the stores tell of all that they hold, whatever is listed.
pub(in crate::command) fn everything(
    cli: &Cli,
    arguments: &AwsArguments,
    no_progress: bool,
) -> Result<Bundle, Error> {
    let asked = Asked { everything: true, secrets: true, ..Asked::default() };
    ask(cli, arguments, no_progress, &asked, &[])
}

fn ask(
    cli: &Cli,
    arguments: &AwsArguments,
    no_progress: bool,
    asked: &Asked,
    names: &[String],
) -> Result<Bundle, Error> {
    let options = options(arguments)?;
    let bar = progress::bar(cli, no_progress, 0, "{pos}/{len} calls");
    let on_progress = |step| match step {
        Step::Expect(calls) => bar.inc_length(calls),
        Step::Done => bar.inc(1),
    };
    let wanted = Wanted {
        everything: asked.everything,
        paths: asked.paths.clone(),
        names: asked.names.clone(),
        secrets: asked.secrets,
    };
    let values = match asked.level {
        ReadLevel::Metadata => None,
        level => Some((names, level == ReadLevel::Decrypted)),
    };
    let result = aws::inventory(&options, &wanted, values, &on_progress, stop_on_signal()?);
    bar.finish_and_clear();
    let (mut bundle, values) = result?;
    add_ours(&mut bundle, asked, &seen(values, asked.level));
    Ok(bundle)
}

/// The document of ours, in its place.
fn add_ours(bundle: &mut Bundle, asked: &Asked, seen: &[Seen]) {
    let folder = bundle.manifest.account.clone().unwrap_or_else(|| "unknown".to_owned());
    let call = Call {
        service: asked::SERVICE.to_owned(),
        action: asked::ACTION.to_owned(),
        region: bundle.manifest.regions.first().cloned().unwrap_or_default(),
        request_id: None,
        at: bundle.manifest.collected_at,
        page: None,
    };
    bundle.documents.push(Document {
        name: format!("{folder}/{}", asked::FILE),
        bytes: asked::document(asked, seen),
        call,
        generated: None,
    });
    bundle.documents.sort_by(|a, b| a.name.cmp(&b.name));
}

/// What may be kept of values. They are wiped when this returns.
fn seen(values: Values, level: ReadLevel) -> Vec<Seen> {
    let groups = groups(&values);
    let one = |(name, answer): &(String, Result<Held, Denied>)| {
        let outcome = match answer {
            Ok(held) if level == ReadLevel::Decrypted => {
                Outcome::Looked(looks(held, groups.get(name).copied()))
            }
            Ok(_) => Outcome::Readable,
            Err(denied) if denied.is_missing() => Outcome::Missing,
            Err(denied) => {
                Outcome::Refused { code: denied.code.clone(), permission: denied.permission.to_owned() }
            }
        };
        Seen { name: name.clone(), outcome }
    };
    values.iter().map(one).collect()
}

fn looks(held: &Held, group: Option<u32>) -> Looks {
    let text = held.value.expose().trim();
    let length = LengthClass::of(text.chars().count());
    let placeholder = length != LengthClass::Empty && judge(text) != Placeholder::No;
    Looks { length, placeholder, group }
}

/// A number for each value that stands under two names, or more.
fn groups(values: &Values) -> BTreeMap<String, u32> {
    let mut names: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for (name, answer) in values {
        let Ok(held) = answer else { continue };
        let text = held.value.expose().trim();
        if !text.is_empty() {
            names.entry(text).or_default().push(name);
        }
    }
    // By their first names: the order of values would say something of them.
    let mut same: Vec<Vec<&String>> = names.into_values().filter(|names| names.len() > 1).collect();
    same.sort();
    let numbered = same.into_iter().zip(1..);
    numbered.flat_map(|(names, number)| names.into_iter().map(move |name| (name.clone(), number))).collect()
}
