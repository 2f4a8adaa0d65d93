//! From the parser's tree to ours.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops;

use hcl_edit::Span as _;
use hcl_edit::expr::{BinaryOperator, Expression, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Body as HclBody, Structure};
use hcl_edit::template::{Directive, Element, Strip, Template};

use super::literal;
use crate::terraform::ast::{
    Attribute, Block, Body, Call, Expr, ExprKind, ForExpr, Key, Name, Part, Range, Step,
};

/// Converts what was parsed from `text`, a piece of a file that starts at byte `base` of the file.
///
/// `text` is the *original* text, so that what a repair changed for the parser's sake (see
/// `repair`) is not seen by anybody.
pub(super) struct Converter<'t> {
    text: &'t str,
    base: usize,
    objections: RefCell<Vec<(Range, &'static str)>>,
}

impl<'t> Converter<'t> {
    pub(super) fn new(text: &'t str, base: usize) -> Self {
        Self { text, base, objections: RefCell::default() }
    }

    /// What the parser takes and Terraform refuses. It was understood all the same.
    pub(super) fn objections(self) -> Vec<(Range, &'static str)> {
        self.objections.into_inner()
    }

    fn object(&self, range: Range, reason: &'static str) {
        self.objections.borrow_mut().push((range, reason));
    }

    fn range(&self, span: Option<ops::Range<usize>>) -> Range {
        let span = span.unwrap_or(0..0);
        Range { start: (self.base + span.start) as u32, end: (self.base + span.end) as u32 }
    }

    /// A name as the original text has it: a repair may have changed the parser's copy.
    fn name(&self, parsed: &str, span: Option<ops::Range<usize>>) -> Name {
        let original = span.clone().and_then(|span| self.text.get(span)).map(|text| text.trim_matches('"'));
        let same_length = original.filter(|text| text.len() == parsed.len());
        Name { text: same_length.unwrap_or(parsed).into(), range: self.range(span) }
    }

