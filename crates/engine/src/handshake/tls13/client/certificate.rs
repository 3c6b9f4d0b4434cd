//! Us → Certificate → server: RFC 9846 §4.5.1, in the handshake and after it.

use crate::ClientConfig;
use crate::config::common_scheme;
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::Cx;
use tessera_wire::codepoint::{ProtocolVersion, SignatureScheme};
use tessera_wire::extension::{Extensions, SignatureAlgorithms};
use tessera_wire::handshake::{Certificate, CertificateEntry, CertificateRequest};

/// What the server's CertificateRequest accepts.
pub(super) struct Requested {
    schemes: Vec<SignatureScheme>,
}

impl Requested {
    /// The one extension it must have: §4.4.2.
    pub(super) fn read(message: &CertificateRequest) -> Result<Self, Fault> {
        let schemes = message.extensions.find::<SignatureAlgorithms>()?;
        let SignatureAlgorithms(schemes) =
            schemes.ok_or(Misbehaviour::MissingSignatureAlgorithms)?;
        Ok(Self { schemes })
    }
}

/// Our certificate, or an empty list where we have none that fits: RFC 9846 §4.5.1 (3).
pub(super) struct Shown {
    /// The message.
    pub(super) message: Vec<u8>,
    /// How our key will sign, if there is anything to sign for.
    pub(super) scheme: Option<SignatureScheme>,
}

pub(super) fn show(
    certificate_request_context: Vec<u8>,
    requested: &Requested,
    cx: &Cx<'_, ClientConfig>,
) -> Shown {
    let identity = cx.config.settings().identity.as_ref();
    let fitting = identity.and_then(|identity| {
        let scheme = common_scheme(ProtocolVersion::TLS1_3, identity, &requested.schemes)?;
        Some((identity, scheme))
    });
    let certificate_list = fitting.iter().flat_map(|(identity, _)| &identity.chain);
    let certificate_list = certificate_list
        .map(|cert_data| CertificateEntry {
            cert_data: cert_data.clone(),
            // RFC 9846 §4.5.1 (7).
            extensions: Extensions::new(),
        })
        .collect();
    let message = Certificate {
        certificate_request_context,
        certificate_list,
    };
    Shown {
        message: message.encode(),
        scheme: fitting.map(|(_, scheme)| scheme),
    }
}
