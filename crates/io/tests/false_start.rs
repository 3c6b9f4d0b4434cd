//! False Start with tokio: what is said first is on the wire before the server's Finished is.

#![cfg(feature = "tokio")]

mod kit;

use kit::{World, acceptor, both, connector, name};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use tessera_engine::{EarlyDataFate, FalseStart, Kind};
use tessera_io::{ClientSettings, ConnectOptions};
use tessera_wire::codepoint::{ContentType, ProtocolVersion};
use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex,
};

const FIRST: &[u8] = b"early bird";

/// The records that pass, in order: their types, and whether they are ours.
type Records = Arc<Mutex<Vec<(bool, ContentType)>>>;

/// A transport on which records are noted.
struct Wire {
    io: DuplexStream,
    /// Bytes of the record under way, from us and to us.
    pieces: [Vec<u8>; 2],
    records: Records,
}

impl Wire {
    fn note(&mut self, ours: bool, bytes: &[u8]) {
        let piece = &mut self.pieces[usize::from(ours)];
        piece.extend(bytes);
        while let [kind, _, _, high, low, ..] = piece[..] {
            let len = 5 + usize::from(u16::from_be_bytes([high, low]));
            if piece.len() < len {
                break;
            }
            piece.drain(..len);
            self.records.lock().unwrap().push((ours, ContentType(kind)));
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
        self.note(false, &buf.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.io).poll_write(cx, buf))?;
        self.note(true, &buf[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// What kind of connection it was, and whether our data was out before the server's Finished came.
async fn visit(world: &mut World, false_start: FalseStart) -> (Kind, bool) {
    let acceptor = acceptor(world.server_settings());
    let connector = connector(ClientSettings {
        versions: vec![ProtocolVersion::TLS1_2],
        false_start,
        ..world.client_settings()
    });
    let (near, far) = duplex(256 * 1024);
    let records = Records::default();
    let near = Wire {
        io: near,
        pieces: Default::default(),
        records: Arc::clone(&records),
    };
    let serve = async {
        let mut stream = acceptor.accept(far).await.unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.unwrap();
        stream.shutdown().await.unwrap();
        heard
    };
    let call = async {
        let options = ConnectOptions {
            early_data: FIRST.to_vec(),
            ..ConnectOptions::default()
        };
        let mut stream = connector.connect_with(name(), near, options).await.unwrap();
        assert_eq!(stream.facts().early_data, EarlyDataFate::NotOffered);
        stream.shutdown().await.unwrap();
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
        stream.facts().kind
    };
    let (heard, kind) = both(serve, call).await;
    assert_eq!(heard, FIRST, "once");
    let records = records.lock().unwrap();
    let place = |record| records.iter().position(|passed| *passed == record);
    let data = place((true, ContentType::APPLICATION_DATA));
    (kind, data < place((false, ContentType::CHANGE_CIPHER_SPEC)))
}

#[tokio::test]
async fn what_is_said_first_does_not_wait_for_the_server_s_finished() {
    let mut world = World::new();
    assert_eq!(
        visit(&mut world, FalseStart::Always).await,
        (Kind::Full, true)
    );
    world.wallet_is_empty().await;
    // Nobody has chosen a protocol, or wants it.
    for setting in [FalseStart::WithAlpn, FalseStart::Never] {
        assert_eq!(visit(&mut world, setting).await, (Kind::Full, false));
        world.wallet_is_empty().await;
    }
}
