//! What is served, and to whom.

use super::book::Book;
use super::private::Asking;
use super::tls::SharedStream;
use super::web_session::WebSessions;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tessera::session::Register;
use tessera::session::store::Uses;
use tessera::{ConnectionId, Facts, ServerConfig, clock};
use tessera_observe::{ConnectionDocument, ConnectionPart, SessionPart};

/// What is served.
pub(crate) enum Content {
    /// The built-in pages.
    Pages,
    /// The files of a directory.
    Files(PathBuf),
    /// Every line, back as it is.
    Echo,
}

/// Everything the pages need to know.
pub(crate) struct Site {
    /// What is served.
    pub(crate) content: Content,
    /// Whether clients can be asked who they are.
    pub(crate) asking: Asking,
    /// Who is signed in.
    pub(crate) web: Arc<WebSessions>,
    /// What happened on connections.
    pub(crate) book: Arc<Book>,
    /// What happened on those of other processes.
    pub(crate) register: Arc<dyn Register>,
}

/// Whose requests these are: one connection.
pub(crate) struct Visit {
    /// The stream.
    pub(crate) tls: SharedStream,
    /// What it was accepted with.
    pub(crate) config: Arc<ServerConfig>,
    /// Where the peer is.
    pub(crate) peer: String,
}

/// How long a page waits for the register before it goes without.
const REGISTER_DEADLINE: Duration = Duration::from_millis(20);

impl Site {
    /// `tessera.connection/1` for this visitor.
    pub(crate) async fn document(&self, visit: &Visit, cookies: &[&str]) -> ConnectionDocument {
        let (id, facts) = (visit.tls.id(), visit.tls.facts());
        let mut document = match self.book.document(id, &facts) {
            Some(document) => document,
            None => bare(visit, id, &facts),
        };
        // The ledger knows this process, the register all of them, if a little later.
        if let Some(uses) = self.uses(&facts).await {
            document.session.uses = document.session.uses.max(uses);
        }
        document.web_session = self.web.visit(cookies, clock::now());
        let name = document.web_session.as_ref().map(|web| web.id.as_str());
        self.book.web_session(id, name);
        document
    }

    async fn uses(&self, facts: &Facts) -> Option<u64> {
        let session = Uses::Session(facts.session.id);
        let tally = self.register.tally(session, clock::now());
        tokio::time::timeout(REGISTER_DEADLINE, tally)
            .await
            .ok()?
            .ok()
            .map(|tally| tally.uses)
    }
}

/// What the connection itself knows, should the ledger have lost it.
fn bare(visit: &Visit, id: ConnectionId, facts: &Facts) -> ConnectionDocument {
    let connection = ConnectionPart {
        id: id.to_string(),
        opened_at: clock::now().into(),
        peer: visit.peer.clone(),
        keys_fingerprint: facts.keys_fingerprint.to_string(),
        epoch: facts.epoch,
        key_updates: 0,
    };
    ConnectionDocument::new(connection, SessionPart::of(facts))
}
