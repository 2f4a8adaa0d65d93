//! PowerShell and batch: what runs on Windows machines.
//!
//! `form` finds the scripts in user data, `read` reads one to a tree, `run` carries it out without running it: one
//! pass forward, values with origins, branches both ways. `ledger` keeps where secrets landed.

mod assign;
mod batch;
mod cmdlets;
mod command;
mod cursor;
mod evaluate;
mod expression;
mod form;
mod ledger;
mod member;
mod pipeline;
mod program;
mod read;
mod run;
mod scope;
mod string;
mod tree;
mod value;

#[cfg(test)]
mod tests;

use super::Context;
use crate::reading::Reading;
use crate::value::{Flat, Landing, Text};

/// A script that was read.
pub struct Program {
    flat: Flat,
}

/// Whether a text is PowerShell or batch, as far as its beginning tells: tags or tasks of EC2Launch, or statements
/// that only PowerShell has.
pub fn is_powershell(text: &str) -> bool {
    form::is_task_list(text)
        || form::has_tags(text)
        || form::is_batch(text)
        || form::looks_like_powershell(text)
}

/// Whether a file of this name holds PowerShell, whatever its beginning says.
pub fn is_named_powershell(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let rendered = [".tpl", ".tftpl", ".tmpl", ".template"].iter().find_map(|end| lower.strip_suffix(end));
    let lower = rendered.unwrap_or(&lower);
    lower.ends_with(".ps1") || lower.ends_with(".psm1")
}

/// Follows secrets through a PowerShell script.
pub fn trace(script: &Flat, context: &Context<'_>) -> Reading<Vec<Landing>> {
    let mut machine = run::Machine::new(context, script.text().len(), 0);
    for section in form::sections(script) {
        machine.begin();
        machine.at_every_boot = section.at_every_boot;
        let flat = Flat::new(&section.text);
        if section.batch { machine.batch(flat) } else { machine.script(flat) }
    }
    machine.written_scripts();
    if machine.ledger.full {
        let reason = format!(
            "secrets land in more than {} places: the others are not reported",
            ledger::MOST_LANDINGS
        );
        machine.gap(context.fallback, &reason, true);
    }
    if machine.ledger.forgetful {
        machine.gap(context.fallback, "more is written to script files than is tracked", true);
    }
    let mut gaps = machine.gaps;
    gaps.sort();
    gaps.dedup();
    Reading { facts: machine.ledger.landings(), gaps }
}

/// The PowerShell that a shell's command line holds, to be followed there: `pwsh -Command '…'`.
pub fn inner_script(call: &super::run::call::Call<'_>) -> Option<Text> {
    matches!(call.name, "powershell" | "powershell.exe" | "pwsh" | "pwsh.exe")
        .then(|| program::inner_powershell(call))
        .flatten()
}
