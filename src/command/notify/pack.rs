//! Makes what is sent of what is kept: looks up addresses and secrets that the settings only name.

use std::fs::File;
use std::io::Read;

use crate::courier::{Address, Key, Parcel};
use crate::error::refused;
use crate::notify::{self, Change, Kind, Message, Origin, answer};
use crate::secret::Secret;

/// A larger file holds no address and no secret.
const MOST_BYTES: u64 = 64 * 1024;

/// What makes parcels of a letter's number, its delivery and its change.
pub(super) type Packer = Box<dyn Fn(i64, &str, &Change) -> Result<Vec<Parcel>, String>>;

/// Looks up what the settings only name; once for all letters of a target.
pub(super) fn packer(kind: &Kind) -> Result<Packer, String> {
    match kind {
        Kind::Slack { url } => {
            let address = address(url)?;
            Ok(Box::new(move |id, _, change| Ok(vec![plain(id, &address, notify::slack(change))])))
        }
        Kind::Webhook { url, secret } => {
            let address = address(url)?;
            let secret = value(secret)?;
            Key::new(&secret)?;
            Ok(Box::new(move |id, delivery, change| {
                let (key, delivery) = (Key::new(&secret)?, delivery.to_owned());
                let mut parcel = plain(id, &address, notify::webhook(change));
                parcel.seal = Some(Box::new(move |at, body| Ok(key.headers(&delivery, at, body))));
                Ok(vec![parcel])
            }))
        }
        #[cfg(feature = "aws")]
        Kind::Sns { topic, through } => {
            let post = super::aws::Post::open("sns", through)?;
            let topic = topic.clone();
            Ok(Box::new(move |id, delivery, change| {
                let message = notify::sns(change, &topic, delivery);
                Ok(vec![post.parcel(id, "", message, answer::sns)?])
            }))
        }
        #[cfg(feature = "aws")]
        Kind::EventBridge { bus, through } => {
            let post = super::aws::Post::open("events", through)?;
            let bus = bus.clone();
            Ok(Box::new(move |id, delivery, change| {
                let message = notify::event_bridge(change, &bus, delivery);
                Ok(vec![post.parcel(id, "", message, answer::event_bridge)?])
            }))
        }
        #[cfg(feature = "aws")]
        Kind::SecurityHub { hub, through } => {
            let post = super::aws::Post::open("securityhub", through)?;
            let hub = hub.clone();
            Ok(Box::new(move |id, _, change| {
                let messages = notify::security_hub(change, &hub).into_iter();
                let parcel = |message| post.parcel(id, "findings/import", message, answer::security_hub);
                messages.map(parcel).collect()
            }))
        }
        #[cfg(not(feature = "aws"))]
        Kind::Sns { .. } | Kind::EventBridge { .. } | Kind::SecurityHub { .. } => {
            Err("this build of secretrail cannot query AWS".to_owned())
        }
    }
}

/// A parcel without a signature.
pub(super) fn plain(id: i64, address: &Address, message: Message) -> Parcel {
    let Message { content_type, headers, body } = message;
    let address = address.clone();
    Parcel { id, address, content_type, headers, body, seal: None, check: answer::by_status }
}

/// The address that a setting names.
pub(super) fn address(origin: &Origin) -> Result<Address, String> {
    Address::new(&value(origin)?).map_err(str::to_owned)
}

/// The text that a setting names. No reason quotes it.
fn value(origin: &Origin) -> Result<Secret, String> {
    let text = match origin {
        Origin::Variable(name) => {
            std::env::var(name).map_err(|_| format!("the variable {name} is not set"))?
        }
        Origin::File(path) => {
            let unread = |reason: String| format!("{} cannot be read: {reason}", path.display());
            // A pipe could hold the run up for ever.
            if path.metadata().is_ok_and(|there| !there.is_file()) {
                return Err(unread("it is not a regular file".to_owned()));
            }
            let file = File::open(path).map_err(|error| unread(refused(error.kind())))?;
            let mut text = String::new();
            let read = file.take(MOST_BYTES).read_to_string(&mut text);
            read.map_err(|error| unread(refused(error.kind())))?;
            text.lines().next().unwrap_or_default().to_owned()
        }
    };
    if text.trim().is_empty() {
        return Err("what the settings name is empty".to_owned());
    }
    Ok(Secret::new(text))
}
