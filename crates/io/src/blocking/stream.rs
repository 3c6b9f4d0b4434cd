//! The crank, turned by whoever blocks on it.

use super::park;
use super::timed::{Span, Transport, Wait};
use crate::buffer::too_much_aside;
use crate::driver::Driver;
use crate::{TlsError, Traffic};
use std::io::{self, BufRead, IoSlice, Read, Write};
use std::task::Poll;
use tessera_engine::{Connection, ExportTooLong, Facts, KeyUpdateRequest, SessionFacts};
use tessera_session::store::ConnectionId;
use tessera_wire::codepoint::ProtocolVersion;

/// A connection that borrows its transport.
pub type Stream<'a, T> = StreamOwned<&'a mut T>;

/// An established connection that owns its transport.
///
/// Reading gives `Ok(0)` only behind the peer's `close_notify`; where the transport ends without
/// one, it is an error of kind `UnexpectedEof`.
pub struct StreamOwned<T> {
    io: T,
    driver: Driver,
    wait: Wait<T>,
    /// The peer was waited for in vain, and everything is over.
    given_up: Option<TlsError>,
}

impl<T> StreamOwned<T> {
    /// The transport and the engine's connection.
    pub fn get_ref(&self) -> (&T, &Connection) {
        (&self.io, self.driver.connection())
    }

    /// The transport. Reading or writing it here breaks the connection.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.io
    }

    /// The transport. Nothing is sent: close the stream first, if the peer should know.
    pub fn into_inner(self) -> T {
        self.io
    }

    /// The connection's name in logs, the register and the console.
    pub fn id(&self) -> ConnectionId {
        self.driver.id()
    }

    /// What is known of the connection and of the session it is on.
    ///
    /// # Panics
    /// Never: a stream is made only of an established connection.
    pub fn facts(&self) -> &Facts {
        self.driver
            .facts()
            .expect("a stream is made only of an established connection")
    }

    /// The session the connection is on.
    pub fn session(&self) -> &SessionFacts {
        &self.facts().session
    }

    /// Bytes that went over the wire so far.
    pub fn traffic(&self) -> Traffic {
        self.driver.traffic()
    }

    /// Bytes of heap held for data on its way; 0 while the connection is idle.
    pub fn buffered(&self) -> usize {
        self.driver.buffered()
    }

    /// Client: tickets of this connection that are in the wallet, as far as it has been read.
    pub fn tickets_kept(&self) -> u32 {
        self.driver.tickets_kept()
    }

    /// Server: how many of the bytes that wait to be read (as `fill_buf` shows them) came as early data:
    /// whoever saw them on their way may have sent them again. One read never gives bytes of both kinds.
    pub fn early_data_waiting(&self) -> usize {
        self.driver.early_unread()
    }

    /// Replaces our sending keys, and the peer's if `request` says so. It goes out with the next
    /// write or flush.
    pub fn update_keys(&mut self, request: KeyUpdateRequest) {
        self.driver.update_keys(request);
    }

    /// Which handshake's keys protected the bytes that the last read gave: [`Facts::epoch`] as it
    /// was then. No read gives bytes of two.
    pub fn read_epoch(&self) -> u32 {
        self.driver.inbox.shown_epoch()
    }

    /// Fills `out` with keying material that both ends can derive: RFC 9846 §7.5.
    ///
    /// # Errors
    /// When more is asked for than can be derived.
    pub fn export_keying_material(
        &self,
        label: &[u8],
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), ExportTooLong> {
        self.driver
            .connection()
            .export_keying_material(label, context, out)
            .map(|_| ())
    }

    /// The `tls-exporter` channel binding: RFC 9266.
    pub fn channel_binding(&self) -> Option<[u8; 32]> {
        self.driver.connection().channel_binding()
    }
}

impl<T: Read + Write> StreamOwned<T> {
    /// Does the handshake, within its time.
    pub(super) fn establish(transport: impl Transport<Io = T>, driver: Driver) -> io::Result<Self> {
        let (io, tell) = transport.into_parts();
        let wait = Wait::new(tell, driver.services().handshake_timeout());
        let mut stream = Self {
            io,
            driver,
            wait,
            given_up: None,
        };
        while stream.driver.is_handshaking() {
            stream.go_on()?;
        }
        stream.settle()?;
        let idle = stream.driver.services().idle_timeout();
        stream.wait.established(&mut stream.io, idle)?;
        Ok(stream)
    }

