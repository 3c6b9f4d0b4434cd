//! Early data, which is not taken: what comes of a client that sends some nevertheless.

use super::{first, put_first};
use tessera_engine::{Fault, Input, Misbehaviour, RecordError};
use tessera_testkit::{Link, Pair};
use tessera_wire::codepoint::{AlertDescription as Alert, ContentType, ExtensionType, NamedGroup};
use tessera_wire::handshake::Handshake;

/// A record that nobody can open, of a length that early data may have.
fn record() -> Vec<u8> {
    let mut record = vec![ContentType::APPLICATION_DATA.0, 3, 3, 0x10, 0];
    record.resize(5 + 0x1000, 0xed);
    record
}

/// A server that has answered a hello, which says that there is early data behind it or does not.
fn answered(pair: &mut Pair, announces: bool) -> Link {
    let mut link = pair.link(None);
    link.client.collect(pair.now, &mut pair.world);
    let mut bytes = std::mem::take(&mut link.client.outbox);
    let Some(Handshake::ClientHello(mut hello)) = first(&bytes) else {
        panic!("a ClientHello comes first");
    };
    if announces {
        let early_data = ExtensionType::EARLY_DATA;
        hello.extensions.push_raw(early_data, Vec::new());
    }
    put_first(&mut bytes, &hello.encode());
    let hello = Input::Ciphertext(&bytes);
    link.server.handle(pair.now, hello, &mut pair.world);
    assert!(!link.server.outbox.is_empty());
    link
}

#[test]
fn early_data_is_passed_over_as_far_as_it_is_borne() {
    // RFC 9846 §4.3.10 (4).
    for retries in [false, true] {
        for announces in [true, false] {
            let mut pair = Pair::tls13();
            if retries {
                pair.client.groups = vec![NamedGroup::SECP256R1, NamedGroup::X25519];
                pair.server.groups = vec![NamedGroup::X25519];
            }
            let mut link = answered(&mut pair, announces);
            let mut borne = 0;
            loop {
                let early = record();
                let early = Input::Ciphertext(&early);
                link.server.handle(pair.now, early, &mut pair.world);
                if link.server.ending.is_some() {
                    break;
                }
                borne += 1;
            }
            assert_eq!(borne, if announces { 15 } else { 0 });
            // Announced, it is too much of it at last; unannounced, it is no record of this connection.
            let unexpected = RecordError::UnexpectedType(ContentType::APPLICATION_DATA.0);
            let (fault, alert) = match (announces, retries) {
                (true, _) => (
                    Fault::from(Misbehaviour::TooMuchEarlyData),
                    Alert::UNEXPECTED_MESSAGE,
                ),
                (false, false) => (RecordError::BadMac.into(), Alert::BAD_RECORD_MAC),
                (false, true) => (unexpected.into(), Alert::UNEXPECTED_MESSAGE),
            };
            assert_eq!(link.server.fault(), Some(&fault));
            assert_eq!(link.server.alert_sent(), Some(alert));
            assert!(link.server.delivered.is_empty());
        }
    }
}
