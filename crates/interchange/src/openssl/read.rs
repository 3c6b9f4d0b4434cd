//! From OpenSSL's file to a session.

use core::time::Duration;

use tessera_crypto::{HashAlgorithm, HashContext, Secret};
use tessera_session::policy::{LONGEST_LINEAGE_TLS12, LONGEST_LINEAGE_TLS13};
use tessera_session::{
    Alpn, Binding, Lifetime, Lineage, LineageId, NameError, PeerIdentity, Resumption,
    ResumptionSecret, Scope, SecretError, ServerName, Session, Taint, Timestamp,
};
use tessera_wire::{CipherSuite, NamedGroup, ProtocolVersion, SessionId};

use super::{EXTENDED_MAIN_SECRET, LABEL, OpenSslSession, field};
use crate::der::{DerProblem, Elements, SEQUENCE, explicit};
use crate::leaf;
use crate::pem::{self, PemProblem};

/// A ticket is `opaque<1..2^16-1>`: RFC 9846 §4.7.1.
const LONGEST_TICKET: usize = 0xffff;
/// What OpenSSL allows for its context and for a session id.
const LONGEST_ID: usize = 32;
/// Nothing in a session needs more.
const LONGEST_STRING: usize = 0xffff;

/// Why a file is no session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Not a PEM file with a session in it.
    #[error("no {LABEL} can be read: {0}")]
    Pem(PemProblem),
    /// A field is not what it should be.
    #[error("{field} {problem}")]
    Der {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        problem: DerProblem,
    },
    /// A structure that is not the one OpenSSL writes.
    #[error("structure version {0} is not known")]
    StructureVersion(u64),
    /// Neither TLS 1.2 nor TLS 1.3.
    #[error("a session of protocol version {0:#06x} is of no use here")]
    Version(u64),
    /// A field that OpenSSL does not have, or one it has in another place, or twice.
    #[error(
        "the element with tag {0:#04x} is unknown, repeated or out of place; BoringSSL's files are another format"
    )]
    Stray(u8),
    /// The secret does not fit the version and the suite.
    #[error("{0}")]
    Secret(SecretError),
    /// The host name is none.
    #[error("host name: {0}")]
    HostName(NameError),
    /// The peer's certificate cannot be read.
    #[error("the peer's certificate cannot be read")]
    Certificate,
    /// Made with TLS compression, which no one should resume.
    #[error("the session was made with compression")]
    Compressed,
    /// Neither a ticket nor a session id: nothing to resume with.
    #[error("the session has nothing to be resumed by")]
    NothingToOffer,
}

/// Reads the first session of a PEM file.
pub fn read_pem(text: &str) -> Result<OpenSslSession, ReadError> {
    read_der(&pem::decode(text, LABEL).map_err(ReadError::Pem)?)
}

/// Reads one session in DER.
pub fn read_der(bytes: &[u8]) -> Result<OpenSslSession, ReadError> {
    let mut file = Elements::new(bytes);
    let mut head = Elements::new(file.expect(SEQUENCE).map_err(at("session"))?);
    file.finish().map_err(at("session"))?;

    let structure = head.unsigned().map_err(at("structure version"))?;
    if structure != 1 {
        return Err(ReadError::StructureVersion(structure));
    }
    let version = version(head.unsigned().map_err(at("protocol version"))?)?;
    let suite = head.octets(2).map_err(at("cipher suite"))?;
    let suite: [u8; 2] = suite
        .try_into()
        .map_err(|_| at("cipher suite")(DerProblem::StringLength(suite.len())))?;
    let cipher_suite = CipherSuite(u16::from_be_bytes(suite));
    let session_id = head.octets(LONGEST_ID).map_err(at("session id"))?;
    let secret = head.octets(Secret::MAX_LEN).map_err(at("secret"))?;
    let secret =
        Secret::new(secret).map_err(|_| at("secret")(DerProblem::StringLength(secret.len())))?;
    let secret = ResumptionSecret::new(secret, version, cipher_suite).map_err(ReadError::Secret)?;

    let optional = Optional::read(head)?;
    let ticket = optional.ticket.unwrap_or_default();
    let resumption = optional.resumption(version, session_id)?;
    let session = Session {
        lineage: Lineage {
            id: lineage(ticket, session_id),
            generation: 0,
        },
        version,
        cipher_suite,
        secret,
        lifetime: optional.lifetime(version),
        resumption,
        taint: Some(if optional.verify_result == 0 {
            Taint::Imported
        } else {
            Taint::Unverified
        }),
        app_data: optional.application_data.unwrap_or_default().to_vec(),
        group: optional.group,
        binding: Binding {
            server_name: optional.host_name,
            alpn: optional.alpn,
            peer: optional.peer,
            // Ours to set: whoever keeps the session knows what it may be resumed for.
            scope: Scope([0; 32]),
        },
    };
    Ok(OpenSslSession {
        session,
        ticket: ticket.to_vec(),
        verify_result: optional.verify_result,
        session_id_context: optional.session_id_context.unwrap_or_default().to_vec(),
    })
}

