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
    /// from what stands in them.
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
