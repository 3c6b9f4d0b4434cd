//! The whole `extension_data` is the ticket (RFC 5077 §3.2).

use super::ExtensionBody;
use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// A TLS 1.2 ticket in a ClientHello; empty to ask for one, and in a ServerHello to announce one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionTicket(pub Vec<u8>);

impl ExtensionBody for SessionTicket {
    const TYPE: ExtensionType = ExtensionType::SESSION_TICKET;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(r.rest().to_vec()))
    }

    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::Extensions;

    #[test]
    fn a_ticket_has_no_length_of_its_own() {
        let mut extensions = Extensions::new();
        extensions.push(&SessionTicket(vec![1, 2, 3]));
        assert_eq!(
            extensions.data(ExtensionType::SESSION_TICKET),
            Some([1, 2, 3].as_slice())
        );
        assert_eq!(extensions.find(), Ok(Some(SessionTicket(vec![1, 2, 3]))));
    }
}
