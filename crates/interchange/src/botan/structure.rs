//! The fields of Botan's structure as they stand in the file.

use tessera_crypto::Secret;
use tessera_wire::{CipherSuite, ProtocolVersion};

use crate::der::{DerProblem, Elements, SEQUENCE, UTF8_STRING};
use crate::error::{ReadError, at};
use crate::limits::LONGEST_STRING;

/// What Botan writes since its version 3.3.
const STRUCTURE_VERSION: u64 = 20_231_031;
/// `Connection_Side::Client`.
pub(super) const CLIENT: u64 = 1;

/// One session, as far as it is of use here.
#[derive(Debug)]
pub(super) struct Structure<'a> {
    pub(super) start_time: u64,
    version: (u64, u64),
    pub(super) cipher_suite: CipherSuite,
    pub(super) side: u64,
    pub(super) extended_main_secret: bool,
    pub(super) secret: &'a [u8],
    pub(super) chain: Vec<&'a [u8]>,
    pub(super) raw_public_key: Option<&'a [u8]>,
    pub(super) host: &'a str,
    pub(super) max_early_data: u32,
    pub(super) ticket_age_add: u32,
    pub(super) lifetime_hint: u32,
}

impl<'a> Structure<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut file = Elements::new(bytes);
        let fields = &mut Elements::new(file.expect(SEQUENCE).map_err(at("session"))?);
        file.finish().map_err(at("session"))?;
        let structure = number(fields, "structure version")?;
        if structure != STRUCTURE_VERSION {
            return Err(ReadError::StructureVersion(structure));
        }
        let start_time = number(fields, "start time")?;
        let version = (
            number(fields, "major version")?,
            number(fields, "minor version")?,
        );
        let suite = number(fields, "cipher suite")?;
        let suite = u16::try_from(suite).map_err(|_| at("cipher suite")(DerProblem::Integer))?;
        let side = number(fields, "side")?;
        let extended_main_secret = fields.boolean().map_err(at("extended main secret"))?;
        fields.boolean().map_err(at("encrypt-then-MAC"))?;
        let secret = fields.octets(Secret::MAX_LEN).map_err(at("secret"))?;
        let chain = certificates(fields)?;
        let raw_public_key = fields.octets(LONGEST_STRING).map_err(at("raw key"))?;
        let host = text(fields, "host")?;
        text(fields, "service")?;
        number(fields, "port")?;
        number(fields, "SRTP profile")?;
        let early_data = fields.boolean().map_err(at("early data"))?;
        let max_early_data = number32(fields, "max_early_data")?;
        let structure = Self {
            start_time,
            version,
            cipher_suite: CipherSuite(suite),
            side,
            extended_main_secret,
            secret,
            chain,
            raw_public_key: Some(raw_public_key).filter(|key| !key.is_empty()),
            host,
            max_early_data: if early_data { max_early_data } else { 0 },
            ticket_age_add: number32(fields, "ticket_age_add")?,
            lifetime_hint: number32(fields, "lifetime hint")?,
        };
        fields.finish().map_err(at("session"))?;
        Ok(structure)
    }

    pub(super) fn version(&self) -> Result<ProtocolVersion, ReadError> {
        match self.version {
            (3, 3) => Ok(ProtocolVersion::TLS1_2),
            (3, 4) => Ok(ProtocolVersion::TLS1_3),
            (major, minor) => Err(ReadError::Version(
                major.saturating_mul(256).saturating_add(minor),
            )),
        }
    }
}

fn number(fields: &mut Elements<'_>, name: &'static str) -> Result<u64, ReadError> {
    fields.unsigned().map_err(at(name))
}

fn number32(fields: &mut Elements<'_>, name: &'static str) -> Result<u32, ReadError> {
    u32::try_from(number(fields, name)?).map_err(|_| at(name)(DerProblem::Integer))
}

fn certificates<'a>(fields: &mut Elements<'a>) -> Result<Vec<&'a [u8]>, ReadError> {
    let mut list = Elements::new(fields.expect(SEQUENCE).map_err(at("chain"))?);
    let mut chain = Vec::new();
    while !list.is_empty() {
        chain.push(list.element().map_err(at("chain"))?);
    }
    Ok(chain)
}

fn text<'a>(fields: &mut Elements<'a>, name: &'static str) -> Result<&'a str, ReadError> {
    let content = fields.expect(UTF8_STRING).map_err(at(name))?;
    core::str::from_utf8(content).map_err(|_| at(name)(DerProblem::StringLength(content.len())))
}
