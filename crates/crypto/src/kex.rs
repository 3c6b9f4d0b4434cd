//! Key shares: ephemeral Diffie-Hellman, ML-KEM, or both together.

use core::fmt;

use tessera_wire::codepoint::NamedGroup;
use zeroize::Zeroizing;

use crate::backend::{self, Curve, CurveKey, Kem, KemKey};
use crate::entropy::Entropy;
use crate::secret::Secret;

/// The groups there are.
pub const GROUPS: [NamedGroup; 6] = [
    NamedGroup::X25519MLKEM768,
    NamedGroup::X25519,
    NamedGroup::SECP256R1,
    NamedGroup::SECP384R1,
    NamedGroup::SECP521R1,
    NamedGroup::MLKEM1024,
];

/// The groups that nobody needs to ask for, best first: RFC 9846 §9.1 (3). The others are for those whom a
/// rule binds to them: P-521 costs more than P-384 and saves nobody, and ML-KEM alone stands on one assumption.
pub const DEFAULT_GROUPS: [NamedGroup; 4] = [
    NamedGroup::X25519MLKEM768,
    NamedGroup::X25519,
    NamedGroup::SECP256R1,
    NamedGroup::SECP384R1,
];

/// Whether key shares of `group` can be made here.
pub fn is_supported(group: NamedGroup) -> bool {
    GROUPS.contains(&group)
}

/// Why there is no shared secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KexError {
    /// A group that is not one of [`GROUPS`].
    Unsupported,
    /// The peer's share has the wrong length or form, is not on the curve, or (X25519)
    /// leads to an all-zero result: `illegal_parameter` (RFC 9846 §4.3.8.1, §7.4.2).
    BadShare,
    /// The library below failed; the peer is not to blame.
    Backend,
}

impl fmt::Display for KexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsupported => "key exchange in this group is not supported",
            Self::BadShare => "the peer's key share is not valid in its group",
            Self::Backend => "the cryptographic library could not do the key exchange",
        })
    }
}

impl std::error::Error for KexError {}

/// Our half of a key exchange that has begun: the client's.
///
/// Curve keys come from the [`Entropy`] handed in, so equal seeds give equal
/// shares. ML-KEM draws the library's own randomness.
pub struct KeyShare {
    group: NamedGroup,
    private: Private,
    public: Vec<u8>,
}

enum Private {
    Curve(CurveKey),
    /// draft-ietf-tls-mlkem.
    Kem {
        kem: Kem,
        key: KemKey,
    },
    /// draft-ietf-tls-ecdhe-mlkem: ML-KEM's part comes first everywhere.
    Hybrid {
        kem: KemKey,
        x25519: CurveKey,
    },
}

/// What a group is made of.
enum Kind {
    Curve(Curve),
    Kem(Kem),
    /// ML-KEM-768 and X25519.
    Hybrid,
}

fn kind(group: NamedGroup) -> Result<Kind, KexError> {
    Ok(match group {
        NamedGroup::X25519 => Kind::Curve(Curve::X25519),
        NamedGroup::SECP256R1 => Kind::Curve(Curve::P256),
        NamedGroup::SECP384R1 => Kind::Curve(Curve::P384),
        NamedGroup::SECP521R1 => Kind::Curve(Curve::P521),
        NamedGroup::MLKEM1024 => Kind::Kem(Kem::MlKem1024),
        NamedGroup::X25519MLKEM768 => Kind::Hybrid,
        _ => return Err(KexError::Unsupported),
    })
}

impl KeyShare {
    /// Makes an ephemeral key.
    pub fn generate(group: NamedGroup, entropy: &mut Entropy) -> Result<Self, KexError> {
        let (private, public) = match kind(group)? {
            Kind::Curve(curve) => {
                let key = draw_key(curve, entropy)?;
                let public = key.public()?.as_ref().to_vec();
                (Private::Curve(key), public)
            }
            Kind::Kem(kem) => {
                let key = KemKey::generate(kem)?;
                let public = key.encapsulation_key()?;
                (Private::Kem { kem, key }, public)
            }
            Kind::Hybrid => {
                let x25519 = draw_key(Curve::X25519, entropy)?;
                let kem = KemKey::generate(Kem::MlKem768)?;
                let mut public = Vec::with_capacity(MLKEM768_KEY_LEN + X25519_LEN);
                public.extend_from_slice(&kem.encapsulation_key()?);
                public.extend_from_slice(x25519.public()?.as_ref());
                (Private::Hybrid { kem, x25519 }, public)
            }
        };
        Ok(Self {
            group,
            private,
            public,
        })
    }

    /// The group of the share.
    pub fn group(&self) -> NamedGroup {
        self.group
    }

    /// What goes into `key_exchange`.
    pub fn public_share(&self) -> &[u8] {
        &self.public
    }

    /// The X25519 half of an X25519MLKEM768 share as a share of its own: a
    /// client offers both and pays for one curve key.
    pub fn hybrid_x25519(&self) -> Option<Self> {
        let Private::Hybrid { x25519, .. } = &self.private else {
            return None;
        };
        let (_, public) = self.public.split_at_checked(MLKEM768_KEY_LEN)?;
        Some(Self {
            group: NamedGroup::X25519,
            private: Private::Curve(x25519.clone()),
            public: public.to_vec(),
        })
    }

