//! Progress on standard error: only for a person who looks at a terminal and did not ask for a log or for silence.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Cli;

/// A bar over so many of something; `counted` says of what: `{pos}/{len} logs`.
pub(super) fn bar(cli: &Cli, no_progress: bool, length: u64, counted: &str) -> ProgressBar {
    drawn(cli, no_progress, ProgressBar::new(length), &format!("{{bar:30}} {counted}  {{elapsed}}"))
}

/// What turns while nobody knows how much there is.
#[cfg(feature = "aws")]
pub(super) fn spinner(cli: &Cli, no_progress: bool, counted: &str) -> ProgressBar {
    let template = format!("{{spinner}} {counted}  {{elapsed}}");
    let bar = drawn(cli, no_progress, ProgressBar::new_spinner(), &template);
    if !bar.is_hidden() {
        bar.enable_steady_tick(std::time::Duration::from_millis(500));
    }
    bar
}

fn drawn(cli: &Cli, no_progress: bool, bar: ProgressBar, template: &str) -> ProgressBar {
    if no_progress || cli.quiet || cli.verbose > 0 || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
