//! Which store: `sqlite:PATH`, `memory:`, and those of a fleet.

use super::state::StateDir;
use crate::args::StateArgs;
use crate::exit::{Failure, Outcome};
use std::fmt;
use std::path::{Path, PathBuf};
use tessera::sqlite::KeySource;
use tessera::valkey::Location;

/// Where sessions are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoreUrl {
    /// In this process, and gone with it.
    Memory,
    /// In one file, shared by all processes of this machine.
    Sqlite(PathBuf),
    /// In Valkey or Redis, shared by a fleet.
    Valkey(Box<Location>),
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory:"),
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Valkey(location) => location.fmt(f),
        }
    }
}

/// Where sessions are kept, and the key they are sealed under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StorePlan {
    /// Where.
    pub(crate) url: StoreUrl,
    /// Where the key is that it is sealed under.
    pub(crate) key: KeySource,
}

/// What stands before the `://` of a store of a fleet.
const REMOTE: [&str; 8] = [
    "valkey",
    "valkeys",
    "valkey+cluster",
    "valkeys+cluster",
    "redis",
    "rediss",
    "redis+cluster",
    "rediss+cluster",
];

impl StoreUrl {
    fn parse(text: &str) -> Outcome<Self> {
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(Failure::usage(format_args!(
                "--store {text}: write sqlite:PATH, memory: or valkey://HOST:PORT"
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
            // The rest is not repeated: there may be a password in it.
            _ if REMOTE.contains(&scheme) => text
                .parse()
                .map(|location| Self::Valkey(Box::new(location)))
                .map_err(|error| Failure::usage(format_args!("--store {scheme}: {error}"))),
            _ => Err(Failure::usage(format_args!(
                "--store {scheme}: no store is called so: there are sqlite:PATH, memory: and valkey://HOST:PORT"
            ))),
        }
    }

    /// Somebody named who vouches for the store.
    fn vouched_for(self, ca: &Path) -> Outcome<Self> {
        match self {
            Self::Valkey(mut location) if location.tls => {
                let ca = ca.to_str().ok_or_else(|| {
                    Failure::usage(format_args!("--store-ca {}: not UTF-8", ca.display()))
                })?;
                location.ca = Some(ca.to_owned());
                Ok(Self::Valkey(location))
            }
            _ => Err(Failure::usage(
                "--store-ca is for stores behind TLS: --store valkeys://HOST:PORT",
            )),
        }
    }
}

impl StorePlan {
    /// What the flags mean in this state directory.
    pub(crate) fn new(args: &StateArgs, state: &StateDir) -> Outcome<Self> {
        // A service manager hands its credentials over in a directory of their own.
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        Self::with_credentials(args, state, credentials.as_deref())
    }

    /// The file of this state directory, whatever else there is.
    pub(crate) fn local(state: &StateDir) -> Self {
        Self {
            url: StoreUrl::Sqlite(state.file("sessions.db")),
            key: KeySource::choose(None, None, state.path()),
        }
    }

    fn with_credentials(
        args: &StateArgs,
        state: &StateDir,
        credentials: Option<&Path>,
    ) -> Outcome<Self> {
        let url = match &args.store {
            Some(text) => StoreUrl::parse(text)?,
            None => StoreUrl::Sqlite(state.file("sessions.db")),
        };
        let url = match &args.store_ca {
            Some(ca) => url.vouched_for(ca)?,
            None => url,
        };
        let key = KeySource::choose(args.store_key_file.as_deref(), credentials, state.path());
        match (&url, &key) {
            // A key made here would be of this machine alone, and what others wrote would not open.
            (StoreUrl::Valkey(location), KeySource::State(_)) => Err(Failure::usage(format_args!(
                "--store {location}: a store on another machine needs the fleet's key, which is never kept in it"
            ))
            .with_hint(
                "make it once: (umask 077; head -c 32 /dev/urandom > fleet.key); give every machine the same: --store-key-file fleet.key, or store.key in $CREDENTIALS_DIRECTORY",
            )),
            _ => Ok(Self { url, key }),
        }
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
    fn stores_of_a_fleet_have_many_names() {
        for url in [
            "valkey://h:1",
            "redis://h:1/3",
            "rediss://h",
            "valkeys://h",
            "valkey+cluster://a:1,b:2",
            "rediss+cluster://a:1",
        ] {
            let parsed = StoreUrl::parse(url);
            assert!(matches!(parsed, Ok(StoreUrl::Valkey(_))), "{url}");
        }
    }

    #[test]
    fn other_stores_are_usage_errors() {
        for url in [
            "file:x",
            "sqlite:",
            "memory:x",
            "x",
            "valkey:h",
            "valkey://h:1/x",
            "valkey://a,b",
            "memcached://:secret@h",
        ] {
            let failure = StoreUrl::parse(url).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage, "{url}");
            assert!(!failure.message.contains("secret"), "{failure}");
        }
    }

    /// The plan of these flags, with a credential or without.
    fn plan(args: &StateArgs, credential: bool) -> (tempfile::TempDir, Outcome<StorePlan>) {
        let dir = tempfile::tempdir().unwrap();
        if credential {
            std::fs::write(dir.path().join("store.key"), [7; 32]).unwrap();
        }
        let state = StateDir::named(Some(&dir.path().join("state"))).unwrap();
        let plan = StorePlan::with_credentials(args, &state, Some(dir.path()));
        (dir, plan)
    }

    #[test]
    fn r1_without_the_fleet_s_key_a_store_on_another_machine_is_refused() {
        for url in ["valkey://:secret@h:1", "rediss://h", "valkey+cluster://a,b"] {
            let mut args = StateArgs {
                store: Some(url.to_owned()),
                ..StateArgs::default()
            };
            let (dir, refused) = plan(&args, false);
            let failure = refused.unwrap_err();
            assert_eq!(failure.exit, Exit::Usage);
            assert!(!failure.message.contains("secret"), "{failure}");
            assert!(!dir.path().join("state").exists(), "no key is made instead");
            // A key in the state directory is of that machine.
            std::fs::create_dir(dir.path().join("state")).unwrap();
            std::fs::write(dir.path().join("state/store.key"), [7; 32]).unwrap();
            let state = StateDir::named(Some(&dir.path().join("state"))).unwrap();
            assert!(StorePlan::with_credentials(&args, &state, None).is_err());

            let (_dir, credential) = plan(&args, true);
            assert!(matches!(credential.unwrap().key, KeySource::Credential(_)));
            args.store_key_file = Some("fleet.key".into());
            let (_dir, named) = plan(&args, false);
            assert_eq!(named.unwrap().key, KeySource::File("fleet.key".into()));
        }
    }

    #[test]
    fn who_vouches_for_the_store_is_said_of_stores_behind_tls_only() {
        let with = |store: &str| {
            let args = StateArgs {
                store: Some(store.to_owned()),
                store_ca: Some("ca.pem".into()),
                store_key_file: Some("fleet.key".into()),
                ..StateArgs::default()
            };
            plan(&args, false).1
        };
        match with("valkeys://h?ca=other.pem").unwrap().url {
            StoreUrl::Valkey(location) => assert_eq!(location.ca.as_deref(), Some("ca.pem")),
            other => panic!("{other:?}"),
        }
        for store in ["valkey://h", "memory:"] {
            assert_eq!(with(store).unwrap_err().exit, Exit::Usage, "{store}");
        }
    }
}
