//! Group commit: what waits together is written together, and answered when it is there.

use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use tessera_session::StoreError;

use crate::connection::Database;
use crate::failure::Failure;
use crate::reply::Sender;

/// Records in one commit. They take a few milliseconds at most, and nobody waits for more to come.
const MOST: usize = 256;

/// Something to do with the database, and somebody who waits for it.
pub(crate) trait Task: Send {
    /// Does it, and keeps the result.
    fn run(&mut self, database: &Connection) -> Result<(), Failure>;

    /// Tells the result, or why there is none.
    fn finish(self: Box<Self>, outcome: Result<(), StoreError>);

    /// What has to follow the commit.
    fn and_then(&self) -> AndThen;
}

/// What has to follow a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AndThen {
    /// Nothing.
    Nothing,
    /// The log is emptied, for something in it was erased.
    EmptyLog,
}

/// A task made of a closure.
pub(crate) struct Job<T, F> {
    run: Option<F>,
    result: Option<T>,
    reply: Sender<T>,
    and_then: AndThen,
}

impl<T, F> Job<T, F> {
    pub(crate) const fn new(run: F, reply: Sender<T>, and_then: AndThen) -> Self {
        Self {
            run: Some(run),
            result: None,
            reply,
            and_then,
        }
    }
}

impl<T, F> Task for Job<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, Failure> + Send,
{
    fn run(&mut self, database: &Connection) -> Result<(), Failure> {
        if let Some(run) = self.run.take() {
            self.result = Some(run(database)?);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        match (outcome, self.result) {
            (Ok(()), Some(result)) => self.reply.send(Ok(result)),
            (Err(error), _) => self.reply.send(Err(error)),
            (Ok(()), None) => self
                .reply
                .send(Err(StoreError::Unavailable("nothing was done".to_owned()))),
        }
    }

    fn and_then(&self) -> AndThen {
        self.and_then
    }
}

type Queue = Receiver<Box<dyn Task>>;

/// A writing thread's life. `pen` is held by one of the process's writers at a time: they would only wait for
/// the file's lock otherwise, which is slower.
pub(crate) fn write(queue: &Queue, mut database: Database, pen: &Mutex<()>) -> Database {
    while let Ok(first) = queue.recv() {
        let mut batch = vec![first];
        batch.extend(queue.try_iter().take(MOST - 1));
        let _pen = pen.lock().unwrap_or_else(PoisonError::into_inner);
        commit(&mut database, batch);
    }
    database
}

/// A reading thread's life. Several share a queue.
pub(crate) fn read(queue: &Mutex<Queue>, mut database: Database) -> Database {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut task) = next else { return database };
        let outcome = match database.current() {
            Ok(connection) => task
                .run(connection)
                .map_err(|failure| database.failed(failure)),
            Err(error) => Err(error),
        };
        task.finish(outcome);
    }
}

/// Runs a batch in one transaction. A task that fails is undone alone; if the transaction fails, all are.
fn commit(database: &mut Database, mut batch: Vec<Box<dyn Task>>) {
    let path = database.site().path.clone();
    let ran = match database.current() {
        Ok(connection) => run_all(connection, &mut batch),
        Err(error) => {
            return batch
                .into_iter()
                .for_each(|task| task.finish(Err(error.clone())));
        }
    };
    let outcomes = match ran {
        // What was written to a file that lost its name in the meantime is not kept.
        Ok(_) if !database.is_current() => Err(StoreError::Damaged(format!(
            "{}: replaced while we wrote",
            path.display()
        ))),
        Ok(failures) => Ok(failures),
        Err(failure) => Err(database.failed(failure)),
    };
    match outcomes {
        Err(error) => batch
            .into_iter()
            .for_each(|task| task.finish(Err(error.clone()))),
        Ok(failures) => {
            if batch
                .iter()
                .any(|task| task.and_then() == AndThen::EmptyLog)
                && let Ok(connection) = database.current()
            {
                // Best effort: a reader elsewhere may hold on to the log for a moment.
                let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            }
            for (task, failure) in batch.into_iter().zip(failures) {
                task.finish(failure.map_or(Ok(()), |failure| Err(failure.into_store_error(&path))));
            }
        }
    }
}

/// The failure of each task that failed alone, or of the whole transaction.
fn run_all(
    connection: &Connection,
    batch: &mut [Box<dyn Task>],
) -> Result<Vec<Option<Failure>>, Failure> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let ran = run_each(connection, batch).and_then(|failures| {
        connection.execute_batch("COMMIT")?;
        Ok(failures)
    });
    if ran.is_err() && !connection.is_autocommit() {
        // The failure that led here is the one to tell.
        let _ = connection.execute_batch("ROLLBACK");
    }
    ran
}

fn run_each(
    connection: &Connection,
    batch: &mut [Box<dyn Task>],
) -> Result<Vec<Option<Failure>>, Failure> {
    let mut failures = Vec::with_capacity(batch.len());
    for task in batch {
        connection.prepare_cached("SAVEPOINT task")?.execute([])?;
        match task.run(connection) {
            Ok(()) => failures.push(None),
            // Damaged, or undone as a whole by SQLite: there is no going on.
            Err(failure) if failure.damage().is_some() || connection.is_autocommit() => {
                return Err(failure);
            }
            Err(failure) => {
                connection.prepare_cached("ROLLBACK TO task")?.execute([])?;
                failures.push(Some(failure));
            }
        }
        connection.prepare_cached("RELEASE task")?.execute([])?;
    }
    Ok(failures)
}
