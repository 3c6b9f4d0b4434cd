//! The tables of both roles and versions against the orders the RFCs have ([`rows`]): every legal row is walked and
//! accepted; after every legal beginning everything that can be said is said, and accepted if some row goes on with it
//! and refused with its alert otherwise; and the same on long random walks.
//!
//! The end that is looked at hears one thing at a time of a real peer, through someone who has the keys.

mod letters;
mod names;
mod oracle;
mod rows;
mod scenes;
mod walk;
mod wander;

use letters::{Letter, Outcome, Samples, letters};
use names::Version;
use scenes::{Act, NOT_WALKED, SCENES, Scene, Set};
use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tessera_engine::{Ending, Event, Fault};
use tessera_session::Side;
use tessera_testkit::tap::Content;
use tessera_wire::codepoint::{AlertDescription as Alert, HandshakeType};
use tessera_wire::handshake::Handshake;
use walk::{Stage, Walk, other};

fn scenes(version: Version) -> impl Iterator<Item = &'static Scene> {
    SCENES.iter().filter(move |scene| scene.version == version)
}

/// Real messages of a version.
fn samples(version: Version) -> Samples {
    let mut samples = Samples::new();
    for scene in scenes(version) {
        let mut stage = Stage::new(scene);
        let mut walk = stage.walk(Side::Client);
        walk.run();
        samples.extend(walk.passed.iter().cloned());
    }
    samples
}

/// Both applications say something, and both close: nothing is lost and nothing is left over.
fn ends_well(walk: &mut Walk<'_>) {
    walk.run();
    let peer = other(walk.subject);
    let heard = walk.subject().delivered.len();
    for side in [peer, walk.subject] {
        walk.act(side, Act::Say);
        walk.run();
    }
    assert_eq!(walk.subject().delivered[heard..], *b"data");
    assert!(walk.peer().delivered.ends_with(b"data"));
    walk.link.agreed();
    for side in [peer, walk.subject] {
        walk.act(side, Act::Close);
        walk.run();
    }
    for end in [walk.subject(), walk.peer()] {
        assert_eq!(end.ending, Some(Ending::Closed));
    }
}

fn every_row_is_walked(version: Version, subject: Side) {
    let mut walked = BTreeSet::new();
    for scene in scenes(version) {
        let mut stage = Stage::new(scene);
        let mut walk = stage.walk(subject);
        walk.run();
        assert!(walk.oracle.is_established(), "{}", scene.name);
        assert!(!walk.oracle.is_shaking_hands(), "{}", scene.name);
        walked.extend(walk.oracle.complete.clone());
        ends_well(&mut walk);
    }
    let all = oracle::all_rows(version).into_iter();
    let missing: Vec<String> = all
        .filter(|row| !walked.contains(row) && !NOT_WALKED.contains(&row.as_str()))
        .collect();
    assert!(missing.is_empty(), "not walked: {missing:?}");
}

#[test]
fn every_legal_order_of_tls13_is_accepted() {
    // RFC 9846 §4 (1), §4.4.1 (1), §4.5.1 (3, 4), §4.7.2 (1, 2, 3).
    every_row_is_walked(Version::Tls13, Side::Client);
    every_row_is_walked(Version::Tls13, Side::Server);
}

#[test]
fn every_legal_order_of_tls12_is_accepted() {
    // RFC 5246 §7.4 (1), RFC 5077 §3.3 (1, 2, 3).
    every_row_is_walked(Version::Tls12, Side::Client);
    every_row_is_walked(Version::Tls12, Side::Server);
}

