//! Tells who watches whether the job runs at all: that it began, and how it ended. As healthchecks.io has it.

use std::time::Duration;

use jiff::Timestamp;

use super::pack::{address, plain};
use crate::courier::{self, Limits};
use crate::error::ExitCode;
use crate::notify::{Message, Notify, run_id};

/// Nobody waits long for a sign of life.
const ALL: Duration = Duration::from_secs(10);

/// The run's number, which ties its end to its beginning.
pub(super) fn number(job: &str) -> String {
    run_id(&format!("{job} {} {}", Timestamp::now(), std::process::id()))
}

/// It began.
pub(super) fn begun(notify: &Notify, run: &str) {
    ping(notify, run, |_| "start".to_owned(), "secretrail began");
}

/// It ended so.
pub(super) fn ended(notify: &Notify, run: &str, code: ExitCode) {
    let told = match code {
        ExitCode::Clean => "audited, nothing makes it fail",
        ExitCode::Findings => "audited, with findings",
        ExitCode::Partial => "audited in part: a gap could hide a finding",
        _ => "nothing was audited",
    };
    let word = |findings_fail: bool| match code {
        ExitCode::Findings if !findings_fail => "0".to_owned(),
        code => (code as u8).to_string(),
    };
    ping(notify, run, word, &format!("secretrail ended with exit code {}: {told}", code as u8));
}

fn ping(notify: &Notify, run: &str, word: impl Fn(bool) -> String, text: &str) {
    let mut lists = Vec::new();
    for one in &notify.pings {
        let query = format!("rid={run}");
        let address = address(&one.url).and_then(|address| {
            let whole = address.below(&word(one.findings_fail), Some(&query));
            whole.ok_or_else(|| "the address cannot be used".to_owned())
        });
        match address {
            Ok(address) => {
                let body = text.as_bytes().to_vec();
                let content_type = "text/plain; charset=utf-8";
                lists.push(vec![plain(0, &address, Message { content_type, headers: Vec::new(), body })]);
            }
            Err(reason) => tracing::warn!("no sign of life was given: {reason}"),
        }
    }
    if lists.is_empty() {
        return;
    }
    let limits = Limits { attempt: notify.timeout.min(ALL), all: ALL };
    let told = courier::carry(lists, limits, &mut |_, result| {
        if let Err(reason) = result {
            tracing::warn!("no sign of life was given: {reason}");
        }
    });
    if let Err(error) = told {
        tracing::warn!("no sign of life was given: {error}");
    }
}
