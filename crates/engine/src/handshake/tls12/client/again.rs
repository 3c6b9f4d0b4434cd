//! Us → ClientHello → server, on a connection that has had one: RFC 5746 §3.5.

use super::State;
use super::server_hello::WaitServerHello;
use crate::fault::{Fault, LocalError};
use crate::handshake::cx::Cx;
use crate::handshake::hello::again::Kept;
use crate::handshake::hello::offer::Offer;
use crate::handshake::hello::sent::Sent;
use crate::handshake::tls12::settled::Settled;
use crate::keys::transcript::Unhashed;
use crate::offered_session::OfferedSession;
use crate::{ClientConfig, Destination};

/// What a renegotiation offers to resume.
#[derive(Clone, Copy)]
pub(super) enum Offering {
    /// Nothing: a new session is wanted.
    Nothing,
    /// The session the connection is on, and no other.
    Current,
}

pub(super) fn hello(
    settled: Box<Settled>,
    offering: Offering,
    cx: &mut Cx<'_, ClientConfig>,
) -> Result<State, Fault> {
    let agreed = &settled.agreed;
    let name = agreed.server_name.clone().ok_or(LocalError::Crypto)?;
    let session = match offering {
        Offering::Nothing => None,
        Offering::Current => current(&settled),
    };
    let kept = Kept {
        name: &name,
        verify_data: &settled.finished.client,
    };
    let offer = Offer::again(cx.config.settings(), &kept, session, cx.entropy)?;
    let message = offer.encode(None, cx.now)?;
    let mut messages = Unhashed::default();
    messages.absorb(&message);
    cx.send(message);
    let scope = agreed.scope;
    let sent = Sent {
        to: Destination { name, scope },
        offer,
        messages,
        refusal: None,
        early_data_withheld: None,
    };
    let wait = WaitServerHello::again(sent, settled);
    Ok(State::WaitServerHello(Box::new(wait)))
}

fn current(settled: &Settled) -> Option<OfferedSession> {
    let ticket = settled.wire.as_ref()?.bytes().to_vec();
    let session = settled.session()?;
    Some(OfferedSession { session, ticket })
}
