//! Boxes and lines: which sessions are one box, and which of too many are drawn.

use std::collections::{BTreeMap, BTreeSet};

use super::names;
use crate::report::html::anchors::Anchors;
use crate::report::told::Teller;
use crate::report::trail::SessionRow;
use crate::report::verdict::number;

/// Boxes of people and sessions: more no eye takes in.
const MOST_BOXES: usize = 48;
/// Boxes of secrets.
const MOST_SECRETS: usize = 32;
/// Boxes of secrets that one box is the first to read; more are one box.
const MOST_OF_ONE: usize = 6;
/// Names of secrets in words.
const MOST_NAMES: usize = 40;
/// Longer chains are cut.
const MOST_HOPS: usize = 16;

/// What a box stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A person, or another one whose own session is not in the logs.
    Outside,
    Session,
    Secret,
}

/// A box.
pub(super) struct Node {
    pub kind: Kind,
    /// The first line.
    pub title: String,
    /// The second line.
    pub about: String,
    /// The third line.
    pub note: String,
    /// All of the name.
    pub whole: String,
    /// Where it leads to.
    pub target: Option<String>,
    pub is_root: bool,
    pub is_agent: bool,
    /// How its credentials were issued: `AssumeRole`.
    pub by: String,
    /// The box that issued its credentials.
    pub issuer: Option<usize>,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Link {
    Issued,
    Fell,
    /// Made the access key that the other one used.
    Made,
    Read,
}

/// A line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    pub link: Link,
}

/// All boxes, issuers before what they issued, and all lines in order.
#[derive(Default)]
pub(super) struct Graph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    pub sessions_left_out: usize,
    /// Sessions of root and agents that no line would touch.
    pub alone: usize,
}

/// Sessions that differ in nothing but time.
struct Group<'s> {
    sessions: Vec<&'s SessionRow>,
    issuer: Issuer,
}

/// Who stands before a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Issuer {
    Nobody,
    /// Name, and how they got in.
    Outside(String, String),
    /// The group of its session.
    Group(usize),
}

/// What sessions of one group have in common.
type Key<'s> = (Issuer, &'s str, &'s str, &'s str, &'s str, Option<&'s str>, Option<&'s str>);

impl Graph {
    /// The graph of those sessions that have something to tell.
    pub fn of(sessions: &[SessionRow], teller: &Teller<'_>, anchors: &Anchors<'_>) -> Self {
        let (groups, group_of) = Grouping::of(sessions).done();
        let issuing: BTreeSet<usize> = groups.iter().filter_map(before).collect();
        let fell_from: BTreeSet<usize> = groups.iter().filter_map(|group| fell(group, &group_of)).collect();
        let made_key: BTreeSet<usize> = groups.iter().flat_map(|group| makers(group, &group_of)).collect();
        let telling = |at: &usize| groups.get(*at).is_some_and(tells);
        let (mut order, alone): (Vec<usize>, Vec<usize>) =
            (0..groups.len()).filter(telling).partition(|at| {
                fell_from.contains(at)
                    || made_key.contains(at)
                    || issuing.contains(at)
                    || groups.get(*at).is_some_and(|group| is_linked(group, &group_of))
            });
        order.extend(fell_from.union(&made_key));
        order.sort_by_key(|at| (groups.get(*at).map(|group| rank(group, fell_from.contains(at))), *at));
        order.dedup();
        let mut build = Build {
            groups: &groups,
            teller,
            anchors,
            graph: Self::default(),
            node_of: BTreeMap::new(),
            outside: BTreeMap::new(),
        };
        for at in order {
            build.add(at);
        }
        build.falls(&group_of);
        build.keys(&group_of);
        build.secrets();
        build.graph.alone =
            alone.iter().filter_map(|at| groups.get(*at)).map(|group| group.sessions.len()).sum();
        build.graph.edges.sort();
        build.graph.edges.dedup();
        build.graph
    }
}

/// The group of the session that issued a group's credentials.
fn before(group: &Group<'_>) -> Option<usize> {
    if let Issuer::Group(at) = group.issuer { Some(at) } else { None }
}

