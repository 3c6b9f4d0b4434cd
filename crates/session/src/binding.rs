//! Who and what a session was made for: the name asked for, the protocol, the peer.

use core::fmt;
use std::net::IpAddr;

use crate::id::sha256;
use crate::scope::Scope;
use crate::time::Timestamp;

/// Who and what the session was made for; `policy.rs` says who compares what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The name the client asked for.
    pub server_name: Option<ServerName>,
    /// Gates early data only: ALPN is negotiated afresh on every connection.
    pub alpn: Option<Alpn>,
    /// Who the peer proved to be, if it did.
    pub peer: Option<PeerIdentity>,
    /// What the session may be resumed for.
    pub scope: Scope,
}

/// A host as a client names it: a DNS name in lower case, or an IP address.
///
/// The name is in the form of RFC 6066 §3: ASCII (A-labels) and without the trailing dot.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerName {
    text: String,
    is_ip: bool,
}

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// Nothing, or more than 253 bytes; for ALPN more than 255.
    Length,
    /// An empty label, or one of more than 63 bytes; a trailing dot makes one.
    Label,
    /// A byte other than a letter, a digit, `-`, `_` and `.`.
    Character,
    /// It ends in a number and is not an IPv4 address.
    Number,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "the name is empty or too long",
            Self::Label => "the name has an empty or overlong label (a trailing dot makes one)",
            Self::Character => {
                "the name has a character that no host name has; write it in its xn-- form"
            }
            Self::Number => "the name ends in a number and is not an IPv4 address",
        })
    }
}

impl std::error::Error for NameError {}

impl ServerName {
    /// Reads a DNS name or an IP address, without brackets.
    pub fn new(text: &str) -> Result<Self, NameError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self {
                text: address.to_string(),
                is_ip: true,
            });
        }
        if text.is_empty() || text.len() > 253 {
            return Err(NameError::Length);
        }
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        {
            return Err(NameError::Character);
        }
        if text
            .split('.')
            .any(|label| label.is_empty() || label.len() > 63)
        {
            return Err(NameError::Label);
        }
        let last = text.rsplit('.').next().unwrap_or(text);
        if last.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NameError::Number);
        }
        Ok(Self {
            text: text.to_ascii_lowercase(),
            is_ip: false,
        })
    }

    /// The name; an address in its canonical form.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a name of a certificate is for this one: RFC 9525 §6.3 (1, 2, 6, 7), where a leading `*.`
    /// stands for one whole label, and for none of an address.
    pub fn is_covered_by(&self, pattern: &str) -> bool {
        match pattern.strip_prefix("*.") {
            Some(parent) if !self.is_ip => self
                .text
                .split_once('.')
                .is_some_and(|(_label, rest)| rest.eq_ignore_ascii_case(parent)),
            _ => self.text.eq_ignore_ascii_case(pattern),
        }
    }

    /// Whether it is an address, which `server_name` never carries: RFC 6066 §3.
    pub const fn is_ip(&self) -> bool {
        self.is_ip
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerName({})", self.text)
    }
}

impl TryFrom<&str> for ServerName {
    type Error = NameError;

    fn try_from(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl core::str::FromStr for ServerName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

/// One application protocol: RFC 7301 §3.1, `opaque ProtocolName<1..2^8-1>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alpn(Vec<u8>);

impl Alpn {
    /// A protocol of 1 to 255 bytes.
    pub fn new(name: &[u8]) -> Result<Self, NameError> {
        if name.is_empty() || name.len() > 255 {
            Err(NameError::Length)
        } else {
            Ok(Self(name.to_vec()))
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Alpn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl fmt::Debug for Alpn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alpn({self})")
    }
}

/// Who the peer proved to be in the full handshake. A resumed connection shows the same.
#[derive(Clone, PartialEq, Eq)]
pub struct PeerIdentity {
    /// The leaf certificate's subject, as text.
    pub subject: String,
    /// The certificates the peer sent, in DER, the leaf first.
    pub chain: Vec<Vec<u8>>,
    /// The earliest `notAfter` of the verified chain.
    pub not_after: Timestamp,
    /// What a revocation list would name: one entry for each certificate of the verified chain.
    pub issuer_serials: Vec<IssuerSerial>,
}

impl PeerIdentity {
    /// Of a peer that has proven to know the external key of this name: it has shown no certificate, and
    /// is called `psk:` and that name. Nothing of it ends before `not_after`.
    pub fn by_external_psk(name: &[u8], not_after: Timestamp) -> Self {
        Self {
            subject: format!("psk:{}", name.escape_ascii()),
            chain: Vec::new(),
            not_after,
            issuer_serials: Vec::new(),
        }
    }

    /// Whether it has shown a certificate; else an external key stands for it.
    pub fn has_certificate(&self) -> bool {
        !self.chain.is_empty()
    }
}

impl fmt::Debug for PeerIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerIdentity")
            .field("subject", &self.subject)
            .field("certificates", &self.chain.len())
            .field("not_after", &self.not_after)
            .finish()
    }
}

/// One certificate, as a revocation list names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssuerSerial {
    /// SHA-256 of the issuer's name in DER.
    pub issuer_hash: [u8; 32],
    /// The serial number's bytes.
    pub serial: Vec<u8>,
}

impl IssuerSerial {
    /// From the issuer's name in DER and the serial number's bytes.
    pub fn new(issuer_der: &[u8], serial: &[u8]) -> Self {
        Self {
            issuer_hash: sha256(&[issuer_der]),
            serial: serial.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_in_lower_case() {
        let name = ServerName::new("WWW.Example.COM").unwrap();
        assert_eq!(name.as_str(), "www.example.com");
        assert_eq!(name, ServerName::new("www.example.com").unwrap());
        assert!(!name.is_ip());
    }

    #[test]
    fn an_address_has_one_spelling() {
        let name = ServerName::new("2001:DB8:0:0::1").unwrap();
        assert_eq!((name.as_str(), name.is_ip()), ("2001:db8::1", true));
        assert!(ServerName::new("192.0.2.7").unwrap().is_ip());
    }

    #[test]
    fn what_is_no_name_is_refused_by_its_fault() {
        // RFC 9525 §6.2 (1).
        assert_eq!(ServerName::new(""), Err(NameError::Length));
        assert_eq!(ServerName::new(&"a.".repeat(127)), Err(NameError::Length));
        assert_eq!(ServerName::new("example.com."), Err(NameError::Label));
        assert_eq!(ServerName::new("a..b"), Err(NameError::Label));
        assert_eq!(ServerName::new(&"x".repeat(64)), Err(NameError::Label));
        assert_eq!(
            ServerName::new("münchen.example"),
            Err(NameError::Character)
        );
        assert_eq!(ServerName::new("a b"), Err(NameError::Character));
        assert_eq!(ServerName::new("[::1]"), Err(NameError::Character));
        assert_eq!(ServerName::new("1.2.3"), Err(NameError::Number));
        assert_eq!(ServerName::new("256.1.1.1"), Err(NameError::Number));
    }

    #[test]
    fn a_protocol_has_at_least_one_byte() {
        assert_eq!(Alpn::new(b""), Err(NameError::Length));
        assert_eq!(Alpn::new(&[7; 256]), Err(NameError::Length));
        assert_eq!(Alpn::new(b"h2").unwrap().to_string(), "h2");
    }
}
