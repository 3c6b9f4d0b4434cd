//! Handshakes: done, refused, cut off, too slow, given up.

#![cfg(feature = "tokio")]

mod kit;

use kit::{World, acceptor, both, connector, name, pair};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tessera_engine::{Blame, Facts, Fault, IdentityProblem, Kind};
use tessera_identity::Verifier;
use tessera_io::tokio::{LazyConfigAcceptor, TlsAcceptor};
use tessera_io::{
    AlertSender, Asked, Authorise, Authorising, ClientSettings, ServerConfig, ServerSettings,
    SettingsError, TlsError, Trouble,
};
use tessera_session::{Alpn, ClientAuthMode, ServerName};
use tessera_wire::codepoint::AlertDescription;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::net::{TcpListener, TcpStream};

fn alpn(names: &[&str]) -> Vec<Alpn> {
    names
        .iter()
        .map(|name| Alpn::new(name.as_bytes()).unwrap())
        .collect()
}

#[tokio::test]
async fn both_ends_tell_the_same_facts() {
    let mut world = World::new();
    let settings = ServerSettings {
        alpn: alpn(&["h2", "http/1.1"]),
        ..world.server_settings()
    };
    let connector = connector(world.client_settings())
        .with_alpn(alpn(&["http/1.1"]))
        .unwrap();
    let (server, client) = pair(&acceptor(settings), &connector).await;
    let (ours, theirs) = (server.facts(), client.facts());
    assert_eq!((ours.kind, theirs.kind), (Kind::Full, Kind::Full));
    assert_eq!(ours.keys_fingerprint, theirs.keys_fingerprint);
    assert_eq!(ours.alpn, Alpn::new(b"http/1.1").ok());
    assert_eq!(ours.server_name, Some(name()));
    assert!(theirs.peer.as_ref().unwrap().subject.contains(kit::HOST));
    let mut keys = [[0; 32]; 2];
    server
        .export_keying_material(b"EXPORTER-test", Some(b"context"), &mut keys[0])
        .unwrap();
    client
        .export_keying_material(b"EXPORTER-test", Some(b"context"), &mut keys[1])
        .unwrap();
    assert_eq!(keys[0], keys[1]);
    assert_eq!(server.channel_binding(), client.channel_binding());
    assert_ne!(server.id(), client.id());
    assert_eq!(client.get_ref().1.state(), "Connected");
}

#[tokio::test]
async fn a_client_is_known_by_its_certificate() {
    let mut world = World::new();
    let settings = ServerSettings {
        client_auth: ClientAuthMode::Require,
        client_verifier: Some(Verifier::new(world.roots())),
        ..world.server_settings()
    };
    let acceptor = acceptor(settings);
    let credential = world.credential(&["ann.example"]);
    let with = connector(ClientSettings {
        credentials: vec![credential],
        ..world.client_settings()
    });
    let (server, _client) = pair(&acceptor, &with).await;
    assert!(
        server
            .facts()
            .peer
            .as_ref()
            .unwrap()
            .subject
            .contains("ann.example")
    );

    let without = connector(world.client_settings());
    let (near, far) = duplex(64 * 1024);
    let call = async {
        let mut client = without.connect(name(), near).await?;
        client.read(&mut [0; 1]).await
    };
    let (server, client) = both(acceptor.accept(far), call).await;
    let server = server.unwrap_err();
    assert_eq!(
        TlsError::of(&server).unwrap().alert(),
        Some((AlertSender::Us, AlertDescription::CERTIFICATE_REQUIRED))
    );
    let client = client.unwrap_err();
    assert_eq!(
        TlsError::of(&client).unwrap().alert(),
        Some((AlertSender::Peer, AlertDescription::CERTIFICATE_REQUIRED))
    );
    assert_eq!(
        TlsError::of(&client).unwrap().blame(),
        Some(Blame::PeerSaidSo)
    );
}

