//! Two ends, someone between them, and what holds whatever is done there.

use std::sync::Arc;
use std::time::Duration;

use tessera_engine::{Event, Facts, Input, KeyLog};
use tessera_session::ClientAuthMode;
use tessera_wire::codepoint::{CipherSuite, KeyUpdateRequest, NamedGroup};

use crate::{Direction, End, KeyType, Link, Pair};

/// Someone in the middle: takes what one end sent, with that end's key log so far, and gives what arrives.
pub(super) trait Middle {
    /// Whether it has the keys, and so could spoil a ticket.
    const HAS_KEYS: bool;

    fn pass(&mut self, direction: Direction, sent: Vec<u8>, key_log: &[String]) -> Vec<u8>;
}

/// What the applications say.
const FROM_CLIENT: &[u8] = b"what the client says";
const FROM_SERVER: &[u8] = b"and what the server answers";

/// No exchange takes more turns until both ends are quiet.
const TURNS: usize = 64;
/// What one end may hold on to: a few of the longest messages there are.
const BUFFERS: usize = 1 << 19;

/// Plays a whole connection through `middle`: handshake, data both ways, new keys, close. Afterwards, an undisturbed
/// one.
pub(super) fn play<M: Middle>(setting: u8, middle: &mut M) -> Link {
    let mut pair = pair(setting);
    if setting & RESUMED != 0 {
        pair.connect();
        pair.wait(Duration::from_secs(1));
    }
    let offered = pair.world.wallet.pop();
    let mut link = pair.link(offered);
    let now = link.now;
    settle(&mut link, &mut pair, middle);

    link.client
        .handle(now, Input::Plaintext(FROM_CLIENT), &mut pair.world);
    link.server
        .handle(now, Input::Plaintext(FROM_SERVER), &mut pair.world);
    settle(&mut link, &mut pair, middle);
    let update = Input::UpdateKeys(KeyUpdateRequest::UpdateRequested);
    link.client.handle(now, update, &mut pair.world);
    settle(&mut link, &mut pair, middle);
    link.client.handle(now, Input::Close, &mut pair.world);
    settle(&mut link, &mut pair, middle);
    link.server.handle(now, Input::Close, &mut pair.world);
    settle(&mut link, &mut pair, middle);
    for end in [&mut link.client, &mut link.server] {
        end.handle(now, Input::EndOfStream, &mut pair.world);
    }

    check(&mut link, &mut pair);
    let next = match M::HAS_KEYS {
        true => pair.connect_with(None),
        false => pair.connect(),
    };
    assert!(next.kind().is_some(), "the next connection is not well");
    link
}

const RESUMED: u8 = 1;
const RETRIED: u8 = 1 << 1;
const CLIENT_AUTH: u8 = 1 << 2;
const STORED: u8 = 1 << 3;

fn pair(setting: u8) -> Pair {
    let mut pair = Pair::tls13();
    // One suite, so that whoever reads the key log knows it.
    pair.client.cipher_suites = vec![CipherSuite::TLS_AES_128_GCM_SHA256];
    pair.client.key_log = KeyLog::Emit;
    pair.server.key_log = KeyLog::Emit;
    if setting & RETRIED != 0 {
        pair.client.groups = vec![NamedGroup::SECP256R1, NamedGroup::X25519];
        pair.server.groups = vec![NamedGroup::X25519];
    }
    if setting & CLIENT_AUTH != 0 {
        pair = pair
            .client_auth(ClientAuthMode::Require)
            .client_certificate(KeyType::Ed25519);
    }
    if setting & STORED != 0 {
        pair = pair.stored().single_use();
        pair.server.vault = Some(Arc::clone(&pair.world.vault));
    }
    pair.chunk = [usize::MAX, 100, 7, 1][usize::from(setting >> 6)];
    pair
}

/// Hands bytes over until both ends are quiet.
fn settle(link: &mut Link, pair: &mut Pair, middle: &mut impl Middle) {
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
            if sent.is_empty() {
                continue;
            }
            let arrives = middle.pass(direction, sent, &from.key_log);
            for piece in arrives.chunks(pair.chunk) {
                to.handle(link.now, Input::Ciphertext(piece), &mut pair.world);
                let buffered = to.connection.buffered();
                assert!(buffered <= BUFFERS, "{buffered} bytes held");
            }
        }
    }
    panic!("the ends do not become quiet");
}

/// What holds when everything is over.
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
    if let (Some(client), Some(server)) = (
        link.client.connection.facts(),
        link.server.connection.facts(),
    ) {
        agree(client, server);
    }
}

/// One end, alone, after its end.
pub(super) fn ended_well(end: &End) {
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
    assert!(
        end.delivered.is_empty() || end.is_established(),
        "data before the handshake is done"
    );
    assert_eq!(end.connection.buffered(), 0, "memory held after the end");
}

/// Two ends that both completed the handshake had the same one.
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
