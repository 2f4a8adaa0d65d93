//! Events that make or end credentials: the joints of chains.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::at::{Uuid, uuid};
use super::calls::MOST_CACHED;
use super::credential::Credential;
use super::tally::Mark;
use crate::trail::class::Issue;
use crate::trail::json::{get, items, text, walk};
use crate::trail::slots::{Event, Slot};

/// Tags, by key.
pub type Tags = BTreeMap<String, String>;

/// One credential that was issued. A busy account issues many: what they have in common is held once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issued {
    /// When, in seconds since 1970.
    pub time: i64,
    /// The key that was issued.
    pub key: Box<str>,
    /// `AROA...:session`, the principal of later events.
    pub principal: Box<str>,
    /// By whom, and with what.
    pub terms: Arc<Terms>,
    /// The id of the call's event, file and place: in a few bytes, as there are many.
    event: [u8; 16],
    pub(in crate::trail) file: u32,
    pub(in crate::trail) offset: u64,
}

impl Issued {
    /// The call's event. AWS's ids are UUIDs; another one is left out.
    pub fn at(&self) -> Mark {
        let number = u128::from_be_bytes(self.event);
        let id = if number == 0 { String::new() } else { Uuid::Number(number).to_string() };
        Mark { time: self.time, id, file: self.file, offset: self.offset }
    }
}

/// Of calls that say the same of the same credential only the first one is kept.
pub(super) fn thin(all: &mut Vec<Issued>) {
    all.sort_unstable();
    all.dedup_by(|later, first| {
        later.time == first.time
            && (&later.key, &later.principal, &later.terms) == (&first.key, &first.principal, &first.terms)
    });
}

/// What a credential was issued with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Terms {
    /// Which call.
    pub by: Issue,
    /// The caller's credential, of which there is one for all that it issued.
    pub caller: Arc<Credential>,
    /// The caller, in words.
    pub caller_name: String,
    /// Tags that were given.
    pub tags: Tags,
    /// Tags that came from the caller's session.
    pub incoming: Tags,
    /// Keys of tags that later sessions get too.
    pub transitive: Vec<String>,
    /// The source identity that was given.
    pub source_identity: String,
    /// Whether MFA was given.
    pub mfa: bool,
}

/// Terms that are known already.
#[derive(Debug, Default)]
pub(super) struct Held(BTreeSet<Arc<Terms>>);

impl Held {
    fn once(&mut self, terms: Terms) -> Arc<Terms> {
        if let Some(known) = self.0.get(&terms) {
            return Arc::clone(known);
        }
        if self.0.len() > MOST_CACHED {
            self.0.clear();
        }
        let new = Arc::new(terms);
        self.0.insert(Arc::clone(&new));
        new
    }
}

/// A credential that was ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Retired {
    /// The event.
    pub at: Mark,
    /// The call.
    pub call: String,
    /// The account.
    pub account: String,
    /// The user, where it is named.
    pub user: String,
    /// The key, where it is named.
    pub key: String,
}

/// Of calls that ended the same at the same time only the first one is kept.
pub(super) fn thin_retired(all: &mut Vec<Retired>) {
    let what = |one: &Retired| {
        (one.at.time, one.call.clone(), one.account.clone(), one.user.clone(), one.key.clone())
    };
    all.sort_by_cached_key(|one| (what(one), one.at.clone()));
    all.dedup_by(|later, first| what(later) == what(first));
}

fn string(object: &[u8], name: &str) -> String {
    get(object, name).and_then(text).unwrap_or_default().into_owned()
}

/// Tags as CloudTrail writes them: `[{"key": .., "value": ..}]`, with capitals too, or `{"key": "value"}`.
fn tags(value: Option<&[u8]>) -> Tags {
    let mut all = Tags::new();
    let Some(value) = value else { return all };
    for item in items(value) {
        let named = |lower: &str, upper: &str| {
            get(item, lower).or_else(|| get(item, upper)).and_then(text).map(|text| text.into_owned())
        };
        if let Some(key) = named("key", "Key") {
            all.insert(key, named("value", "Value").unwrap_or_default());
        }
    }
    walk(value, &mut |key, value| {
        if let Some(value) = text(value) {
            all.insert(crate::trail::json::unescaped(key).into_owned(), value.into_owned());
        }
    });
    all
}

/// What an event issued; `None` where it failed or tells no key.
pub(super) fn issued(
    by: Issue,
    event: &Event<'_>,
    (time, file, offset): (i64, u32, u64),
    caller: Arc<Credential>,
    held: &mut Held,
) -> Option<Issued> {
    let (request, response) = (event.value(Slot::Request), event.value(Slot::Response));
    let key = string(get(response, "credentials")?, "accessKeyId");
    let role =
        get(response, "assumedRoleUser").or_else(|| get(response, "federatedUser")).unwrap_or_default();
    let transitive = get(request, "transitiveTagKeys").map(items).unwrap_or_default();
    let mut given = tags(get(request, "tags"));
    given.extend(tags(get(request, "principalTags")));
    let principal = [string(role, "assumedRoleId"), string(role, "federatedUserId")];
    let source = [string(request, "sourceIdentity"), string(response, "sourceIdentity")];
    let some = |texts: &[String]| texts.iter().find(|text| !text.is_empty()).cloned().unwrap_or_default();
    let caller_name = [Slot::Arn, Slot::InvokedBy, Slot::UserName, Slot::PrincipalId]
        .map(|slot| event.text(slot).into_owned());
    let terms = Terms {
        by,
        caller,
        caller_name: some(&caller_name),
        tags: given,
        incoming: tags(get(request, "incomingTransitiveTags")),
        transitive: transitive.into_iter().filter_map(text).map(|text| text.into_owned()).collect(),
        source_identity: some(&source),
        mfa: !string(request, "serialNumber").is_empty(),
    };
    let (key, principal) = (key.into(), some(&principal).into());
    let id = match uuid(event.bytes(Slot::EventId)) {
        Uuid::Number(number) => number.to_be_bytes(),
        Uuid::Text(_) => [0; 16],
    };
    Some(Issued { time, key, principal, terms: held.once(terms), event: id, file, offset })
}

/// Whether a sign-in worked.
pub fn is_success(event: &Event<'_>) -> bool {
    let told = string(event.value(Slot::Response), "ConsoleLogin");
    told == "Success" || (told.is_empty() && !event.has(Slot::ErrorCode))
}

/// Whether a sign-in to the console used MFA; `None` for one that failed or does not say.
pub(super) fn sign_in_mfa(event: &Event<'_>) -> Option<bool> {
    match string(event.value(Slot::Additional), "MFAUsed").as_str() {
        "Yes" if is_success(event) => Some(true),
        "No" if is_success(event) => Some(false),
        _ => None,
    }
}

/// What ended; `None` where the call turned a key on.
pub fn retired(event: &Event<'_>, at: Mark) -> Option<Retired> {
    let request = event.value(Slot::Request);
    if event.has(Slot::ErrorCode) || string(request, "status") == "Active" {
        return None;
    }
    Some(Retired {
        at,
        call: event.text(Slot::EventName).into_owned(),
        account: event.text(Slot::Recipient).into_owned(),
        user: string(request, "userName"),
        key: string(request, "accessKeyId"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_tags_are_read() {
        let list = br#"[{"key":"agent","value":"claude"},{"Key":"run","Value":"7"},{"x":1}]"#;
        let map = br#"{"agent":"claude","run":"7"}"#;
        assert_eq!(tags(Some(list)), tags(Some(map)));
        assert_eq!(tags(Some(list)).len(), 2);
        assert!(tags(Some(b"null")).is_empty());
    }
}
