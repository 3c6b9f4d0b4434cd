//! Ticket keys that follow from a seed and the time: `--ratchet-seed-file`.

use crate::args::ServeArgs;
use crate::exit::{Failure, Outcome};
use std::io::Read as _;
use std::path::PathBuf;
use tessera::session::RatchetPolicy;
use tessera::session::ticket::ratchet::{Advance, Seed};
use tessera::sqlite::Readers;
use zeroize::Zeroizing;

/// Where the seed is, and how the chain goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RatchetPlan {
    /// The seed's file; once the chain goes, it need not be there any more.
    seed: PathBuf,
    /// How long epochs last.
    pub(crate) policy: RatchetPolicy,
    /// Whether somebody has looked at the clock.
    pub(crate) first: Advance,
}

/// More than a seed file ever is.
const LONGEST: u64 = 256 * 1024;

impl RatchetPlan {
    /// What was asked for, if it was.
    pub(crate) fn new(args: &ServeArgs) -> Option<Self> {
        Some(Self {
            seed: args.ratchet_seed_file.clone()?,
            policy: RatchetPolicy::of_epoch(args.ratchet_epoch),
            first: match args.ratchet_jump {
                true => Advance::Attended,
                false => Advance::Unattended,
            },
        })
    }

    /// Reads the seed; `None` where there is no file.
    pub(crate) fn read(&self) -> Outcome<Option<Seed>> {
        let path = self.seed.display();
        let failed = |why: &dyn std::fmt::Display| {
            Failure::store(format_args!("ratchet seed {path}: {why}"))
        };
        let file = match std::fs::File::open(&self.seed) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let metadata = file.metadata().map_err(|error| failed(&error))?;
        Readers::Owner
            .check(&self.seed, &metadata)
            .map_err(|exposed| {
                Failure::store(format_args!("ratchet seed {exposed}"))
                    .with_hint("if others may have read it, make a new seed for all servers")
            })?;
        let mut text = Zeroizing::new(String::new());
        file.take(LONGEST)
            .read_to_string(&mut text)
            .map_err(|error| failed(&error))?;
        Seed::parse(&text).map(Some).map_err(|error| failed(&error))
    }

    /// There is neither a seed nor a chain that goes already.
    pub(crate) fn missing(&self) -> Failure {
        Failure::store(format_args!(
            "ratchet seed {}: no such file",
            self.seed.display()
        ))
        .with_hint(
            "make one: (umask 077; echo \"$(date -u +%FT%TZ) $(openssl rand -hex 32)\" > FILE), and give it to every server",
        )
    }
}
