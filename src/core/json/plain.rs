//! Where the plain part of a string ends: the one question that is asked of nearly every byte of a review.

/// The first byte from `at` on that ends a string, begins an escape or is a control character; the end if none is.
///
/// Sixteen bytes at a time, in which most strings of a review end.
#[inline]
pub(in crate::core) fn plain(bytes: &[u8], at: usize) -> usize {
    let mut rest = bytes.get(at..).unwrap_or_default();
    while let Some((low, behind)) = rest.split_first_chunk()
        && let Some((high, more)) = behind.split_first_chunk()
    {
        let (low, high) = (special(*low), special(*high));
        if low | high != 0 {
            let bit = if low == 0 {
                64 + high.trailing_zeros()
            } else {
                low.trailing_zeros()
            };
            return bytes.len() - rest.len() + (bit / 8) as usize;
        }
        rest = more;
    }
    bytes.len() - rest.len() + plain_end(rest)
}

/// The highest bit of each byte that is not plain, up to the first of them.
///
/// A byte that is lower than another borrows from those above it when that is subtracted: so the lowest bit that is left
/// is right, and the higher ones may not be. A quote with its second bit turned is a blank, and control characters stay
/// what they are, so that both are found as what is not above a blank.
#[inline]
fn special(bytes: [u8; 8]) -> u64 {
    const HIGHEST: u64 = u64::from_ne_bytes([0x80; 8]);
    const SECOND: u64 = u64::from_ne_bytes([0x02; 8]);
    const ABOVE_BLANK: u64 = u64::from_ne_bytes([b' ' + 1; 8]);
    const BACKSLASH: u64 = u64::from_ne_bytes([b'\\'; 8]);
    const ONE: u64 = u64::from_ne_bytes([1; 8]);
    let word = u64::from_le_bytes(bytes);
    let low = (word ^ SECOND).wrapping_sub(ABOVE_BLANK);
    let backslash = (word ^ BACKSLASH).wrapping_sub(ONE);
    (low | backslash) & !word & HIGHEST
}

/// The same for the last bytes of a text.
#[inline(never)]
fn plain_end(rest: &[u8]) -> usize {
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
    rest.iter().position(is_special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::plain;

    proptest! {
        #[test]
        fn the_first_byte_that_is_not_plain_is_found(
            text in "([ -~é\u{0}-\u{1f}]|[!#-\\[\\]-~é ]{0,40}){0,6}",
            at in 0_usize..60,
        ) {
            let bytes = text.as_bytes();
            let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
            let expected = bytes.iter().skip(at).position(is_special);
            let expected = expected.map_or(bytes.len().max(at), |found| at + found);
            prop_assert_eq!(plain(bytes, at).max(at), expected);
        }
    }
}
