//! How long a thread waits for its transport.

use crate::clock;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A transport that can be told how long to wait for its peer.
pub trait Patient: Read + Write {
    /// From here on a read or write fails with `WouldBlock` or `TimedOut` once it has waited for
    /// so long, which is never zero; with `None` it waits as long as it takes.
    ///
    /// # Errors
    /// When the transport cannot be told.
    fn wait_at_most(&mut self, limit: Option<Duration>) -> io::Result<()>;
}

impl Patient for TcpStream {
    fn wait_at_most(&mut self, limit: Option<Duration>) -> io::Result<()> {
        self.set_read_timeout(limit)?;
        self.set_write_timeout(limit)
    }
}

#[cfg(unix)]
impl Patient for std::os::unix::net::UnixStream {
    fn wait_at_most(&mut self, limit: Option<Duration>) -> io::Result<()> {
        self.set_read_timeout(limit)?;
        self.set_write_timeout(limit)
    }
}

impl<T: Patient + ?Sized> Patient for &mut T {
    fn wait_at_most(&mut self, limit: Option<Duration>) -> io::Result<()> {
        (**self).wait_at_most(limit)
    }
}

/// A transport that is to keep the timeouts of the config. Its own are overwritten, and not put
/// back for whoever uses it afterwards.
#[derive(Debug)]
pub struct Timed<T>(pub T);

/// What a stream is made on: anything that reads and writes, or a [`Timed`] one of that kind.
pub trait Transport {
    /// What is read and written.
    type Io: Read + Write;

    /// What is read and written, and how it is told how long to wait, if it can be.
    fn into_parts(self) -> (Self::Io, Option<WaitAtMost<Self::Io>>);
}

/// [`Patient::wait_at_most`] of a transport.
pub type WaitAtMost<T> = fn(&mut T, Option<Duration>) -> io::Result<()>;

impl<T: Read + Write> Transport for T {
    type Io = T;

    fn into_parts(self) -> (T, Option<WaitAtMost<T>>) {
        (self, None)
    }
}

impl<T: Patient> Transport for Timed<T> {
    type Io = T;

    fn into_parts(self) -> (T, Option<WaitAtMost<T>>) {
        (self.0, Some(T::wait_at_most))
    }
}

/// What a stream has patience for at the moment.
pub(super) struct Wait<T> {
    tell: Option<WaitAtMost<T>>,
    /// What the transport was told last, if anything: an established stream tells it once.
    told: Option<Option<Duration>>,
    pub(super) span: Span,
}

/// For how long.
#[derive(Clone, Copy)]
pub(super) enum Span {
    /// As long as it takes.
    Unlimited,
    /// A handshake: until then, however many reads and writes that are.
    Until { ends_at: Instant, after: Duration },
    /// An established stream: each time anew.
    Each(Duration),
}

/// No transport knows a limit of zero.
const SHORTEST: Duration = Duration::from_millis(1);

impl<T> Wait<T> {
    pub(super) fn new(tell: Option<WaitAtMost<T>>, handshake_timeout: Option<Duration>) -> Self {
        let until = |after| {
            // What lies beyond the end of the clock is no limit.
            let ends_at = clock::steady_now().checked_add(after)?;
            Some(Span::Until { ends_at, after })
        };
        Self {
            tell,
            told: None,
            span: handshake_timeout.and_then(until).unwrap_or(Span::Unlimited),
        }
    }

    /// The handshake is done.
    pub(super) fn established(&mut self, io: &mut T, idle: Option<Duration>) -> io::Result<()> {
        self.span = idle.map_or(Span::Unlimited, Span::Each);
        self.begin(io)
    }

    /// When even what is not the transport's has to be done.
    pub(super) fn ends_at(&self) -> Option<Instant> {
        match self.span {
            Span::Until { ends_at, .. } => Some(ends_at),
            Span::Unlimited | Span::Each(_) => None,
        }
    }

    /// Before a read or write: tells the transport how long it may wait. An error that
    /// [`Wait::is_over`] knows, where no time is left.
    pub(super) fn begin(&mut self, io: &mut T) -> io::Result<()> {
        let limit = match self.span {
            Span::Unlimited => None,
            Span::Each(after) => Some(after),
            Span::Until { ends_at, .. } => {
                match ends_at.saturating_duration_since(clock::steady_now()) {
                    Duration::ZERO => return Err(ErrorKind::TimedOut.into()),
                    left => Some(left),
                }
            }
        };
        self.tell(io, limit)
    }

    /// Before the last bytes: they go at once or not at all.
    pub(super) fn hurry(&mut self, io: &mut T) -> io::Result<()> {
        self.tell(io, Some(SHORTEST))
    }

    fn tell(&mut self, io: &mut T, limit: Option<Duration>) -> io::Result<()> {
        let limit = limit.map(|limit| limit.max(SHORTEST));
        if let Some(tell) = self.tell
            && self.told != Some(limit)
        {
            self.told = None;
            tell(io, limit)?;
            self.told = Some(limit);
        }
        Ok(())
    }

    /// Whether a read or write failed because it has waited for long enough.
    pub(super) fn is_over(&self, error: &io::Error) -> bool {
        // One that is not timed may have a limit of its own: that is for whoever set it.
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
            && match self.span {
                Span::Unlimited => false,
                Span::Each(_) => self.tell.is_some(),
                Span::Until { ends_at, .. } => {
                    self.tell.is_some() || clock::steady_now() >= ends_at
                }
            }
    }
}
