//! Judges by name: which unknowns are secrets, and which parts of a secret are none.

use super::about::is_about;
use super::{Evaluator, Scope};
use crate::finding::Confidence;
use crate::secret::Secret;
use crate::secret::names::says_secret;
use crate::secret::placeholder::{is_placeholder, is_somebody_s};
use crate::source::Span;
use crate::terraform::ast::{Expr, ExprKind, Step};
use crate::terraform::value::Value;
use crate::value::{Origin, OriginKind, Traces};

/// Last parts of a reference that are *about* a secret and not the secret: its name, its place.
const ABOUT: &[&str] = &[
    "arn",
    "id",
    "name",
    "path",
    "url",
    "uri",
    "version",
    "version_id",
    "key_id",
    "region",
    "endpoint",
    "host",
    "hostname",
    "port",
    "username",
    "user",
    "user_name",
    "login",
    "engine",
    "dbname",
    "database",
    "db_name",
    "database_name",
    "address",
    "type",
    "created_at",
    "tags",
    "tags_all",
    "fingerprint",
    "thumbprint",
    "public_key",
    "public_key_pem",
    "public_key_openssh",
    "public_key_fingerprint_md5",
    "public_key_fingerprint_sha256",
    "unique_id",
    "email",
    "rotation_enabled",
    "kms_key_id",
    "secret_id",
    "secret_name",
    "secret_arn",
    "key_name",
    "key_pair_name",
    "description",
    "account_id",
    "bucket",
    "enabled",
    "length",
    "cluster_name",
    "namespace",
    "registry",
    "repository",
    "repo",
    "image",
    "image_tag",
    "account",
    "environment",
    "domain",
    "schema",
    "metadata",
    "ciphertext_blob",
    "keepers",
    "sha256",
    "certificate",
    "cert",
    "certificate_pem",
    "cert_pem",
    // What a domain's owner publishes in the DNS.
    "verification_token",
];

/// Whether a member of a secret document (`secret.username`) is no secret itself.
pub fn sheds(member: &str) -> bool {
    // `account_ids` as `account_id`.
    let one = member.strip_suffix('s').unwrap_or(member);
    let about = |name: &str| {
        ABOUT.contains(&name)
            || (says_secret(name).is_none() && ABOUT.iter().any(|about| ends_with_word(name, about)))
    };
    about(member) || (says_secret(member).is_none() && about(one))
}

/// `db_host` ends with the word `host`.
fn ends_with_word(name: &str, word: &str) -> bool {
    name.strip_suffix(word).is_some_and(|rest| rest.ends_with(['_', '-', '.']))
}

/// A reference as people write it: `var.config["db"].password`. Never holds text of a string
/// other than short plain keys.
pub fn label(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Variable(name) => name.to_string(),
        ExprKind::Traversal(base, steps) => {
            let mut all = label(base);
            for step in steps.iter() {
                match step {
                    Step::Attribute(name) => {
                        all.push('.');
                        all.push_str(name);
                    }
                    Step::Splat => all.push_str("[*]"),
                    Step::Index(index) => match index.as_literal().filter(|text| plain_key(text)) {
                        Some(key) if key.bytes().all(|byte| byte.is_ascii_digit()) => {
                            all.push_str(&format!("[{key}]"));
                        }
                        Some(key) => all.push_str(&format!("[\"{key}\"]")),
                        None => all.push_str("[…]"),
                    },
                }
            }
            all
        }
        ExprKind::Call(call) => format!("{}(…)", call.function),
        ExprKind::Template(_) => "\"…\"".into(),
        _ => "…".into(),
    }
}

fn plain_key(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
}

/// The last name of a reference, for judging what it is.
pub(super) fn last_name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Traversal(_, steps) => steps.iter().rev().find_map(|step| match step {
            Step::Attribute(name) => Some(&**name),
            _ => None,
        }),
        ExprKind::Variable(name) => Some(name),
        _ => None,
    }
}

