//! What a message is called in the rows.

use tessera_session::Side;
use tessera_testkit::tap::Content;
use tessera_wire::codepoint::{ContentType, ExtensionType, HandshakeType};
use tessera_wire::handshake::{Handshake, ServerHello, SessionId, tls12};

/// Which version a scene is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Version {
    Tls13,
    Tls12,
}

/// A side and a name: what stands in a row.
pub(crate) type Word = (Side, &'static str);

/// A name without what stands behind the plus sign.
pub(crate) fn base(name: &str) -> &str {
    name.split('+').next().unwrap_or(name)
}

/// Names what passes on one connection, in the order in which it passes.
pub(crate) struct Namer {
    version: Version,
    /// What the last ClientHello had for a session ID.
    session_id: SessionId,
}

impl Namer {
    pub(crate) fn new(version: Version) -> Self {
        Self {
            version,
            session_id: SessionId::empty(),
        }
    }

    /// `None` of what is in no row: data, alerts, and the ChangeCipherSpec of TLS 1.3.
    pub(crate) fn name(&mut self, content: &Content) -> Option<&'static str> {
        let is_tls12 = self.version == Version::Tls12;
        match (content.content_type, content.msg_type()) {
            (ContentType::CHANGE_CIPHER_SPEC, _) if is_tls12 => Some("ChangeCipherSpec"),
            (_, Some(msg_type)) => Some(self.message(msg_type, &content.bytes)),
            _ => None,
        }
    }

    fn message(&mut self, msg_type: HandshakeType, bytes: &[u8]) -> &'static str {
        if self.version == Version::Tls12 && msg_type == HandshakeType::CERTIFICATE {
            return match tls12::Handshake::decode(bytes) {
                Ok(tls12::Handshake::Certificate(m)) if m.certificate_list.is_empty() => {
                    "Certificate+empty"
                }
                _ => "Certificate",
            };
        }
        match Handshake::decode(bytes) {
            Ok(Handshake::ClientHello(hello)) => {
                self.session_id = hello.legacy_session_id;
                match hello.extensions.contains(ExtensionType::PRE_SHARED_KEY) {
                    true => "ClientHello+psk",
                    false => "ClientHello",
                }
            }
            Ok(Handshake::ServerHello(hello)) => self.server_hello(&hello),
            Ok(Handshake::Certificate(m)) if m.certificate_list.is_empty() => "Certificate+empty",
            Ok(Handshake::HelloRetryRequest(_)) => "HelloRetryRequest",
            _ => plain(msg_type),
        }
    }

    fn server_hello(&self, hello: &ServerHello) -> &'static str {
        let has = |extension| hello.extensions.contains(extension);
        if self.version == Version::Tls13 {
            return match has(ExtensionType::PRE_SHARED_KEY) {
                true => "ServerHello+psk",
                false => "ServerHello",
            };
        }
        // RFC 5246 §7.4.1.3, RFC 5077 §3.4.
        let echo = hello.legacy_session_id_echo;
        let resumed = !echo.is_empty() && echo == self.session_id;
        match (
            resumed,
            has(ExtensionType::STATUS_REQUEST),
            has(ExtensionType::SESSION_TICKET),
        ) {
            (true, _, false) => "ServerHello+resumed",
            (true, _, true) => "ServerHello+resumed+ticket",
            (false, false, false) => "ServerHello",
            (false, false, true) => "ServerHello+ticket",
            (false, true, false) => "ServerHello+status",
            (false, true, true) => "ServerHello+status+ticket",
        }
    }
}

/// The name of a type whose content decides nothing.
fn plain(msg_type: HandshakeType) -> &'static str {
    match msg_type {
        HandshakeType::HELLO_REQUEST => "HelloRequest",
        HandshakeType::NEW_SESSION_TICKET => "NewSessionTicket",
        HandshakeType::END_OF_EARLY_DATA => "EndOfEarlyData",
        HandshakeType::ENCRYPTED_EXTENSIONS => "EncryptedExtensions",
        HandshakeType::CERTIFICATE => "Certificate",
        HandshakeType::SERVER_KEY_EXCHANGE => "ServerKeyExchange",
        HandshakeType::CERTIFICATE_REQUEST => "CertificateRequest",
        HandshakeType::SERVER_HELLO_DONE => "ServerHelloDone",
        HandshakeType::CERTIFICATE_VERIFY => "CertificateVerify",
        HandshakeType::CLIENT_KEY_EXCHANGE => "ClientKeyExchange",
        HandshakeType::FINISHED => "Finished",
        HandshakeType::CERTIFICATE_STATUS => "CertificateStatus",
        HandshakeType::KEY_UPDATE => "KeyUpdate",
        _ => "?",
    }
}
