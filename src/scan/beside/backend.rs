//! `.terraform/terraform.tfstate`: what `terraform init` was told of a backend, its credentials among it.

use std::borrow::Cow;

use super::{Pair, address};
use crate::terraform::plan::json::{each_element, each_member, member};

/// Whether a text is what `terraform init` keeps: a backend's settings, and no state as old Terraform kept it there.
pub(in crate::scan) fn is_backend(text: &str) -> bool {
    let resources = member(text, "modules").is_none_or(|modules| {
        let mut none = true;
        let read = each_element(modules, &mut |module| {
            none &= member(module, "resources").is_none_or(|all| all.trim() == "{}");
        });
        none && read.is_ok()
    });
    resources && (member(text, "backend").is_some() || text.trim().is_empty())
}

/// The settings of a backend.
pub(super) fn backend_pairs(text: &str) -> Vec<Pair<'_>> {
    let mut open: Vec<&str> =
        member(text, "backend").and_then(|backend| member(backend, "config")).into_iter().collect();
    let mut pairs = Vec::new();
    while let Some(settings) = open.pop() {
        // What is broken was told: it is no backend's file.
        let _ = each_member(settings, &mut |name, value| match (name, value.as_bytes().first()) {
            (_, Some(b'{')) => open.push(value),
            (Cow::Borrowed(name), Some(b'"')) => {
                let at = value.as_ptr() as usize - text.as_ptr() as usize;
                pairs.extend(address(at, value));
                pairs.push(Pair { name, value, at });
            }
            _ => {}
        });
    }
    pairs
}
