//! Which store: `sqlite:PATH`, `memory:`, and those that come later.

use super::later;
use super::state::StateDir;
use crate::args::StateArgs;
use crate::exit::{Failure, Outcome};
use std::path::PathBuf;
use tessera::sqlite::KeySource;

/// Where sessions are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoreUrl {
    /// In this process, and gone with it.
    Memory,
    /// In one file, shared by all processes of this machine.
    Sqlite(PathBuf),
}

/// Where sessions are kept, and the key they are sealed under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StorePlan {
    /// Where.
    pub(crate) url: StoreUrl,
    /// Where the key is that it is sealed under.
    pub(crate) key: KeySource,
}

const REMOTE: [&str; 6] = [
    "valkey",
    "valkeys",
    "valkey+cluster",
    "redis",
    "rediss",
    "redis+cluster",
];

impl StoreUrl {
    fn parse(text: &str) -> Outcome<Self> {
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(Failure::usage(format_args!(
                "--store {text}: write sqlite:PATH or memory:"
            )));
        };
        match scheme {
            "memory" if rest.is_empty() => Ok(Self::Memory),
            "memory" => Err(Failure::usage(
                "--store memory: takes nothing behind the colon",
            )),
            "sqlite" if rest.is_empty() => Err(Failure::usage("--store sqlite: needs a path")),
            "sqlite" => Ok(Self::Sqlite(PathBuf::from(
                rest.strip_prefix("//").unwrap_or(rest),
            ))),
            _ if REMOTE.contains(&scheme) => Err(later::refuse(&format!("--store {scheme}:"))),
            _ => Err(Failure::usage(format_args!(
                "--store {text}: no store is called {scheme}"
            ))),
        }
    }
}

impl StorePlan {
    /// What the flags mean in this state directory.
    pub(crate) fn new(args: &StateArgs, state: &StateDir) -> Outcome<Self> {
        let url = match &args.store {
            Some(text) => StoreUrl::parse(text)?,
            None => StoreUrl::Sqlite(state.file("sessions.db")),
        };
        // A service manager hands its credentials over in a directory of their own.
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        let key = KeySource::choose(
            args.store_key_file.as_deref(),
            credentials.as_deref(),
            state.path(),
        );
        Ok(Self { url, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn local_stores_are_read_from_their_url() {
        assert_eq!(StoreUrl::parse("memory:"), Ok(StoreUrl::Memory));
        assert_eq!(
            StoreUrl::parse("sqlite:a/b.db"),
            Ok(StoreUrl::Sqlite("a/b.db".into()))
        );
        assert_eq!(
            StoreUrl::parse("sqlite:///a/b.db"),
            Ok(StoreUrl::Sqlite("/a/b.db".into()))
        );
    }

    #[test]
    fn other_stores_are_usage_errors() {
        for url in [
            "valkey://h:1",
            "rediss://h",
            "valkey+cluster://a:1,b:2",
            "file:x",
            "sqlite:",
            "memory:x",
            "x",
        ] {
            assert_eq!(StoreUrl::parse(url).unwrap_err().exit, Exit::Usage, "{url}");
        }
        let message = StoreUrl::parse("valkey://h:1").unwrap_err().message;
        assert!(message.contains("not in this version yet"), "{message}");
    }
}
