//! Key exchange groups: what a version can use, what a client sends shares of, what a server takes.

use tessera_wire::codepoint::{NamedGroup, ProtocolVersion};

pub(super) fn default_groups() -> Vec<NamedGroup> {
    tessera_crypto::kex::DEFAULT_GROUPS.to_vec()
}

/// The groups a version can use: those with ML-KEM are TLS 1.3's only.
pub(crate) fn groups_of(
    version: ProtocolVersion,
    groups: &[NamedGroup],
) -> impl Iterator<Item = NamedGroup> {
    groups
        .iter()
        .copied()
        .filter(move |group| version == ProtocolVersion::TLS1_3 || !group.has_mlkem())
}

/// Which groups get a share in the first hello. A server that wants another one asks for it, which
/// costs a round trip: RFC 9846 §4.3.8.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum KeyShares {
    /// The best group with ML-KEM and the best one without: most servers take one of the two.
    #[default]
    Likely,
    /// These, in the order of the groups. None at all leaves the choice to the server.
    Of(Vec<NamedGroup>),
}

impl KeyShares {
    /// Those of these groups that get a share.
    pub(crate) fn chosen(&self, groups: &[NamedGroup]) -> Vec<NamedGroup> {
        let best = |with: bool| groups.iter().find(|group| group.has_mlkem() == with);
        let (quantum_safe, classical) = (best(true), best(false));
        let is_chosen = |group: &&NamedGroup| match self {
            Self::Likely => [quantum_safe, classical].contains(&Some(group)),
            Self::Of(chosen) => chosen.contains(group),
        };
        groups.iter().filter(is_chosen).copied().collect()
    }

    /// One that would get a share and is not among these groups.
    pub(super) fn unknown_to(&self, groups: &[NamedGroup]) -> Option<NamedGroup> {
        match self {
            Self::Likely => None,
            Self::Of(chosen) => chosen.iter().copied().find(|group| !groups.contains(group)),
        }
    }
}

/// Which of the common groups a TLS 1.3 server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum GroupChoice {
    /// The best of those that came with a share; without any the best is asked for.
    #[default]
    AtHand,
    /// The best, even if it has to be asked for: a round trip more, for those who are bound to it.
    Best,
}

#[cfg(test)]
mod tests {
    use super::*;

    const HYBRID: NamedGroup = NamedGroup::X25519MLKEM768;
    const X25519: NamedGroup = NamedGroup::X25519;
    const P256: NamedGroup = NamedGroup::SECP256R1;

    #[test]
    fn the_best_of_each_kind_is_likely_in_the_order_of_the_groups() {
        for (groups, shares) in [
            (&[HYBRID, X25519, P256][..], &[HYBRID, X25519][..]),
            (&[X25519, P256, HYBRID], &[X25519, HYBRID]),
            (&[NamedGroup::MLKEM1024, HYBRID], &[NamedGroup::MLKEM1024]),
            (&[P256, X25519], &[P256]),
        ] {
            assert_eq!(KeyShares::Likely.chosen(groups), shares, "{groups:?}");
        }
    }

    #[test]
    fn those_that_were_chosen_get_shares_and_no_others() {
        let groups = [HYBRID, X25519, P256];
        let chosen = |shares: &[NamedGroup]| KeyShares::Of(shares.to_vec()).chosen(&groups);
        assert_eq!(chosen(&[P256, HYBRID]), [HYBRID, P256]);
        assert_eq!(chosen(&[]), []);
        let other = KeyShares::Of(vec![X25519, NamedGroup::SECP384R1]);
        assert_eq!(other.unknown_to(&groups), Some(NamedGroup::SECP384R1));
        assert_eq!(KeyShares::Likely.unknown_to(&groups), None);
    }
}
