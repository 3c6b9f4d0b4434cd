//! ```text
//! struct {
//!     NamedGroup named_group_list<2..2^16-1>;
//! } NamedGroupList;
//! ```
//! RFC 9846 §4.3.7.

use super::ExtensionBody;
use crate::codepoint::{ExtensionType, NamedGroup};
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// The groups a peer can exchange keys in, best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportedGroups(pub Vec<NamedGroup>);

impl ExtensionBody for SupportedGroups {
    const TYPE: ExtensionType = ExtensionType::SUPPORTED_GROUPS;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let groups = r.sub16("named_group_list", 2..=0xffff)?;
        groups
            .each(|r| r.u16("named_group_list").map(NamedGroup))
            .map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        w.vec16(|w| self.0.iter().for_each(|group| w.u16(group.0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};
    use crate::reader::Problem;

    #[test]
    fn groups_come_back_with_those_nobody_knows() {
        let groups = SupportedGroups(vec![
            NamedGroup::grease(0),
            NamedGroup::X25519MLKEM768,
            NamedGroup::X25519,
        ]);
        assert_body(&groups, &[0, 6, 0x0a, 0x0a, 0x11, 0xec, 0x00, 0x1d]);
    }

    #[test]
    fn an_empty_or_odd_list_is_refused() {
        let problem = |bytes: &[u8]| decode_body::<SupportedGroups>(bytes).unwrap_err().problem;
        assert_eq!(problem(&[0, 0]), Problem::LengthOutOfRange);
        assert_eq!(problem(&[0, 3, 0, 0x1d, 0]), Problem::Truncated);
    }
}
