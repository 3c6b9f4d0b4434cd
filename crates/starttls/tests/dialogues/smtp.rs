//! SMTP and LMTP.

use tessera_starttls::{Protocol, StartTlsError};

use crate::script::{Either, fault, play};

fn client() -> Either {
    Either::client(Protocol::Smtp)
}

fn server() -> Either {
    Either::server(Protocol::Smtp)
}

#[test]
fn a_client_starts_tls_with_postfix() {
    let step = play(
        &mut client(),
        b"",
        &[
            (b"220 mx.example ESMTP Postfix (Debian/GNU)\r\n", b"EHLO client.example\r\n"),
            (
                b"250-mx.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n250-ETRN\r\n250-STARTTLS\r\n\
                  250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n",
                b"STARTTLS\r\n",
            ),
            (b"220 2.0.0 Ready to start TLS\r\n", b""),
        ],
    );
    assert!(step.done);
}

#[test]
fn a_client_starts_tls_with_a_server_that_greets_at_length() {
    let banner = [
        &b"220-relay.example ESMTP Exim 4.96 #2\r\n"[..],
        b"220-We do not authorize the use of this system to transport unsolicited,\r\n",
        b"220 and/or bulk e-mail.\r\n",
    ];
    let step = play(
        &mut client(),
        b"",
        &[
            (banner[0], b""),
            (banner[1], b""),
            (banner[2], b"EHLO client.example\r\n"),
            (
                b"250-relay.example Hello client.example [192.0.2.7]\r\n250-SIZE 52428800\r\n250 starttls\r\n",
                b"STARTTLS\r\n",
            ),
            (b"220 TLS go ahead\r\n", b""),
        ],
    );
    assert!(step.done);
}

#[test]
fn a_client_starts_tls_with_dovecot_over_lmtp() {
    let step = play(
        &mut Either::client(Protocol::Lmtp),
        b"",
        &[
            (b"220 store.example Dovecot ready.\r\n", b"LHLO client.example\r\n"),
            (
                b"250-store.example\r\n250-STARTTLS\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 PIPELINING\r\n",
                b"STARTTLS\r\n",
            ),
            (b"220 2.0.0 Begin TLS negotiation now.\r\n", b""),
        ],
    );
    assert!(step.done);
}

const UP_TO_STARTTLS: &[u8] = b"220 mx.example\r\n250-mx.example\r\n250 STARTTLS\r\n";

#[test]
fn a_server_that_does_not_offer_starttls_is_not_asked_for_it() {
    // RFC 9325 §3.2 (3).
    let heard =
        b"220 mx.example\r\n250-STARTTLS welcomes you\r\n250-SIZE 1000\r\n250 XSTARTTLS\r\n";
    let StartTlsError::NotOffered { offered, .. } = fault(client(), heard) else {
        panic!("not about offers")
    };
    let offered: Vec<_> = offered.iter().map(|offer| offer.as_str()).collect();
    assert_eq!(offered, ["SIZE", "XSTARTTLS"]);
    let nothing = fault(client(), b"220 mx.example\r\n250 mx.example\r\n");
    assert!(
        nothing
            .to_string()
            .ends_with("but the server offers nothing")
    );
}

#[test]
fn a_refusal_is_told_in_the_words_of_the_server() {
    for (heard, expected, said) in [
        (
            &b"554 5.7.1 no access for you\r\n"[..],
            "a greeting with 220",
            "554 5.7.1 no access for you",
        ),
        (
            b"220 mx.example\r\n502 5.5.2 Error: command not recognized\r\n",
            "250 and what the server can do",
            "502 5.5.2 Error: command not recognized",
        ),
        (
            &[UP_TO_STARTTLS, b"454 4.7.0 TLS not available\r\n"].concat(),
            "220 to STARTTLS",
            "454 4.7.0 TLS not available",
        ),
    ] {
        let StartTlsError::Refused {
            protocol: Protocol::Smtp,
            expected: waited_for,
            received,
        } = fault(client(), heard)
        else {
            panic!("no refusal of {}", heard.escape_ascii())
        };
        assert_eq!((waited_for, received.as_str()), (expected, said));
    }
}

#[test]
fn what_is_not_smtp_is_told_as_such() {
    for heard in [
        &b"* OK IMAP4rev1 ready\r\n"[..],
        b"HTTP/1.1 400 Bad Request\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"220 mx.example\n",
        b"220 mx.\rexample\r\n",
        b"220 mx.example\r\n250-mx.example\r\n220 STARTTLS\r\n",
        &[UP_TO_STARTTLS, b"250 OK\r\n"].concat(),
    ] {
        let error = fault(client(), heard);
        assert!(matches!(error, StartTlsError::Unexpected { .. }), "{error}");
    }
}

