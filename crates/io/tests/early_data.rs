//! Early data through both adapters: said with the hello, read apart, answered at once.

mod kit;

use kit::{World, acceptor, both, connector, kept_in, name};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use tessera_engine::{EarlyDataFate, EarlyDataOffer, Kind};
use tessera_io::blocking::{self, Timed};
use tessera_io::tokio::{TlsAcceptor, TlsConnector};
use tessera_io::{
    ClientConfig, ClientSettings, ConnectOptions, ServerConfig, ServerSettings, SettingsError,
    WhenDropped,
};
use tessera_session::{EarlyData, Refusal};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, duplex};

const FIRST: &[u8] = b"early bird";

fn server(world: &mut World) -> ServerSettings {
    ServerSettings {
        early_data: EarlyData::Accept { up_to: 16_384 },
        store: Some(Arc::clone(&world.store) as _),
        vault: Some(world.vault.clone()),
        ..world.server_settings()
    }
}

fn client(world: &World) -> ClientSettings {
    ClientSettings {
        early_data: EarlyDataOffer::WherePossible,
        ..world.client_settings()
    }
}

fn saying_first() -> ConnectOptions {
    ConnectOptions {
        early_data: FIRST.to_vec(),
        when_dropped: WhenDropped::SayAgain,
        ..ConnectOptions::default()
    }
}

/// Everything the server read, in the pieces it was read in, each with whether it came early; and what
/// became of early data.
async fn visit(
    acceptor: &TlsAcceptor,
    connector: &TlsConnector,
) -> (Vec<(Vec<u8>, bool)>, EarlyDataFate) {
    let (near, far) = duplex(256 * 1024);
    let serve = async {
        let mut stream = acceptor.accept(far).await.unwrap();
        let mut pieces = Vec::new();
        loop {
            let piece = stream.fill_buf().await.unwrap().to_vec();
            if piece.is_empty() {
                break;
            }
            let early = stream.early_data_waiting() > 0;
            stream.consume(piece.len());
            pieces.push((piece, early));
        }
        stream.shutdown().await.unwrap();
        pieces
    };
    let call = async {
        let connecting = connector.connect_with(name(), near, saying_first());
        let mut stream = connecting.await.unwrap();
        stream.write_all(b" and worm").await.unwrap();
        stream.shutdown().await.unwrap();
        while stream.read(&mut [0; 8]).await.unwrap() > 0 {}
        stream.facts().early_data
    };
    both(serve, call).await
}

fn all(pieces: &[(Vec<u8>, bool)]) -> Vec<u8> {
    pieces.iter().flat_map(|(piece, _)| piece.clone()).collect()
}

#[tokio::test]
async fn what_is_said_first_is_said_once_whether_it_goes_early_or_not() {
    let mut world = World::new();
    let acceptor = acceptor(server(&mut world));
    let connector = connector(client(&world));
    // There is no ticket yet, so it goes behind the handshake.
    let (pieces, fate) = visit(&acceptor, &connector).await;
    assert_eq!(fate, EarlyDataFate::NotOffered);
    assert_eq!(all(&pieces), b"early bird and worm");
    assert!(pieces.iter().all(|(_, early)| !early));
    assert_eq!(kept_in(&world.wallet).await, 2);

    let (pieces, fate) = visit(&acceptor, &connector).await;
    assert_eq!(fate, EarlyDataFate::Accepted);
    assert_eq!(all(&pieces), b"early bird and worm");
    let late = pieces.iter().filter(|(_, early)| !early);
    assert_eq!(late.map(|(piece, _)| piece.len()).sum::<usize>(), 9);
    assert_eq!(kept_in(&world.wallet).await, 3, "one drawn, two new");
}

