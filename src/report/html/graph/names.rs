//! Names short enough for a box. All of them are redacted before; the whole name stands in the box's title.

/// What an ARN, or what stands for one, is called in a box: a title, and what stands below it.
pub(super) fn of(principal: &str) -> (String, String) {
    let rest = principal.splitn(6, ':').nth(5).unwrap_or(principal);
    match *rest.splitn(3, '/').collect::<Vec<&str>>() {
        ["assumed-role", role, session] => (role_name(role), session.to_owned()),
        ["federated-user", name] => (name.to_owned(), "federated user".to_owned()),
        ["user", ..] => (last(rest), "IAM user".to_owned()),
        ["root"] => ("root".to_owned(), account(principal)),
        _ => (rest.to_owned(), String::new()),
    }
}

/// Who signed in to IAM Identity Center: there the name of a role's session is the person's.
pub(super) fn of_identity_center(principal: &str) -> Option<&str> {
    let (_, rest) = principal.split_once(":assumed-role/AWSReservedSSO_")?;
    rest.split_once('/').map(|(_, person)| person).filter(|person| !person.is_empty())
}

/// What is the same for each of a role's sessions.
pub(super) fn of_role(principal: &str) -> &str {
    let is_role = principal.contains(":assumed-role/");
    principal.rsplit_once('/').filter(|_| is_role).map_or(principal, |(role, _)| role)
}

/// Identity Center names its roles after permission sets, with a hash at the end.
fn role_name(role: &str) -> String {
    let Some(rest) = role.strip_prefix("AWSReservedSSO_") else { return role.to_owned() };
    let is_hash = |end: &str| end.len() == 16 && end.bytes().all(|byte| byte.is_ascii_hexdigit());
    let set = rest.rsplit_once('_').filter(|(_, end)| is_hash(end)).map_or(rest, |(set, _)| set);
    format!("{set} (SSO)")
}

fn last(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

fn account(principal: &str) -> String {
    match principal.split(':').nth(4) {
        Some(account) if !account.is_empty() => format!("of {account}"),
        _ => String::new(),
    }
}

/// How wide a letter is, in tenths of the letter size; more rather than less.
pub(super) fn plain(letter: char) -> u32 {
    match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' | ' ' | 'I' | 'f' | 't'
        | 'r' => 4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 10,
        'A'..='Z' => 8,
        ' '..='~' => 6,
        _ => 11,
    }
}

/// The same of letters that are all as wide.
pub(super) fn mono(letter: char) -> u32 {
    if letter.is_ascii() { 6 } else { 12 }
}

/// The text in so many tenths of the letter size. The middle goes: starts and ends tell names apart.
pub(super) fn fitted(text: &str, most: u32, width: fn(char) -> u32) -> String {
    if text.chars().map(width).sum::<u32>() <= most {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let room = most.saturating_sub(width('…')) / 2;
    let taken = |letters: &mut dyn Iterator<Item = &char>| {
        let mut used = 0;
        letters
            .take_while(|letter| {
                used += width(**letter);
                used <= room
            })
            .count()
    };
    let (start, end) = (taken(&mut letters.iter()), taken(&mut letters.iter().rev()));
    let start: String = letters.iter().take(start).collect();
    let end: String = letters.iter().skip(letters.len() - end).collect();
    format!("{start}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_get_short_names() {
        let short = |arn: &str| {
            let (title, about) = of(arn);
            format!("{title}|{about}")
        };
        let sso = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_Access_0123456789abcdef/alice@example.com";
        assert_eq!(short(sso), "Admin_Access (SSO)|alice@example.com");
        assert_eq!(of_identity_center(sso), Some("alice@example.com"));
        assert_eq!(short("arn:aws:iam::123456789012:user/team/bob"), "bob|IAM user");
        assert_eq!(short("arn:aws:iam::123456789012:root"), "root|of 123456789012");
        assert_eq!(short("ec2.amazonaws.com"), "ec2.amazonaws.com|");
        assert_eq!(short(""), "|");
    }

    #[test]
    fn long_names_lose_their_middle() {
        let name = "/paperclip-app/production/anthropic/api-key";
        assert_eq!(fitted("abc", 100, plain), "abc");
        assert_eq!(fitted(name, 120, mono), "/papercli…c/api-key");
        let wide = fitted(&"宽".repeat(500), 120, plain);
        assert!(wide.chars().map(plain).sum::<u32>() <= 120);
        assert_eq!(fitted("abcdef", 0, plain), "…");
    }
}
