//! Feeds of several processes: at once, one after another, and of one that dies.

use tessera_console::FeedError;
use tessera_console::document::KeyRow;
use tessera_console::feed;
use tessera_observe::row::State;
use tessera_observe::{ConnectionRow, Delta, FeedLine, HandshakeRow};

use crate::kit::page::Page;
use crate::kit::rows::{
    closed, delta, full, handshake, handshaking, notice, resumed, session, tell, tell_sessions,
};
use crate::kit::{at, picture};

fn page(picture: &tessera_console::Picture) -> Page {
    Page::of(&picture.since(0))
}

#[test]
fn two_processes_at_once_make_one_picture() {
    let (picture, _) = picture();
    picture.server_started(902, "edge-2", at(1));
    tell(&picture, 811, vec![full("c1", "a1")]);
    tell(&picture, 902, vec![resumed("c2", "a1", "t1")]);
    let page = page(&picture);
    assert_eq!(page.row("connections", "c1")["process"], 811);
    assert_eq!(page.row("connections", "c2")["process"], 902);
    assert_eq!(page.all("lineages").len(), 1, "one bar for both");
    assert_eq!(page.row("lineages", "a1")["uses"], 2);
}

#[test]
fn when_a_process_dies_its_open_connections_end_with_it_and_no_others() {
    let (picture, _) = picture();
    picture.server_started(902, "edge-2", at(1));
    let ended = closed(full("c2", "a1"));
    tell(
        &picture,
        811,
        vec![full("c1", "a1"), ended, handshaking("c3")],
    );
    tell(&picture, 902, vec![full("c4", "a2")]);
    picture.server_ended(811, at(50), "ended by signal 9");
    let page = page(&picture);
    for id in ["c1", "c3"] {
        let row = page.row("connections", id);
        assert_eq!(row["state"], "closed");
        assert_eq!(row["closed_at"], at(50).to_string());
        assert_eq!(row["ending"], "its process 811 is over: ended by signal 9");
    }
    assert_eq!(page.row("connections", "c2")["ending"], "close_notify");
    assert_eq!(page.row("connections", "c4")["state"], "open");
    // The lineage lives on: that is what it is for.
    assert_eq!(page.row("lineages", "a1")["state"], "live");
    let counters = page.row("counters", "");
    assert_eq!(
        (&counters["open"], &counters["closed"], &counters["failed"]),
        (&1.into(), &2.into(), &1.into())
    );
    let process = page.all("processes")[0];
    assert_eq!(
        (&process["pid"], &process["ending"]),
        (&811.into(), &"ended by signal 9".into())
    );
    assert_eq!(process["ended_at"], at(50).to_string());
}

#[test]
fn a_line_that_comes_late_does_not_open_what_has_ended() {
    let (picture, _) = picture();
    tell(&picture, 811, vec![full("c1", "a1")]);
    picture.server_ended(811, at(50), "killed by the console");
    // What was still in the pipe.
    let more = ConnectionRow {
        bytes_in: 900,
        ..full("c1", "a1")
    };
    tell(&picture, 811, vec![more, full("c2", "a1")]);
    let page = page(&picture);
    for id in ["c1", "c2"] {
        assert_eq!(page.row("connections", id)["closed_at"], at(50).to_string());
    }
    assert_eq!(page.row("connections", "c1")["bytes_in"], 900);
    assert_eq!(page.row("counters", "")["open"], 0);
}

#[test]
fn the_next_process_goes_on_even_with_the_same_process_id() {
    let (picture, _) = picture();
    tell(&picture, 811, vec![full("c1", "a1")]);
    picture.server_ended(811, at(50), "killed by the console");
    picture.server_ended(811, at(55), "a second time");
    picture.server_started(811, "edge-1", at(60));
    tell(&picture, 811, vec![resumed("c2", "a1", "t1")]);
    let page = page(&picture);
    assert_eq!(page.row("connections", "c1")["state"], "closed");
    assert_eq!(page.row("connections", "c2")["state"], "open");
    let processes = page.all("processes");
    assert_eq!(processes.len(), 2);
    assert_eq!(processes[0]["ending"], "killed by the console");
    assert_eq!(processes[1]["ended_at"], serde_json::Value::Null);
    assert_eq!(
        page.notices("restart"),
        [
            "process 811 is over: killed by the console; connections that ended with it: 1",
            "process 811 goes on on edge-1"
        ]
    );
}

