//! What a server's handshake has agreed so far.

use super::decide::Choice;
use super::hello::Hello;
use crate::facts::{Facts, KeysFingerprint, Kind, SessionFacts};
use tessera_crypto::SuiteParameters;
use tessera_session::{
    Alpn, Lifetime, Lineage, LineageId, PeerIdentity, Refusal, Scope, ServerName, Taint, TicketId,
    Timestamp,
};
use tessera_wire::Random;
use tessera_wire::codepoint::{NamedGroup, ProtocolVersion, SignatureScheme};

/// The parameters of this connection and of the session it is on.
pub(super) struct Agreed {
    pub(super) suite: &'static SuiteParameters,
    pub(super) group: NamedGroup,
    pub(super) identity: usize,
    pub(super) scheme: Option<SignatureScheme>,
    pub(super) alpn: Option<Alpn>,
    pub(super) server_name: Option<ServerName>,
    pub(super) scope: Scope,
    pub(super) client_random: Random,
    /// The client can use the tickets we would issue.
    pub(super) wants_tickets: bool,
    pub(super) wants_ocsp: bool,
    pub(super) wants_scts: bool,
    pub(super) retried: bool,
    pub(super) early_data: bool,
    pub(super) refusal: Option<Refusal>,
    pub(super) peer: Option<PeerIdentity>,
    pub(super) taint: Option<Taint>,
    pub(super) current: Current,
}

/// The session this connection is on.
pub(super) struct Current {
    pub(super) id: TicketId,
    pub(super) lineage: Lineage,
    pub(super) lifetime: Lifetime,
    pub(super) resumed: bool,
}

impl Current {
    /// A full handshake founds a lineage; it gets its name when the handshake is done.
    pub(super) fn founded(now: Timestamp, lineage_lifetime: std::time::Duration) -> Self {
        let end = now.plus(lineage_lifetime);
        Self {
            id: TicketId([0; 32]),
            lineage: Lineage {
                id: LineageId([0; 16]),
                generation: 0,
            },
            lifetime: Lifetime {
                authenticated_at: now,
                issued_at: now,
                expires_at: end,
                lineage_ends_at: end,
            },
            resumed: false,
        }
    }
}

impl Agreed {
    /// What a full handshake founded has the same name at both ends.
    pub(super) fn name(&mut self, (id, lineage): (TicketId, LineageId)) {
        if !self.current.resumed {
            self.current.id = id;
            self.current.lineage.id = lineage;
        }
    }

    pub(super) fn new(choice: Choice, hello: &Hello, current: Current) -> Self {
        let offered = &hello.offered;
        Self {
            suite: choice.suite,
            group: choice.group,
            identity: choice.identity,
            scheme: choice.scheme,
            alpn: choice.alpn,
            server_name: choice.server_name,
            scope: choice.scope,
            client_random: hello.random,
            wants_tickets: offered.resumes_with_key_exchange(),
            wants_ocsp: offered.status_request,
            wants_scts: offered.sct,
            retried: hello.before.is_some(),
            early_data: offered.early_data,
            refusal: None,
            peer: None,
            taint: None,
            current,
        }
    }

    pub(super) fn facts(&self, keys_fingerprint: KeysFingerprint) -> Facts {
        let current = &self.current;
        Facts {
            version: ProtocolVersion::TLS1_3,
            cipher_suite: self.suite.suite,
            group: self.group,
            signature_scheme: self.scheme.filter(|_| !current.resumed),
            alpn: self.alpn.clone(),
            server_name: self.server_name.clone(),
            kind: if current.resumed {
                Kind::Psk
            } else {
                Kind::Full
            },
            resumed: current.resumed,
            session: SessionFacts {
                id: current.id,
                lineage: current.lineage.id,
                generation: current.lineage.generation,
                authenticated_at: current.lifetime.authenticated_at,
                issued_at: current.lifetime.issued_at,
                expires_at: current.lifetime.expires_at,
                lineage_ends_at: current.lifetime.lineage_ends_at,
                taint: self.taint,
            },
            peer: self.peer.clone(),
            refusal: self.refusal,
            keys_fingerprint,
            retried: self.retried,
            early_data: self.early_data.then_some(false),
        }
    }
}
