//! Sessions for tests, every field of them set.

use core::time::Duration;

use tessera_crypto::Secret;
use tessera_wire::{CipherSuite, NamedGroup, ProtocolVersion, SessionId};

use crate::binding::{Alpn, Binding, IssuerSerial, PeerIdentity, ServerName};
use crate::id::LineageId;
use crate::scope::Scope;
use crate::session::{Lifetime, Lineage, Resumption, ResumptionSecret, Session};
use crate::time::Timestamp;

/// When the samples were issued.
pub(crate) const ISSUED: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

/// A TLS 1.3 session with everything in it.
pub(crate) fn tls13() -> Session {
    let (version, cipher_suite) = (ProtocolVersion::TLS1_3, CipherSuite::TLS_AES_128_GCM_SHA256);
    let secret: Vec<u8> = (0xa0..0xc0).collect();
    Session {
        lineage: Lineage {
            id: LineageId(*b"lineage-lineage-"),
            generation: 3,
        },
        version,
        cipher_suite,
        secret: ResumptionSecret::new(Secret::new(&secret).unwrap(), version, cipher_suite)
            .unwrap(),
        binding: Binding {
            server_name: Some(ServerName::new("www.example.com").unwrap()),
            alpn: Some(Alpn::new(b"h2").unwrap()),
            peer: Some(PeerIdentity {
                subject: "CN=client".to_owned(),
                chain: vec![vec![0x30, 1, 0], vec![0x30, 2, 1, 1]],
                not_after: ISSUED.plus(Duration::from_secs(86_400)),
                issuer_serials: vec![IssuerSerial {
                    issuer_hash: [4; 32],
                    serial: vec![1, 2, 3],
                }],
            }),
            scope: Scope([5; 32]),
        },
        lifetime: Lifetime {
            authenticated_at: ISSUED.minus(Duration::from_secs(600)),
            issued_at: ISSUED,
            expires_at: ISSUED.plus(Duration::from_secs(7_200)),
            lineage_ends_at: ISSUED.plus(Duration::from_secs(80_000)),
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

/// A TLS 1.2 session.
pub(crate) fn tls12() -> Session {
    let (version, cipher_suite) = (
        ProtocolVersion::TLS1_2,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    );
    Session {
        version,
        cipher_suite,
        secret: ResumptionSecret::new(Secret::new(&[0xd0; 48]).unwrap(), version, cipher_suite)
            .unwrap(),
        resumption: Resumption::Tls12 {
            session_id: SessionId::new(&[6; 32]).unwrap(),
            extended_main_secret: true,
        },
        ..tls13()
    }
}

#[cfg(test)]
/// A TLS 1.3 session in which nothing is set that need not be.
pub(crate) fn bare() -> Session {
    let scope = Scope([5; 32]);
    Session {
        binding: Binding {
            server_name: None,
            alpn: None,
            peer: None,
            scope,
        },
        resumption: Resumption::Tls13 {
            ticket_age_add: 0,
            max_early_data_size: 0,
        },
        app_data: Vec::new(),
        group: None,
        ..tls13()
    }
}
