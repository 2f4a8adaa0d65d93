//! Scripts for tests: `⟦name⟧` is a hole that holds a secret, `⟪name⟫` a harmless one.

use crate::finding::Confidence;
use crate::reading::Reading;
use crate::script::{Context, Role, trace_shell};
use crate::source::{Sources, Span};
use crate::value::{Flat, Landing, Origin, OriginKind, Text, Traces};

/// A script with its document.
pub struct Rig {
    pub sources: Sources,
    pub text: Text,
    span: Span,
}

impl Rig {
    pub fn new(script: &str) -> Self {
        let sources = Sources::default();
        let source = sources.add_text("script.sh", script);
        let mut text = Text::default();
        let mut at = 0;
        while at < script.len() {
            let rest = &script[at..];
            let open = rest.find(['⟦', '⟪']).unwrap_or(rest.len());
            text.append(Text::exact(&rest[..open], Span::new(source, at, at + open)));
            if open == rest.len() {
                break;
            }
            let secret = rest[open..].starts_with('⟦');
            let close =
                rest[open..].find(if secret { '⟧' } else { '⟫' }).map_or(rest.len(), |end| open + end + 3);
            let place = Span::new(source, at + open, at + close);
            let name = rest[open + 3..].split(['⟧', '⟫']).next().unwrap_or("");
            let origin = Origin {
                kind: OriginKind::Variable,
                name: format!("var.{name}"),
                key: name.to_owned(),
                at: place,
                confidence: Confidence::High,
                literal: None,
            };
            let traces = if secret { Traces::from_origin(origin) } else { Traces::none() };
            text.append(Text::hole(format!("var.{name}"), place, traces));
            at += close;
        }
        Self { sources, text, span: Span::start_of(source) }
    }

    pub fn context(&self, role: Role) -> Context<'static> {
        Context {
            role,
            environment: Vec::new(),
            arguments: Vec::new(),
            files: Vec::new(),
            file_name: "script.sh",
            guess_environment: false,
            fallback: self.span,
        }
    }

    pub fn trace(&self, context: &Context<'_>) -> Reading<Vec<Landing>> {
        trace_shell(&Flat::new(&self.text), context)
    }

    /// `3 file /etc/x <- key,key`
    pub fn told(&self, landings: &[Landing]) -> Vec<String> {
        let mut lines: Vec<(usize, String)> = landings
            .iter()
            .map(|landing| {
                let line = self.sources.position(landing.sink.at).line;
                let keys: Vec<&str> = landing.traces.iter().map(|trace| trace.origin.key.as_str()).collect();
                let lifetime = landing.sink.lifetime.word();
                let lifetime = if lifetime == "durable" { String::new() } else { format!(" ({lifetime})") };
                let kind = landing.sink.kind.word();
                let path = landing.sink.path.as_deref().map(|path| format!(" {path}")).unwrap_or_default();
                (line, format!("{line} {kind}{path}{lifetime} <- {}", keys.join(",")))
            })
            .collect();
        lines.sort();
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

/// What a script does with its secrets in this role, log landings included.
pub fn told_as(role: Role, script: &str) -> Vec<String> {
    let rig = Rig::new(script);
    rig.told(&rig.trace(&rig.context(role)).facts)
}

/// The same for a script at boot.
pub fn at_boot(script: &str) -> Vec<String> {
    told_as(Role::UserData, script)
}

/// The landings must be exactly these.
#[track_caller]
pub fn expect(script: &str, expected: &[&str]) {
    assert_eq!(at_boot(script), expected, "in\n{script}");
}

/// The landings of a script at boot must be exactly these.
#[macro_export]
#[doc(hidden)]
macro_rules! lands {
    ($script:expr $(, $line:expr)* $(,)?) => {
        $crate::script::tests::rig::expect($script, &[$($line),*])
    };
}
