//! What the console's buttons do: the real thing, each the way somebody would do it by hand.

mod connections;
mod reveal;
mod server;
mod sessions;
mod stage;
mod tour;

use super::visitor::Visitors;
use crate::exit::Outcome;
use crate::report::talk::Talk;
use std::fmt::Display;
use std::sync::{Arc, Mutex};
use tessera_console::Picture;
use tessera_console::deed::{Deed, Doing, Done, Id, NotDone};
use tokio::sync::Notify;
use tour::Memory;

pub(crate) use stage::Stage;

/// Does what the buttons say.
pub(crate) struct Deeds {
    stage: Stage,
    picture: Arc<Picture>,
    /// The clients; none where the console cannot know whom to trust.
    visitors: Option<Visitors>,
    /// Tells whoever looks at the store that there is something to see.
    store_changed: Arc<Notify>,
    /// What the guided tour did so far.
    memory: Mutex<Memory>,
}

impl Deeds {
    /// Those of this stage.
    pub(crate) fn new(
        stage: Stage,
        picture: Arc<Picture>,
        store_changed: Arc<Notify>,
        talk: Talk,
    ) -> Outcome<Self> {
        let visitors = match &stage.ca {
            Some(ca) => Some(Visitors::new(&stage.state, ca, talk)?),
            None => None,
        };
        Ok(Self {
            stage,
            picture,
            visitors,
            store_changed,
            memory: Mutex::default(),
        })
    }

    /// What came of it.
    async fn done(&self, deed: Deed) -> Result<Done, NotDone> {
        if let Some(why) = self.stage.why_not(deed.name()) {
            return Err(NotDone::refused(why));
        }
        match deed {
            Deed::Connect {
                version,
                resume,
                count,
                early_data,
            } => {
                self.connect(version, resume, count.number(), early_data)
                    .await
            }
            Deed::Close { connection } => self.close(connection.as_ref().map(Id::as_str)).await,
            Deed::Renegotiate { connection } => self.renegotiate(connection.as_str()).await,
            Deed::KeyUpdate { connection } => self.rekey(connection.as_str()).await,
            Deed::Elsewhere { version } => self.elsewhere(version).await,
            Deed::Restart {} => self.restart().await,
            Deed::Rotate {} => self.rotate().await,
            Deed::Renew {} => self.renew().await,
            Deed::Expire { lineage } => self.expire(lineage.as_str()).await,
            Deed::Revoke {
                lineage,
                why,
                close,
            } => self.revoke(lineage.as_str(), why.as_str(), close).await,
            Deed::Export { lineage } => self.export(lineage.as_str()).await,
            Deed::Reveal { connection } => self.reveal(connection.as_str()),
            Deed::Tour { step } => self.tour(step.number()).await,
        }
    }
}

impl tessera_console::Deeds for Deeds {
    fn perform(&self, deed: Deed) -> Doing<'_> {
        Box::pin(self.done(deed))
    }

    fn unavailable(&self) -> Vec<(String, String)> {
        self.stage.unavailable()
    }
}

/// It was tried, and this went wrong.
fn failed(why: impl Display) -> NotDone {
    NotDone::failed(why.to_string())
}
