//! Handshake messages: RFC 9846 §4.

use super::cursor::Cursor;
use super::extension::{Place, extensions};
use tessera::wire::{CipherSuite, HandshakeType, ProtocolVersion, Random, SignatureScheme};

/// One message with its header.
pub(super) fn message(c: &mut Cursor<'_>) {
    let kind = c.peek().map(HandshakeType);
    match kind {
        Some(kind) => c.title(kind),
        None => c.title("nothing"),
    }
    c.number::<1>("msg_type");
    let Some(length) = c.number::<3>("length") else {
        return;
    };
    c.within(
        usize::try_from(length).unwrap_or(usize::MAX),
        |c| match kind {
            Some(HandshakeType::CLIENT_HELLO) => client_hello(c),
            Some(HandshakeType::SERVER_HELLO) => server_hello(c),
            Some(HandshakeType::ENCRYPTED_EXTENSIONS) => extensions(c, Place::EncryptedExtensions),
            Some(HandshakeType::CERTIFICATE_REQUEST) => {
                c.opaque_vector::<1>("certificate_request_context");
                extensions(c, Place::CertificateRequest);
            }
            Some(HandshakeType::CERTIFICATE) => certificate(c),
            Some(HandshakeType::CERTIFICATE_VERIFY) => {
                c.code("algorithm", SignatureScheme);
                c.opaque_vector::<2>("signature");
            }
            Some(HandshakeType::FINISHED) => c.opaque(c.left(), "verify_data"),
            Some(HandshakeType::NEW_SESSION_TICKET) => new_session_ticket(c),
            Some(HandshakeType::KEY_UPDATE) => {
                c.number::<1>("request_update");
            }
            _ => c.opaque(c.left(), "content"),
        },
    );
}

fn client_hello(c: &mut Cursor<'_>) {
    c.code("legacy_version", ProtocolVersion);
    c.opaque(32, "random");
    c.opaque_vector::<1>("legacy_session_id");
    c.codes::<2, _>("cipher_suites", CipherSuite);
    c.opaque_vector::<1>("legacy_compression_methods");
    extensions(c, Place::ClientHello);
}

fn server_hello(c: &mut Cursor<'_>) {
    c.code("legacy_version", ProtocolVersion);
    let retry = c.upcoming(32) == Some(&Random::HELLO_RETRY_REQUEST.0[..]);
    c.opaque(
        32,
        if retry {
            "random (HelloRetryRequest)"
        } else {
            "random"
        },
    );
    c.opaque_vector::<1>("legacy_session_id_echo");
    c.code("cipher_suite", CipherSuite);
    c.number::<1>("legacy_compression_method");
    extensions(
        c,
        if retry {
            Place::HelloRetryRequest
        } else {
            Place::ServerHello
        },
    );
}

fn certificate(c: &mut Cursor<'_>) {
    c.opaque_vector::<1>("certificate_request_context");
    c.vector::<3>("certificate_list", |c| {
        while c.left() > 0 {
            c.opaque_vector::<3>("cert_data");
            extensions(c, Place::Certificate);
        }
    });
}

fn new_session_ticket(c: &mut Cursor<'_>) {
    c.number::<4>("ticket_lifetime");
    c.number::<4>("ticket_age_add");
    c.opaque_vector::<1>("ticket_nonce");
    c.secret_vector::<2>("ticket");
    extensions(c, Place::NewSessionTicket);
}
