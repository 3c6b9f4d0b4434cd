//! Who may ask: this host's browser on the console's own page, with the token.

use std::net::SocketAddr;

use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};

use crate::serve::Console;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The names the console may be asked by. A name that someone else pointed at this address is none.
pub(crate) struct Hosts(Vec<String>);

/// Why a request is not answered.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
        }
    }
}

impl Hosts {
    /// Of a console that listens there.
    pub(crate) fn of(address: SocketAddr) -> Self {
        let port = address.port();
        let names = [address.ip().to_string(), "localhost".to_owned()];
        let bracketed = names.into_iter().map(|name| match name.contains(':') {
            true => format!("[{name}]"),
            false => name,
        });
        // Browsers leave out the port that is HTTP's own.
        let named = bracketed.flat_map(|name| {
            let bare = (port == 80).then(|| name.clone());
            [Some(format!("{name}:{port}")), bare]
        });
        Self(named.flatten().collect())
    }

    fn has(&self, host: &str) -> bool {
        self.0.iter().any(|name| name.eq_ignore_ascii_case(host))
    }
}

impl Console {
    /// Whether a request may go on. What is asked for decides how much it has to show.
    pub(crate) fn admits(&self, request: &Parts) -> Result<(), Refusal> {
        let host = self.admits_host(request)?;
        if let Some(origin) = only(&request.headers, &ORIGIN)?
            && origin != format!("http://{host}")
        {
            return Err(forbidden("pages of other origins may not ask here"));
        }
        let path = request.uri.path();
        if path == "/events" || path.starts_with("/api/") {
            self.admits_page(&request.headers)?;
        }
        Ok(())
    }

    fn admits_host<'a>(&self, request: &'a Parts) -> Result<&'a str, Refusal> {
        let host = only(&request.headers, &HOST)?.unwrap_or_default();
        // A request's line may name a host, too.
        let named = request.uri.authority().map_or(host, |it| it.as_str());
        (self.hosts.has(host) && named == host)
            .then_some(host)
            .ok_or_else(|| {
                let names = self.hosts.0.join(" or ");
                forbidden(&format!("the console is asked as {names}"))
            })
    }

    fn admits_page(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let site = only(headers, &SEC_FETCH_SITE)?.unwrap_or("none");
        if !matches!(site, "same-origin" | "none") {
            return Err(forbidden("other sites may not ask here"));
        }
        let token = only(headers, &AUTHORIZATION)?.and_then(|value| value.strip_prefix("Bearer "));
        if token.is_some_and(|token| self.token.is(token.as_bytes())) {
            return Ok(());
        }
        Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "this needs the console's token, as a bearer token; open the address that the program printed",
        ))
    }
}

/// The only value of a header. Who sends two wants one of them overlooked.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next(), values.next());
    match (first.map(|value| value.to_str()), second) {
        (None, _) => Ok(None),
        (Some(Ok(value)), None) => Ok(Some(value)),
        _ => Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            format!("{name} is given twice, or is not text"),
        )),
    }
}

fn forbidden(text: &str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, text)
}
