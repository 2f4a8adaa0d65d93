//! Passwords that someone signed in with: they work on when the sessions have ended.

use super::{Actions, Group, Word, code, own};
use crate::review::endings::ROOT_PASSWORD;
use crate::review::lasting::Seen;
use crate::review::names::same_in_iam;
use crate::review::party::Party;

impl<'g> Actions<'g> {
    /// The password of a user who signed in to the console, whatever time has passed.
    pub(super) fn password(&mut self, party: &'g Party, group: Group) {
        let (account, user) = (party.account.as_str(), party.user.as_str());
        // What the incident set itself is taken away as what it left behind.
        let sets = ["iam:ChangePassword", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"];
        let is_set = self.ground.lasting.iter().any(|one| {
            one.is_open()
                && sets.contains(&one.kind.call)
                && one.made.account == account
                && one.made.field("userName").is_some_and(|name| same_in_iam(name, user))
        });
        if !party.signed_in || user.is_empty() || is_set || !self.first(format!("password {account} {user}"))
        {
            return;
        }
        let last = self.last(party, |one| same_in_iam(&one.user, user));
        if self.is_gone(party, "DeleteUser", user) {
            return;
        }
        let about = format!("the password of user {}", code(user));
        let endings = self.ground.endings;
        // In the second of the incident's own last call it may be the incident that changed it.
        let calls = ["DeleteLoginProfile", "UpdateLoginProfile", "ChangePassword"];
        let ended = calls.iter().find_map(|call| {
            endings.deleted(call, account, user, last).filter(|deed| !(self.ground.within)(deed.session))
        });
        if let Some(deed) = ended {
            return self.ended(about, deed, false);
        }
        if let Seen::Gone(at, why) = self.ground.states.password(account, user, last) {
            return self.gone(&about, at, &why);
        }
        let mut command = own("aws iam delete-login-profile --user-name");
        command.push(Word::Name(user.to_owned()));
        let does = "the password no longer works; running console sessions continue. Give the user a new one with `aws iam create-login-profile`, and an MFA device";
        self.add(group, about, party, command, (does, "the user's sign-in"));
    }

    /// Root's password, when the sessions have ended by themselves.
    pub(super) fn root_password(&mut self, party: &'g Party, group: Group) {
        let account = party.account.as_str();
        let last = self.last(party, |one| one.kind == "Root");
        let about = "the password of root".to_owned();
        // In the second of root's own last call it may be the incident that changed it.
        if let Some(deed) = self.ground.endings.deleted(ROOT_PASSWORD, account, "", last + 1) {
            return self.ended(about, deed, false);
        }
        let does = "there is no command for it: sign in as root, change the password, and check the MFA devices and the e-mail address; in a member account, a service control policy can deny root everything";
        self.add(group, about, party, Vec::new(), (does, "nothing that should depend on root"));
    }

    /// The last call of a principal in the incident: who is no part of it may end a password meanwhile.
    fn last(&self, party: &Party, is: impl Fn(&Party) -> bool) -> i64 {
        let all = self.ground.parties.iter().chain(self.ground.before);
        let own = all.filter(|one| one.account == party.account && is(one));
        own.map(|one| one.whole.1).max().unwrap_or_default().max(party.whole.1)
    }
}
