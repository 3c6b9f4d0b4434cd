//! Handshake messages, one file each (RFC 9846 §4).
//!
//! ```text
//! struct {
//!     HandshakeType msg_type;    /* handshake type */
//!     uint24 length;             /* remaining bytes in message */
//!     select (Handshake.msg_type) {
//!         case client_hello:          ClientHello;
//!         case server_hello:          ServerHello;
//!         case end_of_early_data:     EndOfEarlyData;
//!         case encrypted_extensions:  EncryptedExtensions;
//!         case certificate_request:   CertificateRequest;
//!         case certificate:           Certificate;
//!         case certificate_verify:    CertificateVerify;
//!         case finished:              Finished;
//!         case new_session_ticket:    NewSessionTicket;
//!         case key_update:            KeyUpdate;
//!     };
//! } Handshake;
//! ```
//!
//! `decode` reads a message's body from a reader; `encode` gives the whole message with its four-byte header.

mod certificate;
mod certificate_request;
mod certificate_verify;
mod client_hello;
mod encrypted_extensions;
mod end_of_early_data;
mod finished;
mod header;
mod hello_retry_request;
mod key_update;
mod new_session_ticket;
mod random;
mod server_hello;
mod session_id;
pub mod tls12;

pub use certificate::{Certificate, CertificateEntry};
pub use certificate_request::CertificateRequest;
pub use certificate_verify::CertificateVerify;
pub use client_hello::ClientHello;
pub use encrypted_extensions::EncryptedExtensions;
pub use end_of_early_data::EndOfEarlyData;
pub use finished::Finished;
pub use header::HandshakeHeader;
pub use hello_retry_request::HelloRetryRequest;
pub use key_update::KeyUpdate;
pub use new_session_ticket::NewSessionTicket;
pub use random::Random;
pub use server_hello::ServerHello;
pub use session_id::SessionId;

use crate::codepoint::HandshakeType;
use crate::reader::{DecodeError, Problem, Reader};

/// A TLS 1.3 handshake message. A ClientHello or ServerHello may turn out to be one of an earlier version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// The client's offer.
    ClientHello(ClientHello),
    /// The server's choice.
    ServerHello(ServerHello),
    /// A ServerHello with the special random: the client is to try again.
    HelloRetryRequest(HelloRetryRequest),
    /// A ticket for a later connection.
    NewSessionTicket(NewSessionTicket),
    /// The client's early data is over.
    EndOfEarlyData,
    /// The server's answers to extensions, protected.
    EncryptedExtensions(EncryptedExtensions),
    /// The server asks for a certificate.
    CertificateRequest(CertificateRequest),
    /// A certificate chain.
    Certificate(Certificate),
    /// The proof of having the certificate's key.
    CertificateVerify(CertificateVerify),
    /// The proof of having seen the same handshake.
    Finished(Finished),
    /// The sender changes its keys.
    KeyUpdate(KeyUpdate),
}

impl Handshake {
    /// Reads a whole message, header included, with nothing before and nothing behind it.
    pub fn decode(message: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(message);
        let msg_type = HandshakeType(r.u8("msg_type")?);
        let mut body = r.sub24("length", 0..=0xff_ffff)?;
        r.finish("Handshake")?;
        let message = Self::decode_body(msg_type, &mut body)?;
        body.finish(message.name())?;
        Ok(message)
    }

