//! How a run ended, as far as the next one has to know.

/// How a job stood after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether it was audited at all.
    pub audited: bool,
    /// Whether a finding makes it fail.
    pub fails: bool,
    /// Whether a gap could hide a finding.
    pub partial: bool,
}

impl Standing {
    /// Nothing was audited.
    pub const NOT_AUDITED: Self = Self { audited: false, fails: false, partial: false };
    /// Audited whole, and nothing makes it fail.
    pub const CLEAN: Self = Self { audited: true, fails: false, partial: false };

    const ALL: [Self; 5] = [
        Self::NOT_AUDITED,
        Self::CLEAN,
        Self { audited: true, fails: true, partial: false },
        Self { audited: true, fails: false, partial: true },
        Self { audited: true, fails: true, partial: true },
    ];

    /// The word that histories and messages keep.
    pub fn word(self) -> &'static str {
        match (self.audited, self.fails, self.partial) {
            (false, ..) => "not-audited",
            (true, false, false) => "clean",
            (true, true, false) => "fails",
            (true, false, true) => "partial",
            (true, true, true) => "fails-in-part",
        }
    }

    /// The standing that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_word() {
        for standing in Standing::ALL {
            assert_eq!(Standing::from_word(standing.word()), Some(standing));
        }
        assert_eq!(Standing::from_word("?"), None);
    }
}
