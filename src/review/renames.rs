//! Users and groups that were renamed: one is the same whatever it was called, and a command needs its name of now.
//!
//! A name can also be given anew. So a name is followed from the time of its event, and who had it until it was deleted
//! is not who was renamed to it later.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::deed::Deed;
use super::names::{of_iam, same_in_iam};
use super::party::{Party, user};
use crate::account::{Account, Kind};
use crate::trail::Session;

/// Whether it is a group, the account and the name, as it is compared.
type Named<'j> = (bool, &'j str, String);

/// What comes next of a name.
struct Next {
    time: i64,
    /// The name of now; `None`: nothing changes it.
    now: Option<String>,
}

/// All renamings, by the old name and in the order of time.
#[derive(Default)]
pub(super) struct Renames<'j> {
    by_name: BTreeMap<Named<'j>, Vec<Next>>,
}

/// The field that names a user or a group.
fn field(is_group: bool) -> &'static str {
    if is_group { "groupName" } else { "userName" }
}

/// Whether a call renames or deletes a group, or a user; and the names before and after.
fn change(deed: &Deed) -> Option<(bool, &str, Option<&str>)> {
    let is_group = match deed.name.as_str() {
        _ if deed.service != "iam" || !deed.worked() => return None,
        "UpdateUser" | "DeleteUser" => false,
        "UpdateGroup" | "DeleteGroup" => true,
        _ => return None,
    };
    let old = deed.field(field(is_group))?;
    if deed.name.starts_with("Delete") {
        return Some((is_group, old, None));
    }
    let new = deed.field(if is_group { "newGroupName" } else { "newUserName" })?;
    (!same_in_iam(old, new)).then_some((is_group, old, Some(new)))
}

impl<'j> Renames<'j> {
    /// `joints` are in the order of time.
    pub fn of(joints: &'j [Deed]) -> Self {
        let mut all = Self::default();
        let changes: Vec<_> = joints.iter().filter_map(|deed| Some((deed, change(deed)?))).collect();
        if changes.iter().all(|(_, (.., new))| new.is_none()) {
            return all;
        }
        // From the last one back: what becomes of a new name is known then.
        let mut taken = std::collections::BTreeSet::new();
        for (deed, (is_group, old, new)) in changes.into_iter().rev() {
            let named = |name: &str| (is_group, deed.account.as_str(), of_iam(name));
            let now = match new {
                // Somebody else has the name since.
                None if taken.contains(&named(old)) => Some(format!("{old} (deleted)")),
                None => None,
                Some(new) => {
                    let last = all.by_name.get(&named(new)).and_then(|known| known.last());
                    let now = last.and_then(|next| next.now.clone()).unwrap_or_else(|| new.to_owned());
                    taken.insert(named(new));
                    Some(now)
                }
            };
            all.by_name.entry(named(old)).or_default().push(Next { time: deed.at.time, now });
        }
        all.by_name.values_mut().for_each(|known| known.reverse());
        all
    }

    /// Whether nothing was renamed.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// What is now called what had a name at a time.
    pub fn now<'n>(&self, is_group: bool, account: &str, name: &'n str, time: i64) -> Cow<'n, str> {
        if self.is_empty() {
            return Cow::Borrowed(name);
        }
        let known = self.by_name.get(&(is_group, account, of_iam(name)));
        let next = known.and_then(|known| known.get(known.partition_point(|next| next.time < time)));
        next.and_then(|next| next.now.clone()).map_or(Cow::Borrowed(name), Cow::Owned)
    }

    /// The name of a session's user.
    pub fn user(&self, session: &Session) -> String {
        self.now(false, &session.account, &user(session), session.first().time).into_owned()
    }

    /// Events with the names of now.
    pub fn deeds<'d>(&self, deeds: &'d [Deed]) -> Cow<'d, [Deed]> {
        if self.is_empty() {
            return Cow::Borrowed(deeds);
        }
        let mut all = deeds.to_vec();
        for deed in all.iter_mut().filter(|deed| deed.service == "iam") {
            let (account, time) = (&deed.account, deed.at.time);
            for (known, value) in &mut deed.targets {
                for is_group in [false, true].into_iter().filter(|is_group| known == field(*is_group)) {
                    *value = self.now(is_group, account, value, time).into_owned();
                }
            }
        }
        Cow::Owned(all)
    }

    /// Lets a party have its name of now.
    pub fn follow(&self, party: &mut Party) {
        let now = |name: &str| self.now(false, &party.account, name, party.whole.0).into_owned();
        party.user = now(&party.user);
        if let Some((start, path)) = party.issuer.split_once(":user/") {
            let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
            let slash = if folder.is_empty() { "" } else { "/" };
            party.issuer = format!("{start}:user/{folder}{slash}{}", now(name));
        }
    }

    /// Evidence with the names of now: it may have been collected before.
    pub fn accounts<'a>(&self, accounts: &'a [Account]) -> Cow<'a, [Account]> {
        if self.is_empty() {
            return Cow::Borrowed(accounts);
        }
        let mut all = accounts.to_vec();
        for account in &mut all {
            let time = account.now.as_second();
            let report = account.report_made.get().map_or(time, |at| at.as_second());
            let number = &account.number;
            let now = |is_group, name: &mut String, time| {
                *name = self.now(is_group, number, name, time).into_owned();
            };
            account.users.iter_mut().for_each(|user| now(false, &mut user.name, report));
            let crate::account::Known::Is(subjects) = &mut account.subjects else { continue };
            for subject in subjects {
                if matches!(subject.kind, Kind::User | Kind::Group) {
                    now(subject.kind == Kind::Group, &mut subject.name, time);
                }
                subject.members.iter_mut().for_each(|member| now(false, member, time));
            }
        }
        Cow::Owned(all)
    }
}
