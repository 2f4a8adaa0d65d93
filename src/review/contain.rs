//! Commands that stop what goes on: printed, never run. Only those that the evidence asks for.

use std::collections::BTreeSet;

use super::deed::Deed;
use super::lasting::{Kind, Lasting};
use super::party::{Party, Relation, role_name};
use super::shell::is_reference;
use crate::trail::Mark;

const HOUR: i64 = 3_600;
/// A role's session, and one of the console, end within this.
const SESSION_LASTS: i64 = 12 * HOUR;
/// A session of GetSessionToken or GetFederationToken ends within this.
const TOKEN_LASTS: i64 = 36 * HOUR;
/// The policy that ends sessions which were issued before the command runs. The shell puts the time in.
const BEFORE_NOW: &str = concat!(
    r#"'{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":"#,
    r#"{"DateLessThan":{"aws:TokenIssueTime":"'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'"}}}]}'"#
);

/// Why it is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// It stops credentials that were used.
    Stop,
    /// It takes away what was left behind.
    Undo,
    /// It stops those from which the incident came; somebody has to decide that.
    Decide,
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

/// What is known when actions are made.
pub(super) struct Ground<'g> {
    pub now: i64,
    pub parties: &'g [Party],
    pub before: &'g [Party],
    pub lasting: &'g [Lasting],
    pub joints: &'g [Deed],
}

/// What to do, and what needs nothing because it ended, in sentences.
pub(super) fn actions(ground: &Ground<'_>) -> (Vec<Action>, Vec<String>) {
    let mut all = Actions { ground, made: Vec::new(), over: Vec::new(), seen: BTreeSet::new() };
    // What was made is ended as what is left behind: once is enough.
    let made: BTreeSet<&str> = ground
        .lasting
        .iter()
        .filter(|one| one.ended.is_none() && one.kind.call == "CreateAccessKey")
        .filter_map(|one| one.made.field("accessKeyId"))
        .collect();
    for party in ground.parties {
        let group =
            if matches!(party.relation, Relation::MayUse { .. }) { Group::Decide } else { Group::Stop };
        all.party(party, group, &made);
    }
    for one in ground.lasting.iter().filter(|one| one.ended.is_none()) {
        all.undo(one);
    }
    for party in ground.before {
        all.party(party, Group::Decide, &made);
    }
    all.made.sort_by_key(|action| action.group);
    (all.made, all.over)
}

struct Actions<'g> {
    ground: &'g Ground<'g>,
    made: Vec<Action>,
    over: Vec<String>,
    seen: BTreeSet<String>,
}

