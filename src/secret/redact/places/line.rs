//! One line, read from left to right: names, what stands after them, and what a command is given.

use std::ops::Range;

use super::joint::{Joint, comparison, is_expression, plain_end};
use super::options::{Called, Password};
use super::value::{Quote, hide, redirected, word_end};
use super::{is_telling, is_telling_option};
use crate::secret::tokens::floor;

/// Longer logins with a slash in them are not looked for: a long line would be read anew from each address in it.
const LONGEST_LOGIN: usize = 1024;
/// Quotes inside of quotes.
const MOST_QUOTES: usize = 6;
/// Words, and what is compared, are shorter than this.
pub(super) const NEAR: usize = 512;

/// A name as it stands in the line.
pub(super) struct Name {
    pub(super) range: Range<usize>,
    /// `$NAME`, `${NAME}`, `$env:NAME`.
    pub(super) reference: bool,
    /// `-name`, `--name`, `/name`.
    option: bool,
    /// `"name"`
    quoted: bool,
}

/// `sig` and `key` of an address: `?sig=…&key=…`.
fn is_query_key(name: &str, before: &str) -> bool {
    const KEYS: [&str; 7] = ["sig", "key", "signature", "auth", "session", "sid", "sas"];
    before.ends_with(['?', '&']) && KEYS.iter().any(|key| name.eq_ignore_ascii_case(key))
}

pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    depth: usize,
    /// Open quotes, each with the byte where it closes.
    quotes: Vec<(Quote, usize)>,
    hidden: Vec<Range<usize>>,
    called: Called,
    /// A secret was set: a comment may tell another one.
    set: bool,
    /// A secret's name was somebody's value: `-Name Password -Value X`.
    named: bool,
    /// A secret is compared: all quoted texts that follow are told.
    pub(super) compared: bool,
    /// Where the last command's word began that was looked at.
    looked_at: usize,
    last_word: Range<usize>,
}

impl<'t> Line<'t> {
    pub(super) fn new(text: &'t str, depth: usize) -> Self {
        Self {
            text,
            at: 0,
            depth,
            quotes: Vec::new(),
            hidden: Vec::new(),
            called: Called::default(),
            set: false,
            named: false,
            compared: false,
            looked_at: 0,
            last_word: 0..0,
        }
    }

    /// What of the line stands in a secret's place.
    pub(super) fn read(mut self) -> Vec<Range<usize>> {
        while let Some(byte) = self.byte(self.at) {
            if self.at >= self.looked_at && !byte.is_ascii_whitespace() {
                self.command_word();
            }
            match byte {
                b'"' | b'\'' => self.quote(),
                b'#' | b'/' if self.is_comment() => {
                    self.hidden.push(self.at + 1..self.text.len());
                    break;
                }
                b':' if self.rest().starts_with("://") => self.address(),
                b'|' | b';' | b'&' if self.quotes.is_empty() => {
                    self.called.end();
                    self.at += 1;
                }
                _ if byte.is_ascii_alphanumeric() || byte == b'_' => self.name(),
                _ => self.at += self.rest().chars().next().map_or(1, char::len_utf8),
            }
        }
        self.hidden
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn before(&self, at: usize) -> &'t str {
        self.text.get(..at).unwrap_or_default()
    }

    pub(super) fn hide(&mut self, range: Range<usize>) {
        hide(self.text, range, self.depth, &mut self.hidden);
    }

    /// ` # text` or ` // text` after a secret that was set.
    fn is_comment(&self) -> bool {
        let rest = self.rest();
        let mark = rest.starts_with('#') || rest.starts_with("// ");
        self.set
            && mark
            && self.quotes.is_empty()
            && self.before(self.at).ends_with([' ', '\t', ';', ',', '"', '\''])
    }

    /// A word at the beginning of a command's argument: is it where the command takes a password?
    fn command_word(&mut self) {
        let starts = self.at == 0
            || self.before(self.at).ends_with([' ', '\t', '(', '`', '|', ';', '&', '"', '\'', '[', ',']);
        if !starts || self.byte(self.at).is_some_and(|byte| b",;|&()[]{}".contains(&byte)) {
            return;
        }
        if self.byte(self.at).is_some_and(|byte| matches!(byte, b'"' | b'\'')) {
            // The word begins behind the quote.
            self.looked_at = self.at + 1;
            return;
        }
        let bytes = self.text.as_bytes();
        let inside = self.quotes.last().map(|(_, close)| *close);
        let blank = || {
            let near = self.rest().bytes().take(NEAR);
            self.at + near.take_while(|byte| *byte != b' ').count()
        };
        let end = inside.map_or_else(|| word_end(bytes, self.at), |close| close.min(blank()));
        let end = self.text.floor_char_boundary(end).max(self.at);
        let word = self.text.get(self.at..end).unwrap_or_default();
        let bare = word.trim_matches(|c: char| "\"'`()[],;|".contains(c));
        let start = self.at + word.find(bare).unwrap_or_default();
        if !bare.is_empty()
            && let Password::From(from) = self.called.word(bare)
        {
            self.set = true;
            // `-p "two words"`
            let opened = self.before(self.at).ends_with(['"', '\'']);
            let end = inside.filter(|_| opened).unwrap_or(start + bare.len());
            self.hide(start + from..end);
        }
        if self.before(self.at).ends_with(' ')
            && matches!(self.text.get(self.last_word.clone()), Some("-u" | "--user"))
        {
            self.login(start..start + bare.len());
        }
        self.last_word = self.at..end;
        self.looked_at = end;
    }

