//! What a server does beside its connections: it looks at what other processes changed, says that it lives, and sweeps.

use super::notices::{About, Notices};
use super::open::OpenConnections;
use super::ratchet::Keeper;
use super::{revocations, ring};
use crate::exit::{Failure, Outcome};
use crate::store::Store;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;
use tessera::clock;
use tessera::session::store::ProcessId;
use tessera::session::{StoreError, Tickets};

/// Between two looks at revocations and ring: they are to be in force within a second.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Between two signs of life, in those looks.
const ALIVE_EVERY: u64 = 4;
/// Between two rounds of the broom.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Everything the chores are about.
pub(crate) struct Chores {
    /// Where others leave what they changed.
    pub(crate) store: Store,
    /// The ring and the revocations of this process.
    pub(crate) tickets: Arc<Tickets>,
    /// What a revocation may close.
    pub(crate) open: Arc<OpenConnections>,
    /// This process in the register.
    pub(crate) process: ProcessId,
    /// Where ticket keys come from, if not from the store.
    pub(crate) keeper: Option<Arc<Keeper>>,
    /// Who is told.
    pub(crate) notices: Notices,
}

impl Chores {
    /// Everything once, before the first connection.
    pub(crate) async fn first_look(&self) -> Result<(), StoreError> {
        self.look(true).await
    }

    /// Makes the keys that are due, where they follow from a seed. Only the first wait for the store, that is
    /// for its revocations.
    pub(crate) fn keys(&self) -> Outcome<()> {
        match &self.keeper {
            Some(keeper) => keeper.look(&self.tickets, clock::now()),
            None => Ok(()),
        }
    }

    /// For as long as the server runs.
    pub(crate) async fn look_after(self) {
        let looking = async {
            let mut trouble = Trouble::none(&self.notices);
            for look in 1_u64.. {
                tokio::time::sleep(LOOK_EVERY).await;
                let before = self.tickets.ring().version();
                let sign_of_life = look % ALIVE_EVERY == 0;
                let looked = self.look(sign_of_life).await;
                let has_keys = !self.tickets.ring().keys().is_empty();
                let keys = match sign_of_life && (looked.is_ok() || has_keys) {
                    true => self.keys(),
                    false => Ok(()),
                };
                trouble.tell(looked.map_err(Failure::store).and(keys));
                self.tell_new_ring(before);
            }
        };
        // A broom that has much to do must not keep anybody from looking.
        let sweeping = async {
            let mut trouble = Trouble::none(&self.notices);
            loop {
                trouble.tell(ring::sweep(&self.store).await);
                tokio::time::sleep(SWEEP_EVERY).await;
            }
        };
        tokio::join!(looking, sweeping);
    }

    /// Other keys than before are told, whoever made them.
    fn tell_new_ring(&self, before: u64) {
        let (ring, now) = (self.tickets.ring(), clock::now());
        if ring.version() == before {
            return;
        }
        let keys = ring.keys().iter();
        let mut keys: Vec<_> = keys
            .map(|key| format!("{} {}", key.name, key.phase(now).as_str()))
            .collect();
        if !ring.foreign().is_empty() {
            keys.push(format!("{} of other servers", ring.foreign().len()));
        }
        let (version, keys) = (ring.version(), keys.join(", "));
        self.notices.detail(
            About::Ring,
            format_args!("ticket keys as of version {version}: {keys}"),
        );
    }

    /// Revocations before the ring: with the first ring tickets open, and revoked ones among them.
    async fn look(&self, sign_of_life: bool) -> Result<(), StoreError> {
        revocations::look(&self.store, &self.tickets, &self.open, &self.notices).await?;
        if self.keeper.is_none() {
            ring::look(&self.store, &self.tickets, &self.notices).await?;
        }
        if sign_of_life {
            ring::sign_of_life(&self.store, &self.tickets, self.process).await?;
        }
        Ok(())
    }
}

/// Trouble is told when it begins and when it changes, not every second.
struct Trouble<'a> {
    told: Option<String>,
    notices: &'a Notices,
}

impl<'a> Trouble<'a> {
    fn none(notices: &'a Notices) -> Self {
        Self {
            told: None,
            notices,
        }
    }

    fn tell(&mut self, result: Result<(), impl Display>) {
        let trouble = result.err().map(|error| error.to_string());
        if let Some(trouble) = trouble.as_ref().filter(|_| trouble != self.told) {
            self.notices.trouble(trouble);
        }
        self.told = trouble;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tessera::ServerSettings;
    use tessera::session::RotationPolicy;

    #[test]
    fn r16_every_server_has_looked_before_a_key_seals() {
        let skew = ServerSettings::default().clock_skew;
        // A look that is late, and one that takes its time.
        let propagation = LOOK_EVERY * 10;
        assert!(RotationPolicy::default().announces_in_time(skew, propagation));
    }
}
