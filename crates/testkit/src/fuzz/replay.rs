//! A target for the files of replays.

use crate::replay::Replay;

super::table! { REPLAY, 300 variants: replay }

/// Longer texts and replays only take longer.
const LONGEST: usize = 100_000;
const MOST_STEPS: usize = 16;

/// A text is a replay or is none. One that is comes back as it was, and can be played and drawn whatever it says.
pub fn replay(data: &[u8]) {
    let Some(text) = std::str::from_utf8(data)
        .ok()
        .filter(|text| text.len() <= LONGEST)
    else {
        return;
    };
    match Replay::parse(text) {
        Ok(replay) => {
            let written = replay.to_string();
            let again = Replay::parse(&written).map(|replay| replay.to_string());
            assert_eq!(again, Ok(written));
            if replay.steps.len() <= MOST_STEPS {
                let difference = replay.run().err();
                assert_eq!(replay.run().err(), difference, "it is not the same twice");
                let diagram = replay.diagram();
                assert!(difference.is_none() || diagram.contains('≠'));
            }
        }
        Err(error) => {
            let text = error.to_string();
            assert!(!text.contains(char::is_control), "{text:?}");
            assert!(text.len() < 1000, "{text:?}");
        }
    }
}

mod seeds {
    use crate::fuzz::Seed;
    use crate::replay::{Given, Offer, Recorder, Scenario, Setting, Versions};
    use tessera_session::Side;

    pub(super) fn replay() -> Vec<Seed> {
        vec![
            seed("tls13", Versions::Tls13),
            seed("tls12", Versions::Tls12),
        ]
    }

    /// Two connections, the second one as far as its hello.
    fn seed(name: &'static str, versions: Versions) -> Seed {
        let scenario = Scenario::new(versions).with(Setting::Renegotiation);
        let mut recorder = Recorder::new("A seed.", scenario, 1);
        recorder.connect();
        recorder.says(Side::Client, b"ping");
        recorder.give(Side::Server, Given::UpdateBothKeys);
        recorder.meet(Offer::Newest);
        recorder.give(Side::Client, Given::EndOfStream);
        Seed::new(name, recorder.finish().to_string())
    }
}
