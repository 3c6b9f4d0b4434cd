//! Handshake messages of TLS 1.2, one file for each that TLS 1.3 writes differently or has not
//! (RFC 5246 §7.4).
//!
//! ```text
//! struct {
//!     HandshakeType msg_type;    /* handshake type */
//!     uint24 length;             /* bytes in message */
//!     select (HandshakeType) {
//!         case hello_request:       HelloRequest;
//!         case client_hello:        ClientHello;
//!         case server_hello:        ServerHello;
//!         case certificate:         Certificate;
//!         case server_key_exchange: ServerKeyExchange;
//!         case certificate_request: CertificateRequest;
//!         case server_hello_done:   ServerHelloDone;
//!         case certificate_verify:  CertificateVerify;
//!         case client_key_exchange: ClientKeyExchange;
//!         case finished:            Finished;
//!         case new_session_ticket:  NewSessionTicket;     /* RFC 5077 */
//!         case certificate_status:  CertificateStatus;    /* RFC 6066 */
//!     } body;
//! } Handshake;
//! ```

mod certificate;
mod certificate_request;
mod certificate_status;
mod client_key_exchange;
mod new_session_ticket;
mod nothing;
mod server_key_exchange;

pub use certificate::Certificate;
pub use certificate_request::CertificateRequest;
pub use certificate_status::CertificateStatus;
pub use client_key_exchange::ClientKeyExchange;
pub use new_session_ticket::NewSessionTicket;
pub use nothing::{HelloRequest, ServerHelloDone};
pub use server_key_exchange::ServerKeyExchange;

use super::header::message;
use super::{CertificateVerify, ClientHello, Finished, ServerHello};
use crate::codepoint::HandshakeType;
use crate::reader::{DecodeError, Problem, Reader};

/// A TLS 1.2 handshake message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// The server would like a handshake.
    HelloRequest,
    /// The client's offer.
    ClientHello(ClientHello),
    /// The server's choice.
    ServerHello(ServerHello),
    /// A ticket for a later connection.
    NewSessionTicket(NewSessionTicket),
    /// A certificate chain.
    Certificate(Certificate),
    /// What the CA says of the server's certificate.
    CertificateStatus(CertificateStatus),
    /// The server's key share.
    ServerKeyExchange(ServerKeyExchange),
    /// The server asks for a certificate.
    CertificateRequest(CertificateRequest),
    /// The server's flight ends.
    ServerHelloDone,
    /// The proof of having the certificate's key.
    CertificateVerify(CertificateVerify),
    /// The client's key share.
    ClientKeyExchange(ClientKeyExchange),
    /// The proof of having seen the same handshake.
    Finished(Finished),
}

