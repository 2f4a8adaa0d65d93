//! The credential report: one row for the root user and one for each IAM user.
//!
//! Columns are found by their names, since AWS has added some before. `N/A`, `no_information` and `not_supported`
//! say different things: see `Cells`.

use std::borrow::Cow;

use jiff::Timestamp;

use super::csv;
use super::known::Known;
use super::time::timestamp;
use crate::reading::{Gap, Reading};
use crate::source::{SourceId, Span};

/// The name of the root user's row.
pub const ROOT_ROW: &str = "<root_account>";

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place in the report.
    pub at: Span,
    /// The user's name; [`ROOT_ROW`] for root.
    pub user: String,
    /// The ARN.
    pub arn: String,
    /// When the user was made.
    pub created: Known<Timestamp>,
    /// Whether there is a password. AWS writes `not_supported` for root at times: then it is not known.
    pub password: Known<bool>,
    /// When the password was last used; `None`: never, or there is none.
    pub password_used: Known<Option<Timestamp>>,
    /// When the password was last changed; `None`: there is none.
    pub password_changed: Known<Option<Timestamp>>,
    /// Whether an MFA device is assigned. Nothing is said of its kind.
    pub mfa: Known<bool>,
    /// The two access keys.
    pub keys: Vec<KeyRow>,
    /// Whether a signing certificate is active.
    pub certificates: Known<bool>,
}

/// What the report says of one access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// 1 or 2.
    pub number: u8,
    /// Whether it is active.
    pub active: Known<bool>,
    /// When it was made or last changed; `None`: there is no key.
    pub created: Known<Option<Timestamp>>,
    /// When it was last used; `None`: never, or there is no key.
    pub used: Known<Option<Timestamp>>,
    /// What it was last used for: `s3`.
    pub service: Option<String>,
}

impl Row {
    /// All times that are told of it.
    pub fn times(&self) -> impl Iterator<Item = Timestamp> {
        let made = self.created.get().copied();
        let of_keys = self.keys.iter().flat_map(|key| [&key.created, &key.used]);
        let others = [&self.password_used, &self.password_changed].into_iter().chain(of_keys);
        made.into_iter().chain(others.filter_map(|time| time.get().copied().flatten()))
    }
}

impl KeyRow {
    /// Whether there is a key at all.
    pub fn exists(&self) -> Known<bool> {
        match (&self.active, &self.created) {
            (Known::Is(true), _) | (_, Known::Is(Some(_))) => Known::Is(true),
            (Known::Is(false), Known::Is(None)) => Known::Is(false),
            (Known::Unknown(why), _) | (_, Known::Unknown(why)) => Known::unknown(why.clone()),
        }
    }
}

/// An account has 5,000 users at most; the rest is for what AWS may grant one day.
const MOST_ROWS: usize = 20_000;
/// Each row is cut by the header, so this bounds what one costs.
const MOST_COLUMNS: usize = 200;

/// Columns without which nothing can be said.
const NEEDED: &[&str] = &["user", "arn"];
/// Columns that our rules ask.
const ASKED: &[&str] = &[
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "cert_1_active",
    "cert_2_active",
];

