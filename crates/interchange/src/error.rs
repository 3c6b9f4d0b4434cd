//! Why a file is no session, or a session no file.

use tessera_session::{NameError, SecretError};

use crate::der::DerProblem;
use crate::pem::PemProblem;

/// Why bytes are no session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Not a PEM file with a session in it.
    #[error("no {label} can be read: {problem}")]
    Pem {
        /// What the block would be called.
        label: &'static str,
        /// What is wrong with the file.
        problem: PemProblem,
    },
    /// A field is not what it should be.
    #[error("{field} {problem}")]
    Der {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        problem: DerProblem,
    },
    /// A structure of another version than the one that is read here.
    #[error("structure version {0} is not known")]
    StructureVersion(u64),
    /// Neither TLS 1.2 nor TLS 1.3.
    #[error("a session of protocol version {0:#06x} is of no use here")]
    Version(u64),
    /// A field that the format does not have, or one it has in another place, or twice.
    #[error("the element with tag {0:#04x} is unknown, repeated or out of place")]
    Stray(u16),
    /// The sessions of OpenSSL and BoringSSL begin alike, and this one has nothing that tells which
    /// it is.
    #[error("nothing in it tells an OpenSSL session from a BoringSSL session: name the format")]
    Unclear,
    /// It has fields of both.
    #[error("it has fields that only OpenSSL writes, and fields that only BoringSSL writes")]
    BothDialects,
    /// No format that is read here.
    #[error("it is in no format that is read here")]
    UnknownFormat,
    /// The secret does not fit the version and the suite.
    #[error("{0}")]
    Secret(SecretError),
    /// The host name is none.
    #[error("host name: {0}")]
    HostName(NameError),
    /// A certificate of the peer cannot be read.
    #[error("the peer's certificate cannot be read")]
    Certificate,
    /// Made with TLS compression, which no one should resume.
    #[error("the session was made with compression")]
    Compressed,
    /// Made by QUIC, whose sessions do not resume over TCP.
    #[error("the session was made by QUIC and does not resume over TCP")]
    Quic,
    /// A server's half of a session, which has nothing to offer.
    #[error("it is a server's session: only a client's can be offered")]
    ServerSide,
    /// Neither a ticket nor a session id: nothing to resume with.
    #[error("the session has nothing to be resumed by")]
    NothingToOffer,
    /// A field of curl's that is cut off, unknown or missing.
    #[error("curl's field {0:#04x} is unknown, cut off or missing")]
    CurlField(u8),
    /// A line of a file is not what the format has there.
    #[error("line {0} is not one that curl writes")]
    Line(usize),
    /// It is sealed, and not under the key that was given.
    #[error("it is sealed under another key")]
    WrongKey,
    /// It is sealed, and does not open.
    #[error("it is damaged: it does not open under the key it names")]
    NotAuthentic,
    /// Our own file, from a later version of this program.
    #[error("the file has format {0}, of a later version of this program")]
    LaterFormat(u16),
    /// Our own file opened, and its record is none.
    #[error("{0}")]
    Record(tessera_session::RecordError),
}

/// Why a session cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// There is neither a ticket nor a session id.
    #[error("the session has nothing to be resumed by")]
    NothingToOffer,
    /// A ticket that no NewSessionTicket can carry.
    #[error("the ticket has {0} bytes, more than TLS can carry")]
    TicketTooLong(usize),
    /// A part that is longer than the file can hold.
    #[error("{0}")]
    Record(tessera_session::RecordError),
}

/// Names the field a problem was found in.
pub(crate) fn at(field: &'static str) -> impl Fn(DerProblem) -> ReadError {
    move |problem| ReadError::Der { field, problem }
}
