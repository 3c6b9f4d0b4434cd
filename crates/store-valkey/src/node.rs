//! One node: a connection that is kept, given up and made again, and what is asked over it.

mod keeper;
mod server;

use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use redis::aio::MultiplexedConnection;
use redis::{Cmd, Pipeline, RedisError, Value};
use tessera_session::StoreError;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::failure::Failure;
use crate::location::Address;

pub(crate) use keeper::Keeping;
pub(crate) use server::Server;

/// A node of the store. When the last of its handles goes, so does its connection.
pub(crate) struct Node {
    pub(crate) address: Address,
    tolerance: u32,
    state: watch::Receiver<State>,
    misses: Arc<AtomicU32>,
    given_up: Arc<Notify>,
}

/// How a node is to us.
#[derive(Clone)]
enum State {
    /// A first connection is being made: whoever has the time waits for it.
    Dialling,
    /// There is a connection.
    Up(Live),
    /// It does not answer, and nobody waits for it: it is tried again in the background.
    Away(String),
}

/// A connection, and what is known of who is at its other end.
#[derive(Clone)]
pub(crate) struct Live {
    connection: MultiplexedConnection,
    /// Bytes that came since the last answer.
    unanswered: Arc<AtomicUsize>,
    pub(crate) server: Server,
}

impl Node {
    /// A node whose connection is being made already.
    pub(crate) fn new(address: Address, keeping: &Arc<Keeping>) -> Arc<Self> {
        let (sender, state) = watch::channel(State::Dialling);
        let node = Arc::new(Self {
            address,
            tolerance: keeping.settings.tolerance,
            state,
            misses: Arc::default(),
            given_up: Arc::default(),
        });
        let kept = keeper::Kept {
            address: node.address.clone(),
            misses: Arc::clone(&node.misses),
            given_up: Arc::clone(&node.given_up),
        };
        tokio::spawn(keeper::keep(kept, Arc::clone(keeping), sender));
        node
    }

    /// Whether there is a connection at this moment.
    pub(crate) fn is_up(&self) -> bool {
        matches!(&*self.state.borrow(), State::Up(_))
    }

    /// What is known of the server, once there is a connection.
    pub(crate) async fn server(&self, within: Duration) -> Result<Server, Failure> {
        self.within(within, async { Ok(self.live().await?.server) })
            .await
    }

    /// One command, one answer.
    pub(crate) async fn ask(&self, command: &Cmd, within: Duration) -> Result<Value, Failure> {
        self.within(within, async {
            let mut live = self.live().await?;
            let answer = live.connection.send_packed_command(command).await;
            self.judge(&live, answer.and_then(Value::extract_error))
        })
        .await
    }

    /// The same for keys that are on their way to this node: it must be told that we know.
    pub(crate) async fn ask_while_moving(
        &self,
        command: &Cmd,
        within: Duration,
    ) -> Result<Value, Failure> {
        let mut both = Pipeline::with_capacity(2);
        both.cmd("ASKING").add_command(command.clone());
        self.within(within, async {
            let mut live = self.live().await?;
            let answers = live.connection.send_packed_commands(&both, 1, 1).await;
            let answer = answers.map(|mut answers| answers.pop().unwrap_or(Value::Nil));
            self.judge(&live, answer.and_then(Value::extract_error))
        })
        .await
    }

    /// A miss in time is counted; after some in a row the connection is given up.
    async fn within<T>(
        &self,
        within: Duration,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        if let Ok(answer) = timeout(within, work).await {
            return answer;
        }
        if self.misses.fetch_add(1, Ordering::Relaxed) + 1 >= self.tolerance {
            self.given_up.notify_one();
        }
        Err(Failure::late(&self.address, within))
    }

    /// An answer of any kind is a sign of life.
    fn judge(&self, live: &Live, answer: Result<Value, RedisError>) -> Result<Value, Failure> {
        answer
            .inspect(|_| live.answered(&self.misses))
            .map_err(|error| {
                if !error.is_unrecoverable_error() {
                    live.answered(&self.misses);
                }
                Failure::of(&error, &self.address)
            })
    }

    async fn live(&self) -> Result<Live, Failure> {
        let mut state = self.state.clone();
        loop {
            match &*state.borrow_and_update() {
                State::Up(live) => return Ok(live.clone()),
                State::Away(why) => return Err(Failure::NotServing(why.clone())),
                State::Dialling => {}
            }
            if state.changed().await.is_err() {
                return Err(shutting_down().into());
            }
        }
    }
}

impl Live {
    fn answered(&self, misses: &AtomicU32) {
        misses.store(0, Ordering::Relaxed);
        self.unanswered.store(0, Ordering::Relaxed);
    }
}

pub(crate) fn shutting_down() -> StoreError {
    StoreError::Unavailable("it is shutting down".to_owned())
}
