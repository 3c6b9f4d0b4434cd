//! Tickets and ticket keys of other servers, from the files that are named.

use crate::args::DialectArg;
use crate::exit::{Failure, Outcome};
use crate::report::talk::Talk;
use crate::secret_file;
use data_encoding::HEXLOWER_PERMISSIVE;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use tessera::interchange::{Format, openssl, ticket, ticket_key};
use tessera::session::{Dialect, ForeignKey, SessionIdContext};
use tessera::{Timestamp, interchange};
use zeroize::Zeroizing;

impl From<DialectArg> for Dialect {
    fn from(arg: DialectArg) -> Self {
        match arg {
            DialectArg::Nginx => Self::Nginx,
            DialectArg::Haproxy => Self::HaProxy,
            DialectArg::Apache => Self::Apache,
            DialectArg::Envoy => Self::Envoy,
        }
    }
}

/// A file, whole. What is in it may be secret.
pub(crate) fn read(path: &Path) -> Outcome<Zeroizing<Vec<u8>>> {
    let bytes = std::fs::read(path).map_err(|error| failed(path, error))?;
    Ok(Zeroizing::new(bytes))
}

/// A failure that names its file.
pub(crate) fn failed(path: &Path, error: impl Display) -> Failure {
    Failure::internal(format_args!("{}: {error}", path.display()))
}

/// The keys in these files.
pub(crate) fn keys(
    dialect: Dialect,
    paths: &[PathBuf],
    until: Timestamp,
    talk: Talk,
) -> Outcome<Vec<ForeignKey>> {
    paths
        .iter()
        .for_each(|path| secret_file::warn_if_exposed(path, talk));
    let files: Outcome<Vec<_>> = paths.iter().map(|path| read(path)).collect();
    let files = files?;
    let files: Vec<&[u8]> = files.iter().map(|file| file.as_slice()).collect();
    ticket_key::read(dialect, &files, until).map_err(|error| {
        let names: Vec<String> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        Failure::internal(format_args!("{}: {error}", names.join(", ")))
    })
}

/// Bytes written in hexadecimal digits.
pub(crate) fn hexadecimal(flag: &str, text: &str) -> Outcome<Vec<u8>> {
    HEXLOWER_PERMISSIVE
        .decode(text.as_bytes())
        .map_err(|_| Failure::usage(format_args!("{flag} {text}: not hexadecimal digits")))
}

/// A session id context that was given.
pub(crate) fn context(flag: &str, text: &str) -> Outcome<SessionIdContext> {
    SessionIdContext::new(&hexadecimal(flag, text)?).ok_or_else(|| {
        Failure::usage(format_args!(
            "{flag}: a session id context has at most {} bytes",
            SessionIdContext::LONGEST
        ))
    })
}

/// The context in a ticket of a server, opened under that server's keys.
pub(crate) fn context_like(path: &Path, keys: &[ForeignKey]) -> Outcome<SessionIdContext> {
    let carrier = Carrier::read(path)?;
    ticket::context(carrier.ticket(), keys).map_err(|error| failed(path, error))
}

/// A file with a ticket in it: a client's session of OpenSSL, or the ticket alone.
pub(crate) enum Carrier {
    /// A session, and the ticket that is in it.
    Session {
        /// The session in DER.
        der: Zeroizing<Vec<u8>>,
        /// Its ticket.
        ticket: Vec<u8>,
        /// Whether it came as PEM.
        is_pem: bool,
    },
    /// A ticket's bytes.
    Ticket(Vec<u8>),
}

impl Carrier {
    /// Reads one.
    pub(crate) fn read(path: &Path) -> Outcome<Self> {
        let bytes = read(path)?;
        let failed = |error: interchange::ReadError| failed(path, error);
        match Format::detect(&bytes) {
            Ok(Format::OpenSsl) => {}
            Err(_) => return Ok(Self::Ticket(bytes.to_vec())),
            Ok(other) => {
                return Err(Failure::usage(format_args!(
                    "{}: it is in the format {other}; a ticket is taken from an OpenSSL session, or alone",
                    path.display()
                )));
            }
        }
        let is_pem = bytes.first() != Some(&0x30);
        let der = if is_pem {
            openssl::der_of_pem(&String::from_utf8_lossy(&bytes)).map_err(failed)?
        } else {
            bytes
        };
        Ok(Self::Session {
            ticket: openssl::ticket_of(&der).map_err(failed)?,
            der,
            is_pem,
        })
    }

    /// The ticket.
    pub(crate) fn ticket(&self) -> &[u8] {
        match self {
            Self::Session { ticket, .. } | Self::Ticket(ticket) => ticket,
        }
    }

    /// The same with another ticket.
    pub(crate) fn with(&self, ticket: &[u8]) -> Result<Zeroizing<Vec<u8>>, interchange::ReadError> {
        match self {
            Self::Session { der, is_pem, .. } => {
                let der = openssl::with_ticket(der, ticket)?;
                Ok(if *is_pem {
                    Zeroizing::new(openssl::pem_of_der(&der).as_bytes().to_vec())
                } else {
                    der
                })
            }
            Self::Ticket(_) => Ok(Zeroizing::new(ticket.to_vec())),
        }
    }
}
