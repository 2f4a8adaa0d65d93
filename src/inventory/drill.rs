//! Practised rotations: who, when, how long, and whether it worked. Kept as CSV, a line for each.

use jiff::Timestamp;

use crate::shown::spreadsheet::{guarded, unguarded};

/// The first line of the file.
pub const HEADER: &str = "key,when,who,seconds,result,revoke,breaks,generate,push,verify\n";
/// More lines are no list of drills.
const MOST_LINES: usize = 100_000;

/// How a drill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All steps were done.
    Done,
    /// A step did not work.
    Failed,
    /// Somebody stopped it.
    Stopped,
}

impl Ending {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Done, Self::Failed, Self::Stopped].into_iter().find(|one| one.word() == word)
    }
}

/// One practised rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// The key.
    pub key: String,
    /// When it began.
    pub at: Timestamp,
    /// Who did it.
    pub who: String,
    /// How long it took.
    pub seconds: i64,
    /// How it ended.
    pub ending: Ending,
    /// Seconds of each step that was done.
    pub steps: [Option<i64>; 5],
}

impl Drill {
    /// Its line in the file.
    pub fn line(&self) -> String {
        let mut cells = vec![
            quoted(&self.key),
            self.at.to_string(),
            quoted(&self.who),
            self.seconds.to_string(),
            self.ending.word().to_owned(),
        ];
        cells.extend(
            self.steps.iter().map(|step| step.map(|seconds| seconds.to_string()).unwrap_or_default()),
        );
        cells.join(",") + "\n"
    }
}

/// Commas, quotes and line ends would end a cell: they are left out.
fn quoted(text: &str) -> String {
    let text: String =
        text.chars().filter(|letter| !letter.is_control() && !",\"".contains(*letter)).take(120).collect();
    guarded(text.trim())
}

/// The drills of a file, and the numbers of lines (from 1) that are none.
pub fn parse(text: &str) -> (Vec<Drill>, Vec<usize>) {
    let (mut drills, mut wrong) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate().take(MOST_LINES) {
        if line.trim().is_empty() || (number == 0 && line.starts_with("key,")) {
            continue;
        }
        match drill(line) {
            Some(drill) => drills.push(drill),
            None => wrong.push(number + 1),
        }
    }
    (drills, wrong)
}

fn drill(line: &str) -> Option<Drill> {
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    let [key, at, who, seconds, ending, rest @ ..] = cells.as_slice() else { return None };
    let mut steps = [None; 5];
    for (slot, cell) in steps.iter_mut().zip(rest) {
        *slot = cell.parse().ok();
    }
    let seconds: i64 = seconds.parse().ok().filter(|seconds| (0..=i64::from(u32::MAX)).contains(seconds))?;
    Some(Drill {
        key: unguarded(key).to_owned(),
        at: at.parse().ok()?,
        who: unguarded(who).to_owned(),
        seconds,
        ending: Ending::from_word(ending)?,
        steps,
    })
}

/// `4 min 05 s`.
pub fn told(seconds: i64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let drill = Drill {
            key: "K".into(),
            at: "2026-11-26T01:02:03Z".parse().unwrap(),
            who: "Jared, \"x\"\n".into(),
            seconds: 245,
            ending: Ending::Done,
            steps: [Some(1), None, Some(3), Some(4), Some(5)],
        };
        let (read, wrong) = parse(&(HEADER.to_owned() + &drill.line() + "\nx,y\n"));
        assert_eq!(read, [Drill { who: "Jared x".into(), ..drill }]);
        assert_eq!(wrong, [4]);
        let formula = Drill { who: "=HYPERLINK(1)".into(), ..read[0].clone() };
        assert!(formula.line().contains(",'=HYPERLINK(1),"), "{}", formula.line());
        assert_eq!(parse(&formula.line()).0, [formula]);
        assert_eq!([told(9), told(245)], ["9 s", "4 min 05 s"]);
    }
}