    /// The shared secret, now that the server's share is here.
    pub fn complete(self, peer_share: &[u8]) -> Result<Secret, KexError> {
        match self.private {
            Private::Curve(key) => agree(&key, peer_share),
            // A ciphertext of another length is none of this group: draft-ietf-tls-mlkem.
            Private::Kem { kem, .. } if peer_share.len() != ciphertext_len(kem) => {
                Err(KexError::BadShare)
            }
            Private::Kem { key, .. } => whole(key.decapsulate(peer_share)?.as_ref()),
            Private::Hybrid { kem, x25519 } => {
                let (ciphertext, share) = split(peer_share, ciphertext_len(Kem::MlKem768))?;
                let classical = agree(&x25519, share)?;
                join(kem.decapsulate(ciphertext)?.as_ref(), &classical)
            }
        }
    }
}

/// The server's part: its own share and the shared secret, in answer to the
/// client's share.
///
/// As with [`KeyShare`], only ML-KEM draws randomness of its own.
pub fn respond(
    group: NamedGroup,
    peer_share: &[u8],
    entropy: &mut Entropy,
) -> Result<(Vec<u8>, Secret), KexError> {
    match kind(group)? {
        Kind::Curve(curve) => {
            let key = draw_key(curve, entropy)?;
            let secret = agree(&key, peer_share)?;
            Ok((key.public()?.as_ref().to_vec(), secret))
        }
        Kind::Kem(kem) => {
            let (ciphertext, secret) = backend::encapsulate(kem, peer_share)?;
            Ok((ciphertext.as_ref().to_vec(), whole(secret.as_ref())?))
        }
        Kind::Hybrid => respond_hybrid(peer_share, entropy),
    }
}

fn respond_hybrid(peer_share: &[u8], entropy: &mut Entropy) -> Result<(Vec<u8>, Secret), KexError> {
    let (encapsulation_key, share) = split(peer_share, MLKEM768_KEY_LEN)?;
    let x25519 = draw_key(Curve::X25519, entropy)?;
    let classical = agree(&x25519, share)?;
    let (ciphertext, quantum_safe) = backend::encapsulate(Kem::MlKem768, encapsulation_key)?;

    let mut own = Vec::with_capacity(ciphertext.as_ref().len() + X25519_LEN);
    own.extend_from_slice(ciphertext.as_ref());
    own.extend_from_slice(x25519.public()?.as_ref());
    Ok((own, join(quantum_safe.as_ref(), &classical)?))
}

const X25519_LEN: usize = 32;
const MLKEM768_KEY_LEN: usize = 1184;

fn ciphertext_len(kem: Kem) -> usize {
    match kem {
        Kem::MlKem768 => 1088,
        Kem::MlKem1024 => 1568,
    }
}

/// Parts a hybrid share into ML-KEM's part and X25519's.
fn split(share: &[u8], kem_len: usize) -> Result<(&[u8], &[u8]), KexError> {
    match share.split_at_checked(kem_len) {
        Some((kem, x25519)) if x25519.len() == X25519_LEN => Ok((kem, x25519)),
        _ => Err(KexError::BadShare),
    }
}

/// A secret of ML-KEM's as it is.
fn whole(kem: &[u8]) -> Result<Secret, KexError> {
    Secret::new(kem).map_err(|_| KexError::Backend)
}

fn join(kem: &[u8], x25519: &Secret) -> Result<Secret, KexError> {
    let mut joined = Zeroizing::new([0; 64]);
    let (front, back) = joined.split_at_mut(32);
    if kem.len() != front.len() || x25519.len() != back.len() {
        return Err(KexError::Backend);
    }
    front.copy_from_slice(kem);
    back.copy_from_slice(x25519.as_bytes());
    whole(&*joined)
}

fn draw_key(curve: Curve, entropy: &mut Entropy) -> Result<CurveKey, KexError> {
    let mut scalar = Zeroizing::new([0; 66]);
    let scalar = &mut scalar[..scalar_len(curve)];
    // One draw in 2^32 falls outside the order of P-256, fewer for the others: ten
    // in a row do not happen.
    for _ in 0..10 {
        entropy.secret(scalar);
        if curve == Curve::P521 {
            // Its order has 521 bits.
            scalar[0] &= 1;
        }
        if let Some(key) = CurveKey::from_scalar(curve, scalar) {
            return Ok(key);
        }
    }
    Err(KexError::Backend)
}

fn scalar_len(curve: Curve) -> usize {
    match curve {
        Curve::X25519 => X25519_LEN,
        Curve::P256 => 32,
        Curve::P384 => 48,
        Curve::P521 => 66,
    }
}

pub(crate) fn agree(key: &CurveKey, peer_share: &[u8]) -> Result<Secret, KexError> {
    // Only the uncompressed form: RFC 9846 §4.3.8.2.
    let well_formed = match (key.curve(), peer_share) {
        (Curve::X25519, share) => share.len() == X25519_LEN,
        (curve, [4, point @ ..]) => point.len() == 2 * scalar_len(curve),
        _ => false,
    };
    if !well_formed {
        return Err(KexError::BadShare);
    }
    let secret = key.agree(peer_share)?;
    // RFC 9846 §7.4.2 (2) asks for this of X25519. P-256 has points whose x is zero, and they are good.
    if key.curve() == Curve::X25519 && secret.is_all_zero() {
        return Err(KexError::BadShare);
    }
    Ok(secret)
}

#[cfg(test)]
mod tests;
