//! What happens in each replay of this folder. A fixed bug adds one: the shortest connection that showed it.

use tessera_session::Side::{Client, Server};
use tessera_testkit::Direction;
use tessera_testkit::after;
use tessera_testkit::replay::Setting::{
    Aes256, ChaCha20, ClientCertificate, ClientRequired, Renegotiation, RenegotiationByServer,
    RenegotiationRefused, Retry, SessionIds, SingleUse, StoredTickets,
};
use tessera_testkit::replay::{Given, Offer, Recorder, Scenario, Versions};

/// A file's name without `.replay`, and what happens in it.
pub(crate) type Recording = (&'static str, fn() -> Recorder);

/// All of them.
pub(crate) const ALL: &[Recording] = &[
    ("tls13_full", tls13_full),
    ("tls13_resumed", tls13_resumed),
    ("tls13_single_use", tls13_single_use),
    ("tls13_retry", tls13_retry),
    ("tls13_key_update", tls13_key_update),
    ("tls13_client_certificate", tls13_client_certificate),
    (
        "tls13_client_certificate_later",
        tls13_client_certificate_later,
    ),
    ("tls13_corrupted_record", tls13_corrupted_record),
    (
        "tls13_corrupted_behind_tickets",
        tls13_corrupted_behind_tickets,
    ),
    ("tls13_cut_off", tls13_cut_off),
    ("tls12_full", tls12_full),
    ("tls12_session_id", tls12_session_id),
    ("tls12_ticket", tls12_ticket),
    ("tls12_client_certificate", tls12_client_certificate),
    (
        "tls12_renegotiation_by_client",
        tls12_renegotiation_by_client,
    ),
    (
        "tls12_renegotiation_by_server",
        tls12_renegotiation_by_server,
    ),
    ("tls12_renegotiation_refused", tls12_renegotiation_refused),
    ("tls12_corrupted_finished", tls12_corrupted_finished),
    ("tls12_corrupted_version", tls12_corrupted_version),
];

fn tls13() -> Scenario {
    Scenario::new(Versions::Tls13)
}

fn tls12() -> Scenario {
    Scenario::new(Versions::Tls12)
}

/// Both applications say something.
fn talk(recorder: &mut Recorder) {
    recorder.says(Client, b"ping");
    recorder.says(Server, b"pong");
}

fn tls13_full() -> Recorder {
    let about = "A full handshake, data both ways, and both ends close.";
    let mut recorder = Recorder::new(about, tls13(), 1);
    recorder.connect();
    talk(&mut recorder);
    recorder.wait(after::seconds(1));
    recorder.close();
    recorder
}

fn tls13_resumed() -> Recorder {
    let about =
        "A session is resumed by a self-encrypted ticket, and again by the ticket that brought.";
    let mut recorder = Recorder::new(about, tls13().with(Aes256), 2);
    for _ in 0..3 {
        recorder.connect();
        talk(&mut recorder);
        recorder.wait(after::minutes(10));
    }
    assert_eq!(recorder.link().agreed().1.session.generation, 2);
    recorder
}

fn tls13_single_use() -> Recorder {
    let about = "A stored ticket is found, claimed and resumed from; the next connection is full again after its end.";
    let scenario = tls13().with(StoredTickets).with(SingleUse);
    let mut recorder = Recorder::new(about, scenario, 3);
    recorder.connect();
    recorder.wait(after::seconds(1));
    recorder.connect();
    assert!(recorder.link().how().1);
    recorder.wait(after::hours(30));
    recorder.connect();
    assert!(!recorder.link().how().1);
    recorder
}

fn tls13_retry() -> Recorder {
    let about =
        "The client's share is of a group the server has not: HelloRetryRequest, full and resumed.";
    let mut recorder = Recorder::new(about, tls13().with(Retry), 4);
    recorder.connect();
    recorder.connect();
    assert!(recorder.link().agreed().1.retried);
    talk(&mut recorder);
    recorder
}

fn tls13_key_update() -> Recorder {
    let about = "New keys for one direction, then for both, while data is under way; bytes come in small pieces.";
    let mut recorder = Recorder::new(about, tls13().with(ChaCha20), 5);
    recorder.connect();
    recorder.chunk = 30;
    recorder.does(Server, Given::UpdateKeys);
    talk(&mut recorder);
    recorder.give(Client, Given::Plaintext(b"before ".to_vec()));
    recorder.give(Client, Given::UpdateBothKeys);
    recorder.says(Client, b"after");
    recorder.says(Server, b"under new keys");
    assert_eq!(recorder.link().server.delivered, b"pingbefore after");
    recorder
}

fn tls13_client_certificate() -> Recorder {
    let about = "The server insists on a client certificate; the resumed connection knows it without asking.";
    let scenario = tls13().with(ClientCertificate).with(ClientRequired);
    let mut recorder = Recorder::new(about, scenario, 6);
    recorder.connect();
    recorder.wait(after::seconds(1));
    recorder.connect();
    let (_, server) = recorder.link().agreed();
    assert!(server.resumed && server.peer.is_some());
    recorder
}

fn tls13_client_certificate_later() -> Recorder {
    let about = "The server asks who the client is after the handshake.";
    let mut recorder = Recorder::new(about, tls13().with(ClientCertificate), 7);
    recorder.connect();
    recorder.does(Server, Given::RequestCertificate);
    talk(&mut recorder);
    recorder
}

fn tls13_corrupted_record() -> Recorder {
    let about = "A bit of a record is changed on its way: bad_record_mac, and both ends end.";
    let mut recorder = Recorder::new(about, tls13(), 8);
    recorder.connect();
    recorder.give(Client, Given::Plaintext(b"not what it was".to_vec()));
    recorder.run_through(|direction, bytes| {
        if direction == Direction::ToServer {
            bytes[9] ^= 1;
        }
    });
    assert!(recorder.link().server.fault().is_some());
    recorder
}

fn tls13_corrupted_behind_tickets() -> Recorder {
    let about = "Tickets come in one piece with a record that was changed on its way: they are discarded, too.";
    let mut recorder = Recorder::new(about, tls13(), 30);
    recorder.meet(Offer::Fresh);
    // Given before the handshake is done: it waits, and goes out behind the tickets.
    recorder.give(Server, Given::Plaintext(b"not what it was".to_vec()));
    recorder.run_through(|direction, bytes| {
        if direction == Direction::ToClient && bytes.first() == Some(&23) {
            *bytes.last_mut().unwrap() ^= 1;
        }
    });
    assert!(recorder.link().client.fault().is_some());
    recorder
}

fn tls13_cut_off() -> Recorder {
    let about = "The client closes its direction; then the transport of the client ends without a word of the server.";
    let mut recorder = Recorder::new(about, tls13(), 9);
    recorder.meet(Offer::Fresh);
    // Given before the handshake is done: it waits.
    recorder.says(Client, b"early bird");
    recorder.does(Client, Given::Close);
    recorder.says(Server, b"still here");
    recorder.give(Server, Given::EndOfStream);
    recorder.give(Client, Given::EndOfStream);
    recorder
}

fn tls12_full() -> Recorder {
    let about = "A full handshake of TLS 1.2, data both ways, and both ends close.";
    let mut recorder = Recorder::new(about, tls12(), 10);
    recorder.connect();
    talk(&mut recorder);
    recorder.close();
    recorder
}

fn tls12_session_id() -> Recorder {
    let about = "A session is resumed by its ID, twice.";
    let mut recorder = Recorder::new(about, tls12().with(SessionIds), 11);
    for _ in 0..3 {
        recorder.connect();
        talk(&mut recorder);
        recorder.wait(after::minutes(10));
    }
    assert!(recorder.link().how().1);
    recorder
}

fn tls12_ticket() -> Recorder {
    let about = "A session is resumed by its ticket, and no more once that has expired.";
    let mut recorder = Recorder::new(about, tls12().with(ChaCha20), 12);
    recorder.connect();
    recorder.wait(after::minutes(10));
    recorder.connect();
    assert!(recorder.link().how().1);
    recorder.wait(after::hours(24));
    recorder.connect();
    assert!(!recorder.link().how().1);
    recorder
}

fn tls12_client_certificate() -> Recorder {
    let about = "TLS 1.2: the server insists on a client certificate, and knows it again after a resumption.";
    let scenario = tls12()
        .with(ClientCertificate)
        .with(ClientRequired)
        .with(Aes256);
    let mut recorder = Recorder::new(about, scenario, 13);
    recorder.connect();
    recorder.connect();
    let (_, server) = recorder.link().agreed();
    assert!(server.resumed && server.peer.is_some());
    recorder
}

fn tls12_renegotiation_by_client() -> Recorder {
    let about = "The client starts another handshake, and what it says meanwhile goes out behind it; then new keys alone.";
    let mut recorder = Recorder::new(about, tls12().with(Renegotiation), 14);
    recorder.connect();
    recorder.give(Client, Given::Renegotiate);
    recorder.says(Client, b"later");
    recorder.does(Client, Given::UpdateBothKeys);
    talk(&mut recorder);
    assert_eq!(recorder.link().agreed().0.epoch, 2);
    recorder
}

fn tls12_renegotiation_by_server() -> Recorder {
    let about = "The server starts another handshake, to see the client's certificate.";
    let scenario = tls12().with(RenegotiationByServer).with(ClientCertificate);
    let mut recorder = Recorder::new(about, scenario, 15);
    recorder.connect();
    recorder.does(Server, Given::RequestCertificate);
    let (_, server) = recorder.link().agreed();
    assert!(server.epoch == 1 && server.peer.is_some());
    recorder.does(Server, Given::Renegotiate);
    talk(&mut recorder);
    recorder
}

fn tls12_renegotiation_refused() -> Recorder {
    let about = "The client would like another handshake and is told no_renegotiation; the connection goes on.";
    let mut recorder = Recorder::new(about, tls12().with(RenegotiationRefused), 16);
    recorder.connect();
    recorder.does(Client, Given::Renegotiate);
    talk(&mut recorder);
    assert_eq!(recorder.link().agreed().0.epoch, 0);
    recorder
}

fn tls12_corrupted_finished() -> Recorder {
    let about =
        "A bit of the client's Finished is changed on its way; the session it resumes stays good.";
    let mut recorder = Recorder::new(about, tls12().with(SessionIds), 17);
    recorder.connect();
    recorder.meet(Offer::Newest);
    recorder.run_through(|direction, bytes| {
        if direction == Direction::ToServer && bytes.first() == Some(&20) {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
    });
    assert!(recorder.link().server.fault().is_some());
    recorder.connect();
    assert!(recorder.link().how().1);
    recorder
}

fn tls12_corrupted_version() -> Recorder {
    let about = "A bit of the version in a protected record's header is changed on its way: bad_record_mac.";
    let mut recorder = Recorder::new(about, tls12(), 18);
    recorder.connect();
    recorder.give(Client, Given::Plaintext(b"in a record of TLS 1.2".to_vec()));
    recorder.run_through(|direction, bytes| {
        if direction == Direction::ToServer {
            bytes[2] ^= 1;
        }
    });
    assert!(recorder.link().server.fault().is_some());
    recorder
}
