//! Where commands take passwords: the rows of `rules/commands.toml` that say so, and those of `rules/masked.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

/// Where a command takes a password.
#[derive(Deserialize)]
pub(super) struct Place {
    command: String,
    #[serde(default)]
    words: Vec<String>,
    /// Options whose value is glued to them: `-psecret`.
    #[serde(default)]
    attached: Vec<String>,
    /// Options whose value is the next word.
    #[serde(default)]
    next: Vec<String>,
    /// The operand, counted from 0 after `words`.
    word: Option<usize>,
    /// Only what stands behind this mark: `user:password`.
    after: Option<String>,
    /// Only where an option has this letter: `-nbB`.
    letter: Option<char>,
}

#[derive(Deserialize, Default)]
struct File {
    #[serde(default)]
    literal: Vec<Place>,
    #[serde(default)]
    masked: Vec<Place>,
}

static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| {
    // The text is part of the program, and a test reads it: it can't fail for a user.
    let file: File = toml::from_str(include_str!("../../../../rules/commands.toml")).unwrap_or_default();
    let masked: File = toml::from_str(include_str!("../../../../rules/masked.toml")).unwrap_or_default();
    file.literal.into_iter().chain(masked.masked).collect()
});

/// The command that the words of a line call, as far as they were read.
#[derive(Default)]
pub(super) struct Called {
    /// Rows of commands that were named.
    rows: Vec<&'static Place>,
    /// The next word is a password, of the command that this row is of.
    next: Option<&'static Place>,
    /// Operands since the command's name.
    operands: Vec<String>,
    /// Letters of its options.
    letters: String,
}

/// How much of a word is a password.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Password {
    None,
    /// All from this byte on.
    From(usize),
}

/// More operands than these are of no interest.
const MOST_OPERANDS: usize = 12;
/// `-nbB`: options of one letter each.
const LONGEST_CLUSTER: usize = 6;

impl Called {
    /// The command ends here.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// Takes the next word, without its quotes, and says what of it is a password.
    pub(super) fn word(&mut self, word: &str) -> Password {
        if let Some(row) = self.next.take().filter(|_| !word.starts_with('-')) {
            return row.password(word, 0);
        }
        let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
        let name = name.strip_suffix(".exe").unwrap_or(name);
        let named = PLACES.iter().filter(|row| row.command.eq_ignore_ascii_case(name));
        let before = self.rows.len();
        self.rows.extend(named);
        if self.rows.len() > before {
            self.rows.drain(..before);
            self.operands.clear();
            self.letters.clear();
            return Password::None;
        }
        let rows: Vec<&'static Place> = self.rows.iter().copied().filter(|row| self.means(row)).collect();
        for row in &rows {
            if row.next.iter().any(|option| option == word) {
                self.next = Some(row);
                return Password::None;
            }
            let glued = row.attached.iter().find(|option| {
                word.get(..option.len()).is_some_and(|start| start.eq_ignore_ascii_case(option))
            });
            if let Some(option) = glued.filter(|option| word.len() > option.len()) {
                return row.password(word, option.len());
            }
        }
        if word.starts_with('-') || word.is_empty() {
            if word.len() <= LONGEST_CLUSTER && !word.starts_with("--") {
                self.letters.push_str(word);
            }
            return Password::None;
        }
        let meant = |row: &Place| {
            let after = row.said_at(&self.operands).map(|at| at + row.words.len());
            row.word.zip(after).is_some_and(|(number, after)| number + after == self.operands.len())
        };
        let found = rows.iter().filter(|row| meant(row)).map(|row| row.password(word, 0));
        // `vault kv put a b=c`: a row that finds nothing leaves the word to others.
        if let Some(found) = found.into_iter().find(|found| *found != Password::None) {
            return found;
        }
        if self.operands.len() < MOST_OPERANDS && !self.rows.is_empty() {
            self.operands.push(word.to_owned());
        }
        Password::None
    }
}

impl Called {
    fn means(&self, row: &Place) -> bool {
        row.said_at(&self.operands).is_some() && row.letter.is_none_or(|letter| self.letters.contains(letter))
    }
}

impl Place {
    /// What of a word is the password, which begins at this byte or behind the row's mark after it.
    fn password(&self, word: &str, from: usize) -> Password {
        let Some(mark) = &self.after else { return Password::From(from) };
        let found = word.get(from..).and_then(|rest| rest.find(mark.as_str()));
        found.map_or(Password::None, |at| Password::From(from + at + mark.len()))
    }

    /// Where the row's words were said.
    fn said_at(&self, operands: &[String]) -> Option<usize> {
        if self.words.is_empty() {
            return Some(0);
        }
        operands.windows(self.words.len()).position(|said| said == self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_knows_passwords() {
        let file: File = toml::from_str(include_str!("../../../../rules/commands.toml")).unwrap();
        assert!(file.literal.len() > 5);
        let file: File = toml::from_str(include_str!("../../../../rules/masked.toml")).unwrap();
        assert!(file.masked.len() > 50);
        let told = |line: &str| {
            let mut called = Called::default();
            line.split(' ').map(|word| called.word(word)).position(|said| said != Password::None)
        };
        assert_eq!(told("mysql -u root -phunter"), Some(3));
        assert_eq!(told("docker login -u x -p hunter"), Some(5));
        assert_eq!(told("docker run -p 80:80 x"), None);
        assert_eq!(told("schtasks /create /tn x /rp hunter"), Some(5));
        assert_eq!(told("net user admin hunter /add"), Some(3));
    }
}
