//! Extensions: those people look for, field by field; the rest as bytes.

use super::cursor::Cursor;
use tessera::wire::{ExtensionType, NamedGroup, ProtocolVersion, SignatureScheme};

/// Where an extension stands: some look different in different messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    ClientHello,
    ServerHello,
    HelloRetryRequest,
    EncryptedExtensions,
    CertificateRequest,
    Certificate,
    NewSessionTicket,
}

/// The list of extensions at the end of a message.
pub(super) fn extensions(c: &mut Cursor<'_>, place: Place) {
    if c.left() == 0 {
        return;
    }
    c.vector::<2>("extensions", |c| {
        while c.left() > 0 {
            let Some(kind) = c.silent_u16() else { return };
            let kind = ExtensionType(kind);
            c.vector_behind::<2>(2, &kind.to_string(), |c| one(c, kind, place));
        }
    });
}

fn one(c: &mut Cursor<'_>, kind: ExtensionType, place: Place) {
    match (kind, place) {
        (ExtensionType::SERVER_NAME, Place::ClientHello) => {
            c.vector::<2>("server_name_list", |c| {
                c.number::<1>("name_type");
                c.text_vector::<2>("host_name");
            });
        }
        (ExtensionType::SUPPORTED_VERSIONS, Place::ClientHello) => {
            c.codes::<1, _>("versions", ProtocolVersion);
        }
        (ExtensionType::SUPPORTED_VERSIONS, _) => {
            c.code("selected_version", ProtocolVersion);
        }
        (ExtensionType::SUPPORTED_GROUPS, _) => c.codes::<2, _>("named_group_list", NamedGroup),
        (ExtensionType::SIGNATURE_ALGORITHMS | ExtensionType::SIGNATURE_ALGORITHMS_CERT, _) => {
            c.codes::<2, _>("supported_signature_algorithms", SignatureScheme);
        }
        (ExtensionType::KEY_SHARE, Place::ClientHello) => c.vector::<2>("client_shares", |c| {
            while c.left() > 0 {
                key_share(c);
            }
        }),
        (ExtensionType::KEY_SHARE, Place::HelloRetryRequest) => {
            c.code("selected_group", NamedGroup);
        }
        (ExtensionType::KEY_SHARE, _) => key_share(c),
        (ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION, _) => {
            c.vector::<2>("protocol_name_list", |c| {
                while c.left() > 0 {
                    c.text_vector::<1>("protocol_name");
                }
            });
        }
        (ExtensionType::PRE_SHARED_KEY, Place::ClientHello) => pre_shared_key(c),
        (ExtensionType::PRE_SHARED_KEY, _) => {
            c.number::<2>("selected_identity");
        }
        (ExtensionType::PSK_KEY_EXCHANGE_MODES, _) => c.opaque_vector::<1>("ke_modes"),
        (ExtensionType::EARLY_DATA, Place::NewSessionTicket) => {
            c.number::<4>("max_early_data_size");
        }
        (ExtensionType::TICKET_REQUEST, Place::ClientHello) => {
            c.number::<1>("new_session_count");
            c.number::<1>("resumption_count");
        }
        (ExtensionType::TICKET_REQUEST, _) => {
            c.number::<1>("expected_count");
        }
        (ExtensionType::COOKIE, _) => c.opaque_vector::<2>("cookie"),
        _ if c.left() > 0 => c.opaque(c.left(), "data"),
        _ => {}
    }
}

fn key_share(c: &mut Cursor<'_>) {
    c.code("group", NamedGroup);
    c.opaque_vector::<2>("key_exchange");
}

/// An identity is a ticket: whoever has it and the secret resumes, so it is not shown unasked.
fn pre_shared_key(c: &mut Cursor<'_>) {
    c.vector::<2>("identities", |c| {
        while c.left() > 0 {
            c.secret_vector::<2>("identity");
            c.number::<4>("obfuscated_ticket_age");
        }
    });
    c.vector::<2>("binders", |c| {
        while c.left() > 0 {
            c.opaque_vector::<1>("binder");
        }
    });
}
