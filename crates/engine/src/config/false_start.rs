//! Data behind our Finished that does not wait for the server's: RFC 7918.

/// Whether a client of TLS 1.2 sends application data as soon as its own Finished is out, a round trip
/// before the server's says that nobody has meddled with the handshake: RFC 7918 §4.
///
/// Only whom the certificate is for can read it; who it is that has answered is known with the server's Finished, and
/// nothing is read before. Nothing goes out so with a resumption, which has no round trip to save,
/// nor where a certificate of the client was shown (RFC 7918 §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FalseStart {
    /// No.
    #[default]
    Never,
    /// With servers that have chosen an application protocol. Some that know of none end the connection
    /// or hang when data comes so early: RFC 7918 §3.
    WithAlpn,
    /// With every server.
    Always,
}
