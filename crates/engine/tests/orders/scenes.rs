//! Connections between two of ours that walk every row, as far as two of ours ever say it.

use crate::names::Version;
use tessera_engine::{FalseStart, Input, KeyLog, Renegotiation};
use tessera_session::{ClientAuthMode, Side};
use tessera_testkit::{KeyType, Pair};
use tessera_wire::codepoint::{CipherSuite, KeyUpdateRequest, NamedGroup};

/// How a connection is set up, and what its applications want once it is.
#[derive(Clone, Copy)]
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) version: Version,
    pub(crate) set: &'static [Set],
    pub(crate) acts: &'static [(Side, Act)],
}

/// What differs from the plainest connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    /// The client has a session to offer.
    Offers,
    /// The server does not take it: its authorisation has changed meanwhile.
    Declines,
    /// The key that sealed it seals no more.
    OldKey,
    /// The client's first share is of a group the server has not.
    Retries,
    /// The server asks for a certificate.
    Asks,
    /// The client has one.
    HasCertificate,
    /// TLS 1.2: the server gives no tickets and no session IDs.
    NoSessions,
    /// TLS 1.2: the server gives session IDs and no tickets.
    SessionIds,
    /// The server has an OCSP response.
    Staples,
    /// TLS 1.2: either end may renegotiate.
    Renegotiates,
    /// TLS 1.2: the client would, and the server would not.
    RefusesToRenegotiate,
    /// TLS 1.2: the client sends data before the server's Finished, which may say no more for that.
    StartsFalsely,
}

/// What an application wants of a connection that is quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Say,
    UpdateKeys,
    UpdateAllKeys,
    Renegotiate,
    RequestCertificate,
    Close,
}

impl Act {
    pub(crate) const fn input(self) -> Input<'static> {
        match self {
            Self::Say => Input::Plaintext(b"data"),
            Self::UpdateKeys => Input::UpdateKeys(KeyUpdateRequest::UpdateNotRequested),
            Self::UpdateAllKeys => Input::UpdateKeys(KeyUpdateRequest::UpdateRequested),
            Self::Renegotiate => Input::Renegotiate,
            Self::RequestCertificate => Input::RequestCertificate,
            Self::Close => Input::Close,
        }
    }
}

impl Scene {
    pub(crate) fn has(&self, set: Set) -> bool {
        self.set.contains(&set)
    }

    /// The ends and the world around them, before the connection that is looked at.
    pub(crate) fn pair(&self) -> Pair {
        let mut pair = match self.version {
            Version::Tls13 => Pair::tls13(),
            Version::Tls12 => Pair::tls12(),
        };
        // One suite is enough for orders.
        pair.client.cipher_suites = vec![
            CipherSuite::TLS_AES_128_GCM_SHA256,
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        ];
        pair.client.key_log = KeyLog::Emit;
        pair.server.key_log = KeyLog::Emit;
        for set in self.set {
            pair = set.apply(pair);
        }
        pair
    }
}

impl Set {
    fn apply(self, mut pair: Pair) -> Pair {
        match self {
            Self::Offers | Self::Declines | Self::OldKey => {}
            Self::Retries => {
                pair.client.groups = vec![NamedGroup::SECP256R1, NamedGroup::X25519];
                pair.server.groups = vec![NamedGroup::X25519];
            }
            Self::Asks => pair = pair.client_auth(ClientAuthMode::Request),
            Self::HasCertificate => pair = pair.client_certificate(KeyType::Ed25519),
            Self::NoSessions => {
                pair.server.session_forms.tickets = false;
                pair.server.session_forms.ids = false;
            }
            Self::SessionIds => pair = pair.session_ids(),
            Self::Staples => {
                for identity in &mut pair.server.identities {
                    identity.ocsp = Some(b"an OCSP response".to_vec());
                }
            }
            Self::Renegotiates => pair = pair.renegotiation(),
            Self::StartsFalsely => pair.client.false_start = FalseStart::Always,
            Self::RefusesToRenegotiate => pair.client.renegotiation = Renegotiation::Any,
        }
        pair
    }
}

const fn tls13(name: &'static str, set: &'static [Set]) -> Scene {
    Scene {
        name,
        version: Version::Tls13,
        set,
        acts: &[],
    }
}

