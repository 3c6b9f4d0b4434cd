//! `kill -9` of server and client at random moments. The store stays whole, no acknowledged
//! session is lost, and the next connection succeeds.

use std::thread;
use std::time::Duration;

use tessera_interop::{Page, Report, Running, Scene, Server};

const ROUNDS: u32 = 200;
/// An upper bound for the moment of the kill, in microseconds after the client was started.
const WITHIN: u64 = 60_000;
/// The name under which every server process is reached; nothing listens on it.
const PORT: u16 = 4433;

/// A small generator, so that a round can be repeated from the seed in the message.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Victim {
    Server,
    Client,
    Both,
}

struct Story {
    scene: Scene,
    kind: &'static str,
}

impl Story {
    fn serve(&self) -> Server {
        self.scene.serve(&["--ticket-kind", self.kind])
    }

    fn command(&self, server: &Server, expect: Option<&str>) -> std::process::Command {
        // The port is part of a wallet's key: every server process is reached under one name.
        let to = format!("localhost:{PORT}:127.0.0.1:{}", server.port);
        let mut args = vec![
            "--ca-file",
            &server.ca,
            "--connect-to",
            &to,
            "--get",
            "/json",
        ];
        args.extend(expect.into_iter().flat_map(|kind| ["--expect", kind]));
        self.scene.connect_command("client", PORT, &args)
    }

    #[track_caller]
    fn connect(&self, server: &Server, expect: Option<&str>) -> Page {
        let outcome = tessera_interop::process::run(&mut self.command(server, expect), b"");
        Page::find(&Report::of(outcome).succeeded().body())
    }

    #[track_caller]
    fn verify(&self) {
        for state in ["server", "client"] {
            self.scene.session(state, &["verify"]).succeeded();
        }
    }
}

fn rounds(kind: &'static str, seed: u64) {
    let story = Story {
        scene: Scene::new(),
        kind,
    };
    let mut random = Random(seed);
    let mut server = story.serve();
    let mut last = story.connect(&server, Some("full"));
    for round in 0..ROUNDS / 2 {
        let victim = [Victim::Server, Victim::Client, Victim::Both][random.below(3) as usize];
        let moment = Duration::from_micros(random.below(WITHIN));
        eprintln!("round {round} of {kind} with seed {seed}: kill {victim:?} after {moment:?}");

        let client = Running::start(&mut story.command(&server, None));
        thread::sleep(moment);
        if victim != Victim::Client {
            server.running.kill();
        }
        if victim != Victim::Server {
            client.kill();
        }
        client.wait();
        story.verify();
        if victim != Victim::Client {
            server = story.serve();
        }

        // The connection before the kill was acknowledged, so its tickets are still there.
        let next = story.connect(&server, None);
        next.assert_resumes(&last);
        last = next;
        story.verify();
    }
}

#[test]
fn a_hundred_kills_lose_no_acknowledged_session_with_sealed_tickets() {
    rounds("sealed", 0x5eed_0001);
}

#[test]
fn a_hundred_kills_lose_no_acknowledged_session_with_stored_tickets() {
    rounds("stored", 0x5eed_0002);
}
