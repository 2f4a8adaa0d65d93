//! What AWS is asked for a list, and the document of ours in the evidence that says so.
//!
//! AWS's answers do not tell what was asked: without that, a name that is not in them could be missing or simply not
//! asked for. What was seen of values stands there too, never a value.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Home, Inventory, Thresholds};

/// The service of the document's call, which is none of AWS's.
pub const SERVICE: &str = "secretrail";
/// Its action.
pub const ACTION: &str = "Inventory";
/// The end of its name.
pub const FILE: &str = "secretrail/inventory.json";
const VERSION: u32 = 1;
/// How many names or paths one call takes.
pub const MOST_VALUES: usize = 50;

/// How closely values are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadLevel {
    /// Not at all: metadata only.
    #[default]
    Metadata,
    /// Whether one may read it, without decryption.
    Readable,
    /// Decrypted, looked at and wiped.
    Decrypted,
}

impl ReadLevel {
    /// 0, 1, 2.
    pub fn number(self) -> u8 {
        match self {
            Self::Metadata => 0,
            Self::Readable => 1,
            Self::Decrypted => 2,
        }
    }

    /// The level of a number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Metadata, Self::Readable, Self::Decrypted].into_iter().find(|level| level.number() == number)
    }
}

/// What AWS is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// All parameters of the Region.
    pub everything: bool,
    /// All parameters below these.
    pub paths: Vec<String>,
    /// These, which stand elsewhere.
    pub names: Vec<String>,
    /// Whether Secrets Manager was asked.
    pub secrets: bool,
    /// How closely.
    pub level: ReadLevel,
}

impl Asked {
    /// The least that a list needs: its projects' parameters, and rows that stand elsewhere by name.
    pub fn of(inventory: &Inventory, thresholds: &Thresholds, level: ReadLevel) -> Self {
        let names: BTreeSet<&str> = inventory
            .entries
            .iter()
            .filter_map(|entry| match &entry.home {
                Home::Parameter(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let paths = projects(&names, thresholds);
        let below = |name: &str| paths.iter().any(|path| is_below(name, path));
        let names = names.iter().filter(|name| !below(name)).map(|name| (*name).to_owned()).collect();
        let secrets = inventory.entries.iter().any(|entry| matches!(entry.home, Home::SecretsManager(_)));
        Self { everything: false, paths, names, secrets, level }
    }

    /// Whether a name was asked for.
    pub fn covers(&self, name: &str) -> bool {
        self.everything
            || self.names.iter().any(|asked| asked == name)
            || self.paths.iter().any(|path| is_below(name, path))
    }
}

/// The beginnings of names that are the team's own: those of the settings, or the first part of each name.
fn projects(names: &BTreeSet<&str>, thresholds: &Thresholds) -> Vec<String> {
    let tidy = |path: &String| format!("/{}", path.trim_matches('/'));
    let mut paths: BTreeSet<String> =
        thresholds.projects.iter().map(tidy).filter(|path| path != "/").collect();
    if paths.is_empty() {
        let first = |name: &&str| {
            let (project, rest) = name.strip_prefix('/')?.split_once('/')?;
            (!project.is_empty() && !rest.is_empty()).then(|| format!("/{project}"))
        };
        paths = names.iter().filter_map(first).collect();
    }
    // One that is below another one is asked for with it.
    let all: Vec<String> = paths.into_iter().collect();
    all.iter().filter(|path| !all.iter().any(|other| is_below(path, other))).cloned().collect()
}

/// Whether a name is below a path.
pub fn is_below(name: &str, path: &str) -> bool {
    name.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
}

/// What was seen of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The parameter.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of reading a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It could be read; not decrypted.
    Readable,
    /// It was decrypted and looked at.
    Looked(Looks),
    /// There is none.
    Missing,
    /// AWS refused, with its code, for want of this permission.
    Refused {
        /// AWS's code, or ours.
        code: String,
        /// `ssm:GetParameter`, `kms:Decrypt`.
        permission: String,
    },
}

/// How a value looks. Nothing here helps anybody to guess it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    /// How long it is, roughly.
    pub length: LengthClass,
    /// It holds a place only: `changeme`, `<token>`.
    pub placeholder: bool,
    /// Values that are the same have the same number.
    pub group: Option<u32>,
}

/// How long a value is, roughly: enough to see that half of it was pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LengthClass {
    /// Nothing, or blanks.
    Empty,
    /// Fewer than 16 characters.
    Short,
    /// Up to 128.
    Usual,
    /// More: a key file, a certificate.
    Long,
}

