//! What a client is set to do.

use super::{
    ExtendedMainSecret, ExternalPsk, FalseStart, Identity, KeyShares, PeerChange, PskForm,
    Renegotiation, Reverification, SessionForms, SettingsError, WithoutPsk, check_identity,
    check_schemes, check_terms, default_groups, default_schemes, default_suites, default_versions,
    external_psk, groups_of, suites_of,
};
use crate::{KeyLog, Trace};
use std::sync::Arc;
use std::time::Duration;
use tessera_session::{Alpn, EarlyData, ResumptionPolicy, Side, Verification};
use tessera_wire::codepoint::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};
use tessera_wire::extension::TicketRequest;

/// Whether a client mixes reserved values into its hello: RFC 8701.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum GreaseValues {
    /// Yes: servers that cannot bear unknown values are found early.
    #[default]
    Send,
    /// No.
    Omit,
}

/// Whether a client offers early data: RFC 9846 §2.3. What is sent so may be replayed by whoever saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum EarlyDataOffer {
    /// No.
    #[default]
    Never,
    /// With every ticket that allows it.
    WherePossible,
}

/// What becomes of a client's handshake when the server asks for a certificate and none of those it
/// has will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Unsuited {
    /// It shows none, and the server decides what that is worth.
    #[default]
    ShowNothing,
    /// It ends, and the fault says what the server asked for: for clients that would rather have no
    /// connection than one on which they are nobody.
    End,
}

/// Tickets a client keeps of one connection, unless its settings say otherwise.
const TICKETS_KEPT: usize = 32;

/// What a person writes to set up a client.
///
/// ```
/// use tessera_engine::{ClientConfig, ClientSettings, SettingsError};
///
/// assert!(ClientConfig::try_from(ClientSettings::default()).is_ok());
/// let none = ClientSettings { groups: Vec::new(), ..ClientSettings::default() };
/// assert_eq!(ClientConfig::try_from(none).err(), Some(SettingsError::NoGroup));
/// ```
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// The protocol versions offered.
    pub versions: Vec<ProtocolVersion>,
    /// Certificates for servers that ask for one: the first that fits what they ask for is shown,
    /// those of an issuer that they name before others.
    pub identities: Vec<Identity>,
    /// What becomes of it when none of them fits.
    pub unsuited: Unsuited,
    /// Application protocols, best first; empty switches ALPN off.
    pub alpn: Vec<Alpn>,
    /// Cipher suites of all versions, best first.
    pub cipher_suites: Vec<CipherSuite>,
    /// Key exchange groups, best first.
    pub groups: Vec<NamedGroup>,
    /// Which of them get a share in the first hello.
    pub key_shares: KeyShares,
    /// Signature schemes accepted of servers, best first: in their handshakes and, as far as they
    /// look, in their certificates.
    pub signature_schemes: Vec<SignatureScheme>,
    /// Whether server_name is sent (never for IP addresses: RFC 6066 §3).
    pub send_server_name: bool,
    /// Whether peers are verified: a session made without is tainted, and a tainted one is never
    /// offered by a verifying client.
    pub verification: Verification,
    /// Whether the server's certificates are verified again when a session is resumed.
    pub reverification: Reverification,
    /// Keys known from elsewhere, best first: RFC 9846 §2.2. Each is offered with every hello.
    pub external_psks: Vec<ExternalPsk>,
    /// What follows where the server chooses none of them: by default only TLS 1.3 is offered then, and
    /// a certificate is not taken.
    pub without_psk: WithoutPsk,
    /// TLS 1.2: whether a server must bind the secret to the handshake.
    pub extended_main_secret: ExtendedMainSecret,
    /// TLS 1.2: how sessions are picked up again. A session in another form stays home.
    pub session_forms: SessionForms,
    /// TLS 1.2: whether application data is sent before the server's Finished.
    pub false_start: FalseStart,
    /// TLS 1.2: whether a server's wish to renegotiate is granted, and whether we may have one.
    pub renegotiation: Renegotiation,
    /// TLS 1.2: whether a renegotiation may bring another certificate of the server.
    pub peer_change: PeerChange,
    /// The longest a lineage of sessions may go on; the server may set less.
    pub lineage_lifetime: Duration,
    /// TLS 1.3: how many tickets to ask for, after a full handshake and after a resumption. `None`
    /// leaves it to the server.
    pub ticket_request: Option<TicketRequest>,
    /// Tickets kept of one connection.
    pub tickets_kept: usize,
    /// Whether early data is offered.
    pub early_data: EarlyDataOffer,
    /// RFC 8701 values.
    pub grease: GreaseValues,
    /// Whether traffic secrets come out for a key log.
    pub key_log: KeyLog,
    /// Whether handshake messages come out as events.
    pub trace: Trace,
    /// Replace the sending keys after this many records; `None` follows RFC 9846 §5.5.
    pub update_keys_after: Option<u64>,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            versions: default_versions(),
            identities: Vec::new(),
            unsuited: Unsuited::default(),
            alpn: Vec::new(),
            cipher_suites: default_suites(),
            groups: default_groups(),
            key_shares: KeyShares::Likely,
            signature_schemes: default_schemes(),
            send_server_name: true,
            verification: Verification::Verified,
            reverification: Reverification::default(),
            external_psks: Vec::new(),
            without_psk: WithoutPsk::default(),
            extended_main_secret: ExtendedMainSecret::default(),
            session_forms: SessionForms::default(),
            false_start: FalseStart::default(),
            renegotiation: Renegotiation::default(),
            peer_change: PeerChange::default(),
            lineage_lifetime: Duration::from_secs(7 * 24 * 3600),
            ticket_request: None,
            tickets_kept: TICKETS_KEPT,
            early_data: EarlyDataOffer::Never,
            grease: GreaseValues::Send,
            key_log: KeyLog::Off,
            trace: Trace::Off,
            update_keys_after: None,
        }
    }
}

