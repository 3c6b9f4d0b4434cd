//! Session to bytes and back: versioned, bounded, total. `docs/session-record.md` has the fields.
//!
//! These bytes hold the session's secret in clear: they leave the process sealed, by
//! [`Vault`](crate::vault::Vault) or [`ticket::seal`](crate::ticket::seal), or not at all.

use core::fmt;

use tessera_crypto::Secret;
use tessera_wire::{
    CipherSuite, DecodeError, NamedGroup, Problem, ProtocolVersion, Reader, SessionId, Writer,
};
use zeroize::Zeroizing;

use crate::binding::{Alpn, Binding, IssuerSerial, PeerIdentity, ServerName};
use crate::id::LineageId;
use crate::scope::Scope;
use crate::session::{
    Lifetime, Lineage, Resumption, ResumptionSecret, SecretError, Session, Taint,
};
use crate::summary::read;
use crate::time::Timestamp;

/// The format this program writes. A change of the fields is a new number, and the old one stays readable.
pub const FORMAT: u16 = 1;

/// No record is longer: what is, was not written by us.
pub const MAX_LEN: usize = 1 << 20;

const MAX_CERTIFICATES: usize = 16;
const MAX_CHAIN: usize = 1 << 18;
const MAX_SERIALS: usize = 32 * (32 + 1 + 255);

/// Why bytes are no session, or a session does not fit into bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// Written by a later version of this program, or not by it at all.
    UnknownFormat(u16),
    /// A field is not what it should be.
    Field(DecodeError),
    /// The secret is none.
    Secret(SecretError),
    /// This part is longer than a record may hold.
    TooLong(&'static str),
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownFormat(format) => {
                write!(
                    f,
                    "the session record has format {format}; this program reads format {FORMAT}"
                )
            }
            Self::Field(error) => write!(f, "the session record is malformed: {error}"),
            Self::Secret(error) => fmt::Display::fmt(error, f),
            Self::TooLong(part) => write!(f, "the session's {part} is too long to be kept"),
        }
    }
}

impl std::error::Error for RecordError {}

impl From<DecodeError> for RecordError {
    fn from(error: DecodeError) -> Self {
        Self::Field(error)
    }
}

pub(crate) const fn illegal(field: &'static str) -> RecordError {
    RecordError::Field(DecodeError {
        field,
        problem: Problem::IllegalValue,
    })
}

/// The bytes of a session and, on a client, of the ticket to offer it by.
pub fn encode(session: &Session, ticket: Option<&[u8]>) -> Result<Zeroizing<Vec<u8>>, RecordError> {
    check_lengths(session, ticket)?;
    // Room for everything at once: a vector that grows leaves copies of the secret behind.
    let mut w = Writer::with_capacity(capacity(session, ticket));
    w.u16(FORMAT);
    w.u16(session.version.0);
    w.u16(session.cipher_suite.0);
    w.bytes(&session.lineage.id.0);
    w.u32(session.lineage.generation);
    w.vec8(|w| w.bytes(session.secret.as_bytes()));
    w.bytes(&session.binding.scope.0);
    w.vec8(|w| {
        w.bytes(
            session
                .binding
                .server_name
                .as_ref()
                .map_or("", ServerName::as_str)
                .as_bytes(),
        );
    });
    w.vec8(|w| w.bytes(session.binding.alpn.as_ref().map_or(&[], Alpn::as_bytes)));
    w.u16(session.group.map_or(0, |group| group.0));
    let Lifetime {
        authenticated_at,
        issued_at,
        expires_at,
        lineage_ends_at,
    } = session.lifetime;
    for time in [authenticated_at, issued_at, expires_at, lineage_ends_at] {
        w.u64(time.as_millis());
    }
    w.u8(match session.taint {
        None => 0,
        Some(Taint::Unverified) => 1,
        Some(Taint::Imported) => 2,
    });
    match session.resumption {
        Resumption::Tls12 {
            session_id,
            extended_main_secret,
        } => {
            w.u8(2);
            w.vec8(|w| w.bytes(session_id.as_slice()));
            w.u8(u8::from(extended_main_secret));
        }
        Resumption::Tls13 {
            ticket_age_add,
            max_early_data_size,
        } => {
            w.u8(3);
            w.u32(ticket_age_add);
            w.u32(max_early_data_size);
        }
    }
    match &session.binding.peer {
        None => w.u8(0),
        Some(peer) => {
            w.u8(1);
            encode_peer(peer, &mut w);
        }
    }
    w.vec16(|w| w.bytes(&session.app_data));
    w.vec16(|w| w.bytes(ticket.unwrap_or_default()));
    let overflowed = w.overflowed();
    let bytes = Zeroizing::new(w.into_vec());
    if overflowed {
        Err(RecordError::TooLong("record"))
    } else {
        Ok(bytes)
    }
}

