//! One bit flipped anywhere: never two truths, never a panic, at most one alert a side, and nothing in a store but what
//! is documented. Whole connections of both versions, from the first ClientHello to the last close_notify.

mod promises;
mod scenes;

use scenes::{Flip, Played, SCENES, Scene};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tessera_engine::Ending;
use tessera_wire::codepoint::ProtocolVersion;
use tessera_wire::record::HEADER_LEN;

fn calm(scene: &Scene) -> Played {
    let calm = scene.play(None);
    calm.link.agreed();
    for end in [&calm.link.client, &calm.link.server] {
        assert_eq!(end.ending, Some(Ending::Closed), "{}", scene.name);
    }
    calm
}

fn flipped(scene: &Scene, calm: &Played, flip: Flip) {
    let held = catch_unwind(AssertUnwindSafe(|| {
        let mut played = scene.play(Some(flip));
        promises::hold(calm, &played, flip);
        // The next connection is well, resumed or not.
        assert!(played.pair.connect().kind().is_some());
    }));
    assert!(held.is_ok(), "{}: {flip:?}", scene.name);
}

/// One bit of every byte that is not protected, and of every header; of protected bytes, one in sixteen. From byte to byte
/// another bit. How many.
fn one_bit_of_most_bytes(version: ProtocolVersion) -> usize {
    let mut flips = 0;
    for scene in SCENES {
        let calm = calm(scene);
        if calm.truths[0][0].facts.version != version {
            continue;
        }
        for byte in 0..calm.bytes_passed() {
            let record = promises::record_of(&calm, byte).expect("every byte is in a record");
            if record.clear || record.offset < HEADER_LEN || byte % 16 == 0 {
                let bit = u8::try_from(byte * 5 % 8).expect("below eight");
                flipped(scene, &calm, Flip { byte, bit });
                flips += 1;
            }
        }
    }
    flips
}

#[test]
fn one_flipped_bit_of_tls13_never_makes_two_truths() {
    let flips = one_bit_of_most_bytes(ProtocolVersion::TLS1_3);
    assert!(flips > 6000, "{flips}");
}

#[test]
fn one_flipped_bit_of_tls12_never_makes_two_truths() {
    let flips = one_bit_of_most_bytes(ProtocolVersion::TLS1_2);
    assert!(flips > 6000, "{flips}");
}

#[test]
fn every_bit_of_the_hellos_counts() {
    let mut flips = 0;
    for scene in SCENES.iter().filter(|scene| scene.closely_watched) {
        let calm = calm(scene);
        let hellos = calm.passed[0].1.len() + promises::first_record(&calm.passed[1].1);
        for byte in 0..hellos {
            for bit in 0..8 {
                flipped(scene, &calm, Flip { byte, bit });
                flips += 1;
            }
        }
    }
    assert!(flips > 5000, "{flips}");
}
