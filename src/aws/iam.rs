//! What IAM tells of an account: a handful of calls, however many users there are.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use aws_sdk_iam::Client;
use jiff::Timestamp;

use super::Options;
use super::ask::Asker;
use super::error::Failure;
use super::session::Session;
use crate::evidence::code;
use crate::policy::{
    ACCESS_KEYS, Action, DETAILS, FEATURES, GENERATE_REPORT, PASSWORD_POLICY, REPORT, SUMMARY, VIRTUAL_MFA,
};

/// Calls that are always made: see [`ask`].
const CALLS: u64 = 7;
/// Pages of one answer; an endpoint that never ends them is not AWS.
const MOST_PAGES: u32 = 10_000;
/// Things on one page: as many as IAM allows for details, which takes about a second.
const PAGE: i32 = 1000;
/// How often the credential report is asked for until it is there; AWS takes seconds for it.
const TRIES: u32 = 15;
/// How long the pauses between them grow.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often it is started anew: it can expire between two calls.
const STARTS: u32 = 3;
/// Users that are asked about at once.
const LANES: usize = 4;

/// Asks all that the account's rules need.
pub(super) async fn ask(session: &Session, asker: &Asker<'_>, options: &Options) {
    let client = Client::new(&session.config);
    let iam = Iam { client, asker, patience: options.timeout };
    asker.expect(CALLS);
    let (_, _, _, _, _, users) = tokio::join!(
        iam.report(),
        iam.summary(),
        iam.virtual_mfa(),
        iam.features(),
        iam.password_policy(),
        iam.details()
    );
    if options.key_ids {
        iam.access_keys(users).await;
    }
}

struct Iam<'i> {
    client: Client,
    asker: &'i Asker<'i>,
    /// How long the report is waited for.
    patience: Duration,
}

/// Whether the credential report is there.
enum Report {
    Kept,
    /// It is being made.
    NotYet,
    /// There is none, or it is too old.
    None(Failure),
    Refused(Failure),
}

/// Asks for one thing that has one page.
macro_rules! one {
    ($iam:ident, $action:ident, $file:literal, $call:ident) => {{
        let answer = $iam
            .asker
            .ask(&$action, None, |tap| $iam.client.$call().customize().interceptor(tap).send())
            .await;
        match answer {
            Ok(answer) => $iam.asker.keep(&$action, $file, answer.bytes, answer.call, None),
            Err(failure) => $iam.asker.refused(&$action, None, failure),
        }
    }};
}

