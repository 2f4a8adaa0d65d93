//! Data that was read, by where it lies: objects of buckets, rows of tables, passwords, code, disks.

use std::collections::{BTreeMap, BTreeSet};

use super::deed::Deed;
use crate::trail::Mark;

/// Objects that are named of one place.
const MOST_OBJECTS: usize = 5;
/// Places that are held; more are counted as one.
const MOST_PLACES: usize = 20_000;

/// Calls that read data: service, call, the fields that name the place, and what lies there.
const READS: &[(&str, &str, &[&str], &str)] = &[
    ("athena", "GetQueryResults", &["queryExecutionId"], "results of query"),
    ("cloudformation", "GetTemplate", &["stackName"], "template of stack"),
    ("codecommit", "GitPull", &["repositoryName"], "code of repository"),
    ("dynamodb", "BatchGetItem", &["tableName", "tableArn"], "rows of table"),
    ("dynamodb", "ExportTableToPointInTime", &["tableArn"], "an export of table"),
    ("dynamodb", "GetItem", &["tableName", "tableArn"], "rows of table"),
    ("dynamodb", "Query", &["tableName", "tableArn"], "rows of table"),
    ("dynamodb", "Scan", &["tableName", "tableArn"], "rows of table"),
    ("ebs", "GetSnapshotBlock", &["snapshotId"], "the disk in snapshot"),
    ("ec2", "GetConsoleOutput", &["instanceId"], "the boot log of instance"),
    ("ec2", "GetConsoleScreenshot", &["instanceId"], "the screen of instance"),
    ("ec2", "GetLaunchTemplateData", &["instanceId"], "the start script of instance"),
    ("ec2", "GetPasswordData", &["instanceId"], "the Windows password, encrypted, of instance"),
    ("ecr", "BatchGetImage", &["repositoryName"], "images of repository"),
    ("lambda", "GetFunction20150331v2", &["functionName"], "code and environment of function"),
    ("logs", "FilterLogEvents", &["logGroupName"], "lines of log group"),
    ("logs", "GetLogEvents", &["logGroupName"], "lines of log group"),
    ("rds", "DownloadDBLogFilePortion", &["dBInstanceIdentifier"], "logs of database"),
    ("s3", "GetObject", &["bucketName"], "objects of bucket"),
    ("s3", "SelectObjectContent", &["bucketName"], "objects of bucket"),
    ("ssm", "GetCommandInvocation", &["commandId"], "the output of command"),
];

/// What was read of one place by one session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// How often.
    pub times: u64,
    /// Bytes that AWS sent, where it tells them.
    pub bytes: u64,
    /// The first event.
    pub first: Mark,
    /// The time of the last one.
    pub last: i64,
    /// Names of objects, the first ones.
    pub objects: BTreeSet<String>,
}

/// By session, call and place.
pub type AllData = BTreeMap<(usize, &'static str, String), Data>;

/// Data of one place, over all sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// `objects of bucket`.
    pub what: &'static str,
    /// The place.
    pub place: String,
    /// What was read.
    pub data: Data,
    /// Ids of the sessions.
    pub sessions: BTreeSet<String>,
}

/// Counts a deed that reads data; `bytes` is what AWS sent.
pub fn take(all: &mut AllData, deed: &Deed, session: usize, bytes: u64) {
    let is =
        |(service, call, ..): &&(&str, &str, &[&str], &str)| *service == deed.service && *call == deed.name;
    let Some((_, _, fields, what)) = READS.iter().find(is).filter(|_| deed.worked()) else { return };
    let place = fields.iter().find_map(|field| deed.field(field)).unwrap_or_default();
    let place = if all.len() < MOST_PLACES { place.to_owned() } else { String::new() };
    let mut one = Data { times: 1, bytes, first: deed.at.clone(), last: deed.at.time, ..Data::default() };
    one.objects.extend(deed.field("key").map(str::to_owned));
    merge(all, (session, *what, place), one);
}

/// Adds what was seen elsewhere.
pub fn merge(all: &mut AllData, key: (usize, &'static str, String), one: Data) {
    let known = all.entry(key).or_default();
    add(known, one);
}

fn add(known: &mut Data, one: Data) {
    if known.times == 0 || one.first < known.first {
        known.first = one.first;
    }
    known.times += one.times;
    known.bytes += one.bytes;
    known.last = known.last.max(one.last);
    known.objects.extend(one.objects);
    while known.objects.len() > MOST_OBJECTS {
        known.objects.pop_last();
    }
}

/// What was taken, most often read first. `ids` are those of sessions.
pub(super) fn taken(all: &AllData, ids: &dyn Fn(Option<usize>) -> String) -> Vec<Taken> {
    let mut places: BTreeMap<(&'static str, &str), Taken> = BTreeMap::new();
    for ((session, what, place), data) in all {
        let fresh = || Taken { what, place: place.clone(), data: Data::default(), sessions: BTreeSet::new() };
        let one = places.entry((*what, place.as_str())).or_insert_with(fresh);
        add(&mut one.data, data.clone());
        one.sessions.insert(ids(Some(*session)));
    }
    let mut told: Vec<Taken> = places.into_values().collect();
    told.sort_by(|left, right| {
        (right.data.times, left.what, &left.place).cmp(&(left.data.times, right.what, &right.place))
    });
    told
}

impl Taken {
    /// In words: `12 × objects of bucket `logs`, 3.1 MB`.
    pub fn words(&self) -> String {
        let place = if self.place.is_empty() {
            "whose name is not recorded".to_owned()
        } else {
            format!("`{}`", self.place.replace('`', "'"))
        };
        let size = if self.data.bytes == 0 { String::new() } else { format!(", {}", size(self.data.bytes)) };
        format!("{} {place} ({}×{size})", self.what, self.data.times)
    }
}

/// `3.1 MB`.
pub fn size(bytes: u64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB"];
    let (mut rest, mut unit) = (bytes, 0);
    while rest >= 1_000_000 && unit + 2 < units.len() {
        (rest, unit) = (rest / 1_000, unit + 1);
    }
    match rest >= 1_000 {
        true => format!(
            "{}.{} {}",
            rest / 1_000,
            rest % 1_000 / 100,
            units.get(unit + 1).copied().unwrap_or_default()
        ),
        false => format!("{rest} {}", units.get(unit).copied().unwrap_or_default()),
    }
}
