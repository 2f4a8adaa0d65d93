//! Commands that stop what goes on: printed, never run. Only those that the evidence asks for.

mod password;
mod revoke;

use std::collections::BTreeSet;

use self::revoke::Latest;
use super::deed::Deed;
use super::endings::{Endings, Within};
use super::kinds::{How, Kind, Leaves};
use super::lasting::{Lasting, Seen, Who, first, log_roles};
use super::names;
use super::party::{Confidence, Party};
use super::shell::is_reference;
use super::state::States;
use crate::trail::Mark;

/// Why it is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// It stops credentials that were used.
    Stop,
    /// It takes away what was left behind.
    Undo,
    /// It stops those from which the incident came; someone has to decide that.
    Decide,
    /// It stops who may be someone else: only if someone confirms the link.
    Confirm,
}

impl Group {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Stop, Self::Undo, Self::Decide, Self::Confirm];
}

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Ours, as a shell reads it.
    Own(String),
    /// A name from the evidence: to be quoted.
    Name(String),
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Why.
    pub group: Group,
    /// What comes first within it.
    pub how: How,
    /// What it is about.
    pub about: String,
    /// The account whose credentials it needs.
    pub account: String,
    /// The command; empty where none does it.
    pub command: Vec<Word>,
    /// What it does.
    pub does: String,
    /// What it breaks.
    pub breaks: String,
    /// The events that ask for it.
    pub because: Vec<Mark>,
}

/// Containment that someone outside of the incident did already.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Done {
    /// The event.
    pub at: Mark,
    /// The call.
    pub call: String,
    /// What it is about.
    pub about: String,
    /// Whether it is only stopped, and still there.
    pub is_held: bool,
    /// Who did it.
    pub by: Who,
}

/// What is known when actions are made.
pub(super) struct Ground<'g> {
    pub now: i64,
    pub parties: &'g [Party],
    pub before: &'g [Party],
    pub perhaps: &'g [Party],
    pub lasting: &'g [Lasting],
    pub endings: &'g Endings<'g>,
    pub states: &'g States<'g>,
    /// Calls that issued credentials which nobody was seen to use, each with the id of the session that asked.
    pub unused: &'g [(&'g Deed, String)],
    /// Whose sessions are the incident.
    pub within: &'g Within<'g>,
    /// Whose a session is.
    pub who: &'g dyn Fn(Option<usize>) -> Who,
}

/// What to do, what needs nothing because it ended, in sentences, and what someone did already.
pub(super) fn actions(ground: &Ground<'_>) -> (Vec<Action>, Vec<String>, Vec<Done>) {
    let mut all = Actions::of(ground);
    // Who is sure first: what is asked for twice is told once.
    for party in ground.parties.iter().filter(|party| party.confidence == Confidence::Sure) {
        all.party(party, Group::Stop);
    }
    for (deed, _) in ground.unused {
        all.unused_role(deed);
    }
    for one in ground.lasting {
        match (&one.ended, &one.seen) {
            (None, Seen::Gone(at, why)) => all.gone(&one.what, *at, why),
            (None, _) => all.undo(one),
            (Some(ended), _) if ended.by == Who::Incident => {}
            (Some(ended), _) => all.ended(one.what.clone(), &ended.deed, ended.is_held),
        }
    }
    for party in ground.parties.iter().filter(|party| party.confidence == Confidence::Sure) {
        all.other_keys(party);
    }
    for party in
        ground.parties.iter().filter(|party| party.confidence != Confidence::Sure).chain(ground.before)
    {
        all.party(party, Group::Decide);
    }
    for party in ground.perhaps {
        if !all.contained(party) {
            all.party(party, Group::Confirm);
        }
    }
    all.made.sort_by_key(|action| (action.group, action.how));
    let mut told = BTreeSet::new();
    all.over.retain(|text| told.insert(text.clone()));
    all.done.sort();
    all.done.dedup();
    (all.made, all.over, all.done)
}

