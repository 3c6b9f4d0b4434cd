//! What handshakes said, in the rows of a server that traces them.

use tessera_engine::{Event, Half, Input, KeyUpdateRequest, Renegotiation, Trace, TracedMessage};
use tessera_observe::{ConnectionRow, Ledger, MessageRow, Traces};
use tessera_session::Timestamp;
use tessera_session::store::ConnectionId;
use tessera_testkit::{Link, Pair};
use tessera_wire::codepoint::{HandshakeType, NamedGroup};

const ID: ConnectionId = ConnectionId([7; 16]);

fn tracing(mut pair: Pair) -> Pair {
    pair.server.trace = Trace::Messages;
    pair
}

/// The row of a connection whose server has told this.
fn row(link: &Link) -> ConnectionRow {
    row_of(&link.server.events)
}

fn row_of(events: &[Event]) -> ConnectionRow {
    let mut ledger = Ledger::keeping(1);
    ledger.opened(ID, Timestamp::EPOCH, "");
    for event in events {
        ledger.event(ID, Timestamp::EPOCH, event);
    }
    ledger.connection(ID).expect("it is open")
}

/// The messages in a line, those the server sent in brackets.
fn said(traces: &Traces) -> String {
    let word = |message: &MessageRow| match message.sent {
        true => format!("({})", message.name),
        false => message.name.to_string(),
    };
    let words: Vec<_> = traces.messages.iter().map(word).collect();
    words.join(" ")
}

fn current(row: &ConnectionRow) -> String {
    said(&row.handshake.as_ref().expect("completed").traces)
}

#[test]
fn a_full_and_a_resumed_handshake_of_tls_1_3_have_their_messages_in_the_order_of_the_wire() {
    let mut pair = tracing(Pair::tls13());
    let full = row(&pair.connect());
    assert_eq!(
        current(&full),
        "client_hello (server_hello) (encrypted_extensions) (certificate) (certificate_verify) (finished) \
         finished (new_session_ticket) (new_session_ticket)"
    );
    let mut link = pair.connect();
    let resumed = "client_hello (server_hello) (encrypted_extensions) (finished) finished \
                   (new_session_ticket) (new_session_ticket)";
    assert_eq!(current(&row(&link)), resumed);
    // What comes behind a handshake is put down to it.
    let wish = Input::UpdateKeys(KeyUpdateRequest::UpdateRequested);
    link.client.handle(link.now, wish, &mut pair.world);
    link.run(&mut pair.world);
    let updated = row(&link);
    let (before, after) = (resumed, "key_update (key_update)");
    assert_eq!(current(&updated), format!("{before} {after}"));
    assert!(updated.under_way.is_empty());
}

#[test]
fn a_message_counts_with_its_header_and_the_client_random_is_that_of_its_hello() {
    let mut pair = tracing(Pair::tls13());
    let link = pair.connect();
    let row = row(&link);
    let messages = &row.handshake.as_ref().unwrap().traces.messages;
    // The first record of either end is its hello, behind the record's header.
    let hello = |sent: &[u8]| u64::from(u16::from_be_bytes([sent[3], sent[4]]));
    assert_eq!(messages[0].bytes, hello(&link.client.sent));
    assert_eq!(messages[1].bytes, hello(&link.server.sent));
    assert_eq!(messages[5].bytes, 4 + 32, "Finished");
    let random = &link.client.sent[5 + 6..][..32];
    let random = data_encoding::HEXLOWER.encode(random);
    assert_eq!(row.client_random.as_deref(), Some(random.as_str()));
    let json = serde_json::to_value(&row).unwrap();
    assert_eq!(json["client_random"], random);
    assert_eq!(json["messages"][5]["name"], "finished");
    assert_eq!(json.get("under_way"), None);
    assert_eq!(serde_json::from_value::<ConnectionRow>(json).unwrap(), row);
}

#[test]
fn a_server_hello_that_asks_for_a_retry_has_its_own_name() {
    let mut pair = tracing(Pair::tls13());
    pair.client.groups = vec![NamedGroup::SECP384R1, NamedGroup::X25519];
    pair.server.groups = vec![NamedGroup::X25519];
    let row = row(&pair.connect());
    assert!(row.retried);
    let begin = "client_hello (hello_retry_request) client_hello (server_hello) ";
    assert!(current(&row).starts_with(begin), "{}", current(&row));
}

#[test]
fn early_data_ends_with_a_message_of_its_own() {
    let mut pair = tracing(Pair::tls13().early_data(1000));
    pair.connect();
    let row = row(&pair.connect());
    assert_eq!(row.handshake.as_ref().unwrap().early_data, "accepted");
    assert!(current(&row).contains("(finished) end_of_early_data finished"));
}

#[test]
fn the_messages_of_tls_1_2_are_those_of_its_rfcs() {
    let mut pair = tracing(Pair::tls12());
    assert_eq!(
        current(&row(&pair.connect())),
        "client_hello (server_hello) (certificate) (server_key_exchange) (server_hello_done) \
         client_key_exchange finished (new_session_ticket) (finished)"
    );
    let resumed = current(&row(&pair.connect()));
    assert!(resumed.starts_with("client_hello (server_hello) "));
    assert!(resumed.ends_with("(finished) finished"), "{resumed}");
}

