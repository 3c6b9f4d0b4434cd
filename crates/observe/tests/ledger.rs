//! Stories of connections, as a server's or a client's ledger tells them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use tessera_engine::{Event, Facts, Input, KeyLog, KeyUpdateRequest, KeysFingerprint, Kind};
use tessera_engine::{OfferedSession, Trace};
use tessera_observe::{ConnectionDocument, ConnectionRow, Demo, Ledger, SessionRow, State};
use tessera_session::store::ConnectionId;
use tessera_session::{LineageId, TicketId, Timestamp};
use tessera_testkit::{End, Link, Pair, after};
use tessera_wire::codepoint::AlertDescription;

/// Ids of which later ones are smaller: they tell nothing about order.
fn id(number: u64) -> ConnectionId {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&(u64::MAX - number).to_be_bytes());
    ConnectionId(id)
}

fn name(number: u64) -> String {
    id(number).to_string()
}

/// Writes all that an end told into a ledger.
fn tell(ledger: &mut Ledger, number: u64, link: &Link, end: &End) {
    for event in &end.events {
        ledger.event(id(number), link.now, event);
    }
    if let Some(ending) = &end.ending {
        ledger.closed(id(number), link.now, &ending.to_string());
    }
}

/// Connects, and lets the server's ledger know.
fn connect(pair: &mut Pair, ledger: &mut Ledger, number: u64) -> Link {
    ledger.opened(id(number), pair.now, "192.0.2.7:50000");
    let link = pair.connect();
    tell(ledger, number, &link, &link.server);
    link
}

fn facts(link: &Link) -> &Facts {
    link.facts().expect("the handshake was completed")
}

fn row(ledger: &Ledger, number: u64) -> ConnectionRow {
    ledger.connection(id(number)).expect("it is kept")
}

#[test]
fn a_full_handshake_and_its_resumption_are_two_connections_of_one_lineage() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(10));
    let first = connect(&mut pair, &mut ledger, 1);
    pair.wait(after::minutes(5));
    let second = connect(&mut pair, &mut ledger, 2);

    let rows = ledger.rows();
    assert!(rows.without_session.is_empty());
    let [lineage] = rows.lineages.as_slice() else {
        panic!("one lineage, not {}", rows.lineages.len())
    };
    assert_eq!(lineage.id, facts(&first).session.lineage.to_string());
    assert_eq!(lineage.server_name.as_deref(), Some("server.test"));
    let authenticated_at = lineage.authenticated_at.to_string();
    assert_eq!(authenticated_at, "2027-01-15T08:00:00.000Z");

    let [full, resumed] = lineage.connections.as_slice() else {
        panic!("two connections")
    };
    assert_eq!((&full.id, &resumed.id), (&name(1), &name(2)));
    assert_eq!(resumed.opened_at.to_string(), "2027-01-15T08:05:00.000Z");
    let full = full.handshake.as_ref().unwrap();
    let resumed = resumed.handshake.as_ref().unwrap();
    assert_eq!((full.kind.as_str(), full.resumed), ("full", false));
    assert_eq!((resumed.kind.as_str(), resumed.resumed), ("psk", true));
    assert_eq!((full.generation, resumed.generation), (0, 1));
    assert_ne!(full.keys_fingerprint, resumed.keys_fingerprint);

    // The session of the full handshake, and two tickets from each connection.
    let sessions = |generation, uses| {
        let alike = |row: &&SessionRow| (row.generation, row.uses) == (generation, uses);
        lineage.sessions.iter().filter(alike).count()
    };
    assert_eq!(sessions(0, 1), 1);
    assert_eq!(sessions(1, 1), 1, "the ticket that was spent");
    assert_eq!(sessions(1, 0), 1, "its twin");
    assert_eq!(sessions(2, 0), 2);

    let spent = facts(&second).session.id;
    let session = ledger.session(spent).unwrap();
    assert_eq!(session.issued_by, Some(name(1)));
    let expires_at = session.expires_at.unwrap().to_string();
    assert_eq!(expires_at, "2027-01-15T10:00:00.000Z");
    let on_it: Vec<_> = ledger
        .connections_of(spent)
        .into_iter()
        .map(|row| row.id)
        .collect();
    assert_eq!(on_it, [name(2)]);
}

