//! What the sessions of OpenSSL and BoringSSL have in common: five elements in front, and fields with
//! numbers behind them. And what tells one from the other.
//!
//! From `[13]` on the same numbers mean other things, and one of them, `[16]`, even has the same type
//! in both. So the dialect is decided before a field is believed.

use tessera_crypto::Secret;
use tessera_session::{ResumptionSecret, SecretError};
use tessera_wire::{CipherSuite, ProtocolVersion};

use crate::der::{BOOLEAN, DerProblem, Elements, INTEGER, OCTET_STRING, SEQUENCE, explicit_number};
use crate::error::{ReadError, at};
use crate::limits::LONGEST_ID;

/// The five elements in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    pub(crate) version: u16,
    pub(crate) cipher_suite: u16,
    pub(crate) session_id: &'a [u8],
    pub(crate) secret: &'a [u8],
}

impl<'a> Head<'a> {
    /// The head of one session, and the fields behind it.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<(Self, Fields<'a>), ReadError> {
        let mut file = Elements::new(bytes);
        let mut head = Elements::new(file.expect(SEQUENCE).map_err(at("session"))?);
        file.finish().map_err(at("session"))?;

        let structure = head.unsigned().map_err(at("structure version"))?;
        if structure != 1 {
            return Err(ReadError::StructureVersion(structure));
        }
        let version = head.unsigned().map_err(at("protocol version"))?;
        let version = u16::try_from(version).map_err(|_| ReadError::Version(version))?;
        let suite = head.octets(2).map_err(at("cipher suite"))?;
        let suite: [u8; 2] = suite
            .try_into()
            .map_err(|_| at("cipher suite")(DerProblem::StringLength(suite.len())))?;
        let head_read = Self {
            version,
            cipher_suite: u16::from_be_bytes(suite),
            session_id: head.octets(LONGEST_ID).map_err(at("session id"))?,
            secret: head.octets(Secret::MAX_LEN).map_err(at("secret"))?,
        };
        Ok((
            head_read,
            Fields {
                rest: head,
                next: 0,
            },
        ))
    }

    /// The versions whose sessions are of use here.
    pub(crate) fn version(&self) -> Result<ProtocolVersion, ReadError> {
        match ProtocolVersion(self.version) {
            version @ (ProtocolVersion::TLS1_2 | ProtocolVersion::TLS1_3) => Ok(version),
            other => Err(ReadError::Version(other.0.into())),
        }
    }

    pub(crate) const fn suite(&self) -> CipherSuite {
        CipherSuite(self.cipher_suite)
    }

    pub(crate) fn secret(&self) -> Result<ResumptionSecret, ReadError> {
        resumption_secret(self.secret, self.version()?, self.suite())
    }
}

/// Bytes as the secret of a session of this version and suite.
pub(crate) fn resumption_secret(
    secret: &[u8],
    version: ProtocolVersion,
    suite: CipherSuite,
) -> Result<ResumptionSecret, ReadError> {
    let too_long = |_| at("secret")(DerProblem::StringLength(secret.len()));
    let secret = Secret::new(secret).map_err(too_long)?;
    ResumptionSecret::new(secret, version, suite)
        .map_err(|error: SecretError| ReadError::Secret(error))
}

/// The numbered fields, each at most once, in the order of their numbers.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    rest: Elements<'a>,
    /// The lowest number that may still come.
    next: u8,
}

impl<'a> Fields<'a> {
    /// The next field's number and content.
    pub(crate) fn next(&mut self) -> Result<Option<(u8, &'a [u8])>, ReadError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (tag, content) = self.rest.next().map_err(at("optional field"))?;
        let number = match tag {
            // The only implicit one, of SSL 2.0.
            0x80 => 0,
            _ => match explicit_number(tag) {
                Some(number @ 1..) => number,
                _ => return Err(ReadError::Stray(tag)),
            },
        };
        if number < self.next {
            return Err(ReadError::Stray(tag));
        }
        self.next = number + 1;
        Ok(Some((number, content)))
    }
}

