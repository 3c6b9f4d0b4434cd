//! The same on threads.

#![cfg(feature = "tokio")]

mod kit;

use kit::{World, name};
use std::future::pending;
use std::io::{self, BufRead, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use tessera_engine::Kind;
use tessera_io::blocking::{self, StreamOwned};
use tessera_io::{Asked, ClientConfig, ServerConfig, ServerSettings, TlsError, Trouble};
use tessera_session::store::ready;
use tessera_session::{
    Claim, Listed, Page, Refusal, Reply, Selector, SessionStore, Spend, StoredSession, TicketId,
    Timestamp,
};

fn pair(
    server: &Arc<ServerConfig>,
    client: &Arc<ClientConfig>,
) -> (StreamOwned<TcpStream>, StreamOwned<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = Arc::clone(server);
    let serve = thread::spawn(move || {
        let (tcp, peer) = listener.accept().unwrap();
        blocking::accept_from(&server, tcp, peer.to_string()).unwrap()
    });
    let client = blocking::connect(client, name(), TcpStream::connect(address).unwrap()).unwrap();
    (serve.join().unwrap(), client)
}

#[test]
fn a_session_is_resumed_and_bytes_go_both_ways() {
    let mut world = World::new();
    let server = Arc::new(ServerConfig::try_from(world.server_settings()).unwrap());
    let client = Arc::new(ClientConfig::try_from(world.client_settings()).unwrap());
    for expected in [Kind::Full, Kind::Psk] {
        let (mut near, mut far) = pair(&server, &client);
        assert_eq!((near.facts().kind, far.facts().kind), (expected, expected));
        assert_eq!(near.channel_binding(), far.channel_binding());
        assert!(near.channel_binding().is_some());
        let serve = thread::spawn(move || {
            let mut line = String::new();
            near.read_line(&mut line).unwrap();
            near.write_all(line.to_uppercase().as_bytes()).unwrap();
            near.close().unwrap();
            assert_eq!(near.read(&mut [0; 1]).unwrap(), 0);
        });
        far.write_all(b"hello\n").unwrap();
        let mut answer = String::new();
        far.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "HELLO\n");
        far.close().unwrap();
        serve.join().unwrap();
        assert_eq!(far.tickets_kept(), 2);
    }
}

#[test]
fn a_stream_may_borrow_its_transport() {
    let mut world = World::new();
    let server = Arc::new(ServerConfig::try_from(world.server_settings()).unwrap());
    let client = Arc::new(ClientConfig::try_from(world.client_settings()).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = thread::spawn(move || {
        let (mut tcp, _) = listener.accept().unwrap();
        let mut stream: blocking::Stream<'_, TcpStream> =
            blocking::accept(&server, &mut tcp).unwrap();
        stream.write_all(b"sealed").unwrap();
        stream.close().unwrap();
        // The peer's close_notify, then bytes in the clear on the same transport.
        assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
        drop(stream);
        tcp.write_all(b"clear").unwrap();
    });
    let mut tcp = TcpStream::connect(address).unwrap();
    let mut stream = blocking::connect(&client, name(), &mut tcp).unwrap();
    let mut sealed = Vec::new();
    stream.read_to_end(&mut sealed).unwrap();
    assert_eq!(sealed, b"sealed");
    stream.close().unwrap();
    drop(stream);
    let mut clear = Vec::new();
    tcp.read_to_end(&mut clear).unwrap();
    assert_eq!(clear, b"clear");
    serve.join().unwrap();
}

#[test]
fn a_cut_connection_is_no_end_of_file() {
    let mut world = World::new();
    let server = Arc::new(ServerConfig::try_from(world.server_settings()).unwrap());
    let client = Arc::new(ClientConfig::try_from(world.client_settings()).unwrap());
    let (near, mut far) = pair(&server, &client);
    drop(near);
    let error = far.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    assert!(TlsError::of(&error).is_some());
}

/// Keeps, and never finds.
struct Forgetful;

impl SessionStore for Forgetful {
    fn insert(&self, _: StoredSession) -> Reply<'_, ()> {
        ready(Ok(()))
    }
    fn find(&self, _: TicketId) -> Reply<'_, Option<StoredSession>> {
        Box::pin(pending())
    }
    fn claim(&self, _: Spend) -> Reply<'_, Claim> {
        Box::pin(pending())
    }
    fn remove(&self, _: TicketId) -> Reply<'_, bool> {
        ready(Ok(false))
    }
    fn revoke(&self, _: Selector) -> Reply<'_, u64> {
        ready(Ok(0))
    }
    fn list(&self, _: Page) -> Reply<'_, Vec<Listed>> {
        ready(Ok(Vec::new()))
    }
    fn expire(&self, _: Timestamp) -> Reply<'_, u64> {
        ready(Ok(0))
    }
}

#[test]
fn a_thread_does_not_wait_for_a_store_for_ever() {
    let mut world = World::new();
    let settings: ServerSettings = world.stored(Arc::new(Forgetful));
    let server = Arc::new(ServerConfig::try_from(settings).unwrap());
    let client = Arc::new(ClientConfig::try_from(world.client_settings()).unwrap());
    let (_near, mut far) = pair(&server, &client);
    assert!(far.wait_for_ticket().unwrap());
    let (near, _far) = pair(&server, &client);
    assert_eq!(
        (near.facts().kind, near.facts().refusal),
        (Kind::Full, Some(Refusal::StoreUnavailable))
    );
    let troubles = world.seen.troubles();
    assert!(
        matches!(
            troubles[..],
            [Trouble::Late {
                asked: Asked::Find,
                ..
            }]
        ),
        "{troubles:?}"
    );
}
