//! A first, commented `secretrail.toml` from what is in a repository.

use std::fmt::Write;

/// What was found, as paths with `/` below the folder of the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Trees to scan.
    pub terraform: Vec<String>,
    /// Folders with CloudTrail's logs.
    pub trail: Vec<String>,
    /// What `secretrail collect` wrote.
    pub evidence: Vec<String>,
    /// Lists of keys.
    pub lists: Vec<String>,
    /// Runbooks.
    pub runbooks: Vec<String>,
    /// Prefixes of the parameters that the lists name.
    pub projects: Vec<String>,
    /// Prefixes of the parameters that code names.
    pub named: Vec<String>,
    /// How many keys code and workflows name.
    pub names: usize,
}

/// The text of the settings. Settings with a default are comments: they can be read, and change nothing.
pub fn draft(found: &Found) -> String {
    let mut text = String::from(HEAD);
    text.push_str("\n# What `secretrail audit` reads.\n[audit]\n");
    list(&mut text, "terraform", &found.terraform, "\"infra\"", "trees: Terraform, scripts, .env");
    list(
        &mut text,
        "trail",
        &found.trail,
        "\"s3://my-trail-bucket\"",
        "CloudTrail logs: folders, s3:// addresses",
    );
    list(&mut text, "evidence", &found.evidence, "\"evidence\"", "what `secretrail collect` wrote");
    text.push_str(AUDIT);
    text.push_str(LISTS);
    list(&mut text, "files", &found.lists, "\"SECRETS.md\"", "lists");
    list(
        &mut text,
        "runbooks",
        &found.runbooks,
        "\"SECRETS-RUNBOOK.md\"",
        "a heading per key, with the five answers",
    );
    let named: Vec<String> = found.named.iter().map(|name| quoted(name)).collect();
    let example = if named.is_empty() { "\"/my-app\"".to_owned() } else { named.join(", ") };
    list(&mut text, "projects", &found.projects, &example, "every parameter below these must be in a list");
    text.push_str(REST);
    text
}

/// A list; a comment where it is empty.
fn list(text: &mut String, name: &str, items: &[String], example: &str, what: &str) {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    let line = match items.is_empty() {
        true => format!("# {name} = [{example}]"),
        false => format!("{name} = [{}]", items.join(", ")),
    };
    if items.is_empty() || line.len() <= LONGEST {
        let _ = writeln!(text, "{line:<38} # {what}");
        return;
    }
    let _ = writeln!(text, "# {what}\n{name} = [");
    for item in items {
        let _ = writeln!(text, "  {item},");
    }
    text.push_str("]\n");
}

/// A TOML string: with escapes for all that could end it, or the line.
fn quoted(text: &str) -> String {
    let mut all = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => all.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _ = write!(all, "\\u{:04X}", u32::from(letter));
            }
            letter => all.push(letter),
        }
    }
    all.push('"');
    all
}

/// A longer list has a line for each item.
const LONGEST: usize = 100;

const HEAD: &str = "\
# Settings of secretrail. Paths are relative to this file; flags take precedence.
# A commented line shows the default, or an example.
# `secretrail settings check` checks this file and shows what an audit would do.
# `secretrail settings schema` prints a JSON schema, for completion in editors.

# fail-on = \"high\"                     # the lowest severity that makes a command exit with code 1
# min-confidence = \"low\"               # hide findings below this confidence
# exclude = [\"examples/**\"]            # not read on their own
# off = [\"secret-in-memory-file\"]      # rules to switch off: see `secretrail rules list`
";

const LISTS: &str = "
# Lists of keys: each key and its one home. `secretrail inventory init . -o SECRETS.md` drafts one.
[inventory]
";

const AUDIT: &str = "\
# aws = true                           # query AWS for the account and for the parameters
# live = true                          # query CloudTrail's event history if there are no logs
# overlap-hours = 13                   # with --history: what each run reads again, as logs come late
# first-days = 30                      # with --history: how far back the first run reads
";

const REST: &str = "\
# max-age-days = 90                    # an older key is stale
# require-customer-key = true          # do not accept the key that AWS manages for the account

