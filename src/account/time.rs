//! Times as AWS writes them, and ages.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::counted::counted;

const DAY: i64 = 24 * 60 * 60;
const HOUR: i64 = 60 * 60;

/// Reads `2026-01-03T10:11:12+00:00` and `2026-01-03T10:11:12Z`.
pub fn timestamp(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok()
}

/// Whole days from then to now. What lies ahead, by a clock that is wrong, is no day old.
pub fn days_since(then: Timestamp, now: Timestamp) -> i64 {
    ((now.as_second() - then.as_second()) / DAY).max(0)
}

/// Whole hours from then to now.
pub fn hours_since(then: Timestamp, now: Timestamp) -> i64 {
    ((now.as_second() - then.as_second()) / HOUR).max(0)
}

/// The day in UTC: `2026-01-03`.
pub fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// `today`, `1 day ago`, `327 days ago`.
pub fn ago(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        days => format!("{} ago", counted(days, "day", "days")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_whole_days() {
        let now = timestamp("2026-11-26T00:00:00Z").unwrap();
        let days = |text| days_since(timestamp(text).unwrap(), now);
        assert_eq!(days("2026-01-03T10:11:12+00:00"), 326);
        assert_eq!(days("2026-11-25T00:00:01+00:00"), 0);
        assert_eq!(days("2026-11-25T02:00:00+02:00"), 1);
        assert_eq!(days("2027-11-25T00:00:00Z"), 0);
        assert_eq!(day(now), "2026-11-26");
        assert_eq!([ago(0), ago(1), ago(326)], ["today", "1 day ago", "326 days ago"]);
        for wrong in ["", "N/A", "no_information", "2026-13-01T00:00:00Z", "yesterday"] {
            assert_eq!(timestamp(wrong), None, "{wrong}");
        }
    }
}