struct Actions<'g> {
    ground: &'g Ground<'g>,
    latest: Latest<'g>,
    /// Keys that the incident made and did not use: they are ended as what is left behind.
    made_keys: BTreeSet<&'g str>,
    /// Roles that the incident made, by which AWS delivers logs and does nothing else.
    log_roles: BTreeSet<(&'g str, String)>,
    made: Vec<Action>,
    over: Vec<String>,
    done: Vec<Done>,
    seen: BTreeSet<String>,
}

/// What ends with a role by which logs are delivered.
const DELIVERS: &str = "log delivery: only AWS logging or monitoring services can assume this role, and without it you may lose visibility";

impl<'g> Actions<'g> {
    fn of(ground: &'g Ground<'g>) -> Self {
        let open =
            ground.lasting.iter().filter(|one| one.is_open() && one.kind.call == "iam:CreateAccessKey");
        // One that was used comes first: it is stopped with the others.
        let sure = ground.parties.iter().filter(|party| party.confidence == Confidence::Sure);
        let used: BTreeSet<&str> = sure.flat_map(|party| party.keys.iter().map(String::as_str)).collect();
        let made = open.filter_map(|one| one.made.field("accessKeyId"));
        Self {
            ground,
            latest: Latest::of(ground),
            made_keys: made.filter(|key| !used.contains(key)).collect(),
            log_roles: log_roles(ground.lasting),
            made: Vec::new(),
            over: Vec::new(),
            done: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    /// Whether this is asked for the first time.
    fn first(&mut self, what: String) -> bool {
        self.seen.insert(what)
    }

    /// What evidence of the account says to be over.
    fn gone(&mut self, what: &str, at: i64, why: &str) {
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        let at = crate::trail::time::written(at);
        self.over.push(format!("{what} no longer existed at {at}, according to the account evidence{why}"));
    }

    /// What an event ended: containment, where someone else did it.
    fn ended(&mut self, about: String, deed: &Deed, is_held: bool) {
        match (self.ground.who)(deed.session) {
            Who::Incident => {
                let is_many = about.split(' ').any(|word| ["sessions", "credentials"].contains(&word));
                let verb = if is_many { "were" } else { "was" };
                let (at, call, event) = (crate::trail::time::written(deed.at.time), &deed.name, &deed.at.id);
                self.over.push(format!(
                    "{about} {verb} revoked by the incident itself, with {call} at {at} (event `{event}`)"
                ));
            }
            by => {
                let (at, call) = (deed.at.clone(), deed.name.clone());
                self.done.push(Done { at, call, about, is_held, by });
            }
        }
    }

    /// Whether a session that may belong to the incident contained it: then it asks for no command.
    fn contained(&mut self, party: &Party) -> bool {
        let own = |done: &&Done| matches!(&done.by, Who::Other(id, _) if *id == party.id);
        let Some(done) = self.done.iter().find(own) else { return false };
        self.over.push(format!(
            "{} ({}) may belong to the incident because of a shared host, address or role, but it contained the incident with {} (event `{}`), as a responder would: no command is suggested against it",
            code(party.short()),
            party.id,
            done.call,
            done.at.id
        ));
        true
    }

    fn undo(&mut self, one: &Lasting) {
        // A key that was used is stopped already.
        let key = one.made.field("accessKeyId").filter(|_| one.kind.name().ends_with("AccessKey"));
        if key.is_some_and(|key| self.seen.contains(&format!("key {key}"))) {
            return;
        }
        let regions = one.made.region.clone();
        let Kind { command: template, how, does, .. } = one.kind;
        // Whoever answers an incident looks by it.
        let role = one.made.field("roleName").unwrap_or_default();
        let role = (one.made.account.as_str(), names::of_iam(role));
        let delivers = self.log_roles.contains(&role) && *how != How::Looks;
        let is_decision = delivers || one.kind.leaves == Leaves::Denial;
        let group = if is_decision { Group::Decide } else { Group::Undo };
        for command in commands(template, &one.made) {
            let text = if command.is_empty() { one.what.clone() } else { format!("{command:?}") };
            if self.first(text) {
                let because = vec![one.made.at.clone()];
                let account = one.made.account.clone();
                let (mut does, mut breaks) = if command.is_empty() && !template.is_empty() {
                    (
                        format!(
                            "no command can be built: the event does not contain everything it needs (Region {regions})"
                        ),
                        String::new(),
                    )
                } else {
                    ((*does).to_owned(), one.kind.breaks().to_owned())
                };
                if let Some(other) = &one.changed {
                    let id = other.at.id.replace('`', "'");
                    does.push_str(&format!("; someone else has changed it since, with {} (event `{id}`); these logs do not prove that this undid it", other.name));
                }
                if delivers {
                    breaks = format!("{DELIVERS}; {breaks}");
                }
                let about = one.what.clone();
                self.made.push(Action { group, how: *how, about, account, command, does, breaks, because });
            }
        }
    }

    fn add(&mut self, group: Group, about: String, party: &Party, command: Vec<Word>, words: (&str, &str)) {
        let is_odd = command
            .iter()
            .any(|word| matches!(word, Word::Name(name) if name.is_empty() || is_reference(name)));
        let (does, breaks) = words;
        let about = match group {
            Group::Confirm => {
                format!("if you confirm that {} ({}) is part of it: {about}", code(party.short()), party.id)
            }
            _ => about,
        };
        self.made.push(Action {
            group,
            how: How::Stops,
            about,
            account: party.account.clone(),
            command: if is_odd { Vec::new() } else { command },
            does: if is_odd {
                "no command can be built from the name in the logs".to_owned()
            } else {
                does.to_owned()
            },
            breaks: breaks.to_owned(),
            because: vec![party.first.clone()],
        });
    }
}

/// A name as code in a sentence.
fn code(name: &str) -> String {
    format!("`{}`", name.replace('`', "'"))
}

/// Words of ours.
fn own(text: &str) -> Vec<Word> {
    text.split(' ').map(|word| Word::Own(word.to_owned())).collect()
}

/// The commands of a template: one, or one for each instance. One without words where a field is not told.
fn commands(template: &str, deed: &Deed) -> Vec<Vec<Word>> {
    if template.is_empty() {
        return vec![Vec::new()];
    }
    if !template.contains("{instanceId}") || deed.all("instanceId").count() < 2 {
        return vec![command(template, deed, None)];
    }
    let ids: BTreeSet<&str> = deed.all("instanceId").collect();
    ids.into_iter().map(|id| command(template, deed, Some(id))).collect()
}

fn command(template: &str, deed: &Deed, instance: Option<&str>) -> Vec<Word> {
    let mut words = Vec::new();
    for word in template.split(' ') {
        let Some((before, rest)) = word.split_once('{') else {
            words.push(Word::Own(in_partition(word, &deed.region)));
            continue;
        };
        let field = rest.trim_end_matches('}');
        let values: Vec<&str> = match (field, field.strip_suffix('*')) {
            ("account", _) => vec![deed.account.as_str()],
            ("region", _) => vec![deed.region.as_str()],
            ("instanceId", _) if instance.is_some() => instance.into_iter().collect(),
            (_, Some(all)) => deed.all(all).collect::<BTreeSet<_>>().into_iter().collect(),
            (field, None) => first(field, deed).into_iter().collect(),
        };
        let is_odd = |value: &&str| value.is_empty() || is_reference(value);
        if values.is_empty() || values.iter().any(is_odd) {
            return Vec::new();
        }
        words.extend(values.into_iter().map(|value| Word::Name(format!("{before}{value}"))));
    }
    words
}

/// AWS's own policies have the name of the partition in theirs.
fn in_partition(word: &str, region: &str) -> String {
    let partition = if region.starts_with("cn-") {
        "arn:aws-cn:"
    } else if region.starts_with("us-gov-") {
        "arn:aws-us-gov:"
    } else {
        return word.to_owned();
    };
    word.replace("arn:aws:", partition)
}