    pub(super) fn body(&self, body: &HclBody) -> Body {
        let mut out = Body::default();
        let mut seen = HashSet::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let name = self.name(attribute.key.as_str(), attribute.key.span());
                    if !seen.insert(name.text.clone()) {
                        self.object(name.range, "an argument is set twice; the later value is used");
                    }
                    out.attributes.push(Attribute { name, value: self.expr(&attribute.value) });
                }
                Structure::Block(block) => out.blocks.push(Block {
                    kind: self.name(block.ident.as_str(), block.ident.span()),
                    labels: block
                        .labels
                        .iter()
                        .map(|label| self.name(label.as_str(), label.span()))
                        .collect(),
                    body: self.body(&block.body),
                }),
            }
        }
        out
    }

    pub(super) fn expr(&self, expr: &Expression) -> Expr {
        if let Expression::Parenthesis(inner) = expr {
            return self.expr(inner.inner());
        }
        Expr { range: self.range(expr.span()), kind: self.kind(expr) }
    }

    fn kind(&self, expr: &Expression) -> ExprKind {
        match expr {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Scalar(value.to_string().into()),
            Expression::Number(number) => ExprKind::Scalar(number.value().to_string().into()),
            Expression::String(_) => ExprKind::Template(self.quoted(expr.span()).into()),
            Expression::StringTemplate(template) => {
                ExprKind::Template(self.elements(template.iter(), literal::Style::Quoted, None).into())
            }
            Expression::HeredocTemplate(heredoc) => {
                let style = literal::Style::Heredoc { indent: heredoc.indent().unwrap_or(0) };
                ExprKind::Template(self.elements(heredoc.template.iter(), style, None).into())
            }
            Expression::Array(array) => ExprKind::List(array.iter().map(|item| self.expr(item)).collect()),
            Expression::Object(object) => ExprKind::Object(
                object.iter().map(|(key, value)| (self.key(key), self.expr(value.expr()))).collect(),
            ),
            Expression::Parenthesis(inner) => self.kind(inner.inner()),
            Expression::Variable(name) => ExprKind::Variable(name.as_str().into()),
            Expression::Conditional(conditional) => ExprKind::Conditional(Box::new([
                self.expr(&conditional.cond_expr),
                self.expr(&conditional.true_expr),
                self.expr(&conditional.false_expr),
            ])),
            Expression::FuncCall(call) => ExprKind::Call(Box::new(self.call(call))),
            Expression::Traversal(traversal) if traversal.expr.is_number() => {
                self.object(self.range(expr.span()), "this is not a number");
                ExprKind::Null
            }
            Expression::Traversal(traversal) => ExprKind::Traversal(
                Box::new(self.expr(&traversal.expr)),
                traversal.operators.iter().map(|operator| self.step(operator.value())).collect(),
            ),
            Expression::UnaryOp(operation) => ExprKind::Operation(Box::new([self.expr(&operation.expr)])),
            Expression::BinaryOp(operation) => ExprKind::Operation(Box::new([
                self.expr(&operation.lhs_expr),
                self.expr(&operation.rhs_expr),
            ])),
            Expression::ForExpr(for_expr) => ExprKind::For(Box::new(ForExpr {
                key_name: for_expr.intro.key_var.as_ref().map(|name| name.as_str().into()),
                value_name: for_expr.intro.value_var.as_str().into(),
                collection: self.expr(&for_expr.intro.collection_expr),
                key: for_expr.key_expr.as_ref().map(|key| self.expr(key)),
                value: self.expr(&for_expr.value_expr),
                wanted: for_expr.cond.as_ref().and_then(|cond| self.wanted(&cond.expr)),
            })),
        }
    }

    /// The x of `x != null` and `x != ""`.
    fn wanted(&self, condition: &Expression) -> Option<Expr> {
        let Expression::BinaryOp(operation) = condition else { return None };
        let empty = match &operation.rhs_expr {
            Expression::Null(_) => true,
            Expression::String(text) => text.is_empty(),
            _ => false,
        };
        let differs = *operation.operator.value() == BinaryOperator::NotEq;
        (differs && empty).then(|| self.expr(&operation.lhs_expr))
    }

    fn key(&self, key: &ObjectKey) -> Key {
        match key {
            ObjectKey::Ident(name) => Key::Name(self.name(name.as_str(), name.span())),
            ObjectKey::Expression(expr) => Key::Expr(self.expr(expr)),
        }
    }

    fn call(&self, call: &hcl_edit::expr::FuncCall) -> Call {
        let mut function = String::new();
        for namespace in &call.name.namespace {
            function.push_str(namespace.as_str());
            function.push_str("::");
        }
        function.push_str(call.name.name.as_str());
        Call { function: function.into(), arguments: call.args.iter().map(|item| self.expr(item)).collect() }
    }

    fn step(&self, operator: &TraversalOperator) -> Step {
        match operator {
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Step::Splat,
            TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().into()),
            TraversalOperator::Index(expr) => Step::Index(self.expr(expr)),
            TraversalOperator::LegacyIndex(index) => Step::Index(Expr {
                kind: ExprKind::Scalar(index.to_string().into()),
                range: self.range(index.span()),
            }),
        }
    }

    /// A string without interpolation: the parser gives one span, quotes included.
    fn quoted(&self, span: Option<ops::Range<usize>>) -> Vec<Part> {
        let Some(span) = span else { return Vec::new() };
        let raw = self.text.get(span.clone()).unwrap_or_default();
        let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
        let (start, inner) = inner.map_or((span.start, raw), |inner| (span.start + 1, inner));
        self.one_line(inner, start);
        literal::parts(inner, self.base + start, literal::Style::Quoted, true)
    }

    /// Of a quoted string only interpolations may span lines.
    fn one_line(&self, raw: &str, start: usize) {
        if raw.contains('\n') {
            self.object(self.range(Some(start..start + raw.len())), "a quoted string spans several lines");
        }
    }

    fn template(&self, template: &Template, style: literal::Style, open: Option<Strip>) -> Box<[Part]> {
        self.elements(template.iter(), style, open).into()
    }

    /// A whole template file.
    pub(super) fn file_template(&self, template: &Template) -> Vec<Part> {
        self.elements(template.iter(), literal::Style::File, None)
    }

    /// Converts the elements of one template; `open` is the `~` of the directive before it.
    fn elements<'e>(
        &self,
        elements: impl Iterator<Item = &'e Element>,
        style: literal::Style,
        open: Option<Strip>,
    ) -> Vec<Part> {
        let mut out: Vec<Part> = Vec::new();
        let mut strip_next = open.is_some_and(Strip::strip_end);
        for element in elements {
            match element {
                Element::Literal(literal) => {
                    let mut parts = self.literal(literal.span(), style);
                    if std::mem::take(&mut strip_next) {
                        trim_start(&mut parts, style);
                    }
                    out.extend(parts);
                }
                Element::Interpolation(interpolation) => {
                    if interpolation.strip.strip_start() {
                        trim_end(&mut out, style);
                    }
                    out.push(Part::Interpolation(self.expr(&interpolation.expr)));
                    strip_next = interpolation.strip.strip_end();
                }
                Element::Directive(directive) => {
                    let (part, opens, closes) = self.directive(directive, style);
                    if opens.strip_start() {
                        trim_end(&mut out, style);
                    }
                    out.push(part);
                    strip_next = closes.strip_end();
                }
            }
        }
        out
    }

    fn literal(&self, span: Option<ops::Range<usize>>, style: literal::Style) -> Vec<Part> {
        let Some(span) = span else { return Vec::new() };
        let raw = self.text.get(span.clone()).unwrap_or_default();
        let before = span.start.checked_sub(1).and_then(|at| self.text.as_bytes().get(at));
        let at_line_start = before.is_none_or(|byte| *byte == b'\n');
        if matches!(style, literal::Style::Quoted) {
            self.one_line(raw, span.start);
        }
        literal::parts(raw, self.base + span.start, style, at_line_start)
    }

    fn directive(&self, directive: &Directive, style: literal::Style) -> (Part, Strip, Strip) {
        match directive {
            Directive::If(directive) => {
                let then = &directive.if_expr;
                let otherwise = directive.else_expr.as_ref();
                let part = Part::If {
                    condition: self.expr(&then.cond_expr),
                    branches: [
                        self.template(&then.template, style, Some(then.strip)),
                        otherwise
                            .map(|other| self.template(&other.template, style, Some(other.strip)))
                            .unwrap_or_default(),
                    ],
                };
                (part, then.strip, directive.endif_expr.strip)
            }
            Directive::For(directive) => {
                let intro = &directive.for_expr;
                let part = Part::For {
                    key_name: intro.key_var.as_ref().map(|name| name.as_str().into()),
                    value_name: intro.value_var.as_str().into(),
                    collection: self.expr(&intro.collection_expr),
                    body: self.template(&intro.template, style, Some(intro.strip)),
                };
                (part, intro.strip, directive.endfor_expr.strip)
            }
        }
    }
}

