//! The world outside two engines: tickets, spent marks, keys and verdicts, all in plain maps.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tessera_crypto::SigningKey;
use tessera_engine::{
    Accepted, Answer, Consent, Found, IdentityError, IdentityProblem, Keep, OfferedSession,
    PeerClaim, Question, Verdict,
};
use tessera_session::{Claim, Session, Side, Spend, TicketId, Timestamp, Vault};
use tessera_wire::codepoint::ProtocolVersion;

/// Everything the two ends of a [`crate::Pair`] ask about.
pub struct World {
    /// The server's store.
    pub sessions: HashMap<TicketId, Session>,
    /// Tickets used up.
    pub spent: HashMap<TicketId, Timestamp>,
    /// The client's wallet, oldest first.
    pub wallet: Vec<OfferedSession>,
    /// Makes lookup keys.
    pub vault: Arc<Vault>,
    /// How the store behaves.
    pub mood: StoreMood,
    /// Everything that was asked, by name, in order.
    pub asked: Vec<&'static str>,
    /// Servers' keys, by identity.
    pub server_keys: Vec<Arc<SigningKey>>,
    /// Clients' keys, by identity.
    pub client_keys: Vec<Arc<SigningKey>>,
    /// What applications say to a peer that wants to renegotiate.
    pub consent: Consent,
    known: HashMap<Vec<u8>, Accepted>,
    /// Leaf certificates the verifier rejects.
    pub rejected: HashSet<Vec<u8>>,
    /// Subjects that the server's application does not let in.
    pub denied: HashSet<String>,
}

/// How the server's store behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreMood {
    /// As it should.
    Fine,
    /// Every answer says that it failed.
    Down,
    /// It lost its memory of what was used, a moment ago.
    Forgetful,
}

impl Default for World {
    fn default() -> Self {
        Self {
            sessions: HashMap::new(),
            spent: HashMap::new(),
            wallet: Vec::new(),
            vault: Arc::new(Vault::new(&[0x5a; 32])),
            mood: StoreMood::Fine,
            asked: Vec::new(),
            server_keys: Vec::new(),
            client_keys: Vec::new(),
            consent: Consent::Grant,
            known: HashMap::new(),
            rejected: HashSet::new(),
            denied: HashSet::new(),
        }
    }
}

impl World {
    /// Makes a certificate known to the verifier.
    pub fn know(&mut self, accepted: Accepted) {
        if let Some(leaf) = accepted.identity.chain.first() {
            self.known.insert(leaf.clone(), accepted);
        }
    }

    /// Answers a question as `side`'s adapter would.
    pub fn answer(&mut self, side: Side, question: Question) -> Answer {
        self.asked.push(question.name());
        match question {
            Question::FindSession(id) => Answer::Session(self.find(id)),
            Question::ClaimSession(spend) => Answer::Claim(self.claim(spend)),
            Question::Keep(keep) => Answer::Kept(self.keep(*keep)),
            Question::VerifyPeer(claim) => Answer::Verdict(self.verdict(&claim)),
            Question::Sign {
                identity,
                scheme,
                message,
            } => {
                let key = match side {
                    Side::Server => self.server_keys.get(identity),
                    Side::Client => self.client_keys.get(identity),
                };
                Answer::Signature(key.and_then(|key| key.sign(scheme, &message).ok()))
            }
            Question::Renegotiate => Answer::Consent(self.consent),
            Question::Authorise(facts) => {
                let denied = facts
                    .peer
                    .is_some_and(|peer| self.denied.contains(&peer.subject));
                Answer::Authorised(!denied)
            }
        }
    }

    /// The newest session of the wallet: a ticket of TLS 1.3 is gone then, a session of TLS 1.2
    /// stays for others.
    pub fn draw(&mut self) -> Option<OfferedSession> {
        let offered = self.wallet.pop()?;
        if offered.session.version == ProtocolVersion::TLS1_2 {
            self.wallet.push(OfferedSession {
                session: offered.session.clone(),
                ticket: offered.ticket.clone(),
            });
        }
        Some(offered)
    }

    fn find(&self, id: TicketId) -> Found {
        match (self.mood, self.sessions.get(&id)) {
            (StoreMood::Down, _) => Found::Unavailable,
            (_, Some(session)) => Found::Session(Box::new(session.clone())),
            (_, None) => Found::Nothing,
        }
    }

    fn claim(&mut self, Spend { id, until, .. }: Spend) -> Option<Claim> {
        match self.mood {
            StoreMood::Fine => {}
            StoreMood::Down => return None,
            StoreMood::Forgetful => return Some(Claim::Unrecorded),
        }
        match self.spent.insert(id, until) {
            None => Some(Claim::Won),
            Some(_) => Some(Claim::AlreadyUsed),
        }
    }

    fn keep(&mut self, keep: Keep) -> bool {
        match keep.side {
            Side::Client => self.wallet.push(OfferedSession {
                session: keep.session,
                ticket: keep.ticket,
            }),
            Side::Server if self.mood == StoreMood::Down => return false,
            Side::Server => {
                self.sessions.insert(keep.id, keep.session);
            }
        }
        true
    }

    fn verdict(&self, claim: &PeerClaim) -> Verdict {
        let leaf = claim.chain.first().cloned().unwrap_or_default();
        match self
            .known
            .get(&leaf)
            .filter(|_| !self.rejected.contains(&leaf))
        {
            Some(accepted) => Verdict::Accepted(Box::new(accepted.clone())),
            None => Verdict::Rejected(IdentityError {
                certificate: 0,
                subject: "a stranger".to_owned(),
                problem: IdentityProblem::UnknownIssuer,
            }),
        }
    }
}
