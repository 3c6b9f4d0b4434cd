//! The keys under which sessions, rings and revocations are sealed before they leave the process.
//!
//! Each purpose has its own key, derived from the store key, and each record its own below that. What
//! stands in clear beside a sealed record is authenticated with it, so nothing opens after it was moved
//! to another purpose, role, id or scope.

use core::fmt;
use std::sync::Arc;

use tessera_crypto::{Entropy, HashAlgorithm, HmacKey, Prk, SivKey, extract};
use tessera_wire::{ProtocolVersion, Writer};
use zeroize::Zeroizing;

use crate::id::TicketId;
use crate::record::{self, RecordError};
use crate::scope::Scope;
use crate::session::{Session, Side, suite_hash};
use crate::store::{PeerHash, Selector, WalletKey};
use crate::summary::{Summary, TicketKind};
use crate::ticket::{Ratchet, Ring};
use crate::time::Timestamp;

/// What a sealed record is for. Each purpose has a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A session in a server's store.
    Session,
    /// A session in a client's wallet.
    Wallet,
    /// What a listing shows of a session.
    Listing,
    /// The ring of ticket keys.
    Ring,
    /// A chain of ticket keys.
    Ratchet,
    /// A revocation.
    Revocation,
    /// A connection in the register.
    Connection,
    /// Everything about a stored session, where others can look into the store.
    Filed,
    /// A session in a file of its own.
    SessionFile,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Session => b"session record",
            Self::Wallet => b"wallet record",
            Self::Listing => b"listing",
            Self::Ring => b"ring",
            Self::Ratchet => b"ratchet",
            Self::Revocation => b"revocation",
            Self::Connection => b"connection",
            Self::Filed => b"filed",
            Self::SessionFile => b"session file",
        }
    }

    /// The purpose of a session record of this side.
    pub const fn of(side: Side) -> Self {
        match side {
            Side::Client => Self::Wallet,
            Side::Server => Self::Session,
        }
    }
}

/// A session as a store holds it: one half sealed for listings, one for resumption, under different keys.
///
/// What stands in clear is for the store to find and sweep by. It is authenticated with both halves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    /// What it is found by.
    pub id: TicketId,
    /// Whose it is.
    pub side: Side,
    /// The version: a wallet gives TLS 1.3 tickets away and keeps TLS 1.2 sessions.
    pub version: ProtocolVersion,
    /// The hash of its cipher suite.
    pub hash: HashAlgorithm,
    /// What it may be resumed for.
    pub scope: Scope,
    /// When the broom may take it. Policy reads the sealed time, not this one.
    pub expires_at: Timestamp,
    /// What revocations find it by.
    pub index: Index,
    /// The summary, sealed.
    pub listing: Vec<u8>,
    /// The session, sealed; empty where there is only a summary.
    pub sealed: Vec<u8>,
}

/// Keyed hashes of what a [`Selector`] selects by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Index {
    /// Of the lineage.
    pub lineage: Tag,
    /// Of the name; all zero for none.
    pub server_name: Tag,
    /// Of the peer; all zero for none.
    pub peer: Tag,
}

/// A keyed hash.
pub type Tag = [u8; 16];

impl StoredSession {
    /// Everything in clear, to be authenticated with a sealed half.
    fn associated_data(&self, purpose: Purpose) -> Vec<u8> {
        let mut w = Writer::with_capacity(192);
        w.vec8(|w| w.bytes(purpose.label()));
        w.u16(self.version.0);
        w.u8(hash_code(self.hash));
        w.u8(match self.side {
            Side::Client => 1,
            Side::Server => 2,
        });
        w.bytes(&self.id.0);
        w.bytes(&self.scope.0);
        w.u64(self.expires_at.as_millis());
        w.bytes(&self.index.lineage);
        w.bytes(&self.index.server_name);
        w.bytes(&self.index.peer);
        w.into_vec()
    }
}

/// The number of a hash in records, tickets and their associated data.
pub const fn hash_code(hash: HashAlgorithm) -> u8 {
    match hash {
        HashAlgorithm::Sha256 => 4,
        HashAlgorithm::Sha384 => 5,
    }
}

/// The hash with this number.
pub const fn hash_of_code(code: u8) -> Option<HashAlgorithm> {
    match code {
        4 => Some(HashAlgorithm::Sha256),
        5 => Some(HashAlgorithm::Sha384),
        _ => None,
    }
}

