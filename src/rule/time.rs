//! Parts of timestamps, for the time modifiers. As the Sigma modifiers appendix 2.1 says, time zones
//! are not converted: the parts are those that are written.

/// A part of a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimePart {
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// 1 to 31.
    Day,
    /// ISO 8601 week, 1 to 53.
    Week,
    /// 1 to 12.
    Month,
    /// The year.
    Year,
}

impl TimePart {
    /// The part of an RFC 3339 text, such as `2026-10-19T23:59:07Z`; a date alone has no hour.
    pub(super) fn of(self, text: &str) -> Option<u32> {
        let bytes = text.as_bytes();
        let year = number(bytes, 0, 4)?;
        let month = number(bytes, 5, 2)?;
        let day = number(bytes, 8, 2)?;
        let dashes = bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
        if !dashes || year == 0 || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
            return None;
        }
        match self {
            Self::Year => Some(year),
            Self::Month => Some(month),
            Self::Day => Some(day),
            Self::Week => Some(week(year, month, day)),
            Self::Hour => clock(bytes).map(|(hour, _)| hour),
            Self::Minute => clock(bytes).map(|(_, minute)| minute),
        }
    }
}

fn clock(bytes: &[u8]) -> Option<(u32, u32)> {
    let parted = matches!(bytes.get(10), Some(b'T' | b't' | b' ')) && bytes.get(13) == Some(&b':');
    let (hour, minute) = (number(bytes, 11, 2)?, number(bytes, 14, 2)?);
    (parted && hour < 24 && minute < 60).then_some((hour, minute))
}

fn number(bytes: &[u8], start: usize, length: usize) -> Option<u32> {
    bytes
        .get(start..start + length)?
        .iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since Monday, the first of January of year 1 (proleptic Gregorian calendar).
fn days_before(year: u32) -> u32 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

/// Weeks start on Monday; the first one of a year is the one with its first Thursday.
fn week(year: u32, month: u32, day: u32) -> u32 {
    let day_of_year = (1..month).map(|month| days_in(year, month)).sum::<u32>() + day;
    let weekday = (days_before(year) + day_of_year - 1) % 7 + 1;
    let weeks_in = |year: u32| {
        let first = days_before(year) % 7 + 1;
        if first == 4 || (first == 3 && is_leap(year)) { 53 } else { 52 }
    };
    match (day_of_year + 10 - weekday) / 7 {
        0 if year > 1 => weeks_in(year - 1),
        week if week > weeks_in(year) => 1,
        week => week,
    }
}
