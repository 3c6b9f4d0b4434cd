//! Sessions are offered: find, judge, verify the binder, claim — in that order.
//!
//! At most two identities are looked at. Policy judges first, and only the chosen one's binder is
//! verified; a bad binder aborts, a lost claim goes to a full handshake and never to the next
//! identity. So a bare identity, without its secret, uses nothing up.

use super::State;
use super::decide::{Choice, choose_suite};
use super::flight;
use super::hello::Hello;
use crate::ServerConfig;
use crate::config::{PskForm, SuiteChoice};
use crate::facts::{Kind, TicketAge};
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::current::Current;
use crate::handshake::cx::Cx;
use crate::handshake::limits;
use crate::handshake::question::{Found, Question};
use crate::keys::tls13::PskOrigin;
use std::sync::Arc;
use std::time::Duration;
use tessera_crypto::{SuiteParameters, tls13_suite};
use tessera_session::ticket::Ticket;
use tessera_session::{
    Claim, ClientAuthMode, Offer, Refusal, Resumption, Revoked, Ruling, Session, Spend, TicketId,
};
use tessera_wire::codepoint::ProtocolVersion;

/// The offered identities, and how far we have come with them.
struct Resuming {
    choice: Choice,
    hello: Hello,
    /// What is revoked, as it was known when the ClientHello came.
    revoked: Arc<Revoked>,
    position: usize,
    /// Why the first identity was not resumed: what people will be told.
    refusal: Option<Refusal>,
}

/// The store is asked for a session.
pub(crate) struct WaitSession {
    resuming: Resuming,
    id: TicketId,
}

/// The store is asked to use a ticket up; its binder has verified.
pub(crate) struct WaitClaim {
    resuming: Resuming,
    id: TicketId,
    session: Box<Session>,
    early_data: Result<u32, Refusal>,
}

/// A session that will be resumed: its binder has verified and its claim, if one was needed, is won.
pub(super) struct Resumed {
    pub(super) session: Box<Session>,
    pub(super) selected_identity: u16,
    pub(super) current: Current,
    pub(super) ticket_age: Option<TicketAge>,
    /// How much early data is taken, or why none.
    pub(super) early_data: Result<u32, Refusal>,
}

pub(super) fn begin(
    choice: Choice,
    hello: Hello,
    cx: &mut Cx<'_, ServerConfig>,
) -> Result<State, Fault> {
    let revoked = cx.config.settings().shared.revocations();
    Resuming {
        choice,
        hello,
        revoked,
        position: 0,
        refusal: None,
    }
    .look(cx)
}

impl Resuming {
    /// Looks at the identity we are at.
    fn look(self, cx: &mut Cx<'_, ServerConfig>) -> Result<State, Fault> {
        let identities = self
            .hello
            .offered
            .psks
            .as_ref()
            .map(|psks| psks.identities.as_slice())
            .unwrap_or_default();
        let Some(identity) = identities
            .iter()
            .take(limits::IDENTITIES_LOOKED_AT)
            .nth(self.position)
        else {
            return flight::full(self.choice, &self.hello, self.refusal, cx);
        };
        let id = TicketId::of_wire(&identity.identity);
        // An external key is no ticket; it has its turn when no session is resumed.
        let external = |form: &Arc<PskForm>| form.identity == identity.identity;
        if cx.config.psks().iter().any(external) {
            return Self {
                position: self.position + 1,
                ..self
            }
            .look(cx);
        }
        let settings = cx.config.settings();
        match Ticket::of(&identity.identity) {
            Ticket::LookupKey(key) => match &settings.vault {
                // A forged key never reaches the store.
                Some(vault) if vault.is_ours(&key) => {
                    cx.ask(Question::FindSession(id));
                    Ok(State::WaitSession(Box::new(WaitSession {
                        resuming: self,
                        id,
                    })))
                }
                _ => self.refuse(Refusal::UnknownTicket, cx),
            },
            Ticket::SelfEncrypted(bytes) => {
                let choice = &self.choice;
                let host = cx.config.host(choice.server_name.as_ref(), choice.scope);
                match cx.config.open_ticket(bytes, host, cx.now) {
                    Ok(accepted) => self.consider(id, accepted.session, cx),
                    Err(refusal) => self.refuse(refusal, cx),
                }
            }
        }
    }

    /// Not this one; perhaps the next.
    fn refuse(mut self, refusal: Refusal, cx: &mut Cx<'_, ServerConfig>) -> Result<State, Fault> {
        self.refusal.get_or_insert(refusal);
        self.position += 1;
        self.look(cx)
    }

