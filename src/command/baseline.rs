//! `secretrail baseline`.

use super::account;
use super::outcome::{nothing_to_audit, redactor, rule_helps};
use super::output::write;
use super::scan::Setup;
use super::silencing::Silencing;
use crate::cli::{BaselineArguments, Cli};
use crate::counted::counted;
use crate::error::{Error, ExitCode};
use crate::evidence;
use crate::report::{Gate, Report, TableStyle, write_baseline};
use crate::settle::Filters;

pub(super) fn run(cli: &Cli, arguments: &BaselineArguments) -> Result<ExitCode, Error> {
    let (setup, mut looked) = match &arguments.evidence {
        Some(path) => {
            let setup = Setup::of_account(&arguments.what)?;
            let looked = account::looked(&evidence::read(path, None)?, &setup);
            (setup, looked)
        }
        None => {
            let setup = Setup::new(&arguments.what)?;
            let looked = setup.look(cli, &arguments.what, None)?;
            (setup, looked)
        }
    };
    if looked.files == 0 {
        let is_account = arguments.evidence.is_some();
        return Err(if is_account { account::nothing_to_audit() } else { nothing_to_audit() });
    }
    let silencing = Silencing::without_baseline(arguments.what.now);
    let redactor = redactor(&setup, &mut looked);
    let heard = silencing.hear(&setup, &mut looked, &redactor)?;
    // How sure a gate must be may change later, so findings of any confidence are kept.
    let (findings, _) = Filters { off: &setup.settings.off, ..Filters::default() }.keep(heard.findings);
    let gaps = silencing.accept(&setup, &mut looked, &redactor)?.open;
    let hiding = gaps.iter().filter(|gap| gap.hides_findings).count();
    if hiding > 0 {
        tracing::warn!(
            "{} could hide findings that this baseline lacks; `secretrail scan` shows details",
            counted(hiding, "gap", "gaps")
        );
    }
    let report = Report {
        sources: &looked.sources,
        path_prefix: String::new(),
        redactor: &redactor,
        rules: rule_helps(&setup),
        findings,
        silenced: Vec::new(),
        gate: Gate::default(),
        gaps,
        files: looked.files,
        tool_version: env!("CARGO_PKG_VERSION").into(),
        account: None,
        trail: None,
        inventory: None,
        exit_code: ExitCode::Clean,
        elapsed: None,
        style: TableStyle::default(),
    };
    write(arguments.output.as_deref(), &|out| write_baseline(&report, out))?;
    Ok(ExitCode::Clean)
}
