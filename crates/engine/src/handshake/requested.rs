//! What a server asks of our certificate, and which of ours it gets: alike in both versions.

use crate::config::{ClientSettings, Unsuited, Wanted, candidates, common_scheme};
use crate::fault::Mismatch;
use tessera_wire::codepoint::{ProtocolVersion, SignatureScheme};

/// What the server's CertificateRequest accepts.
pub(crate) struct Requested {
    /// How the key may sign.
    pub(crate) schemes: Vec<SignatureScheme>,
    /// Which chains it takes.
    pub(crate) chains: Wanted,
}

/// Which of our identities is shown, and how its key will sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) identity: usize,
    pub(crate) scheme: SignatureScheme,
}

impl Requested {
    /// The best that fits, or nothing where nothing does: RFC 9846 §4.5.1 (3), RFC 5246 §7.4.6 (1).
    /// To have something and show nothing may be the end.
    pub(crate) fn choose(
        &self,
        version: ProtocolVersion,
        settings: &ClientSettings,
    ) -> Result<Option<Chosen>, Mismatch> {
        let candidates = candidates(&settings.identities, &self.chains);
        let fitting = candidates.iter().find_map(|(position, identity)| {
            let scheme = common_scheme(version, identity, &self.schemes)?;
            Some(Chosen {
                identity: *position,
                scheme,
            })
        });
        if fitting.is_some()
            || settings.identities.is_empty()
            || settings.unsuited == Unsuited::ShowNothing
        {
            return Ok(fitting);
        }
        Err(if candidates.is_empty() {
            Mismatch::Issuer
        } else {
            Mismatch::SignatureScheme {
                offered: self.schemes.clone(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Audience, Identity};

    const ECDSA: SignatureScheme = SignatureScheme::ECDSA_SECP256R1_SHA256;
    const ED25519: SignatureScheme = SignatureScheme::ED25519;

    fn settings(unsuited: Unsuited) -> ClientSettings {
        let identity = |scheme, issuer| Identity {
            chain: vec![vec![0]],
            schemes: vec![scheme],
            issuers: vec![vec![issuer]],
            audience: Audience::NamersOfIssuer,
            ..Identity::default()
        };
        ClientSettings {
            identities: vec![identity(ECDSA, 1), identity(ED25519, 1)],
            unsuited,
            ..ClientSettings::default()
        }
    }

    fn choose(
        schemes: &[SignatureScheme],
        issuer: u8,
        settings: &ClientSettings,
    ) -> Result<Option<usize>, Mismatch> {
        let requested = Requested {
            schemes: schemes.to_vec(),
            chains: Wanted {
                authorities: vec![vec![issuer]],
                schemes: schemes.to_vec(),
            },
        };
        let chosen = requested.choose(ProtocolVersion::TLS1_3, settings)?;
        Ok(chosen.map(|chosen| chosen.identity))
    }

    #[test]
    fn the_first_that_fits_is_shown() {
        let settings = settings(Unsuited::ShowNothing);
        assert_eq!(choose(&[ED25519, ECDSA], 1, &settings), Ok(Some(0)));
        assert_eq!(choose(&[ED25519], 1, &settings), Ok(Some(1)));
    }

    #[test]
    fn a_client_that_has_nothing_fitting_shows_nothing() {
        // RFC 9846 §4.5.1 (3), RFC 5246 §7.4.6 (1).
        let settings = settings(Unsuited::ShowNothing);
        assert_eq!(choose(&[ED25519], 2, &settings), Ok(None));
        assert_eq!(choose(&[], 1, &settings), Ok(None));
    }

    #[test]
    fn or_it_says_what_was_asked_for_and_ends_it() {
        let settings = settings(Unsuited::End);
        assert_eq!(choose(&[ED25519], 2, &settings), Err(Mismatch::Issuer));
        let offered = vec![SignatureScheme::RSA_PSS_RSAE_SHA256];
        let none = choose(&offered, 1, &settings);
        assert_eq!(none, Err(Mismatch::SignatureScheme { offered }));
        // Whoever has no certificate at all cannot miss one.
        let nobody = ClientSettings {
            identities: Vec::new(),
            ..settings
        };
        assert_eq!(choose(&[ECDSA], 1, &nobody), Ok(None));
    }
}
