//! Passwords that commands are given in ways that many of them share: `-u user -p X`, `-U user%X`, `echo X | passwd`,
//! `kinit u <<< X`.

use std::ops::Range;

use super::is_telling;
use super::simple::{Simple, commands};
use super::value::hide;

/// Commands whose input is a password.
const TAKERS: [&str; 17] = [
    "passwd",
    "smbpasswd",
    "vncpasswd",
    "kinit",
    "cryptsetup",
    "su",
    "saslpasswd2",
    "ldappasswd",
    "borg",
    "restic",
    "elasticsearch-keystore",
    "kibana-keystore",
    "opensearch-keystore",
    "logstash-keystore",
    "gocryptfs",
    "ecryptfs-add-passphrase",
    "gnome-keyring-daemon",
];
/// Commands whose `-u` is no login, or whose `-p` is no password.
const OTHERS: [&str; 20] = [
    "sudo",
    "doas",
    "runuser",
    "chroot",
    "docker",
    "podman",
    "docker-compose",
    "kubectl",
    "ps",
    "ssh",
    "scp",
    "rsync",
    "cp",
    "tar",
    "mkdir",
    "install",
    "systemd-run",
    "journalctl",
    "read",
    "sort",
];
/// Options with a login.
const LOGINS: [&str; 9] = [
    "--user",
    "--proxy-user",
    "--auth",
    "-auth",
    "--creds",
    "--credentials",
    "--login",
    "--basic-auth",
    "-a",
];
const USERS: [&str; 6] = ["-u", "-U", "--user", "--username", "-username", "-user"];
const PASSWORDS: [&str; 2] = ["-p", "-P"];

/// Everything that is a password because of how a command is given it.
pub(super) fn in_commands(line: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let all = commands(line);
    let text = |range: &Range<usize>| line.get(range.clone()).unwrap_or_default();
    for (number, command) in all.iter().enumerate() {
        let words: Vec<&str> = command.words.iter().map(text).collect();
        let mut found = Vec::new();
        with_user(&words, &command.words, &mut found);
        logins(&words, &command.words, &mut found);
        calls(&words, &command.words, &mut found);
        let next = all.get(number + 1).filter(|_| command.piped);
        let takes = |command: &Simple| takes_input(&command.words.iter().map(text).collect::<Vec<_>>());
        if next.is_some_and(takes) && words.first().is_some_and(|name| matches!(*name, "echo" | "printf")) {
            found.extend(command.words.iter().skip(1).filter(|word| !text(word).starts_with('-')).cloned());
        }
        if takes(command) {
            found.extend(command.fed.iter().cloned());
        }
        found.into_iter().for_each(|range| hide(line, range, 0, &mut hidden));
    }
    hidden
}

/// `-u user -p X`, in either order.
fn with_user(words: &[&str], places: &[Range<usize>], found: &mut Vec<Range<usize>>) {
    let Some(user) = words.iter().position(|word| USERS.contains(word)) else { return };
    let command = words.get(..user).unwrap_or_default().iter().rev().find(|word| !word.starts_with('-'));
    if user == 0 || command.is_none_or(|name| OTHERS.contains(&base(name))) {
        return;
    }
    for (number, word) in words.iter().enumerate() {
        let place = places.get(number).cloned().unwrap_or_default();
        if PASSWORDS.contains(word) {
            let next = words.get(number + 1).zip(places.get(number + 1));
            found.extend(next.filter(|(next, _)| is_password(next)).map(|(_, place)| place.clone()));
        } else if let Some(rest) = PASSWORDS.iter().find_map(|option| word.strip_prefix(option))
            && is_password(rest)
        {
            found.push(place.end - rest.len()..place.end);
        }
    }
}

fn is_password(word: &str) -> bool {
    let port = word.bytes().all(|byte| byte.is_ascii_digit() || b":.".contains(&byte));
    !port && !word.starts_with(['-', '/', '~', '.']) && !word.contains("://")
}

/// `-u user:X`, `-sSu user:X`, `-U user%X`, `--auth user:X`.
fn logins(words: &[&str], places: &[Range<usize>], found: &mut Vec<Range<usize>>) {
    let name = words.iter().map(|word| base(word)).find(|word| !matches!(*word, "sudo" | "exec" | "env"));
    let Some(name) = name.filter(|name| !OTHERS.contains(name)) else { return };
    let clusters = matches!(name, "curl" | "wget" | "http" | "https" | "xh");
    for ((option, next), place) in words.iter().zip(words.iter().skip(1)).zip(places.iter().skip(1)) {
        let cluster = clusters
            && option.len() <= 8
            && option.starts_with('-')
            && !option.starts_with("--")
            && option.ends_with(['u', 'U']);
        if !cluster && !LOGINS.contains(option) && !matches!(*option, "-u" | "-U") {
            continue;
        }
        let user = next.find(|c: char| !(c.is_alphanumeric() || "._@+-\\".contains(c))).unwrap_or(next.len());
        let after = next.get(user..).unwrap_or_default();
        let password = after.strip_prefix([':', '%']).filter(|_| user > 0).unwrap_or_default();
        if is_password(password) {
            found.push(place.end - password.len()..place.end);
        }
    }
}

/// `echo h:5432:db:user:X >> ~/.pgpass`, and `user:X@host` without a scheme.
fn calls(words: &[&str], places: &[Range<usize>], found: &mut Vec<Range<usize>>) {
    let pgpass = words.iter().any(|word| word.ends_with("pgpass") || word.ends_with("pgpass.conf"));
    for (word, place) in words.iter().zip(places) {
        if pgpass && let Some((at, _)) = word.match_indices(':').nth(3) {
            found.push(place.start + at + 1..place.end);
        }
        let login = word.split_once(':').and_then(|(user, rest)| {
            let named = !user.is_empty()
                && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            let (password, host) = rest.rsplit_once('@')?;
            let is_host =
                host.starts_with(|c: char| c.is_ascii_alphanumeric()) && !host.starts_with("sha256:");
            // A slash is a path's, but for base64.
            let path = password.contains('/') && !password.contains(['+', '=']);
            (named && is_host && !path && !password.contains([' ', ':'])).then_some((user, password))
        });
        if let Some((user, password)) = login {
            let start = place.start + user.len() + 1;
            found.push(start..start + password.len());
        }
    }
}

/// Whether a command's input is a password.
fn takes_input(words: &[&str]) -> bool {
    let named = words.iter().any(|word| TAKERS.contains(&base(word)));
    let option = words.iter().any(|word| {
        let option = word.strip_prefix("--").unwrap_or_default();
        ["stdin", "with-token", "passphrase-fd", "password-file=-"].iter().any(|end| option.contains(end))
    });
    let asks = words.first().is_some_and(|name| *name == "sudo") && words.contains(&"-S");
    let piped = words.windows(2).any(|pair| matches!(pair, ["-pass" | "-passin" | "-passout", "stdin"]));
    let reads =
        words.first().is_some_and(|name| *name == "read") && words.iter().any(|word| is_telling(word));
    named || option || asks || piped || reads
}

/// The command's name, without its directory.
fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}