fn version(number: u64) -> Result<ProtocolVersion, ReadError> {
    match u16::try_from(number).map(ProtocolVersion) {
        Ok(version @ (ProtocolVersion::TLS1_2 | ProtocolVersion::TLS1_3)) => Ok(version),
        _ => Err(ReadError::Version(number)),
    }
}

/// A lineage of its own, and the same one however often the file is read.
fn lineage(ticket: &[u8], session_id: &[u8]) -> LineageId {
    let mut hash = HashContext::new(HashAlgorithm::Sha256);
    hash.update(b"tessera imported lineage");
    hash.update(if ticket.is_empty() {
        session_id
    } else {
        ticket
    });
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(hash.finish().as_bytes()) {
        *to = *from;
    }
    LineageId(id)
}

/// The fields that may be missing, those that matter to us.
#[derive(Default)]
struct Optional<'a> {
    time: u64,
    timeout: u64,
    peer: Option<PeerIdentity>,
    session_id_context: Option<&'a [u8]>,
    verify_result: u32,
    host_name: Option<ServerName>,
    lifetime_hint: u32,
    ticket: Option<&'a [u8]>,
    flags: u64,
    ticket_age_add: u32,
    max_early_data_size: u32,
    alpn: Option<Alpn>,
    application_data: Option<&'a [u8]>,
    group: Option<NamedGroup>,
}

impl<'a> Optional<'a> {
    fn read(mut rest: Elements<'a>) -> Result<Self, ReadError> {
        let mut fields = Self::default();
        // The lowest number that may still come: [0] is the only implicit one.
        let mut next = 0;
        while !rest.is_empty() {
            let (tag, content) = rest.next().map_err(at("optional field"))?;
            let number = match tag {
                0x80 => 0,
                0xa1..=0xb4 => tag - explicit(0),
                _ => return Err(ReadError::Stray(tag)),
            };
            if number < next || number > field::LAST {
                return Err(ReadError::Stray(tag));
            }
            next = number + 1;
            fields.take(number, content)?;
        }
        Ok(fields)
    }

    fn take(&mut self, number: u8, content: &'a [u8]) -> Result<(), ReadError> {
        match number {
            field::TIME => self.time = unsigned(content, "time")?,
            field::TIMEOUT => self.timeout = unsigned(content, "timeout")?,
            field::PEER => {
                let peer = leaf::identity(content).ok_or(ReadError::Certificate)?;
                self.peer = Some(peer);
            }
            field::SESSION_ID_CONTEXT => {
                let context = string(content, LONGEST_ID, "session id context")?;
                self.session_id_context = Some(context);
            }
            field::VERIFY_RESULT => self.verify_result = unsigned32(content, "verify_result")?,
            field::HOST_NAME => {
                self.host_name = Some(host_name(string(content, 255, "host name")?)?);
            }
            field::LIFETIME_HINT => self.lifetime_hint = unsigned32(content, "lifetime hint")?,
            field::TICKET => self.ticket = Some(string(content, LONGEST_TICKET, "ticket")?),
            field::COMPRESSION => {
                let method = string(content, 1, "compression")?;
                if method.iter().any(|method| *method != 0) {
                    return Err(ReadError::Compressed);
                }
            }
            field::FLAGS => self.flags = unsigned(content, "flags")?,
            field::TICKET_AGE_ADD => self.ticket_age_add = unsigned32(content, "ticket_age_add")?,
            field::MAX_EARLY_DATA => {
                self.max_early_data_size = unsigned32(content, "max_early_data")?;
            }
            field::ALPN => self.alpn = Some(alpn(string(content, 255, "ALPN")?)?),
            field::APPLICATION_DATA => {
                let data = string(content, LONGEST_STRING, "application data")?;
                self.application_data = Some(data);
            }
            field::GROUP => self.group = group(unsigned(content, "group")?)?,
            // Of no use to us, but they have to be what they are: another type is another dialect.
            field::KEY_ARG => {}
            field::MAX_FRAGMENT => {
                unsigned(content, "max_fragment_length")?;
            }
            field::PSK_IDENTITY_HINT
            | field::PSK_IDENTITY
            | field::SRP_USER
            | field::RAW_PUBLIC_KEY => {
                string(content, LONGEST_STRING, "string")?;
            }
            _ => return Err(ReadError::Stray(explicit(number))),
        }
        Ok(())
    }

