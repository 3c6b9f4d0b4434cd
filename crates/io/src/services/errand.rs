//! Something being done for a connection that may take a while.

use crate::{Asked, Trouble};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tessera_engine::{Answer, Found, QuestionId};

/// A reply under way. Dropping it gives the answer up, not the deed.
pub(crate) struct Errand {
    what: What,
    /// How long anybody waits for it; `None` as long as the handshake may take.
    within: Option<Duration>,
    question: Option<QuestionId>,
    /// In a lock for `Sync`; it is never contended.
    work: Mutex<Work>,
}

/// What an errand brings back.
pub(crate) struct Done {
    pub(crate) answer: Option<Answer>,
    pub(crate) trouble: Option<Trouble>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Sign,
    Ask(Asked),
}

/// A reply that owns what it needs.
pub(crate) type Work = Pin<Box<dyn Future<Output = Done> + Send>>;

/// Puts a limit on how long `work` may take, by the timers of whichever adapter this is.
pub(crate) type Limit = fn(Work, Duration, Asked) -> Work;

impl Done {
    pub(crate) fn answer(answer: Answer) -> Self {
        Self {
            answer: Some(answer),
            trouble: None,
        }
    }

    pub(crate) fn nothing() -> Self {
        Self {
            answer: None,
            trouble: None,
        }
    }

    pub(crate) fn with(mut self, trouble: Trouble) -> Self {
        self.trouble = Some(trouble);
        self
    }

    /// What is said instead when it took too long. A late answer is ignored; a claim that could
    /// not be decided counts as lost.
    pub(crate) fn too_late(asked: Asked, after: Duration) -> Self {
        let answer = match asked {
            Asked::Find => Some(Answer::Session(Found::Unavailable)),
            Asked::Claim => Some(Answer::Claim(None)),
            Asked::Keep => Some(Answer::Kept(false)),
            Asked::Authorise => Some(Answer::Authorised(false)),
            Asked::Draw | Asked::Discard | Asked::Summarise | Asked::Register => None,
        };
        Self {
            answer,
            trouble: Some(Trouble::Late { asked, after }),
        }
    }
}

impl Errand {
    pub(crate) fn sign(work: impl Future<Output = Done> + Send + 'static) -> Self {
        Self {
            what: What::Sign,
            within: None,
            question: None,
            work: Mutex::new(Box::pin(work)),
        }
    }

    pub(crate) fn ask(
        asked: Asked,
        within: Duration,
        work: impl Future<Output = Done> + Send + 'static,
    ) -> Self {
        Self {
            what: What::Ask(asked),
            within: Some(within),
            question: None,
            work: Mutex::new(Box::pin(work)),
        }
    }

    pub(crate) fn answering(mut self, question: QuestionId) -> Self {
        self.question = Some(question);
        self
    }

    pub(crate) fn question(&self) -> Option<QuestionId> {
        self.question
    }

    /// Whether somebody should wait for it before the connection is let go.
    pub(crate) fn matters_at_the_end(&self) -> bool {
        !matches!(self.what, What::Sign | What::Ask(Asked::Authorise))
    }

    /// Whether the handshake waits for it.
    pub(crate) fn holds(&self) -> bool {
        matches!(
            self.what,
            What::Sign | What::Ask(Asked::Find | Asked::Claim | Asked::Authorise)
        )
    }

    /// Polls it. One that is not ready at once gets its limit now, so that a store in memory
    /// costs no timer.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, limit: Limit) -> Poll<Done> {
        let work = self.work.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Poll::Ready(done) = work.as_mut().poll(cx) {
            return Poll::Ready(done);
        }
        match (self.within.take(), self.what) {
            (Some(within), What::Ask(asked)) => {
                let begun = std::mem::replace(work, Box::pin(std::future::pending()));
                *work = limit(begun, within, asked);
                work.as_mut().poll(cx)
            }
            _ => Poll::Pending,
        }
    }
}
