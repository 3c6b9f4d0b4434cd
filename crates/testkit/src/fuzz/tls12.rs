//! One target for each handshake message that TLS 1.3 writes differently or has not, and one for whichever comes.

use tessera_wire::HandshakeType;
use tessera_wire::handshake::tls12::Handshake;

super::table! { TLS12, 4000 variants:
    tls12_handshake tls12_certificate tls12_certificate_request tls12_new_session_ticket
    certificate_status server_key_exchange client_key_exchange
}

/// A whole message with its header: what is read is written back as it was.
pub fn tls12_handshake(data: &[u8]) {
    let Ok(message) = Handshake::decode(data) else {
        return;
    };
    assert_eq!(data.first(), Some(&message.kind().0));
    let (encoded, name) = (message.encode(), message.name());
    assert_eq!(Handshake::decode(&encoded).as_ref(), Ok(&message), "{name}");
    let has_one_form = super::handshake::is_form_of(&encoded, message.kind(), data);
    assert!(has_one_form, "{name} has two forms");
}

/// The body of a Certificate.
pub fn tls12_certificate(data: &[u8]) {
    body(HandshakeType::CERTIFICATE, data);
}

/// The body of a CertificateRequest.
pub fn tls12_certificate_request(data: &[u8]) {
    body(HandshakeType::CERTIFICATE_REQUEST, data);
}

/// The body of a NewSessionTicket.
pub fn tls12_new_session_ticket(data: &[u8]) {
    body(HandshakeType::NEW_SESSION_TICKET, data);
}

/// The body of a CertificateStatus.
pub fn certificate_status(data: &[u8]) {
    body(HandshakeType::CERTIFICATE_STATUS, data);
}

/// The body of a ServerKeyExchange.
pub fn server_key_exchange(data: &[u8]) {
    body(HandshakeType::SERVER_KEY_EXCHANGE, data);
}

/// The body of a ClientKeyExchange.
pub fn client_key_exchange(data: &[u8]) {
    body(HandshakeType::CLIENT_KEY_EXCHANGE, data);
}

/// Puts the right header before a body.
fn body(msg_type: HandshakeType, data: &[u8]) {
    tls12_handshake(&super::handshake::with_header(msg_type, data));
}

mod seeds {
    use crate::fuzz::Seed;
    use tessera_wire::handshake::tls12::{
        Certificate, CertificateRequest, CertificateStatus, ClientKeyExchange, HelloRequest,
        NewSessionTicket, ServerHelloDone, ServerKeyExchange,
    };
    use tessera_wire::{ClientCertificateType, HandshakeType, NamedGroup, SignatureScheme};

    pub(super) fn tls12_handshake() -> Vec<Seed> {
        vec![
            Seed::new("hello_request", HelloRequest.encode()),
            Seed::new("hello_with_an_empty_list", hello_with_an_empty_list()),
            Seed::new("certificate", chain()),
            Seed::new("certificate_status", status()),
            Seed::new("server_key_exchange", server_share()),
            Seed::new("certificate_request", request()),
            Seed::new("server_hello_done", ServerHelloDone.encode()),
            Seed::new("client_key_exchange", client_share()),
            Seed::new("new_session_ticket", ticket()),
        ]
    }

    /// Found: such a hello has two forms, with the list's length and without.
    fn hello_with_an_empty_list() -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([0x44; 32]);
        body.extend([0, 0, 2, 0xc0, 0x2b, 1, 0, 0, 0]);
        super::super::handshake::with_header(HandshakeType::CLIENT_HELLO, &body)
    }

    pub(super) fn tls12_certificate() -> Vec<Seed> {
        let none = Certificate {
            certificate_list: vec![],
        };
        vec![body("chain", &chain()), body("none", &none.encode())]
    }

    pub(super) fn tls12_certificate_request() -> Vec<Seed> {
        vec![body("request", &request())]
    }

    pub(super) fn tls12_new_session_ticket() -> Vec<Seed> {
        vec![body("ticket", &ticket())]
    }

    pub(super) fn certificate_status() -> Vec<Seed> {
        vec![body("ocsp", &status())]
    }

    pub(super) fn server_key_exchange() -> Vec<Seed> {
        vec![body("x25519", &server_share())]
    }

    pub(super) fn client_key_exchange() -> Vec<Seed> {
        vec![body("x25519", &client_share())]
    }

    fn body(name: &'static str, message: &[u8]) -> Seed {
        Seed::new(name, &message[4..])
    }

    fn chain() -> Vec<u8> {
        let certificate_list = vec![vec![0x30, 2, 5, 0], vec![0x30, 0]];
        Certificate { certificate_list }.encode()
    }

    fn status() -> Vec<u8> {
        let response = vec![0x30, 3, 10, 1, 6];
        CertificateStatus { response }.encode()
    }

    fn server_share() -> Vec<u8> {
        let params = ServerKeyExchange::params_of(NamedGroup::X25519, &[9; 32]);
        ServerKeyExchange::encode_signed(&params, SignatureScheme::ED25519, &[5; 64])
    }

    fn request() -> Vec<u8> {
        let request = CertificateRequest {
            certificate_types: vec![ClientCertificateType::ECDSA_SIGN],
            supported_signature_algorithms: vec![SignatureScheme::ED25519],
            certificate_authorities: vec![vec![0x30, 0], vec![0x30, 2, 5, 0]],
        };
        request.encode()
    }

    fn client_share() -> Vec<u8> {
        ClientKeyExchange {
            public: vec![4; 32],
        }
        .encode()
    }

    fn ticket() -> Vec<u8> {
        let ticket = NewSessionTicket {
            ticket_lifetime_hint: 7200,
            ticket: vec![9; 32],
        };
        ticket.encode()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_are_messages_and_all_that_differ_are_among_them() {
        let kinds: Vec<HandshakeType> = seeds::tls12_handshake()
            .iter()
            .map(|seed| Handshake::decode(&seed.bytes).expect(seed.name).kind())
            .collect();
        for kind in [0, 4, 11, 12, 13, 14, 16, 22].map(HandshakeType) {
            assert!(kinds.contains(&kind), "{kind}");
        }
    }
}
