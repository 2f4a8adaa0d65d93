//! Redirections: what a command reads and where it writes.

use std::rc::Rc;

use super::Machine;
use super::streams::{Chunk, Stream};
use super::variables::first_place;
use super::wire::shown_path;
use crate::script::shell::{Extent, Redirect, RedirectKind, Target};
use crate::value::{Hop, Text};

impl Machine<'_> {
    /// Applies redirections in order; the caller keeps the old streams.
    pub fn redirect_all(&mut self, redirects: &[Redirect], command: Extent, by: &str) {
        for redirect in redirects {
            self.redirect(redirect, command, by);
        }
    }

    fn redirect(&mut self, redirect: &Redirect, command: Extent, by: &str) {
        let word = match &redirect.target {
            Target::Document(index) => return self.attach_document(*index, command, by),
            Target::Word(word) => self.expand_one(word),
        };
        match redirect.kind {
            RedirectKind::HereString => {
                let at = self.place(redirect.extent);
                let chunk = Chunk { text: word, at, by: by.into(), document: None };
                self.streams.input = Some(Rc::new(vec![chunk]));
            }
            RedirectKind::Read | RedirectKind::ReadWrite => {
                let chunks = self.file_chunks(&word);
                self.streams.input = Some(Rc::new(chunks));
            }
            RedirectKind::Duplicate => self.duplicate(redirect.descriptor, &word),
            RedirectKind::Write | RedirectKind::Append => {
                let stream = self.open(&word, redirect.kind == RedirectKind::Append);
                self.streams.set(redirect.descriptor.unwrap_or(1), stream);
            }
            RedirectKind::WriteBoth | RedirectKind::AppendBoth => {
                let stream = self.open(&word, redirect.kind == RedirectKind::AppendBoth);
                self.streams.output = stream.clone();
                self.streams.errors = stream;
            }
            RedirectKind::HereDocument => {}
        }
    }

    fn duplicate(&mut self, descriptor: Option<u32>, word: &Text) {
        let Some(text) = word.known() else { return };
        let Ok(source) = text.trim_end_matches('-').parse::<u32>() else {
            self.streams.set(descriptor.unwrap_or(1), Stream::Nothing);
            return;
        };
        if descriptor == Some(0) || source == 0 {
            return;
        }
        let stream = self.streams.get(source);
        self.streams.set(descriptor.unwrap_or(1), stream);
    }

    fn attach_document(&mut self, index: usize, command: Extent, by: &str) {
        let program = Rc::clone(&self.program);
        let Some(document) = program.documents.get(index) else { return };
        let hop = Rc::new(Hop {
            at: self.place(command),
            name: by.to_owned(),
            message: format!("in the here-document of `{by}`"),
        });
        let mut chunks = Vec::with_capacity(document.lines.len());
        for line in &document.lines {
            let text = self.expand_one(line);
            // The newline is no part of the place.
            let extent = Extent::new(line.extent.start, line.extent.end.saturating_sub(1));
            let at = self.place(extent);
            let text = self.stated_in_unit(text, at);
            let text = self.stated_in_sql(text, at);
            chunks.push(Chunk { text, at, by: by.into(), document: Some(Rc::clone(&hop)) });
        }
        self.streams.input = Some(Rc::new(chunks));
    }

    /// What stands in a file, as far as this script wrote it.
    pub fn file_chunks(&mut self, text: &Text) -> Vec<Chunk> {
        let path = self.path(text);
        if matches!(path.as_str(), "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0" | "-") {
            return self.streams.input_chunks();
        }
        let Some(file) = self.files.written.get(&path) else {
            return self.kept_chunks(&path, first_place(text));
        };
        let chunks = file.chunks.clone();
        self.pay(chunks.len());
        chunks
    }

    /// Opens a file for writing.
    pub fn open(&mut self, path: &Text, append: bool) -> Stream {
        let path = self.path(path);
        if let Some((program, list)) = self.readers_at(&path) {
            return Stream::Process { program, list, log: false };
        }
        match path.as_str() {
            "/dev/null" => Stream::Nothing,
            "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1" => self.streams.output.clone(),
            "/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2" => self.streams.errors.clone(),
            "/dev/console" | "/dev/tty" | "/dev/kmsg" | "/dev/tty1" | "/dev/ttyS0" => Stream::Console,
            _ if path.starts_with("/dev/tcp/") || path.starts_with("/dev/udp/") => Stream::Nothing,
            _ => {
                if !append {
                    self.files.truncate(&path);
                }
                Stream::File { path: path.into(), append, log: false }
            }
        }
    }

    /// A path as people read it, absolute where the directory is known.
    pub fn path(&self, text: &Text) -> String {
        let path = shown_path(text);
        if let Some(led) = self.files.led(&path) {
            return led;
        }
        match &self.working_directory {
            Some(directory) if !path.starts_with(['/', '~', '$', '-']) && !path.is_empty() => {
                let path = path.trim_start_matches("./");
                format!("{}/{path}", directory.trim_end_matches('/'))
            }
            _ => path,
        }
    }
}
