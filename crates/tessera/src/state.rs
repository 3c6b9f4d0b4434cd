//! A state directory: what one machine keeps of its sessions, for all its processes.

use std::path::Path;
use std::sync::Arc;

use tessera_crypto::Entropy;
use tessera_io::{ClientSettings, ServerSettings, clock};
use tessera_session::store::Swap;
use tessera_session::ticket::rotation;
use tessera_session::{Revocations, Ring, RingStore, RotationPolicy, StoreError, Tickets, Vault};
use tessera_store_sqlite::{KeySource, SqliteStore, keyfile};

/// A directory with the store key, the deployment id and the SQLite store: sessions, wallet, ticket
/// ring and revocations of one machine. Any number of processes may open it.
pub struct State {
    store: Arc<SqliteStore>,
    vault: Vault,
    deployment: [u8; 16],
    tickets: Arc<Tickets>,
}

impl State {
    /// Opens the directory, or makes it. Before self-encrypted tickets can be issued, the ring has
    /// to be [refreshed](Self::refresh).
    ///
    /// # Errors
    /// When a file in it cannot be read or made, or others could read it.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, StoreError> {
        let directory = directory.as_ref();
        let entropy = &mut Entropy::from_seed(clock::seed());
        let key = KeySource::State(directory.to_owned()).load(entropy)?;
        let vault = Vault::new(key.as_bytes());
        Ok(Self {
            store: Arc::new(SqliteStore::open(
                &directory.join("sessions.db"),
                vault.clone(),
            )?),
            deployment: keyfile::deployment(directory, entropy)?,
            vault,
            tickets: Arc::default(),
        })
    }

    /// These settings, with sessions kept here and the ring shared with every server on this
    /// state.
    #[must_use]
    pub fn for_server(&self, settings: ServerSettings) -> ServerSettings {
        ServerSettings {
            store: Some(Arc::clone(&self.store) as _),
            vault: Some(self.vault.clone()),
            deployment: Some(self.deployment),
            shared: Some(Arc::clone(&self.tickets)),
            ..settings
        }
    }

    /// These settings, with the wallet kept here.
    #[must_use]
    pub fn for_client(&self, settings: ClientSettings) -> ClientSettings {
        ClientSettings {
            wallet: Some(Arc::clone(&self.store) as _),
            vault: Some(self.vault.clone()),
            ..settings
        }
    }

    /// Takes the ticket ring and the revocations from the store, and adds the ring's next key if it
    /// is due. A server does this before it begins and every minute or so.
    ///
    /// # Errors
    /// When the store fails; what is known stays in use.
    pub async fn refresh(&self, policy: &RotationPolicy) -> Result<(), StoreError> {
        let now = clock::now();
        let entropy = &mut Entropy::from_seed(clock::seed());
        loop {
            let ring = self.store.ring().await?.unwrap_or_else(Ring::empty);
            let Some(next) = rotation::next(&ring, policy, now, entropy) else {
                self.tickets.set_ring(ring);
                break;
            };
            // Where another process was first, its ring is read.
            if self
                .store
                .replace_ring(ring.version(), next.clone())
                .await?
                == Swap::Done
            {
                self.tickets.set_ring(next);
                break;
            }
        }
        let revoked = self.store.revoked().await?;
        self.tickets.set_revocations(revoked.seen_at(now));
        Ok(())
    }

    /// The store: to list, expire and revoke.
    pub fn store(&self) -> &Arc<SqliteStore> {
        &self.store
    }

    /// Opens what the store holds.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The ring and the revocations as this process knows them.
    pub fn tickets(&self) -> &Arc<Tickets> {
        &self.tickets
    }
}
