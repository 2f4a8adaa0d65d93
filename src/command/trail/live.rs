//! CloudTrail's event history, asked now: its pages are held packed in memory, or kept in a folder.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use indicatif::ProgressBar;
use jiff::Timestamp;

use super::asked::Asked;
use super::evidence::told;
use super::input::{Input, missing};
use super::kept::Kept;
use super::read::Log;
use crate::aws::cloudtrail::{Page, Pages, Place, Question, Thread, look_up, reachable};
use crate::cli::{Cli, TrailArguments};
use crate::command::collect::options_of;
use crate::command::progress;
use crate::command::scan::Setup;
use crate::error::{Error, ErrorKind};
use crate::evidence::Refusal;
use crate::trail::time;

/// Pages held in memory, packed: two million events.
const MOST_HELD: usize = 512 * 1024 * 1024;

/// Asks, and gives the pages in their order.
pub(super) fn find(cli: &Cli, arguments: &TrailArguments, setup: &Setup) -> Result<Input, Error> {
    let bar = progress::spinner(cli, arguments.no_progress, "{pos} events  {msg}");
    let now = arguments.sign_in.clock.unwrap_or_else(Timestamp::now).as_second();
    let (since, cut) = reachable(arguments.since, now);
    let question = Question {
        since,
        until: arguments.until.unwrap_or(now).min(now),
        regions: arguments.region.clone(),
        lookups: arguments.live.lookup.clone(),
    };
    if question.since >= question.until {
        return Err(Error::new(ErrorKind::Usage, "--until is not after --since")
            .hint("CloudTrail's event history goes back 90 days; a trail's logs in S3 go back further"));
    }
    let mut input = match &arguments.live.keep {
        None => {
            let mut held = Held {
                bar: &bar,
                folder: String::new(),
                size: 0,
                full: false,
                asked: None,
                input: Input::default(),
            };
            ask(arguments, &question, &mut held, setup)
                .or_else(|error| if held.full { Ok(()) } else { Err(error) })?;
            let mut input = held.input;
            held.asked.iter().for_each(|asked| told(&mut input, asked));
            input.logs.sort_by(|a, b| name(a).cmp(name(b)));
            input
        }
        Some(folder) => {
            let mut kept = Kept::open(folder, &question, arguments, &bar)?;
            let question = kept.question(&question);
            if kept.is_done() {
                let until = time::written(question.until);
                tracing::warn!(
                    "{} has everything up to {until}: AWS was not queried again",
                    folder.display()
                );
            } else {
                ask(arguments, &question, &mut kept, setup).map_err(|error| match error.kind {
                    ErrorKind::Interrupted => error.hint("run the same command again to resume"),
                    _ => error,
                })?;
            }
            kept.input()?
        }
    };
    bar.finish_and_clear();
    if cut {
        let reason = "LookupEvents goes back 90 days: read older events from a trail's logs";
        input.missing.push(("--since".to_owned(), reason.to_owned()));
    }
    Ok(input)
}

fn ask(
    arguments: &TrailArguments,
    question: &Question,
    pages: &mut dyn Pages,
    setup: &Setup,
) -> Result<(), Error> {
    let mut options = options_of(&arguments.sign_in)?;
    options.region = arguments.region.first().cloned();
    look_up(&options, question, pages, setup.stop())
}

fn name(log: &Log) -> &str {
    if let Log::Held { name, .. } = log { name } else { "" }
}

/// Pages in memory.
struct Held<'h> {
    bar: &'h ProgressBar,
    folder: String,
    size: usize,
    full: bool,
    asked: Option<Asked>,
    input: Input,
}

/// The folder of an account in a bundle.
pub(in crate::command) fn folder(account: Option<&str>) -> String {
    format!("{}/cloudtrail", account.unwrap_or("unknown"))
}

/// What a page adds to what is told while asking.
pub(super) fn progress(bar: &ProgressBar, page: &Page<'_>) {
    bar.inc(page.events as u64);
    let back = page.next.oldest.and_then(|oldest| Timestamp::from_second(oldest).ok());
    bar.set_message(back.map_or(String::new(), |back| format!("{} back to {back}", page.thread.region)));
}

/// A question as it is kept.
pub(in crate::command) fn asked(question: &Question) -> Asked {
    let Question { since, until, regions, lookups } = question.clone();
    Asked { since, until, regions, lookups }
}

impl Pages for Held<'_> {
    fn begin(&mut self, account: Option<&str>, question: &Question) -> Result<(), Error> {
        self.folder = folder(account);
        self.input.account = account.map(str::to_owned);
        self.asked = Some(asked(question));
        Ok(())
    }

    fn place(&self, _: Thread<'_>) -> Place {
        Place::default()
    }

    fn take(&mut self, page: Page<'_>) -> Result<(), Error> {
        progress(self.bar, &page);
        let name = format!("{}/{}", self.folder, page.file());
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        let packed = packed.write_all(&page.bytes).and_then(|()| packed.finish());
        let bytes = packed.map_err(|error| Error::new(ErrorKind::Input, error.kind().to_string()))?;
        self.size += bytes.len();
        if self.size > MOST_HELD {
            self.full = true;
            let reason = "there are more events than fit in memory: store them in a folder with --keep";
            self.input.missing.push((page.thread.region.to_owned(), reason.to_owned()));
            return Err(Error::new(ErrorKind::Input, reason));
        }
        self.input.logs.push(Log::Held { name, bytes });
        Ok(())
    }

    fn refused(&mut self, _: Thread<'_>, refusal: Refusal) {
        self.input.missing.push(missing(&refusal));
    }
}
