//! A cursor over received bytes that names the field it fails on.

use core::fmt;
use core::ops::RangeInclusive;

/// Reads fields off the front of a byte string. Never reads past its end, never panics.
#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            position: 0,
        }
    }

    /// Whether everything has been read.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes are left.
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// How many bytes have been read.
    pub const fn position(&self) -> usize {
        self.position
    }

    /// A `uint8`.
    pub fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        self.array::<1>(field).map(u8::from_be_bytes)
    }

    /// A `uint16`.
    pub fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        self.array::<2>(field).map(u16::from_be_bytes)
    }

    /// A `uint24`.
    pub fn u24(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        self.array::<3>(field)
            .map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    /// A `uint32`.
    pub fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        self.array::<4>(field).map(u32::from_be_bytes)
    }

    /// A `uint64`.
    pub fn u64(&mut self, field: &'static str) -> Result<u64, DecodeError> {
        self.array::<8>(field).map(u64::from_be_bytes)
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize, field: &'static str) -> Result<&'a [u8], DecodeError> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(DecodeError::new(field, Problem::Truncated));
        };
        self.rest = rest;
        self.position += count;
        Ok(taken)
    }

    /// An `opaque field[N]`.
    pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
        let Some((taken, rest)) = self.rest.split_first_chunk::<N>() else {
            return Err(DecodeError::new(field, Problem::Truncated));
        };
        self.rest = rest;
        self.position += N;
        Ok(*taken)
    }

    /// An `opaque field<bounds>` whose length takes one byte.
    pub fn vec8(
        &mut self,
        field: &'static str,
        bounds: RangeInclusive<usize>,
    ) -> Result<&'a [u8], DecodeError> {
        let length = self.u8(field)?;
        self.bounded(usize::from(length), field, &bounds)
    }

    /// An `opaque field<bounds>` whose length takes two bytes.
    pub fn vec16(
        &mut self,
        field: &'static str,
        bounds: RangeInclusive<usize>,
    ) -> Result<&'a [u8], DecodeError> {
        let length = self.u16(field)?;
        self.bounded(usize::from(length), field, &bounds)
    }

    /// An `opaque field<bounds>` whose length takes three bytes.
    pub fn vec24(
        &mut self,
        field: &'static str,
        bounds: RangeInclusive<usize>,
    ) -> Result<&'a [u8], DecodeError> {
        let [a, b, c] = self.array::<3>(field)?;
        let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        self.bounded(length, field, &bounds)
    }

    /// A reader of a vector whose length takes one byte.
    pub fn sub8(
        &mut self,
        field: &'static str,
        bounds: RangeInclusive<usize>,
    ) -> Result<Self, DecodeError> {
        self.vec8(field, bounds).map(Self::new)
    }

    /// A reader of a vector whose length takes two bytes.
    pub fn sub16(
        &mut self,
        field: &'static str,
        bounds: RangeInclusive<usize>,
    ) -> Result<Self, DecodeError> {
        self.vec16(field, bounds).map(Self::new)
    }

    /// A reader of a vector whose length takes three bytes.
    pub fn sub24(
        &mut self,
        field: &'static str,
        bounds: RangeInclusive<usize>,
    ) -> Result<Self, DecodeError> {
        self.vec24(field, bounds).map(Self::new)
    }

    /// Everything that is left, which may be nothing.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = self.rest;
        self.position += rest.len();
        self.rest = &[];
        rest
    }

    /// Demands that nothing is left.
    pub fn finish(self, field: &'static str) -> Result<(), DecodeError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(DecodeError::new(field, Problem::TrailingData))
        }
    }

    /// Reads items until nothing is left.
    pub(crate) fn each<T>(
        mut self,
        read: impl Fn(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let mut items = Vec::new();
        while !self.is_empty() {
            items.push(read(&mut self)?);
        }
        Ok(items)
    }

    fn bounded(
        &mut self,
        length: usize,
        field: &'static str,
        bounds: &RangeInclusive<usize>,
    ) -> Result<&'a [u8], DecodeError> {
        if !bounds.contains(&length) {
            return Err(DecodeError::new(field, Problem::LengthOutOfRange));
        }
        self.take(length, field)
    }
}

/// Why received bytes are not what they should be: which field, and what about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DecodeError {
    /// The field, extension or message, by its name in the RFC.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

