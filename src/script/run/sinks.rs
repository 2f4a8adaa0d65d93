//! Programs with files of their own: `tee`, `sed -i`, `cp`, `git clone`, and the table's rows.

use super::Machine;
use super::call::{Call, is, is_option};
use super::external::{Effect, argument_traces};
use super::streams::Stream;
use super::wire::{known_start, mentions, without_start};
use crate::finding::Confidence;
use crate::script::names::{Says, says};
use crate::script::table::SinkCommand;
use crate::value::{Lifetime, Origin, OriginKind, Piece, Sink, SinkKind, Text, Trace, Traces};

impl Machine<'_> {
    /// Programs whose effect on files is known here.
    pub fn file_command(&mut self, call: &Call<'_>) -> Effect {
        match call.name {
            "tee" | "sponge" => self.tee(call),
            "sed" | "gsed" | "perl" | "ruby" | "yq" if self.edit_in_place(call) => {}
            "sed" | "gsed" if self.sed_writes(call) => {}
            "awk" | "gawk" | "mawk" | "nawk" if self.awk_writes(call) => {}
            "sqlite3" => {
                self.sqlite(call);
                return Effect::Unknown;
            }
            "cp" | "mv" | "install" | "ln" | "scp" | "rsync" => self.copy_files(call),
            "rm" | "shred" | "unlink" | "srm" => self.remove_files(call),
            "dd" => self.dd(call),
            "mount" => self.mount(call),
            "git" if self.git(call) => {}
            "ansible-pull" => {
                self.ansible_pull(call);
                return Effect::Unknown;
            }
            "aws" if self.store(call) => {}
            "logger" => self.logger(call),
            "env" | "printenv" => self.print_variables(call),
            "chpasswd" | "passwd" => {
                self.password_input(call);
                return Effect::Unknown;
            }
            "openssl" => self.openssl(call),
            "tar" | "zip" | "7z" | "cpio" if self.archive(call) => {}
            _ => return Effect::Unknown,
        }
        Effect::Complete
    }

    fn tee(&mut self, call: &Call<'_>) {
        let append = call.has("-a") || call.has("--append");
        let streams: Vec<Stream> = call.operands().into_iter().map(|path| self.open(path, append)).collect();
        let prints = call.name == "tee";
        let output = self.streams.output.clone();
        let logging = self.logging;
        for mut chunk in self.streams.input_chunks() {
            if chunk.document.is_none() {
                chunk.at = call.at;
                if !logging {
                    chunk.by = call.name.into();
                }
            }
            for stream in &streams {
                self.deliver_to(stream, chunk.clone());
            }
            if prints {
                self.deliver_to(&output, chunk);
            }
        }
    }

    /// `sed -i 's/x/$TOKEN/' file`
    fn edit_in_place(&mut self, call: &Call<'_>) -> bool {
        let in_place = call.arguments.iter().any(|text| {
            let start = known_start(text);
            start.starts_with("--in-place")
                || start == "--inplace"
                || start.starts_with('-')
                    && !start.starts_with("--")
                    && start.len() <= 8
                    && start.split('.').next().is_some_and(|letters| letters.contains('i'))
        });
        let mut traces = super::editors::put_in(call);
        traces.absorb(&self.environment_read(call.arguments));
        traces.absorb(&self.sed_file(call));
        if in_place && traces.is_empty() {
            return true; // the file changes, nothing is printed
        }
        if !in_place {
            return false;
        }
        let files = edited_files(call);
        for file in files {
            let path = self.path(file);
            self.land_file(&path, call.at, format!("written by `{} -i`", call.name), traces.clone());
        }
        true
    }

    fn copy_files(&mut self, call: &Call<'_>) {
        let takes = ["-m", "-o", "-g", "-S", "-t", "--mode", "--owner", "--group", "-i", "-P", "-F"];
        let mut operands = Vec::new();
        let mut number = 0;
        let directory = call.option("-t").filter(|_| call.name != "rsync");
        while let Some(argument) = call.arguments.get(number) {
            if takes.contains(&known_start(argument)) && !matches!(call.name, "rsync") {
                number += 1;
            } else if !is_option(argument) {
                operands.push(argument.clone());
            }
            number += 1;
        }
        operands.extend(directory);
        let Some((target, sources)) = operands.split_last() else { return };
        if matches!(call.name, "install") && call.has("-d") {
            return;
        }
        let to = self.path(target);
        if call.name == "ln"
            && call.arguments.iter().any(|text| is_option(text) && known_start(text).contains('s'))
        {
            for source in sources {
                let target = self.path(source);
                let link = if to.ends_with('/') {
                    format!("{to}{}", target.rsplit('/').next().unwrap_or_default())
                } else {
                    to.clone()
                };
                // A link of its own: the target is a path from where the link lies.
                if target.starts_with(['/', '~', '$']) {
                    self.files.link(&target, &link);
                }
            }
            return;
        }
        let remote = matches!(call.name, "scp" | "rsync") && to.contains(':');
        for source in sources {
            let from = self.path(source);
            let to = if to.ends_with('/') {
                format!("{to}{}", from.rsplit('/').next().unwrap_or(""))
            } else {
                to.clone()
            };
            if from.starts_with("/dev/") || from == "-" {
                let stream = self.open(&Text::made(to.as_str(), call.at), false);
                for chunk in self.file_chunks(source) {
                    let chunk = super::streams::Chunk { at: call.at, by: call.name.into(), ..chunk };
                    self.deliver_to(&stream, chunk);
                }
            } else if !remote {
                self.pay(self.files.written.get(&from).map_or(0, |file| file.chunks.len()));
                self.copy_kept(&from, &to, call.name, call.at);
                self.files.copy(&from, &to, call.name == "mv");
            }
        }
    }

    fn remove_files(&mut self, call: &Call<'_>) {
        let branches = self.branches.clone();
        for operand in call.operands() {
            let path = self.path(operand);
            let mut cost = self.files.remove(&path, &branches, usize::MAX);
            let (choices, before) = self.each_choice(operand);
            for choice in choices {
                cost += self.files.remove(&self.path(&choice), &branches, before);
            }
            self.pay(cost);
        }
    }

    /// `rm "$dir/$f"` in a loop: a path for each value of `f`, and how many landings there were before the loop. What
    /// the loop itself writes may be written again after that value's turn.
    fn each_choice(&self, text: &Text) -> (Vec<Text>, usize) {
        let found =
            text.pieces.iter().enumerate().find_map(|(at, piece)| {
                Some((at, self.choices_of(piece).filter(|choices| choices.removes)?))
            });
        let Some((at, choices)) = found else { return (Vec::new(), 0) };
        let (before, after) = (text.pieces.iter().take(at), text.pieces.iter().skip(at + 1));
        let with = |choice: &Text| {
            Text::of(before.clone().chain(&choice.pieces).chain(after.clone()).cloned().collect())
        };
        let plain = |choice: &&Text| {
            choice.known().is_some_and(|known| {
                known.contains(char::is_alphanumeric) && !known.contains(['*', '?', '['])
            })
        };
        (choices.values.iter().filter(plain).map(with).collect(), choices.landings)
    }

    fn dd(&mut self, call: &Call<'_>) {
        let file = |prefix: &str| {
            let text = call.arguments.iter().find(|text| known_start(text).starts_with(prefix))?;
            Some(without_start(text, prefix.len()))
        };
        let chunks = match file("if=") {
            Some(source) => self.file_chunks(&source),
            None => self.streams.input_chunks(),
        };
        let stream = file("of=").map(|path| self.open(&path, false));
        let stream = stream.unwrap_or_else(|| self.streams.output.clone());
        for chunk in chunks {
            let chunk = if chunk.document.is_some() {
                chunk
            } else {
                super::streams::Chunk { at: call.at, by: "dd".into(), ..chunk }
            };
            self.deliver_to(&stream, chunk);
        }
    }

    fn mount(&mut self, call: &Call<'_>) {
        let memory = call.option("-t").is_some_and(|kind| is(&kind, "tmpfs") || is(&kind, "ramfs"));
        if memory && let Some(directory) = call.arguments.last() {
            let path = self.path(directory);
            self.files.memory.push(path);
        }
    }

    /// `git clone https://user:token@host/repo dir` keeps the address in `dir/.git/config`.
    fn git(&mut self, call: &Call<'_>) -> bool {
        let traces = argument_traces(call.arguments);
        let clone = call.arguments.iter().position(|text| is(text, "clone"));
        let (Some(at), false) = (clone, traces.is_empty()) else { return false };
        let rest = call.arguments.get(at + 1..).unwrap_or_default();
        let Some(address) = rest.iter().position(|text| !text.traces().is_empty() && mentions(text, "://"))
        else {
            return false;
        };
        let directory = rest.get(address + 1..).unwrap_or_default().iter().find(|text| !is_option(text));
        let path = match directory {
            Some(directory) => self.path(directory),
            None => repository_name(rest.get(address)),
        };
        let path = format!("{}/.git/config", path.trim_end_matches('/'));
        let path = self.path(&Text::made(path, call.at));
        self.land_file(&path, call.at, "written by `git clone`".to_owned(), traces);
        true
    }

    /// `ansible-pull -U https://token@host/repo -d dir` clones the repository.
    fn ansible_pull(&mut self, call: &Call<'_>) {
        let address = call.option("-U").or_else(|| call.option("--url"));
        let Some(traces) = address.map(|text| text.traces()).filter(|traces| !traces.is_empty()) else {
            return;
        };
        let directory = call.option("-d").or_else(|| call.option("--directory"));
        let directory = directory.map_or_else(|| "~/.ansible/pull".to_owned(), |text| self.path(&text));
        let path = format!("{}/.git/config", directory.trim_end_matches('/'));
        self.land_file(&path, call.at, "written by `ansible-pull`".to_owned(), traces);
    }

    /// `env` prints all variables that commands get, `printenv NAME` one.
    fn print_variables(&mut self, call: &Call<'_>) {
        let Some(name) = call.known(0) else { return self.print_environment(call) };
        let value = self.variables.get(&name).map(|variable| variable.value.clone());
        if let Some(value) = value {
            self.emit(super::variables::used_at(&value, call.at), call.at, call.name);
        }
    }

    fn logger(&mut self, call: &Call<'_>) {
        let mut traces = argument_traces(call.arguments);
        let mut at = call.at;
        if call.operands().is_empty() || call.arguments.iter().all(|text| text.traces().is_empty()) {
            traces.absorb(&self.streams.input_traces());
            at = self.fed_at.unwrap_or(at);
        }
        let sink = Sink {
            kind: SinkKind::Log,
            path: Some("/var/log/syslog".to_owned()),
            lifetime: Lifetime::Durable,
            at,
            by: "logged by `logger`".to_owned(),
        };
        self.files.land(sink, traces, &self.branches, true);
    }

    /// `aws s3 cp - s3://…`: an object.
    fn store(&mut self, call: &Call<'_>) -> bool {
        let words: Vec<&Text> = call.operands();
        let copies = words.first().is_some_and(|text| is(text, "s3"))
            && words.get(1).is_some_and(|text| is(text, "cp") || is(text, "mv"));
        let (Some(source), Some(target), true) = (words.get(2), words.get(3), copies) else { return false };
        if !known_start(target).starts_with("s3://") {
            if is(target, "-") {
                self.object_printed(source, call);
            }
            return true;
        }
        let path = self.path(source);
        let mut traces = self.files.secrets(&path);
        if traces.is_empty() && !self.files.written.contains_key(&path) {
            traces = self.kept_at(&path, call.at).unwrap_or_default();
        }
        if is(source, "-") {
            traces = self.streams.input_traces();
        }
        let sink = Sink {
            kind: SinkKind::Object,
            path: Some(super::wire::shown_path(target)),
            lifetime: Lifetime::Durable,
            at: call.at,
            by: "uploaded by `aws s3`".to_owned(),
        };
        self.files.land(sink, traces, &self.branches, true);
        true
    }

    /// `TOKEN=$(aws s3 cp s3://bucket/token -)`: an object whose name, or that of its variable, says secret.
    fn object_printed(&mut self, source: &Text, call: &Call<'_>) {
        let name = super::wire::shown_path(source);
        let last = name.rsplit('/').next().unwrap_or_default().trim_matches(['$', '{', '}']).to_owned();
        let told = self.assigning.clone().filter(|variable| says(variable) == Says::Secret);
        let Some(key) = told.or_else(|| (says(&last) == Says::Secret).then_some(last)) else { return };
        let origin = Origin {
            kind: OriginKind::Command,
            name: "aws s3 cp".to_owned(),
            key,
            at: call.at,
            confidence: Confidence::Medium,
            literal: None,
        };
        self.emit(Text::hole("aws s3 cp", call.at, Traces::from_origin(origin)), call.at, call.name);
    }

    /// A row of the table.
    pub fn table_sink(&mut self, call: &Call<'_>) -> bool {
        let table = self.table;
        let Some(rows) = table.sinks.get(call.name) else { return false };
        for row in rows {
            let Some(after) = row.form.find(call) else { continue };
            let mut traces = self.sink_traces(call, row);
            if row.input {
                // A token that dies within hours and logs in is what logging in is for.
                let lasts = |trace: &Trace| {
                    trace.origin.kind != OriginKind::Command || trace.origin.confidence > Confidence::Low
                };
                traces.absorb(&self.streams.input_traces().filtered(lasts));
            }
            if traces.is_empty() {
                continue;
            }
            self.land_row(call, row, after, traces);
            return true;
        }
        false
    }

    fn land_row(&mut self, call: &Call<'_>, row: &SinkCommand, after: usize, traces: Traces) {
        let words: Vec<String> = row.form.words.clone();
        let by = format!("saved by `{}`", [vec![call.name.to_owned()], words].concat().join(" "));
        let operands: Vec<&Text> =
            call.arguments.get(after..).unwrap_or_default().iter().filter(|text| !is_option(text)).collect();
        let path = match row.path_word {
            // `ex -sc '%s/a/b/' -cx file`: its commands are words of options.
            Some(_) if matches!(call.name, "ex" | "ed" | "vi" | "vim" | "nvim") => {
                call.operands().last().map(|text| self.path(text))
            }
            Some(number) => operands.get(number).map(|text| self.path(text)),
            None => row.path.as_ref().map(|path| self.path(&Text::made(path.as_str(), call.at))),
        };
        if row.kind == SinkKind::File && row.lifetime == Lifetime::Durable {
            self.land_file(&path.unwrap_or_default(), call.at, by, traces);
        } else {
            let sink = Sink { kind: row.kind, path, lifetime: row.lifetime, at: call.at, by };
            self.files.land(sink, traces, &self.branches, true);
        }
    }

    /// Secrets in the words that a row speaks of. `-e NAME` alone takes the variable's value.
    fn sink_traces(&mut self, call: &Call<'_>, row: &SinkCommand) -> Traces {
        if row.options.is_empty() {
            return argument_traces(call.arguments);
        }
        let mut all = Traces::none();
        for (number, argument) in call.arguments.iter().enumerate() {
            let value = row.options.iter().find_map(|option| {
                if is(argument, option) {
                    return call.arguments.get(number + 1).cloned();
                }
                let attached = known_start(argument).strip_prefix(option.as_str())?;
                let equals = usize::from(attached.starts_with('='));
                (equals == 1 || option.len() == 2).then(|| without_start(argument, option.len() + equals))
            });
            let Some(value) = value else { continue };
            all.absorb(&value.traces());
            if let Some(name) = value.known()
                && let Some(variable) = self.variables.get(&name)
            {
                all.absorb(&variable.value.traces());
            }
        }
        all
    }
}

