//! What a user agent says of who called: which tool, which agent, which credentials. All of it can be forged by who
//! controls the process: it is a claim, never a proof.

use std::collections::BTreeSet;

/// The feature codes that aws-cli 2.35.24 and later writes into `m/` when an agent runs it.
const CODES: &[(&str, &str)] = &[
    ("AN", "Claude Code"),
    ("AO", "Gemini CLI"),
    ("AP", "Codex"),
    ("AQ", "Kiro"),
    ("AR", "OpenCode"),
    ("AS", "Antigravity"),
    ("AT", "Amp"),
    ("AU", "Pi"),
    ("AV", "Copilot CLI"),
    ("AW", "Cursor"),
];

/// The codes of where credentials came from.
const SOURCES: &[(&str, &str)] = &[
    ("e", "code"),
    ("g", "environment"),
    ("n", "profile"),
    ("o", "profile"),
    ("p", "profile"),
    ("r", "sso"),
    ("s", "sso"),
    ("t", "sso"),
    ("u", "sso"),
    ("v", "process"),
    ("w", "process"),
    ("i", "assume-role"),
    ("k", "web-identity"),
    ("h", "web-identity"),
    ("q", "web-identity"),
    ("z", "container"),
    ("0", "instance"),
    ("AA", "login"),
    ("AB", "login"),
    ("AC", "login"),
    ("AD", "login"),
];

/// Tools that say their names first, or anywhere.
const TOOLS: &[(&str, &str)] = &[
    ("terraform-provider-aws/", "Terraform"),
    ("Terraform/", "Terraform"),
    ("OpenTofu/", "OpenTofu"),
    ("Pulumi/", "Pulumi"),
    ("aws-cdk/", "AWS CDK"),
    ("aws-cli/", "AWS CLI"),
    ("Boto3/", "boto3"),
    ("Botocore/", "botocore"),
    ("aws-sdk-", "AWS SDK"),
    ("aws-internal/", "AWS"),
];

/// What one user agent says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Agents by their codes in `m/`.
    pub codes: BTreeSet<&'static str>,
    /// MCP clients and servers, and Claude Code's own calls: agent, and the words that say so.
    pub clients: BTreeSet<(String, String)>,
    /// `app/`: what a program or a hook set for its calls.
    pub app: Option<String>,
    /// `exec-env/`.
    pub environment: Option<String>,
    /// `md/command#`: the command of the AWS CLI.
    pub command: Option<String>,
    /// `sid/`: host, terminal and time, hashed by the AWS CLI.
    pub sid: Option<String>,
    /// Where the credentials came from: `environment`, `profile`, `sso`, `login` ...
    pub sources: BTreeSet<&'static str>,
    /// The tool.
    pub tool: Option<&'static str>,
    /// Whether a browser is named.
    pub browser: bool,
    /// Whether it is the console: its own names, or a browser.
    pub console: bool,
}

/// Reads a user agent.
pub fn marks(text: &str) -> Marks {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let mut marks = Marks { browser: inner.starts_with("Mozilla/"), ..Marks::default() };
    marks.console = marks.browser || is_console(inner);
    marks.tool = TOOLS.iter().find(|(name, _)| inner.contains(name)).map(|(_, tool)| *tool);
    let knows_codes = inner.contains("ua/2.");
    for word in inner.split_ascii_whitespace() {
        let Some((kind, rest)) = word.split_once('/') else { continue };
        match kind {
            "m" if knows_codes => marks.codes(rest),
            "app" => marks.app = Some(rest.to_owned()),
            "exec-env" => marks.environment = Some(rest.to_owned()),
            "sid" => marks.sid = Some(rest.to_owned()),
            "md" => marks.metadata(rest),
            "mcp-proxy-for-aws" => marks.client(proxied(inner), word),
            "MCPClient" => marks.client(rest.split('#').next().unwrap_or(rest), word),
            "claude-code" => marks.client("Claude Code", word),
            _ => {}
        }
    }
    if let Some(environment) = marks.environment.clone().filter(|name| name.starts_with("AmazonQ-For-CLI")) {
        marks.client("Amazon Q", &format!("exec-env/{environment}"));
    }
    marks
}

