//! Where standard input, output and error of a command lead.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Program;
use crate::script::shell::List;
use crate::source::Span;
use crate::value::{Hop, Text, Traces};

/// A piece of output.
#[derive(Clone)]
pub struct Chunk {
    /// What was written.
    pub text: Text,
    /// The command that wrote it, or the line of a here-document.
    pub at: Span,
    /// The command's name.
    pub by: Rc<str>,
    /// For a line of a here-document: the command that it belongs to.
    pub document: Option<Rc<Hop>>,
}

impl Chunk {
    pub fn traces(&self) -> Traces {
        self.text.traces()
    }
}

/// Where output goes.
#[derive(Clone)]
pub enum Stream {
    /// Where the script's own output goes.
    Terminal,
    /// Nowhere.
    Nothing,
    /// The console: the machine's log.
    Console,
    /// A buffer: a pipe or a command substitution.
    Capture(usize),
    /// A file.
    File {
        /// Its path.
        path: Rc<str>,
        /// `>>`
        append: bool,
        /// Everything that the script prints goes there: it is a log.
        log: bool,
    },
    /// The commands of `>( … )`.
    Process {
        /// The script that holds them.
        program: Rc<Program>,
        /// They.
        list: Rc<List>,
        /// Everything that the script prints goes there.
        log: bool,
    },
}

/// Input and outputs of a command.
#[derive(Clone)]
pub struct Streams {
    /// What can be read; `None` where nobody knows.
    pub input: Option<Rc<Vec<Chunk>>>,
    /// Descriptor 1.
    pub output: Stream,
    /// Descriptor 2.
    pub errors: Stream,
    /// Descriptors from 3 on.
    pub others: BTreeMap<u32, Stream>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { input: None, output: Stream::Terminal, errors: Stream::Terminal, others: BTreeMap::new() }
    }
}

impl Streams {
    pub fn get(&self, descriptor: u32) -> Stream {
        match descriptor {
            1 => self.output.clone(),
            2 => self.errors.clone(),
            other => self.others.get(&other).cloned().unwrap_or(Stream::Nothing),
        }
    }

    pub fn set(&mut self, descriptor: u32, stream: Stream) {
        match descriptor {
            1 => self.output = stream,
            2 => self.errors = stream,
            other => {
                self.others.insert(other, stream);
            }
        }
    }

    /// Chunks of the input.
    pub fn input_chunks(&self) -> Vec<Chunk> {
        self.input.as_ref().map(|chunks| chunks.to_vec()).unwrap_or_default()
    }

    /// Secrets in the input.
    pub fn input_traces(&self) -> Traces {
        let mut all = Traces::none();
        for chunk in self.input.iter().flat_map(|chunks| chunks.iter()) {
            all.absorb(&chunk.traces());
        }
        all
    }
}
