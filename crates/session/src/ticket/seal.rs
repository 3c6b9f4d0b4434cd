//! The envelope of a self-encrypted ticket. `docs/ticket.md` has its fields.

use core::fmt;

use tessera_crypto::{Entropy, HashAlgorithm, SivKey};
use tessera_wire::{ProtocolVersion, Reader, Writer};
use zeroize::Zeroizing;

use super::key::{KeyName, TicketKey};
use super::ring::Ring;
use crate::record::{self, RecordError};
use crate::scope::Scope;
use crate::session::Session;
use crate::time::Timestamp;
use crate::vault::hash_code;

/// What a presented ticket turned out to be.
#[derive(Debug)]
pub enum Opened {
    /// A session of ours.
    Session {
        /// The session.
        session: Box<Session>,
        /// Set when the key no longer seals: accept, and issue a new ticket.
        renew: bool,
    },
    /// No key of that name, or one that is retired.
    UnknownKey,
    /// It names a key of ours, which did not make it.
    Forged,
}

/// Why no ticket was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealError {
    /// No key seals now.
    NoSealingKey,
    /// The session has no form in bytes.
    Record(RecordError),
    /// The ticket would be longer than 65,535 bytes (RFC 9846 §4.7.1).
    TooLong,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSealingKey => f.write_str("no ticket key seals now"),
            Self::Record(error) => fmt::Display::fmt(error, f),
            Self::TooLong => {
                f.write_str("the session is too long for a ticket; keep it in the store")
            }
        }
    }
}

impl std::error::Error for SealError {}

/// The key's name, a salt, the masked header: then the sealed record.
const SALT_LEN: usize = 16;
const HEADER_LEN: usize = 2 + 2 + 1 + 1 + 32;
const FORMAT: u16 = 1;
const ROLE_SERVER: u8 = 2;

