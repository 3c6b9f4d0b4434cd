//! One connection's own page: `tessera.connection/1`, which a server answers `/json` with.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use tessera_engine::Facts;

use crate::time::Time;

/// What a visitor is told of the connection, the session and the web session the request came on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionDocument {
    /// `tessera.connection/1`.
    pub schema: Cow<'static, str>,
    /// The connection.
    pub connection: ConnectionPart,
    /// The session it is on.
    pub session: SessionPart,
    /// The application's login, if there is one.
    pub web_session: Option<WebSessionPart>,
}

/// The connection: lives as long as its transport.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionPart {
    /// Its id.
    pub id: String,
    /// When it was opened.
    pub opened_at: Time,
    /// The peer's address.
    pub peer: String,
    /// Names its traffic keys without telling them.
    pub keys_fingerprint: String,
    /// Completed handshakes after the first.
    pub epoch: u32,
    /// Keys replaced, both halves counted.
    pub key_updates: u64,
}

/// The session: outlives the connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionPart {
    /// Its id.
    pub id: String,
    /// Its lineage.
    pub lineage: String,
    /// Resumptions since the full handshake.
    pub generation: u32,
    /// The version, as in `TLSv1.3`.
    pub version: String,
    /// The cipher suite.
    pub cipher_suite: String,
    /// The key exchange group; none in an abbreviated TLS 1.2 handshake.
    pub group: Option<String>,
    /// The application protocol.
    pub alpn: Option<String>,
    /// The name asked for.
    pub server_name: Option<String>,
    /// Whether it was resumed.
    pub resumed: bool,
    /// `full`, `psk`, `ticket`, `session_id` or `renegotiated`.
    pub kind: String,
    /// The connection that issued the ticket it came from, where that is known.
    pub issued_by: Option<String>,
    /// When the peers last really authenticated each other.
    pub authenticated_at: Time,
    /// When it ends.
    pub expires_at: Time,
    /// The subject the peer proved.
    pub peer_identity: Option<String>,
    /// Why an offered session was not resumed: the code.
    pub refusal: Option<String>,
    /// The same for people.
    pub refusal_text: Option<String>,
    /// Connections that ran on it, this one included.
    pub uses: u64,
}

/// The web session. Its id is a name for it, never the cookie's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebSessionPart {
    /// Its name.
    pub id: String,
    /// When its owner signed in.
    pub signed_in_at: Time,
    /// When it ends if nobody comes.
    pub idle_expires_at: Time,
}

impl ConnectionDocument {
    /// The schema's name.
    pub const SCHEMA: &'static str = "tessera.connection/1";

    /// The page of a connection without a web session.
    pub fn new(connection: ConnectionPart, session: SessionPart) -> Self {
        Self {
            schema: Cow::Borrowed(Self::SCHEMA),
            connection,
            session,
            web_session: None,
        }
    }
}

impl SessionPart {
    /// What a connection knows of its session. Who issued it and how often it was used is for a
    /// ledger to say; here it is used once, by this connection.
    pub fn of(facts: &Facts) -> Self {
        Self {
            id: facts.session.id.to_string(),
            lineage: facts.session.lineage.to_string(),
            generation: facts.session.generation,
            version: facts.version.to_string(),
            cipher_suite: facts.cipher_suite.to_string(),
            group: facts.group.map(|group| group.to_string()),
            alpn: facts.alpn.as_ref().map(ToString::to_string),
            server_name: facts.server_name.as_ref().map(ToString::to_string),
            resumed: facts.resumed,
            kind: facts.kind.code().to_owned(),
            issued_by: None,
            authenticated_at: facts.session.authenticated_at.into(),
            expires_at: facts.session.expires_at.into(),
            peer_identity: facts.peer.as_ref().map(|peer| peer.subject.clone()),
            refusal: facts
                .refusal
                .as_ref()
                .map(|refusal| refusal.code().to_owned()),
            refusal_text: facts.refusal.as_ref().map(ToString::to_string),
            uses: 1,
        }
    }
}
