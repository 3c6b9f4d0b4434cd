//! Tickets as OpenSSL's family of servers has them: opened, sealed, and carried from one server to another.
//!
//! ```text
//! key name    16
//! IV          16
//! ciphertext        AES-CBC over the session in DER, padded by PKCS #7
//! MAC         32    HMAC-SHA256 over everything before
//! ```
//!
//! TLS 1.2 and 1.3 have the same envelope; there is no length in it, unlike RFC 5077 §4. The MAC is verified
//! first, in constant time, and nothing is decrypted that does not carry one.

mod carry;
mod form;

pub use carry::{CarryError, carry, context};
pub use form::OpenSslTickets;

use tessera_crypto::{CbcKey, Entropy, HashAlgorithm, HmacKey};
use tessera_session::{ForeignKey, KeyName};
use zeroize::Zeroizing;

const BLOCK: usize = 16;
const MAC_LEN: usize = 32;

/// What an envelope turned out to hold.
pub enum Opened<'k> {
    /// The session of the server, in DER, and the key it was sealed under.
    State {
        /// In the structure of the server's TLS library.
        der: Zeroizing<Vec<u8>>,
        /// One of those given.
        key: &'k ForeignKey,
    },
    /// No key of that name.
    UnknownKey,
    /// It names a key, and that key did not make it.
    Forged,
}

/// Opens a ticket under whichever of these keys it names.
pub fn open<'k>(ticket: &[u8], keys: impl IntoIterator<Item = &'k ForeignKey>) -> Opened<'k> {
    let Some((name, _)) = ticket.split_first_chunk() else {
        return Opened::UnknownKey;
    };
    let name = KeyName(*name);
    let mut named = false;
    // One key may have been imported in two dialects, the wrong one first.
    for key in keys.into_iter().filter(|key| key.name == name) {
        named = true;
        if let Some(der) = open_with(key, ticket) {
            return Opened::State { der, key };
        }
    }
    if named {
        Opened::Forged
    } else {
        Opened::UnknownKey
    }
}

fn open_with(key: &ForeignKey, ticket: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (authenticated, mac) = ticket.split_last_chunk::<MAC_LEN>()?;
    let hmac = HmacKey::new(HashAlgorithm::Sha256, key.mac().as_bytes());
    if !hmac.verify(&[authenticated], mac) {
        return None;
    }
    let (_name, rest) = authenticated.split_first_chunk::<BLOCK>()?;
    let (iv, ciphertext) = rest.split_first_chunk::<BLOCK>()?;
    CbcKey::new(key.cipher().as_bytes())
        .ok()?
        .decrypt(*iv, ciphertext)
}

/// Seals a session of a server, in DER; `None` if no message could carry the ticket.
pub fn seal(der: &[u8], key: &ForeignKey, entropy: &mut Entropy) -> Option<Vec<u8>> {
    let iv = entropy.public_array::<BLOCK>();
    let ciphertext = CbcKey::new(key.cipher().as_bytes()).ok()?.encrypt(iv, der);
    let mut ticket = Vec::with_capacity(2 * BLOCK + ciphertext.len() + MAC_LEN);
    ticket.extend_from_slice(&key.name.0);
    ticket.extend_from_slice(&iv);
    ticket.extend_from_slice(&ciphertext);
    let hmac = HmacKey::new(HashAlgorithm::Sha256, key.mac().as_bytes());
    let mac = hmac.sign(&[&ticket]);
    ticket.extend_from_slice(mac.as_bytes());
    (ticket.len() <= crate::limits::LONGEST_TICKET).then_some(ticket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tessera_session::{Dialect, ForeignRole, Timestamp};

    fn key(first: u8, len: usize) -> ForeignKey {
        let parts = (&[first; 32][..len], &[first ^ 0xff; 32][..len]);
        let end = Timestamp::from_unix_secs(1_900_000_000);
        let name = KeyName([first; 16]);
        ForeignKey::new(Dialect::Nginx, name, parts, ForeignRole::Seals, end).unwrap()
    }

    fn entropy() -> Entropy {
        Entropy::from_seed([9; 32])
    }

    /// Sealed outside: `openssl enc -aes-128-cbc` and `openssl mac -digest SHA256 HMAC` over a key of
    /// sixteen 7s, a MAC key of sixteen f8s, a name of 7s and an IV of 1s.
    #[test]
    fn the_envelope_is_that_of_openssls_own_tools() {
        let ticket = data_encoding::HEXLOWER.decode(OPENSSLS.as_bytes()).unwrap();
        match open(&ticket, [&key(9, 16), &key(7, 16)]) {
            Opened::State { der, key } => {
                assert_eq!((der.as_slice(), key.name.0[0]), (&b"a session"[..], 7));
            }
            _ => panic!("it does not open"),
        }
    }

    const OPENSSLS: &str = "070707070707070707070707070707070101010101010101010101010101010139b105d103ce4dedd2f9e6d79e0c3c61b0755acb4fec5b044714e0f6a16c5f71cee328603a3aa0c74b27f26d92f60842";

    #[test]
    fn a_ticket_opens_under_its_own_key_only() {
        for len in [16, 32] {
            let ticket = seal(b"a session", &key(1, len), &mut entropy()).unwrap();
            assert_eq!(ticket.len(), 16 + 16 + 16 + 32);
            let opened = |key: &ForeignKey| match open(&ticket, [key]) {
                Opened::State { der, .. } => Ok(der.to_vec()),
                Opened::UnknownKey => Err("unknown"),
                Opened::Forged => Err("forged"),
            };
            assert_eq!(opened(&key(1, len)).unwrap(), b"a session");
            assert_eq!(opened(&key(2, len)), Err("unknown"));
            let mut impostor = key(2, len);
            impostor.name = KeyName([1; 16]);
            assert_eq!(opened(&impostor), Err("forged"));
            let both = [impostor, key(1, len)];
            assert!(matches!(open(&ticket, &both), Opened::State { .. }));
        }
    }

    #[test]
    fn no_two_tickets_share_an_iv_and_none_is_too_long_for_its_message() {
        let mut entropy = entropy();
        let [one, other] = [0, 1].map(|_| seal(b"a session", &key(1, 32), &mut entropy).unwrap());
        assert_ne!(one[16..], other[16..]);
        assert!(seal(&vec![1; 0xffff - 64], &key(1, 32), &mut entropy).is_none());
        assert!(seal(&vec![1; 0xffff - 80], &key(1, 32), &mut entropy).is_some());
    }

    proptest! {
        #[test]
        fn one_flipped_bit_and_no_ticket_opens(at: usize, bit in 0u8..8) {
            let key = key(1, 32);
            let mut ticket = seal(b"a session of some length", &key, &mut entropy()).unwrap();
            let at = at % ticket.len();
            ticket[at] ^= 1 << bit;
            let opened = matches!(open(&ticket, [&key]), Opened::State { .. });
            prop_assert!(!opened);
        }

        #[test]
        fn any_bytes_are_a_ticket_or_not(bytes: Vec<u8>) {
            let opened = matches!(open(&bytes, [&key(1, 32)]), Opened::State { .. });
            prop_assert!(!opened);
        }
    }
}
