//! What requests are answered with.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;

use crate::deed::Done;
use crate::guard::Refusal;

/// What comes of pressing a button.
#[derive(Serialize)]
struct Answer {
    schema: &'static str,
    ok: bool,
    #[serde(flatten)]
    done: Option<Done>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Answer {
    fn new(done: Option<Done>, error: Option<String>) -> Self {
        Self {
            schema: "tessera.console-deed/1",
            ok: error.is_none(),
            done,
            error,
        }
    }
}

/// A deed was done.
pub(crate) fn done(done: Done) -> Response {
    json(StatusCode::OK, &Answer::new(Some(done), None))
}

/// A deed was not done, or not even begun.
pub(crate) fn not_done(refusal: Refusal) -> Response {
    json(refusal.status, &Answer::new(None, Some(refusal.text)))
}

/// Something else was not answered.
pub(crate) fn refused(refusal: Refusal) -> Response {
    let text = refusal.text + "\n";
    with(refusal.status, "text/plain; charset=utf-8", text.into())
}

fn json(status: StatusCode, answer: &Answer) -> Response {
    match serde_json::to_vec(answer) {
        Ok(json) => with(status, "application/json", json.into()),
        Err(_) => with(
            StatusCode::INTERNAL_SERVER_ERROR,
            "text/plain",
            Body::empty(),
        ),
    }
}

fn with(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
