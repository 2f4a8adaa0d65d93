//! A few numbers of texts, and when each was seen.

use std::collections::HashMap;

use super::names::Fast;

/// So many are looked through; with more a map helps.
const LOOKED_THROUGH: usize = 24;

/// A few numbers, each with two times; most often the last one again.
#[derive(Debug, Default)]
pub(super) struct Seen {
    hint: usize,
    /// Each with its first and last time, in seconds since 1970.
    pub all: Vec<(u32, i64, i64)>,
    places: HashMap<u32, usize, Fast>,
}

impl Seen {
    /// The last number.
    pub fn last(&self) -> Option<u32> {
        self.all.get(self.hint).map(|(number, ..)| *number)
    }

    /// Adds one at a time, in seconds since 1970.
    pub fn add(&mut self, number: u32, time: i64) {
        let same = |at: &usize| self.all.get(*at).is_some_and(|(known, _, _)| *known == number);
        let mut at = Some(self.hint).filter(same);
        if at.is_none() {
            at = if self.all.len() > LOOKED_THROUGH {
                self.places.get(&number).copied()
            } else {
                self.all.iter().position(|(known, _, _)| *known == number)
            };
        }
        let at = at.unwrap_or_else(|| {
            self.all.push((number, time, time));
            // What came before the map was needed goes into it now.
            let new = if self.all.len() == LOOKED_THROUGH + 1 { 0 } else { self.all.len() - 1 };
            if self.all.len() > LOOKED_THROUGH {
                let all = self.all.iter().enumerate().skip(new);
                self.places.extend(all.map(|(at, (number, ..))| (*number, at)));
            }
            self.all.len() - 1
        });
        self.hint = at;
        if let Some((_, first, last)) = self.all.get_mut(at) {
            (*first, *last) = ((*first).min(time), (*last).max(time));
        }
    }
}
