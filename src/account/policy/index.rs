//! Which of many statements are on a thing: looked up, for thousands of Deny statements meet thousands of roles.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::document::Patterns;
use super::glob::covers;

/// Fewer patterns of resources are gone through one by one.
const MANY: usize = 32;

/// Statements that mean one action, by what their patterns of resources begin or end with.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// By a text without `*` and `?`, in small letters.
    whole: BTreeMap<String, Vec<usize>>,
    /// By the text before the first `*` or `?`.
    starts: BTreeMap<String, Vec<(usize, String)>>,
    /// By the text after the last one, where that is longer.
    ends: BTreeMap<String, Vec<(usize, String)>>,
    /// How long these texts are.
    start_lengths: BTreeSet<usize>,
    end_lengths: BTreeSet<usize>,
    /// `NotResource`: none of them is looked up.
    all_but: Vec<usize>,
}

impl Index {
    fn add(&mut self, at: usize, resources: &Patterns) {
        if resources.all_but {
            self.all_but.push(at);
            return;
        }
        for pattern in resources.iter().map(str::to_ascii_lowercase) {
            let is_wild = |letter: char| matches!(letter, '*' | '?');
            let start = pattern.split(is_wild).next().unwrap_or_default().to_owned();
            let end = pattern.rsplit(is_wild).next().unwrap_or_default().to_owned();
            if start.len() == pattern.len() {
                self.whole.entry(pattern).or_default().push(at);
            } else if end.len() > start.len() {
                self.end_lengths.insert(end.len());
                self.ends.entry(end).or_default().push((at, pattern));
            } else {
                self.start_lengths.insert(start.len());
                self.starts.entry(start).or_default().push((at, pattern));
            }
        }
    }

    /// Statements that may be on a target; each of those that are is among them.
    fn candidates(&self, target: &str) -> BTreeSet<usize> {
        let target = target.to_ascii_lowercase();
        let mut found: BTreeSet<usize> = self.all_but.iter().copied().collect();
        found.extend(self.whole.get(&target).into_iter().flatten());
        let starts = self.start_lengths.iter().filter_map(|length| target.get(..*length));
        let ends = self
            .end_lengths
            .iter()
            .filter_map(|length| target.len().checked_sub(*length).and_then(|from| target.get(from..)));
        let starting = starts.filter_map(|start| self.starts.get(start)).flatten();
        let ending = ends.filter_map(|end| self.ends.get(end)).flatten();
        let meant = starting.chain(ending).filter(|(_, pattern)| covers(pattern, &target));
        found.extend(meant.map(|(at, _)| *at));
        found
    }
}

/// An index for each action that was asked for.
#[derive(Debug, Default)]
pub(super) struct Indexes(RefCell<BTreeMap<String, Rc<Index>>>);

impl Indexes {
    /// Of many: those that mean an action and are on a target, and all with `NotResource` that mean it, in order. Of few:
    /// nothing, they are gone through. `of` gives the resources of the one at a place, where it means the action.
    pub(super) fn candidates<'r>(
        &self,
        (count, patterns): (usize, usize),
        (action, target): (&str, &str),
        of: impl Fn(usize) -> Option<&'r Patterns>,
    ) -> Option<BTreeSet<usize>> {
        if patterns < MANY {
            return None;
        }
        let known = self.0.borrow().get(action).cloned();
        let index = known.unwrap_or_else(|| {
            let mut index = Index::default();
            (0..count).for_each(|at| of(at).into_iter().for_each(|resources| index.add(at, resources)));
            let index = Rc::new(index);
            self.0.borrow_mut().insert(action.to_owned(), Rc::clone(&index));
            index
        });
        Some(index.candidates(target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is looked up: what the patterns cover is found, and in order.
    #[test]
    fn what_is_covered_is_found() {
        let patterns = [
            "*",
            "a:role/x",
            "A:ROLE/X",
            "a:role/*",
            "a:*/x",
            "*x",
            "*ole/x",
            "a:role/?",
            "?:role/x",
            "b*",
            "",
            "**",
            "a:role/x*",
            "*a:role/x",
            "é*",
            "*é",
        ];
        let lists: Vec<Patterns> = patterns
            .iter()
            .map(|one| Patterns { list: vec![(*one).to_owned()], all_but: false })
            .chain([Patterns { list: vec!["a:role/x".to_owned()], all_but: true }])
            .collect();
        let mut index = Index::default();
        lists.iter().enumerate().for_each(|(at, list)| index.add(at, list));
        for target in ["a:role/x", "a:role/*", "a:role/y", "", "x", "é", "aé", "*", "b:user/x"] {
            let covered = |(at, list): (usize, &Patterns)| {
                (list.all_but || list.iter().any(|one| covers(one, target))).then_some(at)
            };
            let expected: Vec<usize> = lists.iter().enumerate().filter_map(covered).collect();
            let found: Vec<usize> = index.candidates(target).into_iter().collect();
            assert_eq!(found, expected, "{target}");
        }
    }
}
