//! Tickets are found, judged, verified and only then used up.

use tessera_engine::{Event, Input, Kind, Misbehaviour, Output};
use tessera_session::Refusal;
use tessera_testkit::{Link, Pair, StoreMood};
use tessera_wire::codepoint::AlertDescription;

fn lineage(link: &Link) -> tessera_session::LineageId {
    link.facts().expect("established").session.lineage
}

#[test]
fn a_ticket_that_is_single_use_resumes_once() {
    for stored in [false, true] {
        let mut pair = Pair::tls13().seed(12).single_use().tickets(1);
        if stored {
            pair = pair.stored();
        }
        pair.connect();
        let offered = pair.world.wallet.pop().expect("a ticket");
        let again = tessera_engine::OfferedSession {
            session: offered.session.clone(),
            ticket: offered.ticket.clone(),
        };
        assert_eq!(pair.connect_with(Some(offered)).kind(), Some(Kind::Psk));
        let link = pair.connect_with(Some(again));
        assert_eq!(
            (link.kind(), link.refusal()),
            (Some(Kind::Full), Some(Refusal::AlreadyUsed)),
            "stored: {stored}"
        );
    }
}

#[test]
fn r7_the_spent_mark_outlives_the_ticket() {
    let mut pair = Pair::tls13().seed(13).single_use().tickets(1);
    pair.connect();
    let expires = pair
        .world
        .wallet
        .last()
        .expect("a ticket")
        .session
        .lifetime
        .expires_at;
    pair.connect();
    let until = *pair.world.spent.values().next().expect("a mark");
    assert!(until >= expires);
}

#[test]
fn a_stolen_identity_cannot_use_up_a_session() {
    // RFC 9846 §4.3.11 (4, 5).
    let mut pair = Pair::tls13().seed(14).single_use().tickets(1);
    pair.connect();
    let offered = pair.world.wallet.pop().expect("a ticket");
    // The thief has seen the ticket on the wire, and not its secret.
    let mut thief = tessera_engine::OfferedSession {
        session: offered.session.clone(),
        ticket: offered.ticket.clone(),
    };
    let (version, suite) = (thief.session.version, thief.session.cipher_suite);
    let guess = tessera_crypto::Secret::new(&[9; 32]).expect("32 bytes");
    thief.session.secret =
        tessera_session::ResumptionSecret::new(guess, version, suite).expect("a secret");
    let link = pair.connect_with(Some(thief));
    assert_eq!(
        link.server.fault().cloned(),
        Some(Misbehaviour::BadBinder.into())
    );
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::DECRYPT_ERROR)
    );
    assert!(pair.world.spent.is_empty(), "nothing was claimed");
    assert!(!pair.world.asked.contains(&"ClaimSession"));

    assert_eq!(pair.connect_with(Some(offered)).kind(), Some(Kind::Psk));
}

#[test]
fn rule_19_r13_a_forged_lookup_key_never_reaches_the_store() {
    let mut pair = Pair::tls13().seed(15).stored().tickets(1);
    pair.connect();
    let mut offered = pair.world.wallet.pop().expect("a ticket");
    offered.ticket = vec![0xee; 32];
    pair.world.asked.clear();
    let link = pair.connect_with(Some(offered));
    assert_eq!(
        (link.kind(), link.refusal()),
        (Some(Kind::Full), Some(Refusal::UnknownTicket))
    );
    assert!(!pair.world.asked.contains(&"FindSession"));
}

#[test]
fn a_ticket_of_an_unknown_key_and_a_forged_one_are_full_handshakes() {
    for (position, refusal) in [(0, Refusal::UnknownTicket), (100, Refusal::Forged)] {
        let mut pair = Pair::tls13().seed(16).tickets(1);
        pair.connect();
        let mut offered = pair.world.wallet.pop().expect("a ticket");
        offered.ticket[position] ^= 1;
        let link = pair.connect_with(Some(offered));
        assert_eq!(
            (link.kind(), link.refusal()),
            (Some(Kind::Full), Some(refusal))
        );
    }
}