/// Why a record did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenFailure {
    /// Damaged, moved from elsewhere, or sealed under another key; which of these cannot be told.
    NotAuthentic,
    /// There is only a summary.
    OnlySummary,
    /// It opened, and is no record.
    Malformed(RecordError),
    /// It opened, and is not what stands beside it in clear.
    Inconsistent,
}

impl fmt::Display for OpenFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAuthentic => {
                f.write_str("the record is damaged, out of place or sealed under another key")
            }
            Self::OnlySummary => {
                f.write_str("the session itself is in its ticket; only a summary is kept")
            }
            Self::Malformed(error) => fmt::Display::fmt(error, f),
            Self::Inconsistent => f.write_str("the record is not the one it is filed as"),
        }
    }
}

impl std::error::Error for OpenFailure {}

impl From<RecordError> for OpenFailure {
    fn from(error: RecordError) -> Self {
        Self::Malformed(error)
    }
}

/// Seals and opens what leaves the process. Clones share their keys, which are wiped with the last of them.
#[derive(Clone)]
pub struct Vault(Arc<Keys>);

struct Keys {
    root: Prk,
    lookup: HmacKey,
    index: HmacKey,
    spent: HmacKey,
    names: HmacKey,
    check: [u8; 16],
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// The keys that follow from this store key.
    pub fn new(store_key: &[u8; 32]) -> Self {
        Self::of(b"tessera vault v1", store_key)
    }

    /// The keys of a fleet: servers that have this key and call themselves so. Nothing of another
    /// fleet opens, whichever store it was copied to; a ring is bound to its fleet by that.
    pub fn for_fleet(store_key: &[u8; 32], fleet: &str) -> Self {
        let mut salt = b"tessera fleet v1 ".to_vec();
        salt.extend_from_slice(fleet.as_bytes());
        Self::of(&salt, store_key)
    }

    fn of(salt: &[u8], store_key: &[u8; 32]) -> Self {
        let root = extract(HashAlgorithm::Sha256, salt, store_key);
        let root = Prk::new(HashAlgorithm::Sha256, root.as_bytes());
        let hmac = |label: &[u8]| {
            let mut key = Zeroizing::new([0; 32]);
            root.expand(label, &mut *key);
            HmacKey::new(HashAlgorithm::Sha256, &*key)
        };
        let mut check = [0; 16];
        root.expand(b"check value", &mut check);
        Self(Arc::new(Keys {
            lookup: hmac(b"lookup mac"),
            index: hmac(b"index"),
            spent: hmac(b"spent mark"),
            names: hmac(b"names"),
            root,
            check,
        }))
    }

    /// Tells store keys apart without telling them: kept beside the records, it shows a wrong key at once.
    pub fn check_value(&self) -> [u8; 16] {
        self.0.check
    }

    /// Names the deployment of everybody who has these keys: part of every scope.
    pub fn deployment(&self) -> [u8; 16] {
        let mut id = [0; 16];
        self.0.root.expand(b"deployment id", &mut id);
        id
    }

    /// What a store that others can look into calls this thing of this kind: nobody without the key can
    /// tell what is filed there, nor where something would be.
    pub fn name(&self, kind: &str, thing: &[u8]) -> Tag {
        let mut name = [0; 16];
        let kind_len = [kind.len() as u8]; // our own words, all short
        let digest = self.0.names.sign(&[&kind_len, kind.as_bytes(), thing]);
        fill(&mut name, digest.as_bytes());
        name
    }

    /// A session for a store. On a client, with the ticket to offer it by.
    pub fn seal_session(
        &self,
        session: &Session,
        ticket: Option<&[u8]>,
        side: Side,
        id: TicketId,
    ) -> Result<StoredSession, RecordError> {
        let kind = match ticket {
            Some(bytes) if bytes.len() != LOOKUP_KEY_LEN => TicketKind::Sealed,
            _ => TicketKind::Stored,
        };
        let mut stored =
            self.seal_listing(&Summary::of(session, id, side, kind), session.binding.scope)?;
        let purpose = Purpose::of(side);
        let plaintext = record::encode(session, ticket)?;
        stored.sealed =
            self.key(purpose, &id.0)
                .seal(NONCE, &stored.associated_data(purpose), &plaintext);
        Ok(stored)
    }

    /// What stands in listings for all self-encrypted tickets of one full handshake.
    pub fn seal_lineage(
        &self,
        session: &Session,
        side: Side,
    ) -> Result<StoredSession, RecordError> {
        self.seal_listing(&Summary::of_lineage(session, side), session.binding.scope)
    }

