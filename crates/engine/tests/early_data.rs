//! Early data: RFC 9846 §2.3, §4.3.10, §8.

use std::time::Duration;
use tessera_engine::{
    EarlyDataFate, Event, Fault, Input, Kind, Misbehaviour, ServerConfig, SettingsError,
};
use tessera_session::{Alpn, ClientAuthMode, Refusal, TicketId};
use tessera_testkit::{Direction, KeyType, Link, Pair, StoreMood};
use tessera_wire::codepoint::{AlertDescription, CipherSuite, NamedGroup, ProtocolVersion};

const UP_TO: u32 = 16 * 1024;
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\n\r\n";

/// A pair that has met once, so that there is a ticket.
fn met(pair: Pair) -> Pair {
    let mut pair = pair.early_data(UP_TO);
    assert_eq!(pair.connect().kind(), Some(Kind::Full));
    pair
}

/// Both ends before a byte was exchanged, with this much early data on its way.
fn begun(pair: &mut Pair, early: &[u8]) -> Link {
    let offered = pair.world.draw();
    let mut link = pair.link(offered);
    link.client
        .handle(pair.now, Input::EarlyPlaintext(early), &mut pair.world);
    link
}

fn sent_early(pair: &mut Pair, early: &[u8]) -> Link {
    let mut link = begun(pair, early);
    link.run(&mut pair.world);
    link
}

/// What both ends say became of it.
fn fate(link: &Link) -> (EarlyDataFate, EarlyDataFate) {
    let of = |end: &tessera_testkit::End| end.connection.facts().expect("established").early_data;
    (of(&link.client), of(&link.server))
}

#[test]
fn early_data_arrives_with_the_hello_and_is_told_apart() {
    // RFC 9846 §4.3.10 (1, 2, 4), §4.6 (1).
    for chunk in [1, 7, usize::MAX] {
        let mut pair = met(Pair::tls13());
        pair.chunk = chunk;
        let mut link = sent_early(&mut pair, REQUEST);
        let taken = EarlyDataFate::Accepted;
        assert_eq!(fate(&link), (taken, taken));
        assert_eq!(link.server.delivered_early, REQUEST);
        link.client_says(b"late", &mut pair.world);
        assert_eq!(link.server.delivered_early, REQUEST);
        assert_eq!(link.server.delivered, [REQUEST, b"late"].concat());
        let (client, server) = link.agreed();
        assert!(client.resumed && server.resumed);
    }
}

#[test]
fn the_answer_need_not_wait_for_the_client_to_finish() {
    let mut pair = met(Pair::tls13());
    let mut link = begun(&mut pair, REQUEST);
    let hello_and_request = std::mem::take(&mut link.client.outbox);
    let now = pair.now;
    link.server
        .handle(now, Input::Ciphertext(&hello_and_request), &mut pair.world);
    assert!(link.server.connection.is_early());
    assert_eq!(link.server.delivered_early, REQUEST);
    link.server
        .handle(now, Input::Plaintext(b"200 OK"), &mut pair.world);
    let flight_and_answer = std::mem::take(&mut link.server.outbox);
    link.client
        .handle(now, Input::Ciphertext(&flight_and_answer), &mut pair.world);
    assert_eq!(link.client.delivered, b"200 OK");
    link.run(&mut pair.world);
    assert!(!link.server.connection.is_early());
    let over = |event: &Event| matches!(event, Event::EarlyDataOver);
    assert!(link.server.events.iter().any(over));
}

#[test]
fn no_more_is_sent_than_the_ticket_allows_and_no_more_is_taken() {
    // RFC 9846 §4.3.10 (10): what is over the limit is an error as anywhere.
    let mut pair = met(Pair::tls13());
    let mut link = begun(&mut pair, &[7; 3 * UP_TO as usize]);
    assert_eq!(link.client.connection.early_data_left(), 0);
    link.run(&mut pair.world);
    assert_eq!(link.server.delivered_early.len(), UP_TO as usize);

    let mut greedy = met(Pair::tls13());
    let mut offered = greedy.world.draw();
    if let Some(offered) = &mut offered
        && let tessera_session::Resumption::Tls13 {
            max_early_data_size,
            ..
        } = &mut offered.session.resumption
    {
        *max_early_data_size += 1;
    }
    let mut link = greedy.link(offered);
    let much = [7; UP_TO as usize + 1];
    link.client
        .handle(greedy.now, Input::EarlyPlaintext(&much), &mut greedy.world);
    link.run(&mut greedy.world);
    assert_eq!(
        link.server.fault(),
        Some(&Fault::Peer(Misbehaviour::TooMuchEarlyData))
    );
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::UNEXPECTED_MESSAGE)
    );
}