    /// Judge, then the binder, then the claim.
    fn consider(
        mut self,
        id: TicketId,
        session: Box<Session>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let (suite, claim, early_data) = match self.judge(&session, cx) {
            (suite, Ruling::Resume { claim, early_data }) => (suite, claim, early_data),
            (_, Ruling::FullHandshake(refusal)) => return self.refuse(refusal, cx),
            // No TLS 1.3 rule aborts; a future one must not slip through as a resumption.
            (_, Ruling::Abort(_)) => return Err(Misbehaviour::WrongSuiteForSession.into()),
        };
        self.verify_binder(&session)?;
        self.choice.suite = suite;
        if claim {
            let lifetime = &session.lifetime;
            cx.ask(Question::ClaimSession(Spend {
                id,
                issued_at: lifetime.issued_at,
                // The mark outlives the ticket, and clocks may differ.
                until: lifetime.expires_at.plus(cx.config.settings().clock_skew),
            }));
            return Ok(State::WaitClaim(Box::new(WaitClaim {
                resuming: self,
                id,
                session,
                early_data,
            })));
        }
        self.resume(id, session, early_data, cx)
    }

    /// The suite to resume with, and the ruling: RFC 9846 §4.3.11 (3), §4.7.1 (2).
    fn judge(
        &self,
        session: &Session,
        cx: &Cx<'_, ServerConfig>,
    ) -> (&'static SuiteParameters, Ruling) {
        let settings = cx.config.settings();
        let wanted = match settings.suite_choice {
            SuiteChoice::OfSession => tls13_suite(session.cipher_suite).map(|suite| suite.hash),
            SuiteChoice::Best => None,
        };
        // A retry has fixed the suite; otherwise any common suite of the session's hash will do,
        // if settings do not say which.
        let available = match (&self.hello.before, wanted) {
            (Some(_), _) => self.choice.suite,
            (None, wanted) => {
                choose_suite(&self.hello.offered, cx.config, wanted).unwrap_or(self.choice.suite)
            }
        };
        let offer = Offer {
            version: ProtocolVersion::TLS1_3,
            cipher_suite: available.suite,
            cipher_suite_hash: available.hash,
            server_name: self.choice.server_name.as_ref(),
            scope: &self.choice.scope,
            alpn: self.choice.alpn.as_ref(),
            requires_identity: settings.client_auth.mode == ClientAuthMode::Require,
            accepts_tainted: false,
            revocations: &self.revoked,
            revoked_serials: &settings.client_auth.revoked,
            extended_main_secret: true,
            // RFC 9846 §4.3.10 (6).
            early_data: self.hello.offered.early_data && self.position == 0,
            ticket_age: self.told_age(session),
            recording_since: settings.shared.recording_since(),
        };
        (available, cx.config.policy().judge(session, &offer, cx.now))
    }

    /// How old the client says the ticket is: RFC 9846 §4.3.11.1.
    fn told_age(&self, session: &Session) -> Option<Duration> {
        let Resumption::Tls13 { ticket_age_add, .. } = session.resumption else {
            return None;
        };
        let psks = self.hello.offered.psks.as_ref()?;
        let told = psks.identities.get(self.position)?.obfuscated_ticket_age;
        let age = told.wrapping_sub(ticket_age_add);
        Some(Duration::from_millis(age.into()))
    }

    fn verify_binder(&self, session: &Session) -> Result<(), Fault> {
        let hash = tls13_suite(session.cipher_suite)
            .map(|suite| suite.hash)
            .ok_or(Misbehaviour::WrongSuiteForSession)?;
        let psk = (session.secret.secret(), PskOrigin::Resumption);
        self.hello.verify_binder(self.position, hash, psk)
    }

    fn resume(
        self,
        id: TicketId,
        session: Box<Session>,
        early_data: Result<u32, Refusal>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let current = Current::resumed(id, &session, Kind::Psk);
        let selected_identity = self.position as u16; // 0 or 1
        let ticket_age = self.told_age(&session).map(|told| TicketAge {
            told,
            seen: cx.now.ahead_of(session.lifetime.issued_at),
        });
        let resumed = Resumed {
            session,
            selected_identity,
            current,
            ticket_age,
            early_data,
        };
        flight::resumed(self.choice, &self.hello, resumed, cx)
    }
}

impl WaitSession {
    /// The store's answer: a look, nothing is used up.
    pub(crate) fn session(
        self,
        found: Found,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        match found {
            Found::Session(session) => self.resuming.consider(self.id, session, cx),
            Found::Nothing => self.resuming.refuse(Refusal::UnknownTicket, cx),
            // A store failure is never a connection failure.
            Found::Unavailable => self.resuming.refuse(Refusal::StoreUnavailable, cx),
        }
    }
}

impl WaitClaim {
    pub(crate) fn claim(
        self,
        claim: Option<Claim>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let refusal = match claim {
            Some(Claim::Won) => {
                return self
                    .resuming
                    .resume(self.id, self.session, self.early_data, cx);
            }
            Some(Claim::AlreadyUsed) => Refusal::AlreadyUsed,
            Some(Claim::Unrecorded) => Refusal::UseForgotten,
            // A claim that timed out counts as lost.
            None => Refusal::StoreUnavailable,
        };
        // Where only early data had to be guarded, a doubt costs only that. A ticket that was used is
        // a replay, and a replay gets nothing: RFC 9846 §8.1.
        if !cx.config.settings().single_use && refusal != Refusal::AlreadyUsed {
            return self
                .resuming
                .resume(self.id, self.session, Err(refusal), cx);
        }
        let Resuming { choice, hello, .. } = self.resuming;
        flight::full(choice, &hello, Some(refusal), cx)
    }
}
