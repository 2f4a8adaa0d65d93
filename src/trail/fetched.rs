//! Secrets that a service decrypted for someone: `GetParameter` makes a second event, KMS's `Decrypt`, in the caller's
//! name and with a key of its own. It is no session: it belongs to the one that fetched the secret.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::{Credential, Few, MCP, Spans, Tally};
use super::link::Group;

/// The second event has the time of the first one, but for the clocks of two services.
const NEAR: i64 = 60;

type Groups<'g> = BTreeMap<Group, Vec<&'g Credential>>;
/// Account, kind, principal, and the secret's plain name.
type Read<'g> = (&'g str, &'g str, &'g str, String);

/// Moves what services decrypted to the sessions that fetched it, where only one can have; returns what was moved.
pub(super) fn join<'g>(
    tallies: &'g BTreeMap<Credential, Tally>,
    groups: &mut Groups<'g>,
) -> BTreeSet<&'g Credential> {
    let mut joined = BTreeSet::new();
    let decrypting: Vec<(Group, &Credential)> = groups
        .iter()
        .flat_map(|(group, members)| members.iter().map(move |one| (group.clone(), *one)))
        .filter(|(_, one)| !one.fetched.is_empty())
        .collect();
    if decrypting.is_empty() {
        return joined;
    }
    let readers = readers(tallies, groups);
    for (from, one) in decrypting {
        let Some(target) = tallies.get(one).and_then(|tally| reader(&readers, one, tally)) else { continue };
        if let Some(members) = groups.get_mut(&from) {
            members.retain(|member| *member != one);
        }
        groups.entry(target).or_default().push(one);
        joined.insert(one);
    }
    groups.retain(|_, members| !members.is_empty());
    joined
}

/// What a joined call adds to its session: a call. The service's address and agent are not the caller's, and the
/// secret is known by the name that was asked for.
pub(super) fn counts(tally: Tally) -> Tally {
    Tally { ips: Spans::default(), agents: Spans::default(), secrets: Few::default(), ..tally }
}

/// A session that read a secret, and when it was seen.
struct Reader {
    group: Group,
    first: i64,
    last: i64,
}

/// Who read which secret, by calls of their own.
fn readers<'g>(
    tallies: &'g BTreeMap<Credential, Tally>,
    groups: &Groups<'g>,
) -> BTreeMap<Read<'g>, Vec<Reader>> {
    let mut all: BTreeMap<Read<'g>, Vec<Reader>> = BTreeMap::new();
    for (group, members) in groups {
        let own =
            members.iter().filter(|one| one.fetched.is_empty() && (one.via.is_empty() || one.via == MCP));
        let own: Vec<(&Credential, &Tally)> =
            own.filter_map(|one| Some((*one, tallies.get(*one)?))).collect();
        let first = own.iter().map(|(_, tally)| tally.first.time).min().unwrap_or_default();
        let last = own.iter().map(|(_, tally)| tally.last).max().unwrap_or_default();
        let read = own.iter().flat_map(|(one, tally)| {
            tally.secrets.iter().map(|name| (&*one.account, &*one.kind, &*one.principal, plain(name)))
        });
        for read in read.collect::<BTreeSet<_>>() {
            all.entry(read).or_default().push(Reader { group: group.clone(), first, last });
        }
    }
    all
}

/// The only session that can have fetched it: of the same principal, at that time, by name or by its path.
fn reader(readers: &BTreeMap<Read<'_>, Vec<Reader>>, one: &Credential, tally: &Tally) -> Option<Group> {
    let name = plain(&one.fetched);
    let paths = name.match_indices('/').map(|(at, _)| format!("{}/*", name.get(..at).unwrap_or_default()));
    let names = std::iter::once(name.clone()).chain(paths).chain(std::iter::once("*".to_owned()));
    let near = |reader: &&Reader| reader.first - NEAR <= tally.first.time && tally.last <= reader.last + NEAR;
    let mut found: BTreeSet<&Group> = BTreeSet::new();
    for name in names {
        let read = (&*one.account, &*one.kind, &*one.principal, name);
        let all = readers.get(&read).into_iter().flatten();
        found.extend(all.filter(near).map(|reader| &reader.group));
    }
    // Of two sessions of one principal the one that was made at the same time.
    let same: Vec<&Group> =
        found.iter().copied().filter(|group| !one.created.is_empty() && group.3 == one.created).collect();
    match (same.as_slice(), found.len()) {
        ([only], _) => Some((*only).clone()),
        (_, 1) => found.into_iter().next().cloned(),
        _ => None,
    }
}

/// A secret's name without what differs from call to call: the ARN around it, a version or label after it, the six
/// characters that Secrets Manager puts behind, the slash before.
pub fn plain(name: &str) -> String {
    if let Some((_, secret)) = name.split_once(":secret:") {
        let bare = secret.rsplit_once('-').filter(|(_, end)| end.len() == 6).map_or(secret, |(bare, _)| bare);
        return bare.to_owned();
    }
    let parameter = name.split_once(":parameter/").map_or(name, |(_, parameter)| parameter);
    let parameter = parameter.trim_start_matches('/');
    parameter.split(':').next().unwrap_or(parameter).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_one_plain_name() {
        for (name, expected) in [
            ("/app/key", "app/key"),
            ("app/key:3", "app/key"),
            ("arn:aws:ssm:us-east-1:123456789012:parameter/app/key", "app/key"),
            ("/app/*", "app/*"),
            (
                "arn:aws:secretsmanager:us-east-1:123456789012:secret:paperclip/database-AbCdEf",
                "paperclip/database",
            ),
            ("paperclip/database", "paperclip/database"),
            ("/*", "*"),
        ] {
            assert_eq!(plain(name), expected, "{name}");
        }
    }
}