#[test]
fn rule_09_what_guards_early_data_is_asked_before_a_byte_is_delivered() {
    // RFC 9846 §8 (2).
    let mut pair = met(Pair::tls13());
    let mut link = begun(&mut pair, REQUEST);
    link.server.answers_at_once = false;
    link.run(&mut pair.world);
    let question = &link.server.open.first().expect("a question").1;
    assert_eq!(question.name(), "ClaimSession");
    assert!(link.server.delivered.is_empty());
    link.server.answers_at_once = true;
    let now = pair.now;
    link.server.answer_open(now, &mut pair.world);
    link.run(&mut pair.world);
    assert_eq!(link.server.delivered_early, REQUEST);
}

#[test]
fn rule_09_a_replayed_flight_is_delivered_once() {
    let mut pair = met(Pair::tls13());
    let mut link = begun(&mut pair, REQUEST);
    let flight = link.client.outbox.clone();
    link.run(&mut pair.world);
    assert_eq!(link.server.delivered_early, REQUEST);
    for _ in 0..10 {
        let mut replay = pair.link(None);
        replay.client.outbox.clear();
        let now = pair.now;
        replay
            .server
            .handle(now, Input::Ciphertext(&flight), &mut pair.world);
        assert!(replay.server.delivered.is_empty());
        assert!(!replay.server.is_established());
    }
}

#[test]
fn rule_09_a_store_in_doubt_turns_early_data_off_and_nothing_else() {
    for (mood, why) in [
        (StoreMood::Down, Refusal::StoreUnavailable),
        (StoreMood::Forgetful, Refusal::UseForgotten),
    ] {
        let mut pair = met(Pair::tls13());
        pair.world.mood = mood;
        let mut link = sent_early(&mut pair, REQUEST);
        let (client, server) = fate(&link);
        assert_eq!(client, EarlyDataFate::Rejected(Refusal::DeclinedByServer));
        assert_eq!(server, EarlyDataFate::Rejected(why));
        assert_eq!(link.kind(), Some(Kind::Psk));
        assert!(link.server.delivered.is_empty());
        link.client_says(b"again", &mut pair.world);
        assert_eq!(link.server.delivered, b"again");
        assert!(link.server.delivered_early.is_empty());
    }
}

#[test]
fn r8_nobody_remembers_and_nothing_early_is_taken() {
    let mut pair = met(Pair::tls13());
    pair.server.shared.set_recording_since(None);
    let link = sent_early(&mut pair, REQUEST);
    let why = EarlyDataFate::Rejected(Refusal::EarlyDataBeforeRecording);
    assert_eq!(fate(&link).1, why);
    assert!(!pair.world.asked.contains(&"ClaimSession"));

    let mut pair = met(Pair::tls13());
    let later = pair.now.plus(Duration::from_secs(1));
    pair.server.shared.set_recording_since(Some(later));
    pair.wait(Duration::from_secs(2));
    assert_eq!(fate(&sent_early(&mut pair, REQUEST)).1, why);
}

#[test]
fn r15_whoever_has_shown_a_certificate_sends_nothing_early_unless_allowed() {
    let authenticated = || {
        Pair::tls13()
            .client_auth(ClientAuthMode::Require)
            .client_certificate(KeyType::Ed25519)
    };
    let mut pair = met(authenticated());
    let link = sent_early(&mut pair, REQUEST);
    let why = EarlyDataFate::Rejected(Refusal::EarlyDataWithIdentity);
    assert_eq!(fate(&link).1, why);
    assert_eq!(link.kind(), Some(Kind::Psk));

    let mut pair = authenticated();
    pair.server.early_data_with_identity = true;
    let link = sent_early(&mut met(pair), REQUEST);
    assert_eq!(fate(&link).1, EarlyDataFate::Accepted);
    assert!(link.facts().expect("established").peer.is_some());
}

#[test]
fn a_retry_makes_early_data_void() {
    // RFC 9846 §4.3.10 (5).
    let mut pair = met(Pair::tls13());
    pair.client.groups = vec![NamedGroup::SECP256R1, NamedGroup::X25519];
    pair.server.groups = vec![NamedGroup::X25519];
    let mut link = sent_early(&mut pair, REQUEST);
    let (client, server) = fate(&link);
    assert_eq!(client, EarlyDataFate::Rejected(Refusal::DeclinedByServer));
    assert_eq!(
        server,
        EarlyDataFate::Rejected(Refusal::EarlyDataNotOffered)
    );
    assert!(link.facts().expect("established").retried);
    link.client_says(b"late", &mut pair.world);
    assert_eq!(link.server.delivered, b"late");
}

#[test]
fn early_data_stays_with_its_terms() {
    // RFC 9846 §4.3.10 (7).
    let alpn = |names: &[&str]| -> Vec<Alpn> {
        let name = |name: &&str| Alpn::new(name.as_bytes()).expect("a name");
        names.iter().map(name).collect()
    };
    let mut pair = Pair::tls13();
    pair.client.alpn = alpn(&["a", "b"]);
    pair.server.alpn = alpn(&["a"]);
    let mut pair = met(pair);
    pair.server.alpn = alpn(&["b"]);
    let link = sent_early(&mut pair, REQUEST);
    let why = EarlyDataFate::Rejected(Refusal::EarlyDataDifferentAlpn);
    assert_eq!(fate(&link).1, why);

    let mut pair = met(Pair::tls13());
    pair.server.cipher_suites = vec![CipherSuite::TLS_CHACHA20_POLY1305_SHA256];
    let link = sent_early(&mut pair, REQUEST);
    let why = EarlyDataFate::Rejected(Refusal::EarlyDataDifferentCipherSuite);
    assert_eq!(fate(&link).1, why);
    assert_eq!(link.kind(), Some(Kind::Psk));
}

