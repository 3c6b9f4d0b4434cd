//! ```text
//! struct {
//!     NameType name_type;                       /* host_name(0) */
//!     select (name_type) {
//!         case host_name: HostName;
//!     } name;
//! } ServerName;
//!
//! enum { host_name(0), (255) } NameType;
//! opaque HostName<1..2^16-1>;
//!
//! struct {
//!     ServerName server_name_list<1..2^16-1>
//! } ServerNameList;
//! ```
//! RFC 6066 §3.

use super::{ExtensionBody, empty_body};
use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Problem, Reader};
use crate::writer::Writer;

const HOST_NAME: u8 = 0;

/// Which server the client wants: in its ClientHello.
///
/// The list form (RFC 6066 §3 (1)) is a fossil. A name type other than `host_name` was never assigned and
/// could not be parsed if it were, so a list is one host name or an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerNameList {
    /// A DNS name in ASCII, without a trailing dot if the client keeps to the rules; not checked further here.
    pub host_name: String,
}

impl ExtensionBody for ServerNameList {
    const TYPE: ExtensionType = ExtensionType::SERVER_NAME;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut list = r.sub16("server_name_list", 1..=0xffff)?;
        let host_name = host_name(&mut list)?;
        // At most one name of each type: RFC 6066 §3 (2).
        if !list.is_empty() {
            self::host_name(&mut list)?;
            return Err(DecodeError::new("server_name_list", Problem::Duplicate));
        }
        Ok(Self { host_name })
    }

    fn encode(&self, w: &mut Writer) {
        w.vec16(|w| {
            w.u8(HOST_NAME);
            w.vec16(|w| w.bytes(self.host_name.as_bytes()));
        });
    }
}

fn host_name(list: &mut Reader<'_>) -> Result<String, DecodeError> {
    if list.u8("name_type")? != HOST_NAME {
        return Err(DecodeError::new("name_type", Problem::IllegalValue));
    }
    let bytes = list.vec16("host_name", 1..=0xffff)?;
    match core::str::from_utf8(bytes) {
        Ok(name) if name.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(name.to_owned()),
        _ => Err(DecodeError::new("host_name", Problem::IllegalValue)),
    }
}

empty_body! {
    /// The server used the name to choose: in EncryptedExtensions, or in a TLS 1.2 ServerHello.
    ServerNameAck, SERVER_NAME
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};

    fn problem(bytes: &[u8]) -> Problem {
        decode_body::<ServerNameList>(bytes).unwrap_err().problem
    }

    #[test]
    fn a_host_name_comes_back() {
        // RFC 6066 §3 (1, 5), RFC 9846 §4.3 (1).
        let name = ServerNameList {
            host_name: "a.example".to_owned(),
        };
        assert_body(&name, b"\x00\x0c\x00\x00\x09a.example");
        assert_eq!(decode_body::<ServerNameAck>(&[]), Ok(ServerNameAck));
    }

    #[test]
    fn two_host_names_are_one_too_many() {
        // RFC 6066 §3 (2).
        assert_eq!(
            problem(b"\x00\x08\x00\x00\x01a\x00\x00\x01b"),
            Problem::Duplicate
        );
    }

    #[test]
    fn a_name_type_nobody_assigned_is_refused() {
        assert_eq!(problem(b"\x00\x04\x01\x00\x01a"), Problem::IllegalValue);
    }

    #[test]
    fn an_empty_list_and_an_empty_name_are_refused() {
        assert_eq!(problem(b"\x00\x00"), Problem::LengthOutOfRange);
        assert_eq!(problem(b"\x00\x03\x00\x00\x00"), Problem::LengthOutOfRange);
    }

    #[test]
    fn a_name_with_control_bytes_or_beyond_ascii_is_refused() {
        assert_eq!(
            problem(b"\x00\x06\x00\x00\x03a\x00b"),
            Problem::IllegalValue
        );
        assert_eq!(
            problem(b"\x00\x05\x00\x00\x02\xc3\xa4"),
            Problem::IllegalValue
        );
    }
}
