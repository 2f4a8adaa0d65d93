//! Arguments of `secretrail inventory where`.

use std::path::PathBuf;

use clap::Args;

use super::{AwsArguments, ReportArguments, SetupArguments};

pub(super) const WHERE_EXAMPLES: &str = "\
Examples:
  secretrail inventory where
      what names a listed key, below the current folder
  secretrail inventory where . --home
      also this user's shell, agent and AWS files
  secretrail inventory where --key GITHUB_PAT=/paperclip-app/github/pat .
  secretrail inventory where --read-level 2 .
      also search for the values, which are read from SSM
  secretrail inventory where --value-from-env ANTHROPIC_API_KEY=OLD_KEY .
      search for the value in the variable OLD_KEY
  pass show app | secretrail inventory where --values-stdin .
      lines of KEY=value

A copy (a value, or a name next to a value) is a finding. A place that only uses
a key by name shows what breaks when the key is rotated. Values are searched for
verbatim and in base64, URL, hexadecimal, JSON, HTML, shell and UTF-16 forms, in
files of any size, and are never shown. Not searched: compressed files and git
history.

Exit codes:
  0  searched, nothing at or above --fail-on
  1  findings
  2  not searched: usage, settings or input error
  3  searched in part: a file or a value could not be read";

/// A key that is named on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKey {
    /// `ANTHROPIC_API_KEY`.
    pub name: String,
    /// `/paperclip-app/anthropic/api-key`.
    pub path: Option<String>,
}

/// A key and the environment variable that holds its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromEnvironment {
    /// The key.
    pub key: String,
    /// The variable.
    pub variable: String,
}

/// `secretrail inventory where`.
#[derive(Debug, Args)]
#[command(mut_arg("settings", |arg| arg.help("The settings file [default: secretrail.toml in the folder, or above it in its repository]")))]
pub struct InventoryWhereArguments {
    /// Folders and files to search [default: the current folder].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// A list of keys; repeatable [default: from the settings, or SECRETS.md here].
    #[arg(long = "list", value_name = "FILE")]
    pub lists: Vec<PathBuf>,

    /// Also search well-known places in a home folder: shell, agents, AWS, package managers [default: yours].
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub home: Option<PathBuf>,

    /// A key to search for in addition to the list, and its parameter; repeatable.
    #[arg(long = "key", value_name = "NAME[=PATH]", value_parser = named_key)]
    pub keys: Vec<NamedKey>,

    /// How closely to look at values: 0 and 1 not at all, 2 read from Parameter Store, searched for and wiped.
    #[arg(long, value_name = "LEVEL", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub read_level: u8,

    /// Search for the value of an environment variable; repeatable.
    #[arg(long = "value-from-env", value_name = "KEY=VARIABLE", value_parser = from_environment)]
    pub from_environment: Vec<FromEnvironment>,

    /// Search for values given on standard input as lines of KEY=value.
    #[arg(long)]
    pub values_stdin: bool,

    /// How to query AWS for values.
    #[command(flatten)]
    pub aws: AwsArguments,

    /// How the report is written, and what makes the command fail.
    #[command(flatten)]
    pub report: ReportArguments,

    /// Skip files that git ignores. They can hold keys too, so they are read by default.
    #[arg(long)]
    pub respect_gitignore: bool,

    /// Skip files whose path matches a glob, in .gitignore syntax; repeatable.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Rules and settings.
    #[command(flatten)]
    pub setup: SetupArguments,
}

/// The error never quotes what was typed: it may be a value.
fn named_key(text: &str) -> Result<NamedKey, &'static str> {
    let (name, path) = text.split_once('=').map_or((text, None), |(name, path)| (name, Some(path)));
    if !is_name(name) {
        return Err("a key name has letters, digits, `_`, `-` and `.`");
    }
    let path = path.map(str::trim).filter(|path| !path.is_empty());
    if path.is_some_and(|path| !path.starts_with('/')) {
        return Err("after `=` goes the name of a parameter, which starts with `/`; never a value");
    }
    Ok(NamedKey { name: name.to_owned(), path: path.map(str::to_owned) })
}

fn from_environment(text: &str) -> Result<FromEnvironment, &'static str> {
    let (key, variable) = text.split_once('=').ok_or("write it as KEY=VARIABLE")?;
    if !is_name(key) || !is_name(variable) {
        return Err("write it as KEY=VARIABLE: the name of a variable, never a value");
    }
    Ok(FromEnvironment { key: key.to_owned(), variable: variable.to_owned() })
}

fn is_name(text: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=128).contains(&text.len()) && text.bytes().all(part)
}
