//! LDAP.

use tessera_starttls::{Protocol, ServerDialogue, StartTlsError};

use crate::script::{Either, fault, hear, play};

fn client() -> Either {
    Either::client(Protocol::Ldap)
}

fn server() -> Either {
    Either::server(Protocol::Ldap)
}

/// StartTLS as OpenLDAP's tools and ours send it.
const REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

/// Success as slapd says it.
const SUCCESS: &[u8] = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";

/// An element with its content.
fn element(tag: u8, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let length = u8::try_from(content.len()).expect("short");
    assert!(length < 0x80);
    [&[tag, length], &content[..]].concat()
}

/// A message with this number, operation and content.
fn message(id: u8, operation: u8, content: &[&[u8]]) -> Vec<u8> {
    element(0x30, &[&[2, 1, id], &element(operation, content)])
}

#[test]
fn a_client_starts_tls_with_slapd() {
    assert!(play(&mut client(), REQUEST, &[(SUCCESS, b"")]).done);
}

#[test]
fn a_client_starts_tls_with_a_server_of_long_lengths_and_names() {
    let long =
        b"\x30\x84\x00\x00\x00\x28\x02\x01\x01\x78\x84\x00\x00\x00\x1f\x0a\x01\x00\x04\x00\x04\x00\
                 \x8a\x161.3.6.1.4.1.1466.20037";
    assert!(play(&mut client(), REQUEST, &[(long, b"")]).done);
}

#[test]
fn a_refusal_is_told_in_the_words_of_the_server() {
    for (code, said, text) in [
        (
            2,
            &b"unsupported extended operation"[..],
            "resultCode 2 protocolError: unsupported extended operation",
        ),
        (52, b"", "resultCode 52 unavailable"),
        (
            1,
            b"TLS already started",
            "resultCode 1 operationsError: TLS already started",
        ),
        (99, b"\x1b[2J", r"resultCode 99: \x1b[2J"),
    ] {
        let heard = message(
            1,
            0x78,
            &[&[0x0a, 1, code], b"\x04\x00", &element(4, &[said])],
        );
        let StartTlsError::Refused { received, .. } = fault(client(), &heard) else {
            panic!("no refusal of {code}")
        };
        assert_eq!(received.as_str(), text);
    }
}

#[test]
fn a_notice_of_disconnection_is_a_refusal_and_other_notices_are_advice() {
    let notice = |name: &[u8]| {
        message(
            0,
            0x78,
            &[b"\x0a\x01\x33\x04\x00\x04\x00", &element(0x8a, &[name])],
        )
    };
    let error = fault(client(), &notice(b"1.3.6.1.4.1.1466.20036"));
    assert!(error.to_string().contains("resultCode 51 busy"), "{error}");
    let advice = notice(b"1.3.6.1.4.1.99999.1");
    assert!(play(&mut client(), REQUEST, &[(&advice, b""), (SUCCESS, b"")]).done);
}

#[test]
fn an_answer_to_something_else_is_no_go_ahead() {
    let success = b"\x0a\x01\x00\x04\x00\x04\x00";
    for heard in [
        message(2, 0x78, &[success]),
        message(1, 0x61, &[success]),
        message(1, 0x78, &[success, &element(0x8a, &[b"1.2.3"])]),
        message(1, 0x78, &[success, &element(0x8b, &[b"value"])]),
        message(1, 0x78, &[b"\x0a\x01\x00"]),
        message(0, 0x61, &[success]),
        b"\x30\x80".to_vec(),
        b"220 mx.example ESMTP\r\n".to_vec(),
    ] {
        let error = fault(client(), &heard);
        assert!(matches!(error, StartTlsError::Unexpected { .. }), "{error}");
    }
}

#[test]
fn a_message_behind_the_go_ahead_is_injected() {
    for injected in [SUCCESS, b"0"] {
        let error = fault(client(), &[SUCCESS, injected].concat());
        assert!(
            matches!(error, StartTlsError::PlaintextAfterGoAhead { .. }),
            "{error}"
        );
        let error = fault(server(), &[REQUEST, injected].concat());
        assert!(
            matches!(error, StartTlsError::PlaintextAfterGoAhead { .. }),
            "{error}"
        );
    }
}

/// A simple bind with a password.
fn bind(id: u8) -> Vec<u8> {
    message(id, 0x60, &[b"\x02\x01\x03\x04\x08cn=alice\x80\x06secret"])
}

