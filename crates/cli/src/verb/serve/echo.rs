//! `--echo`: every line comes back as it is.

use super::accept::Orders;
use super::limits::LONGEST_LINE;
use std::io;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};

/// Sends lines back until the peer closes, or until it is told that this was the last one. The
/// stream is the caller's to close.
pub(crate) async fn serve<IO>(io: IO, mut orders: Orders) -> io::Result<IO>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let mut io = BufReader::new(io);
    let mut line = Vec::new();
    loop {
        tokio::select! {
            read = read_line(&mut io, &mut line) => {
                if read? == 0 {
                    break;
                }
            }
            () = orders.either() => break,
        }
        // What is here already goes back together.
        if io.buffer().contains(&b'\n') && (line.len() as u64) < LONGEST_LINE {
            continue;
        }
        io.get_mut().write_all(&line).await?;
        io.get_mut().flush().await?;
        line.clear();
    }
    io.get_mut().write_all(&line).await?;
    io.get_mut().flush().await?;
    Ok(io.into_inner())
}

/// The next line, or a piece of a long one. What was read stays in `line` should this be dropped.
async fn read_line<IO>(io: &mut BufReader<IO>, line: &mut Vec<u8>) -> io::Result<usize>
where
    IO: AsyncRead + Unpin,
{
    io.take(LONGEST_LINE).read_until(b'\n', line).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::watch;

    fn orders(drain: &watch::Receiver<bool>) -> Orders {
        Orders {
            drain: drain.clone(),
            cut: drain.clone(),
        }
    }

    #[tokio::test]
    async fn lines_come_back_as_they_are_and_the_rest_at_the_end() {
        let (mut client, server) = tokio::io::duplex(1 << 16);
        let (_keep, drain) = watch::channel(false);
        let echo = tokio::spawn(serve(server, orders(&drain)));
        client.write_all(b"one\r\ntwo\n").await.unwrap();
        let mut back = [0; 9];
        client.read_exact(&mut back).await.unwrap();
        assert_eq!(&back, b"one\r\ntwo\n");
        client.write_all(b"rest").await.unwrap();
        client.shutdown().await.unwrap();
        drop(echo.await.unwrap().unwrap());
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"rest");
    }

    #[tokio::test]
    async fn a_line_longer_than_any_comes_back_in_pieces() {
        let (mut client, server) = tokio::io::duplex(1 << 17);
        let (_keep, drain) = watch::channel(false);
        let echo = tokio::spawn(serve(server, orders(&drain)));
        let longest = usize::try_from(LONGEST_LINE).unwrap();
        client.write_all(&vec![b'x'; longest]).await.unwrap();
        // Its end has not come yet, and nobody waits for it.
        client.read_exact(&mut vec![0; longest]).await.unwrap();
        client.write_all(b"y\n").await.unwrap();
        let mut rest = [0; 2];
        client.read_exact(&mut rest).await.unwrap();
        assert_eq!(&rest, b"y\n");
        drop(client);
        drop(echo.await.unwrap().unwrap());
    }
}
