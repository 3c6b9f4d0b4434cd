//! IMAP.

use tessera_starttls::{Protocol, ServerDialogue, StartTlsError};

use crate::script::{Either, fault, play};

fn client() -> Either {
    Either::client(Protocol::Imap)
}

fn server() -> Either {
    Either::server(Protocol::Imap)
}

const GREETING: &[u8] =
    b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] mail.example ready\r\n";

#[test]
fn a_client_starts_tls_with_dovecot() {
    let step = play(
        &mut client(),
        b"",
        &[
            (
                b"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS LOGINDISABLED] Dovecot \
                  (Debian) ready.\r\n",
                b"a1 CAPABILITY\r\n",
            ),
            (
                b"* CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS LOGINDISABLED\r\n\
                  a1 OK Pre-login capabilities listed, post-login capabilities have more.\r\n",
                b"a2 STARTTLS\r\n",
            ),
            (b"a2 OK Begin TLS negotiation now.\r\n", b""),
        ],
    );
    assert!(step.done);
}

#[test]
fn a_client_hears_what_a_server_says_unasked_and_passes_over_it() {
    let step = play(
        &mut client(),
        b"",
        &[
            (
                b"* OK Cyrus IMAP 3.6.1 server ready\r\n",
                b"a1 CAPABILITY\r\n",
            ),
            (
                b"* OK [ALERT] maintenance at noon\r\n* NO disk is nearly full\r\n",
                b"",
            ),
            (
                b"* capability IMAP4rev1 starttls\r\na1 ok Completed\r\n",
                b"a2 STARTTLS\r\n",
            ),
            (b"* 1 EXISTS\r\na2 OK Begin TLS negotiation now\r\n", b""),
        ],
    );
    assert!(step.done);
}

#[test]
fn a_preauth_greeting_is_no_way_around_tls() {
    let error = fault(
        client(),
        b"* PREAUTH IMAP4rev1 server logged in as alice\r\n",
    );
    assert!(
        matches!(error, StartTlsError::Preauthenticated { .. }),
        "{error}"
    );
    let later = b"* OK ready\r\n* PREAUTH after all\r\n";
    let error = fault(client(), later);
    assert!(
        matches!(error, StartTlsError::Preauthenticated { .. }),
        "{error}"
    );
}

#[test]
fn a_server_that_does_not_offer_starttls_is_not_asked_for_it() {
    // RFC 9325 §3.2 (3).
    // The list in the greeting and what other words say of STARTTLS do not count.
    let heard = b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN XSTARTTLS\r\n\
                  a1 OK STARTTLS\r\n";
    let error = fault(client(), heard);
    assert_eq!(
        error.to_string(),
        "imap: expected STARTTLS, but the server offers only IMAP4rev1, AUTH=PLAIN, XSTARTTLS"
    );
}

const UP_TO_STARTTLS: &[u8] = b"* OK ready\r\n* CAPABILITY STARTTLS\r\na1 OK done\r\n";

#[test]
fn a_refusal_is_told_in_the_words_of_the_server() {
    for heard in [
        &b"* BYE too many connections\r\n"[..],
        b"* OK ready\r\na1 BAD what is that\r\n",
        b"* OK ready\r\n* BYE shutting down\r\n",
        &[UP_TO_STARTTLS, b"a2 NO no certificate today\r\n"].concat(),
        &[UP_TO_STARTTLS, b"a2 BAD unknown\r\n"].concat(),
    ] {
        let error = fault(client(), heard);
        assert!(matches!(error, StartTlsError::Refused { .. }), "{error}");
    }
}

#[test]
fn what_is_not_imap_is_told_as_such() {
    for heard in [
        &b"220 mx.example ESMTP\r\n"[..],
        b"+OK POP3 ready\r\n",
        b"* OK ready\r\na9 OK done\r\n",
        b"* OK ready\r\n+ go on\r\n",
        b"* OK ready\r\n* LIST () NIL {4}\r\n",
        &[UP_TO_STARTTLS, b"a1 OK again\r\n"].concat(),
    ] {
        let error = fault(client(), heard);
        assert!(matches!(error, StartTlsError::Unexpected { .. }), "{error}");
    }
}

#[test]
fn a_response_behind_the_go_ahead_is_injected() {
    for injected in [
        &b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"[..],
        b"a3 OK logged in\r\n",
        b"*",
    ] {
        let heard = [UP_TO_STARTTLS, b"a2 OK go\r\n", injected].concat();
        let error = fault(client(), &heard);
        assert!(
            matches!(error, StartTlsError::PlaintextAfterGoAhead { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_server_lists_starttls_and_lets_nobody_log_in_before_it() {
    let private =
        |tag: &str| format!("{tag} NO [PRIVACYREQUIRED] Not before STARTTLS\r\n").into_bytes();
    let step = play(
        &mut server(),
        GREETING,
        &[
            (
                b"a CAPABILITY\r\n",
                b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na OK CAPABILITY completed\r\n",
            ),
            (b"b noop\r\n", b"b OK NOOP completed\r\n"),
            (b"c LOGIN alice secret\r\n", &private("c")),
            // The client waits for leave to send the five bytes, and gets none.
            (b"d LOGIN {5}\r\n", &private("d")),
            (b"e AUTHENTICATE PLAIN AGEAYg==\r\n", &private("e")),
            (
                b"f SELECT INBOX\r\n",
                b"f BAD Unknown command, or not before STARTTLS and login\r\n",
            ),
            (b"nonsense\r\n", b"* BAD No tag, or no command\r\n"),
            (
                b"g STARTTLS now\r\n",
                b"g BAD This command has no arguments\r\n",
            ),
            (b"h STARTTLS\r\n", b"h OK Begin TLS negotiation now\r\n"),
        ],
    );
    assert!(step.done);
}

#[test]
fn a_server_lets_go_of_a_client_that_logs_out() {
    let goodbye = b"* BYE mail.example closing\r\nx1 OK LOGOUT completed\r\n";
    let step = play(&mut server(), GREETING, &[(b"x1 LOGOUT\r\n", goodbye)]);
    assert!(step.close && !step.done);
}

#[test]
fn a_command_behind_starttls_is_injected_and_there_is_no_go_ahead() {
    let error = fault(server(), b"a STARTTLS\r\nb LOGIN mallory secret\r\n");
    assert_eq!(
        error.to_string(),
        "imap: expected TLS behind the go-ahead, received \"b…\" in the clear: somebody may be injecting it"
    );
}

#[test]
fn what_a_client_sends_without_waiting_is_not_taken_for_commands() {
    let error = fault(server(), b"a LOGIN {12+}\r\nb STARTTLS\r\n secret\r\n");
    assert!(matches!(error, StartTlsError::Unexpected { .. }), "{error}");
    assert!(!error.to_string().contains("LOGIN"), "{error}");
}

#[test]
fn a_server_says_goodbye_after_an_error() {
    let mut server = ServerDialogue::new(Protocol::Imap, "mail.example");
    assert!(server.receive(b"a NOOP\n").is_err());
    assert_eq!(
        server.farewell(),
        b"* BYE Closing, that was not understood\r\n"
    );
}
