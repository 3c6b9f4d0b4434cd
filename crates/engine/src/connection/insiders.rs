//! What only somebody who has the keys of a TLS 1.2 connection can do to it: a peer that breaks the
//! rules of RFC 5746, or of what may come while a handshake is under way on a live connection.

use super::puppets::{Again, NOW, Puppets, Road, stopped_at};
use super::{Connection, Ending, Output};
use crate::fault::{Fault, Misbehaviour, Mismatch};
use crate::{Event, Input, LocalError};
use std::time::Duration;
use tessera_session::{Alpn, Side, TicketId};
use tessera_wire::codepoint::{AlertDescription as Alert, CipherSuite, ContentType};
use tessera_wire::codepoint::{ExtensionType, ProtocolVersion};
use tessera_wire::extension::{
    ProtocolNameList, RenegotiationInfo, ServerNameList, SupportedVersions,
};
use tessera_wire::handshake::tls12::{Certificate, Handshake};
use tessera_wire::handshake::{ClientHello, ServerHello};

const FULL: Road = Road {
    again: Again::Full,
    ..Road::TLS12
};
const KNOWN: Road = Road {
    client_auth: true,
    stored: true,
    ..FULL
};
const ABBREVIATED: Road = Road {
    again: Again::Abbreviated,
    stored: true,
    ..Road::TLS12
};

/// How a connection took what came: the fault, and what it said and gave up.
#[derive(Debug, PartialEq)]
struct End {
    fault: Fault,
    alert: Option<Alert>,
    discard: Vec<TicketId>,
}

/// Ends a connection by this fault, as `handle` would.
fn end_of(connection: &mut Connection, fault: Fault) -> End {
    connection.settle(Err(fault));
    let mut alert = None;
    while let Some(output) = connection.poll() {
        match output {
            Output::Event(Event::AlertSent(sent)) => alert = Some(sent),
            Output::Ended(Ending::Fault { fault, discard, .. }) => {
                return End {
                    fault,
                    alert,
                    discard,
                };
            }
            _ => {}
        }
    }
    panic!("a fault is an end")
}

/// A second handshake in which messages are changed on their way, up to the end it leads to.
fn spoiled(road: Road, middle: &mut dyn FnMut(Side, &mut Vec<u8>)) -> (Side, End) {
    let mut puppets = Puppets::on(road);
    puppets.begin_again(road.again);
    loop {
        match puppets.step_through(middle) {
            Ok(true) => {}
            Ok(false) => panic!("nobody minds"),
            Err((side, fault)) => {
                let session = puppets.end(side).facts().map(|facts| facts.session.id);
                let end = end_of(puppets.end(side), fault);
                assert_eq!(
                    Some(&end.discard),
                    session.map(|id| vec![id]).as_ref(),
                    "rule 22: the session of this connection, and no other"
                );
                return (side, end);
            }
        }
    }
}

/// The same where the client's hello is changed.
fn spoiled_hello(road: Road, edit: impl Fn(&mut ClientHello)) -> (Side, End) {
    spoiled(road, &mut |_, message| {
        if let Ok(Handshake::ClientHello(mut hello)) = Handshake::decode(message) {
            edit(&mut hello);
            *message = hello.encode();
        }
    })
}

/// The same where the server's hello is changed.
fn spoiled_answer(road: Road, edit: impl Fn(&mut ServerHello)) -> (Side, End) {
    spoiled(road, &mut |_, message| {
        if let Ok(Handshake::ServerHello(mut hello)) = Handshake::decode(message) {
            edit(&mut hello);
            *message = hello.encode();
        }
    })
}

#[track_caller]
fn assert_end((side, end): (Side, End), who: Side, fault: impl Into<Fault>, alert: Alert) {
    assert_eq!((side, end.fault), (who, fault.into()));
    assert_eq!(end.alert, Some(alert));
}

const SPLICED: Misbehaviour = Misbehaviour::BadRenegotiationInfo;

