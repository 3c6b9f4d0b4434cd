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
    /// Reads the body.
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
