//! Key exchanges that give no secret, or one that is not bound to its handshake.

use crate::{assert_end, changed, changed_hello, changed_message};
use tessera_crypto::SigningKey;
use tessera_engine::{ExtendedMainSecret, Misbehaviour};
use tessera_testkit::Pair;
use tessera_wire::codepoint::{
    AlertDescription as Alert, ExtensionType, HandshakeType, NamedGroup,
};
use tessera_wire::handshake::ClientHello;
use tessera_wire::handshake::tls12::{ClientKeyExchange, Handshake, ServerKeyExchange};

#[test]
fn rule_06_without_the_extended_main_secret_nothing_is_left_for_a_triple_handshake() {
    // Both ends would go on without it, and somebody takes it out of both hellos.
    let mut pair = Pair::tls12();
    pair.client.extended_main_secret = ExtendedMainSecret::Prefer;
    pair.server.extended_main_secret = ExtendedMainSecret::Prefer;
    pair.client.renegotiation = tessera_engine::Renegotiation::Any;
    let hello = |hello: &mut ClientHello| {
        hello.extensions.remove(ExtensionType::EXTENDED_MAIN_SECRET);
    };
    // The hashes differ, so this handshake comes to no end; a peer that never had it does.
    let link = changed_hello(&mut pair, false, hello);
    assert!(!link.client.is_established() && !link.server.is_established());
    // What each end would give away is what the others of the attack are made of.
    for end in [&link.client, &link.server] {
        assert_eq!(end.connection.channel_binding(), None);
        let exported = end
            .connection
            .export_keying_material(b"EXPORTER", Some(b""), &mut [0; 8]);
        assert_eq!(exported, Ok(false));
    }
    assert!(pair.world.wallet.is_empty() && pair.world.sessions.is_empty());
}

#[test]
fn rule_14_no_main_secret_comes_of_a_point_that_has_no_order() {
    // X25519 with zeros gives zeros whatever the other key is: RFC 8422 §5.11.
    let bad = Misbehaviour::BadKeyShare(NamedGroup::X25519);
    let mut pair = Pair::tls12();
    let kind = HandshakeType::CLIENT_KEY_EXCHANGE;
    let link = changed_message(&mut pair, false, kind, |message| {
        let public = vec![0; 32];
        *message = ClientKeyExchange { public }.encode();
    });
    assert_end(&link.server, bad, Alert::ILLEGAL_PARAMETER);

    // The server's is signed, so it takes the server to do it.
    let mut pair = Pair::tls12();
    let key = std::sync::Arc::clone(&pair.world.server_keys[0]);
    let mut randoms = Vec::new();
    let link = changed(&mut pair, false, |_, pieces| {
        for piece in pieces {
            match Handshake::decode(&piece.bytes) {
                Ok(Handshake::ClientHello(hello)) => randoms.extend(hello.random.0),
                Ok(Handshake::ServerHello(hello)) => randoms.extend(hello.random.0),
                Ok(Handshake::ServerKeyExchange(message)) => {
                    piece.bytes = resigned(&message, &key, &randoms);
                }
                _ => {}
            }
        }
    });
    assert_end(&link.client, bad, Alert::ILLEGAL_PARAMETER);
}

/// The message with a share of zeros, and a signature that is good.
fn resigned(message: &ServerKeyExchange, key: &SigningKey, randoms: &[u8]) -> Vec<u8> {
    let params = ServerKeyExchange::params_of(message.group, &[0; 32]);
    let signed = [randoms, &params].concat();
    let signature = key.sign(message.algorithm, &signed).expect("it can");
    ServerKeyExchange::encode_signed(&params, message.algorithm, &signature)
}

#[test]
fn a_key_exchange_that_is_not_signed_for_this_handshake_is_refused() {
    let mut pair = Pair::tls12();
    let kind = HandshakeType::SERVER_KEY_EXCHANGE;
    let link = changed_message(&mut pair, false, kind, |message| {
        let last = message.len() - 1;
        message[last] ^= 1;
    });
    let wrong = Misbehaviour::BadKeyExchangeSignature;
    assert_end(&link.client, wrong, Alert::DECRYPT_ERROR);
    // One that was good in the handshake before: other randoms.
    let mut before = None;
    for _ in 0..2 {
        let link = changed_message(&mut pair, false, kind, |message| match &before {
            None => before = Some(message.clone()),
            Some(old) => message.clone_from(old),
        });
        if link.client.fault().is_some() {
            assert_end(&link.client, wrong, Alert::DECRYPT_ERROR);
            return;
        }
    }
    panic!("it was taken")
}
