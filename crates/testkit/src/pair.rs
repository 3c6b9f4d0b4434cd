//! A client and a server that meet again and again, in virtual time.

use crate::ca::{Issued, KeyType, TestCa};
use crate::{End, Link, World};
use std::sync::Arc;
use std::time::Duration;
use tessera_crypto::Entropy;
use tessera_engine::{
    ClientConfig, ClientSettings, Connection, EarlyDataOffer, OfferedSession, Renegotiation,
    ServerConfig, ServerSettings,
};
use tessera_session::ticket::{Ring, RotationPolicy, rotation};
use tessera_session::{ClientAuthMode, EarlyData, ServerName, Side, TicketKind, Timestamp};
use tessera_wire::codepoint::{NamedGroup, ProtocolVersion};

/// The settings of both ends, the world between connections, and the time.
pub struct Pair {
    /// What the client is set to.
    pub client: ClientSettings,
    /// What the server is set to.
    pub server: ServerSettings,
    /// Everything outside the engines.
    pub world: World,
    /// Makes further certificates.
    pub ca: TestCa,
    /// The time.
    pub now: Timestamp,
    /// The name the client asks for.
    pub name: ServerName,
    /// Bytes are handed over in pieces of at most this size.
    pub chunk: usize,
    /// How ticket keys are replaced.
    pub rotation: RotationPolicy,
    seed: u8,
    connections: u8,
    entropy: Entropy,
}

/// When virtual time begins.
pub const START: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

impl Pair {
    /// TLS 1.3 with an Ed25519 certificate for `server.test`: everything in it is deterministic
    /// but ML-KEM, so X25519 is offered alone.
    ///
    /// # Panics
    /// Never: names and keys are fixed.
    pub fn tls13() -> Self {
        let mut pair = Self {
            client: ClientSettings {
                versions: vec![ProtocolVersion::TLS1_3],
                groups: vec![NamedGroup::X25519],
                ..ClientSettings::default()
            },
            server: ServerSettings {
                versions: vec![ProtocolVersion::TLS1_3],
                policy: "test".to_owned(),
                deployment: [7; 16],
                ..ServerSettings::default()
            },
            world: World::default(),
            ca: TestCa::new(),
            now: START,
            name: ServerName::new("server.test").expect("a fixed name"),
            chunk: usize::MAX,
            rotation: RotationPolicy::default(),
            seed: 0,
            connections: 0,
            entropy: Entropy::from_seed([0x77; 32]),
        };
        pair.server.vault = Some(Arc::clone(&pair.world.vault));
        // Whoever wants lookup keys says so, clients with certificates or not.
        pair.server.tickets.kind = Some(TicketKind::Sealed);
        pair.certificate(KeyType::Ed25519, &["server.test"])
    }

    /// TLS 1.2 with the same certificate.
    ///
    /// # Panics
    /// Never: names and keys are fixed.
    pub fn tls12() -> Self {
        let mut pair = Self::tls13();
        pair.client.versions = vec![ProtocolVersion::TLS1_2];
        pair.server.versions = vec![ProtocolVersion::TLS1_2];
        pair
    }

    /// Both ends speak both versions.
    #[must_use]
    pub fn both_versions(mut self) -> Self {
        let both = vec![ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2];
        self.client.versions.clone_from(&both);
        self.server.versions = both;
        self
    }

    /// TLS 1.2: both ends allow renegotiation, started by whoever.
    #[must_use]
    pub fn renegotiation(mut self) -> Self {
        self.client.renegotiation = Renegotiation::Any;
        self.server.renegotiation = Renegotiation::Any;
        self
    }

    /// TLS 1.2: sessions are picked up by their IDs alone.
    #[must_use]
    pub fn session_ids(mut self) -> Self {
        self.server.session_forms.tickets = false;
        self
    }

    /// Another seed for everything that is drawn.
    #[must_use]
    pub fn seed(mut self, seed: u8) -> Self {
        self.seed = seed;
        self
    }

    /// Adds a certificate to the server.
    #[must_use]
    pub fn certificate(mut self, key_type: KeyType, names: &[&str]) -> Self {
        let Issued {
            identity,
            key,
            accepted,
        } = self.ca.issue(key_type, names);
        self.server.identities.push(identity);
        self.world.server_keys.push(Arc::new(key));
        self.world.know(accepted);
        self
    }

