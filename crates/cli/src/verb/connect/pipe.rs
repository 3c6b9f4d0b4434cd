//! Without `--get`: stdin goes to the peer, and what the peer says to stdout.

use super::body::{Body, Destination, Reader};
use super::report::Said;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// After the last of our input, an answer is waited for so long, and again after each piece of it.
const QUIET: Duration = Duration::from_secs(1);
/// If we said nothing, there is no answer to wait for; the peer may still greet.
const QUIET_UNASKED: Duration = Duration::from_millis(100);

const PIECE: usize = 16 * 1024;

/// How the conversation stands.
#[derive(Clone, Copy)]
pub(super) struct Talk {
    /// Where what the peer says goes.
    pub(super) to: Destination,
    /// Something was said already, before our input.
    pub(super) asked: bool,
}

/// Carries both directions until the peer closes, or until nothing more is to be expected. What
/// came before an error is not lost to it.
pub(super) async fn run<IO, R>(mut io: IO, input: R, talk: Talk) -> (IO, Said, Option<io::Error>)
where
    IO: AsyncRead + AsyncWrite + Unpin,
    R: AsyncRead + Unpin,
{
    let mut body = Body::new(talk.to);
    let quiet = if talk.asked { QUIET } else { QUIET_UNASKED };
    let carried = carry(&mut io, input, quiet, &mut body).await;
    let body = body.kept();
    (io, Said { status: None, body }, carried.err())
}

async fn carry<IO, R>(
    io: &mut IO,
    mut input: R,
    mut quiet: Duration,
    body: &mut Body,
) -> io::Result<()>
where
    IO: AsyncRead + AsyncWrite + Unpin,
    R: AsyncRead + Unpin,
{
    let (mut reader, mut writer) = tokio::io::split(io);
    let (mut ours, mut theirs) = (vec![0; PIECE], vec![0; PIECE]);
    // The piece before, and the part of it that is still to be sent.
    let mut sending = vec![0; PIECE];
    let mut unsent = 0..0;
    let mut at_end = false;
    loop {
        // Never one direction alone: a peer that answers while we speak must not be kept waiting.
        tokio::select! {
            read = input.read(&mut ours), if unsent.is_empty() && !at_end => {
                unsent = 0..read?;
                std::mem::swap(&mut ours, &mut sending);
                at_end = unsent.is_empty();
            }
            wrote = writer.write(sending.get(unsent.clone()).unwrap_or_default()), if !unsent.is_empty() => {
                unsent.start += wrote?;
                quiet = QUIET;
            }
            read = reader.read(&mut theirs) => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                let piece = theirs.get(..read).unwrap_or_default();
                if body.take(piece).await? == Reader::Gone {
                    return Ok(());
                }
            }
            () = tokio::time::sleep(quiet), if at_end => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORTED: Talk = Talk {
        to: Destination::Report,
        asked: false,
    };

    /// Says half of something, and then the transport is gone.
    struct Broken {
        half: Option<&'static [u8]>,
    }

    impl AsyncRead for Broken {
        fn poll_read(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            buf: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            std::task::Poll::Ready(match self.half.take() {
                Some(half) => {
                    buf.put_slice(half);
                    Ok(())
                }
                None => Err(io::ErrorKind::UnexpectedEof.into()),
            })
        }
    }

    #[tokio::test]
    async fn what_is_typed_goes_out_and_what_comes_is_kept() {
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let pipe = tokio::spawn(run(ours, &b"hello\n"[..], REPORTED));
        let mut heard = [0; 6];
        theirs.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"hello\n");
        theirs.write_all(b"and good day").await.unwrap();
        drop(theirs);
        let (_, said, error) = pipe.await.unwrap();
        assert!(error.is_none());
        assert_eq!(said.body.as_deref(), Some(&b"and good day"[..]));
    }

    #[tokio::test]
    async fn what_came_before_an_error_is_kept() {
        let peer = tokio::io::join(
            Broken {
                half: Some(b"half of"),
            },
            tokio::io::sink(),
        );
        let (_, said, error) = run(peer, &b""[..], REPORTED).await;
        assert_eq!(said.body.as_deref(), Some(&b"half of"[..]));
        assert_eq!(
            error.map(|error| error.kind()),
            Some(io::ErrorKind::UnexpectedEof)
        );
    }
}