#[test]
fn rule_07_a_first_hello_spliced_into_a_connection_is_none_of_it() {
    // CVE-2009-3555: the server takes the victim's first handshake for the attacker's second. The
    // victim's hello says that it is a first one, in either of two ways.
    let as_extension = spoiled_hello(FULL, |hello| {
        hello.extensions.replace(&RenegotiationInfo(Vec::new()));
    });
    assert_end(
        as_extension,
        Side::Server,
        SPLICED,
        Alert::HANDSHAKE_FAILURE,
    );
    let as_suite = spoiled_hello(FULL, |hello| {
        hello.extensions.remove(ExtensionType::RENEGOTIATION_INFO);
        let scsv = CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV;
        hello.cipher_suites.push(scsv);
    });
    assert_end(as_suite, Side::Server, SPLICED, Alert::HANDSHAKE_FAILURE);
    // A victim that knows nothing of RFC 5746 says nothing.
    let nothing = spoiled_hello(FULL, |hello| {
        hello.extensions.remove(ExtensionType::RENEGOTIATION_INFO);
    });
    assert_end(nothing, Side::Server, SPLICED, Alert::HANDSHAKE_FAILURE);
}

#[test]
fn rule_07_a_hello_of_another_connection_s_renegotiation_is_none_of_this_one() {
    let other = spoiled_hello(FULL, |hello| {
        hello.extensions.replace(&RenegotiationInfo(vec![7; 12]));
    });
    assert_end(other, Side::Server, SPLICED, Alert::HANDSHAKE_FAILURE);
}

#[test]
fn rule_07_a_client_is_told_of_both_ends_of_the_handshake_before() {
    // The client's half alone, the halves of another handshake, a first hello's, none at all.
    type Change = fn(Vec<u8>) -> Vec<u8>;
    let answers: [Option<Change>; 4] = [
        Some(|info| info[..12].to_vec()),
        Some(|info| info.iter().map(|byte| byte ^ 1).collect()),
        Some(|_| Vec::new()),
        None,
    ];
    for change in answers {
        for road in [FULL, ABBREVIATED] {
            let end = spoiled_answer(road, |hello| match change {
                None => {
                    hello.extensions.remove(ExtensionType::RENEGOTIATION_INFO);
                }
                Some(change) => {
                    let info = hello.extensions.find::<RenegotiationInfo>();
                    let RenegotiationInfo(info) = info.expect("it decodes").expect("it is there");
                    hello.extensions.replace(&RenegotiationInfo(change(info)));
                }
            });
            assert_end(end, Side::Client, SPLICED, Alert::HANDSHAKE_FAILURE);
        }
    }
}

#[test]
fn rule_07_what_a_connection_keeps_no_hello_changes() {
    let name = spoiled_hello(FULL, |hello| {
        hello.extensions.replace(&ServerNameList {
            host_name: "other.test".to_owned(),
        });
    });
    let changed = Misbehaviour::ChangedUnderWay("the server name");
    assert_end(name, Side::Server, changed, Alert::ILLEGAL_PARAMETER);

    let secret = spoiled_hello(FULL, |hello| {
        hello.extensions.remove(ExtensionType::EXTENDED_MAIN_SECRET);
    });
    // Where it is demanded the demand comes first: RFC 7627 §5.3.
    let missing = Mismatch::ExtendedMainSecret;
    assert_end(secret, Side::Server, missing, Alert::HANDSHAKE_FAILURE);
    let secret = spoiled_answer(FULL, |hello| {
        hello.extensions.remove(ExtensionType::EXTENDED_MAIN_SECRET);
    });
    let changed = Misbehaviour::ExtendedMainSecretChanged;
    assert_end(secret, Side::Client, changed, Alert::HANDSHAKE_FAILURE);

    // RFC 9846 §4.2.2: the version, too, in either way of saying it.
    for offered in [ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_1] {
        let newer = offered == ProtocolVersion::TLS1_3;
        let version = spoiled_hello(FULL, |hello| {
            if newer {
                hello.extensions.push(&SupportedVersions(vec![offered]));
            } else {
                hello.legacy_version = offered;
            }
        });
        let offered = vec![offered];
        let missing = Mismatch::Version { offered };
        assert_end(version, Side::Server, missing, Alert::PROTOCOL_VERSION);
    }
    let version = spoiled_answer(FULL, |hello| hello.legacy_version = ProtocolVersion::TLS1_1);
    let older = Misbehaviour::UnofferedVersion(ProtocolVersion::TLS1_1);
    assert_end(version, Side::Client, older, Alert::ILLEGAL_PARAMETER);
}