#[test]
fn a_response_behind_the_go_ahead_is_injected() {
    for injected in [&b"250 mx.example\r\n"[..], b"\r\n", b"\x16\x03\x03", b"x"] {
        let heard = [UP_TO_STARTTLS, b"220 go\r\n", injected].concat();
        let error = fault(client(), &heard);
        assert!(
            matches!(error, StartTlsError::PlaintextAfterGoAhead { .. }),
            "{error}"
        );

        let mut later = client();
        let _ = later.start();
        assert!(
            later
                .receive(&[UP_TO_STARTTLS, b"220 go\r\n"].concat())
                .unwrap()
                .done
        );
        let error = later.receive(injected).unwrap_err();
        assert!(
            matches!(error, StartTlsError::PlaintextAfterGoAhead { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_server_greets_and_offers_starttls_and_refuses_the_rest_until_then() {
    let step = play(
        &mut server(),
        b"220 mail.example ESMTP\r\n",
        &[
            (b"NOOP\r\n", b"250 OK\r\n"),
            (b"NOOP with something\r\n", b"250 OK\r\n"),
            (
                b"HELO client.example\r\n",
                b"530 Must issue a STARTTLS command first\r\n",
            ),
            (
                b"EHLO\r\n",
                b"501 Syntax error in parameters or arguments\r\n",
            ),
            (
                b"ehlo client.example\r\n",
                b"250-mail.example\r\n250 STARTTLS\r\n",
            ),
            (
                b"MAIL FROM:<a@example>\r\n",
                b"530 Must issue a STARTTLS command first\r\n",
            ),
            (
                b"AUTH PLAIN AGEAYg==\r\n",
                b"530 Must issue a STARTTLS command first\r\n",
            ),
            (b"RSET\r\n", b"530 Must issue a STARTTLS command first\r\n"),
            (b"DATA\r\n", b"530 Must issue a STARTTLS command first\r\n"),
            (b"\r\n", b"500 Syntax error, command unrecognized\r\n"),
            (
                b"STARTTLS now\r\n",
                b"501 Syntax error in parameters or arguments\r\n",
            ),
            (b"STARTTLS\r\n", b"220 Ready to start TLS\r\n"),
        ],
    );
    assert!(step.done && !step.close);
}

#[test]
fn a_server_lets_go_of_a_client_that_quits() {
    let greeting = b"220 mail.example ESMTP\r\n";
    let step = play(
        &mut server(),
        greeting,
        &[(b"QUIT\r\n", b"221 mail.example Closing\r\n")],
    );
    assert!(step.close && !step.done);
}

#[test]
fn an_lmtp_server_knows_no_other_hello() {
    let step = play(
        &mut Either::server(Protocol::Lmtp),
        b"220 mail.example LMTP\r\n",
        &[
            (
                b"EHLO client.example\r\n",
                b"500 This is LMTP, say LHLO\r\n",
            ),
            (
                b"HELO client.example\r\n",
                b"500 This is LMTP, say LHLO\r\n",
            ),
            (
                b"LHLO client.example\r\n",
                b"250-mail.example\r\n250 STARTTLS\r\n",
            ),
            (b"STARTTLS\r\n", b"220 Ready to start TLS\r\n"),
        ],
    );
    assert!(step.done);
    let other = crate::script::hear(server(), b"LHLO client.example\r\n").unwrap();
    assert_eq!(other.send, b"530 Must issue a STARTTLS command first\r\n");
}

#[test]
fn a_command_behind_starttls_is_injected_and_there_is_no_go_ahead() {
    for injected in [
        &b"RSET\r\n"[..],
        b"EHLO x\r\nMAIL FROM:<a@example>\r\n",
        b"\x16",
        b"\r\n",
    ] {
        let heard = [b"EHLO client.example\r\nSTARTTLS\r\n", injected].concat();
        let error = fault(server(), &heard);
        assert!(
            matches!(error, StartTlsError::PlaintextAfterGoAhead { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_password_said_too_early_is_in_no_error() {
    let secret = "AGFsaWNlAHNlY3JldA==";
    let long = format!("AUTH PLAIN {secret}{}\r\n", "A".repeat(512));
    let early = format!("STARTTLS\r\nAUTH PLAIN {secret}\r\n");
    let broken = format!("AUTH PLAIN {secret}\n");
    for heard in [long, early, broken] {
        let error = fault(server(), heard.as_bytes());
        let said = format!("{error} {error:?}");
        assert!(
            said.contains("AUTH") && !said.contains(&secret[..4]),
            "{said}"
        );
    }
}

#[test]
fn a_client_that_speaks_tls_from_the_start_is_noticed_with_its_first_byte() {
    let error = fault(server(), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    assert_eq!(
        error.to_string(),
        r#"smtp: expected a command, received "\x16""#
    );
}

#[test]
fn lines_and_dialogues_have_an_end() {
    let line = [b"220 ", &[b'x'; 2042][..], b"\r\n"].concat();
    assert!(crate::script::hear(client(), &line).is_ok());
    let longer = [b"220 ", &[b'x'; 2043][..], b"\r\n"].concat();
    let error = fault(client(), &longer);
    assert!(
        matches!(error, StartTlsError::TooLong { limit: 2048, .. }),
        "{error}"
    );
    let error = fault(server(), &[b'A'; 512]);
    assert!(
        matches!(error, StartTlsError::TooLong { limit: 512, .. }),
        "{error}"
    );

    let many = b"220-more\r\n".repeat(129);
    let error = fault(client(), &many);
    assert!(matches!(error, StartTlsError::TooMuch { .. }), "{error}");
    let much = [b"220-", &[b'x'; 2000][..], b"\r\n"].concat().repeat(33);
    let error = fault(client(), &much);
    assert!(matches!(error, StartTlsError::TooMuch { .. }), "{error}");
}
