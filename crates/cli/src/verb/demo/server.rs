//! A server of the story: a process of its own, that can be killed.

use super::scene::Scene;
use crate::console::process::ServerProcess;
use crate::exit::Outcome;
use std::ffi::OsString;

/// Six tickets after each handshake are enough for five connections at once. The rest is off unless asked for, and what
/// the console's buttons need.
pub(super) const NEW: &[&str] = &[
    "--single-use",
    "--tickets",
    "6",
    "--early-data",
    "16384",
    "--renegotiate",
    "any",
    "--idle-timeout",
    "10m",
];
/// TLS 1.2 as it began: the server keeps the sessions.
pub(super) const OLD: &[&str] = &["--tls", "1.2", "--no-tickets"];
/// TLS 1.2 with tickets, and with what is off unless asked for.
pub(super) const OLDER_HABITS: &[&str] = &["--tls", "1.2", "--renegotiate", "any"];

/// Starts one of this kind on the scene's state.
pub(super) async fn start(scene: &Scene, kind: &[&str]) -> Outcome<ServerProcess> {
    let mut args = args(scene, kind);
    args.extend(["--listen", "127.0.0.1:0"].map(OsString::from));
    ServerProcess::start(&args, scene.picture()).await
}

/// What such a server is started with, but for its address.
pub(super) fn args(scene: &Scene, kind: &[&str]) -> Vec<OsString> {
    let mut args: Vec<OsString> = ["serve", "--json", "-q"]
        .iter()
        .chain(kind)
        .map(OsString::from)
        .collect();
    args.extend(["--state".into(), scene.server_state().into()]);
    args.extend(["--ledger".into(), scene.ledger().into()]);
    if let Some(key_log) = scene.key_log() {
        args.extend(["--keylog".into(), key_log.into()]);
    }
    args
}
