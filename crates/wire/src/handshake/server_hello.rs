//! ```text
//! struct {
//!     ProtocolVersion legacy_version = 0x0303;    /* TLS v1.2 */
//!     Random random;
//!     opaque legacy_session_id_echo<0..32>;
//!     CipherSuite cipher_suite;
//!     uint8 legacy_compression_method = 0;
//!     Extension extensions<6..2^16-1>;
//! } ServerHello;
//! ```
//! RFC 9846 §4.2.3.

use super::header::message;
use super::{Random, SessionId};
use crate::codepoint::{CipherSuite, HandshakeType, ProtocolVersion};
use crate::extension::{Carrier, Extensions};
use crate::reader::{DecodeError, Problem, Reader};
use crate::writer::Writer;

/// What a server chose from the client's offer. With the special random it is a
/// [`HelloRetryRequest`](super::HelloRetryRequest) and not this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHello {
    /// The version chosen, if it is TLS 1.2; TLS 1.2 too, if it is TLS 1.3.
    pub legacy_version: ProtocolVersion,
    /// The server's random value.
    pub random: Random,
    /// In TLS 1.3 the client's bytes back, in TLS 1.2 the session.
    pub legacy_session_id_echo: SessionId,
    /// The suite chosen.
    pub cipher_suite: CipherSuite,
    /// Zero, if the server keeps to the rules.
    pub legacy_compression_method: u8,
    /// The extensions. Empty when the block is missing, which TLS 1.2 allows.
    pub extensions: Extensions,
}

impl ServerHello {
    /// Reads the body of a ServerHello that is no HelloRetryRequest.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let hello = Self::decode_either(r, Carrier::ServerHello)?;
        if hello.random == Random::HELLO_RETRY_REQUEST {
            return Err(DecodeError::new("random", Problem::IllegalValue));
        }
        Ok(hello)
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::SERVER_HELLO, |w| self.encode_body(w))
    }

    pub(super) fn decode_either(r: &mut Reader<'_>, carrier: Carrier) -> Result<Self, DecodeError> {
        Ok(Self {
            legacy_version: ProtocolVersion(r.u16("legacy_version")?),
            random: Random(r.array("random")?),
            legacy_session_id_echo: SessionId::decode(r, "legacy_session_id_echo")?,
            cipher_suite: CipherSuite(r.u16("cipher_suite")?),
            legacy_compression_method: r.u8("legacy_compression_method")?,
            extensions: match r.is_empty() {
                true => Extensions::new(),
                false => Extensions::decode(r, carrier)?,
            },
        })
    }

    fn encode_body(&self, w: &mut Writer) {
        w.u16(self.legacy_version.0);
        w.bytes(&self.random.0);
        self.legacy_session_id_echo.encode(w);
        w.u16(self.cipher_suite.0);
        w.u8(self.legacy_compression_method);
        if !self.extensions.is_empty() {
            self.extensions.encode(w);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Handshake;
    use crate::codepoint::{ExtensionType, NamedGroup};
    use crate::extension::{
        KeyShareEntry, KeyShareServerHello, RenegotiationInfo, SelectedVersion,
    };

    fn hello(extensions: Extensions) -> ServerHello {
        ServerHello {
            legacy_version: ProtocolVersion::TLS1_2,
            random: Random([7; 32]),
            legacy_session_id_echo: SessionId::new(&[1, 2]).unwrap(),
            cipher_suite: CipherSuite::TLS_AES_256_GCM_SHA384,
            legacy_compression_method: 0,
            extensions,
        }
    }

    fn choice() -> Extensions {
        let mut extensions = Extensions::new();
        extensions.push(&KeyShareServerHello(KeyShareEntry {
            group: NamedGroup::X25519,
            key_exchange: vec![5; 32],
        }));
        extensions.push(&SelectedVersion(ProtocolVersion::TLS1_3));
        extensions
    }

    #[test]
    fn a_hello_comes_back() {
        let hello = hello(choice());
        assert_eq!(
            Handshake::decode(&hello.encode()),
            Ok(Handshake::ServerHello(hello))
        );
    }

    #[test]
    fn a_hello_of_tls_1_2_comes_back_with_and_without_extensions() {
        let bare = hello(Extensions::new());
        assert_eq!(bare.encode().len(), 4 + 2 + 32 + 3 + 2 + 1);
        assert_eq!(
            Handshake::decode(&bare.encode()),
            Ok(Handshake::ServerHello(bare))
        );
        let mut extensions = Extensions::new();
        extensions.push(&RenegotiationInfo(vec![]));
        let hello = hello(extensions);
        assert_eq!(
            Handshake::decode(&hello.encode()),
            Ok(Handshake::ServerHello(hello))
        );
    }

    #[test]
    fn what_belongs_into_another_message_is_refused() {
        // RFC 9846 §4.3 (5).
        for stray in [
            ExtensionType::COOKIE,
            ExtensionType::RENEGOTIATION_INFO,
            ExtensionType::EARLY_DATA,
        ] {
            let mut extensions = choice();
            extensions.push_raw(stray, vec![0]);
            let error = Handshake::decode(&hello(extensions).encode()).unwrap_err();
            assert_eq!(error.problem, Problem::NotAllowedHere);
        }
    }

    #[test]
    fn the_special_random_makes_it_another_message() {
        // RFC 9846 §4.2.3 (12).
        let mut retry = hello(Extensions::new());
        retry.random = Random::HELLO_RETRY_REQUEST;
        let message = retry.encode();
        assert!(matches!(
            Handshake::decode(&message),
            Ok(Handshake::HelloRetryRequest(_))
        ));
        let error = ServerHello::decode(&mut Reader::new(&message[4..])).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "random",
                problem: Problem::IllegalValue
            }
        );
    }
}
