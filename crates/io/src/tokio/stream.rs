//! The crank: one connection, its transport, and whoever polls them.

use super::idle::Idle;
use super::wakers::{Task, Wakers};
use crate::TlsError;
use crate::buffer::too_much_aside;
use crate::driver::Driver;
use crate::limits::LINGER;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection on its transport.
pub(super) struct Stream<IO> {
    io: IO,
    driver: Driver,
    wakers: Wakers,
    idle: Option<Idle>,
    /// The transport took bytes and was not asked to flush them.
    unflushed: bool,
    /// The transport takes no more bytes; an alert from the peer may still lie in it.
    broken: Option<io::Error>,
    /// Our side of the transport is closed.
    shut: bool,
    idled: Option<TlsError>,
}

/// What the crank is turned for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The handshake done and everything of it sent.
    Established,
    /// Something to read, if only the end.
    Plaintext,
    /// The tickets that are due, settled one way or the other.
    Tickets,
    /// Room for a record, and no handshake in its way.
    Room,
    /// An answer to a wish for a handshake on this connection.
    Handshake,
    /// The end of a handshake that began with early data.
    Proof,
    /// Everything sent.
    Flushed,
}

impl Wanted {
    fn reads(self) -> bool {
        matches!(
            self,
            Self::Established | Self::Plaintext | Self::Tickets | Self::Handshake | Self::Proof
        )
    }
}

impl<IO> Stream<IO> {
    pub(super) fn new(io: IO, driver: Driver) -> Self {
        let wakers = Wakers::new();
        Self {
            io,
            driver,
            wakers,
            idle: None,
            unflushed: false,
            broken: None,
            shut: false,
            idled: None,
        }
    }

    pub(super) fn driver(&self) -> &Driver {
        &self.driver
    }

    pub(super) fn driver_mut(&mut self) -> &mut Driver {
        &mut self.driver
    }

    pub(super) fn io(&self) -> &IO {
        &self.io
    }

    pub(super) fn io_mut(&mut self) -> &mut IO {
        &mut self.io
    }

    pub(super) fn into_io(self) -> IO {
        self.io
    }

