//! What a page, or whoever says it is one, can make the console hold, do or wait for.

use core::time::Duration;

/// Connections at once.
pub(crate) const CONNECTIONS: usize = 128;
/// Pages that follow the picture at once.
pub(crate) const STREAMS: usize = 32;
/// Deeds under way at once.
pub(crate) const DEEDS: usize = 16;
/// Bytes of a request's body.
pub(crate) const BODY: usize = 4 * 1024;
/// Bytes of a request's header, and of answers that wait for a slow reader.
pub(crate) const BUFFER: usize = 16 * 1024;
/// How long a request's header may take, and how long a connection may have none.
pub(crate) const HEADERS: Duration = Duration::from_secs(10);
/// How long a request's body may take.
pub(crate) const BODY_TIME: Duration = Duration::from_secs(10);
/// How long answers under way may take once the console is to end.
pub(crate) const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// How long a page hears nothing before it is told that nothing happened.
pub(crate) const ALIVE: Duration = Duration::from_secs(15);
