//! What can be done again on a connection that is there: negotiate, ask who the client is, replace
//! the keys, close TLS and begin anew; with tokio and on threads, in both versions.

#![cfg(feature = "tokio")]

mod kit;

use kit::{World, acceptor, both, connector, name};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use tessera_engine::{Kind, Renegotiation};
use tessera_identity::Verifier;
use tessera_io::blocking::{self, StreamOwned};
use tessera_io::tokio::TlsStream;
use tessera_io::{ClientConfig, ClientSettings, ServerConfig, ServerSettings, TlsError};
use tessera_wire::codepoint::ProtocolVersion;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

const VERSIONS: [ProtocolVersion; 2] = [ProtocolVersion::TLS1_2, ProtocolVersion::TLS1_3];
const HELLO: &[u8] = b"hello";

/// Settings of both ends, for this version, with a certificate for the client.
fn settings(world: &mut World, version: ProtocolVersion) -> (ServerSettings, ClientSettings) {
    let server = ServerSettings {
        client_verifier: Some(Verifier::new(world.roots())),
        renegotiation: Renegotiation::Any,
        ..world.server_settings()
    };
    let client = ClientSettings {
        versions: vec![version],
        renegotiation: Renegotiation::Any,
        credentials: vec![world.credential(&["ann.example"])],
        ..world.client_settings()
    };
    (server, client)
}

type Server = tessera_io::tokio::server::TlsStream<DuplexStream>;
type Client = tessera_io::tokio::client::TlsStream<DuplexStream>;

async fn pair(server: ServerSettings, client: ClientSettings) -> (Server, Client) {
    let (near, far) = duplex(256 * 1024);
    let (acceptor, connector) = (acceptor(server), connector(client));
    let (server, client) = both(acceptor.accept(far), connector.connect(name(), near)).await;
    (server.unwrap(), client.unwrap())
}