#[tokio::test]
async fn a_server_that_does_not_verify_is_left_with_the_reason() {
    let mut world = World::new();
    let acceptor = acceptor(world.server_settings());
    let connector = connector(world.client_settings());
    let (near, far) = duplex(64 * 1024);
    let other = ServerName::try_from("other.example").unwrap();
    let (server, client) = both(
        acceptor.accept(far),
        connector.connect(other, near).into_fallible(),
    )
    .await;
    let (error, _io) = client.unwrap_err();
    let tls = TlsError::of(&error).unwrap();
    let Some(Fault::Identity(identity)) = tls.fault() else {
        panic!("{error}")
    };
    assert!(matches!(
        identity.problem,
        IdentityProblem::WrongName { .. }
    ));
    assert_eq!(
        tls.alert(),
        Some((AlertSender::Us, AlertDescription::BAD_CERTIFICATE))
    );
    let server = server.unwrap_err();
    assert_eq!(
        TlsError::of(&server).unwrap().alert(),
        Some((AlertSender::Peer, AlertDescription::BAD_CERTIFICATE))
    );
}

#[tokio::test]
async fn a_failed_handshake_gives_its_transport_back() {
    let mut world = World::new();
    let acceptor = acceptor(world.server_settings());
    let (mut near, far) = duplex(64 * 1024);
    let accept = acceptor.accept(far).into_fallible();
    let talk = async {
        near.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        let mut alert = Vec::new();
        near.read_to_end(&mut alert).await.unwrap();
        alert
    };
    let (failed, alert) = both(accept, talk).await;
    let (error, _io) = failed.unwrap_err();
    assert!(error.to_string().contains("HTTP"), "{error}");
    assert_eq!(
        alert,
        [21, 3, 3, 0, 2, 2, 10],
        "a fatal unexpected_message, and the end"
    );
}

#[tokio::test]
async fn a_fatal_alert_shuts_the_tcp_connection_at_once() {
    let mut world = World::new();
    let acceptor = acceptor(world.server_settings());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = async {
        let (tcp, _) = listener.accept().await.unwrap();
        acceptor.accept(tcp).into_fallible().await
    };
    let talk = async {
        let mut tcp = TcpStream::connect(address).await.unwrap();
        tcp.write_all(&[22, 3, 1, 0, 4, 2, 0, 0, 0]).await.unwrap();
        let mut alert = Vec::new();
        tcp.read_to_end(&mut alert).await.unwrap();
        alert
    };
    // The server holds on to its transport: it was shut, not dropped.
    let (failed, alert) = both(serve, talk).await;
    assert!(failed.is_err());
    assert_eq!(alert.first(), Some(&21));
}

