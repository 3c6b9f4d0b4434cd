//! A session is offered: find it, judge it. TLS 1.2 has no binder, so nothing is ever claimed here,
//! and a demand for single use refuses every session.

use super::decide::common_suites;
use super::hello::Hello;
use super::{State, abbreviated, full};
use crate::ServerConfig;
use crate::facts::Kind;
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::current::Current;
use crate::handshake::cx::Cx;
use crate::handshake::question::{Found, Question};
use crate::handshake::tls12::settled::Wire;
use tessera_crypto::Tls12Suite;
use tessera_session::ticket::{Accepted, Ticket};
use tessera_session::{ClientAuthMode, Offer, Refusal, Ruling, Session, TicketId};
use tessera_wire::codepoint::ProtocolVersion;

/// The store is asked for a session.
pub(crate) struct WaitSession {
    pub(super) hello: Hello,
}

/// A session that will be resumed.
pub(super) struct Resumed {
    pub(super) session: Box<Session>,
    pub(super) suite: &'static Tls12Suite,
    pub(super) current: Current,
    pub(super) wire: Wire,
    /// Its ticket's key no longer seals: the client gets a new one.
    pub(super) renew: bool,
}

pub(super) fn begin(hello: Hello, cx: &mut Cx<'_, ServerConfig>) -> Result<State, Fault> {
    if let Some(before) = &hello.before {
        // A renegotiation resumes the session it is on, or none: no store is asked for it.
        let current = before.session().map(Box::new).zip(before.wire.clone());
        return match current {
            Some((session, wire)) if is_offered(&hello, &wire) => {
                consider(hello, session, (wire, false), cx)
            }
            _ => full::begin(hello, None, cx),
        };
    }
    // RFC 5077 §3.4 (2, 3): where there is a ticket the session ID is only there to be echoed.
    match hello.offered.ticket.as_deref() {
        Some([]) | None => by_id(hello, cx),
        Some(_) => by_ticket(hello, cx),
    }
}

fn is_offered(hello: &Hello, wire: &Wire) -> bool {
    match wire {
        Wire::SessionId(id) => hello.offered.session_id == *id,
        Wire::Ticket(ticket) => hello.offered.ticket.as_ref() == Some(ticket),
    }
}

fn by_id(hello: Hello, cx: &mut Cx<'_, ServerConfig>) -> Result<State, Fault> {
    let settings = cx.config.settings();
    let id = hello.offered.session_id;
    // A forged ID never reaches the store: RFC 5246 §7.4.1.2 (1).
    let ours = settings.session_forms.ids
        && settings
            .vault
            .as_ref()
            .is_some_and(|vault| !id.is_empty() && vault.is_ours(id.as_slice()));
    if ours {
        cx.ask(Question::FindSession(TicketId::of_wire(id.as_slice())));
        return Ok(State::WaitSession(Box::new(WaitSession { hello })));
    }
    // From a client that offered TLS 1.3 these bytes may be there for middleboxes only.
    let meant = !id.is_empty() && !hello.offered.knows_versions;
    full::begin(hello, meant.then_some(Refusal::UnknownTicket), cx)
}

fn by_ticket(mut hello: Hello, cx: &mut Cx<'_, ServerConfig>) -> Result<State, Fault> {
    let settings = cx.config.settings();
    // That the client knows tickets stays known.
    let ticket = hello.offered.ticket.replace(Vec::new()).unwrap_or_default();
    let refusal = match Ticket::of(&ticket) {
        Ticket::SelfEncrypted(bytes) if settings.session_forms.tickets => {
            let choice = &hello.choice;
            let host = cx.config.host(choice.server_name.as_ref(), choice.scope);
            match cx.config.open_ticket(bytes, host, cx.now) {
                Ok(Accepted { session, renew }) => {
                    return consider(hello, session, (Wire::Ticket(ticket), renew), cx);
                }
                Err(refusal) => refusal,
            }
        }
        // Lookup keys are TLS 1.3's; here the session ID is one.
        Ticket::SelfEncrypted(_) | Ticket::LookupKey(_) => Refusal::UnknownTicket,
    };
    full::begin(hello, Some(refusal), cx)
}

impl WaitSession {
    /// The store's answer.
    pub(crate) fn session(
        self: Box<Self>,
        found: Found,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let id = self.hello.offered.session_id;
        let refusal = match found {
            Found::Session(session) => {
                return consider(self.hello, session, (Wire::SessionId(id), false), cx);
            }
            Found::Nothing => Refusal::UnknownTicket,
            // A store failure is never a connection failure.
            Found::Unavailable => Refusal::StoreUnavailable,
        };
        full::begin(self.hello, Some(refusal), cx)
    }
}

fn consider(
    hello: Hello,
    session: Box<Session>,
    (wire, renew): (Wire, bool),
    cx: &mut Cx<'_, ServerConfig>,
) -> Result<State, Fault> {
    let (suite, ruling) = judge(&hello, &session, cx);
    match ruling {
        Ruling::Resume { .. } => {
            let kind = match &wire {
                Wire::SessionId(_) => Kind::SessionId,
                Wire::Ticket(_) => Kind::Ticket,
            };
            let current = Current::resumed(wire.id(), &session, kind);
            let resumed = Resumed {
                session,
                suite,
                current,
                wire,
                renew,
            };
            abbreviated::begin(hello, resumed, cx)
        }
        Ruling::FullHandshake(refusal) => full::begin(hello, Some(refusal), cx),
        // RFC 7627 §5.3, the only rule that aborts.
        Ruling::Abort(_) => Err(Misbehaviour::ExtendedMainSecretChanged.into()),
    }
}

/// The suite to resume with, and the ruling.
fn judge(
    hello: &Hello,
    session: &Session,
    cx: &Cx<'_, ServerConfig>,
) -> (&'static Tls12Suite, Ruling) {
    let settings = cx.config.settings();
    // RFC 5246 §7.4.1.2: the client must offer the session's suite again, whatever it prefers now.
    let suite = common_suites(&hello.offered, cx.config)
        .find(|suite| suite.suite == session.cipher_suite)
        .unwrap_or(hello.choice.suite);
    let revoked = settings.shared.revocations();
    let offer = Offer {
        version: ProtocolVersion::TLS1_2,
        cipher_suite: suite.suite,
        cipher_suite_hash: suite.hash,
        server_name: hello.choice.server_name.as_ref(),
        scope: &hello.choice.scope,
        alpn: hello.choice.alpn.as_ref(),
        requires_identity: settings.client_auth.mode == ClientAuthMode::Require,
        accepts_tainted: false,
        revocations: &revoked,
        revoked_serials: &settings.client_auth.revoked,
        extended_main_secret: hello.offered.extended_main_secret,
        early_data: false,
        ticket_age: None,
        recording_since: None,
    };
    (suite, cx.config.policy().judge(session, &offer, cx.now))
}
