//! CloudTrail's event history, page by page: the events of 90 days of one Region, the newest first.
//!
//! AWS allows two calls a second in each Region, so Regions are asked side by side, and one Region's questions one
//! after the other. Pages are handed on as they came. Who keeps them and notes where the next one starts can go on
//! there later.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::config::{Builder, Region};
use aws_sdk_cloudtrail::operation::lookup_events::LookupEventsOutput;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use jiff::Timestamp;

use super::ask::{Answer, Asker, now};
use super::error::Failure;
use super::pace::Beat;
use super::session::{Session, is_region};
use super::{Options, Step, identity, run_until};
use crate::error::{Error, ErrorKind};
use crate::evidence::{Call, Refusal, code};
use crate::policy::LOOKUP;
use crate::shown::shown_name;

/// Events on one page: as many as AWS gives.
const PAGE: i32 = 50;
/// How far back AWS tells.
pub const MOST_DAYS: i64 = 90;
/// Pages of one question; an endpoint that never ends them is not AWS. It takes a week to ask for as many.
const MOST_PAGES: u32 = 1_200_000;
/// Regions that are asked; there are fewer.
const MOST_REGIONS: usize = 64;
/// How often a page is asked for that AWS was too busy for, the SDK's own tries not counted.
const PATIENCE: u32 = 5;
/// A token that is not known any more: it was kept for too long.
const OLD_TOKEN: &str = "InvalidNextTokenException";

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// From when on, in seconds.
    pub since: i64,
    /// Until when.
    pub until: i64,
    /// The Regions. None: that of the environment, and the one in which IAM and sign-ins are recorded.
    pub regions: Vec<String>,
    /// One attribute and its value each: AWS takes one at a time. None: all events.
    pub lookups: Vec<(String, String)>,
}

/// One question to one Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thread<'q> {
    /// The Region.
    pub region: &'q str,
    /// Which of the attributes; 0 without any.
    pub lookup: usize,
}

/// Where a question goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Pages that are there already.
    pub pages: u32,
    /// AWS's mark of the next one.
    pub token: Option<String>,
    /// The time of the last event so far: where to go on when AWS does not know the mark any more.
    pub oldest: Option<i64>,
    /// Nothing is to be asked any more.
    pub done: bool,
}

/// One page.
#[derive(Debug)]
pub struct Page<'q> {
    /// What it answers.
    pub thread: Thread<'q>,
    /// What AWS sent.
    pub bytes: Vec<u8>,
    /// The call.
    pub call: Call,
    /// Events on it.
    pub events: usize,
    /// Where to go on.
    pub next: Place,
}

impl Page<'_> {
    /// The page's name in a bundle, below the account's folder.
    pub fn file(&self) -> String {
        file_of(self.thread, self.next.pages)
    }
}

/// The name of a page, below the account's folder.
pub fn file_of(thread: Thread<'_>, number: u32) -> String {
    let Thread { region, lookup } = thread;
    let of = if lookup == 0 { String::new() } else { format!("{lookup}-") };
    format!("{region}/lookup-events.{of}{number:05}.json")
}

/// Takes pages.
pub trait Pages {
    /// Who asks, and what, with all Regions named. Called once, before all else.
    ///
    /// # Errors
    ///
    /// Ends the collection.
    fn begin(&mut self, account: Option<&str>, question: &Question) -> Result<(), Error>;

