//! Output meets its destination: files, logs, buffers.

use std::rc::Rc;

use super::streams::{Chunk, Stream};
use super::{Machine, Role};
use crate::source::Span;
use crate::value::{Flat, Hop, Lifetime, Sink, SinkKind, Text, Traces};

/// Where cloud-init keeps what a boot script prints.
const BOOT_LOG: &str = "/var/log/cloud-init-output.log";

impl Machine<'_> {
    /// A command writes to its standard output.
    pub fn emit(&mut self, text: Text, at: Span, by: &str) {
        self.deliver(Chunk { text, at, by: by.into(), document: None });
    }

    /// A chunk goes where standard output leads.
    pub fn deliver(&mut self, chunk: Chunk) {
        let stream = self.streams.output.clone();
        self.deliver_to(&stream, chunk);
    }

    /// A chunk goes to a stream.
    pub fn deliver_to(&mut self, stream: &Stream, chunk: Chunk) {
        self.pay(1 + super::variables::weight(&chunk.text));
        match stream {
            Stream::Nothing => {}
            Stream::Capture(buffer) => {
                if let Some(chunks) = self.buffers.get_mut(*buffer) {
                    chunks.push(chunk);
                }
            }
            Stream::Terminal => self.print(&chunk),
            Stream::Console => self.log(&chunk, Some("/dev/console"), "printed by"),
            Stream::File { path, log: true, .. } => self.log(&chunk, Some(path), "printed by"),
            Stream::File { path, append, .. } => self.write_file(path, *append, chunk),
            Stream::Process { program, list, log } => {
                if !chunk.traces().is_empty() {
                    self.feed(Rc::clone(program), Rc::clone(list), *log, chunk);
                }
            }
        }
    }

    fn write_file(&mut self, path: &str, append: bool, chunk: Chunk) {
        let mut traces = chunk.traces();
        if !traces.is_empty() {
            if let Some(hop) = &chunk.document {
                traces = traces.then(hop);
            }
            let verb = match (self.logging, append) {
                (true, _) => "printed",
                (false, true) => "appended",
                (false, false) => "written",
            };
            self.land_file(path, chunk.at, format!("{verb} by `{}`", chunk.by), traces);
        }
        self.files.write(path, chunk);
    }

    /// A file that stands there already.
    pub fn place_file(&mut self, file: super::Placed) {
        if !file.append {
            self.files.truncate(&file.path);
        }
        let by: Rc<str> = file.by.as_str().into();
        for (text, at) in file.lines {
            self.land_file(&file.path, at, file.by.clone(), text.traces());
            self.files.write(&file.path, Chunk { text, at, by: Rc::clone(&by), document: None });
        }
    }

    /// What was copied there before, which is told where it is copied.
    pub fn find_files(&mut self) {
        for (path, text) in &self.context.files {
            let path = self.path(path);
            for (text, at) in Flat::new(text).lines(self.context.fallback) {
                self.files.write(&path, Chunk { text, at, by: "a provisioner".into(), document: None });
            }
        }
    }

    /// A secret lands in a file.
    pub fn land_file(&mut self, path: &str, at: Span, by: String, traces: Traces) {
        if self.logging {
            return self.land_log(Some(path), at, by, traces);
        }
        let memory = super::files::in_memory(path, &self.files.memory);
        let lifetime = if memory { Lifetime::Memory } else { Lifetime::Durable };
        let traces = self.new_in(path, lifetime, traces);
        let sink = Sink { kind: SinkKind::File, path: Some(path.to_owned()), lifetime, at, by };
        self.files.land(sink, traces, &self.branches, false);
    }

    fn land_log(&mut self, path: Option<&str>, at: Span, by: String, traces: Traces) {
        let path = path.map(str::to_owned);
        let sink = Sink { kind: SinkKind::Log, path, lifetime: Lifetime::Durable, at, by };
        self.files.land(sink, traces, &self.branches, true);
    }

    /// A secret lands somewhere else than in a file.
    pub fn land(&mut self, kind: SinkKind, lifetime: Lifetime, at: Span, by: String, traces: Traces) {
        let sink = Sink { kind, path: None, lifetime, at, by };
        self.files.land(sink, traces, &self.branches, true);
    }

    fn log(&mut self, chunk: &Chunk, path: Option<&str>, verb: &str) {
        let mut traces = chunk.traces();
        if let Some(hop) = &chunk.document {
            traces = traces.then(hop);
        }
        self.land_log(path, chunk.at, format!("{verb} `{}`", chunk.by), traces);
    }

    /// Printing with nothing redirected: what that means depends on how the script runs.
    fn print(&mut self, chunk: &Chunk) {
        if self.uncalled {
            return;
        }
        match self.role {
            Role::UserData => self.log(chunk, Some(BOOT_LOG), "printed by"),
            Role::RemoteExec | Role::LocalExec => self.log(chunk, None, "printed by"),
            Role::Standalone => {}
        }
    }

    /// `> >(tee file)`: the commands read the chunk.
    fn feed(
        &mut self,
        program: Rc<super::Program>,
        list: Rc<crate::script::shell::List>,
        log: bool,
        chunk: Chunk,
    ) {
        if self.depth >= super::DEEPEST || self.feeding >= super::MOST_FEEDING {
            return self.gap(chunk.at, super::TOO_DEEP, true);
        }
        let outer = std::mem::replace(&mut self.program, program);
        let logging = self.logging;
        self.logging |= log;
        let at = self.fed_at.replace(chunk.at);
        self.feeding += 1;
        self.aside(|machine| {
            machine.streams.input = Some(Rc::new(vec![chunk]));
            machine.streams.output = Stream::Terminal;
            machine.streams.errors = Stream::Terminal;
            machine.list(&list);
        });
        self.feeding -= 1;
        self.fed_at = at;
        self.logging = logging;
        self.program = outer;
    }

    /// `set -x` prints the words of a command. It is what is told; the command is on the way.
    pub fn trace_words(&mut self, texts: &[Text], at: Span) {
        let Some(switched_on) = self.traced else { return };
        let mut traces = Traces::none();
        for text in texts {
            traces.absorb(&text.traces());
        }
        let key = |trace: &crate::value::Trace| (trace.origin.at, trace.origin.name.clone());
        let fresh = traces.filtered(|trace| !self.trace_printed.contains(&key(trace)));
        if fresh.is_empty() {
            return;
        }
        self.trace_printed.extend(fresh.iter().map(key));
        let message = "expanded in a command that `set -x` prints".to_owned();
        let fresh = fresh.then(&Hop { at, name: "set -x".to_owned(), message });
        let text = Text::hole("trace", at, fresh);
        let chunk = Chunk { text, at: switched_on, by: "set -x".into(), document: None };
        let stream = self.streams.errors.clone();
        match &stream {
            Stream::Capture(_) | Stream::Nothing => {}
            other => self.deliver_to(other, chunk),
        }
    }
}
