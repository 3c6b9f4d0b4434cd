//! A migration: which tickets of other servers a listener of ours takes, and whether it makes such tickets itself.
//!
//! The keys lie in the ring; that they lie there opens nothing. A listener takes tickets under them if it was
//! given one of these, for the names that are listed in it, and until the migration ends.

use std::sync::{Arc, PoisonError, RwLock};

use tessera_crypto::Entropy;

use super::foreign::{Dialect, ForeignKey, SessionIdContext};
use super::key::{KeyName, Phase};
use super::presented::Host;
use super::ring::Ring;
use crate::binding::ServerName;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::time::Timestamp;

/// What tickets of other servers are made of. Their bytes are known elsewhere; what they are worth is decided here.
pub trait ForeignForm: Send + Sync {
    /// Opens a ticket under whichever of these keys made it.
    fn open<'k>(&self, ticket: &[u8], keys: &[&'k ForeignKey]) -> ForeignOpened<'k>;

    /// Makes a ticket of a session, under this key, for servers with this context. `None` for a session that they
    /// cannot have.
    fn seal(
        &self,
        session: &Session,
        key: &ForeignKey,
        context: &SessionIdContext,
        entropy: &mut Entropy,
    ) -> Option<Vec<u8>>;
}

/// What another server's ticket turned out to be.
pub enum ForeignOpened<'k> {
    /// A session. Its scope is not set, and it has neither a client's identity nor early data.
    Session {
        /// The session.
        session: Box<Session>,
        /// The key that made the ticket.
        key: &'k ForeignKey,
        /// What that server binds its sessions to; `None` where the ticket went through our hands and says only
        /// what we had written.
        context: Option<SessionIdContext>,
    },
    /// The key it names did not make it.
    Forged,
    /// It says who the client is.
    Identity,
    /// No session can be read in it.
    Unreadable,
}

/// Tickets of other servers at one listener: given to it, and to no other.
pub struct ForeignTickets {
    form: Arc<dyn ForeignForm>,
    names: Vec<ServerName>,
    until: Timestamp,
    issues: Option<Dialect>,
    learned: RwLock<Vec<Learned>>,
}

/// The context of the newest ticket of a server that was seen under a name.
struct Learned {
    name: ServerName,
    dialect: Dialect,
    context: SessionIdContext,
    issued_at: Timestamp,
}

impl ForeignTickets {
    /// Tickets of this form, for these names, until the migration ends (or their keys do, if that is sooner). With
    /// `issues` the listener makes tickets for that server in place of its own.
    pub fn new(
        form: Arc<dyn ForeignForm>,
        names: Vec<ServerName>,
        until: Timestamp,
        issues: Option<Dialect>,
    ) -> Self {
        Self {
            form,
            names,
            until,
            issues,
            learned: RwLock::default(),
        }
    }

    /// For whom tickets are made, if not for ourselves alone.
    pub const fn issues(&self) -> Option<Dialect> {
        self.issues
    }

    /// For which server tickets are made where this name is asked for, if not for ourselves alone.
    pub fn issues_for(&self, name: Option<&ServerName>) -> Option<Dialect> {
        self.issues.filter(|_| self.listed(name).is_some())
    }

    /// Opens a ticket that one of these keys made, if it is taken here at all; the session, and the key's name.
    pub(super) fn open(
        &self,
        ticket: &[u8],
        keys: &[&ForeignKey],
        host: &Host<'_>,
        now: Timestamp,
    ) -> Result<(Box<Session>, KeyName), Refusal> {
        let keys: Vec<&ForeignKey> = keys
            .iter()
            .copied()
            .filter(|key| key.phase(now) != Phase::Retired)
            .collect();
        if now >= self.until || keys.is_empty() {
            return Err(Refusal::ForeignMigrationOver);
        }
        let name = self
            .listed(host.server_name)
            .ok_or(Refusal::ForeignNotTaken)?;
        if host.asks_identity {
            return Err(Refusal::NoIdentity);
        }
        match self.form.open(ticket, &keys) {
            ForeignOpened::Session {
                mut session,
                key,
                context,
            } => {
                // Policy says more about a session that is for another name, or for none.
                if session.binding.server_name.as_ref() == Some(name)
                    && let Some(context) = context
                {
                    self.learn(name, key.dialect, context, session.lifetime.issued_at);
                }
                session.binding.scope = host.scope;
                Ok((session, key.name))
            }
            ForeignOpened::Forged => Err(Refusal::Forged),
            ForeignOpened::Identity => Err(Refusal::ForeignIdentity),
            ForeignOpened::Unreadable => Err(Refusal::ForeignUnreadable),
        }
    }

    /// The key and the context to make a ticket with, where one is to be made for another server and everything
    /// needed is known.
    pub(super) fn sealing_key<'r>(
        &self,
        ring: &'r Ring,
        host: &Host<'_>,
        now: Timestamp,
    ) -> Option<(&'r ForeignKey, SessionIdContext)> {
        let dialect = self.issues.filter(|_| now < self.until)?;
        let name = self
            .listed(host.server_name)
            .filter(|_| !host.asks_identity)?;
        let key = ring
            .foreign()
            .iter()
            .find(|key| key.dialect == dialect && key.phase(now) == Phase::Sealing)?;
        // What was said is not overruled by what was seen.
        let context = key.context.or_else(|| self.context_of(name, dialect))?;
        Some((key, context))
    }

    /// When a ticket made under this key ends at the latest.
    pub(super) fn ends(&self, key: &ForeignKey) -> Timestamp {
        key.until.min(self.until)
    }

    pub(super) fn seal(
        &self,
        session: &Session,
        (key, context): (&ForeignKey, &SessionIdContext),
        entropy: &mut Entropy,
    ) -> Option<Vec<u8>> {
        self.form.seal(session, key, context, entropy)
    }

    fn listed<'a>(&self, name: Option<&'a ServerName>) -> Option<&'a ServerName> {
        name.filter(|name| self.names.contains(name))
    }

    /// Keeps what the newest ticket says: at some servers the context follows from the certificate, and changes with
    /// it. There are no more of them than names and dialects.
    fn learn(
        &self,
        name: &ServerName,
        dialect: Dialect,
        context: SessionIdContext,
        issued_at: Timestamp,
    ) {
        let mut learned = self.learned.write().unwrap_or_else(PoisonError::into_inner);
        let known = learned
            .iter_mut()
            .find(|known| known.name == *name && known.dialect == dialect);
        match known {
            Some(known) if known.issued_at > issued_at => {}
            Some(known) => (known.context, known.issued_at) = (context, issued_at),
            None => learned.push(Learned {
                name: name.clone(),
                dialect,
                context,
                issued_at,
            }),
        }
    }

    fn context_of(&self, name: &ServerName, dialect: Dialect) -> Option<SessionIdContext> {
        let learned = self.learned.read().unwrap_or_else(PoisonError::into_inner);
        learned
            .iter()
            .find(|known| known.name == *name && known.dialect == dialect)
            .map(|known| known.context)
    }
}
