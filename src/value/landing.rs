//! Where a secret lands.

use super::Traces;
use crate::source::Span;

/// Kinds of sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SinkKind {
    /// A file.
    File,
    /// The user data of a machine: on its disk as cloud-init's copy, and readable through the API.
    UserData,
    /// Printed where the machine keeps it: the boot log, cloud-init's output, Terraform's output.
    Log,
    /// The command line of a program, visible to every user of the machine.
    ProcessArguments,
    /// The environment of a container, function or job, stored in its definition.
    Environment,
    /// A definition that a service keeps: Helm values, a state machine, a document.
    Definition,
    /// An object in a store.
    Object,
    /// A Terraform output that is not marked sensitive.
    Output,
    /// A parameter store entry that is not encrypted.
    Parameter,
    /// A Terraform state, in clear.
    State,
    /// The source tree itself: a literal.
    SourceCode,
}

impl SinkKind {
    /// Where it is, in words.
    pub fn place(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::UserData => "user data",
            Self::Log => "a log",
            Self::ProcessArguments => "a command line",
            Self::Environment => "an environment",
            Self::Definition => "a definition",
            Self::Object => "an object",
            Self::Output => "an output",
            Self::Parameter => "a store for plain settings",
            Self::State => "the state",
            Self::SourceCode => "the source",
        }
    }

    /// The word used in records and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::UserData => "user-data",
            Self::Log => "boot-log",
            Self::ProcessArguments => "process-arguments",
            Self::Environment => "environment",
            Self::Definition => "definition",
            Self::Object => "object",
            Self::Output => "output",
            Self::Parameter => "parameter",
            Self::State => "state",
            Self::SourceCode => "source-code",
        }
    }
}

/// How long it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lifetime {
    /// Survives a reboot.
    Durable,
    /// In memory only: `/run`, `/dev/shm`.
    Memory,
    /// Deleted by the same script.
    Removed,
}

impl Lifetime {
    /// The word used in records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Durable => "durable",
            Self::Memory => "memory",
            Self::Removed => "removed",
        }
    }
}

/// A place where a secret lands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sink {
    /// What it is.
    pub kind: SinkKind,
    /// The file's path as far as it is known: `/opt/app/.env`, `${var.home}/.netrc`.
    pub path: Option<String>,
    /// How long it stays there.
    pub lifetime: Lifetime,
    /// The line that does it, in the outer document.
    pub at: Span,
    /// What does it, in a few words: "appended by `echo`", "written by `tee`".
    pub by: String,
}

/// Secrets that land in a sink.
#[derive(Debug, Clone)]
pub struct Landing {
    /// Where.
    pub sink: Sink,
    /// Which, and how they came. Never empty.
    pub traces: Traces,
}
