//! The built-in pages: who answers which request.

use super::authority;
use super::body::PageBody;
use super::files;
use super::page;
use super::private;
use super::site::{Content, Site, Visit};
use super::web_session::Drawn;
use crate::random;
use hyper::body::Incoming;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;
use tessera::clock;
use tessera_observe::WebSessionPart;

type Answer = Response<PageBody>;

/// Answers one request of one visitor.
pub(crate) async fn answer(site: &Site, visit: &Visit, mut request: Request<Incoming>) -> Answer {
    let early = visit.tls.request_is_early();
    if early {
        request
            .headers_mut()
            .insert(EARLY_DATA, HeaderValue::from_static("1"));
    }
    let mut answer = match (authority::objection(visit, &request), &site.content) {
        (Some(objection), _) => objection,
        _ if early && !may_be_replayed(&request) => too_early(),
        (None, Content::Files(root)) => files::answer(root, &request).await,
        (None, Content::Pages | Content::Echo) => built_in(site, visit, request).await,
    };
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    answer
}

/// Says to whoever answers a request that it may be a replay: RFC 8470 §5.1.
const EARLY_DATA: HeaderName = HeaderName::from_static("early-data");

/// What can be answered twice without anything happening twice. `/private` asks who the client is, and
/// while it may be a replay there is nobody to ask.
fn may_be_replayed(request: &Request<Incoming>) -> bool {
    request.method().is_safe() && request.uri().path() != "/private"
}

/// The client asks again when it has proven that it is there: RFC 8470 §5.2.
fn too_early() -> Answer {
    plain(
        StatusCode::TOO_EARLY,
        "This came as early data, which may be a replay: ask again after the handshake.\n",
    )
}

async fn built_in(site: &Site, visit: &Visit, request: Request<Incoming>) -> Answer {
    let path = request.uri().path().to_owned();
    match path.as_str() {
        "/" => {
            get(&request, || async {
                let html = page::render(&site.document(visit, &cookies(&request)).await);
                let mut answer = with_type("text/html; charset=utf-8", html);
                let policy = HeaderValue::from_static(page::CONTENT_SECURITY_POLICY);
                answer
                    .headers_mut()
                    .insert(header::CONTENT_SECURITY_POLICY, policy);
                answer
            })
            .await
        }
        "/json" => {
            get(&request, || async {
                let document = site.document(visit, &cookies(&request)).await;
                // Names, numbers and times: nothing in it can fail to be written.
                let json = serde_json::to_string(&document).unwrap_or_default();
                with_type("application/json", format!("{json}\n"))
            })
            .await
        }
        "/private" => get(&request, || private::answer(site, visit)).await,
        "/echo" => post(&request).unwrap_or_else(|| echo(request)),
        "/sign-in" => post(&request).unwrap_or_else(|| sign_in(site, visit, &request)),
        "/sign-out" => post(&request).unwrap_or_else(|| sign_out(site, visit, &request)),
        other => match other.strip_prefix("/bytes/") {
            Some(count) => get(&request, || async { many(count) }).await,
            None => not_found(),
        },
    }
}

/// Answers GET and HEAD, and refuses the rest.
async fn get<F: Future<Output = Answer>>(
    request: &Request<Incoming>,
    answer: impl FnOnce() -> F,
) -> Answer {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        answer().await
    } else {
        not_allowed("GET, HEAD")
    }
}

/// Refuses everything but POST.
fn post(request: &Request<Incoming>) -> Option<Answer> {
    (request.method() != Method::POST).then(|| not_allowed("POST"))
}

fn not_allowed(methods: &'static str) -> Answer {
    let mut answer = plain(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("Here only: {methods}.\n"),
    );
    answer
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(methods));
    answer
}

pub(super) fn not_found() -> Answer {
    plain(
        StatusCode::NOT_FOUND,
        "Nothing here. There are /, /json, /bytes/N, /private and POST /echo, /sign-in, /sign-out.\n",
    )
}

pub(super) fn plain(status: StatusCode, text: impl Into<String>) -> Answer {
    let mut answer = with_type("text/plain; charset=utf-8", text.into());
    *answer.status_mut() = status;
    answer
}

fn with_type(kind: &'static str, text: String) -> Answer {
    let mut answer = Response::new(PageBody::from(text));
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

fn many(count: &str) -> Answer {
    let Ok(count) = count.parse() else {
        return plain(StatusCode::BAD_REQUEST, "After /bytes/ comes a number.\n");
    };
    let mut answer = Response::new(PageBody::Many(count));
    answer.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    answer
}

fn echo(request: Request<Incoming>) -> Answer {
    let kind = request.headers().get(header::CONTENT_TYPE).cloned();
    let mut answer = Response::new(PageBody::Echo(request.into_body()));
    let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}

fn sign_in(site: &Site, visit: &Visit, request: &Request<Incoming>) -> Answer {
    let drawn = Drawn {
        cookie: random::bytes(),
        id: random::bytes(),
    };
    let (part, cookie) = site.web.sign_in(&cookies(request), &drawn, clock::now());
    site.book.web_session(visit.tls.id(), Some(&part.id));
    signed(request, &cookie, Some(part))
}

fn sign_out(site: &Site, visit: &Visit, request: &Request<Incoming>) -> Answer {
    let cookie = site.web.sign_out(&cookies(request));
    site.book.web_session(visit.tls.id(), None);
    signed(request, &cookie, None)
}

/// The answer to a sign-in or sign-out.
#[derive(Serialize)]
struct SignedIn {
    schema: &'static str,
    web_session: Option<WebSessionPart>,
}

/// Browsers go back to the page, programs get the result.
fn signed(
    request: &Request<Incoming>,
    cookie: &str,
    web_session: Option<WebSessionPart>,
) -> Answer {
    let mut answer = if accepts_html(request) {
        let mut answer = Response::new(PageBody::Full(None));
        *answer.status_mut() = StatusCode::SEE_OTHER;
        answer
            .headers_mut()
            .insert(header::LOCATION, HeaderValue::from_static("/"));
        answer
    } else {
        let result = SignedIn {
            schema: "tessera.web-session/1",
            web_session,
        };
        let json = serde_json::to_string(&result).unwrap_or_default();
        with_type("application/json", format!("{json}\n"))
    };
    if let Ok(value) = HeaderValue::from_str(cookie) {
        answer.headers_mut().insert(header::SET_COOKIE, value);
    }
    answer
}

fn accepts_html(request: &Request<Incoming>) -> bool {
    header_texts(request, &header::ACCEPT)
        .iter()
        .any(|value| value.contains("text/html"))
}

/// The Cookie headers; HTTP/2 may send several.
fn cookies(request: &Request<Incoming>) -> Vec<&str> {
    header_texts(request, &header::COOKIE)
}

fn header_texts<'a>(request: &'a Request<Incoming>, name: &HeaderName) -> Vec<&'a str> {
    request
        .headers()
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect()
}
