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