#[test]
fn five_connections_on_one_ticket_are_five_uses_with_keys_of_their_own() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(10));
    connect(&mut pair, &mut ledger, 0);
    let ticket = pair.world.wallet.pop().unwrap();
    for id in 1..=5 {
        pair.world.wallet.push(OfferedSession {
            session: ticket.session.clone(),
            ticket: ticket.ticket.clone(),
        });
        connect(&mut pair, &mut ledger, id);
    }
    assert_eq!(ledger.session(ticket.id()).unwrap().uses, 5);
    let on_it = ledger.connections_of(ticket.id());
    let keys = on_it
        .iter()
        .map(|row| row.handshake.as_ref().unwrap().keys_fingerprint.as_str());
    assert_eq!(keys.collect::<BTreeSet<_>>().len(), 5);
    assert_eq!(on_it.len(), 5);
}

#[test]
fn both_ends_tell_the_same_of_one_connection() {
    let mut pair = Pair::tls13();
    let (mut servers, mut clients) = (Ledger::keeping(1), Ledger::keeping(1));
    servers.opened(id(1), pair.now, "the client");
    clients.opened(id(9), pair.now, "the server");
    let link = pair.connect();
    tell(&mut servers, 1, &link, &link.server);
    tell(&mut clients, 9, &link, &link.client);
    let (server, client) = (row(&servers, 1), row(&clients, 9));
    assert_eq!(server.tickets, client.tickets);
    let (ours, theirs) = (server.handshake.unwrap(), client.handshake.unwrap());
    assert_eq!(ours.keys_fingerprint, theirs.keys_fingerprint);
    assert_eq!(ours.version, theirs.version);
    assert_eq!(ours.cipher_suite, theirs.cipher_suite);
    assert_eq!(ours.group, theirs.group);
}

#[test]
fn a_refusal_is_shown_with_its_code_and_in_words() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(10));
    connect(&mut pair, &mut ledger, 1);
    pair.wait(after::hours(3));
    // Offered in spite of its age, by a client that does not look at its own clock.
    let offered = pair.world.wallet.last_mut().unwrap();
    offered.session.lifetime.expires_at = offered.session.lifetime.lineage_ends_at;
    let link = connect(&mut pair, &mut ledger, 2);

    let refused = row(&ledger, 2);
    assert_eq!(refused.refusal.as_deref(), Some("expired"));
    let text = "the ticket expired 1 h 0 min ago";
    assert_eq!(refused.refusal_text.as_deref(), Some(text));
    assert_eq!(ledger.metrics().refused, BTreeMap::from([("expired", 1)]));
    assert_eq!(
        ledger.rows().lineages.len(),
        2,
        "a full handshake founds a lineage"
    );
    let document = ledger.document(id(2), facts(&link)).unwrap();
    assert_eq!(document.session.refusal.as_deref(), Some("expired"));
    assert!(!document.session.resumed);
}

#[test]
fn a_handshake_that_fails_is_on_no_session_and_says_how_it_ended() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(10));
    let chain = pair.server.identities[0].chain.clone();
    pair.world.rejected.extend(chain);
    connect(&mut pair, &mut ledger, 1);
    let rows = ledger.rows();
    assert!(rows.lineages.is_empty());
    let failed = &rows.without_session[0];
    assert_eq!(failed.state, State::Closed);
    assert_eq!(failed.handshake, None);
    assert_eq!(failed.alert_received.as_deref(), Some("unknown_ca"));
    assert!(
        failed.ending.as_ref().unwrap().contains("unknown_ca"),
        "{failed:?}"
    );
    let counted = BTreeMap::from([("unknown_ca".to_owned(), 1)]);
    assert_eq!(ledger.metrics().alerts_received, counted);
    assert!(ledger.metrics().established.is_empty());
}

