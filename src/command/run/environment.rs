//! What of the environment a program gets, and what of it must not be seen in its output.

mod parts;

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};

use zeroize::Zeroizing;

use crate::counted::counted;
use crate::secret::Secret;
use crate::secret::mask::{Hidden, SHORTEST};
use crate::secret::names::says_secret;
use crate::secret::placeholder::{Placeholder, judge};

/// Keys that a program takes where its user has a subscription, and that bill somebody else.
const OVERRIDING: &[&str] = &[
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "CODEX_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "OPENAI_API_KEY",
];

/// Where programs find AWS credentials. Who gets a session must not find others: some take these first.
const OF_AWS: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
];

/// What the user wants.
#[derive(Default)]
pub(super) struct Wanted<'w> {
    pub remove: &'w [String],
    pub keep: &'w [String],
    pub mask: &'w [String],
    /// Whether the program gets a session of its own.
    pub has_session: bool,
}

/// What comes of it.
#[derive(Default)]
pub(super) struct Environment {
    /// Variables that the program does not get.
    pub removed: Vec<OsString>,
    /// Variables that the program gets, with their values.
    pub given: Vec<(String, Secret)>,
    /// Values that must not be seen.
    pub hidden: Vec<Hidden>,
    /// Variables whose values are too short to be masked.
    short: Vec<String>,
}

impl Environment {
    pub(super) fn of(variables: impl Iterator<Item = (OsString, OsString)>, wanted: &Wanted<'_>) -> Self {
        let mut variables: Vec<_> =
            variables.map(|(name, value)| (name, Zeroizing::new(value.into_encoded_bytes()))).collect();
        variables.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        let mut all = Self::default();
        for (name, value) in variables {
            all.take(name, &value, wanted);
        }
        all
    }

    fn take(&mut self, name: OsString, value: &[u8], wanted: &Wanted<'_>) {
        let told = name.to_string_lossy().into_owned();
        let named = |list: &[String]| list.iter().any(|one| is_same(one, &name));
        let is_listed = OVERRIDING.iter().any(|one| is_same(one, &name));
        let by_list = is_listed && !named(wanted.keep);
        let of_aws = wanted.has_session && OF_AWS.iter().any(|one| is_same(one, &name));
        let is_removed = named(wanted.remove) || by_list || of_aws;
        if named(wanted.remove) || is_listed || named(wanted.mask) || is_secret(&told, value) {
            self.hide(&told, value);
        } else {
            self.hide_parts(&told, value);
        }
        if is_removed {
            self.removed.push(name);
        }
    }

    /// A value must not be seen.
    pub(super) fn hide(&mut self, name: &str, value: &[u8]) {
        if value.trim_ascii().len() < SHORTEST {
            if !value.is_empty() {
                self.short.push(name.to_owned());
            }
            return;
        }
        self.hidden.push(Hidden { name: name.to_owned(), value: Zeroizing::new(value.to_vec()) });
        self.hide_parts(name, value);
    }

    /// Programs print a part alone: the password of an address, the private key of a document.
    fn hide_parts(&mut self, name: &str, value: &[u8]) {
        for part in parts::of(name, value).into_iter().filter(|part| part.len() >= SHORTEST) {
            if !self.hidden.iter().any(|one| one.value == part) {
                self.hidden.push(Hidden { name: name.to_owned(), value: part });
            }
        }
    }

    /// Gives the program a value that must not be seen.
    pub(super) fn lend(&mut self, name: &str, value: Secret) {
        self.hide(name, value.expose().as_bytes());
        self.set(name, value);
    }

    /// Gives the program a value that may be seen.
    pub(super) fn set(&mut self, name: &str, value: Secret) {
        self.removed.retain(|removed| !is_same(name, removed));
        self.given.push((name.to_owned(), value));
    }

    /// What is done, in one line, by names only.
    pub(super) fn told(&self, more: &[String], masks: bool) -> String {
        let mut parts = Vec::new();
        let removed: Vec<_> = self.removed.iter().map(|name| name.to_string_lossy()).collect();
        parts.push(match removed.as_slice() {
            [] => "nothing to remove".to_owned(),
            names => format!("removed {}", names.join(", ")),
        });
        parts.extend_from_slice(more);
        let names: BTreeSet<&str> = self.hidden.iter().map(|one| one.name.as_str()).collect();
        match names.len() {
            _ if !masks => parts.push("its output is not masked".to_owned()),
            0 => parts.push("no value to mask".to_owned()),
            count => parts.push(format!("masks {}", counted(count, "value", "values"))),
        }
        if masks && !self.short.is_empty() {
            parts.push(format!("too short to be masked: {}", self.short.join(", ")));
        }
        parts.join("; ")
    }
}

