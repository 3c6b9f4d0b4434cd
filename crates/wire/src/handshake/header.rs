//! The four bytes in front of every handshake message.
//!
//! ```text
//! HandshakeType msg_type;    /* handshake type */
//! uint24 length;             /* remaining bytes in message */
//! ```
//! RFC 9846 §4.

use crate::codepoint::HandshakeType;
use crate::writer::Writer;

/// What a handshake message begins with. Whoever puts messages together from records asks it how much to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeHeader {
    /// Which message follows.
    pub msg_type: HandshakeType,
    /// How many bytes follow.
    pub length: u32,
}

impl HandshakeHeader {
    /// How long the header is.
    pub const LEN: usize = 4;

    /// Reads a header; any four bytes are one.
    pub const fn decode(bytes: &[u8; Self::LEN]) -> Self {
        let [msg_type, a, b, c] = *bytes;
        Self {
            msg_type: HandshakeType(msg_type),
            length: u32::from_be_bytes([0, a, b, c]),
        }
    }
}

/// A whole message: header, then what `body` writes.
pub(super) fn message(msg_type: HandshakeType, body: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::with_capacity(256);
    w.u8(msg_type.0);
    w.vec24(body);
    w.into_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_announces_its_type_and_length() {
        let bytes = message(HandshakeType::FINISHED, |w| w.bytes(&[7; 300]));
        let header = HandshakeHeader::decode(bytes.first_chunk().unwrap());
        assert_eq!(
            header,
            HandshakeHeader {
                msg_type: HandshakeType::FINISHED,
                length: 300
            }
        );
        assert_eq!(bytes.len(), HandshakeHeader::LEN + 300);
    }
}
