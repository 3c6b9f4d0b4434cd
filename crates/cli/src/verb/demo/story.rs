//! The steps, in the order in which they happen.

use super::check;
use super::client::{Client, Seen};
use super::ledger;
use super::report::{Step, Story};
use super::scene::Scene;
use super::server::{self, start};
use crate::console::process::ServerProcess;
use crate::console::view;
use crate::exit::Outcome;
use crate::report::talk::Talk;
use crate::verb::serve::book::LedgerLine;
use tokio::io::{AsyncBufReadExt as _, BufReader};

/// Who ends servers here.
const BY: &str = "the demo";

/// How the story is told.
#[derive(Clone, Copy)]
pub(super) struct Teller {
    /// Wait for a line on stdin before each step.
    pub(super) step: bool,
    /// Whom to tell.
    pub(super) talk: Talk,
}

/// One step, and what both ends saw of it.
pub(super) struct Scenes {
    /// Which step.
    pub(super) step: Step,
    /// What the client saw.
    pub(super) seen: Vec<Seen>,
    /// What the server wrote down.
    pub(super) lines: Vec<LedgerLine>,
    /// The server's process.
    pub(super) process: u32,
}

/// Tells the story, and leaves the last server running.
pub(super) async fn tell(scene: &Scene, teller: Teller) -> Outcome<(ServerProcess, Story)> {
    let mut scenes = Vec::new();
    teller.before(Step::Full).await?;
    let mut first = start(scene, server::NEW).await?;
    let client = Client {
        scene,
        port: first.port(),
    };
    scenes.push(act(Step::Full, &client, &first, &[]).await?);

    teller.before(Step::Resumed).await?;
    scenes.push(act(Step::Resumed, &client, &first, &[]).await?);

    teller.before(Step::AtOnce).await?;
    scenes.push(act(Step::AtOnce, &client, &first, &["--parallel", "5"]).await?);

    teller.before(Step::FromDisk).await?;
    first.kill(BY).await?;
    let second = start(scene, server::NEW).await?;
    // At the end one ticket is taken out of the wallet: somebody is going to use it twice.
    let copy = scene.copy().display().to_string();
    scenes.push(act(Step::FromDisk, &client, &second, &["--session-out", &copy]).await?);

    teller.before(Step::Carried).await?;
    let carried = ["--session-in", &copy, "--no-wallet"];
    scenes.push(act(Step::Carried, &client, &second, &carried).await?);

    teller.before(Step::Refused).await?;
    scenes.push(act(Step::Refused, &client, &second, &carried).await?);
    tell_of_tls12(scene, teller, &mut scenes).await?;
    Ok((second, check::story(&scenes)))
}

/// The old version, on servers of its own: sessions that may be used again and again and those that
/// may not want different ones.
async fn tell_of_tls12(scene: &Scene, teller: Teller, scenes: &mut Vec<Scenes>) -> Outcome<()> {
    teller.before(Step::SessionId).await?;
    let mut keeper = start(scene, server::OLD).await?;
    let client = Client {
        scene,
        port: keeper.port(),
    };
    scenes.push(act(Step::SessionId, &client, &keeper, &["--reconnect", "1"]).await?);
    keeper.kill(BY).await?;

    teller.before(Step::Ticket).await?;
    let mut sealer = start(scene, server::OLDER_HABITS).await?;
    let client = Client {
        scene,
        port: sealer.port(),
    };
    scenes.push(act(Step::Ticket, &client, &sealer, &["--reconnect", "1"]).await?);

    teller.before(Step::Renegotiated).await?;
    scenes.push(act(Step::Renegotiated, &client, &sealer, &["--renegotiate"]).await?);
    sealer.kill(BY).await
}

async fn act(
    step: Step,
    client: &Client<'_>,
    server: &ServerProcess,
    args: &[&str],
) -> Outcome<Scenes> {
    // A client that fails is part of the story: the check says what is missing.
    let seen = client.connect(server, args).await.unwrap_or_default();
    let connections: Vec<_> = seen.iter().filter_map(Seen::connection).collect();
    let lines = match connections.as_slice() {
        [] => Vec::new(),
        some => ledger::lines(&client.scene.ledger(), some).await?,
    };
    // The server may be killed next, and what it has not told then it never will.
    if let Some(picture) = client.scene.picture() {
        view::show_the_end_of(picture, &connections).await;
    }
    Ok(Scenes {
        step,
        seen,
        lines,
        process: server.pid(),
    })
}

impl Teller {
    async fn before(self, step: Step) -> Outcome<()> {
        if !self.step {
            self.talk.progress(format_args!("{} …", step.title()));
        }
        if self.step {
            self.talk
                .say(format_args!("next: {}; Enter goes on", step.title()));
            let mut line = String::new();
            BufReader::new(tokio::io::stdin())
                .read_line(&mut line)
                .await?;
        }
        Ok(())
    }
}
