//! Who the peer should be, and what it should have shown.

use super::{expect, same};
use crate::answers::Answers;
use crate::credential::{number_of_psk, sct_list};
use crate::failure::Failure;
use crate::options::Options;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tessera_engine::Facts;
use tessera_session::{PeerIdentity, Taint};

pub(super) fn after_handshake(
    options: &Options,
    facts: &Facts,
    answers: &Answers<'_>,
) -> Result<(), Failure> {
    let wanted = &options.expect;
    let noted = &answers.noted;
    let peer = facts.peer.as_ref();
    let has_certificate = peer.is_some_and(PeerIdentity::has_certificate);
    let by_key = peer.is_some_and(|peer| !peer.has_certificate());
    if wanted.no_peer_certificate || by_key {
        expect("no certificate of the peer", !has_certificate)?;
    } else if !options.server || options.require_client_certificate {
        expect("a certificate of the peer", has_certificate)?;
    }
    if let Some(file) = &wanted.peer_certificate_file {
        let chain = facts.peer.as_ref().map(|peer| &peer.chain);
        same("chain", Some(&certificates(file)?), chain)?;
    }
    if wanted.verify_result {
        let unverified = facts.session.taint == Some(Taint::Unverified);
        expect(
            "a result of verification",
            unverified == options.verify_fail,
        )?;
    }
    let psk = facts.external_psk.as_deref();
    let psk = psk.and_then(|name| number_of_psk(options, name));
    same(
        "credential",
        wanted.selected_credential.as_ref(),
        Some(&noted.signed_with.or(psk).unwrap_or(-1)),
    )?;
    let signature = answers.world.signatures.get(&facts.session.lineage);
    let signature = signature.map(|scheme| scheme.0);
    same(
        "signature",
        wanted.peer_signature.as_ref(),
        signature.as_ref(),
    )?;
    let shown = &noted.shown;
    same(
        "OCSP response",
        wanted.ocsp_response.as_ref(),
        shown.ocsp.as_ref(),
    )?;
    let scts = wanted.scts.as_deref().map(sct_list);
    same("SCTs", scts.as_ref(), Some(&shown.scts))
}

pub(super) fn certificates(file: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let unreadable = |error: rustls_pki_types::pem::Error| Failure::expectation(error.to_string());
    CertificateDer::pem_file_iter(file)
        .map_err(unreadable)?
        .map(|der| der.map(|der| der.to_vec()).map_err(unreadable))
        .collect()
}