#[test]
fn a_ticket_whose_age_does_not_add_up_resumes_without_early_data() {
    // RFC 9846 §4.3.10 (3), §8.3.
    let mut pair = met(Pair::tls13());
    let mut link = begun(&mut pair, REQUEST);
    // The flight was recorded, and comes an hour later.
    link.now = pair.now.plus(Duration::from_secs(3600));
    link.run(&mut pair.world);
    let why = EarlyDataFate::Rejected(Refusal::EarlyDataNotFresh);
    assert_eq!(fate(&link).1, why);
    let age = link.agreed().1.ticket_age.expect("a ticket was resumed");
    assert_eq!(age.seen - age.told, Duration::from_secs(3600));

    // For those clients that is fresh enough.
    let mut pair = met(Pair::tls13());
    pair.server.freshness_window = Duration::from_secs(3600);
    let mut link = begun(&mut pair, REQUEST);
    link.now = pair.now.plus(Duration::from_secs(3600));
    link.run(&mut pair.world);
    assert_eq!(fate(&link).1, EarlyDataFate::Accepted);
}

#[test]
fn a_client_asks_for_none_where_it_may_not() {
    let mut pair = met(Pair::tls13());
    pair.client.early_data = tessera_engine::EarlyDataOffer::Never;
    let link = sent_early(&mut pair, REQUEST);
    let none = EarlyDataFate::NotOffered;
    assert_eq!(fate(&link), (none, none));
    assert!(link.server.delivered.is_empty());

    // A ticket that allows none.
    let mut pair = Pair::tls13();
    pair.client.early_data = tessera_engine::EarlyDataOffer::WherePossible;
    pair.connect();
    let link = sent_early(&mut pair, REQUEST);
    let why = EarlyDataFate::Withheld(Refusal::EarlyDataNotInTicket);
    assert_eq!(fate(&link), (why, none));

    // One that allows it, for a protocol that is not spoken any more.
    let alpn = |name: &[u8]| vec![Alpn::new(name).expect("a name")];
    let mut pair = Pair::tls13();
    (pair.client.alpn, pair.server.alpn) = (alpn(b"old"), alpn(b"old"));
    let mut pair = met(pair);
    (pair.client.alpn, pair.server.alpn) = (alpn(b"new"), alpn(b"new"));
    let link = sent_early(&mut pair, REQUEST);
    let why = EarlyDataFate::Withheld(Refusal::EarlyDataDifferentAlpn);
    assert_eq!(fate(&link), (why, none));
    assert!(link.agreed().0.resumed);
}

#[test]
fn tls12_in_answer_to_early_data_ends_the_connection() {
    // RFC 9846 §E.3 (1).
    let mut pair = met(Pair::tls13().both_versions());
    pair.server.versions = vec![ProtocolVersion::TLS1_2];
    let link = sent_early(&mut pair, REQUEST);
    assert_eq!(
        link.client.fault(),
        Some(&Fault::Peer(Misbehaviour::EarlyDataDowngraded))
    );
    assert_eq!(
        link.client.alert_sent(),
        Some(AlertDescription::PROTOCOL_VERSION)
    );
}

#[test]
fn an_early_record_that_was_changed_ends_the_connection() {
    // RFC 9846 §4.3.10 (11).
    let mut pair = met(Pair::tls13());
    let mut link = begun(&mut pair, REQUEST);
    let mut first = true;
    link.run_through(&mut pair.world, |direction, bytes| {
        if direction == Direction::ToServer && std::mem::take(&mut first) {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
    });
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::BAD_RECORD_MAC)
    );
    assert!(link.server.delivered.is_empty());
}

#[test]
fn single_use_and_early_data_share_one_claim() {
    let mut pair = met(Pair::tls13().single_use());
    let id = pair.world.wallet.last().map(|offered| offered.id());
    let link = sent_early(&mut pair, REQUEST);
    assert_eq!(fate(&link).1, EarlyDataFate::Accepted);
    let claims = pair.world.asked.iter();
    assert_eq!(claims.filter(|asked| **asked == "ClaimSession").count(), 1);
    let spent: Vec<&TicketId> = pair.world.spent.keys().collect();
    assert_eq!(spent, id.iter().collect::<Vec<_>>());
}

#[test]
fn no_server_takes_more_than_thirty_two_kibibytes() {
    let server = |up_to| ServerConfig::try_from(Pair::tls13().early_data(up_to).server).err();
    assert_eq!(server(32 * 1024), None);
    let most = 32 * 1024;
    assert_eq!(
        server(most + 1),
        Some(SettingsError::TooMuchEarlyData { most })
    );
}
