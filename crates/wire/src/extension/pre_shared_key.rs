//! ```text
//! struct {
//!     opaque identity<1..2^16-1>;
//!     uint32 obfuscated_ticket_age;
//! } PskIdentity;
//!
//! opaque PskBinderEntry<32..255>;
//!
//! struct {
//!     PskIdentity identities<7..2^16-1>;
//!     PskBinderEntry binders<33..2^16-1>;
//! } OfferedPsks;
//!
//! struct {
//!     select (Handshake.msg_type) {
//!         case client_hello: OfferedPsks;
//!         case server_hello: uint16 selected_identity;
//!     };
//! } PreSharedKeyExtension;
//! ```
//! RFC 9846 §4.3.11.

use super::ExtensionBody;
use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Problem, Reader};
use crate::writer::Writer;

/// A key the client has, by its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PskIdentity {
    /// A ticket, or the label of a key both sides were given.
    pub identity: Vec<u8>,
    /// The ticket's age in milliseconds plus its `ticket_age_add`, modulo 2³².
    pub obfuscated_ticket_age: u32,
}

impl PskIdentity {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            identity: r.vec16("identity", 1..=0xffff)?.to_vec(),
            obfuscated_ticket_age: r.u32("obfuscated_ticket_age")?,
        })
    }

    fn encode(&self, w: &mut Writer) {
        w.vec16(|w| w.bytes(&self.identity));
        w.u32(self.obfuscated_ticket_age);
    }
}

/// The keys a client offers, and for each the proof that it has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedPsks {
    /// The labels, best first.
    pub identities: Vec<PskIdentity>,
    /// One for each identity, in the same order.
    pub binders: Vec<Vec<u8>>,
}

impl ExtensionBody for OfferedPsks {
    const TYPE: ExtensionType = ExtensionType::PRE_SHARED_KEY;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let identities = r
            .sub16("identities", 7..=0xffff)?
            .each(PskIdentity::decode)?;
        let binders = r.sub16("binders", 33..=0xffff)?;
        let binders = binders.each(|r| r.vec8("PskBinderEntry", 32..=255).map(<[u8]>::to_vec))?;
        if identities.len() != binders.len() {
            return Err(DecodeError::new("binders", Problem::IllegalValue));
        }
        Ok(Self {
            identities,
            binders,
        })
    }

    fn encode(&self, w: &mut Writer) {
        w.vec16(|w| {
            self.identities
                .iter()
                .for_each(|identity| identity.encode(w));
        });
        w.vec16(|w| {
            self.binders
                .iter()
                .for_each(|binder| w.vec8(|w| w.bytes(binder)));
        });
    }
}

/// Which of the offered keys the server took, counted from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectedIdentity(pub u16);

impl ExtensionBody for SelectedIdentity {
    const TYPE: ExtensionType = ExtensionType::PRE_SHARED_KEY;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u16("selected_identity").map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        w.u16(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};

    fn offer(binder_lengths: &[usize]) -> OfferedPsks {
        OfferedPsks {
            identities: vec![PskIdentity {
                identity: vec![9],
                obfuscated_ticket_age: 0x0102_0304,
            }],
            binders: binder_lengths
                .iter()
                .map(|length| vec![5; *length])
                .collect(),
        }
    }

    fn problem(offer: &OfferedPsks) -> Problem {
        let mut w = Writer::new();
        offer.encode(&mut w);
        decode_body::<OfferedPsks>(w.as_slice())
            .unwrap_err()
            .problem
    }

    #[test]
    fn an_offer_comes_back() {
        let bytes = [[0, 7, 0, 1, 9, 1, 2, 3, 4, 0, 33, 32].as_slice(), &[5; 32]].concat();
        assert_body(&offer(&[32]), &bytes);
        assert_body(&SelectedIdentity(1), &[0, 1]);
    }

    #[test]
    fn a_binder_too_many_is_refused() {
        assert_eq!(problem(&offer(&[32, 32])), Problem::IllegalValue);
    }

    #[test]
    fn a_short_binder_and_no_binder_are_refused() {
        assert_eq!(problem(&offer(&[31])), Problem::LengthOutOfRange);
        assert_eq!(problem(&offer(&[33 + 200, 31])), Problem::LengthOutOfRange);
        assert_eq!(problem(&offer(&[])), Problem::LengthOutOfRange);
    }

    #[test]
    fn an_offer_without_identities_is_refused() {
        let none = OfferedPsks {
            identities: vec![],
            binders: vec![vec![5; 32]],
        };
        assert_eq!(problem(&none), Problem::LengthOutOfRange);
    }
}