# Thresholds for the account.
[account]
# key-rotation-days = 90
# unused-days = 45                     # keys and passwords
# root-used-days = 90
# agent-roles = [\"*agent*\"]            # roles that agents assume

# Many accounts in one audit, by assuming a role in each; examples/organization has it in Terraform.
# Ignored unless the settings are named (`audit --settings secretrail.toml`), except by `account --accounts`.
# [accounts]
# organization = true                  # all that AWS Organizations lists, or:
# list = [\"111122223333\", \"222233334444\"]
# role = \"secretrail-audit\"            # its name in each account
# exclude = [\"sandbox-*\"]              # by name or number

# Who is notified when a job with --history sees a change; put addresses in variables, never here.
# Ignored unless the settings are named with --settings. `secretrail notify --help` shows all targets.
# [notify]
# slack = { url-env = \"SLACK_WEBHOOK_URL\" }
# ping = { url-env = \"HEALTHCHECKS_URL\" }

# How to recognise your agents in CloudTrail, and what they may use.
[trail]
# agent-sessions = [\"*-claude-code-*\"] # role session names
# agent-tags = [\"secretrail:agent\"]    # session tags

# What `secretrail session` checks before you start work.
[session]
# root-is-fatal = true

# Findings to silence, with the reason.
# [[ignore]]
# rule = \"secret-in-user-data\"
# path = \"legacy/**\"
# reason = \"rebuilt in January\"
# until = 2027-01-31
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn found() -> Found {
        let one = |text: &str| vec![text.to_owned()];
        Found {
            terraform: vec!["infra".into(), "odd \"name\\".into()],
            trail: one("logs"),
            evidence: one("evidence"),
            lists: one("SECRETS.md"),
            runbooks: one("SECRETS-RUNBOOK.md"),
            projects: one("/paperclip-app"),
            named: one("/other"),
            names: 3,
        }
    }

    #[test]
    fn a_draft_says_what_was_found() {
        let settings = Settings::parse(&draft(&found()), "s").unwrap();
        let paths = |all: &[std::path::PathBuf]| -> Vec<String> {
            all.iter().map(|path| path.to_string_lossy().into_owned()).collect()
        };
        assert_eq!(paths(&settings.audit.terraform), ["infra", "odd \"name\\"]);
        assert_eq!(
            (paths(&settings.audit.trail), paths(&settings.audit.evidence)),
            (vec!["logs".into()], vec!["evidence".into()])
        );
        assert_eq!(paths(&settings.inventory.files), ["SECRETS.md"]);
        assert_eq!(settings.inventory.thresholds.projects, ["/paperclip-app"]);
    }

    #[test]
    fn nothing_found_changes_nothing() {
        let settings = Settings::parse(&draft(&Found::default()), "s").unwrap();
        assert!(settings.audit.is_empty() && settings.inventory.files.is_empty() && settings.off.is_empty());
    }

    /// A comment that shows a setting must not be wrong.
    #[test]
    fn every_comment_that_shows_a_setting_can_be_used() {
        let text = draft(&Found::default());
        let shown = |line: &str| line.contains(" = ") || line.starts_with("# [");
        let used: Vec<&str> =
            text.lines().map(|line| if shown(line) { line.trim_start_matches("# ") } else { line }).collect();
        let settings = Settings::parse(&used.join("\n"), "s").unwrap();
        assert!(settings.audit.aws && settings.audit.live && settings.session.root_is_fatal);
        assert_eq!((settings.ignores.len(), settings.notify.targets.len()), (1, 1));
        assert!(settings.accounts.is_some());
    }

    #[test]
    fn a_long_list_has_a_line_for_each_item() {
        let trees: Vec<String> =
            (0..6).map(|tree| format!("environments/production/region-{tree}")).collect();
        let text = draft(&Found { terraform: trees.clone(), ..Found::default() });
        assert!(text.lines().all(|line| line.len() <= 120), "{text}");
        assert_eq!(Settings::parse(&text, "s").unwrap().audit.terraform.len(), trees.len());
    }
}