#[test]
fn a_server_refuses_everything_that_is_not_for_the_clear() {
    let wait = |id: u8, response: u8| {
        message(
            id,
            response,
            &[b"\x0a\x01\x0d\x04\x00\x04\x0eStartTLS first"],
        )
    };
    let search = message(4, 0x63, &[b"\x04\x00\x0a\x01\x00\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass\x30\x00"]);
    let protocol_error =
        |id: u8, why: &[u8]| message(id, 0x78, &[b"\x0a\x01\x02\x04\x00", &element(4, &[why])]);
    let who_am_i = message(5, 0x77, &[&element(0x80, &[b"1.3.6.1.4.1.4203.1.11.3"])]);
    let name = element(0x80, &[b"1.3.6.1.4.1.1466.20037"]);
    let with_value = message(6, 0x77, &[&name, &element(0x81, &[b"now"])]);
    let success = message(
        9,
        0x78,
        &[
            b"\x0a\x01\x00\x04\x00\x04\x00",
            &element(0x8a, &[b"1.3.6.1.4.1.1466.20037"]),
        ],
    );
    let step = play(
        &mut server(),
        b"",
        &[
            (&bind(3), &wait(3, 0x61)),
            (&search, &wait(4, 0x65)),
            (&message(7, 0x4a, &[b"cn=alice"]), &wait(7, 0x6b)),
            (&message(8, 0x50, &[b"\x04"]), b""),
            (&who_am_i, &protocol_error(5, b"only StartTLS here")),
            (
                &with_value,
                &protocol_error(6, b"StartTLS has no requestValue"),
            ),
            (&message(9, 0x77, &[&name]), &success),
        ],
    );
    assert!(step.done);
}

#[test]
fn a_control_that_must_be_understood_is_not_and_another_does_not_matter() {
    let with_control = |critical: &[u8]| {
        let control = element(0x30, &[b"\x04\x031.2", critical]);
        let operation = element(0x77, &[&element(0x80, &[b"1.3.6.1.4.1.1466.20037"])]);
        element(
            0x30,
            &[b"\x02\x01\x01", &operation, &element(0xa0, &[&control])],
        )
    };
    let refused = hear(server(), &with_control(b"\x01\x01\xff")).unwrap();
    assert_eq!(
        refused.send,
        message(1, 0x78, &[b"\x0a\x01\x0c\x04\x00\x04\x10no controls here"])
    );
    assert!(!refused.done);
    assert!(hear(server(), &with_control(b"\x01\x01\x00")).unwrap().done);
    assert!(hear(server(), &with_control(b"")).unwrap().done);
}

#[test]
fn a_server_lets_go_of_a_client_that_unbinds() {
    let step = hear(server(), b"\x30\x05\x02\x01\x02\x42\x00").unwrap();
    assert!(step.close && !step.done && step.send.is_empty());
}

#[test]
fn what_is_no_request_ends_the_session_with_a_notice() {
    let mut side = ServerDialogue::new(Protocol::Ldap, "ldap.example");
    let error = side.receive(SUCCESS).unwrap_err();
    assert!(matches!(error, StartTlsError::Unexpected { .. }), "{error}");
    let notice = message(
        0,
        0x78,
        &[
            b"\x0a\x01\x02\x04\x00\x04\x0enot understood",
            &element(0x8a, &[b"1.3.6.1.4.1.1466.20036"]),
        ],
    );
    assert_eq!(side.farewell(), notice);
    // A client of ours understands it.
    assert!(matches!(
        fault(client(), &notice),
        StartTlsError::Refused { .. }
    ));

    for heard in [
        message(0, 0x77, &[&element(0x80, &[b"1.3.6.1.4.1.1466.20037"])]),
        message(1, 0x77, &[b"\x80\x20short"]),
        message(1, 0x77, &[]),
        message(1, 0x79, &[]),
        b"\x30\x03\x02\x01\x01".to_vec(),
        b"EHLO client.example\r\n".to_vec(),
        b"\x16\x03\x01".to_vec(),
    ] {
        let error = fault(server(), &heard);
        assert!(matches!(error, StartTlsError::Unexpected { .. }), "{error}");
    }
}

#[test]
fn a_message_that_would_be_too_long_is_refused_by_its_header() {
    for side in [client(), server()] {
        let error = fault(side, b"\x30\x82\x3f\xfd");
        assert!(
            matches!(error, StartTlsError::TooLong { limit: 16384, .. }),
            "{error}"
        );
    }
    assert!(hear(server(), b"\x30\x82\x3f\xfc").is_ok());
}

#[test]
fn a_password_said_too_early_is_in_no_error() {
    let early = [REQUEST, &bind(2)].concat();
    let mut broken = bind(2);
    let last = broken.len() - 7;
    broken[last] = 0x7f;
    broken[5] = 0x79;
    for heard in [early, broken] {
        let error = fault(server(), &heard);
        let said = format!("{error} {error:?}");
        assert!(
            !said.contains("secret") && !said.contains("alice"),
            "{said}"
        );
    }
}
