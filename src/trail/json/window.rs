//! Sixteen bytes at once, and where among them those stand that end a string or nest a value.

use wide::u8x16;

/// Sixteen bytes.
#[derive(Clone, Copy)]
pub struct Window(u8x16);

impl Window {
    /// Bytes in it.
    pub const WIDTH: usize = 16;

    /// The bytes from a place on; `None` where there are too few.
    #[inline]
    pub fn at(text: &[u8], at: usize) -> Option<Self> {
        text.get(at..)?.first_chunk().map(|bytes| Self(u8x16::new(*bytes)))
    }

    /// The first of them that is `"` or `\`.
    #[inline]
    pub fn quote_or_escape(self) -> Option<usize> {
        first(self.equal(b'"') | self.equal(b'\\'))
    }

    /// The first of them that is `"`, `{`, `}`, `[` or `]`.
    #[inline]
    pub fn quote_or_bracket(self) -> Option<usize> {
        // `[` and `]` become `{` and `}`, and those stay.
        let folded = Self(self.0 | u8x16::splat(0x20));
        first(self.equal(b'"') | folded.equal(b'{') | folded.equal(b'}'))
    }

    #[inline]
    fn equal(self, byte: u8) -> u8x16 {
        self.0.simd_eq(u8x16::splat(byte))
    }
}

#[inline]
fn first(hits: u8x16) -> Option<usize> {
    let places = hits.to_bitmask();
    (places != 0).then_some(places.trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_found_where_it_is() {
        for at in 0..Window::WIDTH {
            for byte in 0..=u8::MAX {
                let mut text = [b'a'; Window::WIDTH];
                text[at] = byte;
                let window = Window::at(&text, 0).unwrap();
                let ends = matches!(byte, b'"' | b'\\').then_some(at);
                let nests = matches!(byte, b'"' | b'{' | b'}' | b'[' | b']').then_some(at);
                assert_eq!(window.quote_or_escape(), ends, "{byte} at {at}");
                assert_eq!(window.quote_or_bracket(), nests, "{byte} at {at}");
            }
        }
        assert!(Window::at(&[0; 17], 1).is_some() && Window::at(&[0; 17], 2).is_none());
        assert!(Window::at(&[0; 17], 18).is_none());
    }
}