/// Reads what [`encode`] wrote. Whatever the bytes are, it returns, and never keeps more than they are.
pub fn decode(bytes: &[u8]) -> Result<(Session, Option<Vec<u8>>), RecordError> {
    if bytes.len() > MAX_LEN {
        return Err(RecordError::TooLong("record"));
    }
    let r = &mut Reader::new(bytes);
    match r.u16("format")? {
        FORMAT => {}
        other => return Err(RecordError::UnknownFormat(other)),
    }
    let version = ProtocolVersion(r.u16("version")?);
    let cipher_suite = CipherSuite(r.u16("cipher_suite")?);
    let lineage = Lineage {
        id: LineageId(r.array("lineage_id")?),
        generation: r.u32("generation")?,
    };
    let secret = Secret::new(r.vec8("secret", 32..=48)?).map_err(|_| illegal("secret"))?;
    let secret =
        ResumptionSecret::new(secret, version, cipher_suite).map_err(RecordError::Secret)?;
    let scope = Scope(r.array("scope")?);
    let server_name = read::server_name(r)?;
    let alpn = read::alpn(r)?;
    let group = Some(NamedGroup(r.u16("group")?)).filter(|group| group.0 != 0);
    let lifetime = Lifetime {
        authenticated_at: Timestamp::from_millis(r.u64("authenticated_at")?),
        issued_at: Timestamp::from_millis(r.u64("issued_at")?),
        expires_at: Timestamp::from_millis(r.u64("expires_at")?),
        lineage_ends_at: Timestamp::from_millis(r.u64("lineage_ends_at")?),
    };
    let taint = match r.u8("taint")? {
        0 => None,
        1 => Some(Taint::Unverified),
        2 => Some(Taint::Imported),
        _ => return Err(illegal("taint")),
    };
    let resumption = decode_resumption(r)?;
    if resumption.version() != version {
        return Err(illegal("resumption"));
    }
    let peer = match r.u8("peer")? {
        0 => None,
        1 => Some(decode_peer(r)?),
        _ => return Err(illegal("peer")),
    };
    let app_data = r.vec16("app_data", 0..=0xffff)?.to_vec();
    let ticket = Some(r.vec16("ticket", 0..=0xffff)?.to_vec()).filter(|ticket| !ticket.is_empty());
    r.clone().finish("session")?;
    let binding = Binding {
        server_name,
        alpn,
        peer,
        scope,
    };
    Ok((
        Session {
            lineage,
            version,
            cipher_suite,
            secret,
            binding,
            lifetime,
            resumption,
            taint,
            app_data,
            group,
        },
        ticket,
    ))
}

fn decode_resumption(r: &mut Reader<'_>) -> Result<Resumption, RecordError> {
    match r.u8("resumption")? {
        2 => Ok(Resumption::Tls12 {
            session_id: SessionId::new(r.vec8("session_id", 0..=32)?)?,
            extended_main_secret: match r.u8("extended_main_secret")? {
                0 => false,
                1 => true,
                _ => return Err(illegal("extended_main_secret")),
            },
        }),
        3 => Ok(Resumption::Tls13 {
            ticket_age_add: r.u32("ticket_age_add")?,
            max_early_data_size: r.u32("max_early_data_size")?,
        }),
        _ => Err(illegal("resumption")),
    }
}

fn encode_peer(peer: &PeerIdentity, w: &mut Writer) {
    w.vec16(|w| w.bytes(peer.subject.as_bytes()));
    w.u64(peer.not_after.as_millis());
    w.vec24(|w| {
        for certificate in &peer.chain {
            w.vec24(|w| w.bytes(certificate));
        }
    });
    w.vec16(|w| {
        for certificate in &peer.issuer_serials {
            w.bytes(&certificate.issuer_hash);
            w.vec8(|w| w.bytes(&certificate.serial));
        }
    });
}