#[test]
fn rule_07_the_application_protocol_is_chosen_once() {
    let mut puppets = Puppets::on(FULL);
    while puppets.step() {}
    let h1 = Alpn::new(b"http/1.1").expect("a name");
    assert!(
        puppets
            .server
            .facts()
            .is_some_and(|facts| facts.alpn.is_none())
    );
    // A protocol where there was none is not a choice any more, only ignored; see negotiation for
    // one that goes on. What is chosen in the answer all the same was not asked for.
    let protocol = spoiled_answer(FULL, |hello| {
        let names = vec![h1.as_bytes().to_vec()];
        hello.extensions.push(&ProtocolNameList(names));
    });
    let kind = ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION;
    let unsolicited = Misbehaviour::UnsolicitedExtension(kind.0);
    assert_end(
        protocol,
        Side::Client,
        unsolicited,
        Alert::UNSUPPORTED_EXTENSION,
    );
}

/// Another certificate under the same key, or nothing at all, in the place of what `whose` shows.
fn shown(message: &mut Vec<u8>, instead: &[&[u8]]) {
    if let Ok(Handshake::Certificate(_)) = Handshake::decode(message) {
        *message = Certificate {
            certificate_list: instead.iter().map(|leaf| leaf.to_vec()).collect(),
        }
        .encode();
    }
}

#[test]
fn rule_06_and_rule_07_the_server_of_a_triple_handshake_is_not_who_it_was() {
    // The last of three: the attacker, so far the client's server, lets it renegotiate with
    // somebody else, whose messages it passes on.
    let end = spoiled(FULL, &mut |to, message| {
        if to == Side::Client {
            shown(message, &[b"another"]);
        }
    });
    let changed = Misbehaviour::ChangedUnderWay("the server's certificate");
    assert_end(end, Side::Client, changed, Alert::ILLEGAL_PARAMETER);
}

#[test]
fn rule_07_the_client_s_certificate_neither_changes_nor_goes_away() {
    let changed = Misbehaviour::ChangedUnderWay("the client's certificate");
    for instead in [&[b"another".as_slice()][..], &[]] {
        let end = spoiled(KNOWN, &mut |to, message| {
            if to == Side::Server {
                shown(message, instead);
            }
        });
        assert_end(end, Side::Server, changed, Alert::ILLEGAL_PARAMETER);
    }
}

#[test]
fn protocol_an_abbreviated_renegotiation_resumes_the_current_session_only() {
    let mut puppets = Puppets::on(ABBREVIATED);
    puppets.begin_again(ABBREVIATED.again);
    let asked = puppets.asked.len();
    let mut other = |_: Side, message: &mut Vec<u8>| {
        if let Ok(Handshake::ClientHello(mut hello)) = Handshake::decode(message) {
            // An id that has the right MAC and is in the store: the one of another connection.
            let [first, rest @ ..] = hello.legacy_session_id.as_slice() else {
                panic!("an id was offered")
            };
            let id: Vec<u8> = [&[first ^ 1], rest].concat();
            let id = <[u8; 32]>::try_from(id).expect("32 bytes");
            hello.legacy_session_id = id.into();
            *message = hello.encode();
        }
    };
    while puppets.server.state() != "WaitKeySignature" {
        assert_eq!(puppets.step_through(&mut other), Ok(true));
    }
    assert!(!puppets.asked[asked..].contains(&"FindSession"));
}

