//! How long threads wait for their peers.

#![cfg(feature = "tokio")]

mod kit;

use kit::{World, name};
use std::future::pending;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tessera_engine::Kind;
use tessera_identity::{Signer, Signing};
use tessera_io::blocking::{self, StreamOwned, Timed};
use tessera_io::{ClientConfig, ClientSettings, ServerConfig, ServerSettings, TlsError};
use tessera_session::Side;
use tessera_wire::codepoint::SignatureScheme;

/// Long enough for a handshake on a busy machine, where one is to succeed.
const AMPLE: Option<Duration> = Some(Duration::from_secs(60));
const SHORT: Duration = Duration::from_millis(150);

fn tcp() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let far = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (listener.accept().unwrap().0, far)
}

fn server(settings: ServerSettings) -> Arc<ServerConfig> {
    Arc::new(ServerConfig::try_from(settings).unwrap())
}

fn client(settings: ClientSettings) -> Arc<ClientConfig> {
    Arc::new(ClientConfig::try_from(settings).unwrap())
}

/// A server whose handshakes are short.
fn hasty(world: &mut World) -> Arc<ServerConfig> {
    server(ServerSettings {
        handshake_timeout: Some(SHORT),
        ..world.server_settings()
    })
}

/// A server that waits so long for nothing.
fn soon_idle(world: &mut World, after: Duration) -> ServerSettings {
    ServerSettings {
        handshake_timeout: AMPLE,
        idle_timeout: Some(after),
        ..world.server_settings()
    }
}

/// Both ends of a connection on which both keep the timeouts of their configs.
fn pair(
    server: &Arc<ServerConfig>,
    client: &Arc<ClientConfig>,
) -> (StreamOwned<TcpStream>, StreamOwned<TcpStream>) {
    let (near, far) = tcp();
    let server = Arc::clone(server);
    let serve = thread::spawn(move || blocking::accept(&server, Timed(near)).unwrap());
    let client = blocking::connect(client, name(), Timed(far)).unwrap();
    (serve.join().unwrap(), client)
}

fn timed_out_in(error: &io::Error, side: Side, state: &'static str) {
    assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{error}");
    let after = SHORT;
    let expected = TlsError::HandshakeTimeout { side, state, after };
    assert_eq!(TlsError::of(error), Some(&expected));
}

#[test]
fn a_peer_that_says_nothing_is_not_waited_for() {
    let mut world = World::new();
    let (near, mut far) = tcp();
    let error = blocking::accept(&hasty(&mut world), Timed(near)).unwrap_err();
    timed_out_in(&error, Side::Server, "WaitClientHello");
    // It is told that the handshake is over.
    let mut told = Vec::new();
    far.read_to_end(&mut told).unwrap();
    assert_eq!(told.first(), Some(&21));

    let (near, _far) = tcp();
    let hasty = client(ClientSettings {
        handshake_timeout: Some(SHORT),
        ..world.client_settings()
    });
    let error = blocking::connect(&hasty, name(), Timed(near)).unwrap_err();
    timed_out_in(&error, Side::Client, "WaitServerHello");
}

#[cfg(unix)]
#[test]
fn nor_is_one_on_the_same_machine() {
    let mut world = World::new();
    let (mut near, _far) = std::os::unix::net::UnixStream::pair().unwrap();
    let error = blocking::accept(&hasty(&mut world), Timed(&mut near)).unwrap_err();
    timed_out_in(&error, Side::Server, "WaitClientHello");
}

/// The beginning of a long ClientHello, a byte at a time, each long before anybody's patience ends.
fn dribble(mut far: impl Write + Send + 'static) {
    thread::spawn(move || {
        let hello = [22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc];
        for byte in hello.into_iter().chain([3; 200]) {
            if far.write_all(&[byte]).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    });
}

#[test]
fn a_byte_now_and_then_buys_no_time() {
    let mut world = World::new();
    let (near, far) = tcp();
    dribble(far);
    let error = blocking::accept(&hasty(&mut world), Timed(near)).unwrap_err();
    timed_out_in(&error, Side::Server, "WaitClientHello");
}

/// Reads and writes, and cannot be told how long to wait.
struct Pipes(PipeReader, PipeWriter);

impl Pipes {
    fn pair() -> (Self, Self) {
        let ((near_in, far_out), (far_in, near_out)) = (io::pipe().unwrap(), io::pipe().unwrap());
        (Self(near_in, near_out), Self(far_in, far_out))
    }
}

impl Read for Pipes {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Write for Pipes {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.1.write(buf)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.1.flush()
    }
}

#[test]
fn a_transport_that_cannot_be_told_still_makes_no_endless_handshake() {
    let mut world = World::new();
    let (near, far) = Pipes::pair();
    dribble(far);
    let error = blocking::accept(&hasty(&mut world), near).unwrap_err();
    timed_out_in(&error, Side::Server, "WaitClientHello");
}

#[test]
fn a_transport_that_cannot_be_told_carries_a_connection() {
    let mut world = World::new();
    let config = server(soon_idle(&mut world, SHORT));
    let (near, far) = Pipes::pair();
    let serve = thread::spawn(move || {
        let mut near = blocking::accept(&config, near).unwrap();
        near.read_exact(&mut [0; 4]).unwrap();
        near.close().unwrap();
    });
    let mut far = blocking::connect(&client(world.client_settings()), name(), far).unwrap();
    // Nobody notices.
    thread::sleep(SHORT * 2);
    far.write_all(b"ping").unwrap();
    assert_eq!(far.read(&mut [0; 1]).unwrap(), 0);
    serve.join().unwrap();
}

/// A key in a module that does not answer.
struct Stuck;

impl Signer for Stuck {
    fn schemes(&self) -> &[SignatureScheme] {
        &[SignatureScheme::ED25519]
    }
    fn sign(&self, _: SignatureScheme, _: Vec<u8>) -> Signing<'_> {
        Box::pin(pending())
    }
}

