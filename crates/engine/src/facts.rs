//! What a connection and its session are, for those who look from outside.

use std::time::Duration;
use tessera_crypto::{HashAlgorithm, HashContext};
use tessera_session::{
    Alpn, LineageId, PeerIdentity, Refusal, ServerName, Taint, TicketId, Timestamp,
};
use tessera_wire::codepoint::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};

/// How the current session came to this connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A full handshake: the peer was authenticated now.
    Full,
    /// TLS 1.3: resumed by a pre-shared key.
    Psk,
    /// TLS 1.2: resumed by a ticket.
    Ticket,
    /// TLS 1.2: resumed by a session ID.
    SessionId,
    /// TLS 1.2: a handshake on a live connection.
    Renegotiated,
}

impl Kind {
    /// The word used in listings and JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Psk => "psk",
            Self::Ticket => "ticket",
            Self::SessionId => "session_id",
            Self::Renegotiated => "renegotiated",
        }
    }
}

/// What is known of an established connection and of the session it is on. Holds no secret.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The protocol version.
    pub version: ProtocolVersion,
    /// The cipher suite of this connection.
    pub cipher_suite: CipherSuite,
    /// The group of this connection's key exchange; `None` where TLS 1.2 resumed a session that
    /// does not remember its own.
    pub group: Option<NamedGroup>,
    /// Whether the secrets are bound to the whole handshake: always in TLS 1.3, in TLS 1.2 by the extended main secret
    /// (RFC 7627). Without it nothing is exported and no channel is bound.
    pub extended_main_secret: bool,
    /// What the external key is called that authenticated both ends in this handshake, if one did.
    pub external_psk: Option<Vec<u8>>,
    /// How the server has signed in this handshake, where it did.
    pub server_signature: Option<SignatureScheme>,
    /// How the client has signed in this handshake, where it did.
    pub client_signature: Option<SignatureScheme>,
    /// The application protocol, negotiated on this connection.
    pub alpn: Option<Alpn>,
    /// The server name the client asked for.
    pub server_name: Option<ServerName>,
    /// How the session came here.
    pub kind: Kind,
    /// Whether the session was resumed.
    pub resumed: bool,
    /// The session.
    pub session: SessionFacts,
    /// Who the peer is: the same on a full and on a resumed connection.
    pub peer: Option<PeerIdentity>,
    /// Why an offered session was not resumed.
    pub refusal: Option<Refusal>,
    /// Names this connection's traffic keys without telling them.
    pub keys_fingerprint: KeysFingerprint,
    /// Completed handshakes on this connection after the first: renegotiations of TLS 1.2.
    pub epoch: u32,
    /// Whether a HelloRetryRequest was needed.
    pub retried: bool,
    /// What became of early data.
    pub early_data: EarlyDataFate,
    /// Server, TLS 1.3: how old the ticket is that was resumed.
    pub ticket_age: Option<TicketAge>,
    /// How many tickets are due, where the client has asked for a number and the server has named
    /// its own: RFC 9149 §3.
    pub expected_tickets: Option<u8>,
}

/// What became of early data: RFC 9846 §2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum EarlyDataFate {
    /// None was offered.
    #[default]
    NotOffered,
    /// Client: the settings have it offered where possible, with this session it was not, and why.
    Withheld(Refusal),
    /// It was taken.
    Accepted,
    /// It was dropped unread, and why.
    Rejected(Refusal),
}

/// A ticket's age by two clocks. Where they are far apart its early data is not taken, for it may have been
/// held back on its way: RFC 9846 §8.3. A client that is always off has a clock that runs wrong, or a long way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketAge {
    /// As the client told it, in whole milliseconds: RFC 9846 §4.3.11.1.
    pub told: Duration,
    /// As we see it; zero where our clock says that the ticket is still to be issued.
    pub seen: Duration,
}

/// The session a connection is on.
#[derive(Clone, Debug)]
pub struct SessionFacts {
    /// After a full handshake a name of its own, derived alike at both ends; after a resumption the
    /// id of the spent ticket.
    pub id: TicketId,
    /// All sessions of one full handshake have this in common.
    pub lineage: LineageId,
    /// Resumptions since the full handshake.
    pub generation: u32,
    /// When the peers last really authenticated each other.
    pub authenticated_at: Timestamp,
    /// When the session (or the ticket it came from) was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When its whole lineage ends.
    pub lineage_ends_at: Timestamp,
    /// Why it may not resume into a verified connection.
    pub taint: Option<Taint>,
}

/// Eight bytes that tell two connections' keys apart and give neither away:
/// `SHA-256("tessera keys fingerprint" ‖ client_application_traffic_secret_0 ‖
/// server_application_traffic_secret_0)`, cut to eight; in TLS 1.2 the key block stands in the
/// place of the secrets. Both ends compute the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeysFingerprint(pub [u8; 8]);

impl KeysFingerprint {
    /// Of these secrets, one after the other.
    pub(crate) fn of(secrets: &[&[u8]]) -> Self {
        let mut hash = HashContext::new(HashAlgorithm::Sha256);
        hash.update(b"tessera keys fingerprint");
        secrets.iter().for_each(|secret| hash.update(secret));
        let digest = hash.finish();
        Self(digest.as_bytes().first_chunk().copied().unwrap_or_default())
    }
}

impl std::fmt::Display for KeysFingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for KeysFingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
