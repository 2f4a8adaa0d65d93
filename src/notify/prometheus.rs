//! The figures of a run in Prometheus' text format, for node_exporter's textfile collector.

use std::fmt::Write;

use jiff::Timestamp;

use crate::finding::Severity;

/// What of the file says how the last run went; all else is what it knew.
const OF_A_RUN: [&str; 3] =
    ["secretrail_last_run_timestamp_seconds", "secretrail_run_duration_seconds", "secretrail_exit_code"];

/// What a run knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// What was audited.
    pub scope: String,
    /// When.
    pub at: Timestamp,
    /// When it was audited whole for the last time.
    pub last_success: Option<Timestamp>,
    /// Gaps that could hide a finding.
    pub gaps: usize,
    /// Since when the oldest of the findings is known.
    pub oldest: Option<Timestamp>,
    /// Findings.
    pub findings: Vec<FoundFigure>,
    /// Keys of the lists.
    pub keys: Vec<KeyFigure>,
    /// Sessions by how sure it is who stood behind them.
    pub levels: Vec<LevelFigure>,
}

/// So many findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFigure {
    /// Of this surface.
    pub surface: String,
    /// So bad.
    pub severity: Severity,
    /// `new`, `open`, `accepted`, `past`, `fixed`.
    pub status: &'static str,
    /// How many.
    pub count: usize,
}

/// A key of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFigure {
    /// Its name.
    pub key: String,
    /// Its home.
    pub location: String,
    /// `ok`, `missing` ...
    pub status: String,
    /// Days since its rotation.
    pub age_days: Option<i64>,
}

/// Sessions of one level of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelFigure {
    /// `L4` to `L0`.
    pub level: &'static str,
    /// How many.
    pub sessions: u64,
    /// Their events.
    pub events: u64,
}

/// How the run itself went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LastRun {
    /// When.
    pub at: Timestamp,
    /// How long it took.
    pub seconds: f64,
    /// Its exit code.
    pub exit_code: u8,
}

