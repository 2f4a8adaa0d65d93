//! Terraform's JSON syntax, with the place of every value.

use crate::reading::{Gap, Reading};
use crate::source::{SourceId, Span};
use crate::terraform::ast::{Attribute, Block, Body, Expr, ExprKind, Key, Name, Range};

use super::{TOO_NESTED, packer, string_template};

/// Values nested deeper than this are not read: a gap. Who looks into them goes as deep.
const MOST_DEPTH: usize = 72;

/// Reads `.tf.json`, `.tofu.json` and `.tfvars.json` text.
///
/// A template of Packer becomes the blocks that its HCL has.
///
/// In `.tfvars.json` all members are attributes, so blocks are simply not asked for.
pub fn read_json(source: SourceId, text: &str) -> Reading<Body> {
    let start = usize::from(text.starts_with('\u{feff}')) * 3;
    let reader =
        |packer| Reader { text, bytes: text.as_bytes(), at: start, depth: 0, cut: Vec::new(), packer };
    let whole = |expr: &Expr| match packer::is_template(expr) {
        // Its strings are read once more: `${X}` in them is the shell's.
        true => reader(true).value().map(|expr| packer::blocks_of(&expr)).unwrap_or_default(),
        false => top_level(expr),
    };
    let mut reader = reader(false);
    let cut = |at: &usize| Gap {
        at: Span::new(source, *at, *at),
        name: String::new(),
        reason: TOO_NESTED.into(),
        hides_findings: true,
    };
    match reader.value() {
        Ok(expr) => Reading { facts: whole(&expr), gaps: reader.cut.iter().map(cut).collect() },
        Err(reason) => {
            let at = text.floor_char_boundary(reader.at);
            let gap = Gap {
                at: Span::new(source, at, at),
                name: String::new(),
                reason: format!("this is not valid JSON: {reason}"),
                hides_findings: true,
            };
            Reading { facts: Body::default(), gaps: vec![gap] }
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    /// Where strings stand that were not read to their end.
    cut: Vec<usize>,
    /// Whether it is a template of Packer.
    packer: bool,
}

impl Reader<'_> {
    fn skip_blank(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&mut self) -> u8 {
        self.skip_blank();
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.peek() == byte {
            self.at += 1;
            return Ok(());
        }
        Err(format!("expected `{}`", byte as char))
    }

    fn value(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err("nested too deeply".into());
        }
        let byte = self.peek();
        let start = self.at;
        let kind = match byte {
            b'{' => self.object()?,
            b'[' => self.list()?,
            b'"' => {
                let (text, exact) = self.string()?;
                let (parts, whole) = match self.packer {
                    true => (packer::parts(&text, start + 1, exact), true),
                    false => string_template(&text, start + 1, exact),
                };
                if !whole {
                    self.cut.push(start);
                }
                ExprKind::Template(parts.into())
            }
            _ => self.scalar()?,
        };
        self.depth -= 1;
        Ok(Expr { kind, range: Range { start: start as u32, end: self.at as u32 } })
    }

    fn scalar(&mut self) -> Result<ExprKind, String> {
        let start = self.at;
        while self
            .bytes
            .get(self.at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
        {
            self.at += 1;
        }
        match self.text.get(start..self.at) {
            Some("null") => Ok(ExprKind::Null),
            Some(text) if matches!(text, "true" | "false") || text.parse::<f64>().is_ok() => {
                Ok(ExprKind::Scalar(text.into()))
            }
            _ => Err("expected a value".into()),
        }
    }

    fn list(&mut self) -> Result<ExprKind, String> {
        self.expect(b'[')?;
        let mut items = Vec::new();
        while self.peek() != b']' {
            items.push(self.value()?);
            if self.peek() != b',' {
                break;
            }
            self.at += 1;
        }
        self.expect(b']')?;
        Ok(ExprKind::List(items.into()))
    }

    fn object(&mut self) -> Result<ExprKind, String> {
        self.expect(b'{')?;
        let mut members = Vec::new();
        while self.peek() == b'"' {
            let start = self.at;
            let (name, _) = self.string()?;
            let range = Range { start: start as u32 + 1, end: self.at as u32 - 1 };
            self.expect(b':')?;
            members.push((Key::Name(Name { text: name.into(), range }), self.value()?));
            if self.peek() != b',' {
                break;
            }
            self.at += 1;
        }
        self.expect(b'}')?;
        Ok(ExprKind::Object(members.into()))
    }

    /// A string (RFC 8259 §7), and whether its bytes stand in the file as they are.
    fn string(&mut self) -> Result<(String, bool), String> {
        self.expect(b'"')?;
        let mut out = String::new();
        let mut exact = true;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let run =
                rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).ok_or("a string is not closed")?;
            out.push_str(self.text.get(self.at..self.at + run).unwrap_or_default());
            self.at += run + 1;
            if rest.get(run) == Some(&b'"') {
                return Ok((out, exact));
            }
            exact = false;
            out.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let letter = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        Ok(match letter {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'"' | b'\\' | b'/' => letter as char,
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4).ok_or("an incomplete escape")?;
                self.at += 4;
                let code = u32::from_str_radix(digits, 16).map_err(|_| "an invalid \\u escape")?;
                // Half of a surrogate pair: never part of a secret or a path that we compare.
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err("an invalid escape".into()),
        })
    }
}

/// How many labels a block of this kind has (Terraform's "JSON Configuration Syntax").
fn labels_of(kind: &str) -> Option<usize> {
    match kind {
        "resource" | "data" | "ephemeral" => Some(2),
        "variable" | "output" | "module" | "provider" | "provisioner" | "dynamic" => Some(1),
        "locals" | "terraform" => Some(0),
        _ => None,
    }
}

pub(super) fn members(expr: &Expr) -> impl Iterator<Item = (&Name, &Expr)> {
    let all: &[(Key, Expr)] = match &expr.kind {
        ExprKind::Object(members) => members,
        _ => &[],
    };
    all.iter().filter_map(|(key, value)| match key {
        Key::Name(name) => Some((name, value)),
        Key::Expr(_) => None,
    })
}

fn top_level(expr: &Expr) -> Body {
    let mut body = Body::default();
    for (name, value) in members(expr) {
        match labels_of(&name.text) {
            Some(labels) => add_blocks(&mut body.blocks, name, &mut Vec::new(), labels, value),
            None => body.attributes.push(Attribute { name: name.clone(), value: value.clone() }),
        }
    }
    body
}

fn add_blocks(out: &mut Vec<Block>, kind: &Name, labels: &mut Vec<Name>, left: usize, value: &Expr) {
    if let ExprKind::List(items) = &value.kind {
        items.iter().for_each(|item| add_blocks(out, kind, labels, left, item));
        return;
    }
    if left == 0 {
        if matches!(value.kind, ExprKind::Object(_)) {
            out.push(Block { kind: kind.clone(), labels: labels.clone(), body: nested(value) });
        }
        return;
    }
    for (label, inner) in members(value) {
        labels.push(label.clone());
        add_blocks(out, kind, labels, left - 1, inner);
        labels.pop();
    }
}

/// Without a provider's schema an object may be an attribute or a block: it is given as both.
pub(super) fn nested(expr: &Expr) -> Body {
    let mut body = Body::default();
    for (name, value) in members(expr) {
        let labels = if matches!(&*name.text, "provisioner" | "dynamic") { 1 } else { 0 };
        add_blocks(&mut body.blocks, name, &mut Vec::new(), labels, value);
        body.attributes.push(Attribute { name: name.clone(), value: value.clone() });
    }
    body
}