/// Makes a ticket of a session: encrypted and authenticated, with a key of its own and a cipher of 256 bits:
/// RFC 5077 §5.2 (1), RFC 9325 §3.4 (1, 2).
pub fn seal(
    session: &Session,
    ring: &Ring,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<Vec<u8>, SealError> {
    let key = ring.sealing_key(now).ok_or(SealError::NoSealingKey)?;
    let hash = session
        .hash()
        .ok_or(SealError::Record(record::illegal("cipher_suite")))?;
    let plaintext = record::encode(session, None).map_err(SealError::Record)?;
    let salt: [u8; SALT_LEN] = entropy.public_array();
    let header = Header {
        version: session.version,
        hash,
        scope: session.binding.scope,
    }
    .encode();
    let once = Once::new(key, &salt);

    let sealed = once.key.seal(
        NONCE,
        &associated_data(key.name, &salt, &header),
        &plaintext,
    );
    let mut ticket = Vec::with_capacity(16 + SALT_LEN + HEADER_LEN + sealed.len());
    ticket.extend_from_slice(&key.name.0);
    ticket.extend_from_slice(&salt);
    ticket.extend_from_slice(&once.masked(header));
    ticket.extend_from_slice(&sealed);
    if ticket.len() > 0xffff {
        Err(SealError::TooLong)
    } else {
        Ok(ticket)
    }
}

/// Opens a ticket.
pub fn open(ticket: &[u8], ring: &Ring, now: Timestamp) -> Opened {
    let r = &mut Reader::new(ticket);
    let Ok(name) = r.array("key_name") else {
        return Opened::UnknownKey;
    };
    let Some(key) = ring.opening_key(KeyName(name), now) else {
        return Opened::UnknownKey;
    };
    match open_with(key, r) {
        // Only the key that would seal now makes a ticket that need not be replaced.
        Some(session) => {
            let renew = ring
                .sealing_key(now)
                .is_none_or(|sealing| sealing.name != key.name);
            Opened::Session {
                session: Box::new(session),
                renew,
            }
        }
        None => Opened::Forged,
    }
}

fn open_with(key: &TicketKey, r: &mut Reader<'_>) -> Option<Session> {
    let salt: [u8; SALT_LEN] = r.array("salt").ok()?;
    let masked: [u8; HEADER_LEN] = r.array("header").ok()?;
    let once = Once::new(key, &salt);
    let header = once.masked(masked);
    let plaintext = once
        .key
        .open(NONCE, &associated_data(key.name, &salt, &header), r.rest())
        .ok()?;
    let (session, _) = record::decode(&plaintext).ok()?;
    let filed = Header {
        version: session.version,
        hash: session.hash()?,
        scope: session.binding.scope,
    };
    (filed.encode() == header).then_some(session)
}

/// What a ticket says of itself before it is opened. It is authenticated, and masked: seen on the wire
/// it would tell which tickets belong to one virtual host.
struct Header {
    version: ProtocolVersion,
    hash: HashAlgorithm,
    scope: Scope,
}

impl Header {
    fn encode(&self) -> [u8; HEADER_LEN] {
        let mut w = Writer::with_capacity(HEADER_LEN);
        w.u16(FORMAT);
        w.u16(self.version.0);
        w.u8(hash_code(self.hash));
        w.u8(ROLE_SERVER);
        w.bytes(&self.scope.0);
        let mut header = [0; HEADER_LEN];
        for (to, from) in header.iter_mut().zip(w.as_slice()) {
            *to = *from;
        }
        header
    }
}

/// What one ticket is sealed with: a key and a mask of its own.
struct Once {
    key: SivKey,
    mask: [u8; HEADER_LEN],
}

impl Once {
    /// No two tickets share a key unless they share a salt of 128 bits; and then the AEAD still tells
    /// no more than whether they are the same.
    fn new(key: &TicketKey, salt: &[u8; SALT_LEN]) -> Self {
        let mut material = Zeroizing::new([0; SivKey::KEY_LEN + HEADER_LEN]);
        key.prepared().expand(
            &[b"tessera ticket v1".as_slice(), salt].concat(),
            &mut *material,
        );
        let mut own = Zeroizing::new([0; SivKey::KEY_LEN]);
        let mut mask = [0; HEADER_LEN];
        for (to, from) in own.iter_mut().chain(&mut mask).zip(material.iter()) {
            *to = *from;
        }
        Self {
            key: SivKey::new(&own),
            mask,
        }
    }

    fn masked(&self, mut header: [u8; HEADER_LEN]) -> [u8; HEADER_LEN] {
        for (byte, mask) in header.iter_mut().zip(self.mask) {
            *byte ^= mask;
        }
        header
    }
}

const NONCE: [u8; 12] = [0; 12];

fn associated_data(name: KeyName, salt: &[u8; SALT_LEN], header: &[u8; HEADER_LEN]) -> Vec<u8> {
    [b"self-encrypted ticket\0".as_slice(), &name.0, salt, header].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, ISSUED};
    use crate::ticket::{RotationPolicy, rotation};
    use core::time::Duration;
    use proptest::prelude::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn entropy(number: u8) -> Entropy {
        Entropy::from_seed([number; 32])
    }

    fn ring() -> Ring {
        rotation::next(
            &Ring::empty(),
            &RotationPolicy::default(),
            ISSUED,
            &mut entropy(1),
        )
        .unwrap()
    }

    fn ticket() -> Vec<u8> {
        seal(&samples::tls13(), &ring(), ISSUED, &mut entropy(2)).unwrap()
    }

    fn same(a: &Session, b: &Session) -> bool {
        record::encode(a, None).unwrap() == record::encode(b, None).unwrap()
    }

    #[test]
    fn a_ticket_opens_to_the_session_it_was_made_of() {
        for session in [samples::tls13(), samples::tls12(), samples::bare()] {
            let ticket = seal(&session, &ring(), ISSUED, &mut entropy(2)).unwrap();
            match open(&ticket, &ring(), ISSUED) {
                Opened::Session {
                    session: opened,
                    renew,
                } => assert!(same(&opened, &session) && !renew),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn rule_04_no_ticket_before_a_key_exists() {
        let refused = |ring: Ring, now| seal(&samples::tls13(), &ring, now, &mut entropy(2)).err();
        let none = Some(SealError::NoSealingKey);
        assert_eq!(refused(Ring::empty(), ISSUED), none);
        assert_eq!(refused(ring(), ISSUED.minus(HOUR)), none);
        assert_eq!(refused(ring(), ISSUED.plus(12 * HOUR)), none);
    }

    #[test]
    fn r16_a_ticket_opens_in_every_phase_of_its_key_but_the_last() {
        let opened = |now| match open(&ticket(), &ring(), now) {
            Opened::Session { renew, .. } => Some(renew),
            Opened::UnknownKey => None,
            Opened::Forged => panic!("it is not"),
        };
        assert_eq!(opened(ISSUED.minus(HOUR)), Some(true), "announced");
        assert_eq!(opened(ISSUED), Some(false), "sealing");
        assert_eq!(opened(ISSUED.plus(12 * HOUR)), Some(true), "opening");
        assert_eq!(opened(ISSUED.plus(36 * HOUR)), None, "retired");
    }

    #[test]
    fn r10_same_seed_different_tickets_share_no_keystream() {
        // As after a restored snapshot: the same entropy, and so the same salt, for two sessions.
        let (one, mut other) = (samples::tls13(), samples::tls13());
        other.lifetime.issued_at = ISSUED.plus(HOUR);
        let [a, b] =
            [&one, &other].map(|session| seal(session, &ring(), ISSUED, &mut entropy(2)).unwrap());
        let [p, q] = [&one, &other].map(|session| record::encode(session, None).unwrap());
        let start = 16 + SALT_LEN + HEADER_LEN;
        assert_eq!(a[..start], b[..start]);
        let xored = |x: &[u8], y: &[u8]| x.iter().zip(y).map(|(x, y)| x ^ y).collect::<Vec<u8>>();
        let (sealed, plain) = (xored(&a[start..], &b[start..]), xored(&p, &q));
        let alike = sealed.iter().zip(&plain).filter(|(x, y)| x == y).count();
        assert!(alike < plain.len() / 8, "{alike} of {} bytes", plain.len());
    }

    #[test]
    fn r10_each_ticket_has_a_key_of_its_own() {
        let mut entropy = entropy(2);
        let [a, b] =
            [0, 1].map(|_| seal(&samples::tls13(), &ring(), ISSUED, &mut entropy).unwrap());
        assert_eq!(a[..16], b[..16], "the key's name");
        let alike = a[16..].iter().zip(&b[16..]).filter(|(x, y)| x == y).count();
        assert!(alike < a.len() / 8, "{alike} of {} bytes", a.len());
    }

    #[test]
    fn on_the_wire_tickets_of_one_virtual_host_do_not_look_alike() {
        let scope = samples::tls13().binding.scope;
        assert!(
            !ticket()
                .windows(8)
                .any(|window| scope.0.windows(8).any(|part| part == window))
        );
    }

    #[test]
    fn r13_a_ticket_of_another_ring_is_unknown_and_a_made_up_one_is_forged() {
        let other = rotation::next(
            &Ring::empty(),
            &RotationPolicy::default(),
            ISSUED,
            &mut entropy(9),
        )
        .unwrap();
        assert!(matches!(
            open(&ticket(), &other, ISSUED),
            Opened::UnknownKey
        ));
        let mut made_up = ticket();
        made_up[16..].fill(7);
        assert!(matches!(open(&made_up, &ring(), ISSUED), Opened::Forged));
        assert!(matches!(
            open(&ticket()[..16], &ring(), ISSUED),
            Opened::Forged
        ));
        assert!(matches!(open(&[], &ring(), ISSUED), Opened::UnknownKey));
    }

    #[test]
    fn what_does_not_fit_into_a_ticket_is_told() {
        let mut session = samples::tls13();
        session.app_data = vec![1; 0xffff];
        assert_eq!(
            seal(&session, &ring(), ISSUED, &mut entropy(2)).err(),
            Some(SealError::TooLong)
        );
        session.app_data.push(1);
        let error = seal(&session, &ring(), ISSUED, &mut entropy(2)).err();
        assert_eq!(
            error,
            Some(SealError::Record(RecordError::TooLong("app_data")))
        );
    }

    proptest! {
        #[test]
        fn one_flipped_bit_and_no_ticket_opens(at: usize, bit in 0u8..8) {
            // RFC 5077 §5.2 (1), RFC 9325 §3.4 (1).
            let mut ticket = ticket();
            let at = at % ticket.len();
            ticket[at] ^= 1 << bit;
            match open(&ticket, &ring(), ISSUED) {
                Opened::UnknownKey => prop_assert!(at < 16),
                Opened::Forged => prop_assert!(at >= 16),
                Opened::Session { .. } => prop_assert!(false, "byte {}", at),
            }
        }

        #[test]
        fn rule_13_any_bytes_are_a_ticket_or_not(bytes: Vec<u8>) {
            let opened = open(&bytes, &ring(), ISSUED);
            let opened_session = matches!(opened, Opened::Session { .. });
            prop_assert!(!opened_session);
        }
    }
}
