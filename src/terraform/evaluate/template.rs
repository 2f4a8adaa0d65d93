//! Templates: strings, heredocs, `templatefile` and the `template_file` data source.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::{Evaluator, Instance, Scope};
use crate::finding::Confidence;
use crate::source::open::{Refusal, normalise};
use crate::source::{SourceId, Span};
use crate::terraform::ast::{Block, Expr, ExprKind, Key, Part};
use crate::terraform::directory::Placed;
use crate::terraform::read::read_template;
use crate::terraform::value::{MORE, Value};
use crate::value::{Flat, Hole, Hop, Origin, OriginKind, Piece, Text, Traces};

/// The text of one rendered template is not followed past this many bytes.
const MOST_TEXT: usize = 4 * 1024 * 1024;
/// Folders above a template of Packer from which it may be run.
const MOST_ABOVE: usize = 3;
/// A path that can't be known whole stands for at most this many files; more are a gap.
const MOST_CANDIDATES: usize = 32;
/// The file of a text that was put together and is parsed as a template.
const MADE: SourceId = SourceId(u32::MAX);
/// Binds what a template gets besides the names that are known.
pub(super) const REST: &str = "\0rest";

impl<'w> Evaluator<'w> {
    /// A quoted string or heredoc. `"${x}"` alone is `x`.
    pub(super) fn template_value(&self, scope: &Scope<'w>, parts: &[Part], at: Span) -> Value {
        if let [Part::Interpolation(expr)] = parts {
            return self.eval(scope, expr);
        }
        Value::Text(self.render(scope, parts, at))
    }

