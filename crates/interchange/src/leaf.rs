//! Who a peer is, from the one certificate that other stacks keep of it.

use tessera_session::{IssuerSerial, PeerIdentity, Timestamp};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// The identity a leaf certificate tells; `None` when it is not exactly one certificate.
///
/// Its end is the leaf's: the rest of the chain is not known.
pub(crate) fn identity(leaf: &[u8]) -> Option<PeerIdentity> {
    let Ok(([], certificate)) = X509Certificate::from_der(leaf) else {
        return None;
    };
    let not_after = u64::try_from(certificate.validity().not_after.timestamp()).unwrap_or(0);
    Some(PeerIdentity {
        subject: subject(&certificate),
        chain: vec![leaf.to_vec()],
        not_after: Timestamp::from_unix_secs(not_after),
        issuer_serials: vec![IssuerSerial::new(
            certificate.issuer().as_raw(),
            certificate.raw_serial(),
        )],
    })
}

/// The subject, or the first DNS name where it is empty, with nothing that a terminal would act on.
fn subject(certificate: &X509Certificate<'_>) -> String {
    let subject = match certificate.subject().to_string() {
        empty if empty.is_empty() => first_name(certificate).unwrap_or_default(),
        subject => subject,
    };
    let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    subject.chars().map(printable).collect()
}

fn first_name(certificate: &X509Certificate<'_>) -> Option<String> {
    let names = certificate.subject_alternative_name().ok()??;
    names
        .value
        .general_names
        .iter()
        .find_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;

    /// Made with `openssl req -x509 -newkey ed25519 -nodes -days 36500 -subj / -outform DER
    /// -addext subjectAltName=email:a@b.test,DNS:only.test`.
    const NAMELESS: &str = "MIIBNjCB6aADAgECAhRCLpWUOMFhiA5YUfvxi8mSvz/1AzAFBgMrZXAwADAgFw0yNjExMjIyMzIyMDBaGA8yMTI2MTAyOTIzMjIwMFowADAqMAUGAytlcAMhAG9ObRvzIWqrSEmJdVKdrLj0IgmYVxrax0KZkYI5u+qgo3MwcTAdBgNVHQ4EFgQUr1ujbj/0MUkUYudwDrBoqBASDHwwHwYDVR0jBBgwFoAUr1ujbj/0MUkUYudwDrBoqBASDHwwDwYDVR0TAQH/BAUwAwEB/zAeBgNVHREEFzAVgQhhQGIudGVzdIIJb25seS50ZXN0MAUGAytlcANBAMmwW76QTfq56KwdFmhnfOosuc0XXbtef9MATlQ/JEpTC4zAfh6Kt6hvwTDNyNFWr7Zs1k9b8aSNER5RexTKmQU=";

    #[test]
    fn a_certificate_without_a_subject_goes_by_its_first_dns_name() {
        let leaf = BASE64.decode(NAMELESS.as_bytes()).unwrap();
        assert_eq!(identity(&leaf).unwrap().subject, "only.test");
    }

    #[test]
    fn what_is_not_exactly_one_certificate_is_nobody() {
        let mut leaf = BASE64.decode(NAMELESS.as_bytes()).unwrap();
        leaf.push(0);
        assert!(identity(&leaf).is_none());
        leaf.truncate(40);
        assert!(identity(&leaf).is_none());
        assert!(identity(&[]).is_none());
    }
}
