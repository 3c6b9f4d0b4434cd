//! The engine with everything around it but its transport: what both adapters turn.

use crate::buffer::{Inbox, Outbox};
use crate::early_data::EarlyData;
use crate::observer::{Closed, Opened, Traffic};
use crate::services::{Done, Errand, Limit, Occasion, Response, Services};
use crate::{TlsError, Trouble, WhenDropped, clock};
use std::io;
use std::task::{Context, Poll, Waker};
use tessera_engine::{
    Answer, Connection, Ending, Event, Facts, Input, KeyUpdateRequest, Output, QuestionId,
};
use tessera_session::store::ConnectionId;
use tessera_session::{Alpn, ServerName, Side, Timestamp};
use tessera_wire::codepoint::ProtocolVersion;

/// One connection, its bytes on the way, and the errands that are run for it.
pub(crate) struct Driver {
    connection: Connection,
    services: Services,
    name: Name,
    limit: Limit,
    pub(crate) inbox: Inbox,
    pub(crate) outbox: Outbox,
    errands: Vec<Errand>,
    ending: Option<Ending>,
    traffic: Traffic,
    /// Tickets that were kept, and that could not be.
    tickets: (u32, u32),
    /// Client: what the application wants to have said first.
    early_data: Option<EarlyData>,
    /// Server: so many bytes at the front of the plaintext came as early data.
    early_unread: usize,
    /// A handshake on this connection was wished for, and nothing has come of it yet.
    wishing: bool,
    /// TLS 1.2: the session of the handshake under way is in the store.
    stored: bool,
    /// Which handshake's keys protected what the engine hands out by value.
    epoch: u32,
}

/// What people know a connection by.
pub(crate) struct Name {
    pub(crate) id: ConnectionId,
    /// Where the peer is, as text.
    pub(crate) peer: Option<String>,
    /// The host a client wants.
    pub(crate) server_name: Option<ServerName>,
}

impl Driver {
    pub(crate) fn new(
        connection: Connection,
        services: Services,
        name: Name,
        limit: Limit,
    ) -> Self {
        let driver = Self {
            connection,
            services,
            name,
            limit,
            inbox: Inbox::default(),
            outbox: Outbox::default(),
            errands: Vec::new(),
            ending: None,
            traffic: Traffic::default(),
            tickets: (0, 0),
            early_data: None,
            early_unread: 0,
            wishing: false,
            stored: false,
            epoch: 0,
        };
        if let Some(observer) = driver.services.observer() {
            let opened = Opened {
                side: driver.side(),
                peer: driver.name.peer.as_deref(),
            };
            observer.opened(driver.name.id, clock::now(), &opened);
        }
        driver
    }

    pub(crate) fn id(&self) -> ConnectionId {
        self.name.id
    }

    pub(crate) fn side(&self) -> Side {
        self.services.side()
    }

    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn facts(&self) -> Option<&Facts> {
        self.connection.facts()
    }

    pub(crate) fn traffic(&self) -> Traffic {
        self.traffic
    }

    pub(crate) fn tickets_kept(&self) -> u32 {
        self.tickets.0
    }

    /// Whether the tickets that are due came, and were kept or could not be: as many as the server
    /// has announced (RFC 9149 §3), or one.
    pub(crate) fn has_settled_tickets(&self) -> bool {
        let announced = self.facts().and_then(|facts| facts.expected_tickets);
        self.tickets.0 + self.tickets.1 >= announced.map_or(1, u32::from)
    }

    /// Bytes of heap held for data on its way.
    pub(crate) fn buffered(&self) -> usize {
        self.inbox.capacity() + self.outbox.capacity() + self.connection.buffered()
    }

    /// Client: what is to be said first, early where the ticket allows it.
    pub(crate) fn say_first(&mut self, bytes: Vec<u8>, terms: (Option<Alpn>, WhenDropped)) {
        if bytes.is_empty() {
            return;
        }
        let out = self.outbox.tail();
        self.early_data = Some(EarlyData::send(bytes, terms, &mut self.connection, out));
    }

