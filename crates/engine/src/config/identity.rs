//! Who we are, and which of our certificates a peer may be shown.

use std::cmp::Reverse;
use tessera_session::ServerName;
use tessera_wire::codepoint::SignatureScheme;

/// A certificate chain and what its private key can do. The key itself stays outside the engine:
/// signing is a [`crate::Question`].
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// DER, leaf first (RFC 9846 §4.5.1 (8)), without the anchor.
    pub chain: Vec<Vec<u8>>,
    /// What the private key can sign with, in order of preference.
    pub schemes: Vec<SignatureScheme>,
    /// The names it is for: DNS names (a leading `*.` matches one label) and IP addresses.
    pub names: Vec<String>,
    /// Who issued the certificates of the chain: distinguished names in DER.
    pub issuers: Vec<Vec<u8>>,
    /// What the certificates of the chain are signed with; those that sign themselves do not count.
    pub chain_schemes: Vec<SignatureScheme>,
    /// Which peers may see it.
    pub audience: Audience,
    /// An OCSP response to staple.
    pub ocsp: Option<Vec<u8>>,
    /// Signed certificate timestamps to send.
    pub scts: Vec<Vec<u8>>,
}

/// Which peers an identity is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Audience {
    /// Everybody; those that name one of its issuers see it before others.
    #[default]
    Everybody,
    /// Only those that name one of its issuers: for a CA that not everybody knows.
    NamersOfIssuer,
}

impl Identity {
    /// Whether one of its names covers `name`: RFC 9525 §6.3, a wildcard stands for one whole label.
    pub fn covers(&self, name: &ServerName) -> bool {
        self.names.iter().any(|own| name.is_covered_by(own))
    }

    fn is_issued_by(&self, authorities: &[Vec<u8>]) -> bool {
        self.issuers
            .iter()
            .any(|issuer| authorities.contains(issuer))
    }

    /// SHA-1 is the last resort, also for peers that list it: RFC 9846 §4.3.3 (11).
    fn is_signed_with(&self, schemes: &[SignatureScheme]) -> bool {
        let sha1 = [SignatureScheme::RSA_PKCS1_SHA1, SignatureScheme::ECDSA_SHA1];
        self.chain_schemes
            .iter()
            .all(|scheme| schemes.contains(scheme) && !sha1.contains(scheme))
    }
}

/// What a peer says of the chains it takes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Whose certificates are welcome, as names in DER; empty for anybody's.
    pub(crate) authorities: Vec<Vec<u8>>,
    /// What they may be signed with.
    pub(crate) schemes: Vec<SignatureScheme>,
}

/// The identities, with their positions, that may be shown to a peer, best first: those whose chains it can verify
/// (RFC 9846 §4.5.1.2 (6)), of them those that its authorities issued (RFC 9846 §4.3.4, RFC 5246 §7.4.6), and for the
/// rest in our order.
pub(crate) fn candidates<'a>(
    identities: &'a [Identity],
    wanted: &Wanted,
) -> Vec<(usize, &'a Identity)> {
    let mut candidates: Vec<_> = identities
        .iter()
        .enumerate()
        .map(|own| (own, own.1.is_issued_by(&wanted.authorities)))
        .filter(|((_, identity), named)| *named || identity.audience == Audience::Everybody)
        .collect();
    candidates.sort_by_key(|((_, identity), named)| {
        Reverse((identity.is_signed_with(&wanted.schemes), *named))
    });
    candidates.into_iter().map(|(own, _)| own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issued_by(issuer: u8, audience: Audience) -> Identity {
        Identity {
            issuers: vec![vec![issuer]],
            audience,
            ..Identity::default()
        }
    }

    fn positions(identities: &[Identity], authorities: &[Vec<u8>]) -> Vec<usize> {
        positions_for(identities, authorities, &[])
    }

    fn positions_for(
        identities: &[Identity],
        authorities: &[Vec<u8>],
        schemes: &[SignatureScheme],
    ) -> Vec<usize> {
        let wanted = Wanted {
            authorities: authorities.to_vec(),
            schemes: schemes.to_vec(),
        };
        let candidates = candidates(identities, &wanted);
        candidates.iter().map(|(position, _)| *position).collect()
    }

    #[test]
    fn the_issuers_a_peer_names_come_first_and_are_no_condition() {
        let own = [1, 2, 3, 2].map(|issuer| issued_by(issuer, Audience::Everybody));
        assert_eq!(positions(&own, &[]), [0, 1, 2, 3]);
        assert_eq!(positions(&own, &[vec![2]]), [1, 3, 0, 2]);
        assert_eq!(positions(&own, &[vec![9]]), [0, 1, 2, 3]);
    }

    #[test]
    fn a_chain_that_the_peer_can_verify_comes_before_one_it_cannot() {
        // RFC 9846 §4.5.1.2 (6).
        const RSA: SignatureScheme = SignatureScheme::RSA_PKCS1_SHA256;
        const ECDSA: SignatureScheme = SignatureScheme::ECDSA_SECP256R1_SHA256;
        let signed_with = |issuer, schemes: &[SignatureScheme]| Identity {
            chain_schemes: schemes.to_vec(),
            ..issued_by(issuer, Audience::Everybody)
        };
        let own = [
            signed_with(1, &[RSA]),
            signed_with(2, &[ECDSA, RSA]),
            signed_with(3, &[ECDSA]),
        ];
        assert_eq!(positions_for(&own, &[], &[RSA, ECDSA]), [0, 1, 2]);
        assert_eq!(positions_for(&own, &[], &[ECDSA]), [2, 0, 1]);
        // Whoever issued it, what cannot be verified is the last resort.
        assert_eq!(positions_for(&own, &[vec![2]], &[ECDSA]), [2, 1, 0]);
        assert_eq!(positions_for(&own, &[vec![2]], &[RSA, ECDSA]), [1, 0, 2]);
        // RFC 9846 §4.3.3 (11).
        let sha1 = SignatureScheme::RSA_PKCS1_SHA1;
        let own = [signed_with(1, &[sha1]), signed_with(2, &[RSA])];
        assert_eq!(positions_for(&own, &[vec![1]], &[sha1, RSA]), [1, 0]);
        assert_eq!(positions_for(&own[..1], &[], &[sha1, RSA]), [0]);
    }

    #[test]
    fn some_are_only_for_peers_that_name_their_issuer() {
        let own = [
            issued_by(1, Audience::NamersOfIssuer),
            issued_by(2, Audience::Everybody),
        ];
        assert_eq!(positions(&own, &[vec![1]]), [0, 1]);
        assert_eq!(positions(&own, &[vec![2]]), [1]);
        assert_eq!(positions(&own, &[]), [1]);
    }
}
