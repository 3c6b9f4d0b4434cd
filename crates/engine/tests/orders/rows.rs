//! The legal orders of handshake messages, written down from the RFCs and from nothing else.
//!
//! A row is a whole handshake, flight by flight, as the RFCs draw it: `C` the client says, `S` the server says. What
//! stands in brackets may be left out. Behind a plus sign stands what in a message decides how things go on:
//!
//! * `ClientHello+psk`: it offers a session of TLS 1.3. `ServerHello+psk`: the session is taken.
//! * `Certificate+empty`: nobody is shown.
//! * TLS 1.2: `ServerHello+resumed`, `+status` (a CertificateStatus may follow: RFC 6066 §8), `+ticket` (a
//!   NewSessionTicket follows: RFC 5077 §3.2).
//!
//! Early data is neither offered nor taken by this stack, so EndOfEarlyData stands in no row.

/// One legal order.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) flights: &'static [&'static str],
}

const fn row(name: &'static str, flights: &'static [&'static str]) -> Row {
    Row { name, flights }
}

/// TLS 1.3: RFC 9846 §2 (figures 1 to 3), §4.1 and appendix A.
pub(crate) const TLS13: &[Row] = &[
    row(
        "full",
        &[
            "C ClientHello",
            "S ServerHello EncryptedExtensions Certificate CertificateVerify Finished",
            "C Finished",
        ],
    ),
    row(
        "full, the client shows a certificate",
        &[
            "C ClientHello",
            "S ServerHello EncryptedExtensions CertificateRequest Certificate CertificateVerify Finished",
            "C Certificate CertificateVerify Finished",
        ],
    ),
    row(
        "full, the client shows none",
        &[
            "C ClientHello",
            "S ServerHello EncryptedExtensions CertificateRequest Certificate CertificateVerify Finished",
            "C Certificate+empty Finished",
        ],
    ),
    row(
        "resumed",
        &[
            "C ClientHello+psk",
            "S ServerHello+psk EncryptedExtensions Finished",
            "C Finished",
        ],
    ),
    row(
        "session declined",
        &[
            "C ClientHello+psk",
            "S ServerHello EncryptedExtensions Certificate CertificateVerify Finished",
            "C Finished",
        ],
    ),
    row(
        "session declined, the client shows a certificate",
        &[
            "C ClientHello+psk",
            "S ServerHello EncryptedExtensions CertificateRequest Certificate CertificateVerify Finished",
            "C Certificate CertificateVerify Finished",
        ],
    ),
    row(
        "session declined, the client shows none",
        &[
            "C ClientHello+psk",
            "S ServerHello EncryptedExtensions CertificateRequest Certificate CertificateVerify Finished",
            "C Certificate+empty Finished",
        ],
    ),
    row(
        "retried",
        &[
            "C ClientHello",
            "S HelloRetryRequest",
            "C ClientHello",
            "S ServerHello EncryptedExtensions Certificate CertificateVerify Finished",
            "C Finished",
        ],
    ),
    row(
        "retried, the client shows a certificate",
        &[
            "C ClientHello",
            "S HelloRetryRequest",
            "C ClientHello",
            "S ServerHello EncryptedExtensions CertificateRequest Certificate CertificateVerify Finished",
            "C Certificate CertificateVerify Finished",
        ],
    ),
    row(
        "retried, the client shows none",
        &[
            "C ClientHello",
            "S HelloRetryRequest",
            "C ClientHello",
            "S ServerHello EncryptedExtensions CertificateRequest Certificate CertificateVerify Finished",
            "C Certificate+empty Finished",
        ],
    ),
    row(
        "retried and resumed",
        &[
            "C ClientHello+psk",
            "S HelloRetryRequest",
            "C ClientHello+psk",
            "S ServerHello+psk EncryptedExtensions Finished",
            "C Finished",
        ],
    ),
    row(
        "retried, session declined",
        &[
            "C ClientHello+psk",
            "S HelloRetryRequest",
            "C ClientHello+psk",
            "S ServerHello EncryptedExtensions Certificate CertificateVerify Finished",
            "C Finished",
        ],
    ),
    row(
        "retried, session declined, the client shows a certificate",
        &[
            "C ClientHello+psk",
            "S HelloRetryRequest",
            "C ClientHello+psk",
            "S ServerHello EncryptedExtensions CertificateRequest Certificate CertificateVerify Finished",
            "C Certificate CertificateVerify Finished",
        ],
    ),
    row(
        "retried, session declined, the client shows none",
        &[
            "C ClientHello+psk",
            "S HelloRetryRequest",
            "C ClientHello+psk",
            "S ServerHello EncryptedExtensions CertificateRequest Certificate CertificateVerify Finished",
            "C Certificate+empty Finished",
        ],
    ),
];

/// TLS 1.3 after the handshake: RFC 9846 §4.7. Any of these may begin at any time and before others are at their end;
/// only what one side says in one flight is said without anything between (§4.7.2).
pub(crate) const TLS13_AFTER: &[Row] = &[
    row("a ticket", &["S NewSessionTicket"]),
    row("new keys of the client", &["C KeyUpdate"]),
    row("new keys of the server", &["S KeyUpdate"]),
    row(
        "the client shows a certificate",
        &[
            "S CertificateRequest",
            "C Certificate CertificateVerify Finished",
        ],
    ),
    row(
        "the client shows none",
        &["S CertificateRequest", "C Certificate+empty Finished"],
    ),
];

/// TLS 1.2: RFC 5246 §7.3 (figures 1 and 2), RFC 5077 §3.1 (figures 1 and 2), RFC 6066 §8. On a connection that has
/// had a handshake the same rows may begin again: RFC 5246 §7.4.1.1 and §7.4.1.2, RFC 5746 §3.
pub(crate) const TLS12: &[Row] = &[
    row(
        "full",
        &[
            "C ClientHello",
            "S ServerHello Certificate ServerKeyExchange ServerHelloDone",
            "C ClientKeyExchange ChangeCipherSpec Finished",
            "S ChangeCipherSpec Finished",
        ],
    ),
    row(
        "full, the client shows a certificate",
        &[
            "C ClientHello",
            "S ServerHello Certificate ServerKeyExchange CertificateRequest ServerHelloDone",
            "C Certificate ClientKeyExchange CertificateVerify ChangeCipherSpec Finished",
            "S ChangeCipherSpec Finished",
        ],
    ),
    row(
        "full, the client shows none",
        &[
            "C ClientHello",
            "S ServerHello Certificate ServerKeyExchange CertificateRequest ServerHelloDone",
            "C Certificate+empty ClientKeyExchange ChangeCipherSpec Finished",
            "S ChangeCipherSpec Finished",
        ],
    ),
    row(
        "full, with a ticket",
        &[
            "C ClientHello",
            "S ServerHello+ticket Certificate ServerKeyExchange ServerHelloDone",
            "C ClientKeyExchange ChangeCipherSpec Finished",
            "S NewSessionTicket ChangeCipherSpec Finished",
        ],
    ),
    row(
        "full, with a ticket, the client shows a certificate",
        &[
            "C ClientHello",
            "S ServerHello+ticket Certificate ServerKeyExchange CertificateRequest ServerHelloDone",
            "C Certificate ClientKeyExchange CertificateVerify ChangeCipherSpec Finished",
            "S NewSessionTicket ChangeCipherSpec Finished",
        ],
    ),
    row(
        "full, with a ticket, the client shows none",
        &[
            "C ClientHello",
            "S ServerHello+ticket Certificate ServerKeyExchange CertificateRequest ServerHelloDone",
            "C Certificate+empty ClientKeyExchange ChangeCipherSpec Finished",
            "S NewSessionTicket ChangeCipherSpec Finished",
        ],
    ),
    row(
        "full, stapled",
        &[
            "C ClientHello",
            "S ServerHello+status Certificate [CertificateStatus] ServerKeyExchange ServerHelloDone",
            "C ClientKeyExchange ChangeCipherSpec Finished",
            "S ChangeCipherSpec Finished",
        ],
    ),
    row(
        "full, stapled, the client shows a certificate",
        &[
            "C ClientHello",
            "S ServerHello+status Certificate [CertificateStatus] ServerKeyExchange CertificateRequest ServerHelloDone",
            "C Certificate ClientKeyExchange CertificateVerify ChangeCipherSpec Finished",
            "S ChangeCipherSpec Finished",
        ],
    ),
    row(
        "full, stapled, the client shows none",
        &[
            "C ClientHello",
            "S ServerHello+status Certificate [CertificateStatus] ServerKeyExchange CertificateRequest ServerHelloDone",
            "C Certificate+empty ClientKeyExchange ChangeCipherSpec Finished",
            "S ChangeCipherSpec Finished",
        ],
    ),
    row(
        "full, stapled, with a ticket",
        &[
            "C ClientHello",
            "S ServerHello+status+ticket Certificate [CertificateStatus] ServerKeyExchange ServerHelloDone",
            "C ClientKeyExchange ChangeCipherSpec Finished",
            "S NewSessionTicket ChangeCipherSpec Finished",
        ],
    ),
    row(
        "full, stapled, with a ticket, the client shows a certificate",
        &[
            "C ClientHello",
            "S ServerHello+status+ticket Certificate [CertificateStatus] ServerKeyExchange CertificateRequest ServerHelloDone",
            "C Certificate ClientKeyExchange CertificateVerify ChangeCipherSpec Finished",
            "S NewSessionTicket ChangeCipherSpec Finished",
        ],
    ),
    row(
        "full, stapled, with a ticket, the client shows none",
        &[
            "C ClientHello",
            "S ServerHello+status+ticket Certificate [CertificateStatus] ServerKeyExchange CertificateRequest ServerHelloDone",
            "C Certificate+empty ClientKeyExchange ChangeCipherSpec Finished",
            "S NewSessionTicket ChangeCipherSpec Finished",
        ],
    ),
    row(
        "abbreviated",
        &[
            "C ClientHello",
            "S ServerHello+resumed ChangeCipherSpec Finished",
            "C ChangeCipherSpec Finished",
        ],
    ),
    row(
        "abbreviated, the ticket is renewed",
        &[
            "C ClientHello",
            "S ServerHello+resumed+ticket NewSessionTicket ChangeCipherSpec Finished",
            "C ChangeCipherSpec Finished",
        ],
    ),
];

/// TLS 1.2 between handshakes: RFC 5246 §7.4.1.1.
pub(crate) const TLS12_AFTER: &[Row] = &[row("the server would like one", &["S HelloRequest"])];
