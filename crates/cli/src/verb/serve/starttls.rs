//! `--starttls`: what is said in the clear before TLS, and between one TLS and the next.

use std::io;
use tessera::starttls::{Protocol, ServerDialogue};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// What we call ourselves where the protocol asks; clients have no use for it.
const OUR_NAME: &str = "localhost";

/// How a dialogue ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// TLS begins.
    Go,
    /// The client took its leave.
    Bye,
    /// What was said was no good, and why.
    No(String),
}

/// Talks until TLS begins. `again`: TLS was here before, and these bytes came behind it.
pub(super) async fn negotiate<IO>(
    io: &mut IO,
    protocol: Protocol,
    again: Option<&[u8]>,
) -> io::Result<Said>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let (mut dialogue, mut came) = match again {
        None => (ServerDialogue::new(protocol, OUR_NAME), Vec::new()),
        Some(received) => (ServerDialogue::again(protocol, OUR_NAME), received.to_vec()),
    };
    io.write_all(&dialogue.start().send).await?;
    let mut heard = [0; 2048];
    loop {
        if came.is_empty() {
            match io.read(&mut heard).await? {
                // Between one TLS and the next a client may just leave.
                0 if again.is_some() => return Ok(Said::Bye),
                0 => return Ok(Said::No(dialogue.ended().to_string())),
                count => came.extend_from_slice(heard.get(..count).unwrap_or_default()),
            }
        }
        match dialogue.receive(&std::mem::take(&mut came)) {
            Ok(step) => {
                io.write_all(&step.send).await?;
                if step.done {
                    return Ok(Said::Go);
                }
                if step.close {
                    return Ok(Said::Bye);
                }
            }
            Err(error) => {
                // So that the client's people can read why.
                let _ = io.write_all(&dialogue.farewell()).await;
                return Ok(Said::No(error.to_string()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn hears(said: &[u8], again: Option<&[u8]>) -> (Said, String) {
        let (mut ours, mut theirs) = tokio::io::duplex(4096);
        theirs.write_all(said).await.unwrap();
        theirs.shutdown().await.unwrap();
        let outcome = negotiate(&mut ours, Protocol::Smtp, again).await.unwrap();
        drop(ours);
        let mut answered = String::new();
        theirs.read_to_string(&mut answered).await.unwrap();
        (outcome, answered)
    }

    #[tokio::test]
    async fn a_client_is_greeted_once_and_may_ask_again() {
        let (said, answered) = hears(b"EHLO me\r\nSTARTTLS\r\n", None).await;
        assert_eq!(said, Said::Go);
        assert!(answered.starts_with("220 "), "{answered}");
        let (said, answered) = hears(b"\r\n", Some(b"EHLO me\r\nSTARTTLS")).await;
        assert_eq!(said, Said::Go);
        assert!(answered.starts_with("250-"), "{answered}");
    }

    #[tokio::test]
    async fn whoever_leaves_or_talks_behind_the_go_ahead_gets_no_tls() {
        assert_eq!(hears(b"QUIT\r\n", None).await.0, Said::Bye);
        assert_eq!(hears(b"", Some(b"")).await.0, Said::Bye);
        assert!(matches!(hears(b"", None).await.0, Said::No(_)));
        let (said, _) = hears(b"STARTTLS\r\nMAIL FROM:<>\r\n", None).await;
        assert!(matches!(said, Said::No(_)), "{said:?}");
    }
}
