//! ```text
//! struct {
//!     Extension extensions<0..2^16-1>;
//! } EncryptedExtensions;
//! ```
//! RFC 9846 §4.4.1.

use super::header::message;
use crate::codepoint::HandshakeType;
use crate::extension::{Carrier, Extensions};
use crate::reader::{DecodeError, Reader};

/// The server's answers to extensions that the key exchange does not need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedExtensions {
    /// The answers.
    pub extensions: Extensions,
}

impl EncryptedExtensions {
    /// Reads the body; what may not stand here does not: RFC 9846 §4.4.1 (2, 3).
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            extensions: Extensions::decode(r, Carrier::EncryptedExtensions)?,
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::ENCRYPTED_EXTENSIONS, |w| {
            self.extensions.encode(w);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Handshake;
    use crate::codepoint::ExtensionType;
    use crate::extension::{EarlyDataIndication, ProtocolNameList, ServerNameAck};
    use crate::reader::Problem;

    #[test]
    fn answers_come_back() {
        let mut extensions = Extensions::new();
        extensions.push(&ServerNameAck);
        extensions.push(&ProtocolNameList(vec![b"h2".to_vec()]));
        extensions.push(&EarlyDataIndication);
        let message = EncryptedExtensions { extensions };
        assert_eq!(
            Handshake::decode(&message.encode()),
            Ok(Handshake::EncryptedExtensions(message))
        );
    }

    #[test]
    fn the_list_may_be_empty_but_not_missing() {
        let message = EncryptedExtensions {
            extensions: Extensions::new(),
        };
        assert_eq!(message.encode(), [8, 0, 0, 2, 0, 0]);
        assert_eq!(
            Handshake::decode(&message.encode()),
            Ok(Handshake::EncryptedExtensions(message))
        );
        assert_eq!(
            Handshake::decode(&[8, 0, 0, 0]).unwrap_err().problem,
            Problem::Truncated
        );
    }

    #[test]
    fn what_would_change_the_keys_comes_too_late_here() {
        // RFC 9846 §4.4.1 (2, 3).
        for stray in [
            ExtensionType::KEY_SHARE,
            ExtensionType::SUPPORTED_VERSIONS,
            ExtensionType::EC_POINT_FORMATS,
        ] {
            let mut extensions = Extensions::new();
            extensions.push_raw(stray, vec![3, 4]);
            let error =
                Handshake::decode(&EncryptedExtensions { extensions }.encode()).unwrap_err();
            assert_eq!(error.problem, Problem::NotAllowedHere);
        }
    }
}
