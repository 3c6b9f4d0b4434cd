//! Two ends, someone between them, and what holds whatever is done there.

use std::time::Duration;

use tessera_crypto::Secret;
use tessera_engine::{Event, Facts, Input, KeyLog};
use tessera_session::{ClientAuthMode, Side};
use tessera_wire::codepoint::{CipherSuite, KeyUpdateRequest, NamedGroup, ProtocolVersion};

use super::edited_records::{record, records};
use crate::{Direction, End, KeyType, Link, Pair, World};

/// Someone in the middle: takes what one end sent and gives what arrives at the other.
pub(super) trait Middle {
    /// Whether it has the keys: then it could spoil a ticket, and needs to see each end after each record.
    const HAS_KEYS: bool;

    fn pass(&mut self, direction: Direction, sent: &[u8], from: &End, to: &End) -> Vec<u8>;
}

/// What someone in the middle may know before the first byte.
pub(super) struct Scene<'a> {
    pub(super) world: &'a World,
    /// The secret of the session that is offered.
    pub(super) psk: Option<Secret>,
}

/// Which connection it is.
#[derive(Clone, Copy)]
pub(super) struct Setting(pub(super) u8);

impl Setting {
    pub(super) const RESUMED: u8 = 1;
    /// TLS 1.3: behind a HelloRetryRequest. TLS 1.2: sessions go by their IDs.
    pub(super) const RETRIED: u8 = 1 << 1;
    pub(super) const CLIENT_AUTH: u8 = 1 << 2;
    pub(super) const STORED: u8 = 1 << 3;
    pub(super) const TLS12: u8 = 1 << 4;
    /// TLS 1.3: the client is asked who it is behind the handshake. TLS 1.2: both ends renegotiate.
    pub(super) const AFTERWARDS: u8 = 1 << 5;

    const fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    pub(super) const fn version(self) -> ProtocolVersion {
        if self.has(Self::TLS12) {
            ProtocolVersion::TLS1_2
        } else {
            ProtocolVersion::TLS1_3
        }
    }

    fn pair(self) -> Pair {
        let mut pair = match self.has(Self::TLS12) {
            true => Pair::tls12(),
            false => Pair::tls13(),
        };
        // One suite, so that whoever reads the key log knows it.
        pair.client.cipher_suites = vec![
            CipherSuite::TLS_AES_128_GCM_SHA256,
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        ];
        pair.client.key_log = KeyLog::Emit;
        pair.server.key_log = KeyLog::Emit;
        if self.has(Self::RETRIED) {
            pair.client.groups = vec![NamedGroup::SECP256R1, NamedGroup::X25519];
            pair.server.groups = vec![NamedGroup::X25519];
            pair = pair.session_ids();
        }
        if self.has(Self::CLIENT_AUTH) {
            pair = pair.client_auth(ClientAuthMode::Require);
        }
        if self.has(Self::CLIENT_AUTH | Self::AFTERWARDS) {
            pair = pair.client_certificate(KeyType::Ed25519);
        }
        if self.has(Self::STORED) {
            pair = pair.stored();
            pair.server.single_use = !self.has(Self::TLS12);
        }
        if self.has(Self::AFTERWARDS) {
            pair = pair.renegotiation();
        }
        pair.chunk = [usize::MAX, 100, 7, 1][usize::from(self.0 >> 6)];
        pair
    }
}

/// What the applications say.
const FROM_CLIENT: &[u8] = b"what the client says";
const FROM_SERVER: &[u8] = b"and what the server answers";

/// No exchange takes more turns until both ends are quiet.
const TURNS: usize = 64;
/// What one end may hold on to: a few of the longest messages there are.
const BUFFERS: usize = 1 << 19;

