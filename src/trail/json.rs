//! A scanner of JSON that makes no tree: where a string, a value, a member of an object ends.
//!
//! A [`Window`] of bytes at a time, in safe Rust. It is looser than the grammar inside of values that nobody asks for,
//! and never stricter: what it refuses is read by `serde_json` instead, and a property test holds the two equal.

mod window;

use std::borrow::Cow;
use std::ops::Range;

use self::window::Window;

/// Deeper values are not read; `serde_json` has the same limit.
pub const MOST_LEVELS: u32 = 127;

/// Why a value could not be followed to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The text ends first.
    Ends,
    /// It is nested too deep; here.
    Deep(usize),
    /// Something else stands here.
    Wrong(usize),
}

/// Where the string ends whose first byte after the quote is at `at`: the place of its closing quote.
#[inline]
pub fn string_end(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    loop {
        if let Some(window) = Window::at(text, at) {
            match window.quote_or_escape() {
                Some(place) => at += place,
                None => {
                    at += Window::WIDTH;
                    continue;
                }
            }
        }
        match text.get(at) {
            None => return Err(Broken::Ends),
            Some(b'"') => return Ok(at),
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

/// The first byte from `at` on that is no white space.
#[inline]
pub fn skip_space(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// One past the value that starts at `at`.
#[inline]
pub fn value_end(text: &[u8], at: usize) -> Result<usize, Broken> {
    match text.get(at) {
        None => Err(Broken::Ends),
        Some(b'"') => string_end(text, at + 1).map(|end| end + 1),
        Some(b'{' | b'[') => nested_end(text, at),
        Some(_) => scalar_end(text, at),
    }
}

/// `true`, `null`, a number. At the very end of the text more could follow.
fn scalar_end(text: &[u8], from: usize) -> Result<usize, Broken> {
    let mut at = from;
    loop {
        match text.get(at) {
            None => return Err(Broken::Ends),
            Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.') => at += 1,
            Some(_) if at == from => return Err(Broken::Wrong(at)),
            Some(_) => return Ok(at),
        }
    }
}

/// One past an object or array. Its brackets must be pairs; a bit for each open one says which.
fn nested_end(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    let (mut kinds, mut depth) = (0_u128, 0_u32);
    loop {
        if let Some(window) = Window::at(text, at) {
            match window.quote_or_bracket() {
                Some(place) => at += place,
                None => {
                    at += Window::WIDTH;
                    continue;
                }
            }
        }
        match text.get(at) {
            None => return Err(Broken::Ends),
            Some(b'"') => {
                at = string_end(text, at + 1)? + 1;
                // `"key":"value","key":"value"` as AWS writes it: from text to text, with no look at what is between.
                while let Some([b':' | b',', b'"']) = text.get(at..).and_then(|rest| rest.first_chunk()) {
                    at = string_end(text, at + 2)? + 1;
                }
            }
            Some(open @ (b'{' | b'[')) => {
                depth += 1;
                if depth > MOST_LEVELS {
                    return Err(Broken::Deep(at));
                }
                kinds = (kinds << 1) | u128::from(*open == b'{');
                at += 1;
            }
            Some(close @ (b'}' | b']')) => {
                if (kinds & 1 == 1) != (*close == b'}') {
                    return Err(Broken::Wrong(at));
                }
                kinds >>= 1;
                depth -= 1;
                at += 1;
                if depth == 0 {
                    return Ok(at);
                }
            }
            Some(_) => at += 1,
        }
    }
}

/// Where something is in a text.
pub type Place = Range<usize>;

/// Shows every member of the object that starts at `at`: its key without quotes, as it is written, and where its
/// value starts. `each` returns where the value ends. Returns one past the object.
pub fn members<'t>(
    text: &'t [u8],
    at: usize,
    each: &mut impl FnMut(&'t [u8], usize) -> Result<usize, Broken>,
) -> Result<usize, Broken> {
    let mut at = skip_space(text, at + 1);
    if text.get(at) == Some(&b'}') {
        return Ok(at + 1);
    }
    loop {
        let (key, value) = member(text, at)?;
        at = skip_space(text, each(text.get(key).unwrap_or_default(), value)?);
        match text.get(at) {
            None => return Err(Broken::Ends),
            Some(b',') => at = skip_space(text, at + 1),
            Some(b'}') => return Ok(at + 1),
            Some(_) => return Err(Broken::Wrong(at)),
        }
    }
}

/// The key at `at`, and where its value starts.
#[inline]
pub fn member(text: &[u8], at: usize) -> Result<(Place, usize), Broken> {
    match text.get(at) {
        None => return Err(Broken::Ends),
        Some(b'"') => {}
        Some(_) => return Err(Broken::Wrong(at)),
    }
    let end = string_end(text, at + 1)?;
    let colon = skip_space(text, end + 1);
    match text.get(colon) {
        None => Err(Broken::Ends),
        Some(b':') => Ok((at + 1..end, skip_space(text, colon + 1))),
        Some(_) => Err(Broken::Wrong(colon)),
    }
}

/// The value of a member of the object that `object` is, as it is written. Of two of one name the last one counts.
pub fn get<'t>(object: &'t [u8], name: &str) -> Option<&'t [u8]> {
    let mut found = None;
    walk(object, &mut |key, value| {
        // A key with an escape is longer than what it says.
        let is_escaped = || key.len() > name.len() && key.contains(&b'\\') && unescaped(key) == name;
        if key == name.as_bytes() || is_escaped() {
            found = Some(value);
        }
    });
    found
}

/// Shows the members of an object, keys and values as they are written. Ends where something is not understood.
pub fn walk<'t>(object: &'t [u8], each: &mut impl FnMut(&'t [u8], &'t [u8])) {
    if object.first() != Some(&b'{') {
        return;
    }
    let _ = members(object, 0, &mut |key, start| {
        let end = value_end(object, start)?;
        each(key, object.get(start..end).unwrap_or_default());
        Ok(end)
    });
}

/// The elements of an array as they are written. Ends where something is not understood.
pub fn items(array: &[u8]) -> Vec<&[u8]> {
    let mut all = Vec::new();
    if array.first() != Some(&b'[') {
        return all;
    }
    let mut at = skip_space(array, 1);
    while array.get(at).is_some_and(|byte| *byte != b']') {
        let Ok(end) = value_end(array, at) else { break };
        all.extend(array.get(at..end));
        at = skip_space(array, end);
        if array.get(at) == Some(&b',') {
            at = skip_space(array, at + 1);
        }
    }
    all
}

/// The text of a string as it is written, quotes included; `None` for every other value.
pub fn text(value: &[u8]) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    Some(unescaped(inner))
}

