//! What a server is set to do.

use super::limits::EARLY_DATA;
use super::{
    ExtendedMainSecret, ExternalPsk, GroupChoice, Identity, PeerChange, PskForm, Renegotiation,
    SecureRenegotiation, SessionForms, SettingsError, SuiteChoice, SuiteOrder, Wanted, candidates,
    check_identity, check_schemes, check_terms, default_groups, default_schemes, default_suites,
    default_versions, external_psk,
};
use crate::{KeyLog, Trace};
use std::sync::Arc;
use std::time::Duration;
use tessera_session::ticket::{Accepted, Envelope, Host, Presented};
use tessera_session::{
    Alpn, ClientAuthMode, Dialect, EarlyData, ForeignTickets, PeerIdentity, Refusal,
    ResumptionPolicy, RevokedSerials, Ring, Scope, ScopeInputs, ServerName, Side, TicketKind,
    TicketPlan, Tickets, Timestamp, Vault,
};
use tessera_wire::codepoint::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};

/// Who may come in, of those whose handshake is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Authorisation {
    /// Everybody.
    #[default]
    Everybody,
    /// The application is asked each time: [`crate::Question::Authorise`].
    Ask,
}

/// Whether clients show certificates.
#[derive(Clone, Debug, Default)]
pub struct ClientAuth {
    /// Not at all, if they like, or always.
    pub mode: ClientAuthMode,
    /// Distinguished names (DER) of the CAs, sent as a hint: RFC 9846 §4.3.4.
    pub authorities: Vec<Vec<u8>>,
    /// Hashes of the client CAs' certificates: part of the scope, so that sessions authenticated
    /// under one CA set never pass under another.
    pub anchors: Vec<[u8; 32]>,
    /// Certificates on revocation lists: checked again at every resumption.
    pub revoked: Arc<RevokedSerials>,
}

/// What a person writes to set up a server. Every field has a default but `identities`, and even that
/// one where there are external keys.
///
/// ```
/// use tessera_engine::{ServerConfig, ServerSettings, SettingsError};
/// use tessera_session::Alpn;
///
/// let settings = ServerSettings { alpn: vec![Alpn::new(b"h2")?], ..ServerSettings::default() };
/// assert_eq!(ServerConfig::try_from(settings).err(), Some(SettingsError::NoIdentity));
/// # Ok::<(), tessera_session::NameError>(())
/// ```
#[derive(Clone)]
pub struct ServerSettings {
    /// The protocol versions spoken.
    pub versions: Vec<ProtocolVersion>,
    /// Certificates, chosen by server name: the first for it that the client can check. An unknown or
    /// missing name gets the first of all.
    pub identities: Vec<Identity>,
    /// Keys known from elsewhere, best first: RFC 9846 §2.2. A client that offers one is known by it and is
    /// not asked for a certificate. Without `identities` nobody else is let in, and only TLS 1.3 is spoken.
    pub external_psks: Vec<ExternalPsk>,
    /// Client authentication.
    pub client_auth: ClientAuth,
    /// Whether the application has a word in who comes in.
    pub authorisation: Authorisation,
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
    /// Signature schemes accepted of clients, best first: in their handshakes and, as far as they
    /// look, in their certificates.
    pub signature_schemes: Vec<SignatureScheme>,
    /// The tickets to issue after each handshake.
    pub tickets: TicketPlan,
    /// TLS 1.2: how sessions are picked up again.
    pub session_forms: SessionForms,
    /// TLS 1.2: whether a client must bind the secret to the handshake.
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
    /// Whether clients may send early data, and how much: RFC 9846 §4.3.10. Every use of a ticket for
    /// early data is claimed in the store first.
    pub early_data: EarlyData,
    /// Whether it is taken even from clients that have shown a certificate.
    pub early_data_with_identity: bool,
    /// How far the client's view of a ticket's age may differ from ours for early data: RFC 9846 §8.3.
    pub freshness_window: Duration,
    /// The ticket ring and the revocations, shared with whoever renews them.
    pub shared: Arc<Tickets>,
    /// Tickets of other servers, if this listener takes any. Their keys lie in the ring.
    pub migration: Option<Arc<ForeignTickets>>,
    /// Makes and recognises the lookup keys of stored tickets; needed for [`TicketKind::Stored`], and
    /// a sign that there is a store.
    pub vault: Option<Arc<Vault>>,
    /// Random, one per deployment: part of every scope.
    pub deployment: [u8; 16],
    /// The resumption policy's name: servers that should share sessions share it.
    pub policy: String,
    /// Rises when authorisation is tightened: sessions made before do a full handshake.
    pub authorisation_version: u32,
    /// What is spoken inside, STARTTLS included: sessions of one protocol do not resume in another.
    pub protocol: String,
    /// Clocks may differ by this much across a fleet.
    pub clock_skew: Duration,
    /// How old the copy of the revocations may be before sessions with an identity do a full handshake;
    /// `None` where the copy is never behind.
    pub revocation_lag: Option<Duration>,
    /// Whether traffic secrets come out for a key log.
    pub key_log: KeyLog,
    /// Whether handshake messages come out as events.
    pub trace: Trace,
    /// Replace the sending keys after this many records; `None` follows RFC 9846 §5.5.
    pub update_keys_after: Option<u64>,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            versions: default_versions(),
            identities: Vec::new(),
            external_psks: Vec::new(),
            client_auth: ClientAuth::default(),
            authorisation: Authorisation::default(),
            alpn: Vec::new(),
            cipher_suites: default_suites(),
            suite_order: SuiteOrder::default(),
            suite_choice: SuiteChoice::default(),
            groups: default_groups(),
            group_choice: GroupChoice::AtHand,
            signature_schemes: default_schemes(),
            tickets: TicketPlan::default(),
            session_forms: SessionForms::default(),
            extended_main_secret: ExtendedMainSecret::default(),
            renegotiation: Renegotiation::default(),
            secure_renegotiation: SecureRenegotiation::default(),
            peer_change: PeerChange::default(),
            single_use: false,
            early_data: EarlyData::Refuse,
            early_data_with_identity: false,
            freshness_window: ResumptionPolicy::default().freshness_window,
            shared: Arc::default(),
            migration: None,
            vault: None,
            deployment: [0; 16],
            policy: String::new(),
            authorisation_version: 0,
            protocol: String::new(),
            clock_skew: Duration::from_secs(60),
            revocation_lag: None,
            key_log: KeyLog::Off,
            trace: Trace::Off,
            update_keys_after: None,
        }
    }
}

