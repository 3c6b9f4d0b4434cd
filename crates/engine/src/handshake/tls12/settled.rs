//! What a completed handshake leaves to the next one on the same connection.

use super::agreed::Agreed;
use crate::fault::{Fault, Misbehaviour, Mismatch};
use crate::handshake::limits;
use crate::keys::exporter::Exporter;
use crate::keys::tls12::{KeyBlock, MainSecret, VERIFY_DATA_LEN, VerifyData};
use crate::{Facts, KeysFingerprint};
use std::time::Duration;
use tessera_crypto::Secret;
use tessera_session::{Session, TicketId, Timestamp};
use tessera_wire::SessionId;

/// An established connection: its session, and what RFC 5746 asks of its next handshake.
pub(crate) struct Settled {
    pub(crate) agreed: Agreed,
    pub(crate) main: MainSecret,
    pub(crate) finished: FinishedPair,
    /// What stands for the session on the wire, if anything does: its ID, or its ticket.
    pub(crate) wire: Option<Wire>,
    pub(crate) renegotiations: Renegotiations,
}

/// What stands for a session on the wire.
#[derive(Clone)]
pub(crate) enum Wire {
    SessionId(SessionId),
    Ticket(Vec<u8>),
}

impl Wire {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::SessionId(id) => id.as_slice(),
            Self::Ticket(ticket) => ticket,
        }
    }

    /// The ID of the session; empty when it travels in a ticket.
    pub(crate) fn session_id(&self) -> SessionId {
        match self {
            Self::SessionId(id) => *id,
            Self::Ticket(_) => SessionId::empty(),
        }
    }

    pub(crate) fn id(&self) -> TicketId {
        TicketId::of_wire(self.bytes())
    }
}

/// Both ends' `verify_data`: they belong to the connection, never to the session.
#[derive(Clone, Copy, Default)]
pub(crate) struct FinishedPair {
    pub(crate) client: VerifyData,
    pub(crate) server: VerifyData,
}

impl FinishedPair {
    /// What a ServerHello of a renegotiation carries: RFC 5746 §3.7 (7).
    pub(crate) fn both(&self) -> [u8; 2 * VERIFY_DATA_LEN] {
        let mut both = [0; 2 * VERIFY_DATA_LEN];
        let (client, server) = both.split_at_mut(VERIFY_DATA_LEN);
        client.copy_from_slice(&self.client);
        server.copy_from_slice(&self.server);
        both
    }
}

impl Settled {
    /// The name of a full handshake's session, where nothing on the wire stands for it, and of its
    /// lineage: alike at both ends.
    pub(crate) fn exporter(agreed: &Agreed, main: &MainSecret) -> Exporter {
        Exporter::Tls12 {
            main: main.clone(),
            randoms: agreed.randoms,
        }
    }

    /// What the application may export from: nothing, unless the secret is bound to its handshake
    /// (RFC 7627 §5.4 (1, 2)).
    pub(crate) fn public_exporter(&self) -> Option<Exporter> {
        let bound = self.agreed.extended_main_secret;
        bound.then(|| Self::exporter(&self.agreed, &self.main))
    }

    pub(crate) fn facts(&self, keys: &KeyBlock) -> Facts {
        self.agreed.facts(KeysFingerprint::of(&[keys.as_bytes()]))
    }

    /// The session to be offered again on this connection.
    pub(crate) fn session(&self) -> Option<Session> {
        let id = self.wire.as_ref().map(Wire::session_id);
        self.agreed.session(&self.main, id.unwrap_or_default())
    }

    /// Whether there may be another handshake on this connection: not with a peer that cannot tie it to the one
    /// before (RFC 5746 §3.6), and not under HTTP/2 (RFC 9113 §9.2.1 (2)).
    pub(crate) fn can_renegotiate(&self) -> bool {
        let alpn = self.agreed.alpn.as_ref();
        let is_http2 = alpn.is_some_and(|alpn| alpn.as_bytes() == b"h2");
        self.agreed.secure_renegotiation && !is_http2
    }
}

/// How often a connection may renegotiate.
#[derive(Clone, Copy, Default)]
pub(crate) struct Renegotiations {
    all: u32,
    since: Option<Timestamp>,
    since_then: u32,
}

impl Renegotiations {
    /// Counts one more, if one more is allowed now.
    pub(crate) fn allow(&mut self, now: Timestamp) -> bool {
        let this_second = self
            .since
            .is_some_and(|since| now.ahead_of(since) < Duration::from_secs(1));
        if !this_second {
            (self.since, self.since_then) = (Some(now), 0);
        }
        let allowed =
            self.all < limits::RENEGOTIATIONS && self.since_then < limits::RENEGOTIATIONS_A_SECOND;
        if allowed {
            self.all += 1;
            self.since_then += 1;
        }
        allowed
    }
}

/// `renegotiation_info` of the peer against what it must be, which is nothing in a first handshake:
/// RFC 5746 §3.4 (2, 3, 4), §3.5 (3, 4, 5, 6), §3.6 (3, 4), §3.7 (3, 4, 5, 6). Where a peer may leave it
/// out, somebody in the middle may have done it: RFC 5746 §4.1 (1).
pub(crate) fn check_renegotiation_info(came: Option<&[u8]>, expected: &[u8]) -> Result<(), Fault> {
    let Some(came) = came else {
        return Err(match expected {
            [] => Mismatch::SecureRenegotiation.into(),
            _ => Misbehaviour::BadRenegotiationInfo.into(),
        });
    };
    let expected = Secret::new(expected).map_err(|_| Misbehaviour::BadRenegotiationInfo)?;
    if expected.matches(came) {
        Ok(())
    } else {
        Err(Misbehaviour::BadRenegotiationInfo.into())
    }
}
