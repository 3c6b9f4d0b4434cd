//! What a client is set to do, and with whom it works.

use super::{SettingsError, key_log};
use crate::{ConnectOptions, KeyLogSink, Observer};
use std::sync::Arc;
use std::time::Duration;
use tessera_crypto::HashAlgorithm;
use tessera_engine as engine;
use tessera_engine::{
    EarlyDataOffer, ExtendedMainSecret, ExternalPsk, FalseStart, GreaseValues, KeyShares,
    PeerChange, Renegotiation, Reverification, SessionForms, Trace, Trust, Unsuited, WithoutPsk,
};
use tessera_identity::{Credential, LoadError, Roots, Signer, Verifier};
use tessera_session::{Alpn, ServerName, TicketWallet, Vault, Verification, WalletKey};
use tessera_wire::codepoint::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};
use tessera_wire::extension::TicketRequest;

/// What a person writes to set up a client. Only `verifier` has no default that works:
/// [`ClientSettings::native_roots`] trusts what the machine trusts.
#[derive(Clone)]
pub struct ClientSettings {
    /// Who may vouch for servers.
    pub verifier: Verifier,
    /// Certificates for servers that ask for one: the first that fits what they ask for is shown,
    /// those of an issuer that they name before others.
    pub credentials: Vec<Credential>,
    /// What becomes of the handshake when none of them fits.
    pub unsuited: Unsuited,
    /// Keys known from elsewhere, best first: RFC 9846 §2.2.
    pub external_psks: Vec<ExternalPsk>,
    /// What follows where the server chooses none of them. By default nothing does, and `verifier` is not
    /// needed.
    pub without_psk: WithoutPsk,
    /// The protocol versions offered.
    pub versions: Vec<ProtocolVersion>,
    /// Application protocols, best first; empty switches ALPN off.
    pub alpn: Vec<Alpn>,
    /// Cipher suites of all versions, best first.
    pub cipher_suites: Vec<CipherSuite>,
    /// Key exchange groups, best first.
    pub groups: Vec<NamedGroup>,
    /// Which of them get a share in the first hello.
    pub key_shares: KeyShares,
    /// Signature schemes accepted of servers, best first.
    pub signature_schemes: Vec<SignatureScheme>,
    /// Whether server_name is sent.
    pub send_server_name: bool,
    /// Whether the server's certificates are verified again when a session is resumed.
    pub reverification: Reverification,
    /// TLS 1.2: whether a server must bind the secret to its handshake.
    pub extended_main_secret: ExtendedMainSecret,
    /// TLS 1.2: how sessions are picked up again. A session in another form stays home.
    pub session_forms: SessionForms,
    /// TLS 1.2: whether a server's wish to renegotiate is granted, and whether we may have one.
    pub renegotiation: Renegotiation,
    /// TLS 1.2: whether a renegotiation may bring another certificate of the server.
    pub peer_change: PeerChange,
    /// Where tickets are kept from one connection to the next.
    pub wallet: Option<Arc<dyn TicketWallet>>,
    /// Seals what goes into the wallet; the wallet's own vault.
    pub vault: Option<Vault>,
    /// How long to wait for the wallet before going on without.
    pub wallet_deadline: Duration,
    /// The longest a lineage of sessions may go on; the server may set less.
    pub lineage_lifetime: Duration,
    /// TLS 1.3: how many tickets to ask for, after a full handshake and after a resumption. `None`
    /// leaves it to the server. Each connection at once needs a ticket of its own.
    pub ticket_request: Option<TicketRequest>,
    /// Tickets kept of one connection.
    pub tickets_kept: usize,
    /// Whether early data is offered: what is in [`ConnectOptions::early_data`].
    pub early_data: EarlyDataOffer,
    /// TLS 1.2: whether what is said first ([`ConnectOptions::early_data`]) goes out before the server's
    /// Finished: RFC 7918.
    pub false_start: FalseStart,
    /// Whether reserved values are mixed into the hello: RFC 8701.
    pub grease: GreaseValues,
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

impl Default for ClientSettings {
    fn default() -> Self {
        let engine = engine::ClientSettings::default();
        Self {
            verifier: Verifier::new(Roots::empty()),
            credentials: Vec::new(),
            unsuited: engine.unsuited,
            external_psks: engine.external_psks,
            without_psk: engine.without_psk,
            versions: engine.versions,
            alpn: engine.alpn,
            cipher_suites: engine.cipher_suites,
            groups: engine.groups,
            key_shares: engine.key_shares,
            signature_schemes: engine.signature_schemes,
            send_server_name: engine.send_server_name,
            reverification: engine.reverification,
            extended_main_secret: engine.extended_main_secret,
            session_forms: engine.session_forms,
            renegotiation: engine.renegotiation,
            peer_change: engine.peer_change,
            wallet: None,
            vault: None,
            wallet_deadline: Duration::from_secs(1),
            lineage_lifetime: engine.lineage_lifetime,
            ticket_request: engine.ticket_request,
            tickets_kept: engine.tickets_kept,
            early_data: engine.early_data,
            false_start: engine.false_start,
            grease: engine.grease,
            handshake_timeout: Some(Duration::from_secs(10)),
            idle_timeout: None,
            observer: None,
            key_log: None,
            trace: engine.trace,
            update_keys_after: engine.update_keys_after,
        }
    }
}

impl ClientSettings {
    /// The defaults, trusting what these anchors vouch for.
    pub fn trusting(roots: Roots) -> Self {
        Self {
            verifier: Verifier::new(roots),
            ..Self::default()
        }
    }

