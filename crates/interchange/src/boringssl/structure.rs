//! The fields of BoringSSL's structure as they stand in the file.

use crate::der::{DerProblem, Elements, SEQUENCE};
use crate::error::{ReadError, at};
use crate::family::{Head, boolean, string, unsigned, unsigned16, unsigned32};
use crate::limits::{LONGEST_ID, LONGEST_STRING, LONGEST_TICKET};

/// Numbers of the fields.
mod field {
    pub(super) const TIME: u8 = 1;
    pub(super) const TIMEOUT: u8 = 2;
    pub(super) const PEER: u8 = 3;
    pub(super) const SESSION_ID_CONTEXT: u8 = 4;
    pub(super) const VERIFY_RESULT: u8 = 5;
    pub(super) const HOST_NAME: u8 = 6;
    pub(super) const PSK_IDENTITY: u8 = 8;
    pub(super) const LIFETIME_HINT: u8 = 9;
    pub(super) const TICKET: u8 = 10;
    pub(super) const PEER_HASH: u8 = 13;
    pub(super) const HANDSHAKE_HASH: u8 = 14;
    pub(super) const SCTS: u8 = 15;
    pub(super) const OCSP: u8 = 16;
    pub(super) const EXTENDED_MAIN_SECRET: u8 = 17;
    pub(super) const GROUP: u8 = 18;
    pub(super) const CHAIN: u8 = 19;
    pub(super) const TICKET_AGE_ADD: u8 = 21;
    pub(super) const IS_SERVER: u8 = 22;
    pub(super) const SIGNATURE: u8 = 23;
    pub(super) const MAX_EARLY_DATA: u8 = 24;
    pub(super) const AUTHENTICATION_TIMEOUT: u8 = 25;
    pub(super) const EARLY_ALPN: u8 = 26;
    pub(super) const IS_QUIC: u8 = 27;
    pub(super) const QUIC_CONTEXT: u8 = 28;
    pub(super) const ALPS: u8 = 29;
    pub(super) const PEER_ALPS: u8 = 30;
    pub(super) const ACROSS_NAMES: u8 = 31;
    pub(super) const PEER_TYPE: u8 = 32;
    pub(super) const RAW_PUBLIC_KEY: u8 = 33;
}

/// One session, as far as it is of use here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Structure<'a> {
    pub(crate) head: Head<'a>,
    pub(crate) time: u64,
    pub(crate) timeout: u32,
    /// The certificates, the leaf first; empty where only its hash is kept.
    pub(crate) chain: Vec<&'a [u8]>,
    pub(crate) session_id_context: &'a [u8],
    pub(crate) verify_result: u32,
    pub(crate) lifetime_hint: u32,
    pub(crate) ticket: &'a [u8],
    pub(crate) extended_main_secret: bool,
    pub(crate) group: u16,
    pub(crate) ticket_age_add: u32,
    pub(crate) is_server: bool,
    pub(crate) max_early_data: u32,
    pub(crate) authentication_timeout: Option<u32>,
    pub(crate) early_alpn: Option<&'a [u8]>,
    pub(crate) is_quic: bool,
    pub(crate) raw_public_key: Option<&'a [u8]>,
}

