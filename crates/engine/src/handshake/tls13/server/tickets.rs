//! Us → NewSessionTicket → client: RFC 9846 §4.7.1.

use super::agreed::Agreed;
use crate::handshake::cx::{Cx, Effect};
use crate::handshake::question::Keep;
use crate::keys::tls13::ResumptionMaster;
use crate::{Event, ServerConfig};
use tessera_session::ticket::Envelope;
use tessera_session::{
    Binding, EarlyData, Limits, Origin, Resumption, ResumptionSecret, Session, Side, TicketId,
    TicketKind,
};
use tessera_wire::codepoint::ProtocolVersion;
use tessera_wire::extension::{Extensions, MaxEarlyDataSize};
use tessera_wire::handshake::NewSessionTicket;

/// Issues as many tickets as were agreed, each a session of its own.
pub(super) fn issue(agreed: &Agreed, resumption: &ResumptionMaster, cx: &mut Cx<'_, ServerConfig>) {
    let settings = cx.config.settings();
    let ring = settings.shared.ring();
    let envelope = match cx.config.ticket_kind(agreed.peer.as_ref()) {
        TicketKind::Stored => None,
        TicketKind::Sealed | TicketKind::Lineage => {
            let host = cx.config.host(agreed.server_name.as_ref(), agreed.scope);
            let envelope = cx
                .config
                .envelope(&ring, host, agreed.peer.as_ref(), cx.now);
            // No ticket before there is a key to seal it.
            let Some(envelope) = envelope else {
                return;
            };
            Some(envelope)
        }
    };
    for _ in 0..agreed.tickets {
        let Some((session, nonce)) = session(agreed, resumption, envelope.as_ref(), cx) else {
            return;
        };
        match &envelope {
            None => stored(session, nonce, cx),
            Some(envelope) => sealed(&session, nonce, envelope, cx),
        }
    }
}

/// The session a new ticket stands for. `None` when nothing is left of its life.
fn session(
    agreed: &Agreed,
    resumption: &ResumptionMaster,
    envelope: Option<&Envelope<'_>>,
    cx: &mut Cx<'_, ServerConfig>,
) -> Option<(Session, Vec<u8>)> {
    let plan = &cx.config.settings().tickets;
    let origin = Origin {
        lineage: agreed.current.lineage,
        authenticated_at: agreed.current.lifetime.authenticated_at,
        lineage_ends_at: agreed.current.lifetime.lineage_ends_at,
        taint: agreed.current.taint,
    };
    let limits = Limits {
        peer_not_after: agreed.peer.as_ref().map(|peer| peer.not_after),
        key_opens_until: envelope.map(Envelope::opens_until),
    };
    let lifetime = plan.lifetime(&origin, limits, cx.now)?;
    // Unique on the connection, and telling nothing about how many there are.
    let nonce = cx.entropy.public_array::<16>().to_vec();
    let (version, cipher_suite) = (ProtocolVersion::TLS1_3, agreed.suite.suite);
    let psk = resumption.psk(&nonce);
    cx.derived(("ticket_psk", Some("resumption")), psk.as_bytes());
    let secret = ResumptionSecret::new(psk, version, cipher_suite).ok()?;
    let session = Session {
        lineage: origin.descendant(),
        version,
        cipher_suite,
        secret,
        binding: Binding {
            server_name: agreed.server_name.clone(),
            alpn: agreed.alpn.clone(),
            peer: agreed.peer.clone(),
            scope: agreed.scope,
        },
        lifetime,
        resumption: Resumption::Tls13 {
            // RFC 9846 §4.7.1 (7).
            ticket_age_add: u32::from_be_bytes(*cx.entropy.secret_array::<4>()),
            max_early_data_size: match cx.config.settings().early_data {
                EarlyData::Accept { up_to }
                    if envelope.is_none_or(Envelope::may_have_early_data) =>
                {
                    up_to
                }
                EarlyData::Accept { .. } | EarlyData::Refuse => 0,
            },
        },
        taint: agreed.current.taint,
        app_data: Vec::new(),
        group: Some(agreed.group),
    };
    Some((session, nonce))
}

/// The client carries the session.
fn sealed(
    session: &Session,
    nonce: Vec<u8>,
    envelope: &Envelope<'_>,
    cx: &mut Cx<'_, ServerConfig>,
) {
    let Some(ticket) = envelope.seal(session, cx.now, cx.entropy) else {
        return;
    };
    let id = TicketId::of_wire(&ticket);
    cx.send(message(session, nonce, ticket));
    cx.tell(Event::TicketIssued(id));
}

/// The store keeps the session; the ticket goes out once it has.
fn stored(session: Session, nonce: Vec<u8>, cx: &mut Cx<'_, ServerConfig>) {
    let Some(vault) = &cx.config.settings().vault else {
        return;
    };
    let ticket = vault.new_lookup_key(cx.entropy).to_vec();
    let id = TicketId::of_wire(&ticket);
    let message = message(&session, nonce, ticket.clone());
    let keep = Box::new(Keep {
        side: Side::Server,
        id,
        session,
        ticket,
    });
    cx.cause(Effect::KeepThenSend(keep, Some(message)));
}

fn message(session: &Session, ticket_nonce: Vec<u8>, ticket: Vec<u8>) -> Vec<u8> {
    let (ticket_age_add, max_early_data_size) = match session.resumption {
        Resumption::Tls13 {
            ticket_age_add,
            max_early_data_size,
        } => (ticket_age_add, max_early_data_size),
        Resumption::Tls12 { .. } => (0, 0),
    };
    let mut extensions = Extensions::new();
    if max_early_data_size > 0 {
        extensions.push(&MaxEarlyDataSize(max_early_data_size));
    }
    NewSessionTicket {
        // RFC 9846 §4.7.1 (5).
        ticket_lifetime: session.lifetime.ticket_lifetime(),
        ticket_age_add,
        ticket_nonce,
        ticket,
        extensions,
    }
    .encode()
}