    /// The least of what OpenSSL's cache, the server and the RFCs allow. A file that does not say
    /// when it was made is as old as time itself.
    fn lifetime(&self, version: ProtocolVersion) -> Lifetime {
        let made = Timestamp::from_unix_secs(self.time);
        let longest = if version == ProtocolVersion::TLS1_3 {
            LONGEST_LINEAGE_TLS13
        } else {
            LONGEST_LINEAGE_TLS12
        };
        let hint = match self.lifetime_hint {
            0 => Duration::MAX,
            seconds => Duration::from_secs(seconds.into()),
        };
        // OpenSSL's own default for a missing timeout.
        let timeout = Duration::from_secs(if self.timeout == 0 { 3 } else { self.timeout });
        Lifetime {
            authenticated_at: made,
            issued_at: made,
            expires_at: made.plus(timeout.min(hint).min(longest)),
            lineage_ends_at: made.plus(longest),
        }
    }

    fn resumption(
        &self,
        version: ProtocolVersion,
        session_id: &[u8],
    ) -> Result<Resumption, ReadError> {
        let has_ticket = self.ticket.is_some_and(|ticket| !ticket.is_empty());
        if version == ProtocolVersion::TLS1_3 {
            // The session id is the hash of the ticket, and never travels.
            return match has_ticket {
                true => Ok(Resumption::Tls13 {
                    ticket_age_add: self.ticket_age_add,
                    max_early_data_size: self.max_early_data_size,
                }),
                false => Err(ReadError::NothingToOffer),
            };
        }
        let session_id = if has_ticket { &[] } else { session_id };
        if !has_ticket && session_id.is_empty() {
            return Err(ReadError::NothingToOffer);
        }
        Ok(Resumption::Tls12 {
            session_id: SessionId::new(session_id)
                .map_err(|_| at("session id")(DerProblem::StringLength(session_id.len())))?,
            extended_main_secret: self.flags & EXTENDED_MAIN_SECRET != 0,
        })
    }
}

/// A field that is one INTEGER.
fn unsigned(content: &[u8], name: &'static str) -> Result<u64, ReadError> {
    let mut inner = Elements::new(content);
    let value = inner.unsigned().map_err(at(name))?;
    inner.finish().map_err(at(name))?;
    Ok(value)
}

/// The same, of 32 bits.
fn unsigned32(content: &[u8], name: &'static str) -> Result<u32, ReadError> {
    u32::try_from(unsigned(content, name)?).map_err(|_| at(name)(DerProblem::Integer))
}

/// A field that is one OCTET STRING.
fn string<'a>(
    content: &'a [u8],
    longest: usize,
    name: &'static str,
) -> Result<&'a [u8], ReadError> {
    let mut inner = Elements::new(content);
    let value = inner.octets(longest).map_err(at(name))?;
    inner.finish().map_err(at(name))?;
    Ok(value)
}

fn alpn(name: &[u8]) -> Result<Alpn, ReadError> {
    Alpn::new(name).map_err(|_| at("ALPN")(DerProblem::StringLength(name.len())))
}

/// OpenSSL writes 0 for a group it does not know.
fn group(number: u64) -> Result<Option<NamedGroup>, ReadError> {
    let group = u16::try_from(number).map_err(|_| at("group")(DerProblem::Integer))?;
    Ok(Some(NamedGroup(group)).filter(|group| group.0 != 0))
}

fn host_name(bytes: &[u8]) -> Result<ServerName, ReadError> {
    let text =
        core::str::from_utf8(bytes).map_err(|_| ReadError::HostName(NameError::Character))?;
    ServerName::new(text).map_err(ReadError::HostName)
}

fn at(field: &'static str) -> impl Fn(DerProblem) -> ReadError {
    move |problem| ReadError::Der { field, problem }
}
