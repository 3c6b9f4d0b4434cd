//! As much of BER as LDAP uses: lengths are definite, tags have one byte (RFC 4511 §5.1).

use crate::dialogue::Extent;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const SEQUENCE: u8 = 0x30;

/// What the bytes so far are, where a SEQUENCE of at most `limit` bytes is expected.
pub(crate) fn extent(bytes: &[u8], limit: usize) -> Extent {
    let Some((tag, rest)) = bytes.split_first() else {
        return Extent::Part;
    };
    if *tag != SEQUENCE {
        return Extent::Foreign;
    }
    match length(rest) {
        Length::Missing => Extent::Part,
        Length::Foreign => Extent::Foreign,
        Length::Of { content, behind } => match content.checked_add(bytes.len() - behind.len()) {
            Some(whole) if whole > limit => Extent::TooLong,
            Some(_) if behind.len() == content => Extent::Whole,
            Some(_) if behind.len() < content => Extent::Part,
            _ => Extent::Foreign,
        },
    }
}

/// The length of an element.
enum Length<'a> {
    Missing,
    /// Indefinite, or longer than anything.
    Foreign,
    Of {
        content: usize,
        behind: &'a [u8],
    },
}

/// A length of up to four bytes, not always the shortest form: some servers write four whatever it is.
fn length(bytes: &[u8]) -> Length<'_> {
    let Some((first, behind)) = bytes.split_first() else {
        return Length::Missing;
    };
    let count = match *first {
        short @ 0..=0x7f => {
            return Length::Of {
                content: usize::from(short),
                behind,
            };
        }
        long @ 0x81..=0x84 => usize::from(long & 0x7f),
        _ => return Length::Foreign,
    };
    match behind.split_at_checked(count) {
        Some((digits, behind)) => Length::Of {
            content: number(digits),
            behind,
        },
        None => Length::Missing,
    }
}

/// Up to four bytes as a number.
fn number(digits: &[u8]) -> usize {
    digits
        .iter()
        .fold(0, |sum: usize, digit| sum << 8 | usize::from(*digit))
}

/// Reads elements one after the other; `None` is said of what is none.
pub(super) struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    pub(super) const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag and content of the next element.
    pub(super) fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, rest) = self.rest.split_first()?;
        let Length::Of { content, behind } = length(rest) else {
            return None;
        };
        let (content, rest) = behind.split_at_checked(content)?;
        self.rest = rest;
        Some((*tag, content))
    }

    /// The content of the next element, which has this tag.
    pub(super) fn element(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.any()
            .filter(|(found, _)| *found == tag)
            .map(|(_, content)| content)
    }

    /// The next element, which is a number of 0 or more: an INTEGER or an ENUMERATED.
    pub(super) fn number(&mut self, tag: u8) -> Option<u32> {
        let content = self.element(tag)?;
        match content {
            [0..=0x7f, more @ ..] if more.len() < 4 => number(content).try_into().ok(),
            _ => None,
        }
    }
}

/// An element with this content.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short @ 0..=0x7f) => bytes.push(short),
        _ => {
            bytes.push(0x84);
            let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

/// A number in the fewest bytes that leave the first bit for the sign.
pub(super) fn integer(value: u32) -> Vec<u8> {
    let digits = u64::from(value).to_be_bytes();
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let sign = digits.get(zeros).is_none_or(|first| *first > 0x7f);
    let digits = digits.get(zeros - usize::from(sign)..).unwrap_or_default();
    element(INTEGER, digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_whole_when_its_length_says_so() {
        for (bytes, expected) in [
            (&b""[..], Extent::Part),
            (b"\x30", Extent::Part),
            (b"\x30\x00", Extent::Whole),
            (b"\x30\x02\x05", Extent::Part),
            (b"\x30\x02\x05\x00", Extent::Whole),
            (b"\x30\x84\x00\x00\x00", Extent::Part),
            (b"\x30\x84\x00\x00\x00\x02\x05\x00", Extent::Whole),
            (b"\x30\x81\x5e", Extent::Part),
            (b"\x30\x81\x62", Extent::TooLong),
            (b"\x30\x84\xff\xff\xff\xff", Extent::TooLong),
            (b"\x30\x80", Extent::Foreign),
            (b"\x30\x85", Extent::Foreign),
            (b"\x30\xff", Extent::Foreign),
            (b"\x16", Extent::Foreign),
        ] {
            assert_eq!(extent(bytes, 100), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn numbers_come_back_and_negative_ones_are_none() {
        for value in [0, 1, 127, 128, 255, 256, 65535, 0x7fff_ffff] {
            let bytes = integer(value);
            let mut elements = Elements::new(&bytes);
            assert_eq!(elements.number(INTEGER), Some(value), "{bytes:x?}");
            assert!(elements.is_empty());
        }
        assert_eq!(integer(0), b"\x02\x01\x00");
        assert_eq!(integer(128), b"\x02\x02\x00\x80");
        for bytes in [
            &b"\x02\x00"[..],
            b"\x02\x01\xff",
            b"\x02\x05\x00\x00\x00\x00\x01",
            b"\x0a\x01\x01",
            b"\x02\x02\x01",
        ] {
            assert_eq!(Elements::new(bytes).number(INTEGER), None, "{bytes:x?}");
        }
    }

    #[test]
    fn an_element_is_found_by_its_tag() {
        let long = element(OCTET_STRING, &[7; 300]);
        assert_eq!(long.len(), 306);
        assert_eq!(
            Elements::new(&long).element(OCTET_STRING),
            Some(&[7; 300][..])
        );
        assert_eq!(Elements::new(&long).element(SEQUENCE), None);
        assert_eq!(Elements::new(&long[..305]).element(OCTET_STRING), None);
    }
}
