//! Dialogues that come to TLS, and some that do not. The first byte is the protocol's place in `Protocol::ALL`.

use crate::fuzz::Seed;

const SMTP: u8 = 0;
const LMTP: u8 = 1;
const IMAP: u8 = 2;
const LDAP: u8 = 3;

fn seed(name: &'static str, protocol: u8, stream: &[u8]) -> Seed {
    Seed::new(name, [&[protocol], stream].concat())
}

/// What servers say.
pub(super) fn starttls_client() -> Vec<Seed> {
    let smtp = b"220 mx.test ESMTP\r\n250-mx.test\r\n250-SIZE 1000\r\n250 STARTTLS\r\n220 go\r\n";
    let imap = b"* OK ready\r\n* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\na2 OK begin\r\n";
    let slapd = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";
    vec![
        seed("smtp", SMTP, smtp),
        seed("lmtp", LMTP, smtp),
        seed("imap", IMAP, imap),
        seed("ldap", LDAP, slapd),
        seed("smtp_injected", SMTP, &[&smtp[..], b"250 x\r\n"].concat()),
        seed("imap_injected", IMAP, &[&imap[..], b"a3 OK logged in\r\n"].concat()),
        seed("ldap_injected", LDAP, &[&slapd[..], slapd].concat()),
        seed("smtp_refused", SMTP, b"220-mx\r\n220 test\r\n250-mx\r\n250 STARTTLS\r\n454 later\r\n"),
        seed("smtp_without", SMTP, b"220 mx.test\r\n250-mx.test\r\n250 DSN\r\n"),
        seed("imap_preauth", IMAP, b"* PREAUTH hello\r\n"),
        seed("imap_bye", IMAP, b"* OK hello\r\n* BYE\r\n"),
        seed(
            "ldap_notice",
            LDAP,
            b"\x30\x84\x00\x00\x00\x24\x02\x01\x00\x78\x1f\x0a\x01\x33\x04\x00\x04\x00\x8a\x161.3.6.1.4.1.1466.20036",
        ),
    ]
}

/// What clients say.
pub(super) fn starttls_server() -> Vec<Seed> {
    let smtp = b"NOOP\r\nEHLO client.test\r\nAUTH PLAIN AAA=\r\nSTARTTLS\r\n";
    let imap = b"a CAPABILITY\r\nb LOGIN a b\r\nc STARTTLS\r\n";
    let start_tls = b"\x30\x1d\x02\x01\x02\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
    let bind = b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00";
    let with_control = b"\x30\x29\x02\x01\x02\x77\x18\x80\x161.3.6.1.4.1.1466.20037\xa0\x0a\x30\x08\x04\x03\x31\x2e\x32\x01\x01\xff";
    vec![
        seed("smtp", SMTP, smtp),
        seed("lmtp", LMTP, b"EHLO x\r\nLHLO x\r\nSTARTTLS\r\n"),
        seed("imap", IMAP, imap),
        seed("ldap", LDAP, &[&bind[..], start_tls].concat()),
        seed("smtp_injected", SMTP, &[&smtp[..], b"RSET\r\n"].concat()),
        seed("imap_injected", IMAP, &[&imap[..], b"d NOOP\r\n"].concat()),
        seed("ldap_injected", LDAP, &[&start_tls[..], bind].concat()),
        seed("smtp_leaves", SMTP, b"EHLO x\r\nQUIT\r\n"),
        seed("imap_leaves", IMAP, b"a NOOP\r\nb LOGOUT\r\n"),
        seed("ldap_leaves", LDAP, b"\x30\x05\x02\x01\x02\x42\x00"),
        seed("ldap_waits", LDAP, with_control),
        seed("imap_literal", IMAP, b"a LOGIN {3+}\r\nabc x\r\n"),
    ]
}
