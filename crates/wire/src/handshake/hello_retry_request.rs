//! The same structure as ServerHello, with the random that says so (RFC 9846 §4.2.4).

use super::{Random, ServerHello, SessionId};
use crate::codepoint::{CipherSuite, ProtocolVersion};
use crate::extension::{Carrier, Extensions};
use crate::reader::{DecodeError, Problem, Reader};

/// A server's request for another ClientHello.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelloRetryRequest {
    /// TLS 1.2, if the server keeps to the rules.
    pub legacy_version: ProtocolVersion,
    /// The client's bytes back.
    pub legacy_session_id_echo: SessionId,
    /// The suite the ServerHello will have.
    pub cipher_suite: CipherSuite,
    /// Zero, if the server keeps to the rules.
    pub legacy_compression_method: u8,
    /// `supported_versions`, and what the next ClientHello is to change.
    pub extensions: Extensions,
}

impl HelloRetryRequest {
    /// Reads the body of a ServerHello with the special random.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let hello = ServerHello::decode_either(r, Carrier::HelloRetryRequest)?;
        if hello.random != Random::HELLO_RETRY_REQUEST {
            return Err(DecodeError::new("random", Problem::IllegalValue));
        }
        Ok(Self {
            legacy_version: hello.legacy_version,
            legacy_session_id_echo: hello.legacy_session_id_echo,
            cipher_suite: hello.cipher_suite,
            legacy_compression_method: hello.legacy_compression_method,
            extensions: hello.extensions,
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        ServerHello {
            legacy_version: self.legacy_version,
            random: Random::HELLO_RETRY_REQUEST,
            legacy_session_id_echo: self.legacy_session_id_echo,
            cipher_suite: self.cipher_suite,
            legacy_compression_method: self.legacy_compression_method,
            extensions: self.extensions.clone(),
        }
        .encode()
    }

    /// Whether the ServerHello body that comes next is one; nothing is read. It is the first thing that is
    /// looked at: RFC 9846 §4.2.3 (12).
    pub(super) fn is_next(r: &Reader<'_>) -> bool {
        let mut ahead = r.clone();
        let random = ahead
            .u16("legacy_version")
            .and_then(|_| ahead.array("random"));
        random.is_ok_and(|random| Random(random) == Random::HELLO_RETRY_REQUEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Handshake;
    use crate::codepoint::{ExtensionType, NamedGroup};
    use crate::extension::{Cookie, KeyShareHelloRetryRequest, SelectedVersion};

    fn retry() -> HelloRetryRequest {
        let mut extensions = Extensions::new();
        extensions.push(&SelectedVersion(ProtocolVersion::TLS1_3));
        extensions.push(&KeyShareHelloRetryRequest(NamedGroup::SECP384R1));
        extensions.push(&Cookie(vec![1, 2, 3]));
        HelloRetryRequest {
            legacy_version: ProtocolVersion::TLS1_2,
            legacy_session_id_echo: SessionId::from([4; 32]),
            cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
            legacy_compression_method: 0,
            extensions,
        }
    }

    #[test]
    fn a_retry_comes_back_as_a_retry() {
        let message = retry().encode();
        assert_eq!(message[0], 2);
        assert_eq!(
            Handshake::decode(&message),
            Ok(Handshake::HelloRetryRequest(retry()))
        );
    }

    #[test]
    fn a_retry_carries_no_pre_shared_key() {
        let mut retry = retry();
        retry
            .extensions
            .push_raw(ExtensionType::PRE_SHARED_KEY, vec![0, 0]);
        let error = Handshake::decode(&retry.encode()).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "pre_shared_key",
                problem: Problem::NotAllowedHere
            }
        );
    }

    #[test]
    fn another_random_is_no_retry() {
        let mut message = retry().encode();
        message[6] ^= 1;
        let error = HelloRetryRequest::decode(&mut Reader::new(&message[4..])).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "random",
                problem: Problem::IllegalValue
            }
        );
        assert!(!HelloRetryRequest::is_next(&Reader::new(&message[4..])));
        assert!(!HelloRetryRequest::is_next(&Reader::new(&message[4..20])));
    }
}