    fn decode_body(msg_type: HandshakeType, r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match msg_type {
            HandshakeType::CLIENT_HELLO => Self::ClientHello(ClientHello::decode(r)?),
            HandshakeType::SERVER_HELLO if HelloRetryRequest::is_next(r) => {
                Self::HelloRetryRequest(HelloRetryRequest::decode(r)?)
            }
            HandshakeType::SERVER_HELLO => Self::ServerHello(ServerHello::decode(r)?),
            HandshakeType::NEW_SESSION_TICKET => {
                Self::NewSessionTicket(NewSessionTicket::decode(r)?)
            }
            HandshakeType::END_OF_EARLY_DATA => {
                EndOfEarlyData::decode(r)?;
                Self::EndOfEarlyData
            }
            HandshakeType::ENCRYPTED_EXTENSIONS => {
                Self::EncryptedExtensions(EncryptedExtensions::decode(r)?)
            }
            HandshakeType::CERTIFICATE_REQUEST => {
                Self::CertificateRequest(CertificateRequest::decode(r)?)
            }
            HandshakeType::CERTIFICATE => Self::Certificate(Certificate::decode(r)?),
            HandshakeType::CERTIFICATE_VERIFY => {
                Self::CertificateVerify(CertificateVerify::decode(r)?)
            }
            HandshakeType::FINISHED => Self::Finished(Finished::decode(r)?),
            HandshakeType::KEY_UPDATE => Self::KeyUpdate(KeyUpdate::decode(r)?),
            _ => return Err(DecodeError::new("msg_type", Problem::IllegalValue)),
        })
    }

    /// The whole message with its header.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::ClientHello(message) => message.encode(),
            Self::ServerHello(message) => message.encode(),
            Self::HelloRetryRequest(message) => message.encode(),
            Self::NewSessionTicket(message) => message.encode(),
            Self::EndOfEarlyData => EndOfEarlyData.encode(),
            Self::EncryptedExtensions(message) => message.encode(),
            Self::CertificateRequest(message) => message.encode(),
            Self::Certificate(message) => message.encode(),
            Self::CertificateVerify(message) => message.encode(),
            Self::Finished(message) => message.encode(),
            Self::KeyUpdate(message) => message.encode(),
        }
    }

    /// The type in the message's header.
    pub const fn kind(&self) -> HandshakeType {
        match self {
            Self::ClientHello(_) => HandshakeType::CLIENT_HELLO,
            Self::ServerHello(_) | Self::HelloRetryRequest(_) => HandshakeType::SERVER_HELLO,
            Self::NewSessionTicket(_) => HandshakeType::NEW_SESSION_TICKET,
            Self::EndOfEarlyData => HandshakeType::END_OF_EARLY_DATA,
            Self::EncryptedExtensions(_) => HandshakeType::ENCRYPTED_EXTENSIONS,
            Self::CertificateRequest(_) => HandshakeType::CERTIFICATE_REQUEST,
            Self::Certificate(_) => HandshakeType::CERTIFICATE,
            Self::CertificateVerify(_) => HandshakeType::CERTIFICATE_VERIFY,
            Self::Finished(_) => HandshakeType::FINISHED,
            Self::KeyUpdate(_) => HandshakeType::KEY_UPDATE,
        }
    }

    /// The message's name in the RFC's text.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ClientHello(_) => "ClientHello",
            Self::ServerHello(_) => "ServerHello",
            Self::HelloRetryRequest(_) => "HelloRetryRequest",
            Self::NewSessionTicket(_) => "NewSessionTicket",
            Self::EndOfEarlyData => "EndOfEarlyData",
            Self::EncryptedExtensions(_) => "EncryptedExtensions",
            Self::CertificateRequest(_) => "CertificateRequest",
            Self::Certificate(_) => "Certificate",
            Self::CertificateVerify(_) => "CertificateVerify",
            Self::Finished(_) => "Finished",
            Self::KeyUpdate(_) => "KeyUpdate",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_type_is_an_illegal_value() {
        for msg_type in [0, 3, 6, 7, 12, 14, 16, 99, 254, 255] {
            let error = Handshake::decode(&[msg_type, 0, 0, 0]).unwrap_err();
            assert_eq!(
                error,
                DecodeError {
                    field: "msg_type",
                    problem: Problem::IllegalValue
                }
            );
        }
    }

    #[test]
    fn a_message_ends_where_its_header_says() {
        let problem = |bytes: &[u8]| Handshake::decode(bytes).unwrap_err().problem;
        assert_eq!(problem(&[]), Problem::Truncated);
        assert_eq!(problem(&[5, 0, 0]), Problem::Truncated);
        assert_eq!(problem(&[20, 0, 0, 2, 1]), Problem::Truncated);
        assert_eq!(problem(&[5, 0, 0, 0, 0]), Problem::TrailingData);
        assert_eq!(problem(&[5, 0, 0, 1, 0]), Problem::TrailingData);
    }
}
