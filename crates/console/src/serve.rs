//! The console on its socket.

use core::future::Future;
use core::pin::pin;
use core::time::Duration;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::deed::{Deed, Deeds};
use crate::guard::Hosts;
use crate::limits;
use crate::picture::Picture;
use crate::routes;
use crate::token::Token;

/// How long nobody is accepted after that failed.
const AFTER_TROUBLE: Duration = Duration::from_millis(100);

/// Everything a request may need.
pub(crate) struct Console {
    pub(crate) picture: Arc<Picture>,
    pub(crate) deeds: Arc<dyn Deeds>,
    pub(crate) token: Token,
    pub(crate) hosts: Hosts,
    /// Places for pages that follow the picture.
    pub(crate) streams: Arc<Semaphore>,
    /// Places for deeds under way.
    pub(crate) under_way: Arc<Semaphore>,
    /// True once the console is to end.
    pub(crate) stopping: watch::Receiver<bool>,
}

/// Serves the console until `stop`, and then until those who are being answered have their answer.
///
/// # Errors
/// When the listener is not on a loopback address: the console's token protects from other pages and
/// other users of this host, not from whoever can read the network.
pub async fn serve(
    listener: TcpListener,
    picture: Arc<Picture>,
    deeds: Arc<dyn Deeds>,
    token: Token,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!(
                "{address} is no loopback address, and the console listens on no other; say 127.0.0.1 or [::1]"
            ),
        ));
    }
    let (stop_all, stopping) = watch::channel(false);
    let console = Arc::new(Console {
        picture,
        deeds,
        token,
        hosts: Hosts::of(address),
        streams: Arc::new(Semaphore::new(limits::STREAMS)),
        under_way: Arc::new(Semaphore::new(limits::DEEDS)),
        stopping: stopping.clone(),
    });
    console.look_around();
    let router = routes::router(Arc::clone(&console));
    let mut connections = JoinSet::new();
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            _ = seconds.tick() => console.look_around(),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < limits::CONNECTIONS => match accepted {
                Ok((socket, _)) => {
                    connections.spawn(connection(socket, router.clone(), stopping.clone()));
                }
                // No descriptors left, or a peer that is gone already: neither is a reason to end.
                Err(_) => sleep(AFTER_TROUBLE).await,
            },
        }
    }
    let _ = stop_all.send(true);
    let answered = async { while connections.join_next().await.is_some() {} };
    let _ = timeout(limits::LAST_ANSWERS, answered).await;
    Ok(())
}

impl Console {
    /// What changes though nobody tells.
    pub(crate) fn look_around(&self) {
        let mut deeds: BTreeMap<String, Option<String>> = Deed::NAMES
            .iter()
            .map(|name| ((*name).to_owned(), None))
            .collect();
        for (name, why) in self.deeds.unavailable() {
            deeds.insert(name, Some(why));
        }
        self.picture.deeds(deeds);
        self.picture.tick();
    }
}

/// Answers the requests of one connection.
async fn connection(
    socket: impl AsyncRead + AsyncWrite + Unpin,
    router: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::HEADERS)
        // A page that reads slowly finds one long document later, not many that waited.
        .max_buf_size(limits::BUFFER)
        .serve_connection(TokioIo::new(socket), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

#[cfg(test)]
mod tests {
    use tessera_observe::Time;
    use tessera_session::Timestamp;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use zeroize::Zeroizing;

    use super::*;
    use crate::deed::{Doing, Done};

    /// Does nothing, at once.
    struct Nothing;

    impl Deeds for Nothing {
        fn perform(&self, _: Deed) -> Doing<'_> {
            Box::pin(async { Ok(Done::text("nothing")) })
        }

        fn unavailable(&self) -> Vec<(String, String)> {
            Vec::new()
        }
    }

    /// One end of a connection to a console that listens on port 9.
    fn dial() -> (DuplexStream, watch::Sender<bool>) {
        let (stop, stopping) = watch::channel(false);
        let now = Time(Timestamp::from_unix_secs(1_800_000_000));
        let console = Arc::new(Console {
            picture: Arc::new(Picture::new(move || now)),
            deeds: Arc::new(Nothing),
            token: Token::draw(&Zeroizing::new([7; 16])),
            hosts: Hosts::of(([127, 0, 0, 1], 9).into()),
            streams: Arc::new(Semaphore::new(1)),
            under_way: Arc::new(Semaphore::new(1)),
            stopping: stopping.clone(),
        });
        let (ours, theirs) = duplex(65_536);
        tokio::spawn(connection(theirs, routes::router(console), stopping));
        (ours, stop)
    }

    /// What comes back to these bytes until the console closes, which is within a minute.
    async fn answers(request: &str) -> String {
        let (mut socket, _stop) = dial();
        let mut answers = String::new();
        let exchange = async {
            socket.write_all(request.as_bytes()).await?;
            socket.read_to_string(&mut answers).await
        };
        let exchange = timeout(Duration::from_secs(60), exchange).await;
        assert!(exchange.is_ok_and(|read| read.is_ok()), "{answers}");
        answers
    }

    #[tokio::test(start_paused = true)]
    async fn a_header_that_does_not_end_ends_the_connection() {
        assert!(
            !answers("GET / HTTP/1.1\r\nHost: 127.0.0.1:9\r\n")
                .await
                .contains("200 OK")
        );
        assert!(!answers("").await.contains("200 OK"));
        let idle = answers("GET / HTTP/1.1\r\nHost: 127.0.0.1:9\r\n\r\n").await;
        assert_eq!(
            idle.matches("200 OK").count(),
            1,
            "and then it says nothing"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_is_no_body() {
        let token = Token::draw(&Zeroizing::new([7; 16]));
        let request = format!(
            "POST /api/rotate HTTP/1.1\r\nHost: 127.0.0.1:9\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{",
            token.as_fragment()
        );
        let answer = answers(&request).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        let whole = answers(&(request + "}")).await;
        assert!(whole.starts_with("HTTP/1.1 200 "), "{whole}");
    }
}
