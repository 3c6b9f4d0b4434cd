//! A ticket of one server, made into a ticket of another: same session, other key, other context.

use tessera_crypto::Entropy;
use tessera_session::ticket::SessionIdContext;
use tessera_session::{Dialect, ForeignKey};
use zeroize::Zeroizing;

use super::{Opened, open, seal};
use crate::error::ReadError;
use crate::openssl::server;
use crate::openssl::structure::Structure;

/// Why a ticket is not carried over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CarryError {
    /// It names no key of those given.
    #[error("the ticket names none of the keys it came from")]
    UnknownKey,
    /// It names one of them, which did not make it.
    #[error("the ticket was not made by the key it names; are the keys in another dialect?")]
    Forged,
    /// It opened, and what is in it cannot be read.
    #[error("the ticket opens, and the session in it cannot be read: {0}")]
    Read(#[from] ReadError),
    /// It carries a client's identity, which one server does not take another's word for.
    #[error("the ticket carries a client's identity, which does not go from server to server")]
    HasPeer,
    /// Sessions of this dialect's TLS library are another structure, without the name they are for.
    #[error("tickets of {0} are neither read nor written: they do not say for which name they are")]
    Dialect(Dialect),
    /// The other server's sessions have no room for it.
    #[error("the ticket would be longer than TLS can carry")]
    TooLong,
}

/// Opens a ticket under one of the keys `from` and seals its session under `to`, for servers with this
/// context. Nothing else of the session changes.
pub fn carry(
    ticket: &[u8],
    from: &[ForeignKey],
    to: &ForeignKey,
    context: &SessionIdContext,
    entropy: &mut Entropy,
) -> Result<Vec<u8>, CarryError> {
    if to.dialect == Dialect::Envoy {
        return Err(CarryError::Dialect(to.dialect));
    }
    let der = opened(ticket, from)?;
    let mut session = Structure::read(&der)?;
    if server::has_peer(&session) {
        return Err(CarryError::HasPeer);
    }
    session.session_id_context = context.as_bytes();
    seal(&session.write(), to, entropy).ok_or(CarryError::TooLong)
}

/// The context in a ticket: what to put into tickets that the same server is to take.
pub fn context(ticket: &[u8], keys: &[ForeignKey]) -> Result<SessionIdContext, CarryError> {
    let der = opened(ticket, keys)?;
    Ok(server::context(&Structure::read(&der)?))
}

fn opened(ticket: &[u8], keys: &[ForeignKey]) -> Result<Zeroizing<Vec<u8>>, CarryError> {
    match open(ticket, keys) {
        Opened::State { key, .. } if key.dialect == Dialect::Envoy => {
            Err(CarryError::Dialect(key.dialect))
        }
        Opened::State { der, .. } => Ok(der),
        Opened::UnknownKey => Err(CarryError::UnknownKey),
        Opened::Forged => Err(CarryError::Forged),
    }
}