    /// Server: so many of the next bytes to be read came as early data.
    pub(crate) fn early_unread(&self) -> usize {
        self.early_unread
    }

    /// Server: early data was taken, and the client has not finished its handshake.
    pub(crate) fn is_early(&self) -> bool {
        self.connection.is_early() && self.ending.is_none()
    }

    /// The application's next bytes, for it to see; what came early is never mixed with what came later.
    pub(crate) fn show(&mut self) -> &[u8] {
        let plaintext = self.inbox.show();
        match self.early_unread {
            0 => plaintext,
            early => plaintext.get(..early).unwrap_or(plaintext),
        }
    }

    /// The application has taken so many of them.
    pub(crate) fn consume(&mut self, taken: usize) {
        self.early_unread = self.early_unread.saturating_sub(taken);
        self.inbox.consume(taken);
    }

    /// Lets everything happen that can without the transport.
    pub(crate) fn turn(&mut self, cx: &mut Context<'_>) {
        loop {
            self.drain();
            if !self.run_errands(cx) {
                return;
            }
        }
    }

    /// Carries out what the engine wants, until it wants nothing more.
    fn drain(&mut self) {
        while let Some(output) = self.connection.poll() {
            match output {
                Output::Transmit(bytes) => self.outbox.tail().extend_from_slice(&bytes),
                Output::Deliver(plaintext) => self.inbox.deliver(&plaintext, self.epoch),
                Output::DeliverEarly(plaintext) => {
                    self.early_unread += plaintext.len();
                    self.inbox.deliver(&plaintext, self.epoch);
                }
                Output::Ask(id, question) => match self.services.answer(question, clock::now()) {
                    Response::Now(answer) => self.answer(id, answer),
                    Response::Later(errand) => self.errands.push(errand.answering(id)),
                },
                Output::Event(event) => self.tell(&event),
                Output::KeyLog(line) => {
                    if let Some(sink) = self.services.key_log() {
                        sink.line(&line);
                    }
                }
                Output::Ended(ending) => self.end(ending),
            }
        }
        self.start_falsely();
    }

    /// Client: where data may go out before the handshake is done, what is to be said first does.
    fn start_falsely(&mut self) {
        if !(self.connection.is_handshaking() && self.connection.is_sending()) {
            return;
        }
        if let Some(first) = self.early_data.take() {
            let bytes = first.into_bytes();
            self.connection
                .handle(clock::now(), Input::Plaintext(&bytes));
            self.drain();
        }
    }

    fn answer(&mut self, id: QuestionId, answer: Answer) {
        match answer {
            Answer::Kept(true) => {
                self.tickets.0 += 1;
                // Only TLS 1.2 waits with the handshake for this.
                self.stored |= self.connection.is_held();
            }
            Answer::Kept(false) => self.tickets.1 += 1,
            _ => {}
        }
        self.connection
            .handle(clock::now(), Input::Answer(id, answer));
    }

    fn tell(&mut self, event: &Event) {
        let now = clock::now();
        if let Some(observer) = self.services.observer() {
            if matches!(event, Event::Renegotiated(_)) {
                observer.traffic(self.name.id, self.traffic);
            }
            observer.event(self.name.id, now, event);
        }
        if matches!(
            event,
            Event::Renegotiated(_)
                | Event::RenegotiationDeclined
                | Event::ClientIdentified(_)
                | Event::CannotAsk
        ) {
            self.wishing = false;
        }
        if let Event::Established(facts) = event
            && let Some(early) = self.early_data.take()
        {
            self.connection
                .handle(now, Input::Plaintext(early.left(facts)));
        }
        if let Event::Established(facts) | Event::Renegotiated(facts) = event {
            let errands = self.services.established(facts, &self.occasion(now));
            self.errands.extend(errands);
            (self.stored, self.epoch) = (false, facts.epoch);
        }
    }

