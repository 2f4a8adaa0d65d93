//! What stands around a name and helps to clean up: the registry's key, the day on which it was typed.

use jiff::Timestamp;
use std::ops::Range;

use super::place::Place;

/// Lines looked at above and below.
const MOST_LINES: usize = 2_000;
/// A name of a section is no longer.
const MOST_NAME: usize = 200;

/// A few more words about a place in a text; never of a value.
pub fn around(text: &str, at: &Range<usize>, place: Place) -> Option<String> {
    match place.word {
        "registry-export" => section(text, at).map(|name| name.to_owned()),
        "aws-settings" => {
            let name = section(text, at)?;
            Some(format!("profile {}", name.strip_prefix("profile ").unwrap_or(name)))
        }
        "shell-history" => typed_on(text, at),
        "agent-settings" => {
            let line = line(text, at);
            ["Bash(", "PowerShell("]
                .iter()
                .any(|call| line.contains(call))
                .then(|| "a saved permission".to_owned())
        }
        _ => None,
    }
}

/// The nearest `[section]` above.
fn section<'t>(text: &'t str, at: &Range<usize>) -> Option<&'t str> {
    let above = text.get(..at.start)?.lines().rev().take(MOST_LINES);
    let mut names = above.filter_map(|line| line.trim().strip_prefix('[')?.strip_suffix(']'));
    names.next().filter(|name| name.len() <= MOST_NAME)
}

fn line<'t>(text: &'t str, at: &Range<usize>) -> &'t str {
    let before = text.get(..at.start).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    text.get(start..).unwrap_or_default().lines().next().unwrap_or_default()
}

/// When a line was typed, where the shell kept that.
fn typed_on(text: &str, at: &Range<usize>) -> Option<String> {
    let line = line(text, at);
    let seconds = zsh(line).or_else(|| {
        let above = text.get(..at.start)?.lines().rev().nth(1)?;
        above.strip_prefix('#')?.parse().ok()
    });
    let seconds: i64 = seconds.or_else(|| {
        let below = text.get(at.end..)?.lines().nth(1)?;
        below.trim().strip_prefix("when:")?.trim().parse().ok()
    })?;
    // The shells that keep times are younger than the year 2000.
    let time = Timestamp::from_second(seconds).ok().filter(|_| seconds > 946_684_800)?;
    Some(format!("typed on {}", time.strftime("%Y-%m-%d")))
}

/// `: 1774706400:0;command`
fn zsh(line: &str) -> Option<i64> {
    line.strip_prefix(':')?.trim_start().split(':').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Option<String> {
        let at = text.rfind("KEY").unwrap();
        around(text, &(at..at + 3), Place::of(path))
    }

    #[test]
    fn places_are_told() {
        for (path, text, told) in [
            (
                "a.reg",
                "Windows\r\n\r\n[HKEY_CURRENT_USER\\Environment]\r\n\"KEY\"=\"x\"\r\n",
                "HKEY_CURRENT_USER\\Environment",
            ),
            (".zsh_history", "x\n: 1774706400:0;export KEY=x\n", "typed on 2026-03-28"),
            (".bash_history", "#1774706400\nexport KEY=x\n", "typed on 2026-03-28"),
            ("fish_history", "- cmd: set -gx KEY x\n  when: 1774706400\n", "typed on 2026-03-28"),
            (".aws/credentials", "[old]\na = b\n[prod]\nKEY = x\n", "profile prod"),
            (".claude/settings.json", "\"Bash(KEY=x claude:*)\"", "a saved permission"),
        ] {
            assert_eq!(found(path, text).as_deref(), Some(told), "{path}");
        }
        assert_eq!(found(".bash_history", "export KEY=x\n"), None);
    }
}
