//! ```text
//! struct {
//!     opaque certificate_extension_oid<1..2^8-1>;
//!     opaque certificate_extension_values<0..2^16-1>;
//! } OIDFilter;
//!
//! struct {
//!     OIDFilter filters<0..2^16-1>;
//! } OIDFilterExtension;
//! ```
//! RFC 9846 §4.3.5.

use super::ExtensionBody;
use super::list::first_twice;
use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Problem, Reader};
use crate::writer::Writer;

/// What a certificate must have: an X.509 extension and its values, both in DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidFilter {
    /// The extension's object identifier.
    pub certificate_extension_oid: Vec<u8>,
    /// The values that must be in it.
    pub certificate_extension_values: Vec<u8>,
}

/// What a server wants the client's certificate to match: in CertificateRequest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidFilters(pub Vec<OidFilter>);

impl ExtensionBody for OidFilters {
    const TYPE: ExtensionType = ExtensionType::OID_FILTERS;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let filters = r.sub16("filters", 0..=0xffff)?.each(|r| {
            Ok(OidFilter {
                certificate_extension_oid: r.vec8("certificate_extension_oid", 1..=255)?.to_vec(),
                certificate_extension_values: r
                    .vec16("certificate_extension_values", 0..=0xffff)?
                    .to_vec(),
            })
        })?;
        let mut oids: Vec<&[u8]> = filters
            .iter()
            .map(|filter| filter.certificate_extension_oid.as_slice())
            .collect();
        oids.sort_unstable();
        if first_twice(&oids).is_some() {
            return Err(DecodeError::new("filters", Problem::Duplicate));
        }
        Ok(Self(filters))
    }

    fn encode(&self, w: &mut Writer) {
        w.vec16(|w| {
            for filter in &self.0 {
                w.vec8(|w| w.bytes(&filter.certificate_extension_oid));
                w.vec16(|w| w.bytes(&filter.certificate_extension_values));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};

    #[test]
    fn filters_come_back() {
        let filter = OidFilter {
            certificate_extension_oid: vec![6, 1, 1],
            certificate_extension_values: vec![8],
        };
        assert_body(&OidFilters(vec![filter]), &[0, 7, 3, 6, 1, 1, 0, 1, 8]);
        assert_body(&OidFilters(vec![]), &[0, 0]);
    }

    #[test]
    fn an_identifier_twice_is_refused() {
        let error = decode_body::<OidFilters>(&[0, 8, 1, 6, 0, 0, 1, 6, 0, 0]).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "filters",
                problem: Problem::Duplicate
            }
        );
    }
}
