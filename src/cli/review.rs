//! Arguments of `secretrail review`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{ArgGroup, Args, ValueEnum};

use super::trail::moment;
use crate::report::review::Format;

pub(super) const REVIEW_EXAMPLES: &str = "\
Examples:
  secretrail review logs/ --key AKIAIOSFODNN7EXAMPLE
      what was done with a leaked key
  secretrail review logs/ --principal terraform-deployer
      a user, a role, a role session, an ARN, root
  secretrail review logs/ --event 63d86d13-4ce4-4fa7-aef9-00b64cd67d3f
  secretrail review logs/ --secret /paperclip-app/anthropic/api-key
      who read it, and what else they did
  secretrail review --evidence evidence.tar.zst --key AKIAIOSFODNN7EXAMPLE
  secretrail review logs/ --key AKIAIOSFODNN7EXAMPLE \\
      --inventory SECRETS.md --output review.md --also html=review.html \\
      --also json=review.json --also stix=indicators.json

It follows what was issued and created down the chain, and goes back to whoever
came before. Containment commands are printed, never run, and AWS is not
queried. The same logs and --now give the same bytes.

Exit codes:
  0  the review was written
  2  nothing to start from was found, usage or input error
  3  written, but some evidence could not be read";

/// `secretrail review`.
#[derive(Debug, Default, Args)]
#[command(group(ArgGroup::new("start").required(true).args(["key", "principal", "event", "secret"])))]
#[command(group(ArgGroup::new("logs").required(true).multiple(true).args(["paths", "evidence"])))]
pub struct ReviewArguments {
    /// Folders and files with CloudTrail logs; `-` is standard input.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// What `secretrail collect --surface trail` wrote; repeatable.
    #[arg(long, value_name = "PATH")]
    pub evidence: Vec<PathBuf>,

    /// Start from an access key, by its ID.
    #[arg(long, value_name = "ID")]
    pub key: Option<String>,

    /// Start from an ARN, or the name of a user, a role or a role session; `root` is root.
    #[arg(long, value_name = "NAME")]
    pub principal: Option<String>,

    /// Start from the session of an event.
    #[arg(long, value_name = "ID")]
    pub event: Option<String>,

    /// Start from everyone who read or changed a secret: the name of a parameter or of a secret in Secrets Manager.
    #[arg(long, value_name = "NAME")]
    pub secret: Option<String>,

    /// Only events from this time on: 2026-03-28, 2026-03-28T14:00:00Z. The chain is followed beyond that.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<i64>,

    /// Only events before this time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub until: Option<i64>,

    /// A list of keys, with the five answers for each; repeatable.
    #[arg(long, value_name = "FILE")]
    pub inventory: Vec<PathBuf>,

    /// A runbook with answers; repeatable.
    #[arg(long, value_name = "FILE", requires = "inventory")]
    pub runbook: Vec<PathBuf>,

    /// The format of the review.
    #[arg(short, long, value_enum, default_value_t = Format::Markdown)]
    pub format: Format,

    /// Write the review to a file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Also write the review in another format; repeatable.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = also)]
    pub also: Vec<AlsoReview>,

    /// Show only the last four characters of access key IDs. Commands then need the full ID filled in.
    #[arg(long)]
    pub hide_key_ids: bool,

    /// The settings file, for how to recognise agents [default: secretrail.toml in the current folder].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The time of the review, for the same bytes every time [default: now].
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub now: Option<i64>,
}

/// One more format of a review, and its file.
#[derive(Debug, Clone)]
pub struct AlsoReview {
    /// How it is written.
    pub format: Format,
    /// Where to.
    pub file: PathBuf,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.word()))
    }
}

fn also(text: &str) -> Result<AlsoReview, String> {
    let (word, file) =
        text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or("write it as html=review.html")?;
    let format = Format::ALL.iter().copied().find(|format| format.word() == word);
    let words = || Format::ALL.iter().map(|format| format.word()).collect::<Vec<_>>().join(", ");
    let format = format.ok_or_else(|| format!("the formats are {}", words()))?;
    Ok(AlsoReview { format, file: file.into() })
}
