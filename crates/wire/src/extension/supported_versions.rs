//! ```text
//! struct {
//!     select (Handshake.msg_type) {
//!         case client_hello:
//!             ProtocolVersion versions<2..254>;
//!         case server_hello: /* and HelloRetryRequest */
//!             ProtocolVersion selected_version;
//!     };
//! } SupportedVersions;
//! ```
//! RFC 9846 §4.3.1.

use super::ExtensionBody;
use crate::codepoint::{ExtensionType, ProtocolVersion};
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// The versions a client offers, best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportedVersions(pub Vec<ProtocolVersion>);

impl ExtensionBody for SupportedVersions {
    const TYPE: ExtensionType = ExtensionType::SUPPORTED_VERSIONS;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let versions = r.sub8("versions", 2..=254)?;
        versions
            .each(|r| r.u16("versions").map(ProtocolVersion))
            .map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        w.vec8(|w| self.0.iter().for_each(|version| w.u16(version.0)));
    }
}

/// The version a server chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectedVersion(pub ProtocolVersion);

impl ExtensionBody for SelectedVersion {
    const TYPE: ExtensionType = ExtensionType::SUPPORTED_VERSIONS;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u16("selected_version").map(ProtocolVersion).map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        w.u16(self.0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};
    use crate::reader::Problem;

    #[test]
    fn versions_come_back_with_those_nobody_knows() {
        let versions = [
            ProtocolVersion::grease(2),
            ProtocolVersion::TLS1_3,
            ProtocolVersion::TLS1_2,
        ];
        assert_body(
            &SupportedVersions(versions.to_vec()),
            &[6, 0x2a, 0x2a, 3, 4, 3, 3],
        );
        assert_body(&SelectedVersion(ProtocolVersion::TLS1_3), &[3, 4]);
        assert!(versions[0].is_grease());
    }

    #[test]
    fn an_empty_or_odd_or_too_long_list_is_refused() {
        let problem = |bytes: &[u8]| decode_body::<SupportedVersions>(bytes).unwrap_err().problem;
        assert_eq!(problem(&[0]), Problem::LengthOutOfRange);
        assert_eq!(problem(&[3, 3, 4, 3]), Problem::Truncated);
        assert_eq!(
            problem(&[[255].as_slice(), &[3; 255]].concat()),
            Problem::LengthOutOfRange
        );
        assert_eq!(problem(&[2, 3, 4, 3]), Problem::TrailingData);
    }
}
