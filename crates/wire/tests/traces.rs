//! Every handshake message of RFC 8448's traces decodes and is written back byte for byte.

use tessera_wire::*;

const TRACES: [&str; 5] = [
    include_str!("../../engine/tests/vectors/rfc8448/simple_1rtt.txt"),
    include_str!("../../engine/tests/vectors/rfc8448/resumed_0rtt.txt"),
    include_str!("../../engine/tests/vectors/rfc8448/hello_retry_request.txt"),
    include_str!("../../engine/tests/vectors/rfc8448/client_authentication.txt"),
    include_str!("../../engine/tests/vectors/rfc8448/compatibility_mode.txt"),
];

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn values(trace: &str) -> impl Iterator<Item = (&str, Vec<u8>)> {
    trace
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (label, hex) = line.split_once(": ")?;
            Some((label, bytes(hex)))
        })
}

fn value(trace: &str, wanted: &str) -> Vec<u8> {
    values(trace)
        .find(|(label, _)| *label == wanted)
        .map(|(_, value)| value)
        .unwrap()
}

/// The name [`Handshake::name`] should give, if the label is that of a message.
fn message_name(label: &str) -> Option<&'static str> {
    Some(match label {
        "client_hello" | "client_hello1" | "client_hello2" => "ClientHello",
        "server_hello" => "ServerHello",
        "hello_retry_request" => "HelloRetryRequest",
        "encrypted_extensions" => "EncryptedExtensions",
        "certificate_request" => "CertificateRequest",
        "server_certificate" | "client_certificate" => "Certificate",
        "server_certificate_verify" | "client_certificate_verify" => "CertificateVerify",
        "server_finished" | "client_finished" => "Finished",
        "new_session_ticket" => "NewSessionTicket",
        "end_of_early_data" => "EndOfEarlyData",
        _ => return None,
    })
}

#[test]
fn every_message_is_recognised_and_written_back_byte_for_byte() {
    let mut seen = 0;
    for (label, bytes) in TRACES.into_iter().flat_map(values) {
        let Some(name) = message_name(label) else {
            continue;
        };
        let message = Handshake::decode(&bytes).unwrap_or_else(|error| panic!("{label}: {error}"));
        assert_eq!(message.name(), name);
        assert_eq!(message.kind().0, bytes[0]);
        assert_eq!(message.encode(), bytes, "{label}");
        seen += 1;
    }
    assert_eq!(seen, 40);
}

#[test]
fn every_alert_is_close_notify() {
    for (label, bytes) in TRACES.into_iter().flat_map(values) {
        if label.ends_with("_alert") {
            assert_eq!(
                Alert::decode(&bytes),
                Ok(Alert::new(AlertDescription::CLOSE_NOTIFY))
            );
        }
    }
}

#[test]
fn every_record_is_as_long_as_its_header_says() {
    for (label, bytes) in TRACES.into_iter().flat_map(values) {
        if label.ends_with("_record") {
            let header = RecordHeader::decode(bytes.first_chunk().unwrap());
            assert_eq!(
                record::HEADER_LEN + usize::from(header.length),
                bytes.len(),
                "{label}"
            );
            assert!(header.content_type.name().is_some());
        }
    }
}

#[test]
fn the_binders_begin_where_the_trace_cuts_them_off() {
    let hello = value(TRACES[1], "client_hello");
    let without = value(TRACES[1], "client_hello_without_binders");
    assert_eq!(ClientHello::binders_offset(&hello), Some(without.len()));
    assert_eq!(hello[..without.len()], without);
}

#[test]
fn the_ticket_is_read_as_the_trace_has_it() {
    let Ok(Handshake::NewSessionTicket(ticket)) =
        Handshake::decode(&value(TRACES[0], "new_session_ticket"))
    else {
        panic!("not a NewSessionTicket");
    };
    assert_eq!(ticket.ticket, value(TRACES[0], "ticket"));
    assert_eq!(ticket.ticket_nonce, value(TRACES[0], "ticket_nonce"));
    assert_eq!(
        ticket.ticket_age_add.to_be_bytes().to_vec(),
        value(TRACES[0], "ticket_age_add")
    );
    assert_eq!(ticket.extensions.find(), Ok(Some(MaxEarlyDataSize(1024))));
}
