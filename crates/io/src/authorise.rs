//! Who may come in: the application's one word on full and resumed handshakes.

use std::future::{Future, ready};
use std::pin::Pin;
use tessera_engine::Facts;

/// An answer of [`Authorise`], when it comes.
pub type Authorising<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

/// Says which clients may come in.
///
/// It is asked once for every handshake that is complete, full or resumed, with what is known of the
/// connection: the peer, its chain, the protocol and the time of authentication read the same on both. A
/// client that is not let in hears `access_denied`, has got no ticket of TLS 1.3, and nothing of its
/// data, early data included, has been delivered. So whoever withdraws an authorisation need not revoke
/// sessions for it.
///
/// It is asked again where a client shows a certificate on a connection that is open.
///
/// A function of the facts is one; [`Self::authorise`] is for those who ask somebody else first.
pub trait Authorise: Send + Sync {
    /// Whether this client may come in. What takes longer than
    /// [`ServerSettings::authorisation_deadline`](crate::ServerSettings::authorisation_deadline) is a no.
    fn authorise<'a>(&'a self, facts: &'a Facts) -> Authorising<'a>;
}

impl<F: Fn(&Facts) -> bool + Send + Sync> Authorise for F {
    fn authorise<'a>(&'a self, facts: &'a Facts) -> Authorising<'a> {
        Box::pin(ready(self(facts)))
    }
}
