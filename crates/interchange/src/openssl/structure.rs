//! The fields of OpenSSL's structure as they stand in the file. Types, lengths and order are checked
//! here; what the fields mean, and whether that is any good, is told elsewhere.

use zeroize::Zeroizing;

use crate::der::{Builder, OCTET_STRING, explicit};
use crate::error::ReadError;
use crate::family::{Head, string, unsigned, unsigned32};
use crate::limits::{LONGEST_ID, LONGEST_STRING, LONGEST_TICKET};

/// Numbers of the optional fields.
mod field {
    pub(super) const KEY_ARG: u8 = 0;
    pub(super) const TIME: u8 = 1;
    pub(super) const TIMEOUT: u8 = 2;
    pub(super) const PEER: u8 = 3;
    pub(super) const SESSION_ID_CONTEXT: u8 = 4;
    pub(super) const VERIFY_RESULT: u8 = 5;
    pub(super) const HOST_NAME: u8 = 6;
    pub(super) const PSK_IDENTITY_HINT: u8 = 7;
    pub(super) const PSK_IDENTITY: u8 = 8;
    pub(super) const LIFETIME_HINT: u8 = 9;
    pub(super) const TICKET: u8 = 10;
    pub(super) const COMPRESSION: u8 = 11;
    pub(super) const SRP_USER: u8 = 12;
    pub(super) const FLAGS: u8 = 13;
    pub(super) const TICKET_AGE_ADD: u8 = 14;
    pub(super) const MAX_EARLY_DATA: u8 = 15;
    pub(super) const ALPN: u8 = 16;
    pub(super) const MAX_FRAGMENT: u8 = 17;
    pub(super) const APPLICATION_DATA: u8 = 18;
    pub(super) const GROUP: u8 = 19;
    pub(super) const RAW_PUBLIC_KEY: u8 = 20;
}

/// One `SSL_SESSION`. Numbers that are not there are 0, which is what OpenSSL takes them for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Structure<'a> {
    pub(crate) head: Head<'a>,
    pub(crate) time: u64,
    pub(crate) timeout: u64,
    /// The leaf, whole.
    pub(crate) peer: Option<&'a [u8]>,
    pub(crate) session_id_context: &'a [u8],
    pub(crate) verify_result: u32,
    pub(crate) host_name: Option<&'a [u8]>,
    pub(crate) psk_identity_hint: Option<&'a [u8]>,
    pub(crate) psk_identity: Option<&'a [u8]>,
    pub(crate) lifetime_hint: u32,
    pub(crate) ticket: Option<&'a [u8]>,
    pub(crate) compression: Option<&'a [u8]>,
    pub(crate) srp_user: Option<&'a [u8]>,
    pub(crate) flags: u64,
    pub(crate) ticket_age_add: u32,
    pub(crate) max_early_data: u32,
    pub(crate) alpn: Option<&'a [u8]>,
    pub(crate) max_fragment: u32,
    pub(crate) application_data: Option<&'a [u8]>,
    pub(crate) group: u64,
    pub(crate) raw_public_key: Option<&'a [u8]>,
}

