//! A count and what it counts: `1 day`, `3 days`.

use std::fmt::Display;

/// The count, and the word for one or for many of them.
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let word = if count == N::from(1) { one } else { many };
    format!("{count} {word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_one() {
        let days = [0_i64, 1, 2, -1].map(|count| counted(count, "day", "days"));
        assert_eq!(days, ["0 days", "1 day", "2 days", "-1 days"]);
    }
}
