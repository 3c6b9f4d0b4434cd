//! Two ends and the wire between them.

use crate::tap::Content;
use crate::{End, Tap, World};
use tessera_engine::{Ending, Facts, Input, Kind};
use tessera_session::{Refusal, Side, Timestamp};

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// A client and a server, connected.
pub struct Link {
    /// The client's end.
    pub client: End,
    /// The server's end.
    pub server: End,
    /// The time at both ends.
    pub now: Timestamp,
    /// Bytes are handed over in pieces of at most this size.
    pub chunk: usize,
}

impl Link {
    /// Hands bytes over in both directions until both ends are quiet.
    pub fn run(&mut self, world: &mut World) {
        self.run_through(world, |_, _| {});
    }

    /// As [`Link::run`], with someone in the middle who may change what passes.
    pub fn run_through(
        &mut self,
        world: &mut World,
        mut middle: impl FnMut(Direction, &mut Vec<u8>),
    ) {
        self.client.collect(self.now, world);
        self.server.collect(self.now, world);
        loop {
            let mut to_server = std::mem::take(&mut self.client.outbox);
            let mut to_client = std::mem::take(&mut self.server.outbox);
            if to_server.is_empty() && to_client.is_empty() {
                return;
            }
            if !to_server.is_empty() {
                middle(Direction::ToServer, &mut to_server);
            }
            if !to_client.is_empty() {
                middle(Direction::ToClient, &mut to_client);
            }
            for piece in to_server.chunks(self.chunk.max(1)) {
                self.server
                    .handle(self.now, Input::Ciphertext(piece), world);
            }
            for piece in to_client.chunks(self.chunk.max(1)) {
                self.client
                    .handle(self.now, Input::Ciphertext(piece), world);
            }
        }
    }

    /// As [`Link::run_through`], with someone in the middle who has the keys of both ends, and to whom everything is
    /// handed over message by message as it was before it was protected.
    pub fn run_tapped(
        &mut self,
        world: &mut World,
        tap: &mut Tap,
        mut middle: impl FnMut(Side, &mut Vec<Content>),
    ) {
        let now = self.now;
        loop {
            self.client.collect(now, world);
            self.server.collect(now, world);
            let to_server = std::mem::take(&mut self.client.outbox);
            let to_client = std::mem::take(&mut self.server.outbox);
            if to_server.is_empty() && to_client.is_empty() {
                return;
            }
            for (sender, bytes) in [(Side::Client, to_server), (Side::Server, to_client)] {
                let (from, to) = match sender {
                    Side::Client => (&self.client, &mut self.server),
                    Side::Server => (&self.server, &mut self.client),
                };
                let mut said = tap.read(sender, &bytes, &from.key_log);
                middle(sender, &mut said);
                for content in said {
                    let record = tap.write(sender, &content, &from.key_log);
                    for piece in record.chunks(self.chunk.max(1)) {
                        to.handle(now, Input::Ciphertext(piece), world);
                    }
                }
            }
        }
    }

    /// The client's application sends, and everything settles.
    pub fn client_says(&mut self, bytes: &[u8], world: &mut World) {
        self.client.handle(self.now, Input::Plaintext(bytes), world);
        self.run(world);
    }

    /// The server's application sends, and everything settles.
    pub fn server_says(&mut self, bytes: &[u8], world: &mut World) {
        self.server.handle(self.now, Input::Plaintext(bytes), world);
        self.run(world);
    }

    /// Both ends close.
    pub fn close(&mut self, world: &mut World) {
        self.client.handle(self.now, Input::Close, world);
        self.server.handle(self.now, Input::Close, world);
        self.run(world);
    }

    /// The server's facts, if the handshake was completed.
    pub fn facts(&self) -> Option<&Facts> {
        self.server.connection.facts()
    }

    /// How the session came to the connection, where both ends say the same.
    pub fn kind(&self) -> Option<Kind> {
        let client = self.client.connection.facts()?.kind;
        (self.facts()?.kind == client).then_some(client)
    }

    /// Why the server did not resume.
    pub fn refusal(&self) -> Option<Refusal> {
        self.facts().and_then(|facts| facts.refusal)
    }

    /// What the client and the server know of the connection. Both have completed the handshake.
    ///
    /// # Panics
    /// When they have not, or do not agree.
    pub fn agreed(&self) -> (Facts, Facts) {
        let of = |end: &End| end.connection.facts().expect("established").clone();
        let (client, server) = (of(&self.client), of(&self.server));
        assert_eq!(client.version, server.version);
        assert_eq!(client.kind, server.kind);
        assert_eq!(client.epoch, server.epoch);
        assert_eq!(client.keys_fingerprint, server.keys_fingerprint);
        assert_eq!(client.session.id, server.session.id);
        assert_eq!(client.session.lineage, server.session.lineage);
        (client, server)
    }

    /// How both came to be connected, and whether a session was resumed.
    ///
    /// # Panics
    /// As [`Link::agreed`].
    pub fn how(&self) -> (Kind, bool) {
        let (_, facts) = self.agreed();
        (facts.kind, facts.resumed)
    }

    /// How the client's end ended.
    pub fn client_ending(&self) -> Option<&Ending> {
        self.client.ending.as_ref()
    }

    /// How the server's end ended.
    pub fn server_ending(&self) -> Option<&Ending> {
        self.server.ending.as_ref()
    }
}
