//! What may be shown of a session. It cannot hold a secret, so it may be printed anywhere.

use tessera_wire::{CipherSuite, NamedGroup, ProtocolVersion, Reader, Writer};

use crate::binding::{Alpn, ServerName};
use crate::id::{LineageId, TicketId};
use crate::record::{RecordError, illegal};
use crate::session::{Lineage, Session, Side};
use crate::time::Timestamp;

/// The format this program writes.
const FORMAT: u16 = 1;

/// The part of a session that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Of the session; for [`TicketKind::Lineage`] of the lineage.
    pub id: TicketId,
    /// What it descends from.
    pub lineage: Lineage,
    /// Who keeps it.
    pub side: Side,
    /// The protocol version.
    pub version: ProtocolVersion,
    /// The cipher suite.
    pub cipher_suite: CipherSuite,
    /// The key exchange, if known.
    pub group: Option<NamedGroup>,
    /// The name asked for.
    pub server_name: Option<ServerName>,
    /// The peer's subject, if it proved one.
    pub peer: Option<String>,
    /// The application protocol of the connection that made it.
    pub alpn: Option<Alpn>,
    /// When the peer last really proved who it is.
    pub authenticated_at: Timestamp,
    /// When this ticket was made.
    pub issued_at: Timestamp,
    /// When this ticket ends.
    pub expires_at: Timestamp,
    /// When every ticket of the lineage ends.
    pub lineage_ends_at: Timestamp,
    /// Made without verifying the peer, or imported without trust.
    pub tainted: bool,
    /// What is kept where.
    pub kind: TicketKind,
}

/// What is kept where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TicketKind {
    /// The peer carries the whole session, sealed under a ring key.
    Sealed,
    /// The peer carries a lookup key, the store the session.
    Stored,
    /// No session of its own: stands for all self-encrypted tickets of one full handshake.
    Lineage,
}

impl TicketKind {
    /// `sealed`, `stored` or `lineage`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::Stored => "stored",
            Self::Lineage => "lineage",
        }
    }
}

impl Summary {
    /// The summary of a session known by this id.
    pub fn of(session: &Session, id: TicketId, side: Side, kind: TicketKind) -> Self {
        Self {
            id,
            lineage: session.lineage,
            side,
            version: session.version,
            cipher_suite: session.cipher_suite,
            group: session.group,
            server_name: session.binding.server_name.clone(),
            peer: session
                .binding
                .peer
                .as_ref()
                .map(|peer| peer.subject.clone()),
            alpn: session.binding.alpn.clone(),
            authenticated_at: session.lifetime.authenticated_at,
            issued_at: session.lifetime.issued_at,
            expires_at: session.lifetime.expires_at,
            lineage_ends_at: session.lifetime.lineage_ends_at,
            tainted: session.taint.is_some(),
            kind,
        }
    }

    /// What stands in listings for all self-encrypted tickets of one full handshake.
    pub fn of_lineage(session: &Session, side: Side) -> Self {
        let mut summary = Self::of(
            session,
            TicketId::of_lineage(session.lineage.id),
            side,
            TicketKind::Lineage,
        );
        summary.expires_at = summary.lineage_ends_at;
        summary
    }

