//! The task that keeps a node's connection: made, looked after, given up, made again.

use core::pin::Pin;
use core::time::Duration;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ProtocolVersion, RedisConnectionInfo, Value};
use tokio::sync::{Notify, watch};
use tokio::time::{interval, sleep, timeout};

use super::{Live, Server, State};
use crate::dial::{Dial, Metered};
use crate::location::{Address, Location};
use crate::settings::Settings;

/// How connections are made and kept: the same for all nodes.
pub(crate) struct Keeping {
    pub(crate) dial: Arc<dyn Dial>,
    pub(crate) settings: Settings,
    pub(crate) introduction: RedisConnectionInfo,
}

/// What a keeper shares with its node.
pub(super) struct Kept {
    pub(super) address: Address,
    pub(super) misses: Arc<AtomicU32>,
    pub(super) given_up: Arc<Notify>,
}

/// Between two looks at what the server says of itself.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Before a node that does not answer is tried again, and at most, after it went on so.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Requests that may wait to be written.
const WAITING: usize = 1_024;

impl Keeping {
    pub(crate) fn new(location: &Location, dial: Arc<dyn Dial>, settings: Settings) -> Self {
        let mut introduction = RedisConnectionInfo::default()
            .set_protocol(ProtocolVersion::RESP2)
            .set_skip_set_lib_name()
            .set_db(i64::from(location.database));
        if let Some(user) = &location.user {
            introduction = introduction.set_username(user);
        }
        if let Some(password) = &location.password {
            introduction = introduction.set_password(password.as_str());
        }
        Self {
            dial,
            settings,
            introduction,
        }
    }
}

/// Why a connection is not kept any longer.
enum Over {
    /// It ended.
    Ended,
    /// Too many answers did not come in time.
    GivenUp,
    /// Nobody needs the node any more.
    Unneeded,
}

/// Keeps the connection until nobody needs the node.
pub(super) async fn keep(kept: Kept, keeping: Arc<Keeping>, state: watch::Sender<State>) {
    let patience = keeping.settings.patience;
    let (mut pause, mut in_doubt) = (FIRST_PAUSE, false);
    loop {
        let opened = async {
            let (mut live, driver) = open(&kept, &keeping).await?;
            let driver = tokio::spawn(driver);
            if in_doubt {
                // It was given up for being slow: once more it may be so, but not as a matter of course.
                prove(&mut live, keeping.settings.deadline).await?;
            }
            Ok::<_, String>((live, driver))
        };
        let opened = tokio::select! {
            opened = timeout(patience, opened) => opened,
            () = state.closed() => return,
        };
        let why = match opened {
            Ok(Ok((live, driver))) => {
                (pause, in_doubt) = (FIRST_PAUSE, false);
                kept.misses.store(0, Ordering::Relaxed);
                match tend(&kept, live, driver, &state, patience).await {
                    Over::Ended => {
                        state.send_replace(State::Dialling);
                        continue;
                    }
                    Over::GivenUp => {
                        in_doubt = true;
                        format!("{} has not answered of late", kept.address)
                    }
                    Over::Unneeded => return,
                }
            }
            Ok(Err(why)) => format!("{}: {why}", kept.address),
            Err(_) => format!("{} lets nobody in within {patience:?}", kept.address),
        };
        state.send_replace(State::Away(why));
        tokio::select! {
            () = sleep(pause) => {}
            () = state.closed() => return,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// What reads and writes while it is polled.
type Driving = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Dials, introduces us, and asks who is there.
async fn open(kept: &Kept, keeping: &Keeping) -> Result<(Live, Driving), String> {
    let stream = keeping.dial.dial(&kept.address).await;
    let stream = stream.map_err(|error: io::Error| error.to_string())?;
    let unanswered = Arc::default();
    let metered = Metered::new(stream, Arc::clone(&unanswered));
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(None)
        .set_response_timeout(None)
        .set_pipeline_buffer_size(WAITING);
    let opened =
        MultiplexedConnection::new_with_config(&keeping.introduction, metered, config).await;
    let (connection, driver) = opened.map_err(|error| error.to_string())?;
    let mut live = Live {
        connection,
        unanswered,
        server: Server::default(),
    };
    // The driver has to be polled for an answer to come, and is the caller's afterwards.
    let mut driver: Driving = Box::pin(driver);
    live.server = tokio::select! {
        server = ask_who_is_there(&live) => server?,
        () = &mut driver => return Err("it hung up".to_owned()),
    };
    live.answered(&kept.misses);
    Ok((live, driver))
}

async fn ask_who_is_there(live: &Live) -> Result<Server, String> {
    let mut connection = live.connection.clone();
    let answer = redis::cmd("INFO")
        .query_async::<Value>(&mut connection)
        .await;
    match answer {
        Ok(Value::BulkString(info)) => Ok(Server::parse(&String::from_utf8_lossy(&info))),
        Ok(_) => Err("what it answers makes no sense".to_owned()),
        // Who may not ask gets no promise of memory, and everything else.
        Err(error) if !error.is_unrecoverable_error() && error.code() == Some("NOPERM") => {
            Ok(Server::default())
        }
        Err(error) => Err(error.to_string()),
    }
}

async fn prove(live: &mut Live, deadline: Duration) -> Result<(), String> {
    let ping = redis::cmd("PING");
    match timeout(deadline, ping.query_async::<Value>(&mut live.connection)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {deadline:?}")),
    }
}

/// Looks after a connection until it is over.
async fn tend(
    kept: &Kept,
    mut live: Live,
    driver: tokio::task::JoinHandle<()>,
    state: &watch::Sender<State>,
    patience: Duration,
) -> Over {
    let mut driver = Driver(driver);
    let mut looks = interval(LOOK_EVERY);
    looks.tick().await;
    state.send_replace(State::Up(live.clone()));
    loop {
        tokio::select! {
            _ = &mut driver.0 => return Over::Ended,
            () = kept.given_up.notified() => {
                // A notice may be left from an earlier connection.
                if kept.misses.load(Ordering::Relaxed) > 0 {
                    return Over::GivenUp;
                }
            }
            () = state.closed() => return Over::Unneeded,
            _ = looks.tick() => match timeout(patience, ask_who_is_there(&live)).await {
                Ok(Ok(server)) => {
                    live.answered(&kept.misses);
                    if server != live.server {
                        live.server = server;
                        state.send_replace(State::Up(live.clone()));
                    }
                }
                Ok(Err(_)) | Err(_) => return Over::GivenUp,
            },
        }
    }
}

/// The task that reads and writes; ended when the connection is not kept any longer.
struct Driver(tokio::task::JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}