/// The files of `sed -i 's/…/…/' f`: what follows the script, which may stand after `-e`.
fn edited_files<'c>(call: &'c Call<'_>) -> Vec<&'c Text> {
    let mut scripts = 0;
    let mut words = Vec::new();
    let mut arguments = call.arguments.iter();
    while let Some(argument) = arguments.next() {
        let start = known_start(argument);
        let takes_script = matches!(start, "-e" | "-f" | "--expression" | "--file")
            || start.len() > 2 && start.starts_with('-') && !start.starts_with("--") && start.ends_with('e');
        if takes_script && argument.pieces.len() == 1 {
            arguments.next();
            scripts += 1;
        } else if start.starts_with("--expression=") {
            scripts += 1;
        } else if matches!(start, "--arg" | "--argjson") {
            arguments.nth(1);
        } else if !is_option(argument) && !argument.is_empty() && !is_verb(call, argument, words.is_empty()) {
            words.push(argument);
        }
    }
    let script = usize::from(scripts == 0);
    words.into_iter().skip(script).collect()
}

/// `yq eval -i`: a word of its own before the expression.
fn is_verb(call: &Call<'_>, argument: &Text, first: bool) -> bool {
    first && call.name == "yq" && ["eval", "e", "eval-all", "ea"].iter().any(|verb| is(argument, verb))
}

fn repository_name(address: Option<&Text>) -> String {
    let tail = address.and_then(|text| match text.pieces.last() {
        Some(Piece::Known { text, .. }) => text.trim_end_matches('/').rsplit('/').next().map(str::to_owned),
        _ => None,
    });
    // Without a path the last part is `user:password@host`.
    tail.filter(|name| !name.contains('@')).unwrap_or_default().trim_end_matches(".git").to_owned()
}
