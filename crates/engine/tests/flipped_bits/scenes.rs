//! Whole connections of both versions, and where a bit of them is flipped.

use std::collections::BTreeSet;
use std::time::Duration;
use tessera_engine::{Facts, Input};
use tessera_session::{ClientAuthMode, Side, TicketId};
use tessera_testkit::{End, KeyType, Link, Pair, World, after};
use tessera_wire::codepoint::{KeyUpdateRequest, NamedGroup};

/// A connection: how it is set up, and what its applications do once it is.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pair: fn() -> Pair,
    /// The client offers a session.
    pub(crate) resumes: bool,
    /// Every bit of its hellos is tried.
    pub(crate) closely_watched: bool,
    acts: &'static [(Side, Act)],
}

/// What an application does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Renegotiate,
    UpdateKeys,
    RequestCertificate,
}

const fn scene(name: &'static str, pair: fn() -> Pair) -> Scene {
    Scene {
        name,
        pair,
        resumes: false,
        closely_watched: false,
        acts: &[],
    }
}

impl Scene {
    const fn resumes(self) -> Self {
        Self {
            resumes: true,
            ..self
        }
    }

    const fn closely_watched(self) -> Self {
        Self {
            closely_watched: true,
            ..self
        }
    }

    const fn acts(self, acts: &'static [(Side, Act)]) -> Self {
        Self { acts, ..self }
    }
}

/// All of them.
pub(crate) const SCENES: &[Scene] = &[
    scene("full", Pair::tls13),
    scene("resumed", Pair::tls13).resumes(),
    scene("resumed once and for all", single_use)
        .resumes()
        .closely_watched(),
    scene("retried", || retried(Pair::tls13())),
    scene("retried and resumed", || retried(single_use())).resumes(),
    scene("client authentication", || authenticated(Pair::tls13())),
    scene("client authentication, resumed", || {
        authenticated(Pair::tls13())
    })
    .resumes(),
    scene("asked later", || {
        Pair::tls13().client_certificate(KeyType::Ed25519)
    })
    .acts(&[(Side::Server, Act::RequestCertificate)]),
    scene("new keys", Pair::tls13).acts(&[
        (Side::Client, Act::UpdateKeys),
        (Side::Server, Act::UpdateKeys),
    ]),
    scene("TLS 1.2, full", Pair::tls12),
    scene("TLS 1.2, a server of both versions", || {
        let mut pair = Pair::tls12().both_versions();
        pair.client.versions.remove(0);
        pair
    }),
    scene("TLS 1.2, by session ID", || Pair::tls12().session_ids()).resumes(),
    scene("TLS 1.2, by ticket", Pair::tls12)
        .resumes()
        .closely_watched(),
    scene("TLS 1.2, client authentication", || {
        authenticated(Pair::tls12())
    }),
    scene("TLS 1.2, renegotiated by the client", || {
        Pair::tls12().renegotiation()
    })
    .acts(&[(Side::Client, Act::Renegotiate)]),
    scene("TLS 1.2, renegotiated by the server, abbreviated", || {
        Pair::tls12().renegotiation().session_ids()
    })
    .acts(&[(Side::Server, Act::UpdateKeys)]),
    scene("TLS 1.2, asked in a renegotiation", || {
        let pair = Pair::tls12().renegotiation();
        pair.client_certificate(KeyType::Ed25519)
    })
    .acts(&[(Side::Server, Act::RequestCertificate)]),
];

fn single_use() -> Pair {
    Pair::tls13().stored().single_use()
}

fn retried(mut pair: Pair) -> Pair {
    pair.client.groups = vec![NamedGroup::SECP256R1, NamedGroup::X25519];
    pair.server.groups = vec![NamedGroup::X25519];
    pair
}

fn authenticated(pair: Pair) -> Pair {
    pair.client_auth(ClientAuthMode::Require)
        .client_certificate(KeyType::Ed25519)
}

/// A bit of what passes, counted from the first byte, whoever sends it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flip {
    pub(crate) byte: usize,
    pub(crate) bit: u8,
}

/// A scene as it was played.
pub(crate) struct Played {
    pub(crate) pair: Pair,
    pub(crate) link: Link,
    /// What the stores had before.
    pub(crate) before: Stores,
    /// What was offered.
    pub(crate) offered: Option<TicketId>,
    /// What passed, as it was sent: whose it was, and the bytes.
    pub(crate) passed: Vec<(Side, Vec<u8>)>,
    /// What each end knew when it had completed a handshake, in their order. The client's, the server's.
    pub(crate) truths: [Vec<Truth>; 2],
}

/// What an end knows of a handshake that it has completed.
pub(crate) struct Truth {
    pub(crate) facts: Facts,
    /// A secret that is bound to the handshake; none where the connection has failed meanwhile.
    pub(crate) exported: Option<[u8; 32]>,
    /// How many bytes had passed.
    pub(crate) passed: usize,
}

/// What the applications say: at first, and at last.
pub(crate) const FROM_CLIENT: [&[u8]; 2] = [b"what the client says", b", and its last word"];
pub(crate) const FROM_SERVER: [&[u8]; 2] = [b"what the server says", b", and its last word"];

