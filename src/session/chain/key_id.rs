//! The account that an access key's id tells: keys made since 2019 hold it.
//!
//! AWS does not document the form. `sts get-access-key-info` gives the same answer, and asks AWS for it.

/// Letters of base 32, in order.
pub(super) const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// `AKIA`, `ASIA`.
const PREFIX: usize = 4;
/// So many letters hold the account and a bit on each side of it.
pub(super) const HOLDS: usize = 10;

/// The number of the account, twelve digits. `None` for an old id, and for what is no id.
pub(super) fn account(id: &str) -> Option<String> {
    let (prefix, rest) = id.split_at_checked(PREFIX)?;
    let is_key = matches!(prefix, "AKIA" | "ASIA") && id.len() == 20;
    // Older ids start with I or J after the prefix, and hold no account.
    if !is_key || rest.starts_with(['I', 'J']) {
        return None;
    }
    let mut bits: u64 = 0;
    for letter in rest.bytes().take(HOLDS) {
        let value = LETTERS.iter().position(|one| *one == letter)?;
        bits = (bits << 5) | u64::try_from(value).ok()?;
    }
    // 50 bits: the first 48 are bytes; of those the first bit is not the account's, nor are the last seven.
    let account = ((bits >> 2) & 0x7fff_ffff_ff80) >> 7;
    (account < 1_000_000_000_000).then(|| format!("{account:012}"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::id_of;
    use super::*;

    #[test]
    fn the_account_is_read_out_of_an_id() {
        for number in [123_456_789_012, 1, 999_999_999_999] {
            assert_eq!(account(&id_of("AKIA", number)), Some(format!("{number:012}")));
        }
        assert_eq!(account(&id_of("ASIA", 210_987_654_321)).as_deref(), Some("210987654321"));
        // AWS's example is of the old form.
        for other in
            ["AKIAIOSFODNN7EXAMPLE", "AIDACKCEVSQ6C2EXAMPLE", "", "AKIA", "AKIAé", "akiaqqqqqqqqqqqqqqqq"]
        {
            assert_eq!(account(other), None, "{other}");
        }
    }
}
