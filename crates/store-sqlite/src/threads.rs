//! The store's threads, and how work gets to them.

use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tessera_session::{Reply, StoreError};

use crate::commit::{self, AndThen, Job, Task};
use crate::connection::{Check, Database, Role};
use crate::failure::Failure;
use crate::reply;
use crate::site::Site;

/// Requests that may wait at a thread. Beyond that the answer is no, at once.
const WAITING: usize = 8_192;

/// One road to the file.
pub(crate) struct Road(SyncSender<Box<dyn Task>>);

/// A road per kind of work. When all are gone, the threads end.
pub(crate) struct Roads {
    pub(crate) writer: Road,
    pub(crate) durable: Road,
    pub(crate) readers: Road,
}

/// Opens the file once for each thread and starts them.
pub(crate) fn start(
    site: &Arc<Site>,
    readers: usize,
) -> Result<(Roads, Vec<JoinHandle<Database>>), StoreError> {
    let open = |role, check| Database::open(Arc::clone(site), role, check);
    let pen = Arc::new(Mutex::new(()));
    let (mut threads, mut writers) = (Vec::new(), Vec::new());
    for (role, check, name) in [
        (Role::Writer, Check::Pages, "store-writer"),
        (Role::Durable, Check::HeadOnly, "store-durable"),
    ] {
        let database = open(role, check)?;
        let (sender, queue) = mpsc::sync_channel(WAITING);
        let pen = Arc::clone(&pen);
        threads.push(spawn(name, move || commit::write(&queue, database, &pen))?);
        writers.push(Road(sender));
    }
    let (sender, queue) = mpsc::sync_channel(WAITING);
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..readers.max(1) {
        let (queue, database) = (Arc::clone(&queue), open(Role::Reader, Check::HeadOnly)?);
        threads.push(spawn("store-reader", move || {
            commit::read(&queue, database)
        })?);
    }
    let mut writers = writers.into_iter();
    match (writers.next(), writers.next()) {
        (Some(writer), Some(durable)) => Ok((
            Roads {
                writer,
                durable,
                readers: Road(sender),
            },
            threads,
        )),
        _ => Err(StoreError::Unavailable("no threads".to_owned())),
    }
}

fn spawn(
    name: &str,
    run: impl FnOnce() -> Database + Send + 'static,
) -> Result<JoinHandle<Database>, StoreError> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(run);
    spawned.map_err(|error| StoreError::Unavailable(format!("no thread for the store: {error}")))
}

impl Road {
    /// Sends work off and gives the answer to wait for. The work is done even if nobody waits.
    pub(crate) fn ask<T, F>(&self, and_then: AndThen, work: F) -> Reply<'static, T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let (sender, pending) = reply::channel();
        match self.0.try_send(Box::new(Job::new(work, sender, and_then))) {
            // A thread that is gone has dropped the job, and with it the sender, which answers for it.
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(task)) => {
                task.finish(Err(StoreError::Unavailable(format!(
                    "{WAITING} requests wait already"
                ))));
            }
        }
        Box::pin(pending)
    }
}
