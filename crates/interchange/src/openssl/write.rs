//! From a session to OpenSSL's file.

use tessera_session::{Resumption, Session, TicketId};
use zeroize::Zeroizing;

use super::{EXTENDED_MAIN_SECRET, LABEL, field};
use crate::der::{Builder, OCTET_STRING, explicit};
use crate::pem;

/// `X509_V_ERR_UNSPECIFIED`: what is tainted here is not "ok" there.
const NOT_VERIFIED: u64 = 1;

/// Why a session cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// There is neither a ticket nor a session id.
    #[error("the session has nothing to be resumed by")]
    NothingToOffer,
    /// A ticket that no NewSessionTicket can carry.
    #[error("the ticket has {0} bytes, more than TLS can carry")]
    TicketTooLong(usize),
}

/// Writes a session and its ticket as a PEM file. It holds the session's secret in the clear.
pub fn write_pem(session: &Session, ticket: &[u8]) -> Result<Zeroizing<String>, WriteError> {
    Ok(pem::encode(&write_der(session, ticket)?, LABEL))
}

/// Writes a session and its ticket in DER.
pub fn write_der(session: &Session, ticket: &[u8]) -> Result<Zeroizing<Vec<u8>>, WriteError> {
    if ticket.len() > 0xffff {
        return Err(WriteError::TicketTooLong(ticket.len()));
    }
    let leaf = session
        .binding
        .peer
        .as_ref()
        .and_then(|peer| peer.chain.first());
    let room = 1024 + ticket.len() + leaf.map_or(0, Vec::len) + session.app_data.len();
    let mut out = Builder::with_capacity(room);
    out.unsigned(1);
    out.unsigned(session.version.0.into());
    out.element(OCTET_STRING, &session.cipher_suite.0.to_be_bytes());
    out.element(OCTET_STRING, session_id(session, ticket)?.as_slice());
    out.element(OCTET_STRING, session.secret.as_bytes());
    times(&mut out, session);
    if let Some(leaf) = leaf {
        out.element(explicit(field::PEER), leaf);
    }
    // A client's context is empty, and always there.
    out.octets_field(field::SESSION_ID_CONTEXT, &[]);
    if session.taint.is_some() {
        out.unsigned_field(field::VERIFY_RESULT, NOT_VERIFIED);
    }
    if let Some(name) = session
        .binding
        .server_name
        .as_ref()
        .filter(|name| !name.is_ip())
    {
        out.octets_field(field::HOST_NAME, name.as_str().as_bytes());
    }
    if !ticket.is_empty() {
        unless_zero(
            &mut out,
            field::LIFETIME_HINT,
            session.lifetime.ticket_lifetime().into(),
        );
        out.octets_field(field::TICKET, ticket);
    }
    resumption(&mut out, &session.resumption);
    if let Some(alpn) = &session.binding.alpn {
        out.octets_field(field::ALPN, alpn.as_bytes());
    }
    if !session.app_data.is_empty() {
        out.octets_field(field::APPLICATION_DATA, &session.app_data);
    }
    out.unsigned_field(
        field::GROUP,
        session.group.map_or(0, |group| group.0).into(),
    );
    Ok(out.into_sequence())
}

/// With a ticket, OpenSSL names a session by the ticket's hash, in both versions.
fn session_id(session: &Session, ticket: &[u8]) -> Result<Vec<u8>, WriteError> {
    if !ticket.is_empty() {
        return Ok(TicketId::of_wire(ticket).0.to_vec());
    }
    match session.resumption {
        Resumption::Tls12 { session_id, .. } if !session_id.as_slice().is_empty() => {
            Ok(session_id.as_slice().to_vec())
        }
        _ => Err(WriteError::NothingToOffer),
    }
}

fn times(out: &mut Builder, session: &Session) {
    let lifetime = session.lifetime;
    unless_zero(out, field::TIME, lifetime.issued_at.as_unix_secs());
    unless_zero(
        out,
        field::TIMEOUT,
        lifetime.expires_at.ahead_of(lifetime.issued_at).as_secs(),
    );
}

fn resumption(out: &mut Builder, resumption: &Resumption) {
    match *resumption {
        Resumption::Tls12 {
            extended_main_secret,
            ..
        } => {
            unless_zero(
                out,
                field::FLAGS,
                if extended_main_secret {
                    EXTENDED_MAIN_SECRET
                } else {
                    0
                },
            );
        }
        Resumption::Tls13 {
            ticket_age_add,
            max_early_data_size,
        } => {
            unless_zero(out, field::TICKET_AGE_ADD, ticket_age_add.into());
            unless_zero(out, field::MAX_EARLY_DATA, max_early_data_size.into());
        }
    }
}

fn unless_zero(out: &mut Builder, number: u8, value: u64) {
    if value != 0 {
        out.unsigned_field(number, value);
    }
}
