//! ```text
//! struct {
//!     NamedGroup group;
//!     opaque key_exchange<1..2^16-1>;
//! } KeyShareEntry;
//!
//! struct {
//!     KeyShareEntry client_shares<0..2^16-1>;
//! } KeyShareClientHello;
//!
//! struct {
//!     NamedGroup selected_group;
//! } KeyShareHelloRetryRequest;
//!
//! struct {
//!     KeyShareEntry server_share;
//! } KeyShareServerHello;
//! ```
//! RFC 9846 §4.3.8.

use super::ExtensionBody;
use super::list::first_twice;
use crate::codepoint::{ExtensionType, NamedGroup};
use crate::reader::{DecodeError, Problem, Reader};
use crate::writer::Writer;

/// One side's public value in one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyShareEntry {
    /// The group.
    pub group: NamedGroup,
    /// The public value, in the form the group prescribes.
    pub key_exchange: Vec<u8>,
}

impl KeyShareEntry {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            group: NamedGroup(r.u16("group")?),
            key_exchange: r.vec16("key_exchange", 1..=0xffff)?.to_vec(),
        })
    }

    fn encode(&self, w: &mut Writer) {
        w.u16(self.group.0);
        w.vec16(|w| w.bytes(&self.key_exchange));
    }
}

/// What a client offers; may be empty, to be told the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyShareClientHello(pub Vec<KeyShareEntry>);

impl ExtensionBody for KeyShareClientHello {
    const TYPE: ExtensionType = ExtensionType::KEY_SHARE;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let shares = r
            .sub16("client_shares", 0..=0xffff)?
            .each(KeyShareEntry::decode)?;
        // One share for a group: §4.3.8.
        let mut groups: Vec<NamedGroup> = shares.iter().map(|share| share.group).collect();
        groups.sort_unstable();
        if first_twice(&groups).is_some() {
            return Err(DecodeError::new("client_shares", Problem::Duplicate));
        }
        Ok(Self(shares))
    }

    fn encode(&self, w: &mut Writer) {
        w.vec16(|w| self.0.iter().for_each(|share| share.encode(w)));
    }
}

/// What the server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyShareServerHello(pub KeyShareEntry);

impl ExtensionBody for KeyShareServerHello {
    const TYPE: ExtensionType = ExtensionType::KEY_SHARE;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        KeyShareEntry::decode(r).map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        self.0.encode(w);
    }
}

/// The group a server asks for in a HelloRetryRequest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyShareHelloRetryRequest(pub NamedGroup);

impl ExtensionBody for KeyShareHelloRetryRequest {
    const TYPE: ExtensionType = ExtensionType::KEY_SHARE;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u16("selected_group").map(NamedGroup).map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        w.u16(self.0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};

    fn share(group: NamedGroup, key_exchange: &[u8]) -> KeyShareEntry {
        KeyShareEntry {
            group,
            key_exchange: key_exchange.to_vec(),
        }
    }

    #[test]
    fn shares_come_back_in_all_three_forms() {
        let x25519 = share(NamedGroup::X25519, &[1, 2]);
        let grease = share(NamedGroup::grease(4), &[0]);
        let offered = KeyShareClientHello(vec![grease, x25519.clone()]);
        assert_body(
            &offered,
            &[0, 11, 0x4a, 0x4a, 0, 1, 0, 0x00, 0x1d, 0, 2, 1, 2],
        );
        assert_body(&KeyShareServerHello(x25519), &[0x00, 0x1d, 0, 2, 1, 2]);
        assert_body(
            &KeyShareHelloRetryRequest(NamedGroup::SECP256R1),
            &[0x00, 0x17],
        );
    }

    #[test]
    fn a_client_may_offer_no_share_at_all() {
        assert_body(&KeyShareClientHello(vec![]), &[0, 0]);
    }

    #[test]
    fn two_shares_for_one_group_are_refused() {
        let error =
            decode_body::<KeyShareClientHello>(&[0, 10, 0, 0x1d, 0, 1, 1, 0, 0x1d, 0, 1, 2])
                .unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "client_shares",
                problem: Problem::Duplicate
            }
        );
    }

    #[test]
    fn an_empty_public_value_is_refused() {
        let error = decode_body::<KeyShareServerHello>(&[0, 0x1d, 0, 0]).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "key_exchange",
                problem: Problem::LengthOutOfRange
            }
        );
    }
}
