//! How a review of any size fits a comment.

/// A comment on GitHub holds so many characters, and other trackers hold no more.
pub(super) const LONGEST: usize = 65_536;

/// How much is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Commands of one group.
    pub actions: usize,
    /// Rows of the timeline.
    pub rows: usize,
    /// Rows of every other table.
    pub others: usize,
    /// Sessions that are told one by one.
    pub sessions: usize,
    /// Files in the list of hashes that events are told of.
    pub cited: usize,
    /// Files in the list of hashes that no event is told of.
    pub files: usize,
}

/// From what is told of most incidents to what is told of the largest. Commands are left out last.
pub(super) const LIMITS: &[Limits] = &[
    Limits { actions: 60, rows: 40, others: 15, sessions: 6, cited: 60, files: 20 },
    Limits { actions: 60, rows: 30, others: 10, sessions: 4, cited: 20, files: 0 },
    Limits { actions: 40, rows: 20, others: 6, sessions: 2, cited: 10, files: 0 },
    Limits { actions: 15, rows: 10, others: 3, sessions: 1, cited: 0, files: 0 },
];
/// What is said where less is told than of most.
pub(super) const SHORTENED: &str = "Shortened to the 65,536 characters of a comment: each section says how much it leaves out. `--format json` has everything, and `--format html` nearly everything.";

/// Cuts what is too long for all that behind a whole line outside of a command. What matters stands first.
pub(super) fn cut(text: String) -> String {
    let all = text.chars().count();
    if all <= LONGEST {
        return text;
    }
    let note = |left: usize| {
        format!("\n**Cut here:** {left} more characters are in `--format html` and `--format json`.\n")
    };
    let room = LONGEST - note(all).chars().count();
    let (mut used, mut kept, mut end, mut whole, mut in_fence) = (0, 0, 0, 0, false);
    for line in text.split_inclusive('\n') {
        used += line.chars().count();
        if used > room {
            break;
        }
        end += line.len();
        in_fence ^= line.trim_start().starts_with("```");
        if !in_fence {
            (whole, kept) = (end, used);
        }
    }
    format!("{}{}", text.get(..whole).unwrap_or_default(), note(all - kept))
}
