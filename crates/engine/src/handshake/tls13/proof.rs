//! What CertificateVerify signs: RFC 9846 §4.5.2, both directions.

use crate::config::is_scheme_of;
use crate::fault::{Fault, Misbehaviour};
use tessera_crypto::{Digest, sign};
use tessera_session::Side;
use tessera_wire::codepoint::{ProtocolVersion, SignatureScheme};
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

/// Checks the peer's proof with the key of its certificate: RFC 9846 §4.5.2 (6, 7, 8, 9). Its scheme
/// must be one that it was told we accept.
pub(crate) fn verify(
    signer: Side,
    proof: &CertificateVerify,
    transcript: &Digest,
    public_key: &[u8],
    accepted: &[SignatureScheme],
) -> Result<(), Fault> {
    let scheme = proof.algorithm;
    if !accepted.contains(&scheme) || !is_scheme_of(ProtocolVersion::TLS1_3, scheme) {
        return Err(Misbehaviour::WrongSignatureScheme(scheme).into());
    }
    let content = content(signer, transcript);
    sign::verify(scheme, public_key, &content, &proof.signature).map_err(|error| match error {
        sign::VerifyError::BadSignature => Misbehaviour::BadCertificateVerify.into(),
        sign::VerifyError::KeyMismatch | sign::VerifyError::UnsupportedScheme => {
            Misbehaviour::WrongSignatureScheme(scheme).into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tessera_crypto::HashAlgorithm;

    #[test]
    fn a_scheme_nobody_accepted_is_not_even_checked() {
        let transcript = HashAlgorithm::Sha256.hash(b"");
        let refusal = |scheme, accepted: &[SignatureScheme]| {
            let proof = CertificateVerify {
                algorithm: scheme,
                signature: Vec::new(),
            };
            verify(Side::Server, &proof, &transcript, b"no key", accepted).err()
        };
        for (scheme, accepted) in [
            (
                SignatureScheme::ED25519,
                SignatureScheme::RSA_PSS_RSAE_SHA256,
            ),
            // Accepted, but not in handshakes of TLS 1.3: RFC 9846 §4.3.3.
            (
                SignatureScheme::RSA_PKCS1_SHA256,
                SignatureScheme::RSA_PKCS1_SHA256,
            ),
        ] {
            let wrong = Misbehaviour::WrongSignatureScheme(scheme);
            assert_eq!(refusal(scheme, &[accepted]), Some(wrong.into()));
        }
    }
}
