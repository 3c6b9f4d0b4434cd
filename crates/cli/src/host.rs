//! What this machine is called.

/// Its name in the network.
pub(crate) fn name() -> String {
    let host = rustix::system::uname();
    host.nodename().to_string_lossy().into_owned()
}