fn decode_peer(r: &mut Reader<'_>) -> Result<PeerIdentity, RecordError> {
    let subject = read::text(r.vec16("subject", 0..=0xffff)?, "subject")?;
    let not_after = Timestamp::from_millis(r.u64("not_after")?);
    let mut certificates = r.sub24("chain", 0..=MAX_CHAIN)?;
    let mut chain = Vec::new();
    while !certificates.is_empty() {
        if chain.len() == MAX_CERTIFICATES {
            return Err(RecordError::TooLong("chain"));
        }
        chain.push(certificates.vec24("certificate", 1..=MAX_CHAIN)?.to_vec());
    }
    let mut serials = r.sub16("issuer_serials", 0..=MAX_SERIALS)?;
    let mut issuer_serials = Vec::new();
    while !serials.is_empty() {
        issuer_serials.push(IssuerSerial {
            issuer_hash: serials.array("issuer_hash")?,
            serial: serials.vec8("serial", 0..=255)?.to_vec(),
        });
    }
    Ok(PeerIdentity {
        subject,
        chain,
        not_after,
        issuer_serials,
    })
}

/// What `decode` would refuse is not written.
fn check_lengths(session: &Session, ticket: Option<&[u8]>) -> Result<(), RecordError> {
    let mut parts = vec![
        ("app_data", session.app_data.len(), 0xffff),
        ("ticket", ticket.map_or(0, <[u8]>::len), 0xffff),
    ];
    if let Some(peer) = &session.binding.peer {
        let serials = peer
            .issuer_serials
            .iter()
            .map(|certificate| 33 + certificate.serial.len())
            .sum();
        let longest_serial = peer
            .issuer_serials
            .iter()
            .map(|certificate| certificate.serial.len())
            .max()
            .unwrap_or(0);
        parts.extend([
            ("subject", peer.subject.len(), 0xffff),
            ("chain", peer.chain.len(), MAX_CERTIFICATES),
            (
                "chain",
                peer.chain
                    .iter()
                    .map(|certificate| 3 + certificate.len())
                    .sum(),
                MAX_CHAIN,
            ),
            ("list of serial numbers", serials, MAX_SERIALS),
            ("list of serial numbers", longest_serial, 255),
        ]);
        if peer.chain.iter().any(Vec::is_empty) {
            return Err(illegal("certificate"));
        }
    }
    if session.resumption.version() != session.version {
        return Err(illegal("resumption"));
    }
    match parts
        .into_iter()
        .find(|(_, length, longest)| length > longest)
    {
        Some((part, _, _)) => Err(RecordError::TooLong(part)),
        None => Ok(()),
    }
}

