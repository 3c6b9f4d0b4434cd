//! ```text
//! struct {
//!     PskKeyExchangeMode ke_modes<1..255>;
//! } PskKeyExchangeModes;
//! ```
//! RFC 9846 §4.3.9.

use super::ExtensionBody;
use crate::codepoint::{ExtensionType, PskKeyExchangeMode};
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// How a client is willing to use pre-shared keys, those offered now and those it is given later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PskKeyExchangeModes(pub Vec<PskKeyExchangeMode>);

impl ExtensionBody for PskKeyExchangeModes {
    const TYPE: ExtensionType = ExtensionType::PSK_KEY_EXCHANGE_MODES;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let modes = r.vec8("ke_modes", 1..=255)?;
        Ok(Self(
            modes.iter().copied().map(PskKeyExchangeMode).collect(),
        ))
    }

    fn encode(&self, w: &mut Writer) {
        w.vec8(|w| self.0.iter().for_each(|mode| w.u8(mode.0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};
    use crate::reader::Problem;

    #[test]
    fn modes_come_back_with_those_nobody_knows() {
        let modes = vec![
            PskKeyExchangeMode::grease(1),
            PskKeyExchangeMode::PSK_DHE_KE,
        ];
        assert!(modes[0].is_grease());
        assert_body(&PskKeyExchangeModes(modes), &[2, 0x2a, 1]);
        assert_eq!(
            decode_body::<PskKeyExchangeModes>(&[0])
                .unwrap_err()
                .problem,
            Problem::LengthOutOfRange
        );
    }
}