/// The value's kind of origin, by the root of the reference.
fn root_kind(expr: &Expr) -> OriginKind {
    let root = match &expr.kind {
        ExprKind::Traversal(base, _) => base.as_variable(),
        _ => expr.as_variable(),
    };
    match root {
        Some("module") => OriginKind::Module,
        Some("data") => OriginKind::Data,
        Some("ephemeral") => OriginKind::Ephemeral,
        Some("var" | "local" | "each" | "path" | "terraform") => OriginKind::Variable,
        Some(_) => OriginKind::Resource,
        None => OriginKind::Variable,
    }
}

/// A literal as an origin; the text itself stays here.
pub fn literal_origin(key: &str, text: &str, at: Span, confidence: Confidence) -> Origin {
    let secret = Secret::new(text);
    Origin {
        kind: OriginKind::Literal,
        name: key.to_owned(),
        key: key.to_owned(),
        at,
        confidence,
        literal: Some((secret.length(), secret.last4())),
    }
}

/// Whether the text in a secret-named place is a secret. Flags, numbers and references are not.
pub fn is_literal_secret(text: &str) -> bool {
    literal_confidence(text, Confidence::High).is_some()
}

/// How sure it is that the text in a place whose name says "secret" with confidence `named` is a
/// secret: `None` for what is none, low for what reads like a name or a remark.
pub fn literal_confidence(text: &str, named: Confidence) -> Option<Confidence> {
    let text = text.trim();
    let plain_word = matches!(
        text,
        "true"
            | "false"
            | "null"
            | "none"
            | ""
            | "seconds"
            | "minutes"
            | "hours"
            | "days"
            | "weeks"
            | "months"
            // The passes of Windows Setup, in an argument that is called `pass`.
            | "oobeSystem"
            | "specialize"
            | "windowsPE"
            | "generalize"
            | "auditSystem"
            | "auditUser"
            | "offlineServicing"
    );
    // `$.a`, `$$.Task.Token`: a path into the input of a state machine.
    // `$kms_keys:main`: a name that a factory looks up.
    let reference = |letter: char| letter.is_ascii_lowercase() || "_:./-".contains(letter);
    let looked_up = text
        .strip_prefix('$')
        .is_some_and(|rest| rest.contains([':', '-', '_', '.']) && rest.chars().all(reference));
    let says_so = text.to_ascii_lowercase().contains("placeholder");
    let points_elsewhere = looked_up || text.starts_with("$.") || text.starts_with("$$.");
    if plain_word || says_so || points_elsewhere || text.parse::<f64>().is_ok() || is_placeholder(text) {
        return None;
    }
    if text.starts_with('{')
        && let Ok(json) = serde_json::from_str::<serde_json::Value>(text)
    {
        return json_holds_secret(&json, 0).then_some(named);
    }
    Some(if reads_like_a_name(text) || is_somebody_s(text) { Confidence::Low } else { named })
}

/// The same, where the name is known: a plain word under a name that ends in "secret", "token" or "key"
/// is mostly the *name* of one (`databaseSecret = "aurora"`); under "password" people write such words.
pub fn literal_confidence_under(name: &str, text: &str, named: Confidence) -> Option<Confidence> {
    let lower = name.to_ascii_lowercase();
    let people_choose_it = is_chosen_by_people(&lower);
    // `db_password = "48151623"`: the name is no number's.
    if people_choose_it
        && text.len() >= 6
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !is_placeholder(text)
    {
        return Some(named);
    }
    if is_weak_password(name, text) {
        return Some(Confidence::Low);
    }
    if is_bare_host(&lower, text) {
        return None;
    }
    let confidence = literal_confidence(text, named)?;
    if is_stand_in(text) || is_own_name(name, text) || is_no_private_key(&lower, text) {
        return Some(Confidence::Low);
    }
    let plain = text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_lowercase());
    // `secret_key = "REGION"`, `password_secret_key = "password"`: under which key of a secret it is found.
    let constant = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let key_of_secret = lower.ends_with("_key") && (plain || constant || is_counted_name(text));
    let by_name = (plain || constant) && !people_choose_it;
    Some(if by_name || key_of_secret { Confidence::Low } else { confidence })
}