impl ClientSettings {
    /// Whether a server may prove with a certificate who it is.
    pub(crate) fn takes_certificates(&self) -> bool {
        self.external_psks.is_empty() || self.without_psk == WithoutPsk::Certificates
    }

    /// The suites of the versions that are enabled.
    pub(crate) fn offered_suites(&self) -> Vec<CipherSuite> {
        suites_of(&self.versions, &self.cipher_suites).collect()
    }

    /// The groups of the versions that are enabled, each once, however often it was written:
    /// RFC 9846 §4.3.7 (1).
    pub(crate) fn offered_groups(&self) -> Vec<NamedGroup> {
        let best = self.versions.iter().max().copied();
        let mut groups = Vec::new();
        for group in groups_of(best.unwrap_or(ProtocolVersion::TLS1_2), &self.groups) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }
}

/// Checked [`ClientSettings`], immutable; make one with `try_from` and share it in an `Arc`.
pub struct ClientConfig {
    settings: ClientSettings,
    policy: ResumptionPolicy,
    psks: Vec<Arc<PskForm>>,
}

impl TryFrom<ClientSettings> for ClientConfig {
    type Error = SettingsError;

    fn try_from(mut settings: ClientSettings) -> Result<Self, SettingsError> {
        let psks = external_psk::forms(
            &settings.external_psks,
            Side::Client,
            &settings.versions,
            &settings.cipher_suites,
        )?;
        if !settings.takes_certificates() {
            settings.versions = vec![ProtocolVersion::TLS1_3];
            // Some servers choose a suite before they look at keys, and end the connection where none goes with it.
            settings
                .cipher_suites
                .retain(|suite| psks.iter().any(|form| form.goes_with(*suite)));
        }
        check_terms(
            &settings.versions,
            &settings.cipher_suites,
            &settings.groups,
        )?;
        if let Some(group) = settings.key_shares.unknown_to(&settings.groups) {
            return Err(SettingsError::ShareOfUnofferedGroup(group));
        }
        check_schemes(&settings.versions, &settings.signature_schemes)?;
        for (position, identity) in settings.identities.iter().enumerate() {
            check_identity(position, identity, &settings.versions)?;
        }
        let kept = u8::try_from(settings.tickets_kept).unwrap_or(u8::MAX);
        if let Some(request) = &settings.ticket_request
            && request.new_session_count.max(request.resumption_count) > kept
        {
            return Err(SettingsError::TooManyTickets { most: kept });
        }
        let policy = ResumptionPolicy {
            authentication_lifetime: settings.lineage_lifetime,
            early_data: match settings.early_data {
                EarlyDataOffer::Never => EarlyData::Refuse,
                EarlyDataOffer::WherePossible => EarlyData::Accept { up_to: u32::MAX },
            },
            // Whom we talk to is what makes it safe to talk.
            early_data_with_identity: true,
            ..ResumptionPolicy::default()
        };
        Ok(Self {
            settings,
            policy,
            psks,
        })
    }
}

impl ClientConfig {
    /// What it was made from.
    pub fn settings(&self) -> &ClientSettings {
        &self.settings
    }

    /// The external keys, as they are offered.
    pub(crate) fn psks(&self) -> &[Arc<PskForm>] {
        &self.psks
    }

    /// How a kept session is judged before it is offered.
    pub(crate) fn policy(&self) -> &ResumptionPolicy {
        &self.policy
    }
}