impl LengthClass {
    /// The class of so many characters.
    pub fn of(characters: usize) -> Self {
        match characters {
            0 => Self::Empty,
            1..16 => Self::Short,
            16..=128 => Self::Usual,
            _ => Self::Long,
        }
    }

    /// The word that rules and reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Short => "short",
            Self::Usual => "usual",
            Self::Long => "long",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Empty, Self::Short, Self::Usual, Self::Long].into_iter().find(|one| one.word() == word)
    }
}

#[derive(Serialize, Deserialize)]
struct Wire {
    version: u32,
    everything: bool,
    paths: Vec<String>,
    names: Vec<String>,
    secrets: bool,
    read_level: u8,
    values: Vec<WireSeen>,
}

#[derive(Serialize, Deserialize)]
struct WireSeen {
    name: String,
    outcome: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    length: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    placeholder: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    group: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    permission: Option<String>,
}

/// The document.
pub fn document(asked: &Asked, seen: &[Seen]) -> Vec<u8> {
    let wire = Wire {
        version: VERSION,
        everything: asked.everything,
        paths: asked.paths.clone(),
        names: asked.names.clone(),
        secrets: asked.secrets,
        read_level: asked.level.number(),
        values: seen.iter().map(told).collect(),
    };
    // Texts and lists only: this can't fail.
    let mut bytes = serde_json::to_vec_pretty(&wire).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn told(seen: &Seen) -> WireSeen {
    let mut wire = WireSeen {
        name: seen.name.clone(),
        outcome: String::new(),
        length: None,
        placeholder: None,
        group: None,
        code: None,
        permission: None,
    };
    let outcome = match &seen.outcome {
        Outcome::Readable => "readable",
        Outcome::Missing => "missing",
        Outcome::Looked(looks) => {
            wire.length = Some(looks.length.word().to_owned());
            wire.placeholder = Some(looks.placeholder);
            wire.group = looks.group;
            "looked"
        }
        Outcome::Refused { code, permission } => {
            wire.code = Some(code.clone());
            wire.permission = Some(permission.clone());
            "refused"
        }
    };
    outcome.clone_into(&mut wire.outcome);
    wire
}

/// Reads the document; `None` where it is none of ours.
pub fn parse(text: &str) -> Option<(Asked, Vec<Seen>)> {
    let wire: Wire = serde_json::from_str(text).ok().filter(|wire: &Wire| wire.version == VERSION)?;
    let level = ReadLevel::from_number(wire.read_level)?;
    let values: Option<Vec<Seen>> = wire.values.into_iter().map(seen).collect();
    let Wire { everything, paths, names, secrets, .. } = wire;
    Some((Asked { everything, paths, names, secrets, level }, values?))
}

fn seen(wire: WireSeen) -> Option<Seen> {
    let outcome = match wire.outcome.as_str() {
        "readable" => Outcome::Readable,
        "missing" => Outcome::Missing,
        "looked" => Outcome::Looked(Looks {
            length: LengthClass::from_word(&wire.length?)?,
            placeholder: wire.placeholder?,
            group: wire.group,
        }),
        "refused" => Outcome::Refused { code: wire.code?, permission: wire.permission? },
        _ => return None,
    };
    Some(Seen { name: wire.name, outcome })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_read_as_it_was_written() {
        let asked = Asked {
            paths: vec!["/a".into()],
            names: vec!["b".into()],
            secrets: true,
            level: ReadLevel::Decrypted,
            everything: false,
        };
        let looks = Looks { length: LengthClass::Usual, placeholder: false, group: Some(1) };
        let refused =
            Outcome::Refused { code: "AccessDeniedException".into(), permission: "kms:Decrypt".into() };
        let outcomes = [Outcome::Readable, Outcome::Missing, Outcome::Looked(looks), refused];
        let seen: Vec<Seen> =
            outcomes.into_iter().map(|outcome| Seen { name: "/a/b".into(), outcome }).collect();
        let text = String::from_utf8(document(&asked, &seen)).unwrap();
        assert_eq!(parse(&text), Some((asked, seen)));
        for wrong in
            ["", "{}", &text.replace("\"version\": 1", "\"version\": 2"), &text.replace("usual", "x")]
        {
            assert_eq!(parse(wrong), None);
        }
    }

    #[test]
    fn a_path_covers_what_is_below_it() {
        let asked = Asked { paths: vec!["/app".into()], names: vec!["plain".into()], ..Asked::default() };
        assert!(asked.covers("/app/x") && asked.covers("plain"));
        assert!(!asked.covers("/app") && !asked.covers("/app2/x") && !asked.covers("other"));
    }
}
