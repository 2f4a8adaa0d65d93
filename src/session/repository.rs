//! What a repository's state means for who begins to work.

use super::{Level, Line};
use crate::counted::counted;
use crate::source::state::{Head, NoState, State, Upstream};

/// The lines about it.
pub fn lines(state: &Result<State, NoState>) -> Vec<Line> {
    let state = match state {
        Ok(state) => state,
        Err(NoState::NoRepository) => {
            return vec![Line::new(Level::Note, "this folder is in no git repository")];
        }
        Err(NoState::Bare) => {
            return vec![Line::new(Level::Note, "this repository is bare: it has no files to work on")];
        }
        Err(NoState::Broken) => {
            return vec![Line::new(Level::Unknown, "the repository cannot be read")];
        }
    };
    let mut lines = vec![branch(state)];
    lines.push(tree(state));
    if state.stashes > 0 {
        let entries = counted(state.stashes, "entry", "entries");
        lines.push(Line::new(Level::Note, format!("the stash has {entries}")));
    }
    lines
}

fn branch(state: &State) -> Line {
    let text = match &state.head {
        Head::Branch(branch) => match &state.upstream {
            None => {
                return Line::new(
                    Level::Note,
                    format!("on {branch}, which tracks no other branch: nothing of it is pushed"),
                );
            }
            Some(upstream) => return followed(branch, upstream),
        },
        Head::Unborn(branch) => format!("on {branch}, which has no commit yet"),
        Head::Commit(id) => format!("on no branch, but on commit {id}: what you commit here is easily lost"),
        Head::Unknown => "HEAD points nowhere".to_owned(),
    };
    Line::new(Level::Note, text)
}

fn followed(branch: &str, upstream: &Upstream) -> Line {
    let name = &upstream.name;
    let (level, text) = match upstream.apart {
        None => (Level::Note, format!("on {branch}; {name}, which it tracks, is not here")),
        Some((0, 0)) => (Level::Fine, format!("on {branch}, the same as {name}")),
        Some((ahead, 0)) => (
            Level::Note,
            format!("on {branch}, {} not pushed to {name}", counted(ahead, "commit", "commits")),
        ),
        Some((0, behind)) => {
            (Level::Note, format!("on {branch}, {} behind {name}", counted(behind, "commit", "commits")))
        }
        Some((ahead, behind)) => (
            Level::Note,
            format!(
                "on {branch}, {} not pushed to {name} and {behind} behind it",
                counted(ahead, "commit", "commits")
            ),
        ),
    };
    Line::new(level, text)
}

fn tree(state: &State) -> Line {
    let parts = [
        (state.conflicts, "with a conflict"),
        (state.staged, "staged"),
        (state.changed, "changed"),
        (state.untracked, "untracked"),
    ];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if told.is_empty() {
        return Line::new(Level::Fine, "nothing to commit");
    }
    let more = if state.more { ", and more" } else { "" };
    let level = if state.conflicts > 0 { Level::Warning } else { Level::Note };
    Line::new(level, format!("files: {}{more}", told.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(state: State) -> Vec<String> {
        lines(&Ok(state)).into_iter().map(|line| format!("{}: {}", line.level.word(), line.text)).collect()
    }

    #[test]
    fn states_are_told() {
        let upstream = |apart| Some(Upstream { name: "origin/main".into(), apart });
        let head = Head::Branch("main".into());
        let clean = State { head, upstream: upstream(Some((0, 0))), ..State::default() };
        assert_eq!(told(clean.clone()), ["ok: on main, the same as origin/main", "ok: nothing to commit"]);
        let dirty =
            State { upstream: upstream(Some((2, 1))), changed: 3, untracked: 1, stashes: 1, ..clean.clone() };
        assert_eq!(
            told(dirty),
            [
                "note: on main, 2 commits not pushed to origin/main and 1 behind it",
                "note: files: 3 changed, 1 untracked",
                "note: the stash has 1 entry"
            ]
        );
        let conflict = State { conflicts: 1, head: Head::Commit("0123456789".into()), ..clean };
        assert_eq!(told(conflict)[1], "warning: files: 1 with a conflict");
        assert_eq!(lines(&Err(NoState::Broken))[0].level, Level::Unknown);
    }
}