/// Reads the report.
pub fn read(text: &str, source: SourceId) -> Reading<Vec<Row>> {
    let mut gaps = Vec::new();
    let rows = csv::rows(text, MOST_ROWS + 2);
    if rows.len() > MOST_ROWS + 1 || rows.iter().any(|row| row.cells.len() > MOST_COLUMNS) {
        let reason =
            "the credential report has more rows or columns than an account can have: it was not read";
        gaps.push(gap(Span::start_of(source), "", reason));
        return Reading { facts: Vec::new(), gaps };
    }
    let mut rows = rows.into_iter();
    let Some(header) = rows.next() else {
        gaps.push(gap(Span::start_of(source), "", "the credential report is empty"));
        return Reading { facts: Vec::new(), gaps };
    };
    let at = Span::new(source, header.range.start, header.range.end);
    let header: Vec<String> = header.cells.iter().map(|cell| cell.trim().to_ascii_lowercase()).collect();
    let missing = |names: &[&'static str]| -> Vec<&'static str> {
        names.iter().copied().filter(|name| !header.iter().any(|cell| cell == name)).collect()
    };
    let needed = missing(NEEDED);
    if !needed.is_empty() {
        let reason = format!("the credential report has no column {}", needed.join(", "));
        gaps.push(gap(at, "", &reason));
        return Reading { facts: Vec::new(), gaps };
    }
    let twice = |name: &&&str| header.iter().filter(|cell| cell == name).count() > 1;
    let doubled: Vec<&str> = NEEDED.iter().filter(twice).copied().collect();
    if !doubled.is_empty() {
        let reason =
            format!("the credential report has two columns {}: which one is right?", doubled.join(", "));
        gaps.push(gap(at, "", &reason));
        return Reading { facts: Vec::new(), gaps };
    }
    for name in ASKED.iter().filter(twice) {
        gaps.push(gap(at, name, "the credential report has this column twice: its values are not known"));
    }
    for name in missing(ASKED) {
        gaps.push(gap(at, name, "the credential report lacks this column"));
    }
    let facts = rows.map(|row| one(&header, &row, source, &mut gaps)).collect();
    Reading { facts, gaps }
}

fn gap(at: Span, name: &str, reason: &str) -> Gap {
    Gap { at, name: name.to_owned(), reason: reason.to_owned(), hides_findings: true }
}

fn one(header: &[String], row: &csv::Row<'_>, source: SourceId, gaps: &mut Vec<Gap>) -> Row {
    let at = Span::new(source, row.range.start, row.range.end);
    let mut cells = Cells { header, cells: &row.cells, wrong: Vec::new() };
    let user = cells.text("user").unwrap_or_default();
    let key = |cells: &mut Cells<'_>, number: u8| {
        let name = |what: &str| format!("access_key_{number}_{what}");
        KeyRow {
            number,
            active: cells.flag(&name("active")),
            created: cells.time(&name("last_rotated")),
            used: cells.time(&name("last_used_date")),
            service: cells.text(&name("last_used_service")).filter(|text| text != "N/A"),
        }
    };
    let unsaid: Vec<&str> = ["password_enabled", "mfa_active"]
        .into_iter()
        .filter(|column| cells.text(column).as_deref() == Some("not_supported"))
        .collect();
    let certificates = [cells.flag("cert_1_active"), cells.flag("cert_2_active")];
    let found = Row {
        at,
        arn: cells.text("arn").unwrap_or_default(),
        created: and_some(cells.time("user_creation_time")),
        password: cells.flag("password_enabled"),
        password_used: cells.time("password_last_used"),
        password_changed: cells.time("password_last_changed"),
        mfa: cells.flag("mfa_active"),
        keys: vec![key(&mut cells, 1), key(&mut cells, 2)],
        certificates: either(certificates),
        user: user.clone(),
    };
    if row.broken || row.cells.len() != header.len() {
        let what = if row.cells.len() < header.len() { "fewer" } else { "more" };
        let reason = if row.broken {
            "a quote in this row of the credential report is not closed".to_owned()
        } else {
            format!("this row of the credential report has {what} columns than its header")
        };
        gaps.push(gap(at, &user, &reason));
    } else if !cells.wrong.is_empty() {
        let reason = format!("what the credential report says is not understood: {}", cells.wrong.join(", "));
        gaps.push(gap(at, &user, &reason));
    }
    // Of root, other answers tell.
    if !unsaid.is_empty() && user != ROOT_ROW {
        let reason = format!("the credential report says not_supported of {}: not judged", unsaid.join(", "));
        gaps.push(gap(at, &user, &reason));
    }
    found
}

