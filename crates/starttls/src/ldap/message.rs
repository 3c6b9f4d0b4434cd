//! The envelope of RFC 4511 §4.1.1.

use super::ber::{self, Elements};

const CONTROLS: u8 = 0xa0;

/// A message, opened.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    /// 0 only where nobody asked.
    pub(super) id: u32,
    /// The tag of the operation.
    pub(super) operation: u8,
    pub(super) content: &'a [u8],
    /// Whether it comes with a condition that must be understood or the operation not done.
    pub(super) critical: bool,
}

impl<'a> Message<'a> {
    /// Opens what is one whole message. Elements behind those we know are ignored: RFC 4511 §4.
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let mut elements = Elements::new(Elements::new(bytes).element(ber::SEQUENCE)?);
        let id = elements.number(ber::INTEGER)?;
        let (operation, content) = elements.any()?;
        let mut critical = false;
        while !elements.is_empty() {
            let (tag, controls) = elements.any()?;
            if tag == CONTROLS {
                critical |= has_critical(controls)?;
            }
        }
        Some(Self {
            id,
            operation,
            content,
            critical,
        })
    }

    /// Writes a message without controls.
    pub(super) fn encode(id: u32, operation: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = ber::integer(id);
        bytes.extend(ber::element(operation, content));
        ber::element(ber::SEQUENCE, &bytes)
    }
}

/// Whether one of these controls is critical: RFC 4511 §4.1.11.
fn has_critical(controls: &[u8]) -> Option<bool> {
    let mut controls = Elements::new(controls);
    let mut critical = false;
    while !controls.is_empty() {
        let mut control = Elements::new(controls.element(ber::SEQUENCE)?);
        control.element(ber::OCTET_STRING)?;
        while !control.is_empty() {
            let (tag, content) = control.any()?;
            critical |= tag == ber::BOOLEAN && content != [0];
        }
    }
    Some(critical)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_back() {
        let bytes = Message::encode(1000, 0x77, b"content");
        let message = Message {
            id: 1000,
            operation: 0x77,
            content: b"content",
            critical: false,
        };
        assert_eq!(Message::decode(&bytes), Some(message));
    }

    #[test]
    fn a_condition_that_must_be_understood_is_found_among_others() {
        let controls = |control: &[u8]| {
            let mut inside = ber::integer(1);
            inside.extend(ber::element(0x77, b""));
            inside.extend(ber::element(CONTROLS, control));
            let bytes = ber::element(ber::SEQUENCE, &inside);
            Message::decode(&bytes).map(|message| message.critical)
        };
        assert_eq!(controls(b""), Some(false));
        assert_eq!(controls(b"\x30\x05\x04\x03\x31\x2e\x32"), Some(false));
        assert_eq!(controls(b"\x30\x06\x04\x01\x31\x01\x01\x00"), Some(false));
        assert_eq!(
            controls(b"\x30\x03\x04\x01\x31\x30\x06\x04\x01\x31\x01\x01\xff"),
            Some(true)
        );
        assert_eq!(controls(b"\x04\x01\x31"), None);
        assert_eq!(controls(b"\x30\x06\x04\x01\x31"), None);
    }

    #[test]
    fn what_is_no_message_is_none() {
        for bytes in [
            &b""[..],
            b"\x30\x00",
            b"\x30\x03\x02\x01\x01",
            b"\x30\x05\x02\x01\xff\x42\x00",
            b"\x30\x05\x04\x01\x01\x42\x00",
            b"\x30\x06\x02\x01\x01\x42\x00\x00",
        ] {
            assert_eq!(Message::decode(bytes), None, "{bytes:x?}");
        }
    }
}
