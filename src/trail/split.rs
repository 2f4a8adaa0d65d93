//! From bytes to events, whatever is around them: a log file (`Records`), an array, JSON lines, one event, the
//! answer of LookupEvents (`Events`, each with its event packed into a text).
//!
//! Works on blocks: what does not end in one is given again with more behind it. What can't be followed is a trouble
//! with its offset, and reading continues at the next event.

use memchr::memmem;

use super::ids::Key;
use super::json::{self, Broken, member, skip_space, unescaped, value_end};
use super::slots::{Event, Slot, Slots, fill, find};
use super::strict;

/// A longer event is passed over. AWS cuts events at 256 KiB, or 1 MiB where large ones are asked for.
pub const MOST_EVENT: usize = 16 * 1024 * 1024;
/// Troubles told of one file; more are counted.
const MOST_TROUBLES: usize = 20;
/// How AWS starts an event: reading continues there after damage.
const EVENT_START: &[u8] = b"{\"eventVersion\"";
/// The byte-order mark.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// What could not be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Bytes from the start of the file, of what is inflated.
    pub offset: u64,
    /// Why, in a few words.
    pub reason: String,
}

/// The events of one block.
#[derive(Debug, Default)]
pub struct Unit {
    /// Where they stand.
    pub events: Vec<Slots>,
    /// What each of them is known by.
    pub keys: Vec<Key>,
    /// Events that were packed into texts.
    pub unpacked: Vec<u8>,
    /// What could not be read.
    pub troubles: Vec<Trouble>,
    /// Troubles that are not in the list.
    pub more_troubles: usize,
    /// Digests of log file validation: they are no events.
    pub digests: usize,
    /// Insights: they are no events of anyone.
    pub insights: usize,
}

