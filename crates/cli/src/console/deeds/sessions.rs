//! Deeds to sessions: their end, and one of them in a file.

use super::{Deeds, failed};
use crate::console::run;
use crate::console::view::wait_for;
use serde::Deserialize;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;
use tessera::clock;
use tessera::wire::ProtocolVersion;
use tessera_console::LineageFact;
use tessera_console::deed::{Done, NotDone};
use tessera_console::document::LineageState;

/// What a server's notices are called that tell of other revocations than before.
const REVOCATIONS: &str = "revocations";
/// A revocation is in force within a second, and on a machine that is busy a little later.
const IN_FORCE: Duration = Duration::from_secs(5);
/// A session that the store forgets needs no revocation, and nobody tells of one.
const FORGOTTEN: Duration = Duration::from_secs(2);

/// The part of `tessera.session-list/1` that is looked at.
#[derive(Deserialize)]
struct List {
    sessions: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
    lineage: String,
}

impl Deeds {
    /// No session of the lineage is resumed any more.
    pub(super) async fn expire(&self, lineage: &str) -> Result<Done, NotDone> {
        let command = self.in_store(&["session", "expire", lineage]);
        let done = self.on_sessions(&command, FORGOTTEN).await?;
        // What the store has forgotten it cannot tell of: then this is all there is to know.
        let known = self.picture.lineage(lineage);
        if let Some(live) = known.filter(|known| known.state == LineageState::Live) {
            self.picture.lineages(vec![LineageFact {
                state: LineageState::Expired,
                ended_at: Some(clock::now().into()),
                why: Some("expired from the console".to_owned()),
                ..live
            }]);
        }
        Ok(Done::text(format!(
            "{done}: the session has ended; connections on it go on"
        )))
    }

    /// The same for whoever keeps its tickets, with a reason; and its connections end where that is asked for.
    pub(super) async fn revoke(
        &self,
        lineage: &str,
        why: &str,
        close: bool,
    ) -> Result<Done, NotDone> {
        let mut words = vec!["session", "revoke", lineage, "--why", why];
        words.extend(close.then_some("--close"));
        let done = self.on_sessions(&self.in_store(&words), IN_FORCE).await?;
        let text = if close {
            "its connections are closed, too"
        } else {
            "no ticket of it resumes any more, connections on it go on"
        };
        Ok(Done::text(format!("{done}: {text}")))
    }

    /// Runs a command that ends sessions, and waits until the server has seen that: it looks four times a second, and
    /// whoever presses the next button should find it in force. The command as one would type it.
    async fn on_sessions(&self, command: &[OsString], within: Duration) -> Result<String, NotDone> {
        let before = self.picture.latest(REVOCATIONS);
        run::tessera(command).await.map_err(NotDone::failed)?;
        self.store_changed.notify_one();
        let seen = wait_for(&self.picture, within, || {
            (self.picture.latest(REVOCATIONS) > before).then_some(())
        });
        let _ = seen.await;
        Ok(run::typed(command))
    }

    /// A session of the lineage leaves the console's wallet, as a file that OpenSSL reads.
    pub(super) async fn export(&self, lineage: &str) -> Result<Done, NotDone> {
        let visitors = self.visitors()?;
        for version in [ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2] {
            let state = visitors.state(version);
            let Some(session) = kept_of(state, lineage).await? else {
                continue;
            };
            let export = with_state(&["session", "export", &session], state);
            let pem = run::tessera(&export).await.map_err(failed)?;
            let mut done = Done::text(
                "the session left the console's wallet: whoever has the file can resume it, once in TLS 1.3",
            );
            done.pem = Some(String::from_utf8_lossy(&pem).into_owned());
            done.command = Some(format!(
                "openssl s_client -connect {} -servername localhost -sess_in session.pem",
                self.stage.address()
            ));
            return Ok(done);
        }
        Err(NotDone::refused(
            "the console's wallet has no session of it: its tickets are with the client that got them, or used up",
        ))
    }
}

/// A session of this lineage that a wallet keeps.
async fn kept_of(state: &Path, lineage: &str) -> Result<Option<String>, NotDone> {
    let list = with_state(&["session", "list", "--json"], state);
    let listed = run::tessera(&list).await.map_err(failed)?;
    let list: List = serde_json::from_slice(&listed).map_err(failed)?;
    let mut kept = list.sessions.into_iter();
    Ok(kept
        .find(|session| session.lineage == lineage)
        .map(|session| session.id))
}

fn with_state(words: &[&str], state: &Path) -> Vec<OsString> {
    let words = words.iter().map(OsString::from);
    words
        .chain(["--state".into(), state.as_os_str().to_owned()])
        .collect()
}
