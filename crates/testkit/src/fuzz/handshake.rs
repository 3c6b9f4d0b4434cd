//! One target for each handshake message, and one for whichever comes.

mod seeds;

use tessera_wire::{ClientHello, Extensions, Handshake, HandshakeType, OfferedPsks, Random};

use super::extension;

super::table! { HANDSHAKE, 4000 variants:
    handshake client_hello server_hello hello_retry_request encrypted_extensions certificate_request
    certificate certificate_verify finished new_session_ticket key_update end_of_early_data
}

/// A whole message with its header.
pub fn handshake(data: &[u8]) {
    let binders = ClientHello::binders_offset(data);
    assert!(binders.is_none_or(|offset| offset < data.len()));
    let Ok(message) = Handshake::decode(data) else {
        return;
    };
    assert_eq!(data.first(), Some(&message.kind().0));
    let encoded = message.encode();
    let name = message.name();
    assert_eq!(Handshake::decode(&encoded).as_ref(), Ok(&message), "{name}");
    assert!(
        is_form_of(&encoded, message.kind(), data),
        "{name} has two forms"
    );
    if let Handshake::ClientHello(hello) = &message
        && let Ok(Some(_)) = hello.extensions.find::<OfferedPsks>()
    {
        assert!(
            binders.is_some(),
            "an offer of pre-shared keys whose binders are not found"
        );
    }
    carried(&message).into_iter().for_each(open);
}

/// The body of a ClientHello.
pub fn client_hello(data: &[u8]) {
    body(HandshakeType::CLIENT_HELLO, data);
}

/// Whether a message that is written like this may have come like that: a hello may have an empty list of extensions
/// or none, all else has one form.
pub(super) fn is_form_of(encoded: &[u8], kind: HandshakeType, data: &[u8]) -> bool {
    let is_hello = matches!(
        kind,
        HandshakeType::CLIENT_HELLO | HandshakeType::SERVER_HELLO
    );
    let empty_list = || [&encoded[4..], &[0, 0]].concat();
    encoded == data || is_hello && data[4..] == empty_list()
}

/// The body of a ServerHello that is no HelloRetryRequest.
pub fn server_hello(data: &[u8]) {
    body(HandshakeType::SERVER_HELLO, data);
}

/// The body of a HelloRetryRequest: the special random is put in, since chance would never find it.
pub fn hello_retry_request(data: &[u8]) {
    let mut data = data.to_vec();
    if let Some(random) = data.get_mut(2..34) {
        random.copy_from_slice(&Random::HELLO_RETRY_REQUEST.0);
    }
    body(HandshakeType::SERVER_HELLO, &data);
}

/// The body of an EncryptedExtensions.
pub fn encrypted_extensions(data: &[u8]) {
    body(HandshakeType::ENCRYPTED_EXTENSIONS, data);
}

/// The body of a CertificateRequest.
pub fn certificate_request(data: &[u8]) {
    body(HandshakeType::CERTIFICATE_REQUEST, data);
}

/// The body of a Certificate.
pub fn certificate(data: &[u8]) {
    body(HandshakeType::CERTIFICATE, data);
}

/// The body of a CertificateVerify.
pub fn certificate_verify(data: &[u8]) {
    body(HandshakeType::CERTIFICATE_VERIFY, data);
}

/// The body of a Finished.
pub fn finished(data: &[u8]) {
    body(HandshakeType::FINISHED, data);
}

/// The body of a NewSessionTicket.
pub fn new_session_ticket(data: &[u8]) {
    body(HandshakeType::NEW_SESSION_TICKET, data);
}

/// The body of a KeyUpdate.
pub fn key_update(data: &[u8]) {
    body(HandshakeType::KEY_UPDATE, data);
}

/// The body of an EndOfEarlyData.
pub fn end_of_early_data(data: &[u8]) {
    body(HandshakeType::END_OF_EARLY_DATA, data);
}

fn body(msg_type: HandshakeType, data: &[u8]) {
    handshake(&with_header(msg_type, data));
}

/// A body behind its right header, which the fuzzer would spend its time on otherwise.
pub(super) fn with_header(msg_type: HandshakeType, body: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(body.len()).unwrap_or_default().to_be_bytes();
    [&[msg_type.0, a, b, c], body].concat()
}

/// The lists of extensions in a message.
fn carried(message: &Handshake) -> Vec<&Extensions> {
    match message {
        Handshake::ClientHello(message) => vec![&message.extensions],
        Handshake::ServerHello(message) => vec![&message.extensions],
        Handshake::HelloRetryRequest(message) => vec![&message.extensions],
        Handshake::NewSessionTicket(message) => vec![&message.extensions],
        Handshake::EncryptedExtensions(message) => vec![&message.extensions],
        Handshake::CertificateRequest(message) => vec![&message.extensions],
        Handshake::Certificate(message) => message
            .certificate_list
            .iter()
            .map(|entry| &entry.extensions)
            .collect(),
        Handshake::EndOfEarlyData
        | Handshake::CertificateVerify(_)
        | Handshake::Finished(_)
        | Handshake::KeyUpdate(_) => vec![],
    }
}

/// Opens every extension as whatever it may be.
fn open(extensions: &Extensions) {
    for carried in extensions {
        extension::any(carried.extension_type, &carried.data);
    }
}