#[test]
fn what_a_server_no_longer_knows_has_ended_and_is_kept_here() {
    let (picture, _) = picture();
    tell(
        &picture,
        811,
        vec![full("c1", "a1"), closed(full("c2", "a1")), full("c3", "a1")],
    );
    let line = Delta {
        connections_gone: ["c2", "c3", "nobody"].map(str::to_owned).to_vec(),
        sessions_gone: vec!["t1".to_owned()],
        ..delta(Vec::new(), Vec::new())
    };
    assert_eq!(picture.feed(FeedLine::delta(811, line)), Ok(()));
    let known = page(&picture);
    assert_eq!(known.row("connections", "c2")["ending"], "close_notify");
    assert_eq!(
        known.row("connections", "c3")["ending"],
        "its server no longer knows it"
    );
    // A first look at everything says the same of what it does not have.
    let line = Delta {
        everything: true,
        ..delta(vec![full("c4", "a1")], Vec::new())
    };
    assert_eq!(picture.feed(FeedLine::delta(811, line)), Ok(()));
    let known = page(&picture);
    assert_eq!(known.row("connections", "c1")["state"], "closed");
    assert_eq!(known.row("connections", "c4")["state"], "open");
}

#[test]
fn nothing_is_counted_twice_whatever_is_told_again() {
    let (picture, _) = picture();
    let mut row = full("c1", "a1");
    row.tickets = vec!["t1".to_owned(), "t2".to_owned()];
    row.refusal = Some("expired".to_owned());
    tell(&picture, 811, vec![handshaking("c1")]);
    for _ in 0..3 {
        tell(&picture, 811, vec![row.clone()]);
    }
    // Renegotiated twice since the last look, once into a session there was.
    row.earlier = vec![
        handshake("full-c1", "a1", 0),
        HandshakeRow {
            epoch: 1,
            kind: "renegotiated".to_owned(),
            ..handshake("s1", "a2", 0)
        },
    ];
    row.handshake = Some(HandshakeRow {
        epoch: 2,
        kind: "renegotiated".to_owned(),
        resumed: true,
        ..handshake("s1", "a2", 1)
    });
    row.key_updates = 4;
    row.bytes_in = 800;
    tell(&picture, 811, vec![row.clone()]);
    tell(&picture, 811, vec![closed(row), resumed("c2", "a2", "t1")]);
    let page = page(&picture);
    let counters = page.row("counters", "");
    let expected = serde_json::json!({
        "open": 1, "closed": 1, "failed": 0, "sessions_live": 2,
        "secrets_agreed": 2, "keys_derived": 8, "resumed": 1, "full": 1, "renegotiated": 2,
        "refused": {"expired": 1}, "tickets_issued": 2, "bytes_in": 1_300, "bytes_out": 6_000,
    });
    assert_eq!(counters, &expected);
    assert_eq!(page.notices("refused").len(), 1);
}

#[test]
fn what_is_told_again_changes_nothing() {
    let (picture, _) = picture();
    tell(&picture, 811, vec![full("c1", "a1")]);
    tell_sessions(&picture, 811, vec![session("s1", "a1")]);
    let before = picture.since(0).sequence;
    tell(&picture, 811, vec![full("c1", "a1")]);
    picture.keys(Vec::new());
    picture.tick();
    assert_eq!(picture.since(0).sequence, before);
}

