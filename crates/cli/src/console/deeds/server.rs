//! Deeds to the server process: another one, another key, another certificate.

use super::{Deeds, failed};
use crate::console::keeper::Order;
use crate::console::run;
use crate::devcert;
use std::ffi::OsString;
use tessera::clock;
use tessera_console::deed::{Done, NotDone};
use tokio::sync::oneshot;

impl Deeds {
    /// The process is killed, and another takes its place.
    pub(super) async fn restart(&self) -> Result<Done, NotDone> {
        let (asked, started) = oneshot::channel();
        self.order(Order::Restart(asked)).await?;
        let pid = started.await.map_err(|_| nobody())?;
        Ok(Done::text(format!(
            "the server process was killed (SIGKILL): every connection ended with it, no session did. Process {pid} serves now"
        )))
    }

    /// Another ticket key seals.
    pub(super) async fn rotate(&self) -> Result<Done, NotDone> {
        let command = self.in_store(&["keys", "rotate"]);
        run::tessera(&command).await.map_err(failed)?;
        Ok(Done::text(format!(
            "{}: new tickets are under a new key, and the old one still opens those that are out",
            run::typed(&command)
        )))
    }

    /// The server gets a new certificate with a new key. Sessions are between the peers, and stay.
    pub(super) async fn renew(&self) -> Result<Done, NotDone> {
        let state = self.stage.state.clone();
        let renewed = tokio::task::spawn_blocking(move || devcert::renew(&state, clock::now()));
        renewed.await.map_err(failed)?.map_err(failed)?;
        self.order(Order::Reload).await?;
        Ok(Done::text(
            "a new certificate with a new key (SIGHUP): sessions stay, since nobody has to show one to resume",
        ))
    }

    async fn order(&self, order: Order) -> Result<(), NotDone> {
        let told = self.stage.kept.orders.send(order).await;
        told.map_err(|_| nobody())
    }

    /// A command of ours about the server's store.
    pub(super) fn in_store(&self, words: &[&str]) -> Vec<OsString> {
        let words = words.iter().map(OsString::from);
        words.chain(self.stage.store_args.iter().cloned()).collect()
    }
}

fn nobody() -> NotDone {
    NotDone::failed("whoever keeps the server has ended")
}