#[test]
fn protocol_a_hello_request_stays_outside_the_transcript() {
    let mut client = stopped_at(&[FULL], Side::Client, "WaitServerHello");
    let request = vec![0, 0, 0, 0];
    assert_eq!(client.client.message(NOW, request), Ok(()));
    while client.step() {}
    assert_eq!((client.client.epoch(), client.server.epoch()), (1, 1));
}

#[test]
fn protocol_no_application_data_between_change_cipher_spec_and_finished() {
    for road in [FULL, ABBREVIATED] {
        for side in [Side::Client, Side::Server] {
            let mut puppets = stopped_at(&[road], side, "WaitFinished");
            let end = puppets.end(side);
            let came = end.content(NOW, ContentType::APPLICATION_DATA, b"data", 0..4);
            let fault = came.expect_err("it is refused");
            let end = end_of(end, fault);
            assert_eq!(end.alert, Some(Alert::UNEXPECTED_MESSAGE));
            assert!(
                matches!(end.fault, Fault::Unexpected { came, .. } if came == "application data")
            );
        }
    }
}

#[test]
fn application_data_goes_on_up_to_the_change_cipher_spec() {
    for (side, states) in [
        (
            Side::Client,
            ["WaitServerHello", "WaitChangeCipherSpec"].as_slice(),
        ),
        (
            Side::Server,
            &["Connected", "WaitClientKeyExchange", "WaitChangeCipherSpec"],
        ),
    ] {
        for state in states {
            let mut puppets = stopped_at(&[FULL], side, state);
            let end = puppets.end(side);
            let came = end.content(NOW, ContentType::APPLICATION_DATA, b"data", 0..4);
            assert_eq!(came, Ok(Some(0..4)), "{side} {state}");
        }
    }
}

#[test]
fn a_change_cipher_spec_comes_once_in_its_place_and_between_messages() {
    for road in [FULL, Road::TLS12] {
        for side in [Side::Client, Side::Server] {
            // Twice: under the new keys there is nothing to change any more.
            let mut puppets = stopped_at(&[road], side, "WaitFinished");
            let end = puppets.end(side);
            let came = end.content(NOW, ContentType::CHANGE_CIPHER_SPEC, &[1], 0..1);
            let end = end_of(end, came.expect_err("it is refused"));
            assert_eq!(end.alert, Some(Alert::UNEXPECTED_MESSAGE));

            // In the middle of a message.
            let mut puppets = stopped_at(&[road], side, "WaitChangeCipherSpec");
            let end = puppets.end(side);
            let half = [4, 0, 0, 200, 1];
            assert_eq!(
                end.content(NOW, ContentType::HANDSHAKE, &half, 0..5),
                Ok(None)
            );
            let came = end.content(NOW, ContentType::CHANGE_CIPHER_SPEC, &[1], 0..1);
            let end = end_of(end, came.expect_err("it is refused"));
            assert_eq!(end.fault, crate::RecordError::Interleaved.into());
            assert_eq!(end.alert, Some(Alert::UNEXPECTED_MESSAGE));
        }
    }
}

#[test]
fn rule_07_a_flood_of_wishes_that_come_to_nothing_ends() {
    // Behind our close_notify they are passed over, and counted all the same.
    let mut client = stopped_at(&[Road::TLS12], Side::Client, "Connected").client;
    client.handle(NOW, Input::Close);
    let request = || vec![0, 0, 0, 0];
    let flood =
        |client: &mut Connection| (0..40).position(|_| client.message(NOW, request()).is_err());
    assert_eq!(flood(&mut client), Some(32));
    let end = end_of(&mut client, Misbehaviour::TooManyRenegotiations.into());
    assert_eq!(
        end.alert, None,
        "behind our close_notify there are no alerts either"
    );

    let mut client = stopped_at(&[FULL], Side::Client, "WaitServerHello").client;
    assert_eq!(flood(&mut client), Some(32));
    let end = end_of(&mut client, Misbehaviour::TooManyRenegotiations.into());
    assert_eq!(end.alert, Some(Alert::UNEXPECTED_MESSAGE));

    // Data in between says that there is more to this peer.
    let mut client = stopped_at(&[FULL], Side::Client, "WaitServerHello").client;
    for _ in 0..100 {
        client.message(NOW, request()).expect("borne");
        let data = client.content(NOW, ContentType::APPLICATION_DATA, b"x", 0..1);
        assert_eq!(data, Ok(Some(0..1)));
    }
}

