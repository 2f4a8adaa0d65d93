//! What a token says of itself: checksums, and the account in an AWS access key id.

/// CRC-32 as zlib, Ethernet and PNG compute it (reflected 0xEDB88320).
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let low = crc & 1;
            crc = (crc >> 1) ^ (0xEDB8_8320 & low.wrapping_neg());
        }
    }
    !crc
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A number as six base-62 digits, as GitHub and npm write their checksums.
pub(super) fn base62(number: u32) -> [u8; 6] {
    let mut digits = [b'0'; 6];
    let mut left = number as usize;
    for digit in digits.iter_mut().rev() {
        *digit = BASE62.get(left % 62).copied().unwrap_or(b'0');
        left /= 62;
    }
    digits
}

/// Whether the last six characters after the last `_` are the checksum of those before them: GitHub's tokens
/// (github.blog 2021-04-05) and npm's (github.blog 2021-09-23).
pub(super) fn has_base62_crc(token: &str) -> bool {
    let body = token.rsplit('_').next().unwrap_or_default().as_bytes();
    let Some((payload, sum)) = body.split_last_chunk::<6>() else { return false };
    !payload.is_empty() && base62(crc32(payload)) == *sum
}

/// Whether the eight hex digits after the last `_` are the checksum, least byte first, of all before that `_`:
/// Grafana's service account tokens (grafana/grafana, `satokengen`).
pub(super) fn has_grafana_crc(token: &str) -> bool {
    let Some((payload, sum)) = token.rsplit_once('_') else { return false };
    let written = u32::from_str_radix(sum, 16).map(u32::swap_bytes);
    sum.len() == 8 && written == Ok(crc32(payload.as_bytes()))
}

/// The account that an access key id (`AKIA…`, `ASIA…`) belongs to: 12 digits.
///
/// The 16 characters after the prefix are base32; of the 80 bits the first is a mark and the next 40 are the account.
/// `None` for ids of the old kind (made before 2019; the mark is not set) and for what is no key id.
pub fn account_of_access_key_id(id: &str) -> Option<String> {
    let is_key = ["AKIA", "ASIA", "ABIA", "ACCA"].iter().any(|prefix| id.starts_with(prefix));
    if !is_key || id.len() != 20 {
        return None;
    }
    let mut bits: u64 = 0;
    // 12 characters of five bits: the mark (1), the account (40), and 19 others.
    for byte in id.bytes().skip(4).take(12) {
        bits = (bits << 5) | u64::from(base32_digit(byte)?);
    }
    id.bytes().skip(16).all(|byte| base32_digit(byte).is_some()).then_some(())?;
    let is_new = bits >> 59 == 1;
    let account = (bits >> 19) & 0xFF_FFFF_FFFF;
    (is_new && account < 1_000_000_000_000).then(|| format!("{account:012}"))
}

fn base32_digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
}

/// Bits per byte of a text: 0 for one letter repeated, 4 at most for hex, about 5 for 40 random base64 letters.
pub(super) fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = text.len() as f64;
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total);
    shares.map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_published_ones() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(&base62(61), b"00000z");
        // Made up, with a checksum that starts with zero.
        assert!(has_base62_crc(&["b62_QdwULL38u41vs1OcAjh", "KqcaSZ9W63r0Zu4ln"].concat()));
        assert!(!has_base62_crc(&["b62_QdwULL38u41vs1OcAjh", "KqcaSZ9W63r0Zu4lm"].concat()));
    }

    #[test]
    fn an_access_key_id_tells_its_account() {
        let id = ["ASIA", "QNZGKIQY56JQ7WML"].concat();
        assert_eq!(account_of_access_key_id(&id).as_deref(), Some("029608264753"));
        assert_eq!(account_of_access_key_id(&["AKIA", "IOSFODNN7EXAMPLE"].concat()), None);
        assert_eq!(account_of_access_key_id("AKIA"), None);
        assert_eq!(account_of_access_key_id(&["AKIA", "QNZGKIQY56JQ7WM1"].concat()), None);
    }

    #[test]
    fn entropy_grows_with_disorder() {
        assert!(entropy("aaaaaaaa") < 0.1);
        assert!((entropy("abcdefgh") - 3.0).abs() < 1e-9);
        assert_eq!(entropy(""), 0.0);
    }
}
