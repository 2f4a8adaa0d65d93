//! The public keys that a trail's digests are signed with, Region by Region.

use std::sync::atomic::AtomicBool;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::config::{Builder, Region};
use aws_sdk_cloudtrail::primitives::DateTime;

use super::ask::Asker;
use super::session::{Session, is_region};
use super::{Options, Step, run_until};
use crate::error::Error;
use crate::evidence::code;
use crate::policy::PUBLIC_KEYS;

/// Pages of one Region; a key is valid for months.
const MOST_PAGES: u32 = 100;

/// The keys of one Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionKeys {
    /// The Region.
    pub region: String,
    /// What AWS sent, page by page.
    pub pages: Vec<Vec<u8>>,
    /// Why there are no more.
    pub refused: Option<String>,
}

/// Asks for the keys that were valid at some time between two seconds.
///
/// # Errors
///
/// Where there are no credentials, or `stop` said so.
pub fn public_keys(
    options: &Options,
    regions: &[String],
    (since, until): (i64, i64),
    stop: &AtomicBool,
) -> Result<Vec<RegionKeys>, Error> {
    run_until(stop, async {
        let session = Session::open(options).await?;
        let silent = |_: Step| {};
        let mut all = Vec::new();
        for region in regions.iter().filter(|region| is_region(region)) {
            let config = Builder::from(&session.config).region(Region::new(region.clone())).build();
            let client = Client::from_conf(config);
            let asker = Asker::new(region.clone(), options.now, &silent);
            all.push(of_region(&client, &asker, region, since, until).await);
        }
        Ok(all)
    })
}

async fn of_region(client: &Client, asker: &Asker<'_>, region: &str, since: i64, until: i64) -> RegionKeys {
    let mut keys = RegionKeys { region: region.to_owned(), pages: Vec::new(), refused: None };
    let mut token: Option<String> = None;
    for page in 1..=MOST_PAGES {
        let answer = asker
            .ask(&PUBLIC_KEYS, Some(page), |tap| {
                let call = client.list_public_keys().set_next_token(token.clone());
                let call = call.start_time(DateTime::from_secs(since)).end_time(DateTime::from_secs(until));
                call.customize().interceptor(tap).send()
            })
            .await;
        match answer {
            Ok(answer) => {
                keys.pages.push(answer.bytes);
                let next = answer.output.next_token().filter(|next| !next.is_empty()).map(str::to_owned);
                if next.is_none() || next == token {
                    return keys;
                }
                token = next;
            }
            Err(failure) => {
                keys.refused = Some(format!("{}: {}", PUBLIC_KEYS.permission(), failure.code));
                return keys;
            }
        }
    }
    keys.refused = Some(format!("{}: {}", PUBLIC_KEYS.permission(), code::TOO_LARGE));
    keys
}
