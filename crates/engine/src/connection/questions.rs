//! Which questions are open, so that a stray or late answer never reaches a table.

use crate::fault::{Fault, LocalError};
use crate::handshake::question::{Answer, Question, QuestionId};

/// Open questions of one connection.
#[derive(Default)]
pub(super) struct Questions {
    asked: u64,
    /// The one question that holds the handshake, and what its answer must be.
    holding: Option<(QuestionId, Awaited)>,
    /// Sessions being kept, and the tickets that go out once they are.
    keeping: Vec<Keeping>,
}

/// A session on its way into a store or wallet.
pub(super) struct Keeping {
    id: QuestionId,
    pub(super) ticket: tessera_session::TicketId,
    /// The NewSessionTicket that waits for it; a client waits for nothing.
    pub(super) message: Option<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Session,
    Claim,
    Verdict,
    Signature,
    Kept,
    Consent,
    Authorised,
}

/// What to do with an answer.
pub(super) enum Due {
    /// It is the one a state waits for.
    Step(Answer),
    /// A session was kept, or not.
    Kept(Keeping, bool),
    /// It came too late, or twice.
    Late,
}

impl Questions {
    /// Opens a question that holds the handshake.
    pub(super) fn hold(&mut self, question: &Question) -> QuestionId {
        let awaited = match question {
            Question::FindSession(_) => Awaited::Session,
            Question::ClaimSession(_) => Awaited::Claim,
            Question::VerifyPeer(_) => Awaited::Verdict,
            Question::Sign { .. } => Awaited::Signature,
            Question::Keep(_) => Awaited::Kept,
            Question::Renegotiate => Awaited::Consent,
            Question::Authorise(_) => Awaited::Authorised,
        };
        let id = self.next();
        self.holding = Some((id, awaited));
        id
    }

    /// Opens a question that holds nothing but a ticket.
    pub(super) fn keep(
        &mut self,
        ticket: tessera_session::TicketId,
        message: Option<Vec<u8>>,
    ) -> QuestionId {
        let id = self.next();
        self.keeping.push(Keeping {
            id,
            ticket,
            message,
        });
        id
    }

    pub(super) fn keeping(&self) -> usize {
        self.keeping.len()
    }

    /// Tickets whose sessions somebody may be keeping just now.
    pub(super) fn tickets_in_keeping(&self) -> impl Iterator<Item = tessera_session::TicketId> {
        self.keeping.iter().map(|keeping| keeping.ticket)
    }

    fn next(&mut self) -> QuestionId {
        self.asked += 1;
        QuestionId(self.asked)
    }

    pub(super) fn is_holding(&self) -> bool {
        self.holding.is_some()
    }

    /// Closes the question this answers.
    pub(super) fn close(&mut self, id: QuestionId, answer: Answer) -> Result<Due, Fault> {
        let holds = self.holding == Some((id, Awaited::Kept));
        if let Answer::Kept(kept) = answer
            && !holds
        {
            let position = self.keeping.iter().position(|keeping| keeping.id == id);
            let due = position.map(|position| Due::Kept(self.keeping.swap_remove(position), kept));
            if self.keeping.is_empty() {
                self.keeping = Vec::new();
            }
            return Ok(due.unwrap_or(Due::Late));
        }
        let Some((holding, awaited)) = self.holding else {
            return Ok(Due::Late);
        };
        if holding != id {
            return Ok(Due::Late);
        }
        if kind(&answer) != awaited {
            // The adapter's fault, never the peer's.
            return Err(LocalError::StrayAnswer.into());
        }
        self.holding = None;
        Ok(Due::Step(answer))
    }

    pub(super) fn capacity(&self) -> usize {
        self.keeping.capacity() * size_of::<Keeping>()
    }
}

fn kind(answer: &Answer) -> Awaited {
    match answer {
        Answer::Session(_) => Awaited::Session,
        Answer::Claim(_) => Awaited::Claim,
        Answer::Verdict(_) => Awaited::Verdict,
        Answer::Signature(_) => Awaited::Signature,
        Answer::Kept(_) => Awaited::Kept,
        Answer::Consent(_) => Awaited::Consent,
        Answer::Authorised(_) => Awaited::Authorised,
    }
}