    /// The defaults, trusting what this machine trusts.
    ///
    /// # Errors
    /// When the system's trust store cannot be read.
    pub fn native_roots() -> Result<Self, LoadError> {
        Roots::native().map(Self::trusting)
    }
}

/// Checked [`ClientSettings`], immutable; make one with `try_from` and share it in an `Arc`.
#[derive(Clone)]
pub struct ClientConfig {
    engine: Arc<engine::ClientConfig>,
    pub(crate) verifier: Verifier,
    pub(crate) signers: Vec<Arc<dyn Signer>>,
    pub(crate) wallet: Option<Wallet>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) key_log: Option<Arc<dyn KeyLogSink>>,
    handshake_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    /// A hash of the trust anchors.
    anchors: [u8; 32],
    /// A hash of our certificates, and of what our external keys are called.
    identity: Option<[u8; 32]>,
}

/// A wallet, and the vault that seals what goes in.
#[derive(Clone)]
pub(crate) struct Wallet {
    pub(crate) tickets: Arc<dyn TicketWallet>,
    pub(crate) vault: Vault,
    pub(crate) deadline: Duration,
}

impl TryFrom<ClientSettings> for ClientConfig {
    type Error = SettingsError;

    fn try_from(settings: ClientSettings) -> Result<Self, SettingsError> {
        let wallet = match (&settings.wallet, &settings.vault) {
            (Some(tickets), Some(vault)) => Some(Wallet {
                tickets: Arc::clone(tickets),
                vault: vault.clone(),
                deadline: settings.wallet_deadline,
            }),
            (Some(_), None) => return Err(SettingsError::NoVault { what: "wallet" }),
            (None, _) => None,
        };
        let by_certificate =
            settings.external_psks.is_empty() || settings.without_psk == WithoutPsk::Certificates;
        if by_certificate && settings.verifier.roots().is_some_and(Roots::is_empty) {
            return Err(SettingsError::NoRoots);
        }
        Ok(Self {
            engine: Arc::new(for_engine(&settings).try_into()?),
            anchors: settings
                .verifier
                .roots()
                .map(Roots::hash)
                .unwrap_or_default(),
            identity: hash(&settings.credentials, &settings.external_psks),
            signers: settings
                .credentials
                .into_iter()
                .map(|credential| credential.key as Arc<dyn Signer>)
                .collect(),
            verifier: settings.verifier,
            wallet,
            observer: settings.observer,
            key_log: settings.key_log,
            handshake_timeout: settings.handshake_timeout,
            idle_timeout: settings.idle_timeout,
        })
    }
}