/// The group that it fell back from.
fn fell(group: &Group<'_>, group_of: &BTreeMap<&str, usize>) -> Option<usize> {
    group.sessions.iter().find_map(|session| group_of.get(session.fell_from.as_deref()?).copied())
}

/// The groups that made its access keys.
fn makers(group: &Group<'_>, group_of: &BTreeMap<&str, usize>) -> BTreeSet<usize> {
    let all = group.sessions.iter().filter_map(|session| session.key_made_by.as_deref());
    all.filter_map(|id| group_of.get(id).copied()).collect()
}

/// Whether a line leads to it, or from it to a secret.
fn is_linked(group: &Group<'_>, group_of: &BTreeMap<&str, usize>) -> bool {
    group.issuer != Issuer::Nobody
        || fell(group, group_of).is_some()
        || !makers(group, group_of).is_empty()
        || group.sessions.iter().any(|session| !session.secrets_read.is_empty())
}

/// Whether it is worth a box. Services do what they do every day.
fn tells(group: &Group<'_>) -> bool {
    group.sessions.iter().any(|session| {
        !session.is_service
            && (session.root.is_some()
                || session.actor_kind == "agent"
                || session.fallback.is_some()
                || session.issuer.is_some()
                || session.key_made_by.is_some()
                || !session.secrets_read.is_empty())
    })
}

/// The more it tells, the less.
fn rank(group: &Group<'_>, is_fallen_from: bool) -> (u8, std::cmp::Reverse<u64>) {
    let any = |what: fn(&&SessionRow) -> bool| group.sessions.iter().any(what);
    let rank = match () {
        () if is_fallen_from || any(|one| one.fallback.is_some()) => 0,
        () if any(|one| one.root.is_some()) => 1,
        () if any(|one| one.actor_kind == "agent") => 2,
        () if any(|one| !one.secrets_read.is_empty() || one.key_made_by.is_some()) => 3,
        () => 4,
    };
    (rank, std::cmp::Reverse(group.sessions.iter().map(|session| session.events).sum()))
}

/// Finds out which sessions are one box: first their issuers, then they.
struct Grouping<'s> {
    sessions: &'s [SessionRow],
    by_id: BTreeMap<&'s str, usize>,
    groups: Vec<Group<'s>>,
    known: BTreeMap<Key<'s>, usize>,
    group_of: BTreeMap<&'s str, usize>,
}

impl<'s> Grouping<'s> {
    fn of(sessions: &'s [SessionRow]) -> Self {
        let by_id = sessions.iter().enumerate().map(|(at, session)| (session.id.as_str(), at)).collect();
        Self { sessions, by_id, groups: Vec::new(), known: BTreeMap::new(), group_of: BTreeMap::new() }
    }

    fn done(mut self) -> (Vec<Group<'s>>, BTreeMap<&'s str, usize>) {
        for session in self.sessions {
            // Those before it first, the farthest one at the start.
            let mut chain = vec![session];
            while let Some(next) = chain.last().and_then(|last| self.issuer_of(last)) {
                if chain.len() > MOST_HOPS || chain.iter().any(|known| known.id == next.id) {
                    break;
                }
                chain.push(next);
            }
            while let Some(next) = chain.pop() {
                self.add(next);
            }
        }
        (self.groups, self.group_of)
    }

