//! Where a plain word is a name, whatever its value elsewhere: somebody's password is `password`, and that word stands
//! in every second line as the name of an argument. There it is no secret.

use std::ops::Range;

/// Blocks of HCL whose labels are names.
const BLOCKS: &[&str] =
    &["resource", "data", "ephemeral", "variable", "output", "module", "provider", "provisioner", "dynamic"];

/// Programs that people call passwords after. Where one is run everybody sees which: stars there tell the value, as the
/// message beside names the program.
const COMMANDS: &[&str] = &[
    "ansible",
    "bash",
    "cassandra",
    "chpasswd",
    "consul",
    "curl",
    "docker",
    "echo",
    "exec",
    "export",
    "gcloud",
    "helm",
    "install",
    "java",
    "kubectl",
    "login",
    "mongo",
    "mongod",
    "mysql",
    "mysqld",
    "nginx",
    "node",
    "nomad",
    "openssl",
    "packer",
    "pass",
    "passwd",
    "postgres",
    "printf",
    "psql",
    "puppet",
    "python",
    "redis-cli",
    "redis-server",
    "service",
    "sops",
    "sudo",
    "systemctl",
    "terraform",
    "test",
    "vault",
    "wget",
];

/// Whether the word is a name there: of an argument, a key, a part of a reference, a label, a program or a file.
pub(super) fn is_a_name(text: &str, word: &Range<usize>) -> bool {
    let before = text.get(..word.start).unwrap_or_default();
    let after = text.get(word.end..).unwrap_or_default();
    let own = text.get(word.clone()).unwrap_or_default();
    is_set(before, after)
        || is_in_reference(before, after)
        || is_label(before, after)
        || (COMMANDS.contains(&own) && is_run(before, after))
        || is_in_path(before, after)
}

/// `vault kv get`, `$(vault read x)`, `sudo vault x`: where a command begins, with something for it to do.
fn is_run(before: &str, after: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let line = line.trim_end_matches([' ', '\t']);
    let line = line.strip_suffix("sudo").map_or(line, |line| line.trim_end_matches([' ', '\t']));
    let starts = line.is_empty() || line.ends_with(['|', ';', '&', '(', '`']);
    let does = after
        .strip_prefix(' ')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'));
    starts && does
}

/// `/etc/vault.keys`, `https://vault/v1`; not `s/PASSWORD/vault/`, and not `//vault@host`.
fn is_in_path(before: &str, after: &str) -> bool {
    let part = |letter: char| letter.is_ascii_alphanumeric() || "_./-".contains(letter);
    let start = before.rsplit(|letter| !part(letter)).next().unwrap_or_default();
    let end = after.find(|letter| !part(letter)).unwrap_or(after.len());
    let (end, next) = (after.get(..end).unwrap_or_default(), after.get(end..).unwrap_or_default());
    start.starts_with('/') && !end.ends_with('/') && !next.starts_with([':', '@'])
}

/// `password = ...`, `password: ...`, `"password": ...`, at the start of what is set.
fn is_set(before: &str, after: &str) -> bool {
    let (before, after) = match (before.strip_suffix('"'), after.strip_prefix('"')) {
        (Some(before), Some(after)) => (before, after),
        _ => (before, after),
    };
    let starts = before.trim_end_matches([' ', '\t']);
    let is_first = starts.is_empty() || starts.ends_with(['\n', '{', ',', '(', '-', '&', '?', ';']);
    let rest = after.trim_start_matches([' ', '\t']);
    let is_equals = rest.starts_with('=') && !rest.starts_with("==");
    let is_colon =
        rest.strip_prefix(':').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n', '\r']));
    // `ENV PASSWORD=...`, `export PASSWORD=...`
    let is_word = after.starts_with('=') && is_equals && before.ends_with([' ', '\t']);
    is_word || (is_first && (is_equals || is_colon))
}

/// `random_password.db.result`, `var.password`.
fn is_in_reference(before: &str, after: &str) -> bool {
    let part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '*';
    let next = || after.strip_prefix('.').and_then(|rest| rest.chars().next());
    let last = || before.strip_suffix(['.']).and_then(|rest| rest.chars().next_back());
    let path = before.rsplit(|letter: char| !(part(letter) || letter == '.')).next().unwrap_or_default();
    let is_rooted =
        ["var.", "local.", "data.", "module.", "each.", "self."].iter().any(|root| path.starts_with(root));
    let is_type = after.get(1..).is_some_and(|rest| rest.contains('.')) && path.is_empty();
    (next().is_some_and(part) && (is_rooted || (is_type && !in_quotes(before))))
        || (last().is_some_and(part) && is_rooted)
}

/// Whether an odd number of quotes stands before, and what is open is no `${`.
fn in_quotes(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.matches('"').count() % 2 == 1
        && line.rfind("${").is_none_or(|at| line.rfind('"').is_some_and(|quote| quote > at))
}

/// `resource "random_password" "db" {`.
fn is_label(before: &str, after: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    let kind = line.split([' ', '"']).next().unwrap_or_default();
    let rest = after.split('\n').next().unwrap_or_default();
    BLOCKS.contains(&kind) && line.ends_with('"') && rest.starts_with('"') && !line.contains(['{', '='])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_where_it_is_run() {
        let is = |text: &str| {
            let at = text.rfind("vault").unwrap();
            is_a_name(text, &(at..at + 5))
        };
        for text in ["vault operator init", "x=$(vault kv get y)", "a && sudo vault -v", "  vault kv get"] {
            assert!(is(text), "{text}");
        }
        for text in
            ["login vault now", "mysql -u root -pvault", "vault", "echo vault", "# vault is it", "a: vault x"]
        {
            assert!(!is(text), "{text}");
        }
    }

    #[test]
    fn a_name_is_known_by_what_stands_around_it() {
        let is = |text: &str| {
            let at = text.find("word").unwrap();
            is_a_name(text, &(at..at + 4))
        };
        for text in [
            "word = 1",
            "  word=1",
            "x { word = 1 }",
            "word: x",
            "- word: x",
            "ENV a=b word=c",
            "{\"word\": 1}",
            "a = word.db.result",
            "a = \"${word.db.result}\"",
            "a = var.word",
            "resource \"word\" \"db\" {",
            "variable \"word\" {}",
            "echo x > /etc/word.keys",
            "curl https://word/v1/x",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "x = \"word\"",
            "login word",
            "a: word",
            "root:word",
            "x == word",
            "'word'",
            "-p word",
            "echo word | passwd",
            "a=word",
            "\"host word.b.c\"",
            "sed s/PASSWORD/word/ x",
            "sed s/PASSWORD/word/g x",
            "psql //u:word@h",
            "psql //word:x@h",
            "word operator",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
