//! A self-encrypted ticket at a server of ours: opened under a key of ours or, in a migration, of another server;
//! and which of them the next one is sealed under.

use tessera_crypto::Entropy;

use super::foreign::{ForeignKey, SessionIdContext};
use super::key::{KeyName, TicketKey};
use super::migration::ForeignTickets;
use super::ring::Ring;
use super::seal::{self, Opened};
use crate::binding::ServerName;
use crate::refusal::Refusal;
use crate::scope::Scope;
use crate::session::Session;
use crate::time::Timestamp;

/// The virtual host of a connection, chosen before any ticket is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Host<'a> {
    /// The name in this hello.
    pub server_name: Option<&'a ServerName>,
    /// What its sessions may be resumed for.
    pub scope: Scope,
    /// Whether it asks clients who they are, which no ticket of another server can say.
    pub asks_identity: bool,
}

/// A self-encrypted ticket, and where it was presented.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// The ticket.
    pub ticket: &'a [u8],
    /// Where.
    pub host: Host<'a>,
}

/// A session out of a ticket. Whether it is resumed is for policy to say.
pub struct Accepted {
    /// The session.
    pub session: Box<Session>,
    /// Its ticket would be made under another key now.
    pub renew: bool,
}

impl Presented<'_> {
    /// Opens the ticket under the key that it names.
    pub fn open(
        &self,
        ring: &Ring,
        migration: Option<&ForeignTickets>,
        now: Timestamp,
    ) -> Result<Accepted, Refusal> {
        let next = Envelope::new(ring, migration, &self.host, now);
        match seal::open(self.ticket, ring, now) {
            Opened::Session { session, renew } => Ok(Accepted {
                session,
                renew: renew || matches!(next, Some(Envelope::Foreign { .. })),
            }),
            Opened::UnknownKey => {
                let (session, made_by) = self.open_foreign(ring, migration, now)?;
                let renew =
                    !matches!(next, Some(Envelope::Foreign { key, .. }) if key.name == made_by);
                Ok(Accepted { session, renew })
            }
            Opened::Forged => Err(Refusal::Forged),
        }
    }

    fn open_foreign(
        &self,
        ring: &Ring,
        migration: Option<&ForeignTickets>,
        now: Timestamp,
    ) -> Result<(Box<Session>, KeyName), Refusal> {
        let named = |key: &&ForeignKey| self.ticket.starts_with(&key.name.0);
        let keys: Vec<&ForeignKey> = ring.foreign().iter().filter(named).collect();
        if keys.is_empty() {
            return Err(Refusal::UnknownTicket);
        }
        let migration = migration.ok_or(Refusal::ForeignNotTaken)?;
        migration.open(self.ticket, &keys, &self.host, now)
    }
}

/// What a ticket that is made now is sealed under.
pub enum Envelope<'a> {
    /// A key of ours.
    Own {
        /// The key.
        key: &'a TicketKey,
        /// Where it lies.
        ring: &'a Ring,
    },
    /// A key of another server, which will resume the session, too.
    Foreign {
        /// The key.
        key: &'a ForeignKey,
        /// What that server binds its sessions to.
        context: SessionIdContext,
        /// By whose leave.
        migration: &'a ForeignTickets,
    },
}

impl<'a> Envelope<'a> {
    /// The one for this host at this moment; `None` where no key seals.
    pub fn new(
        ring: &'a Ring,
        migration: Option<&'a ForeignTickets>,
        host: &Host<'_>,
        now: Timestamp,
    ) -> Option<Self> {
        let foreign = migration.and_then(|migration| {
            let (key, context) = migration.sealing_key(ring, host, now)?;
            Some(Self::Foreign {
                key,
                context,
                migration,
            })
        });
        let own = || {
            let key = ring.sealing_key(now)?;
            Some(Self::Own { key, ring })
        };
        foreign.or_else(own)
    }

    /// When it opens no more.
    pub fn opens_until(&self) -> Timestamp {
        match self {
            Self::Own { key, .. } => key.opens_until,
            Self::Foreign { key, migration, .. } => migration.ends(key),
        }
    }

    /// Whether early data may come with it. Whoever guards against replays here does not guard there.
    pub const fn may_have_early_data(&self) -> bool {
        matches!(self, Self::Own { .. })
    }

    /// Makes the ticket; `None` for a session that has no form in it.
    pub fn seal(
        &self,
        session: &Session,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Option<Vec<u8>> {
        match self {
            Self::Own { ring, .. } => seal::seal(session, ring, now, entropy).ok(),
            Self::Foreign {
                key,
                context,
                migration,
            } => migration.seal(session, (key, context), entropy),
        }
    }
}