    fn issuer_of(&self, session: &SessionRow) -> Option<&'s SessionRow> {
        let id = session.issuer.as_ref()?.session.as_deref()?;
        self.sessions.get(*self.by_id.get(id)?)
    }

    fn add(&mut self, session: &'s SessionRow) {
        if self.group_of.contains_key(session.id.as_str()) {
            return;
        }
        let issuer = self.issuer(session);
        let key = (
            issuer.clone(),
            names::of_role(&session.principal),
            session.account.as_str(),
            session.actor_kind,
            session.actor_name.as_str(),
            session.root.as_deref(),
            session.fallback.as_ref().map(|(_, from, _)| from.as_str()),
        );
        let at = *self.known.entry(key).or_insert_with(|| {
            self.groups.push(Group { sessions: Vec::new(), issuer });
            self.groups.len() - 1
        });
        if let Some(group) = self.groups.get_mut(at) {
            group.sessions.push(session);
        }
        self.group_of.insert(&session.id, at);
    }

    fn issuer(&self, session: &SessionRow) -> Issuer {
        if let Some(person) = names::of_identity_center(&session.principal) {
            return Issuer::Outside(person.to_owned(), "IAM Identity Center".to_owned());
        }
        let Some(issuer) = &session.issuer else { return Issuer::Nobody };
        let known = issuer.session.as_deref().and_then(|id| self.group_of.get(id));
        known.map_or_else(|| Issuer::Outside(issuer.name.clone(), String::new()), |at| Issuer::Group(*at))
    }
}

/// Makes boxes of groups.
struct Build<'b, 's> {
    groups: &'b [Group<'s>],
    teller: &'b Teller<'b>,
    anchors: &'b Anchors<'b>,
    graph: Graph,
    node_of: BTreeMap<usize, usize>,
    outside: BTreeMap<(String, String), usize>,
}

impl Build<'_, '_> {
    /// Adds a group with all that stand before it, or leaves it out where there is no room for them.
    fn add(&mut self, group: usize) {
        let mut chain = vec![group];
        while let Some(at) = chain.last().and_then(|last| self.groups.get(*last)).and_then(before) {
            if self.node_of.contains_key(&at) || chain.contains(&at) {
                break;
            }
            chain.push(at);
        }
        if self.node_of.contains_key(&group) {
            return;
        }
        // One more for who stands outside.
        if self.graph.nodes.len() + chain.len() + 1 > MOST_BOXES {
            self.graph.sessions_left_out += self.groups.get(group).map_or(0, |group| group.sessions.len());
            return;
        }
        while let Some(at) = chain.pop() {
            self.add_one(at);
        }
    }

    fn add_one(&mut self, at: usize) {
        let Some(group) = self.groups.get(at) else { return };
        let issuer = match &group.issuer {
            Issuer::Nobody => None,
            Issuer::Outside(name, how) => Some(self.add_outside(name, how)),
            Issuer::Group(before) => self.node_of.get(before).copied(),
        };
        let number = self.graph.nodes.len();
        let mut node = session_node(group, self.teller, self.anchors);
        node.issuer = issuer;
        self.graph.nodes.push(node);
        self.graph.edges.extend(issuer.map(|from| Edge { from, to: number, link: Link::Issued }));
        self.node_of.insert(at, number);
    }

    fn add_outside(&mut self, name: &str, how: &str) -> usize {
        let key = (name.to_owned(), how.to_owned());
        if let Some(known) = self.outside.get(&key) {
            return *known;
        }
        let whole = self.teller.name(name);
        let (title, about) = names::of(&whole);
        let about = if how.is_empty() { about } else { how.to_owned() };
        let note =
            if how.is_empty() { "own session not in these logs".to_owned() } else { "person".to_owned() };
        let number = self.graph.nodes.len();
        self.graph.nodes.push(Node { kind: Kind::Outside, title, about, note, whole, ..Node::empty() });
        self.outside.insert(key, number);
        number
    }

    fn falls(&mut self, group_of: &BTreeMap<&str, usize>) {
        for (at, to) in &self.node_of {
            let from = self.groups.get(*at).and_then(|group| fell(group, group_of));
            let from = from.and_then(|from| self.node_of.get(&from)).filter(|from| *from != to);
            self.graph.edges.extend(from.map(|from| Edge { from: *from, to: *to, link: Link::Fell }));
        }
    }

    fn keys(&mut self, group_of: &BTreeMap<&str, usize>) {
        for (at, to) in &self.node_of {
            let from = self.groups.get(*at).map(|group| makers(group, group_of)).unwrap_or_default();
            let from = from.iter().filter_map(|from| self.node_of.get(from)).filter(|from| *from != to);
            self.graph.edges.extend(from.map(|from| Edge { from: *from, to: *to, link: Link::Made }));
        }
    }

