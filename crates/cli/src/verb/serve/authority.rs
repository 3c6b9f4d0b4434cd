//! Whether a request belongs on the connection it came by: RFC 9110 §7.4.

use super::body::PageBody;
use super::pages::plain;
use super::site::Visit;
use hyper::header::HOST;
use hyper::{Request, Response, StatusCode};
use tessera::{ServerName, http};

/// 421 for a request whose host has another scope, 400 for one that names no host or several; `None`
/// for one that may be answered. One that names none at all is for whoever answers.
pub(super) fn objection<B>(visit: &Visit, request: &Request<B>) -> Option<Response<PageBody>> {
    let host = match host(request)? {
        Ok(host) => host,
        Err(why) => return Some(plain(StatusCode::BAD_REQUEST, why)),
    };
    let facts = visit.tls.facts();
    let name = facts.server_name.as_ref();
    // Where only one side has a name, the other fell to the first certificate and to the one policy
    // that all hosts share here: then it is the certificate that says for whom the connection is.
    let half_named = name.is_none() || host.is_ip();
    // Whoever came by an external key was shown none, and knows whom it shares the key with.
    let by_key = facts
        .peer
        .as_ref()
        .is_some_and(|peer| !peer.has_certificate());
    let belongs = !http::is_misdirected(&facts, &host)
        || half_named && (by_key || visit.config.engine().shows_certificate_of(&host, name));
    (!belongs).then(|| misdirected(&host, name))
}

/// The host of the request, where it names one.
fn host<B>(request: &Request<B>) -> Option<Result<ServerName, &'static str>> {
    let mut fields = request.headers().get_all(HOST).iter();
    let named = match (request.uri().authority(), fields.next(), fields.next()) {
        (_, _, Some(_)) => return Some(Err("There is more than one Host in this request.\n")),
        // Of a target that names its host, nobody looks at the header: RFC 9112 §3.2.2.
        (Some(authority), _, None) => Some(authority.as_str()),
        (None, Some(field), None) => field.to_str().ok(),
        (None, None, None) => return None,
    };
    let host = named.and_then(|named| http::host(named).ok());
    Some(host.ok_or("The Host of this request is none.\n"))
}

fn misdirected(host: &ServerName, name: Option<&ServerName>) -> Response<PageBody> {
    let made_for = match name {
        Some(name) => format!("for {name}"),
        None => "without a server name".to_owned(),
    };
    plain(
        StatusCode::MISDIRECTED_REQUEST,
        format!("This connection was made {made_for}; ask for {host} on one of its own.\n"),
    )
}
