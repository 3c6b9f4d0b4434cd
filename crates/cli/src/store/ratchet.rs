//! Where a chain of ticket keys is, from one process to the next: a file of the state directory, sealed under the
//! store's key.

use crate::exit::{Failure, Outcome};
use crate::plan::state::StateDir;
use std::io;
use tessera::Vault;
use tessera::session::Ratchet;

/// The chain in this state directory.
pub(crate) struct KeptRatchet {
    pub(crate) state: StateDir,
    pub(crate) vault: Vault,
}

const FILE: &str = "ratchet";

impl KeptRatchet {
    /// The chain; `None` where none ever went here.
    pub(crate) fn read(&self) -> Outcome<Option<Ratchet>> {
        let path = self.state.file(FILE);
        let sealed = match std::fs::read(&path) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::store(format_args!("{}: {error}", path.display()))),
        };
        let opened = self.vault.open_ratchet(&sealed).map_err(|failure| {
            Failure::store(format_args!("{}: {failure}", path.display()))
                .with_hint("bring back its store key, or move the file away: the seed begins anew")
        });
        opened.map(Some)
    }

    /// Puts it in place of an older one.
    pub(crate) fn write(&self, ratchet: &Ratchet) -> Outcome<()> {
        let sealed = self.vault.seal_ratchet(ratchet);
        self.state.replace(FILE, &sealed).map_err(|error| {
            let path = self.state.file(FILE);
            Failure::store(format_args!("{}: {error}", path.display()))
        })
    }
}