/// A metric: its name, what it is, and its samples: labels and value.
struct Metric(&'static str, &'static str, Vec<(Vec<(&'static str, String)>, String)>);

/// Writes all of it.
pub fn prometheus(figures: &Figures, last: LastRun) -> String {
    let scope = || ("scope", figures.scope.clone());
    let one = |value: String| vec![(vec![scope()], value)];
    let mut metrics = of_a_run(&figures.scope, last);
    let success = figures.last_success.map(|at| one(at.as_second().to_string())).unwrap_or_default();
    metrics.push(Metric(
        "secretrail_last_success_timestamp_seconds",
        "When everything was last audited.",
        success,
    ));
    let gaps = "What could not be audited and could hide a finding.";
    metrics.push(Metric("secretrail_gaps", gaps, one(figures.gaps.to_string())));
    let count = |one: &FoundFigure| {
        let labels = vec![
            scope(),
            ("surface", one.surface.clone()),
            ("severity", one.severity.word().to_owned()),
            ("status", one.status.to_owned()),
        ];
        (labels, one.count.to_string())
    };
    let findings = figures.findings.iter().map(count).collect();
    metrics.push(Metric("secretrail_findings", "Findings, as the history knows them.", findings));
    let age = figures.oldest.map(|oldest| (figures.at.as_second() - oldest.as_second()).max(0));
    let age = age.map(|age| one(age.to_string())).unwrap_or_default();
    let oldest = "How long the oldest finding that is still there is known.";
    metrics.push(Metric("secretrail_oldest_finding_age_seconds", oldest, age));
    metrics.extend(of_keys(figures));
    metrics.extend(of_levels(figures));
    text(&metrics)
}

fn of_a_run(scope: &str, last: LastRun) -> Vec<Metric> {
    let [run, duration, code] = OF_A_RUN;
    let one = |value: String| vec![(vec![("scope", scope.to_owned())], value)];
    vec![
        Metric(run, "When secretrail ran.", one(last.at.as_second().to_string())),
        Metric(duration, "How long it took.", one(format!("{:.3}", last.seconds))),
        Metric(
            code,
            "Its exit code: 0 clean, 1 findings, 2 not audited, 3 audited in part.",
            one(last.exit_code.to_string()),
        ),
    ]
}

fn of_keys(figures: &Figures) -> [Metric; 2] {
    let scope = || ("scope", figures.scope.clone());
    let name = |key: &KeyFigure| vec![scope(), ("key", key.key.clone()), ("location", key.location.clone())];
    let ages = figures.keys.iter().filter_map(|key| {
        let days = key.age_days?;
        Some((name(key), days.saturating_mul(86_400).to_string()))
    });
    let states = figures.keys.iter().map(|key| {
        let mut labels = name(key);
        labels.push(("status", key.status.clone()));
        (labels, "1".to_owned())
    });
    [
        Metric(
            "secretrail_key_age_seconds",
            "How long ago a listed key was rotated.",
            unique(ages.collect()),
        ),
        Metric("secretrail_key_status", "How a listed key is: 1 for its status.", unique(states.collect())),
    ]
}

fn of_levels(figures: &Figures) -> [Metric; 3] {
    let labels = |level: &str| vec![("scope", figures.scope.clone()), ("level", level.to_owned())];
    let each = |count: fn(&LevelFigure) -> u64| {
        figures.levels.iter().map(|one| (labels(one.level), count(one).to_string())).collect()
    };
    let all: u64 = figures.levels.iter().map(|one| one.events).sum();
    let known: u64 = figures.levels.iter().filter(|one| one.level != "L0").map(|one| one.events).sum();
    let coverage = match all {
        0 => Vec::new(),
        all => vec![(vec![("scope", figures.scope.clone())], format!("{:.6}", known as f64 / all as f64))],
    };
    [
        Metric(
            "secretrail_sessions",
            "Sessions of people and agents, by how certain the attribution is: L4 best, L0 unknown.",
            each(|one| one.sessions),
        ),
        Metric("secretrail_session_events", "The events of these sessions.", each(|one| one.events)),
        Metric(
            "secretrail_attribution_ratio",
            "The share of these events whose session has an actor at any level but L0.",
            coverage,
        ),
    ]
}

/// Two samples with the same labels would make the file unreadable: the first one stays.
fn unique(samples: Vec<(Vec<(&'static str, String)>, String)>) -> Vec<(Vec<(&'static str, String)>, String)> {
    let mut seen = std::collections::BTreeSet::new();
    samples.into_iter().filter(|(labels, _)| seen.insert(labels.clone())).collect()
}

fn text(metrics: &[Metric]) -> String {
    let mut text = String::new();
    for Metric(name, help, samples) in metrics.iter().filter(|metric| !metric.2.is_empty()) {
        // Writing to a text can't fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
        for (labels, value) in samples {
            let labels: Vec<String> =
                labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
            let _ = writeln!(text, "{name}{{{}}} {value}", labels.join(","));
        }
    }
    text
}

/// The same file after a run that audited nothing: what it knew stays, as nothing better is known.
pub fn not_audited(before: &str, scope: &str, last: LastRun) -> String {
    let kept = before.lines().filter(|line| {
        let rest = line.strip_prefix("# HELP ").or_else(|| line.strip_prefix("# TYPE ")).unwrap_or(line);
        let name = rest.split([' ', '{']).next().unwrap_or_default();
        name.starts_with("secretrail_") && !OF_A_RUN.contains(&name)
    });
    let kept: String = kept.flat_map(|line| [line, "\n"]).collect();
    text(&of_a_run(scope, last)) + &kept
}

/// As the format has it; a control would break a line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' => escaped.push_str("\\n"),
            letter if letter.is_control() => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::sample::at;
    use super::*;

    pub(super) fn figures() -> Figures {
        let found =
            |severity, status, count| FoundFigure { surface: "terraform".into(), severity, status, count };
        let key = |key: &str, age_days| KeyFigure {
            key: key.into(),
            location: "/app/\"x\"\\y\nz".into(),
            status: "ok".into(),
            age_days,
        };
        Figures {
            scope: "audit infra".into(),
            at: at(1_000_000),
            last_success: Some(at(1_000_000)),
            gaps: 2,
            oldest: Some(at(999_000)),
            findings: vec![found(Severity::Critical, "new", 1), found(Severity::High, "open", 3)],
            keys: vec![key("A", Some(12)), key("A", Some(12)), key("B", None)],
            levels: vec![
                LevelFigure { level: "L4", sessions: 1, events: 30 },
                LevelFigure { level: "L0", sessions: 2, events: 10 },
            ],
        }
    }

    const LAST: LastRun = LastRun { at: Timestamp::UNIX_EPOCH, seconds: 1.25, exit_code: 1 };

    #[test]
    fn figures_are_written() {
        let text = prometheus(&figures(), LAST);
        for line in [
            "# TYPE secretrail_findings gauge",
            "secretrail_findings{scope=\"audit infra\",surface=\"terraform\",severity=\"high\",status=\"open\"} 3",
            "secretrail_exit_code{scope=\"audit infra\"} 1",
            "secretrail_run_duration_seconds{scope=\"audit infra\"} 1.250",
            "secretrail_oldest_finding_age_seconds{scope=\"audit infra\"} 1000",
            "secretrail_attribution_ratio{scope=\"audit infra\"} 0.750000",
            "secretrail_key_age_seconds{scope=\"audit infra\",key=\"A\",location=\"/app/\\\"x\\\"\\\\y\\nz\"} 1036800",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
        let samples: Vec<&str> =
            text.lines().filter_map(|line| line.rsplit_once(' ').map(|(labels, _)| labels)).collect();
        let mut unique = samples.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(samples.len(), unique.len());
    }

    #[test]
    fn a_run_that_audited_nothing_keeps_what_is_known() {
        let before = prometheus(&figures(), LAST);
        let text = not_audited(&before, "audit infra", LastRun { exit_code: 2, ..LAST });
        assert!(text.contains("secretrail_exit_code{scope=\"audit infra\"} 2"), "{text}");
        assert_eq!(text.matches("# TYPE secretrail_exit_code").count(), 1);
        assert!(text.contains("status=\"open\"} 3"));
        assert_eq!(not_audited(&text, "audit infra", LastRun { exit_code: 2, ..LAST }), text);
        let hostile = not_audited("node_x 1\n# HELP a b\nsecretrail_x{} 1\n", "s", LAST);
        assert!(!hostile.contains("node_x") && hostile.contains("secretrail_exit_code{scope=\"s\"} 1"));
    }
}
