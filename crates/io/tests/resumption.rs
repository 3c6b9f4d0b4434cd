//! Sessions from one connection to the next.

#![cfg(feature = "tokio")]

mod kit;

use kit::{World, acceptor, both, connector, kept_in, name, pair, visit};
use std::sync::Arc;
use tessera_engine::Kind;
use tessera_identity::{Roots, Verifier};
use tessera_io::{ClientSettings, ConnectOptions, Resume, ServerSettings};
use tessera_session::{Refusal, TicketPlan, TicketWallet};
use tessera_wire::extension::TicketRequest;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

#[tokio::test]
async fn a_session_outlives_its_connection() {
    let mut world = World::new();
    let (acceptor, connector) = (
        acceptor(world.server_settings()),
        connector(world.client_settings()),
    );
    assert_eq!(visit(&acceptor, &connector).await, (Kind::Full, None));
    assert_eq!(kept_in(&world.wallet).await, 2);
    assert_eq!(visit(&acceptor, &connector).await, (Kind::Psk, None));
    assert_eq!(kept_in(&world.wallet).await, 3, "one drawn, two new");
}

#[tokio::test]
async fn a_session_outlives_its_config_where_the_ring_is_shared() {
    let mut world = World::new();
    let settings = world.server_settings();
    let first = acceptor(settings.clone());
    let shared = Some(Arc::clone(&first.config().engine().settings().shared));
    let second = acceptor(ServerSettings {
        shared,
        ..settings.clone()
    });
    let stranger = acceptor(settings);
    let connector = connector(world.client_settings());
    assert_eq!(visit(&first, &connector).await.0, Kind::Full);
    assert_eq!(visit(&second, &connector).await.0, Kind::Psk);
    assert_eq!(
        visit(&stranger, &connector).await,
        (Kind::Full, Some(Refusal::UnknownTicket))
    );
}

#[tokio::test]
async fn rule_10_tickets_of_another_port_or_mode_stay_where_they_are() {
    let mut world = World::new();
    let acceptor = acceptor(world.server_settings());
    let connector_of = |settings: ClientSettings| connector(settings);
    let verifying = connector_of(world.client_settings());
    assert_eq!(visit(&acceptor, &verifying).await.0, Kind::Full);

    let (near, far) = duplex(64 * 1024);
    let elsewhere = verifying.connect_with(name(), near, ConnectOptions::port(8443));
    let (_server, client) = both(acceptor.accept(far), elsewhere).await;
    assert_eq!(client.unwrap().facts().kind, Kind::Full);

    let insecure = connector_of(ClientSettings {
        verifier: Verifier::insecure(),
        ..world.client_settings()
    });
    assert_eq!(
        visit(&acceptor, &insecure).await.0,
        Kind::Full,
        "no verified session without verification"
    );
    assert_eq!(visit(&acceptor, &insecure).await.0, Kind::Psk);
    // What was made without verification is tainted, and never offered by who verifies.
    world
        .wallet
        .forget(
            &verifying
                .config()
                .wallet_key(&name(), &ConnectOptions::default()),
        )
        .await
        .unwrap();
    assert_eq!(visit(&acceptor, &verifying).await.0, Kind::Full);
}

#[tokio::test]
async fn rule_10_cve_2021_22890_a_ticket_of_a_proxy_is_not_offered_to_the_host_behind_it() {
    // curl: a ticket that came from an HTTPS proxy was taken for one of the host, which the proxy could then play.
    let mut world = World::new();
    let acceptor = acceptor(world.server_settings());
    let connector = connector(world.client_settings());
    let by = |proxy: Option<&str>| {
        let proxy = proxy.map(str::to_owned);
        let (near, far) = duplex(64 * 1024);
        let options = ConnectOptions {
            proxy,
            ..ConnectOptions::default()
        };
        let connect = connector.connect_with(name(), near, options);
        let accept = acceptor.accept(far);
        async {
            let (server, client) = both(accept, connect).await;
            let (mut server, mut client) = (server.unwrap(), client.unwrap());
            server.shutdown().await.unwrap();
            assert_eq!(client.read(&mut [0; 8]).await.unwrap(), 0);
            client.facts().kind
        }
    };
    let proxy = Some("proxy.example:3128");
    assert_eq!(by(proxy).await, Kind::Full);
    assert_eq!(by(None).await, Kind::Full, "none of the proxy's");
    assert_eq!(by(Some("another.example:3128")).await, Kind::Full);
    assert_eq!(by(proxy).await, Kind::Psk);
    assert_eq!(by(None).await, Kind::Psk);
}

#[tokio::test]
async fn rule_10_cve_2025_68121_a_client_with_other_anchors_offers_nothing_of_the_one_before() {
    // Go: a config was cloned, got other roots, and resumed what only the roots before had vouched for.
    let mut world = World::new();
    let acceptor = acceptor(world.server_settings());
    let settings = world.client_settings();
    let before = connector(settings.clone());
    assert_eq!(visit(&acceptor, &before).await.0, Kind::Full);
    let stranger = world.credential(&["stranger.example"]).chain;
    let after = connector(ClientSettings {
        verifier: Verifier::new(Roots::from_der([&stranger[0]]).unwrap()),
        ..settings
    });
    let (near, far) = duplex(64 * 1024);
    let (_server, client) = both(acceptor.accept(far), after.connect(name(), near)).await;
    assert!(client.is_err(), "verified anew, and by nobody it trusts");
    assert_eq!(visit(&acceptor, &before).await.0, Kind::Psk);
}

