//! A day of the calendar, as ignores name it: `2027-01-31`.

use std::fmt;

use jiff::civil::Date;

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

impl Day {
    /// Reads `2027-01-31`; `None` for another form, and for a day that no calendar has.
    pub fn parse(text: &str) -> Option<Self> {
        let form = |(at, byte): (usize, u8)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        if text.len() != 10 || !text.bytes().enumerate().all(form) {
            return None;
        }
        text.parse().ok().map(Self)
    }

    /// Its first moment, in UTC.
    pub fn begins(self) -> jiff::Timestamp {
        let zoned = self.0.to_zoned(jiff::tz::TimeZone::UTC);
        zoned.map_or(jiff::Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
    }

    /// The day of a moment, in UTC.
    pub fn of(at: jiff::Timestamp) -> Self {
        Self(at.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    /// Days from this one to another; fewer than none where that one is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        i64::from((other.0 - self.0).get_days())
    }

    /// Today, by the machine's clock, in UTC: the same day for all who run the same job.
    pub fn today() -> Self {
        Self::of(jiff::Timestamp::now())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_there_are() {
        assert_eq!(Day::parse("2028-02-29").unwrap().to_string(), "2028-02-29");
        for wrong in [
            "2027-02-29",
            "2027-13-01",
            "2027-00-10",
            "2027-1-31",
            "20270131",
            "2027-01-31T00:00",
            "",
            "soon",
            "٢٠٢٧-٠١-٣١",
            "+027-01-31",
        ] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
        assert!(Day::parse("2027-01-31") < Day::parse("2027-02-01"));
        assert!(Day::today() > Day::parse("2026-01-01").unwrap());
    }
}
