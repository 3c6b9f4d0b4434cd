//! A dialogue as a list of what is heard and what is said to it.

use tessera_starttls::{ClientDialogue, Protocol, ServerDialogue, StartTlsError, Step};

/// Either side.
pub(crate) enum Either {
    Client(ClientDialogue),
    Server(ServerDialogue),
}

impl Either {
    pub(crate) fn client(protocol: Protocol) -> Self {
        Self::Client(ClientDialogue::new(protocol, "client.example"))
    }

    pub(crate) fn server(protocol: Protocol) -> Self {
        Self::Server(ServerDialogue::new(protocol, "mail.example"))
    }

    pub(crate) fn start(&mut self) -> Step {
        match self {
            Self::Client(side) => side.start(),
            Self::Server(side) => side.start(),
        }
    }

    pub(crate) fn receive(&mut self, bytes: &[u8]) -> Result<Step, StartTlsError> {
        match self {
            Self::Client(side) => side.receive(bytes),
            Self::Server(side) => side.receive(bytes),
        }
    }
}

/// Plays a dialogue: each turn is what is heard and what is said to it. The last step comes back.
#[track_caller]
pub(crate) fn play(side: &mut Either, opening: &[u8], turns: &[(&[u8], &[u8])]) -> Step {
    let mut step = side.start();
    assert_eq!(
        step.send.escape_ascii().to_string(),
        opening.escape_ascii().to_string()
    );
    for (heard, said) in turns {
        assert!(
            !step.done && !step.close,
            "over before {}",
            heard.escape_ascii()
        );
        step = side
            .receive(heard)
            .unwrap_or_else(|error| panic!("{error} after {}", heard.escape_ascii()));
        let answer = step.send.escape_ascii().to_string();
        assert_eq!(
            answer,
            said.escape_ascii().to_string(),
            "after {}",
            heard.escape_ascii()
        );
    }
    step
}

/// What a side makes of all this at once.
pub(crate) fn hear(mut side: Either, heard: &[u8]) -> Result<Step, StartTlsError> {
    let _ = side.start();
    side.receive(heard)
}

/// The error that a side makes of all this at once.
#[track_caller]
pub(crate) fn fault(side: Either, heard: &[u8]) -> StartTlsError {
    match hear(side, heard) {
        Err(error) => error,
        Ok(step) => panic!("no error but {step:?} from {}", heard.escape_ascii()),
    }
}