/// At least as many bytes as the record will have.
fn capacity(session: &Session, ticket: Option<&[u8]>) -> usize {
    let peer = session.binding.peer.as_ref().map_or(0, |peer| {
        let chain: usize = peer
            .chain
            .iter()
            .map(|certificate| 3 + certificate.len())
            .sum();
        let serials: usize = peer
            .issuer_serials
            .iter()
            .map(|certificate| 33 + certificate.serial.len())
            .sum();
        32 + peer.subject.len() + chain + serials
    });
    let name = session
        .binding
        .server_name
        .as_ref()
        .map_or(0, |name| name.as_str().len());
    let alpn = session
        .binding
        .alpn
        .as_ref()
        .map_or(0, |alpn| alpn.as_bytes().len());
    256 + name + alpn + peer + session.app_data.len() + ticket.map_or(0, <[u8]>::len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    /// Records of every format ever released, which stay readable: `name: hex`, one a line.
    const GOLDEN: &str = include_str!("../tests/golden/session-records.txt");

    fn sample(name: &str) -> (Session, Option<&'static [u8]>) {
        match name {
            "tls13-server" => (samples::tls13(), None),
            "tls13-client" => (samples::tls13(), Some(b"a ticket")),
            "tls12-server" => (samples::tls12(), None),
            "bare" => (samples::bare(), None),
            "tainted" => (
                Session {
                    taint: Some(Taint::Unverified),
                    ..samples::bare()
                },
                None,
            ),
            other => panic!("no sample {other}"),
        }
    }

    fn golden() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
        GOLDEN
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                let (name, hex) = line.split_once(": ").expect("a name and its bytes");
                (name, HEXLOWER.decode(hex.as_bytes()).expect("hexadecimal"))
            })
    }

    #[test]
    fn records_of_every_release_are_still_read() {
        let mut seen = 0;
        for (name, bytes) in golden() {
            let (session, ticket) =
                decode(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            let (expected, expected_ticket) = sample(name);
            assert_eq!(
                encode(&session, ticket.as_deref()),
                encode(&expected, expected_ticket),
                "{name}"
            );
            seen += 1;
        }
        assert_eq!(seen, 5);
    }

    #[test]
    fn this_release_writes_the_format_it_says() {
        for (name, bytes) in golden() {
            let (session, ticket) = sample(name);
            let written = encode(&session, ticket).unwrap();
            assert_eq!(HEXLOWER.encode(&written), HEXLOWER.encode(&bytes), "{name}");
        }
    }

    #[test]
    fn a_later_format_is_refused_by_its_number() {
        let mut bytes = encode(&samples::bare(), None).unwrap().to_vec();
        bytes[1] = 2;
        assert_eq!(decode(&bytes).err(), Some(RecordError::UnknownFormat(2)));
    }

    #[test]
    fn rule_13_a_zero_secret_is_refused_on_reading() {
        let mut bytes = encode(&samples::bare(), None).unwrap().to_vec();
        let at = 2 + 2 + 2 + 16 + 4 + 1;
        bytes[at..at + 32].fill(0);
        assert_eq!(
            decode(&bytes).err(),
            Some(RecordError::Secret(SecretError::AllZero))
        );
    }

    #[test]
    fn rule_13_what_is_too_long_is_neither_written_nor_read() {
        let mut session = samples::tls13();
        session.app_data = vec![0; 0x1_0000];
        assert_eq!(
            encode(&session, None).err(),
            Some(RecordError::TooLong("app_data"))
        );
        let mut session = samples::tls13();
        session.binding.peer.as_mut().unwrap().chain = vec![vec![1]; MAX_CERTIFICATES + 1];
        assert_eq!(
            encode(&session, None).err(),
            Some(RecordError::TooLong("chain"))
        );
        assert_eq!(
            encode(&samples::bare(), Some(&[0; 0x1_0000])).err(),
            Some(RecordError::TooLong("ticket"))
        );
        assert_eq!(
            decode(&vec![0; MAX_LEN + 1]).err(),
            Some(RecordError::TooLong("record"))
        );
    }

    #[test]
    fn rule_14_the_form_of_one_version_is_no_record_of_the_other() {
        let mut mixed = samples::tls13();
        mixed.resumption = samples::tls12().resumption;
        assert_eq!(encode(&mixed, None).err(), Some(illegal("resumption")));
    }

    #[test]
    fn no_copy_of_the_secret_is_left_behind_by_a_growing_buffer() {
        for session in [samples::tls13(), samples::tls12(), samples::bare()] {
            for ticket in [None, Some([7; 2000].as_slice())] {
                assert!(encode(&session, ticket).unwrap().len() <= capacity(&session, ticket));
            }
        }
    }

    #[test]
    fn every_prefix_of_a_record_is_an_error() {
        let bytes = encode(&samples::tls13(), Some(b"ticket")).unwrap();
        for end in 0..bytes.len() {
            assert!(decode(&bytes[..end]).is_err(), "{end}");
        }
    }

    proptest! {
        #[test]
        fn rule_13_any_bytes_give_a_session_or_an_error(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }

        #[test]
        fn rule_13_what_is_read_is_written_the_same(at: usize, value: u8) {
            let mut bytes = encode(&samples::tls13(), Some(b"ticket")).unwrap().to_vec();
            let at = at % bytes.len();
            bytes[at] = value;
            if let Ok((session, ticket)) = decode(&bytes) {
                prop_assert_eq!(encode(&session, ticket.as_deref()).unwrap().to_vec(), bytes);
            }
        }

        #[test]
        fn a_session_survives_being_written(
            numbers: [u32; 3],
            times: [u64; 4],
            app_data: Vec<u8>,
            subject: String,
            certificates in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..50), 0..16),
            serials in prop::collection::vec(any::<([u8; 32], Vec<u8>)>(), 0..16),
        ) {
            let [authenticated_at, issued_at, expires_at, lineage_ends_at] = times.map(Timestamp::from_millis);
            let mut session = samples::tls13();
            session.lineage.generation = numbers[0];
            session.lifetime = Lifetime { authenticated_at, issued_at, expires_at, lineage_ends_at };
            session.resumption = Resumption::Tls13 { ticket_age_add: numbers[1], max_early_data_size: numbers[2] };
            session.app_data = app_data;
            let peer = session.binding.peer.as_mut().unwrap();
            peer.subject = subject;
            peer.chain = certificates;
            peer.issuer_serials = serials
                .into_iter()
                .map(|(issuer_hash, serial)| IssuerSerial { issuer_hash, serial })
                .collect();
            let bytes = encode(&session, None).unwrap();
            let (read, ticket) = decode(&bytes).unwrap();
            prop_assert_eq!(ticket, None);
            prop_assert_eq!(&read.binding, &session.binding);
            prop_assert_eq!(read.lifetime, session.lifetime);
            prop_assert_eq!(read.resumption, session.resumption);
            prop_assert_eq!(read.lineage, session.lineage);
            prop_assert_eq!(read.app_data, session.app_data);
        }
    }
}
