//! ```text
//! struct {
//!     ProtocolVersion legacy_version = 0x0303;    /* TLS v1.2 */
//!     Random random;
//!     opaque legacy_session_id<0..32>;
//!     CipherSuite cipher_suites<2..2^16-2>;
//!     opaque legacy_compression_methods<1..2^8-1>;
//!     Extension extensions<7..2^16-1>;
//! } ClientHello;
//! ```
//! RFC 9846 §4.2.2.

use super::header::message;
use super::{Random, SessionId};
use crate::codepoint::{CipherSuite, ExtensionType, HandshakeType, ProtocolVersion};
use crate::extension::{Carrier, Extensions};
use crate::reader::{DecodeError, Reader};

/// What a client offers, for all versions at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello {
    /// The best version of a client that knows no `supported_versions`; TLS 1.2 otherwise.
    pub legacy_version: ProtocolVersion,
    /// The client's random value.
    pub random: Random,
    /// A TLS 1.2 session to resume, or bytes to please middleboxes.
    pub legacy_session_id: SessionId,
    /// The suites offered, best first.
    pub cipher_suites: Vec<CipherSuite>,
    /// `legacy_compression_methods`: only the null method, if the client keeps to TLS 1.3.
    pub compression_methods: Vec<u8>,
    /// The extensions. Empty when the block is missing, as from clients older than extensions.
    pub extensions: Extensions,
}