    /// `-u user:password`
    fn login(&mut self, word: Range<usize>) {
        let text = self.text.get(word.clone()).unwrap_or_default();
        if let Some((user, password)) = text.split_once(':')
            && !password.bytes().all(|byte| byte.is_ascii_digit())
        {
            self.hide(word.start + user.len() + 1..word.end);
        }
    }

    /// A quote opens or closes a string.
    fn quote(&mut self) {
        let bytes = self.text.as_bytes();
        let Some(quote) = Quote::at(bytes, self.at) else { return };
        self.at += 1;
        if let Some(number) = self.quotes.iter().rposition(|(open, _)| *open == quote) {
            self.quotes.truncate(number);
            return;
        }
        let apostrophe = self.before(self.at - 1).ends_with(char::is_alphanumeric) && quote.mark == b'\'';
        if apostrophe || self.quotes.len() >= MOST_QUOTES {
            return;
        }
        if self.compared {
            let end = quote.closing(bytes, self.at);
            self.hide(self.at..end);
            self.at = end;
            if self.byte(end) == Some(quote.mark) {
                self.at += 1;
            }
            return;
        }
        self.quotes.push((quote, quote.closing(bytes, self.at)));
    }

    /// `://user:password@host`
    fn address(&mut self) {
        self.at += 3;
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || "/\"'<>".contains(c)).unwrap_or(rest.len());
        // A password in an address may hold a slash when nobody encoded it.
        let near = rest.get(..floor(rest, LONGEST_LOGIN)).unwrap_or_default();
        let login = near.find(|c: char| c.is_whitespace() || "\"'<>".contains(c)).unwrap_or(near.len());
        let login = near.get(..login).and_then(|rest| rest.split_once('@'));
        let login = login.map(|(login, _)| login).filter(|login| {
            let port = login.split_once(':').map_or("0", |(_, port)| port.split('/').next().unwrap_or(port));
            let base64 = !login.contains(['.', ':']) && login.contains(['+', '=']);
            !port.is_empty() && !port.bytes().all(|byte| byte.is_ascii_digit()) || base64
        });
        let at = rest.get(..end).and_then(|host| host.rfind('@')).or(login.map(str::len));
        let Some(at) = at else { return };
        let login = rest.get(..at).unwrap_or_default();
        let user = login.split_once(':').map_or(0, |(user, _)| user.len() + 1);
        self.hide(self.at + user..self.at + at);
        self.at += at;
    }

    /// A name: what follows it may be its value.
    fn name(&mut self) {
        let start = self.at;
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let run = self.rest().find(|c: char| !part(c)).unwrap_or(self.rest().len());
        let text = self.rest().get(..run).unwrap_or_default();
        let bare = text.trim_end_matches(['.', '-']);
        self.at = start + bare.len().max(1);
        if matches!(bare, "case" | "switch") && self.compares(start) {
            return;
        }
        if bare.len() > 128 {
            self.at = start + run;
            return;
        }
        let before = self.before(start);
        let env = before.ends_with("env:") || before.ends_with("ENV:");
        let dashes = before.trim_end_matches('-');
        let slash =
            before.ends_with('/') && before.trim_end_matches('/').ends_with(' ') && !before.ends_with("//");
        let closed = Quote::starting(self.text.as_bytes(), self.at);
        let name = Name {
            range: start..self.at,
            reference: env || before.ends_with('$') || before.ends_with("${") || before.ends_with("%{"),
            option: slash || dashes.len() < before.len() && !dashes.ends_with(char::is_alphanumeric),
            quoted: dashes.ends_with(['"', '\''])
                && closed
                    .is_some_and(|(quote, _)| self.quotes.last().is_some_and(|(open, _)| *open == quote)),
        };
        let telling = is_telling(bare) || name.option && is_telling_option(bare);
        if self.is_value_key(bare) || telling || is_query_key(bare, before) {
            self.after(&name);
        }
    }

    /// `value` of `name = "DB_PASSWORD", value = "x"`.
    fn is_value_key(&self, name: &str) -> bool {
        self.named
            && ["value", "d", "v", "content", "default", "val"]
                .iter()
                .any(|word| name.eq_ignore_ascii_case(word))
    }

    /// What stands after a name that says secret.
    fn after(&mut self, name: &Name) {
        self.named_by(name);
        let bytes = self.text.as_bytes();
        let mut at = name.range.end;
        // `"name"`, `${name}`, `["name"]`, `name)`.
        if let Some((quote, mark)) = Quote::starting(bytes, at)
            && self.quotes.last().is_some_and(|(open, _)| *open == quote)
        {
            at = mark + 1;
            self.quotes.pop();
        }
        while self.byte(at).is_some_and(|byte| matches!(byte, b'}' | b']')) {
            at += 1;
        }
        if name.reference
            && let Some((_, mark)) = Quote::starting(bytes, at)
        {
            at = mark + 1;
            self.quotes.pop();
        }
        if let Some((joint, start)) = self.joint(name, at) {
            self.at = at;
            self.value(name, joint, start);
        } else {
            self.at = at.max(name.range.end);
            self.compared_before(name);
        }
    }

    /// `name = "DB_PASSWORD"`, `-Name Password`, `/v Password`: the value comes after.
    fn named_by(&mut self, name: &Name) {
        let before = self.before(name.range.start).trim_end_matches(['"', '\'', '\\']).trim_end();
        let before = before.trim_end_matches([':', '=', ' ', '"', '\'', '\\']);
        let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        self.named |=
            ["name", "key", "v", "variable", "propertyname"].iter().any(|key| word.eq_ignore_ascii_case(key));
    }

    /// What joins a name and its value, and where the value begins.
    fn joint(&self, name: &Name, at: usize) -> Option<(Joint, usize)> {
        let rest = self.text.get(at..)?;
        let trimmed = rest.trim_start();
        let start = self.text.len() - trimmed.len();
        let blank = start > at;
        let mark = |length: usize, joint: Joint| {
            let after = trimmed.get(length..).unwrap_or_default();
            let value = self.text.len() - after.trim_start().len();
            Some((joint, value))
        };
        if let Some(length) = comparison(trimmed).filter(|_| blank) {
            return mark(length, Joint::Comparison);
        }
        let length = ["+=", ":=", "=>", "||=", "??=", "?=", "="]
            .iter()
            .find(|op| trimmed.starts_with(**op))
            .map(|op| op.len());
        if let Some(length) = length {
            return mark(length, if blank { Joint::Spaced } else { Joint::Close });
        }
        if name.reference {
            return None;
        }
        let outer = self.before(name.range.start).ends_with(':');
        if trimmed.starts_with(':') && !trimmed.starts_with("::") && !outer {
            let spaced = trimmed.get(1..).is_some_and(|after| after.starts_with([' ', '\t']));
            return mark(1, if spaced { Joint::Colon } else { Joint::Close });
        }
        if name.quoted
            && trimmed.starts_with(',')
            && trimmed.get(1..)?.trim_start().starts_with(['"', '\'', '\\'])
        {
            return mark(1, Joint::Close);
        }
        let separate = blank && !name.quoted && !trimmed.is_empty();
        (separate && self.stands_for_value(name, trimmed)).then_some((Joint::Blank, start))
    }

    /// Whether the word after a name and a blank is its value: after an option, and after a bare name when it is no word
    /// of a sentence.
    fn stands_for_value(&self, name: &Name, next: &str) -> bool {
        let operator =
            next.starts_with(['>', '<', '|', '&', ';', ')', '}', '{', ']', '-', '=', '+', '#', '?', '!']);
        let word = next.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
        let bare = word.trim_matches(['"', '\'', '\\', ',', ';', ')']);
        if operator || bare.is_empty() {
            return false;
        }
        let scheme =
            self.text.get(name.range.clone()).is_some_and(|name| name.eq_ignore_ascii_case("bearer"));
        if name.option || scheme {
            return true;
        }
        let keyword = ["BY", "FOR", "TO", "IS", "AS", "AND", "OR", "IN", "FROM", "WITH", "EXPIRE", "SET"];
        let plain = keyword.contains(&bare)
            || bare.len() < 12 && bare.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        // `Zq/Vel+mari7==` is no path, and nothing is set by it.
        let padded = bare.trim_end_matches('=');
        let encoded = bare.contains('+') || padded.len() < bare.len();
        let path = bare.contains('/') && !encoded || padded.contains('=') || bare.ends_with(':');
        let before = self.before(name.range.start);
        let lists =
            ["-e ", "--env ", "unset ", "export ", "local ", "read ", "declare ", "-v ", "function ", "for "];
        !plain
            && !path
            && !before.ends_with(['.', '/', '@'])
            && !lists.iter().any(|list| before.ends_with(list))
    }

    fn value(&mut self, name: &Name, joint: Joint, start: usize) {
        let bytes = self.text.as_bytes();
        let own = Quote::starting(bytes, start)
            .filter(|(quote, _)| !self.quotes.iter().any(|(open, _)| open == quote));
        let outer = self.quotes.last().map(|(_, close)| (*close).max(start));
        let header =
            self.text.get(name.range.clone()).is_some_and(|name| name.eq_ignore_ascii_case("authorization"));
        let mut start = start;
        if header {
            let value = self.text.get(start..).unwrap_or_default();
            let scheme =
                ["Bearer ", "Basic ", "token ", "Token "].iter().find(|scheme| value.starts_with(**scheme));
            start += scheme.map_or(0, |scheme| scheme.len());
        }
        let end = match (own, outer) {
            // `x_password = lookup(var.x, "y", "z")`: of an expression the texts in it.
            (None, None)
                if joint == Joint::Spaced && is_expression(self.text.get(start..).unwrap_or_default()) =>
            {
                return self.expression(start);
            }
            (Some((quote, mark)), _) => {
                let close = quote.closing(bytes, mark + 1);
                let next = self.text.get(close + 1..).and_then(|rest| rest.chars().next());
                let joins = next.is_some_and(|next| next.is_alphanumeric() || "\\$_.-+@%'\"".contains(next));
                if quote.slashes == 0 && joins { word_end(bytes, close + 1) } else { close }
            }
            (None, _) if self.before(name.range.start).ends_with(['?', '&']) => {
                let rest = self.text.get(start..).unwrap_or_default();
                let ends = |c: char| c.is_whitespace() || "&\"'<>;".contains(c);
                start + rest.find(ends).unwrap_or(rest.len())
            }
            (None, Some(close)) => close,
            (None, None) if self.text.get(start..).is_some_and(|value| value.starts_with('(')) => {
                let rest = self.text.get(start..).unwrap_or_default();
                start + rest.find(')').unwrap_or(rest.len())
            }
            (None, None) if joint == Joint::Colon || header => {
                self.text.get(start..).map_or(start, |rest| start + plain_end(rest))
            }
            (None, None) => self.unquoted_end(start),
        };
        let end = self.next_name(start, end);
        let end = redirected(self.text, start..end).unwrap_or(end);
        self.set |= !matches!(joint, Joint::Comparison | Joint::Blank) || name.option;
        if joint == Joint::Comparison {
            self.compared |= self.text.get(start..end).is_some_and(|value| value.contains(['"', '\'']));
        }
        self.hide(start..end);
        self.at = end.max(self.at);
    }

    /// A word without quotes, to the blank; marks at its end that join it to what follows are none of it.
    fn unquoted_end(&self, start: usize) -> usize {
        let end = word_end(self.text.as_bytes(), start);
        let word = self.text.get(start..end).unwrap_or_default();
        start + word.trim_end_matches([';', ')', ',', '}', '|', '&', '`']).len()
    }

    /// Names of other secrets in a long value stay readable: `password=x token=y`.
    fn next_name(&self, start: usize, end: usize) -> usize {
        let value = self.text.get(start..end).unwrap_or_default();
        let found = value.match_indices(['=', ':']).find_map(|(at, _)| {
            let before = value.get(..at)?;
            let name = before.rsplit(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).next()?;
            let begin = at - name.len();
            let delimited =
                begin > 0 && before.get(..begin)?.ends_with([' ', ';', '&', ',', '|', '/', '?', '"']);
            (delimited && name.len() >= 3 && name.len() <= 64 && is_telling(name)).then_some(begin)
        });
        found.map_or(end, |at| start + at)
    }

    /// Texts in an expression, but for keys and paths.
    fn expression(&mut self, start: usize) {
        let bytes = self.text.as_bytes();
        let mut at = start;
        while let Some(found) =
            self.text.get(at..).and_then(|rest| rest.find(['"', '\''])).map(|found| at + found)
        {
            let Some(quote) = Quote::at(bytes, found) else { break };
            let end = quote.closing(bytes, found + 1);
            let key = self.before(found).ends_with('[')
                || self.text.get(end + 1..).is_some_and(|rest| rest.starts_with([']', ':']));
            let path =
                self.text.get(found + 1..end).is_some_and(|text| text.contains('/') && !text.contains(' '));
            if !key && !path {
                self.hide(found + 1..end);
            }
            at = end + 1;
        }
        self.set = true;
        self.at = at.max(start + 1).min(self.text.len());
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
    }
}
