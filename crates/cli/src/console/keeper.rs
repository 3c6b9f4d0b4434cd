//! Keeps one server running: another takes its place when it is killed, by the console or by anybody else.

use super::process::ServerProcess;
use crate::exit::{Failure, Outcome};
use crate::report::talk::Talk;
use crate::verb::serve::signals::{Signals, Told};
use rustix::process::Signal;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tessera_console::Picture;
use tokio::sync::{mpsc, oneshot, watch};

/// A server that ends by itself sooner than this will not do better the next time.
const SOON: Duration = Duration::from_secs(2);

/// What whoever keeps a server can be told.
pub(crate) enum Order {
    /// Kill the process and start another; the answer is its id.
    Restart(oneshot::Sender<u32>),
    /// Have it read its certificates anew.
    Reload,
}

/// A server that is kept running.
pub(crate) struct Keeper {
    args: Vec<OsString>,
    server: ServerProcess,
    since: Instant,
    picture: Arc<Picture>,
    orders: mpsc::Receiver<Order>,
    address: watch::Sender<SocketAddr>,
    talk: Talk,
}

/// How a keeper is reached.
#[derive(Clone)]
pub(crate) struct Kept {
    /// Tells it what to do.
    pub(crate) orders: mpsc::Sender<Order>,
    /// Where its server listens.
    pub(crate) address: watch::Receiver<SocketAddr>,
}

impl Keeper {
    /// Keeps a server that was started with these arguments. The next one is to listen where this one does.
    pub(crate) fn new(
        server: ServerProcess,
        mut args: Vec<OsString>,
        picture: &Arc<Picture>,
        talk: Talk,
    ) -> (Self, Kept) {
        let (sender, orders) = mpsc::channel(1);
        let (address, listening) = watch::channel(server.listening());
        args.extend(["--listen".into(), server.listening().to_string().into()]);
        let keeper = Self {
            args,
            server,
            since: Instant::now(),
            picture: Arc::clone(picture),
            orders,
            address,
            talk,
        };
        let kept = Kept {
            orders: sender,
            address: listening,
        };
        (keeper, kept)
    }

    /// Keeps it until somebody wants an end, and waits for that.
    pub(crate) async fn keep(mut self, mut signals: Signals) -> Outcome<ExitStatus> {
        loop {
            tokio::select! {
                told = signals.next() => match told {
                    Told::Stop => {
                        self.server.signal(Signal::TERM);
                        return self.server.wait().await;
                    }
                    Told::Reload => self.server.signal(Signal::HUP),
                },
                Some(order) = self.orders.recv() => match order {
                    Order::Restart(asked) => {
                        self.server.kill("the console").await?;
                        self.start().await?;
                        let _ = asked.send(self.server.pid());
                    }
                    Order::Reload => self.server.signal(Signal::HUP),
                },
                status = self.server.wait() => {
                    let status = status?;
                    // A server that is killed can be started again; one that gives up has its reason.
                    if status.signal().is_none() && self.since.elapsed() < SOON {
                        return Err(Failure::internal(format_args!("the server ends as soon as it is started: {status}")));
                    }
                    self.talk.warn(format_args!("the server process ended ({status}); another takes its place"));
                    self.start().await?;
                }
            }
        }
    }

    async fn start(&mut self) -> Outcome<()> {
        self.server = ServerProcess::start(&self.args, Some(&self.picture)).await?;
        self.since = Instant::now();
        let _ = self.address.send(self.server.listening());
        Ok(())
    }
}
