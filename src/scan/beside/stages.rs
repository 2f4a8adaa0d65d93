//! The build stages of a Dockerfile: only what the last one builds on, or copies, is in the image.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Stages that are told apart. Of a file with more all are taken to be in the image.
const MOST_STAGES: usize = 100;

/// A stage: its name, what it starts from, its place in the file, and its instructions, each as one line.
struct Stage {
    name: String,
    from: String,
    start: usize,
    lines: Vec<String>,
}

/// Which earlier stage is meant.
enum Named {
    One(usize),
    /// It hangs on what the build is given.
    Any,
    /// An image from elsewhere.
    None,
}

/// The places of the stages of which the image is made, or from which it may have what they wrote.
pub(super) fn kept_stages(text: &str) -> Vec<Range<usize>> {
    let stages = stages_of(text);
    let mut kept = BTreeSet::new();
    let mut open: Vec<usize> = stages.len().checked_sub(1).into_iter().collect();
    while let Some(at) = open.pop() {
        let Some(stage) = stages.get(at).filter(|_| kept.insert(at)) else { continue };
        if stages.len() > MOST_STAGES {
            open.extend(0..at);
            continue;
        }
        open.extend(meant(&stages, at, &stage.from));
        for line in &stage.lines {
            for from in values_of(line, "from=") {
                let paths: Vec<&str> = copied(line).unwrap_or_default();
                let sources = meant(&stages, at, from).flat_map(|source| with_bases(&stages, source));
                open.extend(
                    sources.filter(|source| stages.get(*source).is_some_and(|one| may_give(one, &paths))),
                );
            }
        }
    }
    let end = |at: usize| stages.get(at + 1).map_or(text.len(), |after| after.start);
    kept.into_iter().filter_map(|at| Some(stages.get(at)?.start..end(at))).collect()
}

fn stages_of(text: &str) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut defaults: BTreeMap<String, String> = BTreeMap::new();
    for (start, line) in joined(text) {
        let mut words = line.split_whitespace().filter(|word| !word.starts_with("--"));
        let word = words.next().unwrap_or_default();
        if word.eq_ignore_ascii_case("from") {
            let from = expanded(words.next().unwrap_or_default(), &defaults);
            let named = words.next().is_some_and(|word| word.eq_ignore_ascii_case("as"));
            let name = words.next().filter(|_| named).unwrap_or_default().to_owned();
            stages.push(Stage { name, from, start, lines: Vec::new() });
        } else if let Some(stage) = stages.last_mut() {
            stage.lines.push(line);
        } else if word.eq_ignore_ascii_case("arg") {
            let pairs = words.filter_map(|word| word.split_once('='));
            defaults.extend(
                pairs.map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned())),
            );
        }
    }
    stages
}

/// The instructions, each with the lines that continue it.
fn joined(text: &str) -> Vec<(usize, String)> {
    let mut all: Vec<(usize, String)> = Vec::new();
    let mut continued = false;
    for (start, line) in super::lines(text) {
        let inner = line.trim();
        if inner.starts_with('#') || inner.is_empty() {
            continue;
        }
        let body = inner.trim_end_matches('\\');
        match all.last_mut().filter(|_| continued) {
            Some((_, last)) => last.extend([" ", body]),
            None => all.push((start, body.to_owned())),
        }
        continued = inner.ends_with('\\');
    }
    all
}

/// `${BASE}` and `$BASE` by their defaults; what else is written with a `$` stays.
fn expanded(from: &str, defaults: &BTreeMap<String, String>) -> String {
    let name = from.strip_prefix('$').map(|rest| rest.trim_start_matches('{').trim_end_matches('}'));
    name.and_then(|name| defaults.get(name)).cloned().unwrap_or_else(|| from.to_owned())
}

/// The earlier stages that a name may mean.
fn meant(stages: &[Stage], at: usize, name: &str) -> Range<usize> {
    match named(stages, at, name) {
        Named::One(one) => one..one + 1,
        Named::Any => 0..at,
        Named::None => 0..0,
    }
}

fn named(stages: &[Stage], at: usize, name: &str) -> Named {
    if name.contains('$') {
        // `node:${VERSION}` and `${REGISTRY}/node` are no stages, whatever they are given.
        return if outside_of_braces(name).contains([':', '/']) { Named::None } else { Named::Any };
    }
    let before = stages.get(..at).unwrap_or_default();
    let by_name = before.iter().rposition(|one| !one.name.is_empty() && one.name.eq_ignore_ascii_case(name));
    let by_number = name.parse().ok().filter(|number| *number < at);
    by_name.or(by_number).map_or(Named::None, Named::One)
}

fn outside_of_braces(name: &str) -> String {
    let mut depth = 0_usize;
    let outside = |letter: &char| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    };
    name.chars().filter(outside).collect()
}

