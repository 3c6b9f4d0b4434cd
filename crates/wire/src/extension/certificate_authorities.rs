//! ```text
//! opaque DistinguishedName<1..2^16-1>;
//!
//! struct {
//!     DistinguishedName authorities<3..2^16-1>;
//! } CertificateAuthoritiesExtension;
//! ```
//! RFC 9846 §4.3.4.

use super::ExtensionBody;
use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// The authorities whose certificates are welcome: distinguished names in DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateAuthorities(pub Vec<Vec<u8>>);

impl ExtensionBody for CertificateAuthorities {
    const TYPE: ExtensionType = ExtensionType::CERTIFICATE_AUTHORITIES;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let authorities = r.sub16("authorities", 3..=0xffff)?;
        authorities
            .each(|r| r.vec16("DistinguishedName", 1..=0xffff).map(<[u8]>::to_vec))
            .map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        w.vec16(|w| self.0.iter().for_each(|name| w.vec16(|w| w.bytes(name))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};
    use crate::reader::Problem;

    #[test]
    fn names_come_back() {
        let authorities = CertificateAuthorities(vec![vec![0x30, 0], vec![0x30]]);
        assert_body(&authorities, &[0, 7, 0, 2, 0x30, 0, 0, 1, 0x30]);
    }

    #[test]
    fn an_empty_list_and_an_empty_name_are_refused() {
        let problem = |bytes: &[u8]| {
            decode_body::<CertificateAuthorities>(bytes)
                .unwrap_err()
                .problem
        };
        assert_eq!(problem(&[0, 0]), Problem::LengthOutOfRange);
        assert_eq!(problem(&[0, 5, 0, 0, 0, 1, 1]), Problem::LengthOutOfRange);
    }
}