    /// A session for a wallet, whose scope is the wallet's key.
    pub fn seal_for_wallet(
        &self,
        key: &WalletKey,
        session: &Session,
        ticket: Option<&[u8]>,
        id: TicketId,
    ) -> Result<StoredSession, RecordError> {
        let mut session = session.clone();
        session.binding.scope = key.scope();
        self.seal_session(&session, ticket, Side::Client, id)
    }

    /// Opens a session; `side` is whose store it came from.
    pub fn open_session(
        &self,
        stored: &StoredSession,
        side: Side,
    ) -> Result<(Session, Option<Vec<u8>>), OpenFailure> {
        if stored.sealed.is_empty() {
            return Err(OpenFailure::OnlySummary);
        }
        let purpose = Purpose::of(side);
        let plaintext = self
            .key(purpose, &stored.id.0)
            .open(NONCE, &stored.associated_data(purpose), &stored.sealed)
            .map_err(|_| OpenFailure::NotAuthentic)?;
        let (session, ticket) = record::decode(&plaintext)?;
        let same = stored.side == side
            && session.version == stored.version
            && session.hash() == Some(stored.hash)
            && session.binding.scope == stored.scope;
        if same {
            Ok((session, ticket))
        } else {
            Err(OpenFailure::Inconsistent)
        }
    }

    /// Opens a session drawn from a wallet for this key, and no other.
    pub fn open_from_wallet(
        &self,
        key: &WalletKey,
        stored: &StoredSession,
    ) -> Result<(Session, Option<Vec<u8>>), OpenFailure> {
        let opened = self.open_session(stored, Side::Client)?;
        if opened.0.binding.scope == key.scope() {
            Ok(opened)
        } else {
            Err(OpenFailure::Inconsistent)
        }
    }

    /// Opens what may be shown.
    pub fn open_summary(&self, stored: &StoredSession) -> Result<Summary, OpenFailure> {
        let plaintext = self
            .key(Purpose::Listing, &stored.id.0)
            .open(
                NONCE,
                &stored.associated_data(Purpose::Listing),
                &stored.listing,
            )
            .map_err(|_| OpenFailure::NotAuthentic)?;
        let summary = Summary::decode(&plaintext)?;
        if summary.id == stored.id && summary.side == stored.side {
            Ok(summary)
        } else {
            Err(OpenFailure::Inconsistent)
        }
    }

    /// Where a wallet files what it has for this key. Names cannot be guessed from it.
    pub fn wallet_index(&self, key: &WalletKey) -> [u8; 32] {
        let mut index = [0; 32];
        fill(
            &mut index,
            self.0.index.sign(&[b"wallet", &key.scope().0]).as_bytes(),
        );
        index
    }

    /// What the sessions selected are indexed by; `None` if all are.
    pub fn tag(&self, which: &Selector) -> Option<Tag> {
        let digest = match which {
            Selector::Lineage(id) => self.0.index.sign(&[b"lineage", &id.0]),
            Selector::ServerName(name) => self
                .0
                .index
                .sign(&[b"server name", name.as_str().as_bytes()]),
            Selector::Peer(peer) => self.0.index.sign(&[b"peer", &peer.0]),
            Selector::All => return None,
        };
        let mut tag = [0; 16];
        fill(&mut tag, digest.as_bytes());
        Some(tag)
    }

    /// Authenticates the mark of a used-up id, so that nobody but us sets one or moves its end.
    pub fn spent_mark(&self, id: TicketId, until: Timestamp) -> Tag {
        let mut mark = [0; 16];
        let until = until.as_millis().to_be_bytes();
        fill(&mut mark, self.0.spent.sign(&[&id.0, &until]).as_bytes());
        mark
    }

    /// A new lookup key, to travel as a ticket or as a TLS 1.2 session id. Half of it is random, half
    /// proves that it is ours.
    pub fn new_lookup_key(&self, entropy: &mut Entropy) -> [u8; LOOKUP_KEY_LEN] {
        let random: [u8; 16] = entropy.public_array();
        let mac = self.0.lookup.sign(&[&random]);
        let mut key = [0; LOOKUP_KEY_LEN];
        fill(&mut key, &random);
        fill(key.split_at_mut(16).1, mac.as_bytes());
        key
    }

