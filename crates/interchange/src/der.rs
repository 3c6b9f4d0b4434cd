//! As much of DER (X.690 §10) as sessions are written in: BOOLEAN, INTEGER, OCTET STRING,
//! UTF8String, SEQUENCE and explicit tags.

use core::fmt;

use zeroize::Zeroizing;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const SEQUENCE: u8 = 0x30;

/// `[number]` for numbers up to 30, constructed: what wraps an explicitly tagged field.
pub(crate) const fn explicit(number: u8) -> u8 {
    0xa0 | number
}

/// The number of an explicit tag; `None` for any other tag.
pub(crate) const fn explicit_number(tag: u16) -> Option<u8> {
    match tag {
        0xa0..=0xbe => Some((tag & 0x1f) as u8),
        0xbf1f..=0xbf7f => Some((tag & 0x7f) as u8),
        _ => None,
    }
}

/// What can be wrong with an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DerProblem {
    /// It ends before its length says.
    Truncated,
    /// Its length is not in the shortest form, or longer than any session.
    Length,
    /// Something stands behind it.
    TrailingData,
    /// It has another tag than is due.
    Tag {
        /// The tag that is due.
        expected: u8,
        /// The tag it has; two bytes for numbers above 30.
        found: u16,
    },
    /// An INTEGER that is negative, too large, or not in its shortest form.
    Integer,
    /// A BOOLEAN that is neither true nor false.
    Boolean,
    /// A string of a length that the field does not allow.
    StringLength(usize),
}

impl fmt::Display for DerProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("ends early"),
            Self::Length => f.write_str("has a length that DER does not allow here"),
            Self::TrailingData => {
                f.write_str("is followed by something that does not belong there")
            }
            Self::Tag { expected, found } => {
                write!(f, "has the tag {found:#04x} where {expected:#04x} is due")
            }
            Self::Integer => f.write_str("is not a number that fits"),
            Self::Boolean => f.write_str("is neither true nor false"),
            Self::StringLength(len) => {
                write!(f, "has {len} bytes, which is not a length it can have")
            }
        }
    }
}

/// A cursor over the elements of one constructed value.
#[derive(Clone, Copy)]
pub(crate) struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next element's tag, which stays the next.
    pub(crate) fn peek(&self) -> Option<u16> {
        self.tag().ok().map(|(tag, _)| tag)
    }

    /// Numbers from 31 on take a second byte, and no number here is above 127.
    fn tag(&self) -> Result<(u16, &'a [u8]), DerProblem> {
        match self.0 {
            [first, number @ 0x1f..=0x7f, rest @ ..] if first & 0x1f == 0x1f => {
                Ok((u16::from_be_bytes([*first, *number]), rest))
            }
            [first, rest @ ..] if first & 0x1f != 0x1f => Ok((u16::from(*first), rest)),
            [_, _, ..] => Err(DerProblem::Length),
            _ => Err(DerProblem::Truncated),
        }
    }

    /// The next element's tag and content. Lengths are minimal: X.690 §10.1.
    pub(crate) fn next(&mut self) -> Result<(u16, &'a [u8]), DerProblem> {
        let (tag, rest) = self.tag()?;
        let (&first, mut rest) = rest.split_first().ok_or(DerProblem::Truncated)?;
        let len = match first {
            0..=0x7f => usize::from(first),
            // Sixteen megabytes hold any session.
            0x81..=0x83 => {
                let (bytes, behind) = rest
                    .split_at_checked(usize::from(first & 0x7f))
                    .ok_or(DerProblem::Truncated)?;
                rest = behind;
                let len = bytes
                    .iter()
                    .fold(0, |len, &byte| len << 8 | usize::from(byte));
                if len <= 0x7f || bytes.first() == Some(&0) {
                    return Err(DerProblem::Length);
                }
                len
            }
            _ => return Err(DerProblem::Length),
        };
        let (content, rest) = rest.split_at_checked(len).ok_or(DerProblem::Truncated)?;
        self.0 = rest;
        Ok((tag, content))
    }

    /// The content of the next element, which must have this tag.
    pub(crate) fn expect(&mut self, expected: u8) -> Result<&'a [u8], DerProblem> {
        match self.next()? {
            (found, content) if found == u16::from(expected) => Ok(content),
            (found, _) => Err(DerProblem::Tag { expected, found }),
        }
    }

    /// The next element, an INTEGER of 0 to 2^64-1.
    pub(crate) fn unsigned(&mut self) -> Result<u64, DerProblem> {
        let content = self.expect(INTEGER)?;
        let digits = match content {
            [] | [0x80..=0xff, ..] | [0, 0..=0x7f, ..] => return Err(DerProblem::Integer),
            [0, digits @ ..] if !digits.is_empty() => digits,
            digits => digits,
        };
        if digits.len() > 8 {
            return Err(DerProblem::Integer);
        }
        Ok(digits
            .iter()
            .fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    /// The next element, a BOOLEAN: X.690 §11.1 has one spelling of true.
    pub(crate) fn boolean(&mut self) -> Result<bool, DerProblem> {
        match self.expect(BOOLEAN)? {
            [0] => Ok(false),
            [0xff] => Ok(true),
            _ => Err(DerProblem::Boolean),
        }
    }

    /// The next element whole, its tag and length included.
    pub(crate) fn element(&mut self) -> Result<&'a [u8], DerProblem> {
        let before = self.0;
        self.next()?;
        let len = before.len() - self.0.len();
        Ok(before
            .split_at_checked(len)
            .map_or(before, |(whole, _)| whole))
    }

    /// The next element, an OCTET STRING of at most `longest` bytes.
    pub(crate) fn octets(&mut self, longest: usize) -> Result<&'a [u8], DerProblem> {
        let content = self.expect(OCTET_STRING)?;
        if content.len() > longest {
            Err(DerProblem::StringLength(content.len()))
        } else {
            Ok(content)
        }
    }

    /// Nothing may be left.
    pub(crate) const fn finish(self) -> Result<(), DerProblem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(DerProblem::TrailingData)
        }
    }
}

