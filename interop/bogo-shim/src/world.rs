//! What outlives a connection: tickets, stores, keys of tickets, and the time.

use crate::options::Options;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tessera_crypto::{Entropy, HashAlgorithm};
use tessera_engine::OfferedSession;
use tessera_session::ticket::{RotationPolicy, rotation};
use tessera_session::{LineageId, Session, TicketId, Tickets, Timestamp, Vault};
use tessera_wire::codepoint::SignatureScheme;

/// When every test begins, in seconds of Unix time.
const START: u64 = 1_700_000_000;
/// How long a key seals tickets.
const SEALS_FOR: Duration = Duration::from_secs(60);

/// Everything that one connection of a test leaves to the next.
pub(crate) struct World {
    /// A client's newest session: the next connection offers it.
    pub(crate) wallet: Option<Kept>,
    /// A server's store.
    pub(crate) sessions: HashMap<TicketId, Session>,
    /// The ring of a server's tickets.
    pub(crate) tickets: Arc<Tickets>,
    /// How the peer signed in the full handshake that a lineage comes from.
    pub(crate) signatures: HashMap<LineageId, SignatureScheme>,
    /// Makes lookup keys and session IDs.
    pub(crate) vault: Arc<Vault>,
    /// How long after the start it is: the clock stands, but for the flags' delays.
    waited: Duration,
    entropy: Entropy,
}

/// A client's session, and what else its first connection told.
pub(crate) struct Kept {
    pub(crate) offered: OfferedSession,
    pub(crate) shown: Shown,
}

/// What came with the server's certificates.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    pub(crate) ocsp: Option<Vec<u8>>,
    pub(crate) scts: Vec<Vec<u8>>,
}

impl World {
    /// The same flags make the same world: a test that fails fails again.
    pub(crate) fn new(options: &Options) -> Self {
        let anonymous = Options {
            port: 0,
            shim_id: 0,
            ..options.clone()
        };
        let seed = HashAlgorithm::Sha256.hash(format!("{anonymous:?}").as_bytes());
        let seed = seed.as_bytes().first_chunk().copied().unwrap_or_default();
        let mut entropy = Entropy::from_seed(seed);
        let vault = Arc::new(Vault::new(&entropy.secret_array()));
        let mut world = Self {
            wallet: None,
            sessions: HashMap::new(),
            signatures: HashMap::new(),
            tickets: Arc::default(),
            vault,
            waited: Duration::ZERO,
            entropy,
        };
        let now = world.now();
        world.tickets.set_recording_since(Some(now));
        world.rotate();
        world
    }

    fn rotate(&mut self) {
        let policy = RotationPolicy {
            seals_for: SEALS_FOR,
            ..RotationPolicy::default()
        };
        let (ring, now) = (self.tickets.ring(), self.now());
        if let Some(ring) = rotation::next(&ring, &policy, now, &mut self.entropy) {
            self.tickets.set_ring(ring);
        }
    }

    /// From here on tickets are sealed with a new key, and those of the old one are renewed.
    pub(crate) fn renew_ring(&mut self) {
        self.wait(SEALS_FOR);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix_secs(START).plus(self.waited)
    }

    /// Time goes by, as far as anybody here can tell.
    pub(crate) fn wait(&mut self, delay: Duration) {
        self.waited += delay;
        self.rotate();
    }

    /// The seed of the next connection.
    pub(crate) fn seed(&mut self) -> [u8; 32] {
        *self.entropy.secret_array()
    }
}
