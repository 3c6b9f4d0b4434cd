//! Certificates and keys from the runner's files.

use crate::failure::Failure;
use crate::options::{CredentialFiles, Options};
use crate::settings::own_schemes;
use std::path::Path;
use std::sync::Arc;
use tessera_crypto::{KeyError, SigningKey};
use tessera_engine::{Audience, ExternalPsk, Identity, PskHash};
use tessera_identity::{Credential, LoadError, LoadProblem};
use tessera_wire::codepoint::SignatureScheme;

/// An identity for the engine, the key that signs for it, and which of the flags' it is.
pub(crate) struct Own {
    pub(crate) identity: Identity,
    pub(crate) key: Arc<SigningKey>,
    /// As `-expect-selected-credential` counts: the default one is -1.
    pub(crate) number: i32,
}

/// All credentials of a connection, in the order of preference: those with a number first.
pub(crate) fn load(options: &Options) -> Result<Vec<Own>, Failure> {
    let numbered = (0..).zip(&options.credentials);
    numbered
        .chain(std::iter::once((-1, &options.default_credential)))
        .filter_map(|(number, files)| own(options, files, number).transpose())
        .collect()
}

/// The external keys among them, in the order of preference.
pub(crate) fn external_psks(options: &Options) -> Result<Vec<ExternalPsk>, Failure> {
    let psks = options.credentials.iter();
    psks.filter_map(|files| files.psk.as_ref())
        .map(|psk| {
            let hash = if psk.sha384 {
                PskHash::Sha384
            } else {
                PskHash::Sha256
            };
            ExternalPsk::imported(&psk.identity, &psk.key, hash, &psk.context)
                .map_err(|error| Failure::Credential(error.to_string()))
        })
        .collect()
}

/// Which of the flags' credentials the external key of this name is.
pub(crate) fn number_of_psk(options: &Options, name: &[u8]) -> Option<i32> {
    let mut numbered = (0..).zip(&options.credentials);
    let named =
        |files: &CredentialFiles| files.psk.as_ref().is_some_and(|psk| psk.identity == name);
    numbered
        .find(|(_, files)| named(files))
        .map(|(number, _)| number)
}

fn own(options: &Options, files: &CredentialFiles, number: i32) -> Result<Option<Own>, Failure> {
    let (Some(certificate), Some(key)) = (&files.certificate, &files.key) else {
        return Ok(None);
    };
    let credential = Credential::from_pem_files(Path::new(certificate), Path::new(key))
        .map_err(|error| unusable(&error))?;
    let mut identity = credential.identity();
    if !files.signing_prefs.is_empty() {
        let prefs = files.signing_prefs.iter().copied();
        identity.schemes = prefs.map(SignatureScheme).collect();
    }
    own_schemes(options, &mut identity.schemes)?;
    if files.must_match_issuer {
        identity.audience = Audience::NamersOfIssuer;
    }
    if !options.decline_ocsp {
        identity.ocsp.clone_from(&files.ocsp_response);
    }
    identity.scts = files.scts.as_deref().map(sct_list).unwrap_or_default();
    Ok(Some(Own {
        identity,
        key: credential.key,
        number,
    }))
}

/// A key of a kind that we do not have is not a fault of its file.
fn unusable(error: &LoadError) -> Failure {
    match error.problem {
        LoadProblem::BadKey(KeyError::UnsupportedAlgorithm | KeyError::UnsupportedSize) => {
            Failure::Unimplemented(error.to_string())
        }
        _ => Failure::Credential(error.to_string()),
    }
}

/// A `SignedCertificateTimestampList`, as RFC 6962 §3.3 has it on the wire, taken apart.
pub(crate) fn sct_list(list: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = list.get(2..).unwrap_or_default();
    let mut scts = Vec::new();
    while let [high, low, behind @ ..] = rest {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        let (sct, behind) = behind.split_at_checked(len).unwrap_or((behind, &[]));
        scts.push(sct.to_vec());
        rest = behind;
    }
    scts
}