/// A server that takes early data, another on the same ring that does not, and a client that has a ticket
/// for it.
async fn willing_and_not(world: &mut World) -> (TlsAcceptor, TlsConnector) {
    let taking = server(world);
    let willing = acceptor(taking.clone());
    let shared = Some(Arc::clone(&willing.config().engine().settings().shared));
    let unwilling = acceptor(ServerSettings {
        early_data: EarlyData::Refuse,
        shared,
        ..taking
    });
    let connector = connector(client(world));
    visit(&willing, &connector).await;
    (unwilling, connector)
}

#[tokio::test]
async fn what_was_dropped_is_said_again_where_the_application_wants_that() {
    // RFC 9846 §F.5 (4), §4.3.10 (12).
    let (unwilling, connector) = willing_and_not(&mut World::new()).await;
    let (pieces, fate) = visit(&unwilling, &connector).await;
    assert_eq!(fate, EarlyDataFate::Rejected(Refusal::DeclinedByServer));
    assert_eq!(all(&pieces), b"early bird and worm");
    assert!(pieces.iter().all(|(_, early)| !early));

    let (unwilling, connector) = willing_and_not(&mut World::new()).await;
    let (near, far) = duplex(256 * 1024);
    let leaving = ConnectOptions {
        when_dropped: WhenDropped::Leave,
        ..saying_first()
    };
    let connecting = connector.connect_with(name(), near, leaving);
    let (server, client) = both(unwilling.accept(far), connecting).await;
    let (mut server, mut client) = (server.unwrap(), client.unwrap());
    assert_eq!(client.facts().early_data, fate);
    client.write_all(b"worm").await.unwrap();
    client.flush().await.unwrap();
    let mut heard = [0; 4];
    server.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"worm");
}

#[tokio::test]
async fn an_answer_goes_out_before_the_client_has_finished() {
    let mut world = World::new();
    let acceptor = acceptor(server(&mut world));
    let connector = connector(client(&world));
    visit(&acceptor, &connector).await;
    let (near, far) = duplex(256 * 1024);
    let serve = async {
        let mut stream = acceptor.accept(far).await.unwrap();
        assert!(stream.is_early());
        let mut request = [0; 10];
        stream.read_exact(&mut request).await.unwrap();
        assert_eq!(&request, FIRST);
        stream.write_all(b"worm").await.unwrap();
        stream.shutdown().await.unwrap();
        assert!(
            !stream.is_early(),
            "the tickets went out behind the Finished"
        );
    };
    let call = async {
        let connecting = connector.connect_with(name(), near, saying_first());
        let mut stream = connecting.await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        answer
    };
    let ((), answer) = both(serve, call).await;
    assert_eq!(answer, b"worm");
}

#[test]
fn threads_say_it_first_too() {
    let mut world = World::new();
    let acceptor = Arc::new(ServerConfig::try_from(server(&mut world)).unwrap());
    let connector = Arc::new(ClientConfig::try_from(client(&world)).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    for expected in [Kind::Full, Kind::Psk] {
        let config = Arc::clone(&acceptor);
        let tcp = TcpStream::connect(address).unwrap();
        let (far, _) = listener.accept().unwrap();
        let serving = std::thread::spawn(move || {
            let mut stream = blocking::accept(&config, Timed(far)).unwrap();
            let mut request = [0; 10];
            stream.read_exact(&mut request).unwrap();
            stream.write_all(&request).unwrap();
            stream.close().unwrap();
            request
        });
        let connecting = blocking::connect_with(&connector, name(), Timed(tcp), saying_first());
        let mut stream = connecting.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        assert_eq!(answer, FIRST);
        assert_eq!(serving.join().unwrap(), FIRST);
        assert_eq!(stream.facts().kind, expected);
        let accepted = stream.facts().early_data == EarlyDataFate::Accepted;
        assert_eq!(accepted, expected == Kind::Psk);
        stream.close().unwrap();
    }
}

#[test]
fn early_data_needs_a_store_that_guards_it() {
    let mut world = World::new();
    let settings = ServerSettings {
        store: None,
        ..server(&mut world)
    };
    let refused = ServerConfig::try_from(settings).err();
    assert_eq!(refused, Some(SettingsError::EarlyDataNeedsStore));
}
