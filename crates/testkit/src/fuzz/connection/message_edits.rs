//! Handshake messages of both versions, edited by their own structure.

use tessera_wire::codepoint::{
    ClientCertificateType, HandshakeType, NamedGroup, ProtocolVersion, SignatureScheme,
};
use tessera_wire::extension::Extensions;
use tessera_wire::handshake::{Certificate, Handshake, NewSessionTicket, tls12};

use super::edited_hellos::{edit_extensions, edit_hello};
use super::script::{Edit, Script};

/// Every type there is, for messages that are made up.
pub(super) const TYPES: [HandshakeType; 16] = [
    HandshakeType::HELLO_REQUEST,
    HandshakeType::CLIENT_HELLO,
    HandshakeType::SERVER_HELLO,
    HandshakeType::NEW_SESSION_TICKET,
    HandshakeType::END_OF_EARLY_DATA,
    HandshakeType::ENCRYPTED_EXTENSIONS,
    HandshakeType::CERTIFICATE,
    HandshakeType::SERVER_KEY_EXCHANGE,
    HandshakeType::CERTIFICATE_REQUEST,
    HandshakeType::SERVER_HELLO_DONE,
    HandshakeType::CERTIFICATE_VERIFY,
    HandshakeType::CLIENT_KEY_EXCHANGE,
    HandshakeType::FINISHED,
    HandshakeType::CERTIFICATE_STATUS,
    HandshakeType::KEY_UPDATE,
    HandshakeType::MESSAGE_HASH,
];

/// A message with one edit; `None` where it has no structure to speak of.
pub(super) fn edit_structure(
    version: ProtocolVersion,
    script: &Script<'_>,
    message: &[u8],
    edit: Edit,
) -> Option<Vec<u8>> {
    let msg_type = message.first().map(|msg_type| HandshakeType(*msg_type));
    match msg_type {
        Some(HandshakeType::CLIENT_HELLO | HandshakeType::SERVER_HELLO) => {
            edit_hello(script, message, edit.turned())
        }
        _ if version == ProtocolVersion::TLS1_2 => {
            let decoded = tls12::Handshake::decode(message).ok()?;
            edit_tls12(script, decoded, edit).map(|message| message.encode())
        }
        _ => {
            let decoded = Handshake::decode(message).ok()?;
            edit_tls13(script, decoded, edit).map(|message| message.encode())
        }
    }
}

fn edit_tls13(script: &Script<'_>, mut message: Handshake, edit: Edit) -> Option<Handshake> {
    let extensions: &mut Extensions = match &mut message {
        Handshake::EncryptedExtensions(message) => &mut message.extensions,
        Handshake::CertificateRequest(request) if edit.value.is_multiple_of(4) => {
            request.certificate_request_context = script.material(edit);
            return Some(message);
        }
        Handshake::CertificateRequest(message) => &mut message.extensions,
        Handshake::Certificate(certificate) if !edit.value.is_multiple_of(4) => {
            edit_certificate(script, certificate, edit);
            return Some(message);
        }
        Handshake::Certificate(message) => &mut message.certificate_list.first_mut()?.extensions,
        Handshake::CertificateVerify(proof) => {
            proof.algorithm = SignatureScheme(edit.position);
            return Some(message);
        }
        Handshake::NewSessionTicket(ticket) if !edit.value.is_multiple_of(4) => {
            edit_ticket(script, ticket, edit);
            return Some(message);
        }
        Handshake::NewSessionTicket(message) => &mut message.extensions,
        _ => return None,
    };
    edit_extensions(script, extensions, edit.turned());
    Some(message)
}

fn edit_certificate(script: &Script<'_>, message: &mut Certificate, edit: Edit) {
    match edit.value % 4 {
        1 => script.rearrange(&mut message.certificate_list, edit),
        2 => message.certificate_request_context = script.material(edit),
        _ => {
            if let Some(entry) = message.certificate_list.first_mut() {
                script.alter(&mut entry.cert_data, edit);
            }
        }
    }
}

fn edit_ticket(script: &Script<'_>, message: &mut NewSessionTicket, edit: Edit) {
    match edit.finer() % 4 {
        0 => message.ticket_lifetime = u32::from(edit.position) << (edit.value % 17),
        1 => message.ticket_nonce = script.material(edit),
        2 => message.ticket = script.material(edit),
        _ => script.alter(&mut message.ticket, edit),
    }
}

fn edit_tls12(
    script: &Script<'_>,
    mut message: tls12::Handshake,
    edit: Edit,
) -> Option<tls12::Handshake> {
    use tls12::Handshake as H;
    match &mut message {
        H::NewSessionTicket(ticket) => match edit.value % 3 {
            0 => ticket.ticket_lifetime_hint = u32::from(edit.position) << (edit.finer() + 1),
            1 => ticket.ticket = script.material(edit),
            _ => script.alter(&mut ticket.ticket, edit),
        },
        H::Certificate(chain) => match (edit.value % 2, chain.certificate_list.first_mut()) {
            (0, Some(first)) => script.alter(first, edit),
            _ => script.rearrange(&mut chain.certificate_list, edit),
        },
        H::CertificateStatus(status) => script.alter(&mut status.response, edit),
        H::ServerKeyExchange(share) => match edit.value % 4 {
            0 => share.group = NamedGroup(edit.position),
            1 => share.algorithm = SignatureScheme(edit.position),
            _ => script.alter(&mut share.public, edit),
        },
        H::CertificateRequest(request) => match edit.value % 4 {
            0 => script.rearrange(&mut request.certificate_types, edit),
            1 => {
                let kinds = script.material(edit).into_iter();
                request.certificate_types = kinds.map(ClientCertificateType).collect();
            }
            2 => request
                .supported_signature_algorithms
                .push(SignatureScheme(edit.position)),
            _ => request.certificate_authorities.push(script.material(edit)),
        },
        H::CertificateVerify(proof) => proof.algorithm = SignatureScheme(edit.position),
        H::ClientKeyExchange(share) => script.alter(&mut share.public, edit),
        H::HelloRequest
        | H::ClientHello(_)
        | H::ServerHello(_)
        | H::ServerHelloDone
        | H::Finished(_) => return None,
    }
    Some(message)
}

/// The whole messages at the front of some bytes.
pub(super) fn framed(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (message, rest) = bytes.split_at_checked(frame(bytes)?)?;
        bytes = rest;
        Some(message)
    })
}

/// How long the first message is, as it says itself.
pub(super) fn frame(bytes: &[u8]) -> Option<usize> {
    let [_, a, b, c] = *bytes.first_chunk()?;
    Some(4 + usize::try_from(u32::from_be_bytes([0, a, b, c])).ok()?)
}
