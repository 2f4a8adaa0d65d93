//! The build stages of a Dockerfile: only what the last one builds on is in the image.

use std::ops::Range;

/// A stage: its name, what it starts from, and its place in the file.
struct Stage<'t> {
    name: &'t str,
    from: &'t str,
    start: usize,
}

/// The places of the stages of which the image is made.
pub(super) fn kept_stages(text: &str) -> Vec<Range<usize>> {
    let mut stages: Vec<Stage<'_>> = Vec::new();
    for (start, line) in super::lines(text) {
        let mut words = line.split_whitespace().filter(|word| !word.starts_with("--"));
        if !words.next().is_some_and(|word| word.eq_ignore_ascii_case("from")) {
            continue;
        }
        let Some(from) = words.next() else { continue };
        let named = words.next().is_some_and(|word| word.eq_ignore_ascii_case("as"));
        stages.push(Stage { name: words.next().filter(|_| named).unwrap_or_default(), from, start });
    }
    let mut kept = Vec::new();
    let mut next = stages.len().checked_sub(1);
    while let Some((at, stage)) = next.and_then(|at| Some((at, stages.get(at)?))) {
        kept.push(stage.start..stages.get(at + 1).map_or(text.len(), |after| after.start));
        let before = stages.get(..at).unwrap_or_default();
        next = before
            .iter()
            .rposition(|earlier| !earlier.name.is_empty() && earlier.name.eq_ignore_ascii_case(stage.from));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stage_is_kept_with_what_it_builds_on() {
        let text = "FROM x AS base\nENV A=1\nFROM base AS builder\nENV B=1\nFROM --platform=linux/arm64 base\nENV C=1\n";
        let kept = kept_stages(text);
        let holds = |name: &str| kept.iter().any(|stage| stage.contains(&text.find(name).unwrap()));
        assert_eq!([holds("A=1"), holds("B=1"), holds("C=1")], [true, false, true]);
        assert_eq!(kept_stages("ENV A=1\n").len(), 0);
    }
}
