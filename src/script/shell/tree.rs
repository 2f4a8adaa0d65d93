//! The tree of a shell script. It holds byte offsets and names, never the script's text.

use std::rc::Rc;

/// Bytes `start..end` of the script.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Extent {
    /// Bytes `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }
}

/// Statements in order.
pub type List = Vec<Statement>;

/// A command and whether it always runs when its list runs.
pub struct Statement {
    /// The command.
    pub command: Command,
    /// It stands after `&&` or `||`.
    pub optional: bool,
}

/// A command of any kind with its redirections.
pub struct Command {
    /// From its first word to its last.
    pub extent: Extent,
    /// What it is.
    pub kind: Kind,
    /// In order.
    pub redirects: Vec<Redirect>,
}

/// What a command is.
pub enum Kind {
    /// `A=b command word …`
    Simple {
        /// Assignments before the command, or alone.
        assignments: Vec<Assignment>,
        /// The command and its words.
        words: Vec<Word>,
        /// Assignments that are words of `export`, `local`, `declare` …
        declared: Vec<Assignment>,
    },
    /// `a | b |& c`: each stage and whether the next one also reads its standard error.
    Pipeline(Vec<(Command, bool)>),
    /// `{ …; }`
    Group(List),
    /// `( … )`
    Subshell(List),
    /// `if` and `case`: one of the branches runs, or none where not `complete`.
    Branches {
        /// The word of `case`.
        subject: Option<Word>,
        /// The branches.
        branches: Vec<Branch>,
        /// There is an `else` or a `*)`.
        complete: bool,
    },
    /// `while` and `until`.
    Loop {
        /// What is tested.
        condition: List,
        /// What is repeated.
        body: List,
    },
    /// `for` and `select`.
    For {
        /// The variable; none for `for ((…))`.
        variable: Option<(String, Extent)>,
        /// What it takes; `None` means the positional parameters.
        words: Option<Vec<Word>>,
        /// What is repeated.
        body: List,
    },
    /// `f() …`
    Function {
        /// Its name.
        name: String,
        /// What it does.
        body: Rc<Command>,
    },
    /// `[[ … ]]` and `(( … ))`: the words in it.
    Test(Vec<Word>),
}

/// One branch of `if` or `case`.
pub struct Branch {
    /// Tested before it; empty for `else` and `case`.
    pub condition: List,
    /// What runs.
    pub body: List,
}

/// `name=value`, `name+=value`, `name[i]=value`, `name=(a b)`.
pub struct Assignment {
    /// The whole of it.
    pub extent: Extent,
    /// The variable.
    pub name: String,
    /// `+=`
    pub append: bool,
    /// `name[i]=`
    pub element: bool,
    /// One word, or those of an array.
    pub values: Vec<Word>,
    /// `(a b)`
    pub array: bool,
}

/// A word: its parts stand side by side.
pub struct Word {
    /// The whole of it with its quotes.
    pub extent: Extent,
    /// In order; none for a word that vanishes.
    pub parts: Vec<Part>,
}

/// A part of a word.
pub enum Part {
    /// Bytes that stand for themselves.
    Text(Extent),
    /// Text made by an escape: `$'\n'`.
    Made(String, Extent),
    /// `$x`, `${x:-y}`.
    Variable(Expansion),
    /// `$( … )` or backticks.
    Substitution {
        /// The whole of it.
        extent: Extent,
        /// The commands.
        list: List,
        /// Inside double quotes: its output is one word.
        quoted: bool,
    },
    /// Backticks with escapes inside: the bytes that remain, to be read as a script of their own.
    Escaped {
        /// The whole of it.
        extent: Extent,
        /// What remains.
        pieces: Vec<Extent>,
        /// Inside double quotes.
        quoted: bool,
    },
    /// `<( … )` and `>( … )`.
    Process {
        /// The whole of it.
        extent: Extent,
        /// The commands.
        list: Rc<List>,
        /// `>( … )`: it reads what is written.
        reads: bool,
    },
    /// `$(( … ))`: a number.
    Number(Extent),
}

/// `$x`, `${x:-y}` and their kin.
pub struct Expansion {
    /// The whole of it.
    pub extent: Extent,
    /// The parameter: a name, a number, or one of `@*#?$!-`.
    pub name: String,
    /// `${!x}`
    pub indirect: bool,
    /// `${x[@]}`, `${x[*]}`
    pub all: bool,
    /// What is done with it.
    pub operator: Operator,
    /// The word after the operator.
    pub argument: Option<Box<Word>>,
    /// Inside double quotes.
    pub quoted: bool,
}

/// What `${…}` does with its parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Nothing.
    None,
    /// `:-` and `-`
    Default,
    /// `:=` and `=`
    Assign,
    /// `:+` and `+`
    Alternative,
    /// `:?` and `?`
    Demand,
    /// `#x`: its length, or `!x*`: names.
    Length,
    /// `#`, `%`, `/`, `:1:2`, `^`, `,`, `@Q`: a changed copy.
    Change,
}

/// A redirection.
pub struct Redirect {
    /// The whole of it.
    pub extent: Extent,
    /// The file descriptor before it.
    pub descriptor: Option<u32>,
    /// Which.
    pub kind: RedirectKind,
    /// To or from what.
    pub target: Target,
}

/// Kinds of redirection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum RedirectKind {
    /// `<`
    Read,
    /// `>`, `>|`
    Write,
    /// `>>`
    Append,
    /// `&>`, `>&file`
    WriteBoth,
    /// `&>>`
    AppendBoth,
    /// `>&2`, `<&3`
    Duplicate,
    /// `<>`
    ReadWrite,
    /// `<<`, `<<-`
    HereDocument,
    /// `<<<`
    HereString,
}

/// What a redirection points at.
pub enum Target {
    /// A word.
    Word(Word),
    /// A here-document, by index.
    Document(usize),
}

/// The body of a here-document.
pub struct HereDocument {
    /// Its lines, each with its newline.
    pub lines: Vec<Word>,
}
