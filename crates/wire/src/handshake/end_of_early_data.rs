//! `struct {} EndOfEarlyData;` (RFC 9846 §4.6)

use super::header::message;
use crate::codepoint::HandshakeType;
use crate::reader::{DecodeError, Reader};

/// The client has sent all its early data; what follows is under handshake keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndOfEarlyData;

impl EndOfEarlyData {
    /// Reads the body, which is empty.
    pub fn decode(_: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self)
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::END_OF_EARLY_DATA, |_| {})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Handshake;

    #[test]
    fn it_is_a_header_and_nothing_else() {
        assert_eq!(EndOfEarlyData.encode(), [5, 0, 0, 0]);
        assert_eq!(
            Handshake::decode(&[5, 0, 0, 0]),
            Ok(Handshake::EndOfEarlyData)
        );
    }
}
