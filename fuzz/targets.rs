//! All targets in one program, compiled and linked once: `FUZZ_TARGET` names the one that runs.
#![no_main]

use std::sync::LazyLock;

use tessera_testkit::fuzz::{self, Target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a target");
    fuzz::targets()
        .find(|target| target.name == name)
        .unwrap_or_else(|| panic!("there is no target {name}"))
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| (TARGET.run)(data));