    /// Reads until a ticket of this connection is in the wallet, or as many as the server has
    /// announced. `false` when none was kept, or the server closed without. Application data that
    /// comes first is set aside.
    ///
    /// # Errors
    /// When the connection fails, or more than 64 KiB of application data come first.
    pub fn wait_for_ticket(&mut self) -> io::Result<bool> {
        self.settle()?;
        self.go_on_while(|driver| !driver.has_settled_tickets() && !driver.peer_is_done())?;
        Ok(self.tickets_kept() > 0)
    }

    /// TLS 1.2: negotiates again on this connection, into a new session, where the settings allow it.
    /// What the peer says meanwhile is set aside for reading. `false`: the peer declined, or this is
    /// TLS 1.3, where [`Self::restart`] does what is left of it.
    ///
    /// # Errors
    /// When the connection fails, or more than 64 KiB of application data come first.
    pub fn renegotiate(&mut self) -> io::Result<bool> {
        if self.facts().version != ProtocolVersion::TLS1_2 {
            return Ok(false);
        }
        let before = self.facts().epoch;
        self.driver.renegotiate();
        self.go_on_while(Driver::is_wishing)?;
        Ok(self.facts().epoch > before)
    }

    /// New traffic keys for both halves. TLS 1.3: KeyUpdate, which leads away from the keys of before.
    /// TLS 1.2: an abbreviated renegotiation, whose keys come from the same secret and protect from
    /// nothing but the wear of the old ones; what the peer says meanwhile is set aside for reading.
    /// `false`: the peer declined, or settings forbid it.
    ///
    /// # Errors
    /// As [`Self::renegotiate`].
    pub fn rekey(&mut self) -> io::Result<bool> {
        let before = self.facts().epoch;
        self.driver.rekey();
        self.go_on_while(Driver::is_wishing)?;
        Ok(self.driver.has_new_keys(before))
    }

    /// Server: asks the client who it is, after the handshake. TLS 1.2: a renegotiation, where the
    /// settings allow it; TLS 1.3: post-handshake authentication (RFC 9846 §4.7.2). `false`: it would
    /// not say, or was not asked, for it never is under HTTP/2.
    ///
    /// # Errors
    /// As [`Self::renegotiate`]; and when the certificate does not verify.
    pub fn request_client_certificate(&mut self) -> io::Result<bool> {
        self.driver.request_certificate();
        self.go_on_while(Driver::is_wishing)?;
        Ok(self.facts().peer.is_some())
    }

    /// Closes TLS in both directions and hands the transport back, with whatever the peer has sent
    /// behind its `close_notify`. Application data that was not read is dropped.
    ///
    /// # Errors
    /// When the connection fails, or the transport ends without the peer's `close_notify`: then
    /// something may be missing.
    pub fn restart(mut self) -> io::Result<(T, Vec<u8>)> {
        let said = self.close();
        if said.is_err() {
            // That the peer has cut us off says more than that it does not listen any more.
            self.driver.outbox.clear();
        }
        loop {
            let unread = self.fill_buf()?.len();
            if unread == 0 {
                break;
            }
            self.consume(unread);
        }
        said?;
        let leftover = self.driver.leftover();
        Ok((self.io, leftover))
    }

    /// Reads on, past application data, for as long as something else is awaited.
    fn go_on_while(&mut self, awaited: impl Fn(&Driver) -> bool) -> io::Result<()> {
        self.settle()?;
        while awaited(&self.driver) {
            if !self.driver.inbox.set_aside() {
                return Err(too_much_aside());
            }
            self.go_on()?;
        }
        Ok(())
    }

    /// Says `close_notify`, after what is under way. What the peer still sends can be read.
    ///
    /// # Errors
    /// When it cannot be sent.
    pub fn close(&mut self) -> io::Result<()> {
        // Behind the client's Finished come its next tickets.
        self.go_on_while(Driver::is_early)?;
        self.driver.close();
        self.write_out()
    }

