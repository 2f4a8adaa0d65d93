//! Scripts inside the script: `bash -c`, `ssh host`, `su -c`, and scripts that it writes.

use super::call::{Call, is, is_option};
use super::wire::{command_name, known_start};
use super::{DEEPEST_SCRIPT, Machine, Role, read};
use crate::script::shell::Assignment;
use crate::script::{Context, looks_like_shell};
use crate::source::Span;
use crate::value::{Flat, Lifetime, Piece, SinkKind, Text, Traces};

const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh"];

impl Machine<'_> {
    /// Carries out the script that a command is given; false where it is given none.
    pub fn inner_script(&mut self, call: &Call<'_>) -> bool {
        match call.name {
            name if SHELLS.contains(&name) => self.shell(call),
            "su" | "runuser" => {
                let script = call.option("-c").or_else(|| call.option("--command"));
                let script = script.unwrap_or_else(|| self.input_text());
                self.run_aside(&script);
                true
            }
            "ssh" => self.remote(call),
            "powershell" | "powershell.exe" | "pwsh" | "pwsh.exe" => self.powershell(call),
            "tmux" | "screen" | "watch" | "script" => self.terminal_command(call),
            "at" | "batch" => {
                let script = self.input_text();
                self.run_aside(&script);
                false
            }
            // It puts its input into the script first.
            "xargs" if call.option("-I").is_some() => false,
            _ if self.written_script(call) => true,
            _ => self.carried_shell(call),
        }
    }

    /// `bash -c '…'`, `bash <<EOF`, `bash file`, `bash -x …`
    fn shell(&mut self, call: &Call<'_>) -> bool {
        let traced = call.arguments.iter().take_while(|text| is_option(text)).any(|text| {
            let start = known_start(text);
            start.contains('x') && !start.starts_with("--")
        });
        let script = call
            .arguments
            .iter()
            .position(|text| {
                let start = known_start(text);
                start.len() <= 5 && start.starts_with('-') && !start.starts_with("--") && start.ends_with('c')
            })
            .and_then(|number| call.arguments.get(number + 1));
        let position = call.arguments.iter().position(|text| !is_option(text));
        let operand = position.and_then(|position| call.arguments.get(position));
        let after = position.and_then(|position| call.arguments.get(position + 1..)).unwrap_or_default();
        // `bash -s -- --token x`: all that follows is the script's.
        let fed = call.arguments.iter().position(|text| is(text, "-s"));
        let fed = fed.and_then(|number| call.arguments.get(number + 1..));
        let after = fed.map_or(after, |rest| match rest.split_first() {
            Some((first, rest)) if is(first, "-") || is(first, "--") => rest,
            _ => rest,
        });
        // `bash -c '…' name a b`: the name is `$0`.
        let arguments = if script.is_some() { after.get(1..).unwrap_or_default() } else { after }.to_vec();
        let text = match (script, operand) {
            (Some(script), _) => script.clone(),
            (None, Some(file)) if !call.has("-s") => joined(self.take_script(file)),
            _ => self.input_text(),
        };
        let outer = self.traced;
        // `curl … | K3S_TOKEN=x sh -s - agent --token y`: an installer that nobody here knows gets them.
        if script.is_none() && text.known().is_none_or(|text| text.is_empty()) {
            let traces = super::external::argument_traces(&arguments);
            let by = format!("passed to `{}`", call.name);
            self.land(SinkKind::ProcessArguments, Lifetime::Memory, call.at, by, traces);
        }
        self.aside(|machine| {
            machine.traced = traced.then_some(call.at);
            machine.run_with(&text, arguments);
        });
        self.traced = outer;
        true
    }

    /// `curl … | K3S_TOKEN=x sh -`: an installer that is downloaded gets the secret, and keeps its environment where
    /// the service that it makes finds it.
    pub fn installer_environment(
        &mut self,
        name: &str,
        assignments: &[Assignment],
        texts: &[Text],
        at: Span,
    ) {
        let given = texts.iter().position(|text| known_start(text).ends_with('c') && is_option(text));
        let runs = match given.map(|number| texts.get(number + 1)) {
            // `sh -c "$(curl …)"`
            Some(script) => script.is_some_and(|text| text.pieces.iter().all(is_unknown)),
            None => self.streams.input.is_some() && self.input_text().is_empty(),
        };
        if !SHELLS.contains(&name) || !runs {
            return;
        }
        let mut traces = Traces::none();
        for assignment in assignments {
            if let Some(variable) = self.variables.get(&assignment.name) {
                traces.absorb(&variable.value.traces());
            }
        }
        // `| sudo K3S_TOKEN=x sh -`
        let own = texts.iter().take_while(|text| command_name(text) != name);
        own.filter(|text| super::call::is_assignment(known_start(text)))
            .for_each(|text| traces.absorb(&text.traces()));
        let by = format!("passed in the environment of `{name}`, which runs what is downloaded");
        self.land(SinkKind::ProcessArguments, Lifetime::Memory, at, by, traces);
    }

    /// `pwsh -Command '…'`
    fn powershell(&mut self, call: &Call<'_>) -> bool {
        let Some(script) = crate::script::powershell::inner_script(call) else { return false };
        if self.level >= DEEPEST_SCRIPT {
            self.gap(call.at, super::SCRIPTS_TOO_DEEP, true);
            return true;
        }
        let environment =
            self.variables.exported_secrets().map(|(name, variable)| (name.clone(), variable.value.clone()));
        let context = Context {
            role: self.role,
            environment: environment.collect(),
            arguments: Vec::new(),
            files: Vec::new(),
            file_name: self.context.file_name,
            guess_environment: self.context.guess_environment,
            fallback: self.context.fallback,
        };
        let reading = crate::script::powershell::trace(&Flat::new(&script), &context);
        self.pay(script.pieces.len());
        self.files.adopt(reading.facts);
        self.gaps.extend(reading.gaps);
        true
    }

    /// `ssh host 'commands'`, `ssh host <<EOF`
    fn remote(&mut self, call: &Call<'_>) -> bool {
        let takes =
            ["-i", "-o", "-p", "-l", "-F", "-L", "-R", "-J", "-b", "-c", "-D", "-E", "-m", "-S", "-W"];
        let mut number = 0;
        while let Some(argument) = call.arguments.get(number).filter(|text| is_option(text)) {
            number += 1 + usize::from(takes.contains(&known_start(argument)));
        }
        let commands = call.arguments.get(number + 1..).unwrap_or_default();
        let reads = commands.is_empty() || commands.iter().any(|text| is(text, "-s"));
        let texts = if reads {
            self.streams.input_chunks().into_iter().map(|chunk| chunk.text).collect()
        } else {
            commands.iter().flat_map(|text| [text.clone(), Text::made(" ", call.at)]).collect()
        };
        self.run_aside(&joined(texts));
        true
    }

    /// `tmux new -d "command"`: a terminal of its own that carries out a text.
    fn terminal_command(&mut self, call: &Call<'_>) -> bool {
        if self.carried_shell(call) {
            return true;
        }
        let script = match call.name {
            "script" => call.option("-c"),
            _ => call
                .arguments
                .last()
                .filter(|text| {
                    text.pieces
                        .iter()
                        .any(|piece| matches!(piece, Piece::Known { text, .. } if text.contains(' ')))
                })
                .cloned(),
        };
        let Some(script) = script else { return false };
        self.run_aside(&script);
        false
    }

    /// `docker exec c sh -c '…'` and whatever else carries a shell.
    fn carried_shell(&mut self, call: &Call<'_>) -> bool {
        let shell = |text: &Text| SHELLS.contains(&command_name(text).as_str());
        let dash_c = |text: &Text| {
            let start = known_start(text);
            start.len() <= 5 && start.starts_with('-') && !start.starts_with("--") && start.ends_with('c')
        };
        let found = call.arguments.windows(3).find_map(|window| match window {
            [name, option, script] if shell(name) && dash_c(option) => Some(script.clone()),
            _ => None,
        });
        let ends = |text: &&Text| shell(text) || known_start(text) == "-s";
        let reads = found.is_none()
            && call.arguments.len() > 1
            && call.arguments.last().is_some_and(|text| ends(&text));
        let found = found.or_else(|| reads.then(|| self.input_text())).filter(|script| !script.is_empty());
        if let Some(script) = &found {
            self.run_aside(script);
        }
        found.is_some() && call.name != "docker"
    }

    fn input_text(&self) -> Text {
        joined(self.streams.input_chunks().into_iter().map(|chunk| chunk.text).collect())
    }

    /// `sudo -i <<EOF`: a shell with nothing but its input.
    pub fn shell_of_input(&mut self) {
        let text = self.input_text();
        if !text.is_empty() {
            self.run_aside(&text);
        }
    }

    fn run_aside(&mut self, text: &Text) {
        self.aside(|machine| {
            machine.traced = None;
            machine.run_text(text);
        });
    }

    /// `/opt/install.sh`: a script that this one wrote.
    fn written_script(&mut self, call: &Call<'_>) -> bool {
        let Some(path) = self.files.named(call.name) else { return false };
        if self.files.written.get(path).is_none_or(|file| file.carried_out) {
            return false;
        }
        let path = Text::made(path.as_str(), call.at);
        let text = joined(self.take_script(&path));
        let arguments = call.arguments.to_vec();
        self.aside(|machine| {
            machine.traced = None;
            machine.run_with(&text, arguments);
        });
        true
    }

    /// Carries out a script of its own, with its positional parameters.
    fn run_with(&mut self, text: &Text, arguments: Vec<Text>) {
        let outer = self.positional.replace(arguments);
        self.run_text(text);
        self.positional = outer;
    }

    /// The text of a file that this script wrote, to be carried out now.
    fn take_script(&mut self, path: &Text) -> Vec<Text> {
        let shown = self.path(path);
        let Some(file) = self.files.written.get_mut(&shown) else { return Vec::new() };
        if file.carried_out {
            return Vec::new();
        }
        file.carried_out = true;
        file.chunks.iter().map(|chunk| chunk.text.clone()).collect()
    }

    /// Scripts that were written and not run: somebody will.
    pub fn written_scripts(&mut self) {
        let scripts: Vec<(String, Text)> = self
            .files
            .written
            .iter()
            .filter(|(_, file)| !file.carried_out)
            .map(|(path, file)| {
                (path.clone(), joined(file.chunks.iter().map(|chunk| chunk.text.clone()).collect()))
            })
            .filter(|(path, text)| is_script(path, text))
            .collect();
        if self.level >= DEEPEST_SCRIPT && !scripts.is_empty() {
            return self.gap(self.context.fallback, super::SCRIPTS_TOO_DEEP, true);
        }
        for (path, text) in scripts {
            let context = Context {
                role: Role::Standalone,
                environment: Vec::new(),
                arguments: Vec::new(),
                files: Vec::new(),
                file_name: &path,
                guess_environment: self.context.guess_environment,
                fallback: self.context.fallback,
            };
            let (program, list, gaps) = read(Flat::new(&text), &context);
            let mut machine = Machine::new(program, &context, gaps, self.level + 1);
            machine.start(&list);
            machine.finish();
            self.files.adopt(machine.files.landings());
            self.gaps.extend(machine.gaps);
        }
    }
}

fn is_script(path: &str, text: &Text) -> bool {
    let start = known_start(text).trim_start();
    let named = [".sh", ".bash"].iter().any(|end| path.ends_with(end));
    (start.starts_with("#!") || named) && looks_like_shell(start)
}

/// A text that nobody here knows, and that holds no secret.
fn is_unknown(piece: &Piece) -> bool {
    matches!(piece, Piece::Hole(hole) if hole.traces.is_empty())
}

fn joined(texts: Vec<Text>) -> Text {
    let mut all = Text::default();
    texts.into_iter().for_each(|text| all.append(text));
    all
}
