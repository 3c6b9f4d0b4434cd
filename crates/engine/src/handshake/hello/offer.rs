//! The client's offer: one ClientHello, built once and only edited afterwards.

use super::grease::Grease;
use crate::config::{ClientSettings, GreaseValues, PskForm, schemes_of};
use crate::fault::{Fault, LocalError};
use crate::keys::finished::FinishedKey;
use crate::keys::tls13::{EarlySecret, PskOrigin};
use crate::keys::transcript::Transcript;
use crate::offered_session::Form;
use crate::offered_session::OfferedSession;
use std::sync::Arc;
use tessera_crypto::kex::KeyShare;
use tessera_crypto::{Digest, Entropy, HashAlgorithm, Secret};
use tessera_session::{Resumption, ServerName, Timestamp};
use tessera_wire::codepoint::{
    EcPointFormat, ExtensionType, NamedGroup, ProtocolVersion, PskKeyExchangeMode,
};
use tessera_wire::extension::{
    CertificateStatusRequest, EarlyDataIndication, EcPointFormats, ExtendedMainSecret, Extensions,
    KeyShareClientHello, KeyShareEntry, OfferedPsks, PostHandshakeAuth, ProtocolNameList,
    PskIdentity, PskKeyExchangeModes, RenegotiationInfo, SctRequest, ServerNameList, SessionTicket,
    SignatureAlgorithms, SignatureAlgorithmsCert, SupportedGroups, SupportedVersions,
};
use tessera_wire::handshake::ClientHello;
use tessera_wire::{Random, SessionId, Writer};

/// Everything a client offered, kept to check the answer against.
pub(crate) struct Offer {
    /// Without `pre_shared_key`, which is computed anew whenever the hello is encoded.
    pub(crate) hello: ClientHello,
    pub(crate) shares: Vec<KeyShare>,
    pub(crate) session: Option<OfferedSession>,
    /// External keys, offered behind the session.
    pub(crate) psks: Vec<Arc<PskForm>>,
    pub(crate) versions: Vec<ProtocolVersion>,
}

impl Offer {
    pub(crate) fn build(
        settings: &ClientSettings,
        name: &ServerName,
        session: Option<OfferedSession>,
        entropy: &mut Entropy,
    ) -> Result<Self, Fault> {
        let grease = (settings.grease == GreaseValues::Send).then(|| Grease::draw(entropy));
        let versions = settings.versions.clone();
        let tls13 = versions.contains(&ProtocolVersion::TLS1_3);
        let shares = if tls13 {
            key_shares(settings, entropy)?
        } else {
            Vec::new()
        };
        // What later versions froze: RFC 9846 §4.2.2 (6, 12).
        let mut hello = ClientHello {
            legacy_version: ProtocolVersion::TLS1_2,
            random: Random(entropy.public_array()),
            legacy_session_id: session_id(session.as_ref(), tls13, entropy),
            cipher_suites: settings.offered_suites(),
            compression_methods: vec![0],
            extensions: Default::default(),
        };
        if let Some(grease) = &grease {
            hello.cipher_suites.insert(0, grease.suite);
            hello
                .extensions
                .push_raw(grease.first_extension, Vec::new());
        }
        extend(&mut hello, settings, name, grease.as_ref());
        if versions.contains(&ProtocolVersion::TLS1_2) {
            extend_for_tls12(&mut hello, settings, session.as_ref());
        }
        if tls13 {
            extend_for_tls13(&mut hello, settings, grease.as_ref());
            // Groups and shares go together: RFC 9846 §9.2 (11).
            hello.extensions.push(&share_list(
                &shares,
                grease.as_ref().map(|grease| grease.group),
            ));
        }
        if let Some(grease) = &grease {
            hello.extensions.push_raw(grease.last_extension, vec![0]);
        }
        Ok(Self {
            hello,
            shares,
            session,
            psks: Vec::new(),
            versions,
        })
    }

    /// Early data follows this hello: RFC 9846 §4.3.10 (1).
    pub(super) fn announce_early_data(&mut self) {
        self.hello.extensions.push(&EarlyDataIndication);
    }

