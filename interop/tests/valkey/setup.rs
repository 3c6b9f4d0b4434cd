//! Stores for the tests.

use std::sync::Arc;
use std::time::Duration;

use tessera_session::store::block_on::block_on;
use tessera_session::{Reply, Vault};
use tessera_store_valkey::{Location, Plain, Settings, ValkeyStore};

/// The fleet's key.
pub(crate) const KEY: [u8; 32] = [7; 32];

/// Settings for machines that are busy with something else: what is tested is what happens, not how fast.
pub(crate) fn patient() -> Settings {
    Settings {
        deadline: Duration::from_secs(10),
        patience: Duration::from_secs(10),
        ..Settings::default()
    }
}

/// The vault of a fleet of this name.
pub(crate) fn vault(fleet: &str) -> Vault {
    Vault::for_fleet(&KEY, fleet)
}

/// A store of this fleet, that waits for its answers.
pub(crate) fn open(url: &str, fleet: &str) -> Arc<ValkeyStore> {
    open_with(url, fleet, patient())
}

pub(crate) fn open_with(url: &str, fleet: &str, settings: Settings) -> Arc<ValkeyStore> {
    let location: Location = url.parse().expect("a location");
    let store = ValkeyStore::open_over(Arc::new(Plain), &location, vault(fleet), settings);
    Arc::new(store.expect("a thread"))
}

/// Waits for a reply that has to be there.
#[track_caller]
pub(crate) fn wait<T>(reply: Reply<'_, T>) -> T {
    match block_on(reply) {
        Ok(answer) => answer,
        Err(error) => panic!("{error}"),
    }
}
