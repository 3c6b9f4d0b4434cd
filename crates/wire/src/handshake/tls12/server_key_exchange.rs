//! ```text
//! struct {
//!     ECCurveType curve_type = named_curve;
//!     NamedCurve namedcurve;
//!     ECPoint public;
//! } ServerECDHParams;
//!
//! struct {
//!     ServerECDHParams params;
//!     SignatureAndHashAlgorithm algorithm;
//!     opaque signature<0..2^16-1>;
//! } ServerKeyExchange;
//! ```
//! RFC 8422 §5.4.

use super::message;
use crate::codepoint::{EcCurveType, HandshakeType, NamedGroup, SignatureScheme};
use crate::reader::{DecodeError, Problem, Reader};
use crate::writer::Writer;

/// The server's key share, signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerKeyExchange {
    /// ServerECDHParams as they stand in the message: what is signed.
    pub params: Vec<u8>,
    /// The group they name.
    pub group: NamedGroup,
    /// The public key they carry.
    pub public: Vec<u8>,
    /// How they are signed.
    pub algorithm: SignatureScheme,
    /// The signature over both randoms and the parameters.
    pub signature: Vec<u8>,
}

impl ServerKeyExchange {
    /// Reads the body.
    ///
    /// # Errors
    /// When a length does not fit, or the curve is spelled out instead of named.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if EcCurveType(r.u8("curve_type")?) != EcCurveType::NAMED_CURVE {
            return Err(DecodeError::new("curve_type", Problem::IllegalValue));
        }
        let group = NamedGroup(r.u16("namedcurve")?);
        let public = r.vec8("public", 1..=255)?.to_vec();
        Ok(Self {
            params: Self::params_of(group, &public),
            group,
            public,
            algorithm: SignatureScheme(r.u16("algorithm")?),
            signature: r.vec16("signature", 0..=0xffff)?.to_vec(),
        })
    }

    /// ServerECDHParams for this share. The encoding has one form, so these are the bytes a peer
    /// signed, too.
    pub fn params_of(group: NamedGroup, public: &[u8]) -> Vec<u8> {
        let mut w = Writer::with_capacity(4 + public.len());
        w.u8(EcCurveType::NAMED_CURVE.0);
        w.u16(group.0);
        w.vec8(|w| w.bytes(public));
        w.into_vec()
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        Self::encode_signed(&self.params, self.algorithm, &self.signature)
    }

    /// The whole message around parameters that have been signed.
    pub fn encode_signed(params: &[u8], algorithm: SignatureScheme, signature: &[u8]) -> Vec<u8> {
        message(HandshakeType::SERVER_KEY_EXCHANGE, |w| {
            w.bytes(params);
            w.u16(algorithm.0);
            w.vec16(|w| w.bytes(signature));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::tls12::{Handshake, assert_message};

    #[test]
    fn a_share_comes_back_and_its_curve_is_named() {
        let public = vec![9; 32];
        let share = ServerKeyExchange {
            params: ServerKeyExchange::params_of(NamedGroup::X25519, &public),
            group: NamedGroup::X25519,
            public,
            algorithm: SignatureScheme::ED25519,
            signature: vec![5; 64],
        };
        assert_eq!(share.params[..4], [3, 0, 0x1d, 32]);
        assert_message(&Handshake::ServerKeyExchange(share.clone()));
        let mut spelled_out = share.encode();
        spelled_out[4] = 1;
        let error = Handshake::decode(&spelled_out).unwrap_err();
        assert_eq!(
            (error.field, error.problem),
            ("curve_type", Problem::IllegalValue)
        );
    }
}
