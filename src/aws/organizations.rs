//! Which accounts an organisation has: ListAccounts, page by page.

use std::time::Duration;

use serde::Deserialize;

use super::ask::Asker;
use super::error::Failure;
use super::session::Session;
use super::signed::{Service, call};
use crate::evidence::code;
use crate::policy::LIST_ACCOUNTS;

/// Pages of the list; an endpoint that never ends them is not AWS. A page has twenty accounts.
const MOST_PAGES: u32 = 5_000;
/// How often a page is asked for: AWS slows down those who ask much.
const TRIES: u32 = 6;
/// More letters of a name are not told.
const MOST_NAME: usize = 50;

/// An account of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its number.
    pub number: String,
    /// What it is called there.
    pub name: Option<String>,
    /// Whether it is neither suspended nor closed.
    pub is_open: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    accounts: Vec<Account>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Account {
    id: String,
    name: Option<String>,
    /// Until September 2026, and what it became.
    status: Option<String>,
    state: Option<String>,
}

impl Account {
    /// One that is suspended, closed or not there yet answers nobody.
    fn is_open(&self) -> bool {
        let state = self.state.as_deref().or(self.status.as_deref()).unwrap_or_default();
        !["SUSPENDED", "CLOSED", "PENDING_ACTIVATION"].contains(&state)
    }

    fn listed(self) -> Option<Listed> {
        let is_number = self.id.len() == 12 && self.id.bytes().all(|byte| byte.is_ascii_digit());
        let plain = |name: String| -> String {
            name.chars().filter(|letter| !letter.is_control()).take(MOST_NAME).collect()
        };
        let is_open = self.is_open();
        is_number.then(|| Listed { number: self.id, name: self.name.map(plain), is_open })
    }
}

/// The accounts, in the order of their numbers. What can't be had is a refusal.
pub(super) async fn list(session: &Session, asker: &Asker<'_>, endpoint: Option<&str>) -> Vec<Listed> {
    let service = service(session, endpoint);
    let mut all: Vec<Listed> = Vec::new();
    let mut next: Option<String> = None;
    asker.expect(1);
    for page in 1..=MOST_PAGES {
        let answer = match patiently(session, asker, &service, page, next.as_deref()).await {
            Ok(answer) => answer,
            Err(failure) => {
                asker.refused(&LIST_ACCOUNTS, Some(page), failure);
                break;
            }
        };
        // One whose number is none can't be asked: the list is not whole.
        let listed: Vec<Option<Listed>> = answer.accounts.into_iter().map(Account::listed).collect();
        if listed.contains(&None) {
            asker.refuse(&LIST_ACCOUNTS, Some(page), code::MALFORMED);
        }
        all.extend(listed.into_iter().flatten());
        match answer.next_token.filter(|token| !token.is_empty()) {
            None => break,
            same if same == next => {
                asker.refuse(&LIST_ACCOUNTS, Some(page), code::MALFORMED);
                break;
            }
            token => next = token,
        }
        if page == MOST_PAGES {
            asker.refuse(&LIST_ACCOUNTS, Some(page), code::TOO_LARGE);
        }
    }
    all.sort_by(|one, other| one.number.cmp(&other.number));
    all.dedup_by(|one, other| one.number == other.number);
    all
}

/// One page, asked for again where AWS slows us down.
async fn patiently(
    session: &Session,
    asker: &Asker<'_>,
    service: &Service,
    page: u32,
    next: Option<&str>,
) -> Result<Page, Failure> {
    let mut pause = Duration::from_millis(500);
    for _ in 1..TRIES {
        match once(session, asker, service, page, next).await {
            Err(failure) if is_passing(&failure) => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(8));
                asker.expect(1);
            }
            answer => return answer,
        }
    }
    once(session, asker, service, page, next).await
}

/// Whether it may be otherwise a moment later.
fn is_passing(failure: &Failure) -> bool {
    let slowed = ["TooManyRequestsException", "ThrottlingException", "Throttling"];
    slowed.contains(&failure.code.as_str())
        || failure.status.is_some_and(|status| status >= 500 || status == 429)
}

async fn once(
    session: &Session,
    asker: &Asker<'_>,
    service: &Service,
    page: u32,
    next: Option<&str>,
) -> Result<Page, Failure> {
    let body =
        next.map_or_else(|| "{}".to_owned(), |token| serde_json::json!({"NextToken": token}).to_string());
    let ask = |tap| call(session, service, LIST_ACCOUNTS.name, body, tap);
    let answer = asker.ask(&LIST_ACCOUNTS, Some(page), ask).await?;
    serde_json::from_slice(&answer.bytes).map_err(|_| Failure::own(code::MALFORMED, Some(200)))
}

/// Organizations is everywhere; each partition keeps it in one Region.
fn service(session: &Session, endpoint: Option<&str>) -> Service {
    let (region, host) = match session.region.as_str() {
        region if region.starts_with("cn-") => {
            ("cn-northwest-1", "organizations.cn-northwest-1.amazonaws.com.cn")
        }
        region if region.starts_with("us-gov-") => {
            ("us-gov-west-1", "organizations.us-gov-west-1.amazonaws.com")
        }
        _ => ("us-east-1", "organizations.us-east-1.amazonaws.com"),
    };
    let named = endpoint.or_else(|| session.config.endpoint_url()).map(str::to_owned);
    Service {
        name: "organizations",
        target: "AWSOrganizationsV20161128",
        region: region.to_owned(),
        endpoint: named.unwrap_or_else(|| format!("https://{host}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_account_is_not_listed() {
        let page: Page = serde_json::from_str(
            r#"{"Accounts": [
                {"Id": "111122223333", "Name": "app\u001b[2J", "Status": "ACTIVE", "Email": "a@example.com"},
                {"Id": "222233334444", "State": "SUSPENDED", "Status": "ACTIVE"},
                {"Id": "../..", "Name": "x"}, {"Id": "333344445555"}], "NextToken": null}"#,
        )
        .unwrap();
        let listed: Vec<_> = page.accounts.into_iter().map(Account::listed).collect();
        let one = |number: &str, name: Option<&str>, is_open: bool| {
            Some(Listed { number: number.into(), name: name.map(str::to_owned), is_open })
        };
        assert_eq!(
            listed,
            [
                one("111122223333", Some("app[2J"), true),
                one("222233334444", None, false),
                None,
                one("333344445555", None, true)
            ]
        );
    }
}
