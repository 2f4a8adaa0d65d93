//! What the reader makes of a PowerShell script.

use std::rc::Rc;

pub use crate::script::shell::Extent;

/// Statements, and the parameters that they begin with.
#[derive(Default)]
pub struct Block {
    /// `param ( … )`
    pub parameters: Vec<Parameter>,
    /// In order.
    pub statements: Vec<Statement>,
}

/// `[string] $name = default`
pub struct Parameter {
    /// Without `$`.
    pub name: String,
    /// What it is where nothing is given.
    pub default: Option<Node>,
    /// Its place.
    pub at: Extent,
}

/// A statement.
pub enum Statement {
    /// Commands and expressions, joined by `|`.
    Pipeline(Vec<Element>),
    /// `$target = …`, `$target += …`
    Assign {
        /// What is assigned to.
        target: Node,
        /// `+=`
        append: bool,
        /// What is assigned.
        value: Box<Statement>,
        /// The whole.
        at: Extent,
    },
    /// One of several: `if`, `switch`.
    Branches {
        /// Conditions, the first statement that decides, and what happens then.
        branches: Vec<(Option<Node>, Block)>,
        /// The value that `switch` looks at.
        subject: Option<Box<Statement>>,
        /// Whether one of them surely happens.
        complete: bool,
    },
    /// `try`, with what happens after an error, and at the end.
    Try(Block, Vec<Block>, Option<Block>),
    /// `while`, `do`, `for`: the head runs first.
    Loop(Block, Block),
    /// `foreach ($x in …)`
    Foreach(String, Extent, Box<Statement>, Block),
    /// `function name { … }`
    Function(String, Rc<Block>),
    /// `return …`, `throw …`: the value is put out.
    Out(Box<Statement>),
    /// Statements in a scope of no own.
    Group(Block),
    /// Nothing that matters here: `break`.
    Nothing,
}

/// A part of a pipeline.
pub struct Element {
    /// What.
    pub kind: Kind,
    /// `>` and its kin.
    pub redirects: Vec<Redirect>,
    /// Its place.
    pub at: Extent,
}

/// What a part of a pipeline is.
pub enum Kind {
    /// A value.
    Value(Node),
    /// A command: its name and arguments.
    Command(Node, Vec<Argument>),
}

/// A word after a command.
pub struct Argument {
    /// The word.
    pub node: Node,
    /// Whether it is not quoted, and so can be an option.
    pub bare: bool,
}

/// `> file`, `2>> file`
pub struct Redirect {
    /// `>>`
    pub append: bool,
    /// Whether it takes what the command puts out: no number, `1`, or `*`.
    pub output: bool,
    /// Whether it takes what is printed: `*`, `6`.
    pub printed: bool,
    /// The file; none for `2>&1`.
    pub target: Option<Node>,
}

/// An expression with its place.
pub struct Node {
    /// What.
    pub kind: Expression,
    /// Where.
    pub at: Extent,
}

/// An expression.
pub enum Expression {
    /// A string or a bare word.
    Text(Vec<Part>),
    /// `$name`, `${name}`, `$env:name`
    Variable(String),
    /// `@name`
    Splat(String),
    /// `of.name`, `of::name`, with arguments where it is called.
    Member(Box<Node>, Box<Node>, Option<Vec<Node>>),
    /// `of[index]`
    Index(Box<Node>, Box<Node>),
    /// `[IO.File]`
    Type(String),
    /// `[xml] value`
    Cast(String, Box<Node>),
    /// Values with operators between them, of one rank.
    Chain(Box<Node>, Vec<(Operator, Node)>),
    /// `-not`, `!`: true or false.
    Not(Box<Node>),
    /// `-join $list` and others that keep what is in it.
    Same(Box<Node>),
    /// `a, b`
    List(Vec<Node>),
    /// `@{ name = value }`
    Table(Vec<(Node, Statement)>),
    /// `{ … }`
    Script(Rc<Block>),
    /// `( … )`, `$( … )`, `@( … )`
    Group(Block),
    /// What can't be read.
    Nothing,
}

/// What an operator does with secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`: both.
    Add,
    /// `-f`
    Format,
    /// `-replace`, `-split`, `-join`, `-as`, `??`: what is in both may come out.
    Mix,
    /// True, false or a number: nothing comes out.
    Judge,
}

/// A part of a string or word.
pub enum Part {
    /// As it stands.
    Text(Extent),
    /// An escaped character.
    Made(char, Extent),
    /// A value.
    Value(Node),
}