impl Scene {
    /// Plays it, with one bit flipped or none. Equal flips make equal connections.
    pub(crate) fn play(&self, flip: Option<Flip>) -> Played {
        let mut pair = (self.pair)().seed(5).tickets(1);
        if self.resumes {
            pair.connect();
            pair.wait(Duration::from_secs(1));
        }
        let offered = pair.world.draw();
        assert_eq!(offered.is_some(), self.resumes, "{}", self.name);
        let before = Stores::of(&pair.world);
        let ticket = offered
            .as_ref()
            .map(|offered| TicketId::of_wire(&offered.ticket));
        let mut played = Played {
            link: pair.link(offered),
            pair,
            before,
            offered: ticket,
            passed: Vec::new(),
            truths: [Vec::new(), Vec::new()],
        };
        played.settle(flip);
        played.say(0, flip);
        for (side, act) in self.acts {
            played.act(*side, *act, flip);
        }
        played.say(1, flip);
        for side in [Side::Client, Side::Server] {
            played.give(side, Input::Close);
            played.settle(flip);
        }
        for side in [Side::Client, Side::Server] {
            played.give(side, Input::EndOfStream);
        }
        played
    }
}

/// The names of everything that is kept.
pub(crate) struct Stores {
    /// The server's sessions.
    pub(crate) sessions: BTreeSet<TicketId>,
    /// The tickets it knows to be used up.
    pub(crate) spent: BTreeSet<TicketId>,
    /// The client's.
    pub(crate) wallet: BTreeSet<TicketId>,
}

impl Stores {
    pub(crate) fn of(world: &World) -> Self {
        let wallet = world.wallet.iter();
        Self {
            sessions: world.sessions.keys().copied().collect(),
            spent: world.spent.keys().copied().collect(),
            wallet: wallet.map(|kept| TicketId::of_wire(&kept.ticket)).collect(),
        }
    }
}

impl Played {
    pub(crate) const fn end(&self, side: Side) -> &End {
        match side {
            Side::Client => &self.link.client,
            Side::Server => &self.link.server,
        }
    }

    fn give(&mut self, side: Side, input: Input<'_>) {
        let end = match side {
            Side::Client => &mut self.link.client,
            Side::Server => &mut self.link.server,
        };
        end.handle(self.link.now, input, &mut self.pair.world);
    }

    fn say(&mut self, turn: usize, flip: Option<Flip>) {
        self.give(Side::Client, Input::Plaintext(FROM_CLIENT[turn]));
        self.give(Side::Server, Input::Plaintext(FROM_SERVER[turn]));
        self.settle(flip);
    }

    fn act(&mut self, side: Side, act: Act, flip: Option<Flip>) {
        let input = match act {
            Act::Renegotiate => Input::Renegotiate,
            Act::UpdateKeys => Input::UpdateKeys(KeyUpdateRequest::UpdateRequested),
            Act::RequestCertificate => Input::RequestCertificate,
        };
        self.give(side, input);
        self.settle(flip);
        self.link.now = self.link.now.plus(after::seconds(1));
    }

    /// Hands over what was said, one end after the other, until both are quiet.
    fn settle(&mut self, flip: Option<Flip>) {
        let now = self.link.now;
        self.link.client.collect(now, &mut self.pair.world);
        self.link.server.collect(now, &mut self.pair.world);
        let mut side = Side::Client;
        let mut quiet = 0;
        while quiet < 2 {
            let (from, to) = match side {
                Side::Client => (&mut self.link.client, Side::Server),
                Side::Server => (&mut self.link.server, Side::Client),
            };
            let sent = std::mem::take(&mut from.outbox);
            quiet = if sent.is_empty() { quiet + 1 } else { 0 };
            let mut arrives = sent.clone();
            let before = self.bytes_passed();
            if let Some(Flip { byte, bit }) = flip
                && let Some(at) = byte.checked_sub(before)
                && let Some(byte) = arrives.get_mut(at)
            {
                *byte ^= 1 << bit;
            }
            if !sent.is_empty() {
                self.passed.push((side, sent));
                self.give(to, Input::Ciphertext(&arrives));
            }
            side = to;
            self.note_truths();
        }
    }

    /// How many bytes have passed.
    pub(crate) fn bytes_passed(&self) -> usize {
        self.passed.iter().map(|(_, bytes)| bytes.len()).sum()
    }

    fn note_truths(&mut self) {
        let passed = self.bytes_passed();
        let ends = [&self.link.client, &self.link.server];
        for (end, truths) in ends.into_iter().zip(&mut self.truths) {
            let Some(facts) = end.connection.facts() else {
                continue;
            };
            if truths
                .last()
                .is_none_or(|last| last.facts.epoch != facts.epoch)
            {
                let mut secret = [0; 32];
                let exporter = (b"EXPORTER-test", b"context");
                let there = end.connection.export_keying_material(
                    exporter.0,
                    Some(exporter.1),
                    &mut secret,
                );
                truths.push(Truth {
                    facts: facts.clone(),
                    exported: there.expect("32 bytes").then_some(secret),
                    passed,
                });
            }
        }
    }
}
