//! What can be asked for: the page, the picture, and deeds.

use core::future::ready;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use tokio::time::timeout;

use crate::answer;
use crate::assets::{ASSETS, Asset};
use crate::deed::{Deed, Done, NotDone, NotDoneKind};
use crate::events;
use crate::guard::Refusal;
use crate::limits;
use crate::picture::News;
use crate::serve::Console;

/// Nothing but the console's own files may run, style or be asked for.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What stands in every answer.
const HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// All routes, behind their guard.
pub(crate) fn router(console: Arc<Console>) -> Router {
    let mut router = Router::new();
    for asset in ASSETS {
        router = router.route(asset.path, get(move || ready(page(&asset))));
    }
    router
        .route("/events", get(events::events))
        .route("/api/{deed}", post(deed))
        .fallback(async || {
            answer::refused(Refusal::new(StatusCode::NOT_FOUND, "there is nothing here"))
        })
        .layer(from_fn_with_state(Arc::clone(&console), guarded))
        .with_state(console)
}

async fn guarded(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let is_deed = parts.uri.path().starts_with("/api/");
    let mut response = match console.admits(&parts) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) if is_deed => answer::not_done(refusal),
        Err(refusal) => answer::refused(refusal),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

fn page(asset: &Asset) -> Response {
    let mut response = Response::new(Body::from(asset.bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    // A browser asks again each time: the page of another version may be another one.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

async fn deed(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    match perform(console, &name, request).await {
        Ok(done) => answer::done(done),
        Err(refusal) => answer::not_done(refusal),
    }
}

async fn perform(console: Arc<Console>, name: &str, request: Request) -> Result<Done, Refusal> {
    let deed = Deed::parse(name, &body(request).await?)?;
    let place = Arc::clone(&console.under_way).try_acquire_owned();
    let place = place.map_err(|_| {
        let text = format!(
            "{} deeds are under way already; wait for one",
            limits::DEEDS
        );
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, text)
    })?;
    // A task of its own: what has begun is finished, even if the page is gone.
    let doing = tokio::spawn(async move {
        let done = console.deeds.perform(deed).await;
        console.look_around();
        if let Ok(done) = &done {
            let now = console.picture.now();
            let news = News::new(now, "deed", done.text.clone());
            console.picture.notice(news);
        }
        drop(place);
        done
    });
    match doing.await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the deed broke off; that is a bug of this program",
        )),
    }
}

/// The body, if it says it is JSON and comes in time.
async fn body(request: Request) -> Result<axum::body::Bytes, Refusal> {
    let said = request.headers().get(CONTENT_TYPE);
    let said = said.and_then(|said| said.to_str().ok()).unwrap_or_default();
    if !matches!(said, "application/json" | "application/json; charset=utf-8") {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "parameters come as application/json",
        ));
    }
    match timeout(
        limits::BODY_TIME,
        to_bytes(request.into_body(), limits::BODY),
    )
    .await
    {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("parameters are at most {} bytes", limits::BODY),
        )),
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "the parameters did not come in time",
        )),
    }
}

impl From<NotDone> for Refusal {
    fn from(not_done: NotDone) -> Self {
        let status = match not_done.kind {
            NotDoneKind::BadRequest => StatusCode::BAD_REQUEST,
            NotDoneKind::Refused => StatusCode::CONFLICT,
            NotDoneKind::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, not_done.text)
    }
}
