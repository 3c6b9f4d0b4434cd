//! A client's wallet.

use super::{Done, Errand, Response};
use crate::config::{ClientConfig, Wallet};
use crate::{Asked, Trouble};
use std::sync::Arc;
use tessera_engine::{Answer, Facts, Fault, Keep, Misbehaviour, OfferedSession};
use tessera_session::{
    LineageId, OpenFailure, Refusal, Selector, StoredSession, TicketId, Verification, WalletKey,
};

/// What answers the questions of one connection of a client.
pub(crate) struct ClientServices {
    pub(crate) config: Arc<ClientConfig>,
    /// What this connection's tickets are filed under.
    pub(crate) key: Arc<WalletKey>,
    /// The lineage of the session that was offered.
    pub(crate) offered: Option<LineageId>,
}

/// Tickets looked at before we go on without: what a wallet gives may not open, or be over.
const DRAWS: usize = 4;

impl ClientServices {
    /// Takes a ticket for this connection, and nobody else gets it (RFC 9846 appendix C.4).
    pub(crate) async fn draw(
        wallet: Wallet,
        key: Arc<WalletKey>,
    ) -> (Option<OfferedSession>, Option<Trouble>) {
        let asked = Asked::Draw;
        let mut trouble = None;
        for _ in 0..DRAWS {
            let stored = match wallet.tickets.draw(&key).await {
                Ok(Some(stored)) => stored,
                Ok(None) => break,
                Err(error) => return (None, Some(Trouble::Store { asked, error })),
            };
            if stored.expires_at <= crate::clock::now() {
                continue;
            }
            match open(&wallet, &key, &stored) {
                Ok(offered) => return (Some(offered), trouble),
                Err(failure) => trouble = Some(Trouble::Record { asked, failure }),
            }
        }
        (None, trouble)
    }

    /// A ticket has come, after the server was verified: the engine asks only then.
    /// Without a wallet it is passed over: RFC 9846 §4.7.1 (1).
    pub(super) fn keep(&self, keep: Keep) -> Response {
        let Some(wallet) = self.config.wallet.clone() else {
            return Response::Now(Answer::Kept(false));
        };
        // What was made without verification stays among connections without.
        if keep.session.taint.is_some() && self.key.verification == Verification::Verified {
            return Response::Now(Answer::Kept(false));
        }
        let key = Arc::clone(&self.key);
        Response::Later(Errand::ask(Asked::Keep, wallet.deadline, async move {
            let asked = Asked::Keep;
            let stored =
                match wallet
                    .vault
                    .seal_for_wallet(&key, &keep.session, Some(&keep.ticket), keep.id)
                {
                    Ok(stored) => stored,
                    Err(error) => {
                        return Done::answer(Answer::Kept(false)).with(Trouble::Unsealable {
                            asked,
                            why: error.to_string(),
                        });
                    }
                };
            match wallet.tickets.keep(&key, stored).await {
                Ok(()) => Done::answer(Answer::Kept(true)),
                Err(error) => {
                    Done::answer(Answer::Kept(false)).with(Trouble::Store { asked, error })
                }
            }
        }))
    }

    /// A server that declined one ticket would decline its siblings: RFC 9149 §3.
    pub(super) fn established(&self, facts: &Facts) -> Option<Errand> {
        let (wallet, lineage) = (self.config.wallet.clone()?, self.offered?);
        if facts.refusal != Some(Refusal::DeclinedByServer) {
            return None;
        }
        Some(Errand::ask(Asked::Discard, wallet.deadline, async move {
            match wallet.tickets.discard(Selector::Lineage(lineage)).await {
                Ok(_) => Done::nothing(),
                Err(error) => Done::nothing().with(Trouble::Store {
                    asked: Asked::Discard,
                    error,
                }),
            }
        }))
    }

    /// After a peer that does not verify, everything of this key goes; after any other fault, what
    /// this connection received.
    pub(super) fn ended(&self, fault: &Fault, tickets: &[TicketId]) -> Vec<Errand> {
        let Some(wallet) = self.config.wallet.clone() else {
            return Vec::new();
        };
        let unverified = matches!(
            fault,
            Fault::Identity(_)
                | Fault::Peer(
                    Misbehaviour::BadCertificateVerify
                        | Misbehaviour::BadKeyExchangeSignature
                        | Misbehaviour::WrongCertificateKey(_)
                )
        );
        if !unverified && tickets.is_empty() {
            return Vec::new();
        }
        let (key, tickets) = (Arc::clone(&self.key), tickets.to_vec());
        vec![Errand::ask(Asked::Discard, wallet.deadline, async move {
            let mut result = Ok(());
            if unverified {
                result = wallet.tickets.forget(&key).await.map(|_| ());
            }
            for id in tickets {
                result = result.and(wallet.tickets.take(id).await.map(|_| ()));
            }
            match result {
                Ok(()) => Done::nothing(),
                Err(error) => Done::nothing().with(Trouble::Store {
                    asked: Asked::Discard,
                    error,
                }),
            }
        })]
    }
}

fn open(
    wallet: &Wallet,
    key: &WalletKey,
    stored: &StoredSession,
) -> Result<OfferedSession, OpenFailure> {
    let (session, ticket) = wallet.vault.open_from_wallet(key, stored)?;
    // Without its ticket a TLS 1.3 session cannot be offered; with another one it is not this one.
    let ticket = ticket
        .filter(|ticket| TicketId::of_wire(ticket) == stored.id)
        .ok_or(OpenFailure::Inconsistent)?;
    Ok(OfferedSession { session, ticket })
}
