//! ```text
//! struct {
//!     opaque verify_data[Hash.length];
//! } Finished;
//! ```
//! RFC 9846 §4.5.3.

use super::header::message;
use crate::codepoint::HandshakeType;
use crate::reader::{DecodeError, Reader};

/// The proof that the sender saw the same handshake and has its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// A MAC over the transcript. How long it must be, the suite knows; comparing it checks that too.
    pub verify_data: Vec<u8>,
}

impl Finished {
    /// Reads the body, all of it.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            verify_data: r.rest().to_vec(),
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::FINISHED, |w| w.bytes(&self.verify_data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Handshake;

    #[test]
    fn verify_data_of_any_length_comes_back() {
        for length in [0, 12, 32, 48] {
            let message = Finished {
                verify_data: vec![6; length],
            };
            assert_eq!(
                Handshake::decode(&message.encode()),
                Ok(Handshake::Finished(message))
            );
        }
    }
}
