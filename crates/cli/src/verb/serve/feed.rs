//! `--feed`: what happens here as lines on stdout, for the console that started this server and ends
//! when it does.

use super::site::Site;
use serde::Serialize;
use std::io::{self, Write as _};
use std::process;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};
use tessera::clock;
use tessera_observe::{FeedLine, Notice};
use tokio::sync::oneshot;

/// Between two looks at what changed on connections.
const EVERY: Duration = Duration::from_millis(100);
/// Notices that may wait for a reader; those that find no room are lost.
const WAITING: usize = 256;
/// How long the end waits for a reader to take the last line.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What is told to the feed.
pub(crate) enum Word {
    /// To be written at once.
    Notice(Notice),
    /// There will be nothing more.
    Last,
}

/// The way there, both ends.
pub(crate) type Channel = (SyncSender<Word>, Receiver<Word>);

/// A way with nothing on it yet.
pub(crate) fn channel() -> Channel {
    mpsc::sync_channel(WAITING)
}

/// Ends this process as soon as whoever started it lets go of its stdin, which is what happens when
/// that process ends, however it ends.
pub(crate) fn die_with_parent() -> io::Result<()> {
    let wait = || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        process::exit(0);
    };
    thread::Builder::new()
        .name("parent".to_owned())
        .spawn(wait)
        .map(drop)
}

/// A feed that is being written, by a thread of its own: a reader that takes its time keeps nobody
/// waiting, not even the end of the program.
pub(crate) struct Feed {
    words: SyncSender<Word>,
    /// Ready when nothing is written any more.
    over: oneshot::Receiver<()>,
}

impl Feed {
    /// Begins to write.
    pub(crate) fn start(site: Arc<Site>, (words, told): Channel) -> io::Result<Self> {
        let (done, over) = oneshot::channel();
        let mut writer = Writer {
            site,
            process: process::id(),
            sequence: 0,
            web_sessions: None,
        };
        let write = move || {
            // Whoever reads is gone, or nothing more is to be read: either way it is over.
            let _ = writer.write(&told);
            let _ = done.send(());
        };
        thread::Builder::new()
            .name("feed".to_owned())
            .spawn(write)?;
        Ok(Self { words, over })
    }

    /// Ready when the reader has gone away.
    pub(crate) async fn unread(&mut self) {
        let _ = (&mut self.over).await;
    }

    /// Writes what there is left to tell, and waits a moment for it to go out.
    pub(crate) async fn finish(self) {
        if self.words.try_send(Word::Last).is_ok() {
            let _ = tokio::time::timeout(LAST_WORDS, self.over).await;
        }
    }
}

struct Writer {
    site: Arc<Site>,
    process: u32,
    /// How far the ledger is told.
    sequence: u64,
    /// How many web sessions were told.
    web_sessions: Option<u64>,
}

impl Writer {
    fn write(&mut self, told: &Receiver<Word>) -> io::Result<()> {
        let mut due = Instant::now();
        loop {
            if due <= Instant::now() {
                self.changes()?;
                due = Instant::now() + EVERY;
            }
            match told.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(Word::Notice(notice)) => line(&FeedLine::notice(self.process, notice))?,
                Ok(Word::Last) | Err(RecvTimeoutError::Disconnected) => return self.changes(),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// What changed since the last line; the longer that took to write, the more it is.
    fn changes(&mut self) -> io::Result<()> {
        let web_sessions = self.site.web.number(clock::now());
        if self.web_sessions != Some(web_sessions) {
            self.web_sessions = Some(web_sessions);
            line(&FeedLine::web_sessions(self.process, web_sessions))?;
        }
        let Some(delta) = self.site.book.since(self.sequence) else {
            return Ok(());
        };
        self.sequence = delta.sequence;
        line(&FeedLine::delta(self.process, delta))
    }
}

fn line(value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&line)?;
    stdout.flush()
}
