//! `cloudinit_config`: its `rendered` is a mail with parts, as cloud-init gets it. `gzip` and `base64_encode` change
//! its writing only.
//!
//! <https://registry.terraform.io/providers/hashicorp/cloudinit/latest/docs/data-sources/config>

use super::template::placed_at;
use super::{Evaluator, Scope};
use crate::source::Span;
use crate::terraform::ast::{Block, Body};
use crate::terraform::directory::Placed;
use crate::terraform::value::Value;
use crate::value::Text;

/// The provider's default, which no text holds by chance.
const BOUNDARY: &str = "MIMEBOUNDARY";

impl<'w> Evaluator<'w> {
    /// The mail that a `cloudinit_config` renders.
    pub(super) fn rendered_parts(&self, scope: &Scope<'w>, block: Placed<'w, Block>) -> Value {
        let at = block.span(block.node.kind.range);
        let body = &block.node.body;
        let mut mail = Text::made(
            format!("Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\nMIME-Version: 1.0\n\n"),
            at,
        );
        for part in body.blocks_of("part") {
            self.add_part(scope, block, &part.body, &mut mail);
        }
        for dynamic in body.blocks_of("dynamic").filter(|dynamic| dynamic.label(0) == Some("part")) {
            let name = dynamic.body.attribute("iterator").and_then(|name| name.value.as_variable());
            let Some(collection) = dynamic.body.attribute("for_each") else { continue };
            let elements = self.eval(scope, &collection.value);
            let (key, value) = self.any_element(&elements, block.span(collection.value.range));
            let element = Value::map(vec![("key".into(), key), ("value".into(), value)]);
            let inner = scope.with(name.unwrap_or("part"), element);
            for content in dynamic.body.blocks_of("content") {
                self.add_part(&inner, block, &content.body, &mut mail);
            }
        }
        mail.append(Text::made(format!("--{BOUNDARY}--\n"), at));
        Value::Text(mail)
    }

    fn add_part(&self, scope: &Scope<'w>, block: Placed<'w, Block>, part: &'w Body, mail: &mut Text) {
        let Some(content) = part.attribute("content") else { return };
        let at = block.span(content.value.range);
        let declared =
            part.attribute("content_type").and_then(|declared| self.eval(scope, &declared.value).known());
        let declared = declared.filter(|declared| !declared.contains(['\n', '\r']));
        let declared = declared.unwrap_or_else(|| "text/plain".to_owned());
        for text in self.eval(scope, &content.value).texts("content", at) {
            let head = format!("--{BOUNDARY}\nContent-Type: {declared}\n\n");
            mail.append(Text::made(head, Span { end: at.start, ..at }));
            mail.append(placed_at(text, at));
            mail.append(Text::made("\n", Span { start: at.end, ..at }));
        }
    }
}