#[test]
fn the_consoles_own_connections_are_marked_before_or_after_they_are_told() {
    let (picture, _) = picture();
    picture.mine(&["c1".to_owned()]);
    tell(
        &picture,
        811,
        vec![full("c1", "a1"), full("c2", "a1"), full("c3", "a1")],
    );
    picture.mine(&["c2".to_owned()]);
    tell(&picture, 811, vec![closed(full("c1", "a1"))]);
    let page = page(&picture);
    let by = ["c1", "c2", "c3"].map(|id| page.row("connections", id)["by"].clone());
    assert_eq!(
        by,
        ["console".into(), "console".into(), serde_json::Value::Null]
    );
}

#[test]
fn keys_that_have_left_the_ring_leave_the_picture() {
    let (picture, _) = picture();
    let key = |name: &str, phase: &'static str| KeyRow {
        name: name.to_owned(),
        dialect: "tessera".into(),
        phase: phase.into(),
        seals_from: Some(at(0)),
        seals_until: Some(at(50)),
        opens_until: at(90),
        context_known: None,
    };
    picture.keys(vec![key("k1", "sealing")]);
    let mut seen = page(&picture);
    picture.keys(vec![key("k1", "opening"), key("k2", "sealing")]);
    picture.keys(vec![key("k2", "sealing")]);
    seen.take(&picture.since(seen.sequence));
    assert_eq!(seen, page(&picture));
    assert_eq!(seen.all("keys").len(), 1);
    assert_eq!(seen.row("keys", "k2")["phase"], "sealing");
}

#[test]
fn what_happens_beside_connections_is_told_as_it_comes() {
    let (picture, _) = picture();
    for kind in ["ring", "revocations", "reload", "trouble"] {
        assert_eq!(picture.feed(notice(811, kind)), Ok(()));
    }
    let page = page(&picture);
    assert_eq!(page.notices("ring"), ["ring it is"]);
    assert_eq!(page.all("notices").len(), 4);
}

#[test]
fn lines_that_are_none_are_refused_and_change_nothing() {
    let (picture, _) = picture();
    let before = picture.since(0).sequence;
    let mut line = notice(811, "ring");
    line.schema = "tessera.feed/2".into();
    assert_eq!(
        picture.feed(line),
        Err(FeedError::Schema("tessera.feed/2".to_owned()))
    );
    let mut line = FeedLine::delta(811, delta(vec![full("c1", "a1")], Vec::new()));
    if let Some(delta) = &mut line.delta {
        delta.schema = "tessera.delta/2".into();
    }
    assert_eq!(
        picture.feed(line),
        Err(FeedError::Schema("tessera.delta/2".to_owned()))
    );
    assert_eq!(
        picture.feed(notice(902, "ring")),
        Err(FeedError::Process(902))
    );
    assert_eq!(picture.since(0).sequence, before);
    for text in [
        "",
        "{}",
        "[",
        "{\"schema\":\"tessera.feed/1\",\"process\":-1}",
    ] {
        assert!(
            matches!(feed::line(text), Err(FeedError::Form(_))),
            "{text}"
        );
    }
}

#[test]
fn a_line_as_it_was_written_is_read() {
    let line = FeedLine::delta(
        811,
        delta(vec![full("c1", "a1")], vec![session("s1", "a1")]),
    );
    let text = serde_json::to_string(&line).expect("JSON");
    assert_eq!(feed::line(&text), Ok(line));
}

#[test]
fn a_failed_handshake_is_a_connection_of_no_lineage() {
    let (picture, _) = picture();
    let failed = ConnectionRow {
        alert_sent: Some("unknown_ca".to_owned()),
        state: State::Closed,
        ..handshaking("c1")
    };
    tell(&picture, 811, vec![failed]);
    let page = page(&picture);
    assert!(page.all("lineages").is_empty());
    assert_eq!(page.row("counters", "")["failed"], 1);
    assert_eq!(page.row("connections", "c1")["alert_sent"], "unknown_ca");
}
