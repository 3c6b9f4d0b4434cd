//! Who answers the engine's questions.

use crate::credential::Own;
use crate::options::{Options, Renegotiate};
use crate::settings::client::verifies;
use crate::world::{Kept, Shown, World};
use tessera_engine::{
    Accepted, Answer, Consent, Found, IdentityError, IdentityProblem, Keep, OfferedSession,
    PeerClaim, Question, Trust, Verdict,
};
use tessera_identity::Certificate;
use tessera_session::{Claim, PeerIdentity, Resumption, Side};

/// The world outside one connection.
pub(crate) struct Answers<'a> {
    pub(crate) options: &'a Options,
    pub(crate) own: &'a [Own],
    pub(crate) world: &'a mut World,
    pub(crate) noted: Noted,
    /// A write is not finished, or `close_notify` is said: there is no handshake now.
    pub(crate) cannot_handshake: bool,
}

/// What the questions told.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    /// A session was there to be kept.
    pub(crate) sessions: usize,
    /// The last one's ticket allows early data.
    pub(crate) ticket_for_early_data: bool,
    /// The credential that signed last.
    pub(crate) signed_with: Option<i32>,
    /// What came with the peer's certificates, now or when the resumed session was made.
    pub(crate) shown: Shown,
    /// How often the peer wanted to renegotiate.
    pub(crate) consents: usize,
}

impl Answers<'_> {
    pub(crate) fn answer(&mut self, question: Question) -> Answer {
        match question {
            Question::FindSession(id) => Answer::Session(match self.world.sessions.get(&id) {
                Some(session) => Found::Session(Box::new(session.clone())),
                None => Found::Nothing,
            }),
            Question::ClaimSession { .. } => Answer::Claim(Some(Claim::Won)),
            Question::Keep(keep) => {
                self.keep(*keep);
                Answer::Kept(true)
            }
            Question::VerifyPeer(claim) => Answer::Verdict(self.verdict(*claim)),
            Question::Sign {
                identity,
                scheme,
                message,
            } => {
                // Who may not be shown without a status signs for nothing when there is none.
                let has_status = !(self.options.server && self.options.fail_ocsp);
                let own = self.own.get(identity).filter(|_| has_status);
                self.noted.signed_with = own.map(|own| own.number);
                Answer::Signature(own.and_then(|own| own.key.sign(scheme, &message).ok()))
            }
            Question::Renegotiate => Answer::Consent(self.consent()),
            // Nobody has told it to ask.
            Question::Authorise(_) => Answer::Authorised(true),
        }
    }

    fn keep(&mut self, keep: Keep) {
        self.noted.sessions += 1;
        self.noted.ticket_for_early_data = matches!(
            keep.session.resumption,
            Resumption::Tls13 { max_early_data_size, .. } if max_early_data_size > 0
        );
        match keep.side {
            Side::Client => {
                self.world.wallet = Some(Kept {
                    offered: OfferedSession {
                        session: keep.session,
                        ticket: keep.ticket,
                    },
                    shown: self.noted.shown.clone(),
                });
            }
            Side::Server => {
                self.world.sessions.insert(keep.id, keep.session);
            }
        }
    }

    /// Whoever may not renegotiate is done with, as it is in BoringSSL.
    fn consent(&mut self) -> Consent {
        self.noted.consents += 1;
        if self.cannot_handshake {
            return Consent::End;
        }
        match self.options.renegotiation {
            Renegotiate::Freely => Consent::Grant,
            Renegotiate::Once if self.noted.consents == 1 => Consent::Grant,
            Renegotiate::Ignore => Consent::Ignore,
            Renegotiate::Never | Renegotiate::Once => Consent::End,
        }
    }

    /// Any certificate that can be read is good, unless the flags say otherwise.
    fn verdict(&mut self, claim: PeerClaim) -> Verdict {
        // A session's certificates are verified again without what came with them.
        if claim.side == Side::Server && (claim.ocsp.is_some() || !claim.scts.is_empty()) {
            self.noted.shown.ocsp = claim.ocsp;
            self.noted.shown.scts = claim.scts;
        }
        let leaf = claim.chain.first().map(Vec::as_slice).unwrap_or_default();
        let leaf = match Certificate::from_der(leaf) {
            Ok(leaf) => leaf,
            Err(error) => return rejected(IdentityProblem::BadEncoding(error.to_string())),
        };
        if !leaf.may_sign {
            return rejected(IdentityProblem::WrongUsage("not for signatures".to_owned()));
        }
        let why = || "as the flags have it".to_owned();
        if self.options.fail_ocsp && claim.side == Side::Server {
            return rejected(IdentityProblem::BadStatus(why()));
        }
        let fails = self.options.verify_fail;
        if fails && verifies(self.options) {
            return rejected(match self.options.custom_verify {
                true => IdentityProblem::Other(why()),
                // BoringSSL's X.509 code has its own words for that, and its own alert.
                false => IdentityProblem::Withheld(why()),
            });
        }
        Verdict::Accepted(Box::new(Accepted {
            identity: PeerIdentity {
                subject: leaf.subject,
                chain: claim.chain,
                not_after: leaf.not_after,
                issuer_serials: vec![leaf.issuer_serial],
            },
            public_key: leaf.public_key,
            trust: if fails {
                Trust::Waived
            } else {
                Trust::Verified
            },
        }))
    }
}

fn rejected(problem: IdentityProblem) -> Verdict {
    Verdict::Rejected(IdentityError {
        certificate: 0,
        subject: String::new(),
        problem,
    })
}
