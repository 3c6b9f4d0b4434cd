//! Where a client wants to go.

use tessera_session::{Scope, ServerName};

/// The server a client connects to, and the scope its sessions are made for.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The name the server's certificate must be good for.
    pub name: ServerName,
    /// What sessions made there may be resumed for: the wallet key's scope. A session of another
    /// scope is not offered.
    pub scope: Scope,
}

impl From<ServerName> for Destination {
    /// With a scope of its own: for clients that keep no wallet.
    fn from(name: ServerName) -> Self {
        Self {
            name,
            scope: Scope([0; 32]),
        }
    }
}