impl Actions<'_> {
    /// Whether this is asked for the first time.
    fn first(&mut self, what: String) -> bool {
        self.seen.insert(what)
    }

    fn party(&mut self, party: &Party, group: Group, made: &BTreeSet<&str>) {
        if party.kind == "AWSService" || party.via == crate::trail::gather::FAILED {
            return;
        }
        for key in party.keys.iter().filter(|key| key.starts_with("AKIA") && !made.contains(key.as_str())) {
            self.key(party, key, group);
        }
        match party.kind.as_str() {
            "AssumedRole" => self.role(party, group),
            "Root" => self.root(party, group),
            "IAMUser" | "FederatedUser" => self.user(party, group),
            _ => {}
        }
    }

    fn key(&mut self, party: &Party, key: &str, group: Group) {
        if !self.first(format!("key {key}")) {
            return;
        }
        // The last word counts, and whoever acts later was not ended.
        let ended = self.ground.joints.iter().rfind(|deed| {
            deed.worked()
                && deed.at.time >= party.first.time
                && match deed.name.as_str() {
                    "DeleteAccessKey" | "UpdateAccessKey" => deed.field("accessKeyId") == Some(key),
                    "DeleteUser" => {
                        !party.user.is_empty() && deed.field("userName") == Some(party.user.as_str())
                    }
                    _ => false,
                }
        });
        let stands = |deed: &&Deed| deed.field("status") != Some("Active") && party.last <= deed.at.time;
        if let Some(deed) = ended.filter(stands) {
            let at = crate::trail::time::written(deed.at.time);
            self.over.push(format!(
                "access key {} was ended by {} at {at} (event `{}`)",
                code(key),
                deed.name,
                deed.at.id
            ));
            return;
        }
        let of = if party.kind == "Root" { "root".to_owned() } else { format!("user {}", code(&party.user)) };
        let mut command = own("aws iam update-access-key");
        // As root, IAM takes the caller's own keys.
        if party.kind != "Root" {
            command.extend([Word::Own("--user-name".into()), Word::Name(party.user.clone())]);
        }
        command.extend([Word::Own("--access-key-id".into()), Word::Name(key.to_owned())]);
        command.extend(own("--status Inactive"));
        let (does, breaks) = if party.kind == "Root" {
            (
                "run it as root: the key stops working; then delete it, root needs none",
                "what was given root's key: look for it before you delete it",
            )
        } else {
            ("the key stops working at once; it can be turned on again", "everything that was given this key")
        };
        self.add(group, format!("access key {} of {of}", code(key)), party, command, (does, breaks));
    }

    fn role(&mut self, party: &Party, group: Group) {
        let name = role_name(&party.role);
        if name.is_empty() || !self.first(format!("role {} {name}", party.account)) {
            return;
        }
        let about = format!("sessions of role {}", code(name));
        if self.is_gone(party, "DeleteRole", "roleName", name) {
            return;
        }
        let latest = self.latest(&|other| other.role == party.role);
        if self.is_over(&about, latest, SESSION_LASTS) {
            return;
        }
        if party.role.contains("/aws-reserved/") || name.starts_with("AWSReservedSSO_") {
            let does = "a role of IAM Identity Center, which AWS lets nobody change: end the person's session and take the assignment away in Identity Center; then credentials last one hour at most";
            return self.add(group, about, party, Vec::new(), (does, "the person's work in this account"));
        }
        if party.role.contains("/aws-service-role/") {
            let does = "a role of an AWS service, which AWS lets nobody change: stop what the service does";
            return self.add(group, about, party, Vec::new(), (does, "what the service does for you"));
        }
        let mut command = own("aws iam put-role-policy --role-name");
        command.push(Word::Name(name.to_owned()));
        command.extend(own("--policy-name AWSRevokeOlderSessions --policy-document"));
        command.push(Word::Own(BEFORE_NOW.to_owned()));
        let does = "all sessions of the role that were issued before now are refused everything; who may take the role can take it anew";
        self.add(
            group,
            about,
            party,
            command,
            (does, "everything that runs with the role, until it takes it anew"),
        );
    }

    fn user(&mut self, party: &Party, group: Group) {
        // A federated session has the rights of the user who issued it, and falls with that one's policy.
        let issues = |other: &Party| match &other.relation {
            Relation::Issued { by, from, .. } => {
                *from == party.id && ["GetFederationToken", "GetSessionToken"].contains(by)
            }
            _ => false,
        };
        let is_token = party.keys.iter().any(|key| key.starts_with("ASIA"))
            || party.signed_in
            || self.ground.parties.iter().any(issues);
        if !is_token || party.user.is_empty() || !self.first(format!("user {} {}", party.account, party.user))
        {
            return;
        }
        if self.is_gone(party, "DeleteUser", "userName", &party.user) {
            return;
        }
        let lasts = if party.signed_in { SESSION_LASTS } else { TOKEN_LASTS };
        let what = if party.signed_in { "console sessions" } else { "temporary credentials" };
        let about = format!("{what} of user {}", code(&party.user));
        let is_own = |other: &Party| other.account == party.account && other.user == party.user;
        let latest = self.latest(&|other| is_own(other) || issues(other));
        if self.is_over(&about, latest, lasts) {
            return;
        }
        let mut command = own("aws iam put-user-policy --user-name");
        command.push(Word::Name(party.user.clone()));
        command.extend(own("--policy-name RevokeOlderSessions --policy-document"));
        command.push(Word::Own(BEFORE_NOW.to_owned()));
        let does = "temporary credentials and console sessions of the user from before now are refused everything; turning the key off does not end them";
        self.add(
            group,
            about,
            party,
            command,
            (does, "what the user does with them, until the next sign-in"),
        );
    }

    fn root(&mut self, party: &Party, group: Group) {
        if party.root == Some("service")
            || party.is_long_lived()
            || !self.first(format!("root {}", party.account))
        {
            return;
        }
        let lasts = if party.root == Some("assume-root") { HOUR } else { SESSION_LASTS };
        let about = format!(
            "{} of root",
            if party.root == Some("console") { "console sessions" } else { "temporary credentials" }
        );
        let latest = self.latest(&|other| other.account == party.account && other.kind == "Root");
        if self.is_over(&about, latest, lasts) {
            return;
        }
        let does = "no command ends them: sign in as root, change the password, look at the MFA devices and the e-mail address; in a member account a service control policy can refuse root everything";
        self.add(group, about, party, Vec::new(), (does, "nothing that should run as root"));
    }

    /// Whether the role or the user was deleted since: then its sessions can do nothing.
    fn is_gone(&mut self, party: &Party, call: &str, field: &str, name: &str) -> bool {
        let deleted = self.ground.joints.iter().find(|deed| {
            let of_account = deed.account == party.account && deed.at.time >= party.last;
            deed.name == call && deed.worked() && of_account && deed.field(field) == Some(name)
        });
        if let Some(deed) = deleted {
            let at = crate::trail::time::written(deed.at.time);
            let name = code(name);
            let event = &deed.at.id;
            self.over.push(format!(
                "{name} was ended by {call} at {at} (event `{event}`), and its sessions with it"
            ));
        }
        deleted.is_some()
    }

    /// The last time that sessions were made or seen.
    fn latest(&self, is: &dyn Fn(&Party) -> bool) -> Option<i64> {
        let all = self.ground.parties.iter().chain(self.ground.before).filter(|party| is(party));
        all.map(|party| party.made.unwrap_or(party.last).max(party.last)).max()
    }

    /// Whether the last session has ended by itself.
    fn is_over(&mut self, what: &str, latest: Option<i64>, lasts: i64) -> bool {
        let Some(latest) = latest else { return false };
        let is_over = latest + lasts < self.ground.now;
        if is_over {
            let at = crate::trail::time::written(latest);
            self.over.push(format!(
                "{what} seen here have ended by themselves: the last call was at {at}, and none lasts longer than {} hours after it was issued",
                lasts / HOUR
            ));
        }
        is_over
    }

    fn undo(&mut self, one: &Lasting) {
        let regions = one.made.region.clone();
        let Kind { command, does, breaks, .. } = one.kind;
        for command in commands(command, &one.made) {
            let text = format!("{command:?}");
            if self.first(text) {
                let because = vec![one.made.at.clone()];
                let account = one.made.account.clone();
                let (does, breaks) = if command.is_empty() {
                    (
                        format!(
                            "no command can be made: the event does not name all that is needed (Region {regions})"
                        ),
                        String::new(),
                    )
                } else {
                    ((*does).to_owned(), (*breaks).to_owned())
                };
                let about = one.what.clone();
                self.made.push(Action { group: Group::Undo, about, account, command, does, breaks, because });
            }
        }
    }

    fn add(&mut self, group: Group, about: String, party: &Party, command: Vec<Word>, words: (&str, &str)) {
        let is_odd = command
            .iter()
            .any(|word| matches!(word, Word::Name(name) if name.is_empty() || is_reference(name)));
        let (does, breaks) = words;
        self.made.push(Action {
            group,
            about,
            account: party.account.clone(),
            command: if is_odd { Vec::new() } else { command },
            does: if is_odd {
                "no command can be made of the name that the logs have".to_owned()
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
    if !template.contains("{instanceId}") {
        return vec![command(template, deed, None)];
    }
    let ids: BTreeSet<&str> = deed.all("instanceId").collect();
    if ids.is_empty() {
        vec![Vec::new()]
    } else {
        ids.into_iter().map(|id| command(template, deed, Some(id))).collect()
    }
}

fn command(template: &str, deed: &Deed, instance: Option<&str>) -> Vec<Word> {
    let mut words = Vec::new();
    for word in template.split(' ') {
        let Some((before, rest)) = word.split_once('{') else {
            words.push(Word::Own(word.to_owned()));
            continue;
        };
        let field = rest.trim_end_matches('}');
        let value = match field {
            "region" => Some(deed.region.as_str()),
            "instanceId" => instance,
            field => deed.field(field),
        };
        match value.filter(|value| !value.is_empty() && !is_reference(value)) {
            Some(value) => words.push(Word::Name(format!("{before}{value}"))),
            None => return Vec::new(),
        }
    }
    words
}