#[tokio::test(start_paused = true)]
async fn a_handshake_has_its_time_and_no_more() {
    let mut world = World::new();
    let acceptor = acceptor(world.server_settings());
    let (near, far) = duplex(64 * 1024);
    let error = acceptor.accept(far).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(error.to_string().contains("WaitClientHello"), "{error}");
    drop(near);

    let connector = connector(world.client_settings());
    let (near, _far) = duplex(64 * 1024);
    let error = connector.connect(name(), near).await.unwrap_err();
    assert!(
        matches!(
            TlsError::of(&error),
            Some(TlsError::HandshakeTimeout {
                state: "WaitServerHello",
                ..
            })
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_handshake_cut_off_says_where() {
    let world = World::new();
    let connector = connector(world.client_settings());
    let (near, mut far) = duplex(64 * 1024);
    let cut = async {
        far.read_exact(&mut [0; 100]).await.unwrap();
        drop(far);
    };
    let (client, ()) = both(connector.connect(name(), near), cut).await;
    let error = client.unwrap_err();
    assert!(error.to_string().contains("WaitServerHello"), "{error}");
}

#[tokio::test]
async fn a_handshake_dropped_half_way_is_told_to_the_observer() {
    let mut world = World::new();
    let acceptor = acceptor(world.server_settings());
    let (near, far) = duplex(64 * 1024);
    let accept = acceptor.accept_from(far, "192.0.2.1:4711");
    let id = accept.id().unwrap();
    assert!(
        tokio::time::timeout(Duration::from_millis(5), accept)
            .await
            .is_err()
    );
    drop(near);
    assert_eq!(
        world.seen.opened.lock().unwrap().as_slice(),
        [(id, Some("192.0.2.1:4711".to_owned()))]
    );
    assert_eq!(world.seen.closed.lock().unwrap().as_slice(), ["let go"]);
}

#[tokio::test]
async fn the_config_is_chosen_by_the_client_hello() {
    let mut world = World::new();
    let for_other = ServerSettings {
        credentials: vec![world.credential(&["other.example"])],
        ..world.server_settings()
    };
    let for_name = Arc::new(ServerConfig::try_from(world.server_settings()).unwrap());
    let for_other = Arc::new(ServerConfig::try_from(for_other).unwrap());
    let connector = connector(ClientSettings {
        alpn: alpn(&["h2"]),
        ..world.client_settings()
    });
    for (wanted, config) in [(kit::HOST, &for_name), ("other.example", &for_other)] {
        let (near, far) = duplex(700);
        let serve = async {
            let start = LazyConfigAcceptor::new(far).await.unwrap();
            let hello = start.client_hello();
            assert_eq!(hello.server_name.as_ref().unwrap().as_str(), wanted);
            assert_eq!(hello.alpn, alpn(&["h2"]));
            assert!(!hello.cipher_suites.is_empty() && !hello.signature_schemes.is_empty());
            start.into_stream(Arc::clone(config)).await
        };
        let (server, client) =
            both(serve, connector.connect(wanted.try_into().unwrap(), near)).await;
        let (server, client) = (server.unwrap(), client.unwrap());
        assert_eq!(server.traffic().received, client.traffic().sent);
    }
}

#[tokio::test]
async fn what_is_no_client_hello_gets_its_alert_before_any_config() {
    let (mut near, far) = duplex(64 * 1024);
    near.write_all(b"POST / HTTP/1.1\r\n\r\n").await.unwrap();
    let error = LazyConfigAcceptor::new(far).await.err().unwrap();
    assert!(
        matches!(TlsError::of(&error), Some(TlsError::ClientHello(_))),
        "{error}"
    );
    let mut alert = Vec::new();
    near.read_to_end(&mut alert).await.unwrap();
    assert_eq!(alert, [21, 3, 3, 0, 2, 2, 10]);
}

#[tokio::test]
async fn a_client_that_no_config_is_for_is_told_why() {
    let world = World::new();
    let connector = connector(world.client_settings());
    let (near, far) = duplex(64 * 1024);
    let serve = async {
        let start = LazyConfigAcceptor::new(far).await.unwrap();
        start.refuse(AlertDescription::UNRECOGNIZED_NAME).await;
    };
    let ((), refused) = both(serve, connector.connect(name(), near)).await;
    let error = refused.err().unwrap();
    let told = TlsError::of(&error).and_then(TlsError::fault);
    let why = Fault::AlertReceived(AlertDescription::UNRECOGNIZED_NAME);
    assert_eq!(told, Some(&why), "{error}");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_client_hello_for_ever() {
    let (_near, far) = duplex(64);
    let error = LazyConfigAcceptor::new(far)
        .within(Duration::from_secs(3))
        .await
        .err()
        .unwrap();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

#[test]
fn settings_that_cannot_work_say_why() {
    let mut world = World::new();
    let refused = |settings| ServerConfig::try_from(settings).err().unwrap();
    let good = world.server_settings();
    assert_eq!(
        refused(ServerSettings {
            credentials: Vec::new(),
            ..good.clone()
        }),
        SettingsError::Engine(tessera_engine::SettingsError::NoIdentity)
    );
    assert_eq!(
        refused(ServerSettings {
            single_use: true,
            ..good.clone()
        }),
        SettingsError::SingleUseNeedsStore
    );
    let store = Some(Arc::clone(&world.store) as _);
    assert_eq!(
        refused(ServerSettings {
            store,
            ..good.clone()
        }),
        SettingsError::NoVault { what: "store" }
    );
    assert_eq!(
        refused(ServerSettings {
            client_auth: ClientAuthMode::Request,
            ..good
        }),
        SettingsError::NoClientVerifier
    );
    let nobody = tessera_io::ClientConfig::try_from(ClientSettings::default())
        .err()
        .unwrap();
    assert_eq!(nobody, SettingsError::NoRoots);
    assert!(nobody.to_string().contains("trust anchors"));
}

#[tokio::test]
async fn the_key_log_has_the_lines_of_both_ends() {
    let mut world = World::new();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.log");
    let log = Arc::new(tessera_io::KeyLogFile::create(&path).unwrap());
    let settings = ServerSettings {
        key_log: Some(Arc::clone(&log) as _),
        ..world.server_settings()
    };
    let client = ClientSettings {
        key_log: Some(log),
        ..world.client_settings()
    };
    pair(&acceptor(settings), &connector(client)).await;
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines.len() % 2, 0);
    assert!(
        lines.chunks(2).all(|pair| pair[0] == pair[1]),
        "both ends derive the same secrets"
    );
    assert!(text.contains("CLIENT_TRAFFIC_SECRET_0 "));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

/// A client that shows this certificate, and whether the server's application knew it then.
async fn let_in(
    acceptor: &TlsAcceptor,
    settings: ClientSettings,
) -> (Result<Facts, TlsError>, Option<TlsError>) {
    let connector = connector(settings);
    let (near, far) = duplex(64 * 1024);
    let serve = async {
        let mut server = acceptor.accept(far).await?;
        server.write_all(b"welcome").await?;
        server.shutdown().await?;
        assert_eq!(server.read(&mut [0; 1]).await?, 0);
        io::Result::Ok(server.facts().clone())
    };
    let call = async {
        let mut client = connector.connect(name(), near).await?;
        let mut text = String::new();
        client.read_to_string(&mut text).await?;
        client.shutdown().await?;
        io::Result::Ok(())
    };
    let (server, client) = both(serve, call).await;
    let why = |error: io::Error| TlsError::of(&error).unwrap().clone();
    (server.map_err(why), client.err().map(why))
}

#[tokio::test]
async fn rule_18_one_function_says_who_comes_in_on_full_and_resumed_connections() {
    let mut world = World::new();
    let known = Arc::new(Mutex::new(true));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let function = {
        let (known, asked) = (Arc::clone(&known), Arc::clone(&asked));
        move |facts: &Facts| {
            asked.lock().unwrap().push(facts.clone());
            let peer = facts.peer.as_ref();
            peer.is_some_and(|peer| peer.subject.contains("ann.example")) && *known.lock().unwrap()
        }
    };
    let acceptor = acceptor(ServerSettings {
        client_auth: ClientAuthMode::Require,
        client_verifier: Some(Verifier::new(world.roots())),
        alpn: vec![Alpn::new(b"h2").unwrap()],
        authorise: Some(Arc::new(function)),
        ..world.server_settings()
    });
    let credential = world.credential(&["ann.example"]);
    let ann = ClientSettings {
        credentials: vec![credential],
        alpn: vec![Alpn::new(b"h2").unwrap()],
        ..world.client_settings()
    };
    let full = let_in(&acceptor, ann.clone()).await.0.unwrap();
    let resumed = let_in(&acceptor, ann.clone()).await.0.unwrap();
    assert_eq!((full.kind, resumed.kind), (Kind::Full, Kind::Psk));
    *known.lock().unwrap() = false;
    // The first of these offers a session that is as good as ever, the second has none.
    for kind in [Kind::Psk, Kind::Full] {
        let (server, client) = let_in(&acceptor, ann.clone()).await;
        let denied = AlertDescription::ACCESS_DENIED;
        let [server, client] = [server.unwrap_err(), client.unwrap()];
        assert_eq!(server.alert(), Some((AlertSender::Us, denied)));
        assert_eq!(client.alert(), Some((AlertSender::Peer, denied)));
        assert_eq!(asked.lock().unwrap().last().unwrap().kind, kind);
        world.wallet_is_empty().await;
    }
    // It judges by the same, however the handshake went.
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 4);
    for facts in &asked[..3] {
        assert_eq!(facts.peer, full.peer);
        assert_eq!(facts.alpn, full.alpn);
        assert_eq!(facts.server_name, full.server_name);
        let since = facts.session.authenticated_at;
        assert_eq!(since, full.session.authenticated_at);
    }
}

#[tokio::test(start_paused = true)]
async fn rule_18_a_word_that_does_not_come_is_a_no() {
    struct Silent;
    impl Authorise for Silent {
        fn authorise<'a>(&'a self, _: &'a Facts) -> Authorising<'a> {
            Box::pin(std::future::pending())
        }
    }
    let mut world = World::new();
    let acceptor = acceptor(ServerSettings {
        authorise: Some(Arc::new(Silent)),
        ..world.server_settings()
    });
    let (server, _) = let_in(&acceptor, world.client_settings()).await;
    let denied = (AlertSender::Us, AlertDescription::ACCESS_DENIED);
    assert_eq!(server.unwrap_err().alert(), Some(denied));
    let late = Trouble::Late {
        asked: Asked::Authorise,
        after: Duration::from_secs(1),
    };
    assert_eq!(world.seen.troubles(), [late]);
}