    /// Bytes of heap held for data on its way: 0 while the connection is idle.
    pub(super) fn buffered(&self) -> usize {
        self.driver.buffered()
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Stream<IO> {
    /// From here on idleness counts.
    pub(super) fn watch_idleness(&mut self) {
        self.idle = self.driver.services().idle_timeout().map(Idle::new);
    }

    /// Turns the crank until `wanted` is there or the world must be waited for.
    pub(super) fn poll_turn(
        &mut self,
        cx: &mut Context<'_>,
        task: Task,
        wanted: Wanted,
    ) -> Poll<io::Result<()>> {
        self.poll_both(cx, task, |stream, cx| stream.turn(cx, wanted))
    }

    /// Polls with a waker that wakes the reading and the writing task, then looks whether the
    /// connection has been idle for too long.
    fn poll_both(
        &mut self,
        cx: &mut Context<'_>,
        task: Task,
        poll: impl FnOnce(&mut Self, &mut Context<'_>) -> Poll<io::Result<()>>,
    ) -> Poll<io::Result<()>> {
        if let Some(idled) = &self.idled {
            return Poll::Ready(Err(idled.clone().into()));
        }
        self.wakers.arm(task, cx);
        let waker = self.wakers.waker();
        let cx = &mut Context::from_waker(&waker);
        let polled = match poll(self, cx) {
            Poll::Pending => self.poll_idle(cx),
            ready => ready,
        };
        if polled.is_ready() {
            self.wakers.disarm(task);
        }
        polled
    }

    fn turn(&mut self, cx: &mut Context<'_>, wanted: Wanted) -> Poll<io::Result<()>> {
        loop {
            // Questions are answered and outputs carried out: store, verifier, signer.
            self.driver.turn(cx);
            let blocked = self.poll_write_out(cx).is_pending();
            if let Some(failure) = self.driver.failure() {
                ready!(self.poll_failed(cx, blocked));
                return Poll::Ready(Err(failure.into()));
            }
            if let Some(done) = self.satisfied(cx, wanted, blocked) {
                return done;
            }
            if self.driver.is_held() || (blocked && self.driver.is_choked()) {
                return Poll::Pending;
            }
            if !self.driver.open() {
                ready!(self.poll_read_in(cx))?;
            }
        }
    }

    /// `None`: not yet, and what comes from the peer may help.
    fn satisfied(
        &mut self,
        cx: &mut Context<'_>,
        wanted: Wanted,
        blocked: bool,
    ) -> Option<Poll<io::Result<()>>> {
        if !wanted.reads()
            && let Some(error) = self.broken.take()
        {
            return Some(Poll::Ready(Err(error)));
        }
        match wanted {
            Wanted::Established if self.driver.is_handshaking() => None,
            Wanted::Established | Wanted::Flushed if blocked => Some(Poll::Pending),
            Wanted::Established | Wanted::Flushed => Some(self.poll_flush_io(cx)),
            Wanted::Plaintext => self.driver.is_readable().then_some(Poll::Ready(Ok(()))),
            // The peer's part of the handshake comes behind what the application did not read yet.
            Wanted::Room if self.driver.is_paused() => {
                (!self.driver.inbox.set_aside()).then_some(Poll::Pending)
            }
            Wanted::Handshake if !self.driver.is_wishing() => Some(Poll::Ready(Ok(()))),
            Wanted::Room if self.driver.has_room() => Some(Poll::Ready(Ok(()))),
            Wanted::Room => Some(Poll::Pending),
            Wanted::Tickets if self.driver.has_settled_tickets() || self.driver.peer_is_done() => {
                Some(Poll::Ready(Ok(())))
            }
            // What the application did not read yet must not hide what comes behind it.
            Wanted::Tickets | Wanted::Handshake if !self.driver.inbox.set_aside() => {
                Some(Poll::Ready(Err(too_much_aside())))
            }
            Wanted::Tickets | Wanted::Handshake => None,
            // More than can be set aside is not waited for.
            Wanted::Proof if !self.driver.is_early() || !self.driver.inbox.set_aside() => {
                Some(Poll::Ready(Ok(())))
            }
            Wanted::Proof => None,
        }
    }

    /// Writes what waits to be written; ready when nothing does.
    fn poll_write_out(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.driver.outbox.is_empty() {
            match ready!(Pin::new(&mut self.io).poll_write(cx, self.driver.outbox.pending())) {
                Ok(0) => self.break_off(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    self.driver.sent(written);
                    self.unflushed = true;
                    self.moved();
                }
                Err(error) => self.break_off(error),
            }
        }
        Poll::Ready(())
    }

    fn break_off(&mut self, error: io::Error) {
        self.driver.outbox.clear();
        self.broken.get_or_insert(error);
    }

    fn poll_flush_io(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.unflushed {
            ready!(Pin::new(&mut self.io).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Reads once. An end of the stream becomes the engine's business, and an error nobody's.
    fn poll_read_in(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Nobody should wait for an answer to what was never flushed.
        if self.poll_flush_io(cx)?.is_pending() && self.driver.is_choked() {
            return Poll::Pending;
        }
        let mut room = ReadBuf::new(self.driver.inbox.room());
        let read = Pin::new(&mut self.io).poll_read(cx, &mut room);
        let len = room.filled().len();
        self.driver.received(len);
        match read {
            // What could not be written is why nothing more comes.
            Poll::Pending if self.broken.is_some() => {
                Poll::Ready(self.broken.take().map_or(Ok(()), Err))
            }
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(())) => {
                if len == 0 {
                    self.driver.end_of_stream();
                }
                self.moved();
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => {
                self.driver.end_of_stream();
                Poll::Ready(Err(error))
            }
        }
    }

    fn moved(&mut self) {
        if let Some(idle) = &mut self.idle {
            idle.moved();
        }
    }

    /// The alert goes out and the tickets go before anybody hears of the fault; then the transport
    /// is shut at once.
    fn poll_failed(&mut self, cx: &mut Context<'_>, blocked: bool) -> Poll<()> {
        if blocked {
            // A peer that does not read must not hold us here for ever.
            self.idle.get_or_insert_with(|| Idle::new(LINGER));
        }
        if blocked || self.driver.has_errands() {
            return Poll::Pending;
        }
        self.shut_now(cx);
        Poll::Ready(())
    }

    /// Shuts our side of the transport, without waiting for it.
    fn shut_now(&mut self, cx: &mut Context<'_>) {
        if !self.shut {
            self.shut = true;
            let _ = self.poll_flush_io(cx);
            let _ = Pin::new(&mut self.io).poll_shutdown(cx);
        }
    }

    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(idle) = &mut self.idle else {
            return Poll::Pending;
        };
        let after = ready!(idle.poll(cx));
        let idled = self.driver.failure().unwrap_or_else(|| TlsError::Idle {
            side: self.driver.side(),
            after,
        });
        self.driver.close();
        let _ = self.poll_write_out(cx);
        self.shut_now(cx);
        self.idled = Some(idled.clone());
        Poll::Ready(Err(idled.into()))
    }

    /// Gives the handshake up: the peer is told, if the transport takes it now.
    pub(super) fn cancel(&mut self, cx: &mut Context<'_>) {
        self.driver.close();
        let _ = self.poll_write_out(cx);
        self.shut_now(cx);
    }

    /// The application's next bytes; empty at the end.
    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        if self.driver.inbox.plaintext().is_empty() {
            ready!(self.poll_turn(cx, Task::Reader, Wanted::Plaintext))?;
        }
        Poll::Ready(Ok(self.driver.show()))
    }

    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let plaintext = ready!(self.poll_fill(cx))?;
        let len = plaintext.len().min(buf.remaining());
        buf.put_slice(plaintext.get(..len).unwrap_or_default());
        self.consume(len);
        Poll::Ready(Ok(()))
    }

    pub(super) fn consume(&mut self, taken: usize) {
        self.driver.consume(taken);
    }

    /// Seals at once, unless too much waits to be written already.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        plaintext: &[u8],
    ) -> Poll<io::Result<usize>> {
        if plaintext.is_empty() {
            return Poll::Ready(Ok(0));
        }
        loop {
            ready!(self.poll_turn(cx, Task::Writer, Wanted::Room))?;
            match self.driver.seal(plaintext) {
                // Its keys were worn: a handshake has begun instead.
                0 if self.driver.is_paused() => {}
                0 => return Poll::Ready(Err(self.driver.write_failure())),
                sealed => {
                    let waker = self.wakers.waker();
                    let _ = self.poll_write_out(&mut Context::from_waker(&waker));
                    return Poll::Ready(Ok(sealed));
                }
            }
        }
    }

    pub(super) fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        crate::buffer::gathered(slices, |plaintext| self.poll_write(cx, plaintext))
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_turn(cx, Task::Writer, Wanted::Flushed)
    }

    /// Waits until a handshake that was wished for is done, or declined.
    pub(super) fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_turn(cx, Task::Reader, Wanted::Handshake)
    }

