//! Targets for keys and signatures as a peer sends them: shares of a key exchange, and signatures with the keys they
//! are said to be by.

use tessera_crypto::sign::verify_tls12;
use tessera_crypto::{Entropy, GROUPS, KeyShare, respond, verify};
use tessera_wire::codepoint::{NamedGroup, SignatureScheme};
use tessera_wire::{DecodeError, Reader};

super::table! { KEYS, 300 variants: peer_share peer_signature }

/// A key share in any group, the first byte says which: both roles make the same secret of it, or neither does; with
/// ML-KEM, where the two roles' shares are different things, each takes those of the right length only.
pub fn peer_share(data: &[u8]) {
    let Some((which, share)) = data.split_first() else {
        return;
    };
    let group = GROUPS[usize::from(*which) % GROUPS.len()];
    let entropy = || Entropy::from_seed([*which; 32]);
    let own = KeyShare::generate(group, &mut entropy()).expect("one of the groups");
    let public = own.public_share().to_vec();
    let (as_client, as_server) = (own.complete(share), respond(group, share, &mut entropy()));
    if let Some((clients_len, servers_len)) = mlkem_lens(group) {
        assert!(as_client.is_err() || share.len() == servers_len);
        assert!(as_server.is_err() || share.len() == clients_len);
        return;
    }
    match (as_client, as_server) {
        (Ok(client), Ok((answer, server))) => {
            assert_eq!(answer, public);
            assert!(client.matches(server.as_bytes()) && !client.is_all_zero());
        }
        (client, server) => assert_eq!(client.err(), server.err()),
    }
}

/// How long a client's share and a server's are where ML-KEM is in them.
fn mlkem_lens(group: NamedGroup) -> Option<(usize, usize)> {
    match group {
        NamedGroup::X25519MLKEM768 => Some((1184 + 32, 1088 + 32)),
        NamedGroup::MLKEM1024 => Some((1568, 1568)),
        _ => None,
    }
}

const MESSAGE: &[u8] = b"a message";

/// A signature over a fixed message, its scheme and its key before it: what verifies does so in TLS 1.2, too, and is not
/// one over another message.
pub fn peer_signature(data: &[u8]) {
    let Ok((scheme, key, signature)) = read(data) else {
        return;
    };
    if verify(scheme, key, MESSAGE, signature).is_ok() {
        assert!(verify_tls12(scheme, key, MESSAGE, signature).is_ok());
        assert!(verify(scheme, key, b"another message", signature).is_err());
    }
    let _ = verify_tls12(scheme, key, b"another message", signature);
}

fn read(data: &[u8]) -> Result<(SignatureScheme, &[u8], &[u8]), DecodeError> {
    let mut r = Reader::new(data);
    let scheme = SignatureScheme(r.u16("scheme")?);
    Ok((scheme, r.vec16("key", 0..=0xffff)?, r.rest()))
}

mod seeds {
    use super::*;
    use crate::fuzz::Seed;
    use crate::{KeyType, TestCa};
    use tessera_crypto::SigningKey;
    use tessera_wire::Writer;

    pub(super) fn peer_share() -> Vec<Seed> {
        let share = |name, which: u8| {
            let group = GROUPS[usize::from(which)];
            let share = KeyShare::generate(group, &mut Entropy::from_seed([9; 32]));
            let public = share.expect("one of the groups").public_share().to_vec();
            Seed::new(name, [&[which], public.as_slice()].concat())
        };
        vec![
            share("x25519", 1),
            share("p256", 2),
            share("p384", 3),
            share("p521", 4),
            Seed::new("x25519_of_low_order", [&[1], [0; 32].as_slice()].concat()),
            Seed::new("hybrid", [&[0], [1; 1184 + 32].as_slice()].concat()),
            Seed::new("ml_kem", [&[5], [1; 1568].as_slice()].concat()),
        ]
    }

    /// Those of other keys differ at every run: they were made once, and lie beside this one.
    pub(super) fn peer_signature() -> Vec<Seed> {
        let key = TestCa::new().issue(KeyType::Ed25519, &["a.test"]).key;
        vec![Seed::new("ed25519", signed(&key, SignatureScheme::ED25519))]
    }

    pub(super) fn signed(key: &SigningKey, scheme: SignatureScheme) -> Vec<u8> {
        let mut w = Writer::new();
        w.u16(scheme.0);
        w.vec16(|w| w.bytes(&key.public_key_spki()));
        w.bytes(&key.sign(scheme, MESSAGE).expect("one of its schemes"));
        w.into_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KeyType, TestCa};

    #[test]
    fn genuine_signatures_of_all_kinds_are_read_and_verify() {
        for key_type in [
            KeyType::Ed25519,
            KeyType::P256,
            KeyType::P384,
            KeyType::P521,
        ] {
            let key = TestCa::new().issue(key_type, &["a.test"]).key;
            for scheme in key.schemes() {
                let input = seeds::signed(&key, *scheme);
                let (read_scheme, key, signature) = read(&input).expect("it was just written");
                assert_eq!(read_scheme, *scheme);
                assert_eq!(verify(*scheme, key, MESSAGE, signature), Ok(()));
                peer_signature(&input);
            }
        }
    }
}