/// Checked [`ServerSettings`], immutable; make one with `try_from` and share it in an `Arc`.
pub struct ServerConfig {
    settings: ServerSettings,
    policy: ResumptionPolicy,
    psks: Vec<Arc<PskForm>>,
}

/// A peer keeps 32 tickets of one connection at most, if it is like us.
const MOST_TICKETS: u8 = 32;
/// RFC 9846 §4.7.1 (5).
const SEVEN_DAYS: Duration = Duration::from_secs(7 * 24 * 3600);

impl TryFrom<ServerSettings> for ServerConfig {
    type Error = SettingsError;

    fn try_from(mut settings: ServerSettings) -> Result<Self, SettingsError> {
        let psks = external_psk::forms(
            &settings.external_psks,
            Side::Server,
            &settings.versions,
            &settings.cipher_suites,
        )?;
        if settings.identities.is_empty() {
            if psks.is_empty() {
                return Err(SettingsError::NoIdentity);
            }
            settings.versions = vec![ProtocolVersion::TLS1_3];
        }
        for (position, identity) in settings.identities.iter().enumerate() {
            check_identity(position, identity, &settings.versions)?;
        }
        check_terms(
            &settings.versions,
            &settings.cipher_suites,
            &settings.groups,
        )?;
        check_schemes(&settings.versions, &settings.signature_schemes)?;
        if settings.tickets.lineage_lifetime > SEVEN_DAYS {
            return Err(SettingsError::LineageTooLong);
        }
        if settings.tickets.count.max(settings.tickets.most) > MOST_TICKETS {
            return Err(SettingsError::TooManyTickets { most: MOST_TICKETS });
        }
        if let EarlyData::Accept { up_to } = settings.early_data
            && up_to > EARLY_DATA
        {
            return Err(SettingsError::TooMuchEarlyData { most: EARLY_DATA });
        }
        if settings.tickets.kind == Some(TicketKind::Stored) && settings.vault.is_none() {
            return Err(SettingsError::StoredTicketsNeedVault);
        }
        if let Some(migration) = &settings.migration {
            // Another server would resume it again, and knows nothing of our store.
            if settings.single_use {
                return Err(SettingsError::ForeignTicketsAreNotUsedUp);
            }
            if migration.issues().is_some() && settings.tickets.kind == Some(TicketKind::Stored) {
                return Err(SettingsError::ForeignTicketsAreSealed);
            }
        }
        let policy = ResumptionPolicy {
            authentication_lifetime: settings.tickets.lineage_lifetime,
            clock_skew: settings.clock_skew,
            ticket_lifetime: settings.tickets.lifetime,
            single_use: settings.single_use,
            same_suite: settings.suite_choice == SuiteChoice::Best,
            early_data: settings.early_data,
            early_data_with_identity: settings.early_data_with_identity,
            freshness_window: settings.freshness_window,
            revocation_lag: settings.revocation_lag,
        };
        Ok(Self {
            settings,
            policy,
            psks,
        })
    }
}

