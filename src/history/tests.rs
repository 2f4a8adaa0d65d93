//! Runs of one job, one after another and at once.

use std::path::PathBuf;

use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn seen(fingerprint: &str) -> Seen {
    Seen {
        fingerprint: fingerprint.into(),
        rule: "secret-written-to-disk".into(),
        surface: "terraform".into(),
        severity: "critical".into(),
        place: "user_data.sh:235".into(),
        message: "anthropic_api_key is written to /opt/paperclip/.env".into(),
        last_event: None,
        hours: None,
        reach: Vec::new(),
    }
}

fn run(at: i64, whole: bool) -> Run<'static> {
    Run {
        scope: "terraform .",
        job: "scan .",
        at: Timestamp::from_second(at).unwrap(),
        whole,
        could_hide: &|_| true,
        window: None,
    }
}

/// New fingerprints, how many had returned, and fixed ones.
fn record(history: &mut History, run: Run<'_>, prints: &[&str]) -> (Vec<String>, usize, Vec<String>) {
    let all: Vec<Seen> = prints.iter().map(|print| seen(print)).collect();
    let pending = history.record(run, &all, &[]).unwrap();
    let told = (
        pending.new.iter().cloned().collect(),
        pending.returned.len(),
        pending.fixed.iter().map(|entry| entry.fingerprint.clone()).collect(),
    );
    pending.commit().unwrap();
    told
}

fn strings(prints: &[&str]) -> Vec<String> {
    prints.iter().map(|print| (*print).to_owned()).collect()
}

#[test]
fn findings_come_go_and_return() {
    let folder = folder();
    let mut history = History::open(&folder.path().join("h.db")).unwrap();
    assert_eq!(record(&mut history, run(1, true), &["a", "b"]), (strings(&["a", "b"]), 0, vec![]));
    assert_eq!(record(&mut history, run(2, true), &["b", "c"]), (strings(&["c"]), 0, strings(&["a"])));
    assert_eq!(record(&mut history, run(3, true), &["b", "c"]), (vec![], 0, vec![]));
    assert_eq!(record(&mut history, run(4, true), &["a", "b", "c"]), (strings(&["a"]), 1, vec![]));
    let entries = history.entries().unwrap();
    let a = entries.iter().find(|entry| entry.fingerprint == "a").unwrap();
    assert_eq!((a.first_seen.as_second(), a.last_seen.as_second(), a.fixed_at), (1, 4, None));
}

#[test]
fn what_could_not_be_looked_at_is_not_fixed() {
    let folder = folder();
    let mut history = History::open(&folder.path().join("h.db")).unwrap();
    record(&mut history, run(1, true), &["a"]);
    assert_eq!(record(&mut history, run(2, false), &[]).2, Vec::<String>::new());
    assert_eq!(record(&mut history, run(3, true), &[]).2, ["a"]);
}

#[test]
fn a_gap_hides_what_is_near_it_only() {
    let folder = folder();
    let mut history = History::open(&folder.path().join("h.db")).unwrap();
    let at = |print: &str, reach: &[&str]| Seen { reach: strings(reach), ..seen(print) };
    let all = [at("near", &["app", "prod"]), at("far", &["ops"]), at("anywhere", &[])];
    assert_eq!(new_of(&mut history, run(1, true), &all).0.len(), 3);
    let hides = |entry: &Entry| entry.reach.is_empty() || entry.reach.iter().any(|folder| folder == "prod");
    let pending = history.record(Run { could_hide: &hides, ..run(2, false) }, &[], &[]).unwrap();
    let prints = |all: &[Entry]| all.iter().map(|one| one.fingerprint.clone()).collect::<Vec<_>>();
    assert_eq!(
        (prints(&pending.fixed), prints(&pending.unseen)),
        (strings(&["far"]), strings(&["anywhere", "near"]))
    );
    pending.commit().unwrap();
}

#[test]
fn what_is_silenced_is_not_fixed_and_is_told_again_when_it_is_heard() {
    let folder = folder();
    let mut history = History::open(&folder.path().join("h.db")).unwrap();
    record(&mut history, run(1, true), &["a"]);
    let pending = history.record(run(2, true), &[], &["a", "never told"]).unwrap();
    assert_eq!((pending.new.len(), pending.fixed.len()), (0, 0));
    pending.commit().unwrap();
    assert_eq!(record(&mut history, run(3, true), &["a"]), (strings(&["a"]), 1, vec![]));
}

#[test]
fn other_scopes_are_left_alone() {
    let folder = folder();
    let mut history = History::open(&folder.path().join("h.db")).unwrap();
    record(&mut history, run(1, true), &["a"]);
    let other = Run { scope: "account 123456789012", ..run(2, true) };
    assert_eq!(record(&mut history, other, &["a"]), (strings(&["a"]), 0, vec![]));
}

