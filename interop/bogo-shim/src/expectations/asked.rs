//! What the peer says it takes of our certificates: in its ClientHello or its CertificateRequest.

use super::same;
use crate::failure::Failure;
use crate::options::Options;
use crate::settings::server::names;
use tessera_engine::Facts;
use tessera_wire::codepoint::{ProtocolVersion, SignatureScheme};
use tessera_wire::extension::{CertificateAuthorities, Extensions, SignatureAlgorithms};
use tessera_wire::handshake::{Handshake, tls12};

/// How our key may sign, and who may have signed our certificate.
#[derive(Default)]
struct Asked {
    schemes: Vec<SignatureScheme>,
    authorities: Vec<Vec<u8>>,
}

/// `message` is the peer's, if one was traced.
pub(super) fn after_handshake(
    options: &Options,
    facts: &Facts,
    message: Option<&[u8]>,
) -> Result<(), Failure> {
    let wanted = &options.expect;
    let asked = message.and_then(|message| read(facts.version, message));
    let asked = asked.unwrap_or_default();
    let schemes: Vec<_> = asked.schemes.iter().map(|scheme| scheme.0).collect();
    let prefs = Some(&wanted.peer_verify_prefs).filter(|prefs| !prefs.is_empty());
    same("signature schemes", prefs, Some(&schemes))?;
    let list = wanted.client_ca_list.as_deref().map(names).transpose()?;
    same("authorities", list.as_ref(), Some(&asked.authorities))
}

fn read(version: ProtocolVersion, message: &[u8]) -> Option<Asked> {
    if version == ProtocolVersion::TLS1_2
        && let Ok(tls12::Handshake::CertificateRequest(request)) = tls12::Handshake::decode(message)
    {
        return Some(Asked {
            schemes: request.supported_signature_algorithms,
            authorities: request.certificate_authorities,
        });
    }
    match Handshake::decode(message).ok()? {
        Handshake::ClientHello(hello) => Some(of(&hello.extensions)),
        Handshake::CertificateRequest(request) => Some(of(&request.extensions)),
        _ => None,
    }
}

fn of(extensions: &Extensions) -> Asked {
    let schemes = extensions.find::<SignatureAlgorithms>().ok().flatten();
    let authorities = extensions.find::<CertificateAuthorities>().ok().flatten();
    Asked {
        schemes: schemes.map(|list| list.0).unwrap_or_default(),
        authorities: authorities.map(|list| list.0).unwrap_or_default(),
    }
}
