//! From texts to sessions.

use std::sync::Mutex;

use crate::rule::{RuleSet, embedded};
use crate::trail::feed;
use crate::trail::ids::Ids;
use crate::trail::split::{Splitter, Unit};
use crate::trail::{Conventions, EVENT, Gathered, Limits, Links, Session, Worker, link};

/// What was understood of some logs.
pub struct Trail {
    pub sessions: Vec<Session>,
    pub links: Links,
    pub gathered: Gathered,
}

impl Trail {
    /// The one session of a principal whose ARN ends so.
    pub fn session(&self, end: &str) -> &Session {
        let mut all = self.sessions.iter().filter(|session| session.principal.ends_with(end));
        let first = all.next().unwrap_or_else(|| panic!("no session of {end}"));
        assert!(all.next().is_none(), "several sessions of {end}");
        first
    }

    /// Sessions of root, in the order of time.
    pub fn of_root(&self) -> Vec<&Session> {
        self.sessions.iter().filter(|session| session.root.is_some()).collect()
    }
}

/// The files of a case of `fixtures/trail/`, in order.
pub fn case(name: &str) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/trail").join(name);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|_| panic!("no case {name}"));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// Reads a case.
pub fn trail_of(name: &str) -> Trail {
    read(&case(name), 1, &Conventions::default())
}

/// Reads texts with some workers that take turns.
pub fn read(texts: &[String], workers: usize, conventions: &Conventions) -> Trail {
    let rules = RuleSet::load(embedded(), Vec::new()).unwrap();
    let [product, service, category] = EVENT;
    let (limits, correlator) = (Limits::default(), Mutex::new(rules.correlator(product, service, category)));
    let make =
        |_| Worker::new(rules.judge(product, service, category), &limits, &correlator).knowing(conventions);
    let mut all: Vec<Worker<'_, '_>> = (0..workers).map(make).collect();
    let mut ids = Ids::default();
    for (file, text) in texts.iter().enumerate() {
        let mut unit = Unit::default();
        Splitter::default().split(text.as_bytes(), true, &mut unit);
        let again = ids.again(&unit);
        feed::take(&mut all[file % workers], text.as_bytes(), &unit, &again, file as u32, 0);
    }
    let mut gathered = Gathered::default();
    all.into_iter().rev().for_each(|worker| gathered.merge(worker.finish()));
    gathered.settle();
    let (sessions, links) = link(&mut gathered, conventions);
    Trail { sessions, links, gathered }
}

/// The events of texts, each as a text of its own.
pub fn events(texts: &[String]) -> Vec<String> {
    let of = |text: &String| -> Vec<String> {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        value["Records"].as_array().unwrap().iter().map(ToString::to_string).collect()
    };
    texts.iter().flat_map(of).collect()
}
