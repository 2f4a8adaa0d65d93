//! What an unknown word was probably meant to be.

/// " (did you mean `contains`?)" where one of the known words is near.
pub fn did_you_mean<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    if word.chars().count() > 40 {
        return String::new();
    }
    let near = known.into_iter().map(|other| (edits(word, other), other)).min();
    match near {
        Some((edits, other)) if edits <= 2 && edits < other.len() => format!(" (did you mean `{other}`?)"),
        _ => String::new(),
    }
}

/// Levenshtein distance.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, ours) in left.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, theirs) in right.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let changed = at(&row, j) + usize::from(ours != *theirs);
            next.push(changed.min(at(&row, j + 1) + 1).min(at(&next, j) + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_words_are_proposed() {
        assert_eq!(did_you_mean("fle", ["file", "state"]), " (did you mean `file`?)");
        assert_eq!(did_you_mean("qqqqq", ["file", "state"]), "");
        assert_eq!(did_you_mean("ab", ["cd"]), "");
    }
}
