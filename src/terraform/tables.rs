//! Which provider attributes hold secrets and where values land: data, not code.
//!
//! `rules/origins.toml` and `rules/sinks.toml` are what a contributor extends.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde::Deserialize;

use crate::value::SinkKind;

const ORIGINS: &str = include_str!("../../rules/origins.toml");
const SINKS: &str = include_str!("../../rules/sinks.toml");

/// How a secret attribute is to be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judge {
    /// The provider's schema marks it as sensitive: always a secret.
    Always,
    /// It holds what the entry named by `name` holds: judged by that name.
    ByName,
    /// It is drawn by lot for any purpose: judged by the block's own name.
    ByLabel,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OriginTable {
    origin: Vec<OriginRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OriginRow {
    kind: String,
    r#type: String,
    attributes: Vec<String>,
    #[serde(default = "always")]
    judge: Judge,
}

fn always() -> Judge {
    Judge::Always
}

/// What a sink's text is, besides the sink itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// A script that runs at boot: read, and followed.
    Script,
    /// The content of a file.
    File,
    /// Names and values, in any shape: a map, pairs, the JSON of a container.
    Environment,
    /// A text that is kept as it is.
    Text,
    /// Commands that run on a machine: a list of them, or a document with them.
    Commands,
}

/// A resource argument that is a sink.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SinkRow {
    /// Resource (or data source) type.
    pub r#type: String,
    /// `resource` or `data`.
    #[serde(default = "resource")]
    pub block: String,
    /// Argument; nested ones with dots: `part.content`.
    pub argument: String,
    /// What it is.
    pub content: Content,
    /// The argument that holds the path of the file.
    #[serde(default)]
    pub path: Option<String>,
    /// The argument beside it that holds the value's name: `name` of `env { name, value }`.
    #[serde(default)]
    pub name: Option<String>,
    /// Arguments beside it and the values of which each must have one; `""` is an argument that is not set.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<String>>,
    /// Kinds of Kubernetes objects whose purpose it is to hold a secret.
    #[serde(default)]
    pub unless_kind: Vec<String>,
    /// Where it lands.
    #[serde(rename = "sink", default)]
    kind: Option<String>,
}

fn resource() -> String {
    "resource".into()
}

impl SinkRow {
    /// The kind of sink.
    pub fn sink(&self) -> SinkKind {
        match (self.kind.as_deref(), self.content) {
            (Some("object"), _) => SinkKind::Object,
            (Some("parameter"), _) => SinkKind::Parameter,
            (Some("definition"), _) | (None, Content::Text) => SinkKind::Definition,
            (Some("environment"), _) | (None, Content::Environment) => SinkKind::Environment,
            (Some("file"), _) | (None, Content::File) => SinkKind::File,
            _ => SinkKind::UserData,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SinkTable {
    sink: Vec<SinkRow>,
}

/// The tables, indexed.
#[derive(Debug, Default)]
pub struct Tables {
    origins: HashMap<(String, String, String), Judge>,
    /// Kind and type to the attributes that are secrets.
    attributes: HashMap<(String, String), Vec<String>>,
    sinks: HashMap<(String, String), Vec<SinkRow>>,
}

impl Tables {
    /// The tables of this build.
    pub fn embedded() -> &'static Self {
        static TABLES: OnceLock<Tables> = OnceLock::new();
        TABLES.get_or_init(|| Self::parse(ORIGINS, SINKS).unwrap_or_default())
    }

    /// Reads both tables.
    ///
    /// # Errors
    ///
    /// What `toml` says of the table.
    pub fn parse(origins: &str, sinks: &str) -> Result<Self, toml::de::Error> {
        let mut tables = Self::default();
        for row in toml::from_str::<OriginTable>(origins)?.origin {
            let attributes = tables.attributes.entry((row.kind.clone(), row.r#type.clone())).or_default();
            attributes.extend(row.attributes.iter().cloned());
            for attribute in row.attributes {
                tables.origins.insert((row.kind.clone(), row.r#type.clone(), attribute), row.judge);
            }
        }
        for row in toml::from_str::<SinkTable>(sinks)?.sink {
            tables.sinks.entry((row.block.clone(), row.r#type.clone())).or_default().push(row);
        }
        Ok(tables)
    }

    /// Whether an attribute of a block type holds a secret.
    pub fn origin(&self, kind: &str, type_name: &str, attribute: &str) -> Option<Judge> {
        self.origins.get(&(kind.into(), type_name.into(), attribute.into())).copied()
    }

    /// The attributes of a block type that hold secrets.
    pub fn secret_attributes(&self, kind: &str, type_name: &str) -> &[String] {
        self.attributes.get(&(kind.to_owned(), type_name.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// The sinks of a block type.
    pub fn sinks(&self, kind: &str, type_name: &str) -> &[SinkRow] {
        self.sinks.get(&(kind.to_owned(), type_name.to_owned())).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_tables_are_whole() {
        let tables = Tables::parse(ORIGINS, SINKS).unwrap();
        assert_eq!(tables.origin("resource", "random_password", "result"), Some(Judge::Always));
        assert_eq!(tables.sinks("resource", "aws_instance").len(), 2);
        assert_eq!(tables.sinks("resource", "aws_ssm_parameter")[0].sink(), SinkKind::Parameter);
        let words = ["object", "parameter", "definition", "environment", "file", "user-data"];
        for row in tables.sinks.values().flatten() {
            assert!(row.kind.as_deref().is_none_or(|kind| words.contains(&kind)), "{}", row.r#type);
        }
    }
}