    pub(super) fn render(&self, scope: &Scope<'w>, parts: &[Part], at: Span) -> Text {
        let mut out = Text::default();
        let mut size = 0usize;
        for part in parts {
            let text = self.render_part(scope, part);
            size += text
                .pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Known { text, .. } => text.len(),
                    Piece::Hole(_) => 1,
                })
                .sum::<usize>();
            if size > MOST_TEXT {
                self.gap(at, "", "the rendered text is too large to follow", true);
                break;
            }
            out.append(text);
        }
        out
    }

    fn render_part(&self, scope: &Scope<'w>, part: &Part) -> Text {
        match part {
            Part::Literal { text, range, exact } => {
                let at = scope.span(*range);
                let text: std::sync::Arc<str> = (&**text).into();
                Text::of(vec![Piece::Known { text, at, exact: *exact }])
            }
            Part::Interpolation(expr) => {
                let at = scope.span(expr.range);
                let label = self.label_of(expr);
                let value = self.eval(scope, expr);
                // Encoded inside of a script, a text has no lines that the script could read.
                if is_url_encoded(expr) {
                    return Text::hole(label, at, value.traces());
                }
                if let Some(text) = value.encoded() {
                    return encoded_word(text, label, at);
                }
                // A text of several pieces keeps their own places: this one is passed on the way.
                let value = match &value {
                    Value::Text(text) if text.pieces.len() > 1 => value.then(|| Hop {
                        at,
                        name: label.clone(),
                        message: format!("rendered into the text as {label}"),
                    }),
                    _ => value,
                };
                placed_at(value.into_text(&label, at), at)
            }
            Part::If { branches, condition } => {
                let at = scope.span(condition.range);
                let mut text = Text::default();
                for branch in branches {
                    text.append(self.render(scope, branch, at));
                }
                text
            }
            Part::For { key_name, value_name, collection, body } => {
                let at = scope.span(collection.range);
                let (key, value) = self.any_element(&self.eval(scope, collection), at);
                let mut inner = scope.with(value_name, value);
                if let Some(name) = key_name {
                    inner = inner.with(name, key);
                }
                self.render(&inner, body, at)
            }
        }
    }

    /// `templatefile(path, vars)`.
    pub(super) fn templatefile(&self, scope: &Scope<'w>, arguments: &[Expr], at: Span) -> Value {
        let Some(path) = arguments.first() else { return Value::unknown("templatefile(…)", at) };
        let files = self.files_of(scope, path);
        let vars = arguments.get(1).map_or(Value::Null, |vars| match &vars.kind {
            // Its members are names that the template chose, not keys of a document.
            ExprKind::Object(members) => {
                Value::map(members.iter().map(|(key, value)| self.member(scope, key, value, false)).collect())
            }
            _ => self.eval(scope, vars),
        });
        if files.is_empty() {
            let unknown = self.alternatives(scope, path).iter().any(|path| path.known().is_none());
            if unknown {
                self.gap(at, "", "the template's path is not known, so it was not followed", true);
            }
            return Value::tainted("templatefile(…)", at, vars.traces());
        }
        let vars = self.template_variables(scope, vars, arguments.get(1));
        Value::either(files.into_iter().map(|file| {
            // Terraform refuses a template that renders itself.
            if self.rendering.borrow().contains(&file) {
                self.gap(at, "", "the template renders itself", true);
                return Value::tainted("templatefile(…)", at, vars.traces());
            }
            self.rendering.borrow_mut().push(file);
            let inner = bind(file, &vars);
            let text = self.render(&inner, &self.template_of(file), Span::start_of(file));
            self.rendering.borrow_mut().pop();
            Value::Text(text)
        }))
    }

    /// `templatestring(text, vars)`: a text of this configuration is the template.
    pub(super) fn templatestring(&self, scope: &Scope<'w>, arguments: &[Expr], at: Span) -> Value {
        let Some(template) = arguments.first() else { return Value::Null };
        let vars = arguments.get(1).map_or(Value::Null, |vars| self.eval(scope, vars));
        let vars = self.template_variables(scope, vars, arguments.get(1));
        let texts = self.eval(scope, template).texts("template", at);
        self.rendered_from(&texts, &vars, at)
    }

    /// What a template is rendered to of which these are the texts.
    fn rendered_from(&self, texts: &[Text], vars: &Value, at: Span) -> Value {
        // What a template does that nobody can read here: any of its variables may stand in it.
        if texts.iter().all(|text| matches!(text.pieces.as_slice(), [] | [Piece::Hole(_)])) {
            let mut traces = vars.traces();
            texts.iter().for_each(|text| traces.absorb(&text.traces()));
            return Value::tainted("rendered", at, traces);
        }
        Value::either(texts.iter().map(|text| Value::Text(self.render_text(text, vars))))
    }

    /// A template file without a caller.
    pub(super) fn render_file(&self, file: SourceId) -> Text {
        self.render(&bind(file, &Value::Null), &self.template_of(file), Span::start_of(file))
    }

    /// Each secret that goes into a template passes the variable's place.
    fn template_variables(&self, scope: &Scope<'w>, vars: Value, expr: Option<&Expr>) -> Value {
        let Value::Map(members) = &vars else { return vars };
        let written: &[(Key, Expr)] = match expr.map(|expr| &expr.kind) {
            Some(ExprKind::Object(members)) => members,
            _ => &[],
        };
        let fallback = expr.map(|expr| scope.span(expr.range));
        let members = members.iter().map(|(name, value)| {
            let key = written.iter().find_map(|(key, _)| match key {
                Key::Name(known) if *known.text == **name => Some(scope.span(known.range)),
                _ => None,
            });
            let value = match key.or(fallback) {
                Some(at) => value.clone().then(|| Hop {
                    at,
                    name: name.to_string(),
                    message: format!("passed to template variable {name}"),
                }),
                None => value.clone(),
            };
            (Rc::clone(name), value)
        });
        Value::map(members.collect())
    }

    fn template_of(&self, file: SourceId) -> Rc<Vec<Part>> {
        if let Some(parts) = self.templates.borrow().get(&file) {
            return Rc::clone(parts);
        }
        let reading = read_template(file, &self.sources.text(file));
        for gap in reading.gaps {
            self.gap(gap.at, gap.name, gap.reason, gap.hides_findings);
        }
        let parts = Rc::new(reading.facts);
        self.templates.borrow_mut().insert(file, Rc::clone(&parts));
        parts
    }

    /// Attributes that are rendered: `data.template_file.x.rendered`, parts of `cloudinit_config`.
    pub(super) fn rendered_attribute(
        &self,
        instance: &Rc<Instance<'w>>,
        kind: &str,
        type_name: &str,
        attribute: &str,
        block: Placed<'w, Block>,
    ) -> Option<Value> {
        let scope = || self.resource_scope(instance, block);
        match (kind, type_name, attribute) {
            ("data", "template_file", "rendered") => Some(self.template_file(&scope(), block)),
            (_, "cloudinit_config" | "template_cloudinit_config", "rendered") => {
                Some(self.rendered_parts(&scope(), block))
            }
            ("data", "ct_config", "rendered") => {
                let content = block.node.body.attribute("content")?;
                Some(self.eval(&scope(), &content.value))
            }
            ("data", "local_file" | "local_sensitive_file", "content" | "content_base64") => {
                let path = block.node.body.attribute("filename")?;
                Some(self.file(&scope(), std::slice::from_ref(&path.value), block.span(path.value.range)))
            }
            _ => None,
        }
    }

    fn template_file(&self, scope: &Scope<'w>, block: Placed<'w, Block>) -> Value {
        let at = block.span(block.node.kind.range);
        let Some(template) = block.node.body.attribute("template") else {
            return Value::unknown("rendered", at);
        };
        let vars_expr = block.node.body.argument_or_block("vars");
        let vars = vars_expr.as_ref().map_or(Value::Null, |vars| self.eval(scope, vars));
        let vars = self.template_variables(scope, vars, vars_expr.as_ref());
        let texts = self.eval(scope, &template.value).texts("template", block.span(template.value.range));
        self.rendered_from(&texts, &vars, at)
    }

    /// Renders a text that is itself a template.
    fn render_text(&self, template: &Text, vars: &Value) -> Text {
        if let [Piece::Known { at, exact: true, .. }] = template.pieces.as_slice()
            && at.start == 0
            && self.sources.text(at.source).len() == at.end as usize
        {
            return self.render(&bind(at.source, vars), &self.template_of(at.source), *at);
        }
        let flat = Flat::new(template);
        let reading = read_template(MADE, flat.text());
        let rendered = self.render(&bind(MADE, vars), &reading.facts, Span::start_of(MADE));
        let place = |at: Span| match at.source {
            MADE => flat.place(at.start as usize, at.end as usize).unwrap_or(at),
            _ => at,
        };
        let mut out = Text::default();
        for piece in rendered.pieces {
            match piece {
                Piece::Known { at, exact: true, .. } if at.source == MADE => {
                    out.append(flat.slice(at.start as usize, at.end as usize));
                }
                Piece::Known { text, at, exact } => {
                    out.pieces.push(Piece::Known { text, at: place(at), exact: exact && at.source != MADE });
                }
                Piece::Hole(hole) => out.pieces.push(Piece::Hole(Hole { at: place(hole.at), ..hole })),
            }
        }
        out
    }

    /// `file(path)`: the text as it is.
    pub(super) fn file(&self, scope: &Scope<'w>, arguments: &[Expr], at: Span) -> Value {
        let Some(path) = arguments.first() else { return Value::unknown("file(…)", at) };
        let files = self.files_of(scope, path);
        if files.is_empty() {
            // A key that is read from a file at plan time: its text is not in the tree, its name is.
            let label = self.label_of(path);
            return match self.eval(scope, path).known().filter(|path| is_private_key(path)) {
                Some(path) => {
                    let origin = Origin {
                        kind: OriginKind::Literal,
                        name: format!("file({path})"),
                        key: path.rsplit('/').next().unwrap_or_default().to_owned(),
                        at,
                        confidence: Confidence::Medium,
                        literal: None,
                    };
                    Value::tainted(label, at, Traces::from_origin(origin))
                }
                None => Value::unknown(label, at),
            };
        }
        Value::either(files.into_iter().map(|file| {
            let text = self.sources.text(file);
            let span = Span::new(file, 0, text.len());
            Value::Text(Text::exact(text, span))
        }))
    }

    /// The files that a path expression can name.
    pub(super) fn files_of(&self, scope: &Scope<'w>, path: &Expr) -> Vec<SourceId> {
        let at = scope.span(path.range);
        let mut files = Vec::new();
        for text in self.alternatives(scope, path) {
            match text.known() {
                // An empty default stands for no file at all.
                Some(known) if known.trim().is_empty() => {}
                Some(known) => files.extend(self.open(scope, &known, at)),
                None => files.extend(self.matching(&text)),
            }
        }
        let mut seen = BTreeSet::new();
        files.retain(|file| seen.insert(*file));
        if files.len() > MOST_CANDIDATES {
            let reason = format!("more than {MOST_CANDIDATES} files match this path; not all were followed");
            self.gap(at, "", reason, true);
            files.truncate(MOST_CANDIDATES);
        }
        self.rendered.borrow_mut().extend(files.iter().copied());
        files
    }

    /// All texts that a path can be: of `"${each.value}.sh"` one for each value.
    pub(in crate::terraform) fn alternatives(&self, scope: &Scope<'w>, path: &Expr) -> Vec<Text> {
        let at = scope.span(path.range);
        let ExprKind::Template(parts) = &path.kind else { return self.eval(scope, path).texts("path", at) };
        let mut all = vec![Text::default()];
        for part in parts.iter() {
            let next = match part {
                Part::Interpolation(expr) => {
                    let place = scope.span(expr.range);
                    match self.eval(scope, expr) {
                        Value::Either(arms) => Value::Either(arms).texts(&self.label_of(expr), place),
                        value => vec![value.into_text(&self.label_of(expr), place)],
                    }
                }
                other => vec![self.render_part(scope, other)],
            };
            // What is too much to try one by one is looked for among the files that there are.
            let next = match all.len() * next.len() > MOST_CANDIDATES {
                true => vec![Text::hole(MORE, at, Traces::none())],
                false => next,
            };
            let joined = all.iter().flat_map(|start| {
                next.iter().map(move |end| {
                    let mut text = start.clone();
                    text.append(end.clone());
                    text
                })
            });
            all = joined.collect();
        }
        all
    }

    fn open(&self, scope: &Scope<'w>, path: &str, at: Span) -> Option<SourceId> {
        let mut refusal = Refusal::Missing;
        for candidate in self.candidates(scope, path) {
            match self.sources.open(&candidate) {
                Ok(id) => return Some(id),
                Err(Refusal::Missing) => {}
                Err(other) => refusal = other,
            }
        }
        self.tell_refused(path, &refusal, at);
        None
    }

    /// Terraform takes relative paths from where it runs; scripts are often beside the module. Packer is often
    /// run a few folders above its template.
    pub(super) fn candidates(&self, scope: &Scope<'w>, path: &str) -> Vec<PathBuf> {
        let module = scope.instance.as_ref().map(|instance| instance.directory.path.join(path));
        let name = self.sources.name(scope.source);
        let packer = name.ends_with(".pkr.hcl") || (name.ends_with(".json") && !name.ends_with(".tf.json"));
        let above = if packer && !path.starts_with("..") { MOST_ABOVE } else { 0 };
        // One that is not there is told as missing from the template's own folder.
        let above = self.root.ancestors().skip(1).take(above).map(|folder| folder.join(path));
        let above = above.filter(|path| self.sources.open(path).is_ok());
        std::iter::once(self.root.join(path)).chain(module).chain(above).collect()
    }

    /// Files among those of the scan whose path fits a text with holes.
    fn matching(&self, pattern: &Text) -> Vec<SourceId> {
        let mut joined = String::new();
        for piece in &pattern.pieces {
            match piece {
                Piece::Known { text, .. } => joined.push_str(text),
                Piece::Hole(_) => joined.push('\u{1}'),
            }
        }
        let is_more = |piece: &Piece| matches!(piece, Piece::Hole(hole) if &*hole.label == MORE);
        let is_cut = pattern.pieces.iter().any(is_more);
        if !is_cut && joined.chars().filter(|letter| letter.is_alphanumeric()).count() < 3 {
            return Vec::new();
        }
        let full = normalise(&self.root.join(joined)).to_string_lossy().into_owned();
        let parts: Vec<&str> = full.split('\u{1}').collect();
        let fits = |path: &str| {
            let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return false };
            let Some(mut rest) = path.strip_prefix(first) else { return false };
            for middle in parts.iter().skip(1).take(parts.len().saturating_sub(2)) {
                let Some(at) = rest.find(middle) else { return false };
                rest = rest.get(at + middle.len()..).unwrap_or_default();
            }
            parts.len() == 1 || rest.ends_with(last)
        };
        let mut found = Vec::new();
        for path in self.tree.paths() {
            if fits(&path.to_string_lossy())
                && let Ok(id) = self.sources.open(path)
            {
                found.push(id);
                if found.len() > MOST_CANDIDATES {
                    break;
                }
            }
        }
        found
    }
}

