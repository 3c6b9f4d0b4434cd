//! Sessions of every kind, and the fixed keys they are sealed under.

use std::sync::LazyLock;
use std::time::Duration;

use tessera_crypto::{Entropy, Secret};
use tessera_session::ticket::{rotation, seal};
use tessera_session::{
    Alpn, Binding, IssuerSerial, Lifetime, Lineage, LineageId, PeerIdentity, Resumption,
    ResumptionSecret, Ring, RotationPolicy, Scope, ServerName, Session, Side, StoredSession, Taint,
    TicketId, Timestamp, Vault, Verification, WalletKey,
};
use tessera_wire::{CipherSuite, NamedGroup, ProtocolVersion, SessionId};

/// When everything happens.
pub(super) const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

/// A TLS 1.3 session with everything in it.
pub(in crate::fuzz) fn tls13() -> Session {
    let (version, suite) = (ProtocolVersion::TLS1_3, CipherSuite::TLS_AES_128_GCM_SHA256);
    Session {
        lineage: Lineage {
            id: LineageId(*b"lineage-lineage-"),
            generation: 3,
        },
        version,
        cipher_suite: suite,
        secret: secret(&[0xa5; 32], version, suite),
        binding: Binding {
            server_name: Some(ServerName::new("a.example").expect("a fixed name")),
            alpn: Some(Alpn::new(b"h2").expect("a fixed protocol")),
            peer: Some(PeerIdentity {
                subject: "CN=client".to_owned(),
                chain: vec![vec![0x30, 1, 0], vec![0x30, 2, 1, 1]],
                not_after: NOW.plus(Duration::from_secs(86_400)),
                issuer_serials: vec![IssuerSerial {
                    issuer_hash: [4; 32],
                    serial: vec![1, 2, 3],
                }],
            }),
            scope: Scope([5; 32]),
        },
        lifetime: Lifetime {
            authenticated_at: NOW.minus(Duration::from_secs(600)),
            issued_at: NOW,
            expires_at: NOW.plus(Duration::from_secs(7_200)),
            lineage_ends_at: NOW.plus(Duration::from_secs(80_000)),
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

/// A TLS 1.3 session in which nothing is set that need not be.
pub(in crate::fuzz) fn bare() -> Session {
    Session {
        binding: Binding {
            server_name: None,
            alpn: None,
            peer: None,
            scope: Scope([5; 32]),
        },
        taint: Some(Taint::Imported),
        app_data: Vec::new(),
        group: None,
        ..tls13()
    }
}

/// A TLS 1.2 session.
pub(in crate::fuzz) fn tls12() -> Session {
    let (version, suite) = (
        ProtocolVersion::TLS1_2,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    );
    Session {
        version,
        cipher_suite: suite,
        secret: secret(&[0xd0; 48], version, suite),
        resumption: Resumption::Tls12 {
            session_id: SessionId::new(&[6; 32]).expect("32 bytes are a session id"),
            extended_main_secret: true,
        },
        ..bare()
    }
}

fn secret(bytes: &[u8], version: ProtocolVersion, suite: CipherSuite) -> ResumptionSecret {
    let secret = Secret::new(bytes).expect("48 bytes are not too long");
    ResumptionSecret::new(secret, version, suite).expect("as long as the suite wants it")
}

/// The ring of all tickets here.
pub(super) fn ring() -> &'static Ring {
    static RING: LazyLock<Ring> = LazyLock::new(|| {
        let mut entropy = Entropy::from_seed([1; 32]);
        rotation::next(
            &Ring::empty(),
            &RotationPolicy::default(),
            NOW,
            &mut entropy,
        )
        .expect("an empty ring needs a key")
    });
    &RING
}

/// The vault of all stores here.
pub(super) fn vault() -> &'static Vault {
    static VAULT: LazyLock<Vault> = LazyLock::new(|| Vault::new(&[3; 32]));
    &VAULT
}

/// The one host the wallet has been to.
pub(super) fn wallet_key() -> WalletKey {
    WalletKey {
        host: "a.example".to_owned(),
        port: 443,
        proxy: None,
        sni: None,
        versions: Vec::new(),
        alpn: Vec::new(),
        anchors: [1; 32],
        verification: Verification::Verified,
        client_identity: None,
    }
}

/// Every ticket the ring has sealed, with its session.
pub(super) fn tickets() -> Vec<(Vec<u8>, Session)> {
    let mut entropy = Entropy::from_seed([2; 32]);
    [tls13(), bare(), tls12()]
        .into_iter()
        .map(|session| {
            let ticket = seal::seal(&session, ring(), NOW, &mut entropy);
            (ticket.expect("the ring's key seals now"), session)
        })
        .collect()
}

/// Everything the vault has sealed: a server's session, a wallet's, and the summary of a lineage.
pub(super) fn stored() -> Vec<StoredSession> {
    let (vault, id) = (vault(), TicketId([7; 32]));
    [
        vault.seal_session(&tls13(), None, Side::Server, id),
        vault.seal_for_wallet(&wallet_key(), &bare(), Some(b"a ticket"), id),
        vault.seal_lineage(&tls12(), Side::Server),
    ]
    .map(|stored| stored.expect("samples are short"))
    .to_vec()
}
