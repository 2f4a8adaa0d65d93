//! Sets that stay small whatever a log holds, and are the same in whatever order they were filled: of too many
//! members the first ones of the alphabet stay. There are some dozens of them for each session, so an empty one takes no
//! memory, and one of a single member little.

use crate::trail::agent;

/// Members that are kept.
const MOST: usize = 500;

/// A few texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Few {
    all: Vec<Box<str>>,
    more: bool,
}

/// Puts one more into an ordered list; whether another one had to go: the last that does not matter, or else the last.
fn put<T>(all: &mut Vec<T>, at: usize, one: T, matters: fn(&T) -> bool) -> bool {
    if all.is_empty() {
        all.reserve_exact(1);
    }
    all.insert(at, one);
    if all.len() <= MOST {
        return false;
    }
    let last = all.iter().rposition(|one| !matters(one));
    all.remove(last.unwrap_or(all.len() - 1));
    true
}

/// Whether a user agent carries an agent's mark: no flood of others may push it out.
fn is_marked((text, _): &(Box<str>, (i64, i64))) -> bool {
    let marks = agent::marks(text);
    !marks.codes.is_empty() || !marks.clients.is_empty() || marks.app.is_some() || marks.environment.is_some()
}

impl Few {
    /// Adds one.
    pub fn add(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        if text.is_empty() {
            return;
        }
        if let Err(at) = self.all.binary_search_by(|known| (**known).cmp(text)) {
            self.more |= put(&mut self.all, at, text.into(), |_| false);
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: Self) {
        other.all.iter().for_each(|text| self.add(text));
        self.more |= other.more;
    }

    /// Takes out each ARN of what is there by a shorter name, too.
    pub fn keep_once(&mut self, plain: fn(&str) -> String) {
        if !self.all.iter().any(|one| one.starts_with("arn:")) {
            return;
        }
        let short: std::collections::BTreeSet<String> =
            self.all.iter().filter(|one| !one.starts_with("arn:")).map(|one| plain(one)).collect();
        self.all.retain(|one| !one.starts_with("arn:") || !short.contains(&plain(one)));
    }

    /// In order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator {
        self.all.iter().map(|text| &**text)
    }

    /// The first of them; empty where there is none.
    pub fn first(&self) -> &str {
        self.all.first().map_or("", |text| text)
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
        self.all.binary_search_by(|known| (**known).cmp(text)).is_ok()
    }
}

/// A few texts, each with the first and the last time it was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans {
    all: Vec<(Box<str>, (i64, i64))>,
    more: bool,
}

impl Spans {
    /// Adds one.
    pub fn add(&mut self, text: impl AsRef<str>, first: i64, last: i64) {
        let text = text.as_ref();
        match self.place(text) {
            Err(at) => self.more |= put(&mut self.all, at, (text.into(), (first, last)), is_marked),
            Ok(at) => {
                if let Some((_, span)) = self.all.get_mut(at) {
                    *span = (span.0.min(first), span.1.max(last));
                }
            }
        }
    }

    fn place(&self, text: &str) -> Result<usize, usize> {
        self.all.binary_search_by(|(known, _)| (**known).cmp(text))
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: Self) {
        other.all.iter().for_each(|(text, (first, last))| self.add(text, *first, *last));
        self.more |= other.more;
    }

    /// In order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, (i64, i64))> {
        self.all.iter().map(|(text, span)| (&**text, *span))
    }

    /// The texts alone.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        self.all.iter().map(|(text, _)| &**text)
    }

    /// Whether it is among those that are kept.
    pub fn contains(&self, text: &str) -> bool {
        self.place(text).is_ok()
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

    #[test]
    fn a_flood_of_user_agents_does_not_push_out_an_agent_s_mark() {
        let marked = "aws-cli/2.36.7 ua/2.1 m/AN,E,b md/command#ssm.get-parameter";
        let flood = || (0..900).map(|number| format!("!{number:04}"));
        let (mut before, mut after) = (Spans::default(), Spans::default());
        before.add(marked, 1, 1);
        flood().for_each(|text| before.add(text, 2, 2));
        flood().for_each(|text| after.add(text, 2, 2));
        after.add(marked, 1, 1);
        assert!(before.contains(marked) && before == after);
    }
}