    /// Whether these bytes can be a lookup key of ours. What is not never reaches the store.
    pub fn is_ours(&self, lookup_key: &[u8]) -> bool {
        let Some((random, mac)) = lookup_key.split_first_chunk::<16>() else {
            return false;
        };
        let mut expected = [0; 16];
        fill(&mut expected, self.0.lookup.sign(&[random]).as_bytes());
        tessera_crypto::Secret::new(&expected).is_ok_and(|expected| expected.matches(mac))
    }

    /// The ring, for its store.
    pub fn seal_ring(&self, ring: &Ring) -> Vec<u8> {
        let version = ring.version().to_be_bytes();
        self.seal(Purpose::Ring, &version, &ring.encode())
    }

    /// Opens the ring that was filed as this version.
    pub fn open_ring(&self, version: u64, sealed: &[u8]) -> Result<Ring, OpenFailure> {
        let ring = Ring::decode(&self.open(Purpose::Ring, &version.to_be_bytes(), sealed)?)?;
        if ring.version() == version {
            Ok(ring)
        } else {
            Err(OpenFailure::Inconsistent)
        }
    }

    /// Seals a ratchet, for its next process on the same machine.
    pub fn seal_ratchet(&self, ratchet: &Ratchet) -> Vec<u8> {
        self.seal(Purpose::Ratchet, b"", &ratchet.encode())
    }

    /// Opens a ratchet.
    pub fn open_ratchet(&self, sealed: &[u8]) -> Result<Ratchet, OpenFailure> {
        Ok(Ratchet::decode(&self.open(
            Purpose::Ratchet,
            b"",
            sealed,
        )?)?)
    }

    /// Seals other records a store keeps, under the name they are filed by.
    pub fn seal(&self, purpose: Purpose, name: &[u8], plaintext: &[u8]) -> Vec<u8> {
        self.key(purpose, name)
            .seal(NONCE, purpose.label(), plaintext)
    }

