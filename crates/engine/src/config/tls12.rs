//! What only TLS 1.2 leaves to be set.

/// Whether the main secret must be bound to its whole handshake: RFC 7627.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ExtendedMainSecret {
    /// A peer that cannot is refused.
    #[default]
    Require,
    /// A peer that cannot is served, and gets no resumption, no exporter and no channel binding.
    Prefer,
}

/// Whether a client must know `renegotiation_info`, which ties a renegotiation to the handshake before it: RFC 5746.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SecureRenegotiation {
    /// One that does not is refused: RFC 5746 §4.3.
    #[default]
    Require,
    /// One that does not is served and never renegotiates: RFC 5746 §3.6. The server is as safe as with the others,
    /// for it is a renegotiation that joins what two parties said. A client has no such setting: it cannot see
    /// whether its handshake is the first one for the server.
    Prefer,
}

/// Who may start a handshake on a connection that has one: RFC 5246 §7.4.1.1, RFC 5746.
///
/// Never with HTTP/2 (RFC 9113 §9.2.1), whatever is set here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Renegotiation {
    /// Nobody. A peer that tries is told `no_renegotiation`.
    #[default]
    Never,
    /// The server: a server may ask for it, a client answers. A client that starts by itself is
    /// told `no_renegotiation`.
    Server,
    /// Either end.
    Any,
    /// The application decides each time the peer wants one: [`crate::Question::Renegotiate`]. It
    /// may have one itself.
    Ask,
}

/// Whether a renegotiation may bring another certificate of the peer than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PeerChange {
    /// No: the peer that began is the peer that goes on.
    #[default]
    Refuse,
    /// Yes: the application looks at the peer again after each.
    Allow,
}

/// How TLS 1.2 sessions are picked up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionForms {
    /// By session ID. A server has them in its store, and needs the vault.
    pub ids: bool,
    /// By ticket: RFC 5077. A server of stored tickets gives session IDs instead. A client that wants
    /// none has no secret of a connection travel under a key of the server's, whatever becomes of that.
    pub tickets: bool,
}

impl Default for SessionForms {
    fn default() -> Self {
        Self {
            ids: true,
            tickets: true,
        }
    }
}
