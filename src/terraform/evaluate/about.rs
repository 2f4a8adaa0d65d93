//! What a secret is called and where it is kept: names that are about a secret, and when they are not.

use super::judge::{goes_through_ids, label, last_name, sheds};
use crate::finding::Confidence;
use crate::secret::names::says_secret;
use crate::terraform::ast::{Expr, ExprKind, Step};
use crate::terraform::value::Value;
use crate::value::OriginKind;

/// `secretRef`, `existingSecret`, `db_secret_name`: what stands under it is what a secret is called.
pub(super) fn takes_a_name(name: &str) -> bool {
    const ENDS: [&str; 9] = [
        "secretref",
        "secretrefs",
        "secretkeyref",
        "secretname",
        "secretarn",
        "existingsecret",
        "existingsecretname",
        "imagepullsecret",
        "imagepullsecrets",
    ];
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
    let letters: Vec<u8> = letters.collect();
    ENDS.iter().any(|end| letters.ends_with(end.as_bytes()))
}

/// What only a weak name made a secret, under a key that takes the name of one: nothing in a document
/// (`existingSecret: app`), a guess in an environment or a template's variables, whose names nobody prescribes.
pub(super) fn named_only(value: Value, key: &str, is_document: bool) -> Value {
    let by_name = |trace: &crate::value::Trace| {
        trace.origin.kind != OriginKind::Literal
            && trace.origin.confidence < Confidence::High
            && may_name_a_secret(&trace.origin.name)
    };
    // `DB_SECRET_NAME`
    let is_environment = !key.bytes().any(|byte| byte.is_ascii_lowercase());
    match value {
        Value::Hole(hole) if hole.traces.iter().all(by_name) => {
            if is_document && !is_environment {
                Value::unknown(hole.label.to_string(), hole.at)
            } else {
                Value::Hole(hole).at_most(Confidence::Low)
            }
        }
        other => other,
    }
}

/// `var.app_secret` may well be what a secret is called; nobody calls that `var.db_password`.
fn may_name_a_secret(reference: &str) -> bool {
    let is_mark = |letter: char| !(letter.is_ascii_alphanumeric() || letter == '_' || letter == '-');
    let last = reference.rsplit(is_mark).find(|part| !part.is_empty()).unwrap_or_default();
    let lower = last.to_ascii_lowercase();
    says_secret(last).is_none() || lower.ends_with("secret") || lower.ends_with("secrets")
}

/// Whether a reference is to the name or the address of a secret: `module.x.secret_arn`.
pub(super) fn is_about(expr: &Expr) -> bool {
    let about = last_name(expr).is_some_and(sheds) || goes_through_ids(&label(expr));
    about && !is_value_itself(&names_of(expr))
}

/// The root and the attributes of a reference, without indices.
fn names_of(expr: &Expr) -> Vec<&str> {
    let ExprKind::Traversal(base, steps) = &expr.kind else { return Vec::new() };
    let attributes = steps.iter().filter_map(|step| match step {
        Step::Attribute(name) => Some(&**name),
        _ => None,
    });
    base.as_variable().into_iter().chain(attributes).collect()
}

/// `random_string.x.id`: the drawn text itself. `consul_acl_token_secret_id.x.secret_id`: the token.
fn is_value_itself(names: &[&str]) -> bool {
    const DRAWN: [&str; 5] = ["random_string", "random_id", "random_uuid", "random_uuid4", "random_uuid7"];
    let names = names.strip_prefix(&["data"]).unwrap_or(names);
    let [type_name, .., last] = names else { return false };
    let is_token = type_name.ends_with("_secret_id") || type_name.ends_with("_acl_token");
    DRAWN.contains(type_name) && *last == "id" || is_token && *last == "secret_id"
}

/// `var.secrets.name`, `data.external.x.result.id`: a key that somebody chose in a map of secrets can be
/// any word, so that its value may be one.
pub(super) fn may_be_in_a_map(expr: &Expr) -> bool {
    const MAPS: [&str; 8] =
        ["data", "data_map", "result", "outputs", "secrets", "credentials", "creds", "tokens"];
    const SURE: [&str; 6] = ["arn", "tags", "version", "length", "enabled", "metadata"];
    let names = names_of(expr);
    let skipped = match names.first() {
        Some(&("var" | "local" | "each" | "self")) => 1,
        Some(&("data" | "ephemeral")) => 3,
        _ => 2,
    };
    let Some([between @ .., last]) = names.get(skipped..) else { return false };
    !last.contains('_')
        && !SURE.contains(last)
        && !goes_through_ids(&label(expr))
        && between.iter().any(|part| MAPS.contains(part) || says_secret(part).is_some())
}
