//! The statements, a file for each table.

pub(crate) mod register;
pub(crate) mod revocations;
pub(crate) mod ring;
pub(crate) mod room;
pub(crate) mod sessions;
pub(crate) mod wallet;

use tessera_session::{Selector, Vault};

/// What a selection compares, and with what.
fn condition(vault: &Vault, which: &Selector) -> (&'static str, Vec<u8>) {
    let column = match which {
        Selector::Lineage(_) => "lineage = ?1",
        Selector::Peer(_) => "peer = ?1",
        Selector::ServerName(_) => "server_name = ?1",
        Selector::All => "?1 IS NOT NULL",
    };
    (
        column,
        vault.tag(which).map(|tag| tag.to_vec()).unwrap_or_default(),
    )
}