#[test]
fn the_ledger_keeps_the_last_that_ended_and_counts_the_others() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(3));
    for id in 1..=10 {
        let mut link = connect(&mut pair, &mut ledger, id);
        link.server.events.clear();
        link.close(&mut pair.world);
        tell(&mut ledger, id, &link, &link.server);
        pair.wait(after::minutes(1));
    }
    let rows = ledger.rows();
    assert_eq!(rows.dropped, 7);
    let connections = rows
        .lineages
        .iter()
        .flat_map(|lineage| &lineage.connections);
    let kept: Vec<_> = connections.map(|row| &row.id).collect();
    assert_eq!(kept, [&name(8), &name(9), &name(10)]);
    // Each kept connection keeps the session it ran on and the two tickets it issued; a ticket of
    // one is the session of the next.
    let sessions = rows.lineages.iter().map(|lineage| lineage.sessions.len());
    assert_eq!(sessions.sum::<usize>(), 3 * 3 - 2);
    let metrics = ledger.metrics();
    assert_eq!(
        (metrics.opened, metrics.closed, metrics.resumed),
        (10, 10, 9)
    );
    assert_eq!(
        metrics.established,
        BTreeMap::from([("full", 1), ("psk", 9)])
    );
    assert_eq!(metrics.tickets_issued, 20);
}

#[test]
fn an_open_connection_is_never_dropped() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(0));
    connect(&mut pair, &mut ledger, 1);
    assert_eq!(row(&ledger, 1).state, State::Open);
    ledger.closed(id(1), pair.now, "closed by both ends");
    assert!(ledger.connection(id(1)).is_none());
    assert!(ledger.rows().lineages.is_empty());
    assert_eq!(ledger.dropped(), 1);
}

#[test]
fn what_a_connection_tells_after_its_end_changes_nothing() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(5));
    let link = connect(&mut pair, &mut ledger, 1);
    ledger.closed(id(1), pair.now, "closed by both ends");
    let before = ledger.rows();
    tell(&mut ledger, 1, &link, &link.server);
    ledger.closed(id(1), pair.now, "again");
    ledger.event(id(77), pair.now, &Event::PeerClosed);
    ledger.bytes(id(77), 1, 1);
    assert_eq!(ledger.rows(), before);
}

#[test]
fn an_id_used_again_is_another_connection() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(5));
    connect(&mut pair, &mut ledger, 1);
    pair.world.wallet.clear();
    let link = connect(&mut pair, &mut ledger, 1);
    let rows = ledger.rows();
    assert_eq!(rows.lineages.len(), 1);
    assert_eq!(
        rows.lineages[0].id,
        facts(&link).session.lineage.to_string()
    );
}

/// Facts of a renegotiation on the connection that `first` is of.
fn renegotiated(first: &Facts, session: TicketId) -> Event {
    let mut facts = first.clone();
    facts.kind = Kind::Renegotiated;
    facts.session.lineage = LineageId([9; 16]);
    facts.session.id = session;
    facts.keys_fingerprint = KeysFingerprint([9; 8]);
    Event::Established(Box::new(facts))
}

#[test]
fn a_renegotiation_is_a_row_of_its_own_with_the_bytes_of_its_epoch() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(5));
    let first = id(1);
    let link = connect(&mut pair, &mut ledger, 1);
    ledger.handshake_took(first, Duration::from_micros(1_234));
    ledger.bytes(first, 1_000, 5_000);
    pair.wait(after::seconds(2));
    ledger.event(first, pair.now, &Event::HelloReceived { server_name: None });
    pair.wait(Duration::from_millis(3));
    ledger.event(
        first,
        pair.now,
        &renegotiated(facts(&link), TicketId([9; 32])),
    );
    ledger.bytes(first, 1_100, 5_500);

    let row = row(&ledger, 1);
    assert_eq!(row.handshake.as_ref().unwrap().epoch, 1);
    assert_eq!(row.server_name.as_deref(), Some("server.test"));
    let rows = row.demo_rows(4711);
    let [first, second] = rows.as_slice() else {
        panic!("two rows")
    };
    assert_eq!(
        (first.kind.as_str(), second.kind.as_str()),
        ("full", "renegotiated")
    );
    assert_eq!((first.handshake_us, second.handshake_us), (1_234, 3_000));
    assert_eq!((first.bytes_in, first.bytes_out), (1_000, 5_000));
    assert_eq!((second.bytes_in, second.bytes_out), (100, 500));
    assert!(
        rows.iter()
            .all(|row| row.connection == name(1) && row.process == 4711)
    );
    assert_ne!(first.lineage, second.lineage);
    // The connection stands where it is now, and the lineage it left is still known.
    let lineages = ledger.rows().lineages;
    let on = |id: &str| lineages.iter().find(|lineage| lineage.id == id).unwrap();
    assert_eq!(on(&second.lineage).connections.len(), 1);
    assert_eq!(on(&first.lineage).connections.len(), 0);
    assert_eq!(on(&first.lineage).sessions.len(), 3);
}