/// Who wrote a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    OpenSsl,
    BoringSsl,
}

impl Dialect {
    /// Decides by the fields that only one of them has, or has with this type.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, ReadError> {
        let (_, mut fields) = Head::read(bytes)?;
        let mut found = None;
        while let Some((number, content)) = fields.next()? {
            let Some(sign) = Self::sign(number, Elements::new(content).peek()) else {
                continue;
            };
            if found.is_some_and(|found| found != sign) {
                return Err(ReadError::BothDialects);
            }
            found = Some(sign);
        }
        found.ok_or(ReadError::Unclear)
    }

    /// What one field tells, by its number and the tag of what is in it.
    fn sign(number: u8, inner: Option<u16>) -> Option<Self> {
        const IS_INTEGER: Option<u16> = Some(INTEGER as u16);
        const IS_OCTETS: Option<u16> = Some(OCTET_STRING as u16);
        const IS_BOOLEAN: Option<u16> = Some(BOOLEAN as u16);
        const IS_SEQUENCE: Option<u16> = Some(SEQUENCE as u16);
        match (number, inner) {
            // BoringSSL refuses these.
            (0 | 7 | 11 | 12 | 20, _) => Some(Self::OpenSsl),
            (13 | 14 | 15 | 17 | 19, IS_INTEGER) | (18, IS_OCTETS) => Some(Self::OpenSsl),
            (13..=15, IS_OCTETS)
            | (17, IS_BOOLEAN)
            | (18, IS_INTEGER)
            | (19, IS_SEQUENCE)
            | (21.., _) => Some(Self::BoringSsl),
            _ => None,
        }
    }
}

/// A field that is one INTEGER.
pub(crate) fn unsigned(content: &[u8], name: &'static str) -> Result<u64, ReadError> {
    whole(content, name, Elements::unsigned)
}

/// The same, of 32 bits.
pub(crate) fn unsigned32(content: &[u8], name: &'static str) -> Result<u32, ReadError> {
    u32::try_from(unsigned(content, name)?).map_err(|_| at(name)(DerProblem::Integer))
}

/// The same, of 16 bits.
pub(crate) fn unsigned16(content: &[u8], name: &'static str) -> Result<u16, ReadError> {
    u16::try_from(unsigned(content, name)?).map_err(|_| at(name)(DerProblem::Integer))
}

/// A field that is one BOOLEAN.
pub(crate) fn boolean(content: &[u8], name: &'static str) -> Result<bool, ReadError> {
    whole(content, name, Elements::boolean)
}

/// A field that is one OCTET STRING.
pub(crate) fn string<'a>(
    content: &'a [u8],
    longest: usize,
    name: &'static str,
) -> Result<&'a [u8], ReadError> {
    whole(content, name, |inner| inner.octets(longest))
}

/// A field that holds one thing and nothing behind it.
fn whole<'a, T>(
    content: &'a [u8],
    name: &'static str,
    read: impl FnOnce(&mut Elements<'a>) -> Result<T, DerProblem>,
) -> Result<T, ReadError> {
    let mut inner = Elements::new(content);
    let value = read(&mut inner).map_err(at(name))?;
    inner.finish().map_err(at(name))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::Builder;
    use crate::limits::{LONGEST_STRING, LONGEST_TICKET};

    #[test]
    fn strings_have_the_lengths_their_writers_give_them() {
        for longest in [LONGEST_ID, LONGEST_STRING, LONGEST_TICKET] {
            let of = |len: usize| {
                let mut field = Builder::with_capacity(len + 8);
                field.element(OCTET_STRING, &vec![7; len]);
                let whole = field.into_sequence();
                let content = Elements::new(&whole).expect(SEQUENCE).unwrap();
                string(content, longest, "field").map(<[u8]>::len)
            };
            assert_eq!(of(longest), Ok(longest));
            let too_long = DerProblem::StringLength(longest + 1);
            assert_eq!(of(longest + 1), Err(at("field")(too_long)));
        }
    }
}
