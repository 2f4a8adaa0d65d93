//! A change for tests.

use jiff::Timestamp;

use super::{Change, Item, Standing};
use crate::finding::Severity;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

pub(crate) fn item(fingerprint: &str, severity: Severity) -> Item {
    Item {
        fingerprint: fingerprint.into(),
        rule: "secret-written-to-disk".into(),
        surface: "terraform".into(),
        severity,
        place: "user_data.sh:235".into(),
        message: "anthropic_api_key is written to /opt/paperclip/.env".into(),
        first_seen: at(1_774_000_000),
    }
}

pub(crate) fn change() -> Change {
    Change {
        run: 7,
        scope: "terraform infra".into(),
        at: at(1_774_700_000),
        verdict: "1 secret lands on disk: 1 critical".into(),
        before: Some(Standing::CLEAN),
        now: Standing { audited: true, fails: true, partial: false },
        new: vec![item("a1", Severity::Critical)],
        reopened: vec![item("b2", Severity::High)],
        fixed: vec![item("c3", Severity::Medium)],
        left_out: 0,
        open: vec![(Severity::Critical, 1), (Severity::High, 1)],
        gaps: 0,
        gap_reasons: vec![],
        report_url: Some("https://ci.example.com/audit.html".into()),
        is_test: false,
    }
}
