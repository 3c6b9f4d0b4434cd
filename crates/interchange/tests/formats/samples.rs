//! Sessions with every field set, and the vault of these tests.

use core::time::Duration;

use tessera_crypto::Secret;
use tessera_session::{
    Alpn, Binding, IssuerSerial, Lifetime, Lineage, LineageId, PeerIdentity, Resumption,
    ResumptionSecret, Scope, ServerName, Session, Timestamp, Vault, record,
};
use tessera_wire::{CipherSuite, NamedGroup, ProtocolVersion, SessionId};

/// Everything here is sealed under this one.
pub(crate) fn vault() -> Vault {
    Vault::new(b"0123456789abcdef0123456789abcdef")
}

/// When the samples were made.
pub(crate) const MADE: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

/// A TLS 1.3 session.
pub(crate) fn tls13() -> Session {
    let (version, suite) = (ProtocolVersion::TLS1_3, CipherSuite::TLS_AES_128_GCM_SHA256);
    let after = |seconds| MADE.plus(Duration::from_secs(seconds));
    Session {
        lineage: Lineage {
            id: LineageId(*b"lineage-lineage-"),
            generation: 3,
        },
        version,
        cipher_suite: suite,
        secret: secret(&[0xa5; 32], version, suite),
        binding: Binding {
            server_name: Some(ServerName::new("a.example").unwrap()),
            alpn: Some(Alpn::new(b"h2").unwrap()),
            peer: Some(PeerIdentity {
                subject: "CN=a.example".to_owned(),
                chain: vec![vec![0x30, 1, 0], vec![0x30, 2, 1, 1]],
                not_after: after(86_400),
                issuer_serials: vec![IssuerSerial {
                    issuer_hash: [4; 32],
                    serial: vec![1, 2, 3],
                }],
            }),
            scope: Scope([5; 32]),
        },
        lifetime: Lifetime {
            authenticated_at: MADE.minus(Duration::from_secs(600)),
            issued_at: MADE,
            expires_at: after(7_200),
            lineage_ends_at: after(80_000),
        },
        resumption: Resumption::Tls13 {
            ticket_age_add: 0xdead_beef,
            max_early_data_size: 16_384,
        },
        taint: None,
        app_data: b"app".to_vec(),
        group: Some(NamedGroup::X25519),
    }
}

/// A TLS 1.2 session that goes by its id.
pub(crate) fn tls12() -> Session {
    let (version, suite) = (
        ProtocolVersion::TLS1_2,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    );
    Session {
        version,
        cipher_suite: suite,
        secret: secret(&[0xd0; 48], version, suite),
        resumption: Resumption::Tls12 {
            session_id: SessionId::new(&[6; 32]).unwrap(),
            extended_main_secret: true,
        },
        ..tls13()
    }
}

fn secret(bytes: &[u8], version: ProtocolVersion, suite: CipherSuite) -> ResumptionSecret {
    ResumptionSecret::new(Secret::new(bytes).unwrap(), version, suite).unwrap()
}

/// That two sessions are the same, secret and all.
#[track_caller]
pub(crate) fn same(one: &Session, other: &Session) {
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
    assert_eq!(record::encode(one, None), record::encode(other, None));
}
