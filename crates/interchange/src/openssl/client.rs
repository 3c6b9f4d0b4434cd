//! A client's session and its ticket, in OpenSSL's file and out of it.

use tessera_session::{Binding, Lifetime, Resumption, Scope, Session, TicketId};
use zeroize::Zeroizing;

use super::structure::Structure;
use super::{EXTENDED_MAIN_SECRET, LABEL};
use crate::error::{ReadError, WriteError};
use crate::family::Head;
use crate::foreign::{self, ForeignSession, Offered, Times};
use crate::limits::LONGEST_TICKET;
use crate::{peer, pem};

/// `X509_V_ERR_UNSPECIFIED`: what is tainted here is not "ok" there.
const NOT_VERIFIED: u32 = 1;
/// OpenSSL's own default for a missing timeout.
const SECONDS_WITHOUT_TIMEOUT: u64 = 3;

/// Reads the first session of a PEM file.
pub fn read_pem(text: &str) -> Result<ForeignSession, ReadError> {
    read_der(&pem::decode(text, LABEL)?)
}

/// The DER in a PEM file, as it is.
pub fn der_of_pem(text: &str) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    pem::decode(text, LABEL)
}

/// A PEM file around this DER.
pub fn pem_of_der(der: &[u8]) -> Zeroizing<String> {
    pem::encode(der, LABEL)
}

/// Reads one session in DER.
pub fn read_der(bytes: &[u8]) -> Result<ForeignSession, ReadError> {
    let file = Structure::read(bytes)?;
    let version = file.head.version()?;
    if file.compression.is_some_and(|method| method != [0]) {
        return Err(ReadError::Compressed);
    }
    let peer = match file.peer {
        Some(leaf) => Some(peer::identity(&[leaf]).ok_or(ReadError::Certificate)?),
        None => None,
    };
    let ticket = file.ticket.unwrap_or_default();
    let offered = Offered {
        ticket,
        session_id: file.head.session_id,
        ticket_age_add: file.ticket_age_add,
        max_early_data_size: file.max_early_data,
        extended_main_secret: file.flags & EXTENDED_MAIN_SECRET != 0,
    };
    let session = Session {
        lineage: foreign::lineage(ticket, file.head.session_id),
        version,
        cipher_suite: file.head.suite(),
        secret: file.head.secret()?,
        lifetime: times(&file).lifetime(version),
        resumption: offered.resumption(version)?,
        taint: Some(foreign::taint(file.verify_result, file.raw_public_key)),
        app_data: file.application_data.unwrap_or_default().to_vec(),
        group: foreign::group(file.group)?,
        binding: Binding {
            server_name: file.host_name.map(foreign::host_name).transpose()?,
            alpn: file.alpn.map(foreign::alpn).transpose()?,
            peer,
            // Ours to set: whoever keeps the session knows what it may be resumed for.
            scope: Scope([0; 32]),
        },
    };
    Ok(ForeignSession {
        session,
        ticket: ticket.to_vec(),
        verify_result: file.verify_result,
        session_id_context: file.session_id_context.to_vec(),
    })
}

pub(super) fn times(file: &Structure<'_>) -> Times {
    Times {
        made: file.time,
        timeout: match file.timeout {
            0 => SECONDS_WITHOUT_TIMEOUT,
            seconds => seconds,
        },
        lifetime_hint: file.lifetime_hint,
        authentication: 0,
    }
}

/// Writes a session and its ticket (or its id, in TLS 1.2) as a PEM file. It holds the session's secret in
/// the clear.
pub fn write_pem(session: &Session, ticket: &[u8]) -> Result<Zeroizing<String>, WriteError> {
    Ok(pem::encode(&write_der(session, ticket)?, LABEL))
}

/// Writes a session and its ticket (or its id, in TLS 1.2) in DER.
pub fn write_der(session: &Session, ticket: &[u8]) -> Result<Zeroizing<Vec<u8>>, WriteError> {
    let ticket = foreign::ticket_alone(session, ticket);
    if ticket.len() > LONGEST_TICKET {
        return Err(WriteError::TicketTooLong(ticket.len()));
    }
    let hash = TicketId::of_wire(ticket);
    let mut file = described(session);
    match &session.resumption {
        // With a ticket, OpenSSL names a session by the ticket's hash, in both versions.
        _ if !ticket.is_empty() => {
            file.head.session_id = &hash.0;
            file.lifetime_hint = session.lifetime.ticket_lifetime().max(1);
            file.ticket = Some(ticket);
        }
        Resumption::Tls12 { session_id, .. } if !session_id.as_slice().is_empty() => {
            file.head.session_id = session_id.as_slice();
        }
        _ => return Err(WriteError::NothingToOffer),
    }
    let peer = session.binding.peer.as_ref();
    file.peer = peer.and_then(|peer| peer.chain.first()).map(Vec::as_slice);
    if session.taint.is_some() {
        file.verify_result = NOT_VERIFIED;
    }
    let lifetime = session.lifetime;
    file.time = lifetime.issued_at.as_unix_secs();
    file.timeout = timeout(&lifetime);
    Ok(file.write())
}

/// In whole seconds; a session that is over gets one, since none at all would mean a default.
pub(super) fn timeout(lifetime: &Lifetime) -> u64 {
    let lives = lifetime.expires_at.ahead_of(lifetime.issued_at);
    lives.as_secs().max(1)
}

/// The ticket in a client's session.
pub fn ticket_of(der: &[u8]) -> Result<Vec<u8>, ReadError> {
    match Structure::read(der)?.ticket {
        Some(ticket) if !ticket.is_empty() => Ok(ticket.to_vec()),
        _ => Err(ReadError::NothingToOffer),
    }
}

/// A client's session with another ticket in it, and everything else as it was.
pub fn with_ticket(der: &[u8], ticket: &[u8]) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    let mut file = Structure::read(der)?;
    let hash = TicketId::of_wire(ticket);
    file.head.session_id = &hash.0;
    file.ticket = Some(ticket);
    Ok(file.write())
}

/// What both halves of a session have alike.
pub(super) fn described(session: &Session) -> Structure<'_> {
    let (flags, ticket_age_add, max_early_data) = match session.resumption {
        Resumption::Tls12 {
            extended_main_secret,
            ..
        } => (u64::from(extended_main_secret), 0, 0),
        Resumption::Tls13 {
            ticket_age_add,
            max_early_data_size,
        } => (0, ticket_age_add, max_early_data_size),
    };
    let name = session.binding.server_name.as_ref();
    Structure {
        head: Head {
            version: session.version.0,
            cipher_suite: session.cipher_suite.0,
            session_id: &[],
            secret: session.secret.as_bytes(),
        },
        // An address is never asked for by name.
        host_name: name
            .filter(|name| !name.is_ip())
            .map(|name| name.as_str().as_bytes()),
        flags: flags * EXTENDED_MAIN_SECRET,
        ticket_age_add,
        max_early_data,
        alpn: session.binding.alpn.as_ref().map(|alpn| alpn.as_bytes()),
        application_data: Some(session.app_data.as_slice()).filter(|data| !data.is_empty()),
        group: session.group.map_or(0, |group| group.0).into(),
        ..Structure::default()
    }
}
