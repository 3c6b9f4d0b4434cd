//! What a server is set to do, and with whom it works.

use super::{OwnRing, SettingsError, key_log};
use crate::{Authorise, KeyLogSink, Observer, clock};
use std::sync::Arc;
use std::time::Duration;
use tessera_engine as engine;
use tessera_engine::{
    Authorisation, ClientAuth, ExtendedMainSecret, ExternalPsk, GroupChoice, Identity, PeerChange,
    Renegotiation, SecureRenegotiation, SessionForms, SuiteChoice, SuiteOrder, Trace,
};
use tessera_identity::{Credential, Signer, Verifier};
use tessera_session::store::ProcessId;
use tessera_session::{
    Alpn, ClientAuthMode, EarlyData, ForeignTickets, Register, RevokedSerials, RotationPolicy,
    SessionStore, TicketKind, TicketPlan, Tickets, Vault,
};
use tessera_wire::codepoint::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};

/// What a person writes to set up a server. Only `credentials` has no default that works, where there are
/// no `external_psks`.
#[derive(Clone)]
pub struct ServerSettings {
    /// The protocol versions spoken.
    pub versions: Vec<ProtocolVersion>,
    /// Certificates with their keys, chosen by server name; an unknown or missing name gets the
    /// first.
    pub credentials: Vec<Credential>,
    /// Certificates whose keys are elsewhere, behind those of `credentials` in order.
    pub signers: Vec<(Identity, Arc<dyn Signer>)>,
    /// Keys known from elsewhere, best first: RFC 9846 §2.2. A client that offers one is known by it; without
    /// `credentials` and `signers` nobody else is let in.
    pub external_psks: Vec<ExternalPsk>,
    /// Application protocols, best first; empty switches ALPN off.
    pub alpn: Vec<Alpn>,
    /// Cipher suites of all versions, best first.
    pub cipher_suites: Vec<CipherSuite>,
    /// Whose order of them counts.
    pub suite_order: SuiteOrder,
    /// TLS 1.3: whether the best one is worth a session that was made with another.
    pub suite_choice: SuiteChoice,
    /// Key exchange groups, best first.
    pub groups: Vec<NamedGroup>,
    /// Whether the best group is worth a round trip to a client that sent no share for it.
    pub group_choice: GroupChoice,
    /// Signature schemes accepted of clients, best first.
    pub signature_schemes: Vec<SignatureScheme>,
    /// Whether clients are asked for certificates.
    pub client_auth: ClientAuthMode,
    /// Who may vouch for clients; needed where they are asked.
    pub client_verifier: Option<Verifier>,
    /// Who says which clients may come in, on full and resumed connections alike; `None`: whoever has
    /// shown what was asked for.
    pub authorise: Option<Arc<dyn Authorise>>,
    /// How long that may take; later is a no.
    pub authorisation_deadline: Duration,
    /// Certificates on revocation lists, checked again at every resumption.
    pub revoked_serials: Arc<RevokedSerials>,
    /// The tickets to issue after each handshake.
    pub tickets: TicketPlan,
    /// TLS 1.2: how sessions are picked up again.
    pub session_forms: SessionForms,
    /// TLS 1.2: whether a client must bind the secret to its handshake.
    pub extended_main_secret: ExtendedMainSecret,
    /// TLS 1.2: who may start a handshake on a connection that has one.
    pub renegotiation: Renegotiation,
    /// TLS 1.2: whether a client must know how to do that safely.
    pub secure_renegotiation: SecureRenegotiation,
    /// TLS 1.2: whether a renegotiation may bring another certificate of the client.
    pub peer_change: PeerChange,
    /// A ticket resumes once, ever, across all processes on the store. TLS 1.2 cannot promise that,
    /// so it resumes nothing then.
    pub single_use: bool,
    /// The ticket ring and the revocations, shared with whoever renews them. `None`: a ring of
    /// this config's own, which ends with it.
    pub shared: Option<Arc<Tickets>>,
    /// Tickets of other servers, if this listener takes any, under keys that lie in the `shared` ring.
    pub migration: Option<Arc<ForeignTickets>>,
    /// How keys of an own ring follow each other.
    pub rotation: RotationPolicy,
    /// Whether clients may send early data, and how much. The store guards it: each ticket is good for
    /// it once, and where the store does not answer none is taken. With a `shared` ring somebody has to
    /// say since when the store remembers: [`Tickets::set_recording_since`].
    pub early_data: EarlyData,
    /// Whether it is taken even from clients that have shown a certificate.
    pub early_data_with_identity: bool,
    /// How far the client's view of a ticket's age may differ from ours for early data: RFC 9846 §8.3. Ten
    /// seconds are for clients on the Internet.
    pub freshness_window: Duration,
    /// Where sessions are kept.
    pub store: Option<Arc<dyn SessionStore>>,
    /// Seals what goes into the store; the store's own vault.
    pub vault: Option<Vault>,
    /// Where connections are noted.
    pub register: Option<Registration>,
    /// How long a handshake waits for the store before it goes on without.
    pub store_deadline: Duration,
    /// How long a ticket waits for its session to be kept. No handshake waits for that; one of TLS 1.2
    /// waits for its session to be kept under its ID, for `store_deadline` at most.
    pub keep_deadline: Duration,
    /// Random, one per deployment: part of every scope. `None` draws one, and sessions end with
    /// this config.
    pub deployment: Option<[u8; 16]>,
    /// The resumption policy's name: servers that should share sessions share it.
    pub policy: String,
    /// Rises when authorisation is tightened: sessions made before do a full handshake.
    pub authorisation_version: u32,
    /// What is spoken inside, STARTTLS included: sessions of one protocol do not resume in another.
    pub protocol: String,
    /// Clocks may differ by this much across a fleet.
    pub clock_skew: Duration,
    /// How old the copy of the revocations in `shared` may be before clients with an identity do a full
    /// handshake; `None` where somebody else sees to that, or nothing is ever revoked.
    pub revocation_lag: Option<Duration>,
    /// How long a handshake may take; `None` for as long as it likes. Threads keep this and the
    /// next one on a transport that is [`Timed`](crate::blocking::Timed).
    pub handshake_timeout: Option<Duration>,
    /// A connection on which nothing moves for so long is closed with `close_notify`.
    pub idle_timeout: Option<Duration>,
    /// Who is told what happens.
    pub observer: Option<Arc<dyn Observer>>,
    /// Where traffic secrets go, while debugging.
    pub key_log: Option<Arc<dyn KeyLogSink>>,
    /// Whether handshake messages are told to the observer.
    pub trace: Trace,
    /// Replace the sending keys after this many records; `None` follows RFC 9846 §5.5.
    pub update_keys_after: Option<u64>,
}

