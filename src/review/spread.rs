//! From the sessions where it starts to all that came of them, and to those that stand before.

use std::collections::VecDeque;
use std::collections::btree_map::{BTreeMap, Entry};

use super::deed::Deed;
use super::endings::Endings;
use super::index::Index;
use super::party::{Confidence, Party, Relation};
use super::renames::Renames;
use crate::trail::{Mark, Session};

/// Steps back that are followed.
const MOST_BEFORE: usize = 16;

/// How a session came in, and how sure that is: no surer than what it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// How.
    pub relation: Relation,
    /// How sure.
    pub confidence: Confidence,
}

/// Which sessions are the incident, with how they came into it; and which stand before it, the nearest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// Numbers of sessions.
    pub inside: BTreeMap<usize, Link>,
    /// Numbers of sessions that may belong to it, and may be someone else's: told, and not followed.
    pub perhaps: BTreeMap<usize, Relation>,
    /// Numbers of sessions.
    pub before: Vec<(usize, Relation)>,
}

/// Follows what sessions issued and made. `joints` are events of everybody, in the order of time.
pub fn spread(starts: &[usize], sessions: &[Session], joints: &[Deed]) -> Spread {
    let renames = Renames::of(joints);
    let joints = renames.deeds(joints);
    let endings = Endings::of(&joints);
    let mut index = Index::of(sessions, &joints, &endings, &renames);
    let mut spread = Spread::default();
    // The sure ones first: who is reached both ways is sure.
    let (mut sure, mut likely) = (starts.iter().copied().collect::<VecDeque<_>>(), VecDeque::new());
    let start = || Link { relation: Relation::Start, confidence: Confidence::Sure };
    spread.inside.extend(starts.iter().map(|number| (*number, start())));
    while let Some(number) = sure.pop_front().or_else(|| likely.pop_front()) {
        let own = spread.inside.get(&number).map_or(Confidence::Sure, |link| link.confidence);
        for (other, relation) in index.next(number) {
            let confidence = own.max(relation.confidence());
            if confidence == Confidence::Weak {
                spread.perhaps.entry(other).or_insert(relation);
                continue;
            }
            if let Entry::Vacant(place) = spread.inside.entry(other) {
                place.insert(Link { relation, confidence });
                if confidence == Confidence::Sure { sure.push_back(other) } else { likely.push_back(other) }
            }
        }
    }
    let inside = &spread.inside;
    spread.perhaps.retain(|number, _| !inside.contains_key(number));
    spread.before = before(starts, sessions, &index, &spread);
    spread
}

/// Those that issued or made what the starts used, the nearest first.
fn before(
    starts: &[usize],
    sessions: &[Session],
    index: &Index<'_>,
    spread: &Spread,
) -> Vec<(usize, Relation)> {
    let mut all: Vec<(usize, Relation)> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    let mut open: Vec<usize> = starts.to_vec();
    for _ in 0..MOST_BEFORE {
        let found: Vec<(usize, Relation)> = open
            .iter()
            .filter_map(|number| sessions.get(*number))
            .flat_map(|session| index.before(session))
            .collect();
        open.clear();
        for (number, relation) in found {
            if !spread.inside.contains_key(&number) && known.insert(number) {
                all.push((number, relation));
                open.push(number);
            }
        }
        if open.is_empty() {
            break;
        }
    }
    all
}

impl Spread {
    /// The sessions of the incident, in the order of time.
    pub fn parties(&self, sessions: &[Session]) -> Vec<Party> {
        let all = self.inside.iter().filter_map(|(number, link)| Some((sessions.get(*number)?, link)));
        let made =
            |(session, link): (&Session, &Link)| Party::of(session, link.relation.clone(), link.confidence);
        in_order(all.map(made).collect())
    }

    /// Those that may belong to it, in the order of time.
    pub fn parties_perhaps(&self, sessions: &[Session]) -> Vec<Party> {
        let all =
            self.perhaps.iter().filter_map(|(number, relation)| Some((sessions.get(*number)?, relation)));
        in_order(
            all.map(|(session, relation)| Party::of(session, relation.clone(), Confidence::Weak)).collect(),
        )
    }

    /// Those that stand before it, the nearest first.
    pub fn parties_before(&self, sessions: &[Session]) -> Vec<Party> {
        let all =
            self.before.iter().filter_map(|(number, relation)| Some((sessions.get(*number)?, relation)));
        all.map(|(session, relation)| Party::of(session, relation.clone(), Confidence::Sure)).collect()
    }
}

fn in_order(mut parties: Vec<Party>) -> Vec<Party> {
    let key = |party: &Party| -> (Mark, String) { (party.first.clone(), party.id.clone()) };
    parties.sort_by_cached_key(key);
    parties
}
