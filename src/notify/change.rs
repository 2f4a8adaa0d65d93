//! What changed since the run before.

use jiff::Timestamp;

use super::{Event, Notify, Standing};
use crate::finding::Severity;

/// More findings are not listed in one change; their number is told.
const MOST_ITEMS: usize = 5_000;
/// More gaps are not listed.
const MOST_GAPS: usize = 20;

/// A finding that came or went. Every string is redacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its identity over time.
    pub fingerprint: String,
    /// The rule's name.
    pub rule: String,
    /// The surface.
    pub surface: String,
    /// How bad.
    pub severity: Severity,
    /// `user_data.sh:235`, an ARN.
    pub place: String,
    /// One or two sentences.
    pub message: String,
    /// When it was first seen.
    pub first_seen: Timestamp,
}

/// What changed since the run before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The run's number in its history.
    pub run: i64,
    /// What was audited.
    pub scope: String,
    /// When.
    pub at: Timestamp,
    /// What the report says in a sentence.
    pub verdict: String,
    /// How the job stood before; `None` at its first run.
    pub before: Option<Standing>,
    /// How it stands now.
    pub now: Standing,
    /// Findings that were never there.
    pub new: Vec<Item>,
    /// Findings that are back.
    pub reopened: Vec<Item>,
    /// Findings that are gone.
    pub fixed: Vec<Item>,
    /// Findings that came or went and are not listed, as they are too many.
    pub left_out: usize,
    /// How many findings there are now, of each severity, the worst first.
    pub open: Vec<(Severity, usize)>,
    /// How many gaps could hide a finding.
    pub gaps: usize,
    /// The first of them.
    pub gap_reasons: Vec<String>,
    /// Where people read on.
    pub report_url: Option<String>,
    /// Whether somebody only tries whether this arrives.
    pub is_test: bool,
}

/// What somebody wants to be told of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The audit begins (`true`) or ceases to fail.
    pub verdict: Option<bool>,
    /// A gap appears where there was none (`true`), or the last one is gone.
    pub gap: Option<bool>,
    /// Nothing can be audited any more (`false`), or it can again.
    pub audited: Option<bool>,
}

impl Change {
    /// A message that only tries whether it arrives.
    pub fn test(at: Timestamp, report_url: Option<String>) -> Self {
        Self {
            run: 0,
            scope: "test".to_owned(),
            at,
            verdict: "If you can read this, secretrail can notify you of changes.".to_owned(),
            before: Some(Standing::CLEAN),
            now: Standing::CLEAN,
            new: Vec::new(),
            reopened: Vec::new(),
            fixed: Vec::new(),
            left_out: 0,
            open: Vec::new(),
            gaps: 0,
            gap_reasons: Vec::new(),
            report_url,
            is_test: true,
        }
    }

    /// What of the change is worth telling; `None` where nothing is.
    pub fn worth_telling(mut self, asked: &Notify) -> Option<Self> {
        for (event, items) in [
            (Event::New, &mut self.new),
            (Event::Reopened, &mut self.reopened),
            (Event::Fixed, &mut self.fixed),
        ] {
            let wanted = asked.on.contains(&event);
            items.retain(|item| wanted && item.severity >= asked.min_severity);
            // The worst first: they are what is left where there is no room.
            items.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.place.cmp(&b.place)));
        }
        let turned = self.turned();
        let tells = |event: Event, turn: Option<bool>| turn.is_some() && asked.on.contains(&event);
        let standing = tells(Event::Verdict, turned.verdict)
            || tells(Event::Gap, turned.gap)
            || tells(Event::NotAudited, turned.audited);
        if !standing && self.new.is_empty() && self.reopened.is_empty() && self.fixed.is_empty() {
            return None;
        }
        self.gap_reasons.truncate(MOST_GAPS);
        Some(self.cut(MOST_ITEMS))
    }

    /// How the standing turned. A job that is new and clean turned nothing.
    pub fn turned(&self) -> Asked {
        let now = self.now;
        let before = self.before.unwrap_or(Standing::CLEAN);
        // While nothing is audited, nothing is known of the rest: it is compared with what is known.
        let both = before.audited && now.audited;
        let after_silence = !before.audited && now.audited;
        let turn = |before: bool, now: bool| {
            let turned = if both { before != now } else { after_silence && now };
            turned.then_some(now)
        };
        Asked {
            verdict: turn(before.fails, now.fails),
            gap: turn(before.partial, now.partial),
            audited: (before.audited != now.audited).then_some(now.audited),
        }
    }

    /// The same with no more findings than this in all: new ones first, then those that are back, then fixed ones.
    #[must_use]
    pub fn cut(mut self, most: usize) -> Self {
        let mut room = most;
        for items in [&mut self.new, &mut self.reopened, &mut self.fixed] {
            let left = items.len().saturating_sub(room);
            items.truncate(room);
            self.left_out += left;
            room -= items.len();
        }
        self
    }

    /// How many findings are listed.
    pub fn items(&self) -> usize {
        self.new.len() + self.reopened.len() + self.fixed.len()
    }

    /// The worst of the findings that came.
    pub fn worst(&self) -> Option<Severity> {
        self.new.iter().chain(&self.reopened).map(|item| item.severity).max()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{change, item};
    use super::*;

    fn of(before: Option<&str>, now: &str) -> Change {
        let standing = |word: &str| Standing::from_word(word).unwrap();
        let mut change = change();
        (change.new, change.reopened, change.fixed) = (vec![], vec![], vec![]);
        (change.before, change.now) = (before.map(standing), standing(now));
        change
    }

    #[test]
    fn only_what_turned_is_told() {
        let told = |before, now| of(before, now).worth_telling(&Notify::default()).is_some();
        for (before, now) in [
            (None, "fails"),
            (None, "partial"),
            (None, "not-audited"),
            (Some("clean"), "fails"),
            (Some("fails"), "clean"),
            (Some("fails"), "fails-in-part"),
            (Some("fails"), "not-audited"),
            (Some("not-audited"), "clean"),
            (Some("not-audited"), "fails"),
        ] {
            assert!(told(before, now), "{before:?} {now}");
        }
        for word in ["clean", "fails", "partial", "fails-in-part", "not-audited"] {
            assert!(!told(Some(word), word), "{word}");
        }
        assert!(!told(None, "clean"));
    }

    #[test]
    fn what_is_not_asked_for_is_not_told() {
        let mut only_new = Notify { on: [Event::New].into(), ..Notify::default() };
        let mut change = change();
        change.new = vec![item("a", Severity::Low), item("b", Severity::High)];
        let told = change.clone().worth_telling(&only_new).unwrap();
        assert_eq!((told.new.len(), told.reopened.len(), told.fixed.len()), (2, 0, 0));
        assert_eq!(told.new[0].fingerprint, "b", "the worst first");
        only_new.min_severity = Severity::Critical;
        assert_eq!(change.worth_telling(&only_new), None);
        assert_eq!(of(Some("clean"), "fails").worth_telling(&only_new), None);
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let mut change = change();
        let before = change.items();
        change = change.cut(1);
        assert_eq!((change.items(), change.left_out), (1, before - 1));
        assert_eq!(change.new.len(), 1);
    }
}
