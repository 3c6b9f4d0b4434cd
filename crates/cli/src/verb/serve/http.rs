//! HTTP on one connection: HTTP/2 where ALPN says so, HTTP/1 everywhere else.

use super::accept::{Orders, told_to_finish};
use super::limits::{HEAD, STREAMS};
use super::pages;
use super::site::{Site, Visit};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::watch;

/// Serves one connection until it ends, or until it is told to.
pub(crate) async fn serve(visit: Visit, site: Arc<Site>, mut orders: Orders) {
    let tls = visit.tls.clone();
    tokio::select! {
        () = until_the_end(visit, site, orders.drain) => {}
        // Whatever was under way: nobody is served on this session any more.
        () = told_to_finish(&mut orders.cut) => tls.close().await,
    }
}

/// Serves one connection until it ends, or until `drain` says to finish what is under way.
async fn until_the_end(visit: Visit, site: Arc<Site>, mut drain: watch::Receiver<bool>) {
    let h2 = visit
        .tls
        .facts()
        .alpn
        .as_ref()
        .is_some_and(|alpn| alpn.as_bytes() == b"h2");
    let io = TokioIo::new(visit.tls.clone());
    let visit = Arc::new(visit);
    let service = service_fn(|request| {
        let (site, visit) = (Arc::clone(&site), Arc::clone(&visit));
        async move { Ok::<_, Infallible>(pages::answer(&site, &visit, request).await) }
    });
    // The two kinds of connection share no trait for being told to finish.
    let result = if h2 {
        let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS);
        let mut connection = pin!(builder.serve_connection(io, service));
        tokio::select! {
            result = &mut connection => result,
            () = told_to_finish(&mut drain) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    } else {
        let mut builder = hyper::server::conn::http1::Builder::new();
        // A client may say close_notify after its request and still wait for the answer. Headers
        // and body go into one buffer, and so into one record where they fit.
        builder
            .half_close(true)
            .writev(false)
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD);
        let mut connection = pin!(builder.serve_connection(io, service));
        tokio::select! {
            result = &mut connection => result,
            () = told_to_finish(&mut drain) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    // What TLS had to say is in the book; HTTP's own errors are the visitor's.
    let _ = result;
}
