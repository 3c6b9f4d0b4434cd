//! Every fuzz target on every committed seed and on hundreds of variants of each: fuzzing for every test run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use tessera_testkit::fuzz::{self, Mutator, Target};

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The names in a folder, without what follows a full stop.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

/// What is committed for a target, the inputs that once broke it included.
fn committed(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = fuzz_folder().join("seeds").join(target.name);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

/// Runs a target and says on which input it panicked.
fn run(target: &Target, input: &[u8], what: &str) {
    let outcome = std::panic::catch_unwind(|| (target.run)(input));
    assert!(outcome.is_ok(), "{} on {what}: {input:02x?}", target.name);
}

#[test]
fn every_target_survives_its_seeds_and_variants_of_them() {
    for target in fuzz::targets() {
        for (path, seed) in committed(&target) {
            let name = path.display().to_string();
            run(&target, &seed, &name);
            let mut mutator = Mutator::new(seed.len() as u64);
            for _ in 0..target.variants {
                run(&target, &mutator.mutate(&seed), &name);
            }
        }
    }
}

/// What fuzzing has found, a line of hex an input.
fn found(target: &Target) -> Vec<Vec<u8>> {
    let path = fuzz_folder()
        .join("corpus")
        .join(target.name)
        .with_extension("hex");
    let text = fs::read_to_string(path).unwrap_or_default();
    let input = |line: &str| HEXLOWER.decode(line.as_bytes()).unwrap();
    text.lines().map(input).collect()
}

#[test]
fn every_target_survives_its_corpus() {
    for target in fuzz::targets() {
        for input in found(&target) {
            run(&target, &input, "its corpus");
        }
    }
}

#[test]
fn every_target_survives_nothing_at_all_and_every_single_byte() {
    for target in fuzz::targets() {
        run(&target, &[], "nothing");
        for byte in 0..=255 {
            run(&target, &[byte], "one byte");
        }
    }
}

#[test]
fn the_seeds_are_those_the_targets_ask_for() {
    for target in fuzz::targets() {
        for seed in (target.seeds)() {
            let path = fuzz_folder()
                .join("seeds")
                .join(target.name)
                .join(seed.name)
                .with_extension("bin");
            let remedy = "cargo run -p tessera-testkit --example seeds";
            assert_eq!(
                fs::read(&path).ok(),
                Some(seed.bytes),
                "{}: {remedy}",
                path.display()
            );
        }
    }
}

#[test]
fn every_target_has_its_folder_of_seeds() {
    let targets: BTreeSet<String> = fuzz::targets()
        .map(|target| target.name.to_owned())
        .collect();
    assert_eq!(targets.len(), fuzz::targets().count(), "a name twice");
    assert_eq!(names(&fuzz_folder().join("seeds")), targets);
    let unknown: Vec<_> = names(&fuzz_folder().join("corpus"))
        .difference(&targets)
        .cloned()
        .collect();
    assert!(
        unknown.is_empty(),
        "a corpus without its target: {unknown:?}"
    );
}
