//! What the deeds are done to: a server process on a state directory.

use crate::args::{ServeArgs, StateArgs};
use crate::console::keeper::Kept;
use crate::exit::Outcome;
use crate::host;
use crate::plan::serve::ServePlan;
use crate::plan::state::StateDir;
use crate::plan::store::{StorePlan, StoreUrl};
use crate::report::talk::Talk;
use crate::store::{self, For, Store};
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use tessera::clock;
use tessera::wire::ProtocolVersion;
use tessera_console::Deed;
use tessera_console::document::ConsoleRow;

/// The server, and what is known of it.
pub(crate) struct Stage {
    /// Its state directory.
    pub(crate) state: StateDir,
    /// Its store.
    pub(crate) store: StorePlan,
    /// What `session` and `keys` are to be told to find it.
    pub(crate) store_args: Vec<OsString>,
    /// Who vouches for it, where it has a development certificate.
    pub(crate) ca: Option<PathBuf>,
    /// The versions it speaks.
    pub(crate) versions: Vec<ProtocolVersion>,
    /// Whether it takes early data.
    pub(crate) early_data: bool,
    /// Whether it has pages, and so answers requests.
    pub(crate) pages: bool,
    /// Where traffic secrets are written, for those who asked to see them.
    pub(crate) key_log: Option<PathBuf>,
    /// Who keeps it.
    pub(crate) kept: Kept,
}

/// Deeds for which the console has to be a client.
const VISITS: [&str; 7] = [
    "connect",
    "close",
    "renegotiate",
    "key-update",
    "elsewhere",
    "export",
    "tour",
];
/// Deeds that other processes do to the server's store.
const IN_THE_STORE: [&str; 3] = ["expire", "revoke", "rotate"];

impl Stage {
    /// The server of `serve --console`.
    pub(crate) fn new(
        args: &ServeArgs,
        plan: &ServePlan,
        (ca, key_log): (Option<&Path>, Option<PathBuf>),
        kept: Kept,
    ) -> Self {
        Self {
            state: plan.state.clone(),
            store: plan.store.clone(),
            store_args: store_args(&args.state, &plan.state),
            ca: ca.map(Path::to_owned),
            versions: plan.versions.clone(),
            early_data: args.early_data > 0,
            pages: !args.echo && args.starttls.is_none() && args.dir.is_none(),
            key_log,
            kept,
        }
    }

    /// The server of the demo: whatever it can do, it does.
    pub(crate) fn of_demo(
        state: &StateDir,
        ca: Option<PathBuf>,
        key_log: Option<PathBuf>,
        kept: Kept,
    ) -> Self {
        Self {
            state: state.clone(),
            store: StorePlan::local(state),
            store_args: vec!["--state".into(), state.path().as_os_str().to_owned()],
            ca,
            versions: vec![ProtocolVersion::TLS1_2, ProtocolVersion::TLS1_3],
            early_data: true,
            pages: true,
            key_log,
            kept,
        }
    }

    /// What the picture says of it.
    pub(crate) fn row(&self) -> ConsoleRow {
        ConsoleRow {
            node: host::name(),
            pid: std::process::id(),
            started_at: clock::now().into(),
            learn: self.key_log.is_some(),
            store: match &self.store.url {
                StoreUrl::Sqlite(path) => format!("sqlite {}", file_name(path)),
                other => other.to_string(),
            },
            listening: self.kept.address.borrow().to_string(),
            deeds: Default::default(),
        }
    }

    /// The store, where this process can reach it.
    pub(crate) fn open_store(&self, talk: Talk) -> Outcome<Option<Store>> {
        match &self.store.url {
            StoreUrl::Memory => Ok(None),
            _ => Ok(Some(store::open(&self.store, For::Once, talk)?)),
        }
    }

    /// Where its visitors from this machine go.
    pub(super) fn address(&self) -> SocketAddr {
        let mut address = *self.kept.address.borrow();
        if address.ip().is_unspecified() {
            address.set_ip(match address.ip() {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        address
    }

    /// Why this deed cannot be done here.
    pub(super) fn why_not(&self, deed: &str) -> Option<&'static str> {
        if VISITS.contains(&deed) && self.ca.is_none() {
            return Some(
                "the server has a certificate of its own, and the console's client knows only development certificates: connect with a browser or `tessera connect`",
            );
        }
        if VISITS.contains(&deed) && !self.pages {
            return Some(
                "the console's client asks for the built-in pages, which this server does not have: connect with `tessera connect`",
            );
        }
        if IN_THE_STORE.contains(&deed) && self.store.url == StoreUrl::Memory {
            return Some(
                "the store is in the server's memory (--store memory:), where no other process reaches it",
            );
        }
        match deed {
            "renew" if self.ca.is_none() => {
                Some("the server has a certificate of its own: replace its files and send SIGHUP")
            }
            "reveal" if self.key_log.is_none() => {
                Some("secrets are shown only where the console was started with --learn")
            }
            "early-data" if !self.early_data => {
                Some("the server takes no early data: start it with --early-data 16384")
            }
            "renegotiate" if !self.versions.contains(&ProtocolVersion::TLS1_2) => {
                Some("TLS 1.3 has no renegotiation, and this server speaks nothing else")
            }
            _ => None,
        }
    }

    /// All that cannot be done here, and why.
    pub(super) fn unavailable(&self) -> Vec<(String, String)> {
        // Early data is no deed of its own, and has a button.
        let deeds = Deed::NAMES.iter().chain(&["early-data"]);
        deeds
            .filter_map(|deed| Some((String::from(*deed), self.why_not(deed)?.to_owned())))
            .collect()
    }
}

/// The same store for another process.
fn store_args(args: &StateArgs, state: &StateDir) -> Vec<OsString> {
    let mut words = vec!["--state".into(), state.path().as_os_str().to_owned()];
    if let Some(store) = &args.store {
        words.extend(["--store".into(), store.into()]);
    }
    let files = [
        ("--store-key-file", &args.store_key_file),
        ("--store-ca", &args.store_ca),
    ];
    for (flag, file) in files {
        if let Some(file) = file {
            words.extend([flag.into(), file.as_os_str().to_owned()]);
        }
    }
    words
}

/// The last part of a path.
fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