    /// The bytes of the hello, with the binder of each PSK over `before` (what a retry put into the
    /// transcript) and this hello up to its binders.
    pub(crate) fn encode(
        &self,
        before: Option<&Transcript>,
        now: Timestamp,
    ) -> Result<Vec<u8>, Fault> {
        let session = self.tls13_session();
        let (session_identity, session_binder) = session
            .map(|session| (identity(session, now), Binder::of_session(session)))
            .unzip();
        let binders: Vec<Binder> = session_binder
            .into_iter()
            .chain(self.psks.iter().map(|form| Binder::of_external(form)))
            .collect();
        if binders.is_empty() {
            return Ok(self.hello.encode());
        }
        let external = self.psks.iter().map(|form| PskIdentity {
            identity: form.identity.clone(),
            // RFC 9846 §4.3.11: an external key has no age.
            obfuscated_ticket_age: 0,
        });
        let zeros = |binder: &Binder| vec![0; binder.algorithm.output_len()];
        let mut hello = self.hello.clone();
        // It comes last: RFC 9846 §4.3.11 (10).
        hello.extensions.push(&OfferedPsks {
            identities: session_identity.into_iter().chain(external).collect(),
            binders: binders.iter().map(zeros).collect(),
        });
        let mut message = hello.encode();
        let cut = ClientHello::binders_offset(&message).ok_or(LocalError::Crypto)?;
        let truncated = message.get(..cut).unwrap_or_default();
        let mut tail = Writer::new();
        tail.vec16(|list| {
            for binder in &binders {
                let value = binder.over(before, truncated);
                list.vec8(|entry| entry.bytes(value.as_bytes()));
            }
        });
        message.truncate(cut);
        message.extend_from_slice(tail.as_slice());
        Ok(message)
    }

    /// A session that a PSK of TLS 1.3 stands for.
    fn tls13_session(&self) -> Option<&OfferedSession> {
        self.session.as_ref().filter(|session| session.is_tls13())
    }

    /// Whether this version may be chosen.
    pub(crate) fn offers(&self, version: ProtocolVersion) -> bool {
        self.versions.contains(&version)
    }

    /// Whether the hello carries this extension: answers may come to those only.
    pub(crate) fn asked_for(&self, extension: ExtensionType) -> bool {
        self.hello.extensions.contains(extension)
            || (extension == ExtensionType::PRE_SHARED_KEY
                && (self.tls13_session().is_some() || !self.psks.is_empty()))
    }
}

/// Age of the ticket as its server will compare it: RFC 9846 §4.3.11.1.
fn identity(session: &OfferedSession, now: Timestamp) -> PskIdentity {
    let issued_at = session.session.lifetime.issued_at;
    let age = now.since(issued_at).map_or(0, |age| age.as_millis() as u32); // modulo 2^32: §4.3.11.1
    let age_add = match session.session.resumption {
        Resumption::Tls13 { ticket_age_add, .. } => ticket_age_add,
        Resumption::Tls12 { .. } => 0,
    };
    PskIdentity {
        identity: session.ticket.clone(),
        obfuscated_ticket_age: age.wrapping_add(age_add),
    }
}

/// What makes a PSK's binder.
struct Binder {
    algorithm: HashAlgorithm,
    key: FinishedKey,
}

impl Binder {
    fn of_session(session: &OfferedSession) -> Self {
        let secret = session.session.secret.secret();
        Self::new(session.hash(), secret, PskOrigin::Resumption)
    }

    fn of_external(form: &PskForm) -> Self {
        Self::new(form.hash, &form.secret, form.origin)
    }

    fn new(algorithm: HashAlgorithm, secret: &Secret, origin: PskOrigin) -> Self {
        Self {
            algorithm,
            key: EarlySecret::new(algorithm, Some(secret)).binder_key(origin),
        }
    }

    fn over(&self, before: Option<&Transcript>, truncated: &[u8]) -> Digest {
        let digest = match before {
            Some(transcript) => transcript.with(truncated),
            None => self.algorithm.hash(truncated),
        };
        self.key.verify_data(&digest)
    }
}

/// Shares are never reused: each is a key of its own, and they stand in the order of the groups:
/// RFC 9846 §4.3.8 (1, 2, 3, 4, 6).
fn key_shares(settings: &ClientSettings, entropy: &mut Entropy) -> Result<Vec<KeyShare>, Fault> {
    let wanted = settings.key_shares.chosen(&settings.offered_groups());
    let made = wanted
        .into_iter()
        .map(|group| KeyShare::generate(group, entropy));
    made.collect::<Result<_, _>>()
        .map_err(|_| LocalError::Crypto.into())
}

pub(super) fn share_list(shares: &[KeyShare], grease: Option<NamedGroup>) -> KeyShareClientHello {
    let grease = grease.map(|group| KeyShareEntry {
        group,
        key_exchange: vec![0],
    });
    let own = shares.iter().map(|share| KeyShareEntry {
        group: share.group(),
        key_exchange: share.public_share().to_vec(),
    });
    KeyShareClientHello(grease.into_iter().chain(own).collect())
}

