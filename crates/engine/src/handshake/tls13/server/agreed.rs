//! What a server's handshake has agreed so far.

use super::decide::Choice;
use super::hello::Hello;
use crate::facts::{EarlyDataFate, Facts, KeysFingerprint, TicketAge};
use crate::handshake::current::Current;
use crate::handshake::hello::offered::Offered;
use tessera_crypto::SuiteParameters;
use tessera_session::{Alpn, PeerIdentity, Refusal, Scope, ServerName, TicketPlan};
use tessera_wire::Random;
use tessera_wire::codepoint::{NamedGroup, ProtocolVersion, SignatureScheme};

/// The parameters of this connection and of the session it is on.
pub(super) struct Agreed {
    pub(super) suite: &'static SuiteParameters,
    pub(super) group: NamedGroup,
    pub(super) identity: usize,
    /// How we are going to sign, if there is no session to resume.
    pub(super) scheme: Option<SignatureScheme>,
    /// How the client has signed.
    pub(super) client_signature: Option<SignatureScheme>,
    pub(super) alpn: Option<Alpn>,
    /// What this ClientHello asked for: RFC 9846 §4.7.1 (4).
    pub(super) server_name: Option<ServerName>,
    pub(super) scope: Scope,
    pub(super) client_random: Random,
    /// How many tickets we are going to issue.
    pub(super) tickets: u8,
    /// The client has said how many it would like, and is told how many there will be.
    pub(super) announces_tickets: bool,
    /// The client can be asked for its certificate later: RFC 9846 §4.3.6.
    pub(super) can_be_asked: bool,
    pub(super) wants_ocsp: bool,
    pub(super) wants_scts: bool,
    pub(super) retried: bool,
    pub(super) early_data: EarlyDataFate,
    pub(super) ticket_age: Option<TicketAge>,
    pub(super) refusal: Option<Refusal>,
    pub(super) peer: Option<PeerIdentity>,
    /// The external key, if it was one that authenticated the client.
    pub(super) external_psk: Option<Vec<u8>>,
    pub(super) current: Current,
}

impl Agreed {
    /// What becomes of early data, where any was offered.
    pub(super) fn settle_early_data(&mut self, ruling: Result<u32, Refusal>) {
        if self.early_data != EarlyDataFate::NotOffered {
            self.early_data = match ruling {
                Ok(_) => EarlyDataFate::Accepted,
                Err(refusal) => EarlyDataFate::Rejected(refusal),
            };
        }
    }

    pub(super) fn new(choice: Choice, hello: &Hello, current: Current, plan: &TicketPlan) -> Self {
        let offered = &hello.offered;
        Self {
            suite: choice.suite,
            group: choice.group,
            identity: choice.identity,
            scheme: choice.scheme,
            client_signature: None,
            alpn: choice.alpn,
            server_name: choice.server_name,
            scope: choice.scope,
            client_random: hello.random,
            tickets: tickets(offered, &current, plan),
            announces_tickets: offered.ticket_request.is_some(),
            can_be_asked: offered.post_handshake_auth,
            wants_ocsp: offered.status_request,
            wants_scts: offered.sct,
            retried: hello.before.is_some(),
            early_data: match hello.early_data {
                true => EarlyDataFate::Rejected(Refusal::EarlyDataNotOffered),
                false => EarlyDataFate::NotOffered,
            },
            ticket_age: None,
            refusal: None,
            peer: None,
            external_psk: None,
            current,
        }
    }

    pub(super) fn facts(&self, keys_fingerprint: KeysFingerprint) -> Facts {
        Facts {
            version: ProtocolVersion::TLS1_3,
            cipher_suite: self.suite.suite,
            group: Some(self.group),
            extended_main_secret: true,
            external_psk: self.external_psk.clone(),
            server_signature: self.scheme.filter(|_| !self.current.is_resumed()),
            client_signature: self.client_signature,
            alpn: self.alpn.clone(),
            server_name: self.server_name.clone(),
            kind: self.current.kind,
            resumed: self.current.is_resumed(),
            session: self.current.facts(),
            peer: self.peer.clone(),
            refusal: self.refusal,
            keys_fingerprint,
            epoch: 0,
            retried: self.retried,
            early_data: self.early_data,
            ticket_age: self.ticket_age,
            expected_tickets: self.announces_tickets.then_some(self.tickets),
        }
    }
}

/// None for a client that cannot use them; else as many as it asks for in the kind of handshake this
/// has become, within the plan: RFC 9149 §3.
fn tickets(offered: &Offered, current: &Current, plan: &TicketPlan) -> u8 {
    if !offered.resumes_with_key_exchange() {
        return 0;
    }
    plan.count_for(offered.ticket_request.map(|request| {
        if current.is_resumed() {
            request.resumption_count
        } else {
            request.new_session_count
        }
    }))
}
