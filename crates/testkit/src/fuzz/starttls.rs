//! Targets for what is said in the clear before TLS: one for the client's side, one for the server's.

mod seeds;

use tessera_starttls::{ClientDialogue, Protocol, ServerDialogue, StartTlsError, Step};

super::table! { STARTTLS, 2000 variants: starttls_client starttls_server }

/// A client and whatever a server might say. The first byte says which protocol and which pieces.
pub fn starttls_client(data: &[u8]) {
    dialogue(data, |protocol| {
        Side::Client(ClientDialogue::new(protocol, "client.test"))
    });
}

/// A server and whatever a client might say.
pub fn starttls_server(data: &[u8]) {
    dialogue(data, |protocol| {
        Side::Server(ServerDialogue::new(protocol, "server.test"))
    });
}

enum Side {
    Client(ClientDialogue),
    Server(ServerDialogue),
}

impl Side {
    fn start(&mut self) -> Step {
        match self {
            Self::Client(side) => side.start(),
            Self::Server(side) => side.start(),
        }
    }

    fn receive(&mut self, bytes: &[u8]) -> Result<Step, StartTlsError> {
        match self {
            Self::Client(side) => side.receive(bytes),
            Self::Server(side) => side.receive(bytes),
        }
    }
}

/// How a dialogue ended.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ending {
    Open,
    Tls,
    Close,
    Failed(StartTlsError),
}

/// A dialogue as it was held.
struct Held {
    said: Vec<u8>,
    ending: Ending,
}

/// It does the same whatever the pieces are, says no more than so much, and goes on to TLS with nothing left over.
fn dialogue(data: &[u8], side: impl Fn(Protocol) -> Side) {
    let Some((how, stream)) = data.split_first() else {
        return;
    };
    let protocol = Protocol::ALL[usize::from(*how) % Protocol::ALL.len()];
    let size = [1, 2, 3, 5, 17, 100, 512, 1000][usize::from(how >> 4) % 8];
    let whole = hold(side(protocol), [stream]);
    same(&whole, &hold(side(protocol), stream.chunks(size)));
    // Every line or message has one answer, and no answer is longer than this.
    assert!(whole.said.len() <= 129 * LONGEST_ANSWER + stream.len());
    match &whole.ending {
        Ending::Tls => {
            if let Side::Client(_) = side(protocol) {
                assert!(
                    whole
                        .said
                        .windows(9)
                        .any(|said| said == b"STARTTLS\r" || said == b"1466.2003")
                );
            }
            let (_, less) = stream
                .split_last()
                .expect("TLS does not begin with nothing");
            assert_eq!(hold(side(protocol), [less]).ending, Ending::Open);
            let more = hold(side(protocol), [stream, &[22]]).ending;
            assert!(injected(&more), "{more:?}");
        }
        Ending::Failed(error) => {
            let text = error.to_string();
            assert!(!text.contains(char::is_control), "{text:?}");
            assert!(text.len() < 4000, "{text:?}");
            assert_eq!(error.protocol(), protocol);
        }
        Ending::Open | Ending::Close => {}
    }
}

/// With the longest tag twice over it would be `stream.len()` more.
const LONGEST_ANSWER: usize = 200;

fn hold<'a>(mut side: Side, pieces: impl IntoIterator<Item = &'a [u8]>) -> Held {
    let mut held = Held {
        said: side.start().send,
        ending: Ending::Open,
    };
    for piece in pieces {
        let outcome = side.receive(piece);
        if let Ending::Failed(error) = &held.ending {
            assert_eq!(outcome.as_ref().err(), Some(error), "an error is for ever");
        }
        held.ending = match outcome {
            Ok(step) => {
                assert!(!(step.done && step.close));
                held.said.extend(step.send);
                match (step.done, step.close) {
                    (true, _) => Ending::Tls,
                    (_, true) => Ending::Close,
                    _ => Ending::Open,
                }
            }
            Err(error) => Ending::Failed(error),
        };
    }
    held
}

/// Two that heard the same. What was said before an error is lost if both come of one piece; and of what is injected,
/// each knows as much as had come.
fn same(whole: &Held, in_pieces: &Held) {
    if !(injected(&whole.ending) && injected(&in_pieces.ending)) {
        assert_eq!(whole.ending, in_pieces.ending);
    }
    match whole.ending {
        Ending::Failed(_) => assert!(in_pieces.said.starts_with(&whole.said)),
        _ => assert_eq!(whole.said, in_pieces.said),
    }
}

const fn injected(ending: &Ending) -> bool {
    matches!(
        ending,
        Ending::Failed(StartTlsError::PlaintextAfterGoAhead { .. })
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::Seed;

    #[track_caller]
    fn ending(seed: &Seed, side: impl Fn(Protocol) -> Side) -> Ending {
        let protocol = Protocol::ALL[usize::from(seed.bytes[0]) % Protocol::ALL.len()];
        hold(side(protocol), [&seed.bytes[1..]]).ending
    }

    #[test]
    fn the_seeds_come_to_the_end_that_their_names_say() {
        let client = |protocol| Side::Client(ClientDialogue::new(protocol, "client.test"));
        let server = |protocol| Side::Server(ServerDialogue::new(protocol, "server.test"));
        let ends = seeds::starttls_client()
            .into_iter()
            .map(|seed| (seed.name, ending(&seed, client)))
            .chain(
                seeds::starttls_server()
                    .into_iter()
                    .map(|seed| (seed.name, ending(&seed, server))),
            );
        for (name, ending) in ends {
            let expected = match name.split_once('_').map(|(_, rest)| rest) {
                None => ending == Ending::Tls,
                Some("injected") => injected(&ending),
                Some("leaves") => ending == Ending::Close,
                Some("waits") => ending == Ending::Open,
                Some(_) => matches!(ending, Ending::Failed(_)) && !injected(&ending),
            };
            assert!(expected, "{name}: {ending:?}");
        }
    }
}