    /// The bytes; a peer's subject of more than 65,535 bytes is an error.
    pub fn encode(&self) -> Result<Vec<u8>, RecordError> {
        let mut w = Writer::with_capacity(256);
        w.u16(FORMAT);
        w.bytes(&self.id.0);
        w.bytes(&self.lineage.id.0);
        w.u32(self.lineage.generation);
        w.u8(match self.side {
            Side::Client => 1,
            Side::Server => 2,
        });
        w.u16(self.version.0);
        w.u16(self.cipher_suite.0);
        w.u16(self.group.map_or(0, |group| group.0));
        w.vec8(|w| {
            w.bytes(
                self.server_name
                    .as_ref()
                    .map_or("", ServerName::as_str)
                    .as_bytes(),
            );
        });
        match &self.peer {
            None => w.u8(0),
            Some(subject) => {
                w.u8(1);
                w.vec16(|w| w.bytes(subject.as_bytes()));
            }
        }
        w.vec8(|w| w.bytes(self.alpn.as_ref().map_or(&[], Alpn::as_bytes)));
        for time in [
            self.authenticated_at,
            self.issued_at,
            self.expires_at,
            self.lineage_ends_at,
        ] {
            w.u64(time.as_millis());
        }
        w.u8(u8::from(self.tainted));
        w.u8(match self.kind {
            TicketKind::Sealed => 1,
            TicketKind::Stored => 2,
            TicketKind::Lineage => 3,
        });
        if w.overflowed() {
            Err(RecordError::TooLong("summary"))
        } else {
            Ok(w.into_vec())
        }
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let r = &mut Reader::new(bytes);
        match r.u16("format")? {
            FORMAT => {}
            other => return Err(RecordError::UnknownFormat(other)),
        }
        let summary = Self {
            id: TicketId(r.array("id")?),
            lineage: Lineage {
                id: LineageId(r.array("lineage_id")?),
                generation: r.u32("generation")?,
            },
            side: match r.u8("side")? {
                1 => Side::Client,
                2 => Side::Server,
                _ => return Err(illegal("side")),
            },
            version: ProtocolVersion(r.u16("version")?),
            cipher_suite: CipherSuite(r.u16("cipher_suite")?),
            group: Some(NamedGroup(r.u16("group")?)).filter(|group| group.0 != 0),
            server_name: read::server_name(r)?,
            peer: match r.u8("peer")? {
                0 => None,
                1 => Some(read::text(r.vec16("subject", 0..=0xffff)?, "subject")?),
                _ => return Err(illegal("peer")),
            },
            alpn: read::alpn(r)?,
            authenticated_at: Timestamp::from_millis(r.u64("authenticated_at")?),
            issued_at: Timestamp::from_millis(r.u64("issued_at")?),
            expires_at: Timestamp::from_millis(r.u64("expires_at")?),
            lineage_ends_at: Timestamp::from_millis(r.u64("lineage_ends_at")?),
            tainted: match r.u8("tainted")? {
                0 => false,
                1 => true,
                _ => return Err(illegal("tainted")),
            },
            kind: match r.u8("kind")? {
                1 => TicketKind::Sealed,
                2 => TicketKind::Stored,
                3 => TicketKind::Lineage,
                _ => return Err(illegal("kind")),
            },
        };
        r.clone().finish("summary")?;
        Ok(summary)
    }
}

/// Fields that a summary and a session record have in common.
pub(crate) mod read {
    use super::*;

    /// Empty stands for no name; a name has to be in the form it was written in.
    pub(crate) fn server_name(r: &mut Reader<'_>) -> Result<Option<ServerName>, RecordError> {
        let bytes = r.vec8("server_name", 0..=253)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let text = text(bytes, "server_name")?;
        match ServerName::new(&text) {
            Ok(name) if name.as_str() == text => Ok(Some(name)),
            _ => Err(illegal("server_name")),
        }
    }

    /// Empty stands for none.
    pub(crate) fn alpn(r: &mut Reader<'_>) -> Result<Option<Alpn>, RecordError> {
        Ok(Alpn::new(r.vec8("alpn", 0..=255)?).ok())
    }

    pub(crate) fn text(bytes: &[u8], field: &'static str) -> Result<String, RecordError> {
        String::from_utf8(bytes.to_vec()).map_err(|_| illegal(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use proptest::prelude::*;

    #[test]
    fn a_summary_is_read_back() {
        let id = TicketId([9; 32]);
        for session in [samples::tls13(), samples::tls12(), samples::bare()] {
            let summary = Summary::of(&session, id, Side::Server, TicketKind::Stored);
            assert_eq!(Summary::decode(&summary.encode().unwrap()), Ok(summary));
            let lineage = Summary::of_lineage(&session, Side::Client);
            assert_eq!(Summary::decode(&lineage.encode().unwrap()), Ok(lineage));
        }
    }

    #[test]
    fn no_secret_of_the_session_is_in_its_summary() {
        let session = samples::tls13();
        let bytes = Summary::of(
            &session,
            TicketId([9; 32]),
            Side::Server,
            TicketKind::Stored,
        )
        .encode()
        .unwrap();
        let secret = session.secret.as_bytes();
        assert!(
            !bytes
                .windows(4)
                .any(|window| secret.windows(4).any(|part| part == window))
        );
    }

    proptest! {
        #[test]
        fn rule_13_any_bytes_give_a_summary_or_an_error(bytes: Vec<u8>) {
            let _ = Summary::decode(&bytes);
        }

        #[test]
        fn rule_13_what_is_read_is_written_the_same(at in 0usize..200, value: u8) {
            let mut bytes = Summary::of_lineage(&samples::tls13(), Side::Server).encode().unwrap();
            let at = at % bytes.len();
            bytes[at] = value;
            if let Ok(summary) = Summary::decode(&bytes) {
                prop_assert_eq!(summary.encode().unwrap(), bytes);
            }
        }
    }
}