    /// Where a question goes on.
    fn place(&self, thread: Thread<'_>) -> Place;

    /// Takes the next page.
    ///
    /// # Errors
    ///
    /// Ends the collection.
    fn take(&mut self, page: Page<'_>) -> Result<(), Error>;

    /// A question that AWS refused.
    fn refused(&mut self, thread: Thread<'_>, refusal: Refusal);
}

/// Asks all Regions, and hands on what they tell.
///
/// # Errors
///
/// [`ErrorKind::Input`] where there are no credentials, AWS takes none of them, or nobody answers;
/// [`ErrorKind::Interrupted`] where `stop` said so; what [`Pages`] gives.
pub fn look_up(
    options: &Options,
    question: &Question,
    pages: &mut dyn Pages,
    stop: &AtomicBool,
) -> Result<(), Error> {
    run_until(stop, async {
        let silent = |_: Step| {};
        let session = Session::open(options).await?;
        let asker = Asker::new(session.region.clone(), options.now, &silent);
        let caller = identity::ask(&session, &asker).await?;
        ask(&session, caller.account.as_deref(), question, options.now, pages).await
    })
}

/// The same with a session that is open.
pub(super) async fn ask(
    session: &Session,
    account: Option<&str>,
    question: &Question,
    fixed: Option<Timestamp>,
    pages: &mut dyn Pages,
) -> Result<(), Error> {
    let question = &Question { regions: regions(session, question)?, ..question.clone() };
    pages.begin(account, question)?;
    let silent = |_: Step| {};
    let pages = RefCell::new(pages);
    let all: Vec<Asking<'_>> = question
        .regions
        .iter()
        .map(|region| {
            let config = Builder::from(&session.config).region(Region::new(region.clone())).build();
            let asker = Asker::new(region.clone(), fixed, &silent);
            let client = Client::from_conf(config);
            let one = Regional { client, asker, region, question, beat: Beat::default(), pages: &pages };
            Box::pin(one.ask()) as Asking<'_>
        })
        .collect();
    side_by_side(all).await
}

/// The Regions that are asked, each once, in order.
fn regions(session: &Session, question: &Question) -> Result<Vec<String>, Error> {
    let mut all = question.regions.clone();
    if all.is_empty() {
        all = vec![session.region.clone(), global(&session.region).to_owned()];
    }
    all.sort();
    all.dedup();
    if let Some(wrong) = all.iter().find(|region| !is_region(region)) {
        let wrong = shown_name(wrong, 40);
        return Err(Error::new(ErrorKind::Usage, format!("{wrong} is not written as AWS writes a Region"))
            .hint("write a Region as us-east-1"));
    }
    if all.len() > MOST_REGIONS {
        return Err(Error::new(ErrorKind::Usage, "there are not as many Regions"));
    }
    Ok(all)
}

/// Where AWS records what has no Region: IAM, and sign-ins of root.
fn global(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "cn-north-1",
        _ if region.starts_with("us-gov-") => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// Runs all of them until each is done, or one failed.
async fn side_by_side(all: Vec<Asking<'_>>) -> Result<(), Error> {
    let mut all: Vec<_> = all.into_iter().map(Some).collect();
    poll_fn(|context| {
        let mut waiting = false;
        for slot in &mut all {
            match slot.as_mut().map(|one| one.as_mut().poll(context)) {
                Some(Poll::Ready(Err(error))) => return Poll::Ready(Err(error)),
                Some(Poll::Ready(Ok(()))) => *slot = None,
                Some(Poll::Pending) => waiting = true,
                None => {}
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(Ok(())) }
    })
    .await
}

/// The work on one Region.
type Asking<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// One Region.
struct Regional<'r, 'p> {
    client: Client,
    asker: Asker<'r>,
    region: &'r str,
    question: &'r Question,
    beat: Beat,
    pages: &'r RefCell<&'p mut (dyn Pages + 'p)>,
}

impl Regional<'_, '_> {
    async fn ask(self) -> Result<(), Error> {
        let lookups: Vec<Option<&(String, String)>> = match self.question.lookups.as_slice() {
            [] => vec![None],
            all => all.iter().map(Some).collect(),
        };
        for (at, lookup) in lookups.into_iter().enumerate() {
            let thread = Thread { region: self.region, lookup: if lookup.is_some() { at + 1 } else { 0 } };
            self.follow(thread, lookup).await?;
        }
        Ok(())
    }

    /// One question to its end.
    async fn follow(&self, thread: Thread<'_>, lookup: Option<&(String, String)>) -> Result<(), Error> {
        let mut place = self.pages.borrow().place(thread);
        let mut until = self.question.until;
        while !place.done {
            let page = place.pages + 1;
            if page > MOST_PAGES {
                self.refused(thread, page, Failure::own(code::TOO_LARGE, None));
                return Ok(());
            }
            let answer = match self.page(lookup, &place, until).await {
                Ok(answer) => answer,
                // What AWS forgot is found again by its time; what comes twice is known by its id.
                Err(failure) if failure.code == OLD_TOKEN && place.token.is_some() => {
                    until = place.oldest.map_or(until, |oldest| oldest.min(until));
                    place.token = None;
                    continue;
                }
                Err(failure) => {
                    self.refused(thread, page, failure);
                    return Ok(());
                }
            };
            let Some(next) = next(&place, &answer.output) else {
                self.refused(thread, page, Failure::own(code::MALFORMED, Some(200)));
                return Ok(());
            };
            let events = answer.output.events().len();
            place = next.clone();
            let page = Page { thread, bytes: answer.bytes, call: answer.call, events, next };
            self.pages.borrow_mut().take(page)?;
        }
        Ok(())
    }

    /// One page, patiently.
    async fn page(
        &self,
        lookup: Option<&(String, String)>,
        place: &Place,
        until: i64,
    ) -> Result<Answer<LookupEventsOutput>, Failure> {
        let mut tries = 0;
        loop {
            self.beat.wait().await;
            let answer = self
                .asker
                .ask(&LOOKUP, Some(place.pages + 1), |tap| {
                    let mut call = self.client.lookup_events().max_results(PAGE);
                    call = call.set_next_token(place.token.clone());
                    call = call.start_time(DateTime::from_secs(self.question.since));
                    call = call.end_time(DateTime::from_secs(until));
                    call = call.set_lookup_attributes(lookup.and_then(attribute).map(|one| vec![one]));
                    call.customize().interceptor(tap).send()
                })
                .await;
            self.beat.done();
            tries += 1;
            match answer {
                Err(failure) if is_busy(&failure) && tries < PATIENCE => {}
                answer => return answer,
            }
        }
    }

    fn refused(&self, thread: Thread<'_>, page: u32, failure: Failure) {
        let call = Call {
            service: LOOKUP.service.to_owned(),
            action: LOOKUP.name.to_owned(),
            region: self.region.to_owned(),
            request_id: failure.request_id,
            at: now(self.asker.fixed()),
            page: Some(page),
        };
        let refusal =
            Refusal { call, code: failure.code, permission: LOOKUP.permission(), status: failure.status };
        self.pages.borrow_mut().refused(thread, refusal);
    }
}

/// Whether it may be answered a little later.
fn is_busy(failure: &Failure) -> bool {
    failure.code.contains("Throttling")
        || failure.code == code::TIMED_OUT
        || failure.code == code::NO_CONNECTION
        || failure.status.is_some_and(|status| status >= 500)
}

fn attribute((key, value): &(String, String)) -> Option<LookupAttribute> {
    let key = LookupAttributeKey::from(key.as_str());
    LookupAttribute::builder().attribute_key(key).attribute_value(value).build().ok()
}

/// Where to go on after a page; `None` where it leads to itself.
fn next(place: &Place, answer: &LookupEventsOutput) -> Option<Place> {
    let token = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
    if token.is_some() && token == place.token {
        return None;
    }
    let oldest = answer.events().iter().filter_map(|event| event.event_time()).map(DateTime::secs).min();
    Some(Place {
        pages: place.pages + 1,
        done: token.is_none(),
        token,
        oldest: [oldest, place.oldest].into_iter().flatten().min(),
    })
}

/// From when on AWS can tell, and whether that is later than what was asked.
pub fn reachable(since: Option<i64>, now: i64) -> (i64, bool) {
    let oldest = now - MOST_DAYS * 86_400;
    let asked = since.unwrap_or(oldest);
    (asked.max(oldest), asked < oldest)
}

/// Whether it is called on at all: it stops a wait, too.
pub(super) async fn stopped(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_region_is_asked_too() {
        for (region, expected) in
            [("eu-west-1", "us-east-1"), ("cn-northwest-1", "cn-north-1"), ("us-gov-east-1", "us-gov-west-1")]
        {
            assert_eq!(global(region), expected);
        }
    }

    #[test]
    fn ninety_days_can_be_asked() {
        let now = 1_774_656_000;
        assert_eq!(reachable(None, now), (now - 90 * 86_400, false));
        assert_eq!(reachable(Some(now - 86_400), now), (now - 86_400, false));
        assert_eq!(reachable(Some(now - 100 * 86_400), now), (now - 90 * 86_400, true));
    }

    #[test]
    fn a_page_that_leads_to_itself_leads_nowhere() {
        let answer = |token: Option<&str>| {
            LookupEventsOutput::builder().set_next_token(token.map(str::to_owned)).build()
        };
        let first = next(&Place::default(), &answer(Some("a"))).unwrap();
        assert_eq!((first.pages, first.done), (1, false));
        assert_eq!(next(&first, &answer(Some("a"))), None);
        let last = next(&first, &answer(None)).unwrap();
        assert_eq!((last.pages, last.done, last.token), (2, true, None));
    }
}
