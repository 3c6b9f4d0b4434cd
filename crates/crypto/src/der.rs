//! Just enough DER to see what kind of key something is.

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const SEQUENCE: u8 = 0x30;
/// `[0]`, constructed.
pub(crate) const CONTEXT_0: u8 = 0xa0;

/// A cursor over the elements of one DER value. Everything fails with `None`.
#[derive(Clone, Copy)]
pub(crate) struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The elements of the SEQUENCE that `bytes` is, with nothing behind it.
    pub(crate) fn sequence_of(bytes: &'a [u8]) -> Option<Self> {
        let mut outer = Self::new(bytes);
        let inner = outer.expect(SEQUENCE)?;
        outer.is_empty().then_some(Self(inner))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tag of the next element.
    pub(crate) fn tag(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The content of the next element, which must have `tag`.
    pub(crate) fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, content) = self.next()?;
        (found == tag).then_some(content)
    }

    /// The next element's tag and content. Lengths must be minimal (X.690 §10.1).
    pub(crate) fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let len = match first {
            0..=0x7f => usize::from(first),
            0x81..=0x83 => {
                let (length, behind) = rest.split_at_checked(usize::from(first - 0x80))?;
                rest = behind;
                let len = length
                    .iter()
                    .fold(0, |len, &byte| len << 8 | usize::from(byte));
                let minimal = length[0] != 0 && len > 0x7f;
                minimal.then_some(len)?
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        Some((tag, content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_in_order_with_their_content() {
        let mut der = Der::sequence_of(&[0x30, 5, 0x02, 1, 7, 0x04, 0]).unwrap();
        assert_eq!(der.tag(), Some(INTEGER));
        assert_eq!(der.expect(INTEGER), Some(&[7][..]));
        assert_eq!(der.next(), Some((OCTET_STRING, &[][..])));
        assert!(der.is_empty());
        assert_eq!(der.next(), None);
    }

    #[test]
    fn long_lengths_are_read_and_must_be_minimal() {
        let mut long = vec![0x04, 0x82, 1, 0];
        long.resize(4 + 256, 9);
        assert_eq!(
            Der::new(&long).expect(OCTET_STRING).map(<[u8]>::len),
            Some(256)
        );
        for padded in [
            &[0x04, 0x81, 1, 9][..],
            &[0x04, 0x82, 0, 1, 9],
            &[0x04, 0x80, 0, 0],
        ] {
            assert_eq!(Der::new(padded).next(), None);
        }
    }

    #[test]
    fn what_ends_early_or_late_is_refused() {
        assert_eq!(Der::new(&[0x04, 2, 9]).next(), None);
        assert_eq!(Der::new(&[0x04]).next(), None);
        assert_eq!(Der::new(&[0x04, 0x82, 1]).next(), None);
        assert!(Der::sequence_of(&[0x30, 0, 0]).is_none());
    }
}
