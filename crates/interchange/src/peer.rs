//! Who a peer is, from the certificates that other stacks keep of it: often the leaf alone.

use tessera_session::{IssuerSerial, PeerIdentity, Timestamp};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use crate::limits::MOST_CERTIFICATES;

/// The identity a chain tells, the leaf first; `None` when there is none, or one of its parts is not
/// exactly one certificate.
///
/// It ends with the first of them. What was left out of the file is not known.
pub(crate) fn identity(chain: &[&[u8]]) -> Option<PeerIdentity> {
    if chain.len() > MOST_CERTIFICATES {
        return None;
    }
    let certificates: Option<Vec<_>> = chain.iter().copied().map(certificate).collect();
    let certificates = certificates?;
    let not_after = certificates
        .iter()
        .map(|certificate| certificate.validity().not_after.timestamp())
        .min()?;
    Some(PeerIdentity {
        subject: subject(certificates.first()?),
        chain: chain.iter().map(|der| der.to_vec()).collect(),
        not_after: Timestamp::from_unix_secs(u64::try_from(not_after).unwrap_or(0)),
        issuer_serials: certificates
            .iter()
            .map(|certificate| {
                IssuerSerial::new(certificate.issuer().as_raw(), certificate.raw_serial())
            })
            .collect(),
    })
}

fn certificate(der: &[u8]) -> Option<X509Certificate<'_>> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Some(certificate),
        _ => None,
    }
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
        assert_eq!(identity(&[&leaf]).unwrap().subject, "only.test");
    }

    #[test]
    fn every_certificate_of_a_chain_is_named_for_revocation_lists() {
        let leaf = BASE64.decode(NAMELESS.as_bytes()).unwrap();
        let peer = identity(&[&leaf, &leaf]).unwrap();
        assert_eq!((peer.chain.len(), peer.issuer_serials.len()), (2, 2));
        assert!(identity(&vec![leaf.as_slice(); 17]).is_none());
    }

    #[test]
    fn what_is_not_exactly_one_certificate_is_nobody() {
        let mut leaf = BASE64.decode(NAMELESS.as_bytes()).unwrap();
        leaf.push(0);
        assert!(identity(&[&leaf]).is_none());
        leaf.truncate(40);
        assert!(identity(&[&leaf]).is_none());
        assert!(identity(&[&[]]).is_none());
        assert!(identity(&[]).is_none());
    }
}