#[test]
fn a_renegotiation_has_its_own_messages_and_leaves_the_others_where_they_are() {
    let mut pair = tracing(Pair::tls12().renegotiation());
    let mut link = pair.connect();
    let first = row(&link);
    link.server
        .handle(link.now, Input::Renegotiate, &mut pair.world);
    assert_eq!(said(&row(&link).under_way), "(hello_request)");
    assert_eq!(current(&row(&link)), current(&first));
    link.run(&mut pair.world);
    let second = row(&link);
    assert_eq!(said(&second.earlier[0].traces), current(&first));
    let again = current(&second);
    assert!(again.starts_with("(hello_request) client_hello (server_hello) "));
    assert!(again.ends_with(" (finished)"), "{again}");
    assert!(second.under_way.is_empty());
    assert_eq!(
        second.client_random, first.client_random,
        "of its first hello"
    );
}

#[test]
fn a_wish_that_the_peer_declines_is_no_handshake_under_way() {
    let mut pair = tracing(Pair::tls12());
    pair.server.renegotiation = Renegotiation::Server;
    let mut link = pair.connect();
    link.server
        .handle(link.now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    let row = row(&link);
    assert!(row.under_way.is_empty());
    assert!(current(&row).ends_with("(finished) (hello_request)"));
}

#[test]
fn a_handshake_that_fails_keeps_what_it_said() {
    let mut pair = tracing(Pair::tls13());
    let chain = pair.server.identities[0].chain.clone();
    pair.world.rejected.extend(chain);
    let row = row(&pair.connect());
    assert_eq!(row.handshake, None);
    assert_eq!(
        said(&row.under_way),
        "client_hello (server_hello) (encrypted_extensions) (certificate) (certificate_verify) (finished)"
    );
    let json = serde_json::to_value(&row).unwrap();
    assert_eq!(json["under_way"]["messages"][1]["name"], "server_hello");
    assert_eq!(serde_json::from_value::<ConnectionRow>(json).unwrap(), row);
}

/// The secrets in a line, each behind what it comes from.
fn secrets(traces: &Traces) -> String {
    let derived = traces.derived.iter();
    let words = derived.map(|row| match &row.from {
        Some(from) => format!("{from}>{}", row.what),
        None => row.what.to_string(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_key_tree_of_a_handshake_stands_in_its_row_each_secret_once() {
    let mut pair = tracing(Pair::tls13().early_data(1000));
    pair.client.trace = Trace::Messages;
    pair.connect();
    let link = pair.connect();
    let tree = "psk psk>early early>client_early_traffic early>handshake \
        handshake>client_handshake_traffic handshake>server_handshake_traffic handshake>main \
        main>client_traffic main>server_traffic main>exporter main>resumption \
        resumption>ticket_psk resumption>ticket_psk";
    for end in [&link.client, &link.server] {
        let row = row_of(&end.events);
        let traces = &row.handshake.as_ref().expect("completed").traces;
        assert_eq!(secrets(traces), tree);
        let lens = traces.derived.iter().map(|row| row.fingerprint.len());
        assert!(lens.into_iter().all(|len| len == 16));
        let json = serde_json::to_value(&row).unwrap();
        assert_eq!(json["derived"][1]["from"], "psk");
        assert_eq!(json["derived"][0]["from"], serde_json::Value::Null);
    }

    let mut pair = tracing(Pair::tls12().renegotiation());
    let mut link = pair.connect();
    link.client
        .handle(link.now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    let row = row(&link);
    let tree = "premaster premaster>main main>key_block";
    assert_eq!(secrets(&row.earlier[0].traces), tree);
    assert_eq!(secrets(&row.handshake.unwrap().traces), tree);
}

#[test]
fn where_nothing_is_traced_nothing_is_shown() {
    let row = row(&Pair::tls13().connect());
    assert_eq!(row.client_random, None);
    let json = serde_json::to_string(&row).unwrap();
    for name in ["messages", "derived", "under_way", "client_random"] {
        assert!(!json.contains(name), "{name} in {json}");
    }
}

#[test]
fn a_peer_that_says_too_much_and_a_message_nobody_knows_take_a_name_and_no_more_room() {
    let message = |bytes: &[u8]| {
        Event::Message(TracedMessage {
            half: Half::Receiving,
            bytes: bytes.to_vec(),
        })
    };
    let mut events = vec![
        message(&[99, 0, 0, 1, 0]),
        message(&[]),
        message(&[1]),
        message(&[2, 0]),
    ];
    let update = [HandshakeType::KEY_UPDATE.0, 0, 0, 1, 0];
    events.resize_with(1000, || message(&update));
    let row = row_of(&events);
    let begin = "other_99 hello_request client_hello server_hello key_update ";
    assert!(said(&row.under_way).starts_with(begin));
    assert_eq!(row.under_way.messages.len(), 64);
    assert_eq!(
        row.client_random, None,
        "there was none in so short a hello"
    );
}
