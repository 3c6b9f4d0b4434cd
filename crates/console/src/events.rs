//! The picture as a stream of server-sent events.

use core::convert::Infallible;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use hyper::body::Frame;
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio::time::{sleep, timeout};

use crate::answer;
use crate::guard::Refusal;
use crate::limits;
use crate::picture::Picture;
use crate::serve::Console;

/// How long a page is left alone between two documents.
const PACE: Duration = Duration::from_millis(100);

/// Follows the picture from where a page has seen it last.
pub(crate) async fn events(State(console): State<Arc<Console>>, headers: HeaderMap) -> Response {
    match follow(&console, &headers) {
        Ok(body) => {
            let mut response = Response::new(body);
            let events = HeaderValue::from_static("text/event-stream");
            response.headers_mut().insert(CONTENT_TYPE, events);
            response
        }
        Err(refusal) => answer::refused(refusal),
    }
}

fn follow(console: &Console, headers: &HeaderMap) -> Result<Body, Refusal> {
    let place = Arc::clone(&console.streams).try_acquire_owned();
    let place = place.map_err(|_| {
        let text = format!(
            "{} pages follow the console already; close one",
            limits::STREAMS
        );
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, text)
    })?;
    let picture = Arc::clone(&console.picture);
    let (documents, body) = mpsc::channel(1);
    let stream = Stream {
        seen: seen(headers, &picture),
        picture,
        documents,
        stopping: console.stopping.clone(),
        _place: place,
    };
    tokio::spawn(stream.run());
    Ok(Body::new(Events(body)))
}

/// What a page says it has seen; of another console's picture, it has seen nothing.
fn seen(headers: &HeaderMap, picture: &Picture) -> Option<u64> {
    let id = headers.get("last-event-id")?.to_str().ok()?;
    let (epoch, sequence) = id.split_once('.')?;
    let epoch: u64 = epoch.parse().ok()?;
    let sequence: u64 = sequence.parse().ok()?;
    let is_ours = epoch == picture.epoch() && sequence <= *picture.changes().borrow();
    is_ours.then_some(sequence)
}

/// One page that follows the picture.
struct Stream {
    picture: Arc<Picture>,
    seen: Option<u64>,
    documents: mpsc::Sender<Bytes>,
    stopping: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

impl Stream {
    /// Tells what changed, until the page is gone or the console ends.
    async fn run(mut self) {
        let mut changes = self.picture.changes();
        loop {
            // Only who has taken the last document gets another: what changes meanwhile adds up.
            let Ok(place) = self.documents.reserve().await else {
                return;
            };
            let seen = self.seen;
            let news = changes.wait_for(|last| seen.is_none_or(|seen| *last > seen));
            let event = tokio::select! {
                () = self.documents.closed() => return,
                _ = self.stopping.wait_for(|stopping| *stopping) => return,
                news = timeout(limits::ALIVE, news) => match news {
                    Ok(Ok(_)) => None,
                    Ok(Err(_)) => return,
                    Err(_) => Some(Bytes::from_static(b": alive\n\n")),
                },
            };
            let event = match event {
                Some(alive) => alive,
                None => {
                    let document = self.picture.since(seen.unwrap_or(0));
                    self.seen = Some(document.sequence);
                    let mut event = format!(
                        "id: {}.{}\nevent: picture\ndata: ",
                        self.picture.epoch(),
                        document.sequence
                    )
                    .into_bytes();
                    if serde_json::to_writer(&mut event, &document).is_err() {
                        return;
                    }
                    event.extend_from_slice(b"\n\n");
                    event.into()
                }
            };
            place.send(event);
            sleep(PACE).await;
        }
    }
}

/// Events on their way to a page.
struct Events(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0
            .poll_recv(cx)
            .map(|event| event.map(|event| Ok(Frame::data(event))))
    }
}

#[cfg(test)]
mod tests {
    use tessera_observe::Time;
    use tessera_session::Timestamp;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::picture::News;

    const NOW: Time = Time(Timestamp::from_unix_secs(1_800_000_000));

    fn text(event: Option<Bytes>) -> String {
        let event = event.expect("the stream goes on");
        String::from_utf8(event.to_vec()).expect("text")
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_that_reads_slowly_is_told_once_what_changed_meanwhile() {
        let picture = Arc::new(Picture::new(|| NOW));
        let (documents, mut page) = mpsc::channel(1);
        let (_stop, stopping) = watch::channel(false);
        let places = Arc::new(Semaphore::new(1));
        let place = Arc::clone(&places).try_acquire_owned();
        let stream = Stream {
            picture: Arc::clone(&picture),
            seen: None,
            documents,
            stopping,
            _place: place.expect("there is one"),
        };
        let stream = tokio::spawn(stream.run());
        for number in 1..=50 {
            sleep(Duration::from_secs(1)).await;
            picture.notice(News::new(NOW, "trouble", format!("number {number}.")));
        }
        let first = text(page.recv().await);
        assert!(first.contains("\"everything\":true") && !first.contains("number"));
        let second = text(page.recv().await);
        for number in 1..=50 {
            assert!(second.contains(&format!("number {number}.")));
        }
        // Nothing has queued up behind it; after a while of silence there is a word.
        assert_eq!(text(page.recv().await), ": alive\n\n");
        drop(page);
        assert!(stream.await.is_ok());
        assert_eq!(places.available_permits(), 1);
    }
}
