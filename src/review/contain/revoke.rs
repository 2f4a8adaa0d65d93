//! How credentials of a session are stopped, or that they ended already.

use std::collections::BTreeMap;

use super::{Action, Actions, Ground, Group, Word, code, own};
use crate::review::deed::Deed;
use crate::review::kinds::How;
use crate::review::lasting::Seen;
use crate::review::names::of_iam;
use crate::review::party::{Party, Relation, role_name};
use crate::review::shell::is_reference;
use crate::trail::gather::is_attempt;
use crate::trail::time::written;

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

/// When each identity was last seen, or got its last credentials.
#[derive(Default)]
pub(super) struct Latest<'g> {
    roles: BTreeMap<&'g str, i64>,
    users: BTreeMap<(&'g str, &'g str), i64>,
    roots: BTreeMap<&'g str, i64>,
    /// Of tokens that a session issued, by its id.
    tokens: BTreeMap<&'g str, i64>,
}

impl<'g> Latest<'g> {
    pub fn of(ground: &Ground<'g>) -> Self {
        let mut all = Self::default();
        for party in ground.parties.iter().chain(ground.before).chain(ground.perhaps) {
            let at = party.made.unwrap_or(party.whole.1).max(party.whole.1);
            let later = |known: &mut i64| *known = at.max(*known);
            if !party.role.is_empty() {
                later(all.roles.entry(&party.role).or_insert(at));
            }
            if !party.user.is_empty() {
                later(all.users.entry((&party.account, &party.user)).or_insert(at));
            }
            if party.kind == "Root" {
                later(all.roots.entry(&party.account).or_insert(at));
            }
            if let Relation::Issued { by: "GetFederationToken" | "GetSessionToken", from, .. } =
                &party.relation
            {
                later(all.tokens.entry(from).or_insert(at));
            }
        }
        for (deed, id) in ground.unused {
            if ["GetSessionToken", "GetFederationToken"].contains(&deed.name.as_str()) {
                let known = all.tokens.entry(id).or_insert(deed.at.time);
                *known = deed.at.time.max(*known);
            }
            if let Some(role) = deed.field("roleArn").filter(|_| deed.name.starts_with("AssumeRole")) {
                let known = all.roles.entry(role).or_insert(deed.at.time);
                *known = deed.at.time.max(*known);
            }
        }
        all
    }
}

/// Who may change a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeper {
    Account,
    IdentityCenter,
    Service,
}

impl Keeper {
    fn of(arn: &str) -> Self {
        match () {
            () if arn.contains("/aws-service-role/") => Self::Service,
            () if arn.contains("/aws-reserved/") => Self::IdentityCenter,
            () if role_name(arn).starts_with("AWSReservedSSO_") => Self::IdentityCenter,
            () => Self::Account,
        }
    }

    /// Only a service of AWS takes its own role: nothing of it was stolen, and someone has to decide.
    fn group(self, group: Group) -> Group {
        if self == Self::Service { group.max(Group::Decide) } else { group }
    }
}

/// The command that ends the sessions of a role, and what it does; AWS refuses it for roles that it keeps itself.
fn revocation(arn: &str) -> (Vec<Word>, &'static str) {
    match Keeper::of(arn) {
        Keeper::Account => {}
        Keeper::IdentityCenter => return (Vec::new(), OF_IDENTITY_CENTER),
        Keeper::Service => return (Vec::new(), OF_SERVICE),
    }
    let mut command = own("aws iam put-role-policy --role-name");
    command.push(Word::Name(role_name(arn).to_owned()));
    command.extend(own("--policy-name AWSRevokeOlderSessions --policy-document"));
    command.push(Word::Own(BEFORE_NOW.to_owned()));
    let does = "denies everything to all sessions of the role issued before now; whoever can assume the role can assume it again. Undo: `aws iam delete-role-policy` with the same two names";
    (command, does)
}

/// What works for a role of Identity Center.
const OF_IDENTITY_CENTER: &str = "a role of IAM Identity Center: AWS rejects `put-role-policy` and every other change to it here. In the management or delegated administrator account, first deny that person everything with a service control policy that denies `*` where `identitystore:UserId` is theirs (find it with `aws identitystore list-users`); this stops issued credentials at once. Then remove their assignments with `aws sso-admin delete-account-assignment`, and their group memberships with `aws identitystore delete-group-membership`. Then delete their active sessions in the Identity Center console (Users, the person, Active sessions), and reset their password and MFA where they sign in. Without the policy, issued credentials stay valid for the permission set's session duration, at most 12 hours";
/// What works for a role of an AWS service.
const OF_SERVICE: &str = "a service-linked role: AWS rejects `put-role-policy` and every other change to it, and its sessions cannot be revoked. Only the service itself can assume it: stop or delete its resources in that service; `aws iam delete-service-linked-role` works once none are left";