/// Names of the console's own back ends.
fn is_console(text: &str) -> bool {
    let name = text.split([',', '/', ' ']).next().unwrap_or_default();
    (name.starts_with("console.") && text.ends_with("amazonaws.com"))
        || ["S3Console", "EC2ConsoleFrontend", "AWSConsole", "signin.amazonaws.com"].contains(&name)
        || text.contains("Console")
}

/// The client behind `mcp-proxy-for-aws`: the word after it.
fn proxied(text: &str) -> &str {
    let after = text.split_once("mcp-proxy-for-aws/").map_or("", |(_, after)| after);
    let client = after.split_ascii_whitespace().nth(1).unwrap_or_default();
    client.split('/').next().filter(|name| !name.is_empty()).unwrap_or("an MCP client")
}

impl Marks {
    fn codes(&mut self, list: &str) {
        for code in list.split(',') {
            let named = |table: &'static [(&'static str, &'static str)]| {
                table.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
            };
            self.codes.extend(named(CODES));
            self.sources.extend(named(SOURCES));
        }
    }

    fn metadata(&mut self, text: &str) {
        let mut parts = text.split('#');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("command"), Some(command), _) => self.command = Some(command.to_owned()),
            (Some("awslabs"), Some("mcp"), Some(server)) => self.client("an MCP client", server),
            _ => {}
        }
    }

    fn client(&mut self, name: &str, words: &str) {
        self.clients.insert((name.to_owned(), words.to_owned()));
    }

    /// Whether what made the call says that an agent did.
    pub fn are_agents(&self, is_app: impl Fn(&str) -> bool) -> bool {
        !self.codes.is_empty() || !self.clients.is_empty() || self.app.as_deref().is_some_and(is_app)
    }

    /// The code in `m/` of an agent.
    pub fn code_of(agent: &str) -> &'static str {
        CODES.iter().find(|(_, name)| *name == agent).map_or("", |(code, _)| *code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_tells_agent_call_and_credentials() {
        let marks = marks(
            "aws-cli/2.36.7 md/awscrt#0.36.0 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.11.7 md/pyimpl#CPython \
             m/Z,b,E,g,AN,N cfg/retry-mode#standard app/cc-0141fab3-toolu_01AjU2TvSydb1THCnRCcYCLQ md/installer#source \
             sid/5e234f3e8f74 md/distrib#debian.12 md/prompt#off md/command#ssm.get-parameter",
        );
        assert_eq!(marks.codes, BTreeSet::from(["Claude Code"]));
        assert_eq!(marks.sources, BTreeSet::from(["environment"]));
        assert_eq!(marks.app.as_deref(), Some("cc-0141fab3-toolu_01AjU2TvSydb1THCnRCcYCLQ"));
        assert_eq!(
            (marks.sid.as_deref(), marks.command.as_deref()),
            (Some("5e234f3e8f74"), Some("ssm.get-parameter"))
        );
        assert_eq!((marks.tool, marks.browser, marks.console), (Some("AWS CLI"), false, false));
    }

    #[test]
    fn old_and_foreign_agents_claim_nothing() {
        for text in [
            "aws-cli/2.15.0 Python/3.11.6 Darwin/23.0.0 source/arm64 prompt/off command/s3.cp",
            "APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) terraform-provider-aws/3.76.1",
            "Boto3/1.9 m/AN",
            "AWS Internal",
            "",
        ] {
            let marks = marks(text);
            assert!(marks.codes.is_empty() && marks.clients.is_empty() && !marks.console, "{text}");
        }
    }

    #[test]
    fn clients_of_mcp_name_themselves() {
        let client = |text: &str| marks(text).clients.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(
            client("python-httpx/0.28.1 mcp-proxy-for-aws/1.7.0 claude-code/2.1.202"),
            ["Claude Code", "claude-code"]
        );
        assert_eq!(client("claude-code/2.1.202 (cli)"), ["Claude Code"]);
        assert_eq!(
            client("Boto3/1.4 md/awslabs#mcp#iam-mcp-server#1.0 MCPClient/cursor#1.2"),
            ["an MCP client", "cursor"]
        );
        assert_eq!(client("aws-cli/2 exec-env/AmazonQ-For-CLI-Version-1.2"), ["Amazon Q"]);
        assert!(marks("[S3Console/0.4, aws-internal/3 aws-sdk-java/1.11]").console);
        assert!(marks("console.ec2.amazonaws.com").console && marks("Mozilla/5.0 (X11)").browser);
    }
}
