//! What a ClientHello offers to a server that speaks TLS 1.2, read once into a value.

use super::offered::{alpn, server_name, wanted};
use crate::Fault;
use crate::config::Wanted;
use crate::fault::Misbehaviour;
use tessera_session::{Alpn, ServerName};
use tessera_wire::SessionId;
use tessera_wire::codepoint::{
    CipherSuite, EcPointFormat, ExtensionType, NamedGroup, SignatureScheme,
};
use tessera_wire::extension::{
    CertificateStatusRequest, EcPointFormats, Extensions, RenegotiationInfo, SctRequest,
    SessionTicket, SignatureAlgorithms, SupportedGroups,
};
use tessera_wire::handshake::ClientHello;

/// A client's offer of TLS 1.2.
pub(crate) struct Offered12 {
    pub(crate) suites: Vec<CipherSuite>,
    /// `None`: the client says nothing, and the server may choose (RFC 8422 §4).
    pub(crate) groups: Option<Vec<NamedGroup>>,
    pub(crate) schemes: Vec<SignatureScheme>,
    /// Which chains it takes.
    pub(crate) chains: Wanted,
    pub(crate) server_name: Option<ServerName>,
    pub(crate) alpn: Vec<Alpn>,
    pub(crate) session_id: SessionId,
    /// The client knows tickets, and this is the one it has; empty for none.
    pub(crate) ticket: Option<Vec<u8>>,
    pub(crate) extended_main_secret: bool,
    /// RFC 5746: the extension's content, which is empty in a first handshake.
    pub(crate) renegotiated_connection: Option<Vec<u8>>,
    /// RFC 5746 §3.3: the same in the disguise of a cipher suite.
    pub(crate) renegotiation_scsv: bool,
    pub(crate) status_request: bool,
    pub(crate) sct: bool,
    pub(crate) ec_point_formats: bool,
    /// The client would have spoken TLS 1.3: its session ID may be there for middleboxes only.
    pub(crate) knows_versions: bool,
}

impl Offered12 {
    pub(crate) fn read(hello: &ClientHello) -> Result<Self, Fault> {
        // RFC 5246 §7.4.1.2 (6): every client offers no compression, among others: RFC 9846 §4.2.2 (14).
        if !hello.compression_methods.contains(&0) {
            return Err(Misbehaviour::BadLegacyField("compression_methods").into());
        }
        let extensions = &hello.extensions;
        let ec_point_formats = names_point_formats(extensions)?;
        Ok(Self {
            suites: hello.cipher_suites.clone(),
            groups: extensions
                .find::<SupportedGroups>()?
                .map(|SupportedGroups(groups)| groups),
            // As TLS 1.2 has it (RFC 9846 §4.3.3 (12)): without the extension SHA-1 would be meant
            // (RFC 5246 §7.4.1.4.1 (6)), which we have not.
            schemes: extensions
                .find::<SignatureAlgorithms>()?
                .map(|SignatureAlgorithms(schemes)| schemes)
                .unwrap_or_default(),
            chains: wanted(extensions)?,
            server_name: server_name(hello)?,
            alpn: alpn(hello)?,
            session_id: hello.legacy_session_id,
            ticket: extensions
                .find::<SessionTicket>()?
                .map(|SessionTicket(ticket)| ticket),
            extended_main_secret: extensions.contains(ExtensionType::EXTENDED_MAIN_SECRET),
            renegotiated_connection: extensions
                .find::<RenegotiationInfo>()?
                .map(|RenegotiationInfo(data)| data),
            renegotiation_scsv: hello
                .cipher_suites
                .contains(&CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV),
            status_request: matches!(
                extensions.find::<CertificateStatusRequest>()?,
                Some(CertificateStatusRequest::Ocsp { .. })
            ),
            sct: extensions.find::<SctRequest>()?.is_some(),
            ec_point_formats,
            knows_versions: extensions.contains(ExtensionType::SUPPORTED_VERSIONS),
        })
    }
}

impl Offered12 {
    /// Whether the client can tell what its first handshake has to do with a later one: RFC 5746 §3.6.
    pub(crate) const fn secure_renegotiation(&self) -> bool {
        self.renegotiated_connection.is_some() || self.renegotiation_scsv
    }
}

/// Whether a peer names the point formats it reads. The uncompressed one, which is the only one we
/// write, must be among them: RFC 8422 §5.1.2 (1, 2, 3), §5.2 (2).
pub(crate) fn names_point_formats(extensions: &Extensions) -> Result<bool, Fault> {
    match extensions.find::<EcPointFormats>()? {
        Some(EcPointFormats(formats)) if !formats.contains(&EcPointFormat::UNCOMPRESSED) => {
            Err(Misbehaviour::NoUncompressedPoints.into())
        }
        formats => Ok(formats.is_some()),
    }
}