impl ClientConfig {
    /// The part of it the engine works with.
    pub fn engine(&self) -> &Arc<engine::ClientConfig> {
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

    /// The same with other application protocols.
    ///
    /// # Errors
    /// When the engine cannot work with them.
    pub fn with_alpn(&self, alpn: Vec<Alpn>) -> Result<Self, SettingsError> {
        let settings = engine::ClientSettings {
            alpn,
            ..self.engine.settings().clone()
        };
        Ok(Self {
            engine: Arc::new(settings.try_into()?),
            ..self.clone()
        })
    }

    /// What tickets of connections to `name` with these options are filed under.
    pub fn wallet_key(&self, name: &ServerName, options: &ConnectOptions) -> WalletKey {
        let settings = self.engine.settings();
        WalletKey {
            host: options
                .host
                .clone()
                .unwrap_or_else(|| name.as_str().to_owned()),
            port: options.port,
            proxy: options.proxy.clone(),
            sni: (settings.send_server_name && !name.is_ip()).then(|| name.clone()),
            versions: settings.versions.clone(),
            alpn: settings.alpn.clone(),
            anchors: self.anchors,
            verification: settings.verification,
            client_identity: self.identity,
        }
    }
}

/// Who we are, as far as tickets are kept apart by it: our leaves, one behind the other (DER says itself
/// where it ends), and what external keys are called. A ticket that goes back to such a key stays where
/// that key is.
fn hash(credentials: &[Credential], psks: &[ExternalPsk]) -> Option<[u8; 32]> {
    let mut parts: Vec<u8> = credentials
        .iter()
        .filter_map(|credential| credential.chain.first())
        .flatten()
        .copied()
        .collect();
    for psk in psks {
        parts.extend(b"external key");
        parts.extend(psk.identity().len().to_be_bytes());
        parts.extend(psk.identity());
    }
    if parts.is_empty() {
        return None;
    }
    let hash = HashAlgorithm::Sha256.hash(&parts);
    hash.as_bytes().try_into().ok()
}

/// What the engine needs to know; every field is named, so that a new one is not forgotten here.
fn for_engine(settings: &ClientSettings) -> engine::ClientSettings {
    engine::ClientSettings {
        versions: settings.versions.clone(),
        identities: settings
            .credentials
            .iter()
            .map(Credential::identity)
            .collect(),
        unsuited: settings.unsuited,
        external_psks: settings.external_psks.clone(),
        without_psk: settings.without_psk,
        alpn: settings.alpn.clone(),
        cipher_suites: settings.cipher_suites.clone(),
        groups: settings.groups.clone(),
        key_shares: settings.key_shares.clone(),
        signature_schemes: settings.signature_schemes.clone(),
        send_server_name: settings.send_server_name,
        verification: match settings.verifier.trust() {
            Trust::Verified => Verification::Verified,
            Trust::Waived => Verification::Insecure,
        },
        reverification: settings.reverification,
        extended_main_secret: settings.extended_main_secret,
        session_forms: settings.session_forms,
        renegotiation: settings.renegotiation,
        peer_change: settings.peer_change,
        lineage_lifetime: settings.lineage_lifetime,
        ticket_request: settings.ticket_request,
        tickets_kept: settings.tickets_kept,
        early_data: settings.early_data,
        false_start: settings.false_start,
        grease: settings.grease,
        key_log: key_log(&settings.key_log),
        trace: settings.trace,
        update_keys_after: settings.update_keys_after,
    }
}
