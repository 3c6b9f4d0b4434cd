//! Sessions the ledger knows of, each as long as a kept connection has to do with it.

use std::collections::HashMap;

use tessera_engine::Facts;
use tessera_session::{LineageId, TicketId, Timestamp};

use super::ConnectionId;
use super::connection::About;
use crate::delta::{Changes, Gone};
use crate::row::SessionRow;

/// All of them, by id.
#[derive(Default)]
pub(super) struct Sessions(HashMap<TicketId, Session>);

/// What is known of one. Of a ticket nobody has come back with, that is little.
#[derive(Default)]
struct Session {
    lineage: Option<LineageId>,
    generation: u32,
    uses: u64,
    issued_by: Option<ConnectionId>,
    issued_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    authenticated_at: Option<Timestamp>,
    lineage_ends_at: Option<Timestamp>,
    /// Connections, and tickets on them, that keep it here.
    held: usize,
    changed: u64,
}

impl Sessions {
    /// A connection runs on the session it tells of.
    pub(super) fn used(&mut self, facts: &Facts, changes: &mut Changes) {
        let told = &facts.session;
        let session = self.0.entry(told.id).or_default();
        session.uses += 1;
        session.held += 1;
        session.lineage = Some(told.lineage);
        session.generation = told.generation;
        session.issued_at = Some(told.issued_at);
        session.expires_at = Some(told.expires_at);
        session.authenticated_at = Some(told.authenticated_at);
        session.lineage_ends_at = Some(told.lineage_ends_at);
        session.changed = changes.next();
    }

    /// A ticket went over this connection.
    pub(super) fn issued(
        &mut self,
        id: TicketId,
        by: ConnectionId,
        at: Timestamp,
        changes: &mut Changes,
    ) {
        let session = self.0.entry(id).or_default();
        session.held += 1;
        session.issued_by = Some(by);
        session.issued_at.get_or_insert(at);
        session.changed = changes.next();
    }

    /// What a ticket has from the connection it went over. Nothing is inherited twice.
    pub(super) fn inherit(&mut self, id: TicketId, about: &About, changes: &mut Changes) {
        let Some(session) = self
            .0
            .get_mut(&id)
            .filter(|session| session.lineage.is_none())
        else {
            return;
        };
        session.lineage = Some(about.lineage);
        session.generation = about.generation.saturating_add(1);
        session.authenticated_at = Some(about.authenticated_at);
        session.lineage_ends_at = Some(about.lineage_ends_at);
        session.changed = changes.next();
    }

    /// One reason less to keep a session.
    pub(super) fn let_go(&mut self, id: TicketId, changes: &mut Changes) {
        let Some(session) = self.0.get_mut(&id) else {
            return;
        };
        session.held = session.held.saturating_sub(1);
        if session.held == 0 {
            self.0.remove(&id);
            changes.gone(Gone::Session(id.to_string()));
        }
    }

    pub(super) fn row(&self, id: TicketId) -> Option<SessionRow> {
        self.0.get(&id).map(|session| session.row(id))
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = (Option<LineageId>, SessionRow)> {
        self.0
            .iter()
            .map(|(id, session)| (session.lineage, session.row(*id)))
    }

    pub(super) fn rows_since(&self, since: u64) -> Vec<SessionRow> {
        let changed = self.0.iter().filter(|(_, session)| session.changed > since);
        let mut rows: Vec<SessionRow> = changed.map(|(id, session)| session.row(*id)).collect();
        rows.sort_by(|a, b| (a.issued_at, &a.id).cmp(&(b.issued_at, &b.id)));
        rows
    }
}

impl Session {
    fn row(&self, id: TicketId) -> SessionRow {
        SessionRow {
            id: id.to_string(),
            lineage: self.lineage.map(|lineage| lineage.to_string()),
            generation: self.generation,
            uses: self.uses,
            issued_by: self.issued_by.map(|by| by.to_string()),
            issued_at: self.issued_at.map(Into::into),
            expires_at: self.expires_at.map(Into::into),
            authenticated_at: self.authenticated_at.map(Into::into),
            lineage_ends_at: self.lineage_ends_at.map(Into::into),
        }
    }
}
