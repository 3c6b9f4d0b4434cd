//! Whatever the bytes are and however they are cut, the outcome is the same.

use proptest::prelude::*;
use tessera_starttls::{Protocol, StartTlsError};

use crate::script::Either;

/// How a dialogue ended, and all that was said in it.
#[derive(Debug)]
struct End {
    said: Vec<u8>,
    outcome: Result<(bool, bool), StartTlsError>,
}

fn hear<'a>(mut side: Either, pieces: impl IntoIterator<Item = &'a [u8]>) -> End {
    let mut said = side.start().send;
    let mut outcome = Ok((false, false));
    for piece in pieces {
        outcome = match side.receive(piece) {
            Ok(step) => {
                said.extend(step.send);
                Ok((step.done, step.close))
            }
            Err(error) => Err(error),
        };
    }
    End { said, outcome }
}

/// The same end, but for what nobody can know who hears only a part.
#[track_caller]
fn same(whole: &End, pieces: &End) {
    match (&whole.outcome, &pieces.outcome) {
        (Ok(whole_outcome), Ok(outcome)) => {
            assert_eq!(whole_outcome, outcome);
            assert_eq!(whole.said, pieces.said);
        }
        // How much of the injected bytes had come when the first was noticed.
        (
            Err(StartTlsError::PlaintextAfterGoAhead { .. }),
            Err(StartTlsError::PlaintextAfterGoAhead { .. }),
        ) => {}
        (whole, pieces) => assert_eq!(whole, pieces),
    }
    // What was said before an error is not, if both come of the same piece.
    assert!(pieces.said.starts_with(&whole.said));
}

const START_TLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

/// Parts that dialogues are made of, and parts that they break on.
const PARTS: &[&[u8]] = &[
    b"220 mx.example ESMTP\r\n",
    b"220-more\r\n",
    b"250-mx.example\r\n",
    b"250-SIZE 1\r\n",
    b"250 STARTTLS\r\n",
    b"454 not now\r\n",
    b"* OK ready\r\n",
    b"* PREAUTH ready\r\n",
    b"* CAPABILITY IMAP4rev1 STARTTLS\r\n",
    b"a1 OK done\r\n",
    b"a2 OK begin\r\n",
    b"* BYE\r\n",
    b"EHLO client.example\r\n",
    b"LHLO client.example\r\n",
    b"STARTTLS\r\n",
    b"QUIT\r\n",
    b"MAIL FROM:<>\r\n",
    b"a CAPABILITY\r\n",
    b"b STARTTLS\r\n",
    b"c LOGOUT\r\n",
    b"d LOGIN {3+}\r\n",
    START_TLS,
    b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
    b"\x30\x05\x02\x01\x02\x42\x00",
    b"\x30\x84\x00\x00",
    b"\x16\x03\x01",
    b"\r",
    b"\n",
    b" ",
    b"x",
];

/// Streams that come to TLS, for one side or the other.
const STREAMS: &[&[u8]] = &[
    b"220 mx.example ESMTP\r\n250-mx.example\r\n250-SIZE 1\r\n250 STARTTLS\r\n220 go\r\n",
    b"* OK ready\r\n* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\na2 OK begin\r\n",
    b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
    b"EHLO client.example\r\nNOOP\r\nSTARTTLS\r\n",
    b"a CAPABILITY\r\nb STARTTLS\r\n",
    START_TLS,
];

/// Such a stream, with something put into it more often than not.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let whole = prop::sample::select(STREAMS).prop_map(<[u8]>::to_vec);
    let edited =
        (prop::sample::select(STREAMS), any::<usize>(), mixed()).prop_map(|(stream, at, mixed)| {
            let (before, behind) = stream.split_at(at % (stream.len() + 1));
            [before, &mixed, behind].concat()
        });
    prop_oneof![1 => whole, 2 => edited, 2 => mixed()]
}

fn mixed() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        9 => prop::sample::select(PARTS).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 1..20),
        1 => (any::<u8>(), 400..3000_usize).prop_map(|(byte, count)| vec![byte; count]),
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

fn protocol() -> impl Strategy<Value = Protocol> {
    prop::sample::select(&Protocol::ALL[..])
}

/// Cuts a stream at these places, whichever of them are in it.
fn cut<'a>(stream: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|at| at % (stream.len() + 1)).collect();
    places.sort_unstable();
    let mut from = 0;
    let mut pieces: Vec<&[u8]> = Vec::new();
    for to in places {
        pieces.push(&stream[from..to]);
        from = to;
    }
    pieces.push(&stream[from..]);
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_client_does_the_same_whatever_the_pieces(
        protocol in protocol(), stream in stream(), places in prop::collection::vec(any::<usize>(), 0..8),
    ) {
        let whole = hear(Either::client(protocol), [&stream[..]]);
        same(&whole, &hear(Either::client(protocol), cut(&stream, &places)));
        same(&whole, &hear(Either::client(protocol), stream.chunks(1)));
    }

    #[test]
    fn a_server_does_the_same_whatever_the_pieces(
        protocol in protocol(), stream in stream(), places in prop::collection::vec(any::<usize>(), 0..8),
    ) {
        let whole = hear(Either::server(protocol), [&stream[..]]);
        same(&whole, &hear(Either::server(protocol), cut(&stream, &places)));
        same(&whole, &hear(Either::server(protocol), stream.chunks(1)));
    }

    #[test]
    fn tls_begins_behind_the_last_byte_and_no_other(protocol in protocol(), stream in stream()) {
        for side in [Either::client, Either::server] {
            if let Ok((true, _)) = hear(side(protocol), [&stream[..]]).outcome {
                let less = hear(side(protocol), [&stream[..stream.len() - 1]]);
                prop_assert_eq!(less.outcome, Ok((false, false)));
                let more = hear(side(protocol), [&stream[..], b"\x16"]);
                let injected = matches!(more.outcome, Err(StartTlsError::PlaintextAfterGoAhead { .. }));
                prop_assert!(injected);
            }
        }
    }

    #[test]
    fn an_error_can_be_printed_anywhere(protocol in protocol(), stream in stream()) {
        for side in [Either::client, Either::server] {
            if let Err(error) = hear(side(protocol), [&stream[..]]).outcome {
                let said = error.to_string();
                prop_assert!(!said.contains(char::is_control), "{:?}", said);
                prop_assert!(said.starts_with(protocol.name()) && said.len() < 4000, "{:?}", said);
            }
        }
    }
}
