//! Looks at the store for the picture: what was revoked or expired by whomever, and which ticket keys there are.

use crate::exit::{Failure, Outcome};
use crate::plan::state::StateDir;
use crate::report::talk::Talk;
use crate::store::Store;
use crate::verb::keys;
use crate::verb::session::lineages;
use std::sync::Arc;
use std::time::Duration;
use tessera_console::Picture;
use tokio::sync::Notify;

/// Between two looks at the numbers that tell whether anything changed.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Every so many looks, everything: sessions come and expire without a number.
const EVERYTHING_EVERY: u32 = 20;

/// Whoever looks at the store.
pub(super) struct Watch {
    /// The store.
    pub(super) store: Store,
    /// The state directory of who is on it.
    pub(super) state: StateDir,
    /// What is told.
    pub(super) picture: Arc<Picture>,
    /// Somebody has changed something: no need to wait.
    pub(super) changed: Arc<Notify>,
    /// Who hears of trouble.
    pub(super) talk: Talk,
}

impl Watch {
    /// For as long as the console is there.
    pub(super) async fn run(self) {
        let (mut revoked, mut ring) = (None, None);
        let mut look = 0_u32;
        let mut told = None;
        loop {
            let whole = look.is_multiple_of(EVERYTHING_EVERY);
            let looked = self.look(whole, &mut revoked, &mut ring).await;
            let trouble = looked.err().map(|failure| failure.message);
            if let Some(trouble) = trouble.as_ref().filter(|_| trouble != told) {
                self.talk
                    .warn(format_args!("the console cannot read the store: {trouble}"));
            }
            told = trouble;
            look = look.wrapping_add(1);
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.changed.notified() => look = 0,
            }
        }
    }

    async fn look(
        &self,
        whole: bool,
        revoked: &mut Option<u64>,
        ring: &mut Option<u64>,
    ) -> Outcome<()> {
        let version = Some(
            self.store
                .revocations
                .revoked_version()
                .await
                .map_err(Failure::store)?,
        );
        if whole || *revoked != version {
            let lineages = lineages::of(&self.store, self.talk).await?;
            self.picture.lineages(lineages);
            *revoked = version;
        }
        let version = Some(
            self.store
                .ring
                .ring_version()
                .await
                .map_err(Failure::store)?,
        );
        // The phases of keys change with the time.
        if whole || *ring != version {
            self.picture
                .keys(keys::rows(&self.store, self.state.clone()).await?);
            *ring = version;
        }
        Ok(())
    }
}