async fn read(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Vec<u8> {
    let mut buf = [0; 100];
    let len = stream.read(&mut buf).await.unwrap();
    buf[..len].to_vec()
}

/// Two reads, and which epochs they were of.
async fn two(stream: &mut (impl tokio::io::AsyncRead + ReadEpoch + Unpin)) -> [(Vec<u8>, u32); 2] {
    let first = read(stream).await;
    let epoch = stream.epoch_of_read();
    let second = read(stream).await;
    [(first, epoch), (second, stream.epoch_of_read())]
}

/// Streams of both sides.
trait ReadEpoch {
    fn epoch_of_read(&self) -> u32;
}

impl ReadEpoch for Server {
    fn epoch_of_read(&self) -> u32 {
        self.read_epoch()
    }
}

impl ReadEpoch for Client {
    fn epoch_of_read(&self) -> u32 {
        self.read_epoch()
    }
}

#[tokio::test]
async fn either_end_negotiates_again_and_reads_tell_the_epochs_apart() {
    for by_server in [true, false] {
        let mut world = World::new();
        let (server, client) = settings(&mut world, ProtocolVersion::TLS1_2);
        let (mut server, mut client) = pair(server, client).await;
        let before = server.session().lineage;
        // Nobody has read this when the handshake comes, and it is of the first all the same.
        server.write_all(b"old").await.unwrap();
        client.write_all(b"old").await.unwrap();
        let heard = if by_server {
            let ask = async {
                assert!(server.renegotiate().await.unwrap());
                server.write_all(b"new").await.unwrap();
            };
            let answer = async { (two(&mut client).await, client.write_all(b"new").await) };
            let ((), (heard, wrote)) = both(ask, answer).await;
            wrote.unwrap();
            [heard, two(&mut server).await]
        } else {
            let ask = async {
                assert!(client.renegotiate().await.unwrap());
                client.write_all(b"new").await.unwrap();
            };
            let answer = async { (two(&mut server).await, server.write_all(b"new").await) };
            let ((), (heard, wrote)) = both(ask, answer).await;
            wrote.unwrap();
            [heard, two(&mut client).await]
        };
        let expected = [(b"old".to_vec(), 0), (b"new".to_vec(), 1)];
        assert_eq!(heard, [expected.clone(), expected]);
        for facts in [server.facts(), client.facts()] {
            assert_eq!((facts.epoch, facts.kind), (1, Kind::Renegotiated));
            assert_ne!(facts.session.lineage, before);
        }
    }
}

#[tokio::test]
async fn megabytes_flow_both_ways_while_the_client_negotiates_again_and_again() {
    let mut world = World::new();
    let (server, client) = settings(&mut world, ProtocolVersion::TLS1_2);
    let (server, mut client) = pair(server, client).await;
    let sent: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let echo = async {
        let (mut reader, mut writer) = tokio::io::split(server);
        tokio::io::copy(&mut reader, &mut writer).await.unwrap();
        writer.shutdown().await.unwrap();
    };
    let call = async {
        let mut back = Vec::new();
        for piece in sent.chunks(sent.len() / 10) {
            // The last of it is still on its way when the handshake begins.
            let mut most = vec![0; piece.len() - 30_000 * usize::from(back.is_empty())];
            let (mut reader, mut writer) = tokio::io::split(&mut client);
            let (wrote, read) = both(writer.write_all(piece), reader.read_exact(&mut most)).await;
            wrote.unwrap();
            read.unwrap();
            back.append(&mut most);
            assert!(client.renegotiate().await.unwrap());
        }
        client.shutdown().await.unwrap();
        client.read_to_end(&mut back).await.unwrap();
        (back, client.facts().epoch)
    };
    let ((), (back, epoch)) = both(echo, call).await;
    assert_eq!(epoch, 10);
    assert!(
        back == sent,
        "{} bytes came back of {}",
        back.len(),
        sent.len()
    );
}

#[tokio::test]
async fn one_intention_asks_for_the_certificate_in_both_versions() {
    for version in VERSIONS {
        let mut world = World::new();
        let (server, client) = settings(&mut world, version);
        let (mut server, mut client) = pair(server, client).await;
        assert!(server.facts().peer.is_none());
        let ask = async {
            let known = server.request_client_certificate().await.unwrap();
            server.write_all(b"welcome").await.unwrap();
            known
        };
        let (known, heard) = both(ask, read(&mut client)).await;
        assert!(known, "{version}");
        assert_eq!(heard, b"welcome");
        let peer = server.facts().peer.as_ref().unwrap();
        assert!(peer.subject.contains("ann.example"));
    }
}

#[tokio::test]
async fn one_intention_replaces_the_keys_in_both_versions() {
    for version in VERSIONS {
        let mut world = World::new();
        let (server, client) = settings(&mut world, version);
        let (mut server, mut client) = pair(server, client).await;
        let session = client.session().id;
        let keys = client.facts().keys_fingerprint;
        let ask = async {
            let done = client.rekey().await.unwrap();
            client.write_all(HELLO).await.unwrap();
            done
        };
        let (done, heard) = both(ask, read(&mut server)).await;
        assert!(done, "{version}");
        assert_eq!(heard, HELLO);
        assert_eq!(client.session().id, session, "and the session stays");
        if version == ProtocolVersion::TLS1_2 {
            assert_ne!(client.facts().keys_fingerprint, keys);
            assert_eq!(client.facts().epoch, 1);
        }
        assert!(world.seen.saw(if version == ProtocolVersion::TLS1_2 {
            "Renegotiated"
        } else {
            "KeysUpdated"
        }));
    }
}

#[tokio::test]
async fn what_nobody_allows_is_declined_at_once_and_nothing_is_lost() {
    let mut world = World::new();
    let (server, client) = settings(&mut world, ProtocolVersion::TLS1_2);
    let server = ServerSettings {
        renegotiation: Renegotiation::Never,
        ..server
    };
    let (mut server, mut client) = pair(server, client).await;
    assert!(!server.renegotiate().await.unwrap());
    assert!(!server.request_client_certificate().await.unwrap());
    assert!(!server.rekey().await.unwrap());
    let ask = async {
        let declined = [
            client.renegotiate().await.unwrap(),
            client.rekey().await.unwrap(),
        ];
        client.write_all(HELLO).await.unwrap();
        declined
    };
    let (declined, heard) = both(ask, read(&mut server)).await;
    assert_eq!((declined, heard), ([false; 2], HELLO.to_vec()));
    // Behind close_notify there is nothing to wait for.
    client.shutdown().await.unwrap();
    assert!(!client.renegotiate().await.unwrap());

    let mut world = World::new();
    let (server, client) = settings(&mut world, ProtocolVersion::TLS1_3);
    let (mut server, mut client) = pair(server, client).await;
    assert!(!server.renegotiate().await.unwrap());
    assert!(!client.renegotiate().await.unwrap());
}

#[tokio::test]
async fn tls_ends_and_begins_again_on_the_same_transport() {
    for version in VERSIONS {
        let mut world = World::new();
        let (server, client) = settings(&mut world, version);
        let (acceptor, connector) = (acceptor(server), connector(client));
        let (near, far) = duplex(256 * 1024);
        let connecting = connector.connect(name(), near);
        let (server, client) = both(acceptor.accept(far), connecting).await;
        let (server, client) = (
            TlsStream::from(server.unwrap()),
            TlsStream::from(client.unwrap()),
        );
        let first = client.session().lineage;
        // The client says something in the clear right behind its close_notify.
        let call = async {
            let (mut near, leftover) = client.restart().await.unwrap();
            assert!(leftover.is_empty());
            near.write_all(b"and now?").await.unwrap();
            let mut answer = [0; 3];
            near.read_exact(&mut answer).await.unwrap();
            near
        };
        let serve = async {
            let (mut far, mut said) = server.restart().await.unwrap();
            while said.len() < 8 {
                said.extend(read(&mut far).await);
            }
            assert_eq!(said, b"and now?");
            far.write_all(b"yes").await.unwrap();
            far
        };
        let (far, near) = both(serve, call).await;
        let connecting = connector.connect(name(), near);
        let (server, client) = both(acceptor.accept(far), connecting).await;
        let (server, client) = (server.unwrap(), client.unwrap());
        assert!(
            server.facts().resumed && client.facts().resumed,
            "{version}"
        );
        assert_eq!(server.session().lineage, first);
    }
}

/// A client that closes TLS and says something in the clear; then it is the server's turn.
fn says_both(mut client: StreamOwned<TcpStream>) -> StreamOwned<TcpStream> {
    client.close().unwrap();
    client.get_mut().write_all(b"STARTTLS\r\n").unwrap();
    client
}

#[tokio::test]
async fn what_comes_in_one_piece_with_close_notify_is_kept() {
    for version in VERSIONS {
        let mut world = World::new();
        let (server, client) = settings(&mut world, version);
        let client = Arc::new(ClientConfig::try_from(client).unwrap());
        let acceptor = acceptor(server);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let call = tokio::task::spawn_blocking(move || {
            let tcp = TcpStream::connect(address).unwrap();
            says_both(blocking::connect(&client, name(), tcp).unwrap())
        });
        let tcp = listener.accept().await.unwrap().0;
        let server = acceptor.accept(tcp).await.unwrap();
        let client = call.await.unwrap();
        let (_tcp, leftover) = server.restart().await.unwrap();
        assert_eq!(leftover, b"STARTTLS\r\n", "{version}");
        drop(client);
    }
}

#[tokio::test]
async fn a_transport_that_just_ends_is_no_end_of_tls() {
    for version in VERSIONS {
        let mut world = World::new();
        let (server, client) = settings(&mut world, version);
        let (server, client) = pair(server, client).await;
        drop(client.into_inner());
        let error = server.restart().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{version}");
        assert!(TlsError::of(&error).is_some_and(|error| error.fault().is_none()));
    }
}

/// Both ends on threads: the server's part is run beside the client's.
fn threads<T: Send + 'static>(
    version: ProtocolVersion,
    serve: impl FnOnce(StreamOwned<TcpStream>) -> T + Send + 'static,
    call: impl FnOnce(StreamOwned<TcpStream>),
) -> T {
    let mut world = World::new();
    let (server, client) = settings(&mut world, version);
    let server = Arc::new(ServerConfig::try_from(server).unwrap());
    let client = Arc::new(ClientConfig::try_from(client).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let tcp = listener.accept().unwrap().0;
        serve(blocking::accept(&server, tcp).unwrap())
    });
    let tcp = TcpStream::connect(address).unwrap();
    call(blocking::connect(&client, name(), tcp).unwrap());
    serving.join().unwrap()
}

