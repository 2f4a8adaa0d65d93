//! Sessions of root and of agents on a line of time. Words are words of the page, which wrap and are read aloud; only
//! bars and scales are drawn, in parts of the width, so that they fit any screen.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::anchors::Anchors;
use super::trail::{is_notable, title};
use crate::report::told::Teller;
use crate::report::trail::{SessionRow, TrailSection};
use crate::report::verdict::number;

/// More lanes than this no eye takes in; the table has all.
const MOST_LANES: usize = 40;
/// Marks of single events in one lane.
const MOST_MARKS: usize = 200;
/// Ticks of the scale.
const MOST_TICKS: i64 = 8;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Seconds between two ticks, the first one with few enough ticks.
const STEPS: &[i64] = &[
    1,
    5,
    15,
    30,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    364 * DAY,
    3_640 * DAY,
];
/// Parts of the width, in percent, at which the first and the last second stand.
const FROM: f64 = 3.0;
const TO: f64 = 97.0;

/// A stretch of time that is drawn.
struct Scale {
    first: i64,
    last: i64,
}

impl Scale {
    /// Where a second stands, in percent of the width.
    fn at(&self, seconds: i64) -> f64 {
        let whole = (self.last - self.first).max(1) as f64;
        let part = (seconds.clamp(self.first, self.last) - self.first) as f64 / whole;
        // Hundredths are finer than any screen, and the same on each machine.
        ((FROM + part * (TO - FROM)) * 100.0).round() / 100.0
    }

    fn step(&self) -> i64 {
        let whole = self.last - self.first;
        STEPS.iter().copied().find(|step| whole / step <= MOST_TICKS).unwrap_or(i64::MAX)
    }

    /// Seconds of the ticks.
    fn ticks(&self) -> Vec<i64> {
        let step = self.step();
        let first = self.first.div_euclid(step).saturating_add(1).saturating_mul(step);
        let ticks = std::iter::successors(Some(first), |tick| tick.checked_add(step));
        ticks.take_while(|tick| *tick < self.last).take(MOST_TICKS as usize + 1).collect()
    }
}

/// The picture, with a line of words for each session.
pub(super) fn picture(section: &TrailSection, teller: &Teller<'_>, anchors: &Anchors<'_>) -> Markup {
    let all: Vec<(&SessionRow, i64, i64)> =
        section.sessions.iter().filter(|session| is_notable(session)).filter_map(timed).collect();
    if all.is_empty() {
        return html! { p.quiet { "These logs contain no session of root or an agent: there is nothing to draw." } };
    }
    let lanes = lanes(all.clone());
    let first = lanes.iter().map(|(_, first, _)| *first).min().unwrap_or_default();
    let last = lanes.iter().map(|(_, _, last)| *last).max().unwrap_or_default();
    let scale = Scale { first, last: last.max(first.saturating_add(MINUTE)) };
    let left_out = all.len() - lanes.len();
    html! {
        figure.timeline aria-labelledby="h-timeline" {
            figcaption {
                h3 id="h-timeline" { "Root and agents over time" }
                p.quiet { (moment(first)) " to " (moment(last)) " UTC. The tables below contain the same data." }
                (legend())
            }
            div.axis aria-hidden="true" { (axis(&scale)) }
            ol.lanes {
                @for (session, first, last) in &lanes { li { (words(session, *first, &scale, (teller, anchors))) (lane(section, session, (*first, *last), &scale)) } }
            }
            @if left_out > 0 { p.quiet { (number(left_out, "more session is", "more sessions are")) " in the tables only." } }
        }
    }
}

