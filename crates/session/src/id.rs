//! What sessions are called: a ticket id names one, a lineage id all that descend from one full handshake.

use core::fmt;
use core::str::FromStr;

use data_encoding::HEXLOWER_PERMISSIVE;
use tessera_crypto::{HashAlgorithm, HashContext};

/// All sessions descending from one full handshake.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineageId(pub [u8; 16]);

/// Names one session: a hash of what travels, so a listing of ids cannot be replayed as tickets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketId(pub [u8; 32]);

impl TicketId {
    /// The id of the ticket, PSK identity or TLS 1.2 session id with these bytes on the wire.
    pub fn of_wire(identity: &[u8]) -> Self {
        Self(sha256(&[identity]))
    }

    /// The id under which the summary of a whole lineage is kept. No wire bytes can have it.
    pub fn of_lineage(lineage: LineageId) -> Self {
        let label = sha256(&[b"tessera lineage summary"]);
        Self(sha256(&[&label, &lineage.0]))
    }
}

/// SHA-256 over the concatenation of `parts`.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = HashContext::new(HashAlgorithm::Sha256);
    for part in parts {
        hash.update(part);
    }
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(hash.finish().as_bytes()) {
        *to = *from;
    }
    out
}

/// Not the hexadecimal form of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseIdError;

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id: 64 hexadecimal digits for a session, 32 for a lineage")
    }
}

impl std::error::Error for ParseIdError {}

/// Gives an id its hexadecimal face.
macro_rules! hexadecimal {
    ($name:ident, $len:literal) => {
        impl $name {
            /// The first eight digits: enough for a person to tell two apart.
            pub fn short(&self) -> String {
                self.0
                    .iter()
                    .take(4)
                    .map(|byte| format!("{byte:02x}"))
                    .collect()
            }

            /// Reads the hexadecimal form, in either letter case.
            pub fn parse(text: &str) -> Result<Self, ParseIdError> {
                let bytes = HEXLOWER_PERMISSIVE
                    .decode(text.as_bytes())
                    .map_err(|_| ParseIdError)?;
                <[u8; $len]>::try_from(bytes)
                    .map(Self)
                    .map_err(|_| ParseIdError)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

hexadecimal!(LineageId, 16);
hexadecimal!(TicketId, 32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_from_what_it_prints() {
        let id = TicketId::of_wire(b"abc");
        assert_eq!(
            id.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(id.short(), "ba7816bf");
        assert_eq!(TicketId::parse(&id.to_string()), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
        let lineage = LineageId(*b"0123456789abcdef");
        assert_eq!(LineageId::parse(&lineage.to_string()), Ok(lineage));
    }

    #[test]
    fn other_text_is_no_id() {
        for text in ["", "zz", "ba7816bf", &"0".repeat(63), &"0".repeat(66)] {
            assert_eq!(TicketId::parse(text), Err(ParseIdError), "{text}");
        }
    }

    #[test]
    fn a_lineage_and_a_ticket_never_share_an_id() {
        let lineage = LineageId([7; 16]);
        assert_ne!(TicketId::of_lineage(lineage), TicketId::of_wire(&lineage.0));
        assert_ne!(
            TicketId::of_lineage(lineage),
            TicketId::of_lineage(LineageId([8; 16]))
        );
    }
}
