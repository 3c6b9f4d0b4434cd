//! Our own file: one session and its ticket, sealed. `docs/session-file.md` has its bytes.
//!
//! What this version writes, every later version opens: a change of the fields is a new number in the
//! header, and the reader of the old one stays. Nothing in it depends on how the program was built.

use tessera_crypto::Entropy;
use tessera_session::vault::Purpose;
use tessera_session::{OpenFailure, Session, Vault, record};
use tessera_wire::{Reader, Writer};
use zeroize::Zeroizing;

use crate::error::{ReadError, WriteError};
use crate::foreign::{self, ForeignSession};

const MAGIC: &[u8; 8] = b"TESSERA\n";
/// What this version writes.
const FORMAT: u16 = 1;
const SALT_LEN: usize = 16;
const HEADER_LEN: usize = MAGIC.len() + 2 + 16 + SALT_LEN;
/// Whose half of the session it is. A server's is never written.
const CLIENT: u8 = 1;

/// Whether these bytes begin as our file does.
pub(crate) fn is_container(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Writes a client's session and the ticket to offer it by. It opens under the same store key only.
pub fn write(
    vault: &Vault,
    session: &Session,
    ticket: &[u8],
    entropy: &mut Entropy,
) -> Result<Vec<u8>, WriteError> {
    let ticket = foreign::ticket_alone(session, ticket);
    let record = record::encode(session, Some(ticket).filter(|ticket| !ticket.is_empty()))
        .map_err(WriteError::Record)?;
    let mut plaintext = Zeroizing::new(Vec::with_capacity(1 + record.len()));
    plaintext.push(CLIENT);
    plaintext.extend_from_slice(&record);

    let mut w = Writer::with_capacity(HEADER_LEN);
    w.bytes(MAGIC);
    w.u16(FORMAT);
    w.bytes(&vault.check_value());
    w.bytes(&entropy.public_array::<SALT_LEN>());
    let mut file = w.into_vec();
    // The key is derived from the whole header, so that a changed header opens nothing.
    let sealed = vault.seal(Purpose::SessionFile, &file, &plaintext);
    file.extend_from_slice(&sealed);
    Ok(file)
}

/// Opens what [`write()`] made, with everything the session had but trust: it is tainted until somebody
/// vouches for it, as from any other file.
pub fn read(vault: &Vault, bytes: &[u8]) -> Result<ForeignSession, ReadError> {
    let r = &mut Reader::new(bytes.strip_prefix(MAGIC).ok_or(ReadError::UnknownFormat)?);
    let cut_off = |_| ReadError::NotAuthentic;
    match r.u16("format").map_err(cut_off)? {
        FORMAT => {}
        later => return Err(ReadError::LaterFormat(later)),
    }
    let key: [u8; 16] = r.array("key").map_err(cut_off)?;
    if key != vault.check_value() {
        return Err(ReadError::WrongKey);
    }
    let (header, sealed) = bytes
        .split_at_checked(HEADER_LEN)
        .ok_or(ReadError::NotAuthentic)?;
    let plaintext = vault
        .open(Purpose::SessionFile, header, sealed)
        .map_err(|_: OpenFailure| ReadError::NotAuthentic)?;
    let Some((&CLIENT, record)) = plaintext.split_first() else {
        return Err(ReadError::ServerSide);
    };
    let (mut session, ticket) = record::decode(record).map_err(ReadError::Record)?;
    // A taint does not wash out on the way, here no more than in OpenSSL's file.
    let verify_result = u32::from(session.taint.is_some());
    session.taint = Some(foreign::taint(verify_result, None));
    let ticket = ticket.unwrap_or_default();
    Ok(ForeignSession {
        ticket: foreign::ticket_alone(&session, &ticket).to_vec(),
        session,
        verify_result,
        session_id_context: Vec::new(),
    })
}
