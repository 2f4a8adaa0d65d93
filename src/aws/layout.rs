//! How a trail lays its files down in a bucket, and what of it is wanted.
//!
//! ```text
//! PREFIX/AWSLogs/[o-exampleorgid/]123456789012/CloudTrail/us-east-1/2026/03/28/123456789012_CloudTrail_us-east-1_20260328T1420Z_x.json.gz
//! PREFIX/AWSLogs/[o-exampleorgid/]123456789012/CloudTrail-Digest/...
//! ```

use crate::trail::time;

/// The metadata of a digest's object that holds its signature.
pub(super) const SIGNATURE: &str = "signature";
/// Files and folders that lie beside logs and hold no events.
const BESIDE: [&str; 2] = ["CloudTrail-Digest", "CloudTrail-Insight"];
/// Deeper folders are none of a trail.
const MOST_LEVELS: usize = 24;
/// How files end that hold logs.
const ENDS: [&str; 4] = [".json.gz", ".json", ".jsonl.gz", ".jsonl"];
/// A log may be delivered after midnight: events of a day lie in the folder of the next one too.
const LATE: i64 = 86_400;

/// What of a bucket is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// From when on.
    pub since: Option<i64>,
    /// Until when.
    pub until: Option<i64>,
    /// These accounts; none: all.
    pub accounts: Vec<String>,
    /// These Regions; none: all.
    pub regions: Vec<String>,
    /// Digests too.
    pub digests: bool,
}

/// How to go on at a prefix or an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// It is not wanted.
    Leave,
    /// It is beside logs, and passed over.
    Pass,
    /// Look at what is directly in it; take the object.
    Look,
    /// All below it, between these keys.
    Days { from: Option<String>, to: Option<String> },
}

/// A bucket's layout below a prefix.
pub(super) struct Layout<'w> {
    wanted: &'w Wanted,
    /// The days of the first and behind the last folder, as keys have them.
    from: Option<String>,
    to: Option<String>,
}

/// What a key says by its folders.
#[derive(Debug, Default, PartialEq, Eq)]
struct Folders<'k> {
    account: Option<&'k str>,
    /// `CloudTrail`, `CloudTrail-Digest`, `Config`.
    kind: Option<&'k str>,
    region: Option<&'k str>,
    /// Bytes up to the Region and its slash.
    head: usize,
}

impl<'k> Folders<'k> {
    /// Reads whole folders only: what follows the last slash may go on.
    fn of(key: &'k str) -> Self {
        let mut folders = Self::default();
        let (mut at, mut in_logs) = (0, false);
        for part in key.split_inclusive('/') {
            at += part.len();
            let Some(part) = part.strip_suffix('/') else { break };
            match (folders.account, folders.kind, folders.region) {
                (None, _, _) if part == "AWSLogs" => in_logs = true,
                (None, _, _) if in_logs && is_account(part) => folders.account = Some(part),
                (Some(_), None, _) => folders.kind = Some(part),
                (Some(_), Some(_), None) => {
                    folders.region = Some(part);
                    folders.head = at;
                }
                _ => {}
            }
        }
        folders
    }
}

fn is_account(part: &str) -> bool {
    part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit())
}

impl<'w> Layout<'w> {
    pub(super) fn new(wanted: &'w Wanted) -> Self {
        let day = |at: i64| time::day(at.div_euclid(86_400)).replace('-', "/");
        Self {
            wanted,
            from: wanted.since.map(day),
            // The day behind the last one that is read.
            to: wanted.until.map(|until| day(until + LATE + 86_400)),
        }
    }

    /// How to go on below a prefix.
    pub(super) fn way(&self, prefix: &str) -> Way {
        let folders = Folders::of(prefix);
        if prefix.matches('/').count() > MOST_LEVELS || !self.wants(&folders) {
            return Way::Leave;
        }
        match folders.kind {
            Some(kind) if self.is_passed(kind) => Way::Pass,
            Some(kind) if !kind.starts_with("CloudTrail") => Way::Leave,
            _ if prefix.split('/').any(|part| self.is_passed(part)) => Way::Pass,
            _ if folders.region.is_some() => {
                let head = prefix.get(..folders.head).unwrap_or_default();
                let key = |day: &String| format!("{head}{day}");
                Way::Days { from: self.from.as_ref().map(key), to: self.to.as_ref().map(key) }
            }
            _ => Way::Look,
        }
    }

    /// Whether an object is wanted.
    pub(super) fn object(&self, key: &str) -> Way {
        let base = key.rsplit('/').next().unwrap_or(key);
        let lower = base.to_ascii_lowercase();
        if !ENDS.iter().any(|end| lower.ends_with(end)) || !self.wants(&Folders::of(key)) {
            return Way::Leave;
        }
        let beside = BESIDE.iter().any(|kind| {
            self.is_passed(kind)
                && (key.contains(&format!("/{kind}/")) || base.contains(&format!("_{kind}_")))
        });
        match beside {
            true => Way::Pass,
            false if self.is_in_time(base) => Way::Look,
            false => Way::Leave,
        }
    }

