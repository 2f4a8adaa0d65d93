//! Where commands take passwords: the rows of `rules/commands.toml` that say so.

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
}

#[derive(Deserialize, Default)]
struct File {
    #[serde(default)]
    literal: Vec<Place>,
}

static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| {
    // The text is part of the program, and a test reads it: it can't fail for a user.
    let file: File = toml::from_str(include_str!("../../../../rules/commands.toml")).unwrap_or_default();
    file.literal
});

/// The command that the words of a line call, as far as they were read.
#[derive(Default)]
pub(super) struct Called {
    /// Rows of commands that were named.
    rows: Vec<&'static Place>,
    /// The next word is a password.
    next: bool,
    /// Operands since the command's name.
    operands: Vec<String>,
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

impl Called {
    /// The command ends here.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// Takes the next word, without its quotes, and says what of it is a password.
    pub(super) fn word(&mut self, word: &str) -> Password {
        if std::mem::take(&mut self.next) && !word.starts_with('-') {
            return Password::From(0);
        }
        let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
        let name = name.strip_suffix(".exe").unwrap_or(name);
        let named = PLACES.iter().filter(|row| row.command.eq_ignore_ascii_case(name));
        let before = self.rows.len();
        self.rows.extend(named);
        if self.rows.len() > before {
            self.rows.drain(..before);
            self.operands.clear();
            return Password::None;
        }
        let rows: Vec<&Place> =
            self.rows.iter().copied().filter(|row| row.is_meant(&self.operands)).collect();
        for row in &rows {
            if row.next.iter().any(|option| option == word) {
                self.next = true;
                return Password::None;
            }
            let glued = row.attached.iter().find(|option| {
                word.get(..option.len()).is_some_and(|start| start.eq_ignore_ascii_case(option))
            });
            if let Some(option) = glued.filter(|option| word.len() > option.len()) {
                return Password::From(option.len());
            }
        }
        if word.starts_with('-') || word.is_empty() {
            return Password::None;
        }
        if rows
            .iter()
            .any(|row| row.word.is_some_and(|number| number + row.words.len() == self.operands.len()))
        {
            return Password::From(0);
        }
        if self.operands.len() < MOST_OPERANDS && !self.rows.is_empty() {
            self.operands.push(word.to_owned());
        }
        Password::None
    }
}

impl Place {
    /// Whether the row's words were said.
    fn is_meant(&self, operands: &[String]) -> bool {
        self.words.iter().zip(operands).all(|(word, said)| word == said) && operands.len() >= self.words.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_knows_passwords() {
        let file: File = toml::from_str(include_str!("../../../../rules/commands.toml")).unwrap();
        assert!(file.literal.len() > 5);
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
