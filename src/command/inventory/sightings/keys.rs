//! What is looked for: the keys of the list, and values where they are asked for.

use std::io::Read;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::super::files;
use super::look::Gap;
use crate::cli::InventoryWhereArguments;
use crate::command::scan::{Setup, here};
use crate::error::{Error, ErrorKind};
use crate::inventory::{self, Home};
use crate::sighting::{Fingerprints, Key, Names};
use crate::source::Sources;

/// More on standard input are no values.
const MOST_INPUT: u64 = 8 * 1024 * 1024;

type Value = Zeroizing<String>;

/// Keys, their names and the fingerprints of their values.
pub(super) struct Wanted {
    pub keys: Vec<Key>,
    pub names: Names,
    pub fingerprints: Fingerprints,
    /// For each value the keys that have it.
    pub owners: Vec<Vec<usize>>,
    /// The lists themselves, which name keys because that is what they are for.
    pub lists: Vec<PathBuf>,
    /// Values that could not be had, or are not looked for.
    pub gaps: Vec<Gap>,
}

impl Wanted {
    pub fn of(arguments: &InventoryWhereArguments, setup: &Setup) -> Result<Self, Error> {
        let mut values = Values::default();
        let mut keys: Vec<Key> = Vec::new();
        let lists = values.take_lists(arguments, setup, &mut keys)?;
        for named in &arguments.keys {
            let home = named.path.as_ref().map(|path| format!("SSM {path}")).unwrap_or_default();
            add(
                &mut keys,
                Key {
                    name: named.name.clone(),
                    path: named.path.clone(),
                    is_parameter: named.path.is_some(),
                    home,
                },
            );
        }
        values.take_environment(arguments, &mut keys)?;
        if arguments.values_stdin {
            values.take_stdin(&mut keys)?;
        }
        if arguments.read_level >= 2 {
            values.take_aws(arguments, &keys)?;
            values.tell_unread(&keys);
        }
        if keys.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "there are no keys to search for").hint(
                "give a list with --list SECRETS.md, or --key ANTHROPIC_API_KEY=/project/anthropic/api-key",
            ));
        }
        let Values { all, mut gaps } = values;
        // One value under two names is looked for once.
        let mut by_value: Vec<(Value, Vec<usize>)> = Vec::new();
        for (key, value) in all {
            let value = Zeroizing::new(value.trim().to_owned());
            match by_value.iter_mut().find(|(known, _)| *known == value) {
                Some((_, owners)) if owners.contains(&key) => {}
                Some((_, owners)) => owners.push(key),
                None => by_value.push((value, vec![key])),
            }
        }
        let (fingerprints, unfit) = Fingerprints::new(by_value.iter().map(|(value, _)| value.as_str()));
        let owners: Vec<Vec<usize>> = by_value.into_iter().map(|(_, owners)| owners).collect();
        for (value, reason) in unfit {
            let names = owners.get(value).into_iter().flatten().filter_map(|key| keys.get(*key));
            gaps.extend(names.map(|key| Gap {
                name: key.name.clone(),
                reason: format!("its value is not searched for: {}", reason.reason()),
                hides_findings: true,
            }));
        }
        Ok(Self { names: Names::new(&keys), keys, fingerprints, owners, lists, gaps })
    }

    /// A text that is told, without any value in it: a file can be named by one.
    pub fn told(&self, text: &str) -> String {
        let found = crate::sighting::search_text(&self.fingerprints, text.as_bytes());
        let (mut out, mut at) = (String::new(), 0);
        for hit in found.matches {
            let [start, end] = [hit.start, hit.end].map(|byte| usize::try_from(byte).unwrap_or(text.len()));
            out.push_str(text.get(at..start.max(at)).unwrap_or_default());
            out.push_str("********");
            at = at.max(end);
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

/// The place of a key in the list; a new one is added.
fn add(keys: &mut Vec<Key>, key: Key) -> usize {
    match keys
        .iter()
        .position(|known| known.name == key.name && (key.path.is_none() || known.path == key.path))
    {
        Some(known) => known,
        None => {
            keys.push(key);
            keys.len() - 1
        }
    }
}

#[derive(Default)]
struct Values {
    all: Vec<(usize, Value)>,
    gaps: Vec<Gap>,
}

impl Values {
    /// The keys of the lists that the user or the settings name, or of the one that lies here.
    fn take_lists(
        &mut self,
        arguments: &InventoryWhereArguments,
        setup: &Setup,
        keys: &mut Vec<Key>,
    ) -> Result<Vec<PathBuf>, Error> {
        let sources = Sources::default();
        sources.set_base(setup.base.clone());
        let settings = &setup.settings.inventory;
        let here = here()?;
        let named: Vec<PathBuf> = arguments.lists.iter().map(|list| here.join(list)).collect();
        let is_asked = !named.is_empty() || !settings.files.is_empty();
        let opened = match files::open(&named, settings, &setup.base, &sources) {
            Ok(opened) => opened,
            Err(error) if is_asked => return Err(error),
            // The folder that is looked into has none: perhaps it lies here. Who names keys needs no list.
            Err(_) => match files::open(&named, settings, &here, &sources) {
                Ok(opened) => opened,
                Err(_) => return Ok(Vec::new()),
            },
        };
        let listed = inventory::read(&opened.lists, &opened.runbooks, &sources, &setup.tokens);
        for entry in &listed.facts.entries {
            let path = match &entry.home {
                Home::Parameter(name) | Home::SecretsManager(name) => Some(name.clone()),
                Home::GithubSecret(_) | Home::Other(_) | Home::None => None,
            };
            let home = if entry.home == Home::None { String::new() } else { entry.home.to_string() };
            let is_parameter = matches!(entry.home, Home::Parameter(_));
            add(keys, Key { name: entry.key.clone(), path, is_parameter, home });
        }
        self.gaps.extend(listed.gaps.iter().map(|gap| Gap {
            name: sources.name(gap.at.source),
            reason: gap.reason.clone(),
            hides_findings: gap.hides_findings,
        }));
        Ok(sources.paths())
    }

    fn take_environment(
        &mut self,
        arguments: &InventoryWhereArguments,
        keys: &mut Vec<Key>,
    ) -> Result<(), Error> {
        for one in &arguments.from_environment {
            let value = std::env::var(&one.variable).map_err(|_| {
                let message = format!("the variable {} is not set or not text", one.variable);
                Error::new(ErrorKind::Usage, message)
            })?;
            self.push(&one.key, value.into(), keys);
        }
        Ok(())
    }

    fn push(&mut self, name: &str, value: Value, keys: &mut Vec<Key>) {
        let key = Key { name: name.to_owned(), path: None, is_parameter: false, home: String::new() };
        self.all.push((add(keys, key), value));
    }

    /// Lines of KEY=value. What is wrong is told by its line, never quoted.
    fn take_stdin(&mut self, keys: &mut Vec<Key>) -> Result<(), Error> {
        let wrong = |reason: String| Error::new(ErrorKind::Input, format!("standard input: {reason}"));
        // No growing: it would leave copies.
        let mut text = Zeroizing::new(Vec::with_capacity(MOST_INPUT as usize + 1));
        let mut input = std::io::stdin().lock().take(MOST_INPUT + 1);
        input.read_to_end(&mut text).map_err(|error| wrong(error.kind().to_string()))?;
        if text.len() as u64 > MOST_INPUT {
            return Err(wrong("it is larger than 8 MiB".into()));
        }
        let text = std::str::from_utf8(&text).map_err(|_| wrong("it is not UTF-8".into()))?;
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let (name, value) = line
                .split_once('=')
                .filter(|(name, _)| {
                    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
                })
                .ok_or_else(|| wrong(format!("line {} is not KEY=value", number + 1)))?;
            self.push(name, Zeroizing::new(value.to_owned()), keys);
        }
        Ok(())
    }

    /// Keys of which no value could be had, as they live elsewhere.
    fn tell_unread(&mut self, keys: &[Key]) {
        let elsewhere = keys.iter().enumerate().filter(|(_, key)| !key.is_parameter);
        let has_none = |number: &usize| !self.all.iter().any(|(known, _)| known == number);
        let unread: Vec<&Key> =
            elsewhere.filter(|(number, _)| has_none(number)).map(|(_, key)| key).collect();
        for key in unread {
            self.gaps.push(Gap {
                name: key.name.clone(),
                reason: "its value is not searched for: it is not in Parameter Store".into(),
                // Of Secrets Manager a value could be had.
                hides_findings: key.path.is_some(),
            });
        }
    }

    #[cfg(feature = "aws")]
    fn take_aws(&mut self, arguments: &InventoryWhereArguments, keys: &[Key]) -> Result<(), Error> {
        let parameters = keys.iter().enumerate().filter(|(_, key)| key.is_parameter);
        let with_path = parameters.filter_map(|(at, key)| Some((key.path.clone()?, at)));
        let (names, at): (Vec<String>, Vec<usize>) = with_path.unzip();
        let options = crate::command::collect::options(&arguments.aws)?;
        // Ctrl-C is heard already: it ends the process, and there is nothing to lose.
        let (_sender, stop) = tokio::sync::watch::channel(false);
        let answers = crate::aws::values(&options, &names, true, &|| {}, stop)?;
        for ((name, answer), key) in answers.into_iter().zip(at) {
            match answer {
                Ok(held) => self.all.push((key, Zeroizing::new(held.value.expose().to_owned()))),
                Err(denied) => self.gaps.push(Gap {
                    name,
                    reason: format!("its value could not be read: {}", denied.told()),
                    hides_findings: true,
                }),
            }
        }
        Ok(())
    }

    #[cfg(not(feature = "aws"))]
    fn take_aws(&mut self, _: &InventoryWhereArguments, _: &[Key]) -> Result<(), Error> {
        Err(Error::new(ErrorKind::Usage, "this build of secretrail cannot query AWS")
            .hint("build it with `--features aws`, or give values with --value-from-env"))
    }
}
