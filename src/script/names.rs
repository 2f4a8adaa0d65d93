//! What a name says about its value.

use crate::secret::names::says_secret;

/// What a name says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Says {
    /// The value is a secret.
    Secret,
    /// The value is an address, a name, a number: no secret.
    Plain,
    /// Nothing.
    Nothing,
}

/// Last words that make a name harmless, whatever stands before: `secret_arn`, `token_url`.
const PLAIN: &[&str] = &[
    "url",
    "uri",
    "endpoint",
    "host",
    "hostname",
    "port",
    "region",
    "id",
    "ids",
    "name",
    "names",
    "arn",
    "ami",
    "version",
    "uid",
    "user",
    "username",
    "bucket",
    "cidr",
    "domain",
    "email",
    "path",
    "file",
    "filename",
    "dir",
    "directory",
    "dbname",
    "database",
    "engine",
    "address",
    "ip",
    "account",
    "role",
    "cluster",
    "env",
    "environment",
    "type",
    "ttl",
    "policy",
    "length",
    "enabled",
    "expiry",
    "expiration",
    "size",
    "count",
    "zone",
    "vpc",
    "subnet",
    "prefix",
    "suffix",
    "public",
    "pub",
    "fqdn",
    "alias",
    "arns",
    "date",
    "image",
    "tag",
    "lastmodifieddate",
    "datatype",
    "versionid",
    "createddate",
    "accesskeyid",
    "secretname",
    "identifier",
    "log",
    "mode",
    "algorithm",
    "rotation",
    "timeout",
    "hash",
    "server",
    "servers",
    "context",
    "namespace",
    "certificate",
    "certificates",
    "cert",
    "certs",
    "issuer",
    "org",
    "organization",
    "status",
    "state",
];
/// Ends of words written without a seam: `dbuser`, `fromaddress`.
const GLUED: &[&str] = &["user", "username", "address", "hostname", "email"];

/// Reads a name in any spelling: `DB_PASSWORD`, `dbPassword`, `/app/db-password`.
pub fn says(name: &str) -> Says {
    if says_secret(name).is_some() {
        return Says::Secret;
    }
    if is_plain(name) { Says::Plain } else { Says::Nothing }
}

/// Whether a name ends in a word that makes it harmless.
pub fn is_plain(name: &str) -> bool {
    let words = words(name);
    let plain = |last: &String| PLAIN.contains(&last.as_str()) || GLUED.iter().any(|end| last.ends_with(end));
    words.last().is_some_and(plain)
        || words.iter().any(|word| matches!(word.as_str(), "public" | "pub" | "enode"))
        // `certificate_auth`: of a certificate only its key is a secret.
        || (words.iter().any(|word| word == "certificate") && !words.iter().any(|word| word.contains("key")))
}

/// The last segment of a path or field expression: `api-key` of `/app/api-key`, `password` of
/// `.data.password`.
pub fn last_segment(name: &str) -> &str {
    let trimmed = name.trim_matches(|c: char| matches!(c, '/' | '.' | '"' | '\'' | '[' | ']' | ' ' | '}'));
    trimmed.rsplit(['/', '.', ':', '[', '"', '\'', '|', ' ']).next().unwrap_or(trimmed)
}

fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_lower = false;
    for character in name.chars().take(256) {
        if !character.is_alphanumeric() {
            words.push(String::new());
            before_lower = false;
            continue;
        }
        if character.is_uppercase() && before_lower {
            words.push(String::new());
        }
        before_lower = character.is_lowercase() || character.is_ascii_digit();
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_spelling() {
        for name in ["DB_PASSWORD", "dbPassword", "/app/x/api-key", "TOKEN", "GITHUB_PAT", "rootpassword"] {
            assert_eq!(says(name), Says::Secret, "{name}");
        }
        for name in ["SECRET_ARN", "token_url", "/app/endpoint-url", "ami-id", "DB_HOST", "PUBLIC_KEY"] {
            assert_eq!(says(name), Says::Plain, "{name}");
        }
        assert_eq!(says("VALUE"), Says::Nothing);
        assert_eq!(last_segment(".data.password"), "password");
    }
}
