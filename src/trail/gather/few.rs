//! Sets that stay small whatever a log holds, and are the same in whatever order they were filled: of too many
//! members the first ones of the alphabet stay.

use std::collections::{BTreeMap, BTreeSet};

/// Members that are kept.
const MOST: usize = 500;

/// A few texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Few {
    all: BTreeSet<String>,
    more: bool,
}

impl Few {
    /// Adds one.
    pub fn add(&mut self, text: impl Into<String>) {
        let text = text.into();
        if text.is_empty() {
            return;
        }
        self.all.insert(text);
        if self.all.len() > MOST {
            self.all.pop_last();
            self.more = true;
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: Self) {
        other.all.into_iter().for_each(|text| self.add(text));
        self.more |= other.more;
    }

    /// In order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator {
        self.all.iter().map(String::as_str)
    }

    /// The first of them; empty where there is none.
    pub fn first(&self) -> &str {
        self.all.first().map_or("", String::as_str)
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether some were left out.
    pub fn more(&self) -> bool {
        self.more
    }

    /// Whether it is among those that are kept.
    pub fn contains(&self, text: &str) -> bool {
        self.all.contains(text)
    }
}

/// A few texts, each with the first and the last time it was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans {
    all: BTreeMap<String, (i64, i64)>,
    more: bool,
}

impl Spans {
    /// Adds one.
    pub fn add(&mut self, text: impl Into<String>, first: i64, last: i64) {
        let span = self.all.entry(text.into()).or_insert((first, last));
        *span = (span.0.min(first), span.1.max(last));
        if self.all.len() > MOST {
            self.all.pop_last();
            self.more = true;
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: Self) {
        other.all.into_iter().for_each(|(text, (first, last))| self.add(text, first, last));
        self.more |= other.more;
    }

    /// In order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, (i64, i64))> {
        self.all.iter().map(|(text, span)| (text.as_str(), *span))
    }

    /// The texts alone.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// Whether it is among those that are kept.
    pub fn contains(&self, text: &str) -> bool {
        self.all.contains_key(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_keeps_the_same() {
        let (mut up, mut down) = (Few::default(), Few::default());
        (0..900).for_each(|number| up.add(format!("{number:04}")));
        (0..900).rev().for_each(|number| down.add(format!("{number:04}")));
        assert_eq!(up, down);
        assert!(up.more() && up.len() == MOST);
        let (mut left, mut right) = (Spans::default(), Spans::default());
        (0..900).for_each(|number| left.add(format!("{number:04}"), number, number));
        (0..900).rev().for_each(|number| right.add(format!("{number:04}"), number, number));
        assert_eq!(left, right);
    }
}
