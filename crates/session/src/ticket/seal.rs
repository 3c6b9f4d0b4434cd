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
    /// The ticket would be longer than 65,535 bytes (§4.7.1).
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

/// Makes a ticket of a session.
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