    fn is_passed(&self, kind: &str) -> bool {
        match kind {
            "CloudTrail-Digest" => !self.wanted.digests,
            kind => BESIDE.contains(&kind),
        }
    }

    fn wants(&self, folders: &Folders<'_>) -> bool {
        let among = |all: &[String], one: Option<&str>| {
            all.is_empty() || one.is_none_or(|one| all.iter().any(|wanted| wanted == one))
        };
        among(&self.wanted.accounts, folders.account) && among(&self.wanted.regions, folders.region)
    }

    /// Whether a log's name allows events of the time; a name without a time does.
    fn is_in_time(&self, base: &str) -> bool {
        let Some(at) = delivered(base) else { return true };
        let late_enough = self.wanted.since.is_none_or(|since| at >= since - 60);
        late_enough && self.wanted.until.is_none_or(|until| at < until + LATE)
    }
}

/// When `123456789012_CloudTrail_us-east-1_20260328T1420Z_x.json.gz` was delivered.
fn delivered(base: &str) -> Option<i64> {
    let stamp = base.split('_').find(|part| {
        let shape = part.as_bytes();
        shape.get(8) == Some(&b'T')
            && shape.last() == Some(&b'Z')
            && shape.iter().take(8).all(u8::is_ascii_digit)
    })?;
    let part = |from: usize, to: usize| stamp.get(from..to);
    let written =
        format!("{}-{}-{}T{}:{}:00Z", part(0, 4)?, part(4, 6)?, part(6, 8)?, part(9, 11)?, part(11, 13)?);
    time::seconds(written.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGS: &str = "pre/AWSLogs/o-exampleorgid/123456789012/";

    fn wanted() -> Wanted {
        Wanted {
            // 2026-03-28T00:00:00Z until 2026-03-29T00:00:00Z.
            since: Some(1_774_656_000),
            until: Some(1_774_742_400),
            accounts: vec!["123456789012".into()],
            regions: vec!["us-east-1".into()],
            digests: false,
        }
    }

    #[test]
    fn what_is_not_wanted_is_left_before_it_is_listed() {
        let wanted = wanted();
        let layout = Layout::new(&wanted);
        for (prefix, way) in [
            ("", Way::Look),
            ("pre/", Way::Look),
            ("pre/AWSLogs/o-exampleorgid/", Way::Look),
            (LOGS, Way::Look),
            ("pre/AWSLogs/o-exampleorgid/210987654321/", Way::Leave),
            ("pre/AWSLogs/123456789012/Config/", Way::Leave),
            ("pre/AWSLogs/123456789012/CloudTrail/", Way::Look),
            ("pre/AWSLogs/123456789012/CloudTrail-Digest/", Way::Pass),
            ("pre/AWSLogs/123456789012/CloudTrail-Insight/", Way::Pass),
            ("pre/AWSLogs/123456789012/CloudTrail/eu-west-1/", Way::Leave),
        ] {
            assert_eq!(layout.way(prefix), way, "{prefix}");
        }
        let region = format!("{LOGS}CloudTrail/us-east-1/");
        let days = |day: &str| Some(format!("{region}{day}"));
        let expected = Way::Days { from: days("2026/03/28"), to: days("2026/03/31") };
        assert_eq!(layout.way(&region), expected);
        assert_eq!(layout.way(&format!("{region}2026/03/")), expected, "a prefix below the Region too");
    }

    #[test]
    fn names_of_logs_tell_their_time() {
        let wanted = wanted();
        let layout = Layout::new(&wanted);
        let log = |stamp: &str| format!("x/123456789012_CloudTrail_us-east-1_{stamp}_ab.json.gz");
        for (stamp, way) in [
            ("20260327T2350Z", Way::Leave),
            ("20260328T0000Z", Way::Look),
            ("20260329T2355Z", Way::Look),
            ("20260330T0005Z", Way::Leave),
        ] {
            assert_eq!(layout.object(&log(stamp)), way, "{stamp}");
        }
        assert_eq!(layout.object("x/export.json"), Way::Look);
        assert_eq!(layout.object("x/readme.txt"), Way::Leave);
        assert_eq!(layout.object("x/1_CloudTrail-Digest_us-east-1_20260328T000000Z.json.gz"), Way::Pass);
        let digests = Wanted { digests: true, ..Wanted::default() };
        let layout = Layout::new(&digests);
        assert_eq!(layout.object("x/1_CloudTrail-Digest_us-east-1_20260328T000000Z.json.gz"), Way::Look);
        assert!(matches!(layout.way("AWSLogs/123456789012/CloudTrail-Digest/us-east-1/"), Way::Days { .. }));
    }
}