#[test]
fn a_thousand_renegotiations_take_no_more_room_than_a_few() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(5));
    let link = connect(&mut pair, &mut ledger, 1);
    for number in 0..1000_u16 {
        let session = TicketId::of_wire(&number.to_be_bytes());
        let event = renegotiated(facts(&link), session);
        ledger.event(id(1), pair.now, &event);
        let ticket = TicketId::of_wire(&[number.to_be_bytes(), [0, 0]].concat());
        ledger.event(id(1), pair.now, &Event::TicketIssued(ticket));
    }
    let row = row(&ledger, 1);
    assert_eq!(row.handshake.as_ref().unwrap().epoch, 1000);
    assert!(row.earlier.len() < 20 && row.tickets.len() < 100);
    assert!(ledger.since(0).sessions.len() < 100);
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn fields(text: &str) -> BTreeSet<&str> {
    text.split_whitespace().collect()
}

#[test]
fn the_demo_table_has_the_fields_other_programs_read() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(5));
    connect(&mut pair, &mut ledger, 1);
    connect(&mut pair, &mut ledger, 2);
    let rows = (1..=2).flat_map(|id| row(&ledger, id).demo_rows(1));
    let json = serde_json::to_value(Demo::new(rows.collect())).unwrap();
    assert_eq!(json["schema"], "tessera.demo/1");
    assert_eq!(
        keys(&json["connections"][1]),
        fields(
            "connection session lineage generation version kind process keys_fingerprint refusal
             handshake_us bytes_in bytes_out"
        )
    );
    assert_eq!(json["connections"][0]["kind"], "full");
    assert_eq!(json["connections"][1]["kind"], "resumed");
    assert_eq!(json["connections"][1]["version"], "TLSv1.3");
}

#[test]
fn the_page_of_a_connection_has_the_fields_other_programs_read() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(5));
    connect(&mut pair, &mut ledger, 1);
    let link = connect(&mut pair, &mut ledger, 2);
    let document = ledger.document(id(2), facts(&link)).unwrap();
    let json = serde_json::to_value(&document).unwrap();
    assert_eq!(keys(&json), fields("schema connection session web_session"));
    assert_eq!(json["schema"], "tessera.connection/1");
    assert_eq!(
        keys(&json["connection"]),
        fields("id opened_at peer keys_fingerprint epoch key_updates")
    );
    assert_eq!(
        keys(&json["session"]),
        fields(
            "id lineage generation version cipher_suite group alpn server_name resumed kind
             issued_by authenticated_at expires_at peer_identity refusal refusal_text uses"
        )
    );
    assert_eq!(json["web_session"], Value::Null);
    assert_eq!(json["session"]["issued_by"], name(1));
    assert_eq!(json["session"]["uses"], 1);
    assert_eq!(json["session"]["kind"], "psk");
    assert_eq!(json["session"]["cipher_suite"], "TLS_AES_128_GCM_SHA256");
    assert_eq!(json["connection"]["peer"], "192.0.2.7:50000");
    let read: ConnectionDocument = serde_json::from_value(json).unwrap();
    assert_eq!(read, document);
}

#[test]
fn a_row_is_read_back_from_its_json() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(5));
    ledger.opened(id(7), pair.now, "a client that says nothing");
    connect(&mut pair, &mut ledger, 8);
    for id in [7, 8] {
        let row = row(&ledger, id);
        let json = serde_json::to_string(&row).unwrap();
        assert_eq!(serde_json::from_str::<ConnectionRow>(&json).unwrap(), row);
    }
}

