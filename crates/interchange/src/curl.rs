//! The session file of curl (`--ssl-sessions`, since 8.12): every ticket curl has, a line each.
//!
//! ```text
//! # comments
//! base64(salt and HMAC of whom it is for):base64(fields)
//! ```
//!
//! The fields are a byte 1 and then, in any order, a tag and its value:
//!
//! | tag | value |
//! |---|---|
//! | 2 | protocol version, 2 bytes |
//! | 3 | valid until, Unix seconds, 8 bytes |
//! | 4 | the session as the TLS library writes it: length 2, bytes |
//! | 5 | application protocol: length 2, bytes |
//! | 6 | how much early data, 4 bytes |
//! | 7 | QUIC transport parameters: length 2, bytes |
//! | 8 | verified by the system's own store; no value |
//!
//! Whom a line is for is hidden on purpose, so the reader has to know. curl keeps what its library verified,
//! unless it was told not to verify: the file does not say.

use data_encoding::BASE64;
use tessera_session::Timestamp;
use tessera_wire::Reader;
use zeroize::Zeroizing;

use crate::error::ReadError;
use crate::family::Dialect;
use crate::foreign::{self, ForeignSession};
use crate::limits::MOST_LINES;
use crate::{boringssl, openssl};

/// One line of a file.
pub struct Line {
    /// Its number, counted from 1.
    pub number: usize,
    /// Its session, or why there is none: curl may have been built with a TLS library whose sessions
    /// are not read here.
    pub session: Result<ForeignSession, ReadError>,
}

/// Reads every session of a file.
pub fn read(text: &str) -> Result<Vec<Line>, ReadError> {
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let number = at + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if lines.len() == MOST_LINES {
            return Err(ReadError::Line(number));
        }
        let fields = fields(line).ok_or(ReadError::Line(number))?;
        let session = session(&fields);
        lines.push(Line { number, session });
    }
    if lines.is_empty() {
        Err(ReadError::UnknownFormat)
    } else {
        Ok(lines)
    }
}

/// Whether the first line that is no comment is one of curl's.
pub(crate) fn is_curl(text: &str) -> bool {
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| fields(line).is_some_and(|fields| fields.first() == Some(&VERSION)))
}

fn fields(line: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (whom, fields) = line.split_once(':')?;
    BASE64.decode(whom.as_bytes()).ok()?;
    BASE64.decode(fields.as_bytes()).ok().map(Zeroizing::new)
}

const VERSION: u8 = 1;
const PROTOCOL: u8 = 2;
const VALID_UNTIL: u8 = 3;
const SESSION: u8 = 4;
const ALPN: u8 = 5;
const EARLY_DATA: u8 = 6;
const QUIC: u8 = 7;
const SYSTEM_VERIFIED: u8 = 8;

fn session(bytes: &[u8]) -> Result<ForeignSession, ReadError> {
    let r = &mut Reader::new(bytes);
    let version = r.u8("version").unwrap_or_default();
    if version != VERSION {
        return Err(ReadError::StructureVersion(version.into()));
    }
    let mut blob = None;
    let mut valid_until = None;
    let mut alpn = None;
    while !r.is_empty() {
        let tag = r.u8("tag").unwrap_or_default();
        let cut_off = |_| ReadError::CurlField(tag);
        match tag {
            // The blob says it too, and is what is offered.
            PROTOCOL => r.u16("protocol").map(drop).map_err(cut_off)?,
            VALID_UNTIL => valid_until = Some(r.u64("valid until").map_err(cut_off)?),
            SESSION => blob = Some(r.vec16("session", 1..=0xffff).map_err(cut_off)?),
            ALPN => alpn = Some(r.vec16("ALPN", 1..=255).map_err(cut_off)?),
            EARLY_DATA => r.u32("early data").map(drop).map_err(cut_off)?,
            // Its sessions are not resumed over TCP.
            QUIC => return Err(ReadError::Quic),
            SYSTEM_VERIFIED => {}
            _ => return Err(ReadError::CurlField(tag)),
        }
    }
    let blob = blob.ok_or(ReadError::CurlField(SESSION))?;
    let mut read = match Dialect::of(blob)? {
        Dialect::OpenSsl => openssl::read_der(blob)?,
        Dialect::BoringSsl => boringssl::read_der(blob)?,
    };
    if let Some(seconds) = valid_until {
        let lifetime = &mut read.session.lifetime;
        lifetime.expires_at = lifetime.expires_at.min(Timestamp::from_unix_secs(seconds));
    }
    if let (Some(name), binding @ None) = (alpn, &mut read.session.binding.alpn) {
        *binding = Some(foreign::alpn(name)?);
    }
    Ok(read)
}
