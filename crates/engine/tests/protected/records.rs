//! Records: what goes out in them, and the forms in which they may come.

use crate::{assert_end, open};
use tessera_engine::{Input, KeyUpdateRequest, RecordError};
use tessera_session::Side;
use tessera_testkit::{Link, Pair, Tap};
use tessera_wire::codepoint::{AlertDescription as Alert, CipherSuite, ContentType};
use tessera_wire::record::{HEADER_LEN, MAX_PLAINTEXT};

const DATA: u8 = ContentType::APPLICATION_DATA.0;

/// A server of TLS 1.3 whose client has sent this under protection, its type included.
fn server_given(inner: &[u8]) -> Link {
    let mut pair = open(Pair::tls13());
    let (mut link, mut tap) = (pair.link(None), Tap::default());
    link.run_tapped(&mut pair.world, &mut tap, |_, _| {});
    link.agreed();
    let (last, rest) = inner.split_last().expect("a byte at least");
    let record = tap.seal(Side::Client, ContentType(*last), rest, &link.client.key_log);
    let record = Input::Ciphertext(&record);
    link.server.handle(link.now, record, &mut pair.world);
    link
}

#[test]
fn the_type_stands_behind_the_content_and_before_the_padding() {
    // RFC 9846 §5.4 (4).
    for padding in [0, 1, 100, MAX_PLAINTEXT - 5] {
        let mut inner = b"data\0".to_vec();
        inner.push(DATA);
        inner.resize(inner.len() + padding, 0);
        let link = server_given(&inner);
        assert_eq!(link.server.fault(), None);
        assert_eq!(link.server.delivered, b"data\0", "{padding}");
    }
}

#[test]
fn a_record_of_zeros_has_no_type() {
    // RFC 9846 §5.4 (4, 5).
    for len in [1, 2, 1000, MAX_PLAINTEXT + 1] {
        let link = server_given(&vec![0; len]);
        let fault = RecordError::Empty;
        assert_end(&link.server, fault, Alert::UNEXPECTED_MESSAGE);
    }
}

#[test]
fn padding_makes_no_record_longer_than_one_may_be() {
    // RFC 9846 §5.4 (6).
    let mut inner = vec![DATA; MAX_PLAINTEXT + 1];
    let link = server_given(&inner);
    assert_eq!(link.server.delivered.len(), MAX_PLAINTEXT);
    inner.push(0);
    let link = server_given(&inner);
    assert_end(&link.server, RecordError::TooLarge, Alert::RECORD_OVERFLOW);
}

/// Both ends say much and close.
fn busy(mut pair: Pair) -> Link {
    let mut link = pair.connect();
    let much = vec![7; 3 * MAX_PLAINTEXT + 5];
    link.client_says(&much, &mut pair.world);
    let keys = Input::UpdateKeys(KeyUpdateRequest::UpdateRequested);
    link.client.handle(link.now, keys, &mut pair.world);
    link.run(&mut pair.world);
    link.server_says(&much, &mut pair.world);
    link.client_says(b"a little", &mut pair.world);
    link.close(&mut pair.world);
    link
}

#[test]
fn what_goes_out_has_the_sizes_that_records_have() {
    // RFC 9846 §5.1 (7, 8, 14), §5.2 (1), §5.4 (2).
    for (pair, overhead) in [(Pair::tls13(), 1 + 16), (Pair::tls12(), 8 + 16)] {
        let mut pair = open(pair);
        pair.client.cipher_suites = vec![
            CipherSuite::TLS_AES_128_GCM_SHA256,
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        ];
        let link = busy(pair);
        let mut tap = Tap::default();
        let (mut sealed, mut longest) = (0, 0);
        for end in [&link.server, &link.client] {
            let mut rest = end.sent.as_slice();
            while let [_, _, _, high, low, ..] = *rest {
                let fragment = usize::from(u16::from_be_bytes([high, low]));
                assert!(fragment <= MAX_PLAINTEXT + 256);
                let (record, behind) = rest.split_at(HEADER_LEN + fragment);
                rest = behind;
                let said = tap.read(end.side, record, &end.key_log);
                // Whole messages, and something of everything.
                let len: usize = said.iter().map(|content| content.bytes.len()).sum();
                assert!(len > 0 && len <= MAX_PLAINTEXT);
                assert!(len == fragment || len + overhead == fragment, "{said:?}");
                sealed += usize::from(len < fragment);
                longest = longest.max(len);
            }
            assert!(rest.is_empty());
        }
        assert!(sealed >= 10);
        assert_eq!(longest, MAX_PLAINTEXT);
    }
}