/// `~/.ssh/id_rsa`, `deploy_private.pem`: a file that holds a private key, as its name says.
fn is_private_key(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    let stem = name.trim_end_matches(".pem").trim_end_matches(".key");
    let kind = ["rsa", "dsa", "ecdsa", "ed25519"].iter().any(|kind| stem.ends_with(&format!("id_{kind}")));
    !name.ends_with(".pub") && (kind || stem.contains("private"))
}

/// The scope of a template file: its variables and nothing else.
fn bind<'w>(source: SourceId, vars: &Value) -> Scope<'w> {
    let mut scope = Scope { instance: None, source, names: None, own: None };
    match vars {
        Value::Map(members) => {
            for (name, value) in members.iter() {
                let name = if &**name == "…" { REST } else { name };
                scope = scope.with(name, value.clone());
            }
        }
        Value::Null => {}
        other => scope = scope.with(REST, other.clone()),
    }
    scope
}

/// Whether an expression is a call that encodes its argument for an address.
fn is_url_encoded(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call(call) if &*call.function == "urlencode")
}

/// A text in base64 as one word, with what stands in it.
fn encoded_word(text: Text, label: String, at: Span) -> Text {
    let inner = Text::of(text.pieces);
    let traces = inner.traces();
    let hole = Hole { inner: Some(Arc::new(inner)), ..Hole::new(label, at, traces) };
    Text::of(vec![Piece::Hole(hole)])
}

