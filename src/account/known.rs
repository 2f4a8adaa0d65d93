//! What is known, and what is not known and why. A guess is neither.

/// A fact, or the reason why it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known<T> {
    /// It is so.
    Is(T),
    /// Nobody told; the reason in a few words, without a full stop.
    Unknown(String),
}

impl<T> Known<T> {
    /// Not known, for a reason.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown(why.into())
    }

    /// The fact, where it is known.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Is(fact) => Some(fact),
            Self::Unknown(_) => None,
        }
    }

    /// Why it is not known.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Is(_) => None,
            Self::Unknown(why) => Some(why),
        }
    }

    /// The fact made into another one.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Self::Is(fact) => Known::Is(make(fact)),
            Self::Unknown(why) => Known::Unknown(why),
        }
    }

    /// This one; where it is not known, the other one.
    pub fn or(self, other: impl FnOnce(&str) -> Self) -> Self {
        match self {
            Self::Is(_) => self,
            Self::Unknown(why) => other(&why),
        }
    }
}

impl Known<bool> {
    /// Known, and so.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Is(true))
    }

    /// Known, and not so.
    pub fn is_false(&self) -> bool {
        matches!(self, Self::Is(false))
    }

    /// `yes`, `no` or `unknown`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Is(true) => "yes",
            Self::Is(false) => "no",
            Self::Unknown(_) => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_neither_true_nor_false() {
        let unknown: Known<bool> = Known::unknown("denied");
        assert!(!unknown.is_true() && !unknown.is_false());
        assert_eq!((unknown.word(), unknown.why(), unknown.get()), ("unknown", Some("denied"), None));
        assert_eq!(unknown.clone().or(|_| Known::Is(true)), Known::Is(true));
        assert_eq!(Known::Is(false).or(|_| Known::Is(true)), Known::Is(false));
        assert_eq!(unknown.map(|flag| !flag), Known::unknown("denied"));
    }
}
