//! One finding, drawn: the way of the secret as excerpts with numbered labels, then the fix.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::severity_style;
use crate::finding::Severity;
use crate::report::TableStyle;
use crate::report::excerpt::Excerpt;
use crate::report::shown::clipped;
use crate::report::told::{Step, Told, ToldFinding};

/// No line of an excerpt is longer than this many columns.
const WIDEST: usize = 160;
/// Columns that line numbers and borders take.
const GUTTER: usize = 10;
/// A longer way is folded in the middle: who wants all of it asks for it.
const MOST_STEPS: usize = 8;
/// Lines of a fix; the rest is in `rules explain`.
const MOST_FIX_LINES: usize = 8;

/// Stands before a step's number where its path goes. No text that we show holds it: see `shown`.
const PATH_MARK: char = '\u{FDD0}';

/// Draws a finding. The way of the secret is told in the order in which it went, so the place to
/// mend, which is mostly the end of the way, stands next to the fix.
pub(super) fn draw(told: &Told<'_>, finding: &ToldFinding, style: TableStyle) -> String {
    let level = level(finding.severity).with_name(finding.severity.word());
    let title = level.primary_title(finding.message.as_str()).id(finding.rule.as_str());
    let mut group = Group::with_title(title);
    let own = finding.own_step(&told.teller);
    let way = finding.way(&own);
    let left_out = if style.full { 0 } else { way.len().saturating_sub(MOST_STEPS) };
    let half = MOST_STEPS / 2;
    for (index, (step, primary)) in way.iter().enumerate() {
        if (half..half + left_out).contains(&index) {
            if index == half {
                let note = format!("{left_out} more places on the way; --all shows them");
                group = group.element(Level::NOTE.with_name("and").message(note));
            }
            continue;
        }
        let number = if way.len() > 1 { format!("{} ", index + 1) } else { String::new() };
        let label = format!("{number}{}", step.label());
        group = group.elements(step_elements(told, step, *primary, index, &label, style));
    }
    for (name, text) in footer(told, finding, style) {
        group = group.element(Level::HELP.with_name(name).message(text));
    }
    let drawn = renderer(finding.severity, style).render(&[group]);
    with_paths(&drawn, &way)
}

/// Puts the paths in. The renderer counts columns in the text that it is given, which is wrong for a
/// line that was cut; so it gets a mark with the step's number as the path, and the mark and the
/// columns after it are replaced by the true place.
fn with_paths(drawn: &str, way: &[(&Step, bool)]) -> String {
    let mut parts = drawn.split(PATH_MARK);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let number = part.get(..part.len() - rest.len()).and_then(|digits| digits.parse::<usize>().ok());
        if let Some((step, _)) = number.and_then(|number| way.get(number)) {
            whole.push_str(&step.place.long());
        }
        whole.push_str(rest.trim_start_matches(|letter: char| letter == ':' || letter.is_ascii_digit()));
    }
    whole
}

fn renderer(severity: Severity, style: TableStyle) -> Renderer {
    let paint = severity_style(severity);
    let renderer = if style.color {
        Renderer::styled().error(paint).warning(paint).info(paint).hyperlink(false)
    } else {
        Renderer::plain()
    };
    let decor = if style.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
    // Lines are cut to fit already: the renderer must not cut them a second time.
    renderer.decor_style(decor).term_width(2 * WIDEST)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low | Severity::Informational => Level::INFO,
    }
}

/// A step's place, and its line with the label under it; the label alone where there is no line.
fn step_elements(
    told: &Told<'_>,
    step: &Step,
    primary: bool,
    index: usize,
    label: &str,
    style: TableStyle,
) -> Vec<Element<'static>> {
    let path = format!("{PATH_MARK}{index}");
    let room = style.width.clamp(50, 120) - GUTTER;
    let Some(Excerpt { text, place, columns }) = told.teller.excerpt(step.place.span, room) else {
        let label = clipped(label, WIDEST - GUTTER);
        return vec![Origin::path(path).into(), Level::NOTE.with_name("here").message(label).into()];
    };
    let label = clipped(label, WIDEST.saturating_sub(GUTTER + columns).max(GUTTER));
    let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
    let snippet = Snippet::source(text).line_start(step.place.position.line).path(path);
    vec![snippet.annotation(kind.span(place).label(label)).into()]
}

/// The fix, how sure we are, where to read more.
fn footer(told: &Told<'_>, finding: &ToldFinding, style: TableStyle) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let rule = told.rule_of(finding);
    let fix = rule.map_or("", |rule| rule.remediation.as_str());
    if !fix.trim().is_empty() {
        let most = if style.full { usize::MAX } else { MOST_FIX_LINES };
        lines.push(("fix", wrapped(fix, style.width.clamp(50, 120) - 2 * GUTTER, most)));
    }
    lines.push(("confidence", finding.confidence.word().to_owned()));
    if rule.is_some() {
        lines.push(("more", format!("secretrail rules explain {}", finding.rule)));
    }
    lines
}

/// Words on lines of at most `width` characters, at most `most` lines. Lines that are indented are commands: they
/// stay lines of their own, so that they can be copied.
fn wrapped(text: &str, width: usize, most: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    // Whether the next word may stand beside the last one.
    let mut flows = false;
    for line in text.lines() {
        if line.starts_with("    ") && !line.trim().is_empty() {
            lines.push(format!("  {}", line.trim_end().trim_start_matches("    ")));
            flows = false;
            continue;
        }
        for word in line.split_whitespace() {
            let word = clipped(word, width);
            match lines.last_mut() {
                Some(line) if flows && line.chars().count() + 1 + word.chars().count() <= width => {
                    line.push(' ');
                    line.push_str(&word);
                }
                _ => lines.push(word),
            }
            flows = true;
        }
        flows &= !line.trim().is_empty();
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(line) = lines.last_mut() {
            line.push_str(" …");
        }
    }
    lines.join("\n")
}
