//! Secrets Manager: names and ages of its secrets. Their values are never asked for.

use aws_sdk_secretsmanager::Client;

use super::ask::Asker;
use super::session::Session;
use crate::evidence::code;
use crate::policy::SECRETS;

/// Pages of one answer; an endpoint that never ends them is not AWS.
const MOST_PAGES: u32 = 10_000;
/// Secrets on one page: the most that AWS gives.
const PAGE: i32 = 100;

/// Keeps the pages that tell of secrets, those that are to be deleted too.
pub(super) async fn list(session: &Session, asker: &Asker<'_>) {
    let client = Client::new(&session.config);
    asker.expect(1);
    let mut next: Option<String> = None;
    for page in 1..=MOST_PAGES {
        let token = next.clone();
        let answer = asker
            .ask(&SECRETS, Some(page), |tap| {
                let call = client.list_secrets().max_results(PAGE).include_planned_deletion(true);
                call.set_next_token(token).customize().interceptor(tap).send()
            })
            .await;
        match answer {
            Ok(answer) => {
                let token = answer.output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
                asker.keep(&SECRETS, &format!("list-secrets.{page}.json"), answer.bytes, answer.call, None);
                match token {
                    None => return,
                    // One that leads to itself leads nowhere.
                    same if same == next => return asker.refuse(&SECRETS, Some(page), code::MALFORMED),
                    token => next = token,
                }
            }
            Err(failure) => return asker.refused(&SECRETS, Some(page), failure),
        }
    }
    asker.refuse(&SECRETS, Some(MOST_PAGES), code::TOO_LARGE);
}