/// Elements on their way out. What is written may be secret, so it is wiped.
pub(crate) struct Builder(Zeroizing<Vec<u8>>);

impl Builder {
    /// With room for so many bytes, so that no copy is left behind by growing.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(bytes)))
    }

    /// One element.
    pub(crate) fn element(&mut self, tag: u8, content: &[u8]) {
        self.header(tag, content.len());
        self.0.extend_from_slice(content);
    }

    /// An INTEGER.
    pub(crate) fn unsigned(&mut self, value: u64) {
        let bytes = value.to_be_bytes();
        let zeros = bytes.iter().take(7).take_while(|byte| **byte == 0).count();
        let digits = bytes.get(zeros..).unwrap_or(&bytes);
        let sign = usize::from(digits.first().is_some_and(|first| *first >= 0x80));
        self.header(INTEGER, digits.len() + sign);
        self.0.extend(core::iter::repeat_n(0, sign));
        self.0.extend_from_slice(digits);
    }

    /// `[number]`, explicit, around what `write` writes.
    pub(crate) fn field(&mut self, number: u8, write: impl FnOnce(&mut Self)) {
        let mut inner = Self::with_capacity(64);
        write(&mut inner);
        self.element(explicit(number), &inner.0);
    }

    /// `[number]`, explicit, around an INTEGER.
    pub(crate) fn unsigned_field(&mut self, number: u8, value: u64) {
        self.field(number, |inner| inner.unsigned(value));
    }

    /// `[number]`, explicit, around an OCTET STRING.
    pub(crate) fn octets_field(&mut self, number: u8, content: &[u8]) {
        self.field(number, |inner| inner.element(OCTET_STRING, content));
    }

    /// Everything written, as one SEQUENCE.
    pub(crate) fn into_sequence(self) -> Zeroizing<Vec<u8>> {
        let mut whole = Self::with_capacity(self.0.len() + 8);
        whole.element(SEQUENCE, &self.0);
        whole.0
    }

    fn header(&mut self, tag: u8, len: usize) {
        self.0.push(tag);
        let bytes = len.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let digits = bytes.get(zeros..).unwrap_or(&bytes);
        match u8::try_from(len) {
            Ok(short @ 0..=0x7f) => self.0.push(short),
            _ => {
                // At most eight digits: a length is a usize.
                self.0.push(0x80 | digits.len() as u8);
                self.0.extend_from_slice(digits);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn integer(content: &[u8]) -> Result<u64, DerProblem> {
        let mut builder = Builder::with_capacity(16);
        builder.element(INTEGER, content);
        Elements::new(&builder.0).unsigned()
    }

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(integer(&[0]), Ok(0));
        assert_eq!(integer(&[0x7f]), Ok(127));
        assert_eq!(integer(&[0, 0x80]), Ok(128));
        assert_eq!(
            integer(&[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            Ok(u64::MAX)
        );
        for wrong in [
            &[][..],
            &[0x80],
            &[0xff, 0xff],
            &[0, 0],
            &[0, 0x7f],
            &[1, 0, 0, 0, 0, 0, 0, 0, 0],
        ] {
            assert_eq!(integer(wrong), Err(DerProblem::Integer), "{wrong:?}");
        }
    }

    #[test]
    fn a_length_has_one_spelling() {
        for wrong in [
            &[4, 0x80][..],
            &[4, 0x81, 5, 1, 2, 3, 4, 5],
            &[4, 0x82, 0, 200],
            &[4, 0x84, 1, 0, 0, 0],
            &[4, 0xff],
        ] {
            assert_eq!(
                Elements::new(wrong).next(),
                Err(DerProblem::Length),
                "{wrong:?}"
            );
        }
        for short in [
            &[][..],
            &[4],
            &[4, 2, 0],
            &[4, 0x82, 1],
            &[4, 0x81, 0x80, 7],
        ] {
            assert_eq!(
                Elements::new(short).next(),
                Err(DerProblem::Truncated),
                "{short:?}"
            );
        }
    }

    #[test]
    fn true_has_one_spelling_and_false_another() {
        let boolean = |content: u8| Elements::new(&[BOOLEAN, 1, content]).boolean();
        assert_eq!((boolean(0), boolean(0xff)), (Ok(false), Ok(true)));
        assert_eq!(boolean(1), Err(DerProblem::Boolean));
        assert_eq!(
            Elements::new(&[BOOLEAN, 0]).boolean(),
            Err(DerProblem::Boolean)
        );
    }

    #[test]
    fn a_number_above_thirty_takes_a_second_byte_of_the_tag() {
        let mut elements = Elements::new(&[0xbf, 0x21, 1, 7, 0xbe, 0]);
        assert_eq!(elements.peek(), Some(0xbf21));
        assert_eq!(elements.next(), Ok((0xbf21, &[7][..])));
        assert_eq!(elements.next(), Ok((0xbe, &[][..])));
        assert_eq!(explicit_number(0xbf21), Some(33));
        assert_eq!(explicit_number(0xbe), Some(30));
        assert_eq!(explicit_number(0x30), None);
        // A number that fits into the first byte, and one of three bytes.
        for wrong in [&[0xbf, 0x1e, 0][..], &[0xbf, 0x81, 0x01, 0]] {
            assert_eq!(Elements::new(wrong).next(), Err(DerProblem::Length));
        }
        assert_eq!(Elements::new(&[0xbf]).next(), Err(DerProblem::Truncated));
    }

    #[test]
    fn an_element_is_taken_whole() {
        let mut elements = Elements::new(&[4, 1, 7, 2, 1, 0]);
        assert_eq!(elements.element(), Ok(&[4, 1, 7][..]));
        assert_eq!(elements.unsigned(), Ok(0));
        assert_eq!(elements.element(), Err(DerProblem::Truncated));
    }

    #[test]
    fn another_tag_is_told_with_the_one_that_is_due() {
        let mut elements = Elements::new(&[OCTET_STRING, 1, 7]);
        assert_eq!(
            elements.unsigned(),
            Err(DerProblem::Tag {
                expected: INTEGER,
                found: OCTET_STRING.into()
            })
        );
    }

    proptest! {
        #[test]
        fn numbers_are_read_back(value: u64) {
            let mut builder = Builder::with_capacity(16);
            builder.unsigned(value);
            let mut elements = Elements::new(&builder.0);
            prop_assert_eq!(elements.unsigned(), Ok(value));
            prop_assert!(elements.is_empty());
        }

        #[test]
        fn strings_are_read_back(len in 0usize..70_000) {
            let mut builder = Builder::with_capacity(0);
            builder.octets_field(10, &vec![7; len]);
            let whole = builder.into_sequence();
            let mut outer = Elements::new(&whole);
            let mut fields = Elements::new(outer.expect(SEQUENCE).unwrap());
            let mut field = Elements::new(fields.expect(explicit(10)).unwrap());
            prop_assert_eq!(field.octets(usize::MAX).map(<[u8]>::len), Ok(len));
            prop_assert!(field.finish().is_ok() && fields.finish().is_ok() && outer.finish().is_ok());
        }
    }
}