    /// Takes in what comes next from the peer, and answers it.
    fn go_on(&mut self) -> io::Result<()> {
        self.settle()?;
        if !self.driver.open() {
            let ready = self.wait.begin(&mut self.io);
            match ready.and_then(|()| self.io.read(self.driver.inbox.room())) {
                Ok(0) => {
                    self.driver.received(0);
                    self.driver.end_of_stream();
                }
                Ok(len) => self.driver.received(len),
                Err(error) => {
                    self.driver.received(0);
                    if error.kind() != io::ErrorKind::Interrupted {
                        return Err(self.failed(error));
                    }
                }
            }
        }
        self.settle()
    }

    /// Waits for what is under way and sends what is to be sent; the alert before the fault is told.
    fn settle(&mut self) -> io::Result<()> {
        if let Some(given_up) = &self.given_up {
            return Err(given_up.clone().into());
        }
        let settled = park::before(self.wait.ends_at(), |cx| {
            self.driver.turn(cx);
            if self.driver.is_held() || self.driver.has_errands() {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        });
        if settled.is_none() {
            return Err(self.failed(io::ErrorKind::TimedOut.into()));
        }
        let written = self.write_out();
        match self.driver.failure() {
            Some(failure) => Err(failure.into()),
            None => written,
        }
    }

    fn write_out(&mut self) -> io::Result<()> {
        let mut wrote = false;
        while !self.driver.outbox.is_empty() {
            let ready = self.wait.begin(&mut self.io);
            match ready.and_then(|()| self.io.write(self.driver.outbox.pending())) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(len) => self.driver.sent(len),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(error)),
            }
            wrote = true;
        }
        if wrote { self.io.flush() } else { Ok(()) }
    }

    /// What a failed read or write means. Where the time is over, the peer is told so, if it can be
    /// at once: the session has done nothing wrong, and stays.
    fn failed(&mut self, error: io::Error) -> io::Error {
        if !self.wait.is_over(&error) {
            return error;
        }
        let side = self.driver.side();
        let over = match self.wait.span {
            Span::Unlimited => return error,
            Span::Until { after, .. } => TlsError::HandshakeTimeout {
                side,
                state: self.driver.connection().state(),
                after,
            },
            Span::Each(after) => TlsError::Idle { side, after },
        };
        // A fault whose alert the peer does not take is still that fault.
        let over = self.driver.failure().unwrap_or(over);
        self.driver.close();
        let _ = self.last_word();
        self.given_up = Some(over.clone());
        over.into()
    }

    fn last_word(&mut self) -> io::Result<()> {
        self.wait.hurry(&mut self.io)?;
        while !self.driver.outbox.is_empty() {
            match self.io.write(self.driver.outbox.pending())? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                len => self.driver.sent(len),
            }
        }
        self.io.flush()
    }
}

impl<T: Read + Write> BufRead for StreamOwned<T> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while !self.driver.is_readable() {
            self.go_on()?;
        }
        Ok(self.driver.show())
    }

    fn consume(&mut self, amount: usize) {
        self.driver.consume(amount);
    }
}

impl<T: Read + Write> Read for StreamOwned<T> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let len = self.fill_buf()?.read(buf)?;
        self.driver.consume(len);
        Ok(len)
    }
}

impl<T: Read + Write> Write for StreamOwned<T> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let sealed = loop {
            // What an earlier write could not send comes first; and a handshake that is under way.
            self.go_on_while(Driver::is_paused)?;
            match self.driver.seal(buf) {
                // Its keys were worn: a handshake has begun instead.
                0 if self.driver.is_paused() => {}
                sealed => break sealed,
            }
        };
        if sealed == 0 {
            return Err(self.driver.write_failure());
        }
        // These bytes are accepted: what fails now is told by the next write or flush.
        let _ = self.write_out();
        Ok(sealed)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        crate::buffer::gathered(bufs, |plaintext| self.write(plaintext))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.settle()?;
        self.io.flush()
    }
}

impl<T> std::fmt::Debug for StreamOwned<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamOwned")
            .field("side", &self.driver.side())
            .field("facts", &self.driver.facts())
            .finish_non_exhaustive()
    }
}
