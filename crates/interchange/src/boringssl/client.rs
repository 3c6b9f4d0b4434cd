//! A client's session out of BoringSSL's structure.

use tessera_session::{Binding, Scope, Session};

use super::structure::Structure;
use crate::error::ReadError;
use crate::foreign::{self, ForeignSession, Offered, Times};
use crate::{openssl, peer, pem};

/// Reads the first session of a PEM file, whose label is OpenSSL's.
pub fn read_pem(text: &str) -> Result<ForeignSession, ReadError> {
    read_der(&pem::decode(text, openssl::LABEL)?)
}

/// Reads one session in DER.
pub fn read_der(bytes: &[u8]) -> Result<ForeignSession, ReadError> {
    let file = Structure::read(bytes)?;
    if file.is_server {
        return Err(ReadError::ServerSide);
    }
    if file.is_quic {
        return Err(ReadError::Quic);
    }
    let version = file.head.version()?;
    let peer = match file.chain.as_slice() {
        [] => None,
        chain => Some(peer::identity(chain).ok_or(ReadError::Certificate)?),
    };
    let offered = Offered {
        ticket: file.ticket,
        session_id: file.head.session_id,
        ticket_age_add: file.ticket_age_add,
        max_early_data_size: file.max_early_data,
        extended_main_secret: file.extended_main_secret,
    };
    let session = Session {
        lineage: foreign::lineage(file.ticket, file.head.session_id),
        version,
        cipher_suite: file.head.suite(),
        secret: file.head.secret()?,
        lifetime: times(&file).lifetime(version),
        resumption: offered.resumption(version)?,
        taint: Some(foreign::taint(file.verify_result, file.raw_public_key)),
        app_data: Vec::new(),
        group: foreign::group(file.group.into())?,
        binding: Binding {
            server_name: None,
            alpn: file.early_alpn.map(foreign::alpn).transpose()?,
            peer,
            // Ours to set: whoever keeps the session knows what it may be resumed for.
            scope: Scope([0; 32]),
        },
    };
    Ok(ForeignSession {
        session,
        ticket: file.ticket.to_vec(),
        verify_result: file.verify_result,
        session_id_context: file.session_id_context.to_vec(),
    })
}

/// BoringSSL knows for how long an authentication counts: a renewal of the ticket does not move that.
pub(crate) fn times(file: &Structure<'_>) -> Times {
    // A timeout of nothing is over at once; elsewhere 0 is "not said".
    let seconds = |timeout: u32| u64::from(timeout.max(1));
    Times {
        made: file.time,
        timeout: seconds(file.timeout),
        lifetime_hint: file.lifetime_hint,
        authentication: seconds(file.authentication_timeout.unwrap_or(file.timeout)),
    }
}