    /// Secrets, those of the first boxes first. Of many the first ones are told, and how many more.
    fn secrets(&mut self) {
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        let drawn: BTreeMap<usize, usize> =
            self.node_of.iter().map(|(group, node)| (*node, *group)).collect();
        for (node, group) in drawn {
            let sessions = self.groups.get(group).map(|group| group.sessions.as_slice()).unwrap_or_default();
            let names = sessions.iter().flat_map(|session| &session.secrets_read);
            let names: BTreeSet<String> = names.map(|name| self.teller.name(name)).collect();
            let (old, new): (Vec<&String>, Vec<&String>) =
                names.iter().partition(|name| known.contains_key(*name));
            for number in old.into_iter().filter_map(|name| known.get(name)) {
                self.graph.edges.push(Edge { from: node, to: *number, link: Link::Read });
            }
            let room = MOST_SECRETS.saturating_sub(known.len());
            // A box for one more is no less than its own.
            let most = if new.len() <= MOST_OF_ONE { MOST_OF_ONE } else { MOST_OF_ONE - 1 }.min(room);
            for name in new.iter().take(most) {
                let number = self.secret(node, (*name).clone(), (*name).clone());
                known.insert((*name).clone(), number);
            }
            let more: Vec<&str> = new.iter().skip(most).map(|name| name.as_str()).collect();
            if !more.is_empty() {
                self.secret(
                    node,
                    format!("and {}", number(more.len(), "more secret", "more secrets")),
                    few(&more),
                );
            }
        }
    }

    fn secret(&mut self, reader: usize, title: String, whole: String) -> usize {
        let number = self.graph.nodes.len();
        self.graph.nodes.push(Node { kind: Kind::Secret, title, whole, ..Node::empty() });
        self.graph.edges.push(Edge { from: reader, to: number, link: Link::Read });
        number
    }
}

/// The first ones; the rest is counted.
fn few(names: &[&str]) -> String {
    let shown = names.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(MOST_NAMES);
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

impl Node {
    fn empty() -> Self {
        let text = String::new;
        Self {
            kind: Kind::Session,
            title: text(),
            about: text(),
            note: text(),
            whole: text(),
            target: None,
            is_root: false,
            is_agent: false,
            by: text(),
            issuer: None,
        }
    }
}

fn session_node(group: &Group<'_>, teller: &Teller<'_>, anchors: &Anchors<'_>) -> Node {
    let Some(first) = group.sessions.first() else { return Node::empty() };
    let whole = teller.name(&first.principal);
    let (title, about) = names::of(&whole);
    let names: BTreeSet<&str> = group.sessions.iter().map(|session| session.principal.as_str()).collect();
    let about = if names.len() > 1 { format!("{about} and {} more", names.len() - 1) } else { about };
    let events: u64 = group.sessions.iter().map(|session| session.events).sum();
    let many = group.sessions.len();
    let often = if many > 1 { format!("{many} sessions, ") } else { String::new() };
    let about = match first.root.as_deref().map(|how| teller.name(&how.replace('-', " "))) {
        Some(how) => format!("root by {how}"),
        None => about,
    };
    let who = match (first.actor_kind, first.actor_name.as_str()) {
        ("unknown", _) => String::new(),
        ("service", _) => "AWS service, ".to_owned(),
        (kind, "") => format!("{kind}, "),
        (kind, name) => format!("{kind} {}, ", teller.name(name)),
    };
    let events = if events == 1 { "1 event".to_owned() } else { format!("{events} events") };
    Node {
        title,
        about,
        note: format!("{who}{often}{events}"),
        whole,
        target: group.sessions.iter().find_map(|session| anchors.target(&session.id)).map(str::to_owned),
        is_root: first.root.is_some(),
        is_agent: first.actor_kind == "agent",
        by: first.issuer.as_ref().map(|issuer| teller.name(&issuer.by)).unwrap_or_default(),
        ..Node::empty()
    }
}