/// Windows does not tell upper from lower case in names.
fn is_same(listed: &str, name: &OsStr) -> bool {
    if cfg!(windows) { name.eq_ignore_ascii_case(listed) } else { name == listed }
}

/// Whether the name says that the value is a secret, and the value does not say that it is none.
fn is_secret(name: &str, value: &[u8]) -> bool {
    says_secret(name).is_some() && judge(&String::from_utf8_lossy(value)) != Placeholder::Yes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)], remove: &[&str], keep: &[&str], mask: &[&str]) -> Environment {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (remove, keep, mask) = (own(remove), own(keep), own(mask));
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Environment::of(variables, &Wanted { remove: &remove, keep: &keep, mask: &mask, has_session: false })
    }

    fn hidden(all: &Environment) -> Vec<&str> {
        all.hidden.iter().map(|one| one.name.as_str()).collect()
    }

    #[test]
    fn keys_that_override_are_removed_unless_they_are_kept() {
        let variables =
            [("PATH", "/bin"), ("OPENAI_API_KEY", "sk-fake-openai"), ("ANTHROPIC_API_KEY", "sk-fake-key")];
        let all = of(&variables, &[], &[], &[]);
        assert_eq!(all.removed, ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"]);
        assert_eq!(hidden(&all), ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"]);
        assert_eq!(all.told(&[], true), "removed ANTHROPIC_API_KEY, OPENAI_API_KEY; masks 2 values");
        let all = of(&variables, &["PATH"], &["OPENAI_API_KEY"], &[]);
        assert_eq!(all.removed, ["ANTHROPIC_API_KEY", "PATH"]);
        // Kept, and masked all the same; a path that was removed is too short.
        assert_eq!(hidden(&all), ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"]);
        assert!(all.told(&[], true).ends_with("too short to be masked: PATH"));
    }

    #[test]
    fn parts_of_values_are_masked_too() {
        let document =
            r#"{"type": "service_account", "inner": [{"private_key": "FIXTURE\nKEY"}], "api_key": "short"}"#;
        let all = of(
            &[
                ("DATABASE_URL", "postgres://app:hunter2hunter2@db.example.com/app"),
                ("GOOGLE_JSON", document),
            ],
            &[],
            &[],
            &["GOOGLE_JSON"],
        );
        let values: Vec<&[u8]> = all.hidden.iter().map(|one| one.value.as_slice()).collect();
        assert!(values.contains(&b"hunter2hunter2".as_slice()), "{:?}", hidden(&all));
        assert!(values.contains(&b"FIXTURE\nKEY".as_slice()), "{:?}", hidden(&all));
        assert!(all.told(&[], true).ends_with("masks 2 values"));
    }

    #[test]
    fn who_gets_a_session_finds_no_other_credentials() {
        let variables = [
            ("AWS_PROFILE", "production"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_SECRET_ACCESS_KEY", "FIXTURE-SECRET"),
        ];
        let variables = variables.map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let wanted = Wanted { has_session: true, ..Wanted::default() };
        let mut all = Environment::of(variables.into_iter(), &wanted);
        assert_eq!(all.removed, ["AWS_PROFILE", "AWS_SECRET_ACCESS_KEY"]);
        // The name of a profile is no secret.
        assert_eq!(hidden(&all), ["AWS_SECRET_ACCESS_KEY"]);
        all.lend("AWS_SECRET_ACCESS_KEY", Secret::new("FIXTURE-OTHER"));
        assert_eq!(all.removed, ["AWS_PROFILE"]);
        assert_eq!(hidden(&all), ["AWS_SECRET_ACCESS_KEY"; 2]);
    }

    #[test]
    fn what_says_secret_or_is_a_token_is_masked() {
        let token = format!("ghp_{}", "x7Kq2mZp9RtW4vBn8YcLd3HfJs6GaQ0hnfGC");
        let remark = format!("use {token} for now");
        let all = of(
            &[
                ("DB_PASSWORD", "hunter2hunter2"),
                ("DB_PASSWORD_FILE", "/run/secrets/db"),
                ("EDITOR", "/usr/bin/vim"),
                ("HARMLESS", "nothing at all"),
                ("REMARK", &remark),
                ("STAGE", "production"),
                ("API_TOKEN", "${API_TOKEN}"),
            ],
            &[],
            &[],
            &["STAGE"],
        );
        let of_remark = all.hidden.iter().find(|one| one.name == "REMARK").map(|one| one.value.to_vec());
        assert_eq!(of_remark, Some(token.into_bytes()));
        assert_eq!(hidden(&all), ["DB_PASSWORD", "REMARK", "STAGE"]);
        assert_eq!(all.told(&[], true), "nothing to remove; masks 3 values");
    }
}
