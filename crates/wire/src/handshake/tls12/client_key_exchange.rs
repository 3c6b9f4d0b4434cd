//! ```text
//! struct {
//!     opaque point <1..2^8-1>;
//! } ECPoint;
//!
//! struct {
//!     ECPoint ecdh_Yc;
//! } ClientKeyExchange;
//! ```
//! RFC 8422 §5.7, the explicit case only.

use super::message;
use crate::codepoint::HandshakeType;
use crate::reader::{DecodeError, Reader};

/// The client's key share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientKeyExchange {
    /// Its public key, in the group the server chose.
    pub public: Vec<u8>,
}

impl ClientKeyExchange {
    /// Reads the body.
    ///
    /// # Errors
    /// When the share is empty or its length does not fit.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            public: r.vec8("ecdh_Yc", 1..=255)?.to_vec(),
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::CLIENT_KEY_EXCHANGE, |w| {
            w.vec8(|w| w.bytes(&self.public));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::tls12::{Handshake, assert_message};

    #[test]
    fn a_share_comes_back_and_is_not_empty() {
        let share = ClientKeyExchange {
            public: vec![4; 65],
        };
        assert_message(&Handshake::ClientKeyExchange(share));
        let empty = ClientKeyExchange { public: vec![] };
        assert!(Handshake::decode(&empty.encode()).is_err());
    }
}
