//! What a client's handshake has agreed so far.

use crate::facts::{EarlyDataFate, Facts, KeysFingerprint, Kind};
use crate::handshake::current::Current;
use crate::handshake::cx::Cx;
use crate::offered_session::OfferedSession;
use crate::{ClientConfig, Destination};
use tessera_crypto::SuiteParameters;
use tessera_session::{Alpn, PeerIdentity, Refusal, Scope, ServerName};
use tessera_wire::Random;
use tessera_wire::codepoint::{NamedGroup, ProtocolVersion, SignatureScheme};

/// The parameters of this connection and of the session it is on.
pub(super) struct Agreed {
    pub(super) suite: &'static SuiteParameters,
    pub(super) group: NamedGroup,
    /// Whom the server has proven to be: RFC 9525 §6.6 (1).
    pub(super) name: ServerName,
    pub(super) client_random: Random,
    pub(super) alpn: Option<Alpn>,
    /// How either end has signed.
    pub(super) server_signature: Option<SignatureScheme>,
    pub(super) client_signature: Option<SignatureScheme>,
    pub(super) peer: Option<PeerIdentity>,
    /// The external key, if it was one that authenticated the server.
    pub(super) external_psk: Option<Vec<u8>>,
    pub(super) scope: Scope,
    pub(super) current: Current,
    pub(super) retried: bool,
    pub(super) refusal: Option<Refusal>,
    pub(super) expected_tickets: Option<u8>,
    pub(super) early_data: EarlyDataFate,
}

impl Agreed {
    /// Identity, taint and the lineage's end are inherited from a resumed session; a full
    /// handshake founds a lineage.
    pub(super) fn new(
        (suite, group): (&'static SuiteParameters, NamedGroup),
        to: Destination,
        client_random: Random,
        session: Option<OfferedSession>,
        cx: &Cx<'_, ClientConfig>,
    ) -> Self {
        let lineage_lifetime = cx.config.settings().lineage_lifetime;
        let current = session
            .as_ref()
            .map(|offered| Current::resumed(offered.id(), &offered.session, Kind::Psk));
        Self {
            suite,
            group,
            name: to.name,
            client_random,
            alpn: None,
            server_signature: None,
            client_signature: None,
            peer: session.and_then(|offered| offered.session.binding.peer),
            external_psk: None,
            scope: to.scope,
            current: current.unwrap_or_else(|| Current::founded(cx.now, lineage_lifetime)),
            retried: false,
            refusal: None,
            expected_tickets: None,
            early_data: EarlyDataFate::NotOffered,
        }
    }

    pub(super) fn facts(&self, keys_fingerprint: KeysFingerprint) -> Facts {
        Facts {
            version: ProtocolVersion::TLS1_3,
            cipher_suite: self.suite.suite,
            group: Some(self.group),
            extended_main_secret: true,
            external_psk: self.external_psk.clone(),
            server_signature: self.server_signature,
            client_signature: self.client_signature,
            alpn: self.alpn.clone(),
            server_name: Some(self.name.clone()),
            kind: self.current.kind,
            resumed: self.current.is_resumed(),
            session: self.current.facts(),
            peer: self.peer.clone(),
            refusal: self.refusal,
            keys_fingerprint,
            epoch: 0,
            retried: self.retried,
            early_data: self.early_data,
            ticket_age: None,
            expected_tickets: self.expected_tickets,
        }
    }
}
