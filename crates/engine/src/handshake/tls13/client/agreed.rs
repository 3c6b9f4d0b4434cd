//! What a client's handshake has agreed so far.

use crate::facts::{Facts, KeysFingerprint, Kind, SessionFacts};
use crate::handshake::cx::Cx;
use crate::offered_session::OfferedSession;
use crate::{ClientConfig, Destination};
use tessera_crypto::SuiteParameters;
use tessera_session::{
    Alpn, Lifetime, Lineage, LineageId, PeerIdentity, Refusal, Scope, ServerName, Taint, TicketId,
};
use tessera_wire::Random;
use tessera_wire::codepoint::{NamedGroup, ProtocolVersion, SignatureScheme};

/// The parameters of this connection and of the session it is on.
pub(super) struct Agreed {
    pub(super) suite: &'static SuiteParameters,
    pub(super) group: NamedGroup,
    pub(super) name: ServerName,
    pub(super) client_random: Random,
    pub(super) alpn: Option<Alpn>,
    pub(super) scheme: Option<SignatureScheme>,
    pub(super) peer: Option<PeerIdentity>,
    pub(super) taint: Option<Taint>,
    pub(super) scope: Scope,
    pub(super) id: TicketId,
    pub(super) lineage: Lineage,
    pub(super) lifetime: Lifetime,
    pub(super) resumed: bool,
    pub(super) retried: bool,
    pub(super) refusal: Option<Refusal>,
}

impl Agreed {
    /// Identity, taint and the lineage's end are inherited from a resumed session; a full
    /// handshake founds a lineage.
    pub(super) fn new(
        (suite, group): (&'static SuiteParameters, NamedGroup),
        to: Destination,
        client_random: Random,
        session: Option<OfferedSession>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Self {
        let now = cx.now;
        let end = now.plus(cx.config.settings().lineage_lifetime);
        let founded = Self {
            suite,
            group,
            name: to.name,
            client_random,
            alpn: None,
            scheme: None,
            peer: None,
            taint: None,
            scope: to.scope,
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
            retried: false,
            refusal: None,
        };
        match session {
            None => founded,
            Some(offered) => Self {
                id: offered.id(),
                peer: offered.session.binding.peer,
                taint: offered.session.taint,
                lineage: offered.session.lineage,
                lifetime: offered.session.lifetime,
                resumed: true,
                ..founded
            },
        }
    }

    /// What a full handshake founded has the same name at both ends.
    pub(super) fn name(&mut self, (id, lineage): (TicketId, LineageId)) {
        if !self.resumed {
            self.id = id;
            self.lineage.id = lineage;
        }
    }

    pub(super) fn facts(&self, keys_fingerprint: KeysFingerprint) -> Facts {
        Facts {
            version: ProtocolVersion::TLS1_3,
            cipher_suite: self.suite.suite,
            group: self.group,
            signature_scheme: self.scheme,
            alpn: self.alpn.clone(),
            server_name: Some(self.name.clone()),
            kind: if self.resumed { Kind::Psk } else { Kind::Full },
            resumed: self.resumed,
            session: SessionFacts {
                id: self.id,
                lineage: self.lineage.id,
                generation: self.lineage.generation,
                authenticated_at: self.lifetime.authenticated_at,
                issued_at: self.lifetime.issued_at,
                expires_at: self.lifetime.expires_at,
                lineage_ends_at: self.lifetime.lineage_ends_at,
                taint: self.taint,
            },
            peer: self.peer.clone(),
            refusal: self.refusal,
            keys_fingerprint,
            retried: self.retried,
            early_data: None,
        }
    }
}
