//! Us → Certificate → server: RFC 9846 §4.5.1, in the handshake and after it.

use crate::ClientConfig;
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::Cx;
use crate::handshake::hello::offered::wanted;
use crate::handshake::requested::{Chosen, Requested};
use tessera_wire::codepoint::ProtocolVersion;
use tessera_wire::extension::{Extensions, SignatureAlgorithms};
use tessera_wire::handshake::{Certificate, CertificateEntry, CertificateRequest};

/// The one extension it must have, and those that narrow the choice: §4.4.2, §4.3.4.
pub(super) fn read(message: &CertificateRequest) -> Result<Requested, Fault> {
    let schemes = message.extensions.find::<SignatureAlgorithms>()?;
    let SignatureAlgorithms(schemes) = schemes.ok_or(Misbehaviour::MissingSignatureAlgorithms)?;
    Ok(Requested {
        schemes,
        chains: wanted(&message.extensions)?,
    })
}

/// Our certificate, or an empty list where we have none that fits: RFC 9846 §4.5.1 (3).
pub(super) struct Shown {
    /// The message.
    pub(super) message: Vec<u8>,
    /// Whose key will sign and how, if there is anything to sign for.
    pub(super) chosen: Option<Chosen>,
}

pub(super) fn show(
    certificate_request_context: Vec<u8>,
    requested: &Requested,
    cx: &Cx<'_, ClientConfig>,
) -> Result<Shown, Fault> {
    let settings = cx.config.settings();
    let chosen = requested.choose(ProtocolVersion::TLS1_3, settings)?;
    let identity = chosen.and_then(|chosen| settings.identities.get(chosen.identity));
    let certificate_list = identity.iter().flat_map(|identity| &identity.chain);
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
    Ok(Shown {
        message: message.encode(),
        chosen,
    })
}
