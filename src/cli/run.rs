//! Arguments of `run` and `credential-process`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

pub(super) const RUN_EXAMPLES: &str = "\
Examples:
  secretrail run -- claude
      without ANTHROPIC_API_KEY and similar keys
  secretrail run --remove STRIPE_KEY -- npm test       remove one more
  secretrail run --keep OPENAI_API_KEY -- ./app        keep one of them
  secretrail run --inject GH_TOKEN=/paperclip-app/github/pat -- gh pr list
  secretrail run --role-arn arn:aws:iam::123456789012:role/agent -- claude
  secretrail run --role-arn arn:aws:iam::123456789012:role/agent \\
      --tag ticket=OPS-7 -- terraform plan

Removed, where set: keys that replace a subscription (ANTHROPIC_API_KEY,
ANTHROPIC_AUTH_TOKEN, OPENAI_API_KEY, CODEX_API_KEY, GEMINI_API_KEY,
GOOGLE_API_KEY), and whatever --remove and the settings name.

Masked in the program's output: values that were removed or injected, values of
variables with secret-sounding names, tokens and passwords in other variables,
and whatever --mask, --mask-parameter and --mask-inventory name; verbatim and in
base64, hex, URLs, JSON and quoted. The mask is a safety net, not a barrier: a
program that wants to leak a value will encode it differently. Values that are
only masked are read with your own credentials.

--inject reads a parameter from Parameter Store, decrypted, into the program's
environment; it is in no file and in no argument. If one cannot be read, nothing
runs. With --role-arn the program gets a session of that role and loses all
other AWS credentials; the session reads the parameters too. The session records
who is behind it, for CloudTrail and `secretrail trail`: source identity (your
git identity), tags human, agent, session and repo, and a name such as
claude-code-SESSION. AWS_SDK_UA_APP_ID is set to that name unless already set.
The role's trust policy must allow sts:TagSession and sts:SetSourceIdentity.

On a terminal the program gets a terminal of its own, so that colours and
prompts work; Ctrl-Z does not stop it there. Elsewhere its standard output and
standard error stay separate.

In secretrail.toml:
  [run]
  remove = [\"STRIPE_KEY\"]
  mask = [\"INTERNAL_URL\"]

Exit codes: the program's own, or 128 plus the signal number if a signal ended
it; and
  2    invalid arguments
  125  not started: settings or AWS error
  126  the program cannot be executed
  127  no such program";

#[cfg(feature = "aws")]
pub(super) const PROCESS_EXAMPLES: &str = "\
In ~/.aws/config, for the AWS CLI, Terraform and all SDKs; each process gets its
own session:
  [profile agent]
  credential_process = secretrail credential-process --profile base --role-arn arn:aws:iam::123456789012:role/agent

  [profile base]
  sso_session = ...

This command prints credentials, in the format its callers expect, and refuses
to print them to a terminal. --profile names the profile with your own
credentials; it must differ from the profile that runs this command.

Exit codes:
  0  a session was issued
  2  none was; standard error says why";

fn variable(text: &str) -> Result<String, &'static str> {
    let is_name = !text.is_empty() && !text.contains(['=', '\0']);
    if is_name { Ok(text.to_owned()) } else { Err("a variable name cannot be empty or contain =") }
}

/// The name of a parameter.
#[cfg(feature = "aws")]
fn parameter(text: &str) -> Result<String, &'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_.-:".contains(&byte);
    let is_name = !text.is_empty() && text.len() <= 2048 && text.bytes().all(plain);
    if is_name { Ok(text.to_owned()) } else { Err("write /path/of/parameter") }
}

/// `NAME=/path/of/parameter`.
#[cfg(feature = "aws")]
fn injection(text: &str) -> Result<(String, String), &'static str> {
    const FORM: &str = "write NAME=/path/of/parameter";
    let (name, of) = text.split_once('=').ok_or(FORM)?;
    Ok((variable(name)?, parameter(of).map_err(|_| FORM)?))
}

/// `key=value`.
#[cfg(feature = "aws")]
fn tag(text: &str) -> Result<(String, String), &'static str> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// A session of a role, and what it says of who stands behind it.
#[cfg(feature = "aws")]
#[derive(Debug, Args)]
pub struct MintArguments {
    /// The role to issue a session of.
    #[arg(long, value_name = "ARN")]
    pub role_arn: Option<String>,

    /// The external ID that the role's trust policy requires.
    #[arg(long, value_name = "ID", requires = "role_arn")]
    pub external_id: Option<String>,

    /// The session name [default: the agent and its session, else who you are].
    #[arg(long, value_name = "NAME")]
    pub session_name: Option<String>,

    /// Who is behind the session [default: user.email from git, else the current user].
    #[arg(long, value_name = "NAME", requires = "role_arn", conflicts_with = "no_source_identity")]
    pub source_identity: Option<String>,

    /// Do not set a source identity.
    #[arg(long, requires = "role_arn")]
    pub no_source_identity: bool,

    /// A session tag in addition to human, agent, session and repo, or replacing one of them; repeatable.
    #[arg(long, value_name = "KEY=VALUE", value_parser = tag, requires = "role_arn", conflicts_with = "no_tags")]
    pub tag: Vec<(String, String)>,

    /// Do not set tags.
    #[arg(long, requires = "role_arn")]
    pub no_tags: bool,

    /// Lifetime of the session.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, requires = "role_arn", value_parser = clap::value_parser!(i32).range(900..=43200))]
    pub duration: i32,

    /// The profile in ~/.aws/config with your own credentials; takes precedence over the environment.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// The Region to query [default: from the environment or the profile, else us-east-1].
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    /// Time limit for one call to AWS, including retries.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub timeout: u16,
}

/// `secretrail credential-process`.
#[cfg(feature = "aws")]
#[derive(Debug, Args)]
pub struct ProcessArguments {
    /// The session.
    #[command(flatten)]
    pub session: MintArguments,
}

/// `secretrail run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// A variable to withhold from the program; repeatable.
    #[arg(long, value_name = "NAME", value_parser = variable)]
    pub remove: Vec<String>,

    /// A variable from the built-in list to keep after all; repeatable.
    #[arg(long, value_name = "NAME", value_parser = variable)]
    pub keep: Vec<String>,

    /// A variable whose value to mask in the program's output; repeatable.
    #[arg(long, value_name = "NAME", value_parser = variable)]
    pub mask: Vec<String>,

    /// Mask nothing; secretrail is replaced by the program (exec).
    #[arg(long, conflicts_with_all = ["mask", "no_terminal"])]
    pub no_mask: bool,

    /// Do not give the program a terminal of its own, even if there is one.
    #[arg(long)]
    pub no_terminal: bool,

    /// Set a variable to the value of a parameter; repeatable.
    #[cfg(feature = "aws")]
    #[arg(long, value_name = "NAME=PARAMETER", value_parser = injection)]
    pub inject: Vec<(String, String)>,

    /// A parameter whose value to mask without giving it to the program; repeatable.
    #[cfg(feature = "aws")]
    #[arg(long, value_name = "PARAMETER", value_parser = parameter, conflicts_with = "no_mask")]
    pub mask_parameter: Vec<String>,

    /// Mask the values of all listed keys in Parameter Store; see `secretrail inventory`.
    #[cfg(feature = "aws")]
    #[arg(long, conflicts_with = "no_mask")]
    pub mask_inventory: bool,

    /// The session that the program gets.
    #[cfg(feature = "aws")]
    #[command(flatten)]
    pub session: MintArguments,

    /// The settings file [default: secretrail.toml in the current folder, or above it in its repository].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The program and its arguments, after `--`.
    #[arg(last = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}
