//! One finding, drawn: the way of the secret as excerpts with numbered labels, then the fix.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::severity_style;
use crate::finding::{Severity, Surface};
use crate::report::TableStyle;
use crate::report::excerpt::Excerpt;
use crate::report::shown::clipped;
use crate::report::told::{Step, Told, ToldFinding, ToldSecret};

/// No line of an excerpt is longer than this many columns.
const WIDEST: usize = 160;
/// Columns that line numbers and borders take.
const GUTTER: usize = 10;
/// Columns that stand before a fix where there is little room.
const NARROW: usize = 14;
/// A longer way is folded in the middle: who wants all of it asks for it.
const MOST_STEPS: usize = 8;
/// Lines of a fix; a longer one is no fix that anybody reads.
const MOST_FIX_LINES: usize = 40;

/// What the messages of a trail's steps begin with.
const EVENT: &str = "event ";

/// Stands before a step's number where its path goes. No text that we show holds it: see `shown`.
const PATH_MARK: char = '\u{FDD0}';

/// Draws a finding. The way of the secret is told in the order in which it went, so the place to
/// mend, which is mostly the end of the way, stands next to the fix.
///
/// `also` are findings of other rules of the same mistake: they get a line each.
pub(super) fn draw(
    told: &Told<'_>,
    (finding, also): (&ToldFinding, &[&ToldFinding]),
    style: TableStyle,
) -> String {
    let level = level(finding.severity).with_name(finding.severity.word());
    let title = level.primary_title(finding.message.as_str()).id(finding.rule.as_str());
    let mut group = Group::with_title(title);
    let own = finding.own_step(&told.teller);
    let way = finding.way(&own);
    let left_out = if style.full { 0 } else { way.len().saturating_sub(MOST_STEPS) };
    let half = MOST_STEPS / 2;
    let mut drawn_already = 0;
    for (index, (step, primary)) in way.iter().enumerate() {
        if index < drawn_already {
            continue;
        }
        if (half..half + left_out).contains(&index) {
            if index == half {
                let note = format!("{left_out} more steps; --all shows them");
                group = group.element(Level::NOTE.with_name("and").message(note));
            }
            continue;
        }
        let label = |index: usize, step: &Step| {
            let is_own = way.get(index).is_some_and(|(_, primary)| *primary);
            let has_time = step.label().contains(" at ");
            let at = if is_own && !has_time { at_its_time(finding) } else { String::new() };
            match way.len() {
                1 => step.label().to_owned() + &at,
                _ => format!("{} {}{at}", index + 1, step.label().trim_start_matches(EVENT)),
            }
        };
        let name = if finding.surface == Surface::Trail { EVENT.trim_end() } else { "here" };
        let label_of_own = (name, label(index, step));
        let mut elements = step_elements(told, step, *primary, index, &label_of_own, style);
        let next = way.get(index + 1).filter(|_| left_out == 0);
        if let Some((next, primary_too)) = next.filter(|(next, _)| next.place.is_line_of(&step.place)) {
            let labels = [label(index, step), label(index + 1, next)];
            if let Some(both) =
                both_steps(told, [(step, *primary), (next, *primary_too)], index, labels, style)
            {
                elements = vec![both];
                drawn_already = index + 2;
            }
        }
        group = group.elements(elements);
    }
    for (name, text) in footer(told, (finding, also), style) {
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

/// " at 2026-03-28T14:00:00Z": a finding of events is at the first of them.
fn at_its_time(finding: &ToldFinding) -> String {
    let one = finding.events.as_ref().filter(|events| !events.first.is_empty());
    one.map(|events| format!(" at {}", events.first)).unwrap_or_default()
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

/// Columns of an excerpt.
fn room(style: TableStyle) -> usize {
    style.width.clamp(40, 120) - GUTTER
}

/// A step's place, and its line with the label under it; the label alone where there is no line.
fn step_elements(
    told: &Told<'_>,
    step: &Step,
    primary: bool,
    index: usize,
    (name, label): &(&'static str, String),
    style: TableStyle,
) -> Vec<Element<'static>> {
    let path = format!("{PATH_MARK}{index}");
    let room = room(style);
    let Some(Excerpt { text, place, columns }) = told.teller.excerpt(step.place.span, room) else {
        let label = clipped(label, WIDEST - GUTTER);
        return vec![Origin::path(path).into(), Level::NOTE.with_name(*name).message(label).into()];
    };
    let label = clipped(label, WIDEST.saturating_sub(GUTTER + columns).max(GUTTER));
    let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
    let snippet = Snippet::source(text).line_start(step.place.position.line).path(path);
    vec![snippet.annotation(kind.span(place).label(label)).into()]
}

/// Two steps on one line, drawn as one; none where the line is too long to show both places in it.
fn both_steps(
    told: &Told<'_>,
    steps: [(&Step, bool); 2],
    index: usize,
    labels: [String; 2],
    style: TableStyle,
) -> Option<Element<'static>> {
    let excerpts = steps.map(|(step, _)| told.teller.excerpt(step.place.span, room(style)));
    let [Some(first), Some(second)] = excerpts else { return None };
    if first.text != second.text || first.text.contains('…') {
        return None;
    }
    let line = steps[0].0.place.position.line;
    let mut snippet = Snippet::source(first.text).line_start(line).path(format!("{PATH_MARK}{index}"));
    let places = [(first.place, first.columns), (second.place, second.columns)];
    for (((_, primary), (place, columns)), label) in steps.into_iter().zip(places).zip(labels) {
        let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let label = clipped(&label, WIDEST.saturating_sub(GUTTER + columns).max(GUTTER));
        snippet = snippet.annotation(kind.span(place).label(label));
    }
    Some(snippet.into())
}

/// The fix, how sure we are, where to read more.
fn footer(
    told: &Told<'_>,
    (finding, also): (&ToldFinding, &[&ToldFinding]),
    style: TableStyle,
) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let rule = told.rule_of(finding);
    let width = style.width.clamp(40, 120);
    let width = width - if width < 80 { NARROW } else { 2 * GUTTER };
    if let Some(literal) = finding.secret.as_ref().and_then(ToldSecret::literal) {
        lines.push(("secret", literal));
    }
    for other in also {
        let (rule, severity) = (&other.rule, other.severity);
        let text = format!("{rule} ({severity}) at the same line, fingerprint {}", other.fingerprint);
        lines.push(("also", wrapped(&text, width, MOST_FIX_LINES)));
    }
    if !finding.remediation.trim().is_empty() {
        lines.push(("fix", wrapped(&finding.remediation, width, MOST_FIX_LINES)));
    }
    lines.push(("confidence", finding.confidence.word().to_owned()));
    if style.ids {
        lines.push(("fingerprint", finding.fingerprint.clone()));
    }
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
            // A word that is longer than a line, such as a fingerprint, is of no use in part.
            let word = clipped(word, width.max(WIDEST));
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
