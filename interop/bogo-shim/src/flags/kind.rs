//! What kinds of flags there are.

use crate::options::Options;

/// What a flag does to the options.
pub(super) enum Flag {
    /// It stands alone.
    Switch(fn(&mut Options)),
    /// A decimal number follows.
    Number(fn(&mut Options, i64)),
    /// A text follows.
    Text(fn(&mut Options, &str)),
    /// Bytes in base64 follow.
    Base64(fn(&mut Options, Vec<u8>)),
}

impl Flag {
    pub(super) fn has_value(&self) -> bool {
        !matches!(self, Self::Switch(_))
    }

    /// `None`: the value cannot be read.
    pub(super) fn apply(&self, options: &mut Options, value: &str) -> Option<()> {
        match self {
            Self::Switch(set) => set(options),
            Self::Number(set) => set(options, value.parse().ok()?),
            Self::Text(set) => set(options, value),
            Self::Base64(set) => {
                let bytes = data_encoding::BASE64.decode(value.as_bytes()).ok()?;
                set(options, bytes);
            }
        }
        Some(())
    }
}

/// A code point of two bytes; the runner gives no others.
pub(super) fn code(value: i64) -> u16 {
    u16::try_from(value).unwrap_or_default()
}

/// A count, a length or a number of seconds; none is below zero.
pub(super) fn count(value: i64) -> usize {
    usize::try_from(value).unwrap_or_default()
}

pub(super) fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

/// A name; an empty one is none.
pub(super) fn name(value: &str) -> Option<String> {
    text(value).filter(|name| !name.is_empty())
}

/// For what is so in this shim anyway, or makes no difference to it.
pub(super) fn nothing(_: &mut Options) {}