#[test]
fn a_run_that_is_not_committed_changes_nothing() {
    let folder = folder();
    let path = folder.path().join("h.db");
    let mut history = History::open(&path).unwrap();
    drop(history.record(run(1, true), &[seen("a")], &[]).unwrap());
    drop(history);
    let mut history = History::open(&path).unwrap();
    assert_eq!(record(&mut history, run(2, true), &["a"]).0, ["a"], "told as new again");
}

#[test]
fn two_runs_at_once_wait_for_one_another() {
    let folder = folder();
    let path: PathBuf = folder.path().join("h.db");
    let news: usize = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..8)
            .map(|at| {
                let path = path.clone();
                scope.spawn(move || {
                    let mut history = History::open(&path).unwrap();
                    record(&mut history, run(at, true), &["a", "b"]).0.len()
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    assert_eq!(news, 2, "each finding is new to one run");
}

#[test]
fn accepted_until_its_day() {
    let folder = folder();
    let path = folder.path().join("h.db");
    let mut history = History::open(&path).unwrap();
    record(&mut history, run(1, true), &["0123456789", "0123999999"]);
    let day = |text: &str| Day::parse(text).unwrap();
    let at = Timestamp::from_second(2).unwrap();
    assert!(history.accept("0123", day("2027-01-31"), "x", at).unwrap_err().message.contains("eight"));
    assert!(history.accept("ffffffff", day("2027-01-31"), "x", at).is_err());
    history.accept("01234567", day("2027-01-31"), "rebuilt in January", at).unwrap();
    let entry = history.find("0123456789").unwrap();
    assert_eq!(entry.status(day("2027-01-31")), Status::Accepted);
    assert_eq!(entry.status(day("2027-02-01")), Status::Open);
    assert_eq!(history.accepted_on(day("2027-01-31")).unwrap().len(), 1);
    assert_eq!(history.accepted_on(day("2027-02-01")).unwrap().len(), 0);
}

#[test]
fn what_is_long_fixed_is_forgotten() {
    let folder = folder();
    let mut history = History::open(&folder.path().join("h.db")).unwrap();
    record(&mut history, run(1, true), &["a", "b"]);
    record(&mut history, run(10, true), &["b"]);
    assert_eq!(history.prune(Timestamp::from_second(10).unwrap()).unwrap(), 0);
    assert_eq!(history.prune(Timestamp::from_second(11).unwrap()).unwrap(), 1);
    assert_eq!(history.entries().unwrap().len(), 1);
}

#[test]
fn what_is_no_history_is_left_as_it_is() {
    let folder = folder();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "hunter22 hunter22 hunter22").unwrap();
    let message = History::open(&text).unwrap_err().message;
    assert!(message.ends_with("it is not an SQLite file, or is corrupt"), "{message}");
    assert_eq!(std::fs::read_to_string(&text).unwrap(), "hunter22 hunter22 hunter22");
    let other = folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE x (y)").unwrap();
    let before = std::fs::read(&other).unwrap();
    assert!(History::open(&other).unwrap_err().message.ends_with("another program's database"));
    assert_eq!(std::fs::read(&other).unwrap(), before, "not a byte of it is changed");
    let later = folder.path().join("later.db");
    drop(History::open(&later).unwrap());
    Connection::open(&later).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(History::open(&later).unwrap_err().message.ends_with("written by a later version"));
    assert!(History::open_existing(&folder.path().join("none.db")).is_err());
    assert!(!folder.path().join("none.db").exists());
}

/// A run that read a trail up to a second.
fn windowed(at: i64, read_to: Option<i64>) -> Run<'static> {
    let read_to = read_to.map(|at| Timestamp::from_second(at).unwrap());
    let since = "2026-03-29T00:00:00Z".parse().unwrap();
    Run { window: Some(Window { surface: "trail", since, read_to }), ..run(at, true) }
}

/// A finding of a trail, and when its last event was.
fn of_trail(print: &str, last: &str) -> Seen {
    let mut hours = Hours::default();
    let last_event: Timestamp = last.parse().unwrap();
    hours.add(last_event.as_second(), last.bytes().map(u64::from).sum());
    Seen { surface: "trail".into(), last_event: Some(last.into()), hours: Some(hours), ..seen(print) }
}

fn new_of(history: &mut History, run: Run<'_>, seen: &[Seen]) -> (Vec<String>, usize) {
    let pending = history.record(run, seen, &[]).unwrap();
    let told = (pending.new.iter().cloned().collect(), pending.fixed.len());
    pending.commit().unwrap();
    told
}

#[test]
fn what_lies_before_the_time_that_is_read_is_past_and_not_fixed() {
    let folder = folder();
    let mut history = History::open(&folder.path().join("h.db")).unwrap();
    let (root, leak) = (of_trail("root", "2026-03-28T14:00:00Z"), seen("leak"));
    assert_eq!(new_of(&mut history, windowed(1, Some(1)), &[root.clone(), leak]).0, ["leak", "root"]);
    // Both are not seen any more: the one is mended, the other has happened.
    assert_eq!(new_of(&mut history, windowed(2, Some(2)), &[]), (vec![], 1));
    let day = Day::parse("2026-04-01").unwrap();
    let status = |history: &History, print: &str| {
        history.entries().unwrap().iter().find(|one| one.fingerprint == print).unwrap().status(day)
    };
    assert_eq!((status(&history, "root"), status(&history, "leak")), (Status::Past, Status::Fixed));
    let told = new_of(&mut history, windowed(3, None), std::slice::from_ref(&root)).0;
    assert_eq!(told, Vec::<String>::new(), "a job reads further back: it was told");
    assert_eq!(status(&history, "root"), Status::Open);
    assert_eq!(new_of(&mut history, windowed(3, None), &[]), (vec![], 0));
    let again = of_trail("root", "2026-03-29T14:00:00Z");
    assert_eq!(new_of(&mut history, windowed(3, None), &[again]).0, ["root"], "it happens again");
    assert_eq!(status(&history, "root"), Status::Open);
    let read_to = history.read_to("terraform .", "trail").unwrap();
    assert_eq!(read_to, Timestamp::from_second(2).ok(), "the last run could not read all");
    assert_eq!(history.read_to("another", "trail").unwrap(), None);
}

#[test]
fn one_more_event_is_news_and_the_same_one_again_is_not() {
    let folder = folder();
    let mut history = History::open(&folder.path().join("h.db")).unwrap();
    for (at, last, new) in [
        (1, "2026-03-28T14:00:00Z", true),
        (2, "2026-03-28T14:00:00Z", false),
        (3, "2026-03-29T08:00:00Z", true),
    ] {
        let told = new_of(&mut history, windowed(at, Some(at)), &[of_trail("keys", last)]);
        assert_eq!(!told.0.is_empty(), new, "{last}");
    }
}

#[test]
fn what_lies_within_the_time_that_is_read_and_is_gone_stays_open() {
    let folder = folder();
    let mut history = History::open(&folder.path().join("h.db")).unwrap();
    let stopped = of_trail("stopped", "2026-03-29T07:00:00Z");
    assert_eq!(new_of(&mut history, windowed(1, Some(1)), std::slice::from_ref(&stopped)).0, ["stopped"]);
    // Somebody took the logs away.
    assert_eq!(new_of(&mut history, windowed(2, Some(2)), &[]), (vec![], 0));
    assert_eq!(history.entries().unwrap()[0].status(Day::parse("2026-04-01").unwrap()), Status::Open);
    assert_eq!(
        new_of(&mut history, windowed(3, Some(3)), &[stopped]).0,
        Vec::<String>::new(),
        "it was never over"
    );
}

#[test]
fn an_event_that_comes_late_is_news_once() {
    let folder = folder();
    let mut history = History::open(&folder.path().join("h.db")).unwrap();
    let of = |events: &[(i64, u64)]| {
        let mut hours = Hours::default();
        events.iter().for_each(|(minute, number)| hours.add(minute * 60, *number));
        Seen { hours: Some(hours), ..of_trail("keys", "2026-03-28T14:00:00Z") }
    };
    for (at, events, new) in [
        (1, &[(900, 1), (950, 2)][..], true),
        (2, &[(900, 1), (950, 2)], false),
        // Before the last one, and in its second.
        (3, &[(900, 1), (905, 3), (950, 2)], true),
        (4, &[(900, 1), (905, 3), (950, 2)], false),
        (5, &[(900, 1), (905, 3), (950, 2), (950, 4)], true),
        // A log is not there for a night, or the time that is read begins later.
        (6, &[(950, 2), (950, 4)], false),
        (7, &[(900, 1), (905, 3), (950, 2), (950, 4)], false),
    ] {
        let told = new_of(&mut history, windowed(at, Some(at)), &[of(events)]);
        assert_eq!(!told.0.is_empty(), new, "night {at}");
    }
}

#[test]
fn news_is_what_was_never_seen_whatever_was_read() {
    let folder = folder();
    let mut history = History::open(&folder.path().join("h.db")).unwrap();
    let of = |events: &[u64]| {
        let mut hours = Hours::default();
        events.iter().for_each(|number| hours.add(900 * 60, *number));
        Seen { hours: Some(hours), ..of_trail("keys", "2026-03-28T14:00:00Z") }
    };
    for (night, events, new) in [
        (1, &[1, 2, 3][..], true),
        // The time that is read begins in mid-hour, or a log is gone; and another event comes.
        (2, &[3, 4], true),
        (3, &[5], true),
        // Nothing was there for a night: it is no news when it is back.
        (4, &[], false),
        (5, &[1, 2, 3, 4, 5], false),
        (6, &[1, 5], false),
        // As many as were told, and another one among them.
        (7, &[1, 2, 3, 4, 6], true),
        (8, &[1, 2, 3, 4, 5, 6], false),
    ] {
        let seen = if events.is_empty() { vec![] } else { vec![of(events)] };
        let told = new_of(&mut history, windowed(night, Some(night)), &seen);
        assert_eq!(!told.0.is_empty(), new, "night {night}");
    }
}

#[test]
fn what_an_older_version_wrote_is_known_by_its_last_event() {
    let folder = folder();
    let path = folder.path().join("h.db");
    let mut history = History::open(&path).unwrap();
    let keys = of_trail("keys", "2026-03-28T14:00:00Z");
    assert_eq!(new_of(&mut history, windowed(1, Some(1)), std::slice::from_ref(&keys)).0, ["keys"]);
    drop(history);
    let old = Connection::open(&path).unwrap();
    old.execute_batch(
        "DROP TABLE folders; ALTER TABLE finding DROP COLUMN reach; ALTER TABLE finding DROP COLUMN hours; ALTER TABLE finding DROP COLUMN events; ALTER TABLE outbox DROP COLUMN job; PRAGMA user_version = 3;",
    )
    .unwrap();
    drop(old);
    let mut history = History::open(&path).unwrap();
    let none = Vec::<String>::new();
    assert_eq!(new_of(&mut history, windowed(2, Some(2)), std::slice::from_ref(&keys)).0, none);
    let mut late = keys;
    late.hours.get_or_insert_default().add(7, 7);
    assert_eq!(new_of(&mut history, windowed(3, Some(3)), &[late]).0, ["keys"]);
}

#[test]
fn what_the_last_version_wrote_is_known_by_its_number_of_events() {
    let folder = folder();
    let path = folder.path().join("h.db");
    let mut history = History::open(&path).unwrap();
    let keys = of_trail("keys", "2026-03-28T14:00:00Z");
    assert_eq!(new_of(&mut history, windowed(1, Some(1)), std::slice::from_ref(&keys)).0, ["keys"]);
    drop(history);
    let hour = (keys.last_event.as_deref().unwrap().parse::<Timestamp>().unwrap().as_second() / 3_600) as u32;
    let hours = [hour.to_be_bytes(), 1_u32.to_be_bytes(), [7; 4], [7; 4]].concat();
    let old = Connection::open(&path).unwrap();
    old.execute_batch("DROP TABLE folders; ALTER TABLE finding DROP COLUMN reach; ALTER TABLE finding DROP COLUMN events; PRAGMA user_version = 5;").unwrap();
    old.execute("UPDATE finding SET hours = ?1", params![hours]).unwrap();
    drop(old);
    let mut history = History::open(&path).unwrap();
    assert_eq!(new_of(&mut history, windowed(2, Some(2)), std::slice::from_ref(&keys)).0, strings(&[]));
    let mut late = keys;
    late.hours.get_or_insert_default().add(i64::from(hour) * 3_600, 7);
    assert_eq!(new_of(&mut history, windowed(3, Some(3)), &[late]).0, ["keys"]);
}

#[test]
fn a_job_sees_its_own_letters_and_those_of_an_older_version() {
    let folder = folder();
    let path = folder.path().join("h.db");
    let mut history = History::open(&path).unwrap();
    let now = Timestamp::from_second(1).unwrap();
    for job in ["scan a", "scan b"] {
        let pending = history.record(Run { job, ..run(1, true) }, &[seen("a")], &[]).unwrap();
        pending.tell(job, &[("slack".to_owned(), job.to_owned())], now).unwrap();
        pending.commit().unwrap();
    }
    let told = |history: &History, job: &str| -> Vec<String> {
        let telling = history.telling(Duration::ZERO).unwrap();
        history.letters(job, &telling).unwrap().into_iter().map(|letter| letter.body).collect()
    };
    assert_eq!(
        (told(&history, "scan a"), told(&history, "scan b")),
        (strings(&["scan a"]), strings(&["scan b"]))
    );
    assert!(history.awaits("scan a").unwrap() && !history.awaits("scan c").unwrap());
    history.connection.execute("UPDATE outbox SET job = NULL WHERE id = 1", []).unwrap();
    assert_eq!(told(&history, "scan c"), ["scan a"]);
    assert_eq!(history.waiting().unwrap().len(), 2);
}
