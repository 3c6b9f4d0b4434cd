//! Bytes both ways: echo, flow control, key updates, and every way to end.

#![cfg(feature = "tokio")]

mod kit;

use kit::{World, acceptor, both, connector, name, pair};
use std::io;
use std::time::Duration;
use tessera_engine::{Ending, KeyUpdateRequest};
use tessera_io::TlsError;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, duplex};
use tokio::net::{TcpListener, TcpStream};

async fn established() -> (World, kit::ServerStream, kit::ClientStream) {
    let mut world = World::new();
    let (server, client) = pair(
        &acceptor(world.server_settings()),
        &connector(world.client_settings()),
    )
    .await;
    (world, server, client)
}

fn pattern(len: usize, salt: u8) -> Vec<u8> {
    (0..len)
        .map(|at| (at as u8).wrapping_mul(31).wrapping_add(salt))
        .collect()
}

#[tokio::test]
async fn what_is_written_is_read() {
    let (_, mut server, mut client) = established().await;
    client.write_all(b"hello").await.unwrap();
    client.flush().await.unwrap();
    let mut buf = [0; 5];
    server.read_exact(&mut buf).await.unwrap();
    assert_eq!(&buf, b"hello");
    server.write_all(b"line one\nline two\n").await.unwrap();
    server.flush().await.unwrap();
    let mut lines = client.lines();
    assert_eq!(lines.next_line().await.unwrap().unwrap(), "line one");
    assert_eq!(lines.next_line().await.unwrap().unwrap(), "line two");
}