const fn tls12(name: &'static str, set: &'static [Set]) -> Scene {
    Scene {
        name,
        version: Version::Tls12,
        set,
        acts: &[],
    }
}

impl Scene {
    const fn acts(self, acts: &'static [(Side, Act)]) -> Self {
        Self { acts, ..self }
    }
}

use Set::{
    Asks, Declines, HasCertificate, NoSessions, Offers, OldKey, RefusesToRenegotiate, Renegotiates,
    Retries, SessionIds, Staples, StartsFalsely,
};
use Side::{Client, Server};

/// One scene a row, and some for what comes after.
pub(crate) const SCENES: &[Scene] = &[
    tls13("full", &[]),
    tls13("shows", &[Asks, HasCertificate]),
    tls13("shows none", &[Asks]),
    tls13("resumed", &[Offers]),
    tls13("declined", &[Offers, Declines]),
    tls13("declined, shows", &[Offers, Declines, Asks, HasCertificate]),
    tls13("declined, shows none", &[Offers, Declines, Asks]),
    tls13("retried", &[Retries]),
    tls13("retried, shows", &[Retries, Asks, HasCertificate]),
    tls13("retried, shows none", &[Retries, Asks]),
    tls13("retried, resumed", &[Retries, Offers]),
    tls13("retried, declined", &[Retries, Offers, Declines]),
    tls13(
        "retried, declined, shows",
        &[Retries, Offers, Declines, Asks, HasCertificate],
    ),
    tls13(
        "retried, declined, shows none",
        &[Retries, Offers, Declines, Asks],
    ),
    tls13("new keys", &[]).acts(&[
        (Client, Act::UpdateKeys),
        (Server, Act::UpdateAllKeys),
        (Client, Act::Say),
    ]),
    tls13("shows later", &[HasCertificate]).acts(&[
        (Server, Act::RequestCertificate),
        (Server, Act::UpdateKeys),
        (Server, Act::RequestCertificate),
    ]),
    tls12("full", &[NoSessions]),
    tls12("shows", &[NoSessions, Asks, HasCertificate]),
    tls12("shows none", &[NoSessions, Asks]),
    tls12("ticket", &[]),
    tls12("ticket, shows", &[Asks, HasCertificate]),
    tls12("ticket, shows none", &[Asks]),
    tls12("starts falsely", &[StartsFalsely]),
    tls12("stapled", &[NoSessions, Staples]),
    tls12(
        "stapled, shows",
        &[NoSessions, Staples, Asks, HasCertificate],
    ),
    tls12("stapled, shows none", &[NoSessions, Staples, Asks]),
    tls12("stapled, ticket", &[Staples]),
    tls12("stapled, ticket, shows", &[Staples, Asks, HasCertificate]),
    tls12("stapled, ticket, shows none", &[Staples, Asks]),
    tls12("abbreviated by ticket", &[Offers]),
    tls12("abbreviated by session ID", &[SessionIds, Offers]),
    tls12("abbreviated, renewed", &[Offers, OldKey]),
    tls12("a session is declined", &[Offers, Declines]),
    tls12("renegotiated by the client", &[Renegotiates, SessionIds])
        .acts(&[(Client, Act::Renegotiate), (Client, Act::UpdateKeys)]),
    tls12("renegotiated by the server", &[Renegotiates]).acts(&[
        (Server, Act::Renegotiate),
        (Server, Act::UpdateKeys),
        (Client, Act::Say),
    ]),
    tls12(
        "asked for a certificate",
        &[Renegotiates, NoSessions, HasCertificate],
    )
    .acts(&[(Server, Act::RequestCertificate)]),
    tls12("renegotiation is refused", &[RefusesToRenegotiate]).acts(&[(Client, Act::Renegotiate)]),
];

/// Rows that two of ours never walk: that they are allowed is seen of each word alone. A server of ours that
/// announces a certificate's status sends it, and a client that lets itself be asked later has something to show.
pub(crate) const NOT_WALKED: &[&str] = &[
    "full, stapled, without CertificateStatus",
    "full, stapled, the client shows a certificate, without CertificateStatus",
    "full, stapled, the client shows none, without CertificateStatus",
    "full, stapled, with a ticket, without CertificateStatus",
    "full, stapled, with a ticket, the client shows a certificate, without CertificateStatus",
    "full, stapled, with a ticket, the client shows none, without CertificateStatus",
    "the client shows none",
];