impl ServerConfig {
    /// What it was made from.
    pub fn settings(&self) -> &ServerSettings {
        &self.settings
    }

    /// The external keys, as clients offer them.
    pub(crate) fn psks(&self) -> &[Arc<PskForm>] {
        &self.psks
    }

    /// How offered sessions are judged.
    pub(crate) fn policy(&self) -> &ResumptionPolicy {
        &self.policy
    }

    /// The kind of ticket for a client, which may have shown a certificate.
    pub fn ticket_kind(&self, peer: Option<&PeerIdentity>) -> TicketKind {
        let settings = &self.settings;
        let may_be_long = settings.client_auth.mode != ClientAuthMode::None || peer.is_some();
        let migration = settings.migration.as_ref();
        // Those that other servers are to resume, the client has to carry.
        let travels = migration.is_some_and(|migration| migration.issues().is_some());
        match settings.tickets.kind {
            Some(kind) => kind,
            None if may_be_long && !travels && settings.vault.is_some() => TicketKind::Stored,
            None => TicketKind::Sealed,
        }
    }

    /// The scope of sessions made for `server_name` under these settings.
    pub fn scope(&self, server_name: Option<&ServerName>) -> Scope {
        let settings = &self.settings;
        let external_psks: Vec<&[u8]> = settings
            .external_psks
            .iter()
            .map(ExternalPsk::identity)
            .collect();
        ScopeInputs {
            deployment: &settings.deployment,
            policy: &settings.policy,
            server_name,
            client_auth: settings.client_auth.mode,
            client_ca: &settings.client_auth.anchors,
            external_psks: &external_psks,
            authorisation_version: settings.authorisation_version,
            protocol: &settings.protocol,
        }
        .scope()
    }

    /// The virtual host of a connection, as tickets are opened and sealed for it.
    pub(crate) fn host<'a>(&self, server_name: Option<&'a ServerName>, scope: Scope) -> Host<'a> {
        Host {
            server_name,
            scope,
            asks_identity: self.settings.client_auth.mode != ClientAuthMode::None,
        }
    }

    /// Opens a self-encrypted ticket that was presented there.
    pub(crate) fn open_ticket(
        &self,
        ticket: &[u8],
        host: Host<'_>,
        now: Timestamp,
    ) -> Result<Accepted, Refusal> {
        let migration = self.settings.migration.as_deref();
        Presented { ticket, host }.open(&self.settings.shared.ring(), migration, now)
    }

    /// What a ticket for this host is sealed under now. Who has said who it is gets one of ours: no other server
    /// could take our word for it.
    pub(crate) fn envelope<'a>(
        &'a self,
        ring: &'a Ring,
        mut host: Host<'_>,
        peer: Option<&PeerIdentity>,
        now: Timestamp,
    ) -> Option<Envelope<'a>> {
        host.asks_identity |= peer.is_some();
        Envelope::new(ring, self.settings.migration.as_deref(), &host, now)
    }

    /// At which other server tickets for this name are to resume, too.
    pub(crate) fn issues_for(&self, name: Option<&ServerName>) -> Option<Dialect> {
        self.settings.migration.as_ref()?.issues_for(name)
    }

    /// Whether there is one at all for a client that takes such chains.
    pub(crate) fn has_identity_for(&self, wanted: &Wanted) -> bool {
        !candidates(&self.settings.identities, wanted).is_empty()
    }

    /// The identities for a client that asks for `name` and takes such chains, best first:
    /// the virtual host's, or all for a name that is missing or unknown.
    pub(crate) fn identities_for(
        &self,
        name: Option<&ServerName>,
        wanted: &Wanted,
    ) -> Vec<(usize, &Identity)> {
        let all = candidates(&self.settings.identities, wanted);
        let is_host = |identity: &Identity| name.is_some_and(|name| identity.covers(name));
        if self.settings.identities.iter().any(is_host) {
            let hosts = all.into_iter().filter(|(_, identity)| is_host(identity));
            hosts.collect()
        } else {
            all
        }
    }

    /// Whether the certificate shown to a client that asks for `server_name` is for `host`.
    pub fn shows_certificate_of(
        &self,
        host: &ServerName,
        server_name: Option<&ServerName>,
    ) -> bool {
        let shown = self.identities_for(server_name, &Wanted::default());
        shown
            .first()
            .is_some_and(|(_, identity)| identity.covers(host))
    }
}