/// What either version asks for. TLS 1.3 cannot do without groups and schemes:
/// RFC 9846 §4.3.3 (2), §9.2 (10).
fn extend(
    hello: &mut ClientHello,
    settings: &ClientSettings,
    name: &ServerName,
    grease: Option<&Grease>,
) {
    let extensions = &mut hello.extensions;
    // RFC 9846 §9.2 (13). RFC 6066 §3: a literal address is no server name.
    if settings.send_server_name && !name.is_ip() {
        extensions.push(&ServerNameList {
            host_name: name.as_str().to_owned(),
        });
    }
    let groups = grease
        .map(|grease| grease.group)
        .into_iter()
        .chain(settings.offered_groups());
    extensions.push(&SupportedGroups(groups.collect()));
    if settings.takes_certificates() {
        extend_for_schemes(extensions, settings, grease);
    }
    if !settings.alpn.is_empty() {
        extensions.push(&ProtocolNameList(
            settings
                .alpn
                .iter()
                .map(|name| name.as_bytes().to_vec())
                .collect(),
        ));
    }
    if settings.takes_certificates() {
        extensions.push(&CertificateStatusRequest::ocsp());
        extensions.push(&SctRequest);
    }
}

/// What servers may sign with.
fn extend_for_schemes(
    extensions: &mut Extensions,
    settings: &ClientSettings,
    grease: Option<&Grease>,
) {
    let schemes = &settings.signature_schemes;
    let for_handshakes = if settings.versions.contains(&ProtocolVersion::TLS1_2) {
        schemes.clone()
    } else {
        schemes_of(ProtocolVersion::TLS1_3, schemes)
    };
    let same = for_handshakes == *schemes;
    let reserved = grease.map(|grease| grease.scheme);
    let for_handshakes = reserved.into_iter().chain(for_handshakes);
    extensions.push(&SignatureAlgorithms(for_handshakes.collect()));
    if !same {
        extensions.push(&SignatureAlgorithmsCert(schemes.clone()));
    }
}

/// What only TLS 1.3 asks for: every version we speak, and how a PSK would be used:
/// RFC 9846 §4.3.1 (1, 2), §4.3.9 (2).
fn extend_for_tls13(hello: &mut ClientHello, settings: &ClientSettings, grease: Option<&Grease>) {
    let extensions = &mut hello.extensions;
    extensions.push(&PskKeyExchangeModes(vec![PskKeyExchangeMode::PSK_DHE_KE]));
    let versions = grease
        .map(|grease| grease.version)
        .into_iter()
        .chain(settings.versions.iter().copied());
    extensions.push(&SupportedVersions(versions.collect()));
    // Whoever has a certificate can be asked for it later, too: RFC 9846 §4.3.6.
    if !settings.identities.is_empty() {
        extensions.push(&PostHandshakeAuth);
    }
    if let Some(request) = &settings.ticket_request {
        extensions.push(request);
    }
}

/// What only TLS 1.2 answers: RFC 7627 §5.2 (1), §5.3 (1), RFC 5746 §3.4 (1), RFC 8422 §5.1.2 (4),
/// RFC 5077 §3.2 (1, 2).
fn extend_for_tls12(
    hello: &mut ClientHello,
    settings: &ClientSettings,
    session: Option<&OfferedSession>,
) {
    let extensions = &mut hello.extensions;
    extensions.push(&ExtendedMainSecret);
    extensions.push(&RenegotiationInfo(Vec::new()));
    extensions.push(&EcPointFormats(vec![EcPointFormat::UNCOMPRESSED]));
    if settings.session_forms.tickets {
        let ticket = session
            .filter(|session| session.form() == Form::Ticket)
            .map(|session| session.ticket.clone());
        extensions.push(&SessionTicket(ticket.unwrap_or_default()));
    }
}

/// A TLS 1.2 session's ID; with a ticket bytes that a server echoes if it takes it (RFC 5077
/// §3.4); bytes to please middleboxes where TLS 1.3 is offered; else nothing:
/// RFC 9846 §4.2.2 (8, 9, 10).
fn session_id(session: Option<&OfferedSession>, tls13: bool, entropy: &mut Entropy) -> SessionId {
    match session.map(OfferedSession::form) {
        Some(Form::SessionId(id)) => id,
        Some(Form::Ticket | Form::Psk) => entropy.public_array::<32>().into(),
        None if tls13 => entropy.public_array::<32>().into(),
        None => SessionId::empty(),
    }
}