#[test]
fn rule_07_no_connection_renegotiates_more_than_a_thousand_times() {
    let mut puppets = Puppets::on(ABBREVIATED);
    while puppets.step() {}
    for _ in 0..1010 {
        puppets.now = puppets.now.plus(Duration::from_millis(100));
        let now = puppets.now;
        puppets.client.handle(
            now,
            Input::UpdateKeys(crate::KeyUpdateRequest::UpdateRequested),
        );
        while puppets.step() {}
    }
    assert_eq!(
        (puppets.client.epoch(), puppets.server.epoch()),
        (1000, 1000)
    );
}

#[test]
fn behind_our_close_notify_nothing_is_negotiated() {
    for side in [Side::Client, Side::Server] {
        let mut puppets = Puppets::on(FULL);
        puppets.begin_again(Again::No);
        puppets.end(side).handle(NOW, Input::Close);
        puppets.drain();
        // What the peer had sent before it heard of it.
        match side {
            Side::Client => {
                let asked = puppets.client.message(NOW, vec![0, 0, 0, 0]);
                assert_eq!(asked, Ok(()));
            }
            Side::Server => {
                puppets.client.handle(NOW, Input::Renegotiate);
                let mut came = false;
                while !came {
                    let mut look = |to: Side, _: &mut Vec<u8>| came |= to == Side::Server;
                    assert_eq!(puppets.step_through(&mut look), Ok(true));
                }
            }
        }
        let end = puppets.end(side);
        assert_eq!(end.state(), "Connected");
        end.handle(NOW, Input::Renegotiate);
        let mut said = Vec::new();
        while let Some(output) = end.poll() {
            match output {
                Output::Event(Event::RenegotiationDeclined) => said.push("declined"),
                Output::Transmit(_) => said.push("bytes"),
                _ => {}
            }
        }
        assert_eq!(said.iter().filter(|said| **said == "declined").count(), 1);
        assert!(!said.contains(&"bytes"), "{said:?}");
    }
}

#[test]
fn protocol_the_keys_of_tls_1_2_end_with_an_alert_where_no_others_come() {
    use crate::keys::record_keys::{Form, RecordKeys};
    use crate::record::limits;
    use crate::record::seal::Sealer;
    use tessera_crypto::aead::{AeadAlgorithm, AeadKey};
    let keys = RecordKeys {
        key: AeadKey::new(AeadAlgorithm::Aes128Gcm, &[7; 16]).expect("a key"),
        iv: [0; 12],
        limit: 10,
        form: Form::Tls12Carried,
    };
    let mut sealer = Sealer::protected(keys, None);
    let mut out = Vec::new();
    let mut seal = |kind| sealer.seal(kind, b"x", &mut out);
    let data = (0..20).filter(|_| seal(ContentType::APPLICATION_DATA).is_ok());
    assert_eq!(data.count() as u64, 10 - limits::LAST_WORDS);
    assert_eq!(seal(ContentType::ALERT), Ok(()));
    let alerts = (0..20).filter(|_| seal(ContentType::ALERT).is_ok());
    assert_eq!(alerts.count() as u64, limits::LAST_WORDS - 1);
    assert_eq!(seal(ContentType::ALERT), Err(LocalError::KeysExhausted));
}