/// One of them is enough; all must be known to be no.
fn either(flags: [Known<bool>; 2]) -> Known<bool> {
    match &flags {
        [Known::Is(true), _] | [_, Known::Is(true)] => Known::Is(true),
        [Known::Is(false), Known::Is(false)] => Known::Is(false),
        [Known::Unknown(why), _] | [_, Known::Unknown(why)] => Known::unknown(why.clone()),
    }
}

/// A time that must be there.
fn and_some(time: Known<Option<Timestamp>>) -> Known<Timestamp> {
    match time {
        Known::Is(Some(at)) => Known::Is(at),
        Known::Is(None) => Known::unknown("the credential report does not say"),
        Known::Unknown(why) => Known::Unknown(why),
    }
}

/// The cells of a row by the names of their columns.
struct Cells<'c> {
    header: &'c [String],
    cells: &'c [Cow<'c, str>],
    /// Columns whose value is not understood.
    wrong: Vec<String>,
}

impl Cells<'_> {
    fn text(&self, column: &str) -> Option<String> {
        let mut all = (0..).zip(self.header).filter(|(_, name)| *name == column);
        // Of two, either may be right.
        let (Some((at, _)), None) = (all.next(), all.next()) else { return None };
        self.cells.get(at).map(|cell| cell.trim().to_owned())
    }

    fn missing<T>(column: &str) -> Known<T> {
        Known::unknown(format!("the credential report lacks {column}"))
    }

    fn flag(&mut self, column: &str) -> Known<bool> {
        match self.text(column).as_deref() {
            Some(word) if word.eq_ignore_ascii_case("true") => Known::Is(true),
            Some(word) if word.eq_ignore_ascii_case("false") => Known::Is(false),
            // Neither yes nor no: root with a password has it as well as root without one.
            Some("not_supported") => {
                Known::unknown(format!("the credential report says {column} is not_supported"))
            }
            Some("N/A") => Known::Is(false),
            None => Self::missing(column),
            Some(_) => self.not_understood(column),
        }
    }

    /// `N/A`: there is nothing that could have been used, or for a key: it never was. `no_information`: it is there
    /// and never was.
    fn time(&mut self, column: &str) -> Known<Option<Timestamp>> {
        match self.text(column).as_deref() {
            Some("N/A" | "no_information" | "not_supported") => Known::Is(None),
            None => Self::missing(column),
            Some(text) => match timestamp(text) {
                Some(at) => Known::Is(Some(at)),
                None => self.not_understood(column),
            },
        }
    }

    fn not_understood<T>(&mut self, column: &str) -> Known<T> {
        self.wrong.push(column.to_owned());
        Self::missing(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

    fn rows(lines: &str) -> Reading<Vec<Row>> {
        read(&format!("{HEADER}\n{lines}"), SourceId(0))
    }

    #[test]
    fn words_of_the_report_mean_different_things() {
        let reading = rows(
            "<root_account>,arn:aws:iam::123456789012:root,2020-01-01T00:00:00+00:00,not_supported,no_information,\
             not_supported,not_supported,false,true,2026-01-01T00:00:00+00:00,2026-02-01T00:00:00+00:00,us-east-1,\
             iam,false,N/A,N/A,N/A,N/A,false,N/A,true,2021-01-01T00:00:00+00:00\n\
             alice,arn:aws:iam::123456789012:user/alice,2024-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,true,\
             2024-01-01T00:00:00+00:00,N/A,N/A,N/A,false,2023-01-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,false,N/A\n",
        );
        assert_eq!(reading.gaps, []);
        let [root, alice] = reading.facts.as_slice() else { panic!("{reading:?}") };
        assert!(root.password.why().unwrap().contains("not_supported"));
        assert_eq!(root.password_used, Known::Is(None));
        assert!(root.mfa.is_false() && root.certificates.is_true());
        assert_eq!(root.keys[0].service.as_deref(), Some("iam"));
        assert!(root.keys[1].exists().is_false());
        assert!(alice.password.is_false() && alice.certificates.is_false());
        let [first, second] = alice.keys.as_slice() else { panic!() };
        assert!(first.active.is_true() && first.used == Known::Is(None));
        // Inactive, but there.
        assert!(second.active.is_false() && second.exists().is_true());
    }

    #[test]
    fn columns_are_found_by_name() {
        let text = "new_column,mfa_active,arn,\"user\"\nx,true,arn:aws:iam::123456789012:user/a,\"a,b\"\n";
        let reading = read(text, SourceId(0));
        assert_eq!((reading.facts[0].user.as_str(), reading.facts[0].mfa.is_true()), ("a,b", true));
        assert_eq!(reading.facts[0].password.word(), "unknown");
        assert!(reading.gaps.iter().any(|gap| gap.name == "password_enabled" && gap.hides_findings));
    }

    #[test]
    fn two_columns_of_one_name_tell_nothing() {
        let text = "user,arn,mfa_active,mfa_active\nu,arn:aws:iam::123456789012:user/u,true,false\n";
        let reading = read(text, SourceId(0));
        assert_eq!(reading.facts[0].mfa.word(), "unknown");
        let twice = |gap: &&Gap| gap.reason.contains("this column twice");
        assert_eq!(reading.gaps.iter().find(twice).unwrap().name, "mfa_active");
        let reading = read("user,arn,user\nu,arn:aws:iam::123456789012:user/u,v\n", SourceId(0));
        assert!(reading.facts.is_empty() && reading.gaps[0].reason.contains("two columns user"));
    }

    #[test]
    fn a_short_row_is_a_gap_and_the_rest_is_read() {
        let reading = rows(
            "alice,arn:aws:iam::123456789012:user/alice,2024-01-01T00:00:00+00:00,true\n\
             bob,arn:aws:iam::123456789012:user/bob,soon,maybe,N/A,N/A,N/A,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n",
        );
        assert_eq!(reading.facts.len(), 2);
        assert!(reading.facts[0].password.is_true());
        assert_eq!(reading.facts[0].mfa.word(), "unknown");
        let reasons: Vec<_> =
            reading.gaps.iter().map(|gap| (gap.name.as_str(), gap.reason.as_str())).collect();
        assert_eq!(
            reasons,
            [
                ("alice", "this row of the credential report has fewer columns than its header"),
                (
                    "bob",
                    "what the credential report says is not understood: user_creation_time, password_enabled"
                ),
            ]
        );
    }

    #[test]
    fn not_supported_of_a_user_is_a_gap() {
        let reading = rows(
            "bob,arn:aws:iam::123456789012:user/bob,2024-01-01T00:00:00+00:00,not_supported,N/A,N/A,N/A,not_supported,\
             false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n",
        );
        assert_eq!(reading.facts[0].mfa.word(), "unknown");
        let [gap] = reading.gaps.as_slice() else { panic!("{reading:?}") };
        assert!(gap.hides_findings && gap.reason.contains("not_supported of password_enabled, mfa_active"));
    }

    #[test]
    fn more_rows_than_an_account_can_have_are_refused() {
        let reading = rows(&"a,b\n".repeat(MOST_ROWS + 1));
        assert!(reading.facts.is_empty() && reading.gaps.len() == 1);
        assert!(reading.gaps[0].reason.contains("more rows") && reading.gaps[0].hides_findings);
        assert_eq!(rows(&"a,b\n".repeat(MOST_ROWS)).facts.len(), MOST_ROWS);
    }

    #[test]
    fn what_is_no_report_is_a_gap() {
        for text in ["", "\n\n", "a,b\n1,2\n", "<html>"] {
            let reading = read(text, SourceId(0));
            assert!(reading.facts.is_empty() && reading.gaps.len() == 1, "{text}");
        }
    }
}
