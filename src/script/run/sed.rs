//! The commands of `sed`: which files it writes of itself, and whether it prints nothing else.

use super::call::{Call, is_option};
use super::editors::{HOLE, UNKNOWN};
use super::wire::known_start;

/// What a program of `sed` writes.
pub struct Written {
    /// Files of `w` and of the flag `w`.
    pub paths: Vec<String>,
    /// With `-n`, nothing is printed.
    pub silent: bool,
}

/// Reads a program, in which a mark stands for each hole. What is not understood may print.
pub fn written(script: &str) -> Written {
    let mut reader = Reader { rest: script, paths: Vec::new(), silent: !script.contains(UNKNOWN) };
    while !reader.rest.is_empty() {
        reader.command();
    }
    Written { paths: reader.paths, silent: reader.silent }
}

/// `-n`, and all of its commands are among its arguments.
pub fn is_quiet(call: &Call<'_>) -> bool {
    let options = || call.arguments.iter().filter(|text| is_option(text)).map(known_start);
    let quiet = options().any(|option| {
        let letters = option.strip_prefix('-').and_then(|letters| letters.split_once('n'));
        matches!(option, "--quiet" | "--silent")
            || letters.is_some_and(|(before, _)| before.chars().all(|letter| "rEsuz".contains(letter)))
    });
    quiet && options().all(is_plain)
}

/// An option that brings in no commands that we have not read: `-f x`, `-es/x/y/p`, `--expr=p`.
fn is_plain(option: &str) -> bool {
    const LONG: [&str; 6] =
        ["--quiet", "--silent", "--expression", "--regexp-extended", "--separate", "--unbuffered"];
    if option.starts_with("--") {
        return LONG.contains(&option) || option.starts_with("--expression=");
    }
    let letters = option.strip_suffix('e').unwrap_or(option);
    letters.chars().skip(1).all(|letter| "nrEsuz".contains(letter))
}

struct Reader<'s> {
    rest: &'s str,
    paths: Vec<String>,
    silent: bool,
}

impl<'s> Reader<'s> {
    fn command(&mut self) {
        self.address();
        let Some(letter) = self.next() else { return };
        match letter {
            '}' | '{' | ';' | '\n' | 'd' | 'D' | 'g' | 'G' | 'h' | 'H' | 'n' | 'N' | 'x' | 'z' => {}
            'q' | 'Q' => self.skip(|c| c.is_ascii_digit() || c == ' '),
            '#' => drop(self.line()),
            ':' | 'b' | 't' | 'T' => self.skip(|c| !matches!(c, ';' | '\n' | '}')),
            'w' | 'W' => self.file(),
            's' | 'y' => {
                let Some(mark) = self.next() else { return };
                self.part(mark);
                self.part(mark);
                self.flags();
            }
            // A text, a file or a command stands to the end of the line.
            'a' | 'i' | 'c' | 'r' | 'R' | 'e' => {
                self.silent = false;
                self.line();
            }
            _ => {
                self.silent = false;
                self.skip(|c| !matches!(c, ';' | '\n' | '}'));
            }
        }
    }

    fn address(&mut self) {
        loop {
            self.skip(|c| c.is_whitespace() || c.is_ascii_digit() || ";,$!~+".contains(c));
            let mark = match self.rest.chars().next() {
                Some('/') => self.next(),
                Some('\\') => self.next().and_then(|_| self.next()),
                _ => return,
            };
            let Some(mark) = mark else { return };
            self.part(mark);
            self.skip(|c| matches!(c, 'I' | 'M'));
        }
    }

    fn flags(&mut self) {
        loop {
            self.skip(|c| matches!(c, 'g' | 'i' | 'I' | 'm' | 'M' | ' ') || c.is_ascii_digit());
            match self.rest.chars().next() {
                None | Some(';' | '\n' | '}') => return,
                Some('w') => {
                    self.next();
                    return self.file();
                }
                Some(_) => {
                    self.silent = false;
                    self.next();
                }
            }
        }
    }

    /// A path to the end of the line.
    fn file(&mut self) {
        let path = self.line().trim().replace([HOLE, UNKNOWN], "${…}");
        if matches!(path.as_str(), "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1") {
            self.silent = false;
        } else if !path.is_empty() && !super::editors::is_device(&path) {
            self.paths.push(path);
        }
    }

    /// To the next mark that is not escaped.
    fn part(&mut self, mark: char) {
        let mut escaped = false;
        while let Some(letter) = self.next() {
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if letter == mark => return,
                // `[/]`: how it is read depends on the program.
                '[' => self.silent &= !self.rest.split(']').next().unwrap_or_default().contains(mark),
                _ => {}
            }
        }
        self.silent = false;
    }

    fn line(&mut self) -> &'s str {
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        line
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = self.rest.get(letter.len_utf8()..).unwrap_or_default();
        Some(letter)
    }

    fn skip(&mut self, skipped: impl Fn(char) -> bool) {
        self.rest = self.rest.trim_start_matches(skipped);
    }
}
