//! One event as the hot path sees it: where each field that sessions and rules need is in the text.

use std::borrow::Cow;

use super::json::{Broken, members, text, unescaped, value_end};

macro_rules! slots {
    ($($group:ident { $($key:literal => $slot:ident),+ $(,)? })+) => {
        /// A field that is looked up in every event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Slot { $($($slot),+),+ }

        impl Slot {
            /// All of them.
            pub const ALL: &'static [Self] = &[$($(Self::$slot),+),+];
        }

        /// Where the fields of one event stand. A field that it does not have has an empty place.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Slots {
            /// The whole event.
            pub whole: (u32, u32),
            /// Whether it was unpacked from a text inside the text (LookupEvents).
            pub unpacked: bool,
            places: [(u32, u32); Slot::ALL.len()],
        }

        $(
            fn $group(key: &[u8]) -> Option<Slot> {
                Some(match key { $($key => Slot::$slot,)+ _ => return None })
            }
        )+
    };
}

slots! {
    top {
        b"userIdentity" => Identity,
        b"eventTime" => EventTime,
        b"eventSource" => EventSource,
        b"eventName" => EventName,
        b"awsRegion" => Region,
        b"sourceIPAddress" => SourceIp,
        b"userAgent" => UserAgent,
        b"errorCode" => ErrorCode,
        b"requestParameters" => Request,
        b"responseElements" => Response,
        b"additionalEventData" => Additional,
        b"requestID" => RequestId,
        b"eventID" => EventId,
        b"readOnly" => ReadOnly,
        b"eventType" => EventType,
        b"managementEvent" => Management,
        b"recipientAccountId" => Recipient,
        b"eventCategory" => Category,
        b"sessionCredentialFromConsole" => FromConsole,
        b"CloudTrailEvent" => Packed,
        b"detail" => Detail,
        b"insightDetails" => Insight,
        b"digestS3Bucket" => Digest,
        b"mcpEventDetails" => Mcp,
    }
    identity {
        b"type" => Type,
        b"principalId" => PrincipalId,
        b"arn" => Arn,
        b"accountId" => Account,
        b"accessKeyId" => Key,
        b"userName" => UserName,
        b"invokedBy" => InvokedBy,
        b"sessionContext" => Context,
        b"onBehalfOf" => OnBehalfOf,
        b"identityProvider" => Provider,
    }
    context {
        b"sessionIssuer" => Issuer,
        b"attributes" => Attributes,
        b"sourceIdentity" => SourceIdentity,
        b"assumedRoot" => AssumedRoot,
        b"signInSessionArn" => SignIn,
        b"webIdFederationData" => WebId,
        b"ec2RoleDelivery" => Ec2Delivery,
    }
    attributes {
        b"creationDate" => Created,
        b"mfaAuthenticated" => Mfa,
    }
    issuer {
        b"type" => IssuerType,
        b"arn" => IssuerArn,
        b"userName" => IssuerName,
    }
}

impl Slots {
    pub(super) fn new(start: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        Self { whole: (start, start), unpacked: false, places: [(0, 0); Slot::ALL.len()] }
    }

    pub(super) fn set(&mut self, slot: Slot, start: usize, end: usize) {
        let place = (u32::try_from(start).unwrap_or(0), u32::try_from(end).unwrap_or(0));
        if let Some(known) = self.places.get_mut(slot as usize) {
            *known = place;
        }
    }

    pub(super) fn has(&self, slot: Slot) -> bool {
        self.places.get(slot as usize).is_some_and(|(start, end)| start < end)
    }

    /// Where a field's value stands.
    pub fn place(&self, slot: Slot) -> std::ops::Range<usize> {
        let (start, end) = self.places.get(slot as usize).copied().unwrap_or_default();
        start as usize..end as usize
    }
}

/// Finds the fields of the object that starts at `at`, and where it ends: one pass over its bytes.
///
/// # Errors
///
/// Where the object can't be followed.
pub fn find(text: &[u8], at: usize) -> Result<(Slots, usize), Broken> {
    let mut slots = Slots::new(at);
    let end = fill(text, at, &mut slots)?;
    Ok((slots, end))
}

/// The same, with the fields' places written where they stay. `slots` are new ones of `at`.
pub(super) fn fill(text: &[u8], at: usize, slots: &mut Slots) -> Result<usize, Broken> {
    let end = level(text, at, top, slots)?;
    slots.whole.1 = u32::try_from(end).map_err(|_| Broken::Wrong(at))?;
    Ok(end)
}

/// Slots without any field, for the other reader.
pub(super) fn empty(start: usize, end: usize) -> Slots {
    let mut slots = Slots::new(start);
    slots.whole.1 = u32::try_from(end).unwrap_or(u32::MAX);
    slots
}