impl DecodeError {
    pub(crate) const fn new(field: &'static str, problem: Problem) -> Self {
        Self { field, problem }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

impl std::error::Error for DecodeError {}

/// What can be wrong with a field. The first three break the syntax (`decode_error`), the others a rule beyond it
/// (`illegal_parameter`): RFC 9846 §6.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Problem {
    /// The bytes end before the field does.
    Truncated,
    /// There are bytes behind the end of the structure.
    TrailingData,
    /// A vector is shorter or longer than its bounds allow.
    LengthOutOfRange,
    /// The value is not one of those allowed.
    IllegalValue,
    /// It is there twice and may be there once.
    Duplicate,
    /// It may not appear in this message, or not at this place.
    NotAllowedHere,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "ends early",
            Self::TrailingData => "has bytes left over",
            Self::LengthOutOfRange => "has a length out of range",
            Self::IllegalValue => "has a value that is not allowed",
            Self::Duplicate => "appears twice",
            Self::NotAllowedHere => "may not appear here",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn problem<T>(result: Result<T, DecodeError>) -> Option<Problem> {
        result.err().map(|error| error.problem)
    }

    #[test]
    fn numbers_are_read_in_network_order() {
        let bytes: Vec<u8> = (1..=18).collect();
        let mut r = Reader::new(&bytes);
        assert_eq!(r.u8("a"), Ok(0x01));
        assert_eq!(r.u16("b"), Ok(0x0203));
        assert_eq!(r.u24("c"), Ok(0x0004_0506));
        assert_eq!(r.u32("d"), Ok(0x0708_090a));
        assert_eq!(r.u64("e"), Ok(0x0b0c_0d0e_0f10_1112));
        assert_eq!((r.position(), r.remaining(), r.is_empty()), (18, 0, true));
        assert_eq!(r.finish("all"), Ok(()));
    }

    #[test]
    fn an_error_names_the_field_and_the_problem() {
        let error = Reader::new(&[0]).u16("ticket_nonce").unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "ticket_nonce",
                problem: Problem::Truncated
            }
        );
        assert_eq!(error.to_string(), "ticket_nonce: ends early");
    }

    #[test]
    fn a_vector_outside_its_bounds_is_refused_before_its_bytes_are_looked_at() {
        assert_eq!(
            problem(Reader::new(&[0]).vec8("v", 1..=2)),
            Some(Problem::LengthOutOfRange)
        );
        assert_eq!(
            problem(Reader::new(&[3]).vec8("v", 1..=2)),
            Some(Problem::LengthOutOfRange)
        );
        assert_eq!(
            problem(Reader::new(&[2, 1]).vec8("v", 1..=2)),
            Some(Problem::Truncated)
        );
        assert_eq!(
            Reader::new(&[2, 1, 9]).vec8("v", 1..=2),
            Ok([1, 9].as_slice())
        );
    }

    #[test]
    fn wider_lengths_are_read_whole() {
        let mut long = vec![0x01, 0x00];
        long.resize(2 + 256, 7);
        assert_eq!(
            Reader::new(&long).vec16("v", 0..=0xffff).map(<[u8]>::len),
            Ok(256)
        );
        let mut longer = vec![0x01, 0x00, 0x00];
        longer.resize(3 + 65_536, 7);
        assert_eq!(
            Reader::new(&longer)
                .vec24("v", 0..=0xff_ffff)
                .map(<[u8]>::len),
            Ok(65_536)
        );
        assert_eq!(
            Reader::new(&longer)
                .sub24("v", 0..=0xff_ffff)
                .map(|r| r.remaining()),
            Ok(65_536)
        );
    }

    #[test]
    fn a_failed_read_leaves_the_reader_where_it_was() {
        let mut r = Reader::new(&[1, 2, 3]);
        assert!(r.u32("n").is_err());
        assert!(r.take(4, "n").is_err());
        assert_eq!((r.position(), r.remaining()), (0, 3));
    }

    #[test]
    fn what_is_left_over_is_an_error_only_for_finish() {
        let mut r = Reader::new(&[1, 2, 3]);
        assert_eq!(problem(r.clone().finish("f")), Some(Problem::TrailingData));
        assert_eq!(r.rest(), [1, 2, 3]);
        assert_eq!(r.rest(), []);
        assert_eq!(r.position(), 3);
    }

    proptest! {
        #[test]
        fn position_and_remaining_always_add_up(bytes: Vec<u8>, steps: Vec<u8>) {
            let mut r = Reader::new(&bytes);
            for step in steps {
                let _ = match step % 7 {
                    0 => r.u8("f").map(drop),
                    1 => r.u64("f").map(drop),
                    2 => r.take(usize::from(step), "f").map(drop),
                    3 => r.vec8("f", 0..=9).map(drop),
                    4 => r.sub16("f", 1..=0xffff).map(drop),
                    5 => r.vec24("f", 0..=0xff_ffff).map(drop),
                    _ => r.array::<32>("f").map(drop),
                };
                prop_assert_eq!(r.position() + r.remaining(), bytes.len());
            }
        }
    }
}