/// `~}`: in a quoted string all blanks, in a file or heredoc those of the line and its end; the next line keeps its
/// indentation.
fn trim_start(parts: &mut [Part], style: literal::Style) {
    if let Some(Part::Literal { text, range, exact }) = parts.first_mut() {
        let trimmed = if matches!(style, literal::Style::Quoted) {
            text.trim_start()
        } else {
            let rest = text.trim_start_matches(|letter: char| letter.is_whitespace() && letter != '\n');
            rest.strip_prefix('\n').unwrap_or(rest)
        };
        if *exact {
            range.start += (text.len() - trimmed.len()) as u32;
        }
        *text = trimmed.into();
    }
}

/// `{~`: in a quoted string all blanks, in a file or heredoc those of its own line.
fn trim_end(parts: &mut [Part], style: literal::Style) {
    if let Some(Part::Literal { text, range, exact }) = parts.last_mut() {
        let trimmed = if matches!(style, literal::Style::Quoted) {
            text.trim_end()
        } else {
            // At a line's beginning the line before loses its end.
            let rest = text.strip_suffix('\n').unwrap_or(text);
            rest.trim_end_matches(|letter: char| letter.is_whitespace() && letter != '\n')
        };
        if *exact {
            range.end -= (text.len() - trimmed.len()) as u32;
        }
        *text = trimmed.into();
    }
}
