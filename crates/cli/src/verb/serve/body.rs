//! Bodies of responses: some bytes, many bytes, what came in, a file.

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::fs::File;
use tokio::io::{AsyncRead as _, ReadBuf};

/// What the built-in pages answer with.
pub(crate) enum PageBody {
    /// These bytes.
    Full(Option<Bytes>),
    /// So many bytes of nothing in particular.
    Many(u64),
    /// What the request brings, while it comes.
    Echo(Incoming),
    /// The rest of a file.
    File {
        /// The file.
        file: File,
        /// Bytes still to come.
        left: u64,
    },
}

/// A piece at a time: four records.
const PIECE: usize = 64 * 1024;

static FILLER: [u8; PIECE] = [b'x'; PIECE];

impl<T: Into<Bytes>> From<T> for PageBody {
    fn from(bytes: T) -> Self {
        Self::Full(Some(bytes.into()).filter(|bytes| !bytes.is_empty()))
    }
}

impl Body for PageBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Many(0) => Poll::Ready(None),
            Self::Many(left) => {
                let piece = usize::try_from(*left).unwrap_or(PIECE).min(PIECE);
                *left -= piece as u64;
                Poll::Ready(
                    FILLER
                        .get(..piece)
                        .map(|piece| Ok(Frame::data(Bytes::from_static(piece)))),
                )
            }
            Self::Echo(incoming) => Pin::new(incoming).poll_frame(cx).map_err(io::Error::other),
            Self::File { left: 0, .. } => Poll::Ready(None),
            Self::File { file, left } => {
                let mut piece = vec![0; usize::try_from(*left).unwrap_or(PIECE).min(PIECE)];
                let mut buffer = ReadBuf::new(&mut piece);
                ready!(Pin::new(file).poll_read(cx, &mut buffer))?;
                let read = buffer.filled().len();
                if read == 0 {
                    // The length has been promised; a response cut short must look like one.
                    return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
                }
                piece.truncate(read);
                *left -= read as u64;
                Poll::Ready(Some(Ok(Frame::data(piece.into()))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(bytes) => bytes.is_none(),
            Self::Many(left) | Self::File { left, .. } => *left == 0,
            Self::Echo(incoming) => incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Self::Many(left) | Self::File { left, .. } => SizeHint::with_exact(*left),
            Self::Echo(incoming) => incoming.size_hint(),
        }
    }
}
