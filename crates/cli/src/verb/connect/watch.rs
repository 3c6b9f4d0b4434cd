//! What the connections of this run tell: tickets, troubles, how long handshakes took, messages.

use super::trace::Tracer;
use crate::report::talk::Talk;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tessera::engine::Event;
use tessera::{ConnectionId, Observer, Opened, Timestamp, Trouble};

/// Watches all connections of one run.
pub(super) struct Watch {
    connections: Mutex<HashMap<ConnectionId, Watched>>,
    tracer: Option<Tracer>,
    talk: Talk,
}

/// What was seen of one connection.
#[derive(Clone, Copy)]
pub(super) struct Watched {
    began: Instant,
    /// How long the handshake took.
    pub(super) handshake: Duration,
    /// Tickets that came.
    pub(super) tickets: u32,
}

impl Watch {
    /// Nothing seen yet.
    pub(super) fn new(tracer: Option<Tracer>, talk: Talk) -> Self {
        Self {
            connections: Mutex::default(),
            tracer,
            talk,
        }
    }

    /// What was seen of this one.
    pub(super) fn of(&self, connection: ConnectionId) -> Option<Watched> {
        self.lock().get(&connection).copied()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConnectionId, Watched>> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Watch {
    fn opened(&self, connection: ConnectionId, _: Timestamp, _: &Opened<'_>) {
        let watched = Watched {
            began: Instant::now(),
            handshake: Duration::ZERO,
            tickets: 0,
        };
        self.lock().insert(connection, watched);
    }

    fn event(&self, connection: ConnectionId, _: Timestamp, event: &Event) {
        if let Some(tracer) = &self.tracer {
            tracer.event(connection, event);
        }
        let mut connections = self.lock();
        let Some(watched) = connections.get_mut(&connection) else {
            return;
        };
        match event {
            Event::Established(_) => watched.handshake = watched.began.elapsed(),
            Event::TicketReceived(_) => watched.tickets += 1,
            _ => {}
        }
    }

    fn trouble(&self, _: ConnectionId, _: Timestamp, trouble: &Trouble) {
        self.talk.warn(trouble);
    }
}