/// A one-line value stands where it is interpolated; a script keeps its own lines, and a part that stands
/// inside `at` already keeps its place.
pub fn placed_at(mut text: Text, at: Span) -> Text {
    let inside = |place: Span| place.source == at.source && place.start >= at.start && place.end <= at.end;
    let is_script = text
        .pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Known { text, exact: true, .. } if text.contains('\n')));
    // The parts of a mail stand where they are written.
    if is_script || text.starts_with("Content-Type: multipart/") {
        return text;
    }
    // A script that `jsonencode` took in has its line breaks escaped, each at its place.
    let broken = |piece: &Piece| match piece {
        Piece::Known { text, at, exact: false } if &**text == "\\n" && at.end == at.start + 1 => {
            Some(at.source)
        }
        Piece::Known { .. } | Piece::Hole(_) => None,
    };
    let scripts: BTreeSet<SourceId> = text.pieces.iter().filter_map(broken).collect();
    let stays = |place: Span| inside(place) || scripts.contains(&place.source);
    for piece in &mut text.pieces {
        match piece {
            Piece::Known { at: place, exact, .. } if !stays(*place) => {
                *place = at;
                *exact = false;
            }
            Piece::Hole(hole) if !stays(hole.at) => hole.at = at,
            Piece::Known { .. } | Piece::Hole(_) => {}
        }
    }
    text
}