#[test]
fn key_updates_of_both_halves_are_counted() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(5));
    ledger.opened(id(1), pair.now, "");
    let mut link = pair.connect();
    let wish = Input::UpdateKeys(KeyUpdateRequest::UpdateRequested);
    link.client.handle(pair.now, wish, &mut pair.world);
    link.run(&mut pair.world);
    link.client_says(b"with new keys", &mut pair.world);
    tell(&mut ledger, 1, &link, &link.server);
    let row = row(&ledger, 1);
    assert_eq!(row.key_updates, 2);
    assert_eq!(row.handshake.unwrap().epoch, 0, "a KeyUpdate is no epoch");
    assert_eq!(ledger.metrics().key_updates, 2);
}

#[test]
fn no_secret_gets_in_even_where_everything_is_told() {
    let (mut pair, mut ledger) = (Pair::tls13().stored(), Ledger::keeping(5));
    pair.server.key_log = KeyLog::Emit;
    pair.server.trace = Trace::Messages;
    for id in 1..=3 {
        connect(&mut pair, &mut ledger, id);
    }
    let told = [
        serde_json::to_string(&ledger.rows()).unwrap(),
        serde_json::to_string(&ledger.since(0)).unwrap(),
        serde_json::to_string(ledger.metrics()).unwrap(),
    ];
    let told = told.concat().to_lowercase();
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    for offered in &pair.world.wallet {
        assert!(
            told.contains(&offered.id().to_string()),
            "the ticket's id is shown"
        );
        assert!(!told.contains(&hex(&offered.ticket)), "the ticket is not");
        assert!(!told.contains(&hex(offered.session.secret.as_bytes())));
    }
}

/// A page that follows a ledger by what changed.
#[derive(Default)]
struct Page {
    sequence: u64,
    connections: BTreeMap<String, ConnectionRow>,
    sessions: BTreeMap<String, SessionRow>,
}

impl Page {
    /// Returns how many connections were told.
    fn follow(&mut self, ledger: &Ledger) -> usize {
        let delta = ledger.since(self.sequence);
        if delta.everything {
            *self = Self::default();
        }
        for id in &delta.connections_gone {
            self.connections.remove(id);
        }
        for id in &delta.sessions_gone {
            self.sessions.remove(id);
        }
        let told = delta.connections.len();
        for row in delta.connections {
            self.connections.insert(row.id.clone(), row);
        }
        for row in delta.sessions {
            self.sessions.insert(row.id.clone(), row);
        }
        self.sequence = delta.sequence;
        told
    }

    fn shows(&self, ledger: &Ledger) -> bool {
        let mut fresh = Self::default();
        fresh.follow(ledger);
        fresh.connections == self.connections && fresh.sessions == self.sessions
    }
}

#[test]
fn a_page_that_follows_the_changes_shows_what_the_ledger_has() {
    let (mut pair, mut ledger) = (Pair::tls13(), Ledger::keeping(4));
    let (mut quick, mut slow) = (Page::default(), Page::default());
    for number in 1..=40 {
        connect(&mut pair, &mut ledger, number);
        quick.follow(&ledger);
        ledger.bytes(id(number), 10, 20);
        if number % 3 != 0 {
            ledger.closed(id(number), pair.now, "closed by both ends");
        }
        assert!(quick.follow(&ledger) <= 3, "only what changed is told");
        assert!(quick.shows(&ledger), "after connection {number}");
        if number % 20 == 0 {
            slow.follow(&ledger);
            assert!(slow.shows(&ledger), "after connection {number}");
        }
    }
    assert_eq!(quick.follow(&ledger), 0, "nothing happened since");
}

#[test]
fn alerts_are_counted_by_name() {
    let mut ledger = Ledger::keeping(1);
    let decode_error = AlertDescription::DECODE_ERROR;
    for alert in [decode_error, decode_error, AlertDescription(200)] {
        ledger.event(id(1), Timestamp::EPOCH, &Event::AlertSent(alert));
    }
    let sent = &ledger.metrics().alerts_sent;
    assert_eq!(sent.get("decode_error"), Some(&2));
    assert_eq!(sent.len(), 2, "{sent:?}");
}