    /// Takes the server's certificates away and gives it this one.
    #[must_use]
    pub fn only_certificate(mut self, key_type: KeyType, names: &[&str]) -> Self {
        self.server.identities.clear();
        self.world.server_keys.clear();
        self.certificate(key_type, names)
    }

    /// The server asks for certificates.
    #[must_use]
    pub fn client_auth(mut self, mode: ClientAuthMode) -> Self {
        self.server.client_auth.mode = mode;
        self
    }

    /// Adds a certificate to the client.
    #[must_use]
    pub fn client_certificate(mut self, key_type: KeyType) -> Self {
        let Issued {
            identity,
            key,
            accepted,
        } = self.ca.issue(key_type, &["client.test"]);
        self.client.identities.push(identity);
        self.world.client_keys.push(Arc::new(key));
        self.world.know(accepted);
        self
    }

    /// Takes the client's certificates away and gives it this one.
    #[must_use]
    pub fn only_client_certificate(mut self, key_type: KeyType) -> Self {
        self.client.identities.clear();
        self.world.client_keys.clear();
        self.client_certificate(key_type)
    }

    /// A ticket resumes once.
    #[must_use]
    pub fn single_use(mut self) -> Self {
        self.server.single_use = true;
        self
    }

    /// Tickets are lookup keys of the server's store.
    #[must_use]
    pub fn stored(mut self) -> Self {
        self.server.tickets.kind = Some(TicketKind::Stored);
        self
    }

    /// Early data: so much of it is taken, and the client sends it where it may. The store remembers
    /// all that was ever used.
    #[must_use]
    pub fn early_data(mut self, up_to: u32) -> Self {
        self.client.early_data = EarlyDataOffer::WherePossible;
        self.server.early_data = EarlyData::Accept { up_to };
        self.server.shared.set_recording_since(Some(START));
        self
    }

    /// How many tickets a handshake issues.
    #[must_use]
    pub fn tickets(mut self, count: u8) -> Self {
        self.server.tickets.count = count;
        self
    }

    /// How long a ticket lives.
    #[must_use]
    pub fn ticket_lifetime(mut self, lifetime: Duration) -> Self {
        self.server.tickets.lifetime = lifetime;
        self
    }

    /// How long a lineage lives.
    #[must_use]
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        self.server.tickets.lineage_lifetime = lifetime;
        self
    }

    /// Time passes.
    pub fn wait(&mut self, time: Duration) {
        self.now = self.now.plus(time);
    }

    /// The ring, rotated as far as time has come.
    pub fn rotate(&mut self) {
        let shared = &self.server.shared;
        let next: Option<Ring> =
            rotation::next(&shared.ring(), &self.rotation, self.now, &mut self.entropy);
        if let Some(ring) = next {
            shared.set_ring(ring);
        }
    }

    /// Connects, offering the newest ticket of the wallet, and runs until both ends are quiet. A
    /// TLS 1.2 session stays in the wallet.
    pub fn connect(&mut self) -> Link {
        let offered = self.world.draw();
        self.connect_with(offered)
    }

    /// Connects, offering this.
    pub fn connect_with(&mut self, offered: Option<OfferedSession>) -> Link {
        let mut link = self.link(offered);
        link.run(&mut self.world);
        link
    }

    /// Two ends that have not exchanged a byte.
    ///
    /// # Panics
    /// If the settings are wrong.
    pub fn link(&mut self, offered: Option<OfferedSession>) -> Link {
        self.rotate();
        self.connections = self.connections.wrapping_add(1);
        let seed = |side: u8| {
            let mut seed = [self.seed; 32];
            seed[..2].copy_from_slice(&[side, self.connections]);
            seed
        };
        let client = Arc::new(
            ClientConfig::try_from(self.client.clone()).expect("the client's settings are right"),
        );
        let server = Arc::new(
            ServerConfig::try_from(self.server.clone()).expect("the server's settings are right"),
        );
        let client = Connection::client(client, self.name.clone(), offered, seed(1), self.now);
        let server = Connection::server(server, seed(2));
        Link {
            client: End::new(Side::Client, client),
            server: End::new(Side::Server, server),
            now: self.now,
            chunk: self.chunk,
        }
    }
}
