//! A handshake on its way: the future behind `Connect` and `Accept`.

use super::stream::{Stream, Wanted};
use super::wakers::Task;
use crate::TlsError;
use crate::connect::Start;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Sleep;

/// A handshake; gives the transport back where it fails.
pub(super) struct Handshake<IO> {
    stage: Stage<IO>,
    timer: Timer,
}

enum Stage<IO> {
    /// The wallet is asked for a ticket.
    Drawing {
        io: IO,
        start: Box<Start>,
    },
    Shaking(Box<Stream<IO>>),
    Done,
}

/// Set when first polled: before that there may be no runtime.
enum Timer {
    None,
    Unset(Duration),
    Set(Duration, Pin<Box<Sleep>>),
}

impl<IO> Handshake<IO> {
    /// A client's, which may draw a ticket first.
    pub(super) fn client(io: IO, start: Start) -> Self {
        let timer = Timer::new(start.handshake_timeout());
        Self {
            stage: Stage::Drawing {
                io,
                start: Box::new(start),
            },
            timer,
        }
    }

    pub(super) fn server(stream: Stream<IO>) -> Self {
        let timer = Timer::new(stream.driver().services().handshake_timeout());
        Self {
            stage: Stage::Shaking(Box::new(stream)),
            timer,
        }
    }

    /// The connection, while the handshake is under way.
    pub(super) fn stream(&self) -> Option<&Stream<IO>> {
        match &self.stage {
            Stage::Shaking(stream) => Some(stream),
            Stage::Drawing { .. } | Stage::Done => None,
        }
    }

    pub(super) fn io(&self) -> Option<&IO> {
        match &self.stage {
            Stage::Drawing { io, .. } => Some(io),
            Stage::Shaking(stream) => Some(stream.io()),
            Stage::Done => None,
        }
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Handshake<IO> {
    /// # Panics
    /// When polled again after it was ready, as futures may.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Stream<IO>, (io::Error, IO)>> {
        loop {
            let done = match &mut self.stage {
                Stage::Drawing { start, .. } => match start.poll_draw(cx) {
                    Poll::Ready(()) => None,
                    Poll::Pending => return Poll::Pending,
                },
                Stage::Shaking(stream) => Some(ready!(poll_stream(stream, &mut self.timer, cx))),
                Stage::Done => panic!("a handshake is polled after it was done"),
            };
            match (std::mem::replace(&mut self.stage, Stage::Done), done) {
                (Stage::Drawing { io, start }, _) => {
                    self.stage =
                        Stage::Shaking(Box::new(Stream::new(io, start.begin(super::limit))));
                }
                (Stage::Shaking(stream), Some(Err(error))) => {
                    return Poll::Ready(Err((error, stream.into_io())));
                }
                (Stage::Shaking(mut stream), _) => {
                    stream.watch_idleness();
                    return Poll::Ready(Ok(*stream));
                }
                (Stage::Done, _) => panic!("a handshake is polled after it was done"),
            }
        }
    }
}

fn poll_stream<IO: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut Stream<IO>,
    timer: &mut Timer,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    if let Poll::Ready(done) = stream.poll_turn(cx, Task::Reader, Wanted::Established) {
        return Poll::Ready(done);
    }
    let after = ready!(timer.poll(cx));
    // A fault whose alert the peer does not take is still that fault.
    let error = stream
        .driver()
        .failure()
        .unwrap_or_else(|| TlsError::HandshakeTimeout {
            side: stream.driver().side(),
            state: stream.driver().connection().state(),
            after,
        });
    stream.cancel(cx);
    Poll::Ready(Err(error.into()))
}

impl Timer {
    fn new(after: Option<Duration>) -> Self {
        after.map_or(Self::None, Self::Unset)
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Duration> {
        if let Self::Unset(after) = self {
            *self = Self::Set(*after, Box::pin(tokio::time::sleep(*after)));
        }
        match self {
            Self::Set(after, sleep) => sleep.as_mut().poll(cx).map(|()| *after),
            Self::None | Self::Unset(_) => Poll::Pending,
        }
    }
}