    /// Opens what [`seal`](Self::seal) made.
    pub fn open(
        &self,
        purpose: Purpose,
        name: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenFailure> {
        self.key(purpose, name)
            .open(NONCE, purpose.label(), sealed)
            .map_err(|_| OpenFailure::NotAuthentic)
    }

    /// What listings show of a session that is not kept itself, made for this scope.
    pub fn seal_listing(
        &self,
        summary: &Summary,
        scope: Scope,
    ) -> Result<StoredSession, RecordError> {
        let hash = suite_hash(summary.version, summary.cipher_suite)
            .ok_or(record::illegal("cipher_suite"))?;
        let tag = |selector: Option<Selector>| {
            selector
                .and_then(|selector| self.tag(&selector))
                .unwrap_or_default()
        };
        let peer = summary.peer.as_deref().map(PeerHash::of_subject);
        let mut stored = StoredSession {
            id: summary.id,
            side: summary.side,
            version: summary.version,
            hash,
            scope,
            expires_at: summary.expires_at,
            index: Index {
                lineage: tag(Some(Selector::Lineage(summary.lineage.id))),
                server_name: tag(summary.server_name.clone().map(Selector::ServerName)),
                peer: tag(peer.map(Selector::Peer)),
            },
            listing: Vec::new(),
            sealed: Vec::new(),
        };
        let associated_data = stored.associated_data(Purpose::Listing);
        stored.listing = self.key(Purpose::Listing, &stored.id.0).seal(
            NONCE,
            &associated_data,
            &summary.encode()?,
        );
        Ok(stored)
    }

    /// The key of one record. Sealed twice, a record shows at most that nothing in it changed: the AEAD
    /// is the misuse-resistant one, and the nonce can be constant.
    fn key(&self, purpose: Purpose, name: &[u8]) -> SivKey {
        let mut info = Vec::with_capacity(64);
        info.extend_from_slice(b"record ");
        info.extend_from_slice(purpose.label());
        info.push(0);
        info.extend_from_slice(name);
        let mut key = Zeroizing::new([0; SivKey::KEY_LEN]);
        self.0.root.expand(&info, &mut *key);
        SivKey::new(&key)
    }
}

/// The length of a lookup key: 128 bits to be unguessable, 128 bits to be ours.
pub const LOOKUP_KEY_LEN: usize = 32;

const NONCE: [u8; 12] = [0; 12];

fn fill(to: &mut [u8], from: &[u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use crate::store::Verification;
    use proptest::prelude::*;

    fn vault() -> Vault {
        Vault::new(&[7; 32])
    }

    fn id() -> TicketId {
        TicketId([8; 32])
    }

    fn same(a: &Session, b: &Session) -> bool {
        record::encode(a, None).unwrap() == record::encode(b, None).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_to_the_same_session() {
        for session in [samples::tls13(), samples::tls12(), samples::bare()] {
            let stored = vault()
                .seal_session(&session, Some(b"ticket"), Side::Client, id())
                .unwrap();
            let (opened, ticket) = vault().open_session(&stored, Side::Client).unwrap();
            assert!(same(&opened, &session));
            assert_eq!(ticket.as_deref(), Some(b"ticket".as_slice()));
            let summary = vault().open_summary(&stored).unwrap();
            assert_eq!(
                summary,
                Summary::of(&session, id(), Side::Client, TicketKind::Sealed)
            );
        }
    }

    #[test]
    fn r1_a_fleet_has_keys_a_deployment_and_names_of_its_own() {
        let fleets = [
            Vault::for_fleet(&[7; 32], "a"),
            Vault::for_fleet(&[7; 32], "b"),
            Vault::for_fleet(&[8; 32], "a"),
            vault(),
        ];
        let mut seen = std::collections::HashSet::new();
        for fleet in &fleets {
            assert!(seen.insert(fleet.deployment()));
            assert!(seen.insert(fleet.check_value()));
            assert!(seen.insert(fleet.name("session", &[1; 32])));
            assert!(seen.insert(fleet.name("ticket", &[1; 32])));
        }
        let again = Vault::for_fleet(&[7; 32], "a");
        assert_eq!(again.deployment(), fleets[0].deployment());
        assert_eq!(
            again.name("session", &[1; 32]),
            fleets[0].name("session", &[1; 32])
        );
    }

    #[test]
    fn r1_a_ring_of_another_fleet_does_not_open() {
        let ring = Ring::empty();
        let sealed = Vault::for_fleet(&[7; 32], "a").seal_ring(&ring);
        let other = Vault::for_fleet(&[7; 32], "b").open_ring(ring.version(), &sealed);
        assert_eq!(other.err(), Some(OpenFailure::NotAuthentic));
    }

    #[test]
    fn r2_a_record_moved_to_another_purpose_role_id_or_scope_never_opens() {
        let stored = vault()
            .seal_session(&samples::tls13(), None, Side::Server, id())
            .unwrap();
        let moved = [
            StoredSession {
                id: TicketId([9; 32]),
                ..stored.clone()
            },
            StoredSession {
                scope: Scope([9; 32]),
                ..stored.clone()
            },
            StoredSession {
                version: ProtocolVersion::TLS1_2,
                ..stored.clone()
            },
            StoredSession {
                hash: HashAlgorithm::Sha384,
                ..stored.clone()
            },
            StoredSession {
                expires_at: Timestamp::FAR_FUTURE,
                ..stored.clone()
            },
            StoredSession {
                index: Index {
                    lineage: [0; 16],
                    ..stored.index
                },
                ..stored.clone()
            },
            StoredSession {
                sealed: stored.listing.clone(),
                listing: stored.sealed.clone(),
                ..stored.clone()
            },
            StoredSession {
                side: Side::Client,
                ..stored.clone()
            },
        ];
        for other in &moved {
            for side in [Side::Client, Side::Server] {
                assert_eq!(
                    vault().open_session(other, side).err(),
                    Some(OpenFailure::NotAuthentic)
                );
            }
            assert_eq!(
                vault().open_summary(other).err(),
                Some(OpenFailure::NotAuthentic)
            );
        }
        assert_eq!(
            vault().open_session(&stored, Side::Client).err(),
            Some(OpenFailure::NotAuthentic)
        );
        assert!(vault().open_session(&stored, Side::Server).is_ok());
    }

    #[test]
    fn r2_purposes_have_different_keys() {
        use Purpose as P;
        let purposes = [
            P::Session,
            P::Wallet,
            P::Listing,
            P::Ring,
            P::Ratchet,
            P::Revocation,
            P::Connection,
        ];
        let sealed = vault().seal(P::Ring, b"name", b"plaintext");
        for purpose in purposes {
            assert_eq!(
                vault().open(purpose, b"name", &sealed).is_ok(),
                purpose == P::Ring
            );
            assert!(vault().open(purpose, b"other", &sealed).is_err());
        }
    }

    #[test]
    fn rule_23_neither_secrets_nor_names_can_be_read_in_what_is_stored() {
        let session = samples::tls13();
        let stored = vault()
            .seal_session(&session, Some(b"the ticket itself"), Side::Client, id())
            .unwrap();
        let bytes = [
            stored.listing.clone(),
            stored.sealed.clone(),
            stored.associated_data(Purpose::Wallet),
        ]
        .concat();
        for secret in [
            session.secret.as_bytes(),
            b"www.example.com",
            b"CN=client",
            b"the ticket itself",
        ] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }

    #[test]
    fn r3_names_are_indexed_under_a_key() {
        let name = || Selector::ServerName(crate::ServerName::new("www.example.com").unwrap());
        assert_ne!(vault().tag(&name()), Vault::new(&[6; 32]).tag(&name()));
        let stored = vault()
            .seal_session(&samples::tls13(), None, Side::Server, id())
            .unwrap();
        assert_eq!(vault().tag(&name()), Some(stored.index.server_name));
        assert_eq!(
            vault().tag(&Selector::Peer(PeerHash::of_subject("CN=client"))),
            Some(stored.index.peer)
        );
    }

    #[test]
    fn r13_a_forged_lookup_id_is_told_without_asking_the_store() {
        let entropy = &mut Entropy::from_seed([1; 32]);
        let key = vault().new_lookup_key(entropy);
        assert!(vault().is_ours(&key));
        assert!(!Vault::new(&[6; 32]).is_ours(&key));
        for at in 0..key.len() {
            let mut forged = key;
            forged[at] ^= 1;
            assert!(!vault().is_ours(&forged));
        }
        assert!(!vault().is_ours(&key[..31]));
        assert!(!vault().is_ours(&[&key[..], &[0]].concat()));
        assert!(!vault().is_ours(&[]));
        assert_ne!(key, vault().new_lookup_key(entropy));
    }

    #[test]
    fn rule_12_a_wallet_record_opens_for_the_key_it_was_kept_under_only() {
        let key = WalletKey {
            host: "www.example.com".to_owned(),
            port: 443,
            proxy: None,
            sni: None,
            versions: Vec::new(),
            alpn: Vec::new(),
            anchors: [0; 32],
            verification: Verification::Verified,
            client_identity: None,
        };
        let other = WalletKey {
            verification: Verification::Insecure,
            ..key.clone()
        };
        let stored = vault()
            .seal_for_wallet(&key, &samples::tls13(), Some(b"t"), id())
            .unwrap();
        assert!(vault().open_from_wallet(&key, &stored).is_ok());
        assert_eq!(
            vault().open_from_wallet(&other, &stored).err(),
            Some(OpenFailure::Inconsistent)
        );
        assert_ne!(vault().wallet_index(&key), vault().wallet_index(&other));
    }

    #[test]
    fn the_summary_of_a_lineage_holds_no_session() {
        let stored = vault()
            .seal_lineage(&samples::tls13(), Side::Server)
            .unwrap();
        assert_eq!(
            vault().open_session(&stored, Side::Server).err(),
            Some(OpenFailure::OnlySummary)
        );
        assert_eq!(
            vault().open_summary(&stored).unwrap().kind,
            TicketKind::Lineage
        );
    }

    #[test]
    fn a_spent_mark_is_for_one_id_and_one_end() {
        let mark = |id, until| vault().spent_mark(id, until);
        let now = samples::ISSUED;
        assert_eq!(mark(id(), now), mark(id(), now));
        assert_ne!(mark(id(), now), mark(TicketId([9; 32]), now));
        assert_ne!(mark(id(), now), mark(id(), Timestamp::EPOCH));
    }

    #[test]
    fn another_store_key_opens_nothing_and_is_told_at_once() {
        let other = Vault::new(&[6; 32]);
        assert_ne!(vault().check_value(), other.check_value());
        let stored = vault()
            .seal_session(&samples::tls13(), None, Side::Server, id())
            .unwrap();
        assert_eq!(
            other.open_session(&stored, Side::Server).err(),
            Some(OpenFailure::NotAuthentic)
        );
    }

    proptest! {
        #[test]
        fn one_flipped_bit_and_nothing_opens(at: usize, bit in 0u8..8) {
            let mut stored = vault().seal_session(&samples::bare(), None, Side::Server, id()).unwrap();
            let at = at % stored.sealed.len();
            stored.sealed[at] ^= 1 << bit;
            prop_assert_eq!(vault().open_session(&stored, Side::Server).err(), Some(OpenFailure::NotAuthentic));
        }
    }
}
