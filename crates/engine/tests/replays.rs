//! The files of `replays/`: the same seed, times and inputs give the same bytes, today as on the day they were
//! recorded.
//!
//! `UPDATE_REPLAYS=1 cargo test -p tessera-engine --test replays` records them again. What then differs is what a
//! change did to the wire, and belongs into the review of that change.

#[path = "replays/recordings.rs"]
mod recordings;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::{env, fs};

use recordings::{ALL, Recording};
use tessera_testkit::replay::{Act, Given, Part, Replay};

const REMEDY: &str = "UPDATE_REPLAYS=1 cargo test -p tessera-engine --test replays";

/// The largest file that may be committed.
const LARGEST: usize = 100_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replays")
}

fn path(name: &str) -> PathBuf {
    folder().join(name).with_extension("replay")
}

/// A file as it is, or with `UPDATE_REPLAYS` as it has just been recorded, whichever test comes first.
fn text(name: &str) -> String {
    static UPDATE: Once = Once::new();
    if env::var_os("UPDATE_REPLAYS").is_some() {
        UPDATE.call_once(|| {
            for (name, record) in ALL {
                fs::write(path(name), record().finish().to_string()).expect("it can be written");
            }
        });
    }
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}: {REMEDY}"))
}

fn read(name: &str) -> Replay {
    Replay::parse(&text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The files that are there.
fn names() -> BTreeSet<String> {
    let entries = fs::read_dir(folder()).expect("the folder of this file");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let replays = paths.filter(|path| {
        path.extension()
            .is_some_and(|extension| extension == "replay")
    });
    let stem = |path: PathBuf| {
        path.file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned()
    };
    replays.map(stem).collect()
}

#[test]
fn every_replay_gives_the_same_outputs_again() {
    let differs = |(name, _): &Recording| {
        let difference = read(name).run().err()?;
        Some(format!("{name}: {difference}"))
    };
    let differences: Vec<String> = ALL.iter().filter_map(differs).collect();
    assert!(differences.is_empty(), "{differences:#?}\n{REMEDY}");
}

#[test]
fn every_file_is_what_is_recorded_and_is_small() {
    // RFC 9846 §4 (1): the order of everything that goes out.
    for (name, record) in ALL {
        let text = text(name);
        let recorded = record().finish().to_string();
        assert!(text == recorded, "{name} is another recording: {REMEDY}");
        assert!(text.len() < LARGEST, "{name} has {} bytes", text.len());
    }
    let recorded = ALL.iter().map(|(name, _)| (*name).to_owned());
    assert_eq!(names(), recorded.collect(), "a file for each recording");
}

#[test]
fn a_bit_changed_in_what_a_server_is_given_is_noticed_at_that_step() {
    let mut replay = read("tls13_full");
    let step = replay
        .steps
        .iter()
        .position(|step| matches!(&step.act, Act::Give(_, Given::Ciphertext(_))));
    let step = step.expect("a ClientHello");
    let Act::Give(_, Given::Ciphertext(bytes)) = &mut replay.steps[step].act else {
        panic!("it was found as one");
    };
    // In the ClientHello's random: the server does as before, and writes another transcript's signature.
    bytes[20] ^= 1;
    let difference = replay.run().expect_err("it is not the same");
    assert_eq!((difference.step, difference.part), (step + 1, Part::Sent));
    assert_eq!(difference.act, "server ciphertext");
    let text = difference.to_string();
    assert!(
        text.contains(&format!("line {}", difference.line)),
        "{text}"
    );
}

#[test]
fn a_digit_changed_in_any_outcome_is_noticed_with_its_line() {
    let text = text("tls12_full");
    let sent = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with("> sent "));
    for (at, line) in sent {
        let other = if line.ends_with('0') { "1" } else { "0" };
        let changed = format!("{}{other}", &line[..line.len() - 1]);
        let replay = Replay::parse(&text.replace(line, &changed)).expect("still a replay");
        let difference = replay.run().expect_err("it is not the same");
        assert_eq!(difference.part, Part::Sent);
        let lines = text.lines().take(difference.line);
        assert!(lines.last().expect("a step").starts_with("at "));
        assert!(difference.line <= at, "the step stands above its outcome");
        assert!(
            text.lines()
                .take(at)
                .skip(difference.line)
                .all(|line| !line.starts_with("at "))
        );
    }
}

#[test]
fn what_was_not_told_before_is_noticed() {
    let mut replay = read("tls12_renegotiation_refused");
    let told = replay.steps.iter_mut().find_map(|step| {
        let told = &mut step.outcome.told;
        told.iter()
            .position(|word| word == "RenegotiationRefused")
            .map(|at| told.remove(at))
    });
    assert!(told.is_some());
    assert_eq!(
        replay.run().map_err(|difference| difference.part),
        Err(Part::Told)
    );
}

#[test]
fn every_replay_can_be_drawn() {
    for (name, _) in ALL {
        let diagram = read(name).diagram();
        assert!(!diagram.contains('≠'), "{name}:\n{diagram}");
        assert!(
            diagram.contains("[Finished]") || diagram.contains("{Finished}"),
            "{name}"
        );
        assert!(
            !diagram.contains('…'),
            "{name}: a record with unknown contents:\n{diagram}"
        );
    }
}

#[test]
fn a_diagram_shows_who_says_what_under_which_keys() {
    let cases: [(&str, &[&str]); 4] = [
        ("tls13_retry", &["HelloRetryRequest", "Retried:x25519"]),
        (
            "tls13_corrupted_record",
            &[
                "[15 bytes]",
                "✗ byte 9 of 37 changed",
                "[alert bad_record_mac]",
            ],
        ),
        ("tls13_key_update", &["[KeyUpdate]", "KeysUpdated:sending"]),
        (
            "tls12_renegotiation_by_server",
            &["[HelloRequest]", "[ClientHello]", "Renegotiated:1:full"],
        ),
    ];
    for (name, pieces) in cases {
        let diagram = read(name).diagram();
        let mut rest = diagram.as_str();
        for piece in pieces {
            let at = rest.find(piece);
            let at =
                at.unwrap_or_else(|| panic!("{name}: no {piece} where it belongs:\n{diagram}"));
            rest = &rest[at..];
        }
    }
}
