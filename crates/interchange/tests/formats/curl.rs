//! The file that curl keeps its sessions in.

use data_encoding::BASE64;
use tessera_interchange::curl::read;
use tessera_interchange::{Format, ReadError};
use tessera_session::{Resumption, ServerName, Taint, Timestamp};
use tessera_wire::ProtocolVersion;

const FILE: &str = include_str!("../fixtures/curl/sessions.txt");

#[test]
fn every_line_of_curls_file_is_a_session() {
    assert_eq!(Format::detect(FILE.as_bytes()), Ok(Format::Curl));
    let lines = read(FILE).unwrap();
    let versions: Vec<_> = lines
        .iter()
        .map(|line| line.session.as_ref().unwrap().session.version)
        .collect();
    for version in [ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2] {
        assert!(versions.contains(&version), "{version}");
    }
    for line in &lines {
        assert!(line.number > 2, "two lines of comments come first");
        let file = line.session.as_ref().unwrap();
        // curl asks for no tickets in TLS 1.2.
        assert!(!file.wire().is_empty());
        assert_eq!(file.session.taint, Some(Taint::Imported));
        let name = ServerName::new("localhost").unwrap();
        assert_eq!(file.session.binding.server_name, Some(name));
        if let Resumption::Tls12 {
            extended_main_secret,
            ..
        } = file.session.resumption
        {
            assert!(extended_main_secret);
        }
    }
}

/// A line with these fields, for somebody.
fn line(fields: &[&[u8]]) -> String {
    let fields = BASE64.encode(&fields.concat());
    format!("{}:{fields}\n", BASE64.encode(&[7; 64]))
}

/// The fields of the fixture's first session, and the one with the session itself.
fn first() -> (Vec<u8>, Vec<u8>) {
    let first = FILE.lines().find(|line| !line.starts_with('#')).unwrap();
    let fields = BASE64
        .decode(first.split_once(':').unwrap().1.as_bytes())
        .unwrap();
    let len = usize::from(u16::from_be_bytes([fields[2], fields[3]]));
    assert_eq!(fields[..2], [1, 4]);
    let session = fields[1..4 + len].to_vec();
    (fields, session)
}

fn error(fields: &[&[u8]]) -> Option<ReadError> {
    read(&line(fields)).unwrap().remove(0).session.err()
}

#[test]
fn a_session_is_over_when_curl_says_so() {
    let (_, session) = first();
    let until = 1_700_000_000_u64.to_be_bytes();
    let lines = read(&line(&[&[1], &session, &[3], &until])).unwrap();
    let read = lines[0].session.as_ref().unwrap();
    assert_eq!(
        read.session.lifetime.expires_at,
        Timestamp::from_unix_secs(1_700_000_000)
    );
}

#[test]
fn the_application_protocol_stands_in_a_field_of_curls_own() {
    let (_, session) = first();
    let lines = read(&line(&[&[1], &session, &[5, 0, 2], b"h2"])).unwrap();
    let read = lines[0].session.as_ref().unwrap();
    assert_eq!(
        read.session.binding.alpn.as_ref().unwrap().as_bytes(),
        b"h2"
    );
}

#[test]
fn what_curl_does_not_write_is_told_by_its_field() {
    let (fields, session) = first();
    assert_eq!(
        error(&[&[2], &session]),
        Some(ReadError::StructureVersion(2))
    );
    assert_eq!(
        error(&[&[1], &session, &[9]]),
        Some(ReadError::CurlField(9))
    );
    assert_eq!(error(&[&[1], &[3], &[0; 7]]), Some(ReadError::CurlField(3)));
    assert_eq!(error(&[&[1]]), Some(ReadError::CurlField(4)));
    let quic = [7, 0, 1, 0];
    assert_eq!(error(&[&[1], &session, &quic]), Some(ReadError::Quic));
    // Of another library, whose sessions are not read here.
    assert!(error(&[&[1, 4, 0, 4], b"GNUT"]).is_some());
    for len in 1..fields.len() {
        let cut = error(&[&fields[..len]]);
        // Between two fields there is nothing to see.
        assert!(cut.is_some() || len > session.len(), "{len}");
    }
    // A mark without a value, of builds that ask the system.
    assert_eq!(error(&[&[1], &session, &[8]]), None);
}

#[test]
fn a_line_that_is_none_is_told_by_its_number() {
    let number = |text: &str| match read(text) {
        Err(ReadError::Line(number)) => number,
        _ => panic!("it reads"),
    };
    assert_eq!(number("# a comment\n\nno colon\n"), 3);
    assert_eq!(number("AAAA:!!!!\n"), 1);
    assert_eq!(read("# nothing\n").err(), Some(ReadError::UnknownFormat));
    assert_eq!(number(&line(&[&[1]]).repeat(4097)), 4097);
}