#[test]
fn a_store_that_is_down_is_a_full_handshake() {
    let mut pair = Pair::tls13().seed(17).stored();
    pair.connect();
    pair.world.mood = StoreMood::Down;
    let link = pair.connect();
    assert_eq!(
        (link.kind(), link.refusal()),
        (Some(Kind::Full), Some(Refusal::StoreUnavailable))
    );
    assert!(
        link.server
            .events
            .iter()
            .any(|event| matches!(event, Event::TicketNotKept(_)))
    );
    assert!(
        pair.world
            .wallet
            .iter()
            .all(|ticket| ticket.session.lineage.id != lineage(&link))
    );
}

#[test]
fn r15_a_claim_that_is_not_decided_counts_as_lost() {
    let mut pair = Pair::tls13().seed(18).single_use();
    pair.connect();
    pair.world.mood = StoreMood::Down;
    let link = pair.connect();
    assert_eq!(
        (link.kind(), link.refusal()),
        (Some(Kind::Full), Some(Refusal::StoreUnavailable))
    );
}

#[test]
fn r8_a_store_that_lost_its_memory_gives_nothing_away() {
    let mut pair = Pair::tls13().seed(24).single_use();
    pair.connect();
    pair.world.mood = StoreMood::Forgetful;
    let link = pair.connect();
    assert_eq!(
        (link.kind(), link.refusal()),
        (Some(Kind::Full), Some(Refusal::UseForgotten))
    );
    // Tickets issued since are remembered again.
    pair.world.mood = StoreMood::Fine;
    assert_eq!(pair.connect().kind(), Some(Kind::Psk));
}

#[test]
fn r15_a_late_answer_changes_nothing() {
    let mut pair = Pair::tls13().seed(19).single_use();
    pair.connect();
    let offered = pair.world.wallet.pop();
    let mut link = pair.link(offered);
    link.client.collect(pair.now, &mut pair.world);
    let hello = std::mem::take(&mut link.client.outbox);
    let server = &mut link.server.connection;
    server.handle(pair.now, Input::Ciphertext(&hello));
    let mut claim = None;
    while let Some(output) = server.poll() {
        if let Output::Ask(id, tessera_engine::Question::ClaimSession(_)) = output {
            claim = Some(id);
        }
    }
    let claim = claim.expect("the claim is asked for");
    server.handle(
        pair.now,
        Input::Answer(claim, tessera_engine::Answer::Claim(None)),
    );
    let after = server.state();
    server.handle(
        pair.now,
        Input::Answer(
            claim,
            tessera_engine::Answer::Claim(Some(tessera_session::Claim::Won)),
        ),
    );
    assert_eq!(server.state(), after, "the full handshake goes on");
}

#[test]
fn protocol_nothing_is_claimed_from_a_hello_that_gets_a_retry() {
    let mut pair = Pair::tls13().seed(20).single_use().tickets(1);
    pair.connect();
    pair.client.groups = vec![
        tessera_wire::codepoint::NamedGroup::SECP256R1,
        tessera_wire::codepoint::NamedGroup::X25519,
    ];
    pair.server.groups = vec![tessera_wire::codepoint::NamedGroup::X25519];
    pair.world.asked.clear();
    let offered = pair.world.wallet.pop();
    let mut link = pair.link(offered);
    link.client.collect(pair.now, &mut pair.world);
    let hello = std::mem::take(&mut link.client.outbox);
    link.server
        .handle(pair.now, Input::Ciphertext(&hello), &mut pair.world);
    assert!(
        !pair.world.asked.contains(&"ClaimSession"),
        "the first hello claims nothing"
    );
    link.run(&mut pair.world);
    assert_eq!(link.kind(), Some(Kind::Psk));
    assert!(link.facts().is_some_and(|facts| facts.retried));
    assert_eq!(
        pair.world
            .asked
            .iter()
            .filter(|asked| **asked == "ClaimSession")
            .count(),
        1
    );
}