/// The slot of a key below a path, and whether there are slots inside of it.
pub(super) fn named(path: &[&str], key: &str) -> Option<(Slot, bool)> {
    let key = key.as_bytes();
    Some(match path {
        [] => top(key).map(|slot| (slot, slot == Slot::Identity))?,
        [_] => identity(key).map(|slot| (slot, slot == Slot::Context))?,
        [_, "sessionContext"] => {
            context(key).map(|slot| (slot, matches!(slot, Slot::Attributes | Slot::Issuer)))?
        }
        [_, _, "attributes"] => (attributes(key)?, false),
        [_, _, "sessionIssuer"] => (issuer(key)?, false),
        _ => return None,
    })
}

/// One level of an event. Each group of names has one of its own; they are few levels deep, so that this can't recurse
/// far.
fn level<N: Fn(&[u8]) -> Option<Slot>>(
    text: &[u8],
    at: usize,
    names: N,
    slots: &mut Slots,
) -> Result<usize, Broken> {
    members(text, at, &mut |key, start| {
        // No writer of AWS's escapes a name, but JSON allows it, and what hides must not be hidden so.
        let plainly = || key.contains(&b'\\').then(|| names(unescaped(key).as_bytes())).flatten();
        let Some(slot) = names(key).or_else(plainly) else { return value_end(text, start) };
        let is_object = text.get(start) == Some(&b'{');
        let end = match slot {
            Slot::Identity if is_object => level(text, start, identity, slots)?,
            Slot::Context if is_object => level(text, start, context, slots)?,
            Slot::Attributes if is_object => level(text, start, attributes, slots)?,
            Slot::Issuer if is_object => level(text, start, issuer, slots)?,
            _ => value_end(text, start)?,
        };
        slots.set(slot, start, end);
        Ok(end)
    })
}

/// An event: its text, and where its fields stand.
#[derive(Debug, Clone, Copy)]
pub struct Event<'t> {
    text: &'t [u8],
    slots: &'t Slots,
}

impl<'t> Event<'t> {
    /// An event of a text. Slots of another text give wrong fields, and nothing worse.
    pub fn new(text: &'t [u8], slots: &'t Slots) -> Self {
        Self { text, slots }
    }

    /// The event as it is written.
    pub fn raw(&self) -> &'t [u8] {
        let (start, end) = self.slots.whole;
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Where it starts in its text.
    pub fn start(&self) -> usize {
        self.slots.whole.0 as usize
    }

    /// A field's value as it is written; empty where the event has none.
    pub fn value(&self, slot: Slot) -> &'t [u8] {
        self.text.get(self.slots.place(slot)).unwrap_or_default()
    }

    /// What is between the quotes of a text field, with its escapes; empty for all else.
    pub fn bytes(&self, slot: Slot) -> &'t [u8] {
        match self.value(slot) {
            [b'"', inner @ .., b'"'] => inner,
            _ => &[],
        }
    }

    /// A text field; empty for all else.
    pub fn text(&self, slot: Slot) -> Cow<'t, str> {
        text(self.value(slot)).unwrap_or_default()
    }

    /// A field that is `true` or `"true"`; `None` where it is neither that nor its opposite.
    pub fn flag(&self, slot: Slot) -> Option<bool> {
        match self.value(slot) {
            b"true" | b"\"true\"" => Some(true),
            b"false" | b"\"false\"" => Some(false),
            _ => None,
        }
    }

    /// Whether the event has the field, and it is not null.
    pub fn has(&self, slot: Slot) -> bool {
        !matches!(self.value(slot), b"" | b"null")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_at_their_levels() {
        let text = br#"[{"eventName":"GetObject","type":"no","userIdentity":{"type":"Root","sessionContext":{"attributes":{"creationDate":"2021-07-29T00:07:51Z","mfaAuthenticated":"false"},"sessionIssuer":{}}},"eventID":"e\u0031","readOnly":true}]"#;
        let (slots, end) = find(text, 1).unwrap();
        assert_eq!(end, text.len() - 1);
        let event = Event::new(text, &slots);
        assert_eq!(event.text(Slot::Type), "Root");
        assert_eq!(event.text(Slot::EventId), "e1");
        assert_eq!(event.bytes(Slot::Created), b"2021-07-29T00:07:51Z");
        assert_eq!((event.flag(Slot::Mfa), event.flag(Slot::ReadOnly)), (Some(false), Some(true)));
        assert!(!event.has(Slot::IssuerArn) && !event.has(Slot::ErrorCode));
        assert_eq!(event.raw(), &text[1..end]);
    }

    #[test]
    fn a_name_with_an_escape_is_the_same_name() {
        let text = br#"{"user\u0049dentity":{"t\u0079pe":"Root"},"event\u004eame":"GetObject"}"#;
        let (slots, _) = find(text, 0).unwrap();
        let event = Event::new(text, &slots);
        assert_eq!((&*event.text(Slot::Type), &*event.text(Slot::EventName)), ("Root", "GetObject"));
    }

    #[test]
    fn what_ends_early_is_told() {
        assert_eq!(find(br#"{"eventName":"x""#, 0), Err(Broken::Ends));
        assert_eq!(find(br#"{"eventName" "x"}"#, 0), Err(Broken::Wrong(13)));
    }
}
