//! `--starttls`: what is said in the clear before TLS.

use crate::exit::{Exit, Failure, Outcome};
use std::io;
use tessera::starttls::{ClientDialogue, Protocol, Step};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// What we call ourselves where the protocol asks; the peer has no use for it.
const OUR_NAME: &str = "localhost";

/// Whether TLS was on this connection before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    /// The server greets, where its protocol has it so.
    First,
    /// TLS was closed, and the client speaks first.
    Again,
}

/// Talks until TLS begins. `received` came before anything was asked.
pub(super) async fn negotiate<IO>(
    io: &mut IO,
    protocol: Protocol,
    round: Round,
    received: &[u8],
) -> Outcome<()>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let mut dialogue = match round {
        Round::First => ClientDialogue::new(protocol, OUR_NAME),
        Round::Again => ClientDialogue::again(protocol, OUR_NAME),
    };
    let lost = |error: io::Error| {
        Failure::new(
            Exit::CannotConnect,
            format_args!("before TLS, in {protocol}: {error}"),
        )
    };
    let refused =
        |error: &dyn std::fmt::Display| Failure::new(Exit::Handshake, format_args!("{error}"));
    let mut step = dialogue.start();
    let mut heard = [0; 2048];
    let mut came = received.to_vec();
    loop {
        io.write_all(&step.send).await.map_err(lost)?;
        io.flush().await.map_err(lost)?;
        if step.done {
            return Ok(());
        }
        if came.is_empty() {
            match io.read(&mut heard).await.map_err(lost)? {
                0 => return Err(refused(&dialogue.ended())),
                count => came.extend_from_slice(heard.get(..count).unwrap_or_default()),
            }
        }
        step = dialogue
            .receive(&std::mem::take(&mut came))
            .map_err(|error| refused(&error))?;
        if step == Step::default() {
            continue;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn against(server: &'static [(&'static str, &'static str)], round: Round) -> Outcome<()> {
        let (mut ours, mut theirs) = tokio::io::duplex(4096);
        let served = tokio::spawn(async move {
            for (expected, said) in server {
                let mut heard = vec![0; expected.len()];
                theirs.read_exact(&mut heard).await.unwrap();
                assert_eq!(String::from_utf8_lossy(&heard), *expected);
                theirs.write_all(said.as_bytes()).await.unwrap();
            }
            // With this the connection is closed.
        });
        let done = negotiate(&mut ours, Protocol::Smtp, round, b"").await;
        drop(ours);
        served.await.unwrap();
        done
    }

    #[tokio::test]
    async fn a_client_comes_to_tls_once_and_once_more_without_a_greeting() {
        let once = &[
            ("", "220 here\r\n"),
            ("EHLO localhost\r\n", "250-here\r\n250 STARTTLS\r\n"),
            ("STARTTLS\r\n", "220 go\r\n"),
        ];
        assert_eq!(against(once, Round::First).await, Ok(()));
        let again = &[
            ("EHLO localhost\r\n", "250-here\r\n250 STARTTLS\r\n"),
            ("STARTTLS\r\n", "220 go\r\n"),
        ];
        assert_eq!(against(again, Round::Again).await, Ok(()));
    }

    #[tokio::test]
    async fn a_server_without_starttls_is_told_apart_from_one_that_is_gone() {
        let without = &[("", "220 here\r\n"), ("EHLO localhost\r\n", "250 here\r\n")];
        let failure = against(without, Round::First).await.unwrap_err();
        assert_eq!(failure.exit, Exit::Handshake);
        assert!(failure.message.contains("STARTTLS"), "{}", failure.message);
        let failure = against(&[("", "220 here\r\n"), ("EHLO", "")], Round::First);
        let failure = failure.await.unwrap_err();
        assert!(failure.message.contains("closed"), "{}", failure.message);
    }
}
