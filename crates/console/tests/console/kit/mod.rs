//! A console that runs, what servers would tell it, and whoever asks it.

pub(crate) mod client;
pub(crate) mod deeds;
pub(crate) mod page;
pub(crate) mod rows;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tessera_console::{Picture, Token, serve};
use tessera_observe::Time;
use tessera_session::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use client::Request;
use deeds::Recorder;

/// So many seconds after the hour at which everything here begins.
pub(crate) fn at(seconds: u64) -> Time {
    Time(Timestamp::from_unix_secs(1_800_000_000 + seconds))
}

/// A clock that goes when it is told to.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    pub(crate) fn picture(&self) -> Picture {
        let clock = self.clone();
        Picture::new(move || at(clock.0.load(Ordering::SeqCst)))
    }
}

/// A picture of one server process, 811, at second 100.
pub(crate) fn picture() -> (Picture, Clock) {
    let clock = Clock(Arc::new(AtomicU64::new(100)));
    let picture = clock.picture();
    picture.server_started(811, "edge-1", at(0));
    (picture, clock)
}

/// A console on a socket.
pub(crate) struct Console {
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    pub(crate) picture: Arc<Picture>,
    pub(crate) deeds: Arc<Recorder>,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Console {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let token = Token::draw(&Zeroizing::new([7; 16]));
        let as_text = token.as_fragment().to_owned();
        let (picture, _) = picture();
        let picture = Arc::new(picture);
        picture.console(rows::console());
        let deeds = Arc::new(Recorder::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            let _ = stopped.await;
        };
        let served = serve(
            listener,
            Arc::clone(&picture),
            Arc::<Recorder>::clone(&deeds),
            token,
            stopped,
        );
        Self {
            address,
            token: as_text,
            picture,
            deeds,
            stop: Some(stop),
            served: tokio::spawn(served),
        }
    }

    /// A request by the console's own page, with all that browsers send.
    pub(crate) fn get(&self, path: &str) -> Request {
        let host = self.address.to_string();
        Request::new("GET", path)
            .header("Host", &host)
            .header("Authorization", &format!("Bearer {}", self.token))
            .header("Sec-Fetch-Site", "same-origin")
    }

    /// The same with a button pressed.
    pub(crate) fn post(&self, deed: &str, body: impl Into<Vec<u8>>) -> Request {
        Request {
            method: "POST".to_owned(),
            ..self.get(&format!("/api/{deed}"))
        }
        .header("Origin", &format!("http://{}", self.address))
        .header("Content-Type", "application/json")
        .body(body)
    }

    /// Says that it is to end.
    pub(crate) fn end(&mut self) {
        self.stop.take();
    }

    /// Waits until it has.
    pub(crate) async fn ended(&mut self) {
        let served = (&mut self.served).await.expect("it does not panic");
        assert!(served.is_ok(), "{served:?}");
    }
}