/// A register, and this process's name in it.
#[derive(Clone)]
pub struct Registration {
    /// Where connections are noted.
    pub register: Arc<dyn Register>,
    /// Who notes them; the application says now and then that it is alive.
    pub process: ProcessId,
}

impl Default for ServerSettings {
    fn default() -> Self {
        let engine = engine::ServerSettings::default();
        Self {
            versions: engine.versions,
            credentials: Vec::new(),
            signers: Vec::new(),
            external_psks: engine.external_psks,
            alpn: engine.alpn,
            cipher_suites: engine.cipher_suites,
            suite_order: engine.suite_order,
            suite_choice: engine.suite_choice,
            groups: engine.groups,
            group_choice: engine.group_choice,
            signature_schemes: engine.signature_schemes,
            client_auth: engine.client_auth.mode,
            client_verifier: None,
            authorise: None,
            authorisation_deadline: Duration::from_secs(1),
            revoked_serials: engine.client_auth.revoked,
            tickets: engine.tickets,
            session_forms: engine.session_forms,
            extended_main_secret: engine.extended_main_secret,
            renegotiation: engine.renegotiation,
            secure_renegotiation: engine.secure_renegotiation,
            peer_change: engine.peer_change,
            single_use: engine.single_use,
            early_data: engine.early_data,
            early_data_with_identity: engine.early_data_with_identity,
            freshness_window: engine.freshness_window,
            shared: None,
            migration: None,
            rotation: RotationPolicy::default(),
            store: None,
            vault: None,
            register: None,
            store_deadline: Duration::from_millis(20),
            keep_deadline: Duration::from_secs(1),
            deployment: None,
            policy: engine.policy,
            authorisation_version: engine.authorisation_version,
            protocol: engine.protocol,
            clock_skew: engine.clock_skew,
            revocation_lag: engine.revocation_lag,
            handshake_timeout: Some(Duration::from_secs(10)),
            idle_timeout: None,
            observer: None,
            key_log: None,
            trace: engine.trace,
            update_keys_after: engine.update_keys_after,
        }
    }
}

/// Checked [`ServerSettings`], immutable; make one with `try_from` and share it in an `Arc`.
pub struct ServerConfig {
    engine: Arc<engine::ServerConfig>,
    pub(crate) signers: Vec<Arc<dyn Signer>>,
    pub(crate) verifier: Option<Verifier>,
    pub(crate) authorise: Option<Arc<dyn Authorise>>,
    pub(crate) authorisation_deadline: Duration,
    pub(crate) kept: Option<Kept>,
    pub(crate) register: Option<Registration>,
    pub(crate) store_deadline: Duration,
    pub(crate) keep_deadline: Duration,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) key_log: Option<Arc<dyn KeyLogSink>>,
    handshake_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    own_ring: Option<OwnRing>,
}

/// A store, and the vault that seals what goes in.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) store: Arc<dyn SessionStore>,
    pub(crate) vault: Vault,
}

impl ServerConfig {
    /// The part of it the engine works with.
    pub fn engine(&self) -> &Arc<engine::ServerConfig> {
        &self.engine
    }

    /// How long a handshake may take.
    pub fn handshake_timeout(&self) -> Option<Duration> {
        self.handshake_timeout
    }

    /// How long nothing may move on a connection before it is closed.
    pub fn idle_timeout(&self) -> Option<Duration> {
        self.idle_timeout
    }

