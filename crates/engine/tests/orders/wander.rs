//! Long walks that turn at random, the same at every run: data and wishes at any time, messages packed into records
//! and pieces in any way, what may be said at any time said now and then, and in the end something that may not.

use crate::letters::{Letter, Outcome, Samples, letters};
use crate::names::Version;
use crate::scenes::{Act, Scene};
use crate::walk::{Stage, Walk};
use crate::{check, ends_well, samples, scenes};
use tessera_crypto::Entropy;
use tessera_session::Side;
use tessera_testkit::tap::Content;
use tessera_wire::codepoint::{ContentType, HandshakeType};

/// Turns before a walk comes to its end.
const TURNS: usize = 40;

struct Dice(Entropy);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        let drawn = u32::from_be_bytes(self.0.public_array());
        usize::try_from(drawn).unwrap_or_default() % bound.max(1)
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// One walk. Whether it came to something that may not be said.
fn wander(scene: &'static Scene, letters: &[Letter], dice: &mut Dice) -> bool {
    let mut stage = Stage::new(scene);
    let subject = *dice.pick(&[Side::Client, Side::Server]);
    let mut walk = stage.walk(subject);
    walk.acts.clear();
    walk.chunk = *dice.pick(&[usize::MAX, 1000, 100, 7, 1]);
    let mut counted = 0;
    for _ in 0..TURNS {
        match dice.below(50) {
            0..=29 => hear_some(&mut walk, dice),
            30..=39 => {
                let side = *dice.pick(&[Side::Client, Side::Server]);
                walk.act(side, *dice.pick(acts(scene.version)));
            }
            40..=47 => {
                let letter = dice.pick(letters);
                let outcome = letter.outcome(&mut walk, scene.version);
                let affordable = !letter.is_counted() || counted < 2;
                // The other end would not know of new keys of its own, nor of a handshake it asked for.
                let knows = !["KeyUpdate", "HelloRequest"].contains(&letter.name);
                if outcome == Some(Outcome::Borne) && affordable && knows {
                    counted += usize::from(letter.is_counted());
                    letter.say(&mut walk, Outcome::Borne);
                }
            }
            _ => {
                let letter = dice.pick(letters);
                let outcome = letter.outcome(&mut walk, scene.version);
                if let Some(outcome) = outcome.filter(|o| *o != Outcome::Borne) {
                    check(&mut walk, letter, outcome);
                    return true;
                }
            }
        }
        assert_eq!(walk.subject().ending, None);
        assert_eq!(walk.peer().ending, None);
    }
    ends_well(&mut walk);
    false
}

const fn acts(version: Version) -> &'static [Act] {
    match version {
        Version::Tls13 => &[
            Act::Say,
            Act::Say,
            Act::UpdateKeys,
            Act::UpdateAllKeys,
            Act::RequestCertificate,
        ],
        Version::Tls12 => &[
            Act::Say,
            Act::Say,
            Act::Renegotiate,
            Act::UpdateKeys,
            Act::RequestCertificate,
        ],
    }
}

/// The next that waits, or the next few messages in one piece.
fn hear_some(walk: &mut Walk<'_>, dice: &mut Dice) {
    let Some(first) = walk.waiting.front() else {
        return;
    };
    if first.content_type != ContentType::HANDSHAKE || dice.one_in(2) {
        walk.step();
        return;
    }
    let mut messages = Vec::new();
    for _ in 0..=dice.below(4) {
        let is_message = |c: &Content| c.content_type == ContentType::HANDSHAKE;
        if !walk.waiting.front().is_some_and(is_message) {
            break;
        }
        let Some(message) = walk.waiting.pop_front() else {
            break;
        };
        let last = changes_keys(&message);
        messages.push(message);
        if last {
            break;
        }
    }
    let longest = *dice.pick(&[1 << 14, 100, 4, 1]);
    walk.hear_packed(&messages, longest);
}

/// Behind these a record ends.
fn changes_keys(message: &Content) -> bool {
    matches!(
        message.msg_type(),
        Some(
            HandshakeType::CLIENT_HELLO
                | HandshakeType::SERVER_HELLO
                | HandshakeType::FINISHED
                | HandshakeType::KEY_UPDATE
        )
    )
}

/// So many walks through scenes at random. How many came to something that may not be said.
fn walks(version: Version, foreign: Version, number: u32) -> usize {
    let (own, foreign): (Samples, Samples) = (samples(version), samples(foreign));
    let letters = letters(version, &own, &foreign);
    let scenes: Vec<&Scene> = scenes(version).collect();
    let of_seed = |number: u32| {
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        let mut dice = Dice(Entropy::from_seed(seed));
        let scene = dice.pick(&scenes);
        wander(scene, &letters, &mut dice)
    };
    (0..number).filter(|number| of_seed(*number)).count()
}

#[test]
fn random_walks_of_tls13_go_where_they_may_and_no_further() {
    let stopped = walks(Version::Tls13, Version::Tls12, 500);
    assert!((250..450).contains(&stopped), "{stopped}");
}

#[test]
fn random_walks_of_tls12_go_where_they_may_and_no_further() {
    let stopped = walks(Version::Tls12, Version::Tls13, 500);
    assert!((250..450).contains(&stopped), "{stopped}");
}