/// A stage and those that it builds on.
fn with_bases(stages: &[Stage], at: usize) -> Vec<usize> {
    let mut all = BTreeSet::new();
    let mut open = vec![at];
    while let Some(at) = open.pop() {
        if let Some(stage) = stages.get(at).filter(|_| all.insert(at)) {
            open.extend(meant(stages, at, &stage.from));
        }
    }
    all.into_iter().collect()
}

/// What stands behind `from=`: of `--from=b`, of `--mount=type=bind,from=b`.
fn values_of<'l>(line: &'l str, key: &'l str) -> impl Iterator<Item = &'l str> {
    let options = line.split_whitespace().filter(|word| word.starts_with("--"));
    options.flat_map(|word| word.trim_start_matches('-').split(',')).filter_map(move |part| {
        let value = part.strip_prefix(key).or_else(|| part.strip_prefix("mount=")?.strip_prefix(key))?;
        Some(value.trim_matches(['"', '\'']))
    })
}

/// The paths that a `COPY` takes; none where that is not plain.
fn copied(line: &str) -> Option<Vec<&str>> {
    let mut words = line.split_whitespace().filter(|word| !word.starts_with("--"));
    words.next().filter(|word| word.eq_ignore_ascii_case("copy"))?;
    let mut paths: Vec<&str> = words.collect();
    paths.pop()?;
    paths.iter().all(|path| is_plain(path)).then_some(paths)
}

/// `/root/.npmrc`, and not `/`, `app`, `/app/*`, `$DIR/x`.
fn is_plain(path: &str) -> bool {
    path.starts_with('/')
        && path.len() > 1
        && !path.contains("..")
        && !path.contains(['$', '*', '?', '[', '"', '\'', '\\'])
}

/// Whether one of these paths may hold what the stage wrote of its variables. No paths: it is not known which.
fn may_give(stage: &Stage, paths: &[&str]) -> bool {
    let mut written: Vec<&str> = Vec::new();
    for line in &stage.lines {
        let word = line.split_whitespace().next().unwrap_or_default();
        if word.eq_ignore_ascii_case("copy") && line.contains("--from=") {
            written.extend(line.split_whitespace().next_back());
        } else if line.contains("<<") || line.contains('$') && says_where_itself(line) {
            return true;
        } else if line.contains('$') {
            written.extend(line.split('>').skip(1).map(target));
            written.extend(line.split("tee ").skip(1).map(target));
        }
    }
    written.retain(|path| !path.is_empty() && !path.starts_with("/dev/"));
    let touches =
        |path: &&str| !is_plain(path) || paths.iter().any(|one| is_within(one, path) || is_within(path, one));
    paths.is_empty() || written.iter().any(touches)
}

/// `npm config set`, `docker login`: the program knows where it puts what it is given.
fn says_where_itself(line: &str) -> bool {
    line.contains("config ") || line.contains(" login")
}

/// What a redirection names; empty for `>&2` and the first half of `>>`.
fn target(after: &str) -> &str {
    let word = after.split_whitespace().next().unwrap_or_default();
    let word = word.trim_end_matches([';', ')']).trim_matches(['"', '\'']);
    if word.starts_with('&') { "" } else { word }
}

fn is_within(path: &str, above: &str) -> bool {
    let above = above.trim_end_matches('/');
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
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

    #[test]
    fn what_may_be_copied_or_built_on_is_kept() {
        let write = "FROM x AS b\nARG NPM_TOKEN\nRUN echo $NPM_TOKEN > /root/.npmrc\n";
        for (last, kept) in [
            ("FROM y\nCOPY --from=b /root/.npmrc /root/\n", 2),
            ("FROM y\nCOPY --from=0 /root /root\n", 2),
            ("FROM y\nCOPY --from=b / /\n", 2),
            ("FROM y\nCOPY --from=b /app/dist /srv\n", 1),
            ("FROM y\nCOPY --from=nginx /root /root\n", 1),
            ("FROM y\nRUN --mount=type=bind,from=b,target=/m cp -r /m/root /root\n", 2),
            ("FROM y AS c\nCOPY --from=b /root/.npmrc /etc/\nFROM z\nCOPY --from=c /etc/.npmrc /etc/\n", 3),
            ("FROM ${BASE}\nRUN x\n", 2),
            ("FROM node:${VERSION:-1}\nRUN x\n", 1),
        ] {
            assert_eq!(kept_stages(&format!("{write}{last}")).len(), kept, "{last}");
        }
        assert_eq!(kept_stages(&format!("ARG BASE=b\n{write}FROM $BASE\n")).len(), 2);
        assert_eq!(kept_stages(&format!("ARG BASE=y\n{write}FROM ${{BASE}}\n")).len(), 1);
    }
}