    /// Says `close_notify`, after what is under way: the transport stays open.
    pub(super) fn poll_farewell(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.driver.turn(cx);
        if self.driver.has_errands() {
            // Tickets that came are kept first; this turns the crank for them.
            ready!(self.poll_turn(cx, Task::Writer, Wanted::Flushed))?;
        }
        self.driver.close();
        self.poll_turn(cx, Task::Writer, Wanted::Flushed)
    }

    /// Waits for the peer's `close_notify`; what it says before that is dropped.
    pub(super) fn poll_peer_farewell(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_turn(cx, Task::Reader, Wanted::Plaintext))?;
            let unread = self.driver.inbox.plaintext().len();
            if unread == 0 {
                return Poll::Ready(Ok(()));
            }
            self.driver.consume(unread);
        }
    }

    /// Waits for what is under way, says `close_notify` and closes our half of the transport. The
    /// other half can still be read.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.shut {
            return Poll::Ready(Ok(()));
        }
        self.poll_both(cx, Task::Writer, |stream, cx| {
            stream.driver.turn(cx);
            if stream.driver.is_early() {
                // Behind the client's Finished come its next tickets; one that never sends it is not
                // waited for for ever.
                stream.idle.get_or_insert_with(|| Idle::new(LINGER));
                ready!(stream.turn(cx, Wanted::Proof))?;
            }
            if stream.driver.has_errands() {
                return Poll::Pending;
            }
            stream.driver.close();
            ready!(stream.poll_write_out(cx));
            if let Some(error) = stream.broken.take() {
                return Poll::Ready(Err(error));
            }
            ready!(stream.poll_flush_io(cx))?;
            ready!(Pin::new(&mut stream.io).poll_shutdown(cx))?;
            stream.shut = true;
            Poll::Ready(Ok(()))
        })
    }
}
