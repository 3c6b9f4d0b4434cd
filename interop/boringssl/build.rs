//! Builds `bssl`, BoringSSL's own program, from the sources and the libraries that boring-sys has made.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let built = folder("DEP_BORINGSSL_ROOT");
    let bssl = folder("OUT_DIR").join("bssl");
    let compiler = env::var_os("CXX").unwrap_or_else(|| "c++".into());
    // A test's peer need not be fast, and unoptimised it is built in half the time.
    let status = Command::new(&compiler)
        .args(["-std=c++17", "-O0", "-pthread", "-I"])
        .arg(built.join("boringssl/include"))
        .args(sources(&built.join("boringssl/tool")))
        .args(["libssl.a", "libcrypto.a"].map(|library| built.join("build").join(library)))
        .arg("-o")
        .arg(&bssl)
        .status();
    let status =
        status.unwrap_or_else(|error| panic!("cannot start {}: {error}", compiler.display()));
    assert!(
        status.success(),
        "{} could not build bssl",
        compiler.display()
    );
    println!("cargo::rustc-env=BSSL={}", bssl.display());
}

/// A folder that cargo names in the environment of build scripts.
fn folder(variable: &str) -> PathBuf {
    env::var_os(variable)
        .map(PathBuf::from)
        .unwrap_or_else(|| panic!("{variable} is not set"))
}

/// The C++ files of a folder.
fn sources(folder: &PathBuf) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| {
            entry
                .expect("an entry of a folder that could be opened")
                .path()
        })
        .filter(|file| file.extension() == Some(OsStr::new("cc")))
        .collect()
}