impl Iam<'_> {
    async fn summary(&self) {
        one!(self, SUMMARY, "get-account-summary.xml", get_account_summary);
    }

    async fn features(&self) {
        one!(self, FEATURES, "list-organizations-features.xml", list_organizations_features);
    }

    async fn password_policy(&self) {
        one!(self, PASSWORD_POLICY, "get-account-password-policy.xml", get_account_password_policy);
    }

    async fn virtual_mfa(&self) {
        let mut pages = Pages::default();
        while let Some(page) = pages.next(self.asker, &VIRTUAL_MFA) {
            let marker = pages.marker.clone();
            let answer = self
                .asker
                .ask(&VIRTUAL_MFA, Some(page), |tap| {
                    let call = self.client.list_virtual_mfa_devices().set_marker(marker).max_items(PAGE);
                    call.customize().interceptor(tap).send()
                })
                .await;
            match answer {
                Ok(answer) => {
                    pages.continues(answer.output.is_truncated(), answer.output.marker());
                    let file = format!("list-virtual-mfa-devices.{page}.xml");
                    self.asker.keep(&VIRTUAL_MFA, &file, answer.bytes, answer.call, None);
                }
                Err(failure) => return self.asker.refused(&VIRTUAL_MFA, Some(page), failure),
            }
        }
    }

    /// The names of all users; `None` where not all of them are known.
    async fn details(&self) -> Option<BTreeSet<String>> {
        let mut users = BTreeSet::new();
        let mut pages = Pages::default();
        while let Some(page) = pages.next(self.asker, &DETAILS) {
            let marker = pages.marker.clone();
            let answer = self
                .asker
                .ask(&DETAILS, Some(page), |tap| {
                    let call = self.client.get_account_authorization_details();
                    call.set_marker(marker).max_items(PAGE).customize().interceptor(tap).send()
                })
                .await;
            match answer {
                Ok(answer) => {
                    pages.continues(answer.output.is_truncated(), answer.output.marker());
                    users.extend(
                        answer
                            .output
                            .user_detail_list()
                            .iter()
                            .filter_map(|user| user.user_name())
                            .map(str::to_owned),
                    );
                    let file = format!("get-account-authorization-details.{page}.xml");
                    self.asker.keep(&DETAILS, &file, answer.bytes, answer.call, None);
                }
                Err(failure) => {
                    self.asker.refused(&DETAILS, Some(page), failure);
                    return None;
                }
            }
        }
        pages.ended.then_some(users)
    }

    /// Starts the credential report, waits for it, and fetches it.
    async fn report(&self) {
        let begun = tokio::time::Instant::now();
        let mut pause = Duration::from_millis(250);
        let mut starts = 1;
        // One that is refused is no end: there may be an older report.
        let mut can_start = self.start_report().await;
        for try_number in 0..TRIES {
            match self.fetch_report(try_number > 0).await {
                Report::Kept => return,
                Report::Refused(failure) => return self.asker.refused(&REPORT, None, failure),
                Report::None(failure) if !can_start => return self.asker.refused(&REPORT, None, failure),
                Report::None(_) if starts < STARTS => {
                    starts += 1;
                    self.asker.expect(1);
                    can_start = self.start_report().await;
                }
                Report::None(_) | Report::NotYet => {}
            }
            if begun.elapsed() + pause > self.patience {
                break;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        self.asker.refuse(&REPORT, None, code::NOT_READY);
    }

    /// Whether it could be started.
    async fn start_report(&self) -> bool {
        let answer = self
            .asker
            .ask(&GENERATE_REPORT, None, |tap| {
                self.client.generate_credential_report().customize().interceptor(tap).send()
            })
            .await;
        let started = answer.is_ok();
        if let Err(failure) = answer {
            self.asker.refused(&GENERATE_REPORT, None, failure);
        }
        started
    }

    async fn fetch_report(&self, again: bool) -> Report {
        if again {
            self.asker.expect(1);
        }
        let answer = self
            .asker
            .ask(&REPORT, None, |tap| self.client.get_credential_report().customize().interceptor(tap).send())
            .await;
        match answer {
            Ok(answer) => {
                let made =
                    answer.output.generated_time().and_then(|at| Timestamp::from_second(at.secs()).ok());
                match answer.output.content() {
                    Some(csv) => {
                        let csv = csv.as_ref().to_vec();
                        self.asker.keep(&REPORT, "credential-report.csv", csv, answer.call, made);
                    }
                    None => self.asker.refuse(&REPORT, None, code::MALFORMED),
                }
                Report::Kept
            }
            Err(failure) => match failure.code.as_str() {
                "ReportInProgress" => Report::NotYet,
                "ReportNotPresent" | "ReportExpired" => Report::None(failure),
                _ => Report::Refused(failure),
            },
        }
    }

    /// The ids of keys, which only this call tells, a few users at a time.
    async fn access_keys(&self, users: Option<BTreeSet<String>>) {
        let Some(users) = users else {
            return self.asker.refuse(&ACCESS_KEYS, None, code::USERS_UNKNOWN);
        };
        self.asker.expect(users.len() as u64);
        let waiting = RefCell::new(users.into_iter().collect::<VecDeque<String>>());
        let lane = || async {
            loop {
                let next = waiting.borrow_mut().pop_front();
                let Some(user) = next else { return };
                self.asker.pace.wait().await;
                self.keys_of(&user).await;
            }
        };
        let [first, second, third, fourth]: [_; LANES] = std::array::from_fn(|_| lane());
        tokio::join!(first, second, third, fourth);
    }

    async fn keys_of(&self, user: &str) {
        let answer = self
            .asker
            .ask(&ACCESS_KEYS, None, |tap| {
                self.client.list_access_keys().user_name(user).customize().interceptor(tap).send()
            })
            .await;
        match answer {
            Ok(answer) => {
                // A user has two keys at most.
                if answer.output.is_truncated() {
                    self.asker.refuse(&ACCESS_KEYS, None, code::MALFORMED);
                }
                let file = format!("list-access-keys.{user}.xml");
                self.asker.keep(&ACCESS_KEYS, &file, answer.bytes, answer.call, None);
            }
            Err(failure) => self.asker.refused(&ACCESS_KEYS, None, failure),
        }
    }
}

/// Where in an answer of many pages we are.
#[derive(Default)]
struct Pages {
    page: u32,
    marker: Option<String>,
    ended: bool,
}

impl Pages {
    /// The next page's number.
    fn next(&mut self, asker: &Asker<'_>, action: &Action) -> Option<u32> {
        if self.ended {
            return None;
        }
        let leads_nowhere = self.page > 0 && self.marker.is_none();
        self.page += 1;
        if leads_nowhere || self.page > MOST_PAGES {
            let reason = if leads_nowhere { code::MALFORMED } else { code::TOO_LARGE };
            asker.refuse(action, Some(self.page), reason);
            return None;
        }
        Some(self.page)
    }

    /// What the last page said of the next one. One that leads to itself, or nowhere, leaves the answer unfinished.
    fn continues(&mut self, truncated: bool, marker: Option<&str>) {
        let marker = marker.filter(|marker| !marker.is_empty());
        if !truncated {
            self.ended = true;
        } else if marker.is_some() && marker != self.marker.as_deref() {
            self.marker = marker.map(str::to_owned);
            return;
        }
        self.marker = None;
    }
}