/// `DummyPass123`, `test1`, `PASSWORD`, `vagrant`: what stands in examples, tests and throw-away machines.
fn is_stand_in(text: &str) -> bool {
    const SAYS: [&str; 7] =
        ["dummy", "changeme", "change_me", "change-me", "fakepass", "notasecret", "foobar"];
    let lower = text.to_ascii_lowercase();
    let stem = lower.trim_end_matches(|last: char| last.is_ascii_digit() || "!#$.".contains(last));
    // `test1` stands for something; `test1234` has the length that a server asks for, and is what people set.
    let chosen = lower.len() - stem.len() >= 4;
    text.len() <= 40
        && (SAYS.iter().any(|word| lower.contains(word))
            || matches!(stem, "vagrant" | "packer")
            || matches!(stem, "test" | "tests") && !chosen)
        || matches!(text, "PASSWORD" | "PASS" | "SECRET" | "TOKEN")
}

/// `mariadb_root_password = "MariaDB-Root-Password"`: the name under which it is kept elsewhere.
fn is_own_name(name: &str, text: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(['-', '_', '.', ' ']).filter(|word| !word.is_empty());
        words.map(str::to_ascii_lowercase).collect()
    };
    let own: Vec<String> =
        words(name).into_iter().filter(|word| word != "secret" && word != "name").collect();
    let said = words(text);
    let letters = said.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_alphabetic()));
    said.len() >= 2 && own.len() >= 2 && letters && own.iter().all(|word| said.contains(word))
}

/// `private_key = "ec2_key"`: the name of a key pair or file; a private key is longer.
fn is_no_private_key(lower: &str, text: &str) -> bool {
    let key = lower.ends_with("private_key") || lower.ends_with("private-key") || lower.ends_with("key_pem");
    key && text.len() < 32
}

fn is_chosen_by_people(lower: &str) -> bool {
    ["pass", "pwd", "pw", "pin"].iter().any(|word| lower.contains(word))
}

/// `admin_password = "123456789"`: a weak one is still the password that is set.
pub fn is_weak_password(name: &str, text: &str) -> bool {
    let digits = text.len() >= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let distinct = text.bytes().any(|byte| Some(&byte) != text.as_bytes().first());
    digits && distinct && says_secret(name).is_some() && is_chosen_by_people(&name.to_ascii_lowercase())
}

