//! `/private`: the client's certificate, asked for after the request has come.

use super::body::PageBody;
use super::pages::plain;
use super::site::{Site, Visit};
use hyper::{Response, StatusCode};
use std::time::Duration;
use tessera::Facts;
use tessera::engine::Renegotiation;
use tessera::wire::ProtocolVersion;

/// Whether clients can be asked after their handshake.
pub(crate) struct Asking {
    /// Somebody vouches for clients.
    pub(crate) has_client_ca: bool,
    /// TLS 1.2 asks by a renegotiation.
    pub(crate) renegotiation: Renegotiation,
    /// How long an answer may take.
    pub(crate) patience: Duration,
}

/// The subject, or 403 and why.
pub(super) async fn answer(site: &Site, visit: &Visit) -> Response<PageBody> {
    let facts = visit.tls.facts();
    if let Some(peer) = &facts.peer {
        return plain(StatusCode::OK, format!("{}\n", peer.subject));
    }
    if let Some(why) = site.asking.obstacle(&facts) {
        return forbidden(why);
    }
    let answered = tokio::time::timeout(site.asking.patience, visit.tls.identify()).await;
    match (answered, visit.tls.facts().peer) {
        (Ok(Ok(_)), Some(peer)) => plain(StatusCode::OK, format!("{}\n", peer.subject)),
        (Ok(Ok(_)), None) => forbidden("you were asked just now, and have shown none"),
        (Ok(Err(_)), _) => forbidden("you were asked just now, and the answer was no good"),
        (Err(_), _) => forbidden("you were asked just now, and did not answer in time"),
    }
}

fn forbidden(why: &str) -> Response<PageBody> {
    plain(
        StatusCode::FORBIDDEN,
        format!("This page is for visitors with a client certificate: {why}.\n"),
    )
}

impl Asking {
    /// Why this client cannot be asked.
    fn obstacle(&self, facts: &Facts) -> Option<&'static str> {
        let is_http2 = facts
            .alpn
            .as_ref()
            .is_some_and(|alpn| alpn.as_bytes() == b"h2");
        if !self.has_client_ca {
            Some("and this server trusts nobody who could issue one (serve --client-ca)")
        } else if is_http2 {
            Some(
                "over HTTP/2 nobody is asked after the handshake (RFC 9113 §9.2); come over HTTP/1.1",
            )
        } else if facts.version == ProtocolVersion::TLS1_2
            && self.renegotiation == Renegotiation::Never
        {
            Some(
                "to ask for it in TLS 1.2 is to renegotiate, which is off here (serve --renegotiate server)",
            )
        } else {
            None
        }
    }
}