impl<'a> Structure<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let (head, mut fields) = Head::read(bytes)?;
        let mut structure = Self {
            head,
            ..Self::default()
        };
        while let Some((number, content)) = fields.next()? {
            structure.take(number, content)?;
        }
        Ok(structure)
    }

    fn take(&mut self, number: u8, content: &'a [u8]) -> Result<(), ReadError> {
        match number {
            // Of SSL 2.0, and of no use to anyone.
            field::KEY_ARG => {}
            field::TIME => self.time = unsigned(content, "time")?,
            field::TIMEOUT => self.timeout = unsigned(content, "timeout")?,
            field::PEER => self.peer = Some(content),
            field::SESSION_ID_CONTEXT => {
                self.session_id_context = string(content, LONGEST_ID, "session id context")?;
            }
            field::VERIFY_RESULT => self.verify_result = unsigned32(content, "verify_result")?,
            field::HOST_NAME => self.host_name = Some(string(content, 255, "host name")?),
            field::PSK_IDENTITY_HINT => {
                self.psk_identity_hint = Some(string(content, LONGEST_STRING, "PSK hint")?);
            }
            field::PSK_IDENTITY => {
                self.psk_identity = Some(string(content, LONGEST_STRING, "PSK identity")?);
            }
            field::LIFETIME_HINT => self.lifetime_hint = unsigned32(content, "lifetime hint")?,
            field::TICKET => self.ticket = Some(string(content, LONGEST_TICKET, "ticket")?),
            field::COMPRESSION => self.compression = Some(string(content, 1, "compression")?),
            field::SRP_USER => self.srp_user = Some(string(content, LONGEST_STRING, "SRP user")?),
            field::FLAGS => self.flags = unsigned(content, "flags")?,
            field::TICKET_AGE_ADD => self.ticket_age_add = unsigned32(content, "ticket_age_add")?,
            field::MAX_EARLY_DATA => self.max_early_data = unsigned32(content, "max_early_data")?,
            field::ALPN => self.alpn = Some(string(content, 255, "ALPN")?),
            field::MAX_FRAGMENT => self.max_fragment = unsigned32(content, "max_fragment_length")?,
            field::APPLICATION_DATA => {
                self.application_data = Some(string(content, LONGEST_STRING, "application data")?);
            }
            field::GROUP => self.group = unsigned(content, "group")?,
            field::RAW_PUBLIC_KEY => {
                self.raw_public_key = Some(string(content, LONGEST_STRING, "raw public key")?);
            }
            _ => return Err(ReadError::Stray(0xa0 | u16::from(number))),
        }
        Ok(())
    }

    /// The structure in DER, as OpenSSL writes it: `[20]` only with a raw key, for which OpenSSL 4 is
    /// needed, since no earlier one would read it.
    pub(crate) fn write(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Builder::with_capacity(self.room());
        out.unsigned(1);
        out.unsigned(self.head.version.into());
        out.element(OCTET_STRING, &self.head.cipher_suite.to_be_bytes());
        out.element(OCTET_STRING, self.head.session_id);
        out.element(OCTET_STRING, self.head.secret);
        number(&mut out, field::TIME, self.time);
        number(&mut out, field::TIMEOUT, self.timeout);
        if let Some(leaf) = self.peer {
            out.element(explicit(field::PEER), leaf);
        }
        // Always there, as is the group.
        out.octets_field(field::SESSION_ID_CONTEXT, self.session_id_context);
        number(&mut out, field::VERIFY_RESULT, self.verify_result.into());
        text(&mut out, field::HOST_NAME, self.host_name);
        text(&mut out, field::PSK_IDENTITY_HINT, self.psk_identity_hint);
        text(&mut out, field::PSK_IDENTITY, self.psk_identity);
        number(&mut out, field::LIFETIME_HINT, self.lifetime_hint.into());
        text(&mut out, field::TICKET, self.ticket);
        text(&mut out, field::COMPRESSION, self.compression);
        text(&mut out, field::SRP_USER, self.srp_user);
        number(&mut out, field::FLAGS, self.flags);
        number(&mut out, field::TICKET_AGE_ADD, self.ticket_age_add.into());
        number(&mut out, field::MAX_EARLY_DATA, self.max_early_data.into());
        text(&mut out, field::ALPN, self.alpn);
        number(&mut out, field::MAX_FRAGMENT, self.max_fragment.into());
        text(&mut out, field::APPLICATION_DATA, self.application_data);
        out.unsigned_field(field::GROUP, self.group);
        text(&mut out, field::RAW_PUBLIC_KEY, self.raw_public_key);
        out.into_sequence()
    }

    /// At least as many bytes as will be written: a buffer that grows leaves secrets behind.
    fn room(&self) -> usize {
        let strings = [
            self.peer,
            self.host_name,
            self.psk_identity_hint,
            self.psk_identity,
            self.ticket,
            self.srp_user,
            self.alpn,
            self.application_data,
            self.raw_public_key,
        ];
        512 + strings
            .iter()
            .flatten()
            .map(|string| string.len())
            .sum::<usize>()
    }
}

fn number(out: &mut Builder, field: u8, value: u64) {
    if value != 0 {
        out.unsigned_field(field, value);
    }
}

fn text(out: &mut Builder, field: u8, value: Option<&[u8]>) {
    if let Some(value) = value {
        out.octets_field(field, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_read_back() {
        let structure = Structure {
            head: Head {
                version: 0x0304,
                cipher_suite: 0x1301,
                session_id: &[1; 32],
                secret: &[2; 32],
            },
            time: 1_800_000_000,
            timeout: 7200,
            peer: Some(&[0x30, 0]),
            session_id_context: b"context",
            verify_result: 18,
            host_name: Some(b"a.example"),
            psk_identity_hint: Some(b"hint"),
            psk_identity: Some(b"identity"),
            lifetime_hint: 300,
            ticket: Some(&[3; 200]),
            compression: Some(&[0]),
            srp_user: Some(b"user"),
            flags: 1,
            ticket_age_add: u32::MAX,
            max_early_data: 16_384,
            alpn: Some(b"h2"),
            max_fragment: 1,
            application_data: Some(b"data"),
            group: 29,
            raw_public_key: Some(&[4; 91]),
        };
        let written = structure.write();
        assert_eq!(Structure::read(&written), Ok(structure));
        // No byte was written into a second buffer.
        assert!(structure.room() >= written.len());
        let bare = Structure {
            head: structure.head,
            ..Structure::default()
        };
        assert_eq!(Structure::read(&bare.write()), Ok(bare));
    }
}
