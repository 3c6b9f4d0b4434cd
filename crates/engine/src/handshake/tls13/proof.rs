//! What CertificateVerify signs: RFC 9846 §4.5.2, both directions.

use crate::config::OFFERED_SCHEMES;
use crate::fault::{Fault, Misbehaviour};
use tessera_crypto::{Digest, sign};
use tessera_session::Side;
use tessera_wire::handshake::CertificateVerify;

/// The bytes `signer` signs: 64 spaces, its own context string, a zero, the transcript hash. The
/// padding keeps them from being mistaken for anything of an older version.
pub(crate) fn content(signer: Side, transcript: &Digest) -> Vec<u8> {
    let context: &[u8] = match signer {
        Side::Server => b"TLS 1.3, server CertificateVerify",
        Side::Client => b"TLS 1.3, client CertificateVerify",
    };
    let mut content = vec![0x20; 64];
    content.extend_from_slice(context);
    content.push(0);
    content.extend_from_slice(transcript.as_bytes());
    content
}

/// Checks the peer's proof with the key of its certificate: RFC 9846 §4.5.2 (6, 7, 8, 9).
pub(crate) fn verify(
    signer: Side,
    proof: &CertificateVerify,
    transcript: &Digest,
    public_key: &[u8],
) -> Result<(), Fault> {
    if !OFFERED_SCHEMES.contains(&proof.algorithm) {
        return Err(Misbehaviour::WrongSignatureScheme(proof.algorithm).into());
    }
    let content = content(signer, transcript);
    sign::verify(proof.algorithm, public_key, &content, &proof.signature).map_err(|error| {
        match error {
            sign::VerifyError::BadSignature => Misbehaviour::BadCertificateVerify.into(),
            sign::VerifyError::KeyMismatch | sign::VerifyError::UnsupportedScheme => {
                Misbehaviour::WrongSignatureScheme(proof.algorithm).into()
            }
        }
    })
}