fn seconds(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

fn timed(session: &SessionRow) -> Option<(&SessionRow, i64, i64)> {
    let first = seconds(&session.first)?;
    Some((session, first, seconds(&session.last).unwrap_or(first).max(first)))
}

/// Those to draw in the order of time: of too many root first, then those with most events.
fn lanes(mut all: Vec<(&SessionRow, i64, i64)>) -> Vec<(&SessionRow, i64, i64)> {
    all.sort_by_key(|(session, first, _)| {
        (session.root.is_none(), std::cmp::Reverse(session.events), *first, session.id.as_str())
    });
    all.truncate(MOST_LANES);
    all.sort_by_key(|(session, first, last)| (*first, *last, session.id.as_str()));
    all
}

fn written(seconds: i64, form: &str) -> String {
    Timestamp::from_second(seconds).map_or_else(
        |_| String::new(),
        |at| jiff::fmt::strtime::format(form, &at.to_zoned(TimeZone::UTC)).unwrap_or_default(),
    )
}

fn moment(seconds: i64) -> String {
    written(seconds, "%Y-%m-%d %H:%M:%S")
}

fn percent(value: f64) -> String {
    format!("{value}%")
}

fn legend() -> Markup {
    let sample = |class: &str| {
        html! {
            svg class=(format!("bar {class}")) width="34" height="14" aria-hidden="true" focusable="false" {
                line.under x1="7" x2="27" y1="7" y2="7" {}
                line.over x1="7" x2="27" y1="7" y2="7" {}
            }
        }
    };
    html! {
        ul.legend {
            li { (sample("root")) " root" }
            li { (sample("agent")) " an agent" }
            li { (sample("root agent")) " an agent as root" }
        }
    }
}

/// Ticks with their words: a day where it changes, else the time.
fn axis(scale: &Scale) -> Markup {
    let ticks = scale.ticks();
    let by_day = scale.step() >= DAY;
    let by_second = scale.step() < MINUTE;
    let mut day = String::new();
    let words = ticks.iter().map(|tick| {
        let on = written(*tick, "%d %b");
        let is_new = on != day;
        day.clone_from(&on);
        match (by_day, by_second) {
            (true, _) => (on, String::new()),
            (_, true) => (written(*tick, "%H:%M:%S"), if is_new { on } else { String::new() }),
            _ => (written(*tick, "%H:%M"), if is_new { on } else { String::new() }),
        }
    });
    html! {
        svg width="100%" height="38" focusable="false" {
            @for (index, (tick, (words, day))) in ticks.iter().zip(words).enumerate() {
                g class=(if index % 2 == 1 { "tick every-other" } else { "tick" }) {
                    text x=(percent(scale.at(*tick))) y="14" text-anchor="middle" class="day" { (day) }
                    text x=(percent(scale.at(*tick))) y="31" text-anchor="middle" { (words) }
                }
            }
        }
    }
}

fn words(
    session: &SessionRow,
    first: i64,
    scale: &Scale,
    (teller, anchors): (&Teller<'_>, &Anchors<'_>),
) -> Markup {
    let form = if scale.last - scale.first > DAY { "%d %b %H:%M:%S" } else { "%H:%M:%S" };
    html! {
        div.lane-words {
            p {
                @match anchors.target(&session.id) {
                    Some(target) => a href=(format!("#{target}")) { code { (session.id) } },
                    None => code { (session.id) },
                }
                " " (title(session, teller))
            }
            p.quiet { (written(first, form)) ", " (session.span) ", " (number(session.events as usize, "event", "events")) }
        }
    }
}

fn lane(section: &TrailSection, session: &SessionRow, (first, last): (i64, i64), scale: &Scale) -> Markup {
    let mut class = String::from("bar");
    if session.root.is_some() {
        class.push_str(" root");
    }
    if session.actor_kind == "agent" {
        class.push_str(" agent");
    }
    let (from, to) = (percent(scale.at(first)), percent(scale.at(last)));
    let events = section.events.iter().filter(|event| event.session == session.id).take(MOST_MARKS);
    html! {
        svg.strip width="100%" height="44" aria-hidden="true" focusable="false" {
            @for tick in scale.ticks() {
                @let x = percent(scale.at(tick));
                line.grid x1=(x) x2=(x) y1="0" y2="100%" {}
            }
            g class=(class) {
                line.under x1=(from) x2=(to) y1="50%" y2="50%" {}
                line.over x1=(from) x2=(to) y1="50%" y2="50%" {}
            }
            @for event in events {
                @let x = percent(scale.at(event.seconds));
                line.mark x1=(x) x2=(x) y1="20%" y2="80%" {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_few_ticks_at_round_times() {
        let hours = Scale { first: 1_000, last: 1_000 + 5 * HOUR };
        assert_eq!(hours.step(), HOUR);
        assert_eq!(hours.ticks(), [HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR]);
        assert_eq!((hours.at(1_000), hours.at(i64::MAX)), (FROM, TO));
    }

    #[test]
    fn times_without_measure_draw_something() {
        for (first, last) in [(0, 0), (i64::MIN, i64::MIN + 1), (i64::MAX - 1, i64::MAX), (0, 400_000 * DAY)]
        {
            let scale = Scale { first, last };
            assert!(scale.ticks().len() <= MOST_TICKS as usize + 1);
            assert!((FROM..=TO).contains(&scale.at(first)));
        }
        assert_eq!(moment(i64::MAX), "");
    }
}