/// Plays a whole connection through someone in the middle: handshake, data both ways, what comes afterwards, new keys,
/// close. Where there is a store, an undisturbed one follows.
pub(super) fn play<M: Middle>(setting: Setting, meet: impl FnOnce(Scene<'_>) -> M) -> (Link, M) {
    let mut pair = setting.pair();
    if setting.has(Setting::RESUMED) {
        pair.connect();
        pair.wait(Duration::from_secs(1));
    }
    let offered = pair.world.wallet.pop();
    let mut middle = meet(Scene {
        world: &pair.world,
        psk: offered
            .as_ref()
            .map(|offered| offered.session.secret.secret().clone()),
    });
    let mut link = pair.link(offered);
    let now = link.now;
    settle(&mut link, &mut pair, &mut middle);

    for act in setting.acts() {
        let end = match act.side {
            Side::Client => &mut link.client,
            Side::Server => &mut link.server,
        };
        end.handle(now, act.input, &mut pair.world);
        if act.settles {
            settle(&mut link, &mut pair, &mut middle);
        }
    }
    for end in [&mut link.client, &mut link.server] {
        end.handle(now, Input::EndOfStream, &mut pair.world);
    }

    check(&mut link, &mut pair);
    // What a connection leaves behind is in the server's store.
    if setting.has(Setting::STORED) {
        let next = match M::HAS_KEYS {
            true => pair.connect_with(None),
            false => pair.connect(),
        };
        assert!(next.kind().is_some(), "the next connection is not well");
    }
    (link, middle)
}

/// What an application does with a connection, and whether everything is handed over before the next.
struct Act {
    side: Side,
    input: Input<'static>,
    settles: bool,
}

impl Setting {
    /// Both say something at once; what comes afterwards; new keys, more to say, close.
    fn acts(self) -> Vec<Act> {
        let act = |side, input, settles| Act {
            side,
            input,
            settles,
        };
        let mut acts = vec![
            act(Side::Client, Input::Plaintext(FROM_CLIENT), false),
            act(Side::Server, Input::Plaintext(FROM_SERVER), true),
        ];
        if self.has(Self::AFTERWARDS) {
            acts.push(act(Side::Server, Input::RequestCertificate, true));
            acts.push(act(Side::Client, Input::Renegotiate, true));
        }
        let update = Input::UpdateKeys(KeyUpdateRequest::UpdateRequested);
        acts.extend([
            act(Side::Client, update, true),
            act(Side::Client, Input::Close, true),
            act(Side::Server, Input::Close, true),
        ]);
        acts
    }
}

/// Hands bytes over until both ends are quiet.
fn settle<M: Middle>(link: &mut Link, pair: &mut Pair, middle: &mut M) {
    for _ in 0..TURNS {
        link.client.collect(link.now, &mut pair.world);
        link.server.collect(link.now, &mut pair.world);
        if link.client.outbox.is_empty() && link.server.outbox.is_empty() {
            return;
        }
        for direction in [Direction::ToServer, Direction::ToClient] {
            let (from, to) = match direction {
                Direction::ToServer => (&mut link.client, &mut link.server),
                Direction::ToClient => (&mut link.server, &mut link.client),
            };
            let sent = std::mem::take(&mut from.outbox);
            for portion in portions::<M>(&sent) {
                let arrives = middle.pass(direction, &portion, from, to);
                for piece in arrives.chunks(pair.chunk) {
                    to.handle(link.now, Input::Ciphertext(piece), &mut pair.world);
                    let buffered = to.connection.buffered();
                    assert!(buffered <= BUFFERS, "{buffered} bytes held");
                }
            }
        }
    }
    panic!("the ends do not become quiet");
}

/// What passes at once: whoever has the keys learns the receiver's next ones record by record.
fn portions<M: Middle>(sent: &[u8]) -> Vec<Vec<u8>> {
    if M::HAS_KEYS {
        let each = |(content_type, fragment)| record(content_type, fragment);
        records(sent).map(each).collect()
    } else {
        vec![sent.to_vec()]
    }
}

/// What holds of each end when everything is over.
fn check(link: &mut Link, pair: &mut Pair) {
    for end in [&mut link.client, &mut link.server] {
        ended_well(end);
        let said = end.events.len();
        end.handle(
            link.now,
            Input::Ciphertext(&[22, 3, 3, 0, 1, 1]),
            &mut pair.world,
        );
        assert!(
            end.outbox.is_empty() && end.events.len() == said,
            "it speaks after its end"
        );
    }
}

/// One end, alone, after its end.
pub(super) fn ended_well(end: &mut End) {
    assert!(end.ending.is_some(), "{:?} has no end", end.side);
    let alerts = end
        .events
        .iter()
        .filter(|event| matches!(event, Event::AlertSent(_)));
    assert!(alerts.count() <= 1, "more than one fatal alert");
    let established = end
        .events
        .iter()
        .filter(|event| matches!(event, Event::Established(_)));
    assert_eq!(established.count(), usize::from(end.is_established()));
    let renegotiated = end
        .events
        .iter()
        .filter(|event| matches!(event, Event::Renegotiated(_)));
    assert_eq!(
        u32::try_from(renegotiated.count()).ok(),
        completed(end).or(Some(0))
    );
    assert!(
        end.delivered.is_empty() || end.is_established(),
        "data before the handshake is done"
    );
    // What came behind close_notify is for whoever speaks next.
    let behind = end.connection.take_leftover().len();
    assert!(behind <= BUFFERS, "{behind} bytes behind the end");
    assert_eq!(end.connection.buffered(), 0, "memory held after the end");
}

/// How many handshakes an end has completed behind the first, if it has completed that.
pub(super) fn completed(end: &End) -> Option<u32> {
    end.connection.facts().map(|facts| facts.epoch)
}

/// Two ends that both completed a handshake had the same one: the latest that both have completed.
pub(super) fn agreed(link: &Link) {
    let (Some(client), Some(server)) = (completed(&link.client), completed(&link.server)) else {
        return;
    };
    let both = client.min(server);
    if let (Some(client), Some(server)) = (of(&link.client, both), of(&link.server, both)) {
        agree(client, server);
    }
}

/// What an end told of this handshake, counted from 0.
fn of(end: &End, epoch: u32) -> Option<&Facts> {
    end.events.iter().find_map(|event| match event {
        Event::Established(facts) | Event::Renegotiated(facts) if facts.epoch == epoch => {
            Some(&**facts)
        }
        _ => None,
    })
}

fn agree(client: &Facts, server: &Facts) {
    assert_eq!(client.keys_fingerprint, server.keys_fingerprint);
    let negotiated = |facts: &Facts| {
        let terms = (
            facts.version,
            facts.cipher_suite,
            facts.group,
            facts.alpn.clone(),
        );
        (
            terms,
            facts.kind,
            facts.retried,
            facts.server_name.clone(),
            facts.session.generation,
        )
    };
    assert_eq!(negotiated(client), negotiated(server));
}

/// What arrived is the beginning of what was said: for those in the middle who have no keys.
pub(super) fn nothing_made_up(link: &Link) {
    assert!(FROM_CLIENT.starts_with(&link.server.delivered));
    assert!(FROM_SERVER.starts_with(&link.client.delivered));
}