#[tokio::test]
async fn a_mebibyte_goes_both_ways_at_once_through_a_narrow_pipe() {
    let mut world = World::new();
    let (acceptor, connector) = (
        acceptor(world.server_settings()),
        connector(world.client_settings()),
    );
    let (near, far) = duplex(3000);
    let (server, client) = both(acceptor.accept(far), connector.connect(name(), near)).await;
    let (mut server, mut client) = (server.unwrap(), client.unwrap());
    let echo = async {
        let mut buf = vec![0; 10_000];
        loop {
            match server.read(&mut buf).await.unwrap() {
                0 => break,
                len => server.write_all(&buf[..len]).await.unwrap(),
            }
        }
        server.shutdown().await.unwrap();
    };
    let sent = pattern(1 << 20, 3);
    let call = async {
        let (mut reader, mut writer) = tokio::io::split(&mut client);
        let mut received = Vec::new();
        let write = async {
            writer.write_all(&sent).await.unwrap();
            writer.shutdown().await.unwrap();
        };
        let (_, read) = both(write, reader.read_to_end(&mut received)).await;
        read.unwrap();
        received
    };
    let (_, received) = both(echo, call).await;
    assert_eq!(received, sent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tasks_share_a_stream_over_tcp() {
    let mut world = World::new();
    let (acceptor, connector) = (
        acceptor(world.server_settings()),
        connector(world.client_settings()),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = tokio::spawn(async move {
        let (tcp, peer) = listener.accept().await.unwrap();
        let stream = acceptor.accept_from(tcp, peer.to_string()).await.unwrap();
        let (mut reader, mut writer) = tokio::io::split(stream);
        let write = tokio::spawn(async move {
            writer.write_all(&pattern(1 << 20, 1)).await.unwrap();
            writer.shutdown().await.unwrap();
        });
        let mut received = Vec::new();
        reader.read_to_end(&mut received).await.unwrap();
        write.await.unwrap();
        received
    });
    let tcp = TcpStream::connect(address).await.unwrap();
    let stream = connector.connect(name(), tcp).await.unwrap();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let write = tokio::spawn(async move {
        writer.write_all(&pattern(1 << 20, 2)).await.unwrap();
        writer.shutdown().await.unwrap();
    });
    let mut received = Vec::new();
    reader.read_to_end(&mut received).await.unwrap();
    write.await.unwrap();
    assert!(received == pattern(1 << 20, 1));
    assert!(serve.await.unwrap() == pattern(1 << 20, 2));
}

#[tokio::test]
async fn a_connection_may_run_inside_another() {
    let mut world = World::new();
    let (acceptor, connector) = (
        acceptor(world.server_settings()),
        connector(world.client_settings()),
    );
    let (outer_server, outer_client) = pair(&acceptor, &connector).await;
    let (server, client) = both(
        acceptor.accept(outer_server),
        connector.connect(name(), outer_client),
    )
    .await;
    let (mut server, mut client) = (server.unwrap(), client.unwrap());
    client.write_all(b"twice sealed").await.unwrap();
    client.shutdown().await.unwrap();
    let mut received = String::new();
    server.read_to_string(&mut received).await.unwrap();
    assert_eq!(received, "twice sealed");
}

#[test]
fn streams_and_handshakes_move_between_threads() {
    fn moves<T: Send + Sync + Unpin>() {}
    moves::<kit::ServerStream>();
    moves::<kit::ClientStream>();
    moves::<tessera_io::tokio::TlsStream<TcpStream>>();
    moves::<tessera_io::tokio::Connect<TcpStream>>();
    moves::<tessera_io::tokio::Accept<TcpStream>>();
    moves::<tessera_io::tokio::LazyConfigAcceptor<TcpStream>>();
    moves::<tessera_io::blocking::StreamOwned<TcpStream>>();
}

#[tokio::test]
async fn small_slices_share_a_record() {
    let (_, mut server, mut client) = established().await;
    let before = client.traffic().sent;
    let slices = [
        io::IoSlice::new(b"GET / "),
        io::IoSlice::new(b"HTTP/1.1\r\n"),
        io::IoSlice::new(b"\r\n"),
    ];
    assert_eq!(client.write_vectored(&slices).await.unwrap(), 18);
    client.flush().await.unwrap();
    // One header, one inner type and one tag for all of them.
    assert_eq!(client.traffic().sent - before, 18 + 5 + 1 + 16);
    let mut buf = [0; 64];
    assert_eq!(server.read(&mut buf).await.unwrap(), 18);
}

#[tokio::test]
async fn keys_change_under_load() {
    let (_, mut server, mut client) = established().await;
    let sent = pattern(200_000, 9);
    let write = async {
        for chunk in sent.chunks(10_000) {
            client.update_keys(KeyUpdateRequest::UpdateRequested);
            client.write_all(chunk).await.unwrap();
        }
        client.shutdown().await.unwrap();
    };
    let mut received = Vec::new();
    let (_, read) = both(write, server.read_to_end(&mut received)).await;
    read.unwrap();
    assert!(received == sent);
    server
        .write_all(b"and back, under newer keys")
        .await
        .unwrap();
    server.shutdown().await.unwrap();
    let mut back = Vec::new();
    client.read_to_end(&mut back).await.unwrap();
    assert_eq!(back, b"and back, under newer keys");
}

#[tokio::test]
async fn half_a_connection_can_be_closed() {
    let (_, mut server, mut client) = established().await;
    client.write_all(b"question").await.unwrap();
    client.shutdown().await.unwrap();
    let mut question = Vec::new();
    server.read_to_end(&mut question).await.unwrap();
    assert_eq!(question, b"question");
    server.write_all(b"answer").await.unwrap();
    server.shutdown().await.unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, b"answer");
    let error = client.write_all(b"more").await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}

#[tokio::test]
async fn an_end_without_close_notify_is_no_end_of_file() {
    // RFC 9846 §6.1 (5).
    let (world, server, mut client) = established().await;
    drop(server.into_inner());
    let error = client.read(&mut [0; 8]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    let tls = TlsError::of(&error).unwrap();
    assert!(matches!(tls.ending(), Some(Ending::Truncated { .. })));
    assert!(
        error.to_string().contains("client") && error.to_string().contains(kit::HOST),
        "{error}"
    );
    // It stays that way.
    assert_eq!(
        client.read(&mut [0; 8]).await.unwrap_err().kind(),
        io::ErrorKind::UnexpectedEof
    );
    assert_eq!(world.seen.closed.lock().unwrap().as_slice(), ["let go"]);
}

#[tokio::test]
async fn a_changed_record_ends_both_sides_with_its_alert() {
    let (_, server, mut client) = established().await;
    // A record of the right form that no key has sealed.
    let mut forged = vec![23, 3, 3, 0, 30];
    forged.extend([0; 30]);
    let mut pipe = server.into_inner();
    pipe.write_all(&forged).await.unwrap();
    let error = client.read(&mut [0; 8]).await.unwrap_err();
    let tls = TlsError::of(&error).unwrap();
    let (sender, alert) = tls.alert().unwrap();
    assert_eq!(
        (sender, alert.to_string().as_str()),
        (tessera_io::AlertSender::Us, "bad_record_mac")
    );
    // The alert came first, then the end of the transport, while the client still lives.
    let mut rest = Vec::new();
    pipe.read_to_end(&mut rest).await.unwrap();
    assert!(rest.len() > 20, "an alert was sent");
    drop(client);
}

#[tokio::test]
async fn an_idle_connection_holds_no_buffers() {
    let (_, mut server, mut client) = established().await;
    let mut buf = vec![0; 40_000];
    for _ in 0..3 {
        client.write_all(&pattern(40_000, 0)).await.unwrap();
        client.flush().await.unwrap();
        server.read_exact(&mut buf).await.unwrap();
    }
    // Both take in what the other had to say, and wait for more.
    let nothing = Duration::from_millis(1);
    assert!(
        tokio::time::timeout(nothing, server.read(&mut buf))
            .await
            .is_err()
    );
    assert!(
        tokio::time::timeout(nothing, client.read(&mut buf))
            .await
            .is_err()
    );
    assert_eq!((server.buffered(), client.buffered()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_with_close_notify() {
    // RFC 9846 §6.1 (4).
    let mut world = World::new();
    let settings = tessera_io::ServerSettings {
        idle_timeout: Some(Duration::from_secs(60)),
        ..world.server_settings()
    };
    let (mut server, mut client) =
        pair(&acceptor(settings), &connector(world.client_settings())).await;
    let started = kit::virtual_now();
    let serve = async {
        let mut buf = [0; 8];
        assert_eq!(server.read(&mut buf).await.unwrap(), 4);
        server.read(&mut buf).await.unwrap_err()
    };
    let call = async {
        tokio::time::sleep(Duration::from_secs(50)).await;
        client.write_all(b"ping").await.unwrap();
        client.flush().await.unwrap();
        assert_eq!(client.read(&mut [0; 8]).await.unwrap(), 0);
        started.elapsed()
    };
    let (error, elapsed) = both(serve, call).await;
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(matches!(TlsError::of(&error), Some(TlsError::Idle { .. })));
    // Sixty seconds after the last byte, not after the first.
    assert_eq!(elapsed.as_secs(), 110);
}

#[tokio::test]
async fn a_peer_that_does_not_read_stops_what_is_written() {
    let mut world = World::new();
    let (acceptor, connector) = (
        acceptor(world.server_settings()),
        connector(world.client_settings()),
    );
    let (near, far) = duplex(64 * 1024);
    let (server, client) = both(acceptor.accept(far), connector.connect(name(), near)).await;
    let (mut server, mut client) = (server.unwrap(), client.unwrap());
    let chunk = pattern(16_384, 5);
    let mut written = 0;
    while let Ok(len) = tokio::time::timeout(Duration::from_millis(20), client.write(&chunk)).await
    {
        written += len.unwrap();
        assert!(written < 1 << 20, "nobody takes these bytes");
    }
    assert!(written >= 64 * 1024);
    // And goes on where the peer reads again.
    let mut received = vec![0; written];
    let (_, read) = both(client.flush(), server.read_exact(&mut received)).await;
    read.unwrap();
    let (_, read) = both(
        client.write_all(&chunk),
        server.read_exact(&mut received[..16_384]),
    )
    .await;
    read.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_last_alert_waits_ten_seconds_for_a_peer_that_does_not_read() {
    let mut world = World::new();
    let (acceptor, connector) = (
        acceptor(world.server_settings()),
        connector(world.client_settings()),
    );
    let (near, far) = duplex(16 * 1024);
    let (server, client) = both(acceptor.accept(far), connector.connect(name(), near)).await;
    let (server, mut client) = (server.unwrap(), client.unwrap());
    // As much as the peer takes without reading, and more that waits behind it.
    let waits = pattern(40_000, 5);
    client.write_all(&waits).await.unwrap();
    let mut pipe = server.into_inner();
    let mut forged = vec![23, 3, 3, 0, 30];
    forged.extend([0; 30]);
    pipe.write_all(&forged).await.unwrap();
    let started = kit::virtual_now();
    let error = client.read(&mut [0; 8]).await.unwrap_err();
    assert!(TlsError::of(&error).is_some(), "{error}");
    assert_eq!(started.elapsed().as_secs(), 10);
}