#[tokio::test]
async fn rule_10_a_peer_that_does_not_verify_costs_all_tickets_of_its_key() {
    let mut world = World::new();
    let good = acceptor(world.server_settings());
    let connector = connector(world.client_settings());
    assert_eq!(visit(&good, &connector).await.0, Kind::Full);
    assert_eq!(kept_in(&world.wallet).await, 2);

    let impostor = World {
        ca: tessera_testkit::ca::TestCa::new(),
        ..World::new()
    }
    .ca
    .issue(tessera_testkit::ca::KeyType::P256, &["impostor.example"]);
    let credential =
        tessera_identity::Credential::new(impostor.identity.chain, impostor.key).unwrap();
    let bad = acceptor(ServerSettings {
        credentials: vec![credential],
        ..world.server_settings()
    });
    let (near, far) = duplex(64 * 1024);
    let (_server, client) = both(bad.accept(far), connector.connect(name(), near)).await;
    assert!(client.is_err());
    assert_eq!(kept_in(&world.wallet).await, 0);
}

#[tokio::test]
async fn rule_22_a_fatal_end_costs_the_tickets_of_its_connection() {
    let mut world = World::new();
    let (acceptor, connector) = (
        acceptor(world.stored(world.store.clone())),
        connector(world.client_settings()),
    );
    let (server, mut client) = pair(&acceptor, &connector).await;
    assert!(client.wait_for_ticket().await.unwrap());
    let mut pipe = server.into_inner();
    pipe.write_all(&[23, 3, 3, 0, 20]).await.unwrap();
    pipe.write_all(&[0; 20]).await.unwrap();
    assert!(client.read(&mut [0; 1]).await.is_err());
    assert_eq!(kept_in(&world.wallet).await, 0);
}

#[tokio::test]
async fn a_missing_close_notify_costs_no_ticket() {
    let mut world = World::new();
    let (acceptor, connector) = (
        acceptor(world.server_settings()),
        connector(world.client_settings()),
    );
    let (server, mut client) = pair(&acceptor, &connector).await;
    assert!(client.wait_for_ticket().await.unwrap());
    drop(server.into_inner());
    assert!(client.read(&mut [0; 1]).await.is_err());
    drop(client);
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Psk);
}

#[tokio::test]
async fn a_declined_ticket_takes_its_siblings_with_it() {
    let mut world = World::new();
    let settings = world.server_settings();
    let (before, after) = (acceptor(settings.clone()), acceptor(settings));
    let connector = connector(world.client_settings());
    assert_eq!(visit(&before, &connector).await.0, Kind::Full);
    assert_eq!(visit(&after, &connector).await.0, Kind::Full);
    // The sibling would have been declined, too; the two new ones are good.
    assert_eq!(kept_in(&world.wallet).await, 2);
    assert_eq!(visit(&after, &connector).await.0, Kind::Psk);
}

#[tokio::test]
async fn waiting_for_a_ticket_sets_application_data_aside() {
    let mut world = World::new();
    let none = ServerSettings {
        tickets: TicketPlan {
            count: 0,
            ..TicketPlan::default()
        },
        ..world.server_settings()
    };
    let connector = connector(world.client_settings());
    let (mut server, mut client) = pair(&acceptor(none), &connector).await;
    server.write_all(b"no ticket, but data").await.unwrap();
    server.shutdown().await.unwrap();
    assert!(!client.wait_for_ticket().await.unwrap());
    let mut data = String::new();
    client.read_to_string(&mut data).await.unwrap();
    assert_eq!(data, "no ticket, but data");
}

#[tokio::test]
async fn all_tickets_that_were_announced_are_waited_for() {
    let mut world = World::new();
    let acceptor = acceptor(world.stored(world.store.clone()));
    let connector = connector(ClientSettings {
        ticket_request: Some(TicketRequest {
            new_session_count: 5,
            resumption_count: 0,
        }),
        ..world.client_settings()
    });
    let (_server, mut client) = pair(&acceptor, &connector).await;
    assert!(client.wait_for_ticket().await.unwrap());
    assert_eq!(
        (client.tickets_kept(), kept_in(&world.wallet).await),
        (5, 5)
    );
    // The server says that there will be none: nothing is waited for.
    let (_server, mut client) = pair(&acceptor, &connector).await;
    assert_eq!(client.facts().kind, Kind::Psk);
    assert!(!client.wait_for_ticket().await.unwrap());
    assert_eq!(kept_in(&world.wallet).await, 4);
}

#[tokio::test]
async fn a_session_can_be_handed_over_and_withheld() {
    let mut world = World::new();
    let acceptor = acceptor(world.server_settings());
    let connector = connector(world.client_settings());
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Full);

    let connect = async |resume| {
        let (near, far) = duplex(64 * 1024);
        let options = ConnectOptions {
            port: 993,
            resume,
            ..ConnectOptions::default()
        };
        let (server, client) = both(
            acceptor.accept(far),
            connector.connect_with(name(), near, options),
        )
        .await;
        (server.unwrap(), client.unwrap().facts().kind).1
    };
    assert_eq!(connect(Resume::Never).await, Kind::Full);

    let taken = connector
        .take_session(&name(), &ConnectOptions::default())
        .await;
    let taken = Box::new(taken.unwrap().unwrap());
    assert_eq!(connect(Resume::With(taken)).await, Kind::Psk);
    let nothing = connector
        .take_session(&name(), &ConnectOptions::port(1))
        .await;
    assert!(nothing.unwrap().is_none());
}