    fn occasion(&self, now: Timestamp) -> Occasion<'_> {
        Occasion {
            connection: self.name.id,
            peer: self.name.peer.as_deref(),
            now,
            stored: self.stored,
        }
    }

    fn end(&mut self, ending: Ending) {
        // Nobody listens to their answers any more.
        self.errands.retain(|errand| !errand.holds());
        let ended = self.services.ended(&ending, self.connection.facts());
        self.errands.extend(ended);
        self.ending = Some(ending);
    }

    /// Polls what is under way. Whether something came back.
    fn run_errands(&mut self, cx: &mut Context<'_>) -> bool {
        let mut progress = false;
        let mut position = 0;
        while let Some(errand) = self.errands.get_mut(position) {
            let question = errand.question();
            match errand.poll(cx, self.limit) {
                Poll::Pending => position += 1,
                Poll::Ready(Done { answer, trouble }) => {
                    self.errands.swap_remove(position);
                    progress = true;
                    if let Some(trouble) = trouble {
                        self.trouble(&trouble);
                    }
                    if let Some((id, answer)) = question.zip(answer) {
                        self.answer(id, answer);
                    }
                }
            }
        }
        if self.errands.is_empty() {
            // An idle connection holds no buffers.
            self.errands = Vec::new();
        }
        progress
    }

    /// Tells what went wrong around the connection.
    pub(crate) fn trouble(&self, trouble: &Trouble) {
        if let Some(observer) = self.services.observer() {
            observer.trouble(self.name.id, clock::now(), trouble);
        }
    }

    /// Bytes of the transport now lie in the inbox.
    pub(crate) fn received(&mut self, len: usize) {
        self.inbox.filled(len);
        self.count_received(len);
    }

    /// Bytes that came in, here or before there was a connection.
    pub(crate) fn count_received(&mut self, len: usize) {
        self.traffic.received += len as u64;
    }

    /// Bytes of the outbox were taken by the transport.
    pub(crate) fn sent(&mut self, len: usize) {
        self.outbox.wrote(len);
        self.traffic.sent += len as u64;
    }

    /// Opens records that are there, up to one with application data. Whether any was.
    pub(crate) fn open(&mut self) -> bool {
        if self.connection.is_held() || self.inbox.sealed().is_empty() {
            return false;
        }
        let received = self
            .connection
            .receive(clock::now(), self.inbox.sealed_mut());
        let progress = received.consumed > 0;
        if received.early {
            self.early_unread += received.plaintext.as_ref().map_or(0, |range| range.len());
        }
        let plaintext = received.plaintext.map(|range| (range, received.epoch));
        self.inbox.opened(received.consumed, plaintext);
        progress
    }

    /// Seals what there is room for, as records behind what waits to be written. How much it was.
    pub(crate) fn seal(&mut self, plaintext: &[u8]) -> usize {
        let taken = plaintext.len().min(self.outbox.room());
        let plaintext = plaintext.get(..taken).unwrap_or_default();
        if plaintext.is_empty() {
            return 0;
        }
        let sealed = self
            .connection
            .send(clock::now(), plaintext, self.outbox.tail());
        self.drain();
        sealed
    }

    /// Whether a record can be sealed without waiting.
    #[cfg(feature = "tokio")]
    pub(crate) fn has_room(&self) -> bool {
        self.outbox.room() >= tessera_wire::record::MAX_PLAINTEXT
    }

    /// Whether so much waits to be written that nothing may be read.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_choked(&self) -> bool {
        self.outbox.len() > crate::limits::BACKLOG
    }

    pub(crate) fn end_of_stream(&mut self) {
        self.connection.handle(clock::now(), Input::EndOfStream);
        self.drain();
    }

    /// Our `close_notify`; before the handshake is done, the alert that cancels it.
    pub(crate) fn close(&mut self) {
        self.connection.handle(clock::now(), Input::Close);
        self.drain();
    }

    pub(crate) fn update_keys(&mut self, request: KeyUpdateRequest) {
        self.connection
            .handle(clock::now(), Input::UpdateKeys(request));
        self.drain();
    }

    /// New keys for both halves. In TLS 1.2 they take a handshake.
    pub(crate) fn rekey(&mut self) {
        let request = KeyUpdateRequest::UpdateRequested;
        let is_old = |facts: &Facts| facts.version == ProtocolVersion::TLS1_2;
        if self.facts().is_some_and(is_old) {
            self.wish(Input::UpdateKeys(request));
        } else {
            self.update_keys(request);
        }
    }

    /// Whether new keys came of it, since this epoch.
    pub(crate) fn has_new_keys(&self, since: u32) -> bool {
        self.facts().is_some_and(|facts| match facts.version {
            ProtocolVersion::TLS1_2 => facts.epoch > since,
            _ => !self.connection.is_closed(),
        })
    }

    /// TLS 1.2: a new session on this connection, where the settings allow it.
    pub(crate) fn renegotiate(&mut self) {
        self.wish(Input::Renegotiate);
    }

    /// Server: the client's certificate, after the handshake.
    pub(crate) fn request_certificate(&mut self) {
        self.wish(Input::RequestCertificate);
    }

    fn wish(&mut self, wish: Input<'_>) {
        self.wishing = true;
        self.connection.handle(clock::now(), wish);
        self.drain();
    }

    /// Whether a wish for a handshake has not been answered yet.
    pub(crate) fn is_wishing(&self) -> bool {
        self.wishing && self.ending.is_none() && !self.connection.peer_closed()
    }

    /// Whether data has to wait for a handshake on this connection.
    pub(crate) fn is_paused(&self) -> bool {
        let connection = &self.connection;
        self.ending.is_none()
            && !connection.is_handshaking()
            && !connection.is_closed()
            && !connection.is_sending()
    }

    /// What came behind the peer's `close_notify`: it belongs to whatever is spoken next.
    pub(crate) fn leftover(&mut self) -> Vec<u8> {
        let mut bytes = self.connection.take_leftover();
        bytes.extend_from_slice(self.inbox.sealed());
        bytes
    }

    /// Whether there is something to read, if only the end.
    pub(crate) fn is_readable(&self) -> bool {
        !self.inbox.plaintext().is_empty() || self.at_end()
    }

    /// Whether the peer has said that it sends no more.
    pub(crate) fn peer_is_done(&self) -> bool {
        self.connection.peer_closed() || self.ending == Some(Ending::Closed)
    }

    /// The same, and everything before that was read.
    fn at_end(&self) -> bool {
        self.inbox.plaintext().is_empty() && self.peer_is_done()
    }

    /// Whether anything is under way that somebody should wait for before letting go.
    pub(crate) fn has_errands(&self) -> bool {
        self.errands.iter().any(Errand::matters_at_the_end)
    }

    /// Whether the handshake waits for an answer.
    pub(crate) fn is_held(&self) -> bool {
        self.connection.is_held()
    }

    pub(crate) fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    /// Why the connection cannot go on, where that is an error.
    pub(crate) fn failure(&self) -> Option<TlsError> {
        let ending = self
            .ending
            .as_ref()
            .filter(|ending| **ending != Ending::Closed)?;
        let facts = self.facts().and_then(|facts| facts.server_name.clone());
        Some(TlsError::Ended {
            side: self.side(),
            server_name: self.name.server_name.clone().or(facts),
            ending: ending.clone(),
        })
    }

    /// Why nothing can be written.
    pub(crate) fn write_failure(&self) -> io::Error {
        self.failure()
            .unwrap_or_else(|| TlsError::WriteAfterClose { side: self.side() })
            .into()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let now = clock::now();
        if self.facts().is_some()
            && let Some(mut errand) = self.services.closed(&self.occasion(now))
        {
            // Begun, and left to whoever runs the register: nobody can wait here.
            let _ = errand.poll(&mut Context::from_waker(Waker::noop()), |_, _, _| {
                Box::pin(std::future::pending())
            });
        }
        if let Some(observer) = self.services.observer() {
            let closed = Closed {
                side: self.side(),
                ending: self.ending.as_ref(),
                traffic: self.traffic,
            };
            observer.closed(self.name.id, now, &closed);
        }
    }
}
