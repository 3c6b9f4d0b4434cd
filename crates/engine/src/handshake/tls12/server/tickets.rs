//! What a handshake leaves behind: a session in the store under its ID, or in a ticket (RFC 5077).

use super::begun::Begun;
use super::finish::Ending;
use super::hello::Hello;
use crate::handshake::cx::Cx;
use crate::handshake::question::{Keep, Question};
use crate::handshake::tls12::agreed::Agreed;
use crate::handshake::tls12::settled::Wire;
use crate::keys::tls12::MainSecret;
use crate::{Event, ServerConfig};
use tessera_session::ticket::Envelope;
use tessera_session::{Limits, Origin, Ring, Side, TicketId, TicketKind};
use tessera_wire::SessionId;
use tessera_wire::handshake::tls12::NewSessionTicket;

/// What will stand for the new session: a ticket where the client knows them, else an ID. Nothing
/// where single use is demanded, which TLS 1.2 cannot promise, and nothing without the extended
/// main secret, for policy would refuse it. A ticket's bytes are not known yet.
pub(super) fn form(hello: &Hello, cx: &mut Cx<'_, ServerConfig>) -> Option<Wire> {
    let settings = cx.config.settings();
    if settings.single_use || !hello.choice.extended_main_secret {
        return None;
    }
    let knows_tickets = hello.offered.ticket.is_some();
    // Who the client is, nobody knows yet.
    let sealed = match settings.tickets.kind {
        None if !settings.session_forms.ids => true,
        _ => cx.config.ticket_kind(None) != TicketKind::Stored,
    };
    let has_key = settings.shared.ring().sealing_key(cx.now).is_some();
    // RFC 5077 §3.2 (4).
    if knows_tickets && settings.session_forms.tickets && sealed && has_key {
        return Some(Wire::Ticket(Vec::new()));
    }
    let vault = settings
        .vault
        .as_ref()
        .filter(|_| settings.session_forms.ids)?;
    Some(Wire::SessionId(SessionId::from(
        vault.new_lookup_key(cx.entropy),
    )))
}

/// The least of what is configured, the lineage's end, the client's certificates and, for a ticket,
/// its key.
pub(super) fn limit_lifetime(begun: &mut Begun, cx: &Cx<'_, ServerConfig>) {
    let settings = cx.config.settings();
    let agreed = &mut begun.agreed;
    let origin = Origin {
        lineage: agreed.current.lineage,
        authenticated_at: agreed.current.lifetime.authenticated_at,
        lineage_ends_at: agreed.current.lifetime.lineage_ends_at,
        taint: agreed.current.taint,
    };
    let ring = settings.shared.ring();
    let envelope = envelope(agreed, &ring, cx).filter(|_| begun.owes_ticket);
    let limits = Limits {
        peer_not_after: agreed.peer.as_ref().map(|peer| peer.not_after),
        key_opens_until: envelope.as_ref().map(Envelope::opens_until),
    };
    if let Some(lifetime) = settings.tickets.lifetime(&origin, limits, cx.now) {
        agreed.current.lifetime = lifetime;
    } else {
        // Nothing is left of its life.
        agreed.current.lifetime.expires_at = cx.now;
    }
}

/// The session under its ID, for the store.
pub(super) fn to_keep(ending: &Ending, cx: &Cx<'_, ServerConfig>) -> Option<Question> {
    let agreed = &ending.begun.agreed;
    let Some(Wire::SessionId(session_id)) = &ending.begun.wire else {
        return None;
    };
    if agreed.current.lifetime.expires_at <= cx.now {
        return None;
    }
    Some(Question::Keep(Box::new(Keep {
        side: Side::Server,
        id: TicketId::of_wire(session_id.as_slice()),
        session: agreed.session(&ending.main, *session_id)?,
        ticket: session_id.as_slice().to_vec(),
    })))
}

/// NewSessionTicket, and the ticket in it. A server that has none after all sends an empty one:
/// RFC 5077 §3.3.
pub(super) fn seal(
    agreed: &Agreed,
    main: &MainSecret,
    cx: &mut Cx<'_, ServerConfig>,
) -> (Vec<u8>, Option<Vec<u8>>) {
    let ticket = sealed(agreed, main, cx);
    let message = NewSessionTicket {
        ticket_lifetime_hint: agreed.current.lifetime.ticket_lifetime(),
        ticket: ticket.clone().unwrap_or_default(),
    };
    (message.encode(), ticket)
}

/// A resumed session in a new envelope, as a message and as the ticket in it; its times and names
/// stay. `None` where no key seals.
pub(super) fn renew(
    agreed: &Agreed,
    main: &MainSecret,
    cx: &mut Cx<'_, ServerConfig>,
) -> Option<(Vec<u8>, Vec<u8>)> {
    let ticket = sealed(agreed, main, cx)?;
    cx.tell(Event::TicketIssued(TicketId::of_wire(&ticket)));
    let left = agreed.current.lifetime.expires_at.ahead_of(cx.now);
    let message = NewSessionTicket {
        ticket_lifetime_hint: u32::try_from(left.as_secs()).unwrap_or(u32::MAX),
        ticket: ticket.clone(),
    };
    Some((message.encode(), ticket))
}

fn sealed(agreed: &Agreed, main: &MainSecret, cx: &mut Cx<'_, ServerConfig>) -> Option<Vec<u8>> {
    if agreed.current.lifetime.expires_at <= cx.now {
        return None;
    }
    let session = agreed.session(main, SessionId::empty())?;
    let ring = cx.config.settings().shared.ring();
    envelope(agreed, &ring, cx)?.seal(&session, cx.now, cx.entropy)
}

fn envelope<'a>(
    agreed: &Agreed,
    ring: &'a Ring,
    cx: &Cx<'a, ServerConfig>,
) -> Option<Envelope<'a>> {
    let host = cx.config.host(agreed.server_name.as_ref(), agreed.scope);
    cx.config.envelope(ring, host, agreed.peer.as_ref(), cx.now)
}
