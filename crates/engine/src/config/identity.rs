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
}

/// The identities, with their positions, that may be shown to a peer that names these authorities,
/// best first: those they issued (RFC 9846 §4.3.4, RFC 5246 §7.4.6), then the others, both in
/// our order.
pub(crate) fn candidates<'a>(
    identities: &'a [Identity],
    authorities: &[Vec<u8>],
) -> Vec<(usize, &'a Identity)> {
    let mut candidates: Vec<_> = identities
        .iter()
        .enumerate()
        .map(|own| (own, own.1.is_issued_by(authorities)))
        .filter(|((_, identity), named)| *named || identity.audience == Audience::Everybody)
        .collect();
    candidates.sort_by_key(|(_, named)| Reverse(*named));
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
        let candidates = candidates(identities, authorities);
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