/// `db_url = "db.example.com:5432"`: where it is, and no way in.
fn is_bare_host(lower: &str, text: &str) -> bool {
    let host = text.split_once(':').map_or(text, |(host, _)| host);
    let port = text.get(host.len()..).unwrap_or_default().trim_start_matches(':');
    let letters = |part: &str| part.bytes().any(|byte| byte.is_ascii_lowercase());
    let label = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    (lower.ends_with("url") || lower.ends_with("uri") || lower.ends_with("dsn"))
        && host.contains('.')
        && host.split('.').all(label)
        && host.rsplit('.').next().is_some_and(letters)
        && port.len() <= 5
        && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// `scripts_region1`: the key of a map, as `storage_account_key` of a landing zone names it.
fn is_counted_name(text: &str) -> bool {
    let word = |word: &str| {
        let stem = word.trim_end_matches(|last: char| last.is_ascii_digit());
        stem.len() >= 3 && word.len() - stem.len() <= 2 && stem.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    text.len() <= 40 && text.contains('_') && text.split('_').all(word)
}

/// Of a secret document kept as JSON: whether any member is one.
fn json_holds_secret(json: &serde_json::Value, depth: usize) -> bool {
    match json {
        serde_json::Value::String(text) => {
            !text.is_empty() && is_literal_secret(text) && !reads_like_a_name(text)
        }
        serde_json::Value::Array(items) if depth < 8 => {
            items.iter().any(|item| json_holds_secret(item, depth + 1))
        }
        serde_json::Value::Object(members) if depth < 8 => {
            members.iter().any(|(name, value)| !sheds(name) && json_holds_secret(value, depth + 1))
        }
        _ => false,
    }
}

/// `primary_endpoint_address`, `replace in console`, `INITIAL_VALUE`, `days`: words, no digits, one
/// case. People do choose such passwords, but far more often it is the name of one.
fn reads_like_a_name(text: &str) -> bool {
    if !text.is_ascii() {
        return false;
    }
    let words: Vec<&str> =
        text.split(['-', '_', ' ', '.', '/', ':']).filter(|word| !word.is_empty()).collect();
    // `auth0`, `v2`: a digit at the end of one word of several is still a name.
    let letters = |word: &&str| {
        let stem = word.strip_suffix(|last: char| last.is_ascii_digit()).filter(|_| words.len() >= 3);
        let stem = stem.unwrap_or(word);
        !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let upper = !text.bytes().any(|byte| byte.is_ascii_lowercase());
    let prose = words.len() >= 3 && text.contains(' ');
    let short = words.len() == 1 && text.len() <= 5 && (lower || upper);
    words.iter().all(letters) && (prose || short || (words.len() >= 2 && (lower || upper)))
}

/// `ssh_key_public`, `sshPublicKeys`
pub(super) fn names_a_public_key(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("public") && lower.contains("key")
}

/// `admin_password_id`, `secret_arn`: under which a secret is kept. Vault's secret id is one itself.
pub(super) fn names_an_id(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ends = ["_id", "_ids", "_arn", "_arns", "-id", "-arn"].iter().any(|end| lower.ends_with(end));
    ends && !lower.ends_with("secret_id")
}

/// `db_username`, `vm_host`: who or where, declared sensitive as well. It opens nothing.
pub(super) fn names_a_user(name: &str) -> bool {
    let last = name.rsplit(['_', '-']).next().unwrap_or_default().to_ascii_lowercase();
    let plain = ["user", "username", "login", "email", "host", "hostname", "port", "region", "engine"];
    plain.contains(&last.as_str())
}

/// `module.secrets.secret_arns.api-key`: a member of what holds addresses only.
pub fn goes_through_ids(label: &str) -> bool {
    let parts = || label.split(['.', '[']).map(|part| part.trim_matches(['"', ']']));
    parts().any(|part| part.len() > 4 && ["_arns", "_ids", "_names"].iter().any(|end| part.ends_with(end)))
}

/// Whether a text is where a file lies.
pub(super) fn names_a_file(text: &str) -> bool {
    ["~/", "/", "./", "../", "$HOME/", "C:\\"].iter().any(|start| text.starts_with(start))
        && !text.contains(char::is_whitespace)
        && text.len() < 200
}

impl<'w> Evaluator<'w> {
    /// Judges the value that stands under `name`: an unknown becomes a secret if the name says so,
    /// a literal too.
    pub(super) fn judge_named(&self, name: &str, value: Value, scope: &Scope<'w>, expr: &Expr) -> Value {
        if !matches!(value, Value::Hole(_) | Value::Text(_)) || value.is_tainted() {
            return value;
        }
        let Some(verdict) = says_secret(name) else { return value };
        let at = scope.span(expr.range);
        if let Some(text) = value.known() {
            let Some(confidence) = literal_confidence_under(name, &text, verdict.confidence) else {
                return value;
            };
            if confidence < Confidence::Medium {
                return value;
            }
            let at = value.place().unwrap_or(at);
            let origin = literal_origin(name, &text, at, confidence);
            return Value::tainted(name, at, Traces::from_origin(origin));
        }
        // A mix of text and harmless holes, a call of an unknown function: not by name alone.
        let referred = matches!(expr.kind, ExprKind::Traversal(..) | ExprKind::Variable(_));
        // `module.secrets.secret_arns["api-key"]`
        if !referred || is_about(expr) || !value.is_unknown() {
            return value;
        }
        let origin = Origin {
            kind: root_kind(expr),
            name: label(expr),
            key: name.to_owned(),
            at,
            confidence: verdict.confidence.min(Confidence::Medium),
            literal: None,
        };
        Value::tainted(label(expr), at, Traces::from_origin(origin))
    }
}