impl ClientHello {
    /// Reads the body. The bounds on `extensions` are those of TLS 1.2, since whether TLS 1.3 is meant is known only
    /// from what stands in them. Nothing stands behind them, whatever the version: RFC 9846 §4.2.2 (16, 17).
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            legacy_version: ProtocolVersion(r.u16("legacy_version")?),
            random: Random(r.array("random")?),
            legacy_session_id: SessionId::decode(r, "legacy_session_id")?,
            cipher_suites: r
                .sub16("cipher_suites", 2..=0xfffe)?
                .each(|r| r.u16("cipher_suites").map(CipherSuite))?,
            compression_methods: r.vec8("legacy_compression_methods", 1..=255)?.to_vec(),
            extensions: match r.is_empty() {
                true => Extensions::new(),
                false => Extensions::decode(r, Carrier::ClientHello)?,
            },
        })
    }

    /// The whole message. Without extensions there is no block either.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::CLIENT_HELLO, |w| {
            w.u16(self.legacy_version.0);
            w.bytes(&self.random.0);
            self.legacy_session_id.encode(w);
            w.vec16(|w| self.cipher_suites.iter().for_each(|suite| w.u16(suite.0)));
            w.vec8(|w| w.bytes(&self.compression_methods));
            if !self.extensions.is_empty() {
                self.extensions.encode(w);
            }
        })
    }

    /// Where in a whole ClientHello message the list of binders begins, its two-byte length included: what stands
    /// before is the truncated ClientHello that the binders cover (§4.3.11.2). `None` without an offer of
    /// pre-shared keys at the message's end.
    pub fn binders_offset(message: &[u8]) -> Option<usize> {
        let mut r = Reader::new(message);
        let msg_type = HandshakeType(r.u8("msg_type").ok()?);
        let length = r.u24("length").ok()?;
        if msg_type != HandshakeType::CLIENT_HELLO || usize::try_from(length) != Ok(r.remaining()) {
            return None;
        }
        r.u16("legacy_version").ok()?;
        r.array::<32>("random").ok()?;
        r.vec8("legacy_session_id", 0..=32).ok()?;
        r.vec16("cipher_suites", 2..=0xfffe).ok()?;
        r.vec8("legacy_compression_methods", 1..=255).ok()?;
        let mut last = None;
        let extensions = r.u16("extensions").ok()?;
        if usize::from(extensions) != r.remaining() {
            return None;
        }
        while !r.is_empty() {
            let extension_type = ExtensionType(r.u16("extension_type").ok()?);
            let data = r.vec16("extension_data", 0..=0xffff).ok()?;
            last = Some((extension_type, data));
        }
        let (ExtensionType::PRE_SHARED_KEY, data) = last? else {
            return None;
        };
        let mut psks = Reader::new(data);
        psks.vec16("identities", 7..=0xffff).ok()?;
        let offset = message.len() - psks.remaining();
        psks.vec16("binders", 33..=0xffff).ok()?;
        psks.is_empty().then_some(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Handshake;
    use crate::codepoint::NamedGroup;
    use crate::extension::{OfferedPsks, PskIdentity, SupportedGroups, SupportedVersions};
    use crate::reader::Problem;

    fn hello(extensions: Extensions) -> ClientHello {
        ClientHello {
            legacy_version: ProtocolVersion::TLS1_2,
            random: Random([7; 32]),
            legacy_session_id: SessionId::from([9; 32]),
            cipher_suites: vec![CipherSuite::grease(1), CipherSuite::TLS_AES_128_GCM_SHA256],
            compression_methods: vec![0],
            extensions,
        }
    }

    fn offer() -> Extensions {
        let mut extensions = Extensions::new();
        extensions.push(&SupportedVersions(vec![ProtocolVersion::TLS1_3]));
        extensions.push_raw(ExtensionType::grease(2), vec![]);
        extensions.push(&SupportedGroups(vec![NamedGroup::X25519]));
        extensions
    }

    fn psks() -> OfferedPsks {
        let identity = |byte| PskIdentity {
            identity: vec![byte; 40],
            obfuscated_ticket_age: 5,
        };
        OfferedPsks {
            identities: vec![identity(1), identity(2)],
            binders: vec![vec![3; 32], vec![4; 48]],
        }
    }

    fn problem(message: &[u8]) -> DecodeError {
        Handshake::decode(message).unwrap_err()
    }

    #[test]
    fn a_hello_comes_back_with_what_nobody_knows_in_it() {
        let hello = hello(offer());
        assert_eq!(
            Handshake::decode(&hello.encode()),
            Ok(Handshake::ClientHello(hello))
        );
    }

    #[test]
    fn a_hello_older_than_extensions_has_none() {
        // RFC 9846 §4.2.2 (16).
        let message = hello(Extensions::new()).encode();
        assert_eq!(message.len(), 4 + 2 + 32 + 33 + 6 + 2);
        assert_eq!(
            Handshake::decode(&message),
            Ok(Handshake::ClientHello(hello(Extensions::new())))
        );
    }

    #[test]
    fn an_empty_block_of_extensions_is_no_extensions_too() {
        let mut message = hello(Extensions::new()).encode();
        message.extend([0, 0]);
        message[3] += 2;
        assert_eq!(
            Handshake::decode(&message),
            Ok(Handshake::ClientHello(hello(Extensions::new())))
        );
    }

    #[test]
    fn nothing_may_follow_the_extensions() {
        // RFC 9846 §4.2.2 (16, 17).
        let mut message = hello(offer()).encode();
        message.push(0);
        message[3] += 1;
        assert_eq!(
            problem(&message),
            DecodeError {
                field: "ClientHello",
                problem: Problem::TrailingData
            }
        );
    }

    #[test]
    fn lists_that_may_not_be_empty_are_not() {
        let mut without = hello(offer());
        without.cipher_suites.clear();
        let error = problem(&without.encode());
        assert_eq!(
            error,
            DecodeError {
                field: "cipher_suites",
                problem: Problem::LengthOutOfRange
            }
        );
        let mut without = hello(offer());
        without.compression_methods.clear();
        let error = problem(&without.encode());
        assert_eq!(
            error,
            DecodeError {
                field: "legacy_compression_methods",
                problem: Problem::LengthOutOfRange
            }
        );
    }

    #[test]
    fn a_session_id_has_thirty_two_bytes_at_most() {
        let mut message = hello(offer()).encode();
        message[4 + 2 + 32] = 33;
        let error = problem(&message);
        assert_eq!(
            error,
            DecodeError {
                field: "legacy_session_id",
                problem: Problem::LengthOutOfRange
            }
        );
    }

    #[test]
    fn an_odd_list_of_suites_is_refused() {
        let mut odd = hello(Extensions::new()).encode();
        odd[4 + 2 + 32 + 33 + 1] -= 1;
        assert_eq!(
            problem(&odd),
            DecodeError {
                field: "cipher_suites",
                problem: Problem::Truncated
            }
        );
    }

    #[test]
    fn pre_shared_keys_must_be_offered_last() {
        // RFC 9846 §4.3.11 (11).
        let mut extensions = Extensions::new();
        extensions.push(&psks());
        extensions.push_raw(ExtensionType::PADDING, vec![0; 3]);
        let error = problem(&hello(extensions).encode());
        assert_eq!(
            error,
            DecodeError {
                field: "pre_shared_key",
                problem: Problem::NotAllowedHere
            }
        );
    }

    #[test]
    fn the_binders_begin_where_the_identities_end() {
        let mut extensions = offer();
        extensions.push(&psks());
        let message = hello(extensions).encode();
        let binders = 2 + 33 + 49;
        assert_eq!(
            ClientHello::binders_offset(&message),
            Some(message.len() - binders)
        );
        assert_eq!(message[message.len() - binders..][..3], [0, 82, 32]);
    }

    #[test]
    fn without_pre_shared_keys_at_the_end_there_are_no_binders() {
        let message = hello(offer()).encode();
        assert_eq!(ClientHello::binders_offset(&message), None);
        assert_eq!(
            ClientHello::binders_offset(&hello(Extensions::new()).encode()),
            None
        );

        let mut extensions = offer();
        extensions.push(&psks());
        let message = hello(extensions.clone()).encode();
        assert!(
            (0..message.len()).all(|end| ClientHello::binders_offset(&message[..end]).is_none())
        );
        let mut other_type = message;
        other_type[0] = 2;
        assert_eq!(ClientHello::binders_offset(&other_type), None);
        extensions.push_raw(ExtensionType::PADDING, vec![]);
        assert_eq!(
            ClientHello::binders_offset(&hello(extensions).encode()),
            None
        );
    }

    #[test]
    fn a_hello_made_too_long_by_what_a_server_gave_is_cut_and_never_panics() {
        let mut extensions = offer();
        let identity = PskIdentity {
            identity: vec![1; 0xffff],
            obfuscated_ticket_age: 0,
        };
        extensions.push(&OfferedPsks {
            identities: vec![identity],
            binders: vec![vec![0; 32]],
        });
        let message = hello(extensions).encode();
        assert!(Handshake::decode(&message).is_err());
        assert_eq!(ClientHello::binders_offset(&message), None);
    }
}