impl Unit {
    /// An event of this unit, `text` being its block.
    pub fn event<'u>(&'u self, text: &'u [u8], slots: &'u Slots) -> Event<'u> {
        Event::new(if slots.unpacked { &self.unpacked } else { text }, slots)
    }

    /// Makes it ready for another block; the memory of its lists stays.
    pub fn clear(&mut self) {
        self.events.clear();
        self.keys.clear();
        self.unpacked.clear();
        self.troubles.clear();
        (self.more_troubles, self.digests, self.insights) = (0, 0, 0);
    }

    /// Works out the keys of the latest events, while their text is still in the processor's cache.
    fn know(&mut self, text: &[u8]) {
        while let Some(slots) = self.events.get(self.keys.len()) {
            let key = Key::of(&self.event(text, slots));
            self.keys.push(key);
        }
    }

    pub(super) fn trouble(&mut self, offset: u64, reason: impl Into<String>) {
        if self.troubles.len() < MOST_TROUBLES {
            self.troubles.push(Trouble { offset, reason: reason.into() });
        } else {
            self.more_troubles += 1;
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Between whole texts.
    Nothing,
    /// An array of events; the flag says whether an object is around it.
    Array(bool),
    /// The object around it, after the array.
    Envelope,
    /// After damage: the next event is looked for.
    Lost,
    /// An event that is passed over: open brackets, in a string, after a backslash.
    Passed { depth: u32, string: bool, escape: bool, then: Option<bool> },
}

/// Splits the blocks of one file.
#[derive(Debug)]
pub struct Splitter {
    inside: Inside,
    /// Bytes before the block.
    before: u64,
}

impl Default for Splitter {
    fn default() -> Self {
        Self { inside: Inside::Nothing, before: 0 }
    }
}

impl Splitter {
    /// Finds the events of a block. Returns how many bytes are done: the rest is to be given again, with more behind
    /// it, unless this is the `last` block.
    pub fn split(&mut self, text: &[u8], last: bool, unit: &mut Unit) -> usize {
        let mut at = 0;
        if self.before == 0 && !text.is_empty() {
            if text.starts_with(MARK) {
                at = MARK.len();
            } else if !last && MARK.starts_with(text) {
                return 0;
            }
        }
        let done = loop {
            if self.inside == Inside::Lost {
                match self.found(text, at, last) {
                    Ok(found) => at = found,
                    Err(done) => break done,
                }
            }
            match self.step(text, at, unit) {
                Ok(Some(next)) => at = next,
                Ok(None) => break text.len(),
                Err((from, Broken::Ends)) => {
                    if !last && text.len() - from < MOST_EVENT {
                        break from;
                    }
                    if last {
                        unit.trouble(self.before + from as u64, "it ends in the middle of an event");
                        break text.len();
                    }
                    unit.trouble(self.before + from as u64, "an event longer than 16 MiB was skipped");
                    self.pass();
                    at = from;
                }
                Err((from, Broken::Deep(_))) => {
                    unit.trouble(self.before + from as u64, "an event nested too deeply was skipped");
                    self.pass();
                    at = from;
                }
                Err((_, Broken::Wrong(wrong))) => {
                    unit.trouble(
                        self.before + wrong as u64,
                        "invalid JSON; reading resumes at the next event",
                    );
                    self.inside = Inside::Lost;
                    at = wrong + 1;
                }
            }
        };
        self.before += done as u64;
        done
    }

    /// Where the next event starts, after damage; else how many bytes are done. The start of the next event may be
    /// cut by the end of the block.
    fn found(&mut self, text: &[u8], at: usize, last: bool) -> Result<usize, usize> {
        let rest = text.get(at..).unwrap_or_default();
        if let Some(found) = memmem::find(rest, EVENT_START) {
            self.inside = Inside::Array(true);
            return Ok(at + found);
        }
        let kept = if last { 0 } else { (EVENT_START.len() - 1).min(rest.len()) };
        Err(text.len() - kept)
    }

    /// Passes over the object that comes next.
    fn pass(&mut self) {
        let then = match self.inside {
            Inside::Array(envelope) => Some(envelope),
            _ => None,
        };
        self.inside = Inside::Passed { depth: 0, string: false, escape: false, then };
    }

    /// One more thing from `at` on; where it ends. `Ok(None)`: there is no more. The error says where it starts.
    fn step(&mut self, text: &[u8], at: usize, unit: &mut Unit) -> Result<Option<usize>, (usize, Broken)> {
        if let Inside::Passed { .. } = self.inside {
            return Ok(self.passed(text, at));
        }
        let mut at = skip_space(text, at);
        while matches!(text.get(at), Some(b',' | 0x1E)) {
            at = skip_space(text, at + 1);
        }
        let Some(byte) = text.get(at) else { return Ok(None) };
        let next = match (self.inside, byte) {
            (Inside::Nothing, b'[') => {
                self.inside = Inside::Array(false);
                Ok(at + 1)
            }
            (Inside::Nothing, b'{') => self.object(text, at, unit),
            (Inside::Array(envelope), b']') => {
                self.inside = if envelope { Inside::Envelope } else { Inside::Nothing };
                Ok(at + 1)
            }
            (Inside::Array(_), b'{') => self.event(text, at, unit),
            (Inside::Envelope, b'}') => {
                self.inside = Inside::Nothing;
                Ok(at + 1)
            }
            (Inside::Envelope, _) => self.beside(text, at),
            _ => Err(Broken::Wrong(at)),
        };
        next.map(Some).map_err(|broken| (at, broken))
    }

    /// An object with events in it, or one event.
    fn object(&mut self, text: &[u8], start: usize, unit: &mut Unit) -> Result<usize, Broken> {
        let mut at = skip_space(text, start + 1);
        // Events start with `eventVersion`; nothing has to be looked for in them.
        while text.get(at) == Some(&b'"') {
            let (key, value) = member(text, at)?;
            let key = text.get(key).unwrap_or_default();
            if key == b"eventVersion" {
                break;
            }
            if matches!(key, b"Records" | b"Events" | b"events") && text.get(value) == Some(&b'[') {
                self.inside = Inside::Array(true);
                return Ok(value + 1);
            }
            at = skip_space(text, value_end(text, value)?);
            if text.get(at) == Some(&b',') {
                at = skip_space(text, at + 1);
            }
        }
        self.event(text, start, unit)
    }

    /// A member beside the array of events, which may be a second array of them.
    fn beside(&mut self, text: &[u8], at: usize) -> Result<usize, Broken> {
        let (key, value) = member(text, at)?;
        if text.get(key) == Some(b"Records") && text.get(value) == Some(&b'[') {
            self.inside = Inside::Array(true);
            return Ok(value + 1);
        }
        value_end(text, value)
    }

    fn event(&mut self, text: &[u8], at: usize, unit: &mut Unit) -> Result<usize, Broken> {
        // Nearly every object is an event: its places are written where they stay.
        unit.events.push(Slots::new(at));
        let found = unit.events.last_mut().map_or(Err(Broken::Ends), |slots| fill(text, at, slots));
        if found.is_ok() && unit.events.last().is_some_and(|slots| is_plain(text, slots)) {
            unit.know(text);
            return found;
        }
        let Some(slots) = unit.events.pop() else { return found };
        let (slots, end) = match found {
            Ok(end) => (slots, end),
            Err(Broken::Wrong(wrong)) => strict::find(text, at).ok_or(Broken::Wrong(wrong))?,
            Err(other) => return Err(other),
        };
        self.add(text, slots, at, unit);
        unit.know(text);
        Ok(end)
    }

    /// Sorts an object: event, event around an event, or none.
    fn add(&self, text: &[u8], slots: Slots, at: usize, unit: &mut Unit) {
        let event = Event::new(text, &slots);
        let offset = self.before + at as u64;
        if slots.has(Slot::Packed) {
            let packed = unescaped(event.bytes(Slot::Packed));
            return unpack(packed.as_bytes(), offset, unit);
        }
        if slots.has(Slot::Detail) && !slots.has(Slot::EventName) {
            return match find(text, slots.place(Slot::Detail).start) {
                Ok((inner, _)) if inner.has(Slot::EventName) => unit.events.push(inner),
                _ => unit.trouble(offset, "an object that is not a CloudTrail event"),
            };
        }
        if slots.has(Slot::Digest) {
            unit.digests += 1;
        } else if slots.has(Slot::Insight) || event.bytes(Slot::Category) == b"Insight" {
            unit.insights += 1;
        } else if slots.has(Slot::EventName) {
            unit.events.push(slots);
        } else if json::skip_space(text, at + 1) + 1 < slots.whole.1 as usize {
            unit.trouble(offset, "an object that is not a CloudTrail event");
        }
    }

    /// Follows brackets only, through an object that nobody can read.
    fn passed(&mut self, text: &[u8], from: usize) -> Option<usize> {
        let Inside::Passed { mut depth, mut string, mut escape, then } = self.inside else { return None };
        for (at, byte) in text.iter().enumerate().skip(from) {
            match byte {
                _ if escape => escape = false,
                b'\\' if string => escape = true,
                b'"' => string = !string,
                b'{' | b'[' if !string => depth = depth.saturating_add(1),
                b'}' | b']' if !string => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        self.inside = then.map_or(Inside::Nothing, Inside::Array);
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
        }
        self.inside = Inside::Passed { depth, string, escape, then };
        None
    }
}

/// An event that is no more than that.
fn is_plain(text: &[u8], slots: &Slots) -> bool {
    let others = [Slot::Packed, Slot::Digest, Slot::Insight];
    slots.has(Slot::EventName)
        && !others.iter().any(|slot| slots.has(*slot))
        && Event::new(text, slots).bytes(Slot::Category) != b"Insight"
}

/// An event that was a text inside the text.
fn unpack(packed: &[u8], offset: u64, unit: &mut Unit) {
    let start = unit.unpacked.len();
    unit.unpacked.extend_from_slice(packed);
    match find(&unit.unpacked, start) {
        Ok((mut slots, _)) if slots.has(Slot::EventName) => {
            slots.unpacked = true;
            unit.events.push(slots);
        }
        _ => {
            unit.unpacked.truncate(start);
            unit.trouble(offset, "the event in `CloudTrailEvent` cannot be read");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ids of all events, the text given in blocks of a size.
    pub(crate) fn ids(text: &[u8], block: usize) -> (Vec<String>, Vec<u64>) {
        let (mut splitter, mut kept, mut at) = (Splitter::default(), Vec::new(), 0);
        let (mut ids, mut troubles) = (Vec::new(), Vec::new());
        loop {
            let end = (at + block).min(text.len());
            kept.extend_from_slice(&text[at..end]);
            at = end;
            let mut unit = Unit::default();
            let done = splitter.split(&kept, at == text.len(), &mut unit);
            ids.extend(
                unit.events.iter().map(|slots| unit.event(&kept, slots).text(Slot::EventId).into_owned()),
            );
            troubles.extend(unit.troubles.iter().map(|one| one.offset));
            kept.drain(..done);
            if at == text.len() {
                return (ids, troubles);
            }
        }
    }

    fn event(id: u32) -> String {
        format!(
            "{{\"eventVersion\":\"1.08\",\"eventName\":\"GetObject\",\"requestParameters\":{{\"k\":[\"}}\",{{}}]}},\"eventID\":\"{id}\"}}"
        )
    }

    #[test]
    fn every_shape_and_every_block_gives_the_same_events() {
        let (one, two) = (event(1), event(2));
        let packed = |id: u32| {
            format!(
                "{{\"EventId\":\"{id}\",\"CloudTrailEvent\":{}}}",
                serde_json::to_string(&event(id)).unwrap()
            )
        };
        let shapes = [
            format!("{{\"Records\":[{one},{two}]}}"),
            format!("\u{feff}{{ \"Records\" : [ {one} , {two} ], \"more\": 1 }}\n"),
            format!("[{one},\n{two}]"),
            format!("{one}\n{two}\n"),
            format!("{{\"NextToken\":\"t\",\"Events\":[{},{}]}}", packed(1), packed(2)),
            format!("{{\"Records\":[{one}]}}{{\"Records\":[{two}]}}"),
            format!(
                "{{\"version\":\"0\",\"detail\":{one}}}\n{{\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":{two}}}"
            ),
        ];
        for text in shapes {
            for block in [1, 7, 64, 10_000] {
                let found = ids(text.as_bytes(), block);
                assert_eq!(found, (vec!["1".into(), "2".into()], vec![]), "{block}: {text}");
            }
        }
    }

    #[test]
    fn damage_costs_what_is_damaged() {
        let all: Vec<String> = (1..=4).map(event).collect();
        let text = format!("{{\"Records\":[{},{},{}]}}", all[0], all[1], all[2]);
        let cut = &text[..text.len() - 20];
        let start = text.rfind("{\"eventVersion\"").unwrap() as u64;
        assert_eq!(ids(cut.as_bytes(), 9_999), (vec!["1".into(), "2".into()], vec![start]));
        let broken = text.replacen("\"eventID\":\"2\"", "\"eventID\" \"2\"", 1);
        let (found, troubles) = ids(broken.as_bytes(), 9_999);
        assert_eq!((found, troubles.len()), (vec!["1".into(), "3".into()], 1));
        let deep =
            text.replacen("[\"}\"", &format!("[{}{}", "[".repeat(5_000), "]".repeat(5_000) + ",\"}\""), 1);
        assert_eq!(ids(deep.as_bytes(), 9_999), (vec!["2".into(), "3".into()], vec![12]));
        assert_eq!(ids(b"not json at all", 3).1.len(), 1);
        assert_eq!(ids(b"", 3), (vec![], vec![]));
        assert_eq!(ids(b"[]", 3), (vec![], vec![]));
    }

    #[test]
    fn what_is_no_event_is_counted() {
        let text = br#"{"awsAccountId":"123456789012","digestS3Bucket":"b"} {"Records":[{"eventName":"x","insightDetails":{"state":"Start"}}]} {"a":1}"#;
        let mut unit = Unit::default();
        Splitter::default().split(text, true, &mut unit);
        assert_eq!((unit.digests, unit.insights, unit.events.len(), unit.troubles.len()), (1, 1, 0, 1));
    }
}
