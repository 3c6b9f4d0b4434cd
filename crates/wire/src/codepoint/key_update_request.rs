//! `enum { update_not_requested(0), update_requested(1), (255) } KeyUpdateRequest;` (RFC 9846 §4.7.3)

/// Whether the receiver of a KeyUpdate is to update its own keys too. Any other value is an error, so this one is
/// a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyUpdateRequest {
    /// `update_not_requested`
    UpdateNotRequested,
    /// `update_requested`
    UpdateRequested,
}

impl KeyUpdateRequest {
    /// The value for a byte, if it is one of the two.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::UpdateNotRequested),
            1 => Some(Self::UpdateRequested),
            _ => None,
        }
    }

    /// The byte for the value.
    pub const fn byte(self) -> u8 {
        match self {
            Self::UpdateNotRequested => 0,
            Self::UpdateRequested => 1,
        }
    }
}