#[test]
fn a_signer_has_as_long_as_the_handshake() {
    let mut world = World::new();
    let identity = world.credential(&[kit::HOST]).identity();
    let config = server(ServerSettings {
        credentials: Vec::new(),
        signers: vec![(identity, Arc::new(Stuck))],
        handshake_timeout: Some(SHORT),
        ..world.server_settings()
    });
    let (near, far) = tcp();
    let call = client(world.client_settings());
    let call = thread::spawn(move || blocking::connect(&call, name(), far).unwrap_err());
    let error = blocking::accept(&config, near).unwrap_err();
    timed_out_in(&error, Side::Server, "WaitSignature");
    // The client is told so, and has not waited for its own timeout.
    assert!(
        TlsError::of(&call.join().unwrap())
            .unwrap()
            .alert()
            .is_some()
    );
}

fn idled(error: &io::Error) {
    assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{error}");
    let (side, after) = (Side::Server, SHORT);
    assert_eq!(TlsError::of(error), Some(&TlsError::Idle { side, after }));
}

#[test]
fn an_idle_connection_is_closed_with_close_notify_and_its_session_stays() {
    let mut world = World::new();
    let store = Arc::clone(&world.store);
    let config = server(ServerSettings {
        handshake_timeout: AMPLE,
        idle_timeout: Some(SHORT),
        ..world.stored(store)
    });
    let client = client(world.client_settings());
    for expected in [Kind::Full, Kind::Psk] {
        let (mut near, mut far) = pair(&config, &client);
        assert_eq!(near.facts().kind, expected);
        let serve = thread::spawn(move || {
            idled(&near.read(&mut [0; 1]).unwrap_err());
            // It is over, and stays so.
            idled(&near.read(&mut [0; 1]).unwrap_err());
            idled(&near.write(b"x").unwrap_err());
            idled(&near.close().unwrap_err());
        });
        assert_eq!(far.read(&mut [0; 1]).unwrap(), 0);
        serve.join().unwrap();
    }
}

#[test]
fn a_connection_on_which_something_moves_is_not_idle() {
    let mut world = World::new();
    let idle = Duration::from_millis(400);
    let config = server(soon_idle(&mut world, idle));
    let (mut near, mut far) = pair(&config, &client(world.client_settings()));
    let call = thread::spawn(move || {
        for _ in 0..10 {
            thread::sleep(idle / 8);
            far.write_all(b"x").unwrap();
        }
        far.close().unwrap();
        // Tickets lie unread: to leave them so would reset the connection.
        assert_eq!(far.read(&mut [0; 1]).unwrap(), 0);
    });
    let mut received = Vec::new();
    near.read_to_end(&mut received).unwrap();
    assert_eq!(received, b"xxxxxxxxxx");
    near.close().unwrap();
    call.join().unwrap();
}

#[test]
fn a_peer_that_does_not_read_is_idle() {
    let mut world = World::new();
    let config = server(soon_idle(&mut world, SHORT));
    let (mut near, _far) = pair(&config, &client(world.client_settings()));
    let page = vec![7; 1 << 16];
    let error = loop {
        if let Err(error) = near.write_all(&page) {
            break error;
        }
    };
    idled(&error);
}

#[test]
fn without_a_timeout_a_thread_waits() {
    let mut world = World::new();
    let config = server(ServerSettings {
        handshake_timeout: Some(SHORT),
        idle_timeout: None,
        ..world.server_settings()
    });
    let (mut near, mut far) = pair(&config, &client(world.client_settings()));
    // What the handshake had left does not linger on the socket.
    assert_eq!(near.get_ref().0.read_timeout().unwrap(), None);
    let call = thread::spawn(move || {
        thread::sleep(SHORT * 2);
        far.write_all(b"late").unwrap();
        far.close().unwrap();
        // Tickets lie unread: to leave them so would reset the connection.
        assert_eq!(far.read(&mut [0; 1]).unwrap(), 0);
    });
    let mut received = String::new();
    near.read_to_string(&mut received).unwrap();
    assert_eq!(received, "late");
    near.close().unwrap();
    call.join().unwrap();
}