/// Everything is said after every legal beginning. How many beginnings there were, and how many things were said.
fn everything_everywhere(version: Version, subject: Side) -> (usize, usize) {
    let foreign = match version {
        Version::Tls13 => Version::Tls12,
        Version::Tls12 => Version::Tls13,
    };
    let letters = letters(version, &samples(version), &samples(foreign));
    let (mut places, mut said, mut failed) = (HashSet::new(), 0, Vec::new());
    for scene in scenes(version) {
        let mut stage = Stage::new(scene);
        for steps in 0.. {
            let mut walk = stage.walk(subject);
            let reached = (0..steps).all(|_| walk.step());
            if !reached {
                break;
            }
            if !places.insert(walk.place()) {
                continue;
            }
            for letter in &letters {
                let mut walk = stage.walk(subject);
                assert!((0..steps).all(|_| walk.step()));
                let Some(outcome) = letter.outcome(&mut walk, version) else {
                    continue;
                };
                said += 1;
                let place = walk.place();
                let checked = catch_unwind(AssertUnwindSafe(|| check(&mut walk, letter, outcome)));
                if checked.is_err() {
                    let (scene, ending) = (scene.name, &walk.subject().ending);
                    failed.push(format!(
                        "{scene} after {place:?}: {letter:?} should be {outcome:?}, and ended with {ending:?}"
                    ));
                }
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {said}: {:#?}",
        failed.len(),
        failed
    );
    (places.len(), said)
}

/// The letter is said, and this comes of it.
fn check(walk: &mut Walk<'_>, letter: &Letter, outcome: Outcome) {
    letter.say(walk, outcome);
    let subject = walk.subject();
    match outcome {
        Outcome::Refused(alerts) => {
            let alert = subject.alert_sent();
            assert!(alert.is_some_and(|alert| alerts.contains(&alert)));
            is_over(walk);
        }
        Outcome::Ended => {
            assert!(matches!(subject.fault(), Some(Fault::AlertReceived(_))));
            assert_eq!(subject.alert_sent(), None);
        }
        Outcome::Closed => {
            assert_eq!(subject.ending, None);
            assert!(subject.connection.peer_closed());
        }
        Outcome::ItsTurn => {
            let unexpected = Some(Alert::UNEXPECTED_MESSAGE);
            assert_ne!(subject.alert_sent(), unexpected);
        }
        Outcome::Borne => {
            assert_eq!(subject.ending, None);
            assert!(subject.delivered.ends_with(letter.delivers()));
            if letter.name == "KeyUpdate" && walk.subject == Side::Server {
                // The client does not know of its new keys, and could not answer a CertificateRequest with them.
                walk.acts.clear();
            }
            ends_well(walk);
        }
    }
}

/// After a refusal: one alert, the last thing said, which the other end can read; and silence.
fn is_over(walk: &mut Walk<'_>) {
    let subject = walk.subject();
    let alert = subject.alert_sent().expect("it was refused");
    let is_alert = |event: &&Event| matches!(event, Event::AlertSent(_));
    assert_eq!(subject.events.iter().filter(is_alert).count(), 1);
    assert!(subject.connection.is_ended());
    let last = walk.last_words.as_ref().map(|content| &content.bytes[..]);
    assert_eq!(last, Some(&[2, alert.0][..]), "the alert is said last");
    let heard = Some(&Fault::AlertReceived(alert));
    assert_eq!(walk.peer().fault(), heard, "and heard");
    let (events, sent) = (subject.events.len(), subject.sent.len());
    walk.hear_rest();
    let subject = walk.subject();
    assert_eq!((subject.events.len(), subject.sent.len()), (events, sent));
}

/// After so many beginnings at least, and so many things at least.
#[track_caller]
fn at_least(least: (usize, usize), (places, said): (usize, usize)) {
    assert!(
        places >= least.0 && said >= least.1,
        "{places} places, {said} said"
    );
}

#[test]
fn a_client_of_tls13_takes_nothing_else() {
    // RFC 9846 §4 (2), §4.7.2 (5), §4.7.3 (1), §5 (1, 2, 3, 5), §5.1 (2, 3), §5.4 (3), §6 (4, 5), §6.2 (1, 2).
    at_least(
        (80, 4500),
        everything_everywhere(Version::Tls13, Side::Client),
    );
}

#[test]
fn a_server_of_tls13_takes_nothing_else() {
    // RFC 9846 §4 (2), §4.2.2 (3), §4.7.3 (1), §5 (1, 2, 3, 5), §5.1 (2, 3), §5.4 (3), §6 (4, 5), §6.2 (1, 2).
    at_least(
        (50, 2800),
        everything_everywhere(Version::Tls13, Side::Server),
    );
}

#[test]
fn a_client_of_tls12_takes_nothing_else() {
    // RFC 5246 §7.2.2 (3, 4), §7.4 (1), §7.4.1.1 (1).
    at_least(
        (100, 5900),
        everything_everywhere(Version::Tls12, Side::Client),
    );
}

#[test]
fn a_server_of_tls12_takes_nothing_else() {
    // RFC 5246 §7.2.2 (3, 4), §7.4 (1).
    at_least(
        (80, 5000),
        everything_everywhere(Version::Tls12, Side::Server),
    );
}

/// RFC 9846 §5.1 (4, 5, 6): a message that changes keys is the last in its record.
#[test]
fn nothing_stands_behind_a_change_of_keys() {
    let mut tried = BTreeSet::new();
    for scene in scenes(Version::Tls13) {
        for subject in [Side::Client, Side::Server] {
            let mut stage = Stage::new(scene);
            for steps in 0.. {
                let mut walk = stage.walk(subject);
                if !(0..steps).all(|_| walk.step()) {
                    break;
                }
                let Some(next) = walk.waiting.pop_front() else {
                    continue;
                };
                let kind = next.msg_type().filter(|kind| match *kind {
                    // One that is retried changes nothing.
                    HandshakeType::CLIENT_HELLO => {
                        !scene.has(Set::Retries) || !walk.oracle.history.is_empty()
                    }
                    HandshakeType::SERVER_HELLO => !is_retry(&next),
                    HandshakeType::FINISHED => !walk.oracle.is_established(),
                    HandshakeType::KEY_UPDATE => true,
                    _ => false,
                });
                let Some(kind) = kind else { continue };
                tried.insert((subject.to_string(), kind.0));
                // Behind it stands the beginning of some message.
                walk.note(other(subject), &next);
                let begun = Content::message([11, 0, 0]);
                let records = walk.write_in_one(&[next, begun]);
                walk.receive(&records);
                let alert = walk.subject().alert_sent();
                assert_eq!(alert, Some(Alert::UNEXPECTED_MESSAGE), "{}", scene.name);
                assert!(walk.subject().connection.is_ended());
            }
        }
    }
    let (client, server) = ("client".to_owned(), "server".to_owned());
    let all = [
        (&client, 2),
        (&client, 20),
        (&client, 24),
        (&server, 1),
        (&server, 20),
        (&server, 24),
    ];
    assert_eq!(tried, all.map(|(side, kind)| (side.clone(), kind)).into());
}

fn is_retry(content: &Content) -> bool {
    matches!(
        Handshake::decode(&content.bytes),
        Ok(Handshake::HelloRetryRequest(_))
    )
}