fn say(stream: &mut StreamOwned<TcpStream>, bytes: &[u8]) {
    stream.write_all(bytes).unwrap();
    stream.flush().unwrap();
}

fn hear(stream: &mut StreamOwned<TcpStream>) -> Vec<u8> {
    let mut buf = [0; 100];
    let len = stream.read(&mut buf).unwrap();
    buf[..len].to_vec()
}

#[test]
fn threads_negotiate_again_and_tell_the_epochs_apart() {
    let version = ProtocolVersion::TLS1_2;
    let heard = threads(
        version,
        |mut server| {
            let mut heard = Vec::new();
            for _ in 0..2 {
                heard.push((hear(&mut server), server.read_epoch()));
            }
            // The client answers while it waits for us to speak.
            assert!(server.renegotiate().unwrap());
            say(&mut server, b"your turn");
            heard.push((hear(&mut server), server.read_epoch()));
            heard
        },
        |mut client| {
            say(&mut client, b"old");
            assert!(client.renegotiate().unwrap());
            say(&mut client, b"new");
            assert_eq!(hear(&mut client), b"your turn");
            assert_eq!((client.read_epoch(), client.facts().epoch), (2, 2));
            say(&mut client, b"newest");
            client.close().unwrap();
        },
    );
    let expected = [(&b"old"[..], 0), (b"new", 1), (b"newest", 2)];
    let expected = expected.map(|(bytes, epoch)| (bytes.to_vec(), epoch));
    assert_eq!(heard, expected);
}

