//! A name as its words, without copying it.

/// More words than this are the middle of a long name, which decides nothing.
const MOST_WORDS: usize = 16;

/// The first word and the last ones of a name, as written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'n> {
    words: [&'n str; MOST_WORDS],
    length: usize,
}

impl<'n> Words<'n> {
    /// Splits at everything that is no letter or digit, at `aB`, at `1B` and before the last capital of
    /// `ABc`: `myHTTPServer_2` is `my HTTP Server 2`.
    pub(super) fn split(name: &'n str) -> Self {
        let mut all = Self { words: [""; MOST_WORDS], length: 0 };
        let bytes = name.as_bytes();
        let mut start = 0;
        for at in 0..=bytes.len() {
            let here = bytes.get(at).copied();
            let cut = match here {
                None => true,
                Some(byte) if !is_word_byte(byte) => true,
                Some(byte) => {
                    at > start && is_seam(bytes.get(at - 1).copied(), byte, bytes.get(at + 1).copied())
                }
            };
            if cut {
                if let Some(word) = name.get(start..at).filter(|word| !word.is_empty()) {
                    all.push(word);
                }
                start = at + usize::from(here.is_some_and(|byte| !is_word_byte(byte)));
            }
        }
        all
    }

    /// Full: the second word goes, so that the first and the last ones stay.
    fn push(&mut self, word: &'n str) {
        if self.length == MOST_WORDS {
            self.words.copy_within(2.., 1);
            self.length -= 1;
        }
        if let Some(slot) = self.words.get_mut(self.length) {
            *slot = word;
            self.length += 1;
        }
    }

    fn all(&self) -> &[&'n str] {
        self.words.get(..self.length).unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn first(&self) -> Option<&'n str> {
        self.all().first().copied()
    }

    pub(super) fn last(&self) -> Option<&'n str> {
        self.all().last().copied()
    }

    /// The word `back` places before the last one.
    pub(super) fn word_back(&self, back: usize) -> Option<&'n str> {
        self.all().iter().rev().nth(back).copied()
    }

    pub(super) fn drop_last(&mut self, count: usize) {
        self.length = self.length.saturating_sub(count);
    }

    pub(super) fn any(&self, meets: impl Fn(&str) -> bool) -> bool {
        self.all().iter().any(|word| meets(word))
    }

    /// The words before the first one, not at the start, that `stops`.
    pub(super) fn before_first(mut self, stops: impl Fn(&str) -> bool) -> Self {
        if let Some(at) = self.all().iter().skip(1).position(|word| stops(word)) {
            self.length = at + 1;
        }
        self
    }
}

/// Bytes of other alphabets stay together: we know no words of theirs.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

fn is_seam(before: Option<u8>, here: u8, after: Option<u8>) -> bool {
    let Some(before) = before else { return false };
    if !here.is_ascii_uppercase() {
        return false;
    }
    let starts_word = after.is_some_and(|byte| byte.is_ascii_lowercase());
    // `oauth2Token` is two words, `K8S` is one.
    before.is_ascii_lowercase() || (before.is_ascii_alphanumeric() && starts_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str) -> Vec<&str> {
        Words::split(name).all().to_vec()
    }

    #[test]
    fn every_style_has_the_same_words() {
        assert_eq!(words("db_admin-password.value"), ["db", "admin", "password", "value"]);
        assert_eq!(words("dbAdminPassword"), ["db", "Admin", "Password"]);
        assert_eq!(words("AWSSecretKey"), ["AWS", "Secret", "Key"]);
        assert_eq!(words("oauth2Token"), ["oauth2", "Token"]);
        assert_eq!(words("__K8S_TOKEN__2"), ["K8S", "TOKEN", "2"]);
        assert_eq!(words("clé_é"), ["clé", "é"]);
        assert!(words("-_.").is_empty());
    }

    #[test]
    fn a_long_name_keeps_its_first_and_last_words() {
        let name = format!("enable_{}password", "x_".repeat(40));
        let words = Words::split(&name);
        assert_eq!((words.first(), words.last()), (Some("enable"), Some("password")));
    }
}
