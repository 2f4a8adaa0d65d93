//! Arguments of `run` and `credential-process`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

pub(super) const RUN_EXAMPLES: &str = "\
Examples:
  secretrail run -- claude
      without ANTHROPIC_API_KEY and its kin
  secretrail run --remove STRIPE_KEY -- npm test       without one more
  secretrail run --keep OPENAI_API_KEY -- ./app        with one of them
  secretrail run --inject GH_TOKEN=/paperclip-app/github/pat -- gh pr list
  secretrail run --role-arn arn:aws:iam::123456789012:role/agent -- claude
  secretrail run --role-arn arn:aws:iam::123456789012:role/agent --tag ticket=OPS-7 -- terraform plan

Removed are, where they are set: the keys that take the place of a subscription
(ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, OPENAI_API_KEY, CODEX_API_KEY,
GEMINI_API_KEY, GOOGLE_API_KEY), and what --remove and the settings name. Masked
in what the program prints are: values that were removed or injected, values of
variables whose names say secret, tokens and passwords in other variables, and
what --mask, --mask-parameter and --mask-inventory name; as they are, and in
base64, hex, URLs, JSON and quoted. The mask is a net, no wall: a program that
wants to tell a value tells it in another form. What is only masked is read with
your own credentials.

--inject reads a parameter of Parameter Store, decrypted, into the environment
of the program: it stands in no file and in no argument. If one can't be read,
nothing runs. With --role-arn the program gets a session of that role and loses
all other AWS credentials; the session reads the parameters, too. The session
says who stands behind it, for CloudTrail and `secretrail trail`: source
identity (who you are for git), tags human, agent, session and repo, and a name
such as claude-code-SESSION. AWS_SDK_UA_APP_ID is set to that name, where it is
not set. The role's trust policy must allow sts:TagSession and
sts:SetSourceIdentity.

On a terminal the program gets a terminal of its own, so that colours and
prompts stay; Ctrl-Z does not stop it there. Elsewhere its standard output and
standard error stay apart.

In secretrail.toml:
  [run]
  remove = [\"STRIPE_KEY\"]      mask = [\"INTERNAL_URL\"]

Exit codes: the program's own; 128 and the signal's number where a signal ended
it; and
  2    these arguments can't be used
  125  it was not started: settings, AWS
  126  the program can't be executed
  127  there is no such program";

#[cfg(feature = "aws")]
pub(super) const PROCESS_EXAMPLES: &str = "\
In ~/.aws/config, for the AWS CLI, Terraform and all SDKs; each process gets a
session of its own:
  [profile agent]
  credential_process = secretrail credential-process --profile base --role-arn arn:aws:iam::123456789012:role/agent

  [profile base]
  sso_session = ...

Credentials are what this command prints, as its users need them: it refuses to
print them to a terminal. Name with --profile where your own credentials are:
another profile than the one that runs this.

Exit codes:
  0  a session was made      2  none was; standard error says why";

fn variable(text: &str) -> Result<String, &'static str> {
    let is_name = !text.is_empty() && !text.contains(['=', '\0']);
    if is_name { Ok(text.to_owned()) } else { Err("a variable's name is not empty and has no =") }
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
    /// The role whose session it is.
    #[arg(long, value_name = "ARN")]
    pub role_arn: Option<String>,

    /// The external id that the role's trust policy asks for.
    #[arg(long, value_name = "ID", requires = "role_arn")]
    pub external_id: Option<String>,

    /// The session's name [default: the agent and its session, else who you are].
    #[arg(long, value_name = "NAME")]
    pub session_name: Option<String>,

    /// Who stands behind it [default: user.email of git, else the user of this machine].
    #[arg(long, value_name = "NAME", requires = "role_arn", conflicts_with = "no_source_identity")]
    pub source_identity: Option<String>,

    /// Say nothing of who stands behind it.
    #[arg(long, requires = "role_arn")]
    pub no_source_identity: bool,

    /// A tag of the session beside human, agent, session and repo, or instead of one; may stand several times.
    #[arg(long, value_name = "KEY=VALUE", value_parser = tag, requires = "role_arn", conflicts_with = "no_tags")]
    pub tag: Vec<(String, String)>,

    /// No tags.
    #[arg(long, requires = "role_arn")]
    pub no_tags: bool,

    /// How long the session holds.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, requires = "role_arn", value_parser = clap::value_parser!(i32).range(900..=43200))]
    pub duration: i32,

    /// A profile of ~/.aws/config with your own credentials; it wins over the environment.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// The Region to ask [default: that of the environment or the profile, else us-east-1].
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    /// How long one call to AWS may take, retries included.
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

    /// A variable that gets the value of a parameter; may stand several times.
    #[cfg(feature = "aws")]
    #[arg(long, value_name = "NAME=PARAMETER", value_parser = injection)]
    pub inject: Vec<(String, String)>,

    /// A parameter whose value is masked, though the program does not get it; may stand several times.
    #[cfg(feature = "aws")]
    #[arg(long, value_name = "PARAMETER", value_parser = parameter, conflicts_with = "no_mask")]
    pub mask_parameter: Vec<String>,

    /// Mask the values of all keys that the team's lists have in Parameter Store; see `secretrail inventory`.
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
