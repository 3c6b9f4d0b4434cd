//! What each fuzz target does with its bytes, and the seeds it starts from.
//!
//! The targets in `fuzz/` only call the functions here, so that `tests/corpus.rs` runs the very same code over
//! every committed seed and over deterministic mutations of it, on a stable compiler and in every test run.
//!
//! A target panics when what it feeds breaks its promise. A parser is total, and whatever it reads is written back
//! to something that reads the same; what is sealed opens as it was sealed or not at all; a connection ends in one
//! truth or with a reason.

mod connection;
mod extension;
mod handshake;
mod identity;
mod interchange;
mod keys;
mod mutator;
mod record;
mod replay;
mod session;
mod starttls;
mod tls12;

pub use connection::*;
pub use extension::*;
pub use handshake::*;
pub use identity::*;
pub use interchange::*;
pub use keys::*;
pub use mutator::Mutator;
pub use record::*;
pub use replay::*;
pub use session::*;
pub use starttls::*;
pub use tls12::*;

/// One fuzz target.
#[derive(Clone, Copy)]
pub struct Target {
    /// The name of its folder in `fuzz/seeds/`.
    pub name: &'static str,
    /// What it does with its bytes.
    pub run: fn(&[u8]),
    /// What it starts from.
    pub seeds: fn() -> Vec<Seed>,
    /// How many variants of each seed every test run tries: fewer where one takes longer.
    pub variants: usize,
}

/// One input that gets a target past its first branches.
pub struct Seed {
    /// The name of its file, without the `.bin`.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Seed {
    fn new(name: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            name,
            bytes: bytes.into(),
        }
    }
}

/// All targets.
pub fn targets() -> impl Iterator<Item = Target> {
    [
        RECORD,
        HANDSHAKE,
        TLS12,
        EXTENSION,
        SESSION,
        IDENTITY,
        KEYS,
        INTERCHANGE,
        CONNECTION,
        STARTTLS,
        REPLAY,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Lists the functions of this module as targets, each with the seeds of the same name.
macro_rules! table {
    ($table:ident, $variants:literal variants: $($name:ident)*) => {
        pub(super) const $table: &[$crate::fuzz::Target] = &[
            $($crate::fuzz::Target {
                name: stringify!($name),
                run: $name,
                seeds: seeds::$name,
                variants: $variants,
            },)*
        ];
    };
}
use table;
