//! Our client with our server.

use tessera_starttls::{ClientDialogue, Protocol, ServerDialogue, StartTlsError};

/// Brings both ends to TLS, with what each says cut into pieces of this size.
#[track_caller]
fn meet(protocol: Protocol, size: usize) {
    let mut client = ClientDialogue::new(protocol, "client.example");
    let mut server = ServerDialogue::new(protocol, "mail.example");
    let mut to_server = client.start().send;
    let mut to_client = server.start().send;
    for _ in 0..10 {
        let mut server_is_done = false;
        for piece in std::mem::take(&mut to_server).chunks(size) {
            let step = server.receive(piece).expect("a client of ours");
            to_client.extend(step.send);
            server_is_done = step.done;
        }
        let mut client_is_done = false;
        for piece in std::mem::take(&mut to_client).chunks(size) {
            let step = client.receive(piece).expect("a server of ours");
            to_server.extend(step.send);
            client_is_done = step.done;
        }
        assert_eq!(client_is_done, server_is_done, "{protocol}");
        if client_is_done {
            assert!(to_server.is_empty(), "{protocol}: said after STARTTLS");
            return;
        }
    }
    panic!("{protocol}: no TLS");
}

#[test]
fn every_protocol_comes_to_tls_whatever_the_pieces() {
    for protocol in Protocol::ALL {
        for size in [1, 2, 7, 1000] {
            meet(protocol, size);
        }
    }
}

#[test]
fn two_protocols_never_come_to_tls_but_say_what_is_wrong() {
    for ours in Protocol::ALL {
        for theirs in Protocol::ALL {
            if ours == theirs {
                continue;
            }
            let mut client = ClientDialogue::new(ours, "client.example");
            let mut server = ServerDialogue::new(theirs, "mail.example");
            let mut to_server = client.start().send;
            let mut to_client = server.start().send;
            let mut faults = Vec::new();
            for _ in 0..10 {
                match server.receive(&std::mem::take(&mut to_server)) {
                    Ok(step) => {
                        assert!(!step.done, "{ours} with {theirs}");
                        to_client.extend(step.send);
                    }
                    Err(error) => faults.push(error),
                }
                match client.receive(&std::mem::take(&mut to_client)) {
                    Ok(step) => {
                        assert!(!step.done, "{ours} with {theirs}");
                        to_server.extend(step.send);
                    }
                    Err(error) => faults.push(error),
                }
            }
            if theirs == Protocol::Ldap {
                // It waits for the client to speak, as the client does for it: a deadline ends that.
                assert_eq!((faults.len(), client.ended().protocol()), (0, ours));
                continue;
            }
            let clear = |error: &StartTlsError| {
                matches!(
                    error,
                    StartTlsError::Unexpected { .. } | StartTlsError::Refused { .. }
                )
            };
            assert!(faults.iter().any(clear), "{ours} with {theirs}: {faults:?}");
        }
    }
}

#[test]
fn a_stream_that_ends_says_what_was_awaited() {
    let mut client = ClientDialogue::new(Protocol::Smtp, "client.example");
    let _ = client.receive(b"220 mx.example\r\n");
    assert_eq!(
        client.ended(),
        StartTlsError::Ended {
            protocol: Protocol::Smtp,
            expected: "250 and what the server can do",
        }
    );
    let server = ServerDialogue::new(Protocol::Ldap, "");
    assert!(
        server
            .ended()
            .to_string()
            .contains("expected an LDAP request")
    );
}
