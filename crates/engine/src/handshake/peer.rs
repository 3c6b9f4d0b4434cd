//! The peer's chain, and whether the peer is still who it was: alike in both versions.

use crate::config::PeerChange;
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::limits;
use tessera_session::PeerIdentity;

/// Whether anybody should take this chain apart.
pub(crate) fn check_length<T>(chain: &[T]) -> Result<(), Fault> {
    if chain.len() > limits::CERTIFICATES {
        return Err(Misbehaviour::TooManyCertificates.into());
    }
    Ok(())
}

/// On a live connection the peer is who it was, unless settings allow another. A peer that was
/// nobody may become somebody.
pub(crate) fn check(
    before: Option<&PeerIdentity>,
    now: Option<&PeerIdentity>,
    change: PeerChange,
    whose: &'static str,
) -> Result<(), Fault> {
    let leaf = |peer: Option<&PeerIdentity>| peer.and_then(|peer| peer.chain.first().cloned());
    if change == PeerChange::Allow || before.is_none() || leaf(before) == leaf(now) {
        Ok(())
    } else {
        Err(Misbehaviour::ChangedUnderWay(whose).into())
    }
}
