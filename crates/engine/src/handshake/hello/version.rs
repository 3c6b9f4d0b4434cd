//! The version: the one place where either end asks which to speak (RFC 9846 §4.3.1).

use super::offer::Offer;
use crate::fault::{Fault, Misbehaviour, Mismatch};
use tessera_wire::codepoint::{CipherSuite, ProtocolVersion};
use tessera_wire::extension::{SelectedVersion, SupportedVersions};
use tessera_wire::handshake::{ClientHello, ServerHello};

/// A server's choice: its best version that the client offers; what it does not know it passes over.
/// `supported_versions` decides where it is, and nothing else: RFC 9846 §4.3.1 (4, 5, 6, 7, 8).
pub(crate) fn choose(
    hello: &ClientHello,
    ours: &[ProtocolVersion],
) -> Result<ProtocolVersion, Fault> {
    let offered = match hello.extensions.find::<SupportedVersions>()? {
        Some(SupportedVersions(versions)) => versions,
        // Without the extension the client speaks `legacy_version` and below, never 1.3:
        // RFC 9846 §4.3.1 (3), §E.2 (2).
        None => vec![hello.legacy_version.min(ProtocolVersion::TLS1_2)],
    };
    // RFC 9846 §E.2 (3).
    let Some(chosen) = best(ours).find(|version| offered.contains(version)) else {
        let offered = offered
            .into_iter()
            .filter(|version| !version.is_grease())
            .collect();
        return Err(Mismatch::Version { offered }.into());
    };
    // RFC 7507 §3: the client offers less than it can, and less than we can.
    let falls_back = hello
        .cipher_suites
        .contains(&CipherSuite::TLS_FALLBACK_SCSV);
    if falls_back && best(ours).next() != Some(chosen) {
        return Err(Mismatch::Fallback { offered: chosen }.into());
    }
    Ok(chosen)
}

/// RFC 9325 §3.1.1 (6).
fn best(ours: &[ProtocolVersion]) -> impl Iterator<Item = ProtocolVersion> {
    [ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2]
        .into_iter()
        .filter(|version| ours.contains(version))
}

/// What a ServerHello says the server chose: by `supported_versions` where it is there, and by nothing
/// else (RFC 9846 §4.3.1 (14, 15, 16)). A server that would have spoken TLS 1.3 says so in its random
/// when someone made it speak less.
pub(crate) fn chosen(message: &ServerHello, offer: &Offer) -> Result<ProtocolVersion, Fault> {
    match message.extensions.find::<SelectedVersion>()? {
        Some(SelectedVersion(version)) if version != ProtocolVersion::TLS1_3 => {
            Err(Misbehaviour::UnofferedVersion(version).into())
        }
        Some(_) if !offer.offers(ProtocolVersion::TLS1_3) => {
            Err(Misbehaviour::UnofferedVersion(ProtocolVersion::TLS1_3).into())
        }
        Some(_) => Ok(ProtocolVersion::TLS1_3),
        None => {
            check_sentinel(message, offer)?;
            let version = message.legacy_version;
            if version == ProtocolVersion::TLS1_2 && offer.offers(version) {
                return Ok(version);
            }
            // RFC 9846 §E.1 (1).
            let offered = vec![version];
            Err(Mismatch::Version { offered }.into())
        }
    }
}

/// RFC 9846 §4.2.3 (16, 17).
fn check_sentinel(message: &ServerHello, offer: &Offer) -> Result<(), Fault> {
    match message.random.downgrade() {
        // One that could have spoken 1.2 is a sign for every client, that of 1.3 for those who
        // offered it.
        Some(ProtocolVersion::TLS1_2) if !offer.offers(ProtocolVersion::TLS1_3) => Ok(()),
        Some(_) => Err(Misbehaviour::Downgrade.into()),
        None => Ok(()),
    }
}
