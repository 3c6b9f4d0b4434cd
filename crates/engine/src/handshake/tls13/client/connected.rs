//! The handshake is done: tickets come, keys change.

use super::State;
use super::agreed::Agreed;
use crate::ClientConfig;
use crate::fault::Fault;
use crate::handshake::cx::{Cx, Effect};
use crate::handshake::limits;
use crate::handshake::question::Keep;
use crate::handshake::tls13::key_update::Traffic;
use crate::keys::tls13::ResumptionMaster;
use crate::keys::transcript::Transcript;
use std::time::Duration;
use tessera_session::{
    Binding, Lifetime, Lineage, Resumption, ResumptionSecret, Session, Side, TicketId,
};
use tessera_wire::codepoint::{KeyUpdateRequest, ProtocolVersion};
use tessera_wire::extension::MaxEarlyDataSize;
use tessera_wire::handshake::{KeyUpdate, NewSessionTicket};

/// An established connection.
pub(crate) struct Connected {
    agreed: Agreed,
    resumption: ResumptionMaster,
    pub(super) traffic: Traffic,
    /// ClientHello…our Finished, where we said that we can be asked for our certificate later.
    pub(super) transcript: Option<Transcript>,
    tickets: usize,
}

/// RFC 9846 §4.7.1 (6): nobody keeps a ticket longer.
const SEVEN_DAYS: u32 = 604_800;

impl Connected {
    pub(super) fn new(
        agreed: Agreed,
        (resumption, transcript): (ResumptionMaster, Transcript),
        traffic: Traffic,
        cx: &Cx<'_, ClientConfig>,
    ) -> Self {
        // HTTP/2 knows no such question: RFC 9113 §9.2.3 (2).
        let is_http2 = agreed
            .alpn
            .as_ref()
            .is_some_and(|alpn| alpn.as_bytes() == b"h2");
        // Nor has a connection that goes back to an external key: RFC 9846 §4.4.2 (7).
        let by_key = agreed
            .peer
            .as_ref()
            .is_some_and(|peer| !peer.has_certificate());
        let has_identity = !cx.config.settings().identities.is_empty();
        Self {
            transcript: (has_identity && !is_http2 && !by_key).then_some(transcript),
            agreed,
            resumption,
            traffic,
            tickets: 0,
        }
    }

    /// Server → NewSessionTicket → us.
    pub(crate) fn ticket(
        mut self: Box<Self>,
        message: NewSessionTicket,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        let early_data = message.extensions.find::<MaxEarlyDataSize>()?;
        let max_early_data_size = early_data.map_or(0, |MaxEarlyDataSize(size)| size);
        // One that would not fit into a ClientHello again is not worth keeping.
        let room = self.tickets < cx.config.settings().tickets_kept
            && message.ticket.len() <= limits::LONGEST_TICKET;
        if let Some(session) = self
            .session(&message, max_early_data_size, cx)
            .filter(|_| room)
        {
            self.tickets += 1;
            let id = TicketId::of_wire(&message.ticket);
            let keep = Box::new(Keep {
                side: Side::Client,
                id,
                session,
                ticket: message.ticket,
            });
            cx.cause(Effect::KeepThenSend(keep, None));
        }
        Ok(State::Connected(self))
    }

    /// The session the ticket stands for. `None` when it has no life: a lifetime of zero means
    /// "discard", and nothing outlives its lineage or its server's certificate.
    fn session(
        &self,
        message: &NewSessionTicket,
        max_early_data_size: u32,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Option<Session> {
        let agreed = &self.agreed;
        let (version, cipher_suite) = (ProtocolVersion::TLS1_3, agreed.suite.suite);
        let lifetime = Duration::from_secs(message.ticket_lifetime.min(SEVEN_DAYS).into());
        let lineage_ends_at = agreed.current.lifetime.lineage_ends_at;
        let not_after = agreed
            .peer
            .as_ref()
            .map_or(lineage_ends_at, |peer| peer.not_after);
        let expires_at = cx.now.plus(lifetime).min(lineage_ends_at).min(not_after);
        if expires_at <= cx.now {
            return None;
        }
        let psk = self.resumption.psk(&message.ticket_nonce);
        cx.derived(("ticket_psk", Some("resumption")), psk.as_bytes());
        Some(Session {
            lineage: Lineage {
                generation: agreed.current.lineage.generation.saturating_add(1),
                ..agreed.current.lineage
            },
            version,
            cipher_suite,
            secret: ResumptionSecret::new(psk, version, cipher_suite).ok()?,
            binding: Binding {
                server_name: Some(agreed.name.clone()),
                alpn: agreed.alpn.clone(),
                peer: agreed.peer.clone(),
                scope: agreed.scope,
            },
            lifetime: Lifetime {
                authenticated_at: agreed.current.lifetime.authenticated_at,
                issued_at: cx.now,
                expires_at,
                lineage_ends_at,
            },
            resumption: Resumption::Tls13 {
                ticket_age_add: message.ticket_age_add,
                max_early_data_size,
            },
            taint: agreed.current.taint,
            app_data: Vec::new(),
            group: Some(agreed.group),
        })
    }

    pub(crate) fn key_update(
        mut self: Box<Self>,
        message: KeyUpdate,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        self.traffic.received(message, cx)?;
        Ok(State::Connected(self))
    }

    pub(crate) fn update_keys(
        mut self: Box<Self>,
        request: KeyUpdateRequest,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        self.traffic.update(request, cx)?;
        Ok(State::Connected(self))
    }
}
