//! The key tree as a handshake tells it: each secret once it is derived, where messages are traced.

use crate::handshake::cx::Cx;
use crate::keys::derived::Derived;
use crate::keys::tls13::{EarlySecret, HandshakeSecret, MainSecret, TrafficPair};
use tessera_crypto::Secret;

/// The secret a TLS 1.3 handshake begins with.
#[derive(Clone, Copy)]
pub(crate) enum Root<'a> {
    /// There is none: the early secret comes from zeros.
    Nothing,
    /// A ticket's.
    Session(&'a Secret),
    /// An external key. Somebody may have thought it up, and then it could be found by its fingerprint,
    /// and by that of the early secret, which comes from nothing else.
    External,
}

impl<C> Cx<'_, C> {
    /// From the pre-shared key to the early secret.
    pub(crate) fn early_derived(&mut self, root: Root<'_>, early: &EarlySecret) {
        let from = match root {
            Root::Nothing => None,
            Root::Session(psk) => {
                self.derived(("psk", None), psk.as_bytes());
                Some("psk")
            }
            Root::External => return,
        };
        self.derived(("early", from), early.secret().as_bytes());
    }

    /// The handshake secret, and the traffic secrets from it.
    pub(crate) fn handshake_derived(
        &mut self,
        root: Root<'_>,
        secret: &HandshakeSecret,
        traffic: &TrafficPair,
    ) {
        let from = match root {
            Root::Nothing | Root::Session(_) => Some("early"),
            Root::External => None,
        };
        self.derived(("handshake", from), secret.secret().as_bytes());
        let (client, server) = (traffic.client.secret(), traffic.server.secret());
        let from = Some("handshake");
        self.derived(("client_handshake_traffic", from), client.as_bytes());
        self.derived(("server_handshake_traffic", from), server.as_bytes());
    }

    /// The main secret, and what comes from it when the server has finished.
    pub(crate) fn main_derived(
        &mut self,
        main: &MainSecret,
        traffic: &TrafficPair,
        exporter: &Secret,
    ) {
        self.derived(("main", Some("handshake")), main.secret().as_bytes());
        let (client, server) = (traffic.client.secret(), traffic.server.secret());
        let from = Some("main");
        self.derived(("client_traffic", from), client.as_bytes());
        self.derived(("server_traffic", from), server.as_bytes());
        self.derived(("exporter", from), exporter.as_bytes());
    }

    /// A traffic secret's successor.
    pub(crate) fn update_derived(&mut self, what: &'static str, updates: u64, secret: &Secret) {
        if self.traces() {
            self.tell_derived(Derived::updated(what, updates, secret));
        }
    }
}