impl<'g> Actions<'g> {
    pub(super) fn party(&mut self, party: &'g Party, group: Group) {
        if party.kind == "AWSService" || is_attempt(&party.via) {
            return;
        }
        for key in party.keys.iter().filter(|key| key.starts_with("AKIA")) {
            if !self.made_keys.contains(key.as_str()) {
                self.key(party, key, group);
            }
        }
        match party.kind.as_str() {
            "AssumedRole" => self.role(party, group),
            "Root" => self.root(party, group),
            "IAMUser" => {
                self.password(party, group);
                self.user(party, group);
            }
            "FederatedUser" => self.federated(party, group),
            _ => {}
        }
    }

    fn key(&mut self, party: &'g Party, key: &'g str, group: Group) {
        if !self.first(format!("key {key}")) {
            return;
        }
        // Whoever acts later was not ended.
        let endings = self.ground.endings;
        let ended =
            endings.of_key(&party.account, &party.user, key).filter(|deed| party.whole.1 <= deed.at.time);
        if let Some(deed) = ended {
            return self.ended(format!("access key {}", code(key)), deed, false);
        }
        let seen = self.ground.states.key(&party.account, &party.user, key, party.whole.1);
        if let Seen::Gone(at, why) = &seen {
            return self.gone(&format!("access key {}", code(key)), *at, why);
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
                "run it as root: the key stops working; then delete it, since root needs none",
                "whatever has been given root's key: find it before you delete the key",
            )
        } else {
            (
                "the key stops working at once; it can be turned on again",
                "everything that has been given this key",
            )
        };
        self.add(group, format!("access key {} of {of}", code(key)), party, command, (does, breaks));
    }

    fn role(&mut self, party: &'g Party, group: Group) {
        let name = role_name(&party.role);
        if name.is_empty() || !self.first(format!("role {} {name}", party.account)) {
            return;
        }
        let about = format!("sessions of role {}", code(name));
        if self.is_gone(party, "DeleteRole", name) {
            return;
        }
        let latest = self.latest.roles.get(party.role.as_str()).copied();
        if self.is_over(&about, latest, SESSION_LASTS) {
            return;
        }
        if self.is_denied(&about, true, (&party.account, name), latest.unwrap_or(party.whole.1)) {
            return;
        }
        let group = Keeper::of(&party.role).group(group);
        let (command, does) = revocation(&party.role);
        let breaks = match Keeper::of(&party.role) {
            Keeper::Account => "everything that runs with the role, until it assumes it again",
            Keeper::IdentityCenter => "the person's work in this account",
            Keeper::Service => "whatever the service does for you",
        };
        self.add(group, about, party, command, (does, breaks));
    }

    fn user(&mut self, party: &'g Party, group: Group) {
        let issued = self.latest.tokens.contains_key(party.id.as_str());
        // A service that goes on in the user's name has credentials that nobody else ever held.
        let is_told = |ip: &str| ip.parse::<std::net::IpAddr>().is_ok();
        let is_elsewhere = party.ips.is_empty() || party.ips.iter().any(|(ip, ..)| is_told(ip));
        let has_token = is_elsewhere && party.keys.iter().any(|key| key.starts_with("ASIA"));
        let is_token = has_token || party.signed_in || issued;
        if !is_token || party.user.is_empty() || !self.first(format!("user {} {}", party.account, party.user))
        {
            return;
        }
        if self.is_gone(party, "DeleteUser", &party.user) {
            return;
        }
        let lasts = if party.signed_in && !issued { SESSION_LASTS } else { TOKEN_LASTS };
        let what = if party.signed_in { "console sessions" } else { "temporary credentials" };
        let about = format!("{what} of user {}", code(&party.user));
        // A federated session has the rights of the user who issued it, and falls with that one's policy.
        let of_user = self.latest.users.get(&(party.account.as_str(), party.user.as_str()));
        let latest = of_user.max(self.latest.tokens.get(party.id.as_str())).copied();
        let whose = (party.account.as_str(), party.user.as_str());
        if !self.is_over(&about, latest, lasts)
            && !self.is_denied(&about, false, whose, latest.unwrap_or(party.whole.1))
        {
            self.revoke_user(party, &party.user, about, group);
        }
    }

    /// Its rights are those of the user who called GetFederationToken: only a policy of that one ends it.
    fn federated(&mut self, party: &'g Party, group: Group) {
        let Some((_, name)) = party.issuer.split_once(":user/") else {
            if party.issuer.ends_with(":root") {
                self.root(party, group);
            }
            return;
        };
        let name = role_name(name);
        if !self.first(format!("user {} {name}", party.account)) || self.is_gone(party, "DeleteUser", name) {
            return;
        }
        let about = format!("federated sessions issued by user {}", code(name));
        let latest = party.made.unwrap_or(party.whole.1).max(party.whole.1);
        if !self.is_over(&about, Some(latest), TOKEN_LASTS)
            && !self.is_denied(&about, false, (&party.account, name), latest)
        {
            self.revoke_user(party, name, about, group);
        }
    }

    fn revoke_user(&mut self, party: &'g Party, name: &str, about: String, group: Group) {
        let mut command = own("aws iam put-user-policy --user-name");
        command.push(Word::Name(name.to_owned()));
        command.extend(own("--policy-name RevokeOlderSessions --policy-document"));
        command.push(Word::Own(BEFORE_NOW.to_owned()));
        let does = "denies everything to the user's temporary credentials, including federated ones, and console sessions from before now; deactivating the key does not end them. Undo: `aws iam delete-user-policy` with the same two names";
        self.add(
            group,
            about,
            party,
            command,
            (does, "whatever the user does with them, until the next sign-in"),
        );
    }

    fn root(&mut self, party: &'g Party, group: Group) {
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
        let latest = self.latest.roots.get(party.account.as_str()).copied();
        if self.is_over(&about, latest, lasts) {
            if party.root == Some("console") {
                self.root_password(party, group);
            }
            return;
        }
        let does = "no command ends them: sign in as root, change the password, and check the MFA devices and the e-mail address; in a member account, a service control policy can deny root everything";
        self.add(group, about, party, Vec::new(), (does, "nothing that should depend on root"));
    }

    /// Whether the role or the user was deleted since: then its sessions can do nothing.
    pub(super) fn is_gone(&mut self, party: &'g Party, call: &'g str, name: &'g str) -> bool {
        let deleted = self.ground.endings.deleted(call, &party.account, name, party.whole.1);
        if let Some(deed) = deleted {
            self.ended(format!("{} and its sessions", code(name)), deed, false);
            return true;
        }
        let is_role = call == "DeleteRole";
        let gone = self.ground.states.is_gone(&party.account, is_role, name, party.whole.1);
        if let Some(at) = gone {
            self.gone(&code(name), at, "and its sessions with it");
        }
        gone.is_some()
    }

    /// Other keys of a user whose key was used: nothing says that they are known to others, nor that they are not.
    pub(super) fn other_keys(&mut self, party: &'g Party) {
        if party.user.is_empty() || !self.first(format!("others of {} {}", party.account, party.user)) {
            return;
        }
        let known = party.keys.iter().map(String::as_str).collect();
        for (id, words) in self.ground.states.other_keys(&party.account, &party.user, &known) {
            if self.made_keys.contains(id.as_str()) || !self.first(format!("key {id}")) {
                continue;
            }
            let mut command = own("aws iam update-access-key --user-name");
            command.push(Word::Name(party.user.clone()));
            command.extend([Word::Own("--access-key-id".into()), Word::Name(id.clone())]);
            command.extend(own("--status Inactive"));
            let about = format!("another access key of user {}, {} ({words})", code(&party.user), code(&id));
            let words = ("the key stops working; it can be reactivated", "whatever has been given this key");
            self.add(Group::Decide, about, party, command, words);
        }
    }

    /// A role whose credentials were issued to the incident, and not seen to be used.
    pub(super) fn unused_role(&mut self, deed: &'g Deed) {
        let Some(arn) = deed.field("roleArn").filter(|_| deed.name.starts_with("AssumeRole")) else { return };
        let (account, name) = (arn.split(':').nth(4).unwrap_or_default(), role_name(arn));
        let is_over = deed.at.time + SESSION_LASTS < self.ground.now;
        if is_over || is_reference(name) || !self.first(format!("role {account} {}", of_iam(name))) {
            return;
        }
        if let Some(deleted) = self.ground.endings.deleted("DeleteRole", account, name, deed.at.time) {
            return self.ended(format!("{} and its sessions", code(name)), deleted, false);
        }
        let key = code(deed.field("accessKeyId").unwrap_or_default());
        let about = format!("credentials {key} of role {}, issued but not used in these logs", code(name));
        if self.is_denied(&about, true, (account, name), deed.at.time) {
            return;
        }
        let (command, does) = revocation(arn);
        self.made.push(Action {
            group: Keeper::of(arn).group(Group::Stop),
            how: How::Stops,
            about,
            account: account.to_owned(),
            command,
            does: does.to_owned(),
            breaks: "everything that runs with the role, until it assumes it again".to_owned(),
            because: vec![deed.at.clone()],
        });
    }

    /// Whether someone else denied a role or a user everything, no earlier than a time.
    fn is_denied(&mut self, about: &str, is_role: bool, whose: (&'g str, &'g str), from: i64) -> bool {
        let denied = self.ground.endings.denied(is_role, whose, from, self.ground.within);
        if let Some(deed) = denied {
            self.ended(about.to_owned(), deed, false);
        }
        denied.is_some()
    }

    /// Whether the last session has ended by itself.
    fn is_over(&mut self, what: &str, latest: Option<i64>, lasts: i64) -> bool {
        let Some(latest) = latest else { return false };
        let is_over = latest + lasts < self.ground.now;
        if is_over {
            self.over.push(format!(
                "{what} seen here have expired: the last call was at {}, and none is valid for more than {} hours after it was issued",
                written(latest),
                lasts / HOUR
            ));
        }
        is_over
    }
}
