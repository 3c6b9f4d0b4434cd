//! ```text
//! struct {
//!     SignatureScheme supported_signature_algorithms<2..2^16-2>;
//! } SignatureSchemeList;
//! ```
//! RFC 9846 §4.3.3.

use super::ExtensionBody;
use crate::codepoint::{ExtensionType, SignatureScheme};
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// The signatures accepted in CertificateVerify, and in certificates unless
/// [`SignatureAlgorithmsCert`] says otherwise; best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureAlgorithms(pub Vec<SignatureScheme>);

impl ExtensionBody for SignatureAlgorithms {
    const TYPE: ExtensionType = ExtensionType::SIGNATURE_ALGORITHMS;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        decode_schemes(r).map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        encode_schemes(&self.0, w);
    }
}

/// The signatures accepted in certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureAlgorithmsCert(pub Vec<SignatureScheme>);

impl ExtensionBody for SignatureAlgorithmsCert {
    const TYPE: ExtensionType = ExtensionType::SIGNATURE_ALGORITHMS_CERT;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        decode_schemes(r).map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        encode_schemes(&self.0, w);
    }
}

fn decode_schemes(r: &mut Reader<'_>) -> Result<Vec<SignatureScheme>, DecodeError> {
    let list = r.sub16("supported_signature_algorithms", 2..=0xfffe)?;
    list.each(|r| r.u16("supported_signature_algorithms").map(SignatureScheme))
}

fn encode_schemes(schemes: &[SignatureScheme], w: &mut Writer) {
    w.vec16(|w| schemes.iter().for_each(|scheme| w.u16(scheme.0)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};
    use crate::reader::Problem;

    #[test]
    fn schemes_come_back_under_either_type() {
        let schemes = vec![SignatureScheme::ED25519, SignatureScheme(0x0402)];
        let bytes = [0, 4, 0x08, 0x07, 0x04, 0x02];
        assert_body(&SignatureAlgorithms(schemes.clone()), &bytes);
        assert_body(&SignatureAlgorithmsCert(schemes), &bytes);
    }

    #[test]
    fn an_empty_or_odd_list_is_refused() {
        let problem = |bytes: &[u8]| {
            decode_body::<SignatureAlgorithms>(bytes)
                .unwrap_err()
                .problem
        };
        assert_eq!(problem(&[0, 0]), Problem::LengthOutOfRange);
        assert_eq!(problem(&[0, 3, 8, 7, 4]), Problem::Truncated);
    }
}