impl Handshake {
    /// Reads a whole message, header included, with nothing before and nothing behind it.
    ///
    /// # Errors
    /// When it is none, or one of a type TLS 1.2 does not have.
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
            HandshakeType::HELLO_REQUEST => Self::HelloRequest,
            HandshakeType::CLIENT_HELLO => Self::ClientHello(ClientHello::decode(r)?),
            HandshakeType::SERVER_HELLO => Self::ServerHello(ServerHello::decode(r)?),
            HandshakeType::NEW_SESSION_TICKET => {
                Self::NewSessionTicket(NewSessionTicket::decode(r)?)
            }
            HandshakeType::CERTIFICATE => Self::Certificate(Certificate::decode(r)?),
            HandshakeType::CERTIFICATE_STATUS => {
                Self::CertificateStatus(CertificateStatus::decode(r)?)
            }
            HandshakeType::SERVER_KEY_EXCHANGE => {
                Self::ServerKeyExchange(ServerKeyExchange::decode(r)?)
            }
            HandshakeType::CERTIFICATE_REQUEST => {
                Self::CertificateRequest(CertificateRequest::decode(r)?)
            }
            HandshakeType::SERVER_HELLO_DONE => Self::ServerHelloDone,
            HandshakeType::CERTIFICATE_VERIFY => {
                Self::CertificateVerify(CertificateVerify::decode(r)?)
            }
            HandshakeType::CLIENT_KEY_EXCHANGE => {
                Self::ClientKeyExchange(ClientKeyExchange::decode(r)?)
            }
            HandshakeType::FINISHED => Self::Finished(Finished::decode(r)?),
            _ => return Err(DecodeError::new("msg_type", Problem::IllegalValue)),
        })
    }

    /// The whole message with its header.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::HelloRequest => HelloRequest.encode(),
            Self::ClientHello(message) => message.encode(),
            Self::ServerHello(message) => message.encode(),
            Self::NewSessionTicket(message) => message.encode(),
            Self::Certificate(message) => message.encode(),
            Self::CertificateStatus(message) => message.encode(),
            Self::ServerKeyExchange(message) => message.encode(),
            Self::CertificateRequest(message) => message.encode(),
            Self::ServerHelloDone => ServerHelloDone.encode(),
            Self::CertificateVerify(message) => message.encode(),
            Self::ClientKeyExchange(message) => message.encode(),
            Self::Finished(message) => message.encode(),
        }
    }

    /// The type in the message's header.
    pub const fn kind(&self) -> HandshakeType {
        match self {
            Self::HelloRequest => HandshakeType::HELLO_REQUEST,
            Self::ClientHello(_) => HandshakeType::CLIENT_HELLO,
            Self::ServerHello(_) => HandshakeType::SERVER_HELLO,
            Self::NewSessionTicket(_) => HandshakeType::NEW_SESSION_TICKET,
            Self::Certificate(_) => HandshakeType::CERTIFICATE,
            Self::CertificateStatus(_) => HandshakeType::CERTIFICATE_STATUS,
            Self::ServerKeyExchange(_) => HandshakeType::SERVER_KEY_EXCHANGE,
            Self::CertificateRequest(_) => HandshakeType::CERTIFICATE_REQUEST,
            Self::ServerHelloDone => HandshakeType::SERVER_HELLO_DONE,
            Self::CertificateVerify(_) => HandshakeType::CERTIFICATE_VERIFY,
            Self::ClientKeyExchange(_) => HandshakeType::CLIENT_KEY_EXCHANGE,
            Self::Finished(_) => HandshakeType::FINISHED,
        }
    }

    /// The message's name in the RFC's text.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::HelloRequest => "HelloRequest",
            Self::ClientHello(_) => "ClientHello",
            Self::ServerHello(_) => "ServerHello",
            Self::NewSessionTicket(_) => "NewSessionTicket",
            Self::Certificate(_) => "Certificate",
            Self::CertificateStatus(_) => "CertificateStatus",
            Self::ServerKeyExchange(_) => "ServerKeyExchange",
            Self::CertificateRequest(_) => "CertificateRequest",
            Self::ServerHelloDone => "ServerHelloDone",
            Self::CertificateVerify(_) => "CertificateVerify",
            Self::ClientKeyExchange(_) => "ClientKeyExchange",
            Self::Finished(_) => "Finished",
        }
    }
}

/// Asserts that a message comes back from its bytes, and that no prefix of them is one.
#[cfg(test)]
fn assert_message(message: &Handshake) {
    let bytes = message.encode();
    assert_eq!(Handshake::decode(&bytes).as_ref(), Ok(message));
    for end in 0..bytes.len() {
        assert!(Handshake::decode(&bytes[..end]).is_err(), "{end} bytes");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_tls_1_3_are_not_known_here() {
        for msg_type in [3, 5, 8, 24, 99, 254] {
            let error = Handshake::decode(&[msg_type, 0, 0, 0]).unwrap_err();
            assert_eq!(
                (error.field, error.problem),
                ("msg_type", Problem::IllegalValue)
            );
        }
    }

    #[test]
    fn messages_without_a_body_have_none() {
        for message in [Handshake::HelloRequest, Handshake::ServerHelloDone] {
            assert_message(&message);
            let mut longer = message.encode();
            longer[3] = 1;
            longer.push(0);
            let error = Handshake::decode(&longer).unwrap_err();
            assert_eq!(error.problem, Problem::TrailingData);
        }
    }
}
