//! Our own view of HCL: small, with byte spans, the same for native syntax and JSON.
//!
//! The parser's tree is large and its API moves; this one is all that the evaluator sees, and the
//! parser's tree is dropped as soon as a file is converted.

/// Bytes `start..end` of the file that a node stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A name with its place.
#[derive(Debug, Clone)]
pub struct Name {
    /// The name.
    pub text: Box<str>,
    /// Where it stands.
    pub range: Range,
}

/// Attributes and blocks, in order.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// `name = expression`.
    pub attributes: Vec<Attribute>,
    /// `kind "label" { ... }`.
    pub blocks: Vec<Block>,
}

/// `name = expression`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name.
    pub name: Name,
    /// Its expression.
    pub value: Expr,
}

/// `kind "label" "label" { ... }`.
#[derive(Debug, Clone)]
pub struct Block {
    /// `resource`, `ingress` ...
    pub kind: Name,
    /// The labels.
    pub labels: Vec<Name>,
    /// What stands between the braces.
    pub body: Body,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub range: Range,
}

/// Kinds of expression.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true`, `false`, a number: as text.
    Scalar(Box<str>),
    /// A quoted string or a heredoc.
    Template(Box<[Part]>),
    /// A bare name: `var`, `each`, `aws_instance`.
    Variable(Box<str>),
    /// `base.name[index].*`.
    Traversal(Box<Expr>, Box<[Step]>),
    /// `name(arguments...)`.
    Call(Box<Call>),
    /// `[a, b]`.
    List(Box<[Expr]>),
    /// `{ key = value }`.
    Object(Box<[(Key, Expr)]>),
    /// `[for ...]`, `{for ...}`.
    For(Box<ForExpr>),
    /// `condition ? yes : no`.
    Conditional(Box<[Expr; 3]>),
    /// Any operator: its operands.
    Operation(Box<[Expr]>),
}

/// An object's key.
#[derive(Debug, Clone)]
pub enum Key {
    /// `name =`.
    Name(Name),
    /// `"${x}" =` or `(x) =`.
    Expr(Expr),
}

/// A call.
#[derive(Debug, Clone)]
pub struct Call {
    /// The function, with its namespace: `provider::aws::arn_parse`.
    pub function: Box<str>,
    /// Its arguments.
    pub arguments: Vec<Expr>,
}

/// One step of a traversal.
#[derive(Debug, Clone)]
pub enum Step {
    /// `.name`.
    Attribute(Box<str>),
    /// `[expression]`.
    Index(Expr),
    /// `.*` or `[*]`.
    Splat,
}

/// A `for` expression.
#[derive(Debug, Clone)]
pub struct ForExpr {
    /// The name of the key or index.
    pub key_name: Option<Box<str>>,
    /// The name of the value.
    pub value_name: Box<str>,
    /// What it runs over.
    pub collection: Expr,
    /// `key =>`, for objects.
    pub key: Option<Expr>,
    /// The result.
    pub value: Expr,
    /// Of `if x != null` and `if x != ""` the x: elements without it are left out.
    pub wanted: Option<Expr>,
}

/// A part of a template.
#[derive(Debug, Clone)]
pub enum Part {
    /// Text. `exact`: byte *i* of the text is byte *i* of the range.
    Literal {
        /// The text, unescaped.
        text: Box<str>,
        /// Where it stands.
        range: Range,
        /// Whether it is a byte-by-byte copy.
        exact: bool,
    },
    /// `${ expression }`.
    Interpolation(Expr),
    /// `%{ if c }...%{ else }...%{ endif }`.
    If {
        /// The condition.
        condition: Expr,
        /// Both branches.
        branches: [Box<[Part]>; 2],
    },
    /// `%{ for k, v in c }...%{ endfor }`.
    For {
        /// The name of the key or index.
        key_name: Option<Box<str>>,
        /// The name of the value.
        value_name: Box<str>,
        /// What it runs over.
        collection: Expr,
        /// What is repeated.
        body: Box<[Part]>,
    },
}

impl Body {
    /// The attribute of this name; of several the last, as Terraform takes it in objects.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().rev().find(|attribute| &*attribute.name.text == name)
    }

    /// What stands under a name, as an argument (`vars = {}`) or as a block (`vars {}`, as up to
    /// Terraform 0.11): one expression for each.
    pub fn argument_or_block(&self, name: &str) -> Option<Expr> {
        if let Some(attribute) = self.attribute(name) {
            return Some(attribute.value.clone());
        }
        let block = self.blocks_of(name).next()?;
        let members = block.body.attributes.iter();
        let members = members.map(|attribute| (Key::Name(attribute.name.clone()), attribute.value.clone()));
        let end = block.body.attributes.last().map_or(block.kind.range.end, |last| last.value.range.end);
        let range = Range { start: block.kind.range.start, end };
        Some(Expr { kind: ExprKind::Object(members.collect()), range })
    }

    /// The blocks of this kind.
    pub fn blocks_of<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |block| &*block.kind.text == kind)
    }
}

impl Block {
    /// The label at this position.
    pub fn label(&self, position: usize) -> Option<&str> {
        self.labels.get(position).map(|label| &*label.text)
    }
}

impl Expr {
    /// The text of a string without interpolation, a number or a boolean.
    pub fn as_literal(&self) -> Option<String> {
        match &self.kind {
            ExprKind::Scalar(text) => Some(text.to_string()),
            ExprKind::Template(parts) => {
                let mut all = String::new();
                for part in parts.iter() {
                    match part {
                        Part::Literal { text, .. } => all.push_str(text),
                        _ => return None,
                    }
                }
                Some(all)
            }
            _ => None,
        }
    }

    /// The bare word of `string`, `each`.
    pub fn as_variable(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Variable(name) => Some(name),
            _ => None,
        }
    }
}
