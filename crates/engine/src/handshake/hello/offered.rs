//! What a ClientHello offers, read once into a value.

use crate::Fault;
use crate::config::Wanted;
use crate::fault::Misbehaviour;
use tessera_session::{Alpn, ServerName};
use tessera_wire::codepoint::{
    CipherSuite, NamedGroup, ProtocolVersion, PskKeyExchangeMode, SignatureScheme,
};
use tessera_wire::extension::{
    CertificateAuthorities, CertificateStatusRequest, Cookie, EarlyDataIndication, Extensions,
    KeyShareClientHello, KeyShareEntry, OfferedPsks, PostHandshakeAuth, ProtocolNameList,
    PskKeyExchangeModes, SctRequest, ServerNameList, SignatureAlgorithms, SignatureAlgorithmsCert,
    SupportedGroups, TicketRequest,
};
use tessera_wire::handshake::ClientHello;

/// A client's offer of TLS 1.3, decoded and checked for contradictions in itself.
pub(crate) struct Offered {
    pub(crate) suites: Vec<CipherSuite>,
    pub(crate) groups: Vec<NamedGroup>,
    pub(crate) key_shares: Vec<KeyShareEntry>,
    pub(crate) schemes: Option<Vec<SignatureScheme>>,
    /// Which chains it takes.
    pub(crate) chains: Wanted,
    pub(crate) server_name: Option<ServerName>,
    pub(crate) alpn: Vec<Alpn>,
    pub(crate) psks: Option<OfferedPsks>,
    pub(crate) psk_modes: Vec<PskKeyExchangeMode>,
    pub(crate) cookie: Option<Vec<u8>>,
    pub(crate) early_data: bool,
    pub(crate) status_request: bool,
    pub(crate) sct: bool,
    pub(crate) post_handshake_auth: bool,
    pub(crate) ticket_request: Option<TicketRequest>,
}

impl Offered {
    /// Reads a ClientHello that offers TLS 1.3.
    pub(crate) fn read(hello: &ClientHello) -> Result<Self, Fault> {
        check_legacy_fields(hello)?;
        let extensions = &hello.extensions;
        let groups = extensions
            .find::<SupportedGroups>()?
            .map(|SupportedGroups(groups)| groups);
        let key_shares = extensions
            .find::<KeyShareClientHello>()?
            .map(|KeyShareClientHello(shares)| shares);
        let psks = extensions.find::<OfferedPsks>()?;
        let psk_modes = extensions
            .find::<PskKeyExchangeModes>()?
            .map(|PskKeyExchangeModes(modes)| modes);
        // RFC 9846 §4.3.9 (3): a client that offers PSKs says how it would use them.
        if psks.is_some() && psk_modes.is_none() {
            return Err(Misbehaviour::MissingPskKeyExchangeModes.into());
        }
        if psks
            .as_ref()
            .is_some_and(|psks| psks.identities.len() != psks.binders.len())
        {
            return Err(Misbehaviour::BinderCount.into());
        }
        // RFC 9846 §9.2 (12): each of the two needs the other.
        let (groups, key_shares) = match (groups, key_shares) {
            (Some(groups), Some(shares)) => (groups, shares),
            (Some(_), None) => return Err(Misbehaviour::MissingKeyShare.into()),
            (None, _) => return Err(Misbehaviour::MissingSupportedGroups.into()),
        };
        check_shares(&groups, &key_shares)?;
        Ok(Self {
            suites: hello.cipher_suites.clone(),
            groups,
            key_shares,
            schemes: extensions
                .find::<SignatureAlgorithms>()?
                .map(|SignatureAlgorithms(schemes)| schemes),
            chains: wanted(extensions)?,
            server_name: server_name(hello)?,
            alpn: alpn(hello)?,
            psks,
            psk_modes: psk_modes.unwrap_or_default(),
            cookie: extensions.find::<Cookie>()?.map(|Cookie(cookie)| cookie),
            early_data: extensions.find::<EarlyDataIndication>()?.is_some(),
            status_request: matches!(
                extensions.find::<CertificateStatusRequest>()?,
                Some(CertificateStatusRequest::Ocsp { .. })
            ),
            sct: extensions.find::<SctRequest>()?.is_some(),
            post_handshake_auth: extensions.find::<PostHandshakeAuth>()?.is_some(),
            ticket_request: extensions.find::<TicketRequest>()?,
        })
    }

    /// Whether the client can use a PSK with a fresh key exchange, the only way we resume.
    pub(crate) fn resumes_with_key_exchange(&self) -> bool {
        self.psk_modes.contains(&PskKeyExchangeMode::PSK_DHE_KE)
    }
}

/// What TLS 1.3 froze must be as it was frozen: RFC 9846 §4.2.2 (7, 13).
fn check_legacy_fields(hello: &ClientHello) -> Result<(), Fault> {
    if hello.legacy_version != ProtocolVersion::TLS1_2 {
        return Err(Misbehaviour::BadLegacyVersion(hello.legacy_version).into());
    }
    if hello.compression_methods != [0] {
        return Err(Misbehaviour::BadLegacyField("legacy_compression_methods").into());
    }
    Ok(())
}

/// RFC 9846 §4.3.8: shares are for offered groups. That there is one for each is read from the list itself; its order
/// says nothing that `supported_groups` does not.
fn check_shares(groups: &[NamedGroup], shares: &[KeyShareEntry]) -> Result<(), Fault> {
    // Sorted rather than compared pairwise: thousands of groups and shares fit in one ClientHello.
    let mut offered = groups.to_vec();
    offered.sort_unstable();
    let mut shares = shares.iter().map(|share| share.group);
    match shares.find(|group| offered.binary_search(group).is_err()) {
        Some(unoffered) => Err(Misbehaviour::UnofferedKeyShare(unoffered).into()),
        None => Ok(()),
    }
}

/// The name asked for, where it is one we can use: a name that is no DNS name is as good as none.
pub(crate) fn server_name(hello: &ClientHello) -> Result<Option<ServerName>, Fault> {
    let list = hello.extensions.find::<ServerNameList>()?;
    Ok(list
        .and_then(|list| ServerName::new(&list.host_name).ok())
        .filter(|name| !name.is_ip()))
}

/// What narrows the choice of certificates, in either version and by either side: RFC 9846 §4.3.3, §4.3.4.
pub(crate) fn wanted(extensions: &Extensions) -> Result<Wanted, Fault> {
    let authorities = extensions
        .find::<CertificateAuthorities>()?
        .map(|CertificateAuthorities(names)| names);
    let in_certificates = extensions
        .find::<SignatureAlgorithmsCert>()?
        .map(|SignatureAlgorithmsCert(schemes)| schemes);
    let everywhere = extensions
        .find::<SignatureAlgorithms>()?
        .map(|SignatureAlgorithms(schemes)| schemes);
    Ok(Wanted {
        authorities: authorities.unwrap_or_default(),
        schemes: in_certificates.or(everywhere).unwrap_or_default(),
    })
}

pub(crate) fn alpn(hello: &ClientHello) -> Result<Vec<Alpn>, Fault> {
    let names = hello.extensions.find::<ProtocolNameList>()?;
    Ok(names
        .into_iter()
        .flat_map(|ProtocolNameList(names)| names)
        .filter_map(|name| Alpn::new(&name).ok())
        .collect())
}
