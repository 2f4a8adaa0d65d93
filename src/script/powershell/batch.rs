//! Batch: `<script>` in user data, `cmd /c`, and lines that a provisioner sends to a Windows machine.

use super::run::Machine;
use super::value::Value;
use crate::script::run::wire::known_start;
use crate::value::{Flat, Hop, Text, Traces};

/// Words of one command, at most.
const MOST_WORDS: usize = 4_096;

/// A command of a line: its bytes, and whether the command before it is piped into it.
struct Part {
    start: usize,
    end: usize,
    piped: bool,
}

impl Machine<'_> {
    /// A batch script, line by line.
    pub fn batch(&mut self, flat: Flat) {
        self.program = std::rc::Rc::new(super::Program { flat });
        let program = std::rc::Rc::clone(&self.program);
        let text = program.flat.text();
        let mut start = 0;
        while start < text.len() {
            let end = logical_end(text, start);
            self.batch_line(text, start, end);
            start = end + 1;
        }
    }

    fn batch_line(&mut self, text: &str, start: usize, end: usize) {
        let mut input = None;
        for part in parts(text, start, end) {
            let piped = input.take().filter(|_| part.piped);
            input = self.batch_command(text, part.start, part.end, piped, 0);
        }
    }

    /// One command. Gives what it puts out, where nothing takes it.
    fn batch_command(
        &mut self,
        text: &str,
        start: usize,
        end: usize,
        input: Option<Value>,
        depth: u8,
    ) -> Option<Value> {
        let raw = text.get(start..end)?;
        let bare = raw.trim_start_matches([' ', '\t', '@', '(', ')']);
        let start = start + raw.len() - bare.len();
        let bare = bare.trim_end_matches([' ', '\t', '\r', '\n', ')']);
        let end = start + bare.len();
        let first = bare.split([' ', '\t', '=']).next().unwrap_or_default().to_ascii_lowercase();
        if bare.is_empty()
            || bare.starts_with(':')
            || depth > 4
            || matches!(first.as_str(), "rem" | "goto" | "exit")
        {
            return None;
        }
        let skip = match first.as_str() {
            "if" => after_condition(bare),
            "else" | "call" | "start" if first != "start" => Some(first.len()),
            "for" => self.batch_for(text, start, end, depth),
            _ => None,
        };
        if let Some(skip) = skip {
            return self.batch_command(text, start + skip, end, input, depth + 1);
        }
        let at = self.place(super::tree::Extent::new(start, end));
        if bare.starts_with('>') {
            return self.redirected_first(text, start, end, input, depth);
        }
        let (end, redirect) = self.batch_redirect(text, start, end);
        let value = if first.starts_with("echo") {
            let from = (start + 4).min(end);
            let words = text.get(from..end).unwrap_or_default();
            let from = from + usize::from(words.starts_with([' ', '.', ':', '(']));
            Value::Text(self.expanded(text, from, end))
        } else if first == "set" {
            self.batch_set(text, start + 3, end);
            Value::default()
        } else {
            self.batch_program(text, start, end, input)
        };
        let by = if first.len() <= 32 && first.chars().all(|c| c.is_ascii_alphanumeric()) {
            first
        } else {
            "a command".into()
        };
        match redirect {
            Some((path, append)) => {
                if !known_start(&path).eq_ignore_ascii_case("nul") {
                    self.write(&path, &value, append, at, &by);
                }
                None
            }
            None => {
                self.print(&value.traces(), at, &by);
                Some(value)
            }
        }
    }

    /// `>>file echo text`
    fn redirected_first(
        &mut self,
        text: &str,
        start: usize,
        end: usize,
        input: Option<Value>,
        depth: u8,
    ) -> Option<Value> {
        let bare = text.get(start..end)?;
        let append = bare.starts_with(">>");
        let rest = bare.trim_start_matches('>').trim_start();
        let length = match rest.strip_prefix('"') {
            Some(quoted) => quoted.find('"').map(|close| close + 2),
            None => rest.find([' ', '\t']),
        }?;
        let from = end - rest.len();
        let path = self.batch_words(text, from, from + length).into_iter().next()?;
        let silent = std::mem::replace(&mut self.uncalled, true);
        let value = self.batch_command(text, from + length, end, input, depth + 1);
        self.uncalled = silent;
        let at = self.place(super::tree::Extent::new(start, end));
        self.write(&path, &value?, append, at, "a command");
        None
    }

    fn batch_program(&mut self, text: &str, start: usize, end: usize, input: Option<Value>) -> Value {
        let words = self.batch_words(text, start, end);
        let Some((name, arguments)) = words.split_first() else { return Value::default() };
        let at = self.place(super::tree::Extent::new(start, end));
        let name = super::command::command_name(name).to_ascii_lowercase();
        let paths: Vec<&Text> = arguments.iter().filter(|text| !known_start(text).starts_with('/')).collect();
        let path = |number: usize| paths.get(number).map(|text| crate::script::run::wire::shown_path(text));
        match name.as_str() {
            "del" | "erase" | "rd" | "rmdir" => {
                for number in 0..paths.len() {
                    let cost = self.ledger.remove(&path(number).unwrap_or_default(), &self.branches);
                    self.pay(cost);
                }
                Value::default()
            }
            "copy" | "move" | "xcopy" | "ren" | "rename" => {
                if let (Some(from), Some(to)) = (path(0), path(1)) {
                    self.ledger.copy(&from, &to, !name.ends_with("copy"));
                }
                Value::default()
            }
            "type" | "more" => {
                let path = paths.first().map(|text| (*text).clone()).unwrap_or_default();
                self.read_file(&path, at)
            }
            _ => self.program_call(&name, arguments, input, at),
        }
    }

    /// `set X=value`, `set "X=value"`
    fn batch_set(&mut self, text: &str, start: usize, end: usize) {
        let raw = text.get(start..end).unwrap_or_default();
        let bare = raw.trim();
        let inner = bare.strip_prefix('"').map(|inner| inner.trim_end_matches('"')).unwrap_or(bare);
        let Some((name, value)) = inner.split_once('=') else { return };
        if name.starts_with('/') || super::value::tellable(name) != name {
            return;
        }
        let from = start + (value.as_ptr() as usize).saturating_sub(raw.as_ptr() as usize);
        let at = self.place(super::tree::Extent::new(start, end));
        let value = self.expanded(text, from, from + value.len());
        let label = Text::made(name.trim(), at);
        let traces = self.named_literal(Some(&label), Some(&value), at);
        let literal = value.traces().is_empty() && !traces.is_empty();
        let value = if literal { Value::hole(name, at, traces) } else { Value::Text(value) };
        let message = format!("assigned to variable {name}");
        self.variables.set(
            &format!("env:{}", name.trim()),
            value.passed(&Hop { at, name: format!("%{name}%"), message }),
        );
    }

    /// `for /f … %%x in ('command') do …`: the variable takes what the command puts out. Gives where the rest begins.
    fn batch_for(&mut self, text: &str, start: usize, end: usize, depth: u8) -> Option<usize> {
        let line = text.get(start..end)?;
        let lower = line.to_ascii_lowercase();
        let inside = lower.find(" in ")?;
        let body = lower.find(" do ").or_else(|| lower.find(")do "))?;
        let name = line.get(..inside)?.split_whitespace().next_back()?.trim_start_matches('%').to_owned();
        let open = inside + lower.get(inside..body)?.find('(')? + 1;
        let set = line.get(open..body)?.trim_end().trim_end_matches(')');
        let quotes = ['\'', '`'];
        let command = set.trim_matches(' ').strip_prefix(quotes).map(|rest| rest.trim_end_matches(quotes));
        let value = match command {
            Some(command) => {
                let from = start + (command.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
                self.batch_output(text, from, from + command.len(), depth)
            }
            None => Value::Text(self.expanded(text, start + open, start + open + set.len())),
        };
        self.variables.set(&format!("%{name}"), value);
        Some(body + 4)
    }

    /// What a command puts out, which nobody sees.
    fn batch_output(&mut self, text: &str, start: usize, end: usize, depth: u8) -> Value {
        let silent = std::mem::replace(&mut self.uncalled, true);
        let value = self.batch_command(text, start, end, None, depth + 1).unwrap_or_default();
        self.uncalled = silent;
        value
    }

    /// The end of the command without its redirections, and the file of the last one.
    fn batch_redirect(&mut self, text: &str, start: usize, end: usize) -> (usize, Option<(Text, bool)>) {
        let bytes = text.as_bytes();
        let (mut quoted, mut at) = (false, start);
        let mut first = None;
        let mut found = None;
        while at < end {
            match bytes.get(at) {
                Some(b'"') => quoted = !quoted,
                Some(b'^') => at += 1,
                Some(b'>') if !quoted => {
                    let handle = at.checked_sub(1).and_then(|before| bytes.get(before)).copied();
                    let append = bytes.get(at + 1) == Some(&b'>');
                    let after = at + 1 + usize::from(append);
                    let numbered = handle.filter(u8::is_ascii_digit).filter(|_| {
                        at < start + 2 || bytes.get(at - 2).is_none_or(|byte| byte.is_ascii_whitespace())
                    });
                    first = first.or(Some(at - usize::from(numbered.is_some())));
                    if numbered.is_none_or(|number| number == b'1') && bytes.get(after) != Some(&b'&') {
                        let words = self.batch_words(text, after, end.min(after + 1024));
                        found = words.into_iter().next().map(|path| (path, append)).or(found);
                    }
                    at = after;
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        (first.unwrap_or(end), found)
    }

    /// Words between blanks, without their quotes.
    fn batch_words(&mut self, text: &str, start: usize, end: usize) -> Vec<Text> {
        let bytes = text.as_bytes();
        let mut words: Vec<Text> = Vec::new();
        let mut word = Text::default();
        let (mut from, mut at, mut quoted, mut open) = (start, start, false, false);
        let mut end_word = |machine: &mut Self, word: &mut Text, from: usize, to: usize, open: bool| {
            word.append(machine.expanded(text, from, to));
            let full = words.len() >= MOST_WORDS;
            match words.last_mut().filter(|_| full) {
                // More than are kept are in the last one.
                Some(last) if open => last.append(std::mem::take(word)),
                None if open => words.push(std::mem::take(word)),
                _ => {}
            }
        };
        while at < end {
            let byte = bytes.get(at).copied().unwrap_or(b' ');
            if byte == b'\\' && quoted && bytes.get(at + 1) == Some(&b'"') {
                // `\"` is a quote for the program.
                word.append(self.expanded(text, from, at));
                from = at + 1;
                at += 2;
                continue;
            }
            if byte == b'"' {
                word.append(self.expanded(text, from, at));
                (quoted, open, from) = (!quoted, true, at + 1);
            } else if !quoted && byte.is_ascii_whitespace() {
                if open || at > from {
                    end_word(self, &mut word, from, at, true);
                }
                (open, from) = (false, at + 1);
            } else {
                open = true;
            }
            at += 1;
        }
        if open {
            end_word(self, &mut word, from, end, true);
        }
        words
    }

    /// The text with its `%NAME%` and `%%x` replaced.
    fn expanded(&self, text: &str, start: usize, end: usize) -> Text {
        let mut all = Text::default();
        let (mut from, mut at) = (start, start);
        let flat = &self.program.flat;
        while let Some(sign) =
            text.get(at..end).and_then(|rest| rest.find(['%', '!'])).map(|found| at + found)
        {
            let mark = text.as_bytes().get(sign).copied().unwrap_or(b'%');
            let rest = text.get(sign + 1..end).unwrap_or_default();
            let looped = rest.strip_prefix('%').and_then(|rest| rest.chars().next());
            if let Some(value) = looped.and_then(|letter| self.variables.get(&format!("%{letter}"))) {
                all.append(flat.slice(from, sign));
                all.append(value.text());
                (from, at) = (sign + 3, sign + 3);
                continue;
            }
            let name: String =
                rest.chars().take(64).take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let closed = rest.as_bytes().get(name.len()) == Some(&mark) && !name.is_empty();
            if !closed {
                at = sign + 1;
                continue;
            }
            all.append(flat.slice(from, sign));
            let place = flat.place(sign, sign + name.len() + 2).unwrap_or(self.context.fallback);
            match self.variables.get(&format!("env:{name}")) {
                Some(value) => all.append(value.text()),
                None => all.append(Text::hole(name.as_str(), place, Traces::none())),
            }
            (from, at) = (sign + name.len() + 2, sign + name.len() + 2);
        }
        all.append(flat.slice(from, end));
        all
    }
}

/// The end of a line that `^` may continue.
fn logical_end(text: &str, start: usize) -> usize {
    let mut from = start;
    while let Some(end) = text.get(from..).and_then(|rest| rest.find('\n')).map(|end| from + end) {
        let line = text.get(from..end).unwrap_or_default().trim_end_matches('\r');
        if !line.ends_with('^') {
            return end;
        }
        from = end + 1;
    }
    text.len()
}

/// Commands between `&`, `&&`, `||` and `|`.
fn parts(text: &str, start: usize, end: usize) -> Vec<Part> {
    let bytes = text.as_bytes();
    let mut parts = Vec::new();
    let (mut from, mut at, mut quoted, mut piped) = (start, start, false, false);
    while at < end {
        match bytes.get(at) {
            Some(b'"') => quoted = !quoted,
            Some(b'^') => at += 1,
            Some(sign @ (b'&' | b'|')) if !quoted && bytes.get(at.wrapping_sub(1)) != Some(&b'>') => {
                parts.push(Part { start: from, end: at, piped });
                let doubled = bytes.get(at + 1) == Some(sign);
                piped = *sign == b'|' && !doubled;
                at += usize::from(doubled);
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(Part { start: from.min(end), end, piped });
    parts
}

/// Where the command of an `if` begins.
fn after_condition(line: &str) -> Option<usize> {
    if let Some(open) = line.find('(') {
        return Some(open + 1);
    }
    let lower = line.to_ascii_lowercase();
    let mut words = 2 + usize::from(lower.contains(" not ")) + usize::from(lower.contains(" /i "));
    if !["exist", "defined", "errorlevel"].iter().any(|word| lower.contains(word)) && !lower.contains("==") {
        words += 2;
    } else if !lower.contains("==") {
        words += 1;
    }
    let mut at = 0;
    for _ in 0..words {
        at += line.get(at..)?.find([' ', '\t'])? + 1;
    }
    Some(at)
}
