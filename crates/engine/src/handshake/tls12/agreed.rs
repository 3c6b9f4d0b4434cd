//! What a handshake has agreed so far, alike for both ends.

use crate::facts::{EarlyDataFate, Facts, KeysFingerprint, Kind};
use crate::handshake::current::Current;
use crate::keys::tls12::{MainSecret, Randoms};
use tessera_crypto::Tls12Suite;
use tessera_session::{
    Alpn, Binding, PeerIdentity, Refusal, Resumption, ResumptionSecret, Scope, ServerName, Session,
};
use tessera_wire::SessionId;
use tessera_wire::codepoint::{NamedGroup, ProtocolVersion, SignatureScheme};

/// The parameters of this connection and of the session it is on.
pub(crate) struct Agreed {
    pub(crate) suite: &'static Tls12Suite,
    /// `None` on a resumption whose session does not remember it.
    pub(crate) group: Option<NamedGroup>,
    /// How either end has signed on this connection.
    pub(crate) server_signature: Option<SignatureScheme>,
    pub(crate) client_signature: Option<SignatureScheme>,
    pub(crate) server_name: Option<ServerName>,
    pub(crate) alpn: Option<Alpn>,
    pub(crate) scope: Scope,
    pub(crate) peer: Option<PeerIdentity>,
    pub(crate) randoms: Randoms,
    pub(crate) extended_main_secret: bool,
    /// The peer knows `renegotiation_info`: RFC 5746 §3.4, §3.6.
    pub(crate) secure_renegotiation: bool,
    pub(crate) current: Current,
    pub(crate) refusal: Option<Refusal>,
    /// A client: it has shown its certificate on this connection.
    pub(crate) shown: bool,
    /// Handshakes completed before this one.
    pub(crate) epoch: u32,
}

impl Agreed {
    pub(crate) fn facts(&self, keys_fingerprint: KeysFingerprint) -> Facts {
        let kind = match self.epoch {
            0 => self.current.kind,
            _ => Kind::Renegotiated,
        };
        Facts {
            version: ProtocolVersion::TLS1_2,
            cipher_suite: self.suite.suite,
            group: self.group,
            extended_main_secret: self.extended_main_secret,
            external_psk: None,
            server_signature: self.server_signature,
            client_signature: self.client_signature,
            alpn: self.alpn.clone(),
            server_name: self.server_name.clone(),
            kind,
            resumed: self.current.is_resumed(),
            session: self.current.facts(),
            peer: self.peer.clone(),
            refusal: self.refusal,
            keys_fingerprint,
            epoch: self.epoch,
            retried: false,
            early_data: EarlyDataFate::NotOffered,
            ticket_age: None,
            expected_tickets: None,
        }
    }

    /// The session of this connection, to be kept or offered again. `None` for a secret no session
    /// may have.
    pub(crate) fn session(&self, main: &MainSecret, session_id: SessionId) -> Option<Session> {
        let (version, cipher_suite) = (ProtocolVersion::TLS1_2, self.suite.suite);
        let secret = ResumptionSecret::new(main.secret().clone(), version, cipher_suite).ok()?;
        Some(Session {
            lineage: self.current.lineage,
            version,
            cipher_suite,
            secret,
            binding: Binding {
                server_name: self.server_name.clone(),
                alpn: self.alpn.clone(),
                peer: self.peer.clone(),
                scope: self.scope,
            },
            lifetime: self.current.lifetime,
            resumption: Resumption::Tls12 {
                session_id,
                extended_main_secret: self.extended_main_secret,
            },
            taint: self.current.taint,
            app_data: Vec::new(),
            group: self.group,
        })
    }
}
