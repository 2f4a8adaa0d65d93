//! Times as CloudTrail writes them: `2021-07-29T00:07:51Z`.

use jiff::Timestamp;

/// Seconds since 1970 of a time as events have it; `None` for another form.
pub fn seconds(text: &[u8]) -> Option<i64> {
    let digits = |from: usize, count: usize| {
        let digits = text.get(from..from + count)?;
        digits
            .iter()
            .try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let is_form = marks.iter().all(|(at, mark)| text.get(*at) == Some(mark));
    if !is_form || !text.ends_with(b"Z") || !matches!(text.get(19), Some(b'Z' | b'.')) {
        return std::str::from_utf8(text).ok()?.parse::<Timestamp>().ok().map(Timestamp::as_second);
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 2)?, digits(8, 2)?);
    let (hour, minute, second) = (digits(11, 2)?, digits(14, 2)?, digits(17, 2)?);
    let is_time = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60;
    (is_time && second <= 60).then(|| days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Days since 1970 of a day of the Gregorian calendar (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// A number of seconds as events have it.
pub fn written(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| "unknown".to_owned(), |at| at.to_string())
}

/// The day of a number of seconds: `2021-07-29`.
pub fn day(day: i64) -> String {
    written(day * 86_400).chars().take(10).collect()
}

/// `45 s`, `12 min`, `3 h 05 min`, `2 d 04 h`.
pub fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes:02} min"),
        (days, hours, _) => format!("{days} d {hours:02} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_the_calendar_has_them() {
        for text in [
            "2021-07-29T00:07:51Z",
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59Z",
            "1969-12-31T23:59:59Z",
            "2000-03-01T12:00:00Z",
        ] {
            let expected = text.parse::<Timestamp>().unwrap().as_second();
            assert_eq!(seconds(text.as_bytes()), Some(expected), "{text}");
            assert_eq!(written(expected), text);
        }
        assert_eq!(seconds(b"2021-07-29T00:07:51.123Z"), seconds(b"2021-07-29T00:07:51Z"));
        assert_eq!(seconds(b"2021-07-29T02:07:51+02:00"), seconds(b"2021-07-29T00:07:51Z"));
        for wrong in ["", "soon", "2021-13-29T00:07:51Z", "2021-07-29"] {
            assert_eq!(seconds(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!((day(18_837), span(11_130)), ("2021-07-29".into(), "3 h 05 min".into()));
    }
}
