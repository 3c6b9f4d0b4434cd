//! What servers and their store would tell.

use tessera_console::document::{ConsoleRow, LineageState};
use tessera_console::{LineageFact, Picture};
use tessera_observe::row::State;
use tessera_observe::{ConnectionRow, Delta, FeedLine, HandshakeRow, Notice, SessionRow, Traces};

use super::at;

pub(crate) fn console() -> ConsoleRow {
    ConsoleRow {
        node: "edge-1".to_owned(),
        pid: 800,
        started_at: at(0),
        learn: false,
        store: "sqlite sessions.db".to_owned(),
        listening: "127.0.0.1:8443".to_owned(),
        deeds: Default::default(),
    }
}

/// A connection whose handshake is under way.
pub(crate) fn handshaking(id: &str) -> ConnectionRow {
    ConnectionRow {
        id: id.to_owned(),
        opened_at: at(10),
        closed_at: None,
        peer: "127.0.0.1:40000".to_owned(),
        state: State::Handshaking,
        ending: None,
        alert_sent: None,
        alert_received: None,
        server_name: Some("a.test".to_owned()),
        handshake: None,
        earlier: Vec::new(),
        refusal: None,
        refusal_text: None,
        retried: false,
        key_updates: 0,
        bytes_in: 0,
        bytes_out: 0,
        tickets: Vec::new(),
        web_session: None,
        client_random: None,
        under_way: Traces::default(),
    }
}

/// A connection that began the lineage with a full handshake, on the session `full-ID`.
pub(crate) fn full(id: &str, lineage: &str) -> ConnectionRow {
    ConnectionRow {
        state: State::Open,
        handshake: Some(handshake(&format!("full-{id}"), lineage, 0)),
        bytes_in: 500,
        bytes_out: 3_000,
        ..handshaking(id)
    }
}

/// A connection that resumed the session.
pub(crate) fn resumed(id: &str, lineage: &str, session: &str) -> ConnectionRow {
    let handshake = HandshakeRow {
        kind: "ticket".to_owned(),
        resumed: true,
        ..handshake(session, lineage, 1)
    };
    ConnectionRow {
        handshake: Some(handshake),
        ..full(id, lineage)
    }
}

pub(crate) fn handshake(session: &str, lineage: &str, generation: u32) -> HandshakeRow {
    HandshakeRow {
        epoch: 0,
        kind: "full".to_owned(),
        resumed: false,
        session: session.to_owned(),
        lineage: lineage.to_owned(),
        generation,
        version: "TLSv1.3".to_owned(),
        cipher_suite: "TLS_AES_128_GCM_SHA256".to_owned(),
        group: Some("x25519".to_owned()),
        alpn: None,
        keys_fingerprint: "f00d".to_owned(),
        handshake_us: 900,
        bytes_in: 500,
        bytes_out: 3_000,
        early_data: "none".into(),
        early_data_refusal: None,
        traces: Traces::default(),
    }
}

pub(crate) fn closed(row: ConnectionRow) -> ConnectionRow {
    ConnectionRow {
        state: State::Closed,
        closed_at: Some(at(20)),
        ending: Some("close_notify".to_owned()),
        ..row
    }
}

/// A session that ends an hour after everything began.
pub(crate) fn session(id: &str, lineage: &str) -> SessionRow {
    SessionRow {
        id: id.to_owned(),
        lineage: Some(lineage.to_owned()),
        generation: 0,
        uses: 1,
        issued_by: None,
        issued_at: Some(at(10)),
        expires_at: Some(at(3_600)),
        authenticated_at: Some(at(10)),
        lineage_ends_at: Some(at(86_400)),
    }
}

/// What the store says of a lineage that can be resumed.
pub(crate) fn fact(id: &str) -> LineageFact {
    LineageFact {
        id: id.to_owned(),
        server_name: Some("a.test".to_owned()),
        peer_identity: None,
        version: Some("TLSv1.3".to_owned()),
        cipher_suite: None,
        authenticated_at: at(5),
        expires_at: Some(at(3_600)),
        lineage_ends_at: Some(at(86_400)),
        generation: 0,
        uses: 1,
        state: LineageState::Live,
        ended_at: None,
        why: None,
    }
}

pub(crate) fn delta(connections: Vec<ConnectionRow>, sessions: Vec<SessionRow>) -> Delta {
    Delta {
        schema: Delta::SCHEMA.into(),
        sequence: 1,
        everything: false,
        connections,
        sessions,
        connections_gone: Vec::new(),
        sessions_gone: Vec::new(),
    }
}

/// The process tells of these connections.
pub(crate) fn tell(picture: &Picture, process: u32, connections: Vec<ConnectionRow>) {
    let line = FeedLine::delta(process, delta(connections, Vec::new()));
    assert_eq!(picture.feed(line), Ok(()));
}

/// The process tells of these sessions.
pub(crate) fn tell_sessions(picture: &Picture, process: u32, sessions: Vec<SessionRow>) {
    let line = FeedLine::delta(process, delta(Vec::new(), sessions));
    assert_eq!(picture.feed(line), Ok(()));
}

pub(crate) fn notice(process: u32, kind: &'static str) -> FeedLine {
    let notice = Notice {
        at: at(30),
        kind: kind.into(),
        text: format!("{kind} it is"),
    };
    FeedLine::notice(process, notice)
}