/// What is between the quotes of a string, without its escapes. What is no UTF-8 is replaced.
pub fn unescaped(inner: &[u8]) -> Cow<'_, str> {
    if !inner.contains(&b'\\') {
        return String::from_utf8_lossy(inner);
    }
    let mut quoted = Vec::with_capacity(inner.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(inner);
    quoted.push(b'"');
    let text = String::from_utf8_lossy(&quoted);
    match serde_json::from_str::<String>(&text) {
        Ok(text) => Cow::Owned(text),
        // A wrong escape: as it is written, so that nothing is lost.
        Err(_) => Cow::Owned(String::from_utf8_lossy(inner).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_they_end() {
        for (text, end) in [
            (r#""a\"b",1"#, 6),
            (r#"{"a":[1,"]}"],"b":{}} "#, 21),
            ("12.5e+3,", 7),
            ("null}", 4),
            (r#"["long enough to need more than one word","\\"]x"#, 47),
        ] {
            assert_eq!(value_end(text.as_bytes(), 0), Ok(end), "{text}");
        }
        assert_eq!(value_end(br#"{"a":1]"#, 0), Err(Broken::Wrong(6)));
        assert_eq!(value_end(br#"{"a":"b\"#, 0), Err(Broken::Ends));
        assert_eq!(value_end(b"12", 0), Err(Broken::Ends), "more digits could follow");
        let deep = "[".repeat(200);
        assert_eq!(value_end(deep.as_bytes(), 0), Err(Broken::Deep(127)));
    }

    #[test]
    fn members_are_found_by_name() {
        let object = br#"{ "a" : "x", "b\u0041":[1, 2] , "a":{"c":null} }"#;
        assert_eq!(get(object, "a"), Some(br#"{"c":null}"#.as_slice()));
        assert_eq!(items(get(object, "bA").unwrap()), [b"1", b"2"]);
        assert_eq!(get(object, "none"), None);
        assert_eq!(text(br#""a\nb""#).unwrap(), "a\nb");
        assert_eq!(text(b"\"a\\qb\"").unwrap(), "a\\qb");
    }
}
