//! Arguments of `run`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

pub(super) const RUN_EXAMPLES: &str = "\
Examples:
  secretrail run -- claude                             without ANTHROPIC_API_KEY and its kin
  secretrail run --remove STRIPE_KEY -- npm test       without one more
  secretrail run --keep OPENAI_API_KEY -- ./app        with one of them

Removed are, where they are set: the keys that take the place of a subscription (ANTHROPIC_API_KEY,
ANTHROPIC_AUTH_TOKEN, OPENAI_API_KEY, CODEX_API_KEY, GEMINI_API_KEY, GOOGLE_API_KEY), and what --remove and the settings
name. Masked in what the program prints are: values that were removed, values of variables whose names say secret or that
hold a token, and what --mask names; as they are, and in base64, hex, URLs, JSON and quoted. The mask is a net, no
wall: a program that wants to tell a value tells it in another form.

On a terminal the program gets a terminal of its own, so that colours and prompts stay; Ctrl-Z does not stop it there.
Elsewhere its standard output and standard error stay apart.

In secretrail.toml:
  [run]
  remove = [\"STRIPE_KEY\"]      mask = [\"INTERNAL_URL\"]

Exit codes: the program's own; 128 and the signal's number where a signal ended it; and
  2    these arguments can't be used           126  the program can't be executed
  125  it was not started: settings, AWS       127  there is no such program";

fn variable(text: &str) -> Result<String, &'static str> {
    let is_name = !text.is_empty() && !text.contains(['=', '\0']);
    if is_name { Ok(text.to_owned()) } else { Err("a variable's name is not empty and has no =") }
}

/// `secretrail run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// A variable that the program must not get; may stand several times.
    #[arg(long, value_name = "NAME", value_parser = variable)]
    pub remove: Vec<String>,

    /// A variable of the built-in list that the program needs; may stand several times.
    #[arg(long, value_name = "NAME", value_parser = variable)]
    pub keep: Vec<String>,

    /// A variable whose value is masked in what the program prints; may stand several times.
    #[arg(long, value_name = "NAME", value_parser = variable)]
    pub mask: Vec<String>,

    /// Mask nothing: the program takes the place of secretrail.
    #[arg(long, conflicts_with_all = ["mask", "no_terminal"])]
    pub no_mask: bool,

    /// No terminal of its own for the program, also where there is one.
    #[arg(long)]
    pub no_terminal: bool,

    /// The settings file [default: secretrail.toml in the current folder, or above it in its repository].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The program and its arguments, after `--`.
    #[arg(last = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}
