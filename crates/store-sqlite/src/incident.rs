//! What happened to the file, for people and for whoever guards something with it.

use core::fmt;
use std::path::PathBuf;

/// What happened to the file.
///
/// After either, what the old file knew is gone: sessions and wallet, but also the ring, the spent marks and
/// the revocations. Whoever holds a copy of the old ring drops it ([`Tickets::reset`]), for the marks that kept its
/// tickets from being used twice are gone as well.
///
/// [`Tickets::reset`]: tessera_session::Tickets::reset
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incident {
    /// We found the file damaged, set it aside and made a new one.
    SetAside {
        /// Where it is now, with its `-wal` and `-shm` beside it.
        to: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another process set the file aside, or somebody moved or deleted it. We go on with the new one.
    Replaced {
        /// Where the new one is.
        path: PathBuf,
    },
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetAside { to, why } => {
                write!(
                    f,
                    "the session store was damaged ({why}); it is kept as {}, and a new one was begun",
                    to.display()
                )
            }
            Self::Replaced { path } => write!(
                f,
                "the session store {} was replaced by another file",
                path.display()
            ),
        }
    }
}