    /// Before each connection: an own ring may be due for its next key.
    pub(crate) fn look_after_ring(&self) {
        if let Some(ring) = &self.own_ring {
            ring.look(clock::now());
        }
    }
}

impl TryFrom<ServerSettings> for ServerConfig {
    type Error = SettingsError;

    fn try_from(settings: ServerSettings) -> Result<Self, SettingsError> {
        let kept = match (&settings.store, &settings.vault) {
            (Some(store), Some(vault)) => Some(Kept {
                store: Arc::clone(store),
                vault: vault.clone(),
            }),
            (Some(_), None) => return Err(SettingsError::NoVault { what: "store" }),
            (None, _) if settings.single_use => return Err(SettingsError::SingleUseNeedsStore),
            (None, _) if settings.early_data != EarlyData::Refuse => {
                return Err(SettingsError::EarlyDataNeedsStore);
            }
            (None, _)
                if settings.tickets.kind == Some(TicketKind::Stored)
                    && settings.tickets.count > 0 =>
            {
                return Err(SettingsError::StoredTicketsNeedStore);
            }
            (None, _) => None,
        };
        if settings.client_auth != ClientAuthMode::None && settings.client_verifier.is_none() {
            return Err(SettingsError::NoClientVerifier);
        }
        let shared = settings.shared.clone().unwrap_or_default();
        let own_ring = match &settings.shared {
            Some(_) => None,
            None => Some(
                OwnRing::new(Arc::clone(&shared), settings.rotation)
                    .ok_or(SettingsError::BadRotation)?,
            ),
        };
        Ok(Self {
            engine: Arc::new(for_engine(&settings, shared).try_into()?),
            signers: settings.signers(),
            verifier: settings.client_verifier,
            authorise: settings.authorise,
            authorisation_deadline: settings.authorisation_deadline,
            kept,
            register: settings.register,
            store_deadline: settings.store_deadline,
            keep_deadline: settings.keep_deadline,
            observer: settings.observer,
            key_log: settings.key_log,
            handshake_timeout: settings.handshake_timeout,
            idle_timeout: settings.idle_timeout,
            own_ring,
        })
    }
}

impl ServerSettings {
    /// Who signs, in the order of the engine's identities.
    fn signers(&self) -> Vec<Arc<dyn Signer>> {
        let own = self
            .credentials
            .iter()
            .map(|credential| Arc::clone(&credential.key) as Arc<dyn Signer>);
        own.chain(self.signers.iter().map(|(_, signer)| Arc::clone(signer)))
            .collect()
    }

    fn client_auth(&self) -> ClientAuth {
        let roots = self.client_verifier.as_ref().and_then(Verifier::roots);
        ClientAuth {
            mode: self.client_auth,
            authorities: roots.map(|roots| roots.subjects()).unwrap_or_default(),
            anchors: roots
                .map(|roots| roots.hashes().to_vec())
                .unwrap_or_default(),
            revoked: Arc::clone(&self.revoked_serials),
        }
    }
}

/// What the engine needs to know; every field is named, so that a new one is not forgotten here.
fn for_engine(settings: &ServerSettings, shared: Arc<Tickets>) -> engine::ServerSettings {
    let own = settings.credentials.iter().map(Credential::identity);
    let identities = own
        .chain(
            settings
                .signers
                .iter()
                .map(|(identity, _)| identity.clone()),
        )
        .collect();
    engine::ServerSettings {
        versions: settings.versions.clone(),
        identities,
        external_psks: settings.external_psks.clone(),
        client_auth: settings.client_auth(),
        authorisation: match settings.authorise {
            Some(_) => Authorisation::Ask,
            None => Authorisation::Everybody,
        },
        alpn: settings.alpn.clone(),
        cipher_suites: settings.cipher_suites.clone(),
        suite_order: settings.suite_order,
        suite_choice: settings.suite_choice,
        groups: settings.groups.clone(),
        group_choice: settings.group_choice,
        signature_schemes: settings.signature_schemes.clone(),
        tickets: settings.tickets,
        session_forms: SessionForms {
            // What nobody keeps has no ID.
            ids: settings.session_forms.ids && settings.store.is_some(),
            ..settings.session_forms
        },
        extended_main_secret: settings.extended_main_secret,
        renegotiation: settings.renegotiation,
        secure_renegotiation: settings.secure_renegotiation,
        peer_change: settings.peer_change,
        single_use: settings.single_use,
        early_data: settings.early_data,
        early_data_with_identity: settings.early_data_with_identity,
        freshness_window: settings.freshness_window,
        shared,
        migration: settings.migration.clone(),
        // Without a store nothing is kept, and no ticket is a lookup key.
        vault: match &settings.store {
            Some(_) => settings.vault.clone().map(Arc::new),
            None => None,
        },
        deployment: settings.deployment.unwrap_or_else(clock::random),
        policy: settings.policy.clone(),
        authorisation_version: settings.authorisation_version,
        protocol: settings.protocol.clone(),
        clock_skew: settings.clock_skew,
        revocation_lag: settings.revocation_lag,
        key_log: key_log(&settings.key_log),
        trace: settings.trace,
        update_keys_after: settings.update_keys_after,
    }
}