impl<'a> Structure<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let (head, mut fields) = Head::read(bytes)?;
        let mut structure = Self {
            head,
            time: 0,
            timeout: 0,
            chain: Vec::new(),
            session_id_context: &[],
            verify_result: 0,
            lifetime_hint: 0,
            ticket: &[],
            extended_main_secret: false,
            group: 0,
            ticket_age_add: 0,
            is_server: true,
            max_early_data: 0,
            authentication_timeout: None,
            early_alpn: None,
            is_quic: false,
            raw_public_key: None,
        };
        let (mut times, mut settings) = (0, 0);
        while let Some((number, content)) = fields.next()? {
            structure.take(number, content)?;
            times += usize::from(matches!(number, field::TIME | field::TIMEOUT));
            settings += usize::from(matches!(number, field::ALPS | field::PEER_ALPS));
        }
        // As BoringSSL's own reader has it: both times are there, and of the settings both or none, for a protocol.
        if times < 2 {
            return Err(at("time or timeout")(DerProblem::Truncated));
        }
        if settings == 1 || settings == 2 && structure.early_alpn.is_none_or(<[u8]>::is_empty) {
            return Err(at("ALPS or early ALPN")(DerProblem::Truncated));
        }
        Ok(structure)
    }

    fn take(&mut self, number: u8, content: &'a [u8]) -> Result<(), ReadError> {
        match number {
            field::TIME => self.time = unsigned(content, "time")?,
            field::TIMEOUT => self.timeout = unsigned32(content, "timeout")?,
            field::PEER => self.chain.push(content),
            field::SESSION_ID_CONTEXT => {
                self.session_id_context = string(content, LONGEST_ID, "session id context")?;
            }
            field::VERIFY_RESULT => self.verify_result = unsigned32(content, "verify_result")?,
            // Of older versions, and skipped by newer ones.
            field::HOST_NAME => {}
            field::LIFETIME_HINT => self.lifetime_hint = unsigned32(content, "lifetime hint")?,
            field::TICKET => self.ticket = string(content, LONGEST_TICKET, "ticket")?,
            field::EXTENDED_MAIN_SECRET => {
                self.extended_main_secret = boolean(content, "extended main secret")?;
            }
            field::GROUP => self.group = unsigned16(content, "group")?,
            field::CHAIN => self.chain(content)?,
            field::TICKET_AGE_ADD => {
                let bytes = string(content, 4, "ticket_age_add")?;
                let wrong = |_| at("ticket_age_add")(DerProblem::StringLength(bytes.len()));
                self.ticket_age_add = u32::from_be_bytes(bytes.try_into().map_err(wrong)?);
            }
            field::IS_SERVER => self.is_server = boolean(content, "is server")?,
            field::MAX_EARLY_DATA => self.max_early_data = unsigned32(content, "max_early_data")?,
            field::AUTHENTICATION_TIMEOUT => {
                self.authentication_timeout = Some(unsigned32(content, "auth timeout")?);
            }
            field::EARLY_ALPN => self.early_alpn = Some(string(content, 255, "early ALPN")?),
            field::IS_QUIC => self.is_quic = boolean(content, "is QUIC")?,
            field::RAW_PUBLIC_KEY => {
                let mut inner = Elements::new(content);
                inner.expect(SEQUENCE).map_err(at("raw public key"))?;
                inner.finish().map_err(at("raw public key"))?;
                self.raw_public_key = Some(content);
            }
            _ => return unused(number, content),
        }
        Ok(())
    }

    /// The certificates behind the leaf, which has to be there.
    fn chain(&mut self, content: &'a [u8]) -> Result<(), ReadError> {
        let mut certificates = Elements::new(content);
        if self.chain.is_empty() || certificates.is_empty() {
            return Err(ReadError::Certificate);
        }
        while !certificates.is_empty() {
            self.chain
                .push(certificates.element().map_err(at("chain"))?);
        }
        Ok(())
    }
}

/// What is of no use here still has to be what it is.
fn unused(number: u8, content: &[u8]) -> Result<(), ReadError> {
    match number {
        field::PSK_IDENTITY => string(content, LONGEST_STRING, "PSK identity").map(drop),
        field::PEER_HASH => string(content, 32, "peer's hash").map(drop),
        field::HANDSHAKE_HASH => string(content, 64, "handshake hash").map(drop),
        field::SCTS => string(content, LONGEST_STRING, "SCTs").map(drop),
        field::OCSP => string(content, usize::MAX, "OCSP response").map(drop),
        field::SIGNATURE => unsigned16(content, "signature scheme").map(drop),
        field::QUIC_CONTEXT => string(content, LONGEST_STRING, "QUIC context").map(drop),
        field::ALPS | field::PEER_ALPS => string(content, LONGEST_STRING, "ALPS").map(drop),
        field::ACROSS_NAMES => boolean(content, "across names").map(drop),
        field::PEER_TYPE => unsigned16(content, "peer's type").map(drop),
        number @ 0..=30 => Err(ReadError::Stray(0xa0 | u16::from(number))),
        number => Err(ReadError::Stray(0xbf00 | u16::from(number))),
    }
}
