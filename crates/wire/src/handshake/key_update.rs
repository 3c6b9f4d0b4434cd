//! ```text
//! enum {
//!     update_not_requested(0), update_requested(1), (255)
//! } KeyUpdateRequest;
//!
//! struct {
//!     KeyUpdateRequest request_update;
//! } KeyUpdate;
//! ```
//! RFC 9846 §4.7.3.

use super::header::message;
use crate::codepoint::{HandshakeType, KeyUpdateRequest};
use crate::reader::{DecodeError, Problem, Reader};

/// The last message under the sender's present keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUpdate {
    /// Whether the receiver is to do the same.
    pub request_update: KeyUpdateRequest,
}

impl KeyUpdate {
    /// Reads the body, in which two values may stand: RFC 9846 §4.7.3 (4).
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match KeyUpdateRequest::from_byte(r.u8("request_update")?) {
            Some(request_update) => Ok(Self { request_update }),
            None => Err(DecodeError::new("request_update", Problem::IllegalValue)),
        }
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::KEY_UPDATE, |w| {
            w.u8(self.request_update.byte());
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Handshake;

    #[test]
    fn both_requests_come_back() {
        for request_update in [
            KeyUpdateRequest::UpdateNotRequested,
            KeyUpdateRequest::UpdateRequested,
        ] {
            let message = KeyUpdate { request_update };
            assert_eq!(message.encode(), [24, 0, 0, 1, request_update.byte()]);
            assert_eq!(
                Handshake::decode(&message.encode()),
                Ok(Handshake::KeyUpdate(message))
            );
        }
    }

    // RFC 9846 §4.7.3 (4): any other value is an illegal parameter.
    #[test]
    fn any_other_request_is_an_illegal_value() {
        for byte in 2..=255 {
            let error = Handshake::decode(&[24, 0, 0, 1, byte]).unwrap_err();
            assert_eq!(
                error,
                DecodeError {
                    field: "request_update",
                    problem: Problem::IllegalValue
                }
            );
        }
    }
}