#[test]
fn threads_ask_for_the_certificate_and_replace_the_keys_in_both_versions() {
    for version in VERSIONS {
        let subject = threads(
            version,
            |mut server| {
                assert!(server.request_client_certificate().unwrap());
                say(&mut server, HELLO);
                assert_eq!(hear(&mut server), b"under new keys");
                server.facts().peer.as_ref().unwrap().subject.clone()
            },
            |mut client| {
                assert_eq!(hear(&mut client), HELLO);
                assert!(client.rekey().unwrap());
                say(&mut client, b"under new keys");
                client.close().unwrap();
            },
        );
        assert!(subject.contains("ann.example"), "{version}");
    }
}

#[test]
fn threads_end_tls_and_begin_it_again_on_the_same_transport() {
    for version in VERSIONS {
        let (told, wait) = std::sync::mpsc::channel();
        let leftover = threads(
            version,
            move |server| {
                wait.recv().unwrap();
                server.restart().unwrap().1
            },
            |client| {
                let client = says_both(client);
                told.send(()).unwrap();
                let (_tcp, leftover) = client.restart().unwrap();
                assert!(leftover.is_empty());
            },
        );
        assert_eq!(leftover, b"STARTTLS\r\n", "{version}");

        let error = threads(
            version,
            |server| server.restart().err().unwrap(),
            |client| drop(client.into_inner()),
        );
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{version}");
    }
}
