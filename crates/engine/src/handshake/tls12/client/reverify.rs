//! A resumption looks at the server's certificates again, where settings say so. Nothing comes over
//! the wire: the chain is the session's.

use super::State;
use super::finish::{Ending, WaitChangeCipherSpec};
use crate::fault::Fault;
use crate::verdict::{Trust, Verdict};
use tessera_session::Taint;

/// The verifier is asked about the chain that the session remembers.
pub(crate) struct WaitReverdict {
    pub(super) ending: Ending,
}

impl WaitReverdict {
    /// Identity and taint are as strict as either verification; the authentication is no younger.
    pub(crate) fn verdict(mut self: Box<Self>, verdict: Verdict) -> Result<State, Fault> {
        let accepted = match verdict {
            Verdict::Accepted(accepted) => accepted,
            Verdict::Rejected(error) => return Err(error.into()),
        };
        let agreed = &mut self.ending.begun.agreed;
        if accepted.trust == Trust::Waived {
            agreed.current.taint.get_or_insert(Taint::Unverified);
        }
        agreed.peer = Some(accepted.identity);
        let wait = WaitChangeCipherSpec {
            ending: self.ending,
        };
        Ok(State::WaitChangeCipherSpec(Box::new(wait)))
    }
}
