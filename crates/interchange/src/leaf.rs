//! Who a peer is, from the one certificate that other stacks keep of it.

use tessera_session::{IssuerSerial, PeerIdentity, Timestamp};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The identity a leaf certificate tells; `None` when it is not exactly one certificate.
///
/// Its end is the leaf's: the rest of the chain is not known.
pub(crate) fn identity(leaf: &[u8]) -> Option<PeerIdentity> {
    let (rest, certificate) = X509Certificate::from_der(leaf).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let not_after = u64::try_from(certificate.validity().not_after.timestamp()).unwrap_or(0);
    Some(PeerIdentity {
        subject: certificate.subject().to_string(),
        chain: vec![leaf.to_vec()],
        not_after: Timestamp::from_unix_secs(not_after),
        issuer_serials: vec![IssuerSerial::new(
            certificate.issuer().as_raw(),
            certificate.raw_serial(),
        )],
    })
}
